package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// provincesPage shows one measure of every province in one year, on the map of that year. It offers what there is: a choice that leads nowhere is
// not on it, and an address of one says that there are no figures, and which are the nearest.
type provincesPage struct {
	shell.Frame
	Empty      bool
	Lack       string        // there are no figures of what was asked for
	Near       []shell.Crumb // the nearest that there are
	Answer     string
	Weakness   string // that no document of the figures was read itself
	Also       string // what is published of the share, when the page opens on another measure
	AlsoURL    string
	Measures   []shell.Option
	Defs       []shell.Option
	Sets       []shell.Option // the sets of areas on which the year can be seen
	Years      []shell.Option // the steps of the time slider
	MeasureNow string
	AsTiles    bool
	OtherView  string // the same on the map, or on tiles
	Note       string // how the areas shown relate to the year
	Map        *shell.Figure
	Rank       *shell.Figure
	Missing    []shell.Crumb // provinces without a published figure
	MissingN   string
	Further    []*shell.Figure
	Method     string
}

// provincial speaks of the figures of provinces that the visitor sees.
func (v *visit) provincial() *view.ProvinceSpeaker {
	return view.NewProvinces(v.Snap, v.portal.territory).Speak(v.speaker())
}

func (v *visit) provinces() (shell.Page, error) {
	p := &provincesPage{Frame: v.NewFrame("provinces", v.Say("provinces.title")), Method: v.methodLink("provinces")}
	p.Description = v.Say("provinces.description")
	asked, err := v.askedOfProvinces()
	if err != nil {
		return nil, err
	}
	p.Days = shell.DaysOf("", view.ProvinceFlows(asked.Measure)...)
	speaker := v.provincial()
	tiles, err := v.OneOf("ban-do", "o")
	if err != nil {
		return nil, err
	}
	p.AsTiles = tiles != ""
	p.OtherView = v.Here("ban-do", "o")
	if p.AsTiles {
		p.OtherView = v.Here("ban-do", "")
	}
	g := speaker.Choose(asked)
	if g == nil {
		v.lacks(p, speaker, asked)
		return p, nil
	}
	v.choices(p, speaker, g)
	p.Answer, p.Weakness = speaker.Answer(g), speaker.Weakness(g)
	if share := speaker.Choose(view.ProvinceChoice{Measure: shareMeasureID}); asked.Measure == "" && share != nil && share.Measure.ID != g.Measure.ID {
		p.Also, p.AlsoURL = speaker.Answer(share), v.groupURL(share)
	}
	p.Note = v.noteOnAreas(g)
	v.mapFigures(p, g)
	if g.Measure.ID == shareMeasureID {
		for _, flow := range []struct{ id, name string }{{"phan-bo", "DE_DIST"}, {"tap-trung", "DE_CONCENTRATION"}} {
			if fig := v.whole(&p.Frame, flow.id, flow.name); fig != nil {
				p.Further = append(p.Further, fig)
			}
		}
	}
	return p, nil
}

// shareMeasureID is the measure that the site is about.
const shareMeasureID = "ty-trong"

// askedOfProvinces reads what the address asks for. A code that nobody knows is refused; one that is known and leads nowhere is told of on the page.
func (v *visit) askedOfProvinces() (view.ProvinceChoice, error) {
	asked := view.ProvinceChoice{Measure: v.Query.Get("so-do"), Definition: v.Query.Get("dinh-nghia"), Set: territory.Set(v.Query.Get("bo"))}
	if id := asked.Measure; id != "" && !slices.ContainsFunc(view.ProvinceMeasures(), func(m view.ProvinceMeasure) bool { return m.ID == id }) {
		return asked, fault.New("web.no-code", "code", id, "dimension", "so-do")
	}
	if asked.Definition != "" {
		if l, err := v.Snap.Catalog.Codelist("CL_DEFINITION"); err != nil {
			return asked, err
		} else if _, ok := l.Code(asked.Definition); !ok {
			return asked, fault.New("web.no-code", "code", asked.Definition, "dimension", "dinh-nghia")
		}
	}
	if asked.Set != "" && !slices.Contains(v.portal.territory.ProvinceSets(), asked.Set) {
		return asked, fault.New("web.no-code", "code", string(asked.Set), "dimension", "bo")
	}
	if want := v.Query.Get("nam"); want != "" {
		y, err := stat.ParsePeriod(want)
		if err != nil || y.Frequency() != stat.Annual {
			return asked, fault.New("web.bad-year", "text", want)
		}
		asked.Year = y
	}
	return asked, nil
}

