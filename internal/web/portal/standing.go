package portal

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// aim is one target in one year for one area, with what is known of it.
type aim struct {
	target, area string
	period       stat.Period
	goal         cube.Version
	measures     map[string]cube.Version
	conditions   []aim // each with the same goal, where the target has several
}

// aimsOf lists the aims of one target in one area.
func (v *visit) aimsOf(target, area string) []aim {
	return slices.DeleteFunc(v.aims(), func(a aim) bool { return a.target != target || a.area != area })
}

// aims lists the targets, in the order of their list, area and year. The conditions of a target stand with it, not beside it.
func (v *visit) aims() []aim {
	flow, err := v.Snap.Catalog.Dataflow(targetFlow)
	if err != nil {
		return nil
	}
	type aimed struct {
		target, area string
		period       stat.Period
	}
	judged := map[aimed]map[string]cube.Version{}
	if sf, err := v.Snap.Catalog.Dataflow(statusFlow); err == nil {
		for _, o := range v.Snap.Read(statusFlow, "") {
			k := aimed{sf.CodeOf(o.Key, "TARGET"), sf.CodeOf(o.Key, "REF_AREA"), o.Period}
			if judged[k] == nil {
				judged[k] = map[string]cube.Version{}
			}
			judged[k][sf.CodeOf(o.Key, "MEASURE")] = o
		}
	}
	targets, _ := v.Snap.Catalog.Codelist("CL_TARGET")
	var out []aim
	for _, s := range v.Snap.Series(targetFlow, "") {
		for _, o := range s.Obs {
			k := aimed{flow.CodeOf(o.Key, "TARGET"), flow.CodeOf(o.Key, "REF_AREA"), o.Period}
			a := aim{target: k.target, area: k.area, period: k.period, goal: o, measures: judged[k]}
			if targets != nil {
				for _, c := range monitor.Conditions(targets, k.target, k.period.Year()) {
					a.conditions = append(a.conditions, aim{target: c.ID, area: k.area, period: k.period, goal: o, measures: judged[aimed{c.ID, k.area, k.period}]})
				}
			}
			out = append(out, a)
		}
	}
	if targets != nil {
		sort.SliceStable(out, func(i, j int) bool { return targets.Position(out[i].target) < targets.Position(out[j].target) })
	}
	return out
}

// class reads the standing of a target, or "" when it has not been computed.
func (v *visit) class(a aim) string {
	o, ok := a.measures["CLASS"]
	if !ok {
		return ""
	}
	if c := o.Attributes[stat.AttrText]; c != "" {
		return c
	}
	if o.Value == nil {
		return ""
	}
	if l, err := v.Snap.Catalog.Codelist("CL_TARGET_CLASS"); err == nil {
		for _, c := range l.Codes {
			if c.Notes["value"] == o.Value.Round(0).String() {
				return c.ID
			}
		}
	}
	return ""
}

func (v *visit) className(class string) string {
	if class == "" {
		return v.Say("targets.not-judged")
	}
	return nameOf(v.Snap, "CL_TARGET_CLASS", class).In(v.Lang)
}

// classOf gives the standing of one target.
func (v *visit) classOf(target, area string, p stat.Period) (class, name string) {
	for _, a := range v.aims() {
		if a.target == target && a.area == area && a.period == p {
			class = v.class(a)
		}
	}
	return class, v.className(class)
}

// measure is what a target is held against; false when nobody is known to publish it.
func (v *visit) measure(a aim) (monitor.Measure, bool) {
	l, err := v.Snap.Catalog.Codelist("CL_TARGET")
	if err != nil {
		return monitor.Measure{}, false
	}
	code, ok := l.Code(a.target)
	if !ok {
		return monitor.Measure{}, false
	}
	return monitor.MeasureOf(v.Snap.Catalog, code, a.area)
}

