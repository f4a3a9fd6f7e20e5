package balance

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/measuretest"
)

func TestSUTRAS(t *testing.T) {
	// three products, two industries and imports; two industries and two final uses
	prior := SupplyUse{
		Supply: dense([][]float64{{80, 5, 10}, {10, 90, 20}, {0, 15, 30}}),
		Use:    dense([][]float64{{30, 20, 40, 5}, {20, 30, 60, -4}, {10, 15, 20, 4}}),
	}
	t.Run("supply equals use for each product and the column totals are met", func(t *testing.T) {
		supply, use := []float64{100, 120, 55}, []float64{65, 70, 132, 8}
		got, err := SUTRAS(prior, supply, use, Options{})
		if err != nil {
			t.Fatal(err)
		}
		su, sv := margins(got.Supply)
		uu, uv := margins(got.Use)
		for i := range su {
			if math.Abs(su[i]-uu[i]) > 1e-9*su[i] || math.Abs(su[i]-got.ProductTotals[i]) > 1e-9*su[i] {
				t.Fatalf("product %d: supply %g, use %g", i, su[i], uu[i])
			}
		}
		for j := range sv {
			if math.Abs(sv[j]-supply[j]) > 1e-9*supply[j] {
				t.Fatalf("source %d", j)
			}
		}
		for j := range uv {
			if math.Abs(uv[j]-use[j]) > 1e-9*use[j] {
				t.Fatalf("use %d", j)
			}
		}
		// one multiplier a product: use/prior · supply/prior of a product is the same for all products
		for i := range 3 {
			a := got.Use.At(i, 0) / prior.Use.At(i, 0) * got.Supply.At(i, 1) / prior.Supply.At(i, 1)
			b := got.Use.At(0, 0) / prior.Use.At(0, 0) * got.Supply.At(0, 1) / prior.Supply.At(0, 1)
			if math.Abs(a-b) > 1e-9 {
				t.Fatalf("product %d has other multipliers in supply and use: %g %g", i, a, b)
			}
		}
		if got.Supply.At(2, 0) != 0 || got.Use.At(1, 3) >= 0 {
			t.Fatal("zero or sign lost")
		}
	})
	t.Run("a balanced system comes back", func(t *testing.T) {
		_, sv := margins(prior.Supply)
		use := mat.DenseCopyOf(prior.Use)
		for i := range 3 { // put the product residual into the third use
			use.Set(i, 2, use.At(i, 2)+sum(prior.Supply.RawRowView(i))-sum(use.RawRowView(i)))
		}
		_, uv := margins(use)
		got, err := SUTRAS(SupplyUse{prior.Supply, use}, sv, uv, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sameMatrix(t, got.Use, use, 1e-10)
		sameMatrix(t, got.Supply, prior.Supply, 1e-10)
	})
	t.Run("totals that differ are refused, or one side moves when declared", func(t *testing.T) {
		_, err := SUTRAS(prior, []float64{100, 120, 55}, []float64{65, 70, 132, 18}, Options{})
		measuretest.Fails(t, err, "balance.supply-use-totals", "275", "285")
		got, err := SUTRAS(prior, []float64{100, 120, 55}, []float64{65, 70, 132, 18}, Options{Gap: ScaleColumns})
		if err != nil {
			t.Fatal(err)
		}
		_, uv := margins(got.Use)
		if math.Abs(sum(uv)-275) > 1e-8 {
			t.Fatal(uv)
		}
	})
	t.Run("shapes that do not fit are refused", func(t *testing.T) {
		_, err := SUTRAS(SupplyUse{dense([][]float64{{1}}), prior.Use}, []float64{1}, []float64{1, 1, 1, 1}, Options{})
		measuretest.Fails(t, err, "balance.products-differ")
		_, err = SUTRAS(prior, []float64{1}, []float64{1, 1, 1, 1}, Options{})
		measuretest.Fails(t, err, "balance.supply-use-shape")
		_, err = SUTRAS(SupplyUse{}, nil, nil, Options{})
		measuretest.Fails(t, err, "balance.empty")
	})
}
