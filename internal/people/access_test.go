package people_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

var today = stat.MustDate("2026-11-30")

// country is a register with two provinces under a government, an office in one of them, and a province that was merged into the other.
func country(t *testing.T) *register.Register {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	r := &register.Register{Store: storetest.SQLite(t).Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return today }, Now: time.Now}
	organisation := func(id, parent, from string) register.Act {
		return add(people.OrganisationType, id, from, "name_vi", id, "name_en", id, "kind", "province", "parent", parent)
	}
	acts := []register.Act{organisation("GOV", "", "2020-01-01"), organisation("EAST", "GOV", "2020-01-01"), organisation("OFFICE", "EAST", "2020-01-01"), organisation("WEST", "GOV", "2020-01-01"), organisation("OLD", "GOV", "2020-01-01")}
	for _, p := range []struct{ id, at, role string }{{"minister", "GOV", "approver"}, {"east", "EAST", "reporter"}, {"clerk", "OFFICE", "reporter"}, {"west", "WEST", "reporter"}, {"former", "OLD", "reporter"},
		{"auditor", "GOV", "auditor"}, {"root", "GOV", "administrator"}, {"eastroot", "EAST", "administrator"}, {"nobody", "GOV", ""}} {
		acts = append(acts, add(people.PersonType, p.id, "2020-01-01", "name", "Người "+p.id, "organisation", p.at))
		if p.role != "" {
			acts = append(acts, add(people.RoleType, "r-"+p.id, "2020-01-01", "person", p.id, "organisation", p.at, "role", p.role))
		}
	}
	acts = append(acts, add("legal-document", "PLAN", "2020-01-01", "name_vi", "Kế hoạch", "name_en", "Plan"))
	for _, o := range []string{"GOV", "EAST", "OFFICE", "WEST", "OLD"} {
		acts = append(acts, add("station", "CS-"+o, "2020-01-01", "name_vi", "Trạm "+o, "name_en", o, "area", "XM", "plan", "PLAN", "keeper", o, "contact", "Ông Kín"))
	}
	do(t, r, acts...)
	heir := change(t, r, people.OrganisationType, "OLD", "2025-06-30", "heir", "EAST")
	do(t, r, heir)
	end := change(t, r, people.OrganisationType, "OLD", "2025-07-01")
	end.Kind = register.Ended
	do(t, r, end)
	return r
}

func add(kind, id, from string, pairs ...string) register.Act {
	a := register.Act{Kind: register.Added, Type: kind, Record: id, From: stat.MustDate(from)}
	for i := 0; i < len(pairs); i += 2 {
		a.Changes = append(a.Changes, register.Change{Column: pairs[i], After: pairs[i+1]})
	}
	return a
}

// change is an act on a record by somebody who has seen everything that was done to it.
func change(t *testing.T, r *register.Register, kind, id, from string, pairs ...string) register.Act {
	t.Helper()
	line, err := r.Timeline(context.Background(), kind, id)
	if err != nil {
		t.Fatal(err)
	}
	a := add(kind, id, from, pairs...)
	a.Kind, a.Base = register.Changed, line.Newest
	return a
}