// readings are the published figures of a target's measure.
func (v *visit) readings(a aim) []cube.Version {
	m, ok := v.measure(a)
	if !ok {
		return nil
	}
	return m.Readings(v.Snap.Read(m.Flow.ID, ""))
}

// actual is the figure that was judged: the published one, with the status and the evidence that it has where it was published, as long
// as it is still the number that was judged.
func (v *visit) actual(a aim) (cube.Version, bool) {
	judged, ok := a.measures["ACTUAL"]
	if !ok || judged.Value == nil {
		return judged, false
	}
	for _, r := range v.readings(a) {
		if r.Period.String() == judged.Attributes[stat.AttrText] && judged.Value.Cmp(r.Value.Round(4)) == 0 {
			return r, true
		}
	}
	return judged, true
}

// actuals lists the figures of a target's conditions, in their order, as surely known as the least sure of them.
func (v *visit) actuals(a aim) shell.Cell {
	var vi, en []string
	out := shell.None(shell.Blank)
	for _, c := range a.conditions {
		o, ok := v.actual(c)
		if !ok {
			vi, en = append(vi, shell.Gap), append(en, shell.Gap)
			continue
		}
		x := v.amount(o, v.rounded(o))
		vi, en = append(vi, x.Label.Vi), append(en, x.Label.En)
		if out.Status == shell.Blank {
			out.Status = stat.Normal
		}
		out.Mark, out.Status = stat.Weakest(out.Mark, x.Mark), stat.LeastCertain(out.Status, x.Status)
	}
	out.Label = catalog.Label{Vi: strings.Join(vi, "; "), En: strings.Join(en, "; ")}
	return out.To(v.Link("/muc-tieu/" + a.target))
}

// due is the last day on which a target can be met.
func (a aim) due() stat.Date { return a.period.To() }

// reason is the branch of the rule that gave the class.
func (a aim) reason() monitor.Reason {
	return monitor.Reason(a.measures["CLASS"].Attributes[stat.AttrComment])
}

// probability is the probability of a target as text; a closed target, and one with too few figures, has none.
func (v *visit) probability(a aim) shell.Cell {
	o := a.measures["PROB"]
	if p, is := namesOf(v.Snap).Worded(o); is {
		c := shell.Label(p).To(v.Why(o.Cell())).ByNumber(o.Value)
		c.Number = o.Value // the number stands in the file, its words on the page
		return c
	}
	return shell.None(shell.Blank)
}

// judgedOn is the day as of which the standings were computed.
func (v *visit) judgedOn(list []aim) string {
	for _, a := range list {
		if o, ok := a.measures["CLASS"]; ok {
			return text.FormatDate(v.Lang, v.dayOf(o))
		}
	}
	return ""
}

// dayOf is the day of a judgement: that of its run, or the day viewed where it was computed again for that day. A replay is made once for
// all days that read the same (publish.Snapshot.At), so the day it carries may be an earlier one.
func (v *visit) dayOf(o cube.Version) stat.Date {
	if v.Snap.Replayed(statusFlow) && !v.AsOf.IsZero() {
		return v.AsOf
	}
	return o.Vintage.Date
}

// amountIn is a figure with condition, number and unit in the visitor's language.
func (v *visit) amountIn(o cube.Version) string { return v.amount(o, v.rounded(o)).Label.In(v.Lang) }

// withUnit is a measure of the standing in the unit of the target.
func (v *visit) withUnit(a aim, o cube.Version) string {
	if noteOf(v.Snap, "CL_TARGET", a.target, "unit") == rankUnit {
		return v.Say("targets.rank", "n", text.FormatNumber(v.Lang, *o.Value, 0))
	}
	flow, _ := v.Snap.Catalog.Dataflow(targetFlow)
	return text.WithUnit(text.FormatNumber(v.Lang, *v.rounded(o).Number, -1), unitOf(v.Snap, flow, a.goal).In(v.Lang))
}

