package portal

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
)

// provincesPage shows one measure of every province in one year, on the map of that year.
type provincesPage struct {
	shell.Frame
	Empty      bool
	Answer     string
	Measures   []shell.Option
	Defs       []shell.Option
	Sets       []shell.Option // the sets of areas on which the year can be seen
	Years      []shell.Option // the steps of the time slider
	YearNow    string
	AsTiles    bool
	OtherView  string // the same on the map, or on tiles
	Note       string // how the areas shown relate to the year
	Map        *shell.Figure
	Rank       *shell.Figure
	Missing    []shell.Crumb // provinces without a published figure
	MissingN   string
	Definition string
	Further    []*shell.Figure
	Method     string
}

// provincial is a measure that can be mapped.
type provincial struct {
	id, flow string
	codes    map[string]string // fixed codes of its key
	defined  bool              // it has a definition to choose
	restated *provincial       // where figures of the other set of areas are, when the publisher gives none
}

var provincials = []provincial{
	{id: "ty-trong", flow: shareFlow, codes: map[string]string{"FREQ": "A", "COMPONENT": "TOTAL"}, defined: true,
		restated: &provincial{flow: "DE_PROVINCE", codes: map[string]string{"FREQ": "A", "MEASURE": "SHARE"}}},
	{id: "gia-tri", flow: "DE_PROVINCE", codes: map[string]string{"FREQ": "A", "MEASURE": "VA"}, defined: true},
	{id: "grdp", flow: "GRDP", codes: map[string]string{"FREQ": "A"}, restated: &provincial{flow: "GRDP_EST", codes: map[string]string{"FREQ": "A"}}},
	{id: "tang-truong", flow: "GRDP_GROWTH", codes: map[string]string{"FREQ": "A"}},
	{id: "dti", flow: "DTI", codes: map[string]string{"FREQ": "A", "LEVEL": "PROV", "INDEX": "TOTAL", "MEASURE": "SCORE"},
		restated: &provincial{flow: "DTI_RESTATED", codes: map[string]string{"FREQ": "A", "LEVEL": "PROV", "INDEX": "TOTAL", "MEASURE": "SCORE"}}},
}

// ofProvinces reads the figures of provinces for a measure: by definition, year and set of areas.
type ofProvinces map[string]map[stat.Period]map[territory.Set][]cube.Version

func (v *visit) readProvinces(m provincial) ofProvinces {
	f, err := v.Snap.Catalog.Dataflow(m.flow)
	if err != nil {
		return nil
	}
	out := ofProvinces{}
	for _, o := range v.Snap.Read(m.flow, string(f.KeyOf(m.codes))) {
		set := v.setOf(f.CodeOf(o.Key, "REF_AREA"))
		if set == "" || o.Period.Frequency() != stat.Annual {
			continue
		}
		def := f.CodeOf(o.Key, "DEFINITION")
		if out[def] == nil {
			out[def] = map[stat.Period]map[territory.Set][]cube.Version{}
		}
		if out[def][o.Period] == nil {
			out[def][o.Period] = map[territory.Set][]cube.Version{}
		}
		out[def][o.Period][set] = append(out[def][o.Period][set], o)
	}
	if m.restated == nil {
		return out
	}
	// What the publisher gives outranks what we restate; a year and set that it lacks is filled, never mixed.
	for def, years := range v.readProvinces(*m.restated) {
		for year, sets := range years {
			for set, list := range sets {
				if len(out[def][year][set]) > 0 {
					continue
				}
				if out[def] == nil {
					out[def] = map[stat.Period]map[territory.Set][]cube.Version{}
				}
				if out[def][year] == nil {
					out[def][year] = map[territory.Set][]cube.Version{}
				}
				out[def][year][set] = list
			}
		}
	}
	return out
}

// setOf gives the set of provinces that an area is of; "" when it is no province.
func (v *visit) setOf(area string) territory.Set {
	if a, err := v.portal.territory.Area(area); err == nil && a.IsProvince() {
		return a.Set
	}
	return ""
}