// groupURL is the address of a group.
func (v *visit) groupURL(g *view.ProvinceGroup) string {
	return v.Here("so-do", g.Measure.ID, "dinh-nghia", g.Definition, "nam", g.Year.String(), "bo", v.setParameter(g))
}

// setParameter names the map of a group where it is not that of its year.
func (v *visit) setParameter(g *view.ProvinceGroup) string {
	if g.Set == v.portal.territory.ProvincesOn(g.Year.To()) {
		return ""
	}
	return string(g.Set)
}

// lacks fills the page of a combination of which there are no figures.
func (v *visit) lacks(p *provincesPage, speaker *view.ProvinceSpeaker, asked view.ProvinceChoice) {
	near := speaker.Near(asked)
	if len(near) == 0 {
		p.Empty = true
		return
	}
	p.Status, p.NoIndex = 404, true
	p.Lack = speaker.Lack(asked)
	v.offerMeasures(p, speaker, asked.Measure)
	for _, g := range near {
		p.Near = append(p.Near, shell.Crumb{Name: speaker.GroupName(g), URL: v.groupURL(g)})
	}
}

// offerMeasures offers the measures that have figures.
func (v *visit) offerMeasures(p *provincesPage, speaker *view.ProvinceSpeaker, now string) {
	p.MeasureNow = now
	for _, m := range view.ProvinceMeasures() {
		if len(speaker.Of(m)) > 0 {
			p.Measures = append(p.Measures, shell.Option{Value: m.ID, Name: v.Say("provinces.measure-" + m.ID), Selected: m.ID == now})
		}
	}
}

// choices offers the measures that have figures, and of the one shown its definitions, years and maps: each leads to figures.
func (v *visit) choices(p *provincesPage, speaker *view.ProvinceSpeaker, now *view.ProvinceGroup) {
	v.offerMeasures(p, speaker, now.Measure.ID)
	defs := map[string]bool{}
	years := map[stat.Period]*view.ProvinceGroup{}
	for _, g := range speaker.Of(now.Measure) {
		if now.Measure.Defined && !defs[g.Definition] {
			defs[g.Definition] = true
			name := nameOf(v.Snap, "CL_DEFINITION", g.Definition)
			if short, ok := shortDefinition(v.Snap, g.Definition); ok {
				name = short
			}
			p.Defs = append(p.Defs, shell.Option{Value: g.Definition, Name: name.In(v.Lang), Selected: g.Definition == now.Definition})
		}
		if g.Definition != now.Definition {
			continue
		}
		if g.Year == now.Year {
			p.Sets = append(p.Sets, shell.Option{Value: string(g.Set), Name: v.divisionName(g.Set), Selected: g == now, URL: v.groupURL(g)})
		}
		if years[g.Year] == nil || g.Set == now.Set { // a step of time stays on the map where it can
			years[g.Year] = g
		}
	}
	for y, g := range years {
		p.Years = append(p.Years, shell.Option{Value: y.String(), Name: y.String(), Selected: y == now.Year, URL: v.groupURL(g)})
	}
	slices.SortFunc(p.Years, func(a, b shell.Option) int { return strings.Compare(a.Value, b.Value) })
	slices.SortFunc(p.Sets, func(a, b shell.Option) int { return strings.Compare(b.Value, a.Value) })
	if len(p.Sets) < 2 {
		p.Sets = nil
	}
	if len(p.Defs) < 2 {
		p.Defs = nil
	}
}

// noteOnAreas says how the areas shown relate to the year: its own, those of another day, or restated by us and how.
func (v *visit) noteOnAreas(g *view.ProvinceGroup) string {
	year, r := g.Year, v.portal.territory
	for _, o := range g.Figures {
		if !cube.Reported(o.Observation) && o.Attributes[stat.AttrComment] != "" {
			return v.Say("provinces.note-restated", "year", year.Year(), "n", g.All, "how", v.remark(o).In(v.Lang))
		}
	}
	if g.Set != r.ProvincesOn(year.To()) {
		return v.Say("provinces.note-recast", "year", year.Year(), "n", g.All)
	}
	note := v.Say("provinces.note-dated", "year", year.Year(), "set", v.divisionName(g.Set))
	if g.Set == r.Earlier() {
		note += " " + v.Say("provinces.note-earlier")
	}
	return note
}

