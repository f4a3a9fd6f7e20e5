package chain

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

// twoProducts is the example of the IMF manual of 2001, chapter IX: two products, a base year and three years of quarters.
type twoProducts struct {
	Quantities struct{ A, B [][]float64 } `json:"quantities_quarterly"`
	Base       struct{ A, B float64 }     `json:"quantities_1997"`
	Prices     struct{ A, B []float64 }   `json:"annual_prices"`
	Expected   struct {
		Value     []float64   `json:"current_value"`
		Annual    []float64   `json:"annual_chain_laspeyres_1997_100"`
		Quarterly [][]float64 `json:"quarterly_annual_overlap"`
	}
}

func flat(x [][]float64) (out []float64) {
	for _, row := range x {
		out = append(out, row...)
	}
	return out
}

func readExample(t *testing.T) (twoProducts, Accounts) {
	t.Helper()
	b, err := os.ReadFile("testdata/two-products.json")
	if err != nil {
		t.Fatal(err)
	}
	var x twoProducts
	if err := json.Unmarshal(b, &x); err != nil {
		t.Fatal(err)
	}
	a, err := FromPrices([][]float64{x.Prices.A, x.Prices.B}, []float64{x.Base.A, x.Base.B}, [][]float64{flat(x.Quantities.A), flat(x.Quantities.B)}, 4)
	if err != nil {
		t.Fatal(err)
	}
	return x, a
}

func TestOracleTwoProducts(t *testing.T) {
	x, a := readExample(t)
	t.Run("current values, annual chain and quarters are the oracle's", func(t *testing.T) {
		index, err := a.Chain(AnnualOverlap)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range x.Expected.Value {
			measuretest.Near(t, "value", column(a.Current, i), want, 1e-12)
		}
		for i, want := range x.Expected.Annual {
			measuretest.Near(t, "annual", index.Annual[i], want, 1e-11)
		}
		for i, want := range flat(x.Expected.Quarterly) {
			measuretest.Near(t, "quarter", index.Parts[i], want, 1e-11)
		}
	})
	t.Run("one-quarter overlap has no linking term, and says by how much its years drift", func(t *testing.T) {
		index, err := a.Chain(QuarterOverlap)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "no drift in the year that starts the parts", index.Drift[1], 0, 1e-12)
		if index.Drift[3] == 0 {
			t.Error("no drift at all in a chain whose prices change")
		}
		measuretest.Near(t, "drift", index.Annual[3]-x.Expected.Annual[3], index.Drift[3], 1e-9)
		parts, err := a.PartContributions(QuarterOverlap, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range parts {
			measuretest.Near(t, "linking", c.Linking, 0, 1e-14)
		}
	})
	t.Run("contributions across the turn of the year, by hand for the first quarter of 1999", func(t *testing.T) {
		parts, err := a.PartContributions(AnnualOverlap, 1)
		if err != nil {
			t.Fatal(err)
		}
		c := parts[3]
		p, q4, q1 := []float64{5.5, 9}, []float64{73.7, 55.8}, []float64{76, 55.4}
		own := p[0]*q4[0] + p[1]*q4[1]
		moved := x.Expected.Annual[1] * own * 4 / x.Expected.Value[1] / x.Expected.Quarterly[0][3]
		measuretest.Near(t, "linking", c.Linking, moved-1, 1e-9)
		measuretest.Near(t, "A", c.Items[0], moved*p[0]*(q1[0]-q4[0])/own, 1e-9)
		measuretest.Near(t, "B", c.Items[1], moved*p[1]*(q1[1]-q4[1])/own, 1e-9)
	})
}

// anAccount draws prices, a base year and parts that are all positive.
func anAccount(r *rapid.T) (prices [][]float64, base []float64, quantities [][]float64, perYear int) {
	n, years := rapid.IntRange(1, 4).Draw(r, "items"), rapid.IntRange(2, 5).Draw(r, "years")
	perYear = rapid.SampledFrom([]int{1, 4, 12}).Draw(r, "parts")
	positive := rapid.Float64Range(0.5, 50)
	for range n {
		prices = append(prices, rapid.SliceOfN(positive, years, years).Draw(r, "prices"))
		base = append(base, positive.Draw(r, "base"))
		quantities = append(quantities, rapid.SliceOfN(positive, (years-1)*perYear, (years-1)*perYear).Draw(r, "quantities"))
	}
	return
}

