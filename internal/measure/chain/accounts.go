package chain

import (
	"math"
	"slices"

	"nhipso/internal/fault"
)

// Accounts is what a chain is made of: n items (industries, products) over T years, each year after the first cut into
// PerYear parts (1, 4 or 12). Items may be negative (a change of stocks); their sums may not.
type Accounts struct {
	Current  [][]float64 // [item][year], n × T: annual values at current prices
	Previous [][]float64 // [item][part], n × (T−1)·PerYear: values of the parts of the second year on, at average prices of the year before; may go on with the first parts of a year that is not over
	First    [][]float64 // [item][part], n × PerYear: parts of the first year at average prices of that year, where they are known; nil otherwise
	PerYear  int
}

// FromPrices values quantities: prices[item][year] are annual averages (n × T), base[item] is the quantity of the whole first
// year, quantities[item][part] those of the parts of the years after (n × (T−1)·perYear, or some parts more of a year that is not over). Prices must be
// positive wherever a quantity uses them; Backcast fills those of new products.
func FromPrices(prices [][]float64, base []float64, quantities [][]float64, perYear int) (Accounts, error) {
	a := Accounts{PerYear: perYear}
	if perYear < 1 {
		return a, fault.New("chain.bad-parts", "parts", perYear)
	}
	if len(prices) == 0 || len(prices[0]) < 1 {
		return a, fault.New("chain.no-years", "years", 0)
	}
	n, years := len(prices), len(prices[0])
	if len(base) != n {
		return a, fault.New("chain.length", "name", "base", "got", len(base), "want", n)
	}
	if len(quantities) != n {
		return a, fault.New("chain.length", "name", "quantities", "got", len(quantities), "want", n)
	}
	for i := range n {
		if len(prices[i]) != years {
			return a, fault.New("chain.length", "name", "prices", "got", len(prices[i]), "want", years)
		}
		if want := (years - 1) * perYear; len(quantities[i]) < want || len(quantities[i]) >= want+perYear || len(quantities[i]) != len(quantities[0]) {
			return a, fault.New("chain.length", "name", "quantities", "got", len(quantities[i]), "want", want)
		}
		current, previous := make([]float64, years), make([]float64, len(quantities[i]))
		for t, p := range prices[i] {
			q, used := base[i], base[i] != 0
			if t > 0 {
				q = 0
				for _, x := range quantities[i][(t-1)*perYear : t*perYear] {
					q += x
					used = used || x != 0
				}
			}
			for k := t * perYear; k < min((t+1)*perYear, len(previous)); k++ {
				previous[k] = p * quantities[i][k]
				used = used || quantities[i][k] != 0
			}
			if !finite(q) {
				return a, fault.New("chain.not-finite", "name", "quantities", "at", i+1)
			}
			if !finite(p) || used && !(p > 0) {
				return a, fault.New("chain.bad-price", "item", i+1, "year", t+1, "value", p)
			}
			current[t] = p * q
		}
		a.Current, a.Previous = append(a.Current, current), append(a.Previous, previous)
	}
	return a, a.check()
}

// years and check guard every method.
func (a Accounts) years() int { return len(a.Current[0]) }

func (a Accounts) check() error {
	if a.PerYear < 1 {
		return fault.New("chain.bad-parts", "parts", a.PerYear)
	}
	if len(a.Current) == 0 || len(a.Current[0]) < 1 {
		return fault.New("chain.no-years", "years", 0)
	}
	if len(a.Previous) != len(a.Current) {
		return fault.New("chain.length", "name", "previous", "got", len(a.Previous), "want", len(a.Current))
	}
	years := a.years()
	if years < 2 && len(a.Previous[0]) == 0 {
		return fault.New("chain.no-years", "years", years)
	}
	for i := range a.Current {
		if len(a.Current[i]) != years {
			return fault.New("chain.length", "name", "current", "got", len(a.Current[i]), "want", years)
		}
		if want := (years - 1) * a.PerYear; len(a.Previous[i]) < want || len(a.Previous[i]) >= want+a.PerYear || len(a.Previous[i]) != len(a.Previous[0]) {
			return fault.New("chain.length", "name", "previous", "got", len(a.Previous[i]), "want", want)
		}
		for t, x := range a.Current[i] {
			if !finite(x) {
				return fault.New("chain.not-finite", "name", "current", "at", t+1)
			}
		}
		for t, x := range a.Previous[i] {
			if !finite(x) {
				return fault.New("chain.not-finite", "name", "previous", "at", t+1)
			}
		}
	}
	if err := a.checkFirst(); err != nil {
		return err
	}
	for t := range years {
		if v := column(a.Current, t); !(v > 0) || !finite(v) {
			return fault.New("chain.bad-total", "year", t+1, "value", v)
		}
	}
	for t := range a.Previous[0] {
		if v := column(a.Previous, t); !(v > 0) || !finite(v) {
			return fault.New("chain.bad-total", "year", t/a.PerYear+2, "value", v)
		}
	}
	return nil
}

