package difference

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// flowID is the dataflow whose figures are compared.
const flowID = "DE_SHARE"

// Figures gives what a reader may know: a publish.Snapshot.
type Figures interface {
	// Read gives the newest figures of the series that match a pattern.
	Read(dataflow, pattern string) []cube.Version
	// History gives every version of them.
	History(dataflow, pattern string) []cube.Version
}

// Shares are the shares of the digital economy, by all definitions.
type Shares struct {
	flow    *catalog.Dataflow
	catalog *catalog.Catalog
	figures Figures
	total   string // the component that is the whole
}

// Of gives the shares of a release; false where the country has none, or does not say which parts answer to each other.
func Of(c *catalog.Catalog, f Figures) (Shares, bool) {
	flow, err := c.Dataflow(flowID)
	if err != nil || !Told(c) {
		return Shares{}, false
	}
	return Shares{flow, c, f, c.ComponentsOf(c.Roles()[0])[0].Parent}, true
}

// Told reports whether a country has shares and says which parts of its definitions answer to each other.
func Told(c *catalog.Catalog) bool {
	_, err := c.Dataflow(flowID)
	return err == nil && len(c.Roles()) > 0
}

// Year is a year in which several definitions have a total of one area.
type Year struct {
	Year        int
	Definitions []string // in the order of their list
}

// Years lists the years, newest first, of which an area has totals by two definitions or more.
func (s Shares) Years(area string) []Year {
	byYear := map[int][]string{}
	for _, o := range s.figures.Read(flowID, s.key(area, "", s.total)) {
		if o.Value != nil && o.Period.Frequency() == stat.Annual {
			byYear[o.Period.Year()] = append(byYear[o.Period.Year()], s.flow.CodeOf(o.Key, "DEFINITION"))
		}
	}
	var out []Year
	for y, list := range byYear {
		if len(list) > 1 {
			s.sort(list)
			out = append(out, Year{y, list})
		}
	}
	slices.SortFunc(out, func(a, b Year) int { return b.Year - a.Year })
	return out
}

// Areas lists the areas that have such a year: the country first, then by code.
func (s Shares) Areas() []string {
	count := map[string]map[string]int{}
	for _, o := range s.figures.Read(flowID, s.key("", "", s.total)) {
		if o.Value != nil && o.Period.Frequency() == stat.Annual {
			area := s.flow.CodeOf(o.Key, "REF_AREA")
			if count[area] == nil {
				count[area] = map[string]int{}
			}
			count[area][o.Period.String()]++
		}
	}
	var out []string
	for area, years := range count {
		for _, n := range years {
			if n > 1 {
				out = append(out, area)
				break
			}
		}
	}
	nation := s.catalog.Country().ID
	slices.SortFunc(out, func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == nation || b != nation && a < b:
			return -1
		}
		return 1
	})
	return out
}

// Entry is a definition with the newest figure by it.
type Entry struct {
	Definition catalog.Definition
	Newest     *cube.Version // of the country, else of whatever area has one; nil where there is none at all
	First      stat.Period   // the first period of the same area that has one
}

// Entries lists every definition of the catalogue.
func (s Shares) Entries() []Entry {
	nation := s.catalog.Country().ID
	var out []Entry
	for _, d := range s.catalog.Definitions() {
		e := Entry{Definition: d}
		for _, o := range s.figures.Read(flowID, string(s.flow.KeyOf(map[string]string{"DEFINITION": d.ID, "COMPONENT": s.total}))) {
			if o.Value == nil || o.Period.Frequency() != stat.Annual {
				continue
			}
			at := s.flow.CodeOf(o.Key, "REF_AREA")
			if e.Newest != nil {
				have := s.flow.CodeOf(e.Newest.Key, "REF_AREA")
				switch {
				case have == nation && at != nation:
					continue
				case at == have && o.Period.Compare(e.First) < 0:
					e.First = o.Period
				}
				if (at == nation) == (have == nation) && o.Period.Compare(e.Newest.Period) <= 0 {
					continue
				}
				if at != have {
					e.First = o.Period
				}
			} else {
				e.First = o.Period
			}
			e.Newest = &o
		}
		out = append(out, e)
	}
	return out
}

