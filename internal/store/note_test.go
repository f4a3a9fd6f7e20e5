package store_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

// notedStore is a database with three deliveries, and its note.
func notedStore(t *testing.T, at storetest.Database) (url string, o store.Options) {
	t.Helper()
	url, o = at(t), store.Options{HeadNote: filepath.Join(t.TempDir(), "audit-head.json")}
	s := storetest.OpenWith(t, url, o)
	for n := int64(1); n <= 3; n++ {
		append1(t, s, n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return url, o
}

func entriesIn(t *testing.T, path string) int64 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var n struct {
		Entries int64
		Hash    string
	}
	if err := json.Unmarshal(b, &n); err != nil || n.Entries > 0 && len(n.Hash) != 64 {
		t.Fatal(string(b), err)
	}
	return n.Entries
}

// pastTheTriggers does to a database what only somebody with the rights of its owner can.
func pastTheTriggers(t *testing.T, url string, statements ...string) {
	t.Helper()
	if strings.HasPrefix(url, "postgres") {
		execute(t, url, "ALTER TABLE audit DISABLE TRIGGER USER; "+strings.Join(statements, "; "))
		return
	}
	execute(t, url, append([]string{"DROP TRIGGER audit_no_delete"}, statements...)...)
}

func TestTheHeadIsNotedAfterEveryWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url, o := notedStore(t, at)
		if n := entriesIn(t, o.HeadNote); n != 3 {
			t.Fatalf("the note is at %d", n)
		}
		if info, err := os.Stat(o.HeadNote); err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info, err)
		}
		s := storetest.OpenWith(t, url, o)
		if err := s.Audit(t.Context(), store.AuditEntry{What: "x"}); err != nil {
			t.Fatal(err)
		}
		if n := entriesIn(t, o.HeadNote); n != 4 {
			t.Errorf("the note is at %d", n)
		}
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(o.HeadNote), ".*"))
		if len(left) > 0 {
			t.Error(left)
		}
	})
}

func TestANoteSaysWhatItCannotKnow(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		url, o := notedStore(t, at)
		since := func() int64 {
			s := storetest.OpenWith(t, url, o)
			_, _, since := s.HeadNote()
			return since
		}
		if n := since(); n != 0 {
			t.Errorf("a note as old as its log says that it began at %d", n)
		}
		if err := os.Remove(o.HeadNote); err != nil {
			t.Fatal(err)
		}
		for range 2 { // it goes on saying so
			if n := since(); n != 3 {
				t.Errorf("a note that was lost says that it began at %d", n)
			}
		}
	})
}

func TestADatabaseThatDoesNotHoldTheNotedHeadIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		for what, statement := range map[string]string{
			"a cut log":       "DELETE FROM audit WHERE number = 3",
			"an emptied log":  "DELETE FROM audit",
			"a rewritten log": "DELETE FROM audit WHERE number = 3; INSERT INTO audit (number, who, at, what, subject, details, prev, hash) VALUES (3, '', '2026-01-01T00:00:00Z', '', '', '', '', 'x')",
		} {
			t.Run(what, func(t *testing.T) {
				url, o := notedStore(t, at)
				pastTheTriggers(t, url, statement)
				_, err := store.OpenWith(t.Context(), url, o)
				refused(t, err, "store.head-lost")
				if en := fault.In(err, "en"); !strings.Contains(en, "entry 3") || !strings.Contains(en, "--accept-head") {
					t.Error(en)
				}
				t.Run("and can still be examined", func(t *testing.T) {
					o := o
					o.Examine = true
					r, err := storetest.OpenWith(t, url, o).Integrity(t.Context())
					if err != nil || fault.CodeOf(r.Head) != "store.head-lost" {
						t.Error(r.Head, err)
					}
				})
				t.Run("until somebody accepts it, which is an act", func(t *testing.T) {
					o := o
					for _, a := range []store.Acceptance{{}, {By: "lan"}, {Reason: "restored"}} {
						o.Accept = &a
						_, err := store.OpenWith(t.Context(), url, o)
						refused(t, err, "store.no-reason")
					}
					o.Accept = &store.Acceptance{By: "lan", Reason: "restored from the tape"}
					s := storetest.OpenWith(t, url, o)
					all, err := s.Audits(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					last := all[len(all)-1]
					if details := string(last.Details.(json.RawMessage)); last.By != "lan" || last.What != "audit.head-accepted" || !strings.Contains(details, "restored from the tape") || !strings.Contains(details, `"entries":3`) {
						t.Errorf("%+v %s", last, details)
					}
					o.Accept = nil
					storetest.OpenWith(t, url, o)
				})
			})
		}
	})
}

func TestAHeadCanBeAcceptedAlsoWhileTheClockIsInDoubt(t *testing.T) {
	url, o := notedStore(t, storetest.EmptySQLite)
	pastTheTriggers(t, url, "DELETE FROM audit WHERE number = 3")
	o.Accept, o.Now = &store.Acceptance{By: "lan", Reason: "restored"}, func() time.Time { return time.Now().Add(-time.Hour) }
	s := storetest.OpenWith(t, url, o)
	if err := s.AcceptClock(t.Context(), store.Acceptance{By: "lan", Reason: "it had been ahead"}); err != nil {
		t.Fatal(err)
	}
	append1(t, s, 4)
}

func TestAnotherDatabaseBesideTheNoteIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		_, o := notedStore(t, at)
		empty := at(t)
		_, err := store.OpenWith(t.Context(), empty, o)
		refused(t, err, "store.head-lost")
		other, _ := notedStore(t, at)
		_, err = store.OpenWith(t.Context(), other, o)
		refused(t, err, "store.head-lost")
	})
}

