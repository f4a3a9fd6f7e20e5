package web

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// targetPage is one target: what it says, where it stands and the path there.
type targetPage struct {
	Frame
	Key, Instrument, InstrumentDate, Owner, Unit, Topic string
	OwnerMark                                           FlagView
	Indicator                                           string
	Standings                                           []standing
	Aims, Actual                                        *Figure
	Siblings                                            []Crumb
	Method                                              string
}

// standing is where a target stands in a year, with the rule beside it.
type standing struct {
	Year, Area, Goal, Actual, ActualPeriod, Forecast, Interval, Probability, Gap, Trajectory string
	Class, ClassName, Rule, Wording, WhyURL                                                  string
	Flags                                                                                    []FlagView
	Override                                                                                 *overrideView
}

// overrideView is a person's judgement, shown beside the computed one and never in its place.
type overrideView struct{ Class, ClassName, By, At, Reason string }

// overrides gives the newest judgement of a person on each target, by target and year.
func (v *visit) overrides() (map[string]*overrideView, error) {
	list, err := v.known.Overrides(v.r.Context())
	if err != nil {
		return nil, err
	}
	out := map[string]*overrideView{}
	for _, o := range list {
		if o.Class == "" {
			delete(out, o.Target)
			continue
		}
		class := classCode(string(o.Class))
		out[o.Target] = &overrideView{class, v.className(class), o.By, v.minute(o.At), o.Reason}
	}
	return out, nil
}

func (v *visit) target() (page, error) {
	key := v.r.PathValue("target")
	list, err := v.snap.Catalog.Codelist("CL_TARGET")
	if err != nil {
		return nil, fault.New("web.no-target", "key", key)
	}
	code, ok := list.Code(key)
	if !ok {
		return nil, fault.New("web.no-target", "key", key)
	}
	p := &targetPage{Frame: v.newFrame("targets", code.Name.In(v.lang)), Key: key, Owner: code.Notes["owner_"+v.lang], Method: v.methodLink("target-status")}
	p.Description = p.Title
	p.Crumbs = []Crumb{{v.say("targets.title"), v.link("/muc-tieu")}}
	p.Instrument = nameOf(v.snap, "CL_INSTRUMENT", code.Notes["instrument"]).In(v.lang)
	if m := code.Notes["owner_mark"]; m != "" && m != "S" {
		p.OwnerMark = FlagView{m, v.say("common.flag-" + m)}
	}
	indicator, hasIndicator := v.snap.Catalog.Indicator(code.Notes["indicator"])
	if hasIndicator {
		p.Indicator = indicator.Name.In(v.lang)
		p.Topic = nameOf(v.snap, "CL_TOPIC", indicator.Topic).In(v.lang)
	}
	flow, err := v.snap.Catalog.Dataflow(targetFlow)
	if err != nil {
		return nil, err
	}
	t := newTable("target-"+key, code.Name, col("area", both("targets.area")), periods("year", both("targets.year")), col("binds", both("targets.binds")),
		numbers("goal", both("targets.goal"), catalog.Label{}, -1), numbers("actual", both("targets.actual"), catalog.Label{}, -1), numbers("forecast", both("targets.forecast"), catalog.Label{}, -1),
		numbers("probability", both("targets.probability"), catalog.Label{Vi: "%", En: "%"}, 0), col("class", both("targets.class")))
	overrides, err := v.overrides()
	if err != nil {
		return nil, err
	}
	var obs []cube.Version
	for _, a := range v.aims() {
		if a.target == key {
			obs = append(obs, a.goal)
			p.Unit = unitOf(v.snap, flow, a.goal).In(v.lang)
			s := v.standing(a)
			s.Override = overrides[key+"@"+a.period.String()]
			p.Standings = append(p.Standings, s)
			state := label(both("targets.not-judged"))
			if c := v.class(a); c != "" {
				state = label(nameOf(v.snap, "CL_TARGET_CLASS", c)).sealed(c).to(v.why(a.measures["CLASS"].Cell()))
			}
			t.add(label(nameOf(v.snap, "CL_AREA", a.area)), when(a.period), label(v.binds(a.goal)), v.rounded(a.goal), v.measured(a, "ACTUAL"), v.measured(a, "FORECAST"), v.measured(a, "PROB"), state)
		} else if code.Notes["indicator"] != "" && noteOf(v.snap, "CL_TARGET", a.target, "indicator") == code.Notes["indicator"] {
			c := Crumb{v.say("targets.sibling", "name", nameOf(v.snap, "CL_TARGET", a.target).In(v.lang), "instrument", nameOf(v.snap, "CL_INSTRUMENT", noteOf(v.snap, "CL_TARGET", a.target, "instrument")).In(v.lang)), v.link("/muc-tieu/" + a.target)}
			if !slices.Contains(p.Siblings, c) {
				p.Siblings = append(p.Siblings, c)
			}
		}
	}
	if hasIndicator && indicator.Dataflow != "" {
		p.Actual = v.actualFigure(&p.Frame, code, indicator, obs)
	}
	p.Aims = p.show(&Figure{ID: "muc-tieu", Title: both("targets.aims"), Table: t, Source: v.sourceLine(obs), Open: true})
	return p, nil
}