// groupTitle is what a group shows, in both languages.
func (v *visit) groupTitle(g *view.ProvinceGroup) (out catalog.Label) {
	for _, lang := range []string{"vi", "en"} {
		in := v.in(lang)
		s := in.Say("provinces.map-title", "measure", in.Say("provinces.measure-"+g.Measure.ID), "year", g.Year.Year())
		if g.Definition != "" {
			by := nameOf(v.Snap, "CL_DEFINITION", g.Definition).In(lang)
			id := "provinces.map-title-unstated"
			if g.Stated {
				id, by = "provinces.map-title-by", in.provincial().DefinitionBy(g.Definition)
			}
			s = in.Say(id, "measure", in.Say("provinces.measure-"+g.Measure.ID), "year", g.Year.Year(), "definition", by)
		}
		if lang == "vi" {
			out.Vi = s
		} else {
			out.En = s
		}
	}
	return out
}

// groupMap draws a group on its map, or on tiles.
func (v *visit) groupMap(kind chart.Kind, g *view.ProvinceGroup, strong string) *chart.Spec {
	f, err := v.Snap.Catalog.Dataflow(g.Figures[0].Dataflow)
	if err != nil {
		return nil
	}
	unit, digits := unitOf(v.Snap, f, g.Figures[0]), 0
	for _, o := range g.Figures {
		digits = max(digits, decimalsOf(v.Snap, f, o))
	}
	s := v.spec(kind, "map-"+g.Measure.ID, v.groupTitle(g), unit, unit, digits, g.Figures)
	s.Scale.Areas, s.Maps, s.Scale.Unranked = string(g.Set), v.portal.maps, g.Ranked() == 0
	s.ItemHead = both("provinces.province")
	vals := chart.Series{ID: "value", Name: both("provinces.measure-" + g.Measure.ID)}
	for _, a := range v.portal.territory.Of(g.Set) {
		s.Items = append(s.Items, chart.Item{ID: a.ID, Name: catalog.Label{Vi: a.Name.Vi, En: a.Name.En}, Href: v.Link("/tinh/" + a.ID), Strong: a.ID == strong})
		if o, ok := g.Figure(a.ID); ok {
			vals.Values = append(vals.Values, chart.FigureOf(o.Observation))
		} else {
			vals.Values = append(vals.Values, chart.Value{Status: stat.Unpublished})
		}
	}
	s.Series = []chart.Series{vals}
	return s
}

// inOrder lists the areas of a group with a figure, the largest first.
func (v *visit) inOrder(g *view.ProvinceGroup) []*territory.Area {
	var out []*territory.Area
	for _, a := range v.portal.territory.Of(g.Set) {
		if _, ok := g.Figure(a.ID); ok {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *territory.Area) int {
		x, _ := g.Figure(a.ID)
		y, _ := g.Figure(b.ID)
		return y.Value.Cmp(*x.Value)
	})
	return out
}

