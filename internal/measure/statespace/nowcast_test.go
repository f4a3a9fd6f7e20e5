package statespace

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

func TestNews(t *testing.T) {
	t.Run("news and revisions of the data add to the revision of the nowcast, whatever was released", rapid.MakeCheck(func(r *rapid.T) {
		m, p, n := rapid.IntRange(1, 3).Draw(r, "m"), rapid.IntRange(1, 3).Draw(r, "p"), rapid.IntRange(2, 8).Draw(r, "n")
		mod := Model{
			Z: matrix(r, p, m, 1, "z"), H: variance(r, p, "h"), T: matrix(r, m, m, 0.9, "t"), Q: variance(r, m, "q"),
			D: matrix(r, 1, p, 1, "d")[0], C: matrix(r, 1, m, 1, "c")[0], P1: variance(r, m, "p1"),
		}
		before := someData(r, n, p)
		after := before.Extend(rapid.IntRange(0, 2).Draw(r, "more"), p)
		for t := range after.Values {
			after.Values[t] = append([]float64(nil), after.Values[t]...)
			for i := range p {
				if rapid.Bool().Draw(r, "move") {
					after.Known[t][i] = true
					after.Values[t][i] = rapid.Float64Range(-3, 3).Draw(r, "value")
				}
			}
		}
		target := Target{rapid.IntRange(0, n+3).Draw(r, "period"), rapid.IntRange(0, p-1).Draw(r, "series")}
		news, err := Decompose(mod, before, after, target)
		if err != nil {
			r.Fatal(err)
		}
		sum, series := 0.0, 0.0
		for _, x := range news.Releases {
			sum += x.Contribution
			measuretest.Near(r, "weight times surprise", x.Contribution, x.Weight*(x.Released-x.Expected), 1e-12)
		}
		for _, x := range news.BySeries {
			series += x
		}
		measuretest.Near(r, "sum", sum, news.After-news.Before, 1e-9)
		measuretest.Near(r, "sum by series", series, sum, 1e-12)
		measuretest.Near(r, "unexplained", news.Unexplained, 0, 1e-9)
	}))
	t.Run("a release equal to what was expected is no news", func(t *testing.T) {
		mod := LocalTrend(1, 0.2, 2)
		before := Series(nile[:10])
		fc, err := Forecast(mod, before, 1)
		if err != nil {
			t.Fatal(err)
		}
		after := Series(append(append([]float64(nil), nile[:10]...), fc.Value[0][0]))
		news, err := Decompose(mod, before, after, Target{Period: 12})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "revision", news.After, news.Before, 1e-10)
		measuretest.Near(t, "surprise", news.Releases[0].Released, news.Releases[0].Expected, 1e-10)
	})
	t.Run("for the local level the weight of one release is the Kalman gain", func(t *testing.T) {
		mod := LocalLevel(1469, 15099)
		news, err := Decompose(mod, Series(nile[:99]), Series(nile), Target{Period: 100})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Filter(mod, Series(nile))
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "gain", news.Releases[0].Weight, f.PredictedP[99][0][0]/f.InnovationF[99][0], 1e-10)
	})
	t.Run("a figure that has gone, a shorter second state and a target that is not there are refused", func(t *testing.T) {
		mod := LocalLevel(1, 1)
		gone := Data{Values: [][]float64{{1}, {2}}, Known: [][]bool{{true}, {false}}}
		_, err := Decompose(mod, Series([]float64{1, 2}), gone, Target{})
		measuretest.Fails(t, err, "statespace.withdrawn")
		_, err = Decompose(mod, Series([]float64{1, 2}), Series([]float64{1}), Target{})
		measuretest.Fails(t, err, "statespace.shape")
		_, err = Decompose(mod, Series([]float64{1}), Series([]float64{1}), Target{Series: 1})
		measuretest.Fails(t, err, "statespace.no-target")
	})
}

