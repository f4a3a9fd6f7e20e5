package reference_test

import (
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/needs"
	"nhipso/internal/stat"
)

// table reads one of the tables of published figures, keyed apart from the files that the program carries.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	return listed(t, "tables/"+name+".csv")
}

// listed reads a file of testdata.
func listed(t *testing.T, name string) []map[string]string {
	t.Helper()
	return rowsOf(t, filepath.Join("testdata", filepath.FromSlash(name)))
}

// rowsOf reads the rows of a CSV file by their headings.
func rowsOf(t *testing.T, path string) []map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}

// What is keyed in testdata is whole: where the collection is, each of its rows stands there in the same words, in the columns that tests read.
func TestWhatIsKeyedIsWhatTheCollectionHas(t *testing.T) {
	for folder, original := range map[string]string{"tables": "domain/tables", "provincial": "data/vn_provincial"} {
		files := 0
		err := filepath.WalkDir(filepath.Join("testdata", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files++
			name, err := filepath.Rel(filepath.Join("testdata", folder), path)
			if err != nil {
				return err
			}
			name = filepath.ToSlash(name)
			t.Run(folder+"/"+name, func(t *testing.T) {
				want := rowsOf(t, needs.Shared(t, original+"/"+name))
				got := rowsOf(t, path)
				if len(got) != len(want) {
					t.Fatalf("%d rows, the collection has %d", len(got), len(want))
				}
				for i, r := range got {
					for column, v := range r {
						if w, ok := want[i][column]; !ok || v != w {
							t.Errorf("row %d, %s: %q, the collection has %q", i+2, column, v, w)
						}
					}
				}
			})
			return nil
		})
		if err != nil || files < 11 {
			t.Errorf("%s: %d files, %v", folder, files, err)
		}
	}
}

// figure is one number of a table, said in our terms.
type figure struct {
	flow, key, period, value, mark, vintage string
}

// figureOf says an entry in the terms of the tables.
func figureOf(x cube.Entry) figure {
	v := ""
	if x.Value != nil {
		v = number(x.Value.String())
	}
	return figure{x.Dataflow, string(x.Key), x.Period.String(), v, string(x.Mark()), x.Vintage.Written}
}

// ours reads all observations that the program carries.
func ours(t *testing.T) map[figure]int {
	t.Helper()
	out := map[figure]int{}
	for _, entries := range carried(t) {
		for _, x := range entries {
			out[figureOf(x)]++
		}
	}
	return out
}

// number writes a number without zeros that say nothing, so that 13.20 equals 13.2.
func number(s string) string {
	if s == "" {
		return ""
	}
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func TestFiguresThatMustNotBeLoaded(t *testing.T) {
	for f := range ours(t) {
		switch {
		case f.flow == "DE_SHARE" && f.value == "8.78", f.flow == "DE_SHARE" && f.value == "19.5", f.flow == "TEAMS" && (f.value == "93524" || f.value == "457820"), f.flow == "DE_SHARE" && f.value == "14.96":
			t.Errorf("loaded: %+v", f)
		}
	}
}

func TestReferenceFiguresNameTheirSources(t *testing.T) {
	c, _ := world(t)
	sources, err := c.Codelist("CL_SOURCE")
	if err != nil {
		t.Fatal(err)
	}
	notes, err := c.Codelist("CL_NOTE")
	if err != nil {
		t.Fatal(err)
	}
	for name, entries := range carried(t) {
		for _, x := range entries {
			if _, ok := sources.Code(x.Attributes[stat.AttrSource]); !ok {
				t.Errorf("%s:%d names no source of the list: %s", name, x.Row, x.Attributes[stat.AttrSource])
			}
			for _, a := range []string{stat.AttrComment, stat.AttrCoverage, stat.AttrDenominator} {
				if v := x.Attributes[a]; v != "" {
					if _, ok := notes.Code(v); !ok {
						t.Errorf("%s:%d: %s is in one language only: %s", name, x.Row, a, v)
					}
				}
			}
		}
	}
}
