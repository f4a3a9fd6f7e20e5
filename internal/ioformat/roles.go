package ioformat

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
)

// Roles say what the rows and columns of a grid are. Codes that have no role and are not both a row and a column are
// left out and listed as ignored.
type Roles struct {
	Origin     inputoutput.Origin // "" means Domestic
	Industries []string           // nil: every code that is both a row and a column and has no other role
	RowOf      func(industry string) string
	Final      []string // columns of final use; imports as a negative column belong here
	ValueAdded []string // rows
	Imports    []string // rows
	// ImportsByProduct is a row that holds, under each industry, the imports of the product of that name, as a part of
	// supply: in a total table it becomes a negative column of final use.
	ImportsByProduct string
	Taxes            []string // rows: taxes less subsidies on products
	Details          []string // rows that are part of another
	Physical         []string // rows in another unit
	Output           string   // the row of gross output; "" where it is to be computed
	RowSums          []Sum    // printed columns: totals along rows
	ColumnSums       []Sum    // printed rows: totals along columns
	// BlankIsZero takes missing cells for zeros, and says how many; else the first one is an error. It never does so for
	// output and value added.
	BlankIsZero bool
	// Tolerance of printed totals, in the unit of the table; differences up to it are not reported.
	Tolerance float64
}

// Sum is a printed total: the code of its row or column and the codes that it adds, "*" for all industries.
type Sum struct {
	Code string
	Of   []string
}

// Loaded is a table and what was found in its file.
type Loaded struct {
	Table    *inputoutput.Table
	Findings []inputoutput.Finding // printed totals that disagree with their cells, and rows that disagree with columns
	Notes    []*fault.Error        // what had to be decided while reading
	Ignored  []string              // codes of rows and columns without a role
}