// twoIndicators has 8 quarters of months; the target is 1 + 2·x1 − 0.5·x2 and a small wave.
func twoIndicators() Bridge {
	in := Bridge{Indicators: []Indicator{{Aggregate: Mean}, {Aggregate: Last}}}
	for month := range 24 {
		m := float64(month)
		in.Indicators[0].Values = append(in.Indicators[0].Values, 5+math.Sin(m)+0.2*m)
		in.Indicators[1].Values = append(in.Indicators[1].Values, 3*math.Cos(1.3*m))
	}
	for q := range 8 {
		x := in.Indicators[0].Values[3*q : 3*q+3]
		in.Target = append(in.Target, 1+2*(x[0]+x[1]+x[2])/3-0.5*in.Indicators[1].Values[3*q+2]+0.1*math.Sin(7*float64(q)))
	}
	in.Target = in.Target[:7]
	return in
}

func TestBridge(t *testing.T) {
	t.Run("with all months known it is the regression forecast: no variance from filling", func(t *testing.T) {
		b, err := EstimateBridge(twoIndicators())
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "x1", b.Coefficients[1], 2, 0.05)
		measuretest.Near(t, "x2", b.Coefficients[2], -0.5, 0.05)
		n := b.Nowcasts[0]
		if n.Filling != 0 || n.SE != n.Regression || b.Used != 7 || b.DF != 4 || !b.Crowded {
			t.Errorf("%+v", b)
		}
		low, high := b.Interval(n, 0.9)
		measuretest.Near(t, "middle", (low+high)/2, n.Value, 1e-12)
		measuretest.Near(t, "Student's t with 4 degrees of freedom", (high-low)/2/n.SE, 2.13184678632665, 1e-9)
		measuretest.Near(t, "value", n.Value, b.Coefficients[0]+b.Coefficients[1]*n.Indicators[0]+b.Coefficients[2]*n.Indicators[1], 1e-12)
	})
	t.Run("one indicator by hand", func(t *testing.T) {
		in := Bridge{PerQuarter: 1, Target: []float64{1, 3, 2, 5}, Indicators: []Indicator{{Values: []float64{1, 2, 3, 4, 5}, Aggregate: Sum}}}
		b, err := EstimateBridge(in)
		if err != nil {
			t.Fatal(err)
		}
		// slope 1.1, intercept 0, residuals −0.1 0.8 −1.3 0.6: s² = 2.7/2.
		measuretest.Near(t, "slope", b.Coefficients[1], 1.1, 1e-12)
		measuretest.Near(t, "intercept", b.Coefficients[0], 0, 1e-12)
		measuretest.Near(t, "sigma²", b.Sigma*b.Sigma, 1.35, 1e-12)
		measuretest.Near(t, "slope se", b.CoefficientSE[1], math.Sqrt(1.35/5), 1e-12)
		measuretest.Near(t, "intercept se", b.CoefficientSE[0], math.Sqrt(1.35*(0.25+6.25/5)), 1e-12)
		measuretest.Near(t, "se", b.Nowcasts[0].SE, math.Sqrt(1.35*(1+0.25+6.25/5)), 1e-12)
		measuretest.Near(t, "contribution", b.Nowcasts[0].Contributions[0], 1.1*2.5, 1e-12)
	})
	t.Run("the fewer months are known, the wider the interval", func(t *testing.T) {
		var before float64
		for missing := range 4 {
			in := twoIndicators()
			in.Indicators = in.Indicators[:1]
			in.Indicators[0].Values = in.Indicators[0].Values[:24-missing]
			b, err := EstimateBridge(in)
			if err != nil {
				t.Fatal(err)
			}
			n := b.Nowcasts[0]
			if (missing > 0) != (n.Filling > 0) || n.Filling < before {
				t.Errorf("%d missing: filling %g after %g", missing, n.Filling, before)
			}
			measuretest.Near(t, "variances add", n.SE, math.Hypot(n.Regression, n.Filling), 1e-12)
			before = n.Filling
		}
	})
	t.Run("the variance of filled months counts that their errors move together", func(t *testing.T) {
		// Local level, three months ahead: the mean of y(n+1..n+3) has variance P + 2 months of level noise shared + irregular/3.
		v := []float64{5, 6, 4, 7, 8, 6, 7, 9, 8, 7, 10, 9}
		fit, err := FitLocalLevel(Series(v))
		if err != nil {
			t.Fatal(err)
		}
		_, variance, _, err := Indicator{Values: v, Aggregate: Mean}.quarters(3, 5)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Filter(fit.Model, Series(v))
		if err != nil {
			t.Fatal(err)
		}
		p, q, h := f.StateP[11][0][0], fit.Variances[0], fit.Variances[1]
		measuretest.Near(t, "variance", variance[4], p+q*(9+4+1)/9+h/3, 1e-8)
	})
	t.Run("a quarter without its target or its months is left out of the regression", func(t *testing.T) {
		in := twoIndicators()
		in.Known = []bool{true, true, true, false, true, true, true}
		in.Target[3] = math.NaN()
		in.Indicators[0].Known = make([]bool, 24)
		for i := range in.Indicators[0].Known {
			in.Indicators[0].Known[i] = i != 4
		}
		b, err := EstimateBridge(in)
		if err != nil || b.Used != 5 {
			t.Errorf("%+v %v", b, err)
		}
	})
	t.Run("two horizons reach two quarters, with a trend that goes on", func(t *testing.T) {
		in := twoIndicators()
		in.Horizon = 2
		in.Indicators = in.Indicators[:1]
		in.Indicators[0].Trend = true
		b, err := EstimateBridge(in)
		if err != nil || len(b.Nowcasts) != 2 || b.Nowcasts[1].Filling == 0 {
			t.Errorf("%+v %v", b, err)
		}
	})
	t.Run("what cannot be bridged is refused by name", func(t *testing.T) {
		for code, spoil := range map[string]func(*Bridge){
			"statespace.no-indicator": func(b *Bridge) { b.Indicators = nil },
			"statespace.no-horizon":   func(b *Bridge) { b.Horizon = -1 },
			"statespace.too-few":      func(b *Bridge) { b.Target, b.Horizon = b.Target[:3], 5 },
			"statespace.collinear":    func(b *Bridge) { b.Indicators[1] = b.Indicators[0] },
			"statespace.not-finite":   func(b *Bridge) { b.Target[2] = math.Inf(1) },
			"statespace.indicator":    func(b *Bridge) { b.Indicators[0].Aggregate = "max" },
			"statespace.shape":        func(b *Bridge) { b.Known = []bool{true} },
		} {
			in := twoIndicators()
			spoil(&in)
			_, err := EstimateBridge(in)
			measuretest.Fails(t, err, code)
		}
		_, _, _, err := Indicator{Aggregate: "max"}.quarters(3, 1)
		measuretest.Fails(t, err, "statespace.unknown-aggregate")
		in := twoIndicators()
		in.Indicators[0].Values = append(in.Indicators[0].Values, 1)
		_, err = EstimateBridge(in)
		measuretest.Fails(t, err, "statespace.indicator")
		in = twoIndicators()
		in.Indicators[0].Values[3] = math.NaN()
		_, err = EstimateBridge(in)
		measuretest.Fails(t, err, "statespace.indicator")
		in = twoIndicators()
		for i := range in.Indicators[1].Values {
			in.Indicators[1].Values[i] = 4
		}
		_, err = EstimateBridge(in)
		measuretest.Fails(t, err, "statespace.collinear")
		in = twoIndicators()
		in.Indicators[0].Known = make([]bool, 24)
		_, err = EstimateBridge(in)
		measuretest.Fails(t, err, "statespace.indicator")
	})
}

func BenchmarkFitLocalLevel(b *testing.B) {
	for b.Loop() {
		if _, err := FitLocalLevel(Series(nile)); err != nil {
			b.Fatal(err)
		}
	}
}