// mapFigures makes the map, the ranking and the list of provinces without a figure.
func (v *visit) mapFigures(p *provincesPage, g *view.ProvinceGroup) {
	kind := chart.Map
	if p.AsTiles {
		kind = chart.Tiles
	}
	s := v.groupMap(kind, g, "")
	if s == nil {
		p.Empty = true
		return
	}
	title, unit, digits := s.Title, s.Unit, s.Decimals
	ordered := v.inOrder(g)
	ranked := g.Ranked() > 0
	row := func(cells ...shell.Cell) []shell.Cell { // without a rank where nothing is ranked
		if ranked {
			return cells
		}
		return slices.Delete(cells, 2, 3)
	}
	columns := []export.Column{{ID: "code", Name: both("data.code"), Kind: export.Code}, shell.Text("province", both("provinces.province")), {ID: "rank", Name: both("provinces.rank"), Kind: export.Number}}
	if !ranked {
		columns = columns[:2]
	}
	columns = append(columns, shell.Numbers("value", both("provinces.measure-"+g.Measure.ID), unit, digits), shell.Days("vintage", both("data.vintage")), shell.Text("source", both("data.source")), shell.Text("note", both("data.note")))
	t := shell.NewTable("provinces-"+g.Measure.ID+"-"+g.Year.String(), title, columns...)
	t.Heads = 2
	for _, a := range ordered {
		o, _ := g.Figure(a.ID)
		place := shell.None(shell.Blank)
		if rank, _, ok := g.Rank(a.ID); ok {
			place = shell.Number(stat.Int(int64(rank)))
		}
		t.Add(row(shell.Same(a.Code), v.areaName(a), place, v.CellOf(o), shell.Day(o.Vintage), shell.Label(v.sourceOf(o)), shell.Label(v.remark(o)))...)
	}
	for _, a := range v.portal.territory.Of(g.Set) {
		if _, ok := g.Figure(a.ID); !ok {
			p.Missing = append(p.Missing, shell.Crumb{Name: a.Name.In(v.Lang), URL: v.Link("/tinh/" + a.ID)})
			t.Add(row(shell.Same(a.Code), v.areaName(a), shell.None(shell.Blank), shell.None(stat.Unpublished), shell.Same(""), shell.Same(""), shell.Same(""))...)
		}
	}
	p.MissingN = v.count(len(p.Missing))
	compact := compactTable(t, ranked)
	p.Map = p.Show(&shell.Figure{ID: "ban-do", Title: title, Note: unit.In(v.Lang), Table: compact, Long: func() *shell.Table { return t }, Chart: s, Source: v.SourceLine(g.Figures), Open: true, Side: true})
	if len(ordered) < 2 || !g.Stated || g.Rough {
		return
	}
	head := "provinces.ranking"
	if !ranked {
		head = "provinces.in-order"
	}
	r := v.spec(chart.Ranking, "rank-"+g.Measure.ID, catalog.Label{Vi: say("vi", head) + ": " + title.Vi, En: say("en", head) + ": " + title.En}, unit, unit, digits, g.Figures)
	r.ItemHead = both("provinces.province")
	rv := chart.Series{ID: "value", Name: both("provinces.measure-" + g.Measure.ID)}
	for i, a := range ordered {
		o, _ := g.Figure(a.ID)
		r.Items = append(r.Items, chart.Item{ID: a.ID, Name: catalog.Label{Vi: a.Name.Vi, En: a.Name.En}, Strong: i < 3 && ranked})
		rv.Values = append(rv.Values, chart.FigureOf(o.Observation))
	}
	r.Series = []chart.Series{rv}
	p.Rank = p.Show(&shell.Figure{ID: "xep-hang", Title: both(head), Note: title.In(v.Lang) + " (" + unit.In(v.Lang) + ")", Table: t, Chart: r, Source: v.SourceLine(g.Figures)})
}

// compactTable is what stands beside a map: rank where there is one, name and figure.
func compactTable(t *shell.Table, ranked bool) *shell.Table {
	columns := []int{1, 2}
	if ranked {
		columns = []int{2, 1, 3}
	}
	out := shell.NewTable(t.ID, t.Title)
	for _, c := range columns {
		out.Columns = append(out.Columns, t.Columns[c])
	}
	out.Heads = len(columns) - 1
	for i, row := range t.Rows {
		var cells []shell.Cell
		for _, c := range columns {
			cells = append(cells, shell.Cell{Cell: row[c], Href: t.Href(i, c)})
		}
		out.Add(cells...)
	}
	return out
}

// whole pivots all that a dataflow has; it is nil when there is nothing.
func (v *visit) whole(f *shell.Frame, id, flow string) *shell.Figure {
	d, err := v.Snap.Catalog.Dataflow(flow)
	if err != nil {
		return nil
	}
	series := v.Snap.Series(flow, "")
	if len(series) == 0 {
		return nil
	}
	var obs []cube.Version
	for _, s := range series {
		obs = append(obs, s.Obs...)
	}
	t, _, unit := v.pivot(d, series)
	return f.Show(&shell.Figure{ID: id, Title: d.Name, Note: unit.In(v.Lang), Table: t, Stream: func() *export.Table { return v.file(d, series, false) }, Source: v.SourceLine(obs), Open: true})
}

// setOf gives the set of provinces that an area belongs to, "" for what is no province.
func (v *visit) setOf(area string) territory.Set {
	if a, err := v.portal.territory.Area(area); err == nil && a.IsProvince() {
		return a.Set
	}
	return ""
}
