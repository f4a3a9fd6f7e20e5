package balance

import (
	"slices"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// What a column of the joint problem, and a heading of totals, says of its table.
const supplyWord, useWord = "supply", "use"

// supplyAndUse balances a pair of tables over the same products to the totals of their columns.
func supplyAndUse(e *command.Env, f *balanceFlags, opt balance.Options) error {
	needs := []string{"supply", "use", "supply-totals", "use-totals"}
	if f.Cols != "" { // both totals in one file
		if needs = needs[:2]; f.SupplyTotals != "" || f.UseTotals != "" {
			return fault.New("calc.one-of", "a", "--cols", "b", "--supply-totals, --use-totals")
		}
	}
	if err := e.Need(needs...); err != nil {
		return err
	}
	what, err := command.OneOf("what", f.What, []command.Choice[string]{{"", "tables"}, {"tables", "tables"}, {"supply", "supply"}, {"use", "use"}, {"products", "products"}})
	if err != nil {
		return err
	}
	if opt.Gap, err = command.OneOf("gap", f.Gap, []command.Choice[balance.Gap]{{"refuse", balance.RefuseGap}, {"scale-use", balance.ScaleColumns}, {"scale-supply", balance.ScaleRows}}); err != nil {
		return err
	}
	supply, use, err := readPair(e, f)
	if err != nil {
		return err
	}
	supplyTotals, useTotals, err := pairTotals(e, f, supply, use)
	if err != nil {
		return err
	}
	columns := make([]string, 0, len(use.Cols)+len(supply.Cols)) // of the joint problem
	for _, c := range use.Cols {
		columns = append(columns, useWord+":"+c)
	}
	for _, c := range supply.Cols {
		columns = append(columns, supplyWord+":"+c)
	}
	products, uses := supply.Rows, len(use.Cols)
	opt.Names = balance.Names{Rows: products, Columns: columns}
	if opt.Held, err = held(e, f.Hold, products, columns); err != nil {
		return err
	}
	b, err := balance.SUTRAS(balance.SupplyUse{Supply: supply.Dense(), Use: use.Dense()}, supplyTotals, useTotals, opt)
	if err != nil {
		return err
	}
	d := b.Diagnostics
	notes := append(command.Zeros(command.Zeros(nil, supply), use), scalingNotes(d)...)
	reached := make([]float64, len(d.ColumnTargets)) // supply stands with a minus in the joint problem
	for j, t := range d.ColumnTargets {
		if reached[j] = t; j >= uses {
			reached[j] = 0 - t
		}
	}
	e.Say("explain", "method", f.Method, "iterations", d.Iterations, "residual", command.Number(d.MaxResidual))
	for i, c := range products {
		e.Say("explain-product", "code", c, "factor", command.Number(b.ProductFactors[i]), "total", command.Number(b.ProductTotals[i]))
	}
	sayFactors(e, columns, d.ColumnFactors, reached)
	s, u := command.Rows(b.Supply), command.Rows(b.Use)
	if e.JSON() {
		forced := [][2]string{}
		for _, c := range d.ForcedZero {
			forced = append(forced, [2]string{products[c.Row], columns[c.Column]})
		}
		return e.WriteJSON(command.Object{{"supply", s}, {"use", u}, {"productTotals", command.ByCode(products, b.ProductTotals)}, {"iterations", d.Iterations}, {"maxResidual", d.MaxResidual},
			{"method", f.Method}, {"products", products}, {"supplyCols", supply.Cols}, {"useCols", use.Cols}, {"productFactors", command.ByCode(products, b.ProductFactors)},
			{"supplyFactors", command.ByCode(supply.Cols, d.ColumnFactors[uses:])}, {"useFactors", command.ByCode(use.Cols, d.ColumnFactors[:uses])},
			{"supplyTotals", command.ByCode(supply.Cols, reached[uses:])}, {"useTotals", command.ByCode(use.Cols, reached[:uses])}, {"forcedZero", forced}, {"rate", d.Rate}, {"notes", e.Remarks(notes)}})
	}
	e.Warn(notes)
	switch what {
	case "supply":
		return e.WriteCSV(command.Wide("code", products, supply.Cols, s)...)
	case "use":
		return e.WriteCSV(command.Wide("code", products, use.Cols, u)...)
	case "products":
		out := [][]string{{"code", "total", "factor"}}
		for i, c := range products {
			out = append(out, []string{c, command.Number(b.ProductTotals[i]), command.Number(b.ProductFactors[i])})
		}
		return e.WriteCSV(out...)
	}
	out := [][]string{{"table", "row", "column", "value"}}
	for i, p := range products {
		for j, c := range supply.Cols {
			out = append(out, []string{supplyWord, p, c, command.Number(s[i][j])})
		}
		for j, c := range use.Cols {
			out = append(out, []string{useWord, p, c, command.Number(u[i][j])})
		}
		out = append(out, []string{"products", p, "total", command.Number(b.ProductTotals[i])})
	}
	return e.WriteCSV(out...)
}

// readPair reads the two tables, products × columns, and brings the products of use into the order of supply.
func readPair(e *command.Env, f *balanceFlags) (supply, use *command.Matrix, err error) {
	if supply, err = e.Matrix(f.Supply, f.BlankIsZero); err != nil {
		return nil, nil, err
	}
	if use, err = e.Matrix(f.Use, f.BlankIsZero); err != nil {
		return nil, nil, err
	}
	at, err := command.Order(use.Name, use.Rows, len(use.Values), supply.Rows, len(supply.Values), supply.Name)
	if err != nil {
		return nil, nil, err
	}
	values := make([][]float64, len(at))
	for i, k := range at {
		values[i] = use.Values[k]
	}
	if supply.Rows == nil {
		supply.Rows = use.Rows
	}
	supply.Rows = command.Numbered(supply.Rows, len(at))
	use.Rows, use.Values = supply.Rows, values
	return supply, use, nil
}

// pairTotals reads the totals of the columns of both tables: from a file for each, or from one headed code,supply,use.
func pairTotals(e *command.Env, f *balanceFlags, supply, use *command.Matrix) (s, u []float64, err error) {
	var both [2]*command.Vector
	if f.Cols == "" {
		if both[0], err = e.Vector(f.SupplyTotals); err != nil {
			return nil, nil, err
		}
		if both[1], err = e.Vector(f.UseTotals); err != nil {
			return nil, nil, err
		}
	} else if both, err = twoTotals(e, f.Cols); err != nil {
		return nil, nil, err
	}
	var out [2][]float64
	for k, m := range []*command.Matrix{supply, use} {
		n := len(m.Values[0])
		at, err := both[k].Order(m.Cols, n, m.Name)
		if err != nil {
			return nil, nil, err
		}
		out[k] = command.Reorder(both[k].Values, at)
		if m.Cols == nil && both[k].Codes != nil {
			m.Cols = slices.Clone(both[k].Codes)
		}
		m.Cols = command.Numbered(m.Cols, n)
	}
	return out[0], out[1], nil
}

// twoTotals reads code,supply,use. An industry has both; imports or final demand leave the other blank.
func twoTotals(e *command.Env, file string) (out [2]*command.Vector, err error) {
	t, err := e.Table(file)
	if err != nil {
		return out, err
	}
	for k, names := range [][]string{{supplyWord, "nguồn", "nguon"}, {useWord, "sử dụng", "su dung", "su_dung"}} {
		col, err := t.Column(names...)
		if err != nil {
			return out, err
		}
		v, seen := &command.Vector{Name: file}, map[string]bool{}
		for i := range t.Len() {
			x, known, err := t.Value(i, col)
			if err != nil {
				return out, err
			}
			code := t.Text(i, 0)
			switch {
			case code == "":
				return out, fault.New("calc.no-code").At(file, t.Line(i), t.Head[0])
			case seen[code]:
				return out, fault.New("calc.twice", "code", code).At(file, t.Line(i), "")
			case known:
				v.Codes, v.Values = append(v.Codes, code), append(v.Values, x)
			}
			seen[code] = true
		}
		if v.Codes == nil {
			return out, fault.New("calc.empty", "file", file)
		}
		out[k] = v
	}
	return out, nil
}
