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

func (m *Matrix) Dense() *mat.Dense {
	d := mat.NewDense(len(m.Values), len(m.Values[0]), nil)
	for i, r := range m.Values {
		d.SetRow(i, r)
	}
	return d
}

// headings of a first column or cell that says what it is and is no code itself.
var CodeWords = []string{"", "code", "codes", "row", "rows", "id", "name", "label", "industry", "industries", "sector", "sectors", "product", "products", "region", "area",
	"unit", "item", "cell", "variable", "constraint", "mã", "ma", "mã ngành", "ngành", "nganh", "tỉnh", "tinh", "sản phẩm", "hàng", "hang", `row\column`, "row/column"}

var ValueWords = []string{"value", "values", "total", "target", "targets", "obs_value", "giá trị", "gia tri", "gia_tri", "giatri", "tổng", "x", "u", "v", "h"}

func Among(word string, words []string) bool { return slices.Contains(words, strings.ToLower(word)) }

// ErrorWords head standard errors.
var ErrorWords = []string{"se", "sd", "standard_error", "stderr"}

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
		h = append([]string{""}, h...)
		c.Rows[0] = h
	}
	row, col := c.labels()
	m := &Matrix{Name: name}
	first, from := 0, 0
	width := len(h)
	if row {
		first = 1
	}
	if col {
		from = 1
	}
	if row {
		m.Cols = slices.Clone(h[from:])
		seen := map[string]bool{}
		for j, code := range m.Cols {
			if code == "" {
				return nil, fault.New("calc.no-code").At(name, c.Lines[0], tabular.Letters(from+j))
			}
			if seen[code] {
				return nil, fault.New("calc.twice", "code", code).At(name, c.Lines[0], code)
			}
			seen[code] = true
		}
	}
	if len(c.Rows) <= first || width <= from {
		return nil, fault.New("calc.empty", "file", name)
	}
	head := func(j int) string {
		if row && h[j] != "" {
			return h[j]
		}
		return tabular.Letters(j)
	}
	seen := map[string]bool{}
	for i := first; i < len(c.Rows); i++ {
		r := c.Rows[i]
		for len(r) > width && r[len(r)-1] == "" {
			r = r[:len(r)-1]
		}
		if len(r) > width {
			return nil, fault.New("calc.ragged", "want", width, "got", len(r)).At(name, c.Lines[i], "")
		}
		if col {
			if r[0] == "" {
				return nil, fault.New("calc.no-code").At(name, c.Lines[i], tabular.Letters(0))
			}
			if seen[r[0]] {
				return nil, fault.New("calc.twice", "code", r[0]).At(name, c.Lines[i], "")
			}
			seen[r[0]] = true
			m.Rows = append(m.Rows, r[0])
		}
		values := make([]float64, width-from)
		for j := from; j < width; j++ {
			v, known, err := c.Number(i, j, head(j))
			if err != nil {
				return nil, err
			}
			if !known {
				if !blankIsZero {
					return nil, fault.New("calc.blank").At(name, c.Lines[i], head(j))
				}
				m.Zeros++
			}
			values[j-from] = v
		}
		m.Values = append(m.Values, values)
	}
	return m, nil
}

