package ioformat

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

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
}

func TestEurostatBlocks(t *testing.T) {
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
		g, err := ReadMatrix(published(t, "iotables_HU_IOT_2020.csv"), "HU", tabular.Options{})
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
