package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"nhipso/data"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/store"
)

// load takes figures from CSV files, each file one transaction, or the reference data that come with the program.
func load(ctx context.Context, e *env, args []string) error {
	f := e.flags("load")
	p := e.placeFlags(f)
	withReference := f.Bool("reference", false, "reference")
	check := f.Bool("check", false, "check")
	sender := f.String("by", userName(), "sender")
	files, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(files) == 0 && !*withReference {
		return fault.New("cli.missing", "command", "load", "what", "FILE.csv / --reference")
	}
	a, err := e.openFor(ctx, p, !*check || *withReference)
	if err != nil {
		return err
	}
	defer a.close()
	if *withReference {
		if err := a.loadReference(ctx, e); err != nil {
			return err
		}
	}
	for i, name := range files {
		m, err := a.readFile(name, *sender)
		if err != nil {
			return err
		}
		if *check {
			if err := a.intake().Check(m); err != nil {
				return err
			}
			fmt.Fprintln(e.out, e.w("load.checked", "n", i+1, "of", len(files), "file", name, "rows", len(m.Entries)))
			continue
		}
		receipt, err := a.intake().Take(ctx, m)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.out, e.w("load.file", "n", i+1, "of", len(files), "file", name, "added", receipt.Added, "revised", receipt.Revised, "unchanged", receipt.Unchanged))
	}
	return nil
}

// readFile reads a CSV of observations into a message.
func (a *app) readFile(name, sender string) (cube.Message, error) {
	f, err := os.Open(name)
	if err != nil {
		return cube.Message{}, fault.New("cli.file", "file", name, "reason", reason(err))
	}
	defer f.Close()
	return reference.ReadCSV(f, filepath.Base(name), a.catalog, a.areas, reference.Options{Sender: sender, SentAt: a.now()})
}

// loadReference loads the data that come with the program, tells of each file, and keeps the findings of the identity checks.
func (a *app) loadReference(ctx context.Context, e *env) error {
	report, err := reference.Load(ctx, data.FS, a.catalog, a.intake(), a.now(), func(p reference.Progress) {
		fmt.Fprintln(e.err, e.w("load.file", "n", p.N, "of", p.Of, "file", p.File, "added", p.Receipt.Added, "revised", p.Receipt.Revised, "unchanged", p.Receipt.Unchanged))
	})
	if err != nil {
		return err
	}
	kept, err := a.store.Findings(ctx)
	if err != nil || !report.Changed && len(kept) > 0 {
		return err
	}
	var findings []store.Finding
	for _, x := range report.Findings {
		findings = append(findings, store.Finding{Message: report.Message, Rule: string(x.Rule), Severity: string(x.Severity), Parts: x.Parts})
	}
	fmt.Fprintln(e.err, e.w("load.findings", "n", len(findings)))
	return a.store.AppendFindings(ctx, findings)
}
