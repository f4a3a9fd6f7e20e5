package inputoutput

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/measuretest"
)

func small() *Table {
	return &Table{Codes: []string{"a", "b"}, Z: matrix([][]float64{{10, 20}, {30, 40}}), Output: []float64{100, 200},
		Final: []Column{{"y", []float64{70, 130}}}, Primary: []Row{{"va", ValueAdded, []float64{60, 140}}}}
}

func TestTableCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Table)
		code   string
	}{
		"no industry":                 {func(t *Table) { t.Codes = nil }, "inputoutput.empty-table"},
		"a code twice":                {func(t *Table) { t.Codes[1] = "a" }, "inputoutput.code-twice"},
		"Z of another size":           {func(t *Table) { t.Z = mat.NewDense(2, 3, nil) }, "inputoutput.shape"},
		"NaN in Z":                    {func(t *Table) { t.Z.Set(1, 0, math.NaN()) }, "inputoutput.not-finite"},
		"infinity in final use":       {func(t *Table) { t.Final[0].Values[1] = math.Inf(1) }, "inputoutput.not-finite"},
		"NaN in value added":          {func(t *Table) { t.Primary[0].Values[0] = math.NaN() }, "inputoutput.not-finite"},
		"NaN in output":               {func(t *Table) { t.Output[0] = math.NaN() }, "inputoutput.not-finite"},
		"a short row":                 {func(t *Table) { t.Primary[0].Values = []float64{1} }, "inputoutput.length"},
		"nothing that gives a size":   {func(t *Table) { t.Output, t.Final, t.Primary = nil, nil, nil }, "inputoutput.no-output"},
		"more inputs than it can pay": {func(t *Table) { t.Output = []float64{20, 30} }, "inputoutput.not-productive"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			table := small()
			c.change(table)
			_, err := NewModel(table, Options{})
			measuretest.Fails(t, err, c.code)
		})
	}
	t.Run("the cell is named by its codes", func(t *testing.T) {
		table := small()
		table.Z.Set(1, 0, math.NaN())
		err := table.Check()
		if s := fault.In(err, "vi"); !strings.Contains(s, "“b”") || !strings.Contains(s, "“a”") {
			t.Error(s)
		}
	})
}

func TestWarnings(t *testing.T) {
	t.Run("oddities are kept and named, each once", func(t *testing.T) {
		table := &Table{Codes: []string{"a", "b", "c"}, Z: matrix([][]float64{{10, 20, 0}, {95, -5, 0}, {1, 0, 0}}),
			Output: []float64{100, 200, 0}, Primary: []Row{{"va", ValueAdded, []float64{-6, 185, 0}}}}
		m := model(t, table)
		var got []string
		for _, w := range m.Warnings {
			got = append(got, w.Code)
		}
		want := "inputoutput.column-over-one inputoutput.negative-flow inputoutput.sells-without-output inputoutput.negative-final-demand inputoutput.negative-value-added"
		if strings.Join(got, " ") != want {
			t.Errorf("%v", got)
		}
	})
	t.Run("an ordinary table has none", func(t *testing.T) {
		if m := model(t, small()); len(m.Warnings) > 0 {
			t.Error(m.Warnings)
		}
	})
}

