package temporal

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

// task is a random problem of benchmarking with a positive indicator.
type task struct {
	x, low    []float64
	f, offset int
	c         Conversion
	targets   []Target
}

func drawTask(r *rapid.T, loose bool) task {
	b := task{f: rapid.IntRange(2, 6).Draw(r, "f"), c: Conversion(rapid.IntRange(0, 3).Draw(r, "conversion"))}
	n, beyond := rapid.IntRange(2, 12).Draw(r, "n"), 0
	if loose {
		b.offset, beyond = rapid.IntRange(0, 4).Draw(r, "offset"), rapid.IntRange(0, 4).Draw(r, "beyond")
	}
	t := b.offset + n*b.f + beyond
	noise := drawNoise(r, t+n)
	size := math.Pow(10, float64(rapid.IntRange(-6, 9).Draw(r, "size")))
	for i := range t {
		b.x = append(b.x, size*(10+0.2*float64(i)+3*noise[i]))
	}
	b.low = make([]float64, n)
	for i, target := range Targets(b.low, b.f, b.offset, b.c) {
		b.low[i] = target.of(b.x) * (2 + 0.3*noise[t+i])
	}
	b.targets = Targets(b.low, b.f, b.offset, b.c)
	return b
}

var quadraticForms = map[string]BenchmarkOptions{
	"proportional d=1":       {},
	"proportional d=2":       {Order: 2},
	"additive d=1":           {Form: Additive},
	"additive d=2":           {Form: Additive, Order: 2},
	"λ=1 ρ=0.729":            {Form: DagumCholette, Lambda: 1, Rho: 0.729},
	"λ=0.5 ρ=0.9 bias":       {Form: DagumCholette, Lambda: 0.5, Rho: 0.9, Bias: true},
	"λ=0 ρ=0":                {Form: DagumCholette},
	"original, proportional": {Original: true},
	"original, additive d=2": {Form: Additive, Order: 2, Original: true},
}

func drawForm(r *rapid.T) BenchmarkOptions {
	var names []string
	for name := range quadraticForms {
		names = append(names, name)
	}
	slices.Sort(names)
	return quadraticForms[rapid.SampledFrom(names).Draw(r, "form")]
}

func mustBenchmark(r *rapid.T, x []float64, targets []Target, opt BenchmarkOptions) *Benchmarked {
	r.Helper()
	got, err := Benchmark(x, targets, opt)
	if err != nil {
		r.Fatal(err)
	}
	return got
}

func met(r *rapid.T, y []float64, targets []Target) {
	r.Helper()
	for k, target := range targets {
		var size float64
		for _, term := range target.Terms {
			size += math.Abs(term.Weight * y[term.Index])
		}
		closeTo(r, fmt.Sprint("target ", k), target.of(y), target.Value, size+math.Abs(target.Value), 1e-9)
	}
}