func mustChain(r *rapid.T, prices [][]float64, base []float64, quantities [][]float64, perYear int, link Link) (Accounts, Index) {
	a, err := FromPrices(prices, base, quantities, perYear)
	if err != nil {
		r.Fatal(err)
	}
	index, err := a.Chain(link)
	if err != nil {
		r.Fatal(err)
	}
	return a, index
}

func scaled(x []float64, c float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] * c
	}
	return out
}

func TestChainIdentities(t *testing.T) {
	t.Run("the mean of the parts is the annual index, every year", rapid.MakeCheck(func(r *rapid.T) {
		p, b, q, f := anAccount(r)
		_, index := mustChain(r, p, b, q, f, AnnualOverlap)
		chain := 100.0
		for t := 1; t < len(index.Annual); t++ {
			mean := 0.0
			for _, x := range index.Parts[(t-1)*f : t*f] {
				mean += x / float64(f)
			}
			chain *= index.Links[t-1]
			measuretest.Near(r, "mean", mean, index.Annual[t], 1e-12)
			measuretest.Near(r, "product of links", chain, index.Annual[t], 1e-12)
		}
	}))
	t.Run("contributions add to growth: annual, on the part before and on the same part of last year, under both links", rapid.MakeCheck(func(r *rapid.T) {
		p, b, q, f := anAccount(r)
		link := rapid.SampledFrom([]Link{AnnualOverlap, QuarterOverlap}).Draw(r, "link")
		a, index := mustChain(r, p, b, q, f, link)
		add := func(all []Contributions, err error) {
			if err != nil {
				r.Fatal(err)
			}
			for _, c := range all {
				sum := c.Linking
				for _, x := range c.Items {
					sum += x
				}
				measuretest.Near(r, "sum", sum, c.Growth, 1e-11)
			}
		}
		annual, err := a.AnnualContributions()
		add(annual, err)
		for t, c := range annual {
			measuretest.Near(r, "annual growth is the link", 1+c.Growth, index.Links[t], 1e-12)
			for i := range c.Items {
				before := b[i]
				now := 0.0
				if t > 0 {
					before = 0
					for _, x := range q[i][(t-1)*f : t*f] {
						before += x
					}
				}
				for _, x := range q[i][t*f : (t+1)*f] {
					now += x
				}
				weight := p[i][t] * before / column(a.Current, t)
				measuretest.Near(r, "weight times growth", c.Items[i], weight*(now/before-1), 1e-11)
			}
		}
		for _, lag := range []int{1, f} {
			add(a.PartContributions(link, lag))
		}
	}))
	t.Run("an item whose quantity stands still contributes nothing, also across the turn of the year", rapid.MakeCheck(func(r *rapid.T) {
		p, b, q, f := anAccount(r)
		for k := range q[0] {
			q[0][k] = q[0][0]
		}
		a, _ := mustChain(r, p, b, q, f, AnnualOverlap)
		parts, err := a.PartContributions(AnnualOverlap, 1)
		if err != nil {
			r.Fatal(err)
		}
		for _, c := range parts {
			measuretest.Near(r, "still", c.Items[0], 0, 1e-12)
		}
	}))
	t.Run("the unit of a quantity and the reference year change no growth", rapid.MakeCheck(func(r *rapid.T) {
		p, b, q, f := anAccount(r)
		_, before := mustChain(r, p, b, q, f, AnnualOverlap)
		c := rapid.Float64Range(0.001, 1000).Draw(r, "unit")
		p[0], b[0], q[0] = scaled(p[0], 1/c), b[0]*c, scaled(q[0], c)
		_, after := mustChain(r, p, b, q, f, AnnualOverlap)
		moved, err := after.Rereference(1)
		if err != nil {
			r.Fatal(err)
		}
		measuretest.Near(r, "reference", moved.Annual[1], 100, 1e-12)
		for t := range before.Annual {
			measuretest.Near(r, "unit", after.Annual[t], before.Annual[t], 1e-11)
			measuretest.Near(r, "reference year", moved.Annual[t]/moved.Annual[0], before.Annual[t]/before.Annual[0], 1e-11)
		}
	}))
}