func TestGrossOutput(t *testing.T) {
	t.Run("row and column that differ: the column is used and the gap reported", func(t *testing.T) {
		table := small()
		table.Output, table.Final[0].Values = nil, []float64{70, 137}
		nearAll(t, "x", table.GrossOutput(), []float64{100, 200}, 0)
		f := table.Reconcile(0.5)
		if len(f) != 1 || f[0].What != "row-column" || f[0].At != "b" || f[0].Size != 7 {
			t.Errorf("%+v", f)
		}
	})
	t.Run("employment is not money", func(t *testing.T) {
		table := small()
		table.Primary = append(table.Primary, Row{"jobs", Physical, []float64{9, 9}})
		nearAll(t, "x", table.ColumnTotals(), []float64{100, 200}, 0)
	})
	t.Run("arguments are not changed", func(t *testing.T) {
		table, before := small(), small()
		m := model(t, table)
		_, _ = m.Linkages()
		_, _ = m.Extract([]int{0}, Whole)
		_, _ = m.TypeII([]float64{1, 1}, Household{Income: []float64{1, 1}, Consumption: []float64{0.1, 0.1}})
		_, _, _ = m.ValueFlow([]float64{1, 1}, []float64{1, 1})
		if !mat.Equal(table.Z, before.Z) {
			t.Error("Z changed")
		}
		nearAll(t, "output", table.Output, before.Output, 0)
		nearAll(t, "final", table.Final[0].Values, before.Final[0].Values, 0)
	})
}

func TestBlocks(t *testing.T) {
	dom, imp := small(), &Table{Codes: []string{"a", "b"}, Origin: Imported, Z: matrix([][]float64{{1, 2}, {3, 4}}), Final: []Column{{"y", []float64{5, 6}}}}
	t.Run("the third block follows from two", func(t *testing.T) {
		b := &Blocks{Domestic: dom, Imported: imp}
		if f, err := b.Complete(0); err != nil || len(f) > 0 {
			t.Fatal(f, err)
		}
		nearMatrix(t, "total", b.Total.Z, [][]float64{{11, 22}, {33, 44}}, 0)
		c := &Blocks{Domestic: dom, Total: b.Total}
		if _, err := c.Complete(0); err != nil {
			t.Fatal(err)
		}
		nearMatrix(t, "imported", c.Imported.Z, [][]float64{{1, 2}, {3, 4}}, 0)
		d := &Blocks{Imported: imp, Total: b.Total}
		if _, err := d.Complete(0); err != nil {
			t.Fatal(err)
		}
		nearMatrix(t, "domestic", d.Domestic.Z, [][]float64{{10, 20}, {30, 40}}, 0)
		if r, err := d.Domestic.PrimaryRow("imports"); err != nil || r[1] != 6 {
			t.Error(r, err)
		}
	})
	t.Run("exports without imports stay whole, and the column of imports goes over into a row", func(t *testing.T) {
		total := &Table{Codes: []string{"a", "b"}, Origin: Total, Z: matrix([][]float64{{20, 45}, {50, 70}}), Primary: []Row{{"va", ValueAdded, []float64{130, 185}}},
			Final: []Column{{"home", []float64{95, 200}}, {"exports", []float64{60, 30}}, {"m", []float64{-20, -50}}}}
		imp := &Table{Codes: []string{"a", "b"}, Origin: Imported, Z: matrix([][]float64{{4, 9}, {15, 10}}), Final: []Column{{"home", []float64{7, 25}}}}
		for _, named := range []string{"", "m"} {
			b := &Blocks{Total: total, Imported: imp, Imports: named}
			if f, err := b.Complete(0); err != nil || len(f) > 0 {
				t.Fatal(f, err)
			}
			nearMatrix(t, "domestic", b.Domestic.Z, [][]float64{{16, 36}, {35, 60}}, 0)
			if d := b.Domestic; len(d.Final) != 2 || d.Final[0].Values[1] != 175 || d.Final[1].Values[0] != 60 || len(d.Reconcile(0)) > 0 {
				t.Errorf("%+v", d)
			}
			back := &Blocks{Domestic: b.Domestic, Imported: imp, Imports: named}
			if f, err := back.Complete(0); err != nil || len(f) > 0 {
				t.Fatal(f, err)
			}
			if x := back.Total; len(x.Reconcile(0)) > 0 || x.Final[2].Values[1] != -50 || len(x.Primary) != 1 {
				t.Errorf("%+v", x)
			}
			all := &Blocks{Domestic: b.Domestic, Imported: &Table{Codes: imp.Codes, Z: imp.Z, Final: []Column{{"exports", []float64{0, 2}}, {"home", []float64{7, 25}}}}, Total: total}
			f, err := all.Complete(0)
			if err != nil || len(f) != 1 || f[0].At != "b × exports" || f[0].Size != -2 || f[0].Printed != 2 {
				t.Errorf("%+v %v", f, err)
			}
		}
	})
}

