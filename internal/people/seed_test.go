package people_test

import (
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/govern"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/territory"
)

// TestWhatComesWithTheCountry: every organisation, document and target of the country goes into the register; organisations have the name and the
// area of their time, and the work of one that is no more goes to its heir. Loading again changes nothing.
func TestWhatComesWithTheCountry(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	g, err := govern.Load(data.FS, c)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.SQLite(t)
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return today }, Now: time.Now}
	acts := people.Inherited(c, append(people.Organisations(g, areas), people.Kept(c)...))
	for range 2 {
		if err := people.Load(t.Context(), r, acts, "Số liệu đi kèm chương trình"); err != nil {
			t.Fatal(err)
		}
	}
	batches, err := r.ActsSince(t.Context(), 0, 100000)
	if err != nil || len(batches) != 1 || len(batches[0].Acts) != len(acts) {
		t.Fatalf("%d batches of %d acts, %v", len(batches), len(acts), err)
	}
	for _, x := range []struct{ id, day, column, want string }{
		{"UBND-VN34-75", "2026-04-29", "name_vi", "Ủy ban nhân dân tỉnh Đồng Nai"},
		{"UBND-VN34-75", "2026-04-30", "name_vi", "Ủy ban nhân dân thành phố Đồng Nai"},
		{"UBND-VN34-01", "2025-06-30", "area", "VN63-01"},
		{"UBND-VN34-01", "2025-07-01", "area", "VN34-01"},
		{"UBND-VN63-24", "2025-06-30", "name_vi", "Ủy ban nhân dân tỉnh Bắc Giang"},
		{"UBND-VN63-24", "2025-07-01", "name_vi", ""},
		{"UBND-VN34-24", "2025-06-30", "name_vi", ""},
		{"BTTTT", "2025-02-28", "kind", "ministry"},
		{"BTTTT", "2025-03-01", "kind", ""},
	} {
		v, _, err := r.Record(t.Context(), people.OrganisationType, x.id, register.At{Day: stat.MustDate(x.day)})
		if err != nil || v.Values[x.column] != x.want {
			t.Errorf("%s on %s: %s is %q, %v; want %q", x.id, x.day, x.column, v.Values[x.column], err, x.want)
		}
	}
	cameIn(t, r)
	d, err := people.Read(t.Context(), r, today, "VPCP")
	if err != nil {
		t.Fatal(err)
	}
	for id, heir := range map[string]string{"UBND-VN63-24": "UBND-VN34-24", "UBND-VN63-27": "UBND-VN34-24", "BTTTT": "BKHCN", "BKHDT": "BTC", "TCTK": "CTK", "UBND-VN34-24": "UBND-VN34-24"} {
		if got := d.Heir(id); got != heir {
			t.Errorf("the work of %s is done by %s, want %s", id, got, heir)
		}
	}
	provinces := map[string]int{}
	for _, day := range []string{"2025-06-30", "2025-07-01"} {
		d, err := people.Read(t.Context(), r, stat.MustDate(day), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range d.Organisations() {
			if v, _, _ := r.Record(t.Context(), people.OrganisationType, o.ID, register.At{Day: stat.MustDate(day)}); v.Values["kind"] == "province" {
				provinces[day]++
			}
		}
	}
	if provinces["2025-06-30"] != 63 || provinces["2025-07-01"] != 34 {
		t.Errorf("provinces: %v", provinces)
	}
}

// cameIn holds targets, programmes and sessions to what their sources say.
func cameIn(t *testing.T, r *register.Register) {
	t.Helper()
	for _, x := range []struct{ kind, id, day, column, want string }{
		{"target", "749-6", "2025-02-28", "lead", "BTTTT"},
		{"target", "749-6", "2025-03-01", "lead", "BKHCN"},
		{"target", "749-9", "2026-11-30", "lead", "BTC"},
		{"target", "KTS-3", "2026-11-30", "lead", "BCT"},
		{"target", "XHS-4", "2026-11-30", "lead", ""}, // two bodies: it is not said which answers
		{"target", "XHS-4", "2026-11-30", "owner_mark", "I"},
		{"programme", "8", "2023-09-13", "name_vi", ""},
		{"programme", "8", "2023-09-14", "session", "2023-09-13"},
		{"session", "2023-09-13", "2023-09-12", "state", ""},
		{"session", "2023-09-13", "2023-09-13", "state", "held"},
		{"session", "2023-09-13", "2026-11-30", "lead", "BTTTT"}, // it is done with, and keeps the name of its time
	} {
		v, _, err := r.Record(t.Context(), x.kind, x.id, register.At{Day: stat.MustDate(x.day)})
		if err != nil || v.Values[x.column] != x.want {
			t.Errorf("%s %s on %s: %s is %q, %v; want %q", x.kind, x.id, x.day, x.column, v.Values[x.column], err, x.want)
		}
	}
	for kind, want := range map[string]int{"programme": 10, "session": 5} {
		if page, err := r.List(t.Context(), register.Query{Type: kind, Limit: 100}); err != nil || len(page.Records) != want {
			t.Errorf("%d records of %s, %v", len(page.Records), kind, err)
		}
	}
}
