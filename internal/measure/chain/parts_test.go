package chain

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

// aRaggedAccount draws accounts whose first year has parts and whose last year is not over.
func aRaggedAccount(r *rapid.T) (prices, quantities [][]float64, a Accounts) {
	n, years := rapid.IntRange(1, 4).Draw(r, "items"), rapid.IntRange(1, 4).Draw(r, "years")
	f := rapid.SampledFrom([]int{4, 12}).Draw(r, "parts")
	extra := rapid.IntRange(0, f-1).Draw(r, "extra")
	if years == 1 {
		extra = max(extra, 1)
	}
	positive := rapid.Float64Range(0.5, 50)
	var base []float64
	var later [][]float64
	for range n {
		prices = append(prices, rapid.SliceOfN(positive, years, years).Draw(r, "prices"))
		q := rapid.SliceOfN(positive, years*f+extra, years*f+extra).Draw(r, "quantities")
		sum := 0.0
		for _, x := range q[:f] {
			sum += x
		}
		base, quantities, later = append(base, sum), append(quantities, q), append(later, q[f:])
	}
	a, err := FromPrices(prices, base, later, f)
	if err != nil {
		r.Fatal(err)
	}
	for i := range n {
		a.First = append(a.First, scaled(quantities[i][:f], prices[i][0]))
	}
	return prices, quantities, a
}

func TestPartsOfTheFirstAndOfAnUnfinishedYear(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		_, _, a := aRaggedAccount(r)
		for _, link := range []Link{AnnualOverlap, QuarterOverlap, OverYear} {
			x, err := a.Chain(link)
			if err != nil {
				r.Fatal(err)
			}
			if len(x.Parts) != len(a.Previous[0]) || len(x.First) != a.PerYear {
				r.Fatalf("%d parts, %d of the first year", len(x.Parts), len(x.First))
			}
			mean := 0.0
			for _, v := range x.First {
				mean += v / float64(a.PerYear)
			}
			measuretest.Near(r, "the first year averages to its index", mean, 100, 1e-12)
			for _, lag := range []int{1, a.PerYear} {
				parts, err := a.PartContributions(link, lag)
				if err != nil {
					r.Fatal(err)
				}
				if want := a.PerYear + len(x.Parts) - lag; len(parts) != want {
					r.Fatalf("%d contributions, want %d", len(parts), want)
				}
				for _, c := range parts {
					sum := c.Linking
					for _, v := range c.Items {
						sum += v
					}
					measuretest.Near(r, "contributions add to growth", 1+sum, 1+c.Growth, 1e-12*math.Max(1, math.Abs(sum)))
				}
			}
		}
	})
	t.Run("a year over all parts but one is the complete account cut short", rapid.MakeCheck(func(r *rapid.T) {
		p, q, a := aRaggedAccount(r)
		more := len(q[0]) % a.PerYear
		if more == 0 {
			r.Skip()
		}
		cut := Accounts{PerYear: a.PerYear, Current: a.Current, First: a.First}
		for i := range p {
			cut.Previous = append(cut.Previous, a.Previous[i][:len(a.Previous[i])-more])
		}
		if len(cut.Previous[0]) == 0 {
			r.Skip()
		}
		for _, link := range []Link{AnnualOverlap, QuarterOverlap, OverYear} {
			whole, err := a.Chain(link)
			if err != nil {
				r.Fatal(err)
			}
			short, err := cut.Chain(link)
			if err != nil {
				r.Fatal(err)
			}
			for k, v := range short.Parts {
				if whole.Parts[k] != v {
					r.Fatalf("part %d: %g, %g", k, whole.Parts[k], v)
				}
			}
		}
	}))
	t.Run("parts that do not add to the first year are refused", func(t *testing.T) {
		a := Accounts{PerYear: 4, Current: [][]float64{{8, 8}}, Previous: [][]float64{{2, 2, 2, 2}}, First: [][]float64{{2, 2, 2, 3}}}
		_, err := a.Chain(AnnualOverlap)
		measuretest.Fails(t, err, "chain.first-differs")
		a.First = [][]float64{{2, 2, 4}}
		_, err = a.Chain(AnnualOverlap)
		measuretest.Fails(t, err, "chain.length")
		a.First, a.Previous = nil, [][]float64{{2, 2, 2, 2, 2, 2, 2, 2}}
		_, err = a.Chain(AnnualOverlap)
		measuretest.Fails(t, err, "chain.length")
	})
}

