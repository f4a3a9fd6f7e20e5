package portal

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// spark draws a series the size of a word, for a list that it stands in; "" where there is no course to see.
func (v *visit) spark(obs []cube.Version) string {
	var list []cube.Version
	span := calendar(obs)
	vals := values(obs, span)
	if span == nil { // days without a calendar: one after the other
		for _, o := range obs {
			vals = append(vals, chart.FigureOf(o.Observation))
			span = append(span, o.Period)
		}
	}
	if len(vals) == 0 {
		return ""
	}
	vals = chart.Sparked(vals)
	from := span[len(span)-len(vals)]
	var said []view.Dated
	for _, o := range obs {
		c := chart.FigureOf(o.Observation)
		if _, ok := c.Shown(); ok && o.Period.Frequency() == from.Frequency() && o.Period.Compare(from) >= 0 {
			said, list = append(said, view.Dated{Period: o.Period, Value: *o.Value}), append(list, o)
		}
	}
	if len(said) < 3 {
		return ""
	}
	f, err := v.Snap.Catalog.Dataflow(list[0].Dataflow)
	if err != nil {
		return ""
	}
	return chart.Spark(vals, view.Trend(said, decimalsOf(v.Snap, f, list[len(list)-1]), v.Lang))
}

// signed names the signs of standings, in the order in which they are explained.
func (v *visit) signed() []chart.Named {
	var out []chart.Named
	for _, class := range classes() {
		out = append(out, chart.Named{Sign: chart.Sign(view.Symbol(class)), Name: nameOf(v.Snap, "CL_TARGET_CLASS", class)})
	}
	return out
}

// sign is the shape of where a target stands; "" where it was not judged.
func (v *visit) sign(a aim) chart.Sign {
	if class := v.class(a); class != "" {
		return chart.Sign(view.Symbol(class))
	}
	return ""
}

// aimName names a target as those who know it do: by the document that sets it, or by the place whose own it is, and its year.
func (v *visit) aimName(a aim) catalog.Label {
	name := namesOf(v.Snap).ShortInstrument(noteOf(v.Snap, "CL_TARGET", a.target, "instrument"))
	if a.area != v.nation() {
		name = nameOf(v.Snap, "CL_AREA", a.area)
	}
	return catalog.Label{Vi: name.Vi + " · " + a.period.String(), En: name.En + " · " + a.period.String()}
}

// gridFigure shows every target of a list as the sign of where it stands, by topic and year; nil where nothing was judged.
func (v *visit) gridFigure(list []aim) *shell.Figure {
	s := v.spec(chart.Grid, "targets-grid", both("pictures.grid"), catalog.Label{}, catalog.Label{}, 0, nil)
	s.ItemHead, s.GroupHead, s.Signs = both("targets.name"), both("pictures.topic"), v.signed()
	var obs []cube.Version
	for _, a := range list {
		class := v.class(a)
		if class == "" {
			continue
		}
		g := chart.Group{ID: v.topicOf(a.target)}
		if g.Name = nameOf(v.Snap, "CL_TOPIC", g.ID); g.ID == "" {
			g.Name = both("pictures.topic-none")
		}
		if !slices.ContainsFunc(s.Groups, func(x chart.Group) bool { return x.ID == g.ID }) {
			s.Groups = append(s.Groups, g)
		}
		if !slices.Contains(s.Periods, a.period) {
			s.Periods = append(s.Periods, a.period)
		}
		name, by := nameOf(v.Snap, "CL_TARGET", a.target), v.aimName(a)
		s.Items = append(s.Items, chart.Item{ID: a.target + "-" + a.area + "-" + a.period.String(), Name: catalog.Label{Vi: name.Vi + " (" + by.Vi + ")", En: name.En + " (" + by.En + ")"},
			Group: g.ID, Period: a.period, Sign: chart.Sign(view.Symbol(class))})
		obs = append(obs, a.measures["CLASS"], a.goal)
	}
	if len(s.Items) == 0 {
		return nil
	}
	slices.SortFunc(s.Periods, stat.Period.Compare)
	topics, _ := v.Snap.Catalog.Codelist("CL_TOPIC")
	if topics != nil {
		slices.SortStableFunc(s.Groups, func(a, b chart.Group) int { return topics.Position(a.ID) - topics.Position(b.ID) })
	}
	var counted []view.Counted
	for _, n := range s.Signs {
		counted = append(counted, view.Counted{Name: n.Name, N: countOf(s, "", n.Sign)})
	}
	s.Says = view.Tally(counted)
	fig := v.still("luoi", s, obs)
	fig.Table = v.gridTable(s)
	return fig
}

// countOf counts the items of a group, or of all, with a sign.
func countOf(s *chart.Spec, group string, g chart.Sign) int {
	n := 0
	for _, it := range s.Items {
		if it.Sign == g && (group == "" || it.Group == group) {
			n++
		}
	}
	return n
}