func TestChainAgainstDirectIndices(t *testing.T) {
	t.Run("all quantities times c from a year on: the index times c from that year on", rapid.MakeCheck(func(r *rapid.T) {
		p, b, q, f := anAccount(r)
		_, before := mustChain(r, p, b, q, f, AnnualOverlap)
		from := rapid.IntRange(1, len(p[0])-1).Draw(r, "from")
		c := rapid.Float64Range(0.1, 10).Draw(r, "c")
		for i := range q {
			q[i] = append(append([]float64(nil), q[i][:(from-1)*f]...), scaled(q[i][(from-1)*f:], c)...)
		}
		_, after := mustChain(r, p, b, q, f, AnnualOverlap)
		for t := range after.Annual {
			want := before.Annual[t]
			if t >= from {
				want *= c
			}
			measuretest.Near(r, "index", after.Annual[t], want, 1e-11)
		}
	}))
	t.Run("with constant prices the chain is the direct Laspeyres; with one product it is the quantity relative", rapid.MakeCheck(func(r *rapid.T) {
		p, b, q, f := anAccount(r)
		for i := range p {
			for t := range p[i] {
				p[i][t] = p[i][0]
			}
		}
		_, index := mustChain(r, p, b, q, f, rapid.SampledFrom([]Link{AnnualOverlap, QuarterOverlap}).Draw(r, "link"))
		base := 0.0
		for i := range b {
			base += p[i][0] * b[i]
		}
		for k := range index.Parts {
			direct := 0.0
			for i := range q {
				direct += p[i][0] * q[i][k]
			}
			measuretest.Near(r, "direct", index.Parts[k], 100*direct*float64(f)/base, 1e-11)
		}
		one, _ := anAccountOf(r, p[:1], b[:1], q[:1], f)
		for k := range one.Parts {
			measuretest.Near(r, "relative", one.Parts[k], 100*q[0][k]*float64(f)/b[0], 1e-11)
		}
	}))
	t.Run("volumes in money of a year do not add, except in that year and the next, and the residual says by how much", func(t *testing.T) {
		_, a := readExample(t)
		m, err := a.InMoneyOf(1)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "total of the year", m.Total[1], column(a.Current, 1), 1e-12)
		measuretest.Near(t, "residual of the year", m.Residual[1], 0, 1e-9)
		measuretest.Near(t, "residual of the next year", m.Residual[2], 0, 1e-9)
		if math.Abs(m.Residual[3]) < 1 || math.Abs(m.Residual[0]) < 1 {
			t.Errorf("residuals %v", m.Residual)
		}
		measuretest.Near(t, "definition", m.Total[3]-m.Items[0][3]-m.Items[1][3], m.Residual[3], 1e-12)
	})
}

func anAccountOf(r *rapid.T, p [][]float64, b []float64, q [][]float64, f int) (Index, Accounts) {
	a, index := mustChain(r, p, b, q, f, AnnualOverlap)
	return index, a
}

