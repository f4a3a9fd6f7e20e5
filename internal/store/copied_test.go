package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
	"nhipso/internal/store/storetest"
)

// copyOf copies files beside each other into a new folder, under the same names, and gives the first one.
func copyOf(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, filepath.Base(names[0]))
}

// inUse is an open database with three deliveries of which some lie in its log only.
func inUse(t *testing.T) (file string, o store.Options) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "nhipso.db")
	o = store.Options{HeadNote: filepath.Join(filepath.Dir(file), "audit-head.json")}
	s := storetest.OpenWith(t, file, o)
	for n := int64(1); n <= 3; n++ {
		append1(t, s, n)
	}
	return file, o
}

func TestAFileCopiedWithoutItsLogIsRefused(t *testing.T) {
	for what, withNote := range map[string]bool{"alone": false, "with the note": true} {
		t.Run(what, func(t *testing.T) {
			file, _ := inUse(t)
			names := []string{file}
			if withNote {
				names = append(names, filepath.Join(filepath.Dir(file), "audit-head.json"))
			}
			copied := copyOf(t, names...)
			o := store.Options{HeadNote: filepath.Join(filepath.Dir(copied), "audit-head.json")}
			before, _ := os.ReadFile(copied)
			for range 2 { // looking does not make it look sound
				_, err := store.OpenWith(t.Context(), copied, o)
				refused(t, err, "store.log-missing")
				examine := o
				examine.Examine = true
				if s, err := store.OpenWith(t.Context(), copied, examine); err == nil {
					r, err := s.Integrity(t.Context())
					if err != nil || fault.CodeOf(r.Head) != "store.log-missing" {
						t.Errorf("an examination finds %v (%v)", r.Head, err)
					}
					s.Close()
				} else {
					refused(t, err, "store.log-missing") // the schema itself was in the log
				}
			}
			if after, _ := os.ReadFile(copied); string(after) != string(before) {
				t.Error("the file was touched")
			}
			o.Accept = &store.Acceptance{By: "an", Reason: "nothing better is left"}
			s, err := store.OpenWith(t.Context(), copied, o)
			if err != nil {
				t.Fatal(err)
			}
			acts, err := s.Audits(t.Context())
			if err != nil || len(acts) == 0 || acts[len(acts)-1].What != "audit.head-accepted" {
				t.Errorf("the acceptance is not in the log: %v (%v)", acts, err)
			}
			s.Close()
			o.Accept = nil
			if s, err = store.OpenWith(t.Context(), copied, o); err != nil {
				t.Fatalf("accepted, and refused again: %v", err)
			}
			s.Close()
		})
	}
}

func TestAFileCopiedWithItsLogHoldsEverything(t *testing.T) {
	file, _ := inUse(t)
	s := storetest.Open(t, copyOf(t, file, file+"-wal"))
	wantWhole(t, s, 3)
}

func TestAClosedFileIsWholeByItself(t *testing.T) {
	file, o := inUse(t)
	first, second := storetest.OpenWith(t, file, o), storetest.OpenWith(t, file, o)
	append1(t, first, 4)
	first.Close()
	append1(t, second, 5) // the file stays in use by those that have it open
	if !sqldb.LogMissing(copyOf(t, file)) {
		t.Error("the first one to close takes the word of the log back while others write")
	}
	second.Close()
	t.Run("once the last one has closed it", func(t *testing.T) {
		url := storetest.EmptySQLite(t)
		s := storetest.Open(t, url)
		append1(t, s, 1)
		s.Close()
		left, _ := filepath.Glob(strings.TrimPrefix(url, "sqlite:") + "*")
		if len(left) != 1 {
			t.Errorf("beside it lie %v", left)
		}
		wantWhole(t, storetest.Open(t, copyOf(t, left[0])), 1)
	})
}

// A program that is killed while the header is being changed leaves a file that says so; a database of an older program says nothing at all.
func TestWhatLooksLikeACopyAndIsNone(t *testing.T) {
	file, _ := inUse(t)
	copied := copyOf(t, file)
	if err := os.WriteFile(copied+"-turn", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if sqldb.LogMissing(copied) {
		t.Error("killed while it was opened")
	}
	old := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", "file:"+old+"?_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE x (a INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if sqldb.LogMissing(old) {
		t.Error("a file of an older program")
	}
}

func TestNobodyIsAloneWithAFileThatAnotherHasOpen(t *testing.T) {
	file, _ := inUse(t)
	refused(t, sqldb.Fold(context.Background(), file), "store.locked")
}

// Whoever looks into a file with another program, after ours was killed, folds the log in and leaves the word of it in the header. Nothing is
// lost then, which the note knows.
func TestAFileWhoseLogAnotherProgramFoldedInIsWhole(t *testing.T) {
	file, o := inUse(t)
	note, err := os.ReadFile(o.HeadNote)
	if err != nil {
		t.Fatal(err)
	}
	killed := copyOf(t, file, file+"-wal")
	db, err := sql.Open("sqlite", "file:"+killed)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM audit").Scan(&n); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	db.Close()
	if !sqldb.LogMissing(killed) {
		t.Fatal("the other program took back the word of the log, and this test tests nothing")
	}
	_, err = store.OpenWith(t.Context(), killed, store.Options{HeadNote: filepath.Join(filepath.Dir(killed), "audit-head.json")})
	refused(t, err, "store.log-missing") // nobody knows that it is whole
	if err := os.WriteFile(filepath.Join(filepath.Dir(killed), "audit-head.json"), note, 0o600); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, storetest.OpenWith(t, killed, store.Options{HeadNote: filepath.Join(filepath.Dir(killed), "audit-head.json")}), 3)
}
