package seasonal

import (
	"math"
	"slices"

	"nhipso/internal/fault"
)

// Loess is a local regression: neighbours used (odd), degree 0 or 1, and the distance between the points at which it is
// computed; between them it is interpolated.
type Loess struct{ Window, Degree, Jump int }

// STLOptions are the parameters of STL. STLDefaults gives those in use everywhere.
type STLOptions struct {
	Period   int
	Seasonal Loess
	Trend    Loess
	Lowpass  Loess
	Periodic bool // the season is the same every year: the mean of the fitted season of each month
	Inner    int  // passes of the inner loop
	Outer    int  // robustness passes; 0 is not robust
}

// STLDefaults gives the parameters for n observations and a seasonal window (odd, at least 3); a window of 0 means a periodic
// season: 10n+1 neighbours of degree 0. The trend has the next odd number from 1.5·period/(1 − 1.5/window) neighbours, the low-pass filter the
// next from the period, and a jump is a tenth of its window, rounded up. Robust means 15 outer passes of one inner pass,
// otherwise there are two inner passes and no outer.
func STLDefaults(n, period, window int, robust bool) STLOptions {
	o := STLOptions{Period: period, Periodic: window == 0, Inner: 2}
	if window == 0 {
		window = 10*n + 1
	}
	if robust {
		o.Inner, o.Outer = 1, 15
	}
	trend := nextOdd(math.Ceil(1.5 * float64(period) / (1 - 1.5/float64(window))))
	o.Seasonal = Loess{window, 0, (window + 9) / 10}
	o.Trend = Loess{trend, 1, (trend + 9) / 10}
	lowpass := nextOdd(float64(period))
	o.Lowpass = Loess{lowpass, 1, (lowpass + 9) / 10}
	return o
}

func nextOdd(x float64) int {
	n := int(math.Round(x))
	if n%2 == 0 {
		n++
	}
	return n
}

// Decomposition is a series in parts: additive, data = Seasonal + Trend + Irregular; multiplicative, their product.
type Decomposition struct {
	Seasonal  []float64
	Trend     []float64
	Irregular []float64
	Adjusted  []float64 // the data without Seasonal
	Weights   []float64 // of each observation: 0 is an extreme left aside, 1 counts in full
	Mode      Mode
	Short     bool // fewer than five years: only a stable season can be told, and was
}

// Mode says how the parts make the series.
type Mode string

// The modes.
const (
	Additive       Mode = "additive"
	Multiplicative Mode = "multiplicative"
	LogAdditive    Mode = "log-additive" // additive in logarithms; the parts are returned as factors
)

