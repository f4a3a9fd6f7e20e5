package export

import (
	"bufio"
	"encoding/csv"
	"io"

	"nhipso/internal/text"
)

// CSVOptions choose how a CSV is written.
type CSVOptions struct {
	Lang  string // "vi" or "en", for the headings and the names
	BOM   bool   // start with a byte-order mark, which spreadsheet programs need to see UTF-8
	Codes bool   // head the columns with their identifiers instead of their names, for programs
}

// WriteCSV writes RFC 4180: commas, CRLF, a point for decimals, periods as SDMX writes them. A column in which some figure is
// estimated, forecast, missing… is followed by a column with the status codes (SDMX CL_OBS_STATUS), and one in which some figure is printed
// in words by a column with them. Text that a spreadsheet
// would run as a formula is disarmed; package reference reads it back.
func (t *Table) WriteCSV(w io.Writer, o CSVOptions) error {
	if err := t.Check(); err != nil {
		return err
	}
	if o.BOM {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	out := csv.NewWriter(bufio.NewWriterSize(w, 64<<10))
	out.UseCRLF = true
	flagged, worded := make([]bool, len(t.Columns)), make([]bool, len(t.Columns))
	var head []string
	for i, c := range t.Columns {
		flagged[i], worded[i] = c.Kind == Number && t.flagged(i), c.Kind == Number && t.worded(i)
		name := c.Head(o.Lang)
		if o.Codes {
			name = c.ID
		}
		head = append(head, text.Disarm(name))
		if worded[i] {
			if o.Codes {
				head = append(head, c.ID+":printed")
			} else {
				head = append(head, text.Disarm(book.Say(o.Lang, "printed-of", "name", c.Name.In(o.Lang))))
			}
		}
		if flagged[i] {
			if o.Codes {
				head = append(head, c.ID+":status")
			} else {
				head = append(head, text.Disarm(book.Say(o.Lang, "status-of", "name", c.Name.In(o.Lang))))
			}
		}
	}
	if err := out.Write(head); err != nil {
		return err
	}
	rec := make([]string, 0, len(head))
	err := t.each(w, func(row []Cell) error {
		rec = rec[:0]
		for i, c := range t.Columns {
			s := row[i].plain(c.Kind, o.Lang)
			if c.Kind != Number {
				s = text.Disarm(s)
			}
			rec = append(rec, s)
			if worded[i] {
				rec = append(rec, text.Disarm(row[i].Label.In(o.Lang)))
			}
			if flagged[i] {
				rec = append(rec, string(row[i].Status))
			}
		}
		return out.Write(rec)
	})
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}
