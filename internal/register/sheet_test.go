package register_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

var day = stat.MustDate("2026-11-30")

func empty(t *testing.T) (*register.Register, *catalog.RecordType) {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	r := &register.Register{Store: storetest.SQLite(t).Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return day }, Now: time.Now}
	do(t, r, register.Act{Kind: register.Added, Type: "legal-document", Record: "PLAN", From: stat.MustDate("2020-01-01"), Changes: []register.Change{{Column: "name_vi", After: "Kế hoạch"}, {Column: "name_en", After: "Plan"}}})
	station, err := c.RecordType("station")
	if err != nil {
		t.Fatal(err)
	}
	return r, station
}

func do(t *testing.T, r *register.Register, acts ...register.Act) {
	t.Helper()
	if err := r.Do(t.Context(), &register.Batch{Person: "p", Acts: acts}); err != nil {
		t.Fatal(err)
	}
}

const head = "id;name_vi;name_en;area;plan;planned;Kinh phí\n"

// TestFiveThousandRowsWithThreeBadOnes: the whole file is refused, with the row and the column of each fault; mended it is accepted, and sent again it
// changes nothing.
func TestFiveThousandRowsWithThreeBadOnes(t *testing.T) {
	r, station := empty(t)
	rows := make([]string, 5000)
	for i := range rows {
		rows[i] = fmt.Sprintf("CS-%d;Trạm %d;Station %d;XM;PLAN;%d;1.250.%03d,5\n", i, i, i, 2020+i%5, i%1000)
	}
	whole := strings.Join(rows, "")
	bad := append([]string(nil), rows...)
	bad[9] = "CS-9;Trạm 9;Station 9;NOWHERE;PLAN;2020;1,5\n"
	bad[99] = "CS-99;Trạm 99;;XM;PLAN;2020;1,5\n"
	bad[4998] = "CS-4998;Trạm 7;Station 7;XM;PLAN;2020;1,5\n"
	load := func(file string) (register.Sheet, error) {
		s, err := r.ReadSheet(t.Context(), station, strings.NewReader(head+file), "tram.csv", day)
		if err != nil {
			return s, err
		}
		if len(s.Acts) == 0 {
			return s, nil
		}
		return s, s.Placed(r.Do(t.Context(), &register.Batch{Person: "p", Acts: s.Acts}), "tram.csv")
	}
	_, err := load(strings.Join(bad, ""))
	var told []string
	for _, f := range fault.All(err) {
		told = append(told, fmt.Sprint(f.Where.Row, " ", f.Where.Column, " ", f.Code))
	}
	if got := strings.Join(told, "; "); got != "11 area catalog.type-unknown; 101 name_en catalog.record-one-language; 5000 name_vi catalog.record-twice" {
		t.Fatal(got)
	}
	if page, _ := r.List(t.Context(), register.Query{Type: "station", Limit: 10}); len(page.Records) != 0 {
		t.Fatal("a part of the file was taken")
	}
	if s, err := load(whole); err != nil || len(s.Acts) != 5000 {
		t.Fatal(len(s.Acts), err)
	}
	if v, _, err := r.Record(t.Context(), "station", "CS-7", register.At{Day: day}); err != nil || v.Values["cost"] != "1250007.5" {
		t.Errorf("%v %v", v.Values, err)
	}
	if s, err := load(whole); err != nil || len(s.Acts) != 0 || s.Same != 5000 {
		t.Errorf("sent again: %d acts, %d the same, %v", len(s.Acts), s.Same, err)
	}
}

func TestAColumnThatIsNotInTheFileStays(t *testing.T) {
	r, station := empty(t)
	file := func(text string) register.Sheet {
		s, err := r.ReadSheet(t.Context(), station, strings.NewReader(text), "f.csv", day)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Acts) > 0 {
			do(t, r, s.Acts...)
		}
		return s
	}
	file(head + "CS-1;Một;One;XM;PLAN;30/11/2026;7\n")
	file("id;planned\nCS-1;\n")
	v, _, err := r.Record(t.Context(), "station", "CS-1", register.At{Day: day})
	if err != nil || v.Values["cost"] != "7" || v.Values["planned"] != "" {
		t.Errorf("%v %v", v.Values, err)
	}
}

func TestATableThatCannotBeMeantIsRefused(t *testing.T) {
	r, station := empty(t)
	for text, want := range map[string]string{
		"id;name_vi;colour\nCS-1;Một;đỏ\n":                        "tabular.unknown-column",
		"name_vi;name_en\nMột;One\n":                              "tabular.missing-column",
		head + "CS-1;Một;One;XM;PLAN;;\nCS-1;Hai;Two;XM;PLAN;;\n": "register.row-twice",
		head + "../x;Một;One;XM;PLAN;;\n":                         "register.id",
	} {
		_, err := r.ReadSheet(t.Context(), station, strings.NewReader(text), "f.csv", day)
		if got := fault.CodeOf(fault.All(err)[0]); got != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
