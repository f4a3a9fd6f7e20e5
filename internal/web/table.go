package web

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Table is an export.Table with the addresses behind its cells, so that the page and the file show the same figures.
type Table struct {
	export.Table
	Heads int // leading columns that head their row
	hrefs map[[2]int]string
	seals map[[2]int]string // cells that show a symbol of their class before the text
}

// newTable starts a table. Leading columns of kind text or code head the rows.
func newTable(id string, title catalog.Label, columns ...export.Column) *Table {
	return &Table{Table: export.Table{ID: id, Title: title, Columns: columns}, Heads: 1, hrefs: map[[2]int]string{}, seals: map[[2]int]string{}}
}

// cell is a cell with the address behind it.
type cell struct {
	export.Cell
	href string
	seal string
}

// add adds a row.
func (t *Table) add(cells ...cell) {
	row := make([]export.Cell, len(cells))
	for i, c := range cells {
		row[i] = c.Cell
		if c.href != "" {
			t.hrefs[[2]int{len(t.Rows), i}] = c.href
		}
		if c.seal != "" {
			t.seals[[2]int{len(t.Rows), i}] = c.seal
		}
	}
	t.Rows = append(t.Rows, row)
}

// withoutFirst is a table as a page shows it, without the codes that lead its rows in the file.
func (t *Table) withoutFirst() *Table {
	out := newTable(t.ID, t.Title, t.Columns[1:]...)
	out.Notes, out.Source, out.Vintage, out.URL = t.Notes, t.Source, t.Vintage, t.URL
	for _, row := range t.Rows {
		out.Rows = append(out.Rows, row[1:])
	}
	return out
}

func label(l catalog.Label) cell        { return cell{Cell: export.Words(l)} }
func same(s string) cell                { return cell{Cell: export.Same(s)} }
func when(p stat.Period) cell           { return cell{Cell: export.When(p)} }
func number(d stat.Decimal) cell        { return cell{Cell: export.Num(d)} }
func none(why stat.Status) cell         { return cell{Cell: export.None(why)} }
func (c cell) to(href string) cell      { c.href = href; return c }
func (c cell) sealed(class string) cell { c.seal = class; return c }
func col(id string, name catalog.Label) export.Column {
	return export.Column{ID: id, Name: name, Kind: export.Text}
}

// numbers is a column of numbers.
func numbers(id string, name, unit catalog.Label, decimals int) export.Column {
	return export.Column{ID: id, Name: name, Unit: unit, Kind: export.Number, Decimals: decimals}
}

// periods is a column of periods.
func periods(id string, name catalog.Label) export.Column {
	return export.Column{ID: id, Name: name, Kind: export.Period}
}

// figure is the cell of an observation; the address behind it says why the number is what it is.
func (v *visit) figure(o cube.Version) cell {
	c := cell{Cell: export.Cell{Number: o.Value, Status: o.Status, Mark: o.Mark()}, href: v.why(o.Cell())}
	if p, is := v.probabilityOf(o); is {
		c.Number, c.Label = nil, p
	}
	if printed := o.Printed(); printed != "" {
		c.Label = attribute(v.snap, stat.AttrText, printed)
	} else if class := o.Attributes[stat.AttrText]; o.Value == nil && class != "" && o.Dataflow == statusFlow {
		c.Label = nameOf(v.snap, "CL_TARGET_CLASS", classCode(class))
	}
	return c
}

// why is the address of the explanation of a cell.
func (v *visit) why(c cube.Cell) string { return v.link("/vi-sao", "o", c.String()) }

// TableView is a table ready to be written in one language.
type TableView struct {
	ID, Caption string
	Heads       []HeadView
	Rows        []RowView
	Notes       []string
	Flags       []FlagView // meanings of the symbols used
}

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
}

// FlagView is the symbol of a status or an evidence mark, with its meaning.
type FlagView struct{ Symbol, Meaning string }

