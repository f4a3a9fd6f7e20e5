package portal

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/compare"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// refuses says why the comparison cannot be drawn as a kind; "" when it can.
func (c *comparison) refuses(kind string) string {
	reason := ""
	switch {
	case kind == "bang":
	case c.way == compare.None:
		reason = "quantity"
	case kind == "duong" && !c.hasLine():
		reason = "line"
	case kind == "cot" && c.way == compare.Ranks:
		reason = "bar-rank"
	case kind == "cot" && len(c.barPeriods()) == 0:
		reason = "bar"
	case kind == "ban-do":
		reason = c.refusesMap()
	}
	if reason == "" {
		return ""
	}
	return c.Say("compare.no-" + reason)
}

// natural is the kind that shows most of what was chosen.
func (c *comparison) natural() string {
	for _, kind := range []string{"duong", "cot"} {
		if (kind == "cot" || len(c.periods) == 0) && c.refuses(kind) == "" {
			return kind
		}
	}
	return "bang"
}

// span lists the periods of a line: those of a calendar between the first and the last.
func (c *comparison) span() []stat.Period { return calendar(c.figures()) }

// hasLine reports whether some series has three points: two are a table.
func (c *comparison) hasLine() bool {
	span := c.span()
	return span != nil && slices.ContainsFunc(c.lines, func(l compare.Line) bool { return countValues(values(l.Figures, span)) >= 3 })
}

// barPeriods lists the periods for which bars stand: those chosen, else the one of which the answer speaks, else the newest.
func (c *comparison) barPeriods() []stat.Period {
	has := func(p stat.Period) bool {
		return slices.ContainsFunc(c.lines, func(l compare.Line) bool { _, has := l.At(p); return has })
	}
	if len(c.periods) > 0 {
		return slices.DeleteFunc(slices.Clone(c.periods), func(p stat.Period) bool { return !has(p) })
	}
	if at, ok := c.moment(); ok {
		return []stat.Period{at}
	}
	for _, p := range slices.Backward(compare.Periods(c.lines)) {
		if has(p) {
			return []stat.Period{p}
		}
	}
	return nil
}

// refusesMap says why the comparison is no map: it has to be of provinces of one division, in all else the same.
func (c *comparison) refusesMap() string {
	set := c.set(c.lines[0])
	var keys []stat.Key
	for _, l := range c.lines {
		if l.Flow != c.lines[0].Flow || c.set(l) != set {
			return "map"
		}
		keys = append(keys, l.Key)
	}
	for d, same := range common(c.lines[0].Flow, keys) {
		if d != "REF_AREA" && !same && len(keys) > 1 {
			return "map"
		}
	}
	switch {
	case set == "":
		return "map"
	case c.portal.maps == nil || len(c.barPeriods()) == 0:
		return "map-figures"
	}
	return ""
}

func (c *comparison) set(l compare.Line) territory.Set {
	return c.setOf(l.Flow.CodeOf(l.Key, "REF_AREA"))
}

// draw makes the one specification from which page and files draw; nil for a table.
func (c *comparison) draw(kind string) *chart.Spec {
	var s *chart.Spec
	switch kind {
	case "duong":
		s = c.drawLines()
	case "cot":
		s = c.drawBars()
	case "ban-do":
		s = c.drawMap()
	default:
		return nil
	}
	s.Alt = c.said()
	return s
}

func (c *comparison) start(kind chart.Kind, title catalog.Label, shown []cube.Version) *chart.Spec {
	return c.spec(kind, c.id, title, c.unit(), c.unit(), c.digits(shown...), shown)
}

// drawLines draws the series over time. A target beside what it is held against is a line to reach, not a series.
func (c *comparison) drawLines() *chart.Spec {
	s := c.start(chart.Line, c.title(), c.figures())
	s.Periods = c.span()
	s.Down = c.way == compare.Ranks
	alone := !slices.ContainsFunc(c.lines, func(l compare.Line) bool { return l.Flow.ID != targetFlow })
	for i, l := range c.lines {
		if l.Flow.ID == targetFlow && !alone {
			for _, o := range l.Figures {
				if o.Value != nil && slices.Contains(s.Periods, o.Period) {
					s.Targets = append(s.Targets, chart.Target{Name: c.targetName(l, o), Value: *o.Value, Period: o.Period})
				}
			}
			continue
		}
		s.Series = append(s.Series, chart.Series{ID: "s" + l.ID(), Name: c.names[i], Colour: plainColours[i%len(plainColours)], Values: values(l.Figures, s.Periods)})
	}
	return s
}

