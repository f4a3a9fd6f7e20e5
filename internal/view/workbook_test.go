package view

import (
	"bytes"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	wb "nhipso/internal/workbook"
)

func bookOf(t *testing.T, s *Speaker, n pipeline.Node) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteWorkbook(t.Context(), &b, n, wb.Properties{Creator: "Cục Thống kê", Created: time.Date(2026, 10, 6, 3, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// find gives the row of the second sheet that bears a label in its first column.
func find(t *testing.T, f *excelize.File, sheet, label string) int {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if len(r) > 0 && r[0] == label {
			return i + 1
		}
	}
	return 0
}

// TestAWorkbookGivesTheFigureBack lets LibreOffice compute, for every kind of figure of every dataflow, the figure again from the inputs on the
// sheet. Only recipes that say so have figures without formulas.
func TestAWorkbookGivesTheFigureBack(t *testing.T) {
	i := loaded(t)
	s := i.speaker("vi")
	without := map[string]bool{}
	for _, r := range i.recipes {
		for _, flow := range r.Outputs {
			without[flow] = r.NoWorking != ""
		}
	}
	var files []*excelize.File
	var figures []cube.Version
	tried := map[string]bool{}
	for _, cell := range slices.SortedFunc(maps.Keys(i.newest), func(a, b cube.Cell) int { return strings.Compare(a.String(), b.String()) }) {
		v := i.newest[cell]
		if cube.Reported(v.Observation) || v.Value == nil {
			continue
		}
		codes := v.Key.Codes()
		l, ok, err := i.LineageOf(context.Background(), v.Attributes[stat.AttrRun], cell)
		if err != nil || !ok {
			t.Fatalf("%s: no lineage (%v)", cell, err)
		}
		id := v.Dataflow + " " + codes[len(codes)-1] // a kind is a measure, or where formulas are kept the form of one
		if f := l.Formula; strings.HasPrefix(v.Dataflow, "IO_") && codes[len(codes)-1] != "DIAGONAL" {
			id = v.Dataflow // each has the thousands of cells of a table; package recipe evaluates them all
		} else if f != nil && f.Term != nil {
			id = v.Dataflow + " " + f.Method + " " + string(f.Term.Op)
		} else if f != nil {
			id += " " + f.Method
		}
		if tried[id] {
			continue
		}
		tried[id] = true
		n, err := pipeline.ExplainVersion(context.Background(), i, v)
		if err != nil {
			t.Fatal(err)
		}
		f := bookOf(t, s, n)
		if find(t, f, s.say("sheet-recompute"), s.say("result")) == 0 {
			if !without[v.Dataflow] {
				t.Errorf("%s has no formula", v.Cell())
			}
			continue
		}
		files, figures = append(files, f), append(figures, v)
	}
	if len(files) < 90 {
		t.Errorf("only %d kinds were tried", len(files))
	}
	for k, rows := range office(t, s.say("sheet-recompute"), files) {
		got, ok := labelled(rows, s.say("result"))
		want := figures[k].Value.Float64()
		if tolerance := math.Max(1e-9*math.Abs(want), 1.01e-4); !ok || math.Abs(got-want) > tolerance {
			t.Errorf("%s: the workbook gives %v (%v), published is %v", figures[k].Cell(), got, ok, want)
		}
		for _, r := range rows {
			if strings.HasPrefix(r[0], "step-") || strings.HasPrefix(r[0], "unknown-") || strings.Contains(r[0], "{") {
				t.Errorf("%s: a step is called %q", figures[k].Cell(), r[0])
			}
		}
	}
}

// TestAChangedInputChangesTheResult changes the first input of a product and of a system of equations.
func TestAChangedInputChangesTheResult(t *testing.T) {
	i := loaded(t)
	s := i.speaker("en")
	sheet := s.say("sheet-recompute")
	product, solved := bookOf(t, s, i.node(t, "DE_VA/A.VN.NSO.TOTAL.LATEST/2023")), bookOf(t, s, i.node(t, "DE_SHARE_EST/A.VN.NSO.DIGITALISED/2023"))
	for _, f := range []*excelize.File{product, solved} {
		if err := f.SetCellFloat(sheet, "B5", 10, -1, 64); err != nil {
			t.Fatal(err)
		}
	}
	rows := office(t, sheet, []*excelize.File{product, solved})
	if got, _ := labelled(rows[0], s.say("result")); math.Abs(got-1031905.9) > 1e-6 {
		t.Errorf("10 %% of 10,319,059 is %v", got)
	}
	if got, ok := labelled(rows[1], s.say("result")); !ok || math.Abs(got-i.node(t, "DE_SHARE_EST/A.VN.NSO.DIGITALISED/2023").Versions[0].Value.Float64()) < 0.1 {
		t.Errorf("with 10 %% in 2020 the path gives %v", got)
	}
}

func TestAMethodThatIsNoFormulaHasItsInputsLaidOut(t *testing.T) {
	i := loaded(t)
	s := i.speaker("vi")
	f := bookOf(t, s, i.node(t, "DE_QUARTERLY_MC/Q.VN.NSO.CORE.SHARE.MEAN/2025-Q4"))
	sheet := s.say("sheet-recompute")
	rows, err := f.GetRows(sheet)
	if err != nil || len(rows) < 60 {
		t.Fatalf("%d rows (%v): the inputs are quarterly and annual series", len(rows), err)
	}
	if !strings.Contains(rows[2][0], "nhipso run --force digital-uncertainty") {
		t.Errorf("says %q", rows[2][0])
	}
}

func TestWordsOfAWorkbookAreNeverFormulas(t *testing.T) {
	i := loaded(t)
	n := i.node(t, "DE_VA/A.VN.NSO.TOTAL.LATEST/2023")
	evil := `=HYPERLINK("http://x","y")`
	for j := range n.From {
		v := n.From[j].Versions[0]
		v.Attributes = v.Attributes.Clone()
		v.Attributes[stat.AttrSource] = evil
		n.From[j].Versions = []cube.Version{v}
	}
	f := bookOf(t, i.speaker("vi"), n)
	seen := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, words := range row {
				if words != evil {
					continue
				}
				seen++
				at := cellName(c+1, r+1)
				kind, _ := f.GetCellType(sheet, at)
				formula, _ := f.GetCellFormula(sheet, at)
				if kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString || formula != "" {
					t.Errorf("%s %s is of kind %v with formula %q", sheet, at, kind, formula)
				}
			}
		}
	}
	if seen < 2 {
		t.Errorf("the words stand in %d cells", seen)
	}
}

