package command

import (
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

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
	r := &vectorReader{Cells: c, seen: map[string]bool{}, v: &Vector{Name: name, Extra: map[string][]float64{}, known: map[string][]bool{}}}
	for _, row := range c.Rows {
		r.width = max(r.width, len(row))
	}
	h := c.Rows[0]
	switch {
	case r.width == 1:
		err = r.column()
	case len(c.Rows) == 1 && (r.width != 2 || c.Numeric(h[0])):
		err = r.row()
	case len(c.Rows) == 2 && !r.headed() && len(h) == len(c.Rows[1]) && c.Words(h) && c.Numeric(c.Rows[1][len(h)-1]) && (c.Numeric(c.Rows[1][0]) || r.width > 2):
		err = r.underCodes()
	default:
		err = r.list()
	}
	if err == nil && len(r.v.Values) == 0 {
		err = fault.New("calc.empty", "file", name)
	}
	if err != nil {
		return nil, err
	}
	return r.v, nil
}

// vectorReader is a file while a list of numbers is read from it.
type vectorReader struct {
	*Cells
	v     *Vector
	width int // of the longest row
	seen  map[string]bool
}

// headed says whether the first row is headings: of one letter they may as well be codes.
func (r *vectorReader) headed() bool {
	h := r.Rows[0]
	if len(r.Rows) < 2 || len(h) < 2 || !r.Words(h[1:2]) {
		return false
	}
	return furtherColumns(h[2:]) && (Among(h[0], CodeWords) || Among(h[1], ValueWords)) || len(h[1]) > 1 && Among(h[1], ValueWords)
}

// add takes the number of a cell, under a code where there is one.
func (r *vectorReader) add(i, j int, code string) error {
	x, known, err := r.Number(i, j, tabular.Letters(j))
	if err != nil {
		return err
	}
	if !known {
		return fault.New("calc.blank").At(r.Name, r.Lines[i], tabular.Letters(j))
	}
	if code != "" {
		if r.seen[code] {
			return fault.New("calc.twice", "code", code).At(r.Name, r.Lines[i], "")
		}
		r.seen[code] = true
		r.v.Codes = append(r.v.Codes, code)
	}
	r.v.Values = append(r.v.Values, x)
	return nil
}

// named is 1 where a row begins with a name, which is no number of its own.
func (r *vectorReader) named(row int) int {
	if r.Words(r.Rows[row][:1]) {
		return 1
	}
	return 0
}

// column reads a column of numbers, with or without a heading.
func (r *vectorReader) column() error {
	first := 0
	if len(r.Rows) > 1 {
		first = r.named(0)
	}
	for i := first; i < len(r.Rows); i++ {
		if err := r.add(i, 0, ""); err != nil {
			return err
		}
	}
	return nil
}

// row reads a row of numbers, its name before it or not.
func (r *vectorReader) row() error {
	for j := r.named(0); j < r.width; j++ {
		if err := r.add(0, j, ""); err != nil {
			return err
		}
	}
	return nil
}

// underCodes reads numbers under their codes, a heading and a name before them or not.
func (r *vectorReader) underCodes() error {
	h := r.Rows[0]
	for j := r.named(1); j < r.width; j++ {
		if h[j] == "" {
			return fault.New("calc.no-code").At(r.Name, r.Lines[0], tabular.Letters(j))
		}
		if err := r.add(1, j, h[j]); err != nil {
			return err
		}
	}
	return nil
}

// list reads a code and its number a line, with further columns where there are headings.
func (r *vectorReader) list() error {
	h, first := r.Rows[0], 0
	if len(h) > 1 && r.Words(h[1:2]) {
		first, r.v.Head = 1, h[1]
	}
	if first == 0 && r.width > 2 {
		return fault.New("calc.not-a-list", "file", r.Name)
	}
	for i := first; i < len(r.Rows); i++ {
		row := r.Rows[i]
		if row[0] == "" {
			return fault.New("calc.no-code").At(r.Name, r.Lines[i], tabular.Letters(0))
		}
		if len(row) > max(2, len(h)) {
			return fault.New("calc.ragged", "want", len(h), "got", len(row)).At(r.Name, r.Lines[i], "")
		}
		if err := r.add(i, 1, row[0]); err != nil {
			return err
		}
		for j := 2; first == 1 && j < len(h); j++ {
			x, known, err := r.Number(i, j, h[j])
			if err != nil {
				return err
			}
			key := strings.ToLower(h[j])
			r.v.Extra[key], r.v.known[key] = append(r.v.Extra[key], x), append(r.v.known[key], known)
		}
	}
	return nil
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
	return Reorder(v.Values, at), nil
}

// Positions gives where each code stands.
func Positions(codes []string) map[string]int {
	out := make(map[string]int, len(codes))
	for i, c := range codes {
		out[c] = i
	}
	return out
}

// Reorder orders a column.
func Reorder(values []float64, at []int) []float64 {
	if values == nil {
		return nil
	}
	out := make([]float64, len(at))
	for i, k := range at {
		out[i] = values[k]
	}
	return out
}

// Numbered numbers rows or columns that have no codes, counted from 1.
func Numbered(codes []string, n int) []string {
	if codes != nil {
		return codes
	}
	out := make([]string, n)
	for i := range out {
		out[i] = Number(float64(i + 1))
	}
	return out
}
