package web

import (
	"slices"
	"sort"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

const (
	targetFlow = "TARGET"
	statusFlow = "TARGET_STATUS"
)

// classes in the order of monitor.Classes: those of open targets, then those of closed ones.
func classes() []string {
	var out []string
	for _, c := range monitor.Classes() {
		out = append(out, string(c))
	}
	return out
}

// targetsPage holds every target with its standing and the rule that gives it.
type targetsPage struct {
	Frame
	Answer  string
	Counts  []classCount
	Filters []filter
	Any     bool // a filter is set
	Table   *Figure
	Drawing *Figure
	Method  string
	Judged  bool   // the standing has been computed
	Day     string // of the standing
	Shown   string
	Review  *reviewView
}

type classCount struct {
	Class, Name, Rule, N, URL string
	Selected                  bool
}

// topicOf is the topic of a target: that of its indicator.
func (v *visit) topicOf(target string) string {
	return noteOf(v.snap, "CL_INDICATOR", noteOf(v.snap, "CL_TARGET", target, "indicator"), "topic")
}

func (v *visit) targets() (page, error) {
	p := &targetsPage{Frame: v.newFrame("targets", v.say("targets.title")), Method: v.methodLink("target-status")}
	p.Description = v.say("targets.description")
	all := v.aims()
	choose := []struct {
		id, name string
		of       func(aim) string
		list     string
	}{
		{"van-ban", "targets.filter-decision", func(a aim) string { return noteOf(v.snap, "CL_TARGET", a.target, "instrument") }, "CL_INSTRUMENT"},
		{"xep-loai", "targets.filter-class", v.class, "CL_TARGET_CLASS"},
		{"chu-de", "targets.filter-topic", func(a aim) string { return v.topicOf(a.target) }, "CL_TOPIC"},
		{"dia-ban", "targets.filter-area", func(a aim) string { return a.area }, "CL_AREA"},
		{"nam", "targets.filter-year", func(a aim) string { return a.period.String() }, ""},
	}
	shown := all
	for _, c := range choose {
		want := v.query.Get(c.id)
		present := map[string]bool{}
		for _, a := range all {
			if x := c.of(a); x != "" {
				present[x] = true
			}
		}
		if want != "" && !present[want] {
			if l, err := v.snap.Catalog.Codelist(c.list); c.list == "" || err != nil {
				return nil, fault.New("web.no-code", "code", want, "dimension", c.id)
			} else if _, ok := l.Code(want); !ok {
				return nil, fault.New("web.no-code", "code", want, "dimension", c.id)
			}
		}
		x := filter{ID: c.id, Name: v.say(c.name), Options: []option{{Name: v.say("data.all"), Selected: want == ""}}}
		codes := sortedKeys(present)
		if l, err := v.snap.Catalog.Codelist(c.list); err == nil {
			sort.SliceStable(codes, func(i, j int) bool { return l.Position(codes[i]) < l.Position(codes[j]) })
		}
		for _, code := range codes {
			name := code
			if c.list != "" {
				name = nameOf(v.snap, c.list, code).In(v.lang)
			}
			x.Options = append(x.Options, option{Value: code, Name: name, Selected: want == code})
		}
		v.tellApart(x.Options, c.list)
		p.Filters = append(p.Filters, x)
		if want == "" {
			continue
		}
		p.Any = true
		var kept []aim
		for _, a := range shown {
			if c.of(a) == want {
				kept = append(kept, a)
			}
		}
		shown = kept
	}
	// What needs effort comes first, then what is over, and what cannot be judged last.
	first := []string{"FOCUS", "LIKELY", "ACHIEVED", "NOT_ASSESSABLE", "MISSED", "MET", "NO_FIGURE", "NO_DATA", ""}
	shown = slices.Clone(shown)
	slices.SortStableFunc(shown, func(a, b aim) int { return slices.Index(first, v.class(a)) - slices.Index(first, v.class(b)) })
	count := map[string]int{}
	for _, a := range all {
		count[v.class(a)]++
	}
	p.Judged = count[""] < len(all)
	if p.Judged {
		for _, c := range classes() {
			url := v.here("xep-loai", c, "trang", "")
			if v.query.Get("xep-loai") == c {
				url = v.here("xep-loai", "")
			}
			p.Counts = append(p.Counts, classCount{c, v.className(c), v.say("targets.rule-" + c), v.count(count[c]), url, v.query.Get("xep-loai") == c})
		}
		p.Answer = v.say("targets.answer", "n", v.count(len(all)), "achieved", v.count(count["ACHIEVED"]), "likely", v.count(count["LIKELY"]), "focus", v.count(count["FOCUS"]),
			"open", v.count(count["NOT_ASSESSABLE"]), "none", v.count(count["NO_DATA"]), "met", v.count(count["MET"]), "missed", v.count(count["MISSED"]), "nofigure", v.count(count["NO_FIGURE"]))
		p.Day = v.judgedOn(all)
	} else {
		p.Answer = v.say("targets.answer-bare", "n", v.count(len(all)))
	}
	p.Shown = v.count(len(shown))
	p.Table = v.targetTable(&p.Frame, shown)
	if fig := v.targetDrawing(shown); fig != nil {
		p.Drawing = p.show(fig)
	}
	if p.Judged && !p.Any { // it speaks of the whole list
		p.Review = v.review(&p.Frame, all)
	}
	return p, nil
}

// tellApart adds to names that repeat among options the era of each, from the days between which its code is valid.
func (v *visit) tellApart(options []option, list string) {
	count := map[string]int{}
	for _, o := range options {
		count[o.Name]++
	}
	for i, o := range options {
		if count[o.Name] < 2 {
			continue
		}
		from, to := noteOf(v.snap, list, o.Value, "valid_from"), noteOf(v.snap, list, o.Value, "valid_to")
		if day, err := stat.ParseDate(to); err == nil {
			options[i].Name = v.say("targets.until", "name", o.Name, "day", text.FormatDate(v.lang, day))
		} else if day, err := stat.ParseDate(from); err == nil {
			options[i].Name = v.say("targets.from", "name", o.Name, "day", text.FormatDate(v.lang, day))
		}
	}
}

// targetTable lists targets with figures and standing.
func (v *visit) targetTable(f *Frame, list []aim) *Figure {
	t := newTable("targets", both("targets.table"), export.Column{ID: "target", Name: both("targets.code"), Kind: export.Code}, col("name", both("targets.name")),
		col("area", both("targets.area")), periods("year", both("targets.year")), col("binds", both("targets.binds")), numbers("goal", both("targets.goal"), catalog.Label{}, -1),
		numbers("actual", both("targets.actual"), catalog.Label{}, -1), col("unit", both("data.unit")), col("probability", both("targets.probability")),
		col("class", both("targets.class")), col("instrument", both("targets.instrument")))
	t.Heads = 2
	// The page joins condition, value and unit into one column; the file keeps them apart.
	shown := newTable(t.ID, t.Title, t.Columns[0], t.Columns[1], t.Columns[3], col("goal", both("targets.goal")), col("actual", both("targets.actual")), t.Columns[8], t.Columns[9], t.Columns[2], t.Columns[10])
	shown.Heads = 2
	var obs []cube.Version
	for _, a := range list {
		obs = append(obs, a.goal)
		class := v.class(a)
		goal := v.rounded(a.goal)
		actual, reading := none(""), none(blankStatus)
		if o, ok := v.actual(a); ok {
			actual, reading = v.rounded(o), v.amount(o, v.rounded(o))
			obs = append(obs, o)
		} else if len(a.conditions) > 0 {
			reading = v.actuals(a)
			actual.Label, actual.Mark, actual.Status = reading.Label, reading.Mark, reading.Status
		}
		probability := v.probability(a)
		flow, _ := v.snap.Catalog.Dataflow(targetFlow)
		state := label(both("targets.not-judged"))
		if class != "" {
			state = label(nameOf(v.snap, "CL_TARGET_CLASS", class)).sealed(class).to(v.why(a.measures["CLASS"].Cell()))
		}
		instrument := noteOf(v.snap, "CL_TARGET", a.target, "instrument")
		t.add(same(a.target).to(v.link("/muc-tieu/"+a.target)), label(nameOf(v.snap, "CL_TARGET", a.target)).to(v.link("/muc-tieu/"+a.target)), label(nameOf(v.snap, "CL_AREA", a.area)),
			when(a.period), label(v.binds(a.goal)), goal, actual, label(unitOf(v.snap, flow, a.goal)), probability, state, label(nameOf(v.snap, "CL_INSTRUMENT", instrument)))
		shown.add(same(a.target).to(v.link("/muc-tieu/"+a.target)), label(nameOf(v.snap, "CL_TARGET", a.target)).to(v.link("/muc-tieu/"+a.target)), when(a.period), v.amount(a.goal, goal), reading,
			probability, state, label(nameOf(v.snap, "CL_AREA", a.area)), label(beforeColon(nameOf(v.snap, "CL_INSTRUMENT", instrument))))
	}
	return f.show(&Figure{ID: "bang", Title: t.Title, Table: shown, Long: func() *Table { return t }, Source: v.sourceLine(obs), Open: true})
}

// binds says how the number of a target binds, or gives its wording when it has no number.
func (v *visit) binds(o cube.Version) catalog.Label {
	if c := o.Attributes[stat.AttrComparator]; c != "" && o.Value != nil {
		if s := noteOf(v.snap, "CL_COMPARATOR", c, "symbol"); s != "" {
			return catalog.Label{Vi: s, En: s}
		}
	}
	if o.Value == nil && o.Attributes[stat.AttrText] != "" {
		return attribute(v.snap, stat.AttrText, o.Attributes[stat.AttrText])
	}
	return catalog.Label{}
}

// beforeColon keeps what names an instrument and leaves out what it is about.
func beforeColon(l catalog.Label) catalog.Label {
	l.Vi, _, _ = strings.Cut(l.Vi, ": ")
	l.En, _, _ = strings.Cut(l.En, ": ")
	return l
}

// amount is a figure as text: condition, number and unit, with the address and the marks of its cell. Without a number it is
// the wording of the target.
func (v *visit) amount(o cube.Version, c cell) cell {
	out := cell{href: c.href}
	out.Mark, out.Status = c.Mark, c.Status
	if o.Dataflow == "" {
		return none(blankStatus)
	}
	f, err := v.snap.Catalog.Dataflow(o.Dataflow)
	if err != nil {
		return out
	}
	if c.Number == nil {
		out.Label = v.binds(o)
		return out
	}
	if v.isRank(o) {
		id := "targets.rank"
		if o.Dataflow == targetFlow {
			id = "targets.rank-goal"
		}
		out.Label = catalog.Label{Vi: say("vi", id, "n", text.FormatNumber("vi", *c.Number, 0)), En: say("en", id, "n", text.FormatNumber("en", *c.Number, 0))}
		return out
	}
	unit := unitOf(v.snap, f, o)
	symbol := ""
	if b := v.binds(o).Vi; b != "=" {
		symbol = b + " "
	}
	number := catalog.Label{Vi: text.FormatNumber("vi", *c.Number, -1), En: text.FormatNumber("en", *c.Number, -1)}
	if printed := o.Printed(); printed != "" { // "more than 84" is not 84
		number = attribute(v.snap, stat.AttrText, printed)
	}
	out.Label = catalog.Label{Vi: text.WithUnit(symbol+number.Vi, unit.Vi), En: text.WithUnit(symbol+number.En, unit.En)}
	return out
}

// isRank reports whether a figure is a place in a ranking.
func (v *visit) isRank(o cube.Version) bool {
	if o.Attributes["UNIT_MEASURE"] != "" {
		return o.Attributes["UNIT_MEASURE"] == rankUnit
	}
	if o.Dataflow == statusFlow {
		if f, err := v.snap.Catalog.Dataflow(statusFlow); err == nil {
			return noteOf(v.snap, "CL_TARGET", f.CodeOf(o.Key, "TARGET"), "unit") == rankUnit
		}
	}
	return false
}

// rounded is the cell of an observation with its own number of decimals, for columns that mix them.
func (v *visit) rounded(o cube.Version) cell {
	c := v.figure(o)
	if f, err := v.snap.Catalog.Dataflow(o.Dataflow); err == nil && o.Value != nil {
		r := o.Value.Round(min(decimalsOf(v.snap, f, o), max(o.Value.Decimals(), 0)))
		for f.Kind == catalog.Derived && r.Decimals() > 0 && r.Round(r.Decimals()-1).Cmp(r) == 0 {
			r = r.Round(r.Decimals() - 1) // a figure carried over from its source keeps the digits that it had there
		}
		c.Number = &r
	}
	return c
}

// targetDrawing sets figures against percentage targets.
func (v *visit) targetDrawing(list []aim) *Figure {
	flow, err := v.snap.Catalog.Dataflow(targetFlow)
	if err != nil {
		return nil
	}
	percent := unitLabel(v.snap, "PC", "")
	var obs []cube.Version
	s := v.spec(chart.Bullet, "targets", both("targets.drawing"), both("targets.drawing-unit"), percent, 2, nil) // as many digits as the list beside it shows
	s.ItemHead = both("targets.name")
	vals := chart.Series{ID: "actual", Name: both("targets.actual"), Colour: chart.Accent}
	type twin struct{ indicator, period, goal string }
	seen := map[twin]bool{}
	for _, a := range list {
		actual, ok := v.actual(a)
		unit := unitOf(v.snap, flow, a.goal)
		if !ok || actual.Value == nil || a.goal.Value == nil || (unit != percent && unit.Vi[:min(1, len(unit.Vi))] != "%") || len(s.Items) == 16 {
			continue
		}
		// The same number in several instruments is drawn once.
		if k := (twin{noteOf(v.snap, "CL_TARGET", a.target, "indicator") + a.area, a.period.String(), a.goal.Value.String()}); seen[k] {
			continue
		} else {
			seen[k] = true
		}
		obs = append(obs, a.goal, actual)
		n := nameOf(v.snap, "CL_TARGET", a.target)
		name := catalog.Label{Vi: a.period.String() + ": " + n.Vi, En: a.period.String() + ": " + n.En}
		if a.area != nation {
			place := nameOf(v.snap, "CL_AREA", a.area)
			name = catalog.Label{Vi: name.Vi + ", " + place.Vi, En: name.En + ", " + place.En}
		}
		s.Items = append(s.Items, chart.Item{ID: a.target + "-" + a.area + "-" + a.period.String(), Name: name, Target: a.goal.Value, Strong: true, Href: v.link("/muc-tieu/" + a.target)})
		vals.Values = append(vals.Values, chart.FigureOf(actual.Observation))
	}
	if len(s.Items) == 0 {
		return nil
	}
	s.Series = []chart.Series{vals}
	v.word(s)
	s.Source = catalog.Label{Vi: v.sources(obs), En: v.sources(obs)}
	long := &Table{Table: *s.Table(), Heads: 2}
	return &Figure{ID: "so-voi-muc-tieu", Title: s.Title, Note: v.say("targets.drawing-unit"), Chart: s, Table: long.withoutFirst(), Long: func() *Table { return long }, Source: v.sourceLine(obs)}
}