// withholding takes the figure of one input out of an explanation, as a gate does.
func withholding(n pipeline.Node, input int) pipeline.Node {
	from := append([]pipeline.Node{}, n.From...)
	from[input].Withheld, from[input].Versions = len(from[input].Versions), nil
	n.From = from
	return n
}

func TestAWithheldInputCannotBeComputedBack(t *testing.T) {
	i := loaded(t)
	for _, cell := range []string{"DE_VA/A.VN.NSO.TOTAL.LATEST/2023", "DE_SHARE_EST/A.VN.NSO.CORE/2025", "DE_PROVINCE/A.VN34-24.MIC.SHARE_RESTATED/2022", "DE_SHARE_EST/A.VN.NSO.DIGITALISED/2023"} {
		whole := i.node(t, cell)
		for input := range whole.From {
			n := withholding(whole, input)
			for _, lang := range []string{"vi", "en"} {
				s := i.speaker(lang)
				said, _ := s.Sentence(n)
				if said.Kind != Withheld || len(said.Operands) != 0 || said.Expression != "" {
					t.Errorf("%s without input %d: %+v", cell, input, said)
				}
				if want := map[string]string{"vi": "một đầu vào chưa được công bố", "en": "an input that is not published"}[lang]; !strings.Contains(said.Text, want) {
					t.Errorf("%s: %s", lang, said.Text)
				}
				f := bookOf(t, s, n)
				if sheets := f.GetSheetList(); len(sheets) != 1 {
					t.Errorf("%s: the workbook has the sheets %v", cell, sheets)
				}
				rows, err := f.GetRows(s.say("sheet-tree"))
				if err != nil {
					t.Fatal(err)
				}
				for j, other := range whole.From {
					for _, v := range other.Versions {
						if v.Value == nil {
							continue
						}
						if j != input && v.Cell() != whole.Cell && shown(rows[4:], s.Series(flow(t, i, v), v.Key, nil).In(lang)) {
							t.Errorf("%s without input %d: the workbook shows %s", cell, input, v.Cell())
						}
						if strings.Contains(said.Text, s.Value(v)) && s.Value(v) != s.Value(whole.Versions[0]) {
							t.Errorf("%s without input %d: the sentence shows %s", cell, input, s.Value(v))
						}
					}
				}
			}
		}
	}
	t.Run("nor may the other figures of a run that is withheld be told", func(t *testing.T) {
		n := i.node(t, "DE_VA/A.VN.NSO.TOTAL.LATEST/2023")
		n.Run, n.From = nil, nil
		if said, _ := i.speaker("vi").Sentence(n); said.Kind != Withheld {
			t.Errorf("%+v", said)
		}
	})
	t.Run("nor a figure of the same run that the reader may not see", func(t *testing.T) {
		n := i.node(t, "DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2025-Q4")
		s := i.speaker("vi")
		s.Beside = func(cube.Cell) (cube.Version, bool) { return cube.Version{}, false }
		if said, _ := s.Sentence(n); said.Kind != Withheld || len(said.Operands) != 0 {
			t.Errorf("%+v", said)
		}
	})
}

// shown reports whether a row below the figure itself gives a value of a series.
func shown(rows [][]string, series string) bool {
	return slices.ContainsFunc(rows, func(row []string) bool {
		return len(row) > 5 && row[0] != "0" && row[3] == series && row[5] != ""
	})
}

func flow(t *testing.T, i *installation, v cube.Version) *catalog.Dataflow {
	t.Helper()
	f, err := i.catalog.Dataflow(v.Dataflow)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
