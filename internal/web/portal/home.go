package portal

import (
	"html/template"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// The series that the front page is about.
const (
	shareFlow    = "DE_SHARE"
	quarterFlow  = "DE_QUARTERLY"
	requiredFlow = "DE_REQUIRED"
)

// homePage answers the one question of the portal: how large is the digital economy, and is it on its way.
type homePage struct {
	shell.Frame
	Empty    bool
	Headline template.HTML // the answer, with the figure in it
	Source   template.HTML // who says so, since when, and why
	Quarter  template.HTML // the newest quarter with its interval; "" while there is none
	Facts    []fact
	Targets  []pathEntry
	Two      template.HTML // the way to why two definitions differ
	Share    *shell.Figure // annual shares against the targets
	Quarters *shell.Figure
	Parts    *shell.Figure
	Required *shell.Figure
	Revised  *shell.Figure
	News     []string // what the last official release brought
	NewsDay  string
}

// fact is a figure with its name.
type fact struct {
	Name, Value, Unit, Period, Note, URL string
	Flags                                []shell.FlagView
}

// pathEntry is a target of the share and how far it is.
type pathEntry struct {
	Name, URL, Target, Year, Gap string
	Class, ClassName             string
}

func (v *visit) home() (shell.Page, error) {
	p := &homePage{Frame: v.NewFrame("home", v.Say("home.title"))}
	p.Description = v.Say("home.description")
	share := v.Snap.One(shareFlow, v.national("A", "TOTAL"))
	share.Obs = yearly(share.Obs)
	last, ok := share.Last()
	if !ok {
		p.Empty = true
		return p, nil
	}
	p.Title = v.Say("home.headline", "year", last.Period.Year(), "share", v.Number(last))
	p.Headline = v.html("home.headline", "year", last.Period.Year(), "share", strong(v.Number(last)))
	p.Source = v.html("home.headline-source", "source", v.sourceOf(last).In(v.Lang), "published", v.Published(last.Vintage),
		"why", anchor(v.Why(last.Cell()), v.Say("common.why")))
	quarters := v.quarterly("TOTAL", "SHARE")
	if q, ok := quarters.Last(); ok {
		id := "home.quarter-estimate"
		if q.Status == stat.Forecast {
			id = "home.quarter-nowcast"
		}
		year, published := share.At(stat.Year(q.Period.Year()))
		if published = published && year.Value != nil && q.Status == stat.Forecast; published {
			id = "home.quarter-ahead" // the year is out, and what it takes to bring the quarters in line with it is not
		}
		if v.Interval(q) == "" {
			id += "-bare"
		}
		annual := ""
		if published {
			annual = v.Number(year)
		}
		p.Quarter = v.html(id, "year", q.Period.Year(), "annual", annual, "quarter", text.FormatPeriodInline(v.Lang, q.Period), "share", strong(v.Number(q)), "interval", v.Interval(q),
			"level", v.Level(q), "why", anchor(v.Why(q.Cell()), v.Say("common.why")))
		if len(v.Snap.Read(scoreFlow, "")) > 0 {
			p.Quarter += " " + anchor(v.Link("/so-lieu/"+scoreFlow), v.Say("home.scores"))
		}
	}
	p.Facts = v.facts(last.Period)
	p.Targets = v.toTargets(last)
	p.Share = v.shareFigure(&p.Frame, share, last)
	p.Two = v.whyTwo(v.nation())
	p.Quarters = v.quarterFigure(&p.Frame, quarters)
	p.Parts = v.partsFigure(&p.Frame)
	p.Required = v.requiredFigure(&p.Frame, last.Period)
	v.news(p, share)
	return p, nil
}

// scoreFlow holds past nowcasts against what came.
const scoreFlow = "DE_NOWCAST_SCORE"

func strong(s string) template.HTML {
	return template.HTML("<strong class=\"n\">" + template.HTMLEscapeString(s) + "</strong>")
}

func anchor(url, words string) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(url) + `">` + template.HTMLEscapeString(words) + `</a>`)
}

// yearly keeps the figures of single calendar years.
func yearly(list []cube.Version) []cube.Version {
	var out []cube.Version
	for _, o := range list {
		if o.Period.Frequency() == stat.Annual {
			out = append(out, o)
		}
	}
	return out
}

// quarterly gives the quarterly series of the nation.
func (v *visit) quarterly(component, measure string) publish.Series {
	return view.Quarterly(v.Snap, v.nation(), component, measure)
}