// key is a pattern of the annual series of an area, a definition and a component; "" leaves a code open.
func (s Shares) key(area, definition, component string) string {
	return string(s.flow.KeyOf(map[string]string{"FREQ": "A", "REF_AREA": area, "DEFINITION": definition, "COMPONENT": component}))
}

// sort puts definitions in the order of their list.
func (s Shares) sort(list []string) {
	at := func(id string) int {
		return slices.IndexFunc(s.catalog.Definitions(), func(d catalog.Definition) bool { return d.ID == id })
	}
	slices.SortFunc(list, func(a, b string) int { return at(a) - at(b) })
}

// side gives the newest total of a definition, with the newest total of its vintages whose parts were printed with it.
func (s Shares) side(area, definition string, year int) Side {
	d, _ := s.catalog.Definition(definition)
	x := Side{Definition: d}
	totals := s.vintages(area, definition, s.total, year)
	if len(totals) == 0 {
		return x
	}
	x.Figure = totals[0]
	for _, total := range totals {
		if x.Split = s.split(area, definition, year, total); x.Split != nil {
			return x
		}
	}
	if d.SplitBy == "" {
		return x
	}
	for _, total := range s.vintages(area, d.SplitBy, s.total, year) {
		if total.Value.Cmp(*x.Figure.Value) == 0 { // it divides the very same total
			if x.Split = s.split(area, d.SplitBy, year, total); x.Split != nil {
				x.Split.Total = x.Figure
				return x
			}
		}
	}
	return x
}

// split gives the parts that were printed with a total: of each role one, of which at most one is left to be the total less the others.
func (s Shares) split(area, definition string, year int, total cube.Version) *Split {
	out := &Split{By: definition, Total: total}
	missing := -1
	rest, rests := *total.Value, []cube.Version{total}
	for i, role := range s.catalog.Roles() {
		part, ok := s.printedWith(area, definition, role, year, total)
		if !ok {
			if missing >= 0 {
				return nil
			}
			missing = i
			out.Parts = append(out.Parts, Operand{})
			continue
		}
		out.Parts = append(out.Parts, Operand{definition, s.flow.CodeOf(part.Key, "COMPONENT"), *part.Value, true, []cube.Version{part}})
		rest, rests = rest.Sub(*part.Value), append(rests, part)
	}
	switch {
	case len(out.Parts) < 2:
		return nil
	case missing >= 0:
		component := s.sisterOf(out, s.catalog.Roles()[missing])
		if component == "" {
			return nil
		}
		out.Parts[missing] = Operand{definition, component, rest, false, rests}
	}
	return out
}

// sisterOf names the component of a role that belongs to the same cut as the parts that are there.
func (s Shares) sisterOf(x *Split, role string) string {
	list, err := s.catalog.Codelist("CL_COMPONENT")
	if err != nil {
		return ""
	}
	for _, p := range x.Parts {
		if have, ok := list.Code(p.Component); ok {
			for _, c := range s.catalog.ComponentsOf(role) {
				if c.Notes["partition"] == have.Notes["partition"] {
					return c.ID
				}
			}
		}
	}
	return ""
}

// printedWith gives the part of a role that the document of a total prints with it.
func (s Shares) printedWith(area, definition, role string, year int, total cube.Version) (cube.Version, bool) {
	for _, c := range s.catalog.ComponentsOf(role) {
		for _, o := range s.vintages(area, definition, c.ID, year) {
			if o.Printed() == "" && o.Vintage.Date == total.Vintage.Date && o.Attributes[stat.AttrSource] == total.Attributes[stat.AttrSource] {
				return o, true
			}
		}
	}
	return cube.Version{}, false
}

// vintages lists the figures of a cell that have a number, newest first.
func (s Shares) vintages(area, definition, component string, year int) []cube.Version {
	key := s.key(area, definition, component)
	there := func(o cube.Version) bool { return o.Period == stat.Year(year) && o.Value != nil }
	newest := slices.IndexFunc(s.figures.Read(flowID, key), there)
	if newest < 0 {
		return nil // the cell shows nothing now, whatever it once held
	}
	out := slices.DeleteFunc(slices.Clone(s.figures.History(flowID, key)), func(o cube.Version) bool { return !there(o) })
	slices.SortStableFunc(out, func(a, b cube.Version) int {
		if n := b.Vintage.Date.Compare(a.Vintage.Date); n != 0 {
			return n
		}
		return int(b.Message - a.Message)
	})
	return out
}
