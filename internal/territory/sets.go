package territory

import (
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Set is a set of areas that covers the country without overlap, by the code under which CL_AREA_SET declares it.
type Set string

// SetKind is what the areas of a set are.
type SetKind string

// Kinds of sets.
const (
	Nation    SetKind = "country"   // the country as one area
	Regions   SetKind = "regions"   // groups of the provinces of another set
	Provinces SetKind = "provinces" // provinces and what ranks with them
)

// Division is a set of areas with what it divides the country into, and when.
type Division struct {
	ID       Set
	Kind     SetKind
	Over     Set // of regions: the provinces that they group
	Name     Name
	From, To stat.Date // first and last day; zero for not recorded or not ended
}

// Divisions lists the sets of areas in the order of their list.
func (r *Registry) Divisions() []Division { return slices.Clone(r.divisions) }

// Division finds a set.
func (r *Registry) Division(set Set) (Division, bool) {
	for _, d := range r.divisions {
		if d.ID == set {
			return d, true
		}
	}
	return Division{}, false
}

// Earlier is the set of provinces before they were merged; "" where they never were.
func (r *Registry) Earlier() Set { return r.earlier }

// Current is the set of provinces in force since the last change; "" in a country without provinces.
func (r *Registry) Current() Set { return r.current }

// Nation is the set that holds the country as one area.
func (r *Registry) Nation() Set { return r.nation }

// ProvinceSets lists the sets of provinces, the earlier one first.
func (r *Registry) ProvinceSets() []Set {
	var out []Set
	for _, set := range []Set{r.earlier, r.current} {
		if set != "" {
			out = append(out, set)
		}
	}
	return out
}

// over gives the provinces that a set of regions groups; "" for other sets.
func (r *Registry) over(set Set) Set {
	d, _ := r.Division(set)
	return d.Over
}

// takeSet takes up a row of CL_AREA_SET.
func (r *Registry) takeSet(m row) error {
	from, to, err := m.span("from", "to")
	if err != nil {
		return err
	}
	d := Division{ID: Set(m["id"]), Kind: SetKind(m["kind"]), Over: Set(m["over"]), Name: Name{m["name_vi"], m["name_en"]}, From: from, To: to}
	if _, twice := r.Division(d.ID); twice || d.ID == "" || (d.Kind == Regions) != (d.Over != "") {
		return fault.New("territory.bad-set", "set", m["id"])
	}
	switch d.Kind {
	case Nation:
		if r.nation != "" {
			return fault.New("territory.bad-set", "set", m["id"])
		}
		r.nation = d.ID
	case Provinces:
		switch {
		case r.current == "":
			r.current = d.ID
		case r.earlier == "":
			r.earlier, r.current = r.current, d.ID
		default: // figures are restated over one merger; a third map needs a program that walks over two
			return fault.New("territory.bad-set", "set", m["id"])
		}
	case Regions:
	default:
		return fault.New("territory.bad-set", "set", m["id"])
	}
	r.divisions = append(r.divisions, d)
	return nil
}

// checkSets refuses sets that do not fit together: regions of no provinces, an order that is not that of time, a country that is no area.
func (r *Registry) checkSets() error {
	for _, d := range r.divisions {
		if over, ok := r.Division(d.Over); d.Kind == Regions && (!ok || over.Kind != Provinces) {
			return fault.New("territory.bad-set", "set", string(d.ID))
		}
	}
	if r.earlier != "" {
		before, _ := r.Division(r.earlier)
		after, _ := r.Division(r.current)
		if before.To.IsZero() || after.From != before.To.AddDays(1) || r.merged.IsZero() {
			return fault.New("territory.bad-set", "set", string(r.earlier))
		}
	}
	if a := r.byID[string(r.nation)]; a == nil || a.kind != Country {
		return fault.New("territory.bad-set", "set", string(r.nation))
	}
	return nil
}
