package temporal

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

var allMethods = []Method{Default, ChowLin, ChowLinQuilis, ChowLinEcotrim, Fernandez, Litterman, LittermanMinRSS}

func mustDisaggregate(r *rapid.T, low []float64, x [][]float64, opt Options) *Disaggregated {
	r.Helper()
	got, err := Disaggregate(low, x, opt)
	if err != nil {
		r.Fatal(err)
	}
	return got
}

func sameSeries(r *rapid.T, what string, got, want []float64, tolerance float64) {
	r.Helper()
	if len(got) != len(want) {
		r.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for t := range want {
		closeTo(r, fmt.Sprint(what, " ", t), got[t], want[t], maxAbs(want), tolerance)
	}
}

func scaledBy(x []float64, c float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = c * v
	}
	return out
}

func TestDisaggregateProperties(t *testing.T) {
	t.Run("the low-frequency series is met, nothing is infinite, forecasts are marked", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method = rapid.SampledFrom(allMethods).Draw(r, "method")
			s.opt.NonNegative = rapid.Bool().Draw(r, "bounded")
			got := mustDisaggregate(r, s.low, s.x, s.opt)
			for n, target := range Targets(s.low, s.opt.Frequency, s.opt.Offset, s.opt.Conversion) {
				closeTo(r, "low", target.of(got.Values), s.low[n], maxAbs(s.low), 1e-9)
			}
			if err := finite("", append(append(append([]float64{got.Rho, got.LogL, got.RSS, got.Sigma2, got.R2, got.DurbinWatson},
				got.SE...), got.Beta...), got.BetaSE...)); err != nil {
				r.Fatal(err)
			}
			for t, f := range got.Forecast {
				if f != (t < s.opt.Offset || t >= s.opt.Offset+len(s.low)*s.opt.Frequency) {
					r.Fatalf("forecast mark at %d", t)
				}
			}
		})
	})
	t.Run("scaling an indicator, or adding a combination of the others, changes only the coefficients", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method = rapid.SampledFrom(allMethods).Draw(r, "method")
			want := mustDisaggregate(r, s.low, s.x, s.opt)
			c, mix := rapid.Float64Range(0.01, 100).Draw(r, "c"), rapid.Float64Range(-2, 2).Draw(r, "mix")
			other := append([][]float64(nil), s.x...)
			last := len(other) - 1
			other[last] = scaledBy(other[last], c)
			got := mustDisaggregate(r, s.low, other, s.opt)
			sameSeries(r, "scaled", got.Values, want.Values, 1e-7)
			sameSeries(r, "se", got.SE, want.SE, 1e-6)
			k := len(got.Beta) - 1
			closeTo(r, "beta", got.Beta[k]*c, want.Beta[k], math.Abs(want.Beta[k])+want.BetaSE[k], 1e-6)
			for t := range other[last] {
				other[last][t] += 50 * mix // of the constant
				if last > 0 {
					other[last][t] += mix * s.x[0][t]
				}
			}
			sameSeries(r, "mixed", mustDisaggregate(r, s.low, other, s.opt).Values, want.Values, 1e-6)
		})
	})
	t.Run("a series that is a combination of the indicators is returned as that combination", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method = rapid.SampledFrom(allMethods).Draw(r, "method")
			truth := make([]float64, len(s.x[0]))
			for t := range truth {
				truth[t] = 7
				for _, x := range s.x {
					truth[t] += 2.5 * x[t]
				}
			}
			for n, target := range Targets(s.low, s.opt.Frequency, s.opt.Offset, s.opt.Conversion) {
				s.low[n] = target.of(truth)
			}
			got := mustDisaggregate(r, s.low, s.x, s.opt)
			sameSeries(r, "y", got.Values, truth, 1e-9)
			if !got.Exact || got.RSS != 0 || maxAbs(got.SE) != 0 {
				r.Fatalf("exact %v, RSS %g", got.Exact, got.RSS)
			}
		})
	})
}

