package ioformat

import (
	"math"
	"strings"
	"testing"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

const beaMake = `"","p","q","s","T008"
"i",90,10,0,100
"j",5,195,0,201
"T007",95,205,0,300
`

const beaUse = `"","i","j","T001","F01000","F05000","NA","NA.1"
"p",10,40,50,50,-5,45,95
"q",20,30,50,160,-5,155,205
"s",5,0,5,0,-5,-5,0
"T005",35,70,105,210,-15,195,300
"V00100",40,100,140,,,,
"V00300",25,30,55,,,,
"T006",65,130,195,,,,
"T008",100,200,300,,,,
`

func TestBEA(t *testing.T) {
	t.Run("make and use, totals compared, unnamed totals noted", func(t *testing.T) {
		got, err := ReadBEA(strings.NewReader(beaMake), strings.NewReader(beaUse), "make.csv", "use.csv", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := got.Pair
		if len(p.Products) != 3 || len(p.Industries) != 2 || len(p.Final) != 2 || len(p.Primary) != 2 {
			t.Fatalf("%+v", p)
		}
		if len(got.Findings) != 1 || got.Findings[0].At != "j / T008" || got.Findings[0].Size != -1 {
			t.Errorf("%+v", got.Findings)
		}
		if len(got.Notes) != 1 {
			t.Error(got.Notes)
		}
		for _, v := range p.MarketShares().RawRowView(0) {
			if v != v {
				t.Error("a product nobody makes gives NaN")
			}
		}
	})
	t.Run("codes that differ between the tables, and blanks, are refused", func(t *testing.T) {
		_, err := ReadBEA(strings.NewReader(beaMake), strings.NewReader(strings.ReplaceAll(beaUse, `"s"`, `"x"`)), "make.csv", "use.csv", tabular.Options{})
		wantCode(t, err, "ioformat.code-missing")
		_, err = ReadBEA(strings.NewReader(strings.Replace(beaMake, "\"j\",5,195,0,201\n", "", 1)), strings.NewReader(beaUse), "make.csv", "use.csv", tabular.Options{})
		wantCode(t, err, "ioformat.code-unexpected")
		_, err = ReadBEA(strings.NewReader(beaMake), strings.NewReader(strings.Replace(beaUse, `"p",10`, `"p",`, 1)), "make.csv", "use.csv", tabular.Options{})
		if e := wantCode(t, err, "ioformat.blank-cell"); e.Where.File != "use.csv" || e.Where.Row != 2 || e.Where.Column != "i" {
			t.Errorf("%+v", e.Where)
		}
		_, err = ReadBEA(strings.NewReader(wide), strings.NewReader(wide), "make.csv", "use.csv", tabular.Options{})
		wantCode(t, err, "ioformat.not-bea")
		_, err = ReadBEA(strings.NewReader(beaMake), strings.NewReader(strings.ReplaceAll(beaUse, `"NA.1"`, `"T007"`)), "make.csv", "use.csv", tabular.Options{})
		wantCode(t, err, "ioformat.no-code")
	})
}

func TestBEAOfTheUnitedStates(t *testing.T) {
	t.Run("the United States in 402 industries, 2017: every control total from the cells", func(t *testing.T) {
		got, err := ReadBEA(published(t, "bea_Detail_Make_2017_BeforeRedef_17sch.csv.gz"), published(t, "bea_Detail_Use_2017_PRO_BeforeRedef_17sch.csv.gz"), "make", "use", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := got.Pair
		if len(p.Products) != 402 || len(p.Industries) != 402 {
			t.Fatal(len(p.Products), len(p.Industries))
		}
		for _, r := range p.Primary {
			near(t, r.Code, sum(r.Values), map[string]float64{"V00100": 10434981, "V00200": 1304095, "V00300": 7873013}[r.Code], 0)
		}
		va, _ := p.ValueAdded()
		near(t, "value added", sum(va), 19612089, 0)
		// Printed totals, added up; the cells themselves are rounded and add to a little less.
		use, err := ReadMatrix(published(t, "bea_Detail_Use_2017_PRO_BeforeRedef_17sch.csv.gz"), "use", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		supply, err := ReadMatrix(published(t, "bea_Detail_Make_2017_BeforeRedef_17sch.csv.gz"), "make", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		inter, output := 0.0, 0.0
		for _, i := range p.Industries {
			inter += use.Cell("T005", i).Value
			output += supply.Cell(i, "T008").Value
		}
		near(t, "T005", inter, 14856016, 0)
		near(t, "T008", output, 34468115, 0)
		cells := sum(p.IndustryOutput())
		near(t, "make from its cells", cells/34468115, 1, 1e-5)
		for _, f := range got.Findings {
			if math.Abs(f.Size) > 30 {
				t.Errorf("more than rounding: %s", f.In("en"))
			}
		}
		for _, which := range []inputoutput.Transformation{inputoutput.ModelB, inputoutput.ModelD} {
			table, err := p.Symmetric(which, inputoutput.Total)
			if err != nil {
				t.Fatal(err)
			}
			m, err := inputoutput.NewModel(table, inputoutput.Options{})
			if err != nil {
				t.Fatal(which, err)
			}
			u, err := m.Solve(m.Final)
			if err != nil || !u.Proven || u.Bound > 1e-12 {
				t.Fatal(which, u.Bound, err)
			}
			worst := 0.0
			for i, x := range u.X {
				worst = math.Max(worst, math.Abs(x-m.Output[i])/34468115)
			}
			near(t, "L·y against x", worst, 0, 1e-11)
		}
	})
	t.Run("the summary tables of 2017 and 2022 give their own value added", func(t *testing.T) {
		for year, want := range map[string]float64{"2017": 19612097, "2022": 26006889} {
			got, err := ReadBEA(published(t, "bea_Summary_Make_"+year+"_BeforeRedef_17sch.csv.gz"), published(t, "bea_Summary_Use_"+year+"_PRO_BeforeRedef_17sch.csv.gz"), "make", "use", tabular.Options{})
			if err != nil {
				t.Fatal(err)
			}
			va, _ := got.Pair.ValueAdded()
			near(t, "value added "+year, sum(va), want, 10)
			for _, f := range got.Findings {
				if math.Abs(f.Size) > 15 {
					t.Errorf("%s: %s", year, f.In("en"))
				}
			}
		}
	})
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
