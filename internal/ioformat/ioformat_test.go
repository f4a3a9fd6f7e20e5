package ioformat

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
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

// shared opens a file of the reference data, or skips where it is not at hand.
func shared(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../../../shared/data/io/" + name)
	if err != nil {
		t.Skip("the reference data are not at hand")
	}
	t.Cleanup(func() { f.Close() })
	return f
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
			g, err := ReadMatrix(shared(t, name), name, tabular.Options{})
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

func TestEurostat(t *testing.T) {
	t.Run("Germany 1995 in long form", func(t *testing.T) {
		f, err := os.Open("testdata/germany1995_long.csv")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		blocks, err := ReadEurostat(f, "germany1995_long.csv", nil, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := blocks[inputoutput.Domestic]
		if n := got.Table.N(); n != 6 {
			t.Fatalf("%d industries: %v", n, got.Table.Codes)
		}
		m, err := inputoutput.NewModel(got.Table, inputoutput.Options{})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := m.OutputMultipliers()
		for i, want := range []float64{1.704838279468, 1.841298808309, 1.813626666348, 1.603518088023, 1.595054069294, 1.378247243752} {
			near(t, "multiplier", u[i], want, 1e-9)
		}
		jobs, err := got.Table.PrimaryRow("EMP")
		if err != nil {
			t.Fatal(err)
		}
		e, _ := m.Effects(jobs)
		near(t, "employment effect", e.Effect[0], 0.03262652597266, 1e-9)
		misprint := false
		for _, f := range got.Findings {
			misprint = misprint || f.What == "row" && f.At == "CPA_B-E / TFU" && f.Size == 46
		}
		if !misprint {
			t.Errorf("the misprint of industry's total is not found: %+v", got.Findings)
		}
		if len(got.Notes) != 1 || got.Notes[0].Code != "ioformat.total-is-of-use" {
			t.Errorf("%v", got.Notes)
		}
		if p5 := got.Table.Final; len(p5) != 5 {
			t.Errorf("final use has %d columns: P5 beside P52 is no subtotal here", len(p5))
		}
	})
	const sdmx = `DATAFLOW,LAST UPDATE,freq,unit,stk_flow,ind_use,prd_ava,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
X,2024,A,MIO_EUR,%[1]s,CPA_A,CPA_A,DE,2020,10,
X,2024,A,MIO_EUR,%[1]s,CPA_B,CPA_A,DE,2020,20,p
X,2024,A,MIO_EUR,%[1]s,CPA_A,CPA_B,DE,2020,30,
X,2024,A,MIO_EUR,%[1]s,CPA_B,CPA_B,DE,2020,40,
X,2024,A,MIO_EUR,%[1]s,P3,CPA_A,DE,2020,70,
X,2024,A,MIO_EUR,%[1]s,P3,CPA_B,DE,2020,130,
X,2024,A,MIO_EUR,%[1]s,CPA_A,B1G,DE,2020,60,
X,2024,A,MIO_EUR,%[1]s,CPA_B,B1G,DE,2020,140,
`
	header, body, _ := strings.Cut(sdmx, "\n")
	fill := func(flow string) string { return fmt.Sprintf(body, flow) }
	t.Run("SDMX-CSV, blocks by stk_flow kept apart", func(t *testing.T) {
		imports := strings.NewReplacer(",10,", ",1,", ",20,", ",2,").Replace(strings.Join(strings.Split(fill("IMP"), "\n")[:6], "\n") + "\n")
		blocks, err := ReadEurostat(strings.NewReader(header+"\n"+fill("DOM")+imports), "s.csv", nil, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if blocks[inputoutput.Domestic].Table.Z.At(0, 1) != 20 || blocks[inputoutput.Imported].Table.Z.At(0, 1) != 2 || len(blocks) != 2 {
			t.Errorf("%v", blocks)
		}
		if f := blocks[inputoutput.Domestic].Findings; len(f) != 0 {
			t.Error(f)
		}
	})
	t.Run("in a total table imports are a part of supply", func(t *testing.T) {
		// The industries use 10 and 20 of imports more, and 5 of each go to final use: total use is output and imports.
		total := "stk_flow,ind_use,prd_ava,OBS_VALUE\n"
		for _, c := range [][3]any{{"CPA_A", "CPA_A", 15}, {"CPA_B", "CPA_A", 25}, {"CPA_A", "CPA_B", 35}, {"CPA_B", "CPA_B", 55}, {"P3", "CPA_A", 75}, {"P3", "CPA_B", 135},
			{"TU", "CPA_A", 115}, {"TU", "CPA_B", 225}, {"CPA_A", "B1G", 50}, {"CPA_B", "B1G", 120}, {"CPA_A", "P1", 100}, {"CPA_B", "P1", 200}, {"CPA_A", "P7", 15}, {"CPA_B", "P7", 25}} {
			total += fmt.Sprintf("TOTAL,%v,%v,%v\n", c[0], c[1], c[2])
		}
		blocks, err := ReadEurostat(strings.NewReader(total), "t.csv", nil, tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := blocks[inputoutput.Total]
		if len(got.Findings) != 0 || len(got.Table.Final) != 2 || got.Table.Final[1].Values[1] != -25 {
			t.Errorf("%+v %+v", got.Findings, got.Table.Final)
		}
	})
	t.Run("several countries or years: choose one", func(t *testing.T) {
		two := header + "\n" + fill("DOM") + strings.ReplaceAll(fill("DOM"), ",2020,", ",2021,")
		_, err := ReadEurostat(strings.NewReader(two), "s.csv", nil, tabular.Options{})
		wantCode(t, err, "ioformat.choose")
		blocks, err := ReadEurostat(strings.NewReader(two), "s.csv", map[string]string{"time": "2021"}, tabular.Options{})
		if err != nil || blocks[inputoutput.Domestic].Table.N() != 2 {
			t.Error(blocks, err)
		}
		_, err = ReadEurostat(strings.NewReader(two), "s.csv", map[string]string{"time": "1999"}, tabular.Options{})
		wantCode(t, err, "ioformat.no-cells")
	})
	t.Run("another layout, an unknown flow and a doubled cell are refused", func(t *testing.T) {
		_, err := ReadEurostat(strings.NewReader("a,b,c\n1,2,3\n"), "s.csv", nil, tabular.Options{})
		wantCode(t, err, "ioformat.not-eurostat")
		_, err = ReadEurostat(strings.NewReader(header+"\n"+fill("XXX")), "s.csv", nil, tabular.Options{})
		wantCode(t, err, "ioformat.bad-flow")
		_, err = ReadEurostat(strings.NewReader(header+"\n"+fill("DOM")+fill("DOM")), "s.csv", nil, tabular.Options{})
		wantCode(t, err, "ioformat.cell-twice")
	})
	t.Run("Hungary 2020 with subtotals of final use", func(t *testing.T) {
		g, err := ReadMatrix(shared(t, "iotables_HU_IOT_2020.csv"), "HU", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		roles, _ := EurostatRoles(g, inputoutput.Domestic)
		if s := strings.Join(roles.Final, " "); s != "P3_S14 P3_S15 P3_S13 P51G P52 P53 P6_B0 P6_D0" {
			t.Error(s)
		}
		roles.Tolerance = 10
		got, err := g.Table(roles)
		if err != nil {
			t.Fatal(err)
		}
		if got.Table.N() != 65 || len(got.Findings) != 0 {
			t.Errorf("%d products, findings %+v", got.Table.N(), got.Findings)
		}
		if _, err := inputoutput.NewModel(got.Table, inputoutput.Options{}); err != nil {
			t.Error(err)
		}
	})
}

func TestOECD(t *testing.T) {
	const ttl = `"","D01","D02T03","HFCE","GFCF","EXPO","IMPO"
"TTL_01",10,20,50,10,20,-10
"TTL_02T03",30,40,80,40,30,-20
"TXS_IMP_FNL",1,2,0,0,0,0
"TXS_INT_FNL",2,3,0,0,0,0
"TTL_INT_FNL",43,65,130,50,50,-30
"VALU",57,135,0,0,0,0
"OUTPUT",100,200,0,0,0,0
`
	t.Run("a total table with negative imports balances", func(t *testing.T) {
		blocks, err := ReadOECD(strings.NewReader(ttl), "VNM2020ttl.csv", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := blocks[inputoutput.Total]
		if strings.Join(got.Table.Codes, " ") != "01 02T03" || got.Table.Origin != inputoutput.Total {
			t.Errorf("%+v", got.Table)
		}
		if len(got.Findings) != 0 || len(got.Ignored) != 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("domestic and imported rows in one file are kept apart, and the columns still balance", func(t *testing.T) {
		text := "V1,A01,A02,HFCE,EXPO,TOTAL\nDOM_A01,8,15,57,20,100\nDOM_A02,25,30,115,30,200\nIMP_A01,2,5,3,0,10\nIMP_A02,5,10,5,0,20\nTXS_INT_FNL,3,5,,,\nTTL_INT_FNL,43,65,,,\nVALU,57,135,,,\nOUTPUT,100,200,,,\n"
		blocks, err := ReadOECD(strings.NewReader(text), "x.csv", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		dom, imp := blocks[inputoutput.Domestic], blocks[inputoutput.Imported]
		if dom == nil || imp == nil || dom.Table.Z.At(1, 0) != 25 || imp.Table.Z.At(1, 0) != 5 {
			t.Fatalf("%+v", blocks)
		}
		if len(dom.Findings) != 0 {
			t.Errorf("%+v", dom.Findings)
		}
		b := &inputoutput.Blocks{Domestic: dom.Table, Imported: imp.Table}
		if _, err := b.Complete(0); err != nil || b.Total.Z.At(0, 1) != 20 {
			t.Error(err)
		}
	})
	t.Run("a row without its column, and a column without its row, are refused", func(t *testing.T) {
		_, err := ReadOECD(strings.NewReader(strings.Replace(ttl, "TTL_02T03", "TTL_04", 1)), "x.csv", tabular.Options{})
		wantCode(t, err, "ioformat.row-without-column")
		_, err = ReadOECD(strings.NewReader(strings.Replace(ttl, `"TTL_02T03",30,40,80,40,30,-20`+"\n", "", 1)), "x.csv", tabular.Options{})
		wantCode(t, err, "ioformat.column-without-row")
		_, err = ReadOECD(strings.NewReader(wide), "x.csv", tabular.Options{})
		wantCode(t, err, "ioformat.not-oecd")
	})
	t.Run("Belgium 2020: the layout of the OECD's table for Viet Nam", func(t *testing.T) {
		blocks, err := ReadOECD(shared(t, "iotables_BEL2020ttl.csv"), "BEL2020ttl.csv", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := blocks[inputoutput.Total]
		if got.Table.N() != 50 || got.Table.Codes[0] != "01" || len(got.Table.Final) != 9 {
			t.Fatalf("%d industries, %d final uses", got.Table.N(), len(got.Table.Final))
		}
		gap := 0.0
		for _, f := range got.Findings { // the file has one decimal, so sums of fifty cells differ a little
			if (f.What == "row" || strings.Contains(f.At, "TTL_INT_FNL")) && math.Abs(f.Size) > 2 {
				t.Errorf("more than rounding: %s", f.In("en"))
			}
			if f.What == "column" && f.At == "D86T88" {
				gap = f.Size
			}
		}
		near(t, "output that intermediate consumption and value added of health do not make up", gap, -219.5, 0.06)
		m, err := inputoutput.NewModel(got.Table, inputoutput.Options{})
		if err != nil {
			t.Fatal(err)
		}
		va, _ := got.Table.ValueAdded()
		v, _ := m.Coefficients(va)
		flow, _, err := m.ValueFlow(v, m.Final)
		if err != nil {
			t.Fatal(err)
		}
		sum, gdp := 0.0, 0.0
		for i := range va {
			gdp += va[i]
			for j := range va {
				sum += flow.At(i, j)
			}
		}
		near(t, "the value flow against GDP", sum/gdp, 1, 1e-9)
	})
	t.Run("an inter-country table has regions", func(t *testing.T) {
		text := ",AAA_01,BBB_01,AAA_HFCE,BBB_HFCE,OUT\nAAA_01,10,20,60,10,100\nBBB_01,20,40,20,120,200\nTLS,1,1,0,0,0\nVA,69,139,0,0,0\nOUT,100,200,,,\n"
		m, got, err := ReadICIO(strings.NewReader(text), "icio.csv", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(m.Regions, " ") != "AAA BBB" || len(got.Findings) != 0 {
			t.Errorf("%v %+v", m.Regions, got.Findings)
		}
		mod, _ := inputoutput.NewModel(m.Table, inputoutput.Options{})
		va, _ := m.ValueAdded()
		d, err := m.Embodied(mod, va)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "AAA's value added in all uses", d.At(0, 0)+d.At(0, 1), 69, 1e-9)
		_, _, err = ReadICIO(strings.NewReader(strings.ReplaceAll(text, "AAA_HFCE", "HFCE")), "icio.csv", tabular.Options{})
		wantCode(t, err, "ioformat.no-region")
	})
}

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
	t.Run("the United States in 402 industries, 2017: every control total from the cells", func(t *testing.T) {
		got, err := ReadBEA(shared(t, "bea_Detail_Make_2017_BeforeRedef_17sch.csv"), shared(t, "bea_Detail_Use_2017_PRO_BeforeRedef_17sch.csv"), "make", "use", tabular.Options{})
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
		use, err := ReadMatrix(shared(t, "bea_Detail_Use_2017_PRO_BeforeRedef_17sch.csv"), "use", tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		supply, err := ReadMatrix(shared(t, "bea_Detail_Make_2017_BeforeRedef_17sch.csv"), "make", tabular.Options{})
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
			got, err := ReadBEA(shared(t, "bea_Summary_Make_"+year+"_BeforeRedef_17sch.csv"), shared(t, "bea_Summary_Use_"+year+"_PRO_BeforeRedef_17sch.csv"), "make", "use", tabular.Options{})
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

// workbook makes a sheet of the GSO layout with made-up numbers.
func workbook(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gsoRows() [][]any {
	return [][]any{
		{"Bảng cân đối liên ngành (số liệu giả định)"},
		{nil, "Tên ngành", "Nông nghiệp", "Công nghiệp", "Tổng tiêu dùng trung gian", "Tiêu dùng cuối cùng của hộ gia đình / Household final consumption", "Tích luỹ tài sản cố định", "Xuất khẩu", "Nhập khẩu", "Giá trị sản xuất"},
		{"Mã", "Industry", "01", "02", nil, nil, nil, nil, nil, "GO"},
		{"01", "Nông nghiệp", 10, 20, 30, 50, 10, 20, 10, 100},
		{"02", "Công nghiệp", 30, nil, 30, 90, 50, 50, 20, 200},
		{nil, "Tổng chi phí trung gian", 40, 20},
		{nil, "Thu nhập của người lao động", 30, 100},
		{nil, "Thuế sản xuất", 5, 20},
		{nil, "Khấu hao TSCĐ", 10, 30},
		{nil, "Thặng dư sản xuất", 15, 30},
		{"VA", "Giá trị tăng thêm", 60, 180},
		{"GO", "Giá trị sản xuất", 100, 200},
		{nil},
		{nil, "Nguồn: ví dụ"},
	}
}

func TestGSO(t *testing.T) {
	read := func(t *testing.T, rows [][]any) (*Loaded, error) {
		return ReadGSO(bytes.NewReader(workbook(t, rows)), "io.xlsx", GSOOptions{})
	}
	t.Run("codes, names in both languages, imports turned, blanks counted", func(t *testing.T) {
		got, err := read(t, gsoRows())
		if err != nil {
			t.Fatal(err)
		}
		x := got.Table
		if strings.Join(x.Codes, " ") != "01 02" || x.Z.At(1, 0) != 30 || x.Z.At(1, 1) != 0 || x.Origin != inputoutput.Total {
			t.Fatalf("%+v", x)
		}
		if len(x.Final) != 4 || x.Final[3].Code != "P7" || x.Final[3].Values[1] != -20 {
			t.Errorf("%+v", x.Final)
		}
		var notes []string
		for _, n := range got.Notes {
			notes = append(notes, n.Code)
		}
		if s := strings.Join(notes, " "); s != "ioformat.imports-turned ioformat.blanks-are-zero" {
			t.Error(s)
		}
		va, err := x.ValueAdded()
		if err != nil || va[1] != 180 || x.Output == nil {
			t.Error(va, x.Output, err)
		}
		if pay, err := x.PrimaryRow("D1"); err != nil || pay[0] != 30 {
			t.Error(pay, err)
		}
		if len(got.Findings) != 0 {
			t.Errorf("%+v", got.Findings)
		}
		if _, err := inputoutput.NewModel(x, inputoutput.Options{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("a total that disagrees is a finding", func(t *testing.T) {
		rows := gsoRows()
		rows[3][4] = 33
		got, err := read(t, rows)
		if err != nil || len(got.Findings) != 1 || got.Findings[0].At != "01 / TI" || got.Findings[0].Size != -3 {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("a text among the numbers is refused with its cell", func(t *testing.T) {
		rows := gsoRows()
		rows[3][3] = "khoảng 20"
		_, err := read(t, rows)
		if e := wantCode(t, err, "ioformat.not-a-number"); e.Where.Row != 4 || e.Where.Column != "D" || e.Where.File != "io.xlsx[Sheet1]" {
			t.Errorf("%+v", e.Where)
		}
	})
	t.Run("a blank in gross output or value added is never a zero", func(t *testing.T) {
		for _, row := range []int{10, 11} {
			rows := gsoRows()
			rows[row][3] = nil
			_, err := read(t, rows)
			if e := wantCode(t, err, "ioformat.blank-cell"); e.Where.Row != row+1 || e.Where.Column != "02" {
				t.Errorf("%+v", e.Where)
			}
		}
	})
	t.Run("numbers under a name nobody knows are refused", func(t *testing.T) {
		rows := gsoRows()
		rows[1][6], rows[2][6] = "Cột lạ", nil
		_, err := read(t, rows)
		wantCode(t, err, "ioformat.unknown-heading")
		rows = gsoRows()
		rows[8][1] = "Hàng lạ"
		_, err = read(t, rows)
		wantCode(t, err, "ioformat.unknown-heading")
	})
	t.Run("a domestic table has imports as a row", func(t *testing.T) {
		rows := gsoRows()
		rows[1][8], rows[2][8] = nil, nil
		rows[3][8], rows[4][8] = nil, nil
		rows[3][9], rows[4][9] = 110, 220
		rows[12] = []any{nil, "Nhập khẩu", 10, 20}
		rows[11][2], rows[11][3] = 110, 220
		got, err := read(t, rows)
		if err != nil || got.Table.Origin == inputoutput.Total || len(got.Findings) != 0 {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("what is no workbook, no table or no sheet is refused", func(t *testing.T) {
		_, err := ReadGSO(strings.NewReader("%PDF-1.7"), "x.xlsx", GSOOptions{})
		wantCode(t, err, "tabular.no-table")
		_, err = read(t, [][]any{{"a", "b"}, {1, 2}})
		wantCode(t, err, "ioformat.not-gso")
		_, err = ReadGSO(bytes.NewReader(workbook(t, gsoRows())), "x.xlsx", GSOOptions{Format: tabular.Options{Sheet: "IO"}})
		wantCode(t, err, "tabular.no-such-sheet")
		b := workbook(t, gsoRows())
		_, err = ReadGSO(bytes.NewReader(b[:len(b)/2]), "x.xlsx", GSOOptions{})
		wantCode(t, err, "tabular.damaged")
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
