package people_test

import (
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// merging is an installation with a government that runs it, two provinces, a third that ends, and records that name it.
func merging(t *testing.T) *people.Office {
	t.Helper()
	r := country(t)
	o := people.NewOffice(r, nil, nil)
	do := func(acts ...register.Act) {
		t.Helper()
		if err := people.Load(t.Context(), r, acts, "seed"); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
	}
	do(add(people.RoleType, people.FirstRole, "2020-01-01", "person", "root", "organisation", "GOV", "role", "steward"))
	do(add(people.OrganisationType, "THIRD", "2020-01-01", "name_vi", "THIRD", "name_en", "THIRD", "kind", "province", "parent", "GOV"))
	station := func(id, from string) register.Act {
		return add("station", id, from, "name_vi", id, "name_en", id, "area", "XM", "plan", "PLAN", "keeper", "THIRD", "opened", "2021-01-01", "closed", "2022-01-01", "cost", "1")
	}
	do(station("CS-OPEN", "2020-01-01"), station("CS-LATE", "2026-10-15"), station("CS-DONE", "2020-01-01"), station("CS-PLANNED", "2020-01-01"))
	step := func(kind register.Kind, id, from string, pairs ...string) {
		t.Helper()
		a := change(t, r, "station", id, from, pairs...)
		a.Kind = kind
		if err := r.Do(t.Context(), &register.Batch{Person: people.Program, Acts: []register.Act{a}}); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
	}
	step("open", "CS-DONE", "2021-01-01")
	step("close", "CS-DONE", "2022-01-01")
	step(register.Changed, "CS-PLANNED", "2026-11-15", "keeper", "GOV")
	step(register.Changed, "CS-OPEN", "2026-11-10", "cost", "2")
	do(add(people.PersonType, "both", "2020-01-01", "name", "Người both", "organisation", "WEST"),
		add(people.RoleType, "r-both-west", "2020-01-01", "person", "both", "organisation", "WEST", "role", "reporter"),
		add(people.RoleType, "r-both-third", "2020-01-01", "person", "both", "organisation", "THIRD", "role", "reporter"),
		add(people.RoleType, "r-both-check", "2020-01-01", "person", "both", "organisation", "THIRD", "role", "checker"))
	return o
}

// TestAMergerMovesOpenRecords: by acts of their own on the day, once, by who may end the organisation; what is done with, what goes to somebody else
// anyway and what the heir has already stays as it is; before the day everything has the name of its time.
func TestAMergerMovesOpenRecords(t *testing.T) {
	o := merging(t)
	day := stat.MustDate("2026-10-01")
	s, err := o.Succession(t.Context(), "THIRD", "WEST", day)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]string{}
	for _, a := range s.Moves {
		moved[a.Record] = a.From.String()
	}
	want := map[string]string{"CS-OPEN": "2026-10-01", "CS-LATE": "2026-10-15", "r-both-check": "2026-10-01"}
	if len(moved) != len(want) {
		t.Fatalf("moves %v, want %v", moved, want)
	}
	for id, from := range want {
		if moved[id] != from {
			t.Errorf("%s moves on %q, want %s", id, moved[id], from)
		}
	}
	stays := map[string]string{}
	for _, x := range s.Stays {
		stays[x.Record] = x.Why
	}
	if len(stays) != 2 || stays["CS-PLANNED"] != "later" || stays["r-both-third"] != "twice" {
		t.Errorf("stays %v", stays)
	}
	for _, who := range []string{"west", "east", "eastroot"} {
		if err := o.Register.Do(t.Context(), &register.Batch{Person: who, Acts: s.Acts()}); err == nil {
			t.Errorf("%s merges organisations", who)
		}
	}
	if err := o.Register.Do(t.Context(), &register.Batch{Person: "root", Reason: "sáp nhập", Acts: s.Acts()}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	for _, x := range []struct{ kind, id, day, want string }{
		{"station", "CS-OPEN", "2026-09-30", "THIRD"}, {"station", "CS-OPEN", "2026-10-01", "WEST"}, {"station", "CS-OPEN", "2026-11-30", "WEST"},
		{"station", "CS-LATE", "2026-11-30", "WEST"}, {"station", "CS-DONE", "2026-11-30", "THIRD"}, {"station", "CS-PLANNED", "2026-10-05", "THIRD"}, {"station", "CS-PLANNED", "2026-11-30", "GOV"},
		{people.RoleType, "r-both-check", "2026-11-30", "WEST"}, {people.RoleType, "r-both-third", "2026-11-30", "THIRD"},
	} {
		v, _, err := o.Register.Record(t.Context(), x.kind, x.id, register.At{Day: stat.MustDate(x.day)})
		column := map[string]string{"station": "keeper", people.RoleType: "organisation"}[x.kind]
		if err != nil || v.Values[column] != x.want {
			t.Errorf("%s on %s is of %q, %v; want %s", x.id, x.day, v.Values[column], err, x.want)
		}
	}
	again, err := o.Succession(t.Context(), "THIRD", "", stat.Date{})
	if err != nil || len(again.Acts()) != 0 || again.Heir != "WEST" || again.Day != day {
		t.Errorf("a second time: %d acts, heir %s, %s, %v", len(again.Acts()), again.Heir, again.Day, err)
	}
}

// TestAnHeirMayBeNamedLater: the organisation has ended without one; its records move from the day on which it ended, and on to the heir of the heir.
func TestAnHeirMayBeNamedLater(t *testing.T) {
	o := merging(t)
	end := change(t, o.Register, people.OrganisationType, "THIRD", "2026-09-01")
	end.Kind = register.Ended
	if err := o.Register.Do(t.Context(), &register.Batch{Person: "root", Acts: []register.Act{end}}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Succession(t.Context(), "THIRD", "", stat.Date{}); fault.CodeOf(err) != "people.no-heir" {
		t.Errorf("without an heir: %v", err)
	}
	west, err := o.Succession(t.Context(), "WEST", "EAST", stat.MustDate("2026-10-01"))
	if err == nil {
		err = o.Register.Do(t.Context(), &register.Batch{Person: "root", Acts: west.Acts()})
	}
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	s, err := o.Succession(t.Context(), "THIRD", "WEST", stat.Date{})
	if err != nil || len(s.Ending) != 1 {
		t.Fatalf("%d acts end what has ended, %v", len(s.Ending), err)
	}
	if err := o.Register.Do(t.Context(), &register.Batch{Person: "root", Acts: s.Acts()}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	for day, want := range map[string]string{"2026-08-31": "THIRD", "2026-09-01": "WEST", "2026-09-30": "WEST", "2026-10-01": "EAST", "2026-11-30": "EAST"} {
		if v, _, err := o.Register.Record(t.Context(), "station", "CS-OPEN", register.At{Day: stat.MustDate(day)}); err != nil || v.Values["keeper"] != want {
			t.Errorf("on %s it is of %q, %v; want %s", day, v.Values["keeper"], err, want)
		}
	}
}

// TestAMoveIsASuccessionOrRefused: the act puts the heir in the place of what has ended, from the day of its end, and nothing else.
func TestAMoveIsASuccessionOrRefused(t *testing.T) {
	o := merging(t)
	move := func(id, from string, pairs ...string) error {
		a := change(t, o.Register, "station", id, from, pairs...)
		a.Kind = register.Moved
		return o.Register.Do(t.Context(), &register.Batch{Person: "root", Acts: []register.Act{a}})
	}
	for _, x := range []struct {
		name, id, from string
		pairs          []string
		code           string
	}{
		{"from what stands", "CS-OPEN", "2026-10-01", []string{"keeper", "EAST"}, "register.not-moved"},
		{"before the end", "CS-OLD", "2025-06-30", []string{"keeper", "EAST"}, "register.not-moved"},
		{"to another", "CS-OLD", "2025-07-01", []string{"keeper", "WEST"}, "register.not-moved"},
		{"a field that is no owner", "CS-OLD", "2025-07-01", []string{"cost", "5"}, "register.not-moved"},
		{"something beside it", "CS-OLD", "2025-07-01", []string{"keeper", "EAST", "cost", "5"}, "register.not-moved"},
		{"to the heir", "CS-OLD", "2025-07-01", []string{"keeper", "EAST"}, ""},
		{"once more", "CS-OLD", "2025-07-02", []string{"keeper", "EAST"}, "register.nothing-changed"},
	} {
		if err := move(x.id, x.from, x.pairs...); fault.CodeOf(err) != x.code {
			t.Errorf("%s: %v, want %s", x.name, err, x.code)
		}
	}
}
