// Package export writes tables as files: CSV, JSON and XLSX, from one Table type that pages and charts share.
//
// It changes no figure: a number leaves with the digits it came with, a missing one leaves empty with its status beside it.
// It reads no database and no clock, so the same table gives the same bytes.
package export

import (
	_ "embed"
	"io"
	"iter"
	"slices"
	"strconv"

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
	Day    Kind = "day" // a day of publication, as far as it is known
	Number Kind = "number"
)

// Table is a titled rectangle of typed cells with what a reader must know to use it.
type Table struct {
	ID      string        `json:"id"` // stem of the file name
	Title   catalog.Label `json:"title"`
	Columns []Column      `json:"columns"`
	Rows    [][]Cell      `json:"-"`
	// Stream gives the rows one by one in place of Rows, for tables that are not held. A row counts until the next one is asked for.
	Stream iter.Seq2[[]Cell, error] `json:"-"`
	Notes  []catalog.Label          `json:"notes"`
	Source catalog.Label            `json:"source"` // in one line
	// Documents gives what the figures rest on, whole. Where rows are made as they are written, it is asked after the last one.
	Documents func() []Document `json:"-"`
	Vintage   catalog.Label     `json:"vintage"` // to when the figures are: the release, or the day looked back to
	Release   Release           `json:"release"`
	URL       string            `json:"url"` // permanent address of the same table
	Licence   string            `json:"licence"`
	Publisher string            `json:"publisher"` // the agency that publishes, "" when nobody said
}

// Column of a table. The unit belongs to the head, never to the cells.
type Column struct {
	ID       string        `json:"id"`
	Name     catalog.Label `json:"name"`
	Unit     catalog.Label `json:"unit"`
	Kind     Kind          `json:"kind"`
	Decimals int           `json:"decimals,omitempty"` // digits shown; -1 shows each number as it is
	Machine  bool          `json:"-"`                  // for programs: in files headed by identifiers only
	Spoken   bool          `json:"-"`                  // the words beside its numbers are ours, "under 1 %", and none that a source prints
}

// Cell holds one value of the kind of its column. A cell without its value is missing, and Status says why.
type Cell struct {
	Label   catalog.Label // of a number: what the source prints in place of it
	Period  stat.Period
	Vintage stat.Vintage // of a day
	Number  *stat.Decimal
	Status  stat.Status // "" stands for stat.Normal
	Mark    stat.Mark   // evidence, where it matters to the reader
	Total   bool        // a total, set apart on pages
	Digits  int         // of a number in a workbook, plus one, where they are not those of its column; 0 leaves it to the column
}

// Words makes a text cell in both languages.
func Words(l catalog.Label) Cell { return Cell{Label: l} }

// Same makes a text or code cell that reads the same in both languages.
func Same(s string) Cell { return Cell{Label: catalog.Label{Vi: s, En: s}} }

// Num makes a number cell.
func Num(d stat.Decimal) Cell { return Cell{Number: &d} }

// When makes a period cell.
func When(p stat.Period) Cell { return Cell{Period: p} }

// On makes a cell of the day on which something was published.
func On(v stat.Vintage) Cell { return Cell{Vintage: v} }

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

// Beside names the columns that a file has beside one of numbers.
const (
	printedBeside = "printed"  // what the source prints in place of the number
	statusBeside  = "status"   // CL_OBS_STATUS
	markBeside    = "evidence" // CL_EVIDENCE
)

// head is a column of a file: one of the table, or what stands beside it.
type head struct {
	at     int    // of the table's column
	beside string // "" for the column itself
	name   string
}

// heads lists the columns of a file with their headings, no two alike: the columns of the table, and beside numbers their words, statuses and
// marks where any has one.
func (t *Table) heads(lang string, codes bool) []head {
	var out []head
	seen := map[string]int{}
	add := func(at int, beside, name string) {
		if seen[name]++; seen[name] > 1 {
			name += " (" + strconv.Itoa(seen[name]) + ")"
		}
		out = append(out, head{at, beside, name})
	}
	for i, c := range t.Columns {
		if c.Machine && !codes {
			continue
		}
		named := c.Head(lang)
		if codes {
			named = c.ID
		}
		add(i, "", named)
		if c.Kind != Number {
			continue
		}
		for _, x := range []struct {
			beside string
			any    func(int) bool
		}{{printedBeside, t.worded}, {statusBeside, t.flagged}, {markBeside, t.marked}} {
			switch {
			case !x.any(i):
			case codes:
				add(i, x.beside, c.ID+":"+x.beside)
			case c.Spoken && x.beside == printedBeside:
				add(i, x.beside, book.Say(lang, "spoken-of", "name", c.Name.In(lang)))
			default:
				add(i, x.beside, book.Say(lang, x.beside+"-of", "name", c.Name.In(lang)))
			}
		}
	}
	return out
}

// besideOf gives what stands beside a number in a file.
func (c Cell) besideOf(what, lang string) string {
	switch what {
	case printedBeside:
		return c.Label.In(lang)
	case markBeside:
		return string(c.Mark)
	}
	if c.Status == stat.Normal && c.Number != nil {
		return ""
	}
	return c.status()
}

// status is the code of a status for files; the sign of an empty cell on a page is none.
func (c Cell) status() string {
	if len(c.Status) > 0 && !slices.Contains(stat.Statuses(), c.Status) {
		return ""
	}
	return string(c.Status)
}

// day is a day of publication as far as it is known, or the words in its place.
func (c Cell) day(lang string) string {
	if c.Vintage == (stat.Vintage{}) {
		return c.Label.In(lang)
	}
	return published(c.Vintage)
}

// plain gives the cell as data files write it: numbers with a point, periods as SDMX writes them, days as ISO 8601 does.
func (c Cell) plain(kind Kind, lang string) string {
	switch kind {
	case Number:
		if c.Number == nil {
			return ""
		}
		return c.Number.String()
	case Period:
		return c.Period.String()
	case Day:
		return c.day(lang)
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
		if s := row[i].status(); s != "" && s != string(stat.Normal) {
			return true
		}
	}
	return false
}

// marked reports whether any cell of column i bears an evidence mark that the reader must see: all but those of sources that were read.
func (t *Table) marked(i int) bool {
	for _, row := range t.Rows {
		if m := row[i].Mark; m != "" && m != stat.MarkSeen {
			return true
		}
	}
	return false
}