// STL decomposes a series additively by local regression. With fewer than three whole periods it refuses; with fewer than five it makes
// the season periodic, whatever was asked, and says so in Short. The season is not forced to add to zero; the low-pass filter
// leaves its sum over a period near it.
// Errors: a value that is not finite, too few periods, a window that is even or below 3, a degree other than 0 or 1.
func STL(y []float64, o STLOptions) (*Decomposition, error) {
	n := len(y)
	if err := checkSeries(y, o.Period); err != nil {
		return nil, err
	}
	short := n < 5*o.Period
	if short && !o.Periodic {
		stable := STLDefaults(n, o.Period, 0, o.Outer > 0)
		stable.Inner, stable.Outer = o.Inner, o.Outer
		o = stable
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	p := o.Period
	season, trend := make([]float64, n), make([]float64, n)
	var weights []float64
	cycle := make([]float64, n+2*p)
	work, low := make([]float64, n), make([]float64, n)
	for pass := 0; ; pass++ {
		for range o.Inner {
			for i := range y {
				work[i] = y[i] - trend[i]
			}
			smoothCycles(work, o, weights, cycle)
			smooth := movingAverage(movingAverage(movingAverage(cycle, p), p), 3)
			loess(smooth, o.Lowpass, nil, low)
			for i := range y {
				season[i] = cycle[p+i] - low[i]
				work[i] = y[i] - season[i]
			}
			loess(work, o.Trend, weights, trend)
		}
		if pass == o.Outer {
			break
		}
		weights = bisquare(y, season, trend)
	}
	if o.Periodic {
		average(season, p)
	}
	d := &Decomposition{Seasonal: season, Trend: trend, Mode: Additive, Short: short, Weights: weights,
		Irregular: make([]float64, n), Adjusted: make([]float64, n)}
	if weights == nil {
		d.Weights = make([]float64, n)
		for i := range d.Weights {
			d.Weights[i] = 1
		}
	}
	for i := range y {
		d.Irregular[i] = y[i] - season[i] - trend[i]
		d.Adjusted[i] = y[i] - season[i]
		if !finite(d.Irregular[i]) {
			return nil, fault.New("seasonal.overflow", "at", i+1)
		}
	}
	return d, nil
}

// check refuses windows and numbers of passes that no decomposition has. The smoothers are looked at in the order of their names, so
// that the same options always give the same answer.
func (o STLOptions) check() error {
	for _, s := range []struct {
		name  string
		loess Loess
	}{{"lowpass", o.Lowpass}, {"seasonal", o.Seasonal}, {"trend", o.Trend}} {
		if l := s.loess; l.Window < 3 || l.Window%2 == 0 || l.Degree < 0 || l.Degree > 1 || l.Jump < 1 {
			return fault.New("seasonal.bad-window", "name", s.name, "window", l.Window, "degree", l.Degree, "jump", l.Jump)
		}
	}
	if o.Inner < 1 || o.Outer < 0 || o.Inner > 1000 || o.Outer > 1000 {
		return fault.New("seasonal.bad-passes", "inner", o.Inner, "outer", o.Outer)
	}
	return nil
}

// average makes a season the same in every period of p.
func average(season []float64, p int) {
	for k := range p {
		mean, count := 0.0, 0
		for i := k; i < len(season); i += p {
			mean += season[i]
			count++
		}
		mean /= float64(count)
		for i := k; i < len(season); i += p {
			season[i] = mean
		}
	}
}

// smoothCycles fits each month's own series and carries it one year over both ends: out has n + 2·period values.
func smoothCycles(y []float64, o STLOptions, weights, out []float64) {
	n, p := len(y), o.Period
	for j := range p {
		k := (n-j-1)/p + 1
		sub := make([]float64, k)
		var w []float64
		if weights != nil {
			w = make([]float64, k)
		}
		for i := range k {
			sub[i] = y[i*p+j]
			if w != nil {
				w[i] = weights[i*p+j]
			}
		}
		fit := make([]float64, k)
		loess(sub, o.Seasonal, w, fit)
		first, ok := local(sub, o.Seasonal, -1, 0, min(o.Seasonal.Window, k)-1, w)
		if !ok {
			first = fit[0]
		}
		last, ok := local(sub, o.Seasonal, float64(k), max(0, k-o.Seasonal.Window), k-1, w)
		if !ok {
			last = fit[k-1]
		}
		out[j] = first
		for i := range k {
			out[(i+1)*p+j] = fit[i]
		}
		out[(k+1)*p+j] = last
	}
}

// loess smooths y into out, computing every jump points and the last, and interpolating between.
func loess(y []float64, l Loess, weights, out []float64) {
	n := len(y)
	if n < 2 {
		copy(out, y)
		return
	}
	jump := min(l.Jump, n-1)
	half := (l.Window + 1) / 2
	at := func(i int) {
		left, right := 0, n-1
		if l.Window < n {
			left = min(max(i+1-half, 0), n-l.Window)
			right = left + l.Window - 1
		}
		v, ok := local(y, l, float64(i), left, right, weights)
		if !ok {
			v = y[i]
		}
		out[i] = v
	}
	last := 0
	for i := 0; i < n; i += jump {
		at(i)
		last = i
	}
	if last != n-1 {
		at(n - 1)
	}
	for i := 0; i < n-1; i += jump {
		next := min(i+jump, n-1)
		for k := i + 1; k < next; k++ {
			out[k] = out[i] + (out[next]-out[i])*float64(k-i)/float64(next-i)
		}
	}
}

// local is the regression at x on the points left…right with tricube weights; not ok where no point has any weight.
func local(y []float64, l Loess, x float64, left, right int, weights []float64) (float64, bool) {
	n := len(y)
	h := math.Max(x-float64(left), float64(right)-x)
	if l.Window > n {
		h += float64((l.Window - n) / 2)
	}
	w := make([]float64, right-left+1)
	total := 0.0
	for j := left; j <= right; j++ {
		r := math.Abs(float64(j) - x)
		if r > 0.999*h {
			continue
		}
		v := 1.0
		if r > 0.001*h {
			c := r / h
			c = 1 - c*c*c
			v = c * c * c
		}
		if weights != nil {
			v *= weights[j]
		}
		w[j-left] = v
		total += v
	}
	if total <= 0 {
		return 0, false
	}
	centre := 0.0
	for i := range w {
		w[i] /= total
		centre += w[i] * float64(left+i)
	}
	if h > 0 && l.Degree > 0 {
		spread := 0.0
		for i := range w {
			d := float64(left+i) - centre
			spread += w[i] * d * d
		}
		if math.Sqrt(spread) > 0.001*float64(n-1) {
			slope := (x - centre) / spread
			for i := range w {
				w[i] *= slope*(float64(left+i)-centre) + 1
			}
		}
	}
	out := 0.0
	for i := range w {
		out += w[i] * y[left+i]
	}
	return out, true
}

func movingAverage(x []float64, length int) []float64 {
	out := make([]float64, len(x)-length+1)
	sum := 0.0
	for i, v := range x {
		sum += v
		if i >= length {
			sum -= x[i-length]
		}
		if i >= length-1 {
			out[i-length+1] = sum / float64(length)
		}
	}
	return out
}

// bisquare weighs each observation by its distance from the fit in units of six times the median distance.
func bisquare(y, season, trend []float64) []float64 {
	n := len(y)
	r := make([]float64, n)
	for i := range y {
		r[i] = math.Abs(y[i] - season[i] - trend[i])
	}
	sorted := slices.Clone(r)
	slices.Sort(sorted)
	h := 3 * (sorted[n/2] + sorted[n-n/2-1])
	out := make([]float64, n)
	for i := range r {
		switch {
		case r[i] <= 0.001*h:
			out[i] = 1
		case r[i] <= 0.999*h:
			c := r[i] / h
			c = 1 - c*c
			out[i] = c * c
		}
	}
	return out
}

func checkSeries(y []float64, period int) error {
	if period < 2 {
		return fault.New("seasonal.period", "period", period)
	}
	for i, x := range y {
		if !finite(x) {
			return fault.New("seasonal.not-finite", "name", "series", "at", i+1)
		}
	}
	if len(y) < 3*period {
		return fault.New("seasonal.too-short", "got", len(y), "want", 3*period)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