func TestDisaggregateErrors(t *testing.T) {
	t.Run("ρ = 0, no constant, one indicator: ratio of products, residual spread evenly", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.x, s.opt.NoConstant, s.opt.Conversion, s.opt.Method, s.opt.Rho = s.x[:1], true, Sum, ChowLin, new(float64)
			f := s.opt.Frequency
			targets := Targets(s.low, f, s.opt.Offset, Sum)
			var xy, xx float64
			for n, target := range targets {
				v := target.of(s.x[0])
				xy, xx = xy+v*s.low[n], xx+v*v
			}
			b := xy / xx
			got := mustDisaggregate(r, s.low, s.x, s.opt)
			closeTo(r, "beta", got.Beta[0], b, math.Abs(b), 1e-10)
			want := scaledBy(s.x[0], b)
			for n, target := range targets {
				for i := range f {
					want[s.opt.Offset+n*f+i] += (s.low[n] - b*target.of(s.x[0])) / float64(f)
				}
			}
			sameSeries(r, "y", got.Values, want, 1e-9)
		})
	})
	t.Run("the error matrix is symmetric, not negative, and vanishes on what is known", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Errors = FullMatrix
			s.opt.Method = rapid.SampledFrom(allMethods).Draw(r, "method")
			got := mustDisaggregate(r, s.low, s.x, s.opt)
			n, top := len(got.Values), 0.0
			for i := range n {
				v := got.MSE.At(i, i)
				top = math.Max(top, v)
				closeTo(r, "diagonal", math.Sqrt(math.Max(0, v)), got.SE[i], got.SE[i]+math.Sqrt(v), 1e-6)
			}
			var eig mat.EigenSym
			if !eig.Factorize(got.MSE, false) {
				r.Fatal("no eigenvalues")
			}
			if low := eig.Values(nil)[0]; low < -1e-8*top {
				r.Fatalf("eigenvalue %g of %g", low, top)
			}
			for _, target := range Targets(s.low, s.opt.Frequency, s.opt.Offset, s.opt.Conversion) {
				for j := range n {
					var v float64
					for _, term := range target.Terms {
						v += term.Weight * got.MSE.At(term.Index, j)
					}
					closeTo(r, "C MSE", v, 0, top*float64(s.opt.Frequency), 1e-8)
				}
			}
		})
	})
	t.Run("scaling the low-frequency series by c scales the result by c and its errors by |c|", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method = rapid.SampledFrom(allMethods).Draw(r, "method")
			c := rapid.SampledFrom([]float64{-3, 1e-6, 0.1, 7, 1e9}).Draw(r, "c")
			want := mustDisaggregate(r, s.low, s.x, s.opt)
			got := mustDisaggregate(r, scaledBy(s.low, c), s.x, s.opt)
			sameSeries(r, "y", got.Values, scaledBy(want.Values, c), 1e-9)
			sameSeries(r, "se", got.SE, scaledBy(want.SE, math.Abs(c)), 1e-8)
			closeTo(r, "rho", got.Rho, want.Rho, 1, 1e-9)
			closeTo(r, "logL", got.LogL, want.LogL-float64(len(s.low))*math.Log(math.Abs(c)), 1+math.Abs(want.LogL), 1e-9)
		})
	})
}

