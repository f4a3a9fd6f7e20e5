package portal

import (
	"html/template"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// targetPage is one target: what it says, where it stands and the path there.
type targetPage struct {
	shell.Frame
	Key, Instrument, InstrumentDate, Owner, Unit, Topic string
	OwnerMark                                           []shell.FlagView
	Indicator, Basis, Counted                           string
	Standings                                           []standing
	Aims, Actual                                        *shell.Figure
	Siblings                                            []shell.Crumb
	Method, Compare                                     string
	Two                                                 template.HTML // the way to why two definitions differ
	Divided                                             bool          // into conditions, which have the figures
}

// standing is where a target stands in a year, with the rule beside it.
type standing struct {
	Year, Area, Goal, Actual, ActualPeriod, Forecast, Interval, Probability, Gap, Trajectory string
	Class, ClassName, Rule, Wording, WhyURL                                                  string
	Flags, ActualFlags                                                                       []shell.FlagView
	Override                                                                                 *overrideView
	Conditions                                                                               []condition
	Beside                                                                                   []otherMeasure
	On                                                                                       string // the day of the judgement
	Basis, Counted                                                                           string // where the areas of a target differ in them
	Note                                                                                     string // what is known of the target itself
}

// condition is one of several that a target has, with where it stands.
type condition struct {
	Name, URL, Actual, Class, ClassName, Rule, WhyURL string
	Flags                                             []shell.FlagView
}

// overrideView is a person's judgement, shown beside the computed one and never in its place.
type overrideView struct{ Class, ClassName, By, At, Reason string }

// overrides gives the newest judgement of a person on each target, by target and year.
func (v *visit) overrides() (map[string]*overrideView, error) {
	list, err := v.AsOfView.Overrides(v.R.Context())
	if err != nil {
		return nil, err
	}
	out := map[string]*overrideView{}
	for target, o := range monitor.InForce(list) {
		class := string(o.Class)
		out[target] = &overrideView{class, v.className(class), o.By, v.Minute(o.At), o.Reason}
	}
	return out, nil
}

func (v *visit) target() (shell.Page, error) {
	key := v.R.PathValue("target")
	list, err := v.Snap.Catalog.Codelist("CL_TARGET")
	if err != nil {
		return nil, fault.New("web.no-target", "key", key)
	}
	code, ok := list.Code(key)
	if !ok {
		return nil, fault.New("web.no-target", "key", key)
	}
	p := &targetPage{Frame: v.NewFrame("targets", code.Name.In(v.Lang)), Key: key, Owner: code.Notes["owner_"+v.Lang], Method: v.methodLink("target-status")}
	p.Subject = code.Name
	p.Following = v.following("/muc-tieu/" + key)
	p.Description = p.Title
	p.Short = v.Say("targets.window", "id", key, "document", namesOf(v.Snap).ShortInstrument(code.Notes["instrument"]))
	if i, ok := v.Snap.Catalog.Indicator(code.Notes["indicator"]); ok && i.Dataflow == shareFlow {
		p.Two = v.whyTwo(v.nation())
	}
	p.Crumbs = []shell.Crumb{{Name: v.Say("targets.title"), URL: v.Link("/muc-tieu")}}
	p.Instrument = nameOf(v.Snap, "CL_INSTRUMENT", code.Notes["instrument"]).In(v.Lang)
	if m := code.Notes["owner_mark"]; m != "" && m != "S" {
		p.OwnerMark = v.Flags("", stat.Mark(m))
	}
	indicator, hasIndicator := v.Snap.Catalog.Indicator(code.Notes["indicator"])
	if hasIndicator {
		p.Indicator = indicator.Name.In(v.Lang)
		p.Topic = nameOf(v.Snap, "CL_TOPIC", indicator.Topic).In(v.Lang)
	}
	flow, err := v.Snap.Catalog.Dataflow(targetFlow)
	if err != nil {
		return nil, err
	}
	t := shell.NewTable("target-"+key, code.Name, shell.Text("area", both("targets.area")), shell.Periods("year", both("targets.year")), shell.Text("binds", both("targets.binds")),
		shell.Numbers("goal", both("targets.goal"), catalog.Label{}, -1), shell.Numbers("actual", both("targets.actual"), catalog.Label{}, -1), shell.Numbers("forecast", both("targets.forecast"), catalog.Label{}, -1),
		shell.Numbers("probability", both("targets.probability"), catalog.Label{Vi: "%", En: "%"}, -1), shell.Text("class", both("targets.class")))
	t.Columns[t.Column("probability")].Spoken = true
	overrides, err := v.overrides()
	if err != nil {
		return nil, err
	}
	var own []aim
	var obs []cube.Version
	for _, a := range v.aims() {
		for _, a := range append([]aim{a}, a.conditions...) {
			if a.target == key {
				own, obs = append(own, a), append(obs, a.goal)
			}
		}
	}
	p.Siblings = v.siblings(code)
	p.Compare = v.compareURL(v.targetSeries(key))
	if code.Parent != "" {
		p.Crumbs = append(p.Crumbs, shell.Crumb{Name: nameOf(v.Snap, "CL_TARGET", code.Parent).In(v.Lang), URL: v.Link("/muc-tieu/" + code.Parent)})
	}
	for _, a := range own {
		unit := unitOf(v.Snap, flow, a.goal)
		p.Unit = unit.In(v.Lang)
		for _, id := range []string{"goal", "actual", "forecast"} {
			t.Columns[t.Column(id)].Unit = unit // that of the target, the same for all its years
		}
		s := v.standing(a)
		s.Override = overrides[key+"@"+a.period.String()]
		p.Standings = append(p.Standings, s)
		state := shell.Label(both("targets.not-judged"))
		if c := v.class(a); c != "" {
			state = shell.Label(nameOf(v.Snap, "CL_TARGET_CLASS", c)).Sealed(c).To(v.Why(a.measures["CLASS"].Cell()))
		}
		actual := shell.None(shell.Blank)
		if o, ok := v.actual(a); ok {
			actual = v.rounded(o)
		} else if len(a.conditions) > 0 {
			actual = v.actuals(a)
		}
		t.Add(shell.Label(nameOf(v.Snap, "CL_AREA", a.area)), shell.When(a.period), shell.Label(v.binds(a.goal)), v.rounded(a.goal), actual, v.measured(a, "FORECAST"), v.probability(a), state)
	}
	if len(own) > 0 {
		v.sayBasis(p, code, own)
	}
	p.Aims = p.Show(&shell.Figure{ID: "muc-tieu", Title: both("targets.aims"), Table: t, Source: v.SourceLine(obs), Open: true})
	return p, nil
}

// siblings are the targets of other instruments for the same indicator.
func (v *visit) siblings(code catalog.Code) (out []shell.Crumb) {
	indicator := code.Notes["indicator"]
	if code.Parent != "" || indicator == "" {
		return nil
	}
	for _, a := range v.aims() {
		if a.target == code.ID || noteOf(v.Snap, "CL_TARGET", a.target, "indicator") != indicator {
			continue
		}
		c := shell.Crumb{Name: v.Say("targets.sibling", "name", nameOf(v.Snap, "CL_TARGET", a.target).In(v.Lang), "instrument", nameOf(v.Snap, "CL_INSTRUMENT", noteOf(v.Snap, "CL_TARGET", a.target, "instrument")).In(v.Lang)), URL: v.Link("/muc-tieu/" + a.target)}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// sayBasis says what the target is judged by: once where that is the same for all, and draws it; a target of parts names that of its parts.
func (v *visit) sayBasis(p *targetPage, code catalog.Code, own []aim) {
	p.Divided = len(own[0].conditions) > 0
	if p.Divided {
		p.Indicator, p.Basis = "", v.basis(own[0].conditions[0])
		return
	}
	if oneArea(own) {
		p.Basis, p.Counted = v.basis(own[0]), v.counted(own[0])
	} else {
		for i, a := range own {
			p.Standings[i].Basis, p.Standings[i].Counted = v.basis(a), v.counted(a)
		}
	}
	p.Actual = v.actualFigure(&p.Frame, code, own)
}

// oneArea reports whether all of a target's years are for one area.
func oneArea(list []aim) bool {
	for _, a := range list {
		if a.area != list[0].area {
			return false
		}
	}
	return true
}

// measured is the cell of a measure of a target's standing.
func (v *visit) measured(a aim, measure string) shell.Cell {
	if o, ok := a.measures[measure]; ok {
		return v.rounded(o)
	}
	return shell.None(shell.Blank)
}

func (v *visit) standing(a aim) standing {
	s := standing{Year: text.FormatPeriod(v.Lang, a.period), Area: nameOf(v.Snap, "CL_AREA", a.area).In(v.Lang), Flags: v.Flags(a.goal.Status, a.goal.Mark()), Note: attribute(v.Snap, stat.AttrComment, a.goal.Attributes[stat.AttrComment]).In(v.Lang)}
	if a.goal.Value != nil {
		s.Goal, s.Note = v.amountIn(a.goal), v.remark(a.goal).In(v.Lang)
	} else {
		s.Wording = v.binds(a.goal).In(v.Lang)
	}
	if o, ok := v.actual(a); ok {
		s.Actual, s.ActualPeriod, s.ActualFlags = v.amountIn(o), text.FormatPeriod(v.Lang, o.Period), v.Flags(o.Status, o.Mark())
	}
	get := func(m string) (cube.Version, bool) {
		o, ok := a.measures[m]
		return o, ok && o.Value != nil
	}
	if o, ok := get("FORECAST"); ok {
		s.Forecast, s.Interval = v.withUnit(a, o), v.Interval(o)
		s.Probability = v.probability(a).Label.In(v.Lang)
	}
	if o, ok := v.actual(a); ok {
		s.Gap = v.against(a, o)
	}
	if o, ok := get("TRAJECTORY"); ok {
		s.Trajectory = v.withUnit(a, o)
	}
	s.Class = v.class(a)
	s.ClassName = v.className(s.Class)
	if s.Class != "" {
		s.Rule, s.WhyURL = v.whyClass(a), v.Why(a.measures["CLASS"].Cell())
		s.On = text.FormatDate(v.Lang, v.dayOf(a.measures["CLASS"]))
	}
	for _, c := range a.conditions {
		x := condition{Name: nameOf(v.Snap, "CL_TARGET", c.target).In(v.Lang), URL: v.Link("/muc-tieu/" + c.target), Class: v.class(c)}
		x.ClassName = v.className(x.Class)
		if o, ok := v.actual(c); ok {
			x.Actual, x.Flags = v.amountIn(o)+" ("+v.readingDay(o)+")", v.Flags(o.Status, o.Mark())
		}
		if x.Class != "" {
			x.Rule, x.WhyURL = v.whyClass(c), v.Why(c.measures["CLASS"].Cell())
		}
		s.Conditions = append(s.Conditions, x)
	}
	if len(a.conditions) == 0 {
		s.Beside = v.beside(a)
	}
	return s
}

// against says how far the figure shown is from the target and on which side; nothing where the source prints no plain number, or where
// the target is an increase over nobody knows what.
func (v *visit) against(a aim, o cube.Version) string {
	l, err := v.Snap.Catalog.Codelist("CL_TARGET")
	if err != nil || o.Printed() != "" || a.goal.Value == nil || a.reason() == monitor.NoComparator {
		return ""
	}
	code, _ := l.Code(a.target)
	flow, _ := v.Snap.Catalog.Dataflow(targetFlow)
	unit, mult := namesOf(v.Snap).UnitCode(flow, a.goal)
	if unit == "" {
		unit = code.Notes["unit"]
	}
	actual := *v.rounded(o).Number
	return namesOf(v.Snap).Against(v.Lang, unit, mult, monitor.SideOf(*a.goal.Value, actual, monitor.DirectionOf(v.Snap.Catalog, code)), a.goal.Value.Sub(actual))
}

// actualFigure draws the published readings of the measure against the targets, with those by other definitions beside them.
func (v *visit) actualFigure(f *shell.Frame, code catalog.Code, own []aim) *shell.Figure {
	var flow *catalog.Dataflow
	var series []readingSeries
	var obs []cube.Version
	goals := make([]cube.Version, len(own))
	areas := map[string]bool{}
	for i, a := range own {
		goals[i] = a.goal
		m, ok := v.measure(a)
		if !ok {
			return nil
		}
		if flow = m.Flow; areas[a.area] {
			continue
		}
		areas[a.area] = true
		all := v.Snap.Read(flow.ID, "")
		for j, list := range append([][]cube.Version{m.Readings(all)}, m.Beside(all)...) {
			if len(list) > 0 {
				series, obs = append(series, readingSeries{list, j > 0}), append(obs, list...)
			}
		}
	}
	if len(series) == 0 {
		return nil
	}
	indicator, _ := v.Snap.Catalog.Indicator(code.Notes["indicator"])
	table := v.listOf(flow, "actual-"+code.ID, indicator.Name, series)
	fig := &shell.Figure{ID: "thuc-hien", Title: indicator.Name, Note: v.Say("targets.actual-note"), Table: table, Source: v.SourceLine(obs)}
	if len(series) > maxInLegend {
		return f.Show(fig)
	}
	span, kind := readingSpan(series, goals, indicator.Unit == "RANK")
	if len(span) == 0 {
		return f.Show(fig)
	}
	unit := unitOf(v.Snap, flow, obs[0])
	digits := 0
	for _, o := range obs {
		digits = max(digits, decimalsOf(v.Snap, flow, o))
	}
	s := v.spec(kind, "target-"+code.ID, indicator.Name, unit, unit, digits, obs)
	s.Periods, s.Down = span, indicator.Unit == "RANK"
	var keys []stat.Key
	for _, x := range series {
		keys = append(keys, x.list[0].Key)
	}
	skip := common(flow, keys)
	for i, x := range series {
		name := indicator.Name
		if len(series) > 1 {
			name = shortName(v.Snap, flow, keys[i], skip)
		}
		s.Series = append(s.Series, chart.Series{ID: "s" + string(keys[i]), Name: name, Colour: plainColours[i%len(plainColours)], Values: values(x.list, span)})
	}
	for _, g := range goals {
		if g.Value != nil {
			target := chart.Target{Value: *g.Value, Name: catalog.Label{Vi: say("vi", "targets.line", "year", g.Period.Year(), "value", text.FormatNumber("vi", *g.Value, -1)),
				En: say("en", "targets.line", "year", g.Period.Year(), "value", text.FormatNumber("en", *g.Value, -1))}}
			if slices.Contains(span, g.Period) {
				target.Period = g.Period
			}
			s.Targets = append(s.Targets, target)
		}
	}
	s.Series = append(s.Series, v.pathSeries(own, span)...)
	if kind == chart.Line && oneArea(own) && v.fan(s, own, "forecast") {
		fig.Table, fig.Long = v.withForecast(table, s), func() *shell.Table { return v.withBounds(table, s) }
	}
	fig.Chart = s
	return f.Show(fig)
}

// readingSeries are readings by one definition in one area.
type readingSeries struct {
	list   []cube.Version
	beside bool // by another definition than the one that judges
}

// readingSpan gives the periods along which readings are drawn, and how: on an even calendar, up to the last target, as a line;
// otherwise one bar a reading, in order of time. Ranks are never bars, which would make the worst the tallest.
func readingSpan(series []readingSeries, goals []cube.Version, rank bool) ([]stat.Period, chart.Kind) {
	var judged, all []cube.Version
	for _, x := range series {
		all = append(all, x.list...)
		if !x.beside {
			judged = append(judged, x.list...)
		}
	}
	if len(judged) == 0 {
		judged = all
	}
	if c := calendar(judged); c != nil && allOn(judged, c) && (len(judged) >= len(c)/2 || rank) {
		for _, g := range goals {
			for g.Period.Frequency() == c[0].Frequency() && c[len(c)-1].Compare(g.Period) < 0 && len(c) < 60 {
				c = append(c, c[len(c)-1].Next())
			}
		}
		return c, chart.Line
	}
	var span []stat.Period
	for _, o := range judged {
		if !slices.Contains(span, o.Period) {
			span = append(span, o.Period)
		}
	}
	slices.SortFunc(span, func(a, b stat.Period) int {
		if c := a.To().Compare(b.To()); c != 0 {
			return c
		}
		return a.Compare(b)
	})
	// The drawing wants its periods in their own order; where that is not the order of time, the table alone tells it.
	if !slices.IsSortedFunc(span, stat.Period.Compare) {
		return nil, chart.Bar
	}
	if rank {
		return span, chart.Line
	}
	return span, chart.Bar
}

// pathSeries is the even path to the targets of each area, where it has values on the periods drawn.
func (v *visit) pathSeries(own []aim, span []stat.Period) []chart.Series {
	var out []chart.Series
	seen := map[string]bool{}
	for _, a := range own {
		path := v.Snap.One(statusFlow, stat.NewKey("A", a.area, a.target, "PATH"))
		if seen[a.area] || len(path.Obs) == 0 || !allOn(path.Obs, span) {
			continue
		}
		seen[a.area] = true
		out = append(out, chart.Series{ID: "path-" + a.area, Name: both("targets.path"), Colour: chart.Context, Style: chart.Dashed, Values: values(path.Obs, span)})
	}
	return out
}

// allOn reports whether every figure that has a value lies on one of the periods.
func allOn(obs []cube.Version, span []stat.Period) bool {
	for _, o := range obs {
		if o.Value != nil && !slices.Contains(span, o.Period) {
			return false
		}
	}
	return true
}

// listOf lists readings, the newest first, those that judge before those by other definitions.
func (v *visit) listOf(f *catalog.Dataflow, id string, title catalog.Label, series []readingSeries) *shell.Table {
	t := shell.NewTable(id, title, shell.Periods("TIME_PERIOD", both("data.period")), shell.Text("series", both("data.series")), shell.Numbers("OBS_VALUE", both("data.value"), catalog.Label{}, -1), shell.Text("unit", both("data.unit")),
		shell.Days("VINTAGE", both("data.vintage")), shell.Text("SOURCE", both("data.source")), shell.Text("NOTE", both("data.note")))
	for _, s := range series {
		for i := len(s.list) - 1; i >= 0; i-- {
			o := s.list[i]
			t.Add(shell.When(o.Period), shell.Label(namesOf(v.Snap).Title(f, o.Key)).To(v.Link("/so-lieu/"+f.ID+"/"+string(o.Key))), v.rounded(o), shell.Label(unitOf(v.Snap, f, o)), shell.Day(o.Vintage), shell.Label(v.sourceOf(o)), shell.Label(v.remark(o)))
		}
	}
	return t
}