func TestBenchmarkProperties(t *testing.T) {
	t.Run("the totals are met and the optimality conditions hold, in every form", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			got := mustBenchmark(r, b.x, b.targets, drawForm(r))
			met(r, got.Values, b.targets)
			if !(got.Residual < 1e-9) {
				r.Fatalf("residual %g", got.Residual)
			}
			for i, f := range got.Forecast {
				known := false
				for _, target := range b.targets {
					known = known || i >= target.Terms[0].Index && i <= target.Terms[len(target.Terms)-1].Index
				}
				if first, last := b.targets[0].Terms[0].Index, b.targets[len(b.targets)-1].Terms; !known && f != (i < first || i > last[len(last)-1].Index) || known && f {
					r.Fatalf("forecast mark at %d", i)
				}
			}
		})
	})
	t.Run("the solution is the smallest of its kind: no admissible change lowers the objective", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, false)
			opt := drawForm(r)
			opt.Bias = false
			got := mustBenchmark(r, b.x, b.targets, opt)
			lambda, rho, order, err := opt.shape()
			if err != nil {
				r.Fatal(err)
			}
			value := func(y []float64) (s float64) { // the printed formulas, term by term
				z := make([]float64, len(y))
				for t := range z {
					z[t] = (y[t] - b.x[t]) / math.Pow(b.x[t], lambda)
				}
				switch {
				case order == 1 && opt.Original:
					s = z[0] * z[0]
				case order == 1:
					s = (1 - rho*rho) * z[0] * z[0]
				case opt.Original:
					s = z[0]*z[0] + (z[1]-2*z[0])*(z[1]-2*z[0])
				}
				for t := order; t < len(z); t++ {
					e := z[t] - rho*z[t-1]
					if order == 2 {
						e = z[t] - 2*z[t-1] + z[t-2]
					}
					s += e * e
				}
				return s
			}
			closeTo(r, "objective", got.Objective, value(got.Values), got.Objective+1e-12*math.Pow(maxAbs(b.x), 2*(1-lambda)), 1e-7)
			noise := drawNoise(r, len(b.x))
			change := make([]float64, len(b.x)) // keeps every total: shifts between two periods of equal weight
			for n := range b.low {
				a := b.offset + n*b.f
				if b.c == Sum || b.c == Average {
					change[a], change[a+1] = noise[a]*b.x[a], -noise[a]*b.x[a]
				} else if b.c == First {
					change[a+1] = noise[a] * b.x[a]
				} else {
					change[a] = noise[a] * b.x[a]
				}
			}
			for _, step := range []float64{-1, -1e-3, 1e-3, 1} {
				y := slices.Clone(got.Values)
				for t := range y {
					y[t] += step * change[t]
				}
				if a := value(y); a < got.Objective*(1-1e-7) {
					r.Fatalf("step %g: %g < %g", step, a, got.Objective)
				}
			}
		})
	})
	t.Run("proportional and growth forms: the size of the indicator does not matter", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			c := rapid.SampledFrom([]float64{1e-8, 0.3, 17, 1e8}).Draw(r, "c")
			for _, opt := range []BenchmarkOptions{{}, {Order: 2}, {Form: Growth}, {Form: GrowthLog}, {Form: DagumCholette, Lambda: 1, Rho: 0.7, Bias: true}} {
				want := mustBenchmark(r, b.x, b.targets, opt)
				sameSeries(r, "y", mustBenchmark(r, scaledBy(b.x, c), b.targets, opt).Values, want.Values, 1e-8)
			}
		})
	})
	t.Run("totals in a constant ratio to the indicator give the indicator in that ratio", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			for k := range b.targets {
				b.targets[k].Value = 3.25 * b.targets[k].of(b.x)
			}
			for _, opt := range []BenchmarkOptions{{}, {Order: 2}, {Form: Growth}, {Form: GrowthLog}, {Form: DagumCholette, Lambda: 0.3, Rho: 0.7, Bias: true}} {
				sameSeries(r, "y", mustBenchmark(r, b.x, b.targets, opt).Values, scaledBy(b.x, 3.25), 1e-9)
			}
		})
	})
	t.Run("additive: the level of the indicator does not matter", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			want := mustBenchmark(r, b.x, b.targets, BenchmarkOptions{Form: Additive})
			moved := slices.Clone(b.x)
			c := maxAbs(b.x) * rapid.Float64Range(-3, 3).Draw(r, "c")
			for t := range moved {
				moved[t] += c
			}
			sameSeries(r, "y", mustBenchmark(r, moved, b.targets, BenchmarkOptions{Form: Additive}).Values, want.Values, 1e-8)
		})
	})
	t.Run("the objective is not larger than that of pro rata", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, false)
			b.c = Sum
			b.targets = Targets(b.low, b.f, 0, Sum)
			ratio := make([]float64, len(b.x))
			for n, target := range b.targets {
				for _, term := range target.Terms {
					ratio[term.Index] = b.low[n] / target.of(b.x)
				}
			}
			var quadratic, growth float64
			for t := 1; t < len(ratio); t++ {
				e, g := ratio[t]-ratio[t-1], b.x[t]/b.x[t-1]*(ratio[t]/ratio[t-1]-1)
				quadratic, growth = quadratic+e*e, growth+g*g
			}
			if v := mustBenchmark(r, b.x, b.targets, BenchmarkOptions{}).Objective; v > quadratic*(1+1e-9) {
				r.Fatalf("proportional %g > %g", v, quadratic)
			}
			if v := mustBenchmark(r, b.x, b.targets, BenchmarkOptions{Form: Growth}).Objective; v > growth*(1+1e-9) {
				r.Fatalf("growth %g > %g", v, growth)
			}
		})
	})
	t.Run("growth forms are not worse than the proportional form on their own measure, and are stationary", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			for _, form := range []Form{Growth, GrowthLog} {
				measure := func(y []float64) (s float64) {
					for t := 1; t < len(y); t++ {
						e := y[t]/y[t-1] - b.x[t]/b.x[t-1]
						if form == GrowthLog {
							e = math.Log(y[t]/y[t-1]) - math.Log(b.x[t]/b.x[t-1])
						}
						s += e * e
					}
					return s
				}
				got := mustBenchmark(r, b.x, b.targets, BenchmarkOptions{Form: form})
				met(r, got.Values, b.targets)
				if d := measure(mustBenchmark(r, b.x, b.targets, BenchmarkOptions{}).Values); measure(got.Values) > d*(1+1e-9)+1e-12 {
					r.Fatalf("%g > %g", measure(got.Values), d)
				}
				closeTo(r, "objective", got.Objective, measure(got.Values), measure(got.Values)+1e-9, 1e-6)
				if got.Residual > 1e-8 {
					r.Fatalf("gradient %g", got.Residual)
				}
			}
		})
	})
	t.Run("λ = 1, ρ = 1 is the proportional form; λ = 0, ρ = 1 the additive one", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			sameSeries(r, "λ=1", mustBenchmark(r, b.x, b.targets, BenchmarkOptions{Form: DagumCholette, Lambda: 1, Rho: 1}).Values,
				mustBenchmark(r, b.x, b.targets, BenchmarkOptions{}).Values, 1e-12)
			sameSeries(r, "λ=0", mustBenchmark(r, b.x, b.targets, BenchmarkOptions{Form: DagumCholette, Rho: 1}).Values,
				mustBenchmark(r, b.x, b.targets, BenchmarkOptions{Form: Additive}).Values, 1e-12)
		})
	})
	t.Run("reversing time reverses the result", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, false)
			opt := drawForm(r)
			opt.Original = false
			want := mustBenchmark(r, b.x, b.targets, opt).Values
			back := slices.Clone(b.x)
			slices.Reverse(back)
			var turned []Target
			for _, target := range b.targets {
				var terms []Term
				for _, term := range target.Terms {
					terms = append(terms, Term{len(back) - 1 - term.Index, term.Weight})
				}
				turned = append(turned, Target{Terms: terms, Value: target.Value})
			}
			got := mustBenchmark(r, back, turned, opt).Values
			slices.Reverse(got)
			sameSeries(r, "y", got, want, 1e-8)
		})
	})
	t.Run("any list of totals: part years, overlaps, single periods, repeats that agree", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			noise := drawNoise(r, 2*len(b.x))
			truth := make([]float64, len(b.x))
			for t := range truth {
				truth[t] = b.x[t] * (1.5 + 0.2*noise[t])
			}
			var targets []Target
			for range rapid.IntRange(1, 8).Draw(r, "count") {
				var target Target
				a := rapid.IntRange(0, len(b.x)-1).Draw(r, "from")
				for i := a; i <= min(len(b.x)-1, a+rapid.IntRange(0, 7).Draw(r, "span")); i++ {
					target.Terms = append(target.Terms, Term{i, 1 + 0.5*noise[len(b.x)+i]})
				}
				target.Value = target.of(truth)
				targets = append(targets, target)
			}
			targets = append(targets, targets[0]) // the same fact twice
			got := mustBenchmark(r, b.x, targets, drawForm(r))
			met(r, got.Values, targets)
			if len(got.Redundant) == 0 {
				r.Fatal("the repeat is not reported")
			}
		})
	})
	t.Run("uncertain totals: infinite trust is exact, less trust keeps closer to the indicator", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			opt := BenchmarkOptions{CorrectionVariance: 1e-4}
			run := func(relative float64) *Benchmarked {
				soft := slices.Clone(b.targets)
				for k := range soft {
					soft[k].Variance = relative * soft[k].Value * soft[k].Value
				}
				return mustBenchmark(r, b.x, soft, opt)
			}
			exact := mustBenchmark(r, b.x, b.targets, BenchmarkOptions{})
			sameSeries(r, "exact", run(1e-13).Values, exact.Values, 1e-5)
			// Exact targets are the limit; the more variance, the smaller the movement that remains.
			a, c := run(1e-4), run(1e-2)
			if c.Objective > a.Objective*(1+1e-9)+1e-12 || a.Objective > exact.Objective*(1+1e-9)+1e-12 {
				r.Fatalf("%g, %g, %g", c.Objective, a.Objective, exact.Objective)
			}
		})
	})
	t.Run("non-negative: what binds is zero, the rest is met", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			if b.c > Average {
				b.c = Sum
			}
			for n := range b.low {
				b.low[n] *= []float64{1, 0.03}[n%2]
			}
			b.targets = Targets(b.low, b.f, b.offset, b.c)
			opt := rapid.SampledFrom([]BenchmarkOptions{{}, {Order: 2}, {Form: Additive}, {Form: DagumCholette, Lambda: 0.5, Rho: 0.9}}).Draw(r, "form")
			free := mustBenchmark(r, b.x, b.targets, opt)
			opt.NonNegative = true
			got := mustBenchmark(r, b.x, b.targets, opt)
			met(r, got.Values, b.targets)
			for t, v := range got.Values {
				if v < -1e-9*maxAbs(got.Values) || slices.Contains(got.Binding, t) != (v == 0) {
					r.Fatalf("value %g at %d, binding %v", v, t, got.Binding)
				}
			}
			if got.Objective < free.Objective*(1-1e-9) {
				r.Fatalf("bounded %g below free %g", got.Objective, free.Objective)
			}
			if slices.Min(free.Values) > 0 {
				sameSeries(r, "y", got.Values, free.Values, 1e-12)
			}
		})
	})
}

