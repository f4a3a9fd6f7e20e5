package smallarea

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/measuretest"
)

func TestEdges(t *testing.T) {
	_, base := load(t)
	copyOf := func() Data {
		d := base
		d.Direct, d.Variance = append([]float64(nil), base.Direct...), append([]float64(nil), base.Variance...)
		d.Covariates = mat.DenseCopyOf(base.Covariates)
		return d
	}
	t.Run("ψ = 0 keeps the direct estimate without error", func(t *testing.T) {
		for _, method := range methods {
			d := copyOf()
			d.Variance[3] = 0
			e := fit(t, d, Options{Method: method}).Estimates[3]
			if e.Value != d.Direct[3] || e.MSE != 0 || e.Gamma != 1 {
				t.Fatalf("%s: %+v", method, e)
			}
		}
	})
	t.Run("an area without a sample is synthetic with g1 = A and does not touch the fit", func(t *testing.T) {
		d := copyOf()
		want := fit(t, d, Options{})
		d.Direct, d.Variance = append(d.Direct, math.NaN()), append(d.Variance, math.NaN())
		d.Missing = append(make([]bool, 8), true)
		z := mat.NewDense(9, 2, nil)
		z.Copy(d.Covariates)
		z.SetRow(8, []float64{1, 2.5})
		d.Covariates = z
		f := fit(t, d, Options{})
		e := f.Estimates[8]
		measuretest.Near(t, "A", f.A, want.A, 1e-12)
		measuretest.Near(t, "θ", e.Value, f.Beta[0]+2.5*f.Beta[1], 1e-12)
		measuretest.Near(t, "g1", e.G1, f.A, 0)
		if !e.Synthetic || e.MSE <= f.A || f.Sampled != 8 {
			t.Fatalf("%+v", e)
		}
	})
	t.Run("a likelihood seven times flatter than its expected information is climbed to the top all the same", func(t *testing.T) {
		workers := []float64{2, 0.75, 0.609987530624494, 0.8461761474609375, 0.6592228672069496, 2, 0.678742058807984, 1.892369793727994, 0.842041015625, 1.4609375}
		effect := []float64{1.2813949584960938, 2.2880859375, 0, 0, -0.5146484448666402, 0, -4.839321118717092e-06, 0, 0, -4}
		z, shift := mat.NewDense(10, 3, nil), make([]float64, 10)
		d := Data{Direct: make([]float64, 10), Covariates: z, Variance: []float64{1.5358062982559204, 1.533852249296615, 3.3855059417464703, 3.8545096406505763, 0.050491222442360595, 3.783519744873047, 4, 2.16583251953125, 0.906622376292944, 0.7545166015625}}
		for i := range d.Direct {
			z.SetRow(i, []float64{1, float64(i), math.Cos(float64(i)) * workers[i]})
		}
		for i, revenue := range map[int]float64{0: 0.47308349609375, 1: 3.534673271188282e-05, 3: 0.00537109375, 4: 0.5, 5: 2.4289192879223265e-10, 7: 0.08916911167398212} {
			z.Set(i, 1, float64(i)+revenue)
		}
		for i := range d.Direct {
			d.Direct[i] = 3 + 2*z.At(i, 1) - z.At(i, 2) + effect[i]
			shift[i] = d.Direct[i] + 5 - 3*z.At(i, 1)
		}
		f := fit(t, d, Options{})
		d.Direct = shift
		g := fit(t, d, Options{})
		measuretest.Near(t, "score", f.Score, 0, 1e-12)
		measuretest.Near(t, "score shifted", g.Score, 0, 1e-12)
		if f.Iterations > 50 || g.Iterations > 50 { // a search that converges linearly needs about two hundred, and rounding decides whether it arrives
			t.Fatalf("%d and %d steps", f.Iterations, g.Iterations)
		}
		measuretest.Near(t, "A shifted", g.A, f.A, 1e-12)
		for _, a := range []float64{f.A * 0.999, f.A * 1.001} {
			if h := fit(t, d, Options{Hold: &a}); h.RestrictedLL >= g.RestrictedLL {
				t.Fatalf("A = %g is as likely as %g", a, g.A)
			}
		}
	})
	t.Run("variances that differ by thirty powers of ten leave the others their digits", func(t *testing.T) {
		_, d := load(t)
		d.Variance = append([]float64(nil), d.Variance...)
		d.Variance[2] = 1e-30
		zero, x0, y0 := 0.0, d.Covariates.At(2, 1), d.Direct[2]
		var above, below float64 // a line through the area that is known
		for i := range d.Direct {
			x := d.Covariates.At(i, 1) - x0
			above, below = above+x*(d.Direct[i]-y0)/d.Variance[i], below+x*x/d.Variance[i]
		}
		f := fit(t, d, Options{Hold: &zero})
		measuretest.Near(t, "β", f.Beta[1], above/below, 1e-13)
		measuretest.Near(t, "se β", f.BetaSE[1], math.Sqrt(1/below), 1e-13)
		measuretest.Near(t, "through the known area", f.Estimates[2].Regression, y0, 1e-13)
		for _, method := range methods {
			if g := fit(t, d, Options{Method: method}); !finite(g.A) || math.Abs(g.Estimates[2].Value-y0) > 1e-9 {
				t.Fatalf("%s: %g, %+v", method, g.A, g.Estimates[2])
			}
		}
		d.Variance[2] = 1e-320
		_, err := Fit(d, Options{Hold: &zero})
		measuretest.Fails(t, err, "smallarea.degenerate")
		for _, method := range methods {
			if g, err := Fit(d, Options{Method: method}); err == nil && !finite(g.Estimates[0].MSE) {
				t.Fatalf("%s: %+v", method, g)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	_, base := load(t)
	copyOf := func() Data {
		d := base
		d.Direct, d.Variance = append([]float64(nil), base.Direct...), append([]float64(nil), base.Variance...)
		d.Covariates = mat.DenseCopyOf(base.Covariates)
		return d
	}
	t.Run("fewer than five degrees of freedom are refused", func(t *testing.T) {
		d := copyOf()
		d.Direct, d.Variance = d.Direct[:6], d.Variance[:6]
		d.Covariates = mat.DenseCopyOf(d.Covariates.Slice(0, 6, 0, 2))
		_, err := Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.too-few", "6", "2")
	})
	t.Run("a collinear covariate is named", func(t *testing.T) {
		d := copyOf()
		z := mat.NewDense(8, 3, nil)
		for i := range 8 {
			z.SetRow(i, []float64{1, d.Covariates.At(i, 1), 4 - 2*d.Covariates.At(i, 1)})
		}
		d.Covariates, d.CovariateNames = z, []string{"constant", "revenue", "mirror"}
		_, err := Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.collinear", "mirror")
		for i := range 8 {
			z.Set(i, 2, 0)
		}
		_, err = Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.collinear", "mirror")
	})
	t.Run("a perfect fit without sampling error identifies nothing", func(t *testing.T) {
		d := copyOf()
		for i := range d.Direct {
			d.Direct[i], d.Variance[i] = 2+3*d.Covariates.At(i, 1), 0
		}
		_, err := Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.degenerate")
		zero := 0.0
		d.Direct[0] = 100
		_, err = Fit(d, Options{Hold: &zero})
		measuretest.Fails(t, err, "smallarea.degenerate")
	})
	t.Run("bad numbers are named with their area", func(t *testing.T) {
		d := copyOf()
		d.Areas = []string{"Hà Nội", "Huế"}
		d.Variance[1] = -1
		_, err := Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.bad-variance", "Huế")
		d = copyOf()
		d.Areas = []string{"Hà Nội"}
		d.Direct[0] = math.NaN()
		_, err = Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.not-finite", "Hà Nội")
		d = copyOf()
		d.Covariates.Set(2, 1, math.Inf(1))
		_, err = Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.not-finite", "x")
		_, err = Fit(Data{}, Options{})
		measuretest.Fails(t, err, "smallarea.empty")
		d = copyOf()
		d.Variance = d.Variance[:3]
		_, err = Fit(d, Options{})
		measuretest.Fails(t, err, "smallarea.shape")
		_, err = Fit(copyOf(), Options{Method: "bayes"})
		measuretest.Fails(t, err, "smallarea.unknown-method", "bayes")
		minus := -1.0
		_, err = Fit(copyOf(), Options{Hold: &minus})
		measuretest.Fails(t, err, "smallarea.bad-variance")
	})
	t.Run("benchmarking with nothing that may move is refused, unless it is met", func(t *testing.T) {
		_, _, err := Benchmark([]float64{1, 2}, []float64{0, 0}, []float64{1, 1}, 4)
		measuretest.Fails(t, err, "smallarea.nothing-moves", "1")
		if _, _, err = Benchmark([]float64{1, 2}, []float64{0, 0}, []float64{1, 1}, 3); err != nil {
			t.Fatal(err)
		}
		_, _, err = Benchmark([]float64{1, 2}, []float64{0}, []float64{1, 1}, 3)
		measuretest.Fails(t, err, "smallarea.benchmark-shape")
		_, _, err = Benchmark([]float64{1, math.NaN()}, []float64{0, 1}, []float64{1, 1}, 3)
		measuretest.Fails(t, err, "smallarea.not-finite")
		_, _, err = Benchmark([]float64{1, 1}, []float64{0, -1}, []float64{1, 1}, 3)
		measuretest.Fails(t, err, "smallarea.bad-variance")
		_, _, err = Benchmark([]float64{1, 1}, []float64{0, 1}, []float64{1, 1}, math.NaN())
		measuretest.Fails(t, err, "smallarea.not-finite")
	})
	t.Run("the variance function returns what lies on it and keeps the mean", func(t *testing.T) {
		n := []float64{10, 20, 40, 80}
		psi := []float64{4, 2, 1, 0.5} // 40/n
		got, err := SmoothVariances(psi, n)
		if err != nil {
			t.Fatal(err)
		}
		for i := range psi {
			measuretest.Near(t, "ψ", got[i], psi[i], 1e-12)
		}
		_, err = SmoothVariances([]float64{1, 1, 0}, []float64{5, 5, 5})
		measuretest.Fails(t, err, "smallarea.too-few")
		_, err = SmoothVariances([]float64{1, 1, 1}, []float64{5, 0, 5})
		measuretest.Fails(t, err, "smallarea.bad-sample-size")
		_, err = SmoothVariances([]float64{-1, 1, 1}, []float64{5, 1, 5})
		measuretest.Fails(t, err, "smallarea.bad-variance")
		_, err = SmoothVariances([]float64{1}, []float64{5, 1, 5})
		measuretest.Fails(t, err, "smallarea.shape")
	})
	t.Run("the criteria of information count β and an estimated A", func(t *testing.T) {
		_, d := load(t)
		f := fit(t, d, Options{Method: ML})
		measuretest.Near(t, "AIC", f.AIC, -2*f.LogLik+6, 1e-15)
		measuretest.Near(t, "BIC", f.BIC, -2*f.LogLik+3*math.Log(8), 1e-15)
		g := fit(t, d, Options{Hold: &f.A})
		measuretest.Near(t, "AIC with A held", g.AIC, f.AIC-2, 1e-12)
	})
}
