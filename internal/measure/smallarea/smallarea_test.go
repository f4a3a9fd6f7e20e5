package smallarea

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func same(t tester, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Fatalf("%s: got %.12g, want %.12g", what, got, want)
	}
}

func wantCode(t tester, err error, code string, mentions ...string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("got error %v, want %s", err, code)
	}
	for _, lang := range []string{"vi", "en"} {
		s := fault.In(err, lang)
		if strings.Contains(s, "{") {
			t.Fatalf("unfilled sentence: %s", s)
		}
		for _, m := range mentions {
			if !strings.Contains(s, m) {
				t.Fatalf("%q does not mention %q", s, m)
			}
		}
	}
}

func fit(t tester, d Data, o Options) *Fitted {
	t.Helper()
	f, err := Fit(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

type oracle struct {
	Direct, X []float64
	Sampling  []float64 `json:"sampling_variance"`
	REML      struct {
		RefVar          float64
		Beta, SE, EBLUP []float64
		MSE             []float64
		LogLik          float64
	}
	ML       float64 `json:"ml_refvar"`
	Moment   float64 `json:"fay_herriot_moment_refvar"`
	Boundary struct {
		Direct, Beta, EBLUP []float64
		RefVar              float64 `json:"reml_refvar"`
	} `json:"boundary_case"`
}

func load(t *testing.T) (oracle, Data) {
	b, err := os.ReadFile("testdata/fay_herriot.json")
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	z, names := WithConstant(mat.NewDense(len(o.X), 1, o.X), []string{"x"})
	return o, Data{Direct: o.Direct, Variance: o.Sampling, Covariates: z, CovariateNames: names}
}

func TestOracle(t *testing.T) {
	o, d := load(t)
	t.Run("REML", func(t *testing.T) {
		f := fit(t, d, Options{})
		same(t, "A", f.A, o.REML.RefVar, 1e-9)
		for j := range o.REML.Beta {
			same(t, "β", f.Beta[j], o.REML.Beta[j], 1e-9)
			same(t, "se β", f.BetaSE[j], o.REML.SE[j], 1e-9)
		}
		for i := range o.REML.EBLUP {
			same(t, "θ", f.Estimates[i].Value, o.REML.EBLUP[i], 1e-9)
			same(t, "MSE", f.Estimates[i].MSE, o.REML.MSE[i], 1e-9)
		}
		same(t, "log-likelihood", f.LogLik, o.REML.LogLik, 1e-6)
		same(t, "score", f.Score, 0, 1e-10)
	})
	t.Run("maximum likelihood", func(t *testing.T) {
		f := fit(t, d, Options{Method: ML})
		same(t, "A", f.A, o.ML, 1e-9)
		same(t, "score", f.Score, 0, 1e-10)
	})
	t.Run("moment", func(t *testing.T) {
		f := fit(t, d, Options{Method: Moment})
		same(t, "A", f.A, o.Moment, 1e-9)
		same(t, "equation", f.Score, 0, 1e-9)
	})
	t.Run("A = 0: every area is synthetic and a note says so; the adjusted likelihood is the remedy", func(t *testing.T) {
		d.Direct = o.Boundary.Direct
		f := fit(t, d, Options{})
		same(t, "A", f.A, o.Boundary.RefVar, 0)
		for j := range f.Beta {
			same(t, "β", f.Beta[j], o.Boundary.Beta[j], 1e-9)
		}
		for i, e := range f.Estimates {
			same(t, "θ", e.Value, o.Boundary.EBLUP[i], 1e-9)
			if !e.Synthetic || e.Value != e.Regression {
				t.Fatalf("area %d is not synthetic", i)
			}
		}
		if len(f.Notes) != 1 {
			t.Fatal(f.Notes)
		}
		wantCode(t, f.Notes[0], "smallarea.note-no-area-variance", "reml")
		if f.Score > 0 {
			t.Fatal("the likelihood still rises at 0")
		}
		g := fit(t, d, Options{Method: AdjustedREML})
		if g.A <= 0 || len(g.Notes) != 0 {
			t.Fatalf("A = %g, %v", g.A, g.Notes)
		}
		for i := range g.Estimates {
			if g.Estimates[i].MSE <= 0 || g.Estimates[i].G1 <= 0 {
				t.Fatal(g.Estimates[i])
			}
		}
	})
}

// areas draws a model of 9 to 14 areas with two covariates.
func areas(t *rapid.T) Data {
	m := rapid.IntRange(9, 14).Draw(t, "areas")
	z := mat.NewDense(m, 3, nil)
	d := Data{Direct: make([]float64, m), Variance: make([]float64, m), Covariates: z, CovariateNames: []string{"constant", "revenue", "workers"}}
	for i := range m {
		z.SetRow(i, []float64{1, float64(i) + rapid.Float64Range(0, 0.5).Draw(t, "revenue"), math.Cos(float64(i)) * rapid.Float64Range(0.5, 2).Draw(t, "workers")})
		d.Direct[i] = 3 + 2*z.At(i, 1) - z.At(i, 2) + rapid.Float64Range(-4, 4).Draw(t, "effect")
		d.Variance[i] = rapid.Float64Range(0.05, 4).Draw(t, "variance")
	}
	return d
}

var methods = []Method{REML, ML, Moment, AdjustedREML}

func TestProperties(t *testing.T) {
	t.Run("each estimate lies between the direct and the regression value", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d := areas(t)
			for _, method := range methods {
				f := fit(t, d, Options{Method: method})
				for i, e := range f.Estimates {
					low, high := math.Min(d.Direct[i], e.Regression), math.Max(d.Direct[i], e.Regression)
					if e.Value < low-1e-9 || e.Value > high+1e-9 || e.MSE < 0 {
						t.Fatalf("%s: %g outside [%g, %g]", method, e.Value, low, high)
					}
				}
			}
		})
	})
	t.Run("the score is zero unless A is, and the likelihood is nowhere higher", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d := areas(t)
			f := fit(t, d, Options{})
			if f.A > 0 && math.Abs(f.Score)*f.A > 1e-8 {
				t.Fatalf("score %g at A %g", f.Score, f.A)
			}
			other := rapid.Float64Range(0, 30).Draw(t, "A")
			if g := fit(t, d, Options{Hold: &other}); g.RestrictedLL > f.RestrictedLL+1e-9 {
				t.Fatalf("A = %g has a higher likelihood than %g", other, f.A)
			}
		})
	})
	t.Run("with A held, ψ near 0 gives the direct and ψ without bound the regression value", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d := areas(t)
			a := 2.0
			d.Variance[0] = 1e-12
			same(t, "direct", fit(t, d, Options{Hold: &a}).Estimates[0].Value, d.Direct[0], 1e-9)
			d.Variance[0] = 1e14
			e := fit(t, d, Options{Hold: &a}).Estimates[0]
			same(t, "synthetic", e.Value, e.Regression, 1e-9)
		})
	})
	t.Run("other units, a shift along the covariates and another order change nothing else", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d := areas(t)
			for _, method := range methods {
				want := fit(t, d, Options{Method: method})
				c := rapid.Float64Range(0.01, 1000).Draw(t, "c")
				scaled, shifted, turned := d, d, d
				m := len(d.Direct)
				scaled.Direct, scaled.Variance = make([]float64, m), make([]float64, m)
				shifted.Direct, turned.Direct, turned.Variance = make([]float64, m), make([]float64, m), make([]float64, m)
				turned.Covariates = mat.NewDense(m, 3, nil)
				for i := range m {
					scaled.Direct[i], scaled.Variance[i] = c*d.Direct[i], c*c*d.Variance[i]
					shifted.Direct[i] = d.Direct[i] + 5 - 3*d.Covariates.At(i, 1)
					turned.Direct[i], turned.Variance[i] = d.Direct[m-1-i], d.Variance[m-1-i]
					turned.Covariates.SetRow(i, d.Covariates.RawRowView(m-1-i))
				}
				s, h, r := fit(t, scaled, Options{Method: method}), fit(t, shifted, Options{Method: method}), fit(t, turned, Options{Method: method})
				same(t, "A c²", s.A/(c*c), want.A, 1e-7)
				same(t, "A shifted", h.A, want.A, 1e-7)
				for i := range m {
					same(t, "θ c", s.Estimates[i].Value/c, want.Estimates[i].Value, 1e-7)
					same(t, "θ shifted", h.Estimates[i].Value, want.Estimates[i].Value+5-3*d.Covariates.At(i, 1), 1e-7)
					same(t, "θ turned", r.Estimates[m-1-i].Value, want.Estimates[i].Value, 1e-7)
					same(t, "MSE turned", r.Estimates[m-1-i].MSE, want.Estimates[i].MSE, 1e-7)
				}
			}
		})
	})
	t.Run("benchmarked estimates add to the nation; consistent ones do not move", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d := areas(t)
			f := fit(t, d, Options{})
			m := len(d.Direct)
			theta, mse, w := make([]float64, m), make([]float64, m), make([]float64, m)
			own := 0.0
			for i, e := range f.Estimates {
				theta[i], mse[i], w[i] = e.Value, e.MSE, rapid.Float64Range(0.1, 3).Draw(t, "weight")
				own += w[i] * theta[i]
			}
			total := own + rapid.Float64Range(-50, 50).Draw(t, "gap")
			got, after, err := Benchmark(theta, mse, w, total)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for i := range got {
				sum += w[i] * got[i]
				if after[i] > mse[i] {
					t.Fatal("benchmarking made an area less certain")
				}
			}
			same(t, "w'θ*", sum, total, 1e-10)
			still, _, err := Benchmark(theta, mse, w, own)
			if err != nil {
				t.Fatal(err)
			}
			for i := range still {
				if still[i] != theta[i] {
					t.Fatal("a consistent estimate moved")
				}
			}
		})
	})
}

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
		same(t, "A", f.A, want.A, 1e-12)
		same(t, "θ", e.Value, f.Beta[0]+2.5*f.Beta[1], 1e-12)
		same(t, "g1", e.G1, f.A, 0)
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
		same(t, "score", f.Score, 0, 1e-12)
		same(t, "score shifted", g.Score, 0, 1e-12)
		if f.Iterations > 50 || g.Iterations > 50 { // a search that converges linearly needs about two hundred, and rounding decides whether it arrives
			t.Fatalf("%d and %d steps", f.Iterations, g.Iterations)
		}
		same(t, "A shifted", g.A, f.A, 1e-12)
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
		same(t, "β", f.Beta[1], above/below, 1e-13)
		same(t, "se β", f.BetaSE[1], math.Sqrt(1/below), 1e-13)
		same(t, "through the known area", f.Estimates[2].Regression, y0, 1e-13)
		for _, method := range methods {
			if g := fit(t, d, Options{Method: method}); !finite(g.A) || math.Abs(g.Estimates[2].Value-y0) > 1e-9 {
				t.Fatalf("%s: %g, %+v", method, g.A, g.Estimates[2])
			}
		}
		d.Variance[2] = 1e-320
		_, err := Fit(d, Options{Hold: &zero})
		wantCode(t, err, "smallarea.degenerate")
		for _, method := range methods {
			if g, err := Fit(d, Options{Method: method}); err == nil && !finite(g.Estimates[0].MSE) {
				t.Fatalf("%s: %+v", method, g)
			}
		}
	})
	t.Run("fewer than five degrees of freedom are refused", func(t *testing.T) {
		d := copyOf()
		d.Direct, d.Variance = d.Direct[:6], d.Variance[:6]
		d.Covariates = mat.DenseCopyOf(d.Covariates.Slice(0, 6, 0, 2))
		_, err := Fit(d, Options{})
		wantCode(t, err, "smallarea.too-few", "6", "2")
	})
	t.Run("a collinear covariate is named", func(t *testing.T) {
		d := copyOf()
		z := mat.NewDense(8, 3, nil)
		for i := range 8 {
			z.SetRow(i, []float64{1, d.Covariates.At(i, 1), 4 - 2*d.Covariates.At(i, 1)})
		}
		d.Covariates, d.CovariateNames = z, []string{"constant", "revenue", "mirror"}
		_, err := Fit(d, Options{})
		wantCode(t, err, "smallarea.collinear", "mirror")
		for i := range 8 {
			z.Set(i, 2, 0)
		}
		_, err = Fit(d, Options{})
		wantCode(t, err, "smallarea.collinear", "mirror")
	})
	t.Run("a perfect fit without sampling error identifies nothing", func(t *testing.T) {
		d := copyOf()
		for i := range d.Direct {
			d.Direct[i], d.Variance[i] = 2+3*d.Covariates.At(i, 1), 0
		}
		_, err := Fit(d, Options{})
		wantCode(t, err, "smallarea.degenerate")
		zero := 0.0
		d.Direct[0] = 100
		_, err = Fit(d, Options{Hold: &zero})
		wantCode(t, err, "smallarea.degenerate")
	})
	t.Run("bad numbers are named with their area", func(t *testing.T) {
		d := copyOf()
		d.Areas = []string{"Hà Nội", "Huế"}
		d.Variance[1] = -1
		_, err := Fit(d, Options{})
		wantCode(t, err, "smallarea.bad-variance", "Huế")
		d = copyOf()
		d.Areas = []string{"Hà Nội"}
		d.Direct[0] = math.NaN()
		_, err = Fit(d, Options{})
		wantCode(t, err, "smallarea.not-finite", "Hà Nội")
		d = copyOf()
		d.Covariates.Set(2, 1, math.Inf(1))
		_, err = Fit(d, Options{})
		wantCode(t, err, "smallarea.not-finite", "x")
		_, err = Fit(Data{}, Options{})
		wantCode(t, err, "smallarea.empty")
		d = copyOf()
		d.Variance = d.Variance[:3]
		_, err = Fit(d, Options{})
		wantCode(t, err, "smallarea.shape")
		_, err = Fit(copyOf(), Options{Method: "bayes"})
		wantCode(t, err, "smallarea.unknown-method", "bayes")
		minus := -1.0
		_, err = Fit(copyOf(), Options{Hold: &minus})
		wantCode(t, err, "smallarea.bad-variance")
	})
	t.Run("benchmarking with nothing that may move is refused, unless it is met", func(t *testing.T) {
		_, _, err := Benchmark([]float64{1, 2}, []float64{0, 0}, []float64{1, 1}, 4)
		wantCode(t, err, "smallarea.nothing-moves", "1")
		if _, _, err = Benchmark([]float64{1, 2}, []float64{0, 0}, []float64{1, 1}, 3); err != nil {
			t.Fatal(err)
		}
		_, _, err = Benchmark([]float64{1, 2}, []float64{0}, []float64{1, 1}, 3)
		wantCode(t, err, "smallarea.benchmark-shape")
		_, _, err = Benchmark([]float64{1, math.NaN()}, []float64{0, 1}, []float64{1, 1}, 3)
		wantCode(t, err, "smallarea.not-finite")
		_, _, err = Benchmark([]float64{1, 1}, []float64{0, -1}, []float64{1, 1}, 3)
		wantCode(t, err, "smallarea.bad-variance")
		_, _, err = Benchmark([]float64{1, 1}, []float64{0, 1}, []float64{1, 1}, math.NaN())
		wantCode(t, err, "smallarea.not-finite")
	})
	t.Run("the variance function returns what lies on it and keeps the mean", func(t *testing.T) {
		n := []float64{10, 20, 40, 80}
		psi := []float64{4, 2, 1, 0.5} // 40/n
		got, err := SmoothVariances(psi, n)
		if err != nil {
			t.Fatal(err)
		}
		for i := range psi {
			same(t, "ψ", got[i], psi[i], 1e-12)
		}
		_, err = SmoothVariances([]float64{1, 1, 0}, []float64{5, 5, 5})
		wantCode(t, err, "smallarea.too-few")
		_, err = SmoothVariances([]float64{1, 1, 1}, []float64{5, 0, 5})
		wantCode(t, err, "smallarea.bad-sample-size")
		_, err = SmoothVariances([]float64{-1, 1, 1}, []float64{5, 1, 5})
		wantCode(t, err, "smallarea.bad-variance")
		_, err = SmoothVariances([]float64{1}, []float64{5, 1, 5})
		wantCode(t, err, "smallarea.shape")
	})
	t.Run("the criteria of information count β and an estimated A", func(t *testing.T) {
		_, d := load(t)
		f := fit(t, d, Options{Method: ML})
		same(t, "AIC", f.AIC, -2*f.LogLik+6, 1e-15)
		same(t, "BIC", f.BIC, -2*f.LogLik+3*math.Log(8), 1e-15)
		g := fit(t, d, Options{Hold: &f.A})
		same(t, "AIC with A held", g.AIC, f.AIC-2, 1e-12)
	})
}

