package portal

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
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
	shell.Frame
	Answer            string
	Counts            []classCount
	Filters           []shell.Filter
	Any               bool // a filter is set
	Table             *shell.Figure
	Grid              *shell.Figure
	Drawing           *shell.Figure
	Method            string
	Judged            bool   // the standing has been computed
	Day               string // of the standing
	Shown             string
	Owners, OwnersURL string // how many targets have a body that answers for them
	Review            *reviewView
}

type classCount struct {
	Class, Name, Rule, N, URL string
	Selected                  bool
}

// topicOf is the topic of a target: that of its indicator.
func (v *visit) topicOf(target string) string {
	return noteOf(v.Snap, "CL_INDICATOR", noteOf(v.Snap, "CL_TARGET", target, "indicator"), "topic")
}

// targetOwners says how many targets have a body that answers for them, as the register has it, with the way to each of them.
func (v *visit) targetOwners() (said, why string) {
	var parts []any
	for _, s := range v.Snap.Series("TARGET_OWNERS", "") {
		o, some := s.Last()
		if !some {
			return "", ""
		}
		f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
		if err != nil {
			return "", ""
		}
		measure := f.CodeOf(o.Key, "MEASURE")
		parts = append(parts, strings.ToLower(measure), v.Number(o))
		if measure == "SHARE" {
			parts, why = append(parts, "day", text.FormatDate(v.Lang, o.Vintage.Date)), v.Why(o.Cell())
		}
	}
	if why == "" {
		return "", ""
	}
	return v.Say("targets.owners", parts...), why
}

