package ioformat

import (
	_ "embed"
	"io"
	"math"
	"strings"
	"sync"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
	"nhipso/internal/tabular/record"
	"nhipso/internal/text"
)

// The GSO workbook layout. One sheet holds the table. One row holds the codes of the columns and one column, among the
// first six, the codes of the rows; industries have the same code in both. Names may stand beside the codes and above
// them, in Vietnamese, English or both ("Xuất khẩu / Exports", or one under the other). A row or column that is no
// industry needs no code where its name is a known heading (gso_headings.csv): final uses, imports, value added and its parts,
// gross output and the totals. Cells hold numbers, not text; a blank cell between industries is taken for zero and
// counted, as those workbooks leave them out. Imports may be a column of final use (a total table) with either sign, or a
// row (a domestic one).

// GSOOptions choose what to read.
type GSOOptions struct {
	Format tabular.Options
	Origin inputoutput.Origin // "" means Total where imports are a column, else Domestic
}

const (
	gsoCorner   = 40 // rows in which the row of codes is looked for
	gsoLabels   = 6  // columns in which the column of codes is looked for
	minOverlaps = 2
)

// ReadGSO reads a workbook in that layout.
func ReadGSO(r io.Reader, file string, opt GSOOptions) (*Loaded, error) {
	cells, at, err := sheetCells(r, file, opt.Format)
	if err != nil {
		return nil, err
	}
	return readGSO(cells, at, opt)
}

// readGSO reads the cells of a sheet; at names the sheet in messages.
func readGSO(cells [][]string, at string, opt GSOOptions) (*Loaded, error) {
	top, left, err := corner(cells, at)
	if err != nil {
		return nil, err
	}
	columns, where, err := columnCodes(cells, top, left, at)
	if err != nil {
		return nil, err
	}
	rows, lines, err := rowCodes(cells, top, left, where[0], at)
	if err != nil {
		return nil, err
	}
	g, err := newGrid(at, rows, columns)
	if err != nil {
		return nil, err
	}
	for i, y := range lines {
		g.line[i] = y + 1
		for j, x := range where {
			v, reason := parseNumber(get(cells, y, x))
			if reason != "" {
				return nil, refuse(reason, get(cells, y, x)).At(at, y+1, tabular.Letters(x))
			}
			g.set(i, j, v)
		}
	}
	return g.gso(opt)
}

// sheetCells gives the cells of the sheet, each row at its own place, numbers as plain ones, and the name of the sheet. How numbers that
// stand as text are written is told by those right of the labels; a code may look like any number.
func sheetCells(r io.Reader, file string, o tabular.Options) (cells [][]string, at string, err error) {
	f, err := tabular.Open(r, file, o)
	if err != nil {
		return nil, "", err
	}
	if at = file; f.Sheet != "" {
		at += "[" + f.Sheet + "]"
	}
	var j tabular.Judge
	for row, err := range f.Rows() {
		if err != nil {
			return nil, "", err
		}
		for x, c := range row.Cells {
			if x > 0 {
				j.See(c, row.Line, x)
			}
		}
	}
	numbers, err := j.Decide(f)
	if err != nil {
		return nil, "", err
	}
	for row, err := range f.Rows() {
		if err != nil {
			return nil, "", err
		}
		for len(cells) < row.Line {
			cells = append(cells, nil)
		}
		texts := make([]string, len(row.Cells))
		for x, c := range row.Cells {
			if texts[x], err = numbers.Plain(c); err != nil {
				return nil, "", fault.Locate(err, at, row.Line, tabular.Letters(x))
			}
		}
		cells[row.Line-1] = texts
	}
	return cells, at, nil
}

func get(cells [][]string, y, x int) string {
	if y < 0 || y >= len(cells) || x < 0 || x >= len(cells[y]) {
		return ""
	}
	return strings.TrimSpace(cells[y][x])
}

// corner finds the row and the column of codes: the leftmost column whose codes come again, in the same order, in a row
// above them, unless another column has more than twice as many (running numbers on the left, figures that happen to agree).
func corner(cells [][]string, file string) (top, left int, err error) {
	var count, at [gsoLabels]int
	best := 0
	for x := range gsoLabels {
		below := map[string]int{} // code -> its last row
		for y := range cells {
			if c := get(cells, y, x); c != "" {
				below[c] = y
			}
		}
		for y := range min(gsoCorner, len(cells)) {
			same, last := 0, y
			for k := x + 1; k < len(cells[y]); k++ {
				if row, ok := below[get(cells, y, k)]; ok && row > last {
					same, last = same+1, row
				}
			}
			if same > count[x] {
				count[x], at[x] = same, y
			}
		}
		best = max(best, count[x])
	}
	for x := range gsoLabels {
		if count[x] >= minOverlaps && count[x]*2 >= best {
			return at[x], x, nil
		}
	}
	return 0, 0, fault.New("ioformat.not-gso").At(file, 0, "")
}

// columnCodes gives the codes of the columns and where they stand: the code in the row of codes, or the meaning of the names
// there and in the rows above. Columns of names, before the first industry, are passed over; a column with numbers but no
// code and no known name is refused.
func columnCodes(cells [][]string, top, left int, file string) (codes []string, where []int, err error) {
	width := 0
	for _, row := range cells {
		width = max(width, len(row))
	}
	rowCode := map[string]bool{}
	for y := top + 1; y < len(cells); y++ {
		if c := get(cells, y, left); c != "" {
			rowCode[c] = true
		}
	}
	started := false
	for x := left + 1; x < width; x++ {
		c := get(cells, top, x)
		industry := rowCode[c] && c != ""
		if !started && !industry {
			continue
		}
		started = true
		if industry && heading(c, "column") == "" {
			codes, where = append(codes, c), append(where, x)
			continue
		}
		code := heading(c, "column")
		for y := top - 1; y >= 0 && code == "" && y >= top-6; y-- {
			code = heading(get(cells, y, x), "column")
		}
		if code == "" && isCode(c) {
			code = c
		}
		if code == "" {
			if n := numbers(cells, top, x); n > 0 {
				return nil, nil, fault.New("ioformat.unknown-heading", "text", c).At(file, top+1, tabular.Letters(x))
			}
			continue
		}
		codes, where = append(codes, code), append(where, x)
	}
	return codes, where, nil
}

