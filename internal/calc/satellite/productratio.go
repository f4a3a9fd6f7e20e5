package satellite

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/iotable"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/tabular"
)

// productRatio applies the digital part of each industry's output to its value added. The make table is, in this order: --make (industries ×
// products), --supply (products × industries), the table itself where value added is a column of it (industries × products) or a row (products
// × industries); where it is a row and the codes of products are those of industries, the table is an input-output table, in which each
// industry makes its own product.
func (r *digitalRun) productRatio() error {
	if err := r.e.Need("value-added"); err != nil {
		return err
	}
	g, err := iotable.Grid(r.e, r.f.File)
	if err != nil {
		return err
	}
	names := command.List(r.f.ValueAdded)
	codes, asRow, err := r.industriesOf(g, names[0])
	if err != nil {
		return err
	}
	p := satellite.ProductRatio{}
	switch {
	case r.Make != "" || r.Supply != "":
		err = r.makeFile(&p)
	default:
		err = r.makeInTable(g, codes, asRow, &p)
	}
	if err != nil {
		return err
	}
	codes = p.Industries
	va, err := sumLines(g, names, codes)
	if err != nil {
		return err
	}
	add := func(name string, v []satellite.Maybe) error {
		values, err := all(g, name, codes, v)
		p.Measures = append(p.Measures, inputoutput.Row{Code: name, Values: values})
		return err
	}
	if err := add("value-added", va); err != nil {
		return err
	}
	for _, name := range slices.Concat(command.List(r.Measures), command.List(r.f.Details), command.List(r.f.Physical)) {
		v, err := line(g, name, codes)
		if err != nil {
			return err
		}
		if err := add(name, v); err != nil {
			return err
		}
	}
	if err := r.fractions(&p); err != nil {
		return err
	}
	if r.Deflators != "" {
		return r.inVolume(g, p)
	}
	a, err := p.Compute()
	if err != nil {
		return err
	}
	r.notes = append(r.notes, a.Warnings...)
	main := a.Measures[0]
	for i, c := range codes {
		r.e.Say("explain-ratio", "code", c, "d", command.Number(a.Ratio[i]), "va", command.Number(p.Measures[0].Values[i]), "digital", command.Number(main.ByIndustry[i]))
	}
	return r.write(satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, inputoutput.Known(main.Digital), main.Share, codes, satellite.Known(main.ByIndustry...), ratioTerms(codes, a))
}

// ratioTerms are what the product ratio has beyond the terms of every definition.
func ratioTerms(codes []string, a satellite.RatioAccount) command.Object {
	measures := command.Object{}
	for _, m := range append([]satellite.Measured{a.Output}, a.Measures...) {
		measures = append(measures, command.Member{m.Code, command.Object{{"total", m.Digital}, {"whole", m.Whole}, {"share", m.Share}, {"byIndustry", command.ByCode(codes, m.ByIndustry)}, {"groups", m.Groups}}})
	}
	return command.Object{{"gdp", a.Measures[0].Whole}, {"ratio", command.ByCode(codes, a.Ratio)}, {"measures", measures}, {"checks", a.Checks}}
}

// fractions reads how much of each product is digital: a file, or whole products named by --digital, or both for different products.
func (r *digitalRun) fractions(p *satellite.ProductRatio) error {
	p.Digital.ID = "--digital"
	for _, c := range r.codes {
		p.Digital.Fractions = append(p.Digital.Fractions, satellite.Fraction{Product: c, Share: 1})
	}
	if r.Phi == "" {
		return nil
	}
	p.Digital.ID = r.Phi
	c, err := r.e.Cells(r.Phi)
	if err != nil {
		return err
	}
	first := 0
	if len(c.Rows) > 1 && len(c.Rows[0]) > 1 && c.Words(c.Rows[0][1:2]) {
		first = 1
	}
	for i := first; i < len(c.Rows); i++ {
		row := c.Rows[i]
		if len(row) == 1 && len(c.Rows)-first == len(p.Products) { // bare numbers, in the order of the products
			row = []string{p.Products[i-first], row[0]}
			c.Rows[i] = row
		}
		v, known, err := c.Number(i, 1, tabular.Letters(1))
		if err != nil {
			return err
		}
		if !known {
			return fault.New("calc.blank").At(c.Name, c.Lines[i], tabular.Letters(1))
		}
		f := satellite.Fraction{Product: row[0], Share: v}
		if len(row) > 2 {
			f.Group = row[2]
		}
		p.Digital.Fractions = append(p.Digital.Fractions, f)
	}
	return nil
}

func (r *digitalRun) makeFile(p *satellite.ProductRatio) error {
	if err := r.oneMake(); err != nil {
		return err
	}
	name, flip := r.Make, false
	if name == "" {
		name, flip = r.Supply, true
	}
	m, err := r.e.Matrix(name, r.f.BlankIsZero)
	if err != nil {
		return err
	}
	r.notes = command.Zeros(r.notes, m)
	if m.Rows == nil || m.Cols == nil {
		return fault.New("calc.no-codes", "file", name)
	}
	p.Industries, p.Products, p.Make = m.Rows, m.Cols, m.Dense()
	if flip {
		p.Industries, p.Products, p.Make = m.Cols, m.Rows, mat.DenseCopyOf(p.Make.T())
	}
	return nil
}

func (r *digitalRun) makeInTable(g *ioformat.Grid, codes []string, asRow bool, p *satellite.ProductRatio) error {
	if asRow && square(g, codes) { // value added below the industries, which are products too: an input-output table
		t, notes, err := r.f.Read(r.e, g, inputoutput.Domestic)
		if err != nil {
			return err
		}
		r.notes = append(append(r.notes, notes...), fault.New("calc.own-product"))
		p.Industries, p.Products = t.Codes, t.Codes
		p.Make = mat.NewDense(t.N(), t.N(), nil)
		for i, x := range t.GrossOutput() {
			p.Make.Set(i, i, x)
		}
		return nil
	}
	no := slices.Concat(command.List(r.f.Ignore), command.List(r.f.ValueAdded), command.List(r.Measures), command.List(r.f.Details), command.List(r.f.Physical), command.List(r.f.Output))
	p.Industries = codes
	from := g.Columns
	if asRow {
		from = g.Rows
	}
	for _, c := range from {
		if !slices.Contains(no, c) {
			p.Products = append(p.Products, c)
		}
	}
	if len(p.Products) == 0 {
		return fault.New("ioformat.no-cells").At(g.File, 0, "")
	}
	p.Make = mat.NewDense(len(codes), len(p.Products), nil)
	blanks := &command.Matrix{Name: g.File}
	for i, c := range codes {
		for j, q := range p.Products {
			row, col := c, q
			if asRow {
				row, col = q, c
			}
			x := g.Cell(row, col)
			if !x.Known {
				if !r.f.BlankIsZero {
					return fault.New("ioformat.blank-cell", "row", row, "column", col).At(g.File, 0, col)
				}
				blanks.Zeros++
			}
			p.Make.Set(i, j, x.Value)
		}
	}
	r.notes = command.Zeros(r.notes, blanks)
	return nil
}

// square says whether the industries are both rows and columns.
func square(g *ioformat.Grid, codes []string) bool {
	for _, c := range codes {
		if !g.HasRow(c) || !g.HasColumn(c) {
			return false
		}
	}
	return true
}