// Table makes a symmetric table of a grid.
func (g *Grid) Table(r Roles) (*Loaded, error) {
	industries, err := g.industries(r)
	if err != nil {
		return nil, err
	}
	rowOf := r.RowOf
	if rowOf == nil {
		rowOf = func(c string) string { return c }
	}
	b := &tableReader{Grid: g, roles: r, industries: industries, rowOf: rowOf, strict: map[string]bool{r.Output: true}}
	for _, c := range r.ValueAdded {
		b.strict[c] = true
	}
	out := &Loaded{Table: &inputoutput.Table{Codes: industries, Origin: r.Origin}}
	t := out.Table
	if t.Z, err = b.flows(); err != nil {
		return nil, err
	}
	if t.Final, err = b.final(); err != nil {
		return nil, err
	}
	if t.Primary, err = b.primary(); err != nil {
		return nil, err
	}
	if r.ImportsByProduct != "" {
		v, err := b.line(r.ImportsByProduct)
		if err != nil {
			return nil, err
		}
		for i := range v {
			v[i] = -v[i]
		}
		t.Final = append(t.Final, inputoutput.Column{Code: r.ImportsByProduct, Values: v})
	}
	if r.Output != "" {
		if t.Output, err = b.line(r.Output); err != nil {
			return nil, err
		}
	}
	if b.blanks > 0 {
		out.Notes = append(out.Notes, fault.New("ioformat.blanks-are-zero", "count", b.blanks).At(g.File, 0, ""))
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if out.Findings, err = g.sums(r, industries, rowOf); err != nil {
		return nil, err
	}
	out.Findings = append(out.Findings, t.Reconcile(tolerance(r.Tolerance, maxOf(t.GrossOutput())))...)
	out.Ignored = g.ignored(r, industries, rowOf)
	return out, nil
}

// tableReader takes the cells of one table out of a grid and counts the blank ones that it takes for zero.
type tableReader struct {
	*Grid
	roles      Roles
	industries []string
	rowOf      func(string) string
	strict     map[string]bool // rows in which a blank is never a zero: nothing could be divided by them
	blanks     int
}

func (b *tableReader) cell(row, column string) (float64, error) {
	v := b.Cell(row, column)
	if !v.Known {
		if !b.roles.BlankIsZero || b.strict[row] {
			line := 0
			if i, ok := b.row[row]; ok {
				line = b.Grid.line[i]
			}
			return 0, fault.New("ioformat.blank-cell", "row", row, "column", column).At(b.File, line, column)
		}
		b.blanks++
	}
	return v.Value, nil
}

func (b *tableReader) flows() (*mat.Dense, error) {
	out := mat.NewDense(len(b.industries), len(b.industries), nil)
	for i, from := range b.industries {
		for j, to := range b.industries {
			v, err := b.cell(b.rowOf(from), to)
			if err != nil {
				return nil, err
			}
			out.Set(i, j, v)
		}
	}
	return out, nil
}

func (b *tableReader) final() (out []inputoutput.Column, err error) {
	for _, f := range b.roles.Final {
		if !b.HasColumn(f) {
			return nil, fault.New("ioformat.no-such-column", "code", f).At(b.File, 0, "")
		}
		column := inputoutput.Column{Code: f, Values: make([]float64, len(b.industries))}
		for i, from := range b.industries {
			if column.Values[i], err = b.cell(b.rowOf(from), f); err != nil {
				return nil, err
			}
		}
		out = append(out, column)
	}
	return out, nil
}

// line reads a row that is no industry's.
func (b *tableReader) line(code string) (out []float64, err error) {
	if !b.HasRow(code) {
		return nil, fault.New("ioformat.no-such-row", "code", code).At(b.File, 0, "")
	}
	out = make([]float64, len(b.industries))
	for j, to := range b.industries {
		if out[j], err = b.cell(code, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b *tableReader) primary() (out []inputoutput.Row, err error) {
	r := b.roles
	for _, set := range []struct {
		kind  inputoutput.Kind
		codes []string
	}{{inputoutput.Import, r.Imports}, {inputoutput.ProductTax, r.Taxes}, {inputoutput.ValueAdded, r.ValueAdded}, {inputoutput.Detail, r.Details}, {inputoutput.Physical, r.Physical}} {
		for _, code := range set.codes {
			v, err := b.line(code)
			if err != nil {
				return nil, err
			}
			out = append(out, inputoutput.Row{Code: code, Kind: set.kind, Values: v})
		}
	}
	return out, nil
}

// tolerance keeps the rounding of binary sums out of the findings.
func tolerance(asked, scale float64) float64 { return math.Max(asked, 1e-9*scale) }

func maxOf(v []float64) (m float64) {
	for _, x := range v {
		m = math.Max(m, math.Abs(x))
	}
	return m
}

// used lists every code that has a role other than being an industry.
func (r Roles) used() map[string]bool {
	out := map[string]bool{r.Output: true, r.ImportsByProduct: true}
	for _, set := range [][]string{r.Final, r.ValueAdded, r.Imports, r.Taxes, r.Details, r.Physical} {
		for _, c := range set {
			out[c] = true
		}
	}
	for _, set := range [][]Sum{r.RowSums, r.ColumnSums} {
		for _, s := range set {
			out[s.Code] = true
		}
	}
	delete(out, "")
	return out
}

func (g *Grid) industries(r Roles) ([]string, error) {
	var out []string
	if r.Industries != nil {
		rowOf := r.RowOf
		if rowOf == nil {
			rowOf = func(c string) string { return c }
		}
		for _, c := range r.Industries {
			if !g.HasColumn(c) {
				return nil, fault.New("ioformat.no-such-column", "code", c).At(g.File, 0, "")
			}
			if !g.HasRow(rowOf(c)) {
				return nil, fault.New("ioformat.no-such-row", "code", rowOf(c)).At(g.File, 0, "")
			}
		}
		out = r.Industries
	} else {
		used := r.used()
		for _, c := range g.Columns {
			if g.HasRow(c) && !used[c] && !strings.EqualFold(c, "total") {
				out = append(out, c)
			}
		}
	}
	if len(out) == 0 {
		return nil, fault.New("ioformat.no-industries").At(g.File, 0, "")
	}
	return out, nil
}

// sums compares every printed total with its cells. A total that is blank is not compared.
func (g *Grid) sums(r Roles, industries []string, rowOf func(string) string) ([]inputoutput.Finding, error) {
	var out []inputoutput.Finding
	compare := func(what, at string, printed inputoutput.Maybe, cells []inputoutput.Maybe) {
		if !printed.Known {
			return
		}
		sum, scale := 0.0, math.Abs(printed.Value)
		for _, c := range cells {
			sum += c.Value
			scale = math.Max(scale, math.Abs(c.Value))
		}
		if d := sum - printed.Value; math.Abs(d) > tolerance(r.Tolerance, scale) {
			out = append(out, inputoutput.Finding{What: what, At: at, Printed: printed.Value, Computed: sum, Size: d})
		}
	}
	expand := func(of []string, asRow bool) []string {
		var codes []string
		for _, c := range of {
			if c != "*" {
				codes = append(codes, c)
				continue
			}
			for _, i := range industries {
				if asRow {
					i = rowOf(i)
				}
				codes = append(codes, i)
			}
		}
		return codes
	}
	for _, s := range r.RowSums {
		if !g.HasColumn(s.Code) {
			return nil, fault.New("ioformat.no-such-column", "code", s.Code).At(g.File, 0, "")
		}
		parts := expand(s.Of, false)
		for _, i := range industries {
			cells := make([]inputoutput.Maybe, len(parts))
			for k, c := range parts {
				cells[k] = g.Cell(rowOf(i), c)
			}
			compare("row", i+" / "+s.Code, g.Cell(rowOf(i), s.Code), cells)
		}
	}
	for _, s := range r.ColumnSums {
		if !g.HasRow(s.Code) {
			return nil, fault.New("ioformat.no-such-row", "code", s.Code).At(g.File, 0, "")
		}
		parts := expand(s.Of, true)
		for _, j := range append(append([]string(nil), industries...), r.Final...) {
			cells := make([]inputoutput.Maybe, len(parts))
			for k, c := range parts {
				cells[k] = g.Cell(c, j)
			}
			compare("column", j+" / "+s.Code, g.Cell(s.Code, j), cells)
		}
	}
	return out, nil
}

func (g *Grid) ignored(r Roles, industries []string, rowOf func(string) string) []string {
	used := r.used()
	rows, columns := map[string]bool{}, map[string]bool{}
	for _, i := range industries {
		rows[rowOf(i)], columns[i] = true, true
	}
	var out []string
	for _, c := range g.Rows {
		if !used[c] && !rows[c] {
			out = append(out, c)
		}
	}
	for _, c := range g.Columns {
		if !used[c] && !columns[c] && !(g.HasRow(c) && !rows[c]) {
			out = append(out, c)
		}
	}
	return out
}
