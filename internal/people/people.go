// Package people says who is who on a day and who may see and do what: organisations and their succession, persons, the roles that they hold at
// organisations, and what was delegated to them. All of that are records of the register; Can and Scope decide from them, and nobody else does.
//
// It knows no page and no SQL. How somebody proves who they are is in its files on sign-in; what they may do then is in access.go.
package people

import (
	"context"
	"maps"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Types of records that this room works on.
const (
	OrganisationType = register.OrganisationType
	PersonType       = "person"
	RoleType         = "role"
	DelegationType   = "delegation"
)

// Types lists them, for the module that needs them.
func Types() []string { return []string{OrganisationType, PersonType, RoleType, DelegationType} }

// Role is what a person is at an organisation: a code of CL_ROLE.
type Role = catalog.Party

// Roles.
const (
	Reporter      Role = "reporter"
	Checker       Role = "checker"
	Approver      Role = "approver"
	Editor        Role = "editor"
	Publisher     Role = "publisher"
	Steward       Role = "steward"
	Auditor       Role = "auditor"
	Administrator Role = "administrator"
)

// Organisation is what Can must know of an organisation.
type Organisation struct {
	ID     string
	Name   catalog.Label
	Parent string // the organisation above it; "" for none
	From   stat.Date
	Until  stat.Date // the first day on which it was no more; zero while it is
	Heir   string    // who took over its work when it ended; "" for nobody
}

// Held is a role that a person holds at an organisation.
type Held struct {
	Role         Role
	Organisation string
	Delegated    string // identifier of the delegation by which they hold it; "" for their own
}

// Directory is who is who on a day. It does not change once it is made.
type Directory struct {
	Day           stat.Date
	Newest        int64 // the newest act of the register that it may know of
	organisations map[string]Organisation
	persons       map[string]register.Version
	held          map[string][]Held   // by person
	over          map[string][]string // each organisation with those above it
	operator      string              // the organisation that runs the installation
	kind          *catalog.RecordType // the declaration of persons
}

// pageOf is how many records are read at a time.
const pageOf = 1000

// Read makes the directory of a day. The operator is the organisation whose administrators, stewards and auditors are those of everything.
func Read(ctx context.Context, r *register.Register, day stat.Date, operator string) (*Directory, error) {
	d := &Directory{Day: day, organisations: map[string]Organisation{}, persons: map[string]register.Version{}, held: map[string][]Held{}, operator: operator}
	var err error
	if d.kind, err = r.Types().RecordType(PersonType); err != nil {
		return nil, err
	}
	if err := d.readOrganisations(ctx, r); err != nil {
		return nil, err
	}
	over := map[string][]string{} // known once all organisations are
	for id := range d.organisations {
		over[id] = d.above(id)
	}
	d.over = over
	persons, err := all(ctx, r, PersonType, day)
	if err != nil {
		return nil, err
	}
	for _, p := range persons {
		d.persons[p.ID] = p
	}
	return d, d.readRoles(ctx, r)
}

// all reads every record of a type that stands on a day.
func all(ctx context.Context, r *register.Register, kind string, day stat.Date) (out []register.Version, err error) {
	q := register.Query{Type: kind, At: register.At{Day: day}, Limit: pageOf}
	for {
		page, err := r.List(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Records...)
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// readOrganisations takes up the organisations that there are, and those that are no more: their work goes to their heirs.
func (d *Directory) readOrganisations(ctx context.Context, r *register.Register) error {
	lines, err := r.Timelines(ctx, OrganisationType)
	if err != nil {
		return err
	}
	for id, versions := range lines {
		last := versions[len(versions)-1]
		v := last
		for _, x := range versions {
			if x.On(d.Day) {
				v = x
			}
		}
		d.organisations[id] = Organisation{ID: id, Name: catalog.Label{Vi: v.Values["name_vi"], En: v.Values["name_en"]}, Parent: v.Values["parent"],
			From: versions[0].From, Until: last.Until, Heir: last.Values["heir"]}
	}
	return nil
}

func (d *Directory) readRoles(ctx context.Context, r *register.Register) error {
	roles, err := all(ctx, r, RoleType, d.Day)
	if err != nil {
		return err
	}
	byID := map[string]register.Version{}
	for _, v := range roles {
		byID[v.ID] = v
		if p := v.Values["person"]; d.stands(p) {
			d.held[p] = append(d.held[p], Held{Role: Role(v.Values["role"]), Organisation: v.Values["organisation"]})
		}
	}
	delegations, err := all(ctx, r, DelegationType, d.Day)
	if err != nil {
		return err
	}
	for _, v := range delegations {
		last, err := stat.ParseDate(v.Values["last_day"])
		role, is := byID[v.Values["role"]]
		if to := v.Values["to"]; err == nil && is && !d.Day.After(last) && d.stands(to) && d.stands(role.Values["person"]) {
			d.held[to] = append(d.held[to], Held{Role(role.Values["role"]), role.Values["organisation"], v.ID})
		}
	}
	return nil
}

// stands reports whether there is such a person on the day.
func (d *Directory) stands(person string) bool { _, is := d.persons[person]; return is }

// Organisation finds an organisation, also one that is no more.
func (d *Directory) Organisation(id string) (Organisation, bool) {
	o, is := d.organisations[id]
	return o, is
}

// Organisations lists those that there are on the day, by identifier.
func (d *Directory) Organisations() (out []Organisation) {
	for _, id := range slices.Sorted(maps.Keys(d.organisations)) {
		if o := d.organisations[id]; d.is(o) {
			out = append(out, o)
		}
	}
	return out
}

func (d *Directory) is(o Organisation) bool {
	return !d.Day.Before(o.From) && (o.Until.IsZero() || d.Day.Before(o.Until))
}

// Person gives the record of a person, or false.
func (d *Directory) Person(id string) (register.Version, bool) { v, is := d.persons[id]; return v, is }

// People lists the persons of the day, by identifier.
func (d *Directory) People() (out []register.Version) {
	for _, id := range slices.Sorted(maps.Keys(d.persons)) {
		out = append(out, d.persons[id])
	}
	return out
}

// Held lists the roles of a person.
func (d *Directory) Held(person string) []Held { return d.held[person] }

// maxSteps bounds a walk through organisations: a circle of heirs must not hang anything.
const maxSteps = 64

// Heir gives the organisation that does the work of one on the day: itself while it is there, else who took over, or whose heir did.
func (d *Directory) Heir(id string) string {
	for range maxSteps {
		o, known := d.organisations[id]
		if !known || o.Until.IsZero() || d.Day.Before(o.Until) || o.Heir == "" {
			return id
		}
		id = o.Heir
	}
	return id
}

// above lists an organisation and those above it, as they are on the day.
func (d *Directory) above(id string) (out []string) {
	if list, known := d.over[id]; known {
		return list
	}
	for range maxSteps {
		id = d.Heir(id)
		if id == "" || slices.Contains(out, id) {
			return out
		}
		out = append(out, id)
		id = d.organisations[id].Parent
	}
	return out
}

// Actor gives what a person may do for an organisation. Without an organisation they act for all at which they hold a role.
func (d *Directory) Actor(person, organisation string) (Actor, error) {
	if !d.stands(person) {
		return Actor{}, fault.New("people.no-person", "id", person)
	}
	a := Actor{Person: person, Organisation: organisation, d: d}
	for _, h := range d.held[person] {
		if organisation == "" || h.Organisation == organisation {
			a.held = append(a.held, h)
		}
	}
	if organisation != "" && len(a.held) == 0 {
		return Actor{}, fault.New("people.not-for", "organisation", organisation)
	}
	return a, nil
}
