package people

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Demo is a demonstration: made-up people at organisations of the installation, and some of what they do. Who is named how, who works where and which
// records they work on follows from the seed alone.
type Demo struct {
	Office *Office
	Seed   uint64
	// Say gives a text by its name: demo-names, demo-name, demo-organisation, demo-owner-1 and so on.
	Say func(id string, pairs ...any) string
}

// Player is somebody of a demonstration.
type Player struct {
	Person, Organisation string
	Role                 Role
}

// Cast is who can be signed in by one click, and a record that one of them has an older form of before them.
type Cast struct {
	Players      []Player
	Type, Record string
	Act          int64 // the newest act that the form knew; 0: there is no such record
}

// demoOrganisations is at how many organisations the cast works.
const demoOrganisations = 4

// demoPerson is somebody of the cast, by where they stand in it.
type demoPerson struct {
	id    string
	at    int // 0 for the organisation at the top, then those under it
	role  Role
	plays bool
}

// The cast: six who are signed in by one click, and colleagues at other organisations.
var demoPeople = []demoPerson{
	{"demo-reporter", 1, Reporter, true}, {"demo-checker", 1, Checker, true}, {"demo-approver", 1, Approver, true},
	{"demo-steward", 0, Steward, true}, {"demo-auditor", 0, Auditor, true}, {"demo-administrator", 0, Administrator, true},
	{"demo-steward-2", 0, Steward, false}, {"demo-reporter-2", 2, Reporter, false}, {"demo-checker-2", 2, Checker, false}, {"demo-reporter-3", 3, Reporter, false},
}

// Of the cast, by role.
const (
	demoSteward, demoSecond, demoAuditor, demoRoot = "demo-steward", "demo-steward-2", "demo-auditor", "demo-administrator"
	demoTarget                                     = "target" // the type of the records that they work on
	demoDays                                       = 30       // how long the delegation lasts
)

// demoRole is the identifier of the role of one of the cast.
func demoRole(x demoPerson) string {
	if x.id == demoRoot {
		return FirstRole
	}
	return "r-" + x.id
}

// Load brings the demonstration into the register, as far as it is not there, and gives its cast. Each step is a batch under a key of its own: one that
// was interrupted goes on where it stopped.
func (d Demo) Load(ctx context.Context) (Cast, error) {
	random := rand.New(rand.NewPCG(d.Seed, d.Seed)) //nolint:gosec // nothing secret comes of it
	at, err := d.bodies(ctx, random)
	if err != nil {
		return Cast{}, err
	}
	var cast Cast
	if err := d.people(ctx, random, at); err != nil {
		return cast, err
	}
	for _, x := range demoPeople {
		if x.plays {
			cast.Players = append(cast.Players, Player{x.id, at[x.at], x.role})
		}
	}
	done, err := d.done(ctx)
	if err != nil {
		return cast, err
	}
	if _, is := done["demo-delegation"]; !is {
		if err := d.delegation(ctx, at); err != nil {
			return cast, err
		}
	}
	return cast, d.work(ctx, random, at, done, &cast)
}

// bodies chooses four organisations: the one with most under it, and three of those. A country that brings none gets made-up ones.
func (d Demo) bodies(ctx context.Context, random *rand.Rand) ([]string, error) {
	dir, err := d.Office.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if at := demoBodies(dir); at != nil {
		return at, nil
	}
	under, top := map[string][]string{}, ""
	for _, o := range dir.Organisations() {
		if under[o.Parent] = append(under[o.Parent], o.ID); o.Parent != "" && len(under[o.Parent]) > len(under[top]) {
			top = o.Parent
		}
		if top == "" {
			top = o.Parent
		}
	}
	if top != "" && len(under[top]) >= demoOrganisations-1 {
		out := []string{top}
		for _, i := range random.Perm(len(under[top]))[:demoOrganisations-1] {
			out = append(out, under[top][i])
		}
		return out, nil
	}
	var out []string
	var acts []register.Act
	for i := range demoOrganisations {
		id, parent := fmt.Sprintf("DEMO-%d", i), ""
		if i > 0 {
			parent = out[0]
		}
		out = append(out, id)
		acts = append(acts, demoAdded(OrganisationType, id, "name_vi", d.Say("demo-organisation", "n", i), "name_en", fmt.Sprintf("Demo body %d", i), "kind", "government", "parent", parent))
	}
	return out, Load(ctx, d.Office.Register, acts, d.Say("demo-reason"))
}

// demoBodies gives the organisations of a cast that is there already.
func demoBodies(dir *Directory) []string {
	out := make([]string, demoOrganisations)
	for _, x := range demoPeople {
		p, is := dir.Person(x.id)
		if !is {
			return nil
		}
		out[x.at] = p.Values["organisation"]
	}
	return out
}

// demoAdded is the act by which a record comes in that was there from the beginning.
func demoAdded(kind, id string, pairs ...string) register.Act {
	a := register.Act{Kind: register.Added, Type: kind, Record: id, From: Begins}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			a.Changes = append(a.Changes, register.Change{Column: pairs[i], After: pairs[i+1]})
		}
	}
	return a
}

