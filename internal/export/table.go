// Package export writes tables as files: CSV, JSON and XLSX, from one Table type that pages and charts share.
//
// It changes no figure: a number leaves with the digits it came with, a missing one leaves empty with its status beside it.
// It reads no database and no clock, so the same table gives the same bytes.
package export

import (
	_ "embed"
	"io"
	"iter"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Kind of a column.
type Kind string

// Kinds of column.
const (
	Text   Kind = "text"
	Code   Kind = "code" // an identifier, kept as text even when it is all digits
	Period Kind = "period"
	Number Kind = "number"
)

// Table is a titled rectangle of typed cells with what a reader must know to use it.
type Table struct {
	ID      string        `json:"id"` // stem of the file name
	Title   catalog.Label `json:"title"`
	Columns []Column      `json:"columns"`
	Rows    [][]Cell      `json:"-"`
	// Stream gives the rows one by one in place of Rows, for tables that are not held. A row counts until the next one is asked for.
	Stream  iter.Seq2[[]Cell, error] `json:"-"`
	Notes   []catalog.Label          `json:"notes,omitempty"`
	Source  catalog.Label            `json:"source"`
	Vintage string                   `json:"vintage,omitempty"` // day of publication or release, as the page shows it
	URL     string                   `json:"url,omitempty"`     // permanent address of the same table
	Licence string                   `json:"licence,omitempty"`
}

// Column of a table. The unit belongs to the head, never to the cells.
type Column struct {
	ID       string        `json:"id"`
	Name     catalog.Label `json:"name"`
	Unit     catalog.Label `json:"unit,omitzero"`
	Kind     Kind          `json:"kind"`
	Decimals int           `json:"decimals,omitempty"` // digits shown; -1 shows each number as it is
}

// Cell holds one value of the kind of its column. A cell without its value is missing, and Status says why.
type Cell struct {
	Label  catalog.Label // of a number: what the source prints in place of it
	Period stat.Period
	Number *stat.Decimal
	Status stat.Status // "" stands for stat.Normal
	Mark   stat.Mark   // evidence, where it matters to the reader
	Total  bool        // a total, set apart on pages
	Digits int         // of a number in a workbook, plus one, where they are not those of its column; 0 leaves it to the column
}

// Words makes a text cell in both languages.
func Words(l catalog.Label) Cell { return Cell{Label: l} }

// Same makes a text or code cell that reads the same in both languages.
func Same(s string) Cell { return Cell{Label: catalog.Label{Vi: s, En: s}} }

// Num makes a number cell.
func Num(d stat.Decimal) Cell { return Cell{Number: &d} }

// When makes a period cell.
func When(p stat.Period) Cell { return Cell{Period: p} }

// None makes a cell without value, with the reason.
func None(why stat.Status) Cell { return Cell{Status: why} }

// Check refuses a table whose rows do not fit its columns.
func (t *Table) Check() error {
	if t.ID == "" || len(t.Columns) == 0 {
		return fault.New("export.no-columns", "id", t.ID)
	}
	seen := map[string]bool{}
	for _, c := range t.Columns {
		if c.ID == "" || seen[c.ID] {
			return fault.New("export.bad-column", "id", t.ID, "column", c.ID)
		}
		seen[c.ID] = true
	}
	for i, row := range t.Rows {
		if err := t.fits(i, row); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) fits(i int, row []Cell) error {
	if len(row) != len(t.Columns) {
		return fault.New("export.ragged", "id", t.ID, "row", i+1, "got", len(row), "want", len(t.Columns))
	}
	return nil
}

// each hands every row to do, until that fails or nobody waits for what is written.
func (t *Table) each(w io.Writer, do func(row []Cell) error) error {
	rows := t.Stream
	if rows == nil {
		rows = func(yield func([]Cell, error) bool) {
			for _, row := range t.Rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
	n := 0
	for row, err := range rows {
		if err == nil && n%64 == 0 {
			err = ended(w)
		}
		if err == nil {
			err = t.fits(n, row)
		}
		if err == nil {
			err = do(row)
		}
		if err != nil {
			return err
		}
		n++
	}
	return ended(w)
}

// Column finds the position of a column, or -1.
func (t *Table) Column(id string) int {
	for i, c := range t.Columns {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// Head gives the heading of a column with its unit in brackets.
func (c Column) Head(lang string) string {
	if unit := c.Unit.In(lang); unit != "" {
		return c.Name.In(lang) + " (" + unit + ")"
	}
	return c.Name.In(lang)
}

// plain gives the cell as data files write it: numbers with a point, periods as SDMX writes them.
func (c Cell) plain(kind Kind, lang string) string {
	switch kind {
	case Number:
		if c.Number == nil {
			return ""
		}
		return c.Number.String()
	case Period:
		return c.Period.String()
	}
	return c.Label.In(lang)
}

// worded reports whether any cell of column i, which holds numbers, is printed in words: "more than 84". A file keeps the number for
// computing and the words beside it.
func (t *Table) worded(i int) bool {
	for _, row := range t.Rows {
		if row[i].Label.Vi != "" {
			return true
		}
	}
	return false
}

// flagged reports whether any cell of column i has a status that the reader must see.
func (t *Table) flagged(i int) bool {
	for _, row := range t.Rows {
		if s := row[i].Status; s != "" && s != stat.Normal {
			return true
		}
	}
	return false
}
