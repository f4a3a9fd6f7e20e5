package people

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
)

// Actor is somebody who asks for something: a person for an organisation, or, without a person, a guest.
type Actor struct {
	Person       string
	Organisation string
	held         []Held
	bounds       *Bounds // of the token by which they act; nil for none
	d            *Directory
}

// Guest is an actor of whom nothing is known.
func (d *Directory) Guest() Actor { return Actor{d: d} }

// Verb is what somebody wants to do with a record: see it, or an act.
type Verb string

// Verbs that are no kinds of act.
const (
	See       Verb = "see"
	SeePublic Verb = "see-public" // the fields that everybody may see
)

// Doing is the verb of a kind of act.
func Doing(kind register.Kind) Verb { return Verb(kind) }

// Can reports whether an actor may do something with a record as it stands.
func (a Actor) Can(do Verb, t *catalog.RecordType, v register.Version) bool {
	if !a.bounds.allow(do, t) {
		return false
	}
	parties, public := allowed(do, t)
	for _, p := range parties {
		if (public || p != catalog.Public) && a.is(p, t, v) {
			return true
		}
	}
	return false
}

// Must is Can with the refusal that says what would be needed.
func (a Actor) Must(do Verb, t *catalog.RecordType, v register.Version) error {
	switch {
	case a.Can(do, t, v):
		return nil
	case a.Person == "":
		return fault.New("people.sign-in")
	}
	return fault.New("people.may-not", "id", v.ID, "type", t.Name)
}

// onlyAdministrators may erase personal data.
var onlyAdministrators = []catalog.Party{Administrator}

// allowed lists who may do something with records of a type, and whether the public counts among them: it sees the public part of a record only.
func allowed(do Verb, t *catalog.RecordType) (parties []catalog.Party, public bool) {
	switch do {
	case See, Doing(register.Commented), Doing(register.Attached):
		return t.See, false
	case SeePublic:
		return t.See, true
	case Doing(register.Added), Doing(register.Changed), Doing(register.Ended), Doing(register.Detached):
		return t.Edit, true
	case Doing(register.Erased):
		return onlyAdministrators, true
	}
	for _, way := range t.Transitions {
		if way.ID == string(do) {
			return way.By, true
		}
	}
	return nil, true
}

// is reports whether an actor is one of a party to a record.
func (a Actor) is(p catalog.Party, t *catalog.RecordType, v register.Version) bool {
	switch p {
	case catalog.Public:
		return true
	case catalog.Owner, catalog.Lead, catalog.Coordinating:
		return slices.ContainsFunc(a.d.related(p, t, v), func(o string) bool { return a.at(o, "") })
	case catalog.Superior:
		return slices.ContainsFunc(a.d.related(catalog.Owner, t, v), func(o string) bool {
			above := a.d.above(o)
			return len(above) > 1 && slices.ContainsFunc(above[1:], func(o string) bool { return a.at(o, "") })
		})
	}
	if a.at(a.d.operator, p) {
		return true
	}
	for _, o := range a.d.related(catalog.Owner, t, v) {
		if slices.ContainsFunc(a.d.above(o), func(o string) bool { return a.at(o, p) }) {
			return true
		}
	}
	return false
}

// at reports whether an actor holds a role at an organisation, or any where none is named.
func (a Actor) at(organisation string, role Role) bool {
	return organisation != "" && slices.ContainsFunc(a.held, func(h Held) bool { return a.d.Heir(h.Organisation) == organisation && (role == "" || h.Role == role) })
}

// related gives the organisations that stand in a relation to a record, as they are on the day: the heirs of those that are no more.
func (d *Directory) related(p catalog.Party, t *catalog.RecordType, v register.Version) (out []string) {
	column, is := t.Relations[p]
	switch {
	case !is:
		return nil
	case column == register.IDColumn:
		return []string{d.Heir(v.ID)}
	}
	f, _ := t.Field(column)
	for _, id := range f.Values(v.Values) {
		out = append(out, d.Heir(id))
	}
	return out
}

// Scope bounds a list of records of a type to those that an actor may see whole.
func (a Actor) Scope(t *catalog.RecordType) register.Scope {
	out := register.Scope{Bounded: true}
	if !a.bounds.allow(See, t) {
		return out
	}
	parties, _ := allowed(See, t) // what the public sees is not all of a record
	for _, p := range parties {
		switch p {
		case catalog.Public:
		case catalog.Owner, catalog.Lead, catalog.Coordinating:
			out.Any = append(out.Any, register.Within{Column: t.Relations[p], Values: a.d.worked(a.mine(""))})
		case catalog.Superior:
			out.Any = append(out.Any, register.Within{Column: t.Relations[catalog.Owner], Values: a.d.worked(a.d.below(a.mine(""), false))})
		default:
			if a.at(a.d.operator, p) {
				return register.Scope{}
			}
			out.Any = append(out.Any, register.Within{Column: t.Relations[catalog.Owner], Values: a.d.worked(a.d.below(a.mine(p), true))})
		}
	}
	out.Any = slices.DeleteFunc(out.Any, func(w register.Within) bool { return w.Column == "" || len(w.Values) == 0 })
	return out
}

// mine lists the organisations at which an actor holds a role, or any where none is named.
func (a Actor) mine(role Role) (out []string) {
	for _, h := range a.held {
		if o := a.d.Heir(h.Organisation); (role == "" || h.Role == role) && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// below lists the organisations under some, with or without those themselves.
func (d *Directory) below(of []string, themselves bool) (out []string) {
	if len(of) == 0 {
		return nil
	}
	for id, o := range d.organisations {
		if !d.is(o) {
			continue
		}
		above := d.above(id)
		if !themselves {
			above = above[min(1, len(above)):]
		}
		if slices.ContainsFunc(above, func(o string) bool { return slices.Contains(of, o) }) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// worked adds to organisations those whose work they do: a record may name one that is no more.
func (d *Directory) worked(of []string) (out []string) {
	if len(of) == 0 {
		return nil
	}
	out = slices.Clone(of)
	for id := range d.organisations {
		if !slices.Contains(out, id) && slices.Contains(of, d.Heir(id)) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// Told gives the record with those of its fields that an actor may see, or false when they may see none.
func (a Actor) Told(t *catalog.RecordType, v register.Version) (register.Version, bool) {
	if a.Can(See, t, v) {
		return v, true
	}
	if !a.Can(SeePublic, t, v) {
		return register.Version{}, false
	}
	public := map[string]string{}
	for _, id := range t.Public {
		f, _ := t.Field(id)
		for _, column := range f.Columns() {
			if s := v.Values[column]; s != "" && !f.Personal {
				public[column] = s
			}
		}
	}
	v.Values = public
	return v, true
}

// Public is the actor as one of the public, who sees what everybody sees.
func (a Actor) Public() Actor { return Actor{d: a.d} }

// AsksPublic reports whether a list is asked for by nothing but what everybody sees of its records: by anything else, a reader would learn what they
// may not see.
func AsksPublic(t *catalog.RecordType, q register.Query) bool {
	public := func(id string) bool {
		f, is := t.Field(id)
		return id == register.IDColumn || is && slices.Contains(t.Public, id) && !f.Personal
	}
	columns := []string{}
	for _, w := range q.Where {
		columns = append(columns, w.Column)
	}
	if q.Sort != "" {
		columns = append(columns, q.Sort)
	}
	if q.Words != "" {
		columns = append(columns, t.Search...)
	}
	return !slices.ContainsFunc(columns, func(id string) bool { return !public(id) })
}
