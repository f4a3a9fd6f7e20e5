package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/backup"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

var (
	databases = map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres}
	now       = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
)

var searchPath = regexp.MustCompile(`search_path=\w+`)

// deliver stores a message of a hundred figures.
func deliver(ctx context.Context, s *store.Store, n int) error {
	m := cube.Message{Header: cube.Header{Sender: "người gửi <&>", File: "số liệu.csv", SentAt: now.Add(time.Duration(n) * time.Second)}}
	for i := range 100 {
		d := stat.MustDecimal(fmt.Sprintf("%d.%02d", n, i))
		m.Entries = append(m.Entries, cube.Entry{Dataflow: "FLOW", Row: i + 2, Observation: stat.Observation{Key: stat.Key(fmt.Sprintf("A.%d", i)), Period: stat.MustPeriod("2025"), Status: stat.Normal,
			Vintage: stat.Vintage{Date: stat.MustDate("2026-01-05"), Written: "2026-01-05"}, Value: &d, Attributes: stat.Attributes{stat.AttrSource: "tài liệu \u2028 \"x\"", stat.AttrMark: "S"}}})
		m.Entries[i].Vintage.Date = stat.DateOf(time.Date(2026, 1, 5+n, 0, 0, 0, 0, time.UTC))
	}
	_, err := cube.Append(ctx, s, m)
	return err
}

// installation is a database with a few messages, a note of its head, and a data folder.
type installation struct {
	url, folder, note string
	s                 *store.Store
}

func install(t *testing.T, at storetest.Database, messages int) installation {
	t.Helper()
	i := installation{url: at(t), folder: t.TempDir()}
	i.note = filepath.Join(i.folder, "audit-head.json")
	i.s = storetest.OpenWith(t, i.url, store.Options{HeadNote: i.note})
	for n := range messages {
		if err := deliver(t.Context(), i.s, n+1); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

func (i installation) backup(t *testing.T) (string, backup.Manifest) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "b.zip")
	m, err := backup.Write(t.Context(), i.s, backup.Source{Folder: i.folder, Database: i.url}, name, "1.2.3", now)
	if err != nil {
		t.Fatal(err)
	}
	return name, m
}

func (i installation) target() backup.Target {
	return backup.Target{URL: i.url, Folder: i.folder, HeadNote: i.note, Now: now}
}

// nowhere is a target that holds nothing yet.
func nowhere(t *testing.T, at storetest.Database) backup.Target {
	t.Helper()
	dir := t.TempDir()
	return backup.Target{URL: at(t), Folder: dir, HeadNote: filepath.Join(dir, "audit-head.json"), Now: now}
}

func restore(t *testing.T, name string, to backup.Target) (backup.Result, error) {
	t.Helper()
	a, err := backup.Open(name)
	if err != nil {
		return backup.Result{}, err
	}
	defer a.Close()
	return a.Restore(t.Context(), to)
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("%v, want %s", err, code)
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestABackupOfOneDatabaseIsRestoredIntoTheOtherWithTheSameHashes(t *testing.T) {
	for from, source := range databases {
		for to, target := range databases {
			t.Run(from+" to "+to, func(t *testing.T) {
				i := install(t, source, 3)
				put(t, filepath.Join(i.folder, "keys", "signing.pem"), "a key")
				put(t, filepath.Join(i.folder, ".passing"), "no part")
				name, m := i.backup(t)
				if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
					t.Error("others can read it", info, err)
				}
				if m.Observations() != 300 || m.Head.Entries != 3 || len(m.Files) != 1 {
					t.Fatalf("%+v", m)
				}
				there := nowhere(t, target)
				r, err := restore(t, name, there)
				if err != nil {
					t.Fatal(err)
				}
				if r.Report.Audit != m.Head || r.Report.Rows["observation"] != 300 || r.Aside != "" {
					t.Errorf("%+v", r)
				}
				if b, err := os.ReadFile(filepath.Join(there.Folder, "keys", "signing.pem")); err != nil || string(b) != "a key" {
					t.Error(string(b), err)
				}
				if head, err := store.NotedHead(there.HeadNote); err != nil || head != m.Head {
					t.Error(head, err)
				}
				again := installation{there.URL, there.Folder, there.HeadNote, storetest.OpenWith(t, there.URL, store.Options{HeadNote: there.HeadNote})}
				_, m2 := again.backup(t)
				for k, table := range m.Tables {
					if m2.Tables[k].Name != table.Name || m2.Tables[k].SHA256 != table.SHA256 {
						t.Errorf("%s has another hash after it was restored", table.Name)
					}
				}
				if err := deliver(t.Context(), again.s, 4); err != nil {
					t.Errorf("it does not go on: %v", err)
				}
			})
		}
	}
}