func (v *visit) targets() (shell.Page, error) {
	p := &targetsPage{Frame: v.NewFrame("targets", v.Say("targets.title")), Method: v.methodLink("target-status")}
	p.Description = v.Say("targets.description")
	all := v.aims()
	choose := []struct {
		id, name string
		of       func(aim) string
		list     string
	}{
		{"van-ban", "targets.filter-decision", func(a aim) string { return noteOf(v.Snap, "CL_TARGET", a.target, "instrument") }, "CL_INSTRUMENT"},
		{"xep-loai", "targets.filter-class", v.class, "CL_TARGET_CLASS"},
		{"chu-de", "targets.filter-topic", func(a aim) string { return v.topicOf(a.target) }, "CL_TOPIC"},
		{"dia-ban", "targets.filter-area", func(a aim) string { return a.area }, "CL_AREA"},
		{"nam", "targets.filter-year", func(a aim) string { return a.period.String() }, ""},
	}
	shown := all
	for _, c := range choose {
		want := v.Query.Get(c.id)
		present := map[string]bool{}
		for _, a := range all {
			if x := c.of(a); x != "" {
				present[x] = true
			}
		}
		if want != "" && !present[want] {
			if l, err := v.Snap.Catalog.Codelist(c.list); c.list == "" || err != nil {
				return nil, fault.New("web.no-code", "code", want, "dimension", c.id)
			} else if _, ok := l.Code(want); !ok {
				return nil, fault.New("web.no-code", "code", want, "dimension", c.id)
			}
		}
		x := shell.Filter{ID: c.id, Name: v.Say(c.name), Options: []shell.Option{{Name: v.Say("data.all"), Selected: want == ""}}}
		codes := slices.Sorted(maps.Keys(present))
		if l, err := v.Snap.Catalog.Codelist(c.list); err == nil {
			sort.SliceStable(codes, func(i, j int) bool { return l.Position(codes[i]) < l.Position(codes[j]) })
		}
		for _, code := range codes {
			name := code
			if c.list != "" {
				name = nameOf(v.Snap, c.list, code).In(v.Lang)
			}
			x.Options = append(x.Options, shell.Option{Value: code, Name: name, Selected: want == code})
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
	shown = slices.Clone(shown)
	slices.SortStableFunc(shown, func(a, b aim) int {
		return slices.Index(byUrgency, v.class(a)) - slices.Index(byUrgency, v.class(b))
	})
	count := map[string]int{}
	for _, a := range all {
		count[v.class(a)]++
	}
	p.Judged = count[""] < len(all)
	if p.Judged {
		for _, c := range classes() {
			url := v.Here("xep-loai", c, "trang", "")
			if v.Query.Get("xep-loai") == c {
				url = v.Here("xep-loai", "")
			}
			p.Counts = append(p.Counts, classCount{c, v.className(c), v.Say("targets.rule-" + c), v.count(count[c]), url, v.Query.Get("xep-loai") == c})
		}
		p.Answer = v.Say("targets.answer", "n", v.count(len(all)), "achieved", v.count(count["ACHIEVED"]), "likely", v.count(count["LIKELY"]), "focus", v.count(count["FOCUS"]),
			"open", v.count(count["NOT_ASSESSABLE"]), "none", v.count(count["NO_DATA"]), "met", v.count(count["MET"]), "missed", v.count(count["MISSED"]), "nofigure", v.count(count["NO_FIGURE"]))
		p.Day = v.judgedOn(all)
		p.Owners, p.OwnersURL = v.targetOwners()
	} else {
		p.Answer = v.Say("targets.answer-bare", "n", v.count(len(all)))
	}
	p.Shown = v.count(len(shown))
	p.Table = v.targetTable(&p.Frame, shown)
	if fig := v.gridFigure(shown); fig != nil {
		p.Grid = p.Show(fig)
	}
	if fig := v.targetDrawing(shown); fig != nil {
		p.Drawing = p.Show(fig)
	}
	if p.Judged && !p.Any { // it speaks of the whole list
		p.Review = v.review(&p.Frame, all)
	}
	return p, nil
}

// byUrgency are the classes in the order of the list.
var byUrgency = []string{"FOCUS", "LIKELY", "ACHIEVED", "NOT_ASSESSABLE", "MISSED", "MET", "NO_FIGURE", "NO_DATA", ""}

// tellApart adds to names that repeat among options the era of each, from the days between which its code is valid.
func (v *visit) tellApart(options []shell.Option, list string) {
	count := map[string]int{}
	for _, o := range options {
		count[o.Name]++
	}
	for i, o := range options {
		if count[o.Name] < 2 {
			continue
		}
		from, to := noteOf(v.Snap, list, o.Value, "valid_from"), noteOf(v.Snap, list, o.Value, "valid_to")
		if day, err := stat.ParseDate(to); err == nil {
			options[i].Name = v.Say("targets.until", "name", o.Name, "day", text.FormatDate(v.Lang, day))
		} else if day, err := stat.ParseDate(from); err == nil {
			options[i].Name = v.Say("targets.from", "name", o.Name, "day", text.FormatDate(v.Lang, day))
		}
	}
}

// targetTable lists targets with figures and standing.
func (v *visit) targetTable(f *shell.Frame, list []aim) *shell.Figure {
	t := shell.NewTable("targets", both("targets.table"), export.Column{ID: "target", Name: both("targets.code"), Kind: export.Code}, shell.Text("name", both("targets.name")),
		shell.Text("area", both("targets.area")), shell.Periods("year", both("targets.year")), shell.Text("binds", both("targets.binds")), shell.Numbers("goal", both("targets.goal"), catalog.Label{}, -1),
		shell.Numbers("actual", both("targets.actual"), catalog.Label{}, -1), shell.Text("unit", both("data.unit")), shell.Numbers("probability", both("targets.probability"), catalog.Label{Vi: "%", En: "%"}, -1),
		shell.Text("class", both("targets.class")), shell.Text("instrument", both("targets.instrument")))
	t.Heads = 2
	t.Columns[t.Column("probability")].Spoken = true
	// The page joins condition, value and unit into one column; the file keeps them apart.
	shown := shell.NewTable(t.ID, t.Title, t.Columns[0], t.Columns[1], t.Columns[3], shell.Text("goal", both("targets.goal")), shell.Text("actual", both("targets.actual")), t.Columns[8], t.Columns[9], t.Columns[2], t.Columns[10])
	shown.Heads, shown.Stack = 2, true
	var obs []cube.Version
	for _, a := range list {
		obs = append(obs, a.goal)
		class := v.class(a)
		goal := v.rounded(a.goal)
		actual, reading := shell.None(""), shell.None(shell.Blank)
		if o, ok := v.actual(a); ok {
			actual, reading = v.rounded(o), v.amount(o, v.rounded(o)).Sparked(v.spark(v.readings(a)))
			obs = append(obs, o)
		} else if len(a.conditions) > 0 {
			reading = v.actuals(a)
			actual.Label, actual.Mark, actual.Status = reading.Label, reading.Mark, reading.Status
		}
		probability := v.probability(a)
		flow, _ := v.Snap.Catalog.Dataflow(targetFlow)
		state := shell.Label(both("targets.not-judged"))
		if class != "" {
			state = shell.Label(nameOf(v.Snap, "CL_TARGET_CLASS", class)).Sealed(class).To(v.Why(a.measures["CLASS"].Cell())).By(strconv.Itoa(slices.Index(byUrgency, class)))
		}
		instrument := noteOf(v.Snap, "CL_TARGET", a.target, "instrument")
		t.Add(shell.Same(a.target).To(v.Link("/muc-tieu/"+a.target)), shell.Label(nameOf(v.Snap, "CL_TARGET", a.target)).To(v.Link("/muc-tieu/"+a.target)), shell.Label(nameOf(v.Snap, "CL_AREA", a.area)),
			shell.When(a.period), shell.Label(v.binds(a.goal)), goal, actual, shell.Label(unitOf(v.Snap, flow, a.goal)), probability, state, shell.Label(nameOf(v.Snap, "CL_INSTRUMENT", instrument)))
		// One link a row, to the page of the target, which leads on: with a link in every cell a reader at the keyboard has 700 stops to pass.
		shown.Add(shell.Same(a.target), shell.Label(nameOf(v.Snap, "CL_TARGET", a.target)).To(v.Link("/muc-tieu/"+a.target)), shell.When(a.period), v.amount(a.goal, goal).To(""), reading.To(""),
			probability.To(""), state.To(""), shell.Label(nameOf(v.Snap, "CL_AREA", a.area)), shell.Label(beforeColon(nameOf(v.Snap, "CL_INSTRUMENT", instrument))))
	}
	return f.Show(&shell.Figure{ID: "bang", Title: t.Title, Table: shown, Long: func() *shell.Table { return t }, Source: v.SourceLine(obs), Open: true})
}

// binds says how the number of a target binds, or gives its wording when it has no number.
func (v *visit) binds(o cube.Version) catalog.Label {
	if c := o.Attributes[stat.AttrComparator]; c != "" && o.Value != nil {
		if s := noteOf(v.Snap, "CL_COMPARATOR", c, "symbol"); s != "" {
			return catalog.Label{Vi: s, En: s}
		}
	}
	if o.Value == nil && o.Attributes[stat.AttrText] != "" {
		return attribute(v.Snap, stat.AttrText, o.Attributes[stat.AttrText])
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
func (v *visit) amount(o cube.Version, c shell.Cell) shell.Cell {
	out := shell.Cell{Href: c.Href}.ByNumber(c.Number)
	out.Mark, out.Status = c.Mark, c.Status
	if o.Dataflow == "" {
		return shell.None(shell.Blank)
	}
	f, err := v.Snap.Catalog.Dataflow(o.Dataflow)
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
	unit := unitOf(v.Snap, f, o)
	symbol := ""
	if b := v.binds(o).Vi; b != "=" {
		symbol = b + " "
	}
	number := catalog.Label{Vi: text.FormatNumber("vi", *c.Number, -1), En: text.FormatNumber("en", *c.Number, -1)}
	if printed := o.Printed(); printed != "" { // "more than 84" is not 84
		number = attribute(v.Snap, stat.AttrText, printed)
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
		if f, err := v.Snap.Catalog.Dataflow(statusFlow); err == nil {
			return noteOf(v.Snap, "CL_TARGET", f.CodeOf(o.Key, "TARGET"), "unit") == rankUnit
		}
	}
	return false
}

// rounded is the cell of an observation with its own number of decimals, for columns that mix them.
func (v *visit) rounded(o cube.Version) shell.Cell {
	c := v.CellOf(o)
	if f, err := v.Snap.Catalog.Dataflow(o.Dataflow); err == nil && o.Value != nil {
		r := o.Value.Round(min(decimalsOf(v.Snap, f, o), max(o.Value.Decimals(), 0)))
		for f.Kind == catalog.Derived && r.Decimals() > 0 && r.Round(r.Decimals()-1).Cmp(r) == 0 {
			r = r.Round(r.Decimals() - 1) // a figure carried over from its source keeps the digits that it had there
		}
		c.Number = &r
	}
	return c
}