func TestBenchmarkEdgeCases(t *testing.T) {
	x := []float64{98.2, 100.8, 102.2, 100.8, 99, 101.6, 102.7, 101.5, 100.5, 103, 103.5, 101.5}
	years := Targets([]float64{4000, 4161.4}, 4, 0, Sum)
	fails := func(t *testing.T, x []float64, targets []Target, opt BenchmarkOptions, code string, facts map[string]any) {
		t.Helper()
		_, err := Benchmark(x, targets, opt)
		wantFault(t, err, code, facts)
	}
	with := func(at int, v float64) []float64 {
		y := slices.Clone(x)
		y[at] = v
		return y
	}
	t.Run("a zero in the indicator has no ratio; additive, or a declared floor, admits it", func(t *testing.T) {
		zero := with(5, 0)
		fails(t, zero, years, BenchmarkOptions{}, "temporal.zero-indicator", map[string]any{"position": 6})
		fails(t, zero, years, BenchmarkOptions{Form: Growth}, "temporal.zero-indicator", map[string]any{"position": 6})
		fails(t, make([]float64, 12), years, BenchmarkOptions{}, "temporal.zero-indicator", map[string]any{"position": 1})
		for _, opt := range []BenchmarkOptions{{Form: Additive}, {Floor: 1}} {
			if _, err := Benchmark(zero, years, opt); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("a change of sign makes ratios meaningless; all-negative indicators are fine except for growth", func(t *testing.T) {
		fails(t, with(7, -3), years, BenchmarkOptions{}, "temporal.sign-change", map[string]any{"position": 8})
		negative := scaledBy(x, -1)
		got, err := Benchmark(negative, Targets([]float64{-4000, -4161.4}, 4, 0, Sum), BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Values[0]+969.792854022) > 1e-7 || len(got.Warnings) != 0 {
			t.Errorf("%v, %v", got.Values[0], got.Warnings)
		}
		fails(t, negative, years, BenchmarkOptions{Form: Growth}, "temporal.sign-change", map[string]any{"position": 1})
	})
	t.Run("one benchmark gives a constant ratio, in first and second differences", func(t *testing.T) {
		for _, order := range []int{1, 2} {
			got, err := Benchmark(x, years[:1], BenchmarkOptions{Order: order})
			if err != nil {
				t.Fatal(err)
			}
			near(t, "y", got.Values, scaledBy(x, 4000/402.0), 1e-9)
			wantWarning(t, got.Warnings, "temporal.one-benchmark")
		}
	})
	t.Run("no benchmark is refused, and so is one whose weights cancel", func(t *testing.T) {
		fails(t, x, nil, BenchmarkOptions{}, "temporal.no-benchmark", nil)
		difference := []Target{{Terms: []Term{{0, 1 / x[0]}, {1, -1 / x[1]}}, Value: 0.01}}
		fails(t, x, difference, BenchmarkOptions{}, "temporal.undetermined", nil)
		fails(t, x, []Target{{Name: "empty", Value: 3}}, BenchmarkOptions{}, "temporal.empty-constraint", map[string]any{"constraint": "empty"})
	})
	t.Run("one period alone takes its benchmark", func(t *testing.T) {
		got, err := Benchmark([]float64{5}, []Target{{Terms: []Term{{0, 1}}, Value: 8}}, BenchmarkOptions{})
		if err != nil || math.Abs(got.Values[0]-8) > 1e-12 {
			t.Errorf("%v %v", got, err)
		}
	})
	t.Run("totals that contradict each other are refused by name, or one of them is declared uncertain", func(t *testing.T) {
		clash := append(slices.Clone(years), Target{Name: "second half", Terms: years[0].Terms[2:], Value: 2000},
			Target{Name: "first half", Terms: years[0].Terms[:2], Value: 2100})
		fails(t, x, clash, BenchmarkOptions{}, "temporal.inconsistent", map[string]any{"constraint": "first half"})
		clash[3].Variance = 400
		got, err := Benchmark(x, clash, BenchmarkOptions{CorrectionVariance: 1e-4})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Misses[0]) > 1e-9 || math.Abs(got.Misses[3]-100) > 1e-9 {
			t.Errorf("misses %v", got.Misses)
		}
	})
	t.Run("an uncertain total needs a yardstick, and growth takes none", func(t *testing.T) {
		soft := slices.Clone(years)
		soft[1].Variance = 4
		fails(t, x, soft, BenchmarkOptions{}, "temporal.no-yardstick", map[string]any{"constraint": "2"})
		fails(t, x, soft, BenchmarkOptions{Form: Growth, CorrectionVariance: 1}, "temporal.soft-growth", map[string]any{"constraint": "2"})
		soft[1].Variance = -4
		fails(t, x, soft, BenchmarkOptions{}, "temporal.bad-option", map[string]any{"option": "Variance"})
	})
	t.Run("a missing value is named", func(t *testing.T) {
		fails(t, with(4, math.NaN()), years, BenchmarkOptions{}, "temporal.not-finite", map[string]any{"series": "indicator", "position": 5})
		broken := slices.Clone(years)
		broken[0].Value = math.Inf(1)
		fails(t, x, broken, BenchmarkOptions{}, "temporal.not-finite", map[string]any{"series": "1"})
		fails(t, nil, years, BenchmarkOptions{}, "temporal.empty-series", nil)
	})
	t.Run("a target outside the series is named", func(t *testing.T) {
		fails(t, x[:7], years, BenchmarkOptions{}, "temporal.outside", map[string]any{"constraint": "2", "position": 8})
	})
	t.Run("a part-year total binds only its quarters", func(t *testing.T) {
		part := append(slices.Clone(years), Target{Name: "nine months", Terms: []Term{{8, 1}, {9, 1}, {10, 1}}, Value: 3300})
		got, err := Benchmark(x, part, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Values[8]+got.Values[9]+got.Values[10]-3300) > 1e-9 || got.Forecast[10] || !got.Forecast[11] {
			t.Errorf("%v %v", got.Values[8:], got.Forecast[8:])
		}
	})
	t.Run("beyond the last benchmark the ratio stays when ρ = 1 and decays to the indicator when ρ < 1", func(t *testing.T) {
		long := append(slices.Clone(x), slices.Repeat([]float64{100}, 40)...)
		flat, err := Benchmark(long, years, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		decays, err := Benchmark(long, years, BenchmarkOptions{Form: DagumCholette, Lambda: 1, Rho: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		ratio := flat.Values[7] / long[7]
		if math.Abs(flat.Values[51]/ratio-100) > 1e-9 || math.Abs(decays.Values[51]-100) > 1e-9 {
			t.Errorf("%g and %g", flat.Values[51], decays.Values[51])
		}
	})
	t.Run("the original start distorts the first periods, which Cholette's does not", func(t *testing.T) {
		original, err := Benchmark(x[:8], Targets([]float64{800, 820}, 4, 0, Sum), BenchmarkOptions{Original: true})
		if err != nil {
			t.Fatal(err)
		}
		free, err := Benchmark(x[:8], Targets([]float64{800, 820}, 4, 0, Sum), BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := original.Values[1]/original.Values[0], free.Values[1]/free.Values[0]; math.Abs(b-x[1]/x[0]) > 0.01 || a < b+0.05 {
			t.Errorf("growth of the second period: original %g, free %g, indicator %g", a, b, x[1]/x[0])
		}
	})
	t.Run("a level adjustment without a level is refused", func(t *testing.T) {
		zero := Targets([]float64{5, -5}, 4, 0, Sum)
		fails(t, x, zero, BenchmarkOptions{Form: DagumCholette, Bias: true}, "temporal.no-bias", nil)
	})
	t.Run("a negative total cannot be met without negative values, and is named", func(t *testing.T) {
		bad := slices.Clone(years)
		bad[1].Value = -1
		fails(t, x, bad, BenchmarkOptions{NonNegative: true}, "temporal.infeasible", map[string]any{"constraint": "2"})
	})
	t.Run("growth rates with a benchmark that collapses still find a positive series", func(t *testing.T) {
		got, err := Benchmark(x, Targets([]float64{400, 4, 400}, 4, 0, Sum), BenchmarkOptions{Form: Growth})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Min(got.Values) <= 0 || maxAbs(got.Misses) > 1e-9 {
			t.Errorf("%v", got.Values)
		}
	})
	t.Run("options that do not go together are refused", func(t *testing.T) {
		for name, opt := range map[string]BenchmarkOptions{
			"Form":               {Form: 9},
			"Order":              {Order: 3},
			"Lambda":             {Form: DagumCholette, Lambda: 1.5},
			"Rho":                {Form: DagumCholette, Rho: -0.2},
			"Floor":              {Floor: math.NaN()},
			"CorrectionVariance": {CorrectionVariance: -1},
			"Original":           {Form: DagumCholette, Original: true},
			"NonNegative":        {Form: Growth, NonNegative: true},
		} {
			fails(t, x, years, opt, "temporal.bad-option", map[string]any{"option": name})
		}
	})
	t.Run("numbers beyond the machine's range are refused", func(t *testing.T) {
		fails(t, scaledBy(x, 1e-300), Targets([]float64{1e305, 1.7e308}, 4, 0, Last), BenchmarkOptions{}, "temporal.overflow", nil)
	})
	t.Run("ten thousand periods are solved in well under a second", func(t *testing.T) {
		long, low := make([]float64, 10000), make([]float64, 2500)
		for i := range long {
			long[i] = 100 + 10*math.Sin(float64(i))
			low[i/4] += long[i] * (1 + 0.1*math.Cos(float64(i)/50))
		}
		got, err := Benchmark(long, Targets(low, 4, 0, Sum), BenchmarkOptions{})
		if err != nil || maxAbs(got.Misses) > 1e-8 {
			t.Error(err)
		}
	})
}

func TestExtrapolate(t *testing.T) {
	x := []float64{98.2, 100.8, 102.2, 100.8, 99, 101.6, 102.7, 101.5, 100.5, 103, 103.5, 101.5}
	low := []float64{4000, 4161.4}
	quarters := Extrapolation{Frequency: 4}
	t.Run("the forecast year has the forecast ratio to its indicator", func(t *testing.T) {
		for rule, want := range map[RatioRule]float64{
			LastRatio:  4161.4 / 404.8,
			LastGrowth: 4161.4 / 404.8 * (4161.4 / 404.8) / (4000 / 402.0),
		} {
			e := quarters
			e.Rule = rule
			got, err := Extrapolate(x, low, e, BenchmarkOptions{})
			if err != nil {
				t.Fatal(err)
			}
			sum := got.Values[8] + got.Values[9] + got.Values[10] + got.Values[11]
			if math.Abs(sum/408.5-want) > 1e-9 || maxAbs(got.Misses) > 1e-9 || got.Forecast[7] || !got.Forecast[8] {
				t.Errorf("ratio %g, want %g; misses %v", sum/408.5, want, got.Misses)
			}
		}
	})
	t.Run("an unfinished year is finished as the year before grew, and not returned", func(t *testing.T) {
		e := quarters
		e.Ratios = []float64{11}
		got, err := Extrapolate(x[:10], low, e, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		growth := (100.5 + 103) / (99 + 101.6)
		full, err := Extrapolate(append(slices.Clone(x[:10]), 102.7*growth, 101.5*growth), low, e, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, full.Values[:10], 1e-9)
	})
	t.Run("without periods beyond, it is benchmarking", func(t *testing.T) {
		got, err := Extrapolate(x[:8], low, quarters, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := Benchmark(x[:8], Targets(low, 4, 0, Sum), BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, want.Values, 0)
	})
	t.Run("an uncertain figure is met as far as its variance asks, by hand", func(t *testing.T) {
		// Over a flat indicator a step from 2 to m costs (2/3)(m/2 − 1)²; with (4 − m)²/6 beside it the least is at m = 3.
		e := Extrapolation{Frequency: 2, Variances: []float64{0, 6}}
		got, err := Extrapolate([]float64{1, 1, 1, 1}, []float64{2, 4}, e, BenchmarkOptions{CorrectionVariance: 1})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, []float64{11. / 12, 13. / 12, 17. / 12, 19. / 12}, 1e-12)
		near(t, "misses", got.Misses, []float64{0, 1}, 1e-12)
		e.Variances = []float64{0, 0}
		exact, err := Extrapolate([]float64{1, 1, 1, 1, 1}, []float64{2, 4}, e, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		same, err := Extrapolate([]float64{1, 1, 1, 1, 1}, []float64{2, 4}, Extrapolation{Frequency: 2}, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "no variance", exact.Values, same.Values, 0)
		e.Variances = []float64{6}
		_, err = Extrapolate([]float64{1, 1, 1, 1}, []float64{2, 4}, e, BenchmarkOptions{CorrectionVariance: 1})
		if fault.CodeOf(err) != "temporal.length" {
			t.Error(err)
		}
	})
	t.Run("a steady ratio is carried on, whatever the rule", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			b := drawTask(r, true)
			e := Extrapolation{Frequency: b.f, Offset: b.offset, Conversion: b.c, Rule: RatioRule(rapid.IntRange(0, 2).Draw(r, "rule"))}
			for n, target := range b.targets {
				b.low[n] = 2 * target.of(b.x)
			}
			got, err := Extrapolate(b.x, b.low, e, BenchmarkOptions{})
			if err != nil {
				r.Fatal(err)
			}
			sameSeries(r, "y", got.Values, scaledBy(b.x, 2), 1e-8)
		})
	})
	t.Run("what cannot be forecast is refused", func(t *testing.T) {
		e := quarters
		e.Rule = MeanGrowth
		_, err := Extrapolate(x, low[:1], e, BenchmarkOptions{})
		wantFault(t, err, "temporal.no-ratio-trend", map[string]any{"periods": 1})
		_, err = Extrapolate(make([]float64, 12), low, quarters, BenchmarkOptions{})
		wantFault(t, err, "temporal.zero-indicator", nil)
		_, err = Extrapolate(x[:7], low, quarters, BenchmarkOptions{})
		wantFault(t, err, "temporal.indicator-short", map[string]any{"need": 8, "have": 7})
		e.Ratios = []float64{}
		_, err = Extrapolate(x, low, e, BenchmarkOptions{})
		wantFault(t, err, "temporal.length", map[string]any{"indicator": "Ratios"})
		_, err = Extrapolate(x, nil, quarters, BenchmarkOptions{})
		wantFault(t, err, "temporal.no-benchmark", nil)
		_, err = Extrapolate(x, low, Extrapolation{Frequency: 0}, BenchmarkOptions{})
		wantFault(t, err, "temporal.bad-option", map[string]any{"option": "Frequency"})
	})
}
