package ioformat

import (
	"io"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// ReadMatrix reads either of the plain layouts. A file whose heading is row,column,value, or the same in Vietnamese, is long, any other wide.
func ReadMatrix(r io.Reader, file string, o tabular.Options) (*Grid, error) {
	d, err := openText(r, file, o)
	if err != nil {
		return nil, err
	}
	return readPlain(d)
}

// GridOf makes a grid of cells that were read already, numbers as plain ones, in either of the plain layouts. The first row is the heading; lines says where each row
// stands in the file. Rows and columns without any text are left out, as spreadsheets leave them at the edges; a heading that lacks the
// cell above the codes of the rows, as R leaves it, and rows that end early are filled up with missing cells. A row longer than the heading is
// refused.
func GridOf(file string, rows [][]string, lines []int) (*Grid, error) {
	trim := func(r []string) []string {
		for len(r) > 0 && strings.TrimSpace(r[len(r)-1]) == "" {
			r = r[:len(r)-1]
		}
		return r
	}
	if len(rows) == 0 || len(trim(rows[0])) == 0 {
		return nil, fault.New("ioformat.no-cells").At(file, 0, "")
	}
	d := &records{file: file, line: lines[0]}
	for _, h := range trim(rows[0]) {
		d.header = append(d.header, strings.TrimSpace(h))
	}
	if len(rows) > 1 && len(rows[0]) == len(d.header) && len(rows[1]) == len(rows[0])+1 {
		d.header = append([]string{""}, d.header...)
	}
	for i, r := range rows[1:] {
		if r = trim(r); len(r) == 0 {
			continue
		}
		if len(r) > len(d.header) {
			return nil, fault.New("ioformat.ragged", "fields", len(r), "want", len(d.header)).At(file, lines[i+1], "")
		}
		full := make([]string, len(d.header))
		copy(full, r)
		d.rows, d.lines = append(d.rows, full), append(d.lines, lines[i+1])
	}
	return readPlain(d)
}

// headings of the long layout.
var longHeadings = [3][]string{{"row", "hàng", "hang"}, {"column", "col", "cột", "cot"}, {"value", "giá trị", "gia tri", "obs_value"}}

func readPlain(d *records) (*Grid, error) {
	long := len(d.header) == 3
	for i := range d.header {
		long = long && slices.Contains(longHeadings[i], strings.ToLower(d.header[i]))
	}
	if long {
		return readLong(d, 0, 1, 2)
	}
	return readWide(d)
}

func readWide(d *records) (*Grid, error) {
	columns := append([]string(nil), d.header[1:]...)
	for j, c := range columns {
		if c == "" {
			return nil, fault.New("ioformat.no-code").At(d.file, 1, tabular.Letters(j+1))
		}
	}
	var rows []string
	var lines []int
	var cells []inputoutput.Maybe
	if err := d.tell(func(i int) bool { return i > 0 }); err != nil {
		return nil, err
	}
	for rec, err := range d.all() {
		if err != nil {
			return nil, err
		}
		code := strings.TrimSpace(rec[0])
		if code == "" {
			return nil, fault.New("ioformat.no-code").At(d.file, d.line, tabular.Letters(0))
		}
		rows, lines = append(rows, strings.Clone(code)), append(lines, d.line)
		if len(cells)+len(columns) > maxCells {
			return nil, fault.New("ioformat.too-large", "rows", len(rows), "columns", len(columns)).At(d.file, d.line, "")
		}
		for j, text := range rec[1:] {
			v, reason := parseNumber(text)
			if reason != "" {
				return nil, refuse(reason, text).At(d.file, d.line, d.name(j+1))
			}
			cells = append(cells, v)
		}
	}
	g, err := newGrid(d.file, rows, columns)
	if err != nil {
		return nil, err
	}
	g.cells, g.line = cells, lines
	return g, nil
}

// readLong collects cells that come one a record.
func readLong(d *records, rowAt, columnAt, valueAt int) (*Grid, error) {
	c := newCollector(d.file)
	if err := d.tell(func(i int) bool { return i == valueAt }); err != nil {
		return nil, err
	}
	for rec, err := range d.all() {
		if err != nil {
			return nil, err
		}
		if err := c.add(d, rec, rowAt, columnAt, valueAt); err != nil {
			return nil, err
		}
	}
	return c.grid()
}

// collector gathers single cells into a grid. A cell given twice is an error even where the values agree; a cell never
// given is missing.
type collector struct {
	file          string
	rows, columns []string
	row, column   map[string]int
	at            map[[2]int]given
}

type given struct {
	value inputoutput.Maybe
	line  int
}

func newCollector(file string) *collector {
	return &collector{file: file, row: map[string]int{}, column: map[string]int{}, at: map[[2]int]given{}}
}

func (c *collector) add(d *records, rec []string, rowAt, columnAt, valueAt int) error {
	v, reason := parseNumber(rec[valueAt])
	if reason != "" {
		return refuse(reason, rec[valueAt]).At(d.file, d.line, d.name(valueAt))
	}
	var p [2]int
	for k, field := range []int{rowAt, columnAt} {
		code := strings.TrimSpace(rec[field])
		if code == "" {
			return fault.New("ioformat.no-code").At(d.file, d.line, d.name(field))
		}
		set, list := c.row, &c.rows
		if k == 1 {
			set, list = c.column, &c.columns
		}
		i, ok := set[code]
		if !ok {
			i = len(*list)
			code = strings.Clone(code) // the record's memory is used again
			set[code] = i
			*list = append(*list, code)
		}
		p[k] = i
	}
	if first, twice := c.at[p]; twice {
		return fault.New("ioformat.cell-twice", "row", c.rows[p[0]], "column", c.columns[p[1]], "first", first.line).At(d.file, d.line, "")
	}
	if len(c.at) >= maxCells {
		return fault.New("ioformat.too-large", "rows", len(c.rows), "columns", len(c.columns)).At(d.file, d.line, "")
	}
	c.at[p] = given{v, d.line}
	return nil
}

func (c *collector) grid() (*Grid, error) {
	g, err := newGrid(c.file, c.rows, c.columns)
	if err != nil {
		return nil, err
	}
	for p, v := range c.at {
		g.set(p[0], p[1], v.value)
	}
	return g, nil
}
