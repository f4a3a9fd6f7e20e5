package chain

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

func TestAYearIsMadeOfItsParts(t *testing.T) {
	both := func(p, q float64) Line { return Line{p, q, true, true} }
	sold := func(q float64) Line { return Line{Quantity: q, HasQuantity: true} }
	for name, c := range map[string]struct {
		own    Line
		parts  []Line
		values bool
		want   Line
	}{
		"its own line alone":                    {both(2, 3), nil, false, both(2, 3)},
		"prices are weighted with quantities":   {Line{}, []Line{both(1, 1), both(4, 2)}, false, both(3, 3)},
		"values are summed":                     {Line{}, []Line{both(1, 1), both(4, 2)}, true, both(5, 3)},
		"its own price goes first":              {Line{Price: 7, HasPrice: true}, []Line{both(1, 1), both(4, 2)}, false, both(7, 3)},
		"the quantity of the parts goes first":  {both(7, 9), []Line{both(1, 1), both(4, 2)}, false, both(7, 3)},
		"a part without a quantity":             {both(7, 9), []Line{both(1, 1), {Price: 4, HasPrice: true}}, false, both(7, 9)},
		"nothing made needs no price":           {Line{}, []Line{sold(0), both(4, 2)}, false, both(4, 2)},
		"but of values it does":                 {Line{}, []Line{sold(0), both(4, 2)}, true, sold(2)},
		"nothing made at all has none":          {Line{}, []Line{sold(0), sold(0)}, false, sold(0)},
		"a part without a price leaves it open": {Line{}, []Line{sold(1), both(4, 2)}, false, sold(3)},
	} {
		if got := Annual(c.own, c.parts, c.values); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Prices and quantities taken out of values give the values again, and the ratio of the two values of each year.
func TestValuesGivePricesAndQuantities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "years")
		current, previous := [][]float64{make([]float64, n)}, [][]float64{make([]float64, n)}
		for k := range n {
			current[0][k], previous[0][k] = rapid.Float64Range(1, 100).Draw(t, "current"), rapid.Float64Range(1, 100).Draw(t, "previous")
		}
		p, q, err := FromValues(current, previous)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range Value(p, q) {
			if math.Abs(v-current[0][k]) > 1e-9*v {
				t.Fatalf("%g, not %g", v, current[0][k])
			}
			if k > 0 && math.Abs(p[0][k]/p[0][k-1]*previous[0][k]-current[0][k]) > 1e-9*v {
				t.Fatalf("price %g after %g", p[0][k], p[0][k-1])
			}
		}
	})
	if _, _, err := FromValues([][]float64{{1, 2}}, [][]float64{{0, 0}}); fault.CodeOf(err) != "chain.no-volume" {
		t.Error(err)
	}
	if p, _, err := FromValues([][]float64{{0, 0, 2}}, [][]float64{{0, 0, 1}}); err != nil || !slices.Equal(p[0], []float64{1, 1, 2}) {
		t.Error(p, err)
	}
}

func TestLinksMakeAnIndexAndLeaveAPrice(t *testing.T) {
	if got := IndexOf([]float64{2, 1.5}, false); !slices.Equal(got, []float64{100, 200, 300}) {
		t.Error(got)
	}
	if got := IndexOf([]float64{2, 1.5}, true); !slices.Equal(got, []float64{100, 200, 150}) {
		t.Error(got)
	}
	if got := ImplicitPrices([]float64{10, 30}, []float64{100, 200}, 0); !slices.Equal(got, []float64{100, 150}) {
		t.Error(got)
	}
	if got := ImplicitPrices([]float64{10, 30}, []float64{100, 200}, 1); math.Abs(got[0]-200.0/3) > 1e-12 || got[1] != 100 {
		t.Error(got)
	}
}

func TestTheStructureOfAYear(t *testing.T) {
	s := StructureOf([]float64{60, 40}, []float64{15, 0})
	if s.Whole != 100 || !slices.Equal(s.Weight, []float64{0.6, 0.4}) || !slices.Equal(s.Fraction, []float64{0.25, 0}) || math.Abs(s.Share-0.15) > 1e-15 {
		t.Error(s)
	}
	if s := StructureOf([]float64{1, -1}, []float64{0, 0}); s.Weight != nil || s.Whole != 0 {
		t.Error("a whole of nothing has a structure")
	}
}

func TestGrowthOfDeflatedValueAdded(t *testing.T) {
	double, single := Deflated{Double: 110, Single: 90}.Growth(100)
	if math.Abs(double-0.1) > 1e-15 || math.Abs(single+0.1) > 1e-15 {
		t.Error(double, single)
	}
}
