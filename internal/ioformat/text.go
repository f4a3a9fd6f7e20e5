package ioformat

import (
	"io"
	"iter"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// records are the rows of a file below its first, all of one length, one after another.
type records struct {
	file   string
	header []string
	below  int // the line of the heading
	line   int // of the record that was given last

	table   *tabular.File // what is read; nil where the rows were read already
	numbers tabular.Convention
	numeric func(column int) bool

	rows  [][]string // those that were read already, each as long as the header
	lines []int      // where each ends in the file
}

// openText reads the heading of a file; readers say with tell which of its columns hold numbers before they ask for records.
func openText(r io.Reader, file string, o tabular.Options) (*records, error) {
	f, err := tabular.Open(r, file, o)
	if err != nil {
		return nil, err
	}
	d := &records{file: file, table: f}
	for row, err := range f.Rows() {
		if err != nil {
			return nil, err
		}
		d.below, d.line = row.Line, row.Line
		for _, c := range row.Cells {
			d.header = append(d.header, c.Text)
		}
		return d, nil
	}
	return nil, fault.New("ioformat.no-cells").At(file, 0, "")
}

// tell decides how numbers are written, from all cells of the columns that hold them.
func (d *records) tell(numeric func(column int) bool) (err error) {
	d.numeric = numeric
	if d.table == nil {
		return nil
	}
	var j tabular.Judge
	for row, err := range d.table.Rows() {
		if err != nil {
			return err
		}
		for i, c := range row.Cells {
			if row.Line > d.below && numeric(i) {
				j.See(c, row.Line, i)
			}
		}
	}
	d.numbers, err = j.Decide(d.table)
	return err
}

// all gives the records; each is good until the next.
func (d *records) all() iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if d.table == nil {
			for i, rec := range d.rows {
				d.line = d.lines[i]
				if !yield(rec, nil) {
					return
				}
			}
			return
		}
		rec := make([]string, len(d.header))
		for row, err := range d.table.Rows() {
			if err == nil && row.Line <= d.below {
				continue
			}
			d.line = row.Line
			if err == nil {
				err = d.texts(row, rec)
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// texts puts the cells of a row into a record, numbers as plain ones.
func (d *records) texts(row tabular.Row, rec []string) (err error) {
	n := len(row.Cells)
	if d.table.Kind == tabular.XLSX { // a sheet leaves empty cells out
		for n > len(rec) && row.Cells[n-1].Type == tabular.Empty {
			n--
		}
		n = max(n, len(rec))
	}
	if n != len(rec) {
		return fault.New("ioformat.ragged", "fields", n, "want", len(rec)).At(d.file, row.Line, "")
	}
	clear(rec)
	for i, c := range row.Cells[:min(len(row.Cells), len(rec))] {
		rec[i] = c.Text
		if !d.numeric(i) {
			continue
		}
		if rec[i], err = d.numbers.Plain(c); err != nil {
			return fault.Locate(err, d.file, row.Line, d.name(i))
		}
	}
	return nil
}

// name is a column as a person would point to it.
func (d *records) name(i int) string {
	if i < len(d.header) && d.header[i] != "" {
		return d.header[i]
	}
	return tabular.Letters(i)
}