func TestBlocksThatDisagree(t *testing.T) {
	dom, imp := small(), &Table{Codes: []string{"a", "b"}, Origin: Imported, Z: matrix([][]float64{{1, 2}, {3, 4}}), Final: []Column{{"y", []float64{5, 6}}}}
	t.Run("blocks that disagree are findings, one block alone an error", func(t *testing.T) {
		b := &Blocks{Domestic: dom, Imported: imp}
		_, _ = b.Complete(0)
		b.Total.Z.Set(0, 1, 25)
		f, err := b.Complete(0.5)
		if err != nil || len(f) != 1 || f[0].At != "a × b" || f[0].Size != 3 {
			t.Errorf("%+v %v", f, err)
		}
		_, err = (&Blocks{Domestic: dom}).Complete(0)
		measuretest.Fails(t, err, "inputoutput.too-few-blocks")
		other := small()
		other.Codes = []string{"b", "a"}
		_, err = (&Blocks{Domestic: dom, Imported: other}).Complete(0)
		measuretest.Fails(t, err, "inputoutput.codes-differ")
	})
	t.Run("imports by proportion leave exports alone and every balance whole", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 1, 5)
		n := table.N()
		table.Origin = Total
		exports, imports, negative := make([]float64, n), make([]float64, n), make([]float64, n)
		for i, y := range table.Final[0].Values {
			exports[i] = float64(rapid.IntRange(0, 10).Draw(t, "e")) / 10 * y
			imports[i] = float64(rapid.IntRange(0, 10).Draw(t, "m")) / 10 * (table.Output[i] - exports[i])
			table.Final[0].Values[i] += imports[i] - exports[i]
			negative[i] = -imports[i]
		}
		table.Primary = table.Primary[:1]
		for j, s := range table.ColumnTotals() {
			table.Primary[0].Values[j] += table.Output[j] - s
		}
		table.Final = append(table.Final, Column{"exp", exports}, Column{"imp", negative})
		got, err := DomesticByProportion(table, imports, "exp", "imp")
		if err != nil {
			t.Fatal(err)
		}
		if f := got.Reconcile(1e-7); len(f) > 0 {
			t.Fatalf("%s", f[0].In("en"))
		}
		_, err = DomesticByProportion(table, imports, "nothing", "imp")
		measuretest.Fails(t, err, "inputoutput.no-such-column")
	}))
}

func TestMaybe(t *testing.T) {
	b, err := json.Marshal([]Maybe{Known(1.5), Missing})
	if err != nil || string(b) != "[1.5,null]" {
		t.Error(string(b), err)
	}
	var back []Maybe
	if err := json.Unmarshal(b, &back); err != nil || back[0] != Known(1.5) || back[1] != Missing {
		t.Error(back, err)
	}
	if Missing.String() != ".." || Known(2).String() != "2" {
		t.Error("printed wrongly")
	}
}

func TestSentences(t *testing.T) {
	t.Run("every code of this room has a sentence in both languages, and every sentence a use", func(t *testing.T) {
		used := map[string]bool{}
		files, _ := filepath.Glob("*.go")
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			for _, m := range regexp.MustCompile(`fault\.New\("(inputoutput\.[a-z-]+)"`).FindAllStringSubmatch(string(b), -1) {
				used[m[1]] = true
			}
		}
		known := map[string]bool{}
		for _, c := range fault.Codes() {
			if strings.HasPrefix(c, "inputoutput.") {
				known[c] = true
				if !used[c] {
					t.Errorf("%s is never used", c)
				}
				if e := fault.New(c); e.In("vi") == e.In("en") {
					t.Errorf("%s reads the same in both languages", c)
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
