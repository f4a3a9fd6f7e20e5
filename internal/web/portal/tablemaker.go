package portal

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/crosstab"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// tableMaker writes a cross table as a table of the page and of its files.
type tableMaker struct {
	*visit
	flow  *catalog.Dataflow
	a     arrangement
	units map[string]catalog.Label // by their Vietnamese words
	unit  catalog.Label            // of all figures
	table *shell.Table
	rows  []string // dimensions that head the rows
	sums  bool
	said  catalog.Label                       // what all figures have in common
	names map[string]map[string]catalog.Label // of the codes of each dimension
}

// unitOf names the unit of a figure and remembers it.
func (b *tableMaker) unitOf(o cube.Version) string {
	l := unitOf(b.Snap, b.flow, o)
	b.units[l.Vi] = l
	return l.Vi
}

// arrange makes the cross table. Units that are not one to a column keep their rows apart.
func (b *tableMaker) arrange(figures []cube.Version) *crosstab.Table {
	lists := func(id string) *catalog.Codelist { l, _ := b.Snap.Catalog.Codelist(id); return l }
	how := crosstab.Layout{Across: b.a.across, Newest: b.a.newest}
	for _, o := range figures {
		b.unitOf(o)
	}
	t := crosstab.Of(b.flow, lists, figures, how)
	if len(b.units) == 1 {
		for _, l := range b.units {
			b.unit = l
		}
	} else if !b.byColumn(t) {
		how.Apart = b.unitOf
		t = crosstab.Of(b.flow, lists, figures, how)
	}
	if !b.a.totals {
		return t.WithoutTotals()
	}
	if b.flow.Additive {
		t.Sum(crosstab.Areas{
			Set: func(area string) string { return string(b.setOf(area)) },
			Like: func(c crosstab.Cell) string {
				unit, mult := namesOf(b.Snap).UnitCode(b.flow, c.Figure)
				return unit + " " + mult
			}})
	}
	return t
}

// byColumn reports whether all figures of each column have one unit.
func (b *tableMaker) byColumn(t *crosstab.Table) bool {
	for c := range t.Columns {
		if _, one := b.columnUnit(t, c); !one {
			return false
		}
	}
	return true
}

func (b *tableMaker) columnUnit(t *crosstab.Table, column int) (catalog.Label, bool) {
	found := map[string]bool{}
	last := ""
	for r := range t.Rows {
		if c := t.At(r, column); c.Has {
			last = b.unitOf(c.Figure)
			found[last] = true
		}
	}
	return b.units[last], len(found) == 1
}

