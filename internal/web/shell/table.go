package shell

import (
	"strings"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

const (
	// MostStacked is how many rows may stand as lists on a phone: each cell then says its column, and more would make a long page longer.
	MostStacked = 50
	// longestCell is how many letters a column beside others holds on a phone without growing higher than it is worth.
	longestCell = 30
)

// Table is an export.Table with the addresses behind its cells, so that the page and the file show the same figures.
type Table struct {
	export.Table
	Heads  int        // leading columns that head their row
	Stack  bool       // on a narrow screen each row stands as a list: its columns are of words
	beside [][]beside // of each row, what a page shows with its cells
}

// beside is what a page shows with a cell.
type beside struct {
	href  string
	seal  string // a symbol of its class before the text
	sort  string // what stands in its place when its column is sorted
	spark string // a small drawing of its course behind it
}

// NewTable starts a table. Leading columns of kind text or code head the rows.
func NewTable(id string, title catalog.Label, columns ...export.Column) *Table {
	return &Table{Table: export.Table{ID: id, Title: title, Columns: columns}, Heads: 1}
}

// Cell is a cell with the address behind it.
type Cell struct {
	export.Cell
	Href  string
	seal  string
	sort  string
	spark string
}

// Add adds a row.
func (t *Table) Add(cells ...Cell) {
	row, more := make([]export.Cell, len(cells)), make([]beside, len(cells))
	for i, c := range cells {
		row[i], more[i] = c.Cell, beside{c.Href, c.seal, c.sort, c.spark}
	}
	for len(t.beside) < len(t.Rows) { // rows that were put there without
		t.beside = append(t.beside, nil)
	}
	t.Rows, t.beside = append(t.Rows, row), append(t.beside, more)
}

// Append adds the rows of another table with the same columns.
func (t *Table) Append(o *Table) {
	for len(t.beside) < len(t.Rows) {
		t.beside = append(t.beside, nil)
	}
	t.Rows, t.beside = append(t.Rows, o.Rows...), append(t.beside, o.beside...)
}

// Href gives the address behind a cell, or "".
func (t *Table) Href(row, column int) string { return t.with(row, column).href }

// with gives what a page shows with a cell.
func (t *Table) with(row, column int) beside {
	if row < len(t.beside) && column < len(t.beside[row]) {
		return t.beside[row][column]
	}
	return beside{}
}

// WithoutFirst is a table as a page shows it, without the codes that lead its rows in the file.
func (t *Table) WithoutFirst() *Table {
	out := NewTable(t.ID, t.Title, t.Columns[1:]...)
	out.Notes, out.Source, out.URL = t.Notes, t.Source, t.URL
	for _, row := range t.Rows {
		out.Rows = append(out.Rows, row[1:])
	}
	return out
}

// Label is a cell of words.
func Label(l catalog.Label) Cell { return Cell{Cell: export.Words(l)} }

// Same is a cell of a text that is the same in both languages.
func Same(s string) Cell { return Cell{Cell: export.Same(s)} }

// When is a cell of a period.
func When(p stat.Period) Cell { return Cell{Cell: export.When(p)} }

// Number is a cell of a number, written with the decimals of its column.
func Number(d stat.Decimal) Cell { return Cell{Cell: export.Num(d)} }

// None is a cell without a number, and why there is none.
func None(why stat.Status) Cell { return Cell{Cell: export.None(why)} }

// To is the cell with an address behind it.
func (c Cell) To(href string) Cell { c.Href = href; return c }

// By is the cell with what stands in its place when its column is sorted: of words, the day, number or rank that they mean.
func (c Cell) By(value string) Cell { c.sort = value; return c }

// ByNumber is By for words that mean a number; without one they are sorted last.
func (c Cell) ByNumber(d *stat.Decimal) Cell {
	if d == nil {
		return c
	}
	return c.By(d.String())
}

// Day is a cell of the day on which something was published, as precisely as it is known: in a column of Days a day in files, in any other the words.
func Day(x stat.Vintage) Cell {
	c := Label(catalog.Label{Vi: view.Vintage("vi", x), En: view.Vintage("en", x)}).By(x.Date.String())
	c.Vintage = x
	return c
}

// Sealed is the cell with the symbol of a class of targets before its text.
func (c Cell) Sealed(class string) Cell { c.seal = class; return c }

// Sparked is the cell with the course of its series behind its text, as chart.Spark draws it.
func (c Cell) Sparked(drawing string) Cell { c.spark = drawing; return c }

// Text is a column of words.
func Text(id string, name catalog.Label) export.Column {
	return export.Column{ID: id, Name: name, Kind: export.Text}
}

// Numbers is a column of numbers.
func Numbers(id string, name, unit catalog.Label, decimals int) export.Column {
	return export.Column{ID: id, Name: name, Unit: unit, Kind: export.Number, Decimals: decimals}
}

// Days is a column of days of publication.
func Days(id string, name catalog.Label) export.Column {
	return export.Column{ID: id, Name: name, Kind: export.Day}
}

// Periods is a column of periods.
func Periods(id string, name catalog.Label) export.Column {
	return export.Column{ID: id, Name: name, Kind: export.Period}
}

// CellOf is the cell of an observation; the address behind it says why the number is what it is.
func (v *Visit) CellOf(o cube.Version) Cell { return v.CellTo(o, v.Why(o.Cell())) }

// CellTo is the cell of an observation with another address behind it.
func (v *Visit) CellTo(o cube.Version, href string) Cell {
	c := Cell{Cell: export.Cell{Number: o.Value, Status: o.Status, Mark: o.Mark()}, Href: href}
	if f, err := v.Snap.Catalog.Dataflow(o.Dataflow); err == nil {
		c.Digits = v.names().Decimals(f, o) + 1
	}
	if words, is := v.names().Worded(o); is {
		c.Label = words
	}
	return c
}

// Why is the address of the explanation of a cell.
func (v *Visit) Why(c cube.Cell) string { return v.Link("/vi-sao", "o", c.String()) }

// TableView is a table ready to be written in one language.
type TableView struct {
	ID, Caption string
	Heads       []HeadView
	Rows        []RowView
	Notes       []string
	Flags       []FlagView // meanings of the symbols used
	Stack       bool
	Keys        string // how its links are reached by keyboard, when they are many
}

// manyLinks is how many links of a table are too many to pass one by one.
const manyLinks = 20

// HeadView is the head of a column.
type HeadView struct {
	Name, Unit string
	Number     bool
}

// RowView is a row.
type RowView struct {
	Cells []CellView
	Total bool
}

// CellView is a cell.
type CellView struct {
	Text    string
	Sort    string // what the browser sorts by
	URL     string
	Flags   []FlagView
	Head    bool
	Number  bool
	Code    bool
	Missing bool
	Seal    string // class of the status symbol, or ""
	Spark   string // drawing of its course, or ""
	Column  string // the head of its column, which a row that stands as a list shows
}

// FlagView is the word that stands for a status or an evidence mark beside a figure, with its meaning.
type FlagView struct {
	Symbol, Meaning string
	of              string // the id of the flag
}

// View writes a table in the visitor's language.
func (v *Visit) View(t *Table) *TableView {
	out := &TableView{ID: t.ID, Caption: t.Title.In(v.Lang), Stack: t.Stack || t.wordy(v.Lang)}
	for _, c := range t.Columns {
		out.Heads = append(out.Heads, HeadView{Name: c.Name.In(v.Lang), Unit: c.Unit.In(v.Lang), Number: c.Kind == export.Number})
	}
	out.Rows = make([]RowView, len(t.Rows))
	used := map[string]bool{}
	gaps := false
	for r, row := range t.Rows {
		rv := RowView{Cells: make([]CellView, len(row))}
		for i, c := range row {
			more := t.with(r, i)
			cv := CellView{Head: i < t.Heads, URL: more.href, Seal: more.seal, Spark: more.spark}
			rv.Total = rv.Total || c.Total
			v.fill(&cv, c, t.Columns[i])
			gaps = gaps || cv.Missing && c.Label.Vi == "" && cv.Text == Gap
			if more.sort != "" {
				cv.Sort = more.sort
			}
			cv.Head = cv.Head && cv.Text != "" // nothing heads no row
			for _, f := range v.Flags(c.Status, c.Mark) {
				if c.Number == nil && t.Columns[i].Kind == export.Number && strings.HasPrefix(f.of, "status-") {
					continue // the words for a missing figure stand in the cell already
				}
				cv.Flags = append(cv.Flags, f)
				used[f.of] = true
			}
			if out.Stack && i > 0 && !(cv.Missing && cv.Text == Gap) { // a list leaves out what it has nothing to say of
				cv.Column = out.Heads[i].Name
			}
			rv.Cells[i] = cv
		}
		out.Rows[r] = rv
	}
	if out.links() > manyLinks {
		out.Keys = v.Say("common.table-keys")
	}
	for _, n := range t.Notes {
		out.Notes = append(out.Notes, n.In(v.Lang))
	}
	if gaps {
		out.Flags = append(out.Flags, FlagView{Symbol: Gap, Meaning: v.Say("common.gap")})
	}
	for _, f := range view.Legend() {
		if used[f.ID] {
			out.Flags = append(out.Flags, FlagView{Symbol: f.Short.In(v.Lang), Meaning: f.Text.In(v.Lang)})
		}
	}
	return out
}

// wordy reports whether a phone shows the rows as lists though nobody asked for it: a sentence in a narrow column makes each row as high as the
// screen, with nothing beside it.
func (t *Table) wordy(lang string) bool {
	if len(t.Rows) > MostStacked {
		return false
	}
	for _, row := range t.Rows {
		for i, c := range row {
			if i >= t.Heads && t.Columns[i].Kind == export.Text && utf8.RuneCountInString(c.Label.In(lang)) > longestCell {
				return true
			}
		}
	}
	return false
}

// fill writes what a cell says, and what it is sorted by.
func (v *Visit) fill(cv *CellView, c export.Cell, column export.Column) {
	switch column.Kind {
	case export.Number:
		cv.Number = true
		switch {
		case c.Number != nil && c.Label.Vi != "": // the words of the source, which are no plain number
			cv.Text, cv.Sort = c.Label.In(v.Lang), c.Number.String()
		case c.Number != nil:
			digits := column.Decimals
			if c.Digits > 0 { // a figure has the digits with which it is published, whatever stands beside it
				digits = c.Digits - 1
			}
			cv.Text, cv.Sort = text.FormatNumber(v.Lang, *c.Number, digits), c.Number.String()
		case c.Label.Vi != "": // what the source prints where there is no number
			cv.Missing, cv.Text = true, c.Label.In(v.Lang)
		case c.Status == Blank:
		default:
			cv.Missing, cv.Text = true, v.Missing(c.Status)
		}
	case export.Period:
		if !c.Period.IsZero() {
			cv.Text, cv.Sort = text.FormatPeriod(v.Lang, c.Period), c.Period.From().String()
		}
	case export.Day:
		if cv.Text = c.Label.In(v.Lang); c.Vintage != (stat.Vintage{}) {
			cv.Text, cv.Sort = v.Vintage(c.Vintage), c.Vintage.Date.String()
		}
	default:
		cv.Text, cv.Code = c.Label.In(v.Lang), column.Kind == export.Code
	}
}

// links counts the links of a table.
func (t *TableView) links() (n int) {
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if c.URL != "" {
				n++
			}
		}
	}
	return n
}

