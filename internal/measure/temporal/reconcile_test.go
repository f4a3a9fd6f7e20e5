package temporal

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func fictive() System {
	sys := System{Totals: Across("total", []float64{27.1, 29.8, 29.9, 31.2, 29.4, 27.9, 30.9, 31.7}, 3, nil)}
	for _, s := range []struct {
		name   string
		x, low []float64
	}{
		{"s1", []float64{7, 7.2, 8.1, 7.5, 8.5, 7.8, 8.1, 8.4}, []float64{30, 30.6}},
		{"s2", []float64{18, 19.5, 19, 19.7, 18.5, 19, 20.3, 20}, []float64{80, 81.2}},
		{"s3", []float64{1.5, 1.8, 2, 2.5, 2, 1.5, 1.7, 2}, []float64{8, 8.1}},
	} {
		sys.Series = append(sys.Series, Series{s.name, s.x, Targets(s.low, 4, 0, Sum)})
	}
	return sys
}

func TestReconcileReproducesPublishedResults(t *testing.T) {
	got, err := Reconcile(fictive())
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{
		{7.10891089568, 7.34744304823, 8.09856535175, 7.44508070434, 8.08599359195, 7.17153005096, 7.51995202178, 7.82252433531},
		{18.4934387187, 20.636609257, 19.7531569709, 21.1167950534, 19.1328708329, 19.0543850626, 21.4414606122, 21.5712834923},
		{1.49765038564, 1.81594769476, 2.04827767738, 2.63812424222, 2.18113557514, 1.67408488648, 1.93858736604, 2.30619217234},
	}
	for i := range want {
		near(t, fmt.Sprint("s", i+1), got.Values[i], want[i], 1e-7)
	}
	if got.Procedure != Simultaneous || got.Residual > 1e-9 {
		t.Errorf("procedure %v, residual %g", got.Procedure, got.Residual)
	}
	if len(got.Redundant) != 2 {
		t.Errorf("one total a year follows from the others; reported: %v", got.Redundant)
	}
	two := fictive()
	two.Procedure = TwoStep
	step, err := Reconcile(two)
	if err != nil {
		t.Fatal(err)
	}
	if !(step.StepOne <= got.Objective+1e-12 && got.Objective <= step.Objective+1e-12) {
		t.Errorf("two-step brackets the optimum: %g <= %g <= %g", step.StepOne, got.Objective, step.Objective)
	}
	for i := range want {
		near(t, "two-step is close", step.Values[i], got.Values[i], 0.3)
	}
}

// drawSystem gives a consistent random system: m series, years of f periods, loose ends, and totals of the truth.
func drawSystem(r *rapid.T) (sys System, truth [][]float64, weights []float64) {
	m, years, f := rapid.IntRange(2, 5).Draw(r, "m"), rapid.IntRange(1, 4).Draw(r, "years"), rapid.IntRange(2, 4).Draw(r, "f")
	beyond := rapid.IntRange(0, 2).Draw(r, "beyond")
	t := years*f + beyond
	noise := drawNoise(r, 2*m*t+m)
	for i := range m {
		x, y := make([]float64, t), make([]float64, t)
		size := math.Pow(10, 1.5*noise[2*m*t+i])
		for k := range x {
			x[k] = size * (10 + 3*noise[(2*i)*t+k])
			y[k] = x[k] * (1.3 + 0.2*noise[(2*i+1)*t+k])
		}
		weights = append(weights, rapid.SampledFrom([]float64{1, 1, 0.5, -1}).Draw(r, "w"))
		low := make([]float64, years)
		for n := range low {
			for k := range f {
				low[n] += y[n*f+k]
			}
		}
		sys.Series = append(sys.Series, Series{fmt.Sprint("p", i), x, Targets(low, f, 0, Sum)})
		truth = append(truth, y)
	}
	total := make([]float64, t)
	for k := range total {
		for i := range truth {
			total[k] += weights[i] * truth[i][k]
		}
	}
	sys.Totals = Across("nation", total, m, weights)
	return sys, truth, weights
}

func mustReconcile(r *rapid.T, sys System) *Reconciled {
	r.Helper()
	got, err := Reconcile(sys)
	if err != nil {
		r.Fatal(err)
	}
	return got
}

func sameSystem(r *rapid.T, what string, got, want [][]float64, tolerance float64) {
	r.Helper()
	for i := range want {
		for t := range want[i] {
			closeTo(r, fmt.Sprint(what, " ", i, " ", t), got[i][t], want[i][t], maxAbs(want[i]), tolerance)
		}
	}
}