// view writes a table in the visitor's language.
func (v *visit) view(t *Table) *TableView {
	out := &TableView{ID: t.ID, Caption: t.Title.In(v.lang)}
	decimals := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		out.Heads = append(out.Heads, HeadView{Name: c.Name.In(v.lang), Unit: c.Unit.In(v.lang), Number: c.Kind == export.Number})
		decimals[i] = c.Decimals
	}
	used := map[string]bool{}
	gaps := false
	for r, row := range t.Rows {
		rv := RowView{Cells: make([]CellView, len(row))}
		for i, c := range row {
			cv := CellView{Head: i < t.Heads, URL: t.hrefs[[2]int{r, i}], Seal: t.seals[[2]int{r, i}]}
			rv.Total = rv.Total || c.Total
			switch t.Columns[i].Kind {
			case export.Number:
				cv.Number = true
				switch {
				case c.Number != nil && c.Label.Vi != "": // the words of the source, which are no plain number
					cv.Text, cv.Sort = c.Label.In(v.lang), c.Number.String()
				case c.Number != nil:
					cv.Text, cv.Sort = text.FormatNumber(v.lang, *c.Number, decimals[i]), c.Number.String()
				case c.Label.Vi != "": // what the source prints where there is no number
					cv.Missing, cv.Text = true, c.Label.In(v.lang)
				case c.Status == blankStatus:
				default:
					cv.Missing, cv.Text = true, v.missing(c.Status)
					gaps = gaps || cv.Text == gap
				}
			case export.Period:
				if !c.Period.IsZero() {
					cv.Text, cv.Sort = text.FormatPeriod(v.lang, c.Period), c.Period.From().String()
				}
			default:
				cv.Text, cv.Code = c.Label.In(v.lang), t.Columns[i].Kind == export.Code
			}
			for _, f := range v.flags(c.Status, c.Mark) {
				if c.Number == nil && t.Columns[i].Kind == export.Number && f.Symbol != "S2" && f.Symbol != "M" && f.Symbol != "I" {
					continue // the words for a missing figure stand in the cell already
				}
				cv.Flags = append(cv.Flags, f)
				used[f.Symbol] = true
			}
			rv.Cells[i] = cv
		}
		out.Rows = append(out.Rows, rv)
	}
	for _, n := range t.Notes {
		out.Notes = append(out.Notes, n.In(v.lang))
	}
	if gaps {
		out.Flags = append(out.Flags, FlagView{gap, v.say("common.gap")})
	}
	for _, f := range allFlags {
		if used[f] {
			out.Flags = append(out.Flags, FlagView{f, v.say("common.flag-" + f)})
		}
	}
	return out
}

// gap stands, as in the printed yearbooks of Viet Nam, where a figure is not available.
const gap = "…"

// missing gives what stands where a figure is missing: the reason when the source gives one, else the sign of a gap.
func (v *visit) missing(s stat.Status) string {
	switch s {
	case stat.Unpublished, stat.NotCollected, stat.Suppressed, stat.Missing:
		return v.say("common.missing-" + string(s))
	}
	return gap
}

// allFlags lists the symbols in the order of the legend.
var allFlags = []string{"b", "e", "f", "i", "p", "u", "v", "S2", "I", "M"}

// flags gives the symbols of an observation: the letter of its status as European statistical offices print it, and its
// evidence mark when the official source itself was not seen.
func (v *visit) flags(s stat.Status, m stat.Mark) []FlagView {
	var out []FlagView
	switch s {
	case stat.Break, stat.Estimated, stat.Forecast, stat.Imputed, stat.Provisional, stat.LowTrust, stat.Unvalidated:
		symbol := strings.ToLower(string(s))
		out = append(out, FlagView{symbol, v.say("common.flag-" + symbol)})
	}
	switch m {
	case stat.MarkSecondary, stat.MarkInferred, stat.MarkUnverified:
		out = append(out, FlagView{string(m), v.say("common.flag-" + string(m))})
	}
	return out
}
