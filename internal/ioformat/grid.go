package ioformat

import (
	"math"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// Grid is what every layout comes down to: a matrix with a code for each row and column, whose cells may be missing.
type Grid struct {
	File          string
	Rows, Columns []string
	cells         []inputoutput.Maybe
	row, column   map[string]int
	line          []int // the line of the file that a row stands in; 0 where it has none of its own
}

// maxCells bounds what a file may make this program hold: an ICIO table of 80 countries and 50 industries fits twice.
const maxCells = 1 << 25

func newGrid(file string, rows, columns []string) (*Grid, error) {
	if len(rows) == 0 || len(columns) == 0 {
		return nil, fault.New("ioformat.no-cells").At(file, 0, "")
	}
	if len(rows) > maxCells/len(columns) {
		return nil, fault.New("ioformat.too-large", "rows", len(rows), "columns", len(columns)).At(file, 0, "")
	}
	g := &Grid{File: file, Rows: rows, Columns: columns, row: map[string]int{}, column: map[string]int{}, line: make([]int, len(rows))}
	for i, c := range rows {
		if _, twice := g.row[c]; twice {
			return nil, fault.New("ioformat.row-twice", "code", c).At(file, 0, "")
		}
		g.row[c] = i
	}
	for j, c := range columns {
		if _, twice := g.column[c]; twice {
			return nil, fault.New("ioformat.column-twice", "code", c).At(file, 0, "")
		}
		g.column[c] = j
	}
	g.cells = make([]inputoutput.Maybe, len(rows)*len(columns))
	return g, nil
}

// At gives a cell by position.
func (g *Grid) At(i, j int) inputoutput.Maybe { return g.cells[i*len(g.Columns)+j] }

// Cell gives a cell by its codes; it is missing where there is none.
func (g *Grid) Cell(row, column string) inputoutput.Maybe {
	i, ok := g.row[row]
	j, also := g.column[column]
	if !ok || !also {
		return inputoutput.Missing
	}
	return g.At(i, j)
}

// HasRow and HasColumn say whether a code is there.
func (g *Grid) HasRow(code string) bool { _, ok := g.row[code]; return ok }

// HasColumn says whether a column code is there.
func (g *Grid) HasColumn(code string) bool { _, ok := g.column[code]; return ok }

func (g *Grid) set(i, j int, v inputoutput.Maybe) { g.cells[i*len(g.Columns)+j] = v }

// parseNumber reads a plain number, as package tabular gives it. It gives a reason, a code of this room without the room's name, where the
// text is not one.
func parseNumber(s string) (inputoutput.Maybe, string) {
	if s == "" || tabular.IsMissing(s) {
		return inputoutput.Missing, ""
	}
	for _, r := range s {
		if (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) {
			return inputoutput.Missing, "not-a-number"
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case math.IsInf(v, 0):
		return inputoutput.Missing, "out-of-range"
	case err != nil:
		return inputoutput.Missing, "not-a-number"
	}
	return inputoutput.Known(v), ""
}

// refuse makes the error of a cell that is not a number.
func refuse(reason, text string) *fault.Error {
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:60], "") + "…"
	}
	if reason == "out-of-range" {
		return fault.New("ioformat.out-of-range", "text", text)
	}
	return fault.New("ioformat.not-a-number", "text", text)
}
