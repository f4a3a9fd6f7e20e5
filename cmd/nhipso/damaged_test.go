package main

import (
	"bytes"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
)

// TestADamagedFileIsNeverShown: a file that was altered, cut off or emptied in the data folder is set aside when the server starts again, and another
// another one is written in its place. The country is a small one, whose file is written in a fifth of the time.
func TestADamagedFileIsNeverShown(t *testing.T) {
	v := country(t)
	folder := filepath.Join(v.dir, releaseFolder)
	t.Cleanup(func() { os.RemoveAll(folder) }) //nolint:errcheck // others share the installation
	cut := func(size int64) func(*testing.T, string) {
		return func(t *testing.T, name string) {
			if whole, err := os.Stat(name); err != nil || whole.Size() <= size {
				t.Fatal("nothing to cut off: ", err)
			}
			if err := os.Truncate(name, size); err != nil {
				t.Fatal(err)
			}
		}
	}
	put := func(end, content string) func(*testing.T, string) {
		return func(t *testing.T, name string) {
			if err := os.WriteFile(name+end, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	statement := func(q string) func(*testing.T, string) {
		return func(t *testing.T, name string) {
			db, err := sql.Open("sqlite", name)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
	}
	gone := func(end string) func(*testing.T, string) {
		return func(t *testing.T, name string) {
			if err := os.Remove(name + end); err != nil {
				t.Fatal(err)
			}
		}
	}
	for what, x := range map[string]struct {
		harm  func(*testing.T, string)
		aside bool // the file itself was harmed, and is kept beside
	}{
		"an altered figure":         {statement("UPDATE figure SET value = '99.99'"), true},
		"a figure less":             {statement("DELETE FROM figure WHERE series = 1"), true},
		"no manifest":               {statement("DELETE FROM meta WHERE name = 'manifest'"), true},
		"another signature":         {statement("UPDATE meta SET value = 'AAAA' WHERE name = 'signature'"), true},
		"cut off":                   {cut(100_000), true},
		"its head alone":            {cut(3000), true},
		"empty":                     {cut(0), true},
		"no database":               {put("", "no file of a release"), true},
		"half a signature beside":   {put(releasefile.SignatureExtension, "half"), false},
		"an empty signature beside": {put(releasefile.SignatureExtension, ""), false},
		"half a hash beside":        {put(releasefile.HashExtension, "0123"), false},
		"no signature beside":       {gone(releasefile.SignatureExtension), false},
		"no hash beside":            {gone(releasefile.HashExtension), false},
	} {
		t.Run(what, func(t *testing.T) {
			os.RemoveAll(folder) //nolint:errcheck // of the case before
			var log bytes.Buffer
			before := v.log
			v.log = slog.New(slog.NewTextHandler(&log, nil))
			defer func() { v.log = before }()
			shown := func() string {
				t.Helper()
				kept := newFiles(v.app)
				defer kept.shut()
				gate := v.gate()
				gate.Files = kept.source
				gate.Warn = func(err error) { t.Error(fault.In(err, "en")) }
				view, err := gate.View(t.Context(), publish.Everybody())
				if err != nil {
					t.Fatal(fault.In(err, "en"))
				}
				last, found := view.One("DE_SHARE", stat.Key("A.XM.NSO.TOTAL")).Last()
				if !found || last.Value == nil {
					return "nothing"
				}
				return last.Value.String()
			}
			want := shown()
			names, _ := filepath.Glob(filepath.Join(folder, "*"+releasefile.Extension))
			if len(names) != 1 {
				t.Fatal(names)
			}
			half := filepath.Join(folder, "."+filepath.Base(names[0])+".123") // what a program that was ended left
			if x.aside {
				if err := os.WriteFile(half, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			x.harm(t, names[0])
			if got := shown(); got != want {
				t.Errorf("readers see %s, not %s", got, want)
			}
			f, vouched, err := opened(t.Context(), names[0])
			if err != nil || !vouched {
				t.Fatalf("the file is not whole again: %v, line beside it %v", err, vouched)
			}
			f.Close() //nolint:errcheck // nothing was written
			if _, err := os.Stat(names[0] + damagedEnd); (err == nil) != x.aside {
				t.Errorf("set aside: %v", err)
			}
			if strings.Contains(log.String(), "damaged") != x.aside {
				t.Errorf("the log says %q", log.String())
			}
			if _, err := os.Stat(half); x.aside && err == nil {
				t.Error("what was left half written takes room")
			}
		})
	}
}
