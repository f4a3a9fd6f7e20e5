package chain

import (
	"slices"

	"nhipso/internal/fault"
)

// Contributions splits growth from one period to another. The items and the linking term add to Growth, to rounding.
type Contributions struct {
	Growth  float64
	Items   []float64
	Linking float64 // the step that the change of price year makes; zero within a year
}

// AnnualContributions splits the growth of every year after the first: c_i = (p(t−1)q(t) − p(t−1)q(t−1)) / Σ p(t−1)q(t−1), which is
// the item's weight in the year before times its own growth. There is no linking term.
func (a Accounts) AnnualContributions() ([]Contributions, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	out := make([]Contributions, a.years()-1)
	for t := range out {
		before, total := column(a.Current, t), 0.0
		c := Contributions{Items: make([]float64, len(a.Current))}
		for i := range a.Current {
			volume := 0.0
			for _, x := range a.Previous[i][t*a.PerYear : (t+1)*a.PerYear] {
				volume += x
			}
			total += volume
			c.Items[i] = (volume - a.Current[i][t]) / before
		}
		c.Growth = total/before - 1
		out[t] = c
	}
	return out, nil
}

// PartContributions splits the growth of the chain from each part to the one that lies lag parts before it: lag 1 for growth on
// the quarter before, PerYear for growth on the same quarter of last year. The first entry is for part lag, counted from the first part of the
// second year, or of the first year where Accounts.First is known.
//
// Within a year both parts are at the same prices, and c_i = (v_i − v_i')/Σv'. Across the turn of a year the earlier part is first
// put at the average prices of its own year, w_i'; then c_i = λ(v_i − w_i')/Σw', and the linking term is λ − 1, where λ is what the
// chain makes of the revaluation alone. An item whose quantity stands still therefore contributes nothing. With QuarterOverlap
// and lag 1, and with OverYear and lag PerYear, λ is one. OverYear links every part by itself, so that it needs λ within a year too. A lag that spans more than one turn of the year is refused.
// Source: IMF, Quarterly National Accounts Manual, 2017, 8.60–8.66; the form with λ is derived here [INFER].
func (a Accounts) PartContributions(link Link, lag int) ([]Contributions, error) {
	index, err := a.Chain(link)
	if err != nil {
		return nil, err
	}
	own, err := a.own()
	if err != nil {
		return nil, err
	}
	if lag < 1 || lag > a.PerYear {
		return nil, fault.New("chain.bad-lag", "lag", lag, "parts", a.PerYear)
	}
	// One time line from the first known part on. Parts of the first year have only prices of their own year, which serve within it.
	series, volume := append(slices.Clone(index.First), index.Parts...), slices.Clone(a.Previous)
	for i := range a.First {
		volume[i] = append(slices.Clone(a.First[i]), volume[i]...)
		own[i] = append(slices.Clone(a.First[i]), own[i]...)
	}
	var out []Contributions
	for t := lag; t < len(series); t++ {
		c := Contributions{Growth: series[t]/series[t-lag] - 1, Items: make([]float64, len(a.Current))}
		turn := t/a.PerYear != (t-lag)/a.PerYear
		earlier, factor := volume, 1.0
		if turn {
			earlier = own
		}
		if turn || link == OverYear {
			factor = (1 + c.Growth) * column(earlier, t-lag) / column(volume, t)
			c.Linking = factor - 1
		}
		base := column(earlier, t-lag)
		for i := range c.Items {
			c.Items[i] = factor * (volume[i][t] - earlier[i][t-lag]) / base
		}
		out = append(out, c)
	}
	return out, nil
}

// FisherContributions splits the growth of each annual Fisher link into items that add to it exactly: the quantity changes are
// valued at the mean of last year's prices and this year's prices deflated by the Fisher price index.
// Source: Dumagan (2002), Economics Letters 77(2); the form the US accounts use.
func FisherContributions(prices, quantities [][]float64) ([]Contributions, error) {
	links, err := AnnualLinks(prices, quantities)
	if err != nil {
		return nil, err
	}
	out := make([]Contributions, len(links))
	for t, link := range links {
		var now, before float64
		for i := range prices {
			now += prices[i][t+1] * quantities[i][t+1]
			before += prices[i][t] * quantities[i][t]
		}
		price := now / before / link.Fisher
		c := Contributions{Growth: link.Fisher - 1, Items: make([]float64, len(prices))}
		base := 0.0
		for i := range prices {
			base += (prices[i][t] + prices[i][t+1]/price) * quantities[i][t]
		}
		for i := range prices {
			c.Items[i] = (prices[i][t] + prices[i][t+1]/price) * (quantities[i][t+1] - quantities[i][t]) / base
		}
		out[t] = c
	}
	return out, nil
}
