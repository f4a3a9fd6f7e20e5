package backup

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

// Target is where an archive is to be put.
type Target struct {
	URL      string // of the database
	Folder   string // data folder
	HeadNote string // file that notes the head of the audit log; "" for none
	Replace  bool   // set aside what is there
	Accept   *store.Acceptance
	Now      time.Time
}

// Result says what a restoration found and did.
type Result struct {
	Report store.Report // of the database as restored; of a trial where nothing was put anywhere
	Aside  string       // where what was there before lies now; "" when nothing was
}

// sqliteFile gives the file of a SQLite database, or "" for a server.
func sqliteFile(url string) string {
	if strings.HasPrefix(url, "postgres") {
		return ""
	}
	return strings.TrimPrefix(url, "sqlite:")
}

// Try proves that an archive can be restored: every part is compared with its hash, everything is put into a database of its own in a passing
// folder, and that is examined whole, seals and all.
func (a *Archive) Try(ctx context.Context, folder string) (Result, error) {
	staged, err := a.stage(ctx, folder)
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(filepath.Dir(staged.file))
	return Result{Report: staged.report}, nil
}

// staged is an archive in a database of its own.
type staged struct {
	file   string
	report store.Report
}

// stage verifies the archive and puts it into a database of its own beside the place where it may be needed.
func (a *Archive) stage(ctx context.Context, folder string) (s staged, err error) {
	if err := a.Verify(); err != nil {
		return s, err
	}
	dir, err := os.MkdirTemp(folder, ".nhipso-restore-*")
	if err != nil {
		return s, fault.New("backup.not-restored", "file", folder).Because(err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	s.file = filepath.Join(dir, "nhipso.db")
	if err := store.Fill(ctx, "sqlite:"+s.file, a.Manifest.Schema, a.Manifest.Tables, a.Table); err != nil {
		return s, err
	}
	s.report, err = examine(ctx, "sqlite:"+s.file, store.Options{})
	return s, err
}

// examine opens a database, which brings its schema up to date, and refuses it unless it is sound.
func examine(ctx context.Context, url string, o store.Options) (store.Report, error) {
	s, err := store.OpenWith(ctx, url, o)
	if err != nil {
		return store.Report{}, err
	}
	defer s.Close()
	r, err := s.Integrity(ctx)
	if err != nil {
		return r, err
	}
	for _, problems := range [][]error{r.Schema, r.Problems} {
		if len(problems) > 0 {
			return r, fault.New("backup.unsound", "database", r.Database, "n", len(r.Schema)+len(r.Problems)).Because(problems[0])
		}
	}
	return r, nil
}

// Restore puts an archive into its target. Everything is verified, in a database of its own, before anything at the target is touched. A target
// that holds something is refused, unless that is to be set aside; nothing is ever deleted.
func (a *Archive) Restore(ctx context.Context, t Target) (out Result, err error) {
	file := sqliteFile(t.URL)
	beside := t.Folder
	if file != "" {
		beside = filepath.Dir(file) // the same disk, so that a file can be moved into its place at once
	}
	if err := os.MkdirAll(beside, 0o700); err != nil {
		return out, fault.New("backup.not-restored", "file", beside).Because(err)
	}
	empty, err := store.Empty(ctx, t.URL)
	if err != nil {
		return out, err
	}
	if !empty && !t.Replace {
		return out, fault.New("store.not-empty", "database", shown(t.URL))
	}
	if err := a.filesFit(t); err != nil {
		return out, err
	}
	staged, err := a.stage(ctx, beside)
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(filepath.Dir(staged.file))
	if err := noteFits(ctx, staged.file, t); err != nil {
		return out, err
	}
	if !empty {
		if out.Aside, err = setAside(ctx, t); err != nil {
			return out, err
		}
	}
	if file != "" {
		err = os.Rename(staged.file, file)
		if err == nil {
			err = syncFolder(beside)
		}
		if err != nil {
			return out, fault.New("backup.not-restored", "file", file).Because(err)
		}
	} else if err := store.Fill(ctx, t.URL, a.Manifest.Schema, a.Manifest.Tables, a.Table); err != nil {
		return out, err
	}
	if err := a.putFiles(t); err != nil {
		return out, err
	}
	o := store.Options{HeadNote: t.HeadNote, Accept: t.Accept}
	if t.Accept == nil {
		if err := store.WriteNote(t.HeadNote, a.Manifest.Head, a.Manifest.Since); err != nil {
			return out, err
		}
	}
	out.Report, err = examine(ctx, t.URL, o)
	return out, err
}

// noteFits refuses an archive that does not hold the head noted at the target: what came after it would be lost. A person may accept that.
func noteFits(ctx context.Context, file string, t Target) error {
	head, err := store.NotedHead(t.HeadNote)
	if err != nil {
		if t.Accept != nil {
			return nil
		}
		return err
	}
	s, err := store.OpenWith(ctx, "sqlite:"+file, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	holds, err := s.Holds(ctx, head)
	switch {
	case err != nil:
		return err
	case !holds && t.Accept == nil:
		return fault.New("backup.behind-note", "note", t.HeadNote, "entries", head.Entries)
	case holds && t.Accept != nil:
		return fault.New("store.nothing-to-accept")
	}
	return nil
}

// setAside moves what is at the target to where it stays as it was.
func setAside(ctx context.Context, t Target) (string, error) {
	stamp := t.Now.UTC().Format("20060102T150405Z")
	file := sqliteFile(t.URL)
	if file == "" {
		return store.SetAside(ctx, t.URL, "_before_"+strings.ToLower(stamp))
	}
	if err := sqldb.Fold(ctx, file); err != nil {
		return "", err
	}
	name := file + ".before-" + stamp
	if exists(name) {
		return "", fault.New("backup.exists", "file", name)
	}
	if err := os.Rename(file, name); err != nil {
		return "", fault.New("backup.not-restored", "file", file).Because(err)
	}
	return name, nil
}

// filesFit refuses to put a file where another one lies.
func (a *Archive) filesFit(t Target) error {
	for _, f := range a.Manifest.Files {
		name := filepath.Join(t.Folder, filepath.FromSlash(f.Path))
		if exists(name) && !t.Replace && !same(name, f) {
			return fault.New("backup.exists", "file", name)
		}
	}
	return nil
}

func same(name string, f File) bool {
	r, err := os.Open(name)
	if err != nil {
		return false
	}
	defer r.Close()
	var b bytes.Buffer
	if n, err := io.Copy(&b, io.LimitReader(r, f.Size+1)); err != nil || n != f.Size {
		return false
	}
	return sum(b.Bytes()) == f.SHA256
}

// putFiles puts the files of the data folder in their places, each whole.
func (a *Archive) putFiles(t Target) error {
	for _, f := range a.Manifest.Files {
		name := filepath.Join(t.Folder, filepath.FromSlash(f.Path))
		if same(name, f) {
			continue
		}
		if exists(name) {
			if err := os.Rename(name, name+".before-"+t.Now.UTC().Format("20060102T150405Z")); err != nil {
				return fault.New("backup.not-restored", "file", name).Because(err)
			}
		}
		if err := a.putFile(name, f); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) putFile(name string, f File) error {
	failed := func(err error) error { return fault.New("backup.not-restored", "file", name).Because(err) }
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return failed(err)
	}
	out, err := os.CreateTemp(filepath.Dir(name), ".nhipso-restore-*")
	if err != nil {
		return failed(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	if err := a.copyFile(f, out); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return failed(err)
	}
	if err := os.Rename(out.Name(), name); err != nil {
		return failed(err)
	}
	return nil
}

// shown names a database without its password.
func shown(url string) string {
	if i := strings.LastIndex(url, "@"); i >= 0 {
		return url[i+1:]
	}
	return strings.TrimPrefix(url, "sqlite:")
}