// facts are the figures of the headline year that a reader asks for next.
func (v *visit) facts(year stat.Period) []fact {
	var out []fact
	add := func(flow string, key stat.Key, name string) {
		o, ok := v.Snap.Cell(cube.Cell{Dataflow: flow, Key: key, Period: year})
		if !ok || o.Value == nil {
			return
		}
		f, err := v.Snap.Catalog.Dataflow(flow)
		if err != nil {
			return
		}
		out = append(out, fact{Name: v.Say(name), Value: v.Number(o), Unit: unitOf(v.Snap, f, o).In(v.Lang), Period: text.FormatPeriod(v.Lang, o.Period), URL: v.Why(o.Cell()), Flags: v.Flags(o.Status, o.Mark())})
	}
	add(shareFlow, v.national("A", "CORE"), "home.fact-core")
	add(shareFlow, v.national("A", "DIGITALISED"), "home.fact-digitalised")
	add("DE_LEVEL", v.national("A", "TOTAL"), "home.fact-level")
	add("DE_VA", v.national("A", "TOTAL", "LATEST"), "home.fact-va")
	add("DE_GROWTH", v.national("A", "G_CON"), "home.fact-growth")
	return out
}

// toTargets lists the targets for the share of the digital economy and what is missing to each.
func (v *visit) toTargets(last cube.Version) []pathEntry {
	var out []pathEntry
	for _, o := range v.Snap.Read("TARGET", v.targetsOfShare()) {
		if o.Value == nil {
			continue
		}
		e := pathEntry{Name: v.Say("home.path-name", "target", v.Number(o), "year", o.Period.Year()), URL: v.Link("/muc-tieu/" + v.mainTarget()), Year: o.Period.String()}
		gap := o.Value.Sub(*last.Value)
		if gap.Sign() > 0 {
			e.Gap = v.Say("home.path-gap", "gap", text.FormatNumber(v.Lang, gap, 2), "year", last.Period.Year())
		} else {
			e.Gap = v.Say("home.path-met", "year", last.Period.Year())
		}
		e.Class, e.ClassName = v.classOf(v.mainTarget(), v.nation(), o.Period)
		out = append(out, e)
	}
	return out
}

// shareFigure draws the published shares by definition against the targets.
func (v *visit) shareFigure(f *shell.Frame, nso publish.Series, last cube.Version) *shell.Figure {
	flow, err := v.Snap.Catalog.Dataflow(shareFlow)
	if err != nil {
		return nil
	}
	others := v.otherShares()
	all := slices.Clone(nso.Obs)
	for _, x := range others {
		all = append(all, x.series.Obs...)
	}
	unit := unitOf(v.Snap, flow, last)
	targets := v.Snap.Read("TARGET", v.targetsOfShare())
	end := last.Period
	for _, t := range targets {
		if t.Period.Compare(end) > 0 && t.Period.Frequency() == stat.Annual {
			end = t.Period
		}
	}
	var span []stat.Period
	for p := nso.Obs[0].Period; p.Compare(end) <= 0 && len(span) < 60; p = p.Next() {
		span = append(span, p)
	}
	drawn := last.Period // the last period that has a figure of any
	for _, x := range others {
		if m, ok := x.series.Last(); ok && m.Period.Compare(drawn) > 0 && m.Period.Compare(end) <= 0 {
			drawn = m.Period
		}
	}
	title := both("home.share-title", "from", span[0].Year(), "to", drawn.Year())
	if span[0] == drawn {
		title = both("home.share-title-one", "year", drawn.Year())
	}
	s := v.spec(chart.Line, "share", title, both("home.share-unit"), unit, 2, all)
	s.Periods, s.FromZero = span, true
	s.Series = []chart.Series{{ID: "nso", Name: both("home.line-nso"), Colour: chart.Accent, Values: values(nso.Obs, span)}}
	for i, x := range others {
		s.Series = append(s.Series, chart.Series{ID: x.id, Name: x.name, Colour: otherColours[i%len(otherColours)], Values: values(x.series.Obs, span)})
	}
	for _, t := range targets {
		if t.Value != nil && t.Period.Frequency() == stat.Annual {
			s.Targets = append(s.Targets, chart.Target{Name: catalog.Label{
				Vi: say("vi", "home.target-line", "target", text.FormatNumber("vi", *t.Value, -1), "year", t.Period.Year()),
				En: say("en", "home.target-line", "target", text.FormatNumber("en", *t.Value, -1), "year", t.Period.Year())}, Value: *t.Value, Period: t.Period})
		}
	}
	forecast := v.fan(s, v.aimsOf(v.mainTarget(), v.nation()), "forecast")
	note := ""
	if len(others) > 0 {
		s.Notes, note = []catalog.Label{both("home.share-note")}, v.Say("home.share-note")
	}
	table := v.shareTable(s, nso, others, drawn, forecast)
	return f.Show(&shell.Figure{ID: "ty-trong", Lead: &last, Title: title, Note: note, Table: table, Chart: s, Source: v.SourceLine(all), Why: v.Why(last.Cell()), Height: [2]int{440, 320}})
}