// rowCodes is the same for rows; names stand between the codes and the first column of numbers, or before the codes.
func rowCodes(cells [][]string, top, left, first int, file string) (codes []string, where []int, err error) {
	for y := top + 1; y < len(cells); y++ {
		c := get(cells, y, left)
		code := heading(c, "row")
		for x := 0; x < first && code == ""; x++ {
			if x != left {
				code = heading(get(cells, y, x), "row")
			}
		}
		if isCode(c) && (code == "" || heading(c, "row") == "" && columnHas(cells, top, c)) {
			code = c // an industry, whatever its name looks like
		}
		if code == "" {
			for x := first; x < len(cells[y]); x++ {
				if v, reason := parseNumber(get(cells, y, x)); v.Known || reason != "" {
					if c == "" && reason != "" {
						break // a line of text under the table: a note or a source
					}
					return nil, nil, fault.New("ioformat.unknown-heading", "text", strings.Join(cells[y][:min(first, len(cells[y]))], " ")).At(file, y+1, tabular.Letters(left))
				}
			}
			continue
		}
		codes, where = append(codes, code), append(where, y)
	}
	return codes, where, nil
}

func columnHas(cells [][]string, top int, code string) bool {
	for x := range cells[top] {
		if get(cells, top, x) == code {
			return true
		}
	}
	return false
}

func numbers(cells [][]string, top, x int) (n int) {
	for y := top + 1; y < len(cells); y++ {
		if v, _ := parseNumber(get(cells, y, x)); v.Known {
			n++
		}
	}
	return n
}

// isCode says whether a text looks like a code: short and without spaces.
func isCode(s string) bool { return s != "" && len(s) <= 24 && !strings.ContainsAny(s, " \n\t") }

// gso gives the roles their codes have and settles the sign of imports.
func (g *Grid) gso(opt GSOOptions) (*Loaded, error) {
	r, notes := EurostatRoles(g, opt.Origin)
	r.BlankIsZero = true
	r.Industries = nil
	special := r.used()
	for _, c := range []string{"TI", "TFU", "TU", "P1", "P7"} {
		special[c] = true
	}
	for _, c := range g.Columns {
		if g.HasRow(c) && !special[c] {
			r.Industries = append(r.Industries, c)
		}
	}
	if g.HasColumn("P7") {
		if r.Origin == "" {
			r.Origin = inputoutput.Total
		}
		if g.HasRow("P7") {
			return nil, fault.New("ioformat.imports-twice").At(g.File, 0, "")
		}
		if g.importsArePositive(r) {
			for i := range g.Rows {
				if v := g.At(i, g.column["P7"]); v.Known {
					g.set(i, g.column["P7"], inputoutput.Known(-v.Value))
				}
			}
			notes = append(notes, fault.New("ioformat.imports-turned").At(g.File, 0, "P7"))
		}
		r.Final = append(r.Final, "P7")
	}
	if g.HasRow("TI") {
		r.ColumnSums = append(r.ColumnSums, Sum{"TI", []string{"*"}})
	}
	if g.HasColumn("TI") {
		r.RowSums = append(r.RowSums, Sum{"TI", []string{"*"}})
	}
	if g.HasColumn("P1") {
		r.RowSums = append(r.RowSums, Sum{"P1", append([]string{"*"}, r.Final...)})
	}
	out, err := g.Table(r)
	if err != nil {
		return nil, err
	}
	out.Notes = append(notes, out.Notes...)
	return out, nil
}

// importsArePositive says whether rows come nearer to output with the column of imports taken away than added.
func (g *Grid) importsArePositive(r Roles) bool {
	var added, taken float64
	for _, c := range r.Industries {
		use := 0.0
		for _, j := range append(append([]string(nil), r.Industries...), r.Final...) {
			use += g.Cell(c, j).Value
		}
		output := g.Cell(r.Output, c)
		if p := g.Cell(c, "P1"); p.Known {
			output = p
		}
		m := g.Cell(c, "P7").Value
		added += math.Abs(use + m - output.Value)
		taken += math.Abs(use - m - output.Value)
	}
	return taken < added
}

//go:embed gso_headings.csv
var headingsFile string

var headings = sync.OnceValue(func() map[[2]string]string {
	out := map[[2]string]string{}
	for _, r := range record.MustExactly(headingsFile, "code", "along", "vi", "en") {
		for _, name := range []string{"vi", "en", "code"} {
			out[[2]string{r.Get("along"), text.Fold(r.Get(name))}] = r.Get("code")
		}
	}
	return out
})

// heading gives the code of a known name of a row or column, in either language or both joined by "/" or a line break; ""
// where it is not known.
func heading(name, along string) string {
	codes := headings()
	if c, ok := codes[[2]string{along, text.Fold(name)}]; ok {
		return c
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\n' || r == '(' || r == ')' || r == '–' }) {
		if c, ok := codes[[2]string{along, text.Fold(part)}]; ok {
			return c
		}
	}
	return ""
}
