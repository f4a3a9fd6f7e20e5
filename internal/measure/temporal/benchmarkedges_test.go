package temporal

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

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
}

func TestBenchmarkAtTheEnds(t *testing.T) {
	x := []float64{98.2, 100.8, 102.2, 100.8, 99, 101.6, 102.7, 101.5, 100.5, 103, 103.5, 101.5}
	years := Targets([]float64{4000, 4161.4}, 4, 0, Sum)
	fails := func(t *testing.T, x []float64, targets []Target, opt BenchmarkOptions, code string, facts map[string]any) {
		t.Helper()
		_, err := Benchmark(x, targets, opt)
		wantFault(t, err, code, facts)
	}
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