// gridTable counts the standings of each topic; the list of the page, and the file, have them one by one.
func (v *visit) gridTable(s *chart.Spec) *shell.Table {
	t := shell.NewTable("targets-by-topic", s.Title, shell.Text("topic", both("pictures.topic")))
	var signs []chart.Named
	for _, n := range s.Signs {
		if countOf(s, "", n.Sign) > 0 {
			signs = append(signs, n)
			t.Columns = append(t.Columns, shell.Numbers("n"+strconv.Itoa(len(signs)), n.Name, catalog.Label{}, 0))
		}
	}
	t.Columns = append(t.Columns, shell.Numbers("all", both("pictures.all"), catalog.Label{}, 0))
	for _, g := range s.Groups {
		row, all := []shell.Cell{shell.Label(g.Name)}, 0
		for _, n := range signs {
			k := 0
			for _, it := range s.Items {
				if it.Group == g.ID && it.Sign == n.Sign {
					k++
				}
			}
			all += k
			row = append(row, shell.Number(stat.Int(int64(k))))
		}
		t.Add(append(row, shell.Number(stat.Int(int64(all))))...)
	}
	return t
}

// targetDrawing sets figures against percentage targets, grouped by what they measure.
func (v *visit) targetDrawing(list []aim) *shell.Figure {
	flow, err := v.Snap.Catalog.Dataflow(targetFlow)
	if err != nil {
		return nil
	}
	percent := unitLabel(v.Snap, "PC", "")
	var obs []cube.Version
	s := v.spec(chart.Goals, "targets", both("targets.drawing"), both("targets.drawing-unit"), percent, 2, nil) // as many digits as the list beside it shows
	s.ItemHead, s.GroupHead = both("targets.name"), both("pictures.goals-group")
	vals := chart.Series{ID: "actual", Name: both("targets.actual"), Colour: chart.Accent}
	for _, a := range list {
		actual, ok := v.actual(a)
		unit := unitOf(v.Snap, flow, a.goal)
		if !ok || actual.Value == nil || a.goal.Value == nil || (unit != percent && !strings.HasPrefix(unit.Vi, "%")) {
			continue
		}
		obs = append(obs, a.goal, actual)
		indicator := noteOf(v.Snap, "CL_TARGET", a.target, "indicator")
		g := chart.Group{ID: indicator, Name: nameOf(v.Snap, "CL_TARGET", a.target)}
		if x, ok := v.Snap.Catalog.Indicator(indicator); ok {
			g.Name = x.Name
		}
		if !slices.ContainsFunc(s.Groups, func(x chart.Group) bool { return x.ID == g.ID }) {
			s.Groups = append(s.Groups, g)
		}
		s.Items = append(s.Items, chart.Item{ID: a.target + "-" + a.area + "-" + a.period.String(), Name: v.aimName(a), Group: g.ID, Target: a.goal.Value, Sign: v.sign(a),
			Note: catalog.Label{Vi: v.in("vi").against(a, actual), En: v.in("en").against(a, actual)}, Href: v.Link("/muc-tieu/" + a.target)})
		vals.Values = append(vals.Values, chart.FigureOf(actual.Observation))
	}
	if len(s.Items) == 0 {
		return nil
	}
	if !slices.ContainsFunc(s.Items, func(it chart.Item) bool { return it.Sign == "" }) {
		s.Signs = v.signed()
	} else { // some target was not judged: then no sign stands for any
		for i := range s.Items {
			s.Items[i].Sign = ""
		}
	}
	s.Series = []chart.Series{vals}
	return v.still("so-voi-muc-tieu", s, obs)
}

// fan draws the forecast that a target was judged by, as a series of a drawing over time with the intervals of each year to come. It ends at the
// forecast on record, and where it does not come to that, it is not drawn.
func (v *visit) fan(s *chart.Spec, own []aim, id string) bool {
	a, stored, ok := v.farthest(own)
	if !ok {
		return false
	}
	list := v.readings(a)
	if len(list) == 0 {
		return false
	}
	indicator, _ := v.Snap.Catalog.Indicator(noteOf(v.Snap, "CL_TARGET", a.target, "indicator"))
	target := monitor.Target{Value: a.goal.Value, Due: a.due(), Percent: strings.HasPrefix(indicator.Unit, "PC")}
	var figures []monitor.Point
	for _, o := range list {
		figures = append(figures, monitor.Point{Day: o.Period.To(), Value: o.Value.Float64()})
	}
	var days []stat.Date
	for _, p := range s.Periods {
		days = append(days, p.To())
	}
	way := target.Outlook(figures, days)
	deviation, err := stat.ParseDecimal(stored.Attributes[stat.AttrStdErr])
	if err != nil || len(way) == 0 {
		return false
	}
	if end := way[len(way)-1]; end.Day != a.due() || misses(end.Mean, stored.Value.Float64()) || misses(end.SD, deviation.Float64()) {
		return false
	}
	x := chart.Series{ID: id, Name: both("pictures.forecast"), Colour: chart.Accent, Values: make([]chart.Value, len(s.Periods))}
	last := list[len(list)-1]
	for i, p := range s.Periods {
		if p == last.Period {
			x.Values[i] = chart.FigureOf(last.Observation)
		}
		for _, o := range way {
			if o.Day == p.To() {
				x.Values[i] = ahead(target, o, s.Decimals)
			}
		}
	}
	s.Series = append(s.Series, x)
	if i := slices.Index(s.Periods, a.period); i >= 0 && len(x.Values[i].Fan) > 0 {
		widest := x.Values[i].Fan[len(x.Values[i].Fan)-1]
		s.Says = view.Prospects(view.Prospect{Period: a.period, Value: *x.Values[i].V, Level: widest.Level, Low: widest.Low, High: widest.High, Goal: *a.goal.Value}, view.Scale{Unit: s.Unit, Decimals: s.Decimals})
	}
	return true
}

