package storetest

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

// whole demands that nothing in the store is wrong.
func whole(t tb, s *store.Store) {
	t.Helper()
	r := must[store.Report](t)(s.Integrity(background))
	if len(r.Problems)+len(r.Schema) > 0 {
		t.Fatalf("%v %v", r.Problems, r.Schema)
	}
}

// rowsOf gives every row of a table as one text.
func rowsOf(t testing.TB, url, table string) []string {
	t.Helper()
	db := raw(t, url)
	query := "SELECT CAST(x AS TEXT) FROM (SELECT * FROM " + table + ") x"
	if db.Dialect == sqldb.SQLite {
		names := must[[]string](t)(sqldb.Collect(background, db, sqldb.One[string], "SELECT name FROM pragma_table_info('"+table+"')"))
		query = "SELECT " + strings.Join(names, " || '|' || ") + " FROM " + table
	}
	return must[[]string](t)(sqldb.Collect(background, db, sqldb.One[string], query))
}

func testRegisterLists(t *testing.T, at Database) {
	s := Open(t, at(t))
	s.Declare(declared)
	r := registerOf(s)
	do(t, r, plan("PLAN-1", "Kế hoạch một"))
	names := []string{"An Giang", "Ấp Bắc", "Bắc Ninh", "Đà Nẵng", "Đồng Tháp", "Hà Nội", "Huế"}
	costs := []string{"10", "9", "-3", "0.5", "", "1000000", "9.25"}
	for i, name := range names {
		more := []string{}
		if costs[i] != "" && costs[i][0] != '-' {
			more = append(more, "cost", costs[i])
		}
		do(t, r, station("S-"+strconv.Itoa(i), name, "2024-01-01", more...))
	}
	ids := func(q register.Query) string {
		q.Type = "station"
		var out []string
		for q.Limit = 2; ; { // pages of two, to walk over their edges
			page := must[register.Page](t)(r.List(background, q))
			for _, v := range page.Records {
				out = append(out, strings.TrimPrefix(v.ID, "S-"))
			}
			if q.After = page.Next; q.After == "" {
				return strings.Join(out, "")
			}
		}
	}
	same(t, ids(register.Query{}), "0123456")
	same(t, ids(register.Query{Descending: true}), "6543210")
	same(t, ids(register.Query{Sort: "cost"}), "2431605")
	same(t, ids(register.Query{Sort: "cost", Where: []register.Filter{{Column: "cost", Operator: register.Given}}}), "31605")
	same(t, ids(register.Query{Sort: "cost", Descending: true, Where: []register.Filter{{Column: "cost", Operator: register.Given}}}), "50613")
	same(t, ids(register.Query{Where: []register.Filter{{Column: "cost", Operator: register.AtLeast, Value: "9"}, {Column: "cost", Operator: register.AtMost, Value: "10"}}}), "016")
	same(t, ids(register.Query{Where: []register.Filter{{Column: "cost", Operator: register.Empty}}}), "24")
	same(t, ids(register.Query{Where: []register.Filter{{Column: "state", Operator: register.Is, Value: "planned"}, {Column: "id", Operator: register.IsNot, Value: "S-3"}}}), "012456")
	same(t, ids(register.Query{Words: "bac"}), "12")
	same(t, ids(register.Query{Words: "đa na"}), "3")
	same(t, ids(register.Query{Words: "DA NANG hue"}), "")
	look, err := r.Look(register.Query{Type: "station", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	same(t, must[int64](t)(r.Count(background, look, 100)), int64(7))
	same(t, must[int64](t)(r.Count(background, look, 3)), int64(3))
	same(t, must[[]register.Group](t)(r.Groups(background, look, "state", 10)), []register.Group{{Value: "planned", Count: 7}})
	for _, x := range []struct {
		code string
		q    register.Query
	}{
		{"register.no-column", register.Query{Sort: "contact", Limit: 1}},
		{"register.page", register.Query{Limit: 100000}},
		{"register.no-order", register.Query{Limit: 1, Where: []register.Filter{{Column: "area", Operator: register.AtLeast, Value: "a"}}}},
		{"register.no-operator", register.Query{Limit: 1, Where: []register.Filter{{Column: "area", Operator: "like", Value: "a"}}}},
		{"register.cursor", register.Query{Limit: 1, After: "x"}},
	} {
		x.q.Type = "station"
		_, err := r.List(background, x.q)
		wantCode(t, err, x.code)
	}
}

// slowRegister is the contract with a slice of acts for a database.
type slowRegister struct{ acts []register.Act }

// stands gives what a record is on a day as far as was known after an act, and false when it is not there.
func (m slowRegister) stands(id string, day stat.Date, act int64) (map[string]string, bool) {
	values, from := map[string]string{}, map[string]stat.Date{}
	there := false
	for _, a := range m.acts {
		if a.Record != id || act != 0 && a.Number > act {
			continue
		}
		switch {
		case a.Kind == register.Ended && !day.Before(a.From):
			there = false
		case a.Kind == register.Added && !day.Before(a.From):
			there = true
		}
		for _, c := range a.Changes {
			if a.Kind != register.Erased && !day.Before(a.From) && !a.From.Before(from[c.Column]) {
				values[c.Column], from[c.Column] = c.After, a.From
				if m.erased(a, c.Column) {
					values[c.Column] = ""
				}
			}
		}
	}
	maps.DeleteFunc(values, func(_, v string) bool { return v == "" })
	return values, there
}

// erased reports whether what an act wrote into a column was erased after it; then it is gone from what was known before, too.
func (m slowRegister) erased(a register.Act, column string) bool {
	return slices.ContainsFunc(m.acts, func(x register.Act) bool {
		return x.Kind == register.Erased && x.Record == a.Record && x.Number > a.Number && slices.ContainsFunc(x.Changes, func(c register.Change) bool { return c.Column == column })
	})
}

func (m slowRegister) newest(id string) (n int64) {
	for _, a := range m.acts {
		if a.Record == id && a.Kind != register.Commented {
			n = a.Number
		}
	}
	return n
}

func testRegisterModel(t *testing.T, at Database) {
	url := at(t)
	s := Open(t, url)
	r := registerOf(s)
	do(t, r, plan("PLAN-1", "Kế hoạch một"))
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		m := slowRegister{}
		ids := []string{"A", "B"}
		for i := range ids {
			ids[i] += "-" + strconv.Itoa(round)
		}
		days := rapid.Map(rapid.IntRange(0, 8), func(n int) stat.Date { return stat.MustDate("2024-01-01").AddDays(30 * n) })
		for range rapid.IntRange(1, 14).Draw(t, "acts") {
			a := register.Act{Type: "station", Record: rapid.SampledFrom(ids).Draw(t, "record"), From: days.Draw(t, "from")}
			a.Base = m.newest(a.Record)
			switch kind := rapid.SampledFrom([]register.Kind{register.Changed, register.Changed, register.Changed, register.Changed, register.Ended, register.Commented, register.Erased}).Draw(t, "kind"); {
			case a.Base == 0:
				a = station(a.Record, "Trạm "+a.Record, a.From.String(), "cost", rapid.SampledFrom([]string{"1", "2"}).Draw(t, "cost"))
			case kind == register.Changed:
				a.Kind = kind
				column := rapid.SampledFrom([]string{"cost", "contact", "planned"}).Draw(t, "column")
				a.Changes = changes(column, rapid.SampledFrom(map[string][]string{"cost": {"", "1", "2", "3.50"}, "contact": {"", "Lan", "Mai"}, "planned": {"", "2023", "2024-05"}}[column]).Draw(t, "value"))
			case kind == register.Commented:
				a.Kind, a.Note = kind, "ý kiến"
			case kind == register.Erased:
				a.Kind, a.Changes = kind, changes("contact", "")
			default:
				a.Kind = kind
			}
			b := register.Batch{Person: "p-1", Acts: []register.Act{a}}
			switch err := r.Do(background, &b); fault.CodeOf(err) {
			case "":
				m.acts = append(m.acts, b.Acts[0])
			case "register.nothing-changed", "register.not-on-day":
			default:
				t.Fatal(err)
			}
		}
		m.agree(t, r, ids)
	})
	whole(t, s)
}

