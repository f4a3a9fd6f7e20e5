package composite

import (
	"maps"
	"slices"

	"nhipso/internal/fault"
)

// Reading is one value of an indicator, or none.
type Reading struct {
	Value float64
	Known bool
}

// Is makes a known reading.
func Is(x float64) Reading { return Reading{x, true} }

// Data are the readings of each indicator, one a unit, in the order of Units.
type Data struct {
	Units    []string
	Readings map[string][]Reading
}

func (d Data) check(m Method) error {
	if len(d.Units) == 0 {
		return fault.New("composite.no-units")
	}
	seen := map[string]bool{}
	for _, u := range d.Units {
		if seen[u] {
			return fault.New("composite.unit-twice", "unit", u)
		}
		seen[u] = true
	}
	wanted := map[string]bool{}
	for _, code := range m.Indicators() {
		wanted[code] = true
		if d.Readings[code] == nil {
			return fault.New("composite.absent-indicator", "code", code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(d.Readings)) {
		if !wanted[code] {
			return fault.New("composite.unknown-indicator", "code", code)
		}
		rs := d.Readings[code]
		if len(rs) != len(d.Units) {
			return fault.New("composite.shape", "code", code, "readings", len(rs), "units", len(d.Units))
		}
		for i, r := range rs {
			if r.Known && !finite(r.Value) {
				return fault.New("composite.not-finite", "code", code, "unit", d.Units[i])
			}
		}
	}
	return nil
}

// Group is a unit of the new territory and the old ones it is made of.
type Group struct {
	Unit string
	Of   []string
}

// Merged applies the method's rule for units joined by a change of territory: each indicator of the new
// unit is the simple average of those of the old ones, not weighted by population. One old unit without a
// reading leaves the new one without. Every old unit belongs to exactly one group.
func (m Method) Merged(d Data, groups []Group) (Data, error) {
	if m.Merge == nil {
		return Data{}, fault.New("composite.no-merge-rule", "method", m.Code+" "+m.Version)
	}
	if err := d.check(m); err != nil {
		return Data{}, err
	}
	at, used := map[string]int{}, map[string]bool{}
	for i, u := range d.Units {
		at[u] = i
	}
	out := Data{Readings: map[string][]Reading{}}
	for _, g := range groups {
		if len(g.Of) == 0 {
			return Data{}, fault.New("composite.empty-group", "unit", g.Unit)
		}
		out.Units = append(out.Units, g.Unit)
		for _, u := range g.Of {
			if _, ok := at[u]; !ok {
				return Data{}, fault.New("composite.unknown-unit", "unit", u, "group", g.Unit)
			}
			if used[u] {
				return Data{}, fault.New("composite.unit-twice", "unit", u)
			}
			used[u] = true
		}
	}
	for _, u := range d.Units {
		if !used[u] {
			return Data{}, fault.New("composite.unit-left-out", "unit", u)
		}
	}
	for code, rs := range d.Readings {
		merged := make([]Reading, len(groups))
		for i, g := range groups {
			var s float64
			known := true
			for _, u := range g.Of {
				r := rs[at[u]]
				known = known && r.Known
				s += r.Value
			}
			if known {
				merged[i] = Is(s / float64(len(g.Of)))
			}
		}
		out.Readings[code] = merged
	}
	return out, nil
}
