package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// areaName is a province as a table names it: the address leads to its page.
func (v *visit) areaName(a *territory.Area) shell.Cell {
	return shell.Label(catalog.Label{Vi: a.Name.Vi, En: a.Name.En}).To(v.Link("/tinh/" + a.ID))
}

// neighbours lists the provinces that share a border with one, on the map of its day.
func (v *visit) neighbours(a *territory.Area) (out []*territory.Area) {
	atlas, err := v.portal.maps.Of(string(a.Set))
	if err != nil {
		return nil
	}
	for _, id := range atlas.Neighbours(a.ID) {
		if x, err := v.portal.territory.Area(id); err == nil {
			out = append(out, x)
		}
	}
	return out
}

// groupColumn is a column of the figures of a group.
func (v *visit) groupColumn(g *view.ProvinceGroup) export.Column {
	f, err := v.Snap.Catalog.Dataflow(g.Figures[0].Dataflow)
	if err != nil {
		return export.Column{}
	}
	name := both("provinces.column", "measure", v.Say("provinces.measure-"+g.Measure.ID), "year", g.Year.Year())
	for i, lang := range []string{"vi", "en"} {
		in := v.in(lang)
		s := in.Say("provinces.column", "measure", in.Say("provinces.measure-"+g.Measure.ID), "year", g.Year.Year())
		if g.Definition != "" {
			by := nameOf(v.Snap, "CL_DEFINITION", g.Definition)
			if short, ok := shortDefinition(v.Snap, g.Definition); ok {
				by = short
			}
			s = in.Say("provinces.column-by", "measure", in.Say("provinces.measure-"+g.Measure.ID), "year", g.Year.Year(), "definition", by.In(lang))
		}
		if i == 0 {
			name.Vi = s
		} else {
			name.En = s
		}
	}
	return shell.Numbers(g.Measure.ID+"-"+g.Year.String(), name, unitOf(v.Snap, f, g.Figures[0]), decimalsOf(v.Snap, f, g.Figures[0]))
}

// groupCell is the figure of a province in a group.
func (v *visit) groupCell(g *view.ProvinceGroup, area string) shell.Cell {
	if o, ok := g.Figure(area); ok {
		return v.CellOf(o)
	}
	return shell.None(stat.Unpublished)
}

// besideColumns is how many measures have room beside the map.
const besideColumns = 3

// besideFigure shows a province on the map of its newest level, beside the table of it and its neighbours.
func (v *visit) besideFigure(p *provincePage, speaker *view.ProvinceSpeaker, standings []view.Standing, a *territory.Area) {
	if len(standings) == 0 {
		return
	}
	lead := standings[0]
	if i := slices.IndexFunc(standings, func(s view.Standing) bool { return s.Group.Measure.ID == "grdp" }); i >= 0 {
		lead = standings[i]
	}
	beside := v.neighbours(a)
	t := shell.NewTable("neighbours-"+a.ID, both("provinces.beside-title", "name", ""), shell.Text("province", both("provinces.province")))
	t.Title = catalog.Label{Vi: say("vi", "provinces.beside-title", "name", a.Name.Vi), En: say("en", "provinces.beside-title", "name", a.Name.En)}
	var shown []cube.Version
	narrow := shell.NewTable(t.ID, t.Title, t.Columns[0])
	narrow.Title = t.Title
	var kept []int // the columns that have room beside the map
	for i, s := range standings {
		t.Columns = append(t.Columns, v.groupColumn(s.Group))
		if !s.Group.Measure.Defined && len(kept) < besideColumns {
			c := t.Columns[i+1]
			c.Name = catalog.Label{Vi: say("vi", "provinces.column", "measure", say("vi", "provinces.short-"+s.Group.Measure.ID), "year", s.Group.Year.Year()), En: say("en", "provinces.column", "measure", say("en", "provinces.short-"+s.Group.Measure.ID), "year", s.Group.Year.Year())}
			narrow.Columns, kept = append(narrow.Columns, c), append(kept, i+1)
		}
	}
	for _, x := range append([]*territory.Area{a}, beside...) {
		row := []shell.Cell{v.areaName(x)}
		for _, s := range standings {
			row = append(row, v.groupCell(s.Group, x.ID))
			if o, ok := s.Group.Figure(x.ID); ok {
				shown = append(shown, o)
			}
		}
		if x == a {
			for i := range row {
				row[i].Total = true
			}
		}
		t.Add(row...)
		short := []shell.Cell{row[0]}
		for _, i := range kept {
			short = append(short, row[i])
		}
		narrow.Add(short...)
	}
	var ids []string
	for _, x := range beside {
		ids = append(ids, x.ID)
	}
	p.Beside = speaker.Beside(lead.Group, a.ID, ids)
	spec := v.groupMap(chart.Map, lead.Group, a.ID)
	if v.portal.maps == nil {
		spec = nil
	}
	p.Map = p.Show(&shell.Figure{ID: "lien-ke", Title: t.Title, Note: v.groupTitle(lead.Group).In(v.Lang) + " (" + v.groupColumn(lead.Group).Unit.In(v.Lang) + ")", Table: narrow, Long: func() *shell.Table { return t }, Chart: spec, Source: v.SourceLine(shown), Open: true, Side: spec != nil})
}