// Gap stands, as in printed yearbooks, where a figure is not available.
const Gap = "…"

// Missing gives what stands where a figure is missing: the reason when the source gives one, else the sign of a gap.
func (v *Visit) Missing(s stat.Status) string {
	switch s {
	case stat.Unpublished, stat.NotCollected, stat.Suppressed, stat.Missing:
		return v.Say("common.missing-" + string(s))
	}
	return Gap
}

// Flags gives what is said beside a figure of its status, and of its source when the official one itself was not seen.
func (v *Visit) Flags(s stat.Status, m stat.Mark) []FlagView {
	var out []FlagView
	for _, f := range view.Flags(s, m) {
		out = append(out, v.flag(f))
	}
	return out
}

func (v *Visit) flag(f view.Flag) FlagView {
	return FlagView{Symbol: f.Short.In(v.Lang), Meaning: f.Name.In(v.Lang), of: f.ID}
}

// sealOf is the look of a class: a closed target that was met looks as an achieved one, for the words beside it tell them apart.
func sealOf(class string) string {
	switch monitor.Class(class) {
	case monitor.Met:
		return string(monitor.Achieved)
	case monitor.Missed:
		return string(monitor.Concentrate)
	case monitor.NoFigureDue:
		return string(monitor.NoData)
	}
	return class
}

// Blank marks a cell that is empty because nothing was published for it in that vintage: not missing, just not said.
const Blank stat.Status = "-"