func (v *visit) provinces() (shell.Page, error) {
	p := &provincesPage{Frame: v.NewFrame("provinces", v.Say("provinces.title")), Method: v.methodLink("provinces")}
	p.Description = v.Say("provinces.description")
	m, err := v.chooseMeasure(p)
	if err != nil {
		return nil, err
	}
	p.Days = shell.DaysOf("", m.flow)
	data := v.readProvinces(m)
	defs := slices.Sorted(maps.Keys(data))
	if l, err := v.Snap.Catalog.Codelist("CL_DEFINITION"); err == nil {
		slices.SortStableFunc(defs, func(a, b string) int { return cmp.Compare(l.Position(a), l.Position(b)) })
	}
	if len(defs) == 0 {
		p.Empty = true
		return p, nil
	}
	def, err := v.chooseDefinition(p, m, defs)
	if err != nil {
		return nil, err
	}
	year, err := v.chooseYear(p, data, defs, def)
	if err != nil {
		return nil, err
	}
	set, err := v.chooseSet(p, year, data[def][year])
	if err != nil {
		return nil, err
	}
	p.Note = v.noteOnAreas(year, set, data[def][year][set])
	p.AsTiles = v.Query.Get("ban-do") == "o"
	p.OtherView = v.Here("ban-do", "o")
	if p.AsTiles {
		p.OtherView = v.Here("ban-do", "")
	}
	v.mapFigures(p, m, def, year, set, data[def][year][set])
	if m.id == "ty-trong" {
		for _, flow := range []struct{ id, name string }{{"phan-bo", "DE_DIST"}, {"tap-trung", "DE_CONCENTRATION"}} {
			if fig := v.whole(&p.Frame, flow.id, flow.name); fig != nil {
				p.Further = append(p.Further, fig)
			}
		}
	}
	return p, nil
}

// chooseMeasure offers the measures and takes the one asked for, else the first.
func (v *visit) chooseMeasure(p *provincesPage) (provincial, error) {
	m := provincials[0]
	if want := v.Query.Get("so-do"); want != "" {
		i := slices.IndexFunc(provincials, func(x provincial) bool { return x.id == want })
		if i < 0 {
			return m, fault.New("web.no-code", "code", want, "dimension", "so-do")
		}
		m = provincials[i]
	}
	for _, x := range provincials {
		p.Measures = append(p.Measures, shell.Option{Value: x.id, Name: v.Say("provinces.measure-" + x.id), Selected: x.id == m.id})
	}
	return m, nil
}

// chooseDefinition offers the definitions that the measure has. A definition that it lacks gives way to the first one that it has; one
// that nobody knows is refused.
func (v *visit) chooseDefinition(p *provincesPage, m provincial, defs []string) (string, error) {
	def := defs[0]
	if !m.defined {
		return def, nil
	}
	if want := v.Query.Get("dinh-nghia"); slices.Contains(defs, want) {
		def = want
	} else if want != "" {
		if l, err := v.Snap.Catalog.Codelist("CL_DEFINITION"); err != nil {
			return def, err
		} else if _, ok := l.Code(want); !ok {
			return def, fault.New("web.no-code", "code", want, "dimension", "dinh-nghia")
		}
	}
	for _, d := range defs {
		p.Defs = append(p.Defs, shell.Option{Value: d, Name: nameOf(v.Snap, "CL_DEFINITION", d).In(v.Lang), Selected: d == def})
	}
	p.Definition = nameOf(v.Snap, "CL_DEFINITION", def).In(v.Lang)
	return def, nil
}

// chooseYear offers every year in which some definition has figures, and takes the newest of the definition viewed, or the nearest at or
// before the one asked for, else the first.
func (v *visit) chooseYear(p *provincesPage, data ofProvinces, defs []string, def string) (stat.Period, error) {
	years := slices.SortedFunc(maps.Keys(data[def]), stat.Period.Compare)
	year := years[len(years)-1]
	if want := v.Query.Get("nam"); want != "" {
		y, err := stat.ParsePeriod(want)
		if err != nil || y.Frequency() != stat.Annual {
			return year, fault.New("web.bad-year", "text", want)
		}
		year = years[0]
		for _, x := range years {
			if x.Compare(y) <= 0 {
				year = x
			}
		}
	}
	steps := map[stat.Period]bool{}
	for d := range data {
		for y := range data[d] {
			steps[y] = true
		}
	}
	// A step to a year in which the definition viewed has no figures goes to the first one that has.
	for _, y := range slices.SortedFunc(maps.Keys(steps), stat.Period.Compare) {
		to := def
		if data[def][y] == nil {
			to = defs[slices.IndexFunc(defs, func(d string) bool { return data[d][y] != nil })]
		}
		p.Years = append(p.Years, shell.Option{Value: y.String(), Name: y.String(), Selected: y == year, URL: v.Here("nam", y.String(), "dinh-nghia", to)})
	}
	p.YearNow = year.String()
	return year, nil
}