// measured is the cell of a measure of a target's standing.
func (v *visit) measured(a aim, measure string) cell {
	if o, ok := a.measures[measure]; ok {
		return v.rounded(o)
	}
	return none(blankStatus)
}

func (v *visit) standing(a aim) standing {
	flow, _ := v.snap.Catalog.Dataflow(targetFlow)
	unit := unitOf(v.snap, flow, a.goal).In(v.lang)
	with := func(o cube.Version) string { return text.FormatNumber(v.lang, *v.rounded(o).Number, -1) + " " + unit }
	s := standing{Year: text.FormatPeriod(v.lang, a.period), Area: nameOf(v.snap, "CL_AREA", a.area).In(v.lang), Flags: v.flags(a.goal.Status, a.goal.Mark())}
	if a.goal.Value != nil {
		s.Goal = v.amount(a.goal, v.rounded(a.goal)).Label.In(v.lang)
	} else {
		s.Wording = v.binds(a.goal).In(v.lang)
	}
	get := func(m string) (cube.Version, bool) {
		o, ok := a.measures[m]
		return o, ok && o.Value != nil
	}
	if o, ok := get("ACTUAL"); ok {
		s.Actual = with(o)
		if day, err := stat.ParseDate(o.Attributes[stat.AttrText]); err == nil {
			s.ActualPeriod = text.FormatDate(v.lang, day)
		}
	}
	if o, ok := get("FORECAST"); ok {
		s.Forecast, s.Interval = with(o), v.interval(o)
	}
	if o, ok := get("PROB"); ok {
		s.Probability = text.FormatNumber(v.lang, *o.Value, 0)
	}
	if o, ok := get("GAP"); ok && o.Value.Sign() > 0 {
		s.Gap = with(o)
	}
	if o, ok := get("TRAJECTORY"); ok {
		s.Trajectory = with(o)
	}
	s.Class = v.class(a)
	s.ClassName = v.className(s.Class)
	if s.Class != "" {
		s.Rule = v.say("targets.rule-" + s.Class)
		s.WhyURL = v.why(a.measures["CLASS"].Cell())
		if reason := a.measures["CLASS"].Attributes[stat.AttrComment]; reason != "" {
			if id := "targets.reason-" + reason; hasWord(id) {
				s.Rule = v.say(id)
			}
		}
	}
	return s
}