// agree compares the register with the slice on every day, as far as was known after every act.
func (m slowRegister) agree(t *rapid.T, r *register.Register, ids []string) {
	known := []int64{0}
	for _, a := range m.acts {
		known = append(known, a.Number)
	}
	for _, act := range known {
		for n := range 10 {
			day := stat.MustDate("2023-12-31").AddDays(30 * n)
			var want []string
			for _, id := range ids {
				values, there := m.stands(id, day, act)
				v, is, err := r.Record(context.Background(), "station", id, register.At{Day: day, Act: act})
				delete(v.Values, "state")
				delete(values, "state")
				if err != nil || is != there || is && !maps.Equal(v.Values, values) {
					t.Fatalf("%s on %s after act %d: %v %v %v; by the acts %v %v", id, day, act, v.Values, is, err, values, there)
				}
				if there && values["cost"] == "2" {
					want = append(want, id)
				}
			}
			page, err := r.List(context.Background(), register.Query{Type: "station", At: register.At{Day: day, Act: act}, Limit: 100, Sort: "cost", Words: strings.TrimLeft(ids[0][1:], "-"),
				Where: []register.Filter{{Column: "cost", Operator: register.Is, Value: "2"}}})
			var got []string
			for _, v := range page.Records {
				if slices.Contains(ids, v.ID) {
					got = append(got, v.ID)
				}
			}
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("a list on %s after act %d: %v %v; by the acts %v", day, act, got, err, want)
			}
		}
	}
}