// shareTable has the row of each year that is drawn, up to the last that has a figure, and the years of the forecast when it is drawn.
func (v *visit) shareTable(s *chart.Spec, nso publish.Series, others []otherShare, drawn stat.Period, forecast bool) *shell.Table {
	table := shell.NewTable("digital-share", s.Title, shell.Periods("year", both("data.period")), shell.Numbers("nso", both("home.line-nso"), s.Unit, s.Decimals))
	for _, x := range others {
		table.Columns = append(table.Columns, shell.Numbers(x.id, x.name, s.Unit, s.Decimals))
	}
	var ahead []chart.Value
	if forecast {
		ahead = s.Series[len(s.Series)-1].Values
		table.Columns = append(table.Columns, shell.Numbers("forecast", both("pictures.forecast"), s.Unit, s.Decimals), shell.Text("intervals", both("home.forecast-intervals")))
	}
	for i, p := range s.Periods {
		if p.Compare(drawn) > 0 && (!forecast || len(ahead[i].Fan) == 0) {
			continue
		}
		row := []shell.Cell{shell.When(p), v.at(nso, p)}
		for _, x := range others {
			row = append(row, v.at(x.series, p))
		}
		if forecast {
			row = append(row, prospect(ahead[i], s.Decimals)...)
		}
		table.Add(row...)
	}
	return table
}

// prospect gives the cells of a year of a forecast, as the drawing has it; empty ones in a year that is known.
func prospect(x chart.Value, digits int) []shell.Cell {
	if len(x.Fan) == 0 {
		return []shell.Cell{shell.None(shell.Blank), shell.Same("")}
	}
	value := shell.Number(*x.V)
	value.Status = x.Status
	return []shell.Cell{value, shell.Label(catalog.Label{Vi: intervals("vi", x.Fan, digits), En: intervals("en", x.Fan, digits)})}
}

// otherShare is the yearly share by another definition than the official one.
type otherShare struct {
	id     string
	name   catalog.Label
	series publish.Series
}

// otherColours tell other definitions apart.
var otherColours = []chart.Colour{chart.MIC, chart.Platform, chart.Context}

// otherShares gives the published shares of the nation by other definitions that have a short name, in the order of their list.
func (v *visit) otherShares() []otherShare {
	l, err := v.Snap.Catalog.Codelist("CL_DEFINITION")
	if err != nil {
		return nil
	}
	var out []otherShare
	for _, x := range l.Codes {
		name, ok := shortDefinition(v.Snap, x.ID)
		if x.ID == v.official() || !ok {
			continue
		}
		s := v.Snap.One(shareFlow, stat.NewKey("A", v.nation(), x.ID, "TOTAL"))
		if s.Obs = yearly(s.Obs); len(s.Obs) > 0 {
			out = append(out, otherShare{strings.ToLower(x.ID), name, s})
		}
	}
	return out
}

// at is the cell of a series in a period; without an observation it is a gap.
func (v *visit) at(s publish.Series, p stat.Period) shell.Cell {
	if o, ok := s.At(p); ok {
		return v.CellOf(o)
	}
	return shell.None("")
}

