package reference

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/stat"
	"nhipso/internal/territory"

	"nhipso/internal/tabular"
)

func country(t *testing.T) (*catalog.Catalog, *territory.Registry) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	r, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c, r
}

func demo(t *testing.T) []cube.Message {
	t.Helper()
	c, areas := country(t)
	m, err := readDemo(data.FS, c, areas, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheForeignTableSaysEverywhereWhatItIs(t *testing.T) {
	c, _ := country(t)
	note := map[string]string{"vi": "Hoa Kỳ 2017 – minh họa phương pháp, không phải số liệu Việt Nam", "en": "United States 2017 – shown to demonstrate the method, not data of Viet Nam"}
	figures := 0
	for _, m := range demo(t) {
		for _, e := range m.Entries {
			figures++
			if e.Attributes[stat.AttrComment] != "DEMO_US2017" {
				t.Fatalf("%s does not say that it is a demonstration", e.Key)
			}
			if !strings.HasPrefix(string(e.Key), "A.US.") {
				t.Fatalf("%s is not of the United States", e.Key)
			}
		}
	}
	if figures < 6000 {
		t.Errorf("only %d figures", figures)
	}
	for _, f := range c.Dataflows() {
		if f.Topic != "DEMO" {
			continue
		}
		for _, lang := range []string{"vi", "en"} {
			if !strings.Contains(f.Name.In(lang), note[lang]) {
				t.Errorf("the name of %s does not say %q", f.ID, note[lang])
			}
		}
	}
	for _, lang := range []string{"vi", "en"} {
		if got := c.Name("CL_NOTE", "DEMO_US2017", lang); got != note[lang] {
			t.Errorf("the note reads %q", got)
		}
	}
}

func TestTheForeignTableKeepsItsPrintedTotals(t *testing.T) {
	at := map[stat.Key]stat.Decimal{}
	var makes stat.Decimal
	var added stat.Decimal
	for _, m := range demo(t) {
		for _, e := range m.Entries {
			at[e.Key] = *e.Value
			codes := e.Key.Codes()
			if codes[2] == "MAKE" && !strings.HasPrefix(codes[3], "BEA-T") && !strings.HasPrefix(codes[4], "BEA-T") {
				makes = makes.Add(*e.Value)
			}
			if codes[2] == "USE" && strings.HasPrefix(codes[3], "BEA-V0") && !strings.HasPrefix(codes[4], "BEA-T") {
				added = added.Add(*e.Value)
			}
		}
	}
	if d := makes.Sub(stat.Int(34468130)).Abs(); d.Cmp(stat.Int(15)) > 0 {
		t.Errorf("the make table adds to %s, the BEA prints 34,468,130", makes)
	}
	// Published: compensation 10,434,981 + taxes 1,304,095 + surplus 7,873,013; summary cells are rounded on their own.
	if d := added.Sub(stat.Int(19612089)).Abs(); d.Cmp(stat.Int(60)) > 0 {
		t.Errorf("value added is %s, published 19,612,089", added)
	}
	if v := at["A.US.USE.BEA-V001.BEA-111CA"]; v.Sign() <= 0 {
		t.Error("compensation of farms is missing")
	}
}

func TestTheForeignTableReadsAsBEATablesDo(t *testing.T) {
	v, err := data.FS.Open("demo/us2017/make.csv")
	if err != nil {
		t.Fatal(err)
	}
	u, err := data.FS.Open("demo/us2017/use.csv")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ioformat.ReadBEA(v, u, "make.csv", "use.csv", tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m, p := pair.Pair.Make.Dims(); m != 71 || p != 73 {
		t.Errorf("%d industries × %d products", m, p)
	}
	for _, f := range pair.Findings {
		if f.Size > 60 || f.Size < -60 {
			t.Errorf("%s %s is off by %g, more than rounding does", f.What, f.At, f.Size)
		}
	}
}

func TestADamagedForeignTableIsRefusedWhole(t *testing.T) {
	c, areas := country(t)
	head := "folder,file,table,area,period,classification,source,evidence,note\n"
	for name, x := range map[string]struct{ table, cells, code string }{
		"a cell without a number": {"x,u.csv,USE,US,2017,BEA,BEA-IO-2017,S,DEMO_US2017", "code,111CA\n111CA,\n", "reference.not-a-number"},
		"a code of no list":       {"x,u.csv,USE,US,2017,BEA,BEA-IO-2017,S,DEMO_US2017", "code,111CA\nNOPE,1\n", "catalog.unknown-code"},
		"a table that is missing": {"x,v.csv,USE,US,2017,BEA,BEA-IO-2017,S,DEMO_US2017", "code,111CA\n111CA,1\n", "reference.unreadable"},
		"a table without source":  {"x,u.csv,USE,US,2017,BEA,,S,DEMO_US2017", "code,111CA\n111CA,1\n", "cube.no-source"},
		"a list of nothing":       {"", "", "reference.syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{"demo/tables.csv": {Data: []byte(head + x.table)}, "demo/x/u.csv": {Data: []byte(x.cells)}}
			if _, err := readDemo(fsys, c, areas, time.Now()); fault.CodeOf(err) != x.code {
				t.Errorf("got %v, want %s", err, x.code)
			}
		})
	}
	if m, err := readDemo(fstest.MapFS{}, c, areas, time.Now()); err != nil || m != nil {
		t.Errorf("without tables: %v, %v", m, err)
	}
}