// withForecast puts the years of the forecast, the last first, before the readings of a list: every mark of the drawing has its row.
func (v *visit) withForecast(readings *shell.Table, s *chart.Spec) *shell.Table {
	t := shell.NewTable(readings.ID, readings.Title, readings.Columns...)
	x := s.Series[len(s.Series)-1]
	for i := len(x.Values) - 1; i >= 0; i-- {
		c := x.Values[i]
		if len(c.Fan) == 0 {
			continue
		}
		value := shell.Number(*c.V)
		value.Status, value.Digits = c.Status, s.Decimals+1
		t.Add(shell.When(s.Periods[i]), shell.Label(x.Name), value, shell.Label(s.Unit), shell.Same(""), shell.Label(both("common.own-estimate")),
			shell.Label(catalog.Label{Vi: intervals("vi", c.Fan, s.Decimals), En: intervals("en", c.Fan, s.Decimals)}))
	}
	t.Append(readings)
	return t
}

// withBounds is withForecast as a file has it: each bound of the forecast is a number in a column of its own, and no words.
func (v *visit) withBounds(readings *shell.Table, s *chart.Spec) *shell.Table {
	page, width := v.withForecast(readings, s), len(readings.Columns)
	t := shell.NewTable(page.ID, page.Title, slices.Clone(page.Columns)...)
	fans := map[stat.Period][]chart.Range{}
	for i, x := range s.Series[len(s.Series)-1].Values {
		fans[s.Periods[i]] = x.Fan
	}
	for _, l := range monitor.Levels() {
		level := strconv.Itoa(l)
		t.Columns = append(t.Columns, boundsAt("LOWER_"+level, lowerWords, level, catalog.Label{}, -1), boundsAt("UPPER_"+level, upperWords, level, catalog.Label{}, -1))
	}
	for i, row := range page.Rows {
		row = slices.Clone(row)
		forecast := i < len(page.Rows)-len(readings.Rows)
		if forecast {
			row[width-1] = export.Same("")
		}
		for j := range monitor.Levels() {
			if fan := fans[row[0].Period]; forecast && j < len(fan) {
				row = append(row, export.Num(fan[j].Low), export.Num(fan[j].High))
			} else {
				row = append(row, export.None(shell.Blank), export.None(shell.Blank))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// intervals writes the intervals of a forecast.
func intervals(lang string, list []chart.Range, digits int) string {
	var out []string
	for _, r := range list {
		out = append(out, say(lang, "pictures.interval", "level", r.Level, "low", text.FormatNumber(lang, r.Low, digits), "high", text.FormatNumber(lang, r.High, digits)))
	}
	return strings.Join(out, "; ")
}

// farthest is the target of the last year that has a forecast on record.
func (v *visit) farthest(own []aim) (best aim, stored cube.Version, ok bool) {
	for _, a := range own {
		if o, has := a.measures["FORECAST"]; has && o.Value != nil && a.goal.Value != nil && (!ok || a.period.Compare(best.period) > 0) {
			best, stored, ok = a, o, true
		}
	}
	return best, stored, ok
}

// misses reports whether a number is not the one on record, which has four digits.
func misses(got, stored float64) bool { return got-stored > 6e-5 || stored-got > 6e-5 }

// ahead is a year of a forecast with its intervals, as the drawing writes numbers.
func ahead(t monitor.Target, o monitor.Outlook, digits int) chart.Value {
	mean, err := stat.FromFloat(o.Mean, digits)
	if err != nil {
		return chart.Value{}
	}
	out := chart.Value{V: &mean, Status: stat.Forecast}
	for _, level := range monitor.Levels() {
		low, high := t.Interval(o.Mean, o.SD, level)
		l, err1 := stat.FromFloat(low, digits)
		h, err2 := stat.FromFloat(high, digits)
		if err1 == nil && err2 == nil {
			out.Fan = append(out.Fan, chart.Range{Level: level, Low: l, High: h})
		}
	}
	return out
}
