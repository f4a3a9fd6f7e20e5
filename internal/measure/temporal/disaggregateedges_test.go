package temporal

import (
	"math"
	"testing"
)

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
}

func TestDisaggregateBounds(t *testing.T) {
	sales, q := swiss(t)
	x := q["exports"]
	ask := func(low []float64, xs [][]float64, opt Options) error {
		opt.Frequency = 4
		_, err := Disaggregate(low, xs, opt)
		return err
	}
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
}

func TestDisaggregateZerosAndOptions(t *testing.T) {
	sales, q := swiss(t)
	x := q["exports"]
	ask := func(low []float64, xs [][]float64, opt Options) error {
		opt.Frequency = 4
		_, err := Disaggregate(low, xs, opt)
		return err
	}
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
