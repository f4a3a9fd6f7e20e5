package ioformat

import (
	"math"
	"strings"
	"testing"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

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
}

func TestOECDOfCountries(t *testing.T) {
	t.Run("Belgium 2020: the layout of the OECD's table for Viet Nam", func(t *testing.T) {
		blocks, err := ReadOECD(published(t, "iotables_BEL2020ttl.csv"), "BEL2020ttl.csv", tabular.Options{})
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
