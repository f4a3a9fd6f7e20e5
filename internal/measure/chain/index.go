package chain

import (
	"math"
	"slices"

	"nhipso/internal/fault"
)

// Link says how the parts of one year are joined to the year before.
type Link string

// The ways of linking. With one part a year they are the same.
const (
	AnnualOverlap  Link = "annual-overlap"      // on the average of the year before; the parts average to the annual chain (the default)
	QuarterOverlap Link = "one-quarter-overlap" // on the last part of the year before: no step at the turn of the year, but annual drift
	OverYear       Link = "over-the-year"       // on the same part of the year before: growth on a year ago undistorted, steps within the year, and drift
)

// Index is a chain-linked Laspeyres volume index, 100 on average in the first year.
type Index struct {
	Annual []float64 // T years; for links other than AnnualOverlap the average of the parts
	First  []float64 // PerYear, the parts of the first year; nil where Accounts.First is
	Parts  []float64 // (T−1)·PerYear, from the first part of the second year; and those of a year that is not over
	Links  []float64 // T−1 annual Laspeyres links Σp(t−1)q(t) / Σp(t−1)q(t−1)
	Drift  []float64 // T years: Annual less the annual chain; zero for AnnualOverlap. Benchmark the parts to the chain to remove it
}

// Chain gives the volume index of the sum of all items. In the second year, which has no parts at prices of the year before in front of it,
// every link starts from the average of the first year, and they are the same.
// Source: IMF, Quarterly National Accounts Manual, 2017, 8.34–8.53; 2001 edition, chapter IX, for the link over the year at annual prices.
func (a Accounts) Chain(link Link) (Index, error) {
	if err := a.check(); err != nil {
		return Index{}, err
	}
	years, f := a.years(), a.PerYear
	own, err := a.own()
	if err != nil {
		return Index{}, err
	}
	onParts := link == QuarterOverlap || link == OverYear // linked on a part, not on the average of a year
	if link != "" && link != AnnualOverlap && !onParts {
		return Index{}, fault.New("chain.unknown-link", "link", link)
	}
	out := Index{Annual: make([]float64, years), Parts: make([]float64, len(a.Previous[0])), Links: make([]float64, years-1), Drift: make([]float64, years)}
	chain := 100.0
	out.Annual[0] = chain
	if a.First != nil {
		for k := range f {
			out.First = append(out.First, chain*column(a.First, k)/(column(a.Current, 0)/float64(f)))
		}
	}
	for t := 1; (t-1)*f < len(out.Parts); t++ {
		average := chain / (column(a.Current, t-1) / float64(f))
		volume, sum := 0.0, 0.0
		for k := (t - 1) * f; k < min(t*f, len(out.Parts)); k++ {
			scale, from := average, k-f // from: the part that this one is linked on
			if onParts && t > 1 {
				if link == QuarterOverlap {
					from = (t-1)*f - 1
				}
				scale = out.Parts[from] / column(own, from)
			}
			v := column(a.Previous, k)
			out.Parts[k] = v * scale
			volume += v
			sum += out.Parts[k]
		}
		if t == years { // not over: it has no link
			if !finite(sum) || sum <= 0 {
				return Index{}, fault.New("chain.overflow", "year", t+1)
			}
			break
		}
		out.Links[t-1] = volume / column(a.Current, t-1)
		chain *= out.Links[t-1]
		if !finite(chain) || chain <= 0 || !finite(sum) || sum <= 0 {
			return Index{}, fault.New("chain.overflow", "year", t+1)
		}
		out.Annual[t] = chain
		if onParts {
			out.Annual[t] = sum / float64(f)
			out.Drift[t] = out.Annual[t] - chain
		}
	}
	return out, nil
}