func TestLinkOverTheYear(t *testing.T) {
	t.Run("growth on a year ago is that of volumes at the prices of the year before, and needs no linking term", rapid.MakeCheck(func(r *rapid.T) {
		prices, q, a := aRaggedAccount(r)
		x, err := a.Chain(OverYear)
		if err != nil {
			r.Fatal(err)
		}
		f := a.PerYear
		all := append(append([]float64(nil), x.First...), x.Parts...)
		for k := f; k < len(all); k++ {
			var now, before float64
			for i := range prices {
				now += prices[i][k/f-1] * q[i][k]
				before += prices[i][k/f-1] * q[i][k-f]
			}
			measuretest.Near(r, "growth", all[k]/all[k-f], now/before, 1e-12*now/before)
		}
		parts, err := a.PartContributions(OverYear, f)
		if err != nil {
			r.Fatal(err)
		}
		for _, c := range parts {
			measuretest.Near(r, "linking", c.Linking, 0, 1e-12)
		}
	}))
	t.Run("at prices of the part itself it is the same where prices do not move within a year, and the direct relative where there is one item", rapid.MakeCheck(func(r *rapid.T) {
		prices, q, a := aRaggedAccount(r)
		own := make([][]float64, len(q))
		for i := range q {
			for k := range q[i] {
				own[i] = append(own[i], prices[i][min(k/a.PerYear, len(prices[i])-1)])
			}
		}
		x, err := a.Chain(OverYear)
		if err != nil {
			r.Fatal(err)
		}
		y, err := a.SamePart(own, q)
		if err != nil {
			r.Fatal(err)
		}
		for k := range x.Parts {
			measuretest.Near(r, "part", y.Parts[k], x.Parts[k], 1e-11*x.Parts[k])
		}
		for k := range x.Drift {
			measuretest.Near(r, "drift", y.Drift[k], x.Drift[k], 1e-10*x.Annual[k])
		}
		own[0][0] = 0
		if len(x.Parts) > 0 {
			if _, err = a.SamePart(own, q); err == nil {
				r.Fatal("a price of zero was used")
			}
		}
	}))
}

func TestFixedBase(t *testing.T) {
	prices, quantities := [][]float64{{2, 3, 5}, {4, 4, 3}}, [][]float64{{10, 9, 7}, {5, 6, 8}}
	direct, err := DirectLinks(prices, quantities)
	if err != nil {
		t.Fatal(err)
	}
	measuretest.Near(t, "Laspeyres", direct[1].Laspeyres, (2*7+4*8)/40.0, 1e-15)
	measuretest.Near(t, "Paasche", direct[1].Paasche, (5*7+3*8)/(5*10+3*5.0), 1e-15)
	chained, err := AnnualLinks(prices, quantities)
	if err != nil {
		t.Fatal(err)
	}
	if direct[0] != chained[0] {
		t.Error("the first link has one base only")
	}
}

func TestAProductThatIsNoLongerMade(t *testing.T) {
	prices, quantities := [][]float64{{2, 3}, {4, 0}}, [][]float64{{10, 12}, {5, 0}}
	_, err := AnnualLinks(prices, quantities)
	measuretest.Fails(t, err, "chain.bad-price")
	filled, imputed, err := CarryForward(prices, quantities)
	if err != nil {
		t.Fatal(err)
	}
	measuretest.Near(t, "the price moves with the others", filled[1][1], 6, 1e-12)
	if len(imputed) != 1 || imputed[0] != (Imputed{Item: 1, Year: 1, Price: filled[1][1]}) || prices[1][1] != 0 {
		t.Errorf("%+v", imputed)
	}
	links, err := AnnualLinks(filled, quantities)
	if err != nil {
		t.Fatal(err)
	}
	measuretest.Near(t, "the price level is that of the others", 36/40.0/links[0].Laspeyres, 36/40.0/links[0].Paasche, 1e-12)
	measuretest.Near(t, "the link", links[0].Fisher, 24/40.0, 1e-12)
}
