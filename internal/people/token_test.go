package people_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
)

// staff is an installation with an administrator, and two people in the east: Minh reports and checks, Hoa reports.
func staff(t *testing.T) *people.Office {
	t.Helper()
	o := office(t)
	if err := people.Load(t.Context(), o.Register, []register.Act{
		add(people.PersonType, "root", "2020-01-01", "name", "Nguyễn Thị Lan", "email", "lan@gov.example", "organisation", "GOV"),
		add(people.RoleType, people.FirstRole, "2020-01-01", "person", "root", "organisation", "GOV", "role", "administrator"),
		add(people.PersonType, "minh", "2020-01-01", "name", "Trần Văn Minh", "email", "minh@east.example", "organisation", "EAST"),
		add(people.RoleType, "r-minh", "2020-01-01", "person", "minh", "organisation", "EAST", "role", "reporter"),
	}, "seed"); err != nil {
		t.Fatal(err)
	}
	return o
}

func token(o *people.Office, t *testing.T, b people.Bounds) string {
	t.Helper()
	_, secret, err := o.NewToken(t.Context(), people.Token{Person: "minh", Name: "máy", Bounds: b, Ends: time.Now().AddDate(0, 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// ended does an act on a record in the name of the administrator.
func ended(o *people.Office, t *testing.T, a register.Act) {
	t.Helper()
	line, err := o.Register.Timeline(t.Context(), a.Type, a.Record)
	if err != nil {
		t.Fatal(err)
	}
	a.Base = line.Newest
	if err := o.Do(t.Context(), &register.Batch{Person: "root", Organisation: "GOV", Reason: "test", Acts: []register.Act{a}}); err != nil {
		t.Fatal(err)
	}
}

// TestATokenDiesWithWhatItRestsOn: whatever it is that takes a person's right away, the next request by their token is refused, and the token never
// comes back.
func TestATokenDiesWithWhatItRestsOn(t *testing.T) {
	root := func(o *people.Office) people.Actor {
		d, err := o.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Actor("root", "")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for what, kill := range map[string]func(*people.Office){
		"left": func(o *people.Office) {
			ended(o, t, register.Act{Kind: register.Ended, Type: people.PersonType, Record: "minh"})
		},
		"lost role": func(o *people.Office) {
			ended(o, t, register.Act{Kind: register.Ended, Type: people.RoleType, Record: "r-minh"})
		},
		"erased": func(o *people.Office) {
			ended(o, t, register.Act{Kind: register.Erased, Type: people.PersonType, Record: "minh", Changes: []register.Change{{Column: "name"}, {Column: "email"}}})
		},
		"locked":     func(o *people.Office) { must(t, o.Lock(t.Context(), root(o), "minh", true)) },
		"own wish":   func(o *people.Office) { must(t, o.EndToken(t.Context(), "minh", tokens(o, t)[0].ID, "minh")) },
		"by another": func(o *people.Office) { must(t, o.EndToken(t.Context(), "minh", tokens(o, t)[0].ID, "root")) },
	} {
		t.Run(what, func(t *testing.T) {
			o := staff(t)
			secret := token(o, t, people.Bounds{Types: []string{people.PersonType}})
			if a, _, err := o.Bearer(t.Context(), secret); err != nil || a.Person != "minh" {
				t.Fatal(a, err)
			}
			kill(o)
			if _, _, err := o.Bearer(t.Context(), secret); fault.CodeOf(err) != "people.token" {
				t.Errorf("the token lives: %v", err)
			}
			if what == "locked" {
				must(t, o.Lock(t.Context(), root(o), "minh", false))
			}
			if _, _, err := o.Bearer(t.Context(), secret); fault.CodeOf(err) != "people.token" {
				t.Errorf("the token comes back: %v", err)
			}
			if x := tokens(o, t)[0]; x.Ended.IsZero() || x.EndedBy == "" {
				t.Errorf("it is not told who ended it: %+v", x)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
}

func tokens(o *people.Office, t *testing.T) []people.Token {
	t.Helper()
	list, err := o.Accounts.Store.PersonTokens(t.Context(), "minh")
	must(t, err)
	return list
}

// TestATokenIsMadeWithinWhatItsPersonHas, has an end and a name, and its secret is kept nowhere.
func TestATokenIsMadeWithinWhatItsPersonHas(t *testing.T) {
	o := staff(t)
	good := people.Token{Person: "minh", Name: "máy", Ends: time.Now().AddDate(1, 0, 0)}
	for want, change := range map[string]func(*people.Token){
		"":                   func(*people.Token) {},
		"people.name":        func(x *people.Token) { x.Name = " " },
		"people.token-end":   func(x *people.Token) { x.Ends = time.Time{} },
		"catalog.no-type":    func(x *people.Token) { x.Bounds.Types = []string{"persons"} },
		"people.no-role":     func(x *people.Token) { x.Bounds.Organisations = []string{"GOV"} },
		"people.no-person":   func(x *people.Token) { x.Person = "ai" },
		"people.token-end ":  func(x *people.Token) { x.Ends = time.Now().AddDate(1, 0, 3) },
		"people.token-end  ": func(x *people.Token) { x.Ends = time.Now().Add(-time.Minute) },
		"people.name ":       func(x *people.Token) { x.Name = "hai\ndòng" },
		"people.name  ":      func(x *people.Token) { x.Name = strings.Repeat("x", 81) },
		"people.not-for":     func(x *people.Token) { x.Bounds.Organisations = []string{"EAST", "GOV"} },
	} {
		x := good
		change(&x)
		if _, _, err := o.NewToken(t.Context(), x); fault.CodeOf(err) != strings.TrimSpace(want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for range 49 {
		if _, _, err := o.NewToken(t.Context(), good); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := o.NewToken(t.Context(), good); fault.CodeOf(err) != "people.many-tokens" {
		t.Errorf("any number of tokens: %v", err)
	}
	for _, secret := range []string{"", "x", "nhipso_", "nhipso_' OR 1=1 --"} {
		if _, _, err := o.Bearer(t.Context(), secret); fault.CodeOf(err) != "people.token" {
			t.Errorf("%q: %v", secret, err)
		}
	}
	if err := o.EndToken(t.Context(), "root", tokens(o, t)[0].ID, "root"); fault.CodeOf(err) != "people.no-token" {
		t.Errorf("somebody ends a token as their own that is not: %v", err)
	}
}

// TestATokenLetsNothingThroughBeyondItsBounds, in what is read and in what is done; and nothing beyond what its person may.
func TestATokenLetsNothingThroughBeyondItsBounds(t *testing.T) {
	o := staff(t)
	types := o.Register.Types()
	person, _ := types.RecordType(people.PersonType)
	role, _ := types.RecordType(people.RoleType)
	station, _ := types.RecordType("station")
	minh := register.Version{ID: "minh", Type: people.PersonType, Values: map[string]string{"organisation": "EAST"}}
	keeps := register.Version{ID: "CS-1", Type: "station", Values: map[string]string{"keeper": "EAST"}}
	a, x, err := o.Bearer(t.Context(), token(o, t, people.Bounds{Types: []string{people.PersonType, "station"}}))
	must(t, err)
	if !a.Can(people.See, person, minh) || a.Can(people.See, role, register.Version{Values: map[string]string{"organisation": "EAST"}}) || a.Can(people.Doing(register.Changed), station, keeps) {
		t.Error("a token that reads persons and stations sees or does something else")
	}
	if s := a.Scope(person); len(s.Any) == 0 {
		t.Error("it lists nobody")
	}
	if s := a.Scope(role); !s.Bounded || len(s.Any) > 0 {
		t.Errorf("it lists roles: %+v", s)
	}
	if _, err := x.ActAs("EAST", []register.Act{{Type: "station"}}); fault.CodeOf(err) != "people.token-reads" {
		t.Errorf("a token that reads acts: %v", err)
	}
	a, x, err = o.Bearer(t.Context(), token(o, t, people.Bounds{Types: []string{"station"}, Acts: true, Organisations: []string{"EAST"}}))
	must(t, err)
	if !a.Can(people.Doing(register.Changed), station, keeps) || a.Can(people.Doing(register.Changed), person, minh) {
		t.Error("a token that changes stations does not, or changes persons")
	}
	for _, c := range []struct{ organisation, kind, as, code string }{{"", "station", "EAST", ""}, {"EAST", "station", "EAST", ""}, {"GOV", "station", "", "people.token-organisation"}, {"EAST", "role", "", "people.token-type"}} {
		as, err := x.ActAs(c.organisation, []register.Act{{Type: c.kind}})
		if as != c.as || fault.CodeOf(err) != c.code {
			t.Errorf("%+v: %q, %v", c, as, err)
		}
	}
	if i := slices.IndexFunc(tokens(o, t), func(x people.Token) bool { return !x.Used.IsZero() }); i < 0 {
		t.Error("nobody notes when a token was used")
	}
}