// provinceSections are the tables and drawings of a province.
func (v *visit) provinceSections(p *provincePage, speaker *view.ProvinceSpeaker, a *territory.Area) {
	add := func(fig *shell.Figure) {
		if fig != nil {
			p.Sections = append(p.Sections, fig)
		}
	}
	if fig := v.areaFigure(&p.Frame, shareFlow, "ty-trong", a.ID); fig != nil {
		fig.Title = both("provinces.measure-ty-trong")
		add(fig)
	}
	add(v.levelFigure(&p.Frame, speaker, a))
	add(v.indexFigure(&p.Frame, speaker, a))
	add(v.bridgeFigure(&p.Frame, speaker, a))
	for _, s := range []struct{ flow, id string }{{"DE_PROVINCE", "suy-ra"}, {"GRDP_GROWTH", "tang-truong"}, {"GRDP_STRUCTURE", "co-cau"}, {"IND", "chi-tieu"}} {
		add(v.areaFigure(&p.Frame, s.flow, s.id, a.ID))
	}
	add(v.ownTargets(&p.Frame, a))
}

// ownTargets are the targets that a province set itself, and those of the provinces that it was made of.
func (v *visit) ownTargets(frame *shell.Frame, a *territory.Area) *shell.Figure {
	own := map[string]bool{a.ID: true}
	for _, x := range v.portal.territory.Predecessors(a.ID) {
		own[x.ID] = true
	}
	var aims []aim
	for _, x := range v.aims() {
		if own[x.area] {
			aims = append(aims, x)
		}
	}
	if len(aims) == 0 {
		return nil
	}
	fig := v.targetTable(frame, aims)
	fig.ID, fig.Title = "muc-tieu", both("provinces.own-targets")
	return fig
}

// areaFigure pivots everything that a dataflow has of one area.
func (v *visit) areaFigure(frame *shell.Frame, flow, id, area string) *shell.Figure {
	f, err := v.Snap.Catalog.Dataflow(flow)
	if err != nil || f.Position("REF_AREA") < 0 {
		return nil
	}
	series := v.Snap.Series(flow, string(f.KeyOf(map[string]string{"REF_AREA": area})))
	if len(series) == 0 {
		return nil
	}
	var obs []cube.Version
	var keys []stat.Key
	for _, s := range series {
		obs, keys = append(obs, s.Obs...), append(keys, s.Key)
	}
	shown, _, unit := v.pivot(f, series, "REF_AREA")
	shown.ID = flow + "-" + area
	return frame.Show(&shell.Figure{ID: id, Title: f.Called(keys...), Note: unit.In(v.Lang), Table: shown, Stream: func() *export.Table { return v.file(f, series, false) }, Source: v.SourceLine(obs), Open: true})
}

