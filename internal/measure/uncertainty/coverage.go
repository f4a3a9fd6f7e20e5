package uncertainty

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/fault"
)

// Interval is what was announced for one period, and what came.
type Interval struct{ Low, High, Actual float64 }

// NormalInterval is the central interval of a normal distribution around an estimate with the given standard error, and what came.
func NormalInterval(estimate, se, nominal, actual float64) Interval {
	half := se * mathext.NormalQuantile((1+nominal)/2)
	return Interval{Low: estimate - half, High: estimate + half, Actual: actual}
}

// Coverage is the back-test of intervals that were announced to hold with a given probability.
type Coverage struct {
	N, Inside, Below, Above int     // Below and Above count actual figures under Low and over High; the ends belong to the interval
	Share                   float64 // Inside / N
	ShareLow, ShareHigh     float64 // 95 % Clopper–Pearson limits of the true coverage
	P                       float64 // exact two-sided binomial test that the coverage is the nominal one
	Kupiec                  float64 // likelihood ratio of the same hypothesis
	KupiecP                 float64 // chi-squared with one degree of freedom
	Width                   float64 // mean width
	Score                   float64 // mean interval score: width, plus 2/α for every unit by which the actual figure lies outside
}

// BackTest holds announced intervals of nominal coverage (a fraction in (0,1)) against what came. Few periods give wide
// limits: with four, any coverage between a half and one cannot be told from 90 %.
// Errors: no interval, a lower end above the upper one, a figure that is not finite, a nominal coverage outside (0,1).
// Sources: Clopper and Pearson (1934); Kupiec (1995); Gneiting and Raftery (2007), JASA 102(477), for the score.
func BackTest(intervals []Interval, nominal float64) (Coverage, error) {
	if !(nominal > 0 && nominal < 1) {
		return Coverage{}, fault.New("uncertainty.bad-probability", "value", nominal)
	}
	if len(intervals) == 0 {
		return Coverage{}, fault.New("uncertainty.too-few", "got", 0, "want", 1)
	}
	var c Coverage
	for i, in := range intervals {
		if !finite(in.Low) || !finite(in.High) || !finite(in.Actual) {
			return Coverage{}, fault.New("uncertainty.not-finite", "name", "interval", "at", i+1)
		}
		if in.Low > in.High {
			return Coverage{}, fault.New("uncertainty.empty-range", "low", in.Low, "high", in.High)
		}
		c.N++
		c.Width += in.High - in.Low
		c.Score += in.High - in.Low
		switch {
		case in.Actual < in.Low:
			c.Below++
			c.Score += 2 / (1 - nominal) * (in.Low - in.Actual)
		case in.Actual > in.High:
			c.Above++
			c.Score += 2 / (1 - nominal) * (in.Actual - in.High)
		default:
			c.Inside++
		}
	}
	if !finite(c.Width) || !finite(c.Score) {
		return Coverage{}, fault.New("uncertainty.overflow", "output", 1)
	}
	n, k := float64(c.N), float64(c.Inside)
	c.Share = k / n
	c.Width /= n
	c.Score /= n
	c.ShareHigh = 1
	if k > 0 {
		c.ShareLow = mathext.InvRegIncBeta(k, n-k+1, 0.025)
	}
	if k < n {
		c.ShareHigh = mathext.InvRegIncBeta(k+1, n-k, 0.975)
	}
	binomial := distuv.Binomial{N: n, P: nominal}
	seen := binomial.Prob(k)
	for i := range c.N + 1 { // every outcome no likelier than the one seen
		if p := binomial.Prob(float64(i)); p <= seen*(1+1e-7) {
			c.P += p
		}
	}
	c.P = math.Min(c.P, 1)
	c.Kupiec = math.Max(0, 2*(xlogy(k, c.Share)+xlogy(n-k, 1-c.Share)-xlogy(k, nominal)-xlogy(n-k, 1-nominal)))
	c.KupiecP = distuv.ChiSquared{K: 1}.Survival(c.Kupiec)
	return c, nil
}

// xlogy is x·ln y, and zero where x is.
func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}
