package iotable

import (
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
)

// SupplyUse reads a rectangular pair: --table is the use table (products × industries, with columns of final use and rows of primary
// inputs), and what industries make comes from --make-table (industries × products) or --supply-table (products × industries).
func SupplyUse(e *command.Env, f *Flags) (*inputoutput.SupplyUse, []*fault.Error, error) {
	if f.MakeTable != "" && f.SupplyTable != "" {
		return nil, nil, fault.New("calc.not-together", "flag", "--make-table", "other", "--supply-table")
	}
	name, flip := f.MakeTable, false
	if name == "" {
		name, flip = f.SupplyTable, true
	}
	if name == "" {
		return nil, nil, e.Missing("make-table")
	}
	v, err := Grid(e, name)
	if err != nil {
		return nil, nil, err
	}
	u, err := Grid(e, f.File)
	if err != nil {
		return nil, nil, err
	}
	if err := f.Present(u, v); err != nil {
		return nil, nil, err
	}
	r := &rectangle{f: f, make: v, use: u, flip: flip, pair: &inputoutput.SupplyUse{}}
	if err := r.read(); err != nil {
		return nil, nil, err
	}
	notes := command.Zeros(nil, &command.Matrix{Name: u.File, Zeros: r.zeros})
	if err := noRole(u.File, r.ignored); err != nil {
		return nil, nil, err
	}
	largest := 0.0
	for _, x := range append(r.pair.IndustryOutput(), r.pair.ProductOutput()...) {
		largest = max(largest, x, -x)
	}
	return r.pair, append(notes, findings(u.File, r.pair.Reconcile(1e-9*largest))...), nil
}

// rectangle is a pair while it is read.
type rectangle struct {
	f         *Flags
	make, use *ioformat.Grid
	flip      bool // make is a supply table
	pair      *inputoutput.SupplyUse
	zeros     int
	ignored   []string
}

func (r *rectangle) read() error {
	f, p := r.f, r.pair
	final, imports := command.List(f.Final), []string(nil)
	for _, c := range command.List(f.Imports) {
		if !r.use.HasRow(c) && r.use.HasColumn(c) { // imports of total flows: a negative final use
			final = append(final, c)
		} else {
			imports = append(imports, c)
		}
	}
	p.Industries, p.Products = r.make.Rows, r.make.Columns
	if r.flip {
		p.Industries, p.Products = r.make.Columns, r.make.Rows
	}
	no := append(slices.Concat(command.List(f.Ignore), command.List(f.Output)), "total")
	named := func(c string) bool { return slices.Contains(no, c) || strings.EqualFold(c, "total") }
	p.Industries = slices.DeleteFunc(slices.Clone(p.Industries), named)
	p.Products = slices.DeleteFunc(slices.Clone(p.Products), named)
	if given := command.List(f.Industries); given != nil {
		p.Industries = given
	}
	if len(p.Industries) == 0 || len(p.Products) == 0 {
		return fault.New("ioformat.no-industries").At(r.make.File, 0, "")
	}
	p.Make = mat.NewDense(len(p.Industries), len(p.Products), nil)
	p.Use = mat.NewDense(len(p.Products), len(p.Industries), nil)
	for i, industry := range p.Industries {
		for k, product := range p.Products {
			row, column := industry, product
			if r.flip {
				row, column = product, industry
			}
			made, err := r.cell(r.make, row, column)
			if err != nil {
				return err
			}
			used, err := r.cell(r.use, product, industry)
			if err != nil {
				return err
			}
			p.Make.Set(i, k, made)
			p.Use.Set(k, i, used)
		}
	}
	for _, c := range final {
		column := inputoutput.Column{Code: c, Values: make([]float64, len(p.Products))}
		for k, product := range p.Products {
			var err error
			if column.Values[k], err = r.cell(r.use, product, c); err != nil {
				return err
			}
		}
		p.Final = append(p.Final, column)
	}
	roles := []struct {
		kind  inputoutput.Kind
		codes []string
	}{{inputoutput.Import, imports}, {inputoutput.ProductTax, command.List(f.Taxes)}, {inputoutput.ValueAdded, command.List(f.ValueAdded)}, {inputoutput.Detail, command.List(f.Details)},
		{inputoutput.Physical, command.List(f.Physical)}}
	used := slices.Concat(final, p.Products, p.Industries)
	for _, role := range roles {
		for _, c := range role.codes {
			row := inputoutput.Row{Code: c, Kind: role.kind, Values: make([]float64, len(p.Industries))}
			for j, industry := range p.Industries {
				var err error
				if row.Values[j], err = r.cell(r.use, c, industry); err != nil {
					return err
				}
			}
			p.Primary = append(p.Primary, row)
			used = append(used, c)
		}
	}
	for _, c := range append(slices.Clone(r.use.Rows), r.use.Columns...) {
		if !slices.Contains(used, c) && !named(c) && !slices.Contains(r.ignored, c) {
			r.ignored = append(r.ignored, c)
		}
	}
	return nil
}

// cell reads a cell that has to be there; a blank one is refused unless declared a zero.
func (r *rectangle) cell(g *ioformat.Grid, row, column string) (float64, error) {
	if !g.HasRow(row) {
		return 0, fault.New("ioformat.no-such-row", "code", row).At(g.File, 0, "")
	}
	if !g.HasColumn(column) {
		return 0, fault.New("ioformat.no-such-column", "code", column).At(g.File, 0, "")
	}
	v := g.Cell(row, column)
	if !v.Known {
		if !r.f.BlankIsZero {
			return 0, fault.New("ioformat.blank-cell", "row", row, "column", column).At(g.File, 0, column)
		}
		r.zeros++
	}
	return v.Value, nil
}
