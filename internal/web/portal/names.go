package portal

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// attribute gives the words of an attribute: codes by their list, anything else as it stands.
func attribute(s *publish.Snapshot, name, value string) catalog.Label {
	return namesOf(s).Attribute(name, value)
}

// namesOf gives what the catalogue of a snapshot knows of figures.
func namesOf(s *publish.Snapshot) view.Names { return view.Names{Catalog: s.Catalog} }

// nameOf gives the name of a code in both languages; a code that the list does not have is its own name.
func nameOf(s *publish.Snapshot, codelist, code string) catalog.Label {
	return namesOf(s).Code(codelist, code)
}

// noteOf gives a further column of a code ("unit", "decimals", "symbol_vi"…), or "".
func noteOf(s *publish.Snapshot, codelist, code, column string) string {
	return namesOf(s).Note(codelist, code, column)
}

// unitOf gives the unit of an observation with its multiplier, with its power of ten in words.
func unitOf(s *publish.Snapshot, f *catalog.Dataflow, o cube.Version) catalog.Label {
	return namesOf(s).Unit(f, o)
}

// unitLabel writes a unit and a power of ten.
func unitLabel(s *publish.Snapshot, unit, mult string) catalog.Label {
	return namesOf(s).UnitLabel(unit, mult)
}

// decimalsOf gives the digits after the mark with which an observation is published.
func decimalsOf(s *publish.Snapshot, f *catalog.Dataflow, o cube.Version) int {
	return namesOf(s).Decimals(f, o)
}

// seriesName names a series by the codes of its dimensions, leaving out those to be skipped.
func seriesName(s *publish.Snapshot, f *catalog.Dataflow, k stat.Key, skip map[string]bool) catalog.Label {
	return namesOf(s).Series(f, k, skip)
}

// shortName is seriesName for labels inside drawings, where definitions go by the short names of their publishers.
func shortName(s *publish.Snapshot, f *catalog.Dataflow, k stat.Key, skip map[string]bool) catalog.Label {
	l := seriesName(s, f, k, skip)
	code := f.CodeOf(k, "DEFINITION")
	if short, ok := shortDefinition(s, code); ok {
		long := nameOf(s, "CL_DEFINITION", code)
		l = catalog.Label{Vi: strings.Replace(l.Vi, long.Vi, short.Vi, 1), En: strings.Replace(l.En, long.En, short.En, 1)}
	}
	return l
}

// common gives the dimensions whose code is the same in all series.
func common(f *catalog.Dataflow, keys []stat.Key) map[string]bool { return view.Shared(f, keys) }