// whyClass says in a sentence, with the numbers, why a target stands where it does.
func (v *visit) whyClass(a aim) string {
	class, reason := v.class(a), string(a.reason())
	if len(a.conditions) > 0 {
		return v.whyConditions(a, class)
	}
	id := "targets.reason-" + reason
	readings := v.readings(a)
	actual, known := v.actual(a)
	switch {
	case monitor.Class(class).Closed() && (reason == string(monitor.NoFigure) || reason == string(monitor.NoFigureForYear) && !known):
		id += "-closed"
	case !hasWord(id) || !known && speaksOfAFigure(a.reason()):
		return v.Say("targets.rule-" + class)
	}
	pairs := []any{"due", text.FormatDate(v.Lang, a.due()), "year", a.period.Year(), "goal", v.amountIn(a.goal), "n", len(readings), "least", monitor.MinFigures, "span", monitor.MinYears}
	if known {
		pairs = append(pairs, "actual", v.amountIn(actual), "period", v.readingDay(actual))
	}
	if len(readings) > 0 {
		pairs = append(pairs, "from", v.readingDay(readings[0]), "to", v.readingDay(readings[len(readings)-1]))
	}
	if o, ok := a.measures["FORECAST"]; ok && o.Value != nil {
		pairs = append(pairs, "forecast", v.withUnit(a, o), "probability", v.probability(a).Label.In(v.Lang))
	}
	out := v.Say(id, pairs...)
	if o, ok := a.measures["PROB"]; ok && o.Value != nil && !monitor.SpreadKnown(len(readings)) && strings.HasPrefix(reason, "forecast-") {
		out += " " + v.Say("targets.spread-assumed", "n", len(readings), "spread", text.FormatPercent(v.Lang, stat.Int(int64(100*monitor.UnknownSpread)), 0))
	}
	if later, ok := v.after(a, readings); ok && monitor.Class(class).Closed() {
		out += " " + v.Say("targets.later", "period", v.readingDay(later), "actual", v.amountIn(later))
	}
	return out
}

// classWords says a class and why it was given, in both languages, from its cell alone; false for any other figure.
func (v *visit) classWords(o cube.Version) (catalog.Label, bool) {
	if o.Dataflow != statusFlow || !strings.HasSuffix(string(o.Key), ".CLASS") || o.Attributes[stat.AttrText] == "" {
		return catalog.Label{}, false
	}
	codes := o.Key.Codes() // FREQ, REF_AREA, TARGET, MEASURE
	whole := codes[2]
	if parent := v.parentOf(whole); parent != "" {
		whole = parent
	}
	goal, ok := v.Snap.Cell(cube.Cell{Dataflow: targetFlow, Key: stat.NewKey(codes[0], codes[1], whole), Period: o.Period})
	if !ok {
		return catalog.Label{}, false
	}
	a := v.aimOf(codes[2], goal)
	vi, en := v.in("vi"), v.in("en")
	class := o.Attributes[stat.AttrText]
	if now := a.measures["CLASS"]; now.Message != o.Message || now.Vintage != o.Vintage { // an earlier judgement: its figures are not those of today
		return catalog.Label{Vi: vi.className(class) + ". " + say("vi", "targets.rule-"+class), En: en.className(class) + ". " + say("en", "targets.rule-"+class)}, true
	}
	return catalog.Label{Vi: vi.className(class) + ". " + vi.whyClass(a), En: en.className(class) + ". " + en.whyClass(a)}, true
}

// parentOf is the target that a condition belongs to, or "".
func (v *visit) parentOf(target string) string {
	if l, err := v.Snap.Catalog.Codelist("CL_TARGET"); err == nil {
		if c, ok := l.Code(target); ok {
			return c.Parent
		}
	}
	return ""
}

