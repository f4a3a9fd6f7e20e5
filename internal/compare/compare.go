// Package compare says which series may stand on one axis, and by how much their figures differ.
//
// Figures are like each other when they measure the same thing, by the same definition, in the same unit and for periods of the same length.
// Everything else is told apart: no difference is taken between what two definitions count. It is pure: it reads no store and knows no page.
package compare

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Line is one series of a comparison.
type Line struct {
	Flow    *catalog.Dataflow
	Key     stat.Key
	Of      Measured
	Figures []cube.Version // the newest of each period, in order
}

// ID names a line: its dataflow and its key.
func (l Line) ID() string { return l.Flow.ID + "/" + string(l.Key) }

// At gives the figure of a period that has a value, or false.
func (l Line) At(p stat.Period) (cube.Version, bool) {
	for _, o := range l.Figures {
		if o.Period == p && o.Value != nil {
			return o, true
		}
	}
	return cube.Version{}, false
}

// Measured says what figures measure. Two of the same are like each other.
type Measured struct {
	Flow, Definition, What, Frequency string // What is every other code that says what is measured
	Unit, Mult                        string
}

// alike lists the dimensions that say of whom or of which part a figure is, or how the same thing was computed. Figures that differ in these
// only are like each other; a dimension that is not listed says what is measured.
var alike = map[string]bool{"REF_AREA": true, "COMPONENT": true, "ACTIVITY": true, "SECTOR": true, "INDUSTRY": true, "PRODUCT": true, "ROW": true, "COLUMN": true, "INDEX": true, "PROGRAMME": true,
	"BAND": true, "METHOD": true, "SCENARIO": true, "START": true, "GDP_VINTAGE": true}

// What gives what the series of a key measures, in a unit that counts a power of ten.
func What(f *catalog.Dataflow, key stat.Key, unit, mult string) Measured {
	if unit == "PC_GRDP" { // a share of the product of a province beside one of that of the nation: each of its own economy
		unit = "PC_GDP"
	}
	m := Measured{Flow: f.ID, Unit: unit, Mult: mult}
	var what []string
	for i, d := range f.Dimensions {
		code := key.Codes()[i]
		switch {
		case d.ID == "FREQ":
			m.Frequency = code
		case d.ID == "DEFINITION":
			m.Definition = code
		case !alike[d.ID]:
			what = append(what, d.ID+"="+code)
		}
	}
	m.What = strings.Join(what, " ")
	return m
}

// Apart is a way in which two series are not like each other.
type Apart string

// Ways to be apart, the gravest first.
const (
	ByUnit       Apart = "unit"
	ByDefinition Apart = "definition"
	ByMeasure    Apart = "measure"
	ByFrequency  Apart = "frequency"
)

// Differs lists in what two measures are apart; nothing when their figures are like each other.
func (m Measured) Differs(n Measured) []Apart {
	var out []Apart
	if m.Unit != n.Unit || m.Mult != n.Mult {
		out = append(out, ByUnit)
	}
	if m.Definition != n.Definition {
		out = append(out, ByDefinition)
	}
	if m.Flow != n.Flow || m.What != n.What {
		out = append(out, ByMeasure)
	}
	if m.Frequency != n.Frequency {
		out = append(out, ByFrequency)
	}
	return out
}

// Panels parts lines into those that are like each other, in the order of the first of each.
func Panels(lines []Line) [][]Line {
	var out [][]Line
	for _, l := range lines {
		i := slices.IndexFunc(out, func(p []Line) bool { return p[0].Of == l.Of })
		if i < 0 {
			out = append(out, nil)
			i = len(out) - 1
		}
		out[i] = append(out[i], l)
	}
	return out
}

// Reasons lists in what the panels are apart from the first, each way once.
func Reasons(panels [][]Line) []Apart {
	var out []Apart
	for _, way := range []Apart{ByUnit, ByDefinition, ByMeasure, ByFrequency} {
		if slices.ContainsFunc(panels, func(p []Line) bool { return slices.Contains(panels[0][0].Of.Differs(p[0].Of), way) }) {
			out = append(out, way)
		}
	}
	return out
}

// Periods lists the periods for which any of the lines has something, in order.
func Periods(lines []Line) []stat.Period {
	var out []stat.Period
	seen := map[stat.Period]bool{}
	for _, l := range lines {
		for _, o := range l.Figures {
			if !seen[o.Period] {
				seen[o.Period] = true
				out = append(out, o.Period)
			}
		}
	}
	slices.SortFunc(out, stat.Period.Compare)
	return out
}

// Shared lists the periods for which all lines have a value, in order.
func Shared(lines []Line) []stat.Period {
	return slices.DeleteFunc(Periods(lines), func(p stat.Period) bool {
		return slices.ContainsFunc(lines, func(l Line) bool { _, has := l.At(p); return !has })
	})
}
