package view

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// ProvinceMeasure is something by which provinces are compared.
type ProvinceMeasure struct {
	ID      string
	Defined bool             // it has definitions, which are never compared with each other
	flows   []provincialFlow // where its figures are: what was published, then what we derive from that
}

type provincialFlow struct {
	flow  string
	codes map[string]string // fixed codes of its key
}

var provinceMeasures = []ProvinceMeasure{
	{ID: "ty-trong", Defined: true, flows: []provincialFlow{
		{"DE_SHARE", map[string]string{"FREQ": "A", "COMPONENT": "TOTAL"}}, {"DE_PROVINCE", map[string]string{"FREQ": "A", "MEASURE": "SHARE_RESTATED"}}}},
	{ID: "gia-tri", Defined: true, flows: []provincialFlow{
		{"DE_PROVINCE", map[string]string{"FREQ": "A", "MEASURE": "VA"}}, {"DE_PROVINCE", map[string]string{"FREQ": "A", "MEASURE": "VA_RESTATED"}}}},
	{ID: "grdp", flows: []provincialFlow{{"GRDP", map[string]string{"FREQ": "A"}}, {"GRDP_EST", map[string]string{"FREQ": "A"}}}},
	{ID: "tang-truong", flows: []provincialFlow{{"GRDP_GROWTH", map[string]string{"FREQ": "A"}}}},
	{ID: "dti", flows: []provincialFlow{
		{"DTI", map[string]string{"FREQ": "A", "LEVEL": "PROV", "INDEX": "TOTAL", "MEASURE": "SCORE"}},
		{"DTI_RESTATED", map[string]string{"FREQ": "A", "LEVEL": "PROV", "INDEX": "TOTAL", "MEASURE": "SCORE"}}}},
}

// ProvinceMeasures lists the measures of provinces, in the order in which they are offered.
func ProvinceMeasures() []ProvinceMeasure { return slices.Clone(provinceMeasures) }

// ProvinceFlows lists the dataflows of a measure; of one that there is not, those of the first.
func ProvinceFlows(id string) (out []string) {
	i := max(0, slices.IndexFunc(provinceMeasures, func(m ProvinceMeasure) bool { return m.ID == id }))
	for _, x := range provinceMeasures[i].flows {
		if !slices.Contains(out, x.flow) {
			out = append(out, x.flow)
		}
	}
	return out
}

// ProvinceGroup is the figures of provinces that belong together: of one measure, by one definition, of one year, on one map. Nothing is ever
// compared across groups.
type ProvinceGroup struct {
	Measure    ProvinceMeasure
	Definition string // a code of CL_DEFINITION; "" for a measure without
	Version    string // of an index whose editions cannot be compared; "" for others
	Year       stat.Period
	Set        territory.Set
	Figures    []cube.Version // those with a value, in the order of the codes of their areas
	All        int            // how many provinces there are on the map
	Own        int            // how many of the figures are derived, not published
	Stated     bool           // the definition is known
	Rough      bool           // some of the figures are for maps only, so that none is ranked

	byArea map[string]placedFigure
}

// placedFigure is a figure with its value as it is printed, by which it is compared: whoever reads the table comes to the same rank.
type placedFigure struct {
	cube.Version
	printed stat.Decimal
	sound   bool // it was verified
}

// Figure gives the figure of a province.
func (g *ProvinceGroup) Figure(area string) (cube.Version, bool) {
	f, ok := g.byArea[area]
	return f.Version, ok
}

// Full reports whether every province has a figure.
func (g *ProvinceGroup) Full() bool { return len(g.Figures) == g.All }

// Sound reports whether a figure was verified by someone who knows how it came about: it has a definition, and its source does not warn of it.
func (g *ProvinceGroup) Sound(area string) bool { return g.byArea[area].sound }

// Ranked is how many provinces can be ranked; 0 when they are too few.
func (g *ProvinceGroup) Ranked() int {
	n := 0
	for _, f := range g.byArea {
		if f.sound {
			n++
		}
	}
	if n < territory.LeastRanked || g.Rough {
		return 0
	}
	return n
}

// Rank gives the rank of a province from the highest figure, equal ones sharing a rank, and of how many; false when it has none.
func (g *ProvinceGroup) Rank(area string) (rank, of int, ok bool) {
	own, has := g.byArea[area]
	if of = g.Ranked(); of == 0 || !has || !own.sound {
		return 0, 0, false
	}
	rank = 1
	for _, f := range g.byArea {
		if f.sound && f.printed.Cmp(own.printed) > 0 {
			rank++
		}
	}
	return rank, of, true
}

// extremes gives the provinces with the largest (1) or the smallest (-1) figure, all that share it.
func (g *ProvinceGroup) extremes(sign int) (out []cube.Version) {
	var best stat.Decimal
	for _, v := range g.Figures {
		f := g.byArea[g.areaOf(v)]
		if !f.sound {
			continue
		}
		switch c := f.printed.Cmp(best) * sign; {
		case out == nil || c > 0:
			out, best = []cube.Version{v}, f.printed
		case c == 0:
			out = append(out, v)
		}
	}
	return out
}