// chooseSet offers the sets of areas that have figures of the year, and takes that of the year's own provinces unless another is asked for
// or only another has figures.
func (v *visit) chooseSet(p *provincesPage, year stat.Period, figures map[territory.Set][]cube.Version) (territory.Set, error) {
	set := v.portal.territory.ProvincesOn(year.To())
	if len(figures[set]) == 0 {
		for other := range figures {
			set = other
		}
	}
	if want := v.Query.Get("bo"); want != "" {
		if !slices.Contains(v.portal.territory.ProvinceSets(), territory.Set(want)) {
			return set, fault.New("web.no-code", "code", want, "dimension", "bo")
		}
		if len(figures[territory.Set(want)]) > 0 {
			set = territory.Set(want)
		}
	}
	for _, x := range v.portal.territory.ProvinceSets() {
		if len(figures) > 1 && len(figures[x]) > 0 {
			p.Sets = append(p.Sets, shell.Option{Value: string(x), Name: v.divisionName(x), Selected: x == set, URL: v.Here("bo", string(x))})
		}
	}
	return set, nil
}

// noteOnAreas says how the areas shown relate to the year: its own, those of another day, or restated by us and how.
func (v *visit) noteOnAreas(year stat.Period, set territory.Set, shown []cube.Version) string {
	switch {
	case len(shown) > 0 && !cube.Reported(shown[0].Observation) && shown[0].Attributes[stat.AttrComment] != "":
		return v.Say("provinces.note-restated", "year", year.Year(), "n", len(v.portal.territory.Of(set)), "how", v.remark(shown[0]).In(v.Lang))
	case set != v.portal.territory.ProvincesOn(year.To()):
		return v.Say("provinces.note-recast", "year", year.Year(), "n", len(v.portal.territory.Of(set)))
	}
	note := v.Say("provinces.note-dated", "year", year.Year(), "set", v.divisionName(set))
	if set == v.portal.territory.Earlier() {
		note += " " + v.Say("provinces.note-earlier")
	}
	return note
}