// SamePart is the link over the year where every part has prices of its own: growth on the same part of the year before is valued at the prices of
// that part, not at average prices of its year. prices and quantities are n × T·PerYear (or more, where a year is not over), from the first part of the first year, whose index is that
// of Chain; First has to be known. A price is needed, and must be positive, wherever the item has a quantity in the same part of this year or the next.
// Source: IMF, Quarterly National Accounts Manual, 2017 edition, chapter 8, the over-the-year technique, which the manual advises against.
func (a Accounts) SamePart(prices, quantities [][]float64) (Index, error) {
	out, err := a.Chain(AnnualOverlap)
	if err != nil {
		return Index{}, err
	}
	f, all := a.PerYear, a.PerYear+len(a.Previous[0])
	if len(out.First) != f || len(prices) != len(a.Current) || len(quantities) != len(a.Current) {
		return Index{}, fault.New("chain.length", "name", "prices", "got", len(prices), "want", len(a.Current))
	}
	for i := range prices {
		if len(prices[i]) != all || len(quantities[i]) != all {
			return Index{}, fault.New("chain.length", "name", "prices", "got", min(len(prices[i]), len(quantities[i])), "want", all)
		}
	}
	series := append(slices.Clone(out.First), out.Parts...)
	for t := f; t < all; t++ {
		var now, before float64
		for i, p := range prices {
			if !finite(p[t-f]) || !finite(quantities[i][t]) || (quantities[i][t] != 0 || quantities[i][t-f] != 0) && !(p[t-f] > 0) {
				return Index{}, fault.New("chain.bad-price", "item", i+1, "year", t/f, "value", p[t-f])
			}
			now += p[t-f] * quantities[i][t]
			before += p[t-f] * quantities[i][t-f]
		}
		series[t] = series[t-f] * (now / before)
		if !(now > 0 && before > 0) || !finite(series[t]) {
			return Index{}, fault.New("chain.bad-total", "year", t/f+1, "value", math.Min(now, before))
		}
	}
	out.Parts = series[f:]
	for t := 1; t < a.years(); t++ {
		chain, sum := out.Annual[t], 0.0
		for _, v := range series[t*f : (t+1)*f] {
			sum += v
		}
		out.Annual[t] = sum / float64(f)
		out.Drift[t] = out.Annual[t] - chain
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
	first := times(x.First)
	if x.First == nil {
		first = nil
	}
	return Index{Annual: times(x.Annual), First: first, Parts: times(x.Parts), Links: append([]float64(nil), x.Links...), Drift: times(x.Drift)}, nil
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
// product of the other two; chain the links for an index. Years may as well be quarters, each with prices of its own.
// A price is needed, and must be positive, wherever the item has a quantity in either of the two years; CarryForward and Backcast fill those of
// products that went or came.
func AnnualLinks(prices, quantities [][]float64) ([]Formulas, error) {
	return links(prices, quantities, func(t int) int { return t - 1 })
}

// DirectLinks compares every year after the first with the first, without a chain: the indices of a fixed base.
func DirectLinks(prices, quantities [][]float64) ([]Formulas, error) {
	return links(prices, quantities, func(int) int { return 0 })
}

// links compares every year t with the year base(t).
func links(prices, quantities [][]float64, base func(t int) int) ([]Formulas, error) {
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
			if !finite(prices[i][t]) {
				return nil, fault.New("chain.bad-price", "item", i+1, "year", t+1, "value", prices[i][t])
			}
		}
	}
	out := make([]Formulas, years-1)
	for t := 1; t < years; t++ {
		var oo, on, no, nn float64 // price year, quantity year: o of the base, n now
		b := base(t)
		for i := range prices {
			p, q := prices[i], quantities[i]
			if q[b] != 0 || q[t] != 0 {
				for _, y := range []int{b, t} {
					if !(p[y] > 0) {
						return nil, fault.New("chain.bad-price", "item", i+1, "year", y+1, "value", p[y])
					}
				}
			}
			oo += p[b] * q[b]
			on += p[b] * q[t]
			no += p[t] * q[b]
			nn += p[t] * q[t]
		}
		for _, v := range []float64{oo, on, no, nn} {
			if !(v > 0) || !finite(v) {
				return nil, fault.New("chain.bad-total", "year", t+1, "value", v)
			}
		}
		l, p := on/oo, nn/no
		out[t-1] = Formulas{l, p, math.Sqrt(l) * math.Sqrt(p)}
		if !finite(l) || !finite(p) {
			return nil, fault.New("chain.overflow", "year", t+1)
		}
	}
	return out, nil
}
