package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/testpack"
)

// cloudland is a catalogue with types of records.
var cloudland = func() *catalog.Catalog {
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		panic(err) // embedded at build time
	}
	return c
}()

var registerDay = stat.MustDate("2026-11-30")

// declared are the declarations of that catalogue.
func declared(kind string) []*catalog.RecordType {
	t, err := cloudland.RecordType(kind)
	if err != nil {
		return nil
	}
	return []*catalog.RecordType{t}
}

// registerOf is a register over a store, on one day.
func registerOf(s *store.Store) *register.Register {
	return &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return cloudland }, Today: func() stat.Date { return registerDay },
		Now: func() time.Time { return registerDay.Time().Add(9 * time.Hour) }}
}

func changes(pairs ...string) (out []register.Change) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, register.Change{Column: pairs[i], After: pairs[i+1]})
	}
	return out
}

// plan is a document that stations refer to.
func plan(id, name string) register.Act {
	return register.Act{Kind: register.Added, Type: "legal-document", Record: id, From: stat.MustDate("2020-01-01"), Changes: changes("name_vi", name, "name_en", name)}
}

func station(id, name, from string, more ...string) register.Act {
	return register.Act{Kind: register.Added, Type: "station", Record: id, From: stat.MustDate(from),
		Changes: append(changes("name_vi", name, "name_en", name, "area", "XM", "plan", "PLAN-1"), changes(more...)...)}
}