func TestABackupIsOfOneMomentWhateverIsWrittenMeanwhile(t *testing.T) {
	for name, at := range databases {
		t.Run(name, func(t *testing.T) {
			i := install(t, at, 2)
			ctx, stop := context.WithCancel(t.Context())
			var writer sync.WaitGroup
			written := 2
			writer.Go(func() {
				for ctx.Err() == nil {
					if deliver(t.Context(), i.s, written+1) == nil {
						written++
					}
				}
			})
			var heads []int64
			for len(heads) < 4 {
				file, m := i.backup(t)
				heads = append(heads, m.Head.Entries)
				a, err := backup.Open(file)
				if err != nil {
					t.Fatal(err)
				}
				r, err := a.Try(t.Context(), t.TempDir())
				if err != nil || r.Report.Audit != m.Head || r.Report.Rows["observation"] != 100*m.Head.Entries {
					t.Errorf("%d entries, %d observations: %v", m.Head.Entries, r.Report.Rows["observation"], err)
				}
				a.Close()
			}
			stop()
			writer.Wait()
			if heads[3] <= heads[0] || written < 4 {
				t.Errorf("nothing was written meanwhile: %v, %d", heads, written)
			}
		})
	}
}

// rewrite makes an archive of another with parts changed; a part that becomes nil goes.
func rewrite(t *testing.T, name string, change func(part string, b []byte) []byte) string {
	t.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := filepath.Join(t.TempDir(), "changed.zip")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r)
		if b = change(part.Name, b); b == nil {
			continue
		}
		p, err := w.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		p.Write(b)
	}
	w.Close()
	return out
}