func TestReconcileProperties(t *testing.T) {
	t.Run("both sets of totals are met, by either procedure, and the optimality conditions hold", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, _ := drawSystem(r)
			sys.Form = rapid.SampledFrom([]Form{Proportional, Additive, DagumCholette}).Draw(r, "form")
			if sys.Form == DagumCholette {
				sys.Lambda, sys.Rho = 0.5, 0.8
			}
			for _, sys.Procedure = range []Procedure{Simultaneous, TwoStep} {
				got := mustReconcile(r, sys)
				size := 0.0
				for i, s := range sys.Series {
					size = math.Max(size, maxAbs(got.Values[i]))
					for _, target := range s.Targets {
						closeTo(r, "year", target.of(got.Values[i]), target.Value, maxAbs(got.Values[i])+math.Abs(target.Value), 1e-9)
					}
				}
				for _, miss := range got.Misses {
					closeTo(r, "across", miss, 0, size, 1e-9)
				}
				if got.Residual > 1e-9 {
					r.Fatalf("residual %g", got.Residual)
				}
			}
		})
	})
	t.Run("the simultaneous solution is the least-squares one of the full system", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, _ := drawSystem(r)
			if rapid.Bool().Draw(r, "open") { // a series that only the nation ties down
				sys.Series[0].Targets = nil
			}
			got := mustReconcile(r, sys)
			closeTo(r, "objective", got.Objective, fullSystem(sys), 1+got.Objective, 1e-7)
		})
	})
	t.Run("two steps never beat one, nor fall below the first of them", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, _ := drawSystem(r)
			one := mustReconcile(r, sys)
			sys.Procedure = TwoStep
			two := mustReconcile(r, sys)
			if two.Objective < one.Objective*(1-1e-9)-1e-12 || one.Objective < two.StepOne*(1-1e-9)-1e-12 {
				r.Fatalf("%g <= %g <= %g fails", two.StepOne, one.Objective, two.Objective)
			}
			closeTo(r, "loss", two.Loss, two.Objective-two.StepOne, 1+two.Objective, 1e-12)
		})
	})
	t.Run("one series without totals across is benchmarking", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, _ := drawSystem(r)
			one := System{Series: sys.Series[:1]}
			want, err := Benchmark(one.Series[0].Indicator, one.Series[0].Targets, BenchmarkOptions{})
			if err != nil {
				r.Fatal(err)
			}
			got := mustReconcile(r, one)
			sameSystem(r, "y", got.Values, [][]float64{want.Values}, 1e-10)
			closeTo(r, "objective", got.Objective, want.Objective, 1+want.Objective, 1e-10)
		})
	})
	t.Run("indicators that meet everything come back unchanged", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, truth, _ := drawSystem(r)
			for i := range sys.Series {
				sys.Series[i].Indicator = truth[i]
			}
			for _, sys.Procedure = range []Procedure{Simultaneous, TwoStep} {
				sameSystem(r, "y", mustReconcile(r, sys).Values, truth, 1e-9)
			}
		})
	})
	t.Run("permuting the series permutes the results", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, weights := drawSystem(r)
			want := mustReconcile(r, sys).Values
			n := len(sys.Series)
			turned := System{}
			var back [][]float64
			var total []float64
			for _, total1 := range sys.Totals {
				total = append(total, total1.Value)
			}
			var w []float64
			for i := range n {
				j := (i + 1) % n
				turned.Series = append(turned.Series, sys.Series[j])
				back = append(back, want[j])
				w = append(w, weights[j])
			}
			turned.Totals = Across("nation", total, n, w)
			sameSystem(r, "y", mustReconcile(r, turned).Values, back, 1e-8)
		})
	})
	t.Run("λ = 1: scaling one series and its totals, with its weight adjusted, scales its result", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, weights := drawSystem(r)
			want := mustReconcile(r, sys).Values
			c := rapid.Float64Range(0.01, 100).Draw(r, "c")
			s := sys.Series[0]
			scaled := Series{Name: s.Name}
			for _, v := range s.Indicator {
				scaled.Indicator = append(scaled.Indicator, c*v)
			}
			for _, target := range s.Targets {
				target.Value *= c
				scaled.Targets = append(scaled.Targets, target)
			}
			sys.Series = append([]Series{scaled}, sys.Series[1:]...)
			var total []float64
			for _, v := range sys.Totals {
				total = append(total, v.Value)
			}
			w := append([]float64{weights[0] / c}, weights[1:]...)
			sys.Totals = Across("nation", total, len(w), w)
			got := mustReconcile(r, sys).Values
			for k := range got[0] {
				got[0][k] /= c
			}
			sameSystem(r, "y", got, want, 1e-7)
		})
	})
	t.Run("with the level adjustment the unit of an indicator does not matter", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, _ := drawSystem(r)
			sys.Bias = true
			sys.Form = rapid.SampledFrom([]Form{Proportional, Additive}).Draw(r, "form")
			want := mustReconcile(r, sys).Values
			other := sys
			other.Series = append([]Series(nil), sys.Series...)
			other.Series[0].Indicator = scaledBy(sys.Series[0].Indicator, rapid.SampledFrom([]float64{1e-4, 30, 1e6}).Draw(r, "c"))
			sameSystem(r, "y", mustReconcile(r, other).Values, want, 1e-8)
		})
	})
	t.Run("a soft national total is missed less the smaller its variance, and met in the limit", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			sys, _, _ := drawSystem(r)
			for k := range sys.Totals {
				sys.Totals[k].Value *= 1.05 // contradicts the years: only a soft total can stand
			}
			miss := func(variance float64) float64 {
				soft := sys
				soft.CorrectionVariance = 0.01
				soft.Totals = nil
				for _, total := range sys.Totals {
					total.Variance = variance
					soft.Totals = append(soft.Totals, total)
				}
				got := mustReconcile(r, soft)
				var s float64
				for i, series := range soft.Series {
					for _, target := range series.Targets {
						closeTo(r, "year", target.of(got.Values[i]), target.Value, maxAbs(got.Values[i])+math.Abs(target.Value), 1e-9)
					}
				}
				for _, m := range got.Misses {
					s += m * m
				}
				return s
			}
			if a, b := miss(1), miss(0.01); b > a*(1+1e-9) {
				r.Fatalf("smaller variance, larger miss: %g > %g", b, a)
			}
		})
	})
}

