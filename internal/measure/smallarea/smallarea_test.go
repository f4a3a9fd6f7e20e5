package smallarea

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
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
		measuretest.Near(t, "A", f.A, o.REML.RefVar, 1e-9)
		for j := range o.REML.Beta {
			measuretest.Near(t, "β", f.Beta[j], o.REML.Beta[j], 1e-9)
			measuretest.Near(t, "se β", f.BetaSE[j], o.REML.SE[j], 1e-9)
		}
		for i := range o.REML.EBLUP {
			measuretest.Near(t, "θ", f.Estimates[i].Value, o.REML.EBLUP[i], 1e-9)
			measuretest.Near(t, "MSE", f.Estimates[i].MSE, o.REML.MSE[i], 1e-9)
		}
		measuretest.Near(t, "log-likelihood", f.LogLik, o.REML.LogLik, 1e-6)
		measuretest.Near(t, "score", f.Score, 0, 1e-10)
	})
	t.Run("maximum likelihood", func(t *testing.T) {
		f := fit(t, d, Options{Method: ML})
		measuretest.Near(t, "A", f.A, o.ML, 1e-9)
		measuretest.Near(t, "score", f.Score, 0, 1e-10)
	})
	t.Run("moment", func(t *testing.T) {
		f := fit(t, d, Options{Method: Moment})
		measuretest.Near(t, "A", f.A, o.Moment, 1e-9)
		measuretest.Near(t, "equation", f.Score, 0, 1e-9)
	})
	t.Run("A = 0: every area is synthetic and a note says so; the adjusted likelihood is the remedy", func(t *testing.T) {
		d.Direct = o.Boundary.Direct
		f := fit(t, d, Options{})
		measuretest.Near(t, "A", f.A, o.Boundary.RefVar, 0)
		for j := range f.Beta {
			measuretest.Near(t, "β", f.Beta[j], o.Boundary.Beta[j], 1e-9)
		}
		for i, e := range f.Estimates {
			measuretest.Near(t, "θ", e.Value, o.Boundary.EBLUP[i], 1e-9)
			if !e.Synthetic || e.Value != e.Regression {
				t.Fatalf("area %d is not synthetic", i)
			}
		}
		if len(f.Notes) != 1 {
			t.Fatal(f.Notes)
		}
		measuretest.Fails(t, f.Notes[0], "smallarea.note-no-area-variance", "reml")
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
			measuretest.Near(t, "direct", fit(t, d, Options{Hold: &a}).Estimates[0].Value, d.Direct[0], 1e-9)
			d.Variance[0] = 1e14
			e := fit(t, d, Options{Hold: &a}).Estimates[0]
			measuretest.Near(t, "synthetic", e.Value, e.Regression, 1e-9)
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
				measuretest.Near(t, "A c²", s.A/(c*c), want.A, 1e-7)
				measuretest.Near(t, "A shifted", h.A, want.A, 1e-7)
				for i := range m {
					measuretest.Near(t, "θ c", s.Estimates[i].Value/c, want.Estimates[i].Value, 1e-7)
					measuretest.Near(t, "θ shifted", h.Estimates[i].Value, want.Estimates[i].Value+5-3*d.Covariates.At(i, 1), 1e-7)
					measuretest.Near(t, "θ turned", r.Estimates[m-1-i].Value, want.Estimates[i].Value, 1e-7)
					measuretest.Near(t, "MSE turned", r.Estimates[m-1-i].MSE, want.Estimates[i].MSE, 1e-7)
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
			measuretest.Near(t, "w'θ*", sum, total, 1e-10)
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
