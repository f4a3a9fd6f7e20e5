package ioformat

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// sound fails where a reader lets through what none may: a table with holes, or an error without a sentence.
func sound(t *testing.T, loaded *Loaded, err error) {
	t.Helper()
	if err != nil {
		if fault.CodeOf(err) == "" || fault.KindOf(err) == fault.Internal {
			t.Fatalf("an error of no kind: %v", err)
		}
		return
	}
	if loaded == nil {
		return
	}
	if err := loaded.Table.Check(); err != nil {
		t.Fatalf("an unsound table: %v", err)
	}
	for _, f := range loaded.Findings {
		if f.Size-f.Size != 0 {
			t.Fatalf("a finding without a size: %+v", f)
		}
	}
	if m, err := inputoutput.NewModel(loaded.Table, inputoutput.Options{}); err == nil {
		if _, err := m.OutputMultipliers(); err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatal(err)
		}
	}
}

// small keeps a fuzzed table from being large enough to be slow.
func small(b []byte) bool { return len(b) < 1<<14 }

func FuzzMatrix(f *testing.F) {
	for _, s := range []string{wide, strings.ReplaceAll(wide, ",", ";"), "row,column,value\na,a,1\na,b,2\nb,a,3\nb,b,4\ny,a,1\ny,b,1\n", ",a\na,\"1\nb,2\n", "\ufeff", ";a\na;1,5\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !small(b) {
			return
		}
		g, err := ReadMatrix(bytes.NewReader(b), "f", tabular.Options{})
		if err != nil {
			sound(t, nil, err)
			return
		}
		roles := Roles{BlankIsZero: true}
		for _, c := range g.Rows {
			if !g.HasColumn(c) {
				roles.ValueAdded = append(roles.ValueAdded, c)
			}
		}
		loaded, err := g.Table(roles)
		sound(t, loaded, err)
	})
}

func FuzzEurostat(f *testing.F) {
	if b, err := os.ReadFile("testdata/germany1995_long.csv"); err == nil {
		f.Add(b[:min(len(b), 4000)])
	}
	f.Add([]byte(`<m><Series stk_flow="DOM" ind_use="A" prd_ava="A"><Obs TIME_PERIOD="2020" OBS_VALUE="1"/></Series></m>`))
	f.Add([]byte(`<m><Obs><ObsKey><Value id="ind_use" value="A"/><Value id="prd_ava" value="A"/></ObsKey><ObsValue value="1"/></Obs></m>`))
	f.Add([]byte("stk_flow,ind_use,prd_ava,OBS_VALUE\nDOM,A,A,1\nDOM,A,B1G,2\nIMP,A,A,1\nIMP,P3,A,1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !small(b) {
			return
		}
		blocks, err := ReadEurostat(bytes.NewReader(b), "f", nil, tabular.Options{})
		sound(t, nil, err)
		for _, one := range blocks {
			sound(t, one, nil)
		}
	})
}

func FuzzOECD(f *testing.F) {
	f.Add([]byte("\"\",\"D01\",\"D02\",\"HFCE\"\n\"TTL_01\",1,2,3\n\"TTL_02\",3,4,5\n\"VALU\",6,7,0\n\"OUTPUT\",6,12,0\n"))
	f.Add([]byte("V1,A01,A02,HFCE,TOTAL\nDOM_A01,8,15,57,80\nDOM_A02,25,30,115,170\nIMP_A01,2,5,3,10\nIMP_A02,5,10,5,20\nVALU,40,110,,\n"))
	f.Add([]byte(",AAA_01,BBB_01,AAA_HFCE,OUT\nAAA_01,10,20,60,90\nBBB_01,20,40,20,80\nVA,60,20,0,0\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !small(b) {
			return
		}
		blocks, err := ReadOECD(bytes.NewReader(b), "f", tabular.Options{})
		sound(t, nil, err)
		for _, one := range blocks {
			sound(t, one, nil)
		}
		m, one, err := ReadICIO(bytes.NewReader(b), "f", tabular.Options{})
		sound(t, one, err)
		if err == nil && m.Check() != nil {
			t.Fatal("regions do not fit")
		}
	})
}

func FuzzBEA(f *testing.F) {
	f.Add([]byte(beaMake), []byte(beaUse))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if !small(a) || !small(b) {
			return
		}
		got, err := ReadBEA(bytes.NewReader(a), bytes.NewReader(b), "make", "use", tabular.Options{})
		sound(t, nil, err)
		if err != nil {
			return
		}
		if err := got.Pair.Check(); err != nil {
			t.Fatal(err)
		}
		if table, err := got.Pair.Symmetric(inputoutput.ModelB, inputoutput.Total); err == nil {
			if err := table.Check(); err != nil && fault.CodeOf(err) != "inputoutput.not-finite" {
				t.Fatal(err)
			}
		}
	})
}

func FuzzGSO(f *testing.F) {
	f.Add(workbook(f, gsoRows()))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		loaded, err := ReadGSO(bytes.NewReader(b), "f", GSOOptions{})
		sound(t, loaded, err)
	})
}

// FuzzGSOSheet reaches past the zip: the fuzzer writes the cells themselves.
func FuzzGSOSheet(f *testing.F) {
	var b strings.Builder
	for _, row := range gsoRows() {
		for i, c := range row {
			if i > 0 {
				b.WriteByte('\t')
			}
			if s, ok := c.(string); ok {
				b.WriteString(s)
			}
		}
		b.WriteByte('\n')
	}
	f.Add(b.String())
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 1<<12 {
			return
		}
		var cells [][]string
		for line := range strings.Lines(s) {
			cells = append(cells, strings.Split(strings.TrimRight(line, "\n"), "\t"))
		}
		loaded, err := readGSO(cells, "f", GSOOptions{})
		sound(t, loaded, err)
	})
}