func TestFormulas(t *testing.T) {
	t.Run("Fisher lies between Laspeyres and Paasche, its contributions add, and time runs back through it", rapid.MakeCheck(func(r *rapid.T) {
		n, years := rapid.IntRange(1, 5).Draw(r, "items"), rapid.IntRange(2, 5).Draw(r, "years")
		draw := rapid.SliceOfN(rapid.Float64Range(0.5, 50), years, years)
		var p, q, pBack, qBack [][]float64
		for range n {
			p, q = append(p, draw.Draw(r, "p")), append(q, draw.Draw(r, "q"))
			pBack, qBack = append(pBack, reversed(p[len(p)-1])), append(qBack, reversed(q[len(q)-1]))
		}
		links, err := AnnualLinks(p, q)
		if err != nil {
			r.Fatal(err)
		}
		back, err := AnnualLinks(pBack, qBack)
		if err != nil {
			r.Fatal(err)
		}
		contributions, err := FisherContributions(p, q)
		if err != nil {
			r.Fatal(err)
		}
		for t, l := range links {
			if l.Fisher < math.Min(l.Laspeyres, l.Paasche)*(1-1e-12) || l.Fisher > math.Max(l.Laspeyres, l.Paasche)*(1+1e-12) {
				r.Errorf("%+v", l)
			}
			measuretest.Near(r, "time reversal", l.Fisher*back[len(back)-1-t].Fisher, 1, 1e-12)
			sum := 0.0
			for _, x := range contributions[t].Items {
				sum += x
			}
			measuretest.Near(r, "sum", sum, l.Fisher-1, 1e-11)
		}
	}))
	t.Run("1997 to 1998 of the oracle's example by hand", func(t *testing.T) {
		links, err := AnnualLinks([][]float64{{7, 5.5}, {6, 9}}, [][]float64{{251, 282}, {236, 227}})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "Laspeyres", links[0].Laspeyres, (7*282+6*227)/3173.0, 1e-12)
		measuretest.Near(t, "Paasche", links[0].Paasche, 3594/(5.5*251+9*236), 1e-12)
	})
}

func reversed(x []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[len(x)-1-i] = x[i]
	}
	return out
}

func TestRefusals(t *testing.T) {
	one := func(current, previous []float64, f int) Accounts {
		return Accounts{Current: [][]float64{current}, Previous: [][]float64{previous}, PerYear: f}
	}
	t.Run("what cannot be chained is refused by name", func(t *testing.T) {
		for code, a := range map[string]Accounts{
			"chain.bad-parts":  one([]float64{1, 1}, []float64{1}, 0),
			"chain.no-years":   one([]float64{1}, nil, 4),
			"chain.length":     one([]float64{1, 1}, []float64{1}, 4),
			"chain.bad-total":  one([]float64{0, 1}, []float64{1}, 1),
			"chain.not-finite": one([]float64{1, math.NaN()}, []float64{1}, 1),
		} {
			_, err := a.Chain(AnnualOverlap)
			measuretest.Fails(t, err, code)
		}
		_, err := one([]float64{1, 1}, []float64{1}, 1).Chain("fixed")
		measuretest.Fails(t, err, "chain.unknown-link")
		_, err = one([]float64{1, 1}, []float64{1}, 1).InMoneyOf(2)
		measuretest.Fails(t, err, "chain.no-such-year")
		_, err = one([]float64{1, 1}, []float64{1}, 1).PartContributions(AnnualOverlap, 2)
		measuretest.Fails(t, err, "chain.bad-lag")
		_, err = Index{Annual: []float64{100}}.Rereference(-1)
		measuretest.Fails(t, err, "chain.no-such-year")
	})
	t.Run("a price of zero is refused where a quantity needs it, and not where none does", func(t *testing.T) {
		_, err := FromPrices([][]float64{{1, 1}, {0, 2}}, []float64{1, 0}, [][]float64{{1}, {1}}, 1)
		measuretest.Fails(t, err, "chain.bad-price")
		if _, err = FromPrices([][]float64{{1, 1}, {0, 2}}, []float64{1, 0}, [][]float64{{1}, {0}}, 1); err != nil {
			t.Error(err)
		}
		_, err = AnnualLinks([][]float64{{1, 1}, {0, 2}}, [][]float64{{1, 1}, {0, 3}})
		measuretest.Fails(t, err, "chain.bad-price")
	})
	t.Run("a new product gets a price taken back by the price change of the others, and a mark", func(t *testing.T) {
		prices, quantities := [][]float64{{2, 3}, {0, 6}}, [][]float64{{10, 10}, {0, 5}}
		filled, imputed, err := Backcast(prices, quantities)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "price", filled[1][0], 4, 1e-12)
		if len(imputed) != 1 || imputed[0].Item != 1 || imputed[0].Year != 0 || prices[1][0] != 0 {
			t.Errorf("%+v", imputed)
		}
		links, err := AnnualLinks(filled, quantities)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "the price level is that of the others", (3*10+6*5)/20.0/links[0].Laspeyres, 1.5, 1e-12)
		_, _, err = Backcast([][]float64{{0, 3}}, [][]float64{{0, 1}})
		measuretest.Fails(t, err, "chain.bad-price")
		_, _, err = Backcast([][]float64{{2, 3}, {0, 3}}, [][]float64{{1, 1}, {1, 1}})
		measuretest.Fails(t, err, "chain.bad-price")
	})
	t.Run("an item that falls below zero is borne in the total and cannot be chained by itself", func(t *testing.T) {
		a := Accounts{Current: [][]float64{{10, 11}, {2, -1}}, Previous: [][]float64{{10.5}, {-1}}, PerYear: 1}
		if _, err := a.Chain(AnnualOverlap); err != nil {
			t.Error(err)
		}
		_, err := a.InMoneyOf(0)
		measuretest.Fails(t, err, "chain.item-breaks")
		a.Previous[1][0] = 0
		_, err = a.Chain(AnnualOverlap)
		measuretest.Fails(t, err, "chain.no-volume")
	})
}

