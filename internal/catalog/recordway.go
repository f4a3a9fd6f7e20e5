package catalog

import (
	"slices"

	"nhipso/internal/stat"
)

// FirstDay gives the day from which a record that comes with the catalogue is known to be there, by the field that its type names for that; false
// where nothing says. Of a month or a year it is the last day: by then it surely was.
func (t *RecordType) FirstDay(record map[string]string) (stat.Date, bool) {
	f, has := t.Field(t.Since)
	if !has || record[f.ID] == "" {
		return stat.Date{}, false
	}
	m, err := measured(f, record[f.ID])
	return m.last, err == nil
}

// Open reports whether something is still to be done with a record: a state that it may leave. A type without a course has no end.
func (t *RecordType) Open(record map[string]string) bool {
	return len(t.States) == 0 || slices.ContainsFunc(t.Transitions, func(way Transition) bool { return slices.Contains(way.From, record[StateField]) })
}

// WayTo gives the shortest way from the first state of a type to another; nothing where it is the first, or no way leads there.
func (t *RecordType) WayTo(state string) []Transition {
	if len(t.States) == 0 {
		return nil
	}
	ways := map[string][]Transition{t.States[0].ID: nil}
	for reached := []string{t.States[0].ID}; len(reached) > 0; reached = reached[1:] {
		for _, way := range t.Transitions {
			if _, been := ways[way.To]; !been && slices.Contains(way.From, reached[0]) {
				ways[way.To] = append(slices.Clone(ways[reached[0]]), way)
				reached = append(reached, way.To)
			}
		}
	}
	return ways[state]
}
