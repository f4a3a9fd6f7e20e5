package ioformat

import (
	"io"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// LoadedSupplyUse is a supply and use pair and what was found in its files.
type LoadedSupplyUse struct {
	Pair     *inputoutput.SupplyUse
	Findings []inputoutput.Finding
	Notes    []*fault.Error
}

// ReadBEA reads the make and use tables of the US Bureau of Economic Analysis, before redefinitions, producer prices, detail
// or summary: wide matrices, make by industry × commodity, use by commodity × industry with rows of value added (V001,
// V00100 …) below and columns of final use (F010, F01000 …) to the right. The use table contains imports, which stand as a
// negative column of final use, so the pair is of Total origin. Totals (T001 … T008, or in words) are compared and
// their differences found; BEA's published cells are rounded, so differences of a few units are normal. Two columns
// named NA after the last final use have lost their names: they are taken for total final use and total output.
func ReadBEA(supply, use io.Reader, makeFile, useFile string, o tabular.Options) (*LoadedSupplyUse, error) {
	v, err := readBEA(supply, makeFile, o)
	if err != nil {
		return nil, err
	}
	u, err := readBEA(use, useFile, o)
	if err != nil {
		return nil, err
	}
	out := &LoadedSupplyUse{Pair: &inputoutput.SupplyUse{}}
	p := out.Pair
	p.Industries, p.Products = notTotals(v.Rows), notTotals(v.Columns)
	names := useNames(u)
	if len(p.Industries) == 0 || len(p.Products) == 0 || len(names.primary) == 0 {
		return nil, fault.New("ioformat.not-bea").At(useFile, 0, "")
	}
	if err := sameSet(p.Industries, names.industries, useFile); err != nil {
		return nil, err
	}
	if err := sameSet(p.Products, names.commodities, useFile); err != nil {
		return nil, err
	}
	if p.Make, err = v.block(p.Industries, p.Products); err != nil {
		return nil, err
	}
	if p.Use, err = u.block(p.Products, p.Industries); err != nil {
		return nil, err
	}
	if len(names.final) > 0 {
		f, err := u.block(p.Products, names.final)
		if err != nil {
			return nil, err
		}
		for k, c := range names.final {
			p.Final = append(p.Final, inputoutput.Column{Code: c, Values: mat.Col(nil, k, f)})
		}
	}
	w, err := u.block(names.primary, p.Industries)
	if err != nil {
		return nil, err
	}
	for k, c := range names.primary {
		p.Primary = append(p.Primary, inputoutput.Row{Code: c, Kind: inputoutput.ValueAdded, Values: w.RawRowView(k)})
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	totals := map[string]string{}
	if names.unnamed == 2 {
		totals["NA"], totals["NA.1"] = "row-final", "row-use"
		out.Notes = append(out.Notes, fault.New("ioformat.unnamed-totals").At(useFile, 1, "NA"))
	} else if names.unnamed > 0 {
		return nil, fault.New("ioformat.no-code").At(useFile, 1, "NA")
	}
	out.Findings = beaSums(v, u, p, names.final, names.primary, totals)
	return out, nil
}

// beaNames tells the columns and rows of a use table apart.
type beaNames struct {
	industries, final    []string // columns
	commodities, primary []string // rows
	unnamed              int      // columns behind final use that have lost their names
}

func useNames(u *Grid) beaNames {
	var out beaNames
	for _, c := range u.Columns {
		switch {
		case beaFinal(c):
			out.final = append(out.final, c)
		case beaTotal(c) != "":
		case (c == "NA" || c == "NA.1") && len(out.final) > 0:
			out.unnamed++
		default:
			out.industries = append(out.industries, c)
		}
	}
	for _, c := range u.Rows {
		switch {
		case beaPrimary(c):
			out.primary = append(out.primary, c)
		case beaTotal(c) == "":
			out.commodities = append(out.commodities, c)
		}
	}
	return out
}

func notTotals(codes []string) []string {
	var out []string
	for _, c := range codes {
		if beaTotal(c) == "" {
			out = append(out, c)
		}
	}
	return out
}

func readBEA(r io.Reader, file string, o tabular.Options) (*Grid, error) {
	d, err := openText(r, file, o)
	if err != nil {
		return nil, err
	}
	return readWide(d)
}

func beaFinal(c string) bool {
	return len(c) >= 4 && c[0] == 'F' && c[1] >= '0' && c[1] <= '9' && c[2] >= '0' && c[2] <= '9'
}

func beaPrimary(c string) bool {
	return len(c) >= 4 && c[0] == 'V' && c[1] >= '0' && c[1] <= '9'
}

// beaTotal says what a total code adds: the cells of its row or column, and which of them; "" where it is no total.
func beaTotal(c string) string {
	switch c {
	case "T001":
		return "row-intermediate"
	case "T004", "Total Final Uses (GDP)":
		return "row-final"
	case "T005":
		return "column-intermediate"
	case "T006", "Total Value Added":
		return "column-primary"
	case "T007", "Total Commodity Output":
		return "products"
	case "T008", "Total Industry Output":
		return "industries"
	case "Total Intermediate":
		return "intermediate"
	}
	return ""
}

// block takes cells by their codes; a missing one is an error.
func (g *Grid) block(rows, columns []string) (*mat.Dense, error) {
	out := mat.NewDense(len(rows), len(columns), nil)
	for i, a := range rows {
		for j, b := range columns {
			v := g.Cell(a, b)
			if !v.Known {
				return nil, fault.New("ioformat.blank-cell", "row", a, "column", b).At(g.File, g.line[g.row[a]], b)
			}
			out.Set(i, j, v.Value)
		}
	}
	return out, nil
}

func sameSet(want, got []string, file string) error {
	in := map[string]bool{}
	for _, c := range got {
		in[c] = true
	}
	for _, c := range want {
		if !in[c] {
			return fault.New("ioformat.code-missing", "code", c).At(file, 0, "")
		}
		delete(in, c)
	}
	for _, c := range got {
		if in[c] {
			return fault.New("ioformat.code-unexpected", "code", c).At(file, 0, "")
		}
	}
	return nil
}

// beaSums compares the printed totals of both tables.
func beaSums(v, u *Grid, p *inputoutput.SupplyUse, final, primary []string, names map[string]string) []inputoutput.Finding {
	var out []inputoutput.Finding
	compare := func(what, at string, printed inputoutput.Maybe, computed float64) {
		if d := computed - printed.Value; printed.Known && math.Abs(d) > tolerance(0, math.Abs(printed.Value)) {
			out = append(out, inputoutput.Finding{What: what, At: at, Printed: printed.Value, Computed: computed, Size: d})
		}
	}
	rowSum := func(g *Grid, row string, columns ...string) (s float64) {
		for _, c := range columns {
			s += g.Cell(row, c).Value
		}
		return s
	}
	columnSum := func(g *Grid, column string, rows ...string) (s float64) {
		for _, c := range rows {
			s += g.Cell(c, column).Value
		}
		return s
	}
	for _, t := range v.Columns { // output by industry
		if strings.HasPrefix(beaTotal(t), "industries") {
			for _, i := range p.Industries {
				compare("row", i+" / "+t, v.Cell(i, t), rowSum(v, i, p.Products...))
			}
		}
	}
	for _, t := range v.Rows { // output by commodity
		if beaTotal(t) == "products" {
			for _, c := range p.Products {
				compare("column", c+" / "+t, v.Cell(t, c), columnSum(v, c, p.Industries...))
			}
		}
	}
	for _, t := range u.Columns {
		kind := beaTotal(t)
		if kind == "" {
			kind = names[t]
		}
		var of []string
		switch kind {
		case "row-intermediate", "intermediate":
			of = p.Industries
		case "row-final":
			of = final
		case "row-use", "products":
			of = append(append([]string(nil), p.Industries...), final...)
		default:
			continue
		}
		for _, c := range p.Products {
			compare("row", c+" / "+t, u.Cell(c, t), rowSum(u, c, of...))
		}
	}
	for _, t := range u.Rows {
		var of []string
		switch beaTotal(t) {
		case "column-intermediate", "intermediate":
			of = p.Products
		case "column-primary":
			of = primary
		case "industries":
			of = append(append([]string(nil), p.Products...), primary...)
		default:
			continue
		}
		for _, i := range p.Industries {
			compare("column", i+" / "+t, u.Cell(t, i), columnSum(u, i, of...))
		}
	}
	return out
}