func TestADamagedArchiveIsRefusedBeforeAnythingIsTouched(t *testing.T) {
	i := install(t, storetest.EmptySQLite, 2)
	put(t, filepath.Join(i.folder, "keys", "a.pem"), "a key")
	name, m := i.backup(t)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half.zip")
	put(t, half, string(whole[:len(whole)/2]))
	flipped := filepath.Join(t.TempDir(), "flipped.zip")
	bad := bytes.Clone(whole)
	bad[len(bad)/3] ^= 0x10
	put(t, flipped, string(bad))
	replaceIn := func(part, old, new string) string {
		return rewrite(t, name, func(p string, b []byte) []byte {
			if p == part {
				return bytes.ReplaceAll(b, []byte(old), []byte(new))
			}
			return b
		})
	}
	without := func(part string) string {
		return rewrite(t, name, func(p string, b []byte) []byte {
			if p == part {
				return nil
			}
			return b
		})
	}
	text := filepath.Join(t.TempDir(), "text.zip")
	put(t, text, "no archive")
	// Whoever changes a figure and its hash in the manifest too is found out by the seals in the audit log.
	forged := rewrite(t, name, func(p string, b []byte) []byte {
		if p == "tables/observation.jsonl" {
			return bytes.Replace(b, []byte(`"1.07"`), []byte(`"9.07"`), 1)
		}
		return b
	})
	forged = rehash(t, forged, m)
	for what, c := range map[string]struct{ file, code string }{
		"nothing":              {filepath.Join(t.TempDir(), "no.zip"), "backup.no-file"},
		"another file":         {text, "backup.not-an-archive"},
		"the first half":       {half, "backup.not-an-archive"},
		"a flipped bit":        {flipped, "backup.damaged"},
		"a changed figure":     {replaceIn("tables/observation.jsonl", `"1.07"`, `"9.07"`), "backup.damaged"},
		"a changed file":       {replaceIn("files/keys/a.pem", "key", "kex"), "backup.damaged"},
		"a table left out":     {without("tables/message.jsonl"), "backup.not-an-archive"},
		"no manifest":          {without("manifest.json"), "backup.not-an-archive"},
		"a newer format":       {replaceIn("manifest.json", `"format": 1`, `"format": 2`), "backup.newer"},
		"a newer schema":       {replaceIn("manifest.json", fmt.Sprintf(`"schema": %d`, m.Schema), `"schema": 999`), "store.newer-schema"},
		"another head":         {replaceIn("manifest.json", m.Head.Hash, strings.Repeat("0", 64)), "backup.damaged"},
		"a file outside":       {replaceIn("manifest.json", `keys/a.pem`, `../a.pem`), "backup.not-an-archive"},
		"a file as database":   {replaceIn("manifest.json", `keys/a.pem`, `nhipso.db`), "backup.not-an-archive"},
		"a forged figure":      {forged, "backup.unsound"},
		"other columns":        {replaceIn("manifest.json", `"sender"`, `"from"`), "store.other-tables"},
		"a row that is no row": {rehash(t, replaceIn("tables/message.jsonl", `"số liệu.csv"`, `{}`), m), "store.bad-copy"},
	} {
		t.Run(what, func(t *testing.T) {
			to := nowhere(t, storetest.EmptySQLite)
			_, err := restore(t, c.file, to)
			refused(t, err, c.code)
			if empty, err := store.Empty(t.Context(), to.URL); err != nil || !empty {
				t.Errorf("something was put there (%v)", err)
			}
			left, _ := filepath.Glob(filepath.Join(filepath.Dir(strings.TrimPrefix(to.URL, "sqlite:")), ".*"))
			if len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// rehash writes a manifest that fits the tables as they are.
func rehash(t *testing.T, name string, m backup.Manifest) string {
	t.Helper()
	z, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	hashes := map[string]string{}
	for _, part := range z.File {
		r, _ := part.Open()
		b, _ := io.ReadAll(r)
		hashes[part.Name] = backup.Sum(b)
	}
	return rewrite(t, name, func(p string, b []byte) []byte {
		if p == "manifest.json" {
			for _, table := range m.Tables {
				b = bytes.ReplaceAll(b, []byte(table.SHA256), []byte(hashes["tables/"+table.Name+".jsonl"]))
			}
		}
		return b
	})
}

func TestATargetThatHoldsSomethingIsRefusedUnlessItIsSetAside(t *testing.T) {
	for kind, at := range databases {
		t.Run(kind, func(t *testing.T) {
			i := install(t, at, 2)
			put(t, filepath.Join(i.folder, "keys", "a.pem"), "old")
			name, m := i.backup(t)
			put(t, filepath.Join(i.folder, "keys", "a.pem"), "new")
			i.s.Close()
			to := i.target()
			_, err := restore(t, name, to)
			refused(t, err, "store.not-empty")
			to.Replace = true
			r, err := restore(t, name, to)
			if err != nil {
				t.Fatal(err)
			}
			if r.Aside == "" || r.Report.Audit != m.Head {
				t.Errorf("%+v", r)
			}
			if b, _ := os.ReadFile(filepath.Join(i.folder, "keys", "a.pem")); string(b) != "old" {
				t.Errorf("the file is %q", b)
			}
			aside := "sqlite:" + r.Aside
			if kind == "postgres" {
				aside = searchPath.ReplaceAllString(i.url, "search_path="+r.Aside)
				defer func() {
					db, err := sql.Open("pgx", aside)
					if err == nil {
						_, err = db.Exec("DROP SCHEMA " + r.Aside + " CASCADE")
					}
					if err != nil {
						t.Error(err)
					}
					db.Close()
				}()
			} else if kept, _ := filepath.Glob(filepath.Join(i.folder, "keys", "a.pem.before-*")); len(kept) != 1 {
				t.Error("the newer file is gone")
			}
			if s, err := store.Open(t.Context(), aside); err != nil {
				t.Error(err)
			} else {
				if last, err := s.LastMessage(t.Context()); last != 2 {
					t.Errorf("what was set aside holds %d messages (%v)", last, err)
				}
				s.Close()
			}
		})
	}
}

func TestAFileInUseIsNotReplaced(t *testing.T) {
	i := install(t, storetest.EmptySQLite, 1)
	name, _ := i.backup(t)
	to := i.target()
	to.Replace = true
	_, err := restore(t, name, to)
	refused(t, err, "store.locked")
	if err := deliver(t.Context(), i.s, 2); err != nil {
		t.Error(err)
	}
}

func TestABackupOlderThanTheNoteIsAPersonsDecision(t *testing.T) {
	i := install(t, storetest.EmptySQLite, 1)
	name, m := i.backup(t)
	if err := deliver(t.Context(), i.s, 2); err != nil {
		t.Fatal(err)
	}
	i.s.Close()
	to := i.target()
	to.Replace = true
	_, err := restore(t, name, to)
	refused(t, err, "backup.behind-note")
	to.Accept = &store.Acceptance{By: "an", Reason: "the disk is gone"}
	r, err := restore(t, name, to)
	if err != nil {
		t.Fatal(err)
	}
	if r.Report.Audit.Entries != m.Head.Entries+1 {
		t.Errorf("the acceptance is not in the log: %+v", r.Report.Audit)
	}
	fresh := nowhere(t, storetest.EmptySQLite)
	fresh.Accept = to.Accept
	_, err = restore(t, name, fresh)
	refused(t, err, "store.nothing-to-accept")
}

func TestABackupIsNeverWrittenOverAFile(t *testing.T) {
	i := install(t, storetest.EmptySQLite, 1)
	name, _ := i.backup(t)
	_, err := backup.Write(t.Context(), i.s, backup.Source{}, name, "1", now)
	refused(t, err, "backup.exists")
	_, err = backup.Write(t.Context(), i.s, backup.Source{}, filepath.Join(t.TempDir(), "no", "b.zip"), "1", now)
	refused(t, err, "backup.not-written")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err = backup.Write(ctx, i.s, backup.Source{}, filepath.Join(dir, "b.zip"), "1", now); err == nil {
		t.Error("a backup that was given up")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
