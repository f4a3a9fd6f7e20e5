package calc

import (
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// What a column of the joint problem, and a heading of totals, says of its table.
const supplyWord, useWord = "supply", "use"

// supplyAndUse balances a pair of tables over the same products to the totals of their columns.
func supplyAndUse(e *Env, f *balanceFlags, opt balance.Options) error {
	needs := []string{"supply", "use", "supply-totals", "use-totals"}
	if f.Cols != "" { // both totals in one file
		if needs = needs[:2]; f.SupplyTotals != "" || f.UseTotals != "" {
			return fault.New("calc.one-of", "a", "--cols", "b", "--supply-totals, --use-totals")
		}
	}
	if err := e.need(needs...); err != nil {
		return err
	}
	what, err := oneOf("what", f.What, []choice[string]{{"", "tables"}, {"tables", "tables"}, {"supply", "supply"}, {"use", "use"}, {"products", "products"}})
	if err != nil {
		return err
	}
	if opt.Gap, err = oneOf("gap", f.Gap, []choice[balance.Gap]{{"refuse", balance.RefuseGap}, {"scale-use", balance.ScaleColumns}, {"scale-supply", balance.ScaleRows}}); err != nil {
		return err
	}
	supply, use, err := e.pair(f)
	if err != nil {
		return err
	}
	supplyTotals, useTotals, err := e.pairTotals(f, supply, use)
	if err != nil {
		return err
	}
	columns := make([]string, 0, len(use.cols)+len(supply.cols)) // of the joint problem
	for _, c := range use.cols {
		columns = append(columns, useWord+":"+c)
	}
	for _, c := range supply.cols {
		columns = append(columns, supplyWord+":"+c)
	}
	products, uses := supply.rows, len(use.cols)
	opt.Names = balance.Names{Rows: products, Columns: columns}
	if opt.Held, err = e.held(f.Hold, products, columns); err != nil {
		return err
	}
	b, err := balance.SUTRAS(balance.SupplyUse{Supply: supply.dense(), Use: use.dense()}, supplyTotals, useTotals, opt)
	if err != nil {
		return err
	}
	d := b.Diagnostics
	notes := append(zeros(zeros(nil, supply), use), scalingNotes(d)...)
	reached := make([]float64, len(d.ColumnTargets)) // supply stands with a minus in the joint problem
	for j, t := range d.ColumnTargets {
		if reached[j] = t; j >= uses {
			reached[j] = 0 - t
		}
	}
	e.say("explain", "method", f.Method, "iterations", d.Iterations, "residual", text(d.MaxResidual))
	for i, c := range products {
		e.say("explain-product", "code", c, "factor", text(b.ProductFactors[i]), "total", text(b.ProductTotals[i]))
	}
	e.sayFactors(columns, d.ColumnFactors, reached)
	s, u := rowsOf(b.Supply), rowsOf(b.Use)
	if e.json() {
		forced := [][2]string{}
		for _, c := range d.ForcedZero {
			forced = append(forced, [2]string{products[c.Row], columns[c.Column]})
		}
		return e.writeJSON(object{{"supply", s}, {"use", u}, {"productTotals", byCode(products, b.ProductTotals)}, {"iterations", d.Iterations}, {"maxResidual", d.MaxResidual},
			{"method", f.Method}, {"products", products}, {"supplyCols", supply.cols}, {"useCols", use.cols}, {"productFactors", byCode(products, b.ProductFactors)},
			{"supplyFactors", byCode(supply.cols, d.ColumnFactors[uses:])}, {"useFactors", byCode(use.cols, d.ColumnFactors[:uses])},
			{"supplyTotals", byCode(supply.cols, reached[uses:])}, {"useTotals", byCode(use.cols, reached[:uses])}, {"forcedZero", forced}, {"rate", d.Rate}, {"notes", e.remarks(notes)}})
	}
	e.warn(notes)
	switch what {
	case "supply":
		return e.writeCSV(wide("code", products, supply.cols, s)...)
	case "use":
		return e.writeCSV(wide("code", products, use.cols, u)...)
	case "products":
		out := [][]string{{"code", "total", "factor"}}
		for i, c := range products {
			out = append(out, []string{c, text(b.ProductTotals[i]), text(b.ProductFactors[i])})
		}
		return e.writeCSV(out...)
	}
	out := [][]string{{"table", "row", "column", "value"}}
	for i, p := range products {
		for j, c := range supply.cols {
			out = append(out, []string{supplyWord, p, c, text(s[i][j])})
		}
		for j, c := range use.cols {
			out = append(out, []string{useWord, p, c, text(u[i][j])})
		}
		out = append(out, []string{"products", p, "total", text(b.ProductTotals[i])})
	}
	return e.writeCSV(out...)
}

// pair reads the two tables, products × columns, and brings the products of use into the order of supply.
func (e *Env) pair(f *balanceFlags) (supply, use *labelled, err error) {
	if supply, err = e.matrix(f.Supply, f.BlankIsZero); err != nil {
		return nil, nil, err
	}
	if use, err = e.matrix(f.Use, f.BlankIsZero); err != nil {
		return nil, nil, err
	}
	at, err := order(use.name, use.rows, len(use.values), supply.rows, len(supply.values), supply.name)
	if err != nil {
		return nil, nil, err
	}
	values := make([][]float64, len(at))
	for i, k := range at {
		values[i] = use.values[k]
	}
	if supply.rows == nil {
		supply.rows = use.rows
	}
	supply.rows = places(supply.rows, len(at))
	use.rows, use.values = supply.rows, values
	return supply, use, nil
}

// pairTotals reads the totals of the columns of both tables: from a file for each, or from one headed code,supply,use.
func (e *Env) pairTotals(f *balanceFlags, supply, use *labelled) (s, u []float64, err error) {
	var both [2]*vector
	if f.Cols == "" {
		if both[0], err = e.vector(f.SupplyTotals); err != nil {
			return nil, nil, err
		}
		if both[1], err = e.vector(f.UseTotals); err != nil {
			return nil, nil, err
		}
	} else if both, err = e.twoTotals(f.Cols); err != nil {
		return nil, nil, err
	}
	var out [2][]float64
	for k, m := range []*labelled{supply, use} {
		n := len(m.values[0])
		at, err := both[k].order(m.cols, n, m.name)
		if err != nil {
			return nil, nil, err
		}
		out[k] = pick(both[k].values, at)
		if m.cols == nil && both[k].codes != nil {
			m.cols = slices.Clone(both[k].codes)
		}
		m.cols = places(m.cols, n)
	}
	return out[0], out[1], nil
}

// twoTotals reads code,supply,use. An industry has both; imports or final demand leave the other blank.
func (e *Env) twoTotals(file string) (out [2]*vector, err error) {
	t, err := e.table(file)
	if err != nil {
		return out, err
	}
	for k, names := range [][]string{{supplyWord, "nguồn", "nguon"}, {useWord, "sử dụng", "su dung", "su_dung"}} {
		col, err := t.column(names...)
		if err != nil {
			return out, err
		}
		v, seen := &vector{name: file}, map[string]bool{}
		for i := range t.len() {
			x, known, err := t.value(i, col)
			if err != nil {
				return out, err
			}
			code := t.text(i, 0)
			switch {
			case code == "":
				return out, fault.New("calc.no-code").At(file, t.line(i), t.head[0])
			case seen[code]:
				return out, fault.New("calc.twice", "code", code).At(file, t.line(i), "")
			case known:
				v.codes, v.values = append(v.codes, code), append(v.values, x)
			}
			seen[code] = true
		}
		if v.codes == nil {
			return out, fault.New("calc.empty", "file", file)
		}
		out[k] = v
	}
	return out, nil
}