// aimOf is one target, or one condition of it, with what is known of it, read by itself.
func (v *visit) aimOf(target string, goal cube.Version) aim {
	a := aim{target: target, area: goal.Key.Codes()[1], period: goal.Period, goal: goal, measures: map[string]cube.Version{}}
	for _, o := range v.Snap.Read(statusFlow, "A."+a.area+"."+target+".") {
		if o.Period == goal.Period {
			a.measures[o.Key.Codes()[3]] = o
		}
	}
	if l, err := v.Snap.Catalog.Codelist("CL_TARGET"); err == nil {
		for _, c := range monitor.Conditions(l, target, goal.Period.Year()) {
			a.conditions = append(a.conditions, v.aimOf(c.ID, goal))
		}
	}
	return a
}

// speaksOfAFigure reports whether the sentence of a reason needs the figure that was judged.
func speaksOfAFigure(r monitor.Reason) bool {
	switch r {
	case monitor.Qualitative, monitor.NoComparator, monitor.NoFigure, monitor.NoFigureForYear:
		return false
	}
	return true
}

// whyConditions says how many conditions of a target stand how, with the figure of each.
func (v *visit) whyConditions(a aim, class string) string {
	if len(a.conditions) == 1 {
		only := a.conditions[0]
		return v.Say("targets.condition-only", "name", nameOf(v.Snap, "CL_TARGET", only.target).In(v.Lang), "why", v.whyClass(only))
	}
	names := map[string][]string{}
	for _, c := range a.conditions {
		name := nameOf(v.Snap, "CL_TARGET", c.target).In(v.Lang)
		if o, ok := v.actual(c); ok {
			name = v.Say("targets.condition-value", "name", name, "actual", v.amountIn(o), "period", v.readingDay(o))
		}
		names[v.class(c)] = append(names[v.class(c)], name)
	}
	var list []string
	for _, c := range append(classes(), "") {
		if n := len(names[c]); n > 0 {
			list = append(list, v.Say("targets.condition-count", "n", n, "class", inSentence(v.className(c)), "names", strings.Join(names[c], "; ")))
		}
	}
	pairs := []any{"n", len(a.conditions), "list", strings.Join(list, "; ")}
	if id := "targets.reason-" + string(a.reason()) + "-" + class; hasWord(id) {
		return v.Say(id, pairs...)
	}
	return v.Say("targets.reason-"+string(a.reason()), pairs...)
}