// varied lists the codes that a dimension has in the table.
func (b *tableMaker) varied(t *crosstab.Table, dimension string) []string {
	side, entries := t.Down, t.Rows
	if slices.Contains(t.Across, dimension) {
		side, entries = t.Across, t.Columns
	}
	var out []string
	for _, p := range entries {
		if code := p.Of(side, dimension); !p.Sum && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// fixed gives the one code that all figures have for a dimension.
func (b *tableMaker) fixed(t *crosstab.Table, dimension string) (string, bool) {
	codes := b.varied(t, dimension)
	if len(codes) != 1 {
		return "", false
	}
	return codes[0], true
}

// called gives the names of all codes of the table, told apart where two are the same.
func (b *tableMaker) called(t *crosstab.Table) {
	b.names = map[string]map[string]catalog.Label{}
	for _, d := range b.flow.Dimensions {
		b.names[d.ID] = b.namesAmong(d.Codelist, b.varied(t, d.ID))
	}
}

// entryName names a code of a dimension or a period.
func (b *tableMaker) entryName(dimension, code string) catalog.Label {
	if l, known := b.names[dimension][code]; known {
		return l
	}
	if p, err := stat.ParsePeriod(code); err == nil {
		return catalog.Label{Vi: text.FormatPeriod("vi", p), En: text.FormatPeriod("en", p)}
	}
	return catalog.Label{Vi: code, En: code}
}

// head names an entry of a side by the dimensions that vary, as the reader wants them named.
func (b *tableMaker) head(dimension, code string) catalog.Label {
	l := b.entryName(dimension, code)
	switch {
	case dimension == crosstab.Period || !b.a.codes:
		return l
	case !b.a.names:
		return catalog.Label{Vi: code, En: code}
	}
	return catalog.Label{Vi: l.Vi + " (" + code + ")", En: l.In("en") + " (" + code + ")"}
}

// heads makes the columns: those that head the rows, and one for each entry across.
func (b *tableMaker) heads(t *crosstab.Table) {
	for _, d := range t.Down {
		if d != "" && d != crosstab.Period && len(b.varied(t, d)) < 2 {
			continue
		}
		b.rows = append(b.rows, d)
		switch {
		case d == crosstab.Period:
			b.table.Columns = append(b.table.Columns, shell.Periods(d, both("data.period")))
		case d == "":
			b.table.Columns = append(b.table.Columns, shell.Text("unit", both("data.unit")))
		default:
			if b.a.codes {
				name := catalog.Label{Vi: say("vi", "table.code-of", "dimension", b.a.dimension[d].Vi), En: say("en", "table.code-of", "dimension", b.a.dimension[d].In("en"))}
				b.table.Columns = append(b.table.Columns, export.Column{ID: d + "-code", Name: name, Kind: export.Code})
			}
			if b.a.names {
				b.table.Columns = append(b.table.Columns, shell.Text(d, b.a.dimension[d]))
			}
		}
	}
	if len(b.table.Columns) == 0 {
		b.table.Columns = append(b.table.Columns, shell.Text("series", both("data.series")))
	}
	b.table.Heads = len(b.table.Columns)
	for i, c := range t.Columns {
		b.table.Columns = append(b.table.Columns, b.column(t, i, c))
	}
}

// file is the table as its files hold it: its heads have the unit and its notes say what the page says beside it.
func (b *tableMaker) file() *shell.Table {
	out := *b.table
	out.Columns = slices.Clone(out.Columns)
	for i := range out.Columns {
		if c := &out.Columns[i]; c.Kind == export.Number && c.Unit.Vi == "" {
			c.Unit = b.unit
		}
	}
	if b.said.Vi != "" {
		out.Notes = append([]catalog.Label{b.said}, out.Notes...)
	}
	return &out
}

// column is the head of an entry across: the codes that vary, and the unit where it is not that of all.
func (b *tableMaker) column(t *crosstab.Table, i int, c crosstab.Entry) export.Column {
	var ids, vi, en []string
	for _, d := range t.Across {
		code := c.Of(t.Across, d)
		switch {
		case c.Sum && d == crosstab.Area:
			ids, vi, en = append(ids, "SUM"), append(vi, say("vi", "table.sum")), append(en, say("en", "table.sum"))
			continue
		case len(b.varied(t, d)) < 2 && d != crosstab.Period: // figures always stand under or beside their period
			continue
		}
		l := b.head(d, code)
		ids, vi, en = append(ids, code), append(vi, l.Vi), append(en, l.In("en"))
	}
	out := shell.Numbers(strings.Join(ids, "_"), catalog.Label{Vi: strings.Join(vi, ", "), En: strings.Join(en, ", ")}, catalog.Label{}, -1)
	if out.ID == "" {
		out.ID, out.Name = "OBS_VALUE", both("data.value")
	}
	if len(b.units) > 1 && !slices.Contains(t.Down, "") {
		out.Unit, _ = b.columnUnit(t, i)
	}
	return out
}

// row adds a row of the table.
func (b *tableMaker) row(t *crosstab.Table, i int) {
	p := t.Rows[i]
	var cells []shell.Cell
	for _, d := range b.rows {
		code := p.Of(t.Down, d)
		switch {
		case d == crosstab.Period:
			cells = append(cells, shell.When(p.At()))
		case d == "":
			cells = append(cells, shell.Label(b.units[code]))
		default:
			name := b.entryName(d, code)
			if p.Sum && d == crosstab.Area {
				code, name = "", both("table.sum")
			}
			if b.a.codes {
				cells = append(cells, shell.Same(code))
			}
			if b.a.names {
				cells = append(cells, shell.Label(name))
			}
		}
	}
	if len(cells) == 0 {
		cells = append(cells, shell.Label(b.flow.Name))
	}
	for c, column := range t.Columns {
		cell := b.cell(t.At(i, c), p.Sum || column.Sum)
		cell.Total = p.Sum || p.Total
		cells = append(cells, cell)
	}
	b.table.Add(cells...)
}

// cell writes a figure, with what is behind it, or a sum that is ours.
func (b *tableMaker) cell(c crosstab.Cell, sum bool) shell.Cell {
	switch {
	case c.Has:
		return b.CellOf(c.Figure)
	case !sum:
		return shell.None("")
	}
	b.sums = true
	if c.Sum == nil {
		out := shell.None(shell.Blank)
		if c.Lacks > 0 {
			out = shell.None(stat.Missing)
			out.Label = both("table.sum-lacks", "n", c.Lacks)
		} else if len(c.Parts) > 0 {
			out = shell.None(stat.Missing)
			out.Label = both("table.sum-mixed")
		}
		return out
	}
	out, digits := shell.Number(*c.Sum), 0
	var statuses []stat.Status
	marks := []stat.Mark{stat.MarkDerived}
	for _, o := range c.Parts {
		statuses, marks = append(statuses, o.Status), append(marks, o.Mark())
		digits = max(digits, decimalsOf(b.Snap, b.flow, o))
	}
	out.Status, out.Mark, out.Digits = stat.LeastCertain(statuses...), stat.Weakest(marks...), digits+1
	return out
}