// checkFirst guards the parts of the first year, which have to add to it.
func (a Accounts) checkFirst() error {
	if a.First == nil {
		return nil
	}
	if len(a.First) != len(a.Current) {
		return fault.New("chain.length", "name", "first", "got", len(a.First), "want", len(a.Current))
	}
	for _, parts := range a.First {
		if len(parts) != a.PerYear {
			return fault.New("chain.length", "name", "first", "got", len(parts), "want", a.PerYear)
		}
		for t, x := range parts {
			if !finite(x) {
				return fault.New("chain.not-finite", "name", "first", "at", t+1)
			}
		}
	}
	sum, whole := 0.0, column(a.Current, 0)
	for k := range a.PerYear {
		v := column(a.First, k)
		if !(v > 0) || !finite(v) {
			return fault.New("chain.bad-total", "year", 1, "value", v)
		}
		sum += v
	}
	if !(math.Abs(sum-whole) <= 1e-6*math.Abs(whole)) {
		return fault.New("chain.first-differs", "sum", sum, "annual", whole)
	}
	return nil
}

// own gives the parts at average prices of their own year: the volume at last year's prices times the item's price
// relative, which is its current value over its volume. The parts add to Current; those of a year that is not over have none, and are zero.
func (a Accounts) own() ([][]float64, error) {
	out := make([][]float64, len(a.Current))
	for i := range out {
		out[i] = make([]float64, len(a.Previous[i]))
		for t := 1; t < a.years(); t++ {
			parts := a.Previous[i][(t-1)*a.PerYear : t*a.PerYear]
			volume := 0.0
			for _, x := range parts {
				volume += x
			}
			relative := 0.0
			switch {
			case volume != 0:
				relative = a.Current[i][t] / volume
			case a.Current[i][t] != 0:
				return nil, fault.New("chain.no-volume", "item", i+1, "year", t+1)
			}
			for k, x := range parts {
				out[i][(t-1)*a.PerYear+k] = x * relative
			}
		}
	}
	return out, nil
}

// Backcast fills the price before of products that are new: where a price is missing (0) in the year before the first in which
// the product is made, it is this year's price taken back by the price change of the products made in both years (a Paasche
// index, so that the new product does not move the price level). The copies returned are for FromPrices with parts of a
// year; imputed lists what was filled, for the mark that it needs.
func Backcast(prices, quantities [][]float64) (filled [][]float64, imputed []Imputed, err error) {
	for i := range prices {
		if i >= len(quantities) || len(quantities[i]) != len(prices[i]) || len(prices[i]) != len(prices[0]) {
			return nil, nil, fault.New("chain.length", "name", "prices", "got", len(prices[i]), "want", len(prices[0]))
		}
		for t, p := range prices[i] {
			if !finite(p) || p < 0 || !finite(quantities[i][t]) {
				return nil, nil, fault.New("chain.bad-price", "item", i+1, "year", t+1, "value", p)
			}
		}
		filled = append(filled, append([]float64(nil), prices[i]...))
	}
	if len(prices) == 0 {
		return nil, nil, fault.New("chain.no-years", "years", 0)
	}
	for t := 1; t < len(prices[0]); t++ {
		now, before := 0.0, 0.0
		for i := range prices {
			if prices[i][t] > 0 && prices[i][t-1] > 0 {
				now += prices[i][t] * quantities[i][t]
				before += prices[i][t-1] * quantities[i][t]
			}
		}
		for i := range prices {
			if prices[i][t-1] > 0 || prices[i][t] <= 0 || quantities[i][t] == 0 {
				continue
			}
			if quantities[i][t-1] != 0 || !(now > 0 && before > 0) {
				return nil, nil, fault.New("chain.bad-price", "item", i+1, "year", t, "value", prices[i][t-1])
			}
			filled[i][t-1] = prices[i][t] * before / now
			imputed = append(imputed, Imputed{Item: i, Year: t - 1, Price: filled[i][t-1]})
		}
	}
	return filled, imputed, nil
}

// CarryForward fills the price after of products that are no longer made, which the Paasche and Fisher links need: last year's price,
// moved by the price change of the products made in both years (a Laspeyres index, so that the product that went does not move the price
// level). It is Backcast with time reversed.
func CarryForward(prices, quantities [][]float64) (filled [][]float64, imputed []Imputed, err error) {
	turned := func(x [][]float64) [][]float64 {
		out := make([][]float64, len(x))
		for i := range x {
			out[i] = slices.Clone(x[i])
			slices.Reverse(out[i])
		}
		return out
	}
	back, imputed, err := Backcast(turned(prices), turned(quantities))
	if err != nil {
		return nil, nil, err
	}
	for k := range imputed {
		imputed[k].Year = len(prices[0]) - 1 - imputed[k].Year
	}
	return turned(back), imputed, nil
}

// Imputed is a price that was filled: item and year are counted from 0.
type Imputed struct {
	Item, Year int
	Price      float64
}

func column(x [][]float64, t int) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i][t]
	}
	return sum
}
