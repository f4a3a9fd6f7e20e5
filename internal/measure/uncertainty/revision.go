package uncertainty

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/fault"
)

// fewest is the number of revisions below which no test is made.
const fewest = 8

// Pair is one period in two vintages of the same definition.
type Pair struct {
	Earlier, Later float64
	Redefined      bool // the definition changed between the vintages: no revision, left out of every statistic and counted
}

// Revisions describes R = later − earlier over the periods that kept their definition.
type Revisions struct {
	N         int       // revisions counted
	Excluded  int       // periods left out since their definition changed
	Revision  []float64 // the revisions, in the order of the periods
	Mean      float64   // MR
	Absolute  float64   // MAR = mean |R|
	Relative  *float64  // RMAR = Σ|R| / Σ|later|; nil where the later figures are all zero
	RMSR      float64   // √(mean R²)
	SD        *float64  // with n−1; nil for a single revision
	Positive  float64   // share of revisions above zero
	Direction *float64  // share of periods whose change since the period before has the same sign in both vintages; nil without two periods in a row
	Mean0     *MeanTest // is the mean revision zero? nil for fewer than 8 revisions or where all are equal
	News      *Fit      // R on earlier: coefficients of zero mean that the revision is news
	Noise     *Fit      // R on later: coefficients of zero mean that the earlier figure was the later one plus noise
	Efficient *Fit      // later on earlier, tested against intercept 0 and slope 1
}

// MeanTest is a t-test of a mean with the Newey–West variance.
type MeanTest struct {
	Lag int     // autocovariances used, with Bartlett weights
	SE  float64 // standard error of the mean
	T   float64
	P   float64 // two-sided, Student's t with n−1 degrees of freedom
}

// Fit is a regression on a constant and one variable with Newey–West standard errors.
type Fit struct {
	Intercept, Slope     float64
	InterceptSE, SlopeSE float64
	R2                   float64
	Wald                 float64 // of the joint hypothesis on intercept and slope, divided by 2
	P                    float64 // of Wald, F with 2 and n−2 degrees of freedom
}

// Revise computes the revision statistics of consecutive periods. With fewer than 8 revisions the figures are given and no test is.
// The Newey–West variances take ⌊4(n/100)^(2/9)⌋ autocovariances; ReviseLag takes a declared number.
// Errors: no revision left, a figure that is not finite.
// Source: McKenzie and Gamba (2008), OECD.
func Revise(pairs []Pair) (Revisions, error) { return revise(pairs, -1) }

// ReviseLag is Revise with a declared number of autocovariances in every test (0 for none). The mean is then tested however few the
// revisions; the regressions still need 8. Error, besides those of Revise, where the mean cannot be tested: see TTest.
func ReviseLag(pairs []Pair, lag int) (Revisions, error) {
	if lag < 0 {
		return Revisions{}, fault.New("uncertainty.bad-lag", "lag", lag)
	}
	return revise(pairs, lag)
}

// revise is both; a negative lag follows the rule.
func revise(pairs []Pair, lag int) (Revisions, error) {
	var out Revisions
	var earlier, later []float64
	var sumAbs, sumSquare, sumLater float64
	agree, moves := 0, 0
	for i, p := range pairs {
		if !finite(p.Earlier) || !finite(p.Later) {
			return Revisions{}, fault.New("uncertainty.not-finite", "name", "vintage", "at", i+1)
		}
		if p.Redefined {
			out.Excluded++
			continue
		}
		r := p.Later - p.Earlier
		out.Revision = append(out.Revision, r)
		earlier, later = append(earlier, p.Earlier), append(later, p.Later)
		out.Mean += r
		sumAbs += math.Abs(r)
		sumSquare += r * r
		sumLater += math.Abs(p.Later)
		if r > 0 {
			out.Positive++
		}
		if i > 0 && !pairs[i-1].Redefined {
			moves++
			if sign(p.Earlier-pairs[i-1].Earlier) == sign(p.Later-pairs[i-1].Later) {
				agree++
			}
		}
	}
	out.N = len(out.Revision)
	if out.N == 0 {
		return Revisions{}, fault.New("uncertainty.no-revisions", "excluded", out.Excluded)
	}
	n := float64(out.N)
	out.Mean /= n
	out.Absolute = sumAbs / n
	out.RMSR = math.Sqrt(sumSquare / n)
	out.Positive /= n
	if sumLater > 0 {
		x := sumAbs / sumLater
		out.Relative = &x
	}
	if moves > 0 {
		x := float64(agree) / float64(moves)
		out.Direction = &x
	}
	if out.N > 1 {
		ss := 0.0
		for _, r := range out.Revision {
			ss += (r - out.Mean) * (r - out.Mean)
		}
		x := math.Sqrt(ss / (n - 1))
		out.SD = &x
	}
	if !finite(out.Mean) || !finite(out.Absolute) || !finite(out.RMSR) || !finite(sumLater) || out.SD != nil && !finite(*out.SD) {
		return Revisions{}, fault.New("uncertainty.overflow", "output", 1)
	}
	return out.tested(earlier, later, lag)
}