// people brings in the cast with their roles. Nobody of them has a password.
func (d Demo) people(ctx context.Context, random *rand.Rand, at []string) error {
	names := strings.Split(d.Say("demo-names"), ";")
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var acts []register.Act
	for i, x := range demoPeople {
		acts = append(acts, demoAdded(PersonType, x.id, "name", d.Say("demo-name", "name", strings.TrimSpace(names[i%len(names)])), "email", x.id+"@demo.invalid", "organisation", at[x.at]))
	}
	for _, x := range demoPeople {
		acts = append(acts, demoAdded(RoleType, demoRole(x), "person", x.id, "organisation", at[x.at], "role", string(x.role)))
	}
	return Load(ctx, d.Office.Register, acts, d.Say("demo-reason"))
}

// soon is among how many acts after its roles those of the cast are: they are made before anybody else can act.
const soon = 100

// done gives what the cast has done already, by the keys of its batches.
func (d Demo) done(ctx context.Context) (map[string]register.Act, error) {
	out := map[string]register.Act{}
	came, err := d.Office.Register.Acts(ctx, RoleType, FirstRole, 0, 1)
	if err != nil || len(came) == 0 {
		return out, err
	}
	after, err := d.Office.Register.ActsSince(ctx, came[0].Acts[0].Number, soon)
	for _, b := range after {
		if strings.HasPrefix(b.Key, "demo-") {
			out[b.Key] = b.Acts[0]
		}
	}
	return out, err
}

// do makes one act as one of the cast, and gives it.
func (d Demo) do(ctx context.Context, key, who, organisation, reason string, a register.Act) (register.Act, error) {
	b := register.Batch{Key: key, Person: who, Organisation: organisation, Reason: reason, Acts: []register.Act{a}}
	err := d.Office.Register.Do(ctx, &b)
	return b.Acts[0], err
}

// delegation lends the approver's role to the checker.
func (d Demo) delegation(ctx context.Context, at []string) error {
	a := register.Act{Kind: register.Added, Type: DelegationType, Record: "demo-delegation"}
	for _, c := range [][2]string{{"role", demoRole(demoPeople[2])}, {"to", demoPeople[1].id}, {"last_day", d.Office.Register.Today().AddDays(demoDays).String()}, {"organisation", at[1]}} {
		a.Changes = append(a.Changes, register.Change{Column: c[0], After: c[1]})
	}
	_, err := d.do(ctx, "demo-delegation", demoRoot, at[0], d.Say("demo-delegation"), a)
	return err
}

// work has the stewards and the auditor work on two targets, where there are any: one of them is changed by two people.
func (d Demo) work(ctx context.Context, random *rand.Rand, at []string, done map[string]register.Act, cast *Cast) error {
	page, err := d.Office.Register.List(ctx, register.Query{Type: demoTarget, At: register.At{Day: d.Office.Register.Today()}, Limit: 50})
	if err != nil || len(page.Records) < 2 {
		return err
	}
	pick := random.Perm(len(page.Records))
	first, other := page.Records[pick[0]].ID, page.Records[pick[1]].ID
	if a, is := done["demo-act-1"]; is { // targets were added since, and another one would be picked
		first = a.Record
	}
	for i, s := range []struct {
		who, id string
		kind    register.Kind
		owner   string
	}{{demoSteward, first, register.Changed, "demo-owner-1"}, {demoSecond, first, register.Changed, "demo-owner-2"}, {demoAuditor, first, register.Commented, ""}, {demoSteward, other, register.Commented, ""}} {
		key := fmt.Sprintf("demo-act-%d", i+1)
		a, is := done[key]
		if !is {
			if a, err = d.step(ctx, key, s.who, at[0], s.id, s.kind, s.owner); err != nil {
				return err
			}
		}
		if i == 0 {
			cast.Type, cast.Record, cast.Act = a.Type, a.Record, a.Number
		}
	}
	return nil
}

// step is one act on a target: a change of who answers for it, or a comment.
func (d Demo) step(ctx context.Context, key, who, at, id string, kind register.Kind, owner string) (register.Act, error) {
	line, err := d.Office.Register.Timeline(ctx, demoTarget, id)
	if err != nil {
		return register.Act{}, err
	}
	a, text := register.Act{Kind: kind, Type: demoTarget, Record: id, Base: line.Newest}, d.Say(key)
	if kind == register.Commented {
		a.Note = text
	} else {
		a.Changes = d.owner(line, owner)
	}
	return d.do(ctx, key, who, at, text, a)
}

// owner changes who answers for a target, plainly made up.
func (d Demo) owner(line register.Timeline, id string) (out []register.Change) {
	now, _ := line.On(d.Office.Register.Today())
	for _, c := range [][2]string{{"owner_vi", d.Say(id)}, {"owner_en", d.Say(id)}, {"owner_mark", string(stat.MarkUnverified)}} {
		if now.Values[c[0]] != c[1] {
			out = append(out, register.Change{Column: c[0], Before: now.Values[c[0]], After: c[1]})
		}
	}
	return out
}
