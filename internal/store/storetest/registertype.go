package storetest

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/testpack"
)

// cloudlandWith is the catalogue of the country for tests in which the declaration of stations reads otherwise: pairs of what it says and what it says now.
func cloudlandWith(t *testing.T, pairs ...string) *catalog.Catalog {
	t.Helper()
	const name = "types/station.yaml"
	files := fstest.MapFS{}
	if err := fs.WalkDir(testpack.Cloudland(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var text []byte
			text, err = fs.ReadFile(testpack.Cloudland(), path)
			files[path] = &fstest.MapFile{Data: text}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	text := string(files[name].Data)
	text = strings.Replace(text, "records: CL_STATION\n", "", 1) // what comes with the country would not fit
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the declaration does not say %q", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	files[name] = &fstest.MapFile{Data: []byte(text)}
	c, err := catalog.Load(files)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	return c
}

// testTypes: the declaration of a type changes under records that were written by an earlier one.
func testTypes(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	why := func(t *testing.T, r *register.Register, id string) string {
		t.Helper()
		v, _, err := r.Record(background, "station", id, register.At{Day: registerDay})
		if err != nil {
			t.Fatal(err)
		}
		kind := must[*catalog.RecordType](t)(r.Types().RecordType("station"))
		unfit, err := r.Unfit(kind, v, r.Referents(background))
		if err != nil {
			t.Fatal(err)
		}
		return fault.CodeOf(unfit)
	}
	for name, x := range map[string]struct {
		pairs        []string // of the declaration
		code, column string   // why the record does not fit
		other, mends []string // a change beside it, which is refused; and one that makes it fit
	}{
		"a field must be given now": {[]string{"fields: [name, area, plan]}", "fields: [name, area, plan, opened]}"}, "catalog.record-required", "opened", []string{"cost", "8"}, []string{"cost", "8", "opened", "2024-05-01"}},
		"a rule is stricter":        {[]string{`fields: [cost], from: "0"`, `fields: [cost], from: "100"`}, "catalog.record-range", "cost", []string{"closed", "2025-01-01"}, []string{"cost", "100"}},
		"a number is one of a few": {[]string{"kind: money, unit: XMF, name: {vi: Kinh phí, en: Cost}", `kind: number, only: ["1", "2"], name: {vi: Kinh phí, en: Cost}`},
			"catalog.type-unknown", "cost", []string{"closed", "2025-01-01"}, []string{"cost", "2"}},
		"a code is of another list": {[]string{"kind: code, codelist: CL_AREA,", "kind: code, codelist: CL_ROLE,"}, "catalog.type-unknown", "area", []string{"cost", "8"}, []string{"area", "steward"}},
		"a state is no more":        {[]string{"id: planned, name: {vi: Dự", "id: idea, name: {vi: Dự", "from: [planned]", "from: [idea]"}, "catalog.type-unknown", "state", nil, []string{"cost", "8"}},
		"a field is no more":        {[]string{"- {id: contact, kind: plain, personal: true, name: {vi: Người trực, en: Contact}}\n", "", "search: [name, contact]", "search: [name]"}, "", "", nil, []string{"cost", "8"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := ready(t)
			seen := do(t, r, station("CS-1", "Một", "2024-01-01", "cost", "5", "contact", "Lan")).Acts[0].Number
			before := must[[]register.Batch](t)(r.Acts(background, "station", "CS-1", 0, 10))
			now := cloudlandWith(t, x.pairs...)
			r.Types = func() *catalog.Catalog { return now }
			if got := why(t, r, "CS-1"); got != x.code {
				t.Fatalf("it does not fit: %s, want %s", got, x.code)
			}
			page := must[register.Page](t)(r.List(background, register.Query{Type: "station", Limit: 10}))
			if len(page.Records) != 1 || page.Records[0].Values["cost"] != "5" || page.Records[0].Values["contact"] != "Lan" {
				t.Errorf("it is read as %v", page.Records)
			}
			change := func(pairs ...string) register.Act {
				return register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2024-06-01"), Base: seen, Changes: changes(pairs...)}
			}
			do(t, r, register.Act{Kind: register.Commented, Type: "station", Record: "CS-1", Note: "được"})
			if x.other != nil {
				if err := refused(t, r, x.code, change(x.other...)); fault.All(err)[0].Where.Column != x.column {
					t.Errorf("%v, want column %s", err, x.column)
				}
			}
			do(t, r, change(x.mends...))
			if got := why(t, r, "CS-1"); got != "" {
				t.Errorf("it still does not fit: %s", got)
			}
			if after := must[[]register.Batch](t)(r.Acts(background, "station", "CS-1", 0, 1)); len(after) != 1 || after[0].Acts[0].Number != before[0].Acts[0].Number || !slices.Equal(after[0].Acts[0].Changes, before[0].Acts[0].Changes) {
				t.Errorf("the history says %v now", after)
			}
			whole(t, s)
		})
	}
	t.Run("what does not fit may end", func(t *testing.T) {
		_, r := ready(t)
		seen := do(t, r, station("CS-1", "Một", "2024-01-01")).Acts[0].Number
		now := cloudlandWith(t, "fields: [name, area, plan]}", "fields: [name, area, plan, opened]}")
		r.Types = func() *catalog.Catalog { return now }
		do(t, r, register.Act{Kind: register.Ended, Type: "station", Record: "CS-1", From: stat.MustDate("2024-06-01"), Base: seen})
	})
	t.Run("records are found and sorted by fields that lists know only now", func(t *testing.T) {
		_, r := ready(t)
		do(t, r, station("CS-1", "Một", "2024-01-01", "closed", "2025-02-01"))
		do(t, r, station("CS-2", "Hai", "2024-01-01", "contact", "Xoá"))
		do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2024-03-01"), Base: 2, Changes: changes("closed", "2025-03-01")})
		do(t, r, register.Act{Kind: register.Erased, Type: "station", Record: "CS-2", Base: 3, Changes: changes("contact", "")})
		rows := func() []string {
			out := rowsOf(t, url, "record_value")
			slices.Sort(out)
			return out
		}
		before := rows()
		for range 2 {
			if err := r.Settle(background); err != nil {
				t.Fatal(err)
			}
			if after := rows(); !slices.Equal(after, before) {
				t.Fatalf("by the same declaration lists have\n%s\nand had\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
		}
		now := cloudlandWith(t, "index: [area, opened, cost]", "index: [area, opened, cost, closed]")
		r.Types = func() *catalog.Catalog { return now }
		if err := r.Settle(background); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[register.At]string{{Day: registerDay}: "CS-2 CS-1", {Day: stat.MustDate("2024-02-01")}: "CS-2 CS-1", {Day: registerDay, Act: 2}: "CS-1"} {
			page := must[register.Page](t)(r.List(background, register.Query{Type: "station", At: q, Sort: "closed", Limit: 10}))
			var ids []string
			for _, v := range page.Records {
				ids = append(ids, v.ID)
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("%v gives %s, want %s", q, got, want)
			}
		}
		where := []register.Filter{{Column: "closed", Operator: register.Is, Value: "2025-02-01"}}
		for day, want := range map[string]int{"2024-02-01": 1, "2024-04-01": 0} {
			page := must[register.Page](t)(r.List(background, register.Query{Type: "station", At: register.At{Day: stat.MustDate(day)}, Where: where, Limit: 10}))
			if len(page.Records) != want {
				t.Errorf("on %s %d records are closed on that day, want %d", day, len(page.Records), want)
			}
		}
	})
}