// tested adds the tests of the mean and the regressions that enough revisions allow.
func (out Revisions) tested(earlier, later []float64, lag int) (Revisions, error) {
	flat := flatTo(out.Revision, earlier, later)
	if lag >= 0 {
		if flat {
			return Revisions{}, fault.New("uncertainty.no-variation")
		}
		test, err := TTest(out.Revision, lag)
		if err != nil {
			return Revisions{}, err
		}
		out.Mean0 = &test
	} else {
		lag = neweyWestLag(out.N)
	}
	if out.N >= fewest {
		if !flat {
			test, err := TTest(out.Revision, lag)
			if err != nil {
				return Revisions{}, err
			}
			out.Mean0 = &test
			out.News = fit(earlier, out.Revision, lag, 0)
			out.Noise = fit(later, out.Revision, lag, 0)
		}
		out.Efficient = fit(earlier, later, lag, 1)
	}
	return out, nil
}

// flatTo says whether the revisions differ by no more than the rounding of the figures that they are differences of: 5.1 − 5 and
// 6.1 − 6 are one revision, not two.
func flatTo(revisions, earlier, later []float64) bool {
	level := 0.0
	for i := range earlier {
		level = math.Max(level, math.Max(math.Abs(earlier[i]), math.Abs(later[i])))
	}
	for _, r := range revisions {
		if math.Abs(r-revisions[0]) > 4*0x1p-52*level {
			return false
		}
	}
	return true
}

// TTest tests a mean against zero with lag autocovariances (0 gives the ordinary t-test). The variance carries the
// factor n/(n−1). Errors: fewer than two values, a lag that is not below their number, no variation at all.
func TTest(values []float64, lag int) (MeanTest, error) {
	n := len(values)
	if n < 2 || lag < 0 || lag >= n {
		return MeanTest{}, fault.New("uncertainty.too-few", "got", n, "want", max(2, lag+1))
	}
	mean := 0.0
	for i, x := range values {
		if !finite(x) {
			return MeanTest{}, fault.New("uncertainty.not-finite", "name", "values", "at", i+1)
		}
		mean += x
	}
	mean /= float64(n)
	dev := make([]float64, n)
	flat := true
	for i, x := range values {
		dev[i] = x - mean
		flat = flat && x == values[0]
	}
	v := longRun(dev, dev, lag) / float64(n-1) // longRun is a sum over n; ×n/(n−1)/n
	if flat || !(v > 0) {
		return MeanTest{}, fault.New("uncertainty.no-variation")
	}
	se := math.Sqrt(v / float64(n))
	t := mean / se
	return MeanTest{Lag: lag, SE: se, T: t, P: 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Survival(math.Abs(t))}, nil
}

