package uncertainty

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

func pairsOf(earlier, later []float64) []Pair {
	out := make([]Pair, len(earlier))
	for i := range out {
		out[i] = Pair{Earlier: earlier[i], Later: later[i]}
	}
	return out
}

func TestRevise(t *testing.T) {
	first, latest := []float64{5, 5.4, 6.1, 4.8, 5.9, 6.3}, []float64{5.3, 5.2, 6.4, 5.1, 5.8, 6.9}
	t.Run("the constructed example of the oracle", func(t *testing.T) {
		r, err := Revise(pairsOf(first, latest))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{0.3, -0.2, 0.3, 0.3, -0.1, 0.6} {
			measuretest.Near(t, "revision", r.Revision[i], want, 1e-12)
		}
		measuretest.Near(t, "MR", r.Mean, 0.2, 1e-12)
		measuretest.Near(t, "MAR", r.Absolute, 0.3, 1e-12)
		measuretest.Near(t, "RMAR", *r.Relative, 0.05187319884726, 1e-12)
		measuretest.Near(t, "RMSR", r.RMSR, 0.3366501646121, 1e-12)
		measuretest.Near(t, "sd", *r.SD, 0.2966479394838, 1e-12)
		measuretest.Near(t, "positive", r.Positive, 0.6666666666667, 1e-12)
		measuretest.Near(t, "direction", *r.Direction, 0.8, 1e-12)
		test, err := TTest(r.Revision, 0)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "t", test.T, 1.65144564769, 1e-11)
		if r.Mean0 != nil || r.News != nil || r.Noise != nil || r.Efficient != nil {
			t.Error("six revisions were tested; fewer than eight are only printed")
		}
	})
	t.Run("MAR ≥ |MR|, and RMSR² is the variance over n plus MR²", rapid.MakeCheck(func(r *rapid.T) {
		draw := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1, 30).Draw(r, "later")
		earlier := rapid.SliceOfN(rapid.Float64Range(-10, 10), len(draw), len(draw)).Draw(r, "earlier")
		out, err := Revise(pairsOf(earlier, draw))
		if err != nil {
			r.Fatal(err)
		}
		if out.Absolute < math.Abs(out.Mean)-1e-12 {
			r.Errorf("MAR %g < |MR| %g", out.Absolute, out.Mean)
		}
		if n := float64(out.N); n > 1 {
			measuretest.Near(r, "RMSR²", out.RMSR*out.RMSR, *out.SD**out.SD*(n-1)/n+out.Mean*out.Mean, 1e-12)
		}
	}))
	t.Run("a change of definition is no revision: it is left out, counted, and breaks the row of changes", func(t *testing.T) {
		pairs := pairsOf(first, latest)
		pairs[2] = Pair{Earlier: 6.1, Later: 60, Redefined: true}
		r, err := Revise(pairs)
		if err != nil {
			t.Fatal(err)
		}
		if r.N != 5 || r.Excluded != 1 {
			t.Errorf("counted %d, left out %d", r.N, r.Excluded)
		}
		measuretest.Near(t, "mean", r.Mean, 0.9/5, 1e-12)
		measuretest.Near(t, "direction over the three changes left", *r.Direction, 2.0/3, 1e-12)
		_, err = Revise([]Pair{{Earlier: 1, Later: 2, Redefined: true}})
		measuretest.Fails(t, err, "uncertainty.no-revisions")
	})
	t.Run("revisions that the earlier figure cannot foresee are news; those that the later cannot are noise", func(t *testing.T) {
		s := NewStream("news", 1, 0, "")
		var news, noise []Pair
		for range 400 {
			truth, error1 := s.Normal(), s.Normal()
			news = append(news, Pair{Earlier: truth, Later: truth + error1})
			noise = append(noise, Pair{Earlier: truth + error1, Later: truth})
		}
		a, err := Revise(news)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Revise(noise)
		if err != nil {
			t.Fatal(err)
		}
		if a.News.P < 0.01 || a.Efficient.P < 0.01 || a.Noise.P > 1e-6 {
			t.Errorf("news: P of news %g, of efficiency %g, of noise %g", a.News.P, a.Efficient.P, a.Noise.P)
		}
		if b.Noise.P < 0.01 || b.News.P > 1e-6 || b.Efficient.P > 1e-6 {
			t.Errorf("noise: P of noise %g, of news %g, of efficiency %g", b.Noise.P, b.News.P, b.Efficient.P)
		}
		measuretest.Near(t, "slope of noise on earlier", b.News.Slope, -0.5, 0.1)
		measuretest.Near(t, "slope of later is one more than that of the revision", b.Efficient.Slope, 1+b.News.Slope, 1e-12)
		measuretest.Near(t, "and tests the same hypothesis", b.Efficient.Wald, b.News.Wald, 1e-9)
	})
}

