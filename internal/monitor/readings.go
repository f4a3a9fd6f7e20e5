package monitor

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// longest is the number of days that a reading may cover. An average over several years says nothing of any of them.
const longest = 366

// Computed is the basis of a measure that nobody publishes and that a recipe computes.
const Computed = "COMPUTED"

// Measure is what a target is held against: an indicator in an area, by the definition of the plan that set the target.
type Measure struct {
	Flow       *catalog.Dataflow
	Indicator  catalog.Indicator
	Area       string
	Definition string // code of the plan's own definition; empty leaves that of the indicator
	Basis      string // why that one: a code that the words explain; empty where the indicator has one definition only
}

// MeasureOf gives the measure of a target in an area. A target is judged by the measure of the plan that set it, which the list of
// instruments names where it is not the indicator's own. False when nobody is known to publish the indicator.
func MeasureOf(c *catalog.Catalog, target catalog.Code, area string) (Measure, bool) {
	i, ok := c.Indicator(target.Notes["indicator"])
	if !ok || i.Dataflow == "" {
		return Measure{}, false
	}
	f, err := c.Dataflow(i.Dataflow)
	if err != nil {
		return Measure{}, false
	}
	m := Measure{Flow: f, Indicator: i, Area: area}
	if f.Position("DEFINITION") < 0 {
		return m, true
	}
	if f.Kind == catalog.Derived { // nobody publishes it by any definition: it is computed from published figures
		m.Basis = Computed
		return m, true
	}
	if l, err := c.Codelist("CL_INSTRUMENT"); err == nil {
		if plan, ok := l.Code(target.Notes["instrument"]); ok {
			m.Definition, m.Basis = plan.Notes["definition"], plan.Notes["basis"]
		}
	}
	return m, true
}

// Readings gives the published figures of a measure as one series, in order of the day on which their period ends and then of
// length: a month, a quarter, a day and a year are readings of the same thing, whatever the frequency in their key. It is the one
// place that says so: recipe, pages and API read through it.
//
// What differs in another code than the frequency differs by definition, and definitions are never joined: of several that the
// indicator allows, the one with the newest reading is taken, the first in order of key among equals. Figures without a value,
// forecasts of the publisher and averages over more than a year are no readings.
func (m Measure) Readings(versions []cube.Version) []cube.Version {
	var best []cube.Version
	for _, list := range m.groups(versions, m.pattern(m.Definition)) {
		if best == nil || list[len(list)-1].Period.To().After(best[len(best)-1].Period.To()) {
			best = list
		}
	}
	return best
}

// Beside gives the readings by each other definition, to be shown beside those that judge and never in their place.
func (m Measure) Beside(versions []cube.Version) [][]cube.Version {
	at := m.Flow.Position("DEFINITION")
	own := m.Readings(versions)
	if at < 0 {
		return nil
	}
	var out [][]cube.Version
	for _, list := range m.groups(versions, m.pattern("*")) {
		if len(own) == 0 || list[0].Key.Codes()[at] != own[0].Key.Codes()[at] {
			out = append(out, list)
		}
	}
	return out
}

// pattern is that of the indicator with its frequency left open, its area filled in where it leaves that open, and the definition
// put in when one is given.
func (m Measure) pattern(definition string) string {
	codes := strings.Split(m.Indicator.Key, ".")
	put := func(dimension, code string, always bool) {
		if n := m.Flow.Position(dimension); n >= 0 && n < len(codes) && (always || codes[n] == "") {
			codes[n] = code
		}
	}
	put("FREQ", "", true)
	put("REF_AREA", m.Area, false)
	put("DEFINITION", definition, definition != "")
	return strings.Join(codes, ".")
}

// groups gives the readings that match a pattern, those of one key without its frequency together, in order of that key.
func (m Measure) groups(versions []cube.Version, pattern string) [][]cube.Version {
	freq := m.Flow.Position("FREQ")
	by := map[string][]cube.Version{}
	for _, v := range versions {
		if v.Value == nil || v.Status == stat.Forecast || v.Period.To().Sub(v.Period.From())+1 > longest || !v.Key.Matches(pattern) {
			continue
		}
		codes := v.Key.Codes()
		if freq >= 0 {
			codes[freq] = ""
		}
		by[strings.Join(codes, ".")] = append(by[strings.Join(codes, ".")], v)
	}
	var ids []string
	for id := range by {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var out [][]cube.Version
	for _, id := range ids {
		slices.SortStableFunc(by[id], func(a, b cube.Version) int {
			if c := a.Period.To().Compare(b.Period.To()); c != 0 {
				return c
			}
			return b.Period.From().Compare(a.Period.From())
		})
		out = append(out, by[id])
	}
	return out
}

// Conditions gives the conditions that a target has in a year: the codes below it in the list of targets. None means that the target
// is a single one.
func Conditions(targets *catalog.Codelist, target string, year int) []catalog.Code {
	var out []catalog.Code
	for _, c := range targets.Codes {
		if years := c.Notes["years"]; c.Parent == target && (years == "" || slices.Contains(strings.Split(years, "+"), strconv.Itoa(year))) {
			out = append(out, c)
		}
	}
	return out
}