// areaOf gives the area of a figure: keys of provinces have it second.
func (g *ProvinceGroup) areaOf(v cube.Version) string { return v.Key.Codes()[1] }

// Provinces reads the figures of provinces in a release. It serves one goroutine.
type Provinces struct {
	names Names
	snap  *publish.Snapshot
	areas *territory.Registry
	read  map[string][]*ProvinceGroup
}

// NewProvinces reads from a snapshot, as it is asked.
func NewProvinces(s *publish.Snapshot, areas *territory.Registry) *Provinces {
	return &Provinces{names: Names{s.Catalog}, snap: s, areas: areas, read: map[string][]*ProvinceGroup{}}
}

// Of gives the groups of a measure: definitions in the order of their list, newest years first, the map that was in force first.
func (p *Provinces) Of(m ProvinceMeasure) []*ProvinceGroup {
	if list, done := p.read[m.ID]; done {
		return list
	}
	type place struct {
		basis string
		year  stat.Period
		set   territory.Set
	}
	found := make([]map[place]map[string]cube.Version, len(m.flows))
	places := map[place]bool{}
	for i, from := range m.flows {
		found[i] = map[place]map[string]cube.Version{}
		f, err := p.names.Dataflow(from.flow)
		if err != nil {
			continue
		}
		for _, o := range p.snap.Read(from.flow, string(f.KeyOf(from.codes))) {
			a, err := p.areas.Area(f.CodeOf(o.Key, "REF_AREA"))
			if err != nil || !a.IsProvince() || o.Period.Frequency() != stat.Annual || o.Value == nil {
				continue
			}
			at := place{f.CodeOf(o.Key, "DEFINITION") + f.CodeOf(o.Key, "VERSION"), o.Period, a.Set}
			if found[i][at] == nil {
				found[i][at] = map[string]cube.Version{}
			}
			found[i][at][a.ID], places[at] = o, true
		}
	}
	var out []*ProvinceGroup
	for at := range places {
		var own map[string]cube.Version
		if len(found) > 1 {
			own = found[1][at]
		}
		g := p.group(m, at.basis, merged(found[0][at], own))
		g.Year, g.Set, g.All = at.year, at.set, len(p.areas.Of(at.set))
		out = append(out, g)
	}
	if !m.Defined {
		out = newestEdition(out)
	}
	slices.SortFunc(out, p.before)
	p.read[m.ID] = out
	return out
}

// splitNote begins the note of a figure that was split from that of a larger area by the weights of another year.
const splitNote = "SPLIT_BY_"

// rough reports whether a figure was split so: it is made for maps and says nothing of one province, since those that were merged grow alike in it.
func rough(o cube.Version) bool { return strings.HasPrefix(o.Attributes[stat.AttrComment], splitNote) }

// merged is what was published, or what we derive where that keeps every published figure and has more: then each figure still says which it is.
func merged(published, own map[string]cube.Version) map[string]cube.Version {
	if len(own) <= len(published) {
		return published
	}
	out := map[string]cube.Version{}
	for area, o := range own {
		out[area] = o
	}
	for area, o := range published {
		if kept, ok := own[area]; !ok || kept.Value.Cmp(*o.Value) != 0 {
			return published
		}
		out[area] = o
	}
	return out
}

func (p *Provinces) group(m ProvinceMeasure, basis string, figures map[string]cube.Version) *ProvinceGroup {
	g := &ProvinceGroup{Measure: m, Stated: true, byArea: map[string]placedFigure{}}
	if m.Defined {
		g.Definition, g.Stated = basis, p.names.Note("CL_DEFINITION", basis, "stated") != "no"
	} else {
		g.Version = basis
	}
	for area, o := range figures {
		f, err := p.names.Dataflow(o.Dataflow)
		if err != nil {
			continue
		}
		g.byArea[area] = placedFigure{o, o.Value.Round(p.names.Decimals(f, o)), g.Stated && o.Status != stat.Unvalidated && o.Mark() != stat.MarkUnverified && !rough(o)}
		g.Rough = g.Rough || rough(o)
		g.Figures = append(g.Figures, o)
		if !cube.Reported(o.Observation) {
			g.Own++
		}
	}
	slices.SortFunc(g.Figures, func(a, b cube.Version) int { return cmp.Compare(g.areaOf(a), g.areaOf(b)) })
	return g
}

// newestEdition keeps, of several editions of an index for one year and map, the one with the most figures.
func newestEdition(list []*ProvinceGroup) []*ProvinceGroup {
	type place struct {
		year stat.Period
		set  territory.Set
	}
	best := map[place]*ProvinceGroup{}
	for _, g := range list {
		at := place{g.Year, g.Set}
		if b := best[at]; b == nil || len(g.Figures) > len(b.Figures) || len(g.Figures) == len(b.Figures) && g.Version > b.Version {
			best[at] = g
		}
	}
	var out []*ProvinceGroup
	for _, g := range best {
		out = append(out, g)
	}
	return out
}

