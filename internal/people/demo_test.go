package people_test

import (
	"reflect"
	"strings"
	"testing"

	"nhipso/internal/people"
	"nhipso/internal/register"
)

func said(id string, pairs ...any) string {
	if id == "demo-names" {
		return "An;Bình;Chi;Dung;Em;Giang;Hà;Khoa;Lan;Minh"
	}
	out := "Thử " + id
	for _, p := range pairs {
		if s, is := p.(string); is {
			out += " " + s
		}
	}
	return out
}

// demonstration is a demonstration in a new installation.
func demonstration(t *testing.T, seed uint64) people.Demo {
	t.Helper()
	o := office(t)
	acts := []register.Act{add("legal-document", "PLAN", "2020-01-01", "name_vi", "Kế hoạch", "name_en", "Plan")}
	for _, id := range []string{"T-1", "T-2", "T-3"} {
		acts = append(acts, add("target", id, "2020-01-01", "name_vi", id, "name_en", id, "instrument", "PLAN", "indicator", anIndicator(o), "unit", aUnit(o), "direction", "1"))
	}
	if err := people.Load(t.Context(), o.Register, acts, "seed"); err != nil {
		t.Fatal(err)
	}
	return people.Demo{Office: o, Seed: seed, Say: said}
}

func firstCode(o *people.Office, list string) string {
	l, err := o.Register.Types().Codelist(list)
	if err != nil {
		panic(err)
	}
	return l.Codes[0].ID
}

func anIndicator(o *people.Office) string { return firstCode(o, "CL_INDICATOR") }
func aUnit(o *people.Office) string       { return firstCode(o, "CL_UNIT_MEASURE") }

// TestADemonstrationFollowsFromItsSeed, comes in once, and needs nobody's password.
func TestADemonstrationFollowsFromItsSeed(t *testing.T) {
	d := demonstration(t, 7)
	cast, err := d.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	roles := map[people.Role]bool{}
	for _, x := range cast.Players {
		roles[x.Role] = true
		if a, known, err := d.Office.Accounts.Store.Account(t.Context(), x.Person); err != nil || known {
			t.Errorf("%v has an account: %v, %v", x, a, err)
		}
	}
	if len(cast.Players) != 6 || len(roles) != 6 || !roles[people.Steward] || !roles[people.Administrator] || cast.Act == 0 {
		t.Fatalf("%+v", cast)
	}
	batches, err := d.Office.Register.ActsSince(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	// A target that comes in later makes no other record the one with the conflict.
	if err := people.Load(t.Context(), d.Office.Register, []register.Act{add(people.OrganisationType, "NEW", "2020-01-01", "name_vi", "Mới", "name_en", "New", "kind", "government", "parent", "GOV")}, "later"); err != nil {
		t.Fatal(err)
	}
	again, err := d.Load(t.Context())
	if err != nil || !reflect.DeepEqual(again, cast) {
		t.Errorf("%+v, %+v, %v", again, cast, err)
	}
	after, err := d.Office.Register.ActsSince(t.Context(), 0, 1000)
	if err != nil || len(after) != len(batches)+1 {
		t.Errorf("it came in twice: %d, %d, %v", len(after), len(batches), err)
	}
	other := demonstration(t, 7)
	if same, err := other.Load(t.Context()); err != nil || !reflect.DeepEqual(same, cast) {
		t.Errorf("%+v, %v", same, err)
	}
	names := func(d people.Demo) (out string) {
		dir, err := d.Office.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range dir.People() {
			if !strings.HasPrefix(p.Values["name"], "Thử ") {
				t.Errorf("%v is not named as made up", p.Values)
			}
			out += p.Values["name"] + "\n"
		}
		return out
	}
	third := demonstration(t, 8)
	if _, err := third.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names(d) != names(other) || names(d) == names(third) {
		t.Error("names do not follow from the seed")
	}
}

// TestADemonstrationHasAConflictAndADelegation: the record of the form was changed since, by somebody else; the checker may do what was lent.
func TestADemonstrationHasAConflictAndADelegation(t *testing.T) {
	d := demonstration(t, 1)
	cast, err := d.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	acts, err := d.Office.Register.Acts(t.Context(), cast.Type, cast.Record, cast.Act, 10)
	if err != nil || len(acts) < 2 || acts[0].Acts[0].Kind != register.Changed || acts[0].Person == "demo-steward" {
		t.Errorf("nobody was quicker: %+v, %v", acts, err)
	}
	dir, err := d.Office.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lent := false
	for _, h := range dir.Held("demo-checker") {
		lent = lent || h.Role == people.Approver && h.Delegated != ""
	}
	if !lent {
		t.Error("no role was lent")
	}
}
