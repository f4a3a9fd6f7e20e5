package store_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

// earlier are databases that the program wrote as it was at earlier commits, each with the schema of its day: three reported figures, one of
// them missing, a revision, a run with its figure and lineage, a release that is out. Each file bears the name of its commit.
var earlier = []struct {
	commit   string
	schema   int64
	inOrder  bool // the database had every migration before its last one
	sealed   bool // rows were sealed already
	released publish.State
}{
	{"1862f84", 1, true, false, publish.Published},
	{"bce3a16", 2, true, false, publish.Published},
	{"0fc1d40", 3, true, false, publish.Published},
	{"cf205ff", 4, true, true, publish.Published},
	{"00e9e0a", 6, false, true, publish.Published},
	{"2417426", 7, false, true, publish.Published},
	{"7d3c4bd", 7, true, true, publish.Published},
}

func unpack(t *testing.T, commit string) string {
	t.Helper()
	f, err := os.Open("testdata/upgrade/" + commit + ".db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "nhipso.db")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDatabasesOfEarlierCommitsKeepFiguresRunsAndReleases(t *testing.T) {
	for _, x := range earlier {
		t.Run(x.commit, func(t *testing.T) {
			file := unpack(t, x.commit)
			wantKept(t, storetest.Open(t, file), x.released)
		})
	}
}

// A backup of a database of an earlier program goes into either kind of database: with the schema of its day, which is then brought up to date.
func TestACopyOfAnEarlierDatabaseIsRestoredIntoBoth(t *testing.T) {
	onBoth(t, func(t *testing.T, at storetest.Database) {
		for _, x := range earlier {
			if !x.inOrder {
				continue // never left the desk of whoever worked on two lines at once
			}
			t.Run(x.commit, func(t *testing.T) {
				old, err := store.OpenWith(t.Context(), unpack(t, x.commit), store.Options{Copy: true})
				if err != nil {
					t.Fatal(err)
				}
				defer old.Close()
				copied, err := old.Snapshot(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer copied.Close()
				if copied.Schema != x.schema {
					t.Fatalf("a copy leaves the schema as it is: %d, want %d", copied.Schema, x.schema)
				}
				dir := t.TempDir()
				var tables []store.Table
				for _, table := range copied.Tables {
					f, err := os.Create(filepath.Join(dir, table.Name))
					if err != nil {
						t.Fatal(err)
					}
					done, err := copied.Copy(t.Context(), table, f)
					if err != nil {
						t.Fatal(err)
					}
					f.Close()
					tables = append(tables, done)
				}
				url := at(t)
				if err := store.Fill(t.Context(), url, copied.Schema, tables, func(table string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, table)) }); err != nil {
					t.Fatal(err)
				}
				wantKept(t, storetest.Open(t, url), x.released)
			})
		}
	})
}

// wantKept holds a store to what every fixture holds, and to being sound.
func wantKept(t *testing.T, s *store.Store, released publish.State) {
	t.Helper()
	ctx := t.Context()
	history, err := cube.History(ctx, s, cube.Query{Dataflow: "FLOW"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, v := range history {
		value := string(v.Status)
		if v.Value != nil {
			value = v.Value.String()
		}
		got[string(v.Key)+" "+v.Period.String()+" "+v.Vintage.Date.String()] = value
	}
	want := map[string]string{"A 2020 2021-01-01": "1.10", "A 2020 2022-02-01": "1.25", "B 2020 2021-01-01": string(stat.Unpublished), "A 2021 2022-01-01": "2", "D 2020 2026-01-01": "3.75"}
	for cell, value := range want {
		if got[cell] != value {
			t.Errorf("%s is %q, want %s", cell, got[cell], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d figures", len(got))
	}
	wantActs(t, s, released)
}

// wantActs holds a store to the run and the release of every fixture, to being sound, and to taking more.
func wantActs(t *testing.T, s *store.Store, released publish.State) {
	t.Helper()
	ctx := t.Context()
	run, found, err := s.RunByID(ctx, "q#1")
	if err != nil || !found || run.Recipe != "q" || run.Params["method"] != "chow-lin" || run.Message != 3 || len(run.Diagnostics) != 2 {
		t.Errorf("%+v %t %v", run, found, err)
	}
	line, found, err := s.LineageOf(ctx, "q#1", cube.Cell{Dataflow: "FLOW", Key: "D", Period: stat.Year(2020)})
	if err != nil || !found || len(line.From) != 1 || line.From[0].Message != 2 || line.From[0].Role != "benchmark" {
		t.Errorf("%+v %t %v", line, found, err)
	}
	r, err := s.ReleaseByID(ctx, "2026-Q3")
	if err != nil || r.Title.Vi != "Quý III năm 2026" || r.ApprovedBy != "minh" || r.Content().String() != "1-3" || r.StateAt(r.PublishAt) != released {
		t.Errorf("%+v (%v)", r, err)
	}
	report, err := s.Integrity(ctx)
	if err != nil || len(report.Schema) > 0 || len(report.Problems) > 0 {
		t.Errorf("%v %v (%v)", report.Schema, report.Problems, err)
	}
	if _, err := cube.Append(ctx, s, delivery(4)); err != nil {
		t.Errorf("nothing more can be stored: %v", err)
	}
}

// What an earlier program sealed is held to what it sealed: a column that came later is empty in its rows, and an altered row is named.
func TestARowOfAnEarlierProgramIsStillUnderItsSeal(t *testing.T) {
	for what, statement := range map[string]string{"a column that came later": "UPDATE lineage SET formula = 'x'", "a column of its day": "UPDATE lineage SET sources = '[]'"} {
		t.Run(what, func(t *testing.T) {
			file := unpack(t, "cf205ff")
			s := storetest.Open(t, file)
			s.Close()
			execute(t, file, "DROP TRIGGER lineage_no_update", statement)
			r, err := storetest.Open(t, file).Integrity(t.Context())
			if err != nil || len(r.Problems) != 1 {
				t.Fatalf("%v (%v)", r.Problems, err)
			}
			if code := fault.CodeOf(r.Problems[0]); code != "store.row-altered" {
				t.Error(code)
			}
		})
	}
}
