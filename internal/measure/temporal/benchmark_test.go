package temporal

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
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

// printedObjective is what the methods minimise, by the printed formulas, term by term.
func printedObjective(x, y []float64, opt BenchmarkOptions, lambda, rho float64, order int) (s float64) {
	z := make([]float64, len(y))
	for t := range z {
		z[t] = (y[t] - x[t]) / math.Pow(x[t], lambda)
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
			value := func(y []float64) float64 { return printedObjective(b.x, y, opt, lambda, rho, order) }
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
}

func TestBenchmarkDoesNotDependOnSize(t *testing.T) {
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
}

func TestBenchmarkAgainstOtherForms(t *testing.T) {
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
}

func TestBenchmarkWithAnyTotals(t *testing.T) {
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