// fit regresses y on a constant and x; nil where x does not vary or the fit is exact, for then there is nothing to test.
func fit(x, y []float64, lag int, slope0 float64) *Fit {
	n := float64(len(x))
	var mx, my float64
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	var sxx, sxy, syy float64
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
		syy += (y[i] - my) * (y[i] - my)
	}
	if sxx <= 1e-24*n*mx*mx || sxx == 0 || syy == 0 {
		return nil
	}
	b := sxy / sxx
	f := &Fit{Slope: b, Intercept: my - b*mx}
	// Scores at the centred regressor: the bread is then diagonal.
	s0, s1 := make([]float64, len(x)), make([]float64, len(x))
	sse := 0.0
	for i := range x {
		e := y[i] - my - b*(x[i]-mx)
		s0[i], s1[i] = e, e*(x[i]-mx)
		sse += e * e
	}
	f.R2 = 1 - sse/syy
	scale := n / (n - 2)
	v00 := scale * longRun(s0, s0, lag) / (n * n)
	v11 := scale * longRun(s1, s1, lag) / (sxx * sxx)
	v01 := scale * longRun(s0, s1, lag) / (n * sxx)
	if !(v11 > 0) || !(v00*v11-v01*v01 > 0) || sse <= 1e-24*syy {
		return nil
	}
	f.SlopeSE = math.Sqrt(v11)
	f.InterceptSE = math.Sqrt(math.Max(v00-2*mx*v01+mx*mx*v11, 0))
	// The joint hypothesis in centred terms: mean effect my − slope0·mx = 0 and slope = slope0.
	d0, d1 := my-slope0*mx, b-slope0
	f.Wald = (v11*d0*d0 - 2*v01*d0*d1 + v00*d1*d1) / (v00*v11 - v01*v01) / 2
	f.P = distuv.F{D1: 2, D2: n - 2}.Survival(f.Wald)
	return f
}

// longRun is Σ_t a_t b_t plus the Bartlett-weighted sums at the lags, both ways.
func longRun(a, b []float64, lag int) float64 {
	sum := 0.0
	for j := 0; j <= lag; j++ {
		s := 0.0
		for t := j; t < len(a); t++ {
			s += a[t] * b[t-j]
			if j > 0 {
				s += a[t-j] * b[t]
			}
		}
		sum += (1 - float64(j)/float64(lag+1)) * s
	}
	return sum
}

// neweyWestLag is ⌊4(n/100)^(2/9)⌋, Newey and West (1994).
func neweyWestLag(n int) int { return int(4 * math.Pow(float64(n)/100, 2.0/9)) }

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// Vintage is a series as it stood at one time; Known tells which periods had been published.
type Vintage struct {
	Values []float64
	Known  []bool
}

// RevisionPath is the life of one period's figure through the vintages.
type RevisionPath struct {
	First, Latest float64
	Published     bool      // false where no vintage has the period; First and Latest are then zero
	Steps         []float64 // revision at each vintage after the first; zero before publication and where nothing changed
	Total         float64   // Latest − First, which the steps add to
}

// Triangle follows every period through vintages in order of time. A period that a vintage leaves out keeps its last known figure.
// Errors: vintages of different lengths, a known figure that is not finite.
func Triangle(vintages []Vintage) ([]RevisionPath, error) {
	if len(vintages) == 0 {
		return nil, fault.New("uncertainty.no-revisions", "excluded", 0)
	}
	n := len(vintages[0].Values)
	out := make([]RevisionPath, n)
	for v, vintage := range vintages {
		if len(vintage.Values) != n || len(vintage.Known) != n {
			return nil, fault.New("uncertainty.length", "name", "vintage", "got", len(vintage.Values), "want", n)
		}
		for t := range out {
			p, step := &out[t], 0.0
			if vintage.Known[t] {
				x := vintage.Values[t]
				if !finite(x) {
					return nil, fault.New("uncertainty.not-finite", "name", "vintage", "at", t+1)
				}
				if p.Published {
					step = x - p.Latest
				} else {
					p.First, p.Published = x, true
				}
				p.Latest = x
			}
			if v > 0 {
				p.Steps = append(p.Steps, step)
			}
		}
	}
	for t := range out {
		out[t].Total = out[t].Latest - out[t].First
	}
	return out, nil
}
