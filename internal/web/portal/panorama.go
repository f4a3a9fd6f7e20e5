package portal

import (
	"cmp"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// panoramaPath is the page that shows every province of a measure at once.
const panoramaPath = "/tinh/toan-canh"

// panoramaPage sees all provinces together: side by side on one axis, over time in panels, and as the old ones came together in the new.
type panoramaPage struct {
	shell.Frame
	Empty    bool
	Measures []shell.Option
	Sections []*shell.Figure
	Method   string
}

// yardstick is the figure that provinces are compared with: the nation's, or the mean that the publisher gives.
type yardstick struct {
	flow  string
	codes map[string]string
	word  string // "pictures.nation"
}

// panoramic are the measures of which every province has a figure by one definition, so that they can be seen together.
var panoramic = []struct {
	id      string
	against *yardstick
}{
	{"dti", &yardstick{"DTI", map[string]string{"FREQ": "A", "LEVEL": "PROV_MEAN", "INDEX": "TOTAL", "MEASURE": "SCORE"}, "mean"}},
	{"grdp", nil},
	{"tang-truong", &yardstick{"NA_GROWTH", map[string]string{"FREQ": "A", "ACTIVITY": "B1GQ"}, "nation"}},
}

func (v *visit) panorama() (shell.Page, error) {
	p := &panoramaPage{Frame: v.NewFrame("provinces", v.Say("pictures.title")), Method: v.methodLink("provinces")}
	p.Description = v.Say("pictures.description")
	p.Crumbs = []shell.Crumb{{Name: v.Say("provinces.title"), URL: v.Link("/tinh")}}
	at := 0
	if want := v.Query.Get("so-do"); want != "" {
		if at = slices.IndexFunc(panoramic, func(x struct {
			id      string
			against *yardstick
		}) bool {
			return x.id == want
		}); at < 0 {
			return nil, fault.New("web.no-code", "code", want, "dimension", "so-do")
		}
	}
	for i, x := range panoramic {
		p.Measures = append(p.Measures, shell.Option{Value: x.id, Name: v.Say("provinces.measure-" + x.id), Selected: i == at, URL: v.Link(panoramaPath, "so-do", x.id)})
	}
	measures := view.ProvinceMeasures()
	m := measures[slices.IndexFunc(measures, func(x view.ProvinceMeasure) bool { return x.ID == panoramic[at].id })]
	figures, editions := v.fullest(m)
	for _, fig := range []*shell.Figure{v.swarmFigure(m, figures, panoramic[at].against), v.panelFigure(m, figures, editions, panoramic[at].against), v.slopeFigure(m, figures)} {
		if fig != nil {
			p.Sections = append(p.Sections, p.Show(fig))
		}
	}
	p.Empty = len(p.Sections) == 0
	return p, nil
}

// provinceYears are the figures of provinces by year and map.
type provinceYears = map[stat.Period]map[territory.Set][]cube.Version

// fullest reads the figures of a measure, as the map shows them, and the edition of each year of an index whose editions cannot be compared: one
// picture never mixes what cannot be.
func (v *visit) fullest(m view.ProvinceMeasure) (provinceYears, map[stat.Period]string) {
	out, editions := provinceYears{}, map[stat.Period]string{}
	for _, g := range view.NewProvinces(v.Snap, v.portal.territory).Of(m) {
		if g.Definition != "" {
			continue
		}
		if out[g.Year] == nil {
			out[g.Year] = map[territory.Set][]cube.Version{}
		}
		out[g.Year][g.Set], editions[g.Year] = g.Figures, g.Version
	}
	return out, editions
}

// ofOneEdition keeps the years of the edition that has most of them, the newer of two: no course runs from one edition to another.
func ofOneEdition(years []stat.Period, editions map[stat.Period]string) []stat.Period {
	of := map[string][]stat.Period{}
	var best []stat.Period
	for _, y := range years {
		e := editions[y]
		if of[e] = append(of[e], y); len(of[e]) >= len(best) {
			best = of[e]
		}
	}
	return best
}

func valued(list []cube.Version) (n int) {
	for _, o := range list {
		n += btoi(o.Value != nil)
	}
	return n
}

// yearsOf lists the years in which more than half of a set of provinces have figures, in order: fewer are no picture of all.
func (v *visit) yearsOf(figures provinceYears, set territory.Set) []stat.Period {
	var out []stat.Period
	for y, sets := range figures {
		if valued(sets[set])*2 > len(v.portal.territory.Of(set)) {
			out = append(out, y)
		}
	}
	slices.SortFunc(out, stat.Period.Compare)
	return out
}

// byArea finds the figure of each area.
func (v *visit) byArea(list []cube.Version) map[string]cube.Version {
	out := map[string]cube.Version{}
	for _, o := range list {
		if f, err := v.Snap.Catalog.Dataflow(o.Dataflow); err == nil {
			out[f.CodeOf(o.Key, "REF_AREA")] = o
		}
	}
	return out
}

// scaleOf is what figures are counted in.
func (v *visit) scaleOf(o cube.Version) view.Scale {
	f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
	if err != nil {
		return view.Scale{}
	}
	return view.Scale{Unit: unitOf(v.Snap, f, o), Decimals: decimalsOf(v.Snap, f, o)}
}

// references reads the figures to compare with, by year.
func (v *visit) references(r *yardstick) []cube.Version {
	if r == nil {
		return nil
	}
	f, err := v.Snap.Catalog.Dataflow(r.flow)
	if err != nil {
		return nil
	}
	var out []cube.Version
	for _, o := range v.Snap.Read(r.flow, string(f.KeyOf(r.codes))) {
		if area := f.CodeOf(o.Key, "REF_AREA"); o.Value != nil && o.Period.Frequency() == stat.Annual && (r.word != "nation" || area == v.nation()) {
			out = append(out, o)
		}
	}
	return out
}

func areaLabel(a *territory.Area) catalog.Label { return catalog.Label{Vi: a.Name.Vi, En: a.Name.En} }

// swarmFigure puts every province on one axis, in the newest year.
func (v *visit) swarmFigure(m view.ProvinceMeasure, figures provinceYears, r *yardstick) *shell.Figure {
	set := v.portal.territory.Current()
	years := v.yearsOf(figures, set)
	if len(years) == 0 {
		return nil
	}
	year := years[len(years)-1]
	obs := figures[year][set]
	at := v.byArea(obs)
	scale := v.scaleOf(obs[0])
	title := both("pictures.swarm", "measure", "", "year", year.Year())
	for _, lang := range []string{"vi", "en"} {
		put(&title, lang, say(lang, "pictures.swarm", "measure", say(lang, "provinces.measure-"+m.ID), "n", len(v.portal.territory.Of(set)), "year", year.Year()))
	}
	s := v.spec(chart.Swarm, "swarm-"+m.ID, title, scale.Unit, scale.Unit, scale.Decimals, obs)
	s.ItemHead, s.GroupHead = both("provinces.province"), both("pictures.region")
	vals := chart.Series{ID: "value", Name: both("provinces.measure-" + m.ID)}
	var places []view.Figured
	for _, a := range v.portal.territory.Of(set) {
		o, ok := at[a.ID]
		x := chart.Value{Status: stat.Unpublished}
		if ok {
			x = chart.FigureOf(o.Observation)
		}
		if _, shown := x.Shown(); shown {
			places = append(places, view.Figured{Name: areaLabel(a), Value: *o.Value})
		}
		s.Items = append(s.Items, chart.Item{ID: a.ID, Name: areaLabel(a), Group: v.regionIn(s, a)})
		vals.Values = append(vals.Values, x)
	}
	s.Series = []chart.Series{vals}
	var against *view.Figured
	for _, o := range v.references(r) {
		if _, shown := chart.FigureOf(o.Observation).Shown(); shown && o.Period == year {
			against = &view.Figured{Name: both("pictures.level-" + r.word), Value: *o.Value}
			name := both("pictures.line-" + r.word)
			s.Targets = []chart.Target{{Value: *o.Value, Name: catalog.Label{Vi: name.Vi + ": " + v.in("vi").Number(o), En: name.En + ": " + v.in("en").Number(o)}}}
			obs = append(slices.Clone(obs), o)
		}
	}
	s.Says = view.Spread(places, against, scale)
	return v.still("phan-tan", s, obs)
}

// put sets the words of one language.
func put(l *catalog.Label, lang, words string) {
	if lang == "vi" {
		l.Vi = words
	} else {
		l.En = words
	}
}

// regionIn gives the region of a province today, and puts it among the groups of a drawing.
func (v *visit) regionIn(s *chart.Spec, a *territory.Area) string {
	day := stat.DateOf(v.Current.Release.PublishAt)
	g := chart.Group{ID: "none", Name: both("pictures.no-region"), Colour: chart.Context}
	if region, err := v.portal.territory.RegionOf(a.ID, day); err == nil {
		g = chart.Group{ID: region.ID, Name: areaLabel(region)}
	}
	if !slices.ContainsFunc(s.Groups, func(x chart.Group) bool { return x.ID == g.ID }) {
		if g.Colour == "" {
			g.Colour = regionColours[len(s.Groups)%len(regionColours)]
		}
		s.Groups = append(s.Groups, g)
	}
	return g.ID
}

// regionColours tell regions apart; names beside the extremes and on the pointer say the same.
var regionColours = []chart.Colour{chart.Accent, chart.MIC, chart.ICT, chart.Platform, chart.Digitalised, chart.Sector}

// still is a figure of a drawing that says everything by itself.
func (v *visit) still(id string, s *chart.Spec, obs []cube.Version) *shell.Figure {
	s.Source = catalog.Label{Vi: v.in("vi").orNone(v.in("vi").Credits(obs)), En: v.in("en").orNone(v.in("en").Credits(obs))}
	v.Word(s)
	t := &shell.Table{Table: *s.Table(), Heads: 1}
	fig := &shell.Figure{ID: id, Title: s.Title, Chart: s, Table: t, Source: v.SourceLine(obs)}
	if s.Items != nil { // the page needs no codes
		fig.Table, fig.Long = t.WithoutFirst(), func() *shell.Table { return t }
	}
	return fig
}

// panelFigure shows each province over the years, the one with the highest newest figure first.
func (v *visit) panelFigure(m view.ProvinceMeasure, figures provinceYears, editions map[stat.Period]string, r *yardstick) *shell.Figure {
	set := v.portal.territory.Current()
	all := v.yearsOf(figures, set)
	years := ofOneEdition(all, editions)
	if len(years) < 2 {
		return nil
	}
	span := spanOf(years[0], years[len(years)-1])
	var obs []cube.Version
	for _, y := range years {
		obs = append(obs, figures[y][set]...)
	}
	scale := v.scaleOf(obs[0])
	title := catalog.Label{}
	for _, lang := range []string{"vi", "en"} {
		put(&title, lang, say(lang, "pictures.panels", "measure", say(lang, "provinces.measure-"+m.ID), "n", len(v.portal.territory.Of(set)), "from", span[0].Year(), "to", span[len(span)-1].Year()))
	}
	s := v.spec(chart.Multiples, "panels-"+m.ID, title, scale.Unit, scale.Unit, scale.Decimals, obs)
	s.Periods = span
	byArea := map[string][]cube.Version{}
	for _, o := range obs {
		for area := range v.byArea([]cube.Version{o}) {
			byArea[area] = append(byArea[area], o)
		}
	}
	var courses []view.Course
	for _, a := range v.portal.territory.Of(set) {
		x := chart.Series{ID: a.ID, Name: areaLabel(a), Values: values(byArea[a.ID], span)}
		for i := range x.Values {
			if x.Values[i].V == nil && x.Values[i].Status == "" {
				x.Values[i].Status = stat.Unpublished
			}
		}
		first, last := x.Values[0], x.Values[len(span)-1]
		_, known := first.Shown()
		if _, also := last.Shown(); known && also {
			courses = append(courses, view.Course{Name: areaLabel(a), First: *first.V, Last: *last.V})
		}
		s.Series = append(s.Series, x)
	}
	slices.SortStableFunc(s.Series, func(a, b chart.Series) int {
		x, known := a.Values[len(span)-1].Shown()
		y, also := b.Values[len(span)-1].Shown()
		if known != also {
			return btoi(also) - btoi(known)
		}
		return cmp.Compare(y, x)
	})
	if list := v.references(r); len(list) > 0 {
		if vals := values(list, span); countValues(vals) > 0 {
			s.Series = append(s.Series, chart.Series{ID: "reference", Name: both("pictures.line-" + r.word), Style: chart.Ghost, Values: vals})
			obs = append(obs, list...)
		}
	}
	s.Says = view.Courses(courses, span[0], span[len(span)-1], scale)
	fig := v.still("tung-tinh", s, obs)
	if len(years) < len(all) {
		fig.Note = v.Say("pictures.one-edition")
	}
	fig.Table = v.panelTable(s)
	fig.Long = func() *shell.Table { return fig.Table }
	return fig
}

// panelTable has a row for each panel and a column for each period, in the order of the drawing.
func (v *visit) panelTable(s *chart.Spec) *shell.Table {
	t := shell.NewTable(s.ID, s.Title, shell.Text("province", both("provinces.province")))
	for _, p := range s.Periods {
		t.Columns = append(t.Columns, shell.Numbers("p"+p.String(), catalog.Label{Vi: text.FormatPeriod("vi", p), En: text.FormatPeriod("en", p)}, s.Unit, s.Decimals))
	}
	for _, x := range s.Series {
		name := shell.Label(x.Name)
		if x.Style != chart.Ghost {
			name = name.To(v.Link("/tinh/" + x.ID))
		}
		row := []shell.Cell{name}
		for _, c := range x.Values {
			cell := shell.Cell{Cell: export.Cell{Number: c.V, Status: c.Status, Mark: c.Mark}}
			if c.Secret() {
				cell = shell.None(stat.Suppressed)
			}
			if words, ok := s.Printed[c.Text]; ok && !c.Secret() {
				cell.Label = words
			}
			row = append(row, cell)
		}
		t.Add(row...)
	}
	return t
}

// spanOf lists the periods from one to another, so that a year without figures is a gap and not a step left out.
func spanOf(from, to stat.Period) []stat.Period {
	var out []stat.Period
	for p := from; p.Compare(to) <= 0 && len(out) < 60; p = p.Next() {
		out = append(out, p)
	}
	return out
}

// backSplit begins the remark on figures of old provinces that were made from those of the new: they say nothing of how these came together.
const backSplit = "SPLIT"

// slopeFigure shows how the figures of the old provinces come together in the new, in the newest year in which both are known and the ones add up
// to the others. A measure that must not be added has none.
func (v *visit) slopeFigure(m view.ProvinceMeasure, figures provinceYears) *shell.Figure {
	r := v.portal.territory
	before, now := r.Earlier(), r.Current()
	if before == "" || before == now {
		return nil
	}
	years := v.yearsOf(figures, before)
	for _, year := range slices.Backward(years) {
		if f, err := v.Snap.Catalog.Dataflow(figures[year][before][0].Dataflow); err != nil || !f.Additive {
			continue
		}
		if fig := v.slopeIn(m, year, figures[year][before], figures[year][now]); fig != nil {
			return fig
		}
	}
	return nil
}

// slopeIn draws one year; nil where a figure is missing, was made the other way round, or does not add up.
func (v *visit) slopeIn(m view.ProvinceMeasure, year stat.Period, old, now []cube.Version) *shell.Figure {
	r := v.portal.territory
	parts, wholes := v.byArea(old), v.byArea(now)
	var unions []view.Union
	obs := slices.Concat(old, now)
	if len(parts) < len(r.Of(r.Earlier())) || len(wholes) < len(r.Of(r.Current())) {
		return nil
	}
	scale := v.scaleOf(old[0])
	title := catalog.Label{}
	for _, lang := range []string{"vi", "en"} {
		put(&title, lang, say(lang, "pictures.slope", "measure", say(lang, "provinces.measure-"+m.ID), "old", len(parts), "new", len(wholes), "year", year.Year()))
	}
	s := v.spec(chart.Slope, "slope-"+m.ID, title, scale.Unit, scale.Unit, scale.Decimals, obs)
	s.ItemHead, s.GroupHead = both("provinces.province"), both("pictures.became")
	vals := chart.Series{ID: "value", Name: both("provinces.measure-" + m.ID)}
	areas := r.Of(r.Current())
	slices.SortStableFunc(areas, func(a, b *territory.Area) int { return compareValues(wholes[b.ID], wholes[a.ID]) })
	for _, a := range areas {
		whole := wholes[a.ID]
		if _, shown := chart.FigureOf(whole.Observation).Shown(); !shown {
			return nil
		}
		u := view.Union{Whole: view.Figured{Name: areaLabel(a), Value: *whole.Value}}
		sum := stat.Int(0)
		for _, x := range r.Predecessors(a.ID) {
			o, ok := parts[x.ID]
			if _, shown := chart.FigureOf(o.Observation).Shown(); !ok || !shown || strings.HasPrefix(o.Attributes[stat.AttrComment], backSplit) {
				return nil
			}
			sum = sum.Add(*o.Value)
			u.Parts = append(u.Parts, view.Figured{Name: areaLabel(x), Value: *o.Value})
			s.Items = append(s.Items, chart.Item{ID: x.ID, Name: areaLabel(x), Group: a.ID})
			vals.Values = append(vals.Values, chart.FigureOf(o.Observation))
		}
		// Figures rounded one by one miss their sum by half a unit each.
		if apart := sum.Sub(*whole.Value).Abs(); len(u.Parts) == 0 || apart.Cmp(stat.Int(int64(len(u.Parts)))) > 0 {
			return nil
		}
		unions = append(unions, u)
		s.Groups = append(s.Groups, chart.Group{ID: a.ID, Name: areaLabel(a), Value: chart.FigureOf(whole.Observation)})
	}
	s.Series = []chart.Series{vals}
	s.Says = view.Unions(unions, v.since(r.Current()), scale)
	return v.still("nhap-tinh", s, obs)
}

// since is the first day of a set of provinces.
func (v *visit) since(set territory.Set) stat.Date {
	d, _ := v.portal.territory.Division(set)
	return d.From
}

func compareValues(a, b cube.Version) int {
	if a.Value == nil || b.Value == nil {
		return btoi(a.Value != nil) - btoi(b.Value != nil)
	}
	return a.Value.Cmp(*b.Value)
}