func TestDeflate(t *testing.T) {
	t.Run("the constructed example of the oracle", func(t *testing.T) {
		d, err := Deflate(Production{Output: 1200, OutputPrice: 1.1, Intermediate: 700, IntermediatePrice: 1.25})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "double", d.Double, 530.9090909091, 1e-12)
		measuretest.Near(t, "implicit price", *d.ImplicitPrice, 0.9417808219178, 1e-12)
		measuretest.Near(t, "single", d.Single, 454.5454545455, 1e-12)
		measuretest.Near(t, "growth, double", d.Double/470-1, 0.1295938104449, 1e-12)
		measuretest.Near(t, "growth, single", d.Single/470-1, -0.03288201160542, 1e-12)
		measuretest.Near(t, "gap", d.Gap, d.Double-d.Single, 0)
	})
	t.Run("double is single, to the bit, when both price indices are the same", rapid.MakeCheck(func(r *rapid.T) {
		p := rapid.Float64Range(0.1, 10).Draw(r, "p")
		d, err := Deflate(Production{rapid.Float64Range(0, 1e6).Draw(r, "output"), p, rapid.Float64Range(0, 1e6).Draw(r, "intermediate"), p})
		if err != nil {
			r.Fatal(err)
		}
		if d.Gap != 0 {
			r.Errorf("gap %g", d.Gap)
		}
	}))
	t.Run("a volume that is not positive is marked, has no implicit price, and is replaced only by declaration", func(t *testing.T) {
		d, err := Deflate(Production{Output: 100, OutputPrice: 2, Intermediate: 80, IntermediatePrice: 1})
		if err != nil || !d.Breaks || d.ImplicitPrice != nil {
			t.Fatalf("%+v %v", d, err)
		}
		_, _, err = d.Volume(false)
		measuretest.Fails(t, err, "chain.negative-volume")
		v, single, err := d.Volume(true)
		if v != 10 || !single || err != nil {
			t.Errorf("%g %v %v", v, single, err)
		}
	})
	t.Run("prices and values that are none are refused", func(t *testing.T) {
		_, err := Deflate(Production{Output: 1, OutputPrice: 0, Intermediate: 1, IntermediatePrice: 1})
		measuretest.Fails(t, err, "chain.bad-price")
		_, err = Deflate(Production{Output: math.NaN(), OutputPrice: 1, Intermediate: 1, IntermediatePrice: 1})
		measuretest.Fails(t, err, "chain.bad-level")
	})
}