// yearsOf gives the figures of a province by one measure on its own map, the oldest year first.
func yearsOf(speaker *view.ProvinceSpeaker, id string, a *territory.Area) (out []*view.ProvinceGroup) {
	i := slices.IndexFunc(view.ProvinceMeasures(), func(m view.ProvinceMeasure) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	for _, g := range speaker.Of(view.ProvinceMeasures()[i]) {
		if _, has := g.Figure(a.ID); has && g.Set == a.Set && !g.Rough && (a.To.IsZero() || !g.Year.To().After(a.To)) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(x, y *view.ProvinceGroup) int { return x.Year.Compare(y.Year) })
	return out
}

// levelFigure draws the GRDP of a province over the years: what was published, and what we derive for the years between.
func (v *visit) levelFigure(frame *shell.Frame, speaker *view.ProvinceSpeaker, a *territory.Area) *shell.Figure {
	groups := yearsOf(speaker, "grdp", a)
	if len(groups) == 0 {
		return nil
	}
	column := v.groupColumn(groups[0])
	title := catalog.Label{Vi: say("vi", "provinces.level-title", "name", a.Name.Vi), En: say("en", "provinces.level-title", "name", a.Name.En)}
	t := shell.NewTable("grdp-"+a.ID, title, shell.Periods("year", both("provinces.year")), shell.Numbers("grdp", both("provinces.measure-grdp"), column.Unit, column.Decimals), shell.Text("source", both("data.source")), shell.Text("note", both("data.note")))
	var obs []cube.Version
	for _, g := range slices.Backward(groups) {
		o, _ := g.Figure(a.ID)
		obs = append(obs, o)
		t.Add(shell.When(g.Year), v.CellOf(o), shell.Label(v.sourceOf(o)), shell.Label(v.remark(o)))
	}
	var own []string
	for _, g := range groups {
		if o, _ := g.Figure(a.ID); !cube.Reported(o.Observation) {
			own = append(own, g.Year.String())
		}
	}
	fig := &shell.Figure{ID: "grdp", Title: title, Table: t, Source: v.SourceLine(obs), Open: true}
	if span := calendar(obs); len(span) > 2 {
		s := v.spec(chart.Bar, "grdp-"+a.ID, title, column.Unit, column.Unit, column.Decimals, obs)
		s.Periods, s.FromZero = span, true
		s.Series = []chart.Series{{ID: "grdp", Name: both("provinces.measure-grdp"), Values: values(obs, span)}}
		fig.Chart = s
	}
	if len(own) > 0 { // the table has the unit in its head
		fig.Note = v.Say("provinces.level-own", "years", strings.Join(own, ", "))
	}
	return frame.Show(fig)
}

// indexFigure lists score and rank of a province by the index of digital transformation. Its editions are not compared, so that nothing is drawn.
func (v *visit) indexFigure(frame *shell.Frame, speaker *view.ProvinceSpeaker, a *territory.Area) *shell.Figure {
	groups := yearsOf(speaker, "dti", a)
	ranks := v.publishedRanks(a)
	years := map[stat.Period]*view.ProvinceGroup{}
	var span []stat.Period
	for _, g := range groups {
		years[g.Year] = g
		span = append(span, g.Year)
	}
	for y := range ranks {
		if years[y] == nil {
			span = append(span, y)
		}
	}
	if len(span) == 0 {
		return nil
	}
	slices.SortFunc(span, func(x, y stat.Period) int { return y.Compare(x) })
	title := catalog.Label{Vi: say("vi", "provinces.index-title", "name", a.Name.Vi), En: say("en", "provinces.index-title", "name", a.Name.En)}
	t := shell.NewTable("dti-"+a.ID, title, shell.Periods("year", both("provinces.year")), shell.Text("edition", both("provinces.edition")), shell.Numbers("score", both("provinces.score"), catalog.Label{}, 4),
		shell.Numbers("published-rank", both("provinces.published-rank"), catalog.Label{}, 0), shell.Text("own-rank", both("provinces.own-rank")), shell.Text("source", both("data.source")), shell.Text("note", both("data.note")))
	var obs []cube.Version
	for _, y := range span {
		score, place, own, edition := shell.None(stat.Unpublished), shell.None(stat.Unpublished), catalog.Label{}, ""
		source, note := catalog.Label{}, catalog.Label{}
		if o, ok := ranks[y]; ok {
			place, source = v.CellOf(o), v.sourceOf(o)
			obs = append(obs, o)
			edition = o.Key.Codes()[3]
		}
		if g := years[y]; g != nil {
			o, _ := g.Figure(a.ID)
			obs = append(obs, o)
			score, source, note, edition = v.CellOf(o), v.sourceOf(o), v.remark(o), g.Version
			if rank, of, ok := g.Rank(a.ID); ok {
				own = both("provinces.rank-of", "rank", rank, "of", of)
			}
		}
		t.Add(shell.When(y), shell.Label(nameOf(v.Snap, "CL_DTI_VERSION", edition)), score, place, shell.Label(own), shell.Label(source), shell.Label(note))
	}
	return frame.Show(&shell.Figure{ID: "dti", Title: title, Note: v.Say("provinces.index-note"), Table: t, Source: v.SourceLine(obs), Open: true})
}

// publishedRanks gives the ranks that were published of a province, by year.
func (v *visit) publishedRanks(a *territory.Area) map[stat.Period]cube.Version {
	out := map[stat.Period]cube.Version{}
	f, err := v.Snap.Catalog.Dataflow("DTI")
	if err != nil {
		return out
	}
	for _, o := range v.Snap.Read("DTI", string(f.KeyOf(map[string]string{"FREQ": "A", "REF_AREA": a.ID, "LEVEL": "PROV", "INDEX": "TOTAL", "MEASURE": "RANK"}))) {
		if o.Value != nil {
			out[o.Period] = o
		}
	}
	return out
}

// bridgeFigure sets the parts of a province before the merger beside the whole after it: by each measure the newest year of which both are known.
func (v *visit) bridgeFigure(frame *shell.Frame, speaker *view.ProvinceSpeaker, a *territory.Area) *shell.Figure {
	r := v.portal.territory
	now := a
	if x, ok := r.Successor(a.ID); ok {
		now = x
	}
	steps := speaker.Steps(now.ID)
	if len(steps) == 0 {
		return nil
	}
	title := catalog.Label{Vi: say("vi", "provinces.bridge-title", "name", now.Name.Vi), En: say("en", "provinces.bridge-title", "name", now.Name.En)}
	t := shell.NewTable("bridge-"+now.ID, title, shell.Text("province", both("provinces.province")), shell.Text("map", both("provinces.map")))
	t.Heads = 1
	var obs []cube.Version
	row := func(x *territory.Area, of func(view.BridgeStep) *view.ProvinceGroup) {
		d, _ := r.Division(x.Set)
		cells := []shell.Cell{v.areaName(x), shell.Label(catalog.Label{Vi: d.Name.Vi, En: d.Name.En})}
		for _, s := range steps {
			cells = append(cells, v.groupCell(of(s), x.ID))
			if o, ok := of(s).Figure(x.ID); ok {
				obs = append(obs, o)
			}
		}
		if x == now {
			for i := range cells {
				cells[i].Total = true
			}
		}
		t.Add(cells...)
	}
	for _, s := range steps {
		t.Columns = append(t.Columns, v.groupColumn(s.Before))
	}
	for _, x := range r.Predecessors(now.ID) {
		row(x, func(s view.BridgeStep) *view.ProvinceGroup { return s.Before })
	}
	row(now, func(s view.BridgeStep) *view.ProvinceGroup { return s.After })
	return frame.Show(&shell.Figure{ID: "cau-noi", Title: title, Note: v.Say("provinces.bridge-note"), Table: t, Source: v.SourceLine(obs), Open: true})
}
