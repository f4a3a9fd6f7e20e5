package cube

import (
	"context"
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// sink counts what reaches it.
type sink struct {
	Store
	messages int
}

func (s *sink) Append(_ context.Context, d *Delivery) (Receipt, error) {
	s.messages++
	return Receipt{Message: int64(s.messages), Added: d.Len()}, nil
}

func testCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	freq, err := catalog.NewCodelist("CL_FREQ", catalog.Label{}, "SDMX", []catalog.Code{{ID: "A"}, {ID: "Q"}})
	if err != nil {
		t.Fatal(err)
	}
	area, err := catalog.NewCodelist("CL_AREA", catalog.Label{}, "test", []catalog.Code{{ID: "VN"}, {ID: "VN63-24"}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.New("TEST", []*catalog.Dataflow{{ID: "SHARE", Kind: catalog.Reported,
		Dimensions: []catalog.Dimension{{ID: "FREQ", Codelist: "CL_FREQ"}, {ID: "REF_AREA", Codelist: "CL_AREA"}},
		Attributes: []string{stat.AttrSource, stat.AttrMark, stat.AttrConf, stat.AttrDecimals, stat.AttrUnitMult, stat.AttrRun}}}, []*catalog.Codelist{freq, area}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func entry(row int, change func(*Entry)) Entry {
	v := stat.MustDecimal("14.02")
	e := Entry{Dataflow: "SHARE", Row: row, Observation: stat.Observation{Key: "A.VN", Period: stat.Year(2025), Value: &v, Status: stat.Normal,
		Vintage:    stat.Vintage{Date: stat.MustDate("2026-01-05"), Written: "2026-01-05"},
		Attributes: stat.Attributes{stat.AttrSource: "NSO release", stat.AttrMark: "S"}}}
	if change != nil {
		change(&e)
	}
	return e
}

func TestIntakeRefusesAMessageWholeAndPointsAtTheRow(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Entry)
		code   string
		column string
	}{
		"a dataflow that does not exist":       {func(e *Entry) { e.Dataflow = "NOPE" }, "catalog.no-dataflow", "DATAFLOW"},
		"a code that its list does not have":   {func(e *Entry) { e.Key = "A.VN34-24" }, "catalog.unknown-code", "REF_AREA"},
		"a key with a code too few":            {func(e *Entry) { e.Key = "A" }, "catalog.key-shape", ""},
		"no period":                            {func(e *Entry) { e.Period = stat.Period{} }, "cube.no-period", "TIME_PERIOD"},
		"a quarter under the annual frequency": {func(e *Entry) { e.Period = stat.Quarter(2025, 4) }, "cube.frequency", "TIME_PERIOD"},
		"no day of publication":                {func(e *Entry) { e.Vintage = stat.Vintage{} }, "cube.no-vintage", "VINTAGE"},
		"a status that is none":                {func(e *Entry) { e.Status = "Z" }, "stat.bad-code", "OBS_STATUS"},
		"a normal figure without a value":      {func(e *Entry) { e.Value = nil }, "cube.value-and-status", "OBS_VALUE"},
		"a missing figure with a value":        {func(e *Entry) { e.Status = stat.Missing }, "cube.value-and-status", "OBS_VALUE"},
		"an attribute outside the structure":   {func(e *Entry) { e.Attributes["COLOUR"] = "red" }, "cube.unknown-attribute", "COLOUR"},
		"a reported figure without a source":   {func(e *Entry) { delete(e.Attributes, stat.AttrSource) }, "cube.no-source", stat.AttrSource},
		"a figure without an evidence mark":    {func(e *Entry) { delete(e.Attributes, stat.AttrMark) }, "cube.no-mark", stat.AttrMark},
		"an evidence mark that is none":        {func(e *Entry) { e.Attributes[stat.AttrMark] = "X" }, "cube.no-mark", stat.AttrMark},
		"a confidentiality that is none":       {func(e *Entry) { e.Attributes[stat.AttrConf] = "X" }, "stat.bad-code", stat.AttrConf},
		"decimals that are not a whole number": {func(e *Entry) { e.Attributes[stat.AttrDecimals] = "two" }, "cube.bad-power", stat.AttrDecimals},
		"decimals in part":                     {func(e *Entry) { e.Attributes[stat.AttrDecimals] = "1.5" }, "cube.bad-power", stat.AttrDecimals},
		"decimals below none":                  {func(e *Entry) { e.Attributes[stat.AttrDecimals] = "-1" }, "cube.bad-power", stat.AttrDecimals},
		"more decimals than a page can hold":   {func(e *Entry) { e.Attributes[stat.AttrDecimals] = "100000" }, "cube.bad-power", stat.AttrDecimals},
		"a power of ten beyond the list":       {func(e *Entry) { e.Attributes[stat.AttrUnitMult] = "16" }, "cube.bad-power", stat.AttrUnitMult},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sink{}
			_, err := Intake{testCatalog(t), s}.Take(context.Background(), Message{Header: Header{File: "share.csv"}, Entries: []Entry{
				entry(2, func(e *Entry) { e.Period = stat.Year(2024) }), entry(3, c.change)}})
			all := fault.All(err)
			if len(all) != 1 || all[0].Code != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if want := (fault.Where{File: "share.csv", Row: 3, Column: c.column}); all[0].Where != want {
				t.Errorf("points at %v, want %v", all[0].Where, want)
			}
			if s.messages != 0 {
				t.Error("the good row of a bad message reached the store")
			}
		})
	}
}