// quarterFigure draws the quarterly share with its interval and nowcast.
func (v *visit) quarterFigure(f *shell.Frame, total publish.Series) *shell.Figure {
	if len(total.Obs) < 2 {
		return nil
	}
	flow, err := v.Snap.Catalog.Dataflow(quarterFlow)
	if err != nil {
		return nil
	}
	span := calendar(total.Obs)
	if span == nil {
		return nil
	}
	unit := unitOf(v.Snap, flow, total.Obs[0])
	title := catalog.Label{
		Vi: say("vi", "home.quarters-title", "from", text.FormatPeriodInline("vi", span[0]), "to", text.FormatPeriodInline("vi", span[len(span)-1])),
		En: say("en", "home.quarters-title", "from", text.FormatPeriodInline("en", span[0]), "to", text.FormatPeriodInline("en", span[len(span)-1]))}
	s := v.spec(chart.Line, "quarters", title, both("home.quarters-unit"), unit, 2, total.Obs)
	s.Periods = span
	s.Series = []chart.Series{{ID: "total", Name: both("home.line-quarter"), Colour: chart.Accent, Values: values(total.Obs, span)}}
	s.Notes = []catalog.Label{both("home.quarters-note")}
	table := shell.NewTable("digital-share-quarterly", title, shell.Periods("quarter", both("data.period")), shell.Numbers("share", both("home.line-quarter"), unit, 2),
		boundsAt("low", lowerWords, oneLevel(total.Obs), unit, 2), boundsAt("high", upperWords, oneLevel(total.Obs), unit, 2))
	for i := len(total.Obs) - 1; i >= 0; i-- {
		o := total.Obs[i]
		table.Add(shell.When(o.Period), v.CellOf(o), bound(o, stat.AttrLower), bound(o, stat.AttrUpper))
	}
	last, _ := total.Last()
	return f.Show(&shell.Figure{ID: "theo-quy", Title: title, Note: v.Say("home.quarters-note"), Table: table, Chart: s, Source: v.SourceLine(total.Obs), Why: v.Why(last.Cell())})
}

// partsFigure draws core and digitalised: by quarter when there are estimates, else the published years.
func (v *visit) partsFigure(f *shell.Frame) *shell.Figure {
	core, digital := v.quarterly("CORE", "SHARE"), v.quarterly("DIGITALISED", "SHARE")
	kind, title := chart.Stacked, both("home.parts-quarter-title")
	if len(core.Obs) < 2 || len(digital.Obs) < 2 {
		core, digital = v.Snap.One(shareFlow, v.national("A", "CORE")), v.Snap.One(shareFlow, v.national("A", "DIGITALISED"))
		core.Obs, digital.Obs = yearly(core.Obs), yearly(digital.Obs)
		kind, title = chart.Line, both("home.parts-year-title")
	}
	all := append(slices.Clone(core.Obs), digital.Obs...)
	span := calendar(all)
	if span == nil {
		return nil
	}
	flow, err := v.Snap.Catalog.Dataflow(all[0].Dataflow)
	if err != nil {
		return nil
	}
	unit := unitOf(v.Snap, flow, all[0])
	s := v.spec(kind, "parts", title, both("home.parts-unit"), unit, 2, all)
	s.Periods = span
	coreName, digitalName := nameOf(v.Snap, "CL_COMPONENT", "CORE"), nameOf(v.Snap, "CL_COMPONENT", "DIGITALISED")
	s.Series = []chart.Series{{ID: "core", Name: coreName, Colour: chart.Core, Values: values(core.Obs, span)},
		{ID: "digitalised", Name: digitalName, Colour: chart.Digitalised, Values: values(digital.Obs, span)}}
	table := shell.NewTable("core-and-digitalised", title, shell.Periods("period", both("data.period")), shell.Numbers("core", coreName, unit, 2), shell.Numbers("digitalised", digitalName, unit, 2))
	bounded := slices.ContainsFunc(all, func(o cube.Version) bool { return o.Attributes[stat.AttrLower] != "" })
	if bounded { // the drawing has them
		table.Columns = append(table.Columns, ofPart(coreName, boundsAt("core-low", lowerWords, oneLevel(core.Obs), unit, 2)), ofPart(coreName, boundsAt("core-high", upperWords, oneLevel(core.Obs), unit, 2)),
			ofPart(digitalName, boundsAt("digitalised-low", lowerWords, oneLevel(digital.Obs), unit, 2)), ofPart(digitalName, boundsAt("digitalised-high", upperWords, oneLevel(digital.Obs), unit, 2)))
	}
	for i := len(span) - 1; i >= 0; i-- {
		row := []shell.Cell{shell.When(span[i]), v.at(core, span[i]), v.at(digital, span[i])}
		if bounded {
			row = append(row, boundAt(core, span[i], stat.AttrLower), boundAt(core, span[i], stat.AttrUpper), boundAt(digital, span[i], stat.AttrLower), boundAt(digital, span[i], stat.AttrUpper))
		}
		table.Add(row...)
	}
	return f.Show(&shell.Figure{ID: "cau-phan", Title: title, Note: v.Words.Own(v.Lang, "home.parts-note"), Table: table, Chart: s, Source: v.SourceLine(all)})
}

