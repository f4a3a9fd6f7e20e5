package export

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// CSVOptions choose how a CSV is written.
type CSVOptions struct {
	Lang  string // "vi" or "en", for the headings and the names
	BOM   bool   // start with a byte-order mark, which spreadsheet programs need to see UTF-8
	Codes bool   // head the columns with their identifiers instead of their names, for programs
}

// WriteCSV writes RFC 4180: commas, CRLF, a point for decimals, periods as SDMX and days as ISO 8601 write them. A column in which some figure
// is estimated, forecast, missing… is followed by one with the status codes (SDMX CL_OBS_STATUS), one with weaker evidence than a source that was
// read by one with the marks, and one in which some figure is printed in words by one with them. Text that a spreadsheet would run as a formula
// is disarmed; package reference reads it back.
func (t *Table) WriteCSV(w io.Writer, o CSVOptions) error {
	if err := t.Check(); err != nil {
		return err
	}
	if o.BOM {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	out := newCSVWriter(w)
	heads := t.heads(o.Lang, o.Codes)
	for _, h := range heads {
		out.text(text.Disarm(h.name))
	}
	if err := out.end(); err != nil {
		return err
	}
	err := t.each(w, func(row []Cell) error {
		for _, h := range heads {
			cell, kind := &row[h.at], t.Columns[h.at].Kind
			switch {
			case h.beside != "":
				out.text(text.Disarm(cell.besideOf(h.beside, o.Lang)))
			case kind == Number:
				out.number(cell.Number)
			case kind == Period:
				out.period(cell.Period)
			case kind == Day:
				out.text(text.Disarm(cell.day(o.Lang)))
			default:
				out.text(text.Disarm(cell.Label.In(o.Lang)))
			}
		}
		return out.end()
	})
	if err != nil {
		return err
	}
	return out.to.Flush()
}

// csvWriter writes the lines of a CSV. Most texts of a line are those of the line before, so that of each column the last one is kept as it is
// written.
type csvWriter struct {
	to      *bufio.Writer
	line    []byte
	column  int // the next one
	last    []string
	written [][]byte // last, with quotes where it needs them
	periods map[stat.Period]string
	quoted  bytes.Buffer
	quoter  *csv.Writer
}

func newCSVWriter(w io.Writer) *csvWriter {
	out := &csvWriter{to: bufio.NewWriterSize(w, 64<<10), periods: map[stat.Period]string{}}
	out.quoter = csv.NewWriter(&out.quoted)
	out.quoter.UseCRLF = true
	return out
}

// next begins the next column.
func (c *csvWriter) next() int {
	if c.column == len(c.last) {
		c.last, c.written = append(c.last, ""), append(c.written, nil)
	}
	if c.column > 0 {
		c.line = append(c.line, ',')
	}
	c.column++
	return c.column - 1
}

func (c *csvWriter) text(s string) {
	i := c.next()
	if s != c.last[i] {
		c.quoted.Reset()
		c.quoter.Write([]string{s}) //nolint:errcheck // a buffer takes everything
		c.quoter.Flush()
		c.last[i], c.written[i] = s, append(c.written[i][:0], bytes.TrimSuffix(c.quoted.Bytes(), []byte("\r\n"))...)
	}
	c.line = append(c.line, c.written[i]...)
}

// number writes a number, in which nothing needs quotes.
func (c *csvWriter) number(d *stat.Decimal) {
	if c.next(); d != nil {
		c.line = d.Append(c.line)
	}
}

// period writes a period, in which nothing needs quotes.
func (c *csvWriter) period(p stat.Period) {
	c.next()
	s, known := c.periods[p]
	if !known {
		if len(c.periods) >= mostPeriods {
			clear(c.periods)
		}
		s = p.String()
		c.periods[p] = s
	}
	c.line = append(c.line, s...)
}

// mostPeriods bounds how many periods are remembered as they are written.
const mostPeriods = 10_000

// end ends a line.
func (c *csvWriter) end() error {
	_, err := c.to.Write(append(c.line, '\r', '\n'))
	c.line, c.column = c.line[:0], 0
	return err
}