// mapFigures makes the map, the ranking and the list of provinces without a figure.
func (v *visit) mapFigures(p *provincesPage, m provincial, def string, year stat.Period, set territory.Set, obs []cube.Version) {
	if len(obs) == 0 {
		p.Empty = true
		return
	}
	f, err := v.Snap.Catalog.Dataflow(obs[0].Dataflow)
	if err != nil {
		p.Empty = true
		return
	}
	unit, digits := unitOf(v.Snap, f, obs[0]), decimalsOf(v.Snap, f, obs[0])
	byArea := map[string]cube.Version{}
	for _, o := range obs {
		byArea[f.CodeOf(o.Key, "REF_AREA")] = o
	}
	areas := v.portal.territory.Of(set)
	var ranked []*territory.Area
	for _, a := range areas {
		if o, ok := byArea[a.ID]; ok && o.Value != nil {
			ranked = append(ranked, a)
		} else {
			p.Missing = append(p.Missing, shell.Crumb{Name: a.Name.In(v.Lang), URL: v.Link("/tinh/" + a.ID)})
		}
	}
	sort.SliceStable(ranked, func(i, j int) bool { return byArea[ranked[i].ID].Value.Cmp(*byArea[ranked[j].ID].Value) > 0 })
	p.MissingN = v.count(len(p.Missing))
	title := catalog.Label{}
	for _, lang := range []string{"vi", "en"} {
		s := say(lang, "provinces.map-title", "measure", say(lang, "provinces.measure-"+m.id), "year", year.Year())
		if m.defined {
			s = say(lang, "provinces.map-title-by", "measure", say(lang, "provinces.measure-"+m.id), "year", year.Year(), "definition", nameOf(v.Snap, "CL_DEFINITION", def).In(lang))
		}
		if lang == "vi" {
			title.Vi = s
		} else {
			title.En = s
		}
	}
	if len(ranked) > 0 {
		best := byArea[ranked[0].ID]
		p.Answer = v.Say("provinces.answer", "year", year.Year(), "area", ranked[0].Name.In(v.Lang), "measure", v.Say("provinces.measure-in-"+m.id), "value", strings.TrimSpace(v.Number(best)+" "+unit.In(v.Lang)),
			"known", v.count(len(ranked)), "all", v.count(len(areas)))
	}
	kind := chart.Map
	if p.AsTiles {
		kind = chart.Tiles
	}
	s := v.spec(kind, "map-"+m.id, title, unit, unit, digits, obs)
	s.Scale.Areas, s.Maps = string(set), v.portal.maps
	s.ItemHead = both("provinces.province")
	vals := chart.Series{ID: "value", Name: both("provinces.measure-" + m.id)}
	for _, a := range areas {
		name := catalog.Label{Vi: a.Name.Vi, En: a.Name.En}
		if p.AsTiles {
			// A tile has no room for “City”, and what it shows must be the name that is read out.
			name = catalog.Label{Vi: strings.TrimPrefix(name.Vi, say("vi", "provinces.city", "name", "")), En: strings.TrimSuffix(name.En, say("en", "provinces.city", "name", ""))}
		}
		s.Items = append(s.Items, chart.Item{ID: a.ID, Name: name, Href: v.Link("/tinh/" + a.ID)})
		if o, ok := byArea[a.ID]; ok {
			vals.Values = append(vals.Values, chart.FigureOf(o.Observation))
		} else {
			vals.Values = append(vals.Values, chart.Value{Status: stat.Unpublished})
		}
	}
	s.Series = []chart.Series{vals}
	t := shell.NewTable("provinces-"+m.id+"-"+year.String(), title, export.Column{ID: "code", Name: both("data.code"), Kind: export.Code}, shell.Text("province", both("provinces.province")),
		export.Column{ID: "rank", Name: both("provinces.rank"), Kind: export.Number}, shell.Numbers("value", both("provinces.measure-"+m.id), unit, digits), shell.Text("vintage", both("data.vintage")), shell.Text("source", both("data.source")), shell.Text("note", both("data.note")))
	t.Heads = 2
	rank := 0
	for i, a := range ranked {
		o := byArea[a.ID]
		if i == 0 || o.Value.Cmp(*byArea[ranked[i-1].ID].Value) != 0 {
			rank = i + 1
		}
		t.Add(shell.Same(a.Code), shell.Label(catalog.Label{Vi: a.Name.Vi, En: a.Name.En}).To(v.Link("/tinh/"+a.ID)), shell.Number(stat.Int(int64(rank))), v.CellOf(o), shell.Same(v.Vintage(o.Vintage)), shell.Label(v.sourceOf(o)), shell.Label(v.remark(o)))
	}
	for _, a := range areas {
		if o, ok := byArea[a.ID]; !ok || o.Value == nil {
			t.Add(shell.Same(a.Code), shell.Label(catalog.Label{Vi: a.Name.Vi, En: a.Name.En}).To(v.Link("/tinh/"+a.ID)), shell.None(shell.Blank), shell.None(stat.Unpublished), shell.Same(""), shell.Same(""), shell.Same(""))
		}
	}
	compact := shell.NewTable(t.ID, title, t.Columns[2], t.Columns[1], t.Columns[3])
	compact.Heads = 2
	for i, row := range t.Rows {
		at := func(column int) shell.Cell { return shell.Cell{Cell: row[column], Href: t.Href(i, column)} }
		compact.Add(at(2), at(1), at(3))
	}
	p.Map = p.Show(&shell.Figure{ID: "ban-do", Title: title, Note: unit.In(v.Lang), Table: compact, Long: func() *shell.Table { return t }, Chart: s, Source: v.SourceLine(obs), Open: true, Side: true})
	if len(ranked) < 2 {
		return
	}
	r := v.spec(chart.Ranking, "rank-"+m.id, catalog.Label{Vi: say("vi", "provinces.ranking") + ": " + title.Vi, En: say("en", "provinces.ranking") + ": " + title.En}, unit, unit, digits, obs)
	r.ItemHead = both("provinces.province")
	rv := chart.Series{ID: "value", Name: both("provinces.measure-" + m.id)}
	for i, a := range ranked {
		r.Items = append(r.Items, chart.Item{ID: a.ID, Name: catalog.Label{Vi: a.Name.Vi, En: a.Name.En}, Strong: i < 3})
		rv.Values = append(rv.Values, chart.FigureOf(byArea[a.ID].Observation))
	}
	r.Series = []chart.Series{rv}
	p.Rank = p.Show(&shell.Figure{ID: "xep-hang", Title: both("provinces.ranking"), Note: title.In(v.Lang) + " (" + unit.In(v.Lang) + ")", Table: t, Chart: r, Source: v.SourceLine(obs)})
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
