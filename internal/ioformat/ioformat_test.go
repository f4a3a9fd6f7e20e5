package ioformat

import (
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func wantCode(t testing.TB, err error, code string) *fault.Error {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	return fault.All(err)[0]
}

// published opens a published table of testdata, which is packed where it is large.
func published(t testing.TB, name string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func matrixOf(t testing.TB, text string) *Grid {
	t.Helper()
	g, err := ReadMatrix(strings.NewReader(text), "m.csv", tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const wide = "\ufeff,a,b,y\na,10,20,70\nb,30,40,130\nva,60,140,NA\njobs,1,2,\n"

func TestReadMatrix(t *testing.T) {
	t.Run("wide, with comma, semicolon or tab, and decimal comma where the separator is another", func(t *testing.T) {
		for _, text := range []string{wide, strings.ReplaceAll(wide, ",", ";"), strings.ReplaceAll(wide, ",", "\t")} {
			g := matrixOf(t, text)
			if got := g.Cell("b", "a"); got != inputoutput.Known(30) {
				t.Error(got)
			}
			if g.Cell("va", "y").Known || g.Cell("jobs", "y").Known {
				t.Error("a missing cell is known")
			}
		}
		if got := matrixOf(t, ";a\na;1,5\n").Cell("a", "a"); got != inputoutput.Known(1.5) {
			t.Error(got)
		}
	})
	t.Run("long", func(t *testing.T) {
		g := matrixOf(t, "row,column,value\na,a,1\na,b,2e3\nb,a,-0.5\n")
		if g.Cell("a", "b") != inputoutput.Known(2000) || g.Cell("b", "b").Known {
			t.Error(g)
		}
	})
	t.Run("wide and long of the same table are the same", rapid.MakeCheck(func(t *rapid.T) {
		n, m := rapid.IntRange(1, 5).Draw(t, "n"), rapid.IntRange(1, 5).Draw(t, "m")
		var w, l strings.Builder
		l.WriteString("row,column,value\n")
		for j := range m {
			fmt.Fprintf(&w, ",c%d", j)
		}
		for i := range n {
			fmt.Fprintf(&w, "\nr%d", i)
			for j := range m {
				v := rapid.Float64Range(-1e9, 1e9).Draw(t, "v")
				fmt.Fprintf(&w, ",%g", v)
				fmt.Fprintf(&l, "r%d,c%d,%g\n", i, j, v)
			}
		}
		a, err1 := ReadMatrix(strings.NewReader(w.String()), "w", tabular.Options{})
		b, err2 := ReadMatrix(strings.NewReader(l.String()), "l", tabular.Options{})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		for _, r := range a.Rows {
			for _, c := range a.Columns {
				if a.Cell(r, c) != b.Cell(r, c) {
					t.Fatalf("%s,%s: %v and %v", r, c, a.Cell(r, c), b.Cell(r, c))
				}
			}
		}
	}))
	t.Run("damage is refused with its place", func(t *testing.T) {
		for name, c := range map[string]struct {
			text, code string
			row        int
			column     string
		}{
			"an empty file":             {"", "tabular.empty", 0, ""},
			"a heading alone":           {",a\n", "ioformat.no-cells", 0, ""},
			"a word for a number":       {",a,b\na,1,2\nb,3,many\n", "ioformat.not-a-number", 3, "b"},
			"a number of two readings":  {",a\na,\"1,234\"\n", "tabular.two-readings", 2, "B"},
			"two conventions":           {",a\na,\"1,5\"\nb,1.5\n", "tabular.mixed-numbers", 3, "B"},
			"not a number by name":      {",a\na,NaN\n", "ioformat.not-a-number", 2, "a"},
			"an infinity by name":       {",a\na,Inf\n", "ioformat.not-a-number", 2, "a"},
			"hexadecimal":               {",a\na,0x10\n", "ioformat.not-a-number", 2, "a"},
			"a number beyond range":     {",a\na,1e999\n", "ioformat.out-of-range", 2, "a"},
			"a line cut short":          {",a,b\na,1,2\nb,3\n", "ioformat.ragged", 3, ""},
			"a line too long":           {",a\na,1,2\n", "ioformat.ragged", 2, ""},
			"an open quotation":         {",a\na,\"1\nb,2\n", "tabular.quotes", 2, ""},
			"a row twice":               {",a\na,1\na,2\n", "ioformat.row-twice", 0, ""},
			"a column twice":            {",a,a\na,1,2\n", "ioformat.column-twice", 0, ""},
			"a row without a code":      {",a\n,1\n", "ioformat.no-code", 2, "A"},
			"a column without a code":   {",a,\na,1,2\n", "ioformat.no-code", 1, "C"},
			"bytes that are not UTF-8":  {",a\nb\xff,1\n", "tabular.not-utf8", 2, ""},
			"a cell given twice":        {"row,column,value\na,a,1\na,a,1\n", "ioformat.cell-twice", 3, ""},
			"a long row without a code": {"row,column,value\n,a,1\n", "ioformat.no-code", 2, "row"},
			"a long cell not a number":  {"row,column,value\na,a,nhiều\n", "ioformat.not-a-number", 2, "value"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := ReadMatrix(strings.NewReader(c.text), "m.csv", tabular.Options{})
				e := wantCode(t, err, c.code)
				if e.Where.File != "m.csv" || e.Where.Row != c.row || e.Where.Column != c.column {
					t.Errorf("points to %+v", e.Where)
				}
			})
		}
	})
}

func TestRoles(t *testing.T) {
	roles := Roles{Final: []string{"y"}, ValueAdded: []string{"va"}, Physical: []string{"jobs"}}
	t.Run("an industry is a code that is both a row and a column", func(t *testing.T) {
		got, err := matrixOf(t, wide).Table(roles)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(got.Table.Codes, "") != "ab" || got.Table.Z.At(1, 0) != 30 || got.Table.Primary[1].Kind != inputoutput.Physical {
			t.Errorf("%+v", got.Table)
		}
		if len(got.Findings)+len(got.Ignored)+len(got.Notes) != 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a printed total that disagrees is a finding with its size, not an error", func(t *testing.T) {
		text := ",a,b,TOTAL,y\na,10,20,30,70\nb,30,40,77,130\nTOTAL,40,60,100,200\nva,60,140,,\nx,100,201,,\n"
		got, err := matrixOf(t, text).Table(Roles{Final: []string{"y"}, ValueAdded: []string{"va"}, Output: "x",
			RowSums: []Sum{{"TOTAL", []string{"*"}}}, ColumnSums: []Sum{{"TOTAL", []string{"*"}}}})
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for _, f := range got.Findings {
			seen = append(seen, fmt.Sprint(f.What, " ", f.At, " ", f.Size))
		}
		if s := strings.Join(seen, "; "); s != "row b / TOTAL -7; column b -1; row b -1" {
			t.Error(s)
		}
		if !strings.Contains(got.Findings[0].In("vi"), "77") {
			t.Error(got.Findings[0].In("vi"))
		}
	})
	t.Run("a blank flow is refused with its place, or taken for zero and counted when asked", func(t *testing.T) {
		g := matrixOf(t, ",a,b\na,10,\nb,30,40\nva,60,140\n")
		_, err := g.Table(Roles{ValueAdded: []string{"va"}})
		if e := wantCode(t, err, "ioformat.blank-cell"); e.Where.Row != 2 || e.Where.Column != "b" {
			t.Errorf("%+v", e.Where)
		}
		got, err := g.Table(Roles{ValueAdded: []string{"va"}, BlankIsZero: true})
		if err != nil || len(got.Notes) != 1 || got.Notes[0].Args["count"] != 1 {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("what has no role is listed, what is named and not there is refused", func(t *testing.T) {
		got, err := matrixOf(t, wide).Table(Roles{ValueAdded: []string{"va"}})
		if err != nil || strings.Join(got.Ignored, " ") != "jobs y" {
			t.Errorf("%+v %v", got, err)
		}
		_, err = matrixOf(t, wide).Table(Roles{Final: []string{"z"}})
		wantCode(t, err, "ioformat.no-such-column")
		_, err = matrixOf(t, wide).Table(Roles{ValueAdded: []string{"z"}})
		wantCode(t, err, "ioformat.no-such-row")
		_, err = matrixOf(t, ",x\na,1\n").Table(Roles{})
		wantCode(t, err, "ioformat.no-industries")
	})
	t.Run("the Netherlands 2000, comma and semicolon alike", func(t *testing.T) {
		for _, name := range []string{"iotables_netherlands_2000.csv", "iotables_netherlands_2006.csv"} {
			g, err := ReadMatrix(published(t, name), name, tabular.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := g.Table(Roles{Final: []string{"final_consumption_households", "final_consumption_government", "gross_fixed_capital_formation", "exports"},
				ValueAdded: []string{"value_added_bp"}, Imports: []string{"imports"}, Taxes: []string{"net_tax"}, Details: []string{"compensation_employees"}, Output: "output_bp",
				RowSums: []Sum{{"TOTAL", []string{"*"}}}, ColumnSums: []Sum{{"TOTAL", []string{"*"}}}})
			if err != nil {
				t.Fatal(err)
			}
			m, err := inputoutput.NewModel(got.Table, inputoutput.Options{})
			if err != nil {
				t.Fatal(err)
			}
			pay, _ := got.Table.PrimaryRow("compensation_employees")
			e, err := m.Effects(pay)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "income multiplier", e.Multiplier[0].Value, 2.465771009527, 1e-9)
			for _, f := range got.Findings {
				if f.What == "row" && math.Abs(f.Size) > 2 {
					t.Log(f.In("en")) // the table as printed has such gaps; they are findings
				}
			}
		}
	})
}

func TestSentences(t *testing.T) {
	t.Run("every code of this room has a sentence in both languages, and every sentence a use", func(t *testing.T) {
		used := map[string]bool{}
		files, _ := filepath.Glob("*.go")
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`fault\.New\("(ioformat\.[a-z0-9-]+)"`).FindAllStringSubmatch(string(b), -1) {
				used[m[1]] = true
			}
		}
		known := map[string]bool{}
		for _, c := range fault.Codes() {
			if strings.HasPrefix(c, "ioformat.") {
				known[c] = true
				if e := fault.New(c); !used[c] || e.In("vi") == e.In("en") {
					t.Errorf("%s is never used, or not translated", c)
				}
			}
		}
		for c := range used {
			if !known[c] {
				t.Errorf("%s has no sentence", c)
			}
		}
	})
}