func TestDisaggregateOptima(t *testing.T) {
	t.Run("Chow-Lin: what lies before and after the known periods does not change the values inside", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method = rapid.SampledFrom([]Method{ChowLin, ChowLinQuilis, ChowLinEcotrim}).Draw(r, "method")
			want := mustDisaggregate(r, s.low, s.x, s.opt)
			end := s.opt.Offset + len(s.low)*s.opt.Frequency
			var inner [][]float64
			for _, x := range s.x {
				inner = append(inner, x[s.opt.Offset:end])
			}
			o := s.opt
			o.Offset = 0
			got := mustDisaggregate(r, s.low, inner, o)
			sameSeries(r, "y", got.Values, want.Values[s.opt.Offset:end], 1e-9)
			sameSeries(r, "se", got.SE, want.SE[s.opt.Offset:end], 1e-7)
		})
	})
	t.Run("the ρ found is the best on a fine grid", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			m := rapid.SampledFrom([]Method{ChowLin, ChowLinQuilis, ChowLinEcotrim, Litterman, LittermanMinRSS}).Draw(r, "method")
			s.opt.Method = m
			s.opt.RhoMin = rapid.SampledFrom([]float64{0, -0.9}).Draw(r, "lowest")
			d, err := arrange(s.low, s.x, s.opt)
			if err != nil {
				r.Fatal(err)
			}
			g, err := regress(d.low, d.cx, d.names, newCovariance(d.process, d.c, d.n, d.opt.Offset))
			if err != nil {
				r.Fatal(err)
			}
			best, _ := g.at(g.search(d.lowest, d.high, d.objective), d.objective)
			for i := range 400 {
				v, _ := g.at(d.lowest+(d.high-d.lowest)*float64(i)/399, d.objective)
				if v > best+1e-9*(1+math.Abs(best)) {
					r.Fatalf("%v: grid reaches %g, search %g", m, v, best)
				}
			}
		})
	})
	t.Run("values held at zero bind, the others are positive, and the bounded objective is optimal", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method = rapid.SampledFrom([]Method{ChowLin, Fernandez, Litterman}).Draw(r, "method")
			s.opt.Conversion = rapid.SampledFrom([]Conversion{Sum, Average}).Draw(r, "flow")
			if s.opt.Method != Fernandez {
				rho := 0.8
				s.opt.Rho = &rho
			}
			for i := range s.low { // small and large years in turn force negative quarters
				s.low[i] = math.Abs(s.low[i]) * []float64{1, 0.02}[i%2]
			}
			free := mustDisaggregate(r, s.low, s.x, s.opt)
			s.opt.NonNegative = true
			got := mustDisaggregate(r, s.low, s.x, s.opt)
			held := map[int]bool{}
			for _, t := range got.Binding {
				held[t] = true
			}
			changed := false
			for t, v := range got.Values {
				if v < -1e-9*maxAbs(got.Values) || held[t] != (v == 0) {
					r.Fatalf("value %g at %d, held %v", v, t, held[t])
				}
				changed = changed || free.Values[t] < -1e-9*maxAbs(free.Values)
			}
			if changed != (len(got.Binding) > 0) {
				r.Fatalf("negative before: %v, binding %v", changed, got.Binding)
			}
			for n, target := range Targets(s.low, s.opt.Frequency, s.opt.Offset, s.opt.Conversion) {
				closeTo(r, "low", target.of(got.Values), s.low[n], maxAbs(s.low), 1e-9)
			}
			// any move towards another admissible series must not lower the objective
			v := newCovariance(processOf[s.opt.Method], s.opt.Conversion.Weights(s.opt.Frequency), len(s.low), s.opt.Offset)
			v.set(got.Rho)
			op := v.operator(len(got.Values))
			fitted := make([]float64, len(got.Values))
			for t := range fitted {
				fitted[t] = got.Beta[0]
				for j, x := range s.x {
					fitted[t] += got.Beta[j+1] * x[t]
				}
			}
			distance := func(y []float64) float64 {
				u := make([]float64, len(y))
				for t := range u {
					u[t] = y[t] - fitted[t]
				}
				return energy(op, u)
			}
			noise := drawNoise(r, len(got.Values))
			other := append([]float64(nil), got.Values...)
			for n := range s.low { // shift a part of one period of the year to its neighbour
				a := s.opt.Offset + n*s.opt.Frequency
				part := math.Abs(noise[a]) * other[a]
				other[a], other[a+1] = other[a]-part, other[a+1]+part
			}
			for step := 1e-6; step <= 1; step *= 10 {
				y := make([]float64, len(other))
				for t := range y {
					y[t] = got.Values[t] + step*(other[t]-got.Values[t])
				}
				if a, b := distance(y), distance(got.Values); a < b*(1-1e-9) {
					r.Fatalf("a step of %g lowers the objective from %g to %g", step, b, a)
				}
			}
		})
	})
}
