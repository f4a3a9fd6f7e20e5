package calc

import (
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// labelled is a matrix; its rows and columns have codes where the file gives any.
type labelled struct {
	name   string
	rows   []string // nil without codes
	cols   []string
	values [][]float64
	zeros  int // cells that were blank and taken for zeros
}

func (m *labelled) dense() *mat.Dense {
	d := mat.NewDense(len(m.values), len(m.values[0]), nil)
	for i, r := range m.values {
		d.SetRow(i, r)
	}
	return d
}

// headings of a first column or cell that says what it is and is no code itself.
var codeWords = []string{"", "code", "codes", "row", "rows", "id", "name", "label", "industry", "industries", "sector", "sectors", "product", "products", "region", "area",
	"unit", "item", "cell", "variable", "constraint", "mã", "ma", "mã ngành", "ngành", "nganh", "tỉnh", "tinh", "sản phẩm", "hàng", "hang", `row\column`, "row/column"}

var valueWords = []string{"value", "values", "total", "target", "targets", "obs_value", "giá trị", "gia tri", "gia_tri", "giatri", "tổng", "x", "u", "v", "h"}

func among(word string, words []string) bool { return slices.Contains(words, strings.ToLower(word)) }

var rowWords, columnWords = []string{"row", "hàng", "hang", "i", "from"}, []string{"column", "col", "cột", "cot", "j", "to"}

// matrix reads a matrix in any of the documented layouts: wide with codes in the first row and column, with codes in one of the two, bare
// numbers, or one cell a line under the headings row,column,value. A blank cell is refused unless declared a zero.
func (e *Env) matrix(name string, blankIsZero bool) (*labelled, error) {
	c, err := e.cells(name)
	if err != nil {
		return nil, err
	}
	h := c.rows[0]
	if len(h) == 3 && among(h[0], rowWords) && among(h[1], columnWords) && among(h[2], valueWords) {
		return c.long(blankIsZero)
	}
	if len(c.rows) > 1 && len(c.rows[1]) == len(h)+1 && c.words(c.rows[1][:1]) { // codes of columns without a cell above those of rows
		h = append([]string{""}, h...)
		c.rows[0] = h
	}
	row, col := c.labels()
	m := &labelled{name: name}
	first, from := 0, 0
	width := len(h)
	if row {
		first = 1
	}
	if col {
		from = 1
	}
	if row {
		m.cols = slices.Clone(h[from:])
		seen := map[string]bool{}
		for j, code := range m.cols {
			if code == "" {
				return nil, fault.New("calc.no-code").At(name, c.lines[0], tabular.Letters(from+j))
			}
			if seen[code] {
				return nil, fault.New("calc.twice", "code", code).At(name, c.lines[0], code)
			}
			seen[code] = true
		}
	}
	if len(c.rows) <= first || width <= from {
		return nil, fault.New("calc.empty", "file", name)
	}
	head := func(j int) string {
		if row && h[j] != "" {
			return h[j]
		}
		return tabular.Letters(j)
	}
	seen := map[string]bool{}
	for i := first; i < len(c.rows); i++ {
		r := c.rows[i]
		for len(r) > width && r[len(r)-1] == "" {
			r = r[:len(r)-1]
		}
		if len(r) > width {
			return nil, fault.New("calc.ragged", "want", width, "got", len(r)).At(name, c.lines[i], "")
		}
		if col {
			if r[0] == "" {
				return nil, fault.New("calc.no-code").At(name, c.lines[i], tabular.Letters(0))
			}
			if seen[r[0]] {
				return nil, fault.New("calc.twice", "code", r[0]).At(name, c.lines[i], "")
			}
			seen[r[0]] = true
			m.rows = append(m.rows, r[0])
		}
		values := make([]float64, width-from)
		for j := from; j < width; j++ {
			v, known, err := c.number(i, j, head(j))
			if err != nil {
				return nil, err
			}
			if !known {
				if !blankIsZero {
					return nil, fault.New("calc.blank").At(name, c.lines[i], head(j))
				}
				m.zeros++
			}
			values[j-from] = v
		}
		m.values = append(m.values, values)
	}
	return m, nil
}

// labels tells whether the first row and the first column hold codes. Codes may be numbers (26, 61): then the first cell, which is empty
// or says "code", tells.
func (c *cells) labels() (row, col bool) {
	h := c.rows[0]
	row = c.words(h[1:])
	below := make([]string, 0, len(c.rows))
	for _, r := range c.rows[1:] {
		below = append(below, r[0])
	}
	col = c.words(below)
	corner := among(h[0], codeWords)
	switch {
	case row && col:
		return true, true
	case row:
		return true, corner
	case col:
		return corner, true
	}
	named := h[0] == "" && len(h) > 1 && len(c.rows) > 1 || c.words(h[:1])
	return named, named
}

func (c *cells) long(blankIsZero bool) (*labelled, error) {
	m := &labelled{name: c.name}
	row, col := map[string]int{}, map[string]int{}
	type place struct{ i, j int }
	at := map[place]float64{}
	for k := 1; k < len(c.rows); k++ {
		r := c.rows[k]
		if len(r) < 2 || r[0] == "" || r[1] == "" {
			return nil, fault.New("calc.no-code").At(c.name, c.lines[k], "")
		}
		if len(r) > 3 {
			return nil, fault.New("calc.ragged", "want", 3, "got", len(r)).At(c.name, c.lines[k], "")
		}
		v, known, err := c.number(k, 2, c.rows[0][2])
		if err != nil {
			return nil, err
		}
		if !known {
			if !blankIsZero {
				return nil, fault.New("calc.blank").At(c.name, c.lines[k], c.rows[0][2])
			}
			m.zeros++
		}
		if _, ok := row[r[0]]; !ok {
			row[r[0]] = len(m.rows)
			m.rows = append(m.rows, r[0])
		}
		if _, ok := col[r[1]]; !ok {
			col[r[1]] = len(m.cols)
			m.cols = append(m.cols, r[1])
		}
		p := place{row[r[0]], col[r[1]]}
		if _, twice := at[p]; twice {
			return nil, fault.New("calc.twice", "code", r[0]+","+r[1]).At(c.name, c.lines[k], "")
		}
		at[p] = v
	}
	if len(at) == 0 {
		return nil, fault.New("calc.empty", "file", c.name)
	}
	if missing := len(m.rows)*len(m.cols) - len(at); missing > 0 {
		if !blankIsZero {
			for i, a := range m.rows {
				for j, b := range m.cols {
					if _, ok := at[place{i, j}]; !ok {
						return nil, fault.New("calc.no-cell", "row", a, "column", b, "file", c.name)
					}
				}
			}
		}
		m.zeros += missing
	}
	for i := range m.rows {
		m.values = append(m.values, make([]float64, len(m.cols)))
		for j := range m.cols {
			m.values[i][j] = at[place{i, j}]
		}
	}
	return m, nil
}

// vector is a list of numbers, by code where the file gives codes.
type vector struct {
	name   string
	codes  []string // nil without codes
	values []float64
	head   string               // heading of the values, "" without one
	extra  map[string][]float64 // further columns by heading
	known  map[string][]bool    // of the further columns
}

// vector reads numbers in any of the documented layouts: code,value (with or without headings, with further columns under headings), bare
// numbers in one column or one row, or one row of numbers under their codes.
func (e *Env) vector(name string) (*vector, error) {
	c, err := e.cells(name)
	if err != nil {
		return nil, err
	}
	v := &vector{name: name, extra: map[string][]float64{}, known: map[string][]bool{}}
	h, seen := c.rows[0], map[string]bool{}
	add := func(i, j int, code string) error {
		x, known, err := c.number(i, j, tabular.Letters(j))
		if err != nil {
			return err
		}
		if !known {
			return fault.New("calc.blank").At(name, c.lines[i], tabular.Letters(j))
		}
		if code != "" {
			if seen[code] {
				return fault.New("calc.twice", "code", code).At(name, c.lines[i], "")
			}
			seen[code] = true
			v.codes = append(v.codes, code)
		}
		v.values = append(v.values, x)
		return nil
	}
	width := 0
	for _, r := range c.rows {
		width = max(width, len(r))
	}
	headed := len(c.rows) > 1 && len(h) > 1 && c.words(h[1:2]) && // a heading of one letter may as well be a code
		(furtherColumns(h[2:]) && (among(h[0], codeWords) || among(h[1], valueWords)) || len(h[1]) > 1 && among(h[1], valueWords))
	switch {
	case width == 1: // a column of numbers, with or without a heading
		for i := range c.rows {
			if i == 0 && len(c.rows) > 1 && c.words(h) {
				continue
			}
			if err := add(i, 0, ""); err != nil {
				return nil, err
			}
		}
	case len(c.rows) == 1 && width != 2 || len(c.rows) == 1 && c.numeric(h[0]): // a row of numbers, its name before it or not
		from := 0
		if c.words(h[:1]) {
			from = 1
		}
		for j := from; j < width; j++ {
			if err := add(0, j, ""); err != nil {
				return nil, err
			}
		}
	case len(c.rows) == 2 && !headed && len(h) == len(c.rows[1]) && c.words(h) && c.numeric(c.rows[1][len(h)-1]) && (c.numeric(c.rows[1][0]) || width > 2):
		from := 0 // numbers under their codes, a heading and a name before them or not
		if c.words(c.rows[1][:1]) {
			from = 1
		}
		for j := from; j < width; j++ {
			if h[j] == "" {
				return nil, fault.New("calc.no-code").At(name, c.lines[0], tabular.Letters(j))
			}
			if err := add(1, j, h[j]); err != nil {
				return nil, err
			}
		}
	default:
		first := 0
		if len(h) > 1 && c.words(h[1:2]) {
			first, v.head = 1, h[1]
		}
		if first == 0 && width > 2 {
			return nil, fault.New("calc.not-a-list", "file", name)
		}
		for i := first; i < len(c.rows); i++ {
			if c.rows[i][0] == "" {
				return nil, fault.New("calc.no-code").At(name, c.lines[i], tabular.Letters(0))
			}
			if len(c.rows[i]) > max(2, len(h)) {
				return nil, fault.New("calc.ragged", "want", len(h), "got", len(c.rows[i])).At(name, c.lines[i], "")
			}
			if err := add(i, 1, c.rows[i][0]); err != nil {
				return nil, err
			}
			for j := 2; first == 1 && j < len(h); j++ {
				x, known, err := c.number(i, j, h[j])
				if err != nil {
					return nil, err
				}
				key := strings.ToLower(h[j])
				v.extra[key], v.known[key] = append(v.extra[key], x), append(v.known[key], known)
			}
		}
	}
	if len(v.values) == 0 {
		return nil, fault.New("calc.empty", "file", name)
	}
	return v, nil
}

// furtherColumns says whether headings are those of columns that may follow the values.
func furtherColumns(heads []string) bool {
	for _, h := range heads {
		if !among(h, []string{"se", "sd", "standard_error", "stderr", "cv", "variance", "var", "v"}) {
			return false
		}
	}
	return true
}

// column gives a further column by any of its names, nil where there is none. A blank cell in it is refused.
func (v *vector) column(names ...string) ([]float64, error) {
	for _, n := range names {
		if x, ok := v.extra[n]; ok {
			for i, known := range v.known[n] {
				if !known {
					return nil, fault.New("calc.blank").At(v.name, 0, n+" / "+v.codes[i])
				}
			}
			return x, nil
		}
	}
	return nil, nil
}

// order gives, for each of the wanted codes, its position in the vector.
func (v *vector) order(codes []string, n int, of string) ([]int, error) {
	return order(v.name, v.codes, len(v.values), codes, n, of)
}

// order gives, for each of n wanted codes of a file, its position among the codes that another has. Where either side has no codes the
// positions agree, and the lengths have to.
func order(file string, have []string, length int, codes []string, n int, of string) ([]int, error) {
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
	position := positions(have)
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

// positions gives where each code stands.
func positions(codes []string) map[string]int {
	out := make(map[string]int, len(codes))
	for i, c := range codes {
		out[c] = i
	}
	return out
}

// pick orders a column.
func pick(values []float64, at []int) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, len(at))
	for i, k := range at {
		out[i] = values[k]
	}
	return out
}

// places numbers rows or columns that have no codes, counted from 1.
func places(codes []string, n int) []string {
	if codes != nil {
		return codes
	}
	out := make([]string, n)
	for i := range out {
		out[i] = text(float64(i + 1))
	}
	return out
}