func (c *comparison) targetName(l compare.Line, o cube.Version) catalog.Label {
	unit := unitOf(c.Snap, l.Flow, o)
	say := func(lang, unit string) string {
		return say(lang, "compare.target", "period", text.FormatPeriod(lang, o.Period), "value", text.WithUnit(text.FormatNumber(lang, *o.Value, -1), unit))
	}
	return catalog.Label{Vi: say("vi", unit.Vi), En: say("en", unit.In("en"))}
}

// drawBars draws the series at one period as bars that lie, or at several as bars side by side.
func (c *comparison) drawBars() *chart.Spec {
	periods := c.barPeriods()
	even := !slices.ContainsFunc(periods, func(p stat.Period) bool {
		return p.Frequency() != periods[0].Frequency() || p.Frequency().PerYear() == 0
	})
	title := c.title()
	if len(periods) > 1 && even {
		s := c.start(chart.Bar, title, c.figures())
		s.Periods = periods
		for i, l := range c.lines {
			s.Series = append(s.Series, chart.Series{ID: "s" + l.ID(), Name: c.names[i], Colour: plainColours[i%len(plainColours)], Values: values(l.Figures, periods)})
		}
		return s
	}
	at := periods[len(periods)-1]
	var shown []cube.Version
	bars := chart.Series{ID: "value", Name: title, Colour: chart.Accent}
	var items []chart.Item
	for i, l := range c.lines {
		items = append(items, chart.Item{ID: l.ID(), Name: c.names[i]})
		o, has := l.At(at)
		if !has {
			bars.Values = append(bars.Values, chart.Value{Status: stat.Missing})
			continue
		}
		shown = append(shown, o)
		bars.Values = append(bars.Values, chart.FigureOf(o.Observation))
	}
	s := c.start(chart.Ranking, dated(title, at), shown)
	s.Items, s.ItemHead, s.Series = items, both("data.series"), []chart.Series{bars}
	return s
}

// dated is a title with a period.
func dated(title catalog.Label, p stat.Period) catalog.Label {
	return catalog.Label{Vi: title.Vi + ", " + text.FormatPeriodInline("vi", p), En: title.In("en") + ", " + text.FormatPeriodInline("en", p)}
}

// drawMap draws all provinces of the division that have a figure, for those compared mean more among the others.
func (c *comparison) drawMap() *chart.Spec {
	l, periods := c.lines[0], c.barPeriods()
	at, set := periods[len(periods)-1], c.set(l)
	codes := l.Key.Codes()
	codes[l.Flow.Position("REF_AREA")] = ""
	found := map[string]cube.Version{}
	var shown []cube.Version
	for _, o := range c.Snap.Read(l.Flow.ID, string(stat.NewKey(codes...))) {
		area := l.Flow.CodeOf(o.Key, "REF_AREA")
		if o.Period == at && c.setOf(area) == set {
			found[area], shown = o, append(shown, o)
		}
	}
	s := c.start(chart.Map, dated(c.title(), at), shown)
	s.Scale.Areas, s.Maps, s.ItemHead = string(set), c.portal.maps, both("provinces.province")
	s.Notes = append(s.Notes, both("compare.note-map"))
	vals := chart.Series{ID: "value", Name: c.title()}
	for _, a := range c.portal.territory.Of(set) {
		s.Items = append(s.Items, chart.Item{ID: a.ID, Name: catalog.Label{Vi: a.Name.Vi, En: a.Name.En}, Href: c.Link("/tinh/" + a.ID)})
		if o, ok := found[a.ID]; ok {
			vals.Values = append(vals.Values, chart.FigureOf(o.Observation))
		} else {
			vals.Values = append(vals.Values, chart.Value{Status: stat.Unpublished})
		}
	}
	s.Series = []chart.Series{vals}
	return s
}