func TestReviseTests(t *testing.T) {
	t.Run("at lag 0 the Wald and the standard errors are those of White's covariance worked by hand", func(t *testing.T) {
		// x = −1,0,1 twice and residuals ±: slope 1, residuals of 1 at x=−1 and x=1, 2 at 0.
		x := []float64{-1, 0, 1, -1, 0, 1}
		y := []float64{0, 2, 2, -2, -2, 0}
		f := fit(x, y, 0, 0)
		measuretest.Near(t, "slope", f.Slope, 1, 1e-12)
		measuretest.Near(t, "intercept", f.Intercept, 0, 1e-12)
		measuretest.Near(t, "slope se", f.SlopeSE, math.Sqrt(6.0/4*4/16), 1e-12)
		measuretest.Near(t, "intercept se", f.InterceptSE, math.Sqrt(6.0/4*12/36), 1e-12)
		measuretest.Near(t, "wald", f.Wald, 1/(6.0/4*4/16)/2, 1e-12)
	})
	t.Run("twelve revisions: the tests are those of R's sandwich, NeweyWest with lag 2, adjusted and not prewhitened", func(t *testing.T) {
		r, err := Revise(pairsOf(
			[]float64{5, 5.4, 6.1, 4.8, 5.9, 6.3, 5.5, 5.1, 4.9, 6.6, 7.0, 6.2},
			[]float64{5.3, 5.2, 6.4, 5.1, 5.8, 6.9, 5.4, 5.6, 4.7, 6.9, 7.4, 6.1}))
		if err != nil {
			t.Fatal(err)
		}
		if r.Mean0.Lag != 2 {
			t.Errorf("lag %d", r.Mean0.Lag)
		}
		measuretest.Near(t, "t", r.Mean0.T, 4.197101, 1e-6)
		measuretest.Near(t, "P", r.Mean0.P, 0.001492861, 1e-8)
		for what, c := range map[string]struct {
			got  *Fit
			want [7]float64
		}{
			"news":      {r.News, [7]float64{-0.42735739231665, 0.10360884749709, 0.36774317564797, 0.06229895558044, 0.06780284872971, 9.96165438300584, 0.00416823245186}},
			"noise":     {r.Noise, [7]float64{-0.9650468883205, 0.1918158567775, 0.2570900305844, 0.0451669870486, 0.3173424101098, 11.4993362928581, 0.0025557457610}},
			"efficient": {r.Efficient, [7]float64{-0.42735739231665, 1.10360884749709, 0.36774317564794, 0.06229895558043, 0.89191917086721, 9.96165438300676, 0.00416823245186}},
		} {
			for i, got := range []float64{c.got.Intercept, c.got.Slope, c.got.InterceptSE, c.got.SlopeSE, c.got.R2, c.got.Wald, c.got.P} {
				measuretest.Near(t, what, got, c.want[i], 1e-11)
			}
		}
	})
	t.Run("positive autocorrelation widens the standard error of the mean", func(t *testing.T) {
		v := []float64{3, 3, 3, 3, -1, -1, -1, -1, 2, 2, 2, 2}
		a, _ := TTest(v, 0)
		b, err := TTest(v, 2)
		if err != nil || b.SE <= a.SE {
			t.Errorf("se %g at lag 2, %g at lag 0 (%v)", b.SE, a.SE, err)
		}
		// By hand: mean 4/3; γ0, γ1, γ2 as sums; Bartlett weights 2/3 and 1/3.
		var g [3]float64
		for i := range v {
			for j := range g {
				if i >= j {
					g[j] += (v[i] - 4.0/3) * (v[i-j] - 4.0/3)
				}
			}
		}
		measuretest.Near(t, "by hand", b.SE, math.Sqrt((g[0]+4.0/3*g[1]+2.0/3*g[2])/11/12), 1e-12)
	})
	t.Run("revisions without variation, and figures that are not numbers", func(t *testing.T) {
		_, err := TTest([]float64{0.1, 0.1, 0.1}, 0)
		measuretest.Fails(t, err, "uncertainty.no-variation")
		_, err = TTest([]float64{1}, 0)
		measuretest.Fails(t, err, "uncertainty.too-few")
		_, err = TTest([]float64{1, math.NaN()}, 0)
		measuretest.Fails(t, err, "uncertainty.not-finite")
		_, err = Revise([]Pair{{Earlier: math.Inf(1)}})
		measuretest.Fails(t, err, "uncertainty.not-finite")
		same := make([]Pair, 10)
		for i := range same {
			same[i] = Pair{Earlier: 2, Later: 2.5}
		}
		r, err := Revise(same)
		if err != nil || r.Mean0 != nil || r.News != nil || *r.SD != 0 {
			t.Errorf("constant revisions: %+v %v", r, err)
		}
		zero, err := Revise([]Pair{{Earlier: 1, Later: 0}})
		if err != nil || zero.Relative != nil || zero.SD != nil || zero.Direction != nil {
			t.Errorf("one revision to zero: %+v %v", zero, err)
		}
	})
}

