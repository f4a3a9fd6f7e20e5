package crosstab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/crosstab"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

type world struct {
	catalog *catalog.Catalog
	flow    *catalog.Dataflow
}

func newWorld(t *testing.T, id string) world {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Dataflow(id)
	if err != nil {
		t.Fatal(err)
	}
	return world{c, f}
}

func (w world) lists(id string) *catalog.Codelist { l, _ := w.catalog.Codelist(id); return l }

func (w world) figure(key, period, value string) cube.Version {
	o := stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Status: stat.Normal, Attributes: stat.Attributes{}}
	if value != "" {
		d := stat.MustDecimal(value)
		o.Value = &d
	}
	return cube.Version{Dataflow: w.flow.ID, Observation: o}
}

// set is the set of a province: the part of its identifier before the hyphen.
func set(area string) string {
	before, _, has := strings.Cut(area, "-")
	if !has {
		return ""
	}
	return before
}

var areas = crosstab.Areas{Set: set, Like: func(c crosstab.Cell) string { return c.Figure.Attributes[stat.AttrUnit] }}

// said lists what stands in a table, each figure with its codes.
func said(t *crosstab.Table) []string {
	var out []string
	for r, row := range t.Rows {
		for c, column := range t.Columns {
			cell := t.At(r, c)
			if !cell.Has && cell.Sum == nil {
				continue
			}
			var codes []string
			for i, d := range t.Down {
				codes = append(codes, d+"="+row.Codes[i])
			}
			for i, d := range t.Across {
				codes = append(codes, d+"="+column.Codes[i])
			}
			slices.Sort(codes)
			what := "sum " + fmt.Sprint(cell.Sum)
			if cell.Has {
				what = cell.Figure.Cell().String()
			}
			out = append(out, strings.Join(codes, " ")+": "+what)
		}
	}
	slices.Sort(out)
	return out
}

// figures draws figures of different cells of the share of the digital economy.
func (w world) figures(t *rapid.T) []cube.Version {
	cells := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"A", "Q"}).Draw(t, "f") + "." + rapid.SampledFrom([]string{"VN", "VN34-01", "VN34-24", "VN63-24"}).Draw(t, "a") + "." + rapid.SampledFrom([]string{"NSO", "MIC"}).Draw(t, "d") + "." +
			rapid.SampledFrom([]string{"TOTAL", "CORE", "ICT"}).Draw(t, "c") + "/" + rapid.SampledFrom([]string{"2020", "2021", "2025", "2025-Q1"}).Draw(t, "p")
	}), 1, 40, rapid.ID[string]).Draw(t, "cells")
	var out []cube.Version
	for i, c := range cells {
		key, period, _ := strings.Cut(c, "/")
		out = append(out, w.figure(key, period, fmt.Sprint(i)))
	}
	return out
}

func (w world) across(t *rapid.T) []string {
	all := []string{"FREQ", "REF_AREA", "DEFINITION", "COMPONENT", crosstab.Period}
	return slices.DeleteFunc(all, func(string) bool { return rapid.Bool().Draw(t, "down") })
}

func TestATableLosesNothingHoweverItIsTurned(t *testing.T) {
	w := newWorld(t, "DE_SHARE")
	rapid.Check(t, func(t *rapid.T) {
		figures, across := w.figures(t), w.across(t)
		one := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: across, Newest: true})
		if one.Figures() != len(figures) {
			t.Fatalf("%d of %d figures", one.Figures(), len(figures))
		}
		turned := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: one.Down})
		if a, b := said(one), said(turned); !slices.Equal(a, b) {
			t.Fatalf("turned it says\n%s\nand before\n%s", strings.Join(b, "\n"), strings.Join(a, "\n"))
		}
		if len(turned.Rows) != len(one.Columns) || len(turned.Columns) != len(one.Rows) {
			t.Fatalf("%d × %d became %d × %d", len(one.Rows), len(one.Columns), len(turned.Rows), len(turned.Columns))
		}
		again := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: turned.Down, Newest: true})
		for r := range one.Rows {
			for c := range one.Columns {
				if one.At(r, c).Figure.Cell() != again.At(r, c).Figure.Cell() || one.Rows[r].Total != again.Rows[r].Total {
					t.Fatalf("turned twice, row %d and column %d differ", r, c)
				}
			}
		}
	})
}

func TestSumsAreThoseOfTheirFigures(t *testing.T) {
	w := newWorld(t, "GRDP")
	rapid.Check(t, func(t *rapid.T) {
		var figures []cube.Version
		whole := map[string]stat.Decimal{}
		count := map[string]int{}
		for _, area := range []string{"VN34-01", "VN34-24", "VN34-48", "VN63-01", "VN63-24"} {
			for _, year := range []string{"2020", "2024"} {
				if rapid.IntRange(0, 9).Draw(t, "gone") == 0 {
					continue
				}
				value := stat.MustDecimal(fmt.Sprintf("%d.%02d", rapid.IntRange(0, 1e9).Draw(t, "n"), rapid.IntRange(0, 99).Draw(t, "r")))
				figures = append(figures, w.figure("A."+area, year, value.String()))
				whole[set(area)+year] = whole[set(area)+year].Add(value)
				count[set(area)+year]++
			}
		}
		if len(figures) == 0 {
			return
		}
		across := w.across(t)
		table := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: across})
		table.Sum(areas)
		if table.Figures() != len(figures) {
			t.Fatalf("%d of %d figures", table.Figures(), len(figures))
		}
		for r, row := range table.Rows {
			for c, column := range table.Columns {
				cell := table.At(r, c)
				if !row.Sum && !column.Sum {
					if cell.Sum != nil {
						t.Fatal("a sum where there is none")
					}
					continue
				}
				if cell.Sum == nil {
					continue
				}
				var parts stat.Decimal
				sets := map[string]int{}
				year := ""
				for _, p := range cell.Parts {
					parts = parts.Add(*p.Value)
					year = p.Period.String()
					sets[set(w.flow.CodeOf(p.Key, "REF_AREA"))]++
				}
				if len(sets) != 1 {
					t.Fatalf("areas of %v are added", sets)
				}
				for s, n := range sets {
					if cell.Sum.Cmp(parts) != 0 || cell.Sum.Cmp(whole[s+year]) != 0 || n != count[s+year] {
						t.Fatalf("%s of %d figures of %s in %s, which are %s", cell.Sum, n, s, year, whole[s+year])
					}
				}
			}
		}
	})
}