// actualFigure draws the published figures of the indicator against the targets.
func (v *visit) actualFigure(f *Frame, code catalog.Code, indicator catalog.Indicator, goals []cube.Version) *Figure {
	flow, err := v.snap.Catalog.Dataflow(indicator.Dataflow)
	if err != nil {
		return nil
	}
	var series []publish.Series
	for _, s := range v.snap.Series(flow.ID, indicator.Key) {
		area := flow.CodeOf(s.Key, "REF_AREA")
		for _, g := range goals {
			gf, _ := v.snap.Catalog.Dataflow(targetFlow)
			if gf.CodeOf(g.Key, "REF_AREA") == area {
				series = append(series, s)
				break
			}
		}
	}
	if len(series) == 0 {
		return nil
	}
	var obs []cube.Version
	for _, s := range series {
		obs = append(obs, s.Obs...)
	}
	table := v.listOf(flow, "actual-"+code.ID, indicator.Name, series)
	fig := &Figure{ID: "thuc-hien", Title: indicator.Name, Note: v.say("targets.actual-note"), Table: table, Source: v.sourceLine(obs)}
	var span []stat.Period
	kind := chart.Line
	if c := calendar(obs); c != nil && allOn(obs, c) && len(obs) >= len(c)/2 {
		span = c
		for _, g := range goals {
			for g.Period.Frequency() == c[0].Frequency() && span[len(span)-1].Compare(g.Period) < 0 && len(span) < 60 {
				span = append(span, span[len(span)-1].Next())
			}
		}
	} else {
		kind = chart.Bar
		seen := map[stat.Period]bool{}
		for _, o := range obs {
			if !seen[o.Period] {
				seen[o.Period] = true
				span = append(span, o.Period)
			}
		}
		slices.SortFunc(span, stat.Period.Compare)
	}
	if len(series) <= maxInLegend && len(span) > 0 {
		unit := unitOf(v.snap, flow, obs[0])
		s := v.spec(kind, "target-"+code.ID, indicator.Name, unit, unit, decimalsOf(v.snap, flow, obs[0]), obs)
		s.Periods = span
		var keys []stat.Key
		for _, x := range series {
			keys = append(keys, x.Key)
		}
		skip := common(flow, keys)
		for i, x := range series {
			name := indicator.Name
			if len(series) > 1 {
				name = shortName(v.snap, flow, x.Key, skip)
			}
			s.Series = append(s.Series, chart.Series{ID: "s" + string(x.Key), Name: name, Colour: plainColours[i%len(plainColours)], Values: values(x.Obs, span)})
		}
		for _, g := range goals {
			if g.Value != nil {
				target := chart.Target{Name: both("targets.line", "year", g.Period.String(), "value", g.Value.String()), Value: *g.Value}
				target.Name = catalog.Label{Vi: say("vi", "targets.line", "year", g.Period.Year(), "value", text.FormatNumber("vi", *g.Value, -1)),
					En: say("en", "targets.line", "year", g.Period.Year(), "value", text.FormatNumber("en", *g.Value, -1))}
				if slices.Contains(span, g.Period) {
					target.Period = g.Period
				}
				s.Targets = append(s.Targets, target)
			}
		}
		s.Series = append(s.Series, v.pathSeries(goals, span)...)
		fig.Chart = s
	}
	return f.show(fig)
}

// pathSeries is the even path to the targets of each area, where it has values on the periods drawn.
func (v *visit) pathSeries(goals []cube.Version, span []stat.Period) []chart.Series {
	var out []chart.Series
	seen := map[string]bool{}
	for _, g := range goals {
		codes := g.Key.Codes() // FREQ, REF_AREA, TARGET
		key := stat.NewKey(codes[0], codes[1], codes[2], "PATH")
		path := v.snap.One(statusFlow, key)
		if seen[codes[1]] || len(path.Obs) == 0 || !allOn(path.Obs, span) {
			continue
		}
		seen[codes[1]] = true
		out = append(out, chart.Series{ID: "path-" + codes[1], Name: both("targets.path"), Colour: chart.Context, Style: chart.Dashed, Values: values(path.Obs, span)})
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

// listOf lists the figures of some series, one a row.
func (v *visit) listOf(f *catalog.Dataflow, id string, title catalog.Label, series []publish.Series) *Table {
	t := newTable(id, title, periods("TIME_PERIOD", both("data.period")), col("series", both("data.series")), numbers("OBS_VALUE", both("data.value"), catalog.Label{}, -1), col("unit", both("data.unit")),
		col("VINTAGE", both("data.vintage")), col("SOURCE", both("data.source")), col("NOTE", both("data.note")))
	for _, s := range series {
		for i := len(s.Obs) - 1; i >= 0; i-- {
			o := s.Obs[i]
			t.add(when(o.Period), label(seriesName(v.snap, f, s.Key, nil)).to(v.link("/so-lieu/"+f.ID+"/"+string(s.Key))), v.rounded(o), label(unitOf(v.snap, f, o)), same(v.vintage(o.Vintage)), label(v.sourceOf(o)), label(v.remark(o)))
		}
	}
	return t
}
