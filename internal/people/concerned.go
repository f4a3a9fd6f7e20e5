package people

import (
	"maps"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/register"
)

// Concerned lists the persons who are one of some parties to a record as it stands, by identifier; none of them who may not see it whole.
func (d *Directory) Concerned(parties []catalog.Party, t *catalog.RecordType, v register.Version) (out []string) {
	for _, id := range slices.Sorted(maps.Keys(d.held)) {
		a, err := d.Actor(id, "")
		if err == nil && slices.ContainsFunc(parties, func(p catalog.Party) bool { return a.is(p, t, v) }) && a.Can(See, t, v) {
			out = append(out, id)
		}
	}
	return out
}

// Operates reports whether an actor holds a role at the organisation that runs the installation.
func (a Actor) Operates(role Role) bool { return a.d != nil && a.at(a.d.operator, role) }
