package portal

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/compare"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// comparison is series that are alike, side by side.
type comparison struct {
	*visit
	lines   []compare.Line
	names   []catalog.Label
	base    int           // the one by which the others are measured
	periods []stat.Period // that were chosen; none for all
	way     compare.Way
	id      string
}

// newComparison makes the panel of some of all the lines, which are named as they are among all.
func (v *visit) newComparison(lines []compare.Line, names []catalog.Label, all []compare.Line, periods []stat.Period, i int) *comparison {
	c := &comparison{visit: v, lines: lines, periods: periods, way: compare.WayOf(lines[0].Of.Unit), id: "so-sanh"}
	for _, l := range lines {
		c.names = append(c.names, names[slices.IndexFunc(all, func(x compare.Line) bool { return x.ID() == l.ID() })])
	}
	if i > 0 {
		c.id += "-" + strconv.Itoa(i+1)
	}
	c.base = max(0, slices.IndexFunc(lines, func(l compare.Line) bool { return l.ID() == v.Query.Get("goc") }))
	return c
}

// under is the comparison as it would be said in another language.
func (c *comparison) under(lang string) *comparison {
	out := *c
	out.visit = c.in(lang)
	return &out
}

// title says what all the series have in common: of one, with its target perhaps, what it is called.
func (c *comparison) title() catalog.Label {
	own := slices.DeleteFunc(slices.Clone(c.lines), func(l compare.Line) bool { return l.Flow.ID == targetFlow })
	if len(own) == 0 {
		own = c.lines
	}
	f := own[0].Flow
	if len(own) == 1 {
		return namesOf(c.Snap).Title(f, own[0].Key)
	}
	var keys []stat.Key
	for _, l := range own {
		keys = append(keys, l.Key)
	}
	skip := map[string]bool{}
	for d, same := range common(f, keys) {
		skip[d] = !same
	}
	name := shortName(c.Snap, f, keys[0], skip)
	flow := f.Called(keys...)
	if name.Vi == "" {
		return flow
	}
	return catalog.Label{Vi: flow.Vi + ": " + name.Vi, En: flow.In("en") + ": " + name.In("en")}
}

// unit is that of all the series: two where shares of the nation's and of a province's product stand beside each other.
func (c *comparison) unit() catalog.Label {
	var vi, en []string
	for _, l := range c.lines {
		if n := len(l.Figures); n > 0 {
			u := unitOf(c.Snap, l.Flow, l.Figures[n-1])
			if !slices.Contains(vi, u.Vi) {
				vi, en = append(vi, u.Vi), append(en, u.In("en"))
			}
		}
	}
	return catalog.Label{Vi: strings.Join(vi, ", "), En: strings.Join(en, ", ")}
}

// differenceUnit is the unit in which figures are compared.
func (c *comparison) differenceUnit() catalog.Label {
	switch c.way {
	case compare.Points:
		return unitLabel(c.Snap, "PC_POINT", "")
	case compare.Times:
		return both("compare.unit-times")
	case compare.Ranks:
		return both("compare.unit-ranks")
	}
	return c.unit()
}

// digits are those with which the difference of two figures is printed.
func (c *comparison) digits(figures ...cube.Version) int {
	n := 0
	for _, o := range figures {
		if f, err := c.Snap.Catalog.Dataflow(o.Dataflow); err == nil {
			n = max(n, decimalsOf(c.Snap, f, o))
		}
	}
	return n
}

// differs is the cell of how far one figure is from another.
func (c *comparison) differs(figure, base cube.Version, has bool) shell.Cell {
	if !has {
		return shell.None(shell.Blank)
	}
	d := c.way.Of(figure, base, c.digits(figure, base))
	if d.Value == nil {
		out := shell.None(stat.Missing)
		out.Label = both("compare.no-multiple")
		return out
	}
	out := shell.Number(*d.Value)
	out.Status, out.Mark, out.Digits = d.Status, d.Mark, d.Digits+1
	return out
}

// at is the cell of a series and a period: the figure, or in words why there is none.
func (c *comparison) at(l compare.Line, p stat.Period) shell.Cell {
	for _, o := range l.Figures {
		if o.Period == p {
			return c.CellOf(o)
		}
	}
	out := shell.None(stat.Missing)
	out.Label = both("compare.no-figure")
	a, err := c.portal.territory.Area(l.Flow.CodeOf(l.Key, "REF_AREA"))
	restated := slices.ContainsFunc(c.lines, func(x compare.Line) bool { _, has := x.At(p); return has && c.set(x) == c.set(l) })
	if err != nil || !a.IsProvince() || restated { // where others of its division have a figure, the day of its division is no reason
		return out
	}
	switch next, ok := c.portal.territory.Successor(a.ID); {
	case ok && !a.To.IsZero() && p.From().After(a.To):
		out.Label = catalog.Label{Vi: say("vi", "compare.now-of", "name", next.Name.Vi), En: say("en", "compare.now-of", "name", next.Name.In("en"))}
	case !a.From.IsZero() && p.To().Before(a.From):
		out.Label = catalog.Label{Vi: say("vi", "compare.not-yet", "date", text.FormatDate("vi", a.From)), En: say("en", "compare.not-yet", "date", text.FormatDate("en", a.From))}
	}
	return out
}

