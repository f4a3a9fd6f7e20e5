package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"nhipso/internal/backup"
	"nhipso/internal/fault"
	"nhipso/internal/store"
)

// backUp copies the installation into one file while it works.
func backUp(ctx context.Context, e *env, args []string) error {
	f := e.flags("backup")
	p := e.installationFlags(f)
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New("cli.missing", "command", "backup", "what", e.w("backup.what"))
	}
	target := rest[0]
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		target = filepath.Join(target, backup.Name(e.now()))
	}
	s, err := e.openStore(ctx, p, store.Options{Copy: true})
	if err != nil {
		return err
	}
	defer s.Close()
	m, err := backup.Write(ctx, s, backup.Source{Folder: p.data, Database: p.url()}, target, version, e.now())
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("backup.done", "file", target, "observations", m.Observations(), "tables", len(m.Tables), "files", len(m.Files)))
	e.printHead(m)
	return nil
}

func (e *env) printHead(m backup.Manifest) {
	fmt.Fprintln(e.out, e.w("backup.head", "n", m.Head.Entries, "hash", m.Head.Hash))
	fmt.Fprintln(e.out, e.w("backup.fingerprint", "hash", m.Fingerprint))
}

// restore puts a backup back, or with --check only proves that it could.
func restore(ctx context.Context, e *env, args []string) error {
	f := e.flags("restore")
	p := e.installationFlags(f)
	check := f.Bool("check", false, "check-backup")
	replace := f.Bool("replace", false, "replace")
	accept := f.Bool("accept-head", false, "accept-head")
	why := f.String("reason", "", "accept-reason")
	by := f.String("by", userName(), "by")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return fault.New("cli.missing", "command", "restore", "what", e.w("restore.what"))
	}
	if *check {
		if err := onlyFlags(f, "restore --check", "check"); err != nil {
			return err
		}
	}
	if !*accept {
		if err := onlyFlags(f, "restore", installationNames+"check replace"); err != nil {
			return err
		}
	}
	a, err := backup.Open(rest[0])
	if err != nil {
		return err
	}
	defer a.Close()
	var r backup.Result
	words := "restore.done"
	if *check {
		words = "restore.checked"
		r, err = a.Try(ctx, os.TempDir())
	} else {
		t := backup.Target{URL: p.url(), Folder: p.data, HeadNote: p.headNote(), Replace: *replace, Now: e.now()}
		if *accept {
			t.Accept = &store.Acceptance{By: *by, Reason: *why}
		}
		r, err = a.Restore(ctx, t)
	}
	if r.Aside != "" {
		fmt.Fprintln(e.err, e.w("restore.aside", "where", r.Aside))
	}
	if err != nil {
		return err
	}
	m := a.Manifest
	fmt.Fprintln(e.out, e.w(words, "file", rest[0], "database", r.Report.Database, "observations", r.Report.Rows["observation"], "rows", r.Report.Seals.Rows, "seals", r.Report.Seals.Seals, "made", m.MadeAt.Format("2006-01-02 15:04:05 MST")))
	fmt.Fprintln(e.out, e.w("backup.head", "n", r.Report.Audit.Entries, "hash", r.Report.Audit.Hash))
	fmt.Fprintln(e.out, e.w("backup.fingerprint", "hash", m.Fingerprint))
	return nil
}
