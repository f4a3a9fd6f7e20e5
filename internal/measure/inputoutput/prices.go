package inputoutput

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Prices gives the price of each product (n), 1 = as in the table, when primary inputs cost primary (n, per unit of
// output at base prices) and costs are passed on in full: p = Aᵀp + v, so p = Lᵀv. With v = 1 − column sums of A every
// price is one.
func (m *Model) Prices(primary []float64) (Solution, error) { return m.SolveTransposed(primary) }

// PriceChange gives the rise of each price (n, fractions) when the coefficient of one primary input changes by the given
// rates (n, fractions: 0.1 for ten per cent dearer).
func (m *Model) PriceChange(w, rates []float64) ([]float64, error) {
	c, err := m.Coefficients(w)
	if err != nil {
		return nil, err
	}
	if len(rates) != len(c) {
		return nil, fault.New("inputoutput.length", "what", "rates", "length", len(rates), "want", len(c))
	}
	p, err := m.SolveTransposed(times(c, rates))
	return p.X, err
}

// Revalue brings a table to other prices: row i of Z, of final use and output i are multiplied by prices[i]; each primary
// row other than value added by its index in primary (by code, 1 where none is given). Value added is what remains of
// output, so every column balances as before; where the table has several value-added rows they are scaled together.
// A value-added total of zero that would have to change is an error. Volumes stay, so this is also double deflation.
func Revalue(t *Table, prices []float64, primary map[string]float64) (*Table, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	n := t.N()
	if err := t.checkPrices(prices, primary); err != nil {
		return nil, err
	}
	before, err := t.ValueAdded()
	if err != nil {
		return nil, err
	}
	out := &Table{Codes: t.Codes, Origin: t.Origin, Z: mat.NewDense(n, n, nil), Output: times(t.GrossOutput(), prices)}
	out.Z.Apply(func(i, _ int, v float64) float64 { return prices[i] * v }, t.Z)
	for _, f := range t.Final {
		out.Final = append(out.Final, Column{f.Code, times(f.Values, prices)})
	}
	gap := make([]float64, n) // output less what the columns list, kept at the price of the product
	for j, s := range t.ColumnTotals() {
		gap[j] = (t.GrossOutput()[j] - s) * prices[j]
	}
	rest := append([]float64(nil), out.Output...)
	for j, s := range columnSums(out.Z) {
		rest[j] -= s + gap[j]
	}
	for _, r := range t.Primary {
		row := Row{r.Code, r.Kind, append([]float64(nil), r.Values...)}
		if p, ok := primary[r.Code]; ok && r.Kind != ValueAdded {
			for j := range row.Values {
				row.Values[j] *= p
			}
		}
		if r.Kind == Import || r.Kind == ProductTax {
			for j, v := range row.Values {
				rest[j] -= v
			}
		}
		out.Primary = append(out.Primary, row)
	}
	if err := out.scaleValueAdded(before, rest); err != nil {
		return nil, err
	}
	return out, nil
}

// checkPrices wants one index above zero for every product, and no index for a row that the table does not have.
func (t *Table) checkPrices(prices []float64, primary map[string]float64) error {
	if n := t.N(); len(prices) != n {
		return fault.New("inputoutput.length", "what", "prices", "length", len(prices), "want", n)
	}
	for i, p := range prices {
		if !finite(p) || p <= 0 {
			return fault.New("inputoutput.bad-price", "code", t.Codes[i], "value", p)
		}
	}
	rows := map[string]bool{}
	for _, r := range t.Primary {
		rows[r.Code] = true
	}
	for code, p := range primary {
		if !rows[code] {
			return fault.New("inputoutput.no-such-row", "code", code)
		}
		if !finite(p) || p <= 0 {
			return fault.New("inputoutput.bad-price", "code", code, "value", p)
		}
	}
	return nil
}

// scaleValueAdded brings the value-added rows together from their total before to the rest that output leaves.
func (t *Table) scaleValueAdded(before, rest []float64) error {
	for k := range t.Primary {
		if t.Primary[k].Kind != ValueAdded {
			continue
		}
		for j, v := range t.Primary[k].Values {
			if before[j] != 0 {
				t.Primary[k].Values[j] = v * (rest[j] / before[j])
			} else if d := rest[j]; d > 1e-9*t.Output[j] || d < -1e-9*t.Output[j] {
				return fault.New("inputoutput.no-value-added-to-scale", "code", t.Codes[j], "value", d)
			}
		}
	}
	return nil
}