// labels tells whether the first row and the first column hold codes. Codes may be numbers (26, 61): then the first cell, which is empty
// or says "code", tells.
func (c *Cells) labels() (row, col bool) {
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

// Vector is a list of numbers, by code where the file gives codes.
type Vector struct {
	Name   string
	Codes  []string // nil without codes
	Values []float64
	Head   string               // heading of the values, "" without one
	Extra  map[string][]float64 // further columns by heading
	known  map[string][]bool    // of the further columns
}

// Vector reads numbers in any of the documented layouts: code,value (with or without headings, with further columns under headings), bare
// numbers in one column or one row, or one row of numbers under their codes.
func (e *Env) Vector(name string) (*Vector, error) {
	c, err := e.Cells(name)
	if err != nil {
		return nil, err
	}
	v := &Vector{Name: name, Extra: map[string][]float64{}, known: map[string][]bool{}}
	h, seen := c.Rows[0], map[string]bool{}
	add := func(i, j int, code string) error {
		x, known, err := c.Number(i, j, tabular.Letters(j))
		if err != nil {
			return err
		}
		if !known {
			return fault.New("calc.blank").At(name, c.Lines[i], tabular.Letters(j))
		}
		if code != "" {
			if seen[code] {
				return fault.New("calc.twice", "code", code).At(name, c.Lines[i], "")
			}
			seen[code] = true
			v.Codes = append(v.Codes, code)
		}
		v.Values = append(v.Values, x)
		return nil
	}
	width := 0
	for _, r := range c.Rows {
		width = max(width, len(r))
	}
	headed := len(c.Rows) > 1 && len(h) > 1 && c.Words(h[1:2]) && // a heading of one letter may as well be a code
		(furtherColumns(h[2:]) && (Among(h[0], CodeWords) || Among(h[1], ValueWords)) || len(h[1]) > 1 && Among(h[1], ValueWords))
	switch {
	case width == 1: // a column of numbers, with or without a heading
		for i := range c.Rows {
			if i == 0 && len(c.Rows) > 1 && c.Words(h) {
				continue
			}
			if err := add(i, 0, ""); err != nil {
				return nil, err
			}
		}
	case len(c.Rows) == 1 && width != 2 || len(c.Rows) == 1 && c.Numeric(h[0]): // a row of numbers, its name before it or not
		from := 0
		if c.Words(h[:1]) {
			from = 1
		}
		for j := from; j < width; j++ {
			if err := add(0, j, ""); err != nil {
				return nil, err
			}
		}
	case len(c.Rows) == 2 && !headed && len(h) == len(c.Rows[1]) && c.Words(h) && c.Numeric(c.Rows[1][len(h)-1]) && (c.Numeric(c.Rows[1][0]) || width > 2):
		from := 0 // numbers under their codes, a heading and a name before them or not
		if c.Words(c.Rows[1][:1]) {
			from = 1
		}
		for j := from; j < width; j++ {
			if h[j] == "" {
				return nil, fault.New("calc.no-code").At(name, c.Lines[0], tabular.Letters(j))
			}
			if err := add(1, j, h[j]); err != nil {
				return nil, err
			}
		}
	default:
		first := 0
		if len(h) > 1 && c.Words(h[1:2]) {
			first, v.Head = 1, h[1]
		}
		if first == 0 && width > 2 {
			return nil, fault.New("calc.not-a-list", "file", name)
		}
		for i := first; i < len(c.Rows); i++ {
			if c.Rows[i][0] == "" {
				return nil, fault.New("calc.no-code").At(name, c.Lines[i], tabular.Letters(0))
			}
			if len(c.Rows[i]) > max(2, len(h)) {
				return nil, fault.New("calc.ragged", "want", len(h), "got", len(c.Rows[i])).At(name, c.Lines[i], "")
			}
			if err := add(i, 1, c.Rows[i][0]); err != nil {
				return nil, err
			}
			for j := 2; first == 1 && j < len(h); j++ {
				x, known, err := c.Number(i, j, h[j])
				if err != nil {
					return nil, err
				}
				key := strings.ToLower(h[j])
				v.Extra[key], v.known[key] = append(v.Extra[key], x), append(v.known[key], known)
			}
		}
	}
	if len(v.Values) == 0 {
		return nil, fault.New("calc.empty", "file", name)
	}
	return v, nil
}

// furtherColumns says whether headings are those of columns that may follow the values.
func furtherColumns(heads []string) bool {
	for _, h := range heads {
		if !Among(h, []string{"se", "sd", "standard_error", "stderr", "cv", "variance", "var", "v"}) {
			return false
		}
	}
	return true
}

// Column gives a further column by any of its names, nil where there is none. A blank cell in it is refused.
func (v *Vector) Column(names ...string) ([]float64, error) {
	for _, n := range names {
		if x, ok := v.Extra[n]; ok {
			for i, known := range v.known[n] {
				if !known {
					return nil, fault.New("calc.blank").At(v.Name, 0, n+" / "+v.Codes[i])
				}
			}
			return x, nil
		}
	}
	return nil, nil
}

// Order gives, for each of the wanted codes, its position in the vector.
func (v *Vector) Order(codes []string, n int, of string) ([]int, error) {
	return Order(v.Name, v.Codes, len(v.Values), codes, n, of)
}

// Order gives, for each of n wanted codes of a file, its position among the codes that another has. Where either side has no codes the
// positions agree, and the lengths have to.
func Order(file string, have []string, length int, codes []string, n int, of string) ([]int, error) {
	at := make([]int, n)
	if have == nil || codes == nil {
		if length != n {
			return nil, fault.New("calc.length", "file", file, "got", length, "want", n, "of", of)
		}
		for i := range at {
			at[i] = i
		}
		return at, nil
	}
	position := Positions(have)
	for i, c := range codes {
		k, ok := position[c]
		if !ok {
			return nil, fault.New("calc.no-code-in", "code", c, "file", file, "of", of)
		}
		at[i] = k
		delete(position, c)
	}
	for _, c := range have {
		if _, left := position[c]; left {
			return nil, fault.New("calc.no-code-in", "code", c, "file", of, "of", file)
		}
	}
	return at, nil
}

// Ordered reads a list of numbers in the order of n codes, which are those of another file.
func (e *Env) Ordered(file string, codes []string, n int, of string) ([]float64, error) {
	v, err := e.Vector(file)
	if err != nil {
		return nil, err
	}
	at, err := v.Order(codes, n, of)
	if err != nil {
		return nil, err
	}
	return Pick(v.Values, at), nil
}

// Positions gives where each code stands.
func Positions(codes []string) map[string]int {
	out := make(map[string]int, len(codes))
	for i, c := range codes {
		out[c] = i
	}
	return out
}

// Pick orders a column.
func Pick(values []float64, at []int) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, len(at))
	for i, k := range at {
		out[i] = values[k]
	}
	return out
}

// Places numbers rows or columns that have no codes, counted from 1.
func Places(codes []string, n int) []string {
	if codes != nil {
		return codes
	}
	out := make([]string, n)
	for i := range out {
		out[i] = Number(float64(i + 1))
	}
	return out
}
