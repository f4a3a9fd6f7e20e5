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

func TestDisaggregateEdgeCases(t *testing.T) {
	sales, q := swiss(t)
	x := q["exports"]
	ask := func(low []float64, xs [][]float64, opt Options) error {
		opt.Frequency = 4
		_, err := Disaggregate(low, xs, opt)
		return err
	}
	t.Run("one low-frequency period is refused, as is any number without two to spare", func(t *testing.T) {
		wantFault(t, ask(sales[:1], [][]float64{x[:4]}, Options{}), "temporal.too-few", map[string]any{"periods": 1, "regressors": 2})
		wantFault(t, ask(sales[:3], [][]float64{x[:12]}, Options{}), "temporal.too-few", nil)
		if err := ask(sales[:4], [][]float64{x[:16]}, Options{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("fewer than ten periods: the default averages over a prior of ρ, and its errors are wider than the mean of fixed ones", func(t *testing.T) {
		got, err := Disaggregate(sales[:7], [][]float64{x[:28]}, Options{Frequency: 4, Errors: FullMatrix})
		if err != nil {
			t.Fatal(err)
		}
		wantWarning(t, got.Warnings, "temporal.few-periods")
		wantWarning(t, got.Warnings, "temporal.rho-averaged")
		var square float64
		for i := range priorNodes {
			rho := 0.5 + 0.4*float64(i)/(priorNodes-1)
			fixed, err := Disaggregate(sales[:7], [][]float64{x[:28]}, Options{Frequency: 4, Rho: &rho})
			if err != nil {
				t.Fatal(err)
			}
			square += fixed.SE[5] * fixed.SE[5] / priorNodes
			wantWarning(t, fixed.Warnings, "temporal.few-periods")
		}
		if !(got.SE[5]*got.SE[5] > square) || math.Abs(got.MSE.At(5, 5)-got.SE[5]*got.SE[5]) > 1e-9 {
			t.Errorf("variance %g, mean of fixed %g, matrix %g", got.SE[5]*got.SE[5], square, got.MSE.At(5, 5))
		}
	})
	t.Run("the explicit method only warns on few periods", func(t *testing.T) {
		got, err := Disaggregate(sales[:7], [][]float64{x[:28]}, Options{Frequency: 4, Method: ChowLin})
		if err != nil {
			t.Fatal(err)
		}
		wantWarning(t, got.Warnings, "temporal.few-periods")
	})
	t.Run("a zero, a constant and a repeated indicator are named", func(t *testing.T) {
		flat := make([]float64, len(x))
		names := Options{Names: []string{"exports", "other"}}
		wantFault(t, ask(sales, [][]float64{x, flat}, names), "temporal.rank-deficient", map[string]any{"indicator": "other"})
		for i := range flat {
			flat[i] = 12
		}
		wantFault(t, ask(sales, [][]float64{x, flat}, names), "temporal.rank-deficient", map[string]any{"indicator": "other"})
		wantFault(t, ask(sales, [][]float64{x, scaledBy(x, -2)}, names), "temporal.rank-deficient", map[string]any{"indicator": "other"})
	})
	t.Run("a missing value inside the indicator is named; so is an indicator missing altogether", func(t *testing.T) {
		broken := append([]float64(nil), x...)
		broken[17] = math.NaN()
		wantFault(t, ask(sales, [][]float64{broken}, Options{Names: []string{"exports"}}), "temporal.not-finite",
			map[string]any{"series": "exports", "position": 18})
		for i := range broken {
			broken[i] = math.NaN()
		}
		wantFault(t, ask(sales, [][]float64{broken}, Options{}), "temporal.not-finite", map[string]any{"position": 1})
		low := append([]float64(nil), sales...)
		low[3] = math.Inf(1)
		wantFault(t, ask(low, [][]float64{x}, Options{}), "temporal.not-finite", map[string]any{"series": "low", "position": 4})
	})
	t.Run("an indicator that ends before the low-frequency series, or begins after it, is refused", func(t *testing.T) {
		wantFault(t, ask(sales, [][]float64{x[:140]}, Options{}), "temporal.indicator-short", map[string]any{"need": 144, "have": 140})
		wantFault(t, ask(sales, [][]float64{x}, Options{Offset: -2}), "temporal.indicator-short", nil)
		wantFault(t, ask(sales, [][]float64{x, x[:143]}, Options{}), "temporal.length", map[string]any{"indicator": "2"})
	})
	t.Run("an indicator that goes on gives forecasts, with errors that grow", func(t *testing.T) {
		got, err := Disaggregate(sales[:30], [][]float64{x}, Options{Frequency: 4, Method: Fernandez})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Forecast[120] || got.Forecast[119] || !(got.SE[143] > got.SE[121]) {
			t.Errorf("marks %v %v, errors %g %g", got.Forecast[119], got.Forecast[120], got.SE[121], got.SE[143])
		}
	})
	t.Run("ρ at its upper bound: the default turns to Fernandez, the named method only says so", func(t *testing.T) {
		walked := make([]float64, len(x))
		for i := range walked {
			walked[i] = 500 + 4*float64(i)
		}
		low := make([]float64, len(sales))
		for n, target := range Targets(low, 4, 0, Sum) {
			low[n] = target.of(walked)
		}
		noise := make([]float64, len(x))
		for i := range noise {
			noise[i] = math.Sin(float64(i * i))
		}
		got, err := Disaggregate(low, [][]float64{noise}, Options{Frequency: 4})
		if err != nil {
			t.Fatal(err)
		}
		if got.Method != Fernandez {
			t.Errorf("method %s, ρ = %v", got.Method, got.Rho)
		}
		wantWarning(t, got.Warnings, "temporal.rho-upper-fernandez")
		wantWarning(t, got.Warnings, "temporal.poor-fit")
		wantWarning(t, got.Warnings, "temporal.durbin-watson")
		named, err := Disaggregate(low, [][]float64{noise}, Options{Frequency: 4, Method: ChowLin})
		if err != nil {
			t.Fatal(err)
		}
		if named.Rho != 0.999 {
			t.Errorf("ρ = %v", named.Rho)
		}
		wantWarning(t, named.Warnings, "temporal.rho-upper")
	})
	t.Run("a truncated lower bound is met and reported; a negative one may go below zero", func(t *testing.T) {
		got, err := Disaggregate(sales, [][]float64{x}, Options{Frequency: 4, Method: ChowLin, RhoMin: 0.3})
		if err != nil {
			t.Fatal(err)
		}
		if got.Rho != 0.3 {
			t.Errorf("ρ = %v", got.Rho)
		}
		wantWarning(t, got.Warnings, "temporal.rho-floor")
		below, err := Disaggregate(sales, [][]float64{x}, Options{Frequency: 4, Method: ChowLin, RhoMin: -0.99})
		if err != nil {
			t.Fatal(err)
		}
		if !(below.Rho < 0) || below.LogL < -159.4554661785 {
			t.Errorf("ρ = %v, logL %v", below.Rho, below.LogL)
		}
	})
	t.Run("no indicator: a constant is enough, nothing at all is not", func(t *testing.T) {
		got, err := Disaggregate(sales, nil, Options{Frequency: 4, Method: Fernandez, Length: 150})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Values) != 150 {
			t.Errorf("%d values", len(got.Values))
		}
		wantFault(t, ask(sales, nil, Options{NoConstant: true}), "temporal.no-regressor", nil)
	})
	t.Run("the divisor of σ² is the one declared", func(t *testing.T) {
		for divisor, want := range map[Divisor]float64{FreeDegrees: 34, Observations: 36, ObservationsLessOne: 35} {
			got, err := Disaggregate(sales, [][]float64{x}, Options{Frequency: 4, Method: ChowLin, Divisor: divisor})
			if err != nil {
				t.Fatal(err)
			}
			if got.Divisor != want || math.Abs(got.Sigma2-3707.023419767/want) > 1e-6 {
				t.Errorf("divisor %v, σ² %v", got.Divisor, got.Sigma2)
			}
		}
	})
	t.Run("a negative year of a flow cannot be met without negative values, and is named", func(t *testing.T) {
		low := append([]float64(nil), sales...)
		low[4] = -5
		wantFault(t, ask(low, [][]float64{x}, Options{NonNegative: true}), "temporal.infeasible", map[string]any{"constraint": "5"})
	})
	t.Run("a year of zero under non-negativity gives four zeros", func(t *testing.T) {
		low := append([]float64(nil), sales...)
		low[4] = 0
		got, err := Disaggregate(low, [][]float64{x}, Options{Frequency: 4, NonNegative: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := 16; i < 20; i++ {
			if math.Abs(got.Values[i]) > 1e-9 {
				t.Errorf("quarter %d is %g", i, got.Values[i])
			}
		}
	})
	t.Run("a series of zeros is spread as zeros", func(t *testing.T) {
		got, err := Disaggregate(make([]float64, 12), [][]float64{x[:48]}, Options{Frequency: 4})
		if err != nil {
			t.Fatal(err)
		}
		if maxAbs(got.Values) != 0 || !got.Exact {
			t.Errorf("largest %g", maxAbs(got.Values))
		}
	})
	t.Run("options that make no sense are refused", func(t *testing.T) {
		half, one := 0.5, 1.0
		for name, opt := range map[string]Options{
			"Frequency":  {Frequency: 1},
			"Conversion": {Frequency: 4, Conversion: 9},
			"Method":     {Frequency: 4, Method: "best"},
			"Divisor":    {Frequency: 4, Divisor: 7},
			"Errors":     {Frequency: 4, Errors: -1},
			"RhoMin":     {Frequency: 4, RhoMin: -1.001},
			"RhoMax":     {Frequency: 4, RhoMax: 1},
			"Rho":        {Frequency: 4, Rho: &one},
			"Average":    {Frequency: 4, Average: true, Method: Fernandez},
		} {
			_, err := Disaggregate(sales, [][]float64{x}, opt)
			wantFault(t, err, "temporal.bad-option", map[string]any{"option": name})
		}
		_, err := Disaggregate(sales, [][]float64{x}, Options{Frequency: 4, Method: Fernandez, Rho: &half})
		wantFault(t, err, "temporal.bad-option", map[string]any{"option": "Rho"})
		_, err = Disaggregate(nil, [][]float64{x}, Options{Frequency: 4})
		wantFault(t, err, "temporal.empty-series", nil)
	})
	t.Run("numbers beyond the machine's range are refused, not returned", func(t *testing.T) {
		err := ask(scaledBy(sales, 1e303), [][]float64{x}, Options{})
		wantFault(t, err, "temporal.overflow", nil)
	})
	t.Run("inputs are not changed", func(t *testing.T) {
		a, b := append([]float64(nil), sales...), append([]float64(nil), x...)
		if err := ask(a, [][]float64{b}, Options{NonNegative: true, Errors: FullMatrix}); err != nil {
			t.Fatal(err)
		}
		near(t, "low", a, sales, 0)
		near(t, "x", b, x, 0)
	})
}