func TestSums(t *testing.T) {
	w := newWorld(t, "GRDP")
	tall := func(figures ...cube.Version) *crosstab.Table {
		table := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: []string{crosstab.Period}})
		table.Sum(areas)
		return table
	}
	t.Run("a missing figure leaves its sum out and says how many it lacks", func(t *testing.T) {
		table := tall(w.figure("A.VN34-01", "2024", "5"), w.figure("A.VN34-24", "2024", ""), w.figure("A.VN34-01", "2025", "7"), w.figure("A.VN34-24", "2025", "8"))
		last := len(table.Rows) - 1
		if !table.Rows[last].Sum {
			t.Fatalf("%+v", table.Rows)
		}
		if c := table.At(last, 0); c.Sum != nil || c.Lacks != 1 {
			t.Errorf("%+v", c)
		}
		if c := table.At(last, 1); c.Sum == nil || c.Sum.String() != "15" {
			t.Errorf("%+v", c)
		}
	})
	t.Run("the nation is not added to its provinces, nor one area alone", func(t *testing.T) {
		table := tall(w.figure("A.VN", "2024", "100"), w.figure("A.VN34-01", "2024", "5"))
		if len(table.Rows) != 2 {
			t.Errorf("%+v", table.Rows)
		}
	})
	t.Run("figures of two units are not added", func(t *testing.T) {
		a, b := w.figure("A.VN34-01", "2024", "5"), w.figure("A.VN34-24", "2024", "5")
		b.Attributes[stat.AttrUnit] = "USD"
		table := tall(a, b)
		if c := table.At(2, 0); c.Sum != nil || c.Lacks != 0 || len(c.Parts) != 2 {
			t.Errorf("%+v", c)
		}
	})
}

func TestPublishedTotals(t *testing.T) {
	w := newWorld(t, "DE_SHARE")
	figures := []cube.Version{w.figure("A.VN.NSO.TOTAL", "2024", "13"), w.figure("A.VN.NSO.CORE", "2024", "8"), w.figure("A.VN.NSO.ELECTRONICS", "2024", "5"), w.figure("A.VN.MIC.TOTAL", "2024", "18"), w.figure("A.VN34-24.NSO.TOTAL", "2024", "40")}
	table := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: []string{crosstab.Period}})
	totals := map[string]bool{}
	for _, p := range table.Rows {
		totals[p.Of(table.Down, "REF_AREA")+" "+p.Of(table.Down, "DEFINITION")+" "+p.Of(table.Down, "COMPONENT")] = p.Total
	}
	for name, want := range map[string]bool{"VN NSO TOTAL": true, "VN NSO CORE": true, "VN NSO ELECTRONICS": false, "VN MIC TOTAL": false, "VN34-24 NSO TOTAL": false} {
		if totals[name] != want {
			t.Errorf("%s: %v", name, totals[name])
		}
	}
	without := table.WithoutTotals()
	if without.Figures() != 3 || len(without.Rows) != 3 {
		t.Errorf("%d figures in %d rows", without.Figures(), len(without.Rows))
	}
	for r, row := range without.Rows {
		if c := without.At(r, 0); c.Figure.Key.Codes()[3] != row.Of(without.Down, "COMPONENT") {
			t.Errorf("%s in the row of %v", c.Figure.Key, row.Codes)
		}
	}
}

func TestATargetIsNoTotalOfItsConditions(t *testing.T) {
	w := newWorld(t, "TARGET")
	table := crosstab.Of(w.flow, w.lists, []cube.Version{w.figure("A.VN.749-8", "2025", "10"), w.figure("A.VN.749-8a", "2025", "10")}, crosstab.Layout{Across: []string{crosstab.Period}})
	for _, p := range table.Rows {
		if p.Total {
			t.Errorf("%v is a total", p.Codes)
		}
	}
}

func TestOrderAndRowsKeptApart(t *testing.T) {
	w := newWorld(t, "DE_SHARE")
	figures := []cube.Version{w.figure("A.VN.NSO.TOTAL", "2020", "1"), w.figure("A.VN.NSO.TOTAL", "2025", "2"), w.figure("A.VN.MIC.TOTAL", "2021", "3"), w.figure("A.VN.NSO.CORE", "2021", "4")}
	for want, newest := range map[string]bool{"2025 2021 2020": true, "2020 2021 2025": false} {
		table := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: []string{crosstab.Period}, Newest: newest})
		var got []string
		for _, c := range table.Columns {
			got = append(got, c.At().String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v: %v", newest, got)
		}
		if first := table.Rows[0].Of(table.Down, "COMPONENT"); first != "TOTAL" {
			t.Errorf("the first row is %s", first)
		}
	}
	figures[1].Attributes[stat.AttrUnit] = "USD"
	table := crosstab.Of(w.flow, w.lists, figures, crosstab.Layout{Across: []string{crosstab.Period}, Apart: func(v cube.Version) string { return v.Attributes[stat.AttrUnit] }})
	if len(table.Rows) != 4 || table.Figures() != 4 {
		t.Errorf("%d rows", len(table.Rows))
	}
}