func TestTriangle(t *testing.T) {
	t.Run("the revision from first to latest is the sum of the steps", rapid.MakeCheck(func(r *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(r, "periods")
		vintages := make([]Vintage, rapid.IntRange(1, 6).Draw(r, "vintages"))
		for v := range vintages {
			vintages[v].Values = rapid.SliceOfN(rapid.Float64Range(-100, 100), n, n).Draw(r, "values")
			vintages[v].Known = rapid.SliceOfN(rapid.Bool(), n, n).Draw(r, "known")
		}
		paths, err := Triangle(vintages)
		if err != nil {
			r.Fatal(err)
		}
		for _, p := range paths {
			sum := 0.0
			for _, s := range p.Steps {
				sum += s
			}
			measuretest.Near(r, "sum", sum, p.Total, 1e-12)
			if len(p.Steps) != len(vintages)-1 {
				r.Error("not a step for each vintage after the first")
			}
		}
	}))
	t.Run("a figure first published later has no revision before, and one left out keeps its last", func(t *testing.T) {
		paths, err := Triangle([]Vintage{
			{[]float64{1, math.NaN()}, []bool{true, false}},
			{[]float64{math.NaN(), 5}, []bool{false, true}},
			{[]float64{3, 4}, []bool{true, true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if p := paths[0]; p.First != 1 || p.Latest != 3 || p.Steps[0] != 0 || p.Steps[1] != 2 {
			t.Errorf("%+v", p)
		}
		if p := paths[1]; p.First != 5 || p.Steps[0] != 0 || p.Steps[1] != -1 || p.Total != -1 {
			t.Errorf("%+v", p)
		}
		_, err = Triangle(nil)
		measuretest.Fails(t, err, "uncertainty.no-revisions")
		_, err = Triangle([]Vintage{{[]float64{1}, []bool{true}}, {[]float64{1, 2}, []bool{true, true}}})
		measuretest.Fails(t, err, "uncertainty.length")
		_, err = Triangle([]Vintage{{[]float64{math.NaN()}, []bool{true}}})
		measuretest.Fails(t, err, "uncertainty.not-finite")
	})
}

func TestBackTest(t *testing.T) {
	t.Run("intervals that hold as often as announced are not rejected, those too narrow are", func(t *testing.T) {
		s := NewStream("coverage", 3, 0, "")
		var fair, narrow []Interval
		for range 500 {
			x := s.Normal()
			fair = append(fair, Interval{-1.6448536, 1.6448536, x})
			narrow = append(narrow, Interval{-1, 1, x})
		}
		a, err := BackTest(fair, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		b, err := BackTest(narrow, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		if a.P < 0.01 || a.KupiecP < 0.01 || a.ShareLow > 0.9 || a.ShareHigh < 0.9 {
			t.Errorf("fair intervals rejected: %+v", a)
		}
		if b.P > 1e-6 || b.KupiecP > 1e-6 || b.ShareHigh > 0.9 {
			t.Errorf("narrow intervals accepted: %+v", b)
		}
		if a.Score >= b.Score {
			t.Error("the honest interval has the worse score")
		}
		if a.Inside+a.Below+a.Above != a.N {
			t.Error("inside, below and above do not add up")
		}
	})
	t.Run("nine of ten at 90 % by hand", func(t *testing.T) {
		in := make([]Interval, 10)
		for i := range in {
			in[i] = Interval{0, 1, 0.5}
		}
		in[9].Actual = 3
		c, err := BackTest(in, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "P", c.P, 1, 1e-12)
		measuretest.Near(t, "LR", c.Kupiec, 0, 1e-12)
		measuretest.Near(t, "score", c.Score, 1+20*2/10.0, 1e-9)
		measuretest.Near(t, "low: the tail from nine is 2.5 %", 10*math.Pow(c.ShareLow, 9)*(1-c.ShareLow)+math.Pow(c.ShareLow, 10), 0.025, 1e-9)
		measuretest.Near(t, "high: the tail to nine is 2.5 %", 1-math.Pow(c.ShareHigh, 10), 0.025, 1e-9)
	})
	t.Run("the likelihood ratio of Kupiec is that of the formula", func(t *testing.T) {
		in := make([]Interval, 10)
		for i := range in {
			in[i] = Interval{0, 1, 0.5}
		}
		in[3].Actual, in[9].Actual = -1, 3 // eight of ten where nine were announced
		c, err := BackTest(in, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "LR", c.Kupiec, 2*(8*math.Log(0.8/0.9)+2*math.Log(0.2/0.1)), 1e-12)
	})
	t.Run("all inside and none inside stay within the limits of a probability", func(t *testing.T) {
		all, err := BackTest([]Interval{{0, 1, 0}, {0, 1, 1}}, 0.9)
		if err != nil || all.ShareHigh != 1 || all.Share != 1 {
			t.Errorf("%+v %v", all, err)
		}
		none, err := BackTest([]Interval{{0, 1, 2}}, 0.9)
		if err != nil || none.ShareLow != 0 || none.Above != 1 {
			t.Errorf("%+v %v", none, err)
		}
	})
	t.Run("what is no interval is refused", func(t *testing.T) {
		_, err := BackTest(nil, 0.9)
		measuretest.Fails(t, err, "uncertainty.too-few")
		_, err = BackTest([]Interval{{1, 0, 0}}, 0.9)
		measuretest.Fails(t, err, "uncertainty.empty-range")
		_, err = BackTest([]Interval{{0, 1, math.NaN()}}, 0.9)
		measuretest.Fails(t, err, "uncertainty.not-finite")
		_, err = BackTest([]Interval{{0, 1, 0}}, 1)
		measuretest.Fails(t, err, "uncertainty.bad-probability")
	})
}

func TestReviseLag(t *testing.T) {
	var pairs []Pair
	for i := range 12 {
		x := 5 + float64(i*i%7)/3
		pairs = append(pairs, Pair{Earlier: x, Later: x + float64(i*5%11)/10 - 0.4})
	}
	rule, err := Revise(pairs)
	if err != nil {
		t.Fatal(err)
	}
	same, err := ReviseLag(pairs, rule.Mean0.Lag)
	if err != nil {
		t.Fatal(err)
	}
	if *same.Mean0 != *rule.Mean0 || *same.News != *rule.News || *same.Efficient != *rule.Efficient {
		t.Error("the lag of the rule, declared, gives other tests")
	}
	none, err := ReviseLag(pairs, 0)
	if err != nil {
		t.Fatal(err)
	}
	measuretest.Near(t, "without autocovariances the mean has the ordinary error", none.Mean0.SE, *none.SD/math.Sqrt(12), 1e-14)
	if none.News.SlopeSE == rule.News.SlopeSE {
		t.Error("the declared lag did not reach the regressions")
	}
	few, err := ReviseLag(pairs[:4], 0)
	if err != nil {
		t.Fatal(err)
	}
	if few.Mean0 == nil || few.News != nil {
		t.Error("a declared lag tests the mean of few revisions, and only that")
	}
	_, err = ReviseLag(pairs, -2)
	measuretest.Fails(t, err, "uncertainty.bad-lag")
	_, err = ReviseLag(pairs, 12)
	measuretest.Fails(t, err, "uncertainty.too-few")
}

func TestRevisionsThatAreEqualUpToRoundingAreNotTested(t *testing.T) {
	var pairs []Pair
	for i := range 10 {
		x := float64(i) + 0.3
		pairs = append(pairs, Pair{Earlier: x, Later: x + 0.1})
	}
	r, err := Revise(pairs)
	if err != nil {
		t.Fatal(err)
	}
	if r.Mean0 != nil || r.News != nil || r.Noise != nil || r.Efficient != nil {
		t.Errorf("rounding was tested: %+v", r)
	}
	_, err = ReviseLag(pairs, 1)
	measuretest.Fails(t, err, "uncertainty.no-variation")
}

func TestNormalInterval(t *testing.T) {
	in := NormalInterval(10, 2, 0.95, 12)
	measuretest.Near(t, "low", in.Low, 10-2*1.959963984540054, 1e-12)
	measuretest.Near(t, "high", in.High, 10+2*1.959963984540054, 1e-12)
	if in.Actual != 12 {
		t.Error(in)
	}
}

func TestFiguresTooLargeForTheirStatisticsAreRefused(t *testing.T) {
	_, err := Revise([]Pair{{Earlier: 1e308, Later: 1}, {Earlier: 2, Later: 3}})
	measuretest.Fails(t, err, "uncertainty.overflow")
	_, err = BackTest([]Interval{{Low: 1, High: 2, Actual: 1e308}}, 0.9)
	measuretest.Fails(t, err, "uncertainty.overflow")
}