// against names a difference: of what, from what.
func (c *comparison) against(i int) catalog.Label {
	if len(c.lines) == 2 { // there is no other that could be meant
		return catalog.Label{Vi: say("vi", "compare.against-one", "other", c.names[c.base].Vi), En: say("en", "compare.against-one", "other", c.names[c.base].In("en"))}
	}
	return catalog.Label{Vi: say("vi", "compare.against", "one", c.names[i].Vi, "other", c.names[c.base].Vi), En: say("en", "compare.against", "one", c.names[i].In("en"), "other", c.names[c.base].In("en"))}
}

// table sets the series side by side: periods down, or of chosen periods the series down.
func (c *comparison) table() *shell.Table {
	t := shell.NewTable(c.id, c.title())
	if len(c.periods) > 0 {
		c.byLine(t)
	} else {
		c.byPeriod(t)
	}
	if c.way != compare.None && (len(c.lines) > 1 || len(c.periods) > 1) {
		t.Notes = append(t.Notes, both("compare.note-"+string(c.way)))
	}
	return t
}

func (c *comparison) byPeriod(t *shell.Table) {
	t.Columns = []export.Column{shell.Periods("TIME_PERIOD", both("data.period"))}
	single := c.unit()
	for i, l := range c.lines {
		unit := single
		if n := len(l.Figures); n > 0 {
			unit = unitOf(c.Snap, l.Flow, l.Figures[n-1])
		}
		t.Columns = append(t.Columns, shell.Numbers(l.ID(), c.names[i], unit, -1))
	}
	for i := range c.lines {
		if i != c.base && c.way != compare.None {
			t.Columns = append(t.Columns, shell.Numbers("difference-"+strconv.Itoa(i+1), c.against(i), c.differenceUnit(), -1))
		}
	}
	for _, p := range slices.Backward(compare.Periods(c.lines)) {
		row := []shell.Cell{shell.When(p)}
		for _, l := range c.lines {
			row = append(row, c.at(l, p))
		}
		base, has := c.lines[c.base].At(p)
		for i, l := range c.lines {
			if i != c.base && c.way != compare.None {
				o, too := l.At(p)
				row = append(row, c.differs(o, base, has && too))
			}
		}
		t.Add(row...)
	}
}

func (c *comparison) byLine(t *shell.Table) {
	t.Columns = []export.Column{shell.Text("series", both("data.series")), shell.Text("unit", both("data.unit"))}
	for _, p := range c.periods {
		t.Columns = append(t.Columns, shell.Numbers("p"+p.String(), catalog.Label{Vi: text.FormatPeriod("vi", p), En: text.FormatPeriod("en", p)}, catalog.Label{}, -1))
	}
	first, last := c.periods[0], c.periods[len(c.periods)-1]
	changes, differences := len(c.periods) > 1 && c.way != compare.None, len(c.lines) > 1 && c.way != compare.None
	if changes {
		t.Columns = append(t.Columns, shell.Numbers("change", c.changeName(first, last), c.differenceUnit(), -1))
	}
	if differences {
		name := catalog.Label{Vi: say("vi", "compare.against-base", "other", c.names[c.base].Vi, "period", text.FormatPeriod("vi", last)), En: say("en", "compare.against-base", "other", c.names[c.base].In("en"), "period", text.FormatPeriod("en", last))}
		t.Columns = append(t.Columns, shell.Numbers("difference", name, c.differenceUnit(), -1))
	}
	for i, l := range c.lines {
		unit := catalog.Label{}
		if n := len(l.Figures); n > 0 {
			unit = unitOf(c.Snap, l.Flow, l.Figures[n-1])
		}
		row := []shell.Cell{shell.Label(c.names[i]).To(c.Link("/so-lieu/" + l.Flow.ID + "/" + string(l.Key))), shell.Label(unit)}
		for _, p := range c.periods {
			row = append(row, c.at(l, p))
		}
		a, hasFirst := l.At(first)
		b, hasLast := l.At(last)
		if changes {
			row = append(row, c.differs(b, a, hasFirst && hasLast))
		}
		if differences {
			base, has := c.lines[c.base].At(last)
			row = append(row, c.differs(b, base, has && hasLast && i != c.base))
		}
		t.Add(row...)
	}
}

func (c *comparison) changeName(first, last stat.Period) catalog.Label {
	return catalog.Label{Vi: say("vi", "compare.change", "from", text.FormatPeriod("vi", first), "to", text.FormatPeriod("vi", last)), En: say("en", "compare.change", "from", text.FormatPeriod("en", first), "to", text.FormatPeriod("en", last))}
}

// figures are all that the comparison shows.
func (c *comparison) figures() []cube.Version {
	var out []cube.Version
	for _, l := range c.lines {
		for _, o := range l.Figures {
			if len(c.periods) == 0 || slices.Contains(c.periods, o.Period) {
				out = append(out, o)
			}
		}
	}
	return out
}

// figure is the comparison as it is shown, drawn as a kind.
func (c *comparison) figure(kind string) *shell.Figure {
	shown := c.figures()
	return &shell.Figure{ID: c.id, Title: c.title(), Note: c.unit().In(c.Lang), Table: c.table(), Chart: c.draw(kind), Source: c.SourceLine(shown), Open: true}
}