// requiredFigure tables the growth that the targets still ahead take, from each start year on record.
func (v *visit) requiredFigure(f *shell.Frame, now stat.Period) *shell.Figure {
	flow, err := v.Snap.Catalog.Dataflow(requiredFlow)
	if err != nil {
		return nil
	}
	all := v.Snap.Series(requiredFlow, "")
	if len(all) == 0 {
		return nil
	}
	title := both("home.required-title")
	measures := []string{"SHARE_START", "SHARE_TARGET", "G_NOM", "G_REAL", "MULT"}
	table := shell.NewTable("required-growth", title, shell.Text("scenario", both("home.required-scenario")), shell.Text("start", both("home.required-start")))
	table.Heads = 2
	for _, m := range measures {
		unit := unitLabel(v.Snap, noteOf(v.Snap, "CL_REQUIRED", m, "unit"), "")
		table.Columns = append(table.Columns, shell.Numbers(m, nameOf(v.Snap, "CL_REQUIRED", m), unit, 2))
	}
	type rowKey struct{ scenario, start string }
	rows := map[rowKey]map[string]cube.Version{}
	var order []rowKey
	var obs []cube.Version
	for _, s := range all {
		o, ok := s.Last()
		k := rowKey{flow.CodeOf(s.Key, "SCENARIO"), flow.CodeOf(s.Key, "START")}
		if !ok || flow.CodeOf(s.Key, "DEFINITION") != v.official() || o.Period.Compare(now) <= 0 {
			continue
		}
		if rows[k] == nil {
			rows[k] = map[string]cube.Version{}
			order = append(order, k)
		}
		rows[k][flow.CodeOf(s.Key, "MEASURE")] = o
		obs = append(obs, o)
	}
	for _, k := range order {
		row := []shell.Cell{shell.Label(nameOf(v.Snap, "CL_SCENARIO", k.scenario)), shell.Label(nameOf(v.Snap, "CL_START", k.start))}
		for _, m := range measures {
			if o, ok := rows[k][m]; ok {
				row = append(row, v.CellOf(o))
			} else {
				row = append(row, shell.None(""))
			}
		}
		table.Add(row...)
	}
	if len(table.Rows) == 0 {
		return nil
	}
	return f.Show(&shell.Figure{ID: "toc-do-can-co", Title: title, Note: v.Say("home.required-note"), Table: table, Source: v.SourceLine(obs), Open: true})
}

// news tells what the newest official release of the share brought, and sets all releases side by side.
func (v *visit) news(p *homePage, share publish.Series) {
	history := v.Snap.History(shareFlow, string(v.national("A", "")))
	var day stat.Date
	for _, o := range history {
		if o.Vintage.Written != "" && o.Vintage.Date.After(day) {
			day = o.Vintage.Date
		}
	}
	flow, err := v.Snap.Catalog.Dataflow(shareFlow)
	if err != nil || day.IsZero() {
		return
	}
	p.NewsDay = text.FormatDate(v.Lang, day)
	earlier := map[cube.Cell]cube.Version{}
	if l, err := v.Snap.Catalog.Codelist("CL_COMPONENT"); err == nil {
		position := func(o cube.Version) int { return l.Position(flow.CodeOf(o.Key, "COMPONENT")) }
		slices.SortStableFunc(history, func(a, b cube.Version) int { return position(a) - position(b) })
	}
	for _, o := range history {
		name := v.Say("home.news-cell", "component", nameOf(v.Snap, "CL_COMPONENT", flow.CodeOf(o.Key, "COMPONENT")).In(v.Lang), "period", text.FormatPeriodInline(v.Lang, o.Period))
		if o.Vintage.Date == day && o.Vintage.Written != "" {
			before, had := earlier[o.Cell()]
			switch {
			case !had:
				p.News = append(p.News, v.Say("home.news-new", "cell", name, "value", v.Number(o)))
			case before.Value != nil && o.Value != nil && before.Value.Cmp(*o.Value) != 0:
				p.News = append(p.News, v.Say("home.news-revised", "cell", name, "value", v.Number(o), "before", v.Number(before)))
			default:
				p.News = append(p.News, v.Say("home.news-same", "cell", name, "value", v.Number(o)))
			}
		}
		earlier[o.Cell()] = o
	}
	var annual []cube.Version
	for _, o := range v.Snap.History(shareFlow, string(v.national("A", "TOTAL"))) {
		if o.Period.Frequency() == stat.Annual {
			annual = append(annual, o)
		}
	}
	if t := v.vintageTable(flow, annual, 2); t != nil {
		t.Title = both("home.revised-title")
		t.ID = "digital-share-vintages"
		p.Revised = p.Show(&shell.Figure{ID: "dieu-chinh", Title: t.Title, Note: v.Say("home.revised-note"), Table: t, Source: v.SourceLine(annual), Open: true})
	}
}