func TestIntakeNamesTheFirstOfTwoEqualRows(t *testing.T) {
	err := Intake{testCatalog(t), &sink{}}.Check(Message{Header: Header{File: "x.csv"}, Entries: []Entry{entry(2, nil), entry(7, nil)}})
	all := fault.All(err)
	if len(all) != 1 || all[0].Code != "cube.duplicate" || all[0].Where.Row != 7 || all[0].Args["first"] != 2 {
		t.Fatalf("%v", err)
	}
	later := entry(7, func(e *Entry) { e.Vintage.Date = stat.MustDate("2026-06-01") })
	if err := (Intake{testCatalog(t), &sink{}}).Check(Message{Entries: []Entry{entry(2, nil), later}}); err != nil {
		t.Errorf("two vintages of one cell are a revision, not a duplicate: %v", err)
	}
}

func TestIntakeStopsNamingFaultsAfterTwenty(t *testing.T) {
	var m Message
	for i := range 1000 {
		m.Entries = append(m.Entries, entry(i+2, func(e *Entry) { e.Dataflow = "NOPE" }))
	}
	if n := len(fault.All(Intake{testCatalog(t), &sink{}}.Check(m))); n != 20 {
		t.Errorf("%d faults named", n)
	}
	if err := (Intake{testCatalog(t), &sink{}}).Check(Message{}); fault.CodeOf(err) != "cube.empty" {
		t.Errorf("an empty message: %v", err)
	}
}

func TestNewestTakesTheLastVintageWithinTheBound(t *testing.T) {
	version := func(value, vintage string, message int64) Version {
		v := stat.MustDecimal(value)
		return Version{Dataflow: "SHARE", Message: message, Observation: stat.Observation{Key: "A.VN", Period: stat.Year(2022), Value: &v, Vintage: stat.Vintage{Date: stat.MustDate(vintage)}}}
	}
	history := []Version{version("12.67", "2023-12-04", 3), version("12.63", "2024-12-31", 1), version("12.83", "2025-01-06", 2)}
	for _, c := range []struct {
		at   AsOf
		want string
	}{
		{AsOf{}, "12.83"},
		{AsOf{Vintage: stat.MustDate("2024-12-31")}, "12.63"},
		{AsOf{Vintage: stat.MustDate("2023-12-04")}, "12.67"},
		{AsOf{Message: 1}, "12.63"}, // the newest vintage was not yet loaded, the oldest came later
		{AsOf{Message: 2, Vintage: stat.MustDate("2024-01-01")}, ""},
	} {
		got := ""
		if out := Newest(history, c.at); len(out) > 0 {
			got = out[0].Value.String()
		}
		if got != c.want {
			t.Errorf("as of %+v: %q, want %q", c.at, got, c.want)
		}
	}
}