// fullSystem solves the whole problem with one dense pseudo-inverse and gives the objective.
func fullSystem(sys System) float64 {
	m, t := len(sys.Series), len(sys.Series[0].Indicator)
	var rows [][]float64
	var d []float64
	for i, s := range sys.Series {
		for _, target := range s.Targets {
			row, v := make([]float64, m*t), target.Value
			for _, term := range target.Terms {
				row[i*t+term.Index] = term.Weight * s.Indicator[term.Index]
				v -= row[i*t+term.Index]
			}
			rows, d = append(rows, row), append(d, v)
		}
	}
	for _, total := range sys.Totals {
		row, v := make([]float64, m*t), total.Value
		for _, c := range total.Cells {
			row[c.Series*t+c.Index] = c.Weight * sys.Series[c.Series].Indicator[c.Index]
			v -= row[c.Series*t+c.Index]
		}
		rows, d = append(rows, row), append(d, v)
	}
	n := m*t + len(rows)
	k := mat.NewDense(n, n, nil)
	for i := range m {
		for q := 1; q < t; q++ {
			a, b := i*t+q, i*t+q-1
			k.Set(a, a, k.At(a, a)+1)
			k.Set(b, b, k.At(b, b)+1)
			k.Set(a, b, -1)
			k.Set(b, a, -1)
		}
	}
	rhs := mat.NewVecDense(n, nil)
	for j, row := range rows {
		scale := maxAbs(row)
		for c, v := range row {
			k.Set(m*t+j, c, v/scale)
			k.Set(c, m*t+j, v/scale)
		}
		rhs.SetVec(m*t+j, d[j]/scale)
	}
	var svd mat.SVD
	if !svd.Factorize(k, mat.SVDThin) {
		panic("svd")
	}
	var z mat.Dense
	svd.SolveTo(&z, rhs, svd.Rank(1e-10))
	var s float64
	for i := range m {
		for q := 1; q < t; q++ {
			e := z.At(i*t+q, 0) - z.At(i*t+q-1, 0)
			s += e * e
		}
	}
	return s
}

func TestTheSameInputGivesTheSameBits(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sys, _, _ := drawSystem(r)
		sys.Procedure = rapid.SampledFrom([]Procedure{Simultaneous, TwoStep}).Draw(r, "procedure")
		sameSystem(r, "system", mustReconcile(r, sys).Values, mustReconcile(r, sys).Values, 0)
		s := drawSample(r)
		sameSeries(r, "regression", mustDisaggregate(r, s.low, s.x, s.opt).Values, mustDisaggregate(r, s.low, s.x, s.opt).Values, 0)
	})
}

func BenchmarkDentonCholette(b *testing.B) {
	sales, q := swiss(b)
	years := Targets(sales, 4, 0, Sum)
	for name, opt := range map[string]BenchmarkOptions{"proportional": {}, "growth": {Form: Growth}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Benchmark(q["exports"], years, opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