// inSentence begins a name with a small letter, to stand inside a sentence, unless it begins with letters like GRDP.
func inSentence(name string) string {
	first, n := utf8.DecodeRuneInString(name)
	if second, _ := utf8.DecodeRuneInString(name[n:]); unicode.IsUpper(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[n:]
}

// after is the newest reading dated after the deadline, which never judges but is worth knowing.
func (v *visit) after(a aim, readings []cube.Version) (cube.Version, bool) {
	if n := len(readings); n > 0 && readings[n-1].Period.To().After(a.due()) {
		return readings[n-1], true
	}
	return cube.Version{}, false
}

// readingDay is when a reading was taken: its period, in running text.
func (v *visit) readingDay(o cube.Version) string { return text.FormatPeriodInline(v.Lang, o.Period) }

// counted says how many figures there are and over what time.
func (v *visit) counted(a aim) string {
	readings := v.readings(a)
	if len(readings) == 0 {
		return ""
	}
	one, many := "targets.counted-one", "targets.counted"
	if !cube.Reported(readings[0].Observation) {
		one, many = "targets.computed-one", "targets.computed"
	}
	if len(readings) == 1 {
		return v.Say(one, "period", v.readingDay(readings[0]))
	}
	return v.Say(many, "n", len(readings), "from", v.readingDay(readings[0]), "to", v.readingDay(readings[len(readings)-1]))
}

// otherMeasure is what another definition of the same indicator says about the target, beside the one that judges it.
type otherMeasure struct {
	Definition, Value, Period, URL string
	Flags                          []shell.FlagView
}

// beside gives, for each other definition, its reading at the deadline or the last before it.
func (v *visit) beside(a aim) []otherMeasure {
	m, ok := v.measure(a)
	if !ok {
		return nil
	}
	var out []otherMeasure
	for _, list := range m.Beside(v.Snap.Read(m.Flow.ID, "")) {
		var last *cube.Version
		for i := range list {
			if !list[i].Period.To().After(a.due()) {
				last = &list[i]
			}
		}
		if last == nil {
			continue
		}
		out = append(out, otherMeasure{nameOf(v.Snap, "CL_DEFINITION", m.Flow.CodeOf(last.Key, "DEFINITION")).In(v.Lang), v.amountIn(*last), v.readingDay(*last), v.Why(last.Cell()), v.Flags(last.Status, last.Mark())})
	}
	return out
}

// basis says by whose measure a target is judged, and why; empty where its indicator has one measure only.
func (v *visit) basis(a aim) string {
	m, ok := v.measure(a)
	if !ok || m.Basis == "" {
		return ""
	}
	definition := m.Definition
	if r := v.readings(a); definition == "" && len(r) > 0 {
		definition = m.Flow.CodeOf(r[0].Key, "DEFINITION")
	}
	if definition == "" {
		return ""
	}
	return v.Say("targets.basis-"+m.Basis, "definition", nameOf(v.Snap, "CL_DEFINITION", definition).In(v.Lang))
}

// rankUnit is the unit of places in a ranking, which are named and not counted.
const rankUnit = "RANK"

// reviewView is the official count of the basic targets beside our own.
type reviewView struct {
	Figure *shell.Figure
	Text   string
}

// review sets the official count of the 62 basic targets beside our own reconstruction and says why they differ.
func (v *visit) review(f *shell.Frame, all []aim) *reviewView {
	flow, err := v.Snap.Catalog.Dataflow("TASKS")
	if err != nil {
		return nil
	}
	official, ok := monitor.OfficialReview(flow, v.Snap.Read(flow.ID, ""))
	if !ok {
		return nil
	}
	l, err := v.Snap.Catalog.Codelist("CL_TARGET")
	if err != nil {
		return nil
	}
	ours, total := map[string]int64{}, int64(0)
	for _, a := range all {
		if code, ok := l.Code(a.target); ok && monitor.Basic(code, a.period.Year()) && v.class(a) != "" {
			ours[v.class(a)]++
			total++
		}
	}
	t := shell.NewTable("basic-targets", both("targets.review"), shell.Text("class", both("targets.class")), shell.Numbers("official", catalog.Label{
		Vi: say("vi", "targets.review-official", "day", text.FormatDate("vi", official.Day)), En: say("en", "targets.review-official", "day", text.FormatDate("en", official.Day))}, catalog.Label{}, 0),
		shell.Numbers("ours", both("targets.review-ours"), catalog.Label{}, 0))
	printed := map[string]cube.Version{"ACHIEVED": official.Achieved, "LIKELY": official.Likely, "FOCUS": official.Focus}
	for _, c := range classes() {
		o, has := printed[c]
		if !has && ours[c] == 0 {
			continue
		}
		theirs := shell.None(shell.Blank)
		if has {
			theirs = v.CellOf(o)
		}
		t.Add(shell.Label(nameOf(v.Snap, "CL_TARGET_CLASS", c)), theirs, shell.Number(stat.Int(ours[c])))
	}
	t.Add(shell.Label(both("targets.review-total")), v.CellOf(official.Total), shell.Number(stat.Int(total)))
	return &reviewView{f.Show(&shell.Figure{ID: "62-muc-tieu", Title: t.Title, Table: t, Source: v.SourceLine(official.Published), Open: true}),
		v.Say("targets.review-text", "day", text.FormatDate(v.Lang, official.Day), "total", v.Number(official.Total), "achieved", v.Number(official.Achieved), "likely", v.Number(official.Likely), "focus", v.Number(official.Focus),
			"ours", total, "today", v.judgedOn(all))}
}