func do(t tb, r *register.Register, acts ...register.Act) *register.Batch {
	t.Helper()
	b := &register.Batch{Person: "p-1", Organisation: "org-1", Reason: "thử", Acts: acts}
	if err := r.Do(background, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func refused(t *testing.T, r *register.Register, code string, acts ...register.Act) error {
	t.Helper()
	before, after := 0, 0
	count := func() int {
		list := must[[]register.Batch](t)(r.ActsSince(background, 0, 1000))
		return len(list)
	}
	before = count()
	err := r.Do(background, &register.Batch{Person: "p-1", Acts: acts})
	wantCode(t, err, code)
	if after = count(); after != before {
		t.Fatalf("%s, and %d batches were stored", code, after-before)
	}
	return err
}

// registerReady opens a store with a plan that stations refer to, and says where it is.
func registerReady(at Database, url *string) func(t *testing.T) (*store.Store, *register.Register) {
	return func(t *testing.T) (*store.Store, *register.Register) {
		*url = at(t)
		s := Open(t, *url)
		s.Declare(declared)
		r := registerOf(s)
		do(t, r, plan("PLAN-1", "Kế hoạch một"))
		return s, r
	}
}

func testRegister(t *testing.T, at Database) {
	testActs(t, at)
	testRefusals(t, at)
	testErasure(t, at)
	testFiles(t, at)
	testFilesGone(t, at)
	testTypes(t, at)
	t.Run("lists are filtered, sorted, paged, counted and grouped", func(t *testing.T) { testRegisterLists(t, at) })
	t.Run("whatever of it is altered by hand is found", func(t *testing.T) { testRegisterTampered(t, at) })
	t.Run("it agrees with what a slice of acts says", func(t *testing.T) { testRegisterModel(t, at) })
}

func testActs(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	t.Run("a record is as its acts made it, on each day and as far as was known", func(t *testing.T) {
		_, r := ready(t)
		first := do(t, r, station("CS-1", "Trạm Đông", "2024-01-01", "cost", "100"))
		b := do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2025-01-01"), Base: first.Acts[0].Number, Changes: changes("cost", "250.50")})
		for _, x := range []struct {
			day  string
			act  int64
			want string
		}{{"2023-12-31", 0, "none"}, {"2024-01-01", 0, "100"}, {"2024-12-31", 0, "100"}, {"2025-01-01", 0, "250.50"}, {"2025-01-01", first.Acts[0].Number, "100"}, {"2026-01-01", b.Acts[0].Number, "250.50"}} {
			v, is, err := r.Record(background, "station", "CS-1", register.At{Day: stat.MustDate(x.day), Act: x.act})
			got := v.Values["cost"]
			if !is {
				got = "none"
			}
			if err != nil || got != x.want {
				t.Errorf("on %s after act %d: %s, %v, want %s", x.day, x.act, got, err, x.want)
			}
		}
		story := must[[]register.Batch](t)(r.Acts(background, "station", "CS-1", 0, 10))
		if len(story) != 2 || story[1].Acts[0].Changes[0] != (register.Change{Column: "cost", Before: "100", After: "250.50"}) || story[1].Person != "p-1" {
			t.Errorf("the history is %+v", story)
		}
	})
	t.Run("two people who change the same record: the second is told", func(t *testing.T) {
		_, r := ready(t)
		seen := do(t, r, station("CS-1", "Trạm Đông", "2024-01-01")).Acts[0].Number
		do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", Base: seen, Changes: changes("cost", "1")})
		refused(t, r, "register.changed-since", register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", Base: seen, Changes: changes("cost", "2")})
	})
	t.Run("a course is followed, and only forward in time", func(t *testing.T) {
		_, r := ready(t)
		seen := do(t, r, station("CS-1", "Trạm Đông", "2024-01-01")).Acts[0].Number
		step := func(kind register.Kind, from string, pairs ...string) register.Act {
			return register.Act{Kind: kind, Type: "station", Record: "CS-1", From: stat.MustDate(from), Base: seen, Changes: changes(pairs...)}
		}
		refused(t, r, "register.wrong-state", step("close", "2024-06-01", "closed", "2024-06-01"))
		refused(t, r, "catalog.record-required", step("open", "2024-06-01"))
		seen = do(t, r, step("open", "2024-06-01", "opened", "2024-06-01", "cost", "5")).Acts[0].Number
		refused(t, r, "register.later-state", step("open", "2024-03-01", "opened", "2024-06-01", "cost", "5"))
		v, _, _ := r.Record(background, "station", "CS-1", register.At{Day: stat.MustDate("2024-05-31")})
		w, _, _ := r.Record(background, "station", "CS-1", register.At{Day: stat.MustDate("2024-06-01")})
		if v.Values["state"] != "planned" || w.Values["state"] != "open" {
			t.Errorf("%s, then %s", v.Values["state"], w.Values["state"])
		}
	})
	t.Run("a batch sent again under its key is stored once, and another under the same key is refused", func(t *testing.T) {
		_, r := ready(t)
		b := register.Batch{Key: "k-1", Person: "p-1", Acts: []register.Act{station("CS-1", "Một", "2024-01-01", "contact", "Lan")}}
		again, other := b, b
		again.Acts, other.Acts = slices.Clone(b.Acts), []register.Act{station("CS-2", "Hai", "2024-01-01")}
		for _, x := range []*register.Batch{&b, &again} {
			if err := r.Do(background, x); err != nil {
				t.Fatal(err)
			}
		}
		if b.Number == 0 || again.Number != b.Number || again.Acts[0].Number != b.Acts[0].Number {
			t.Errorf("stored as %d and %d", b.Number, again.Number)
		}
		wantCode(t, r.Do(background, &other), "register.other-content")
	})
}

func testRefusals(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	t.Run("one act at fault, and nothing of the batch is stored; every fault is told with its row", func(t *testing.T) {
		_, r := ready(t)
		err := refused(t, r, "catalog.type-unknown", station("CS-1", "Một", "2024-01-01"), station("CS-2", "Hai", "2024-01-01", "keeper", "ORG-9"), station("CS-3", "Một", "2024-01-01"), station("CS-4", "Bốn", "2024-01-01"))
		list := fault.All(err)
		if len(list) != 2 || list[0].Where != (fault.Where{Row: 2, Column: "keeper"}) || list[1].Where.Row != 3 || list[1].Code != "catalog.record-twice" {
			t.Errorf("told: %v", err)
		}
	})
	t.Run("what breaks the declaration of a type is refused", func(t *testing.T) {
		_, r := ready(t)
		seen := do(t, r, station("CS-1", "Trạm Đông", "2024-01-01")).Acts[0].Number
		change := func(from string, pairs ...string) register.Act {
			return register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate(from), Base: seen, Changes: changes(pairs...)}
		}
		refused(t, r, "register.nothing-changed", change("2024-02-01", "area", "XM"))
		refused(t, r, "register.not-on-day", change("2023-02-01", "cost", "1"))
		refused(t, r, "register.column-twice", change("2024-02-01", "cost", "1", "cost", "2"))
		refused(t, r, "register.state-by-hand", change("2024-02-01", "state", "open"))
		refused(t, r, "register.not-text", change("2024-02-01", "contact", "a\x00b"))
		refused(t, r, "register.too-long", change("2024-02-01", "contact", strings.Repeat("a", register.MaxValue+1)))
		refused(t, r, "catalog.record-required", change("2024-02-01", "area", ""))
		refused(t, r, "register.cycle", change("2024-02-01", "parent", "CS-1"))
		refused(t, r, "catalog.record-one-language", change("2024-02-01", "name_en", ""))
		refused(t, r, "catalog.type-unknown", change("2024-02-01", "nothing", "1"))
		refused(t, r, "catalog.record-required", register.Act{Kind: register.Added, Type: "station", Record: "CS-0"})
		refused(t, r, "register.there-already", station("CS-1", "Khác", "2024-01-01"))
		refused(t, r, "register.no-record", register.Act{Kind: register.Ended, Type: "station", Record: "CS-9"})
		refused(t, r, "register.id", station("../x", "Khác", "2024-01-01"))
		refused(t, r, "register.no-kind", register.Act{Kind: "fly", Type: "station", Record: "CS-1", Base: seen})
		refused(t, r, "register.not-personal", register.Act{Kind: register.Erased, Type: "station", Record: "CS-1", Base: seen, Changes: changes("area", "")})
		refused(t, r, "catalog.no-type", register.Act{Kind: register.Added, Type: "statio", Record: "CS-1"})
	})
}

func testErasure(t *testing.T, at Database) {
	url := ""
	ready := registerReady(at, &url)
	t.Run("what is erased is nowhere any more, and the seals hold", func(t *testing.T) {
		s, r := ready(t)
		seen := do(t, r, station("CS-1", "Trạm Đông", "2024-01-01", "contact", "Nguyễn Thị Xoá")).Acts[0].Number
		seen = do(t, r, register.Act{Kind: register.Changed, Type: "station", Record: "CS-1", From: stat.MustDate("2025-01-01"), Base: seen, Changes: changes("contact", "Trần Văn Xoá", "cost", "7")}).Acts[0].Number
		do(t, r, register.Act{Kind: register.Erased, Type: "station", Record: "CS-1", Base: seen, Changes: changes("contact", "")})
		for _, act := range []int64{0, seen, seen - 1} {
			if v, is, err := r.Record(background, "station", "CS-1", register.At{Day: stat.MustDate("2025-06-01"), Act: act}); err != nil || !is || v.Values["contact"] != "" {
				t.Errorf("after act %d: %v, %v, %v", act, v.Values, is, err)
			}
		}
		story := must[[]register.Batch](t)(r.Acts(background, "station", "CS-1", 0, 10))
		if said := fmt.Sprint(story); strings.Contains(said, "Xo") || len(story) != 3 || !strings.Contains(fmt.Sprintf("%+v", story[0].Acts[0].Changes), "Gone:true") {
			t.Errorf("the history says %s", said)
		}
		if page := must[register.Page](t)(r.List(background, register.Query{Type: "station", Words: "xoa", Limit: 10})); len(page.Records) != 0 {
			t.Error("the record is found by the name that was erased")
		}
		for _, table := range []string{"record_personal", "record_version", "record_value", "record_act", "record_batch", "audit"} {
			rows := rowsOf(t, url, table)
			if i := slices.IndexFunc(rows, func(row string) bool {
				return strings.Contains(strings.ToLower(row), "xoá") || strings.Contains(row, "xoa")
			}); i >= 0 {
				t.Errorf("%s holds %s", table, rows[i])
			}
		}
		whole(t, s)
	})
}