func do(t *testing.T, r *register.Register, acts ...register.Act) {
	t.Helper()
	if err := r.Do(t.Context(), &register.Batch{Person: "seed", Acts: acts}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
}

func directory(t *testing.T, r *register.Register, day stat.Date) *people.Directory {
	t.Helper()
	d, err := people.Read(t.Context(), r, day, "GOV")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func actor(t *testing.T, d *people.Directory, person string) people.Actor {
	t.Helper()
	if person == "" {
		return d.Guest()
	}
	a, err := d.Actor(person, "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestWhoMaySeeAndDoWhat: a station is seen by its keeper, whoever leads or stands above; it is changed by its keeper, opened by nobody (a station
// declares no lead), closed by keeper or superior.
func TestWhoMaySeeAndDoWhat(t *testing.T) {
	r := country(t)
	d := directory(t, r, today)
	c := r.Types()
	station, err := c.RecordType("station")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ person, sees, changes, closes string }{
		{"", "", "", ""},
		{"nobody", "", "", ""},
		{"west", "WEST", "WEST", "WEST"},
		{"clerk", "OFFICE", "OFFICE", "OFFICE"},
		{"east", "EAST OFFICE OLD", "EAST OLD", "EAST OFFICE OLD"}, // what the merged province kept is theirs now
		{"former", "EAST OFFICE OLD", "EAST OLD", "EAST OFFICE OLD"},
		{"minister", "EAST GOV OFFICE OLD WEST", "GOV", "EAST GOV OFFICE OLD WEST"},
	} {
		a := actor(t, d, x.person)
		for verb, want := range map[people.Verb]string{people.See: x.sees, people.Doing(register.Changed): x.changes, people.Verb("close"): x.closes, people.Verb("open"): ""} {
			var got []string
			for _, o := range []string{"EAST", "GOV", "OFFICE", "OLD", "WEST"} {
				v, _, err := r.Record(t.Context(), "station", "CS-"+o, register.At{Day: today})
				if err != nil {
					t.Fatal(err)
				}
				if a.Can(verb, station, v) {
					got = append(got, o)
				}
				if (a.Must(verb, station, v) == nil) != a.Can(verb, station, v) {
					t.Errorf("Must and Can differ for %s", x.person)
				}
			}
			if s := fmt.Sprint(got); s != "["+want+"]" {
				t.Errorf("%q may %s %s, want [%s]", x.person, verb, s, want)
			}
		}
	}
	v, _, _ := r.Record(t.Context(), "station", "CS-WEST", register.At{Day: today})
	told, sees := actor(t, d, "").Told(station, v)
	if !sees || told.Values["name_vi"] == "" || told.Values["contact"] != "" || told.Values["keeper"] != "" {
		t.Errorf("a guest is told %v", told.Values)
	}
	if told, _ = actor(t, d, "west").Told(station, v); told.Values["contact"] == "" {
		t.Error("the keeper is not told the contact")
	}
}

// TestAListHoldsWhatItsReaderMaySee: for each person and type, the list within their scope is that of the records that they can see.
func TestAListHoldsWhatItsReaderMaySee(t *testing.T) {
	r := country(t)
	for _, day := range []string{"2024-01-01", "2026-11-30"} {
		d := directory(t, r, stat.MustDate(day))
		for _, person := range []string{"", "nobody", "west", "clerk", "east", "former", "minister", "auditor", "root", "eastroot"} {
			a := actor(t, d, person)
			for _, kind := range []string{"station", people.OrganisationType, people.PersonType, people.RoleType} {
				typ, err := r.Types().RecordType(kind)
				if err != nil {
					t.Fatal(err)
				}
				look, err := r.Look(register.Query{Type: kind, Limit: 1000, At: register.At{Day: d.Day}})
				if err != nil {
					t.Fatal(err)
				}
				all, err := r.Records(t.Context(), look)
				if err != nil {
					t.Fatal(err)
				}
				look.Scope = a.Scope(typ)
				scoped, err := r.Records(t.Context(), look)
				if err != nil {
					t.Fatal(err)
				}
				var want, got []string
				for _, v := range all.Records {
					if a.Can(people.See, typ, v) {
						want = append(want, v.ID)
					}
				}
				for _, v := range scoped.Records {
					got = append(got, v.ID)
				}
				if !slices.Equal(want, got) {
					t.Errorf("%q on %s: the list of %s holds %v; they can see %v", person, day, kind, got, want)
				}
			}
		}
	}
}

func TestADelegationEndsWithItsLastDayAndWithItsGiver(t *testing.T) {
	r := country(t)
	do(t, r, add(people.DelegationType, "d-1", "2026-11-01", "role", "r-east", "to", "west", "last_day", "2026-11-30", "organisation", "EAST"))
	holds := func(day string) bool {
		return slices.ContainsFunc(directory(t, r, stat.MustDate(day)).Held("west"), func(h people.Held) bool { return h.Organisation == "EAST" && h.Delegated == "d-1" })
	}
	for day, want := range map[string]bool{"2026-10-31": false, "2026-11-01": true, "2026-11-30": true, "2026-12-01": false} {
		if holds(day) != want {
			t.Errorf("on %s the delegation holds: %v", day, !want)
		}
	}
	leaves := change(t, r, people.PersonType, "east", "2026-11-20")
	leaves.Kind = register.Ended
	do(t, r, leaves)
	if holds("2026-11-20") || !holds("2026-11-19") {
		t.Error("a delegation outlives its giver")
	}
}

func TestWhoLeftActsNoMore(t *testing.T) {
	r := country(t)
	leaves := change(t, r, people.PersonType, "west", "2026-11-30")
	leaves.Kind = register.Ended
	do(t, r, leaves)
	if _, err := directory(t, r, today).Actor("west", ""); fault.CodeOf(err) != "people.no-person" {
		t.Errorf("%v", err)
	}
	if _, err := directory(t, r, today).Actor("east", "WEST"); fault.CodeOf(err) != "people.not-for" {
		t.Errorf("%v", err)
	}
}