// before puts groups of one measure in order.
func (p *Provinces) before(a, b *ProvinceGroup) int {
	position := func(code string) int {
		if l, err := p.names.Codelist("CL_DEFINITION"); err == nil {
			return l.Position(code)
		}
		return 0
	}
	current := func(g *ProvinceGroup) int { // the map of the year's own provinces first
		if g.Set == p.areas.ProvincesOn(g.Year.To()) {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(position(a.Definition), position(b.Definition)), b.Year.Compare(a.Year), cmp.Compare(current(a), current(b)), cmp.Compare(a.Set, b.Set))
}

// ProvinceChoice is what a reader asks to see; what is zero is left to us.
type ProvinceChoice struct {
	Measure, Definition string
	Year                stat.Period
	Set                 territory.Set
}

func (c ProvinceChoice) fits(g *ProvinceGroup) bool { return c.misses(g) == 0 }

// misses counts in what a group differs from what was asked.
func (c ProvinceChoice) misses(g *ProvinceGroup) int { return len(c.differs(g)) }

// differs says in what a group differs from what was asked, a letter for each: the map, the year, the definition, the measure.
func (c ProvinceChoice) differs(g *ProvinceGroup) string {
	out := ""
	for _, x := range []struct {
		letter string
		is     bool
	}{{"a", c.Set != "" && c.Set != g.Set}, {"b", !c.Year.IsZero() && c.Year != g.Year}, {"c", c.Definition != "" && c.Definition != g.Definition}, {"d", c.Measure != "" && c.Measure != g.Measure.ID}} {
		if x.is {
			out += x.letter
		}
	}
	return out
}

func (p *Provinces) all() (out []*ProvinceGroup) {
	for _, m := range provinceMeasures {
		out = append(out, p.Of(m)...)
	}
	return out
}

// Choose gives a group that has all that is asked, nil when there is none. Where the measure is not asked for, it is the first one that has figures
// of every province, else of the most; where the year is not, the newest one whose figures can be ranked, else the newest.
func (p *Provinces) Choose(asked ProvinceChoice) *ProvinceGroup {
	var best *ProvinceGroup
	covers := func(g *ProvinceGroup) float64 { return float64(len(g.Figures)) / float64(g.All) }
	for _, g := range p.all() {
		switch {
		case !asked.fits(g):
		case best == nil, asked.Measure == "" && covers(g) > covers(best):
			best = g
		case asked.Measure != "" && asked.Year.IsZero() && g.Definition == best.Definition && best.Ranked() == 0 && g.Ranked() > 0:
			best = g
		}
	}
	return best
}

// mostNear bounds how many groups are offered in place of one that there is not.
const mostNear = 6

// Near lists the groups nearest to what is asked, when there is no such group: those that differ in one thing, else in two. Of each thing in which they
// may differ the nearest come first, so that a reader finds another year as well as another definition.
func (p *Provinces) Near(asked ProvinceChoice) []*ProvinceGroup {
	far := func(g *ProvinceGroup) int {
		if asked.Year.IsZero() {
			return 0
		}
		return max(g.Year.Year()-asked.Year.Year(), asked.Year.Year()-g.Year.Year())
	}
	var out []*ProvinceGroup
	for misses := 1; misses <= 4 && len(out) == 0; misses++ {
		kinds := map[string][]*ProvinceGroup{}
		for _, g := range p.all() {
			if asked.misses(g) == misses {
				kinds[asked.differs(g)] = append(kinds[asked.differs(g)], g)
			}
		}
		for _, list := range kinds {
			slices.SortStableFunc(list, func(a, b *ProvinceGroup) int { return cmp.Compare(far(a), far(b)) })
		}
		order := slices.Sorted(maps.Keys(kinds))
		for i := 0; len(out) < mostNear && slices.ContainsFunc(order, func(k string) bool { return i < len(kinds[k]) }); i++ {
			for _, k := range order {
				if i < len(kinds[k]) && len(out) < mostNear {
					out = append(out, kinds[k][i])
				}
			}
		}
	}
	return out
}

// Newest gives the newest group of a measure in which a province has a figure that says something of it, of the years in which the province was there throughout; by a
// definition, or by any when it is "".
func (p *Provinces) Newest(m ProvinceMeasure, definition, area string) *ProvinceGroup {
	a, err := p.areas.Area(area)
	if err != nil {
		return nil
	}
	var best *ProvinceGroup
	for _, g := range p.Of(m) {
		_, has := g.byArea[area]
		if !has || g.Rough || definition != "" && g.Definition != definition || !a.To.IsZero() && g.Year.To().After(a.To) {
			continue
		}
		if best == nil || g.Year.Compare(best.Year) > 0 {
			best = g
		}
	}
	return best
}
