package command

import (
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// Matrix is a matrix; its rows and columns have codes where the file gives any.
type Matrix struct {
	Name   string
	Rows   []string // nil without codes
	Cols   []string
	Values [][]float64
	Zeros  int // cells that were blank and taken for zeros
}

// Dense gives the numbers as the methods take them.
func (m *Matrix) Dense() *mat.Dense {
	d := mat.NewDense(len(m.Values), len(m.Values[0]), nil)
	for i, r := range m.Values {
		d.SetRow(i, r)
	}
	return d
}

// CodeWords head a first column, or stand in a first cell, that says what it is and is no code itself.
var CodeWords = []string{"", "code", "codes", "row", "rows", "id", "name", "label", "industry", "industries", "sector", "sectors", "product", "products", "region", "area",
	"unit", "item", "cell", "variable", "constraint", "mã", "ma", "mã ngành", "ngành", "nganh", "tỉnh", "tinh", "sản phẩm", "hàng", "hang", `row\column`, "row/column"}

// ValueWords head a column of values.
var ValueWords = []string{"value", "values", "total", "target", "targets", "obs_value", "giá trị", "gia tri", "gia_tri", "giatri", "tổng", "x", "u", "v", "h"}

// Among says whether a word is one of a list, in whatever case.
func Among(word string, words []string) bool { return slices.Contains(words, strings.ToLower(word)) }

// ErrorWords head standard errors.
var ErrorWords = []string{"se", "sd", "standard_error", "stderr"}

// RowWords and ColumnWords head the codes of rows and of columns, where a matrix is written one cell a line.
var RowWords, ColumnWords = []string{"row", "hàng", "hang", "i", "from"}, []string{"column", "col", "cột", "cot", "j", "to"}

// Matrix reads a matrix in any of the documented layouts: wide with codes in the first row and column, with codes in one of the two, bare
// numbers, or one cell a line under the headings row,column,value. A blank cell is refused unless declared a zero.
func (e *Env) Matrix(name string, blankIsZero bool) (*Matrix, error) {
	c, err := e.Cells(name)
	if err != nil {
		return nil, err
	}
	h := c.Rows[0]
	if len(h) == 3 && Among(h[0], RowWords) && Among(h[1], ColumnWords) && Among(h[2], ValueWords) {
		return c.long(blankIsZero)
	}
	if len(c.Rows) > 1 && len(c.Rows[1]) == len(h)+1 && c.Words(c.Rows[1][:1]) { // codes of columns without a cell above those of rows
		c.Rows[0] = append([]string{""}, h...)
	}
	return c.wide(blankIsZero)
}

// wide reads a matrix that is written as one.
func (c *Cells) wide(blankIsZero bool) (*Matrix, error) {
	row, col := c.coded()
	m, h := &Matrix{Name: c.Name}, c.Rows[0]
	first, from := 0, 0 // where the numbers begin
	if row {
		first = 1
	}
	if col {
		from = 1
	}
	heads := make([]string, len(h))
	for j := range heads {
		if heads[j] = tabular.Letters(j); row && h[j] != "" {
			heads[j] = h[j]
		}
	}
	if row {
		m.Cols = slices.Clone(h[from:])
		for j, code := range m.Cols {
			if err := c.unused(code, m.Cols[:j], 0, from+j); err != nil {
				return nil, err
			}
		}
	}
	if len(c.Rows) <= first || len(h) <= from {
		return nil, fault.New("calc.empty", "file", c.Name)
	}
	seen := map[string]bool{}
	for i := first; i < len(c.Rows); i++ {
		if col {
			code := c.Rows[i][0]
			if code == "" {
				return nil, fault.New("calc.no-code").At(c.Name, c.Lines[i], tabular.Letters(0))
			}
			if seen[code] {
				return nil, fault.New("calc.twice", "code", code).At(c.Name, c.Lines[i], "")
			}
			seen[code] = true
			m.Rows = append(m.Rows, code)
		}
		values, zeros, err := c.numbers(i, from, heads, blankIsZero)
		if err != nil {
			return nil, err
		}
		m.Values, m.Zeros = append(m.Values, values), m.Zeros+zeros
	}
	return m, nil
}

// unused refuses a heading that is blank, or that stands among those before it.
func (c *Cells) unused(code string, before []string, row, column int) error {
	if code == "" {
		return fault.New("calc.no-code").At(c.Name, c.Lines[row], tabular.Letters(column))
	}
	if slices.Contains(before, code) {
		return fault.New("calc.twice", "code", code).At(c.Name, c.Lines[row], code)
	}
	return nil
}

// numbers reads a row of numbers from a column on, and counts the blank ones that were taken for zeros.
func (c *Cells) numbers(row, from int, heads []string, blankIsZero bool) (values []float64, zeros int, err error) {
	r := c.Rows[row]
	for len(r) > len(heads) && r[len(r)-1] == "" {
		r = r[:len(r)-1]
	}
	if len(r) > len(heads) {
		return nil, 0, fault.New("calc.ragged", "want", len(heads), "got", len(r)).At(c.Name, c.Lines[row], "")
	}
	values = make([]float64, len(heads)-from)
	for j := from; j < len(heads); j++ {
		v, known, err := c.Number(row, j, heads[j])
		if err != nil {
			return nil, 0, err
		}
		if !known {
			if !blankIsZero {
				return nil, 0, fault.New("calc.blank").At(c.Name, c.Lines[row], heads[j])
			}
			zeros++
		}
		values[j-from] = v
	}
	return values, zeros, nil
}

// coded tells whether the first row and the first column hold codes. Codes may be numbers (26, 61): then the first cell, which is empty
// or says "code", tells.
func (c *Cells) coded() (row, col bool) {
	h := c.Rows[0]
	row = c.Words(h[1:])
	below := make([]string, 0, len(c.Rows))
	for _, r := range c.Rows[1:] {
		below = append(below, r[0])
	}
	col = c.Words(below)
	corner := Among(h[0], CodeWords)
	switch {
	case row && col:
		return true, true
	case row:
		return true, corner
	case col:
		return corner, true
	}
	named := h[0] == "" && len(h) > 1 && len(c.Rows) > 1 || c.Words(h[:1])
	return named, named
}

func (c *Cells) long(blankIsZero bool) (*Matrix, error) {
	m := &Matrix{Name: c.Name}
	row, col := map[string]int{}, map[string]int{}
	type place struct{ i, j int }
	at := map[place]float64{}
	for k := 1; k < len(c.Rows); k++ {
		r := c.Rows[k]
		if len(r) < 2 || r[0] == "" || r[1] == "" {
			return nil, fault.New("calc.no-code").At(c.Name, c.Lines[k], "")
		}
		if len(r) > 3 {
			return nil, fault.New("calc.ragged", "want", 3, "got", len(r)).At(c.Name, c.Lines[k], "")
		}
		v, known, err := c.Number(k, 2, c.Rows[0][2])
		if err != nil {
			return nil, err
		}
		if !known {
			if !blankIsZero {
				return nil, fault.New("calc.blank").At(c.Name, c.Lines[k], c.Rows[0][2])
			}
			m.Zeros++
		}
		if _, ok := row[r[0]]; !ok {
			row[r[0]] = len(m.Rows)
			m.Rows = append(m.Rows, r[0])
		}
		if _, ok := col[r[1]]; !ok {
			col[r[1]] = len(m.Cols)
			m.Cols = append(m.Cols, r[1])
		}
		p := place{row[r[0]], col[r[1]]}
		if _, twice := at[p]; twice {
			return nil, fault.New("calc.twice", "code", r[0]+","+r[1]).At(c.Name, c.Lines[k], "")
		}
		at[p] = v
	}
	if len(at) == 0 {
		return nil, fault.New("calc.empty", "file", c.Name)
	}
	if missing := len(m.Rows)*len(m.Cols) - len(at); missing > 0 {
		if !blankIsZero {
			for i, a := range m.Rows {
				for j, b := range m.Cols {
					if _, ok := at[place{i, j}]; !ok {
						return nil, fault.New("calc.no-cell", "row", a, "column", b, "file", c.Name)
					}
				}
			}
		}
		m.Zeros += missing
	}
	for i := range m.Rows {
		m.Values = append(m.Values, make([]float64, len(m.Cols)))
		for j := range m.Cols {
			m.Values[i][j] = at[place{i, j}]
		}
	}
	return m, nil
}