func TestTwoProgramsNeverTakeTheNoteBack(t *testing.T) {
	url, o := notedStore(t, storetest.EmptySQLite)
	one, two := storetest.OpenWith(t, url, o), storetest.OpenWith(t, url, o)
	append1(t, one, 4)
	append1(t, two, 5)
	newest, err := os.ReadFile(o.HeadNote)
	if err != nil {
		t.Fatal(err)
	}
	store.NoteAgain(one, 4) // as when the first program was held up between storing and noting
	if now, err := os.ReadFile(o.HeadNote); err != nil || string(now) != string(newest) {
		t.Errorf("the note went back to\n%s", now)
	}
}

func TestALostDatabaseBesideItsNoteIsNotMadeAnew(t *testing.T) {
	url, o := notedStore(t, storetest.EmptySQLite)
	path := strings.TrimPrefix(url, "sqlite:")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, examine := range []bool{false, true} {
		o.Examine = examine
		_, err := store.OpenWith(t.Context(), url, o)
		refused(t, err, "store.head-lost")
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Error("an empty database was made")
		}
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Examine = false
	_, err := store.OpenWith(t.Context(), url, o)
	refused(t, err, "store.head-lost")
	if info, _ := os.Stat(path); info.Size() != 0 {
		t.Error("the empty file was filled")
	}
}

func TestAnOlderCopyIsRefusedAndTheRightFileIsTakenAgain(t *testing.T) {
	url, o := notedStore(t, storetest.EmptySQLite)
	path := strings.TrimPrefix(url, "sqlite:")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.OpenWith(t, url, o)
	append1(t, s, 4)
	s.Close()
	right, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(old)
	_, err = store.OpenWith(t.Context(), url, o)
	refused(t, err, "store.head-lost")
	write(right)
	wantWhole(t, storetest.OpenWith(t, url, o), 4)
	t.Run("a note that lags behind, as after a crash before it was written, catches up", func(t *testing.T) {
		lagging := `{"entries": 0, "hash": ""}`
		if err := os.WriteFile(o.HeadNote, []byte(lagging), 0o600); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, storetest.OpenWith(t, url, o), 4)
		if n := entriesIn(t, o.HeadNote); n != 4 {
			t.Errorf("the note is at %d", n)
		}
	})
	t.Run("a note that cannot be read is not taken for none", func(t *testing.T) {
		for _, bad := range []string{"", "{", `{"entries": 3}`, `{"entries": -1, "hash": ""}`} {
			if err := os.WriteFile(o.HeadNote, []byte(bad), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := store.OpenWith(t.Context(), url, o)
			refused(t, err, "store.bad-note")
		}
	})
}

func TestANoteThatCannotBeWrittenLosesNothingAndIsToldOnce(t *testing.T) {
	dir := t.TempDir()
	mountSmallDisk(t, dir)
	var told []error
	o := store.Options{HeadNote: filepath.Join(dir, "audit-head.json"), Warn: func(err error) { told = append(told, err) }}
	s := storetest.OpenWith(t, storetest.EmptySQLite(t), o)
	append1(t, s, 1)
	fill, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := fill.Write(make([]byte, 4096)); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	append1(t, s, 2)
	append1(t, s, 3)
	if len(told) != 1 || fault.CodeOf(told[0]) != "store.note-not-written" {
		t.Errorf("told %v", told)
	}
	if n := entriesIn(t, o.HeadNote); n != 1 {
		t.Errorf("the note is at %d: half a note must not stand", n)
	}
	fill.Close()
	if err := os.Remove(fill.Name()); err != nil {
		t.Fatal(err)
	}
	append1(t, s, 4)
	if n := entriesIn(t, o.HeadNote); n != 4 {
		t.Errorf("the note is at %d once there is room", n)
	}
	wantWhole(t, s, 4)
}

func TestAKilledProgramLeavesANoteThatItsDatabaseHolds(t *testing.T) {
	url := storetest.EmptySQLite(t)
	note := filepath.Join(t.TempDir(), "audit-head.json")
	t.Setenv("STORE_TEST_NOTE", note)
	for range 10 {
		c, _, lines := startChild(t, "writer", url)
		lines.Scan()
		time.AfterFunc(7*time.Millisecond, func() { c.Process.Kill() })
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "error") {
				t.Fatal(lines.Text())
			}
		}
		c.Wait()
		s, err := store.OpenWith(t.Context(), url, store.Options{HeadNote: note})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

func TestAFolderThatCannotBeWrittenIsRead(t *testing.T) {
	open := func(t *testing.T, dir string, crash bool) {
		live := t.TempDir()
		url := "sqlite:" + filepath.Join(live, "nhipso.db")
		s := storetest.Open(t, url)
		append1(t, s, 1)
		append1(t, s, 2)
		if !crash {
			s.Close()
		}
		files, _ := filepath.Glob(filepath.Join(live, "nhipso.db*"))
		for _, f := range files {
			if strings.HasSuffix(f, "-shm") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		mountReadOnly(t, dir)
		ro := storetest.OpenWith(t, "sqlite:"+filepath.Join(dir, "nhipso.db"), store.Options{HeadNote: filepath.Join(dir, "audit-head.json")})
		if !ro.ReadOnly() {
			t.Error("it does not know that it cannot write")
		}
		wantWhole(t, ro, 2)
		_, err := cube.Append(t.Context(), ro, delivery(3))
		refused(t, err, "store.read-only")
		wantWhole(t, ro, 2)
	}
	t.Run("after a clean end", func(t *testing.T) { dir := t.TempDir(); mountSmallDisk(t, dir); open(t, dir, false) })
	t.Run("with the log of a program that crashed", func(t *testing.T) { dir := t.TempDir(); mountSmallDisk(t, dir); open(t, dir, true) })
}
