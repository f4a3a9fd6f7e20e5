package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/compare"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

// apart says what series that are not alike show for one period: each by itself.
func (v *visit) apart(lines []compare.Line, names []catalog.Label, periods []stat.Period) []string {
	c := &comparison{visit: v, periods: periods}
	for i, l := range lines {
		if l.Flow.ID != targetFlow { // a target has years of its own, and stands beside what it is held against
			c.lines, c.names = append(c.lines, l), append(c.names, names[i])
		}
	}
	at, ok := c.moment()
	if !ok || len(c.lines) < 2 {
		return nil
	}
	var list []string
	for i, l := range c.lines {
		o, _ := l.At(at)
		list = append(list, v.Say("compare.beside-one", "name", c.names[i].In(v.Lang), "value", c.worth(o)))
	}
	return []string{v.Say("compare.beside", "when", v.when(at), "list", strings.Join(list, "; "))}
}

// moment is the period of which the comparison speaks: the newest of those chosen, or of all, for which every series has a value.
func (c *comparison) moment() (stat.Period, bool) {
	shared := compare.Shared(c.lines)
	if len(c.periods) > 0 {
		shared = slices.DeleteFunc(shared, func(p stat.Period) bool { return !slices.Contains(c.periods, p) })
	}
	if len(shared) == 0 {
		return stat.Period{}, false
	}
	return shared[len(shared)-1], true
}

// when begins a sentence with a period.
func (v *visit) when(p stat.Period) string {
	if p.Frequency() == stat.Annual {
		return v.Say("compare.year", "year", p.Year())
	}
	return text.FormatPeriod(v.Lang, p)
}

// worth writes a figure with its unit.
func (c *comparison) worth(o cube.Version) string {
	f, err := c.Snap.Catalog.Dataflow(o.Dataflow)
	if err != nil {
		return c.Number(o)
	}
	if _, worded := namesOf(c.Snap).Worded(o); worded {
		return c.Number(o)
	}
	if c.way == compare.Ranks && o.Value != nil {
		return c.Say("compare.rank", "n", c.Number(o))
	}
	return text.WithUnit(c.Number(o), unitOf(c.Snap, f, o).In(c.Lang))
}

// gap writes how far the greater of two figures is from the lesser.
func (c *comparison) gap(d compare.Difference) string {
	return text.WithUnit(text.FormatNumber(c.Lang, d.Value.Abs(), d.Digits), c.differenceUnit().In(c.Lang))
}

// answer says in a sentence what the comparison shows.
func (c *comparison) answer() string {
	if len(c.figures()) == 0 {
		return c.Say("compare.nothing")
	}
	if len(c.lines) == 1 {
		return c.change()
	}
	at, ok := c.moment()
	switch {
	case c.way == compare.None:
		return ""
	case !ok:
		return c.Say("compare.no-moment")
	}
	order := make([]int, len(c.lines))
	of := make([]cube.Version, len(c.lines))
	for i, l := range c.lines {
		order[i] = i
		of[i], _ = l.At(at)
	}
	slices.SortStableFunc(order, func(a, b int) int { return of[b].Value.Cmp(*of[a].Value) })
	high, low := order[0], order[len(order)-1]
	if c.way == compare.Ranks { // the first place is the lowest number
		high, low = low, high
	}
	d := c.way.Of(of[high], of[low], c.digits(of[high], of[low]))
	id := "compare.many-"
	if len(c.lines) == 2 {
		id = "compare.two-"
	}
	switch {
	case of[high].Value.Cmp(*of[low].Value) == 0:
		id += "equal"
	case d.Value == nil:
		id += "amount"
		d = compare.Amount.Of(of[high], of[low], c.digits(of[high], of[low]))
	default:
		id += string(c.way)
	}
	gap := c.gap(d)
	if strings.HasSuffix(id, "amount") && c.way == compare.Times {
		gap = text.WithUnit(text.FormatNumber(c.Lang, d.Value.Abs(), d.Digits), c.unit().In(c.Lang))
	}
	if t := slices.IndexFunc(c.lines, func(l compare.Line) bool { return l.Flow.ID == targetFlow }); t >= 0 && len(c.lines) == 2 && c.lines[1-t].Flow.ID != targetFlow {
		id = "compare.target-" + map[int]string{-1: "below", 0: "equal", 1: "above"}[of[1-t].Value.Cmp(*of[t].Value)]
		return c.Say(id, "when", c.when(at), "name", c.title().In(c.Lang), "a", c.worth(of[1-t]), "goal", c.worth(of[t]), "gap", gap) + c.caution(1-t, of[1-t])
	}
	out := c.Say(id, "when", c.when(at), "high", c.names[high].In(c.Lang), "low", c.names[low].In(c.Lang), "gap", gap, "a", c.worth(of[high]), "b", c.worth(of[low]), "n", len(c.lines))
	if d.Overlap {
		out += " " + c.Say("compare.overlap")
	}
	return out + c.cautions(high, low, of[high], of[low])
}

// change says what one series did between the first and the last of the periods.
func (c *comparison) change() string {
	l, list, name := c.lines[0], c.periods, c.title().In(c.Lang)
	if at, ok := c.moment(); ok && len(list) < 2 {
		o, _ := l.At(at)
		return c.Say("compare.one", "when", c.when(at), "name", inSentence(name), "value", c.worth(o)) + c.caution(0, o)
	}
	if c.way == compare.None || len(list) < 2 {
		return ""
	}
	a, ok1 := l.At(list[0])
	b, ok2 := l.At(list[len(list)-1])
	if !ok1 || !ok2 {
		return c.Say("compare.no-change")
	}
	d := c.way.Of(b, a, c.digits(a, b))
	id := "compare.change-"
	switch sign := b.Value.Cmp(*a.Value); {
	case sign == 0:
		id += "none"
	case c.way == compare.Times && d.Value != nil:
		id += "times"
	case sign > 0 == (c.way != compare.Ranks):
		id += "up"
	default:
		id += "down"
	}
	gap := ""
	if d.Value != nil {
		gap = c.gap(d)
	}
	out := c.Say(id, "name", name, "from", text.FormatPeriodInline(c.Lang, list[0]), "to", text.FormatPeriodInline(c.Lang, list[len(list)-1]), "gap", gap, "a", c.worth(a), "b", c.worth(b))
	return out + c.caution(0, b)
}

// caveat says of a figure what the reader must know beside it: that it is an estimate, or how little is known of its source.
func (c *comparison) caveat(o cube.Version) string {
	var said []string
	for _, f := range c.Flags(o.Status, o.Mark()) {
		said = append(said, view.Inline(f.Meaning))
	}
	return strings.Join(said, ", ")
}

// caution says it of one figure.
func (c *comparison) caution(i int, o cube.Version) string {
	if what := c.caveat(o); what != "" {
		if len(c.lines) == 1 {
			return " " + c.Say("compare.caution-one", "what", what)
		}
		return " " + c.Say("compare.caution", "name", c.names[i].In(c.Lang), "what", what)
	}
	return ""
}

// cautions says it of two figures, once where it is the same.
func (c *comparison) cautions(i, j int, a, b cube.Version) string {
	if what := c.caveat(a); what != "" && what == c.caveat(b) {
		return " " + c.Say("compare.caution-all", "what", what)
	}
	return c.caution(i, a) + c.caution(j, b)
}

// said is the answer in both languages, for whoever does not see the drawing.
func (c *comparison) said() catalog.Label {
	return catalog.Label{Vi: c.under("vi").answer(), En: c.under("en").answer()}
}
