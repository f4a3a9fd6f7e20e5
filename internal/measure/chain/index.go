package chain

import (
	"math"

	"nhipso/internal/fault"
)

// Link says how the parts of one year are joined to the year before.
type Link string

// The ways of linking. With one part a year they are the same.
const (
	AnnualOverlap  Link = "annual-overlap"      // on the average of the year before; the parts average to the annual chain (the default)
	QuarterOverlap Link = "one-quarter-overlap" // on the last part of the year before: no step at the turn of the year, but annual drift
)

// Index is a chain-linked Laspeyres volume index, 100 on average in the first year.
type Index struct {
	Annual []float64 // T years; for QuarterOverlap the average of the parts
	Parts  []float64 // (T−1)·PerYear, from the first part of the second year
	Links  []float64 // T−1 annual Laspeyres links Σp(t−1)q(t) / Σp(t−1)q(t−1)
	Drift  []float64 // T years: Annual less the annual chain; zero for AnnualOverlap. Benchmark the parts to the chain to remove it
}

// Chain gives the volume index of the sum of all items.
// Source: IMF, Quarterly National Accounts Manual, 2017, 8.34–8.53.
func (a Accounts) Chain(link Link) (Index, error) {
	if err := a.check(); err != nil {
		return Index{}, err
	}
	years, f := a.years(), a.PerYear
	own, err := a.own()
	if err != nil {
		return Index{}, err
	}
	out := Index{Annual: make([]float64, years), Parts: make([]float64, (years-1)*f), Links: make([]float64, years-1), Drift: make([]float64, years)}
	chain := 100.0
	out.Annual[0] = chain
	for t := 1; t < years; t++ {
		average := column(a.Current, t-1) / float64(f)
		scale := chain / average
		switch link {
		case "", AnnualOverlap:
		case QuarterOverlap:
			if t > 1 { // the second year has no parts before it, and starts from the average of the first
				last := (t-1)*f - 1
				scale = out.Parts[last] / column(own, last)
			}
		default:
			return Index{}, fault.New("chain.unknown-link", "link", link)
		}
		volume, sum := 0.0, 0.0
		for k := (t - 1) * f; k < t*f; k++ {
			v := column(a.Previous, k)
			out.Parts[k] = v * scale
			volume += v
			sum += out.Parts[k]
		}
		out.Links[t-1] = volume / column(a.Current, t-1)
		chain *= out.Links[t-1]
		out.Annual[t] = sum / float64(f)
		if link == QuarterOverlap {
			out.Drift[t] = out.Annual[t] - chain
		} else {
			out.Annual[t] = chain
		}
		if !finite(chain) || chain <= 0 {
			return Index{}, fault.New("chain.overflow", "year", t+1)
		}
	}
	return out, nil
}

// Rereference moves an index to 100 in another year, counted from 0. Growth does not change.
func (x Index) Rereference(year int) (Index, error) {
	if year < 0 || year >= len(x.Annual) {
		return Index{}, fault.New("chain.no-such-year", "year", year+1, "years", len(x.Annual))
	}
	scale := 100 / x.Annual[year]
	times := func(v []float64) []float64 {
		out := make([]float64, len(v))
		for i := range v {
			out[i] = v[i] * scale
		}
		return out
	}
	return Index{Annual: times(x.Annual), Parts: times(x.Parts), Links: append([]float64(nil), x.Links...), Drift: times(x.Drift)}, nil
}

// Money is volumes chained in money of a reference year. They do not add: Residual is what is missing, and has to be
// shown wherever the items stand beside the total.
type Money struct {
	Total    []float64   // T years
	Items    [][]float64 // n × T
	Residual []float64   // Total − Σ Items; zero in the reference year and the year after it
}

// InMoneyOf chains the total and every item by itself, in money of the given year counted from 0.
// Error "chain.item-breaks" where an item's value or volume is not positive: it cannot be chained through.
func (a Accounts) InMoneyOf(year int) (Money, error) {
	if err := a.check(); err != nil {
		return Money{}, err
	}
	if year < 0 || year >= a.years() {
		return Money{}, fault.New("chain.no-such-year", "year", year+1, "years", a.years())
	}
	single := func(i int) ([]float64, error) {
		one := Accounts{Current: a.Current, Previous: a.Previous, PerYear: a.PerYear}
		if i >= 0 {
			one.Current, one.Previous = a.Current[i:i+1], a.Previous[i:i+1]
		}
		index := make([]float64, a.years())
		index[0] = 1
		for t := 1; t < a.years(); t++ {
			volume := 0.0
			for k := (t - 1) * a.PerYear; k < t*a.PerYear; k++ {
				volume += column(one.Previous, k)
			}
			before := column(one.Current, t-1)
			if !(before > 0) || !(volume > 0) {
				return nil, fault.New("chain.item-breaks", "item", i+1, "year", t+1)
			}
			index[t] = index[t-1] * (volume / before)
		}
		scale := column(one.Current, year) / index[year]
		for t := range index {
			index[t] *= scale
		}
		return index, nil
	}
	var out Money
	var err error
	if out.Total, err = single(-1); err != nil {
		return Money{}, err
	}
	out.Residual = append([]float64(nil), out.Total...)
	for i := range a.Current {
		item, err := single(i)
		if err != nil {
			return Money{}, err
		}
		out.Items = append(out.Items, item)
		for t := range item {
			out.Residual[t] -= item[t]
		}
	}
	return out, nil
}

// Formulas is the three annual links between two years, from prices and quantities of both.
type Formulas struct{ Laspeyres, Paasche, Fisher float64 }

// AnnualLinks compares every year with the one before: prices and quantities are n × T. Fisher is the square root of the
// product of the other two; chain the links for an index.
// A price is needed, and must be positive, wherever the item has a quantity in either of the two years.
func AnnualLinks(prices, quantities [][]float64) ([]Formulas, error) {
	if len(prices) == 0 || len(prices[0]) < 2 {
		return nil, fault.New("chain.no-years", "years", 0)
	}
	if len(quantities) != len(prices) {
		return nil, fault.New("chain.length", "name", "quantities", "got", len(quantities), "want", len(prices))
	}
	years := len(prices[0])
	for i := range prices {
		if len(prices[i]) != years || len(quantities[i]) != years {
			return nil, fault.New("chain.length", "name", "prices", "got", min(len(prices[i]), len(quantities[i])), "want", years)
		}
		for t := range years {
			if !finite(quantities[i][t]) {
				return nil, fault.New("chain.not-finite", "name", "quantities", "at", i+1)
			}
			used := quantities[i][t] != 0 || t > 0 && quantities[i][t-1] != 0 || t < years-1 && quantities[i][t+1] != 0
			if p := prices[i][t]; !finite(p) || used && !(p > 0) {
				return nil, fault.New("chain.bad-price", "item", i+1, "year", t+1, "value", p)
			}
		}
	}
	out := make([]Formulas, years-1)
	for t := 1; t < years; t++ {
		var oo, on, no, nn float64 // price year, quantity year: o before, n now
		for i := range prices {
			p, q := prices[i], quantities[i]
			oo += p[t-1] * q[t-1]
			on += p[t-1] * q[t]
			no += p[t] * q[t-1]
			nn += p[t] * q[t]
		}
		for _, v := range []float64{oo, on, no, nn} {
			if !(v > 0) || !finite(v) {
				return nil, fault.New("chain.bad-total", "year", t+1, "value", v)
			}
		}
		l, p := on/oo, nn/no
		out[t-1] = Formulas{l, p, math.Sqrt(l) * math.Sqrt(p)}
	}
	return out, nil
}