// The mean squared error is checked against what it claims to estimate: the average squared error of the
// predictor over simulated areas with known A and β.
func TestErrorIsHonest(t *testing.T) {
	const m, draws, a = 30, 1500, 1.5
	z := mat.NewDense(m, 2, nil)
	psi := make([]float64, m)
	for i := range m {
		z.SetRow(i, []float64{1, float64(i%7) / 3})
		psi[i] = 0.5 + float64(i%5)/2
	}
	state := uint64(12345)
	normal := func() float64 { // sum of twelve uniforms of a linear congruence: good enough to average
		s := -6.0
		for range 12 {
			state = state*6364136223846793005 + 1442695040888963407
			s += float64(state>>11) / (1 << 53)
		}
		return s
	}
	for _, method := range []Method{REML, ML, Moment} {
		t.Run(string(method), func(t *testing.T) {
			var truth, claimed float64
			for range draws {
				d := Data{Direct: make([]float64, m), Variance: psi, Covariates: z}
				theta := make([]float64, m)
				for i := range m {
					theta[i] = 2 + z.At(i, 1) + math.Sqrt(a)*normal()
					d.Direct[i] = theta[i] + math.Sqrt(psi[i])*normal()
				}
				for i, e := range fit(t, d, Options{Method: method}).Estimates {
					truth += (e.Value - theta[i]) * (e.Value - theta[i])
					claimed += e.MSE
				}
			}
			if ratio := claimed / truth; ratio < 0.97 || ratio > 1.05 {
				t.Fatalf("claimed over true error %.3f", ratio)
			}
		})
	}
}
