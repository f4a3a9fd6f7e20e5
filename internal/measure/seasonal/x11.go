package seasonal

import (
	"math"

	"nhipso/internal/fault"
)

// X11Options are the choices of the X-11 core; the zero value of each is its default.
type X11Options struct {
	Period    int // 4 or 12
	First     int // place of the first observation in its year, counted from 0
	Mode      Mode
	Low, High float64        // sigma limits for extremes; 0 means 1.5 and 2.5
	Seasonal  SeasonalFilter // final seasonal filter; "" means ByRatio
	Trend     int            // length of every Henderson filter (odd, 5 to 101); 0 means by the ratio of irregular to trend
	Ahead     []float64      // forecasts that extend the series, in its own units; not part of the result
}

// X11 is an adjusted series with what was chosen on the way. Seasonal is table D10, Adjusted D11, Trend D12, Irregular D13 and Weights C17.
type X11 struct {
	Decomposition
	SI       []float64      // D8: the data over the trend, extremes left in
	Filter   SeasonalFilter // the final seasonal filter
	Ratio    float64        // moving seasonality ratio that chose it; 0 where it was given
	Length   int            // of the final Henderson filter
	IC       float64        // ratio of irregular to trend that chose it
	Unstable bool           // the ratio lay in a grey area to the end, and 3x5 was taken
}

// Adjust11 runs the X-11 core. Fewer than three years are refused; with fewer than five the season is taken as stable and Short is
// set. Errors: a period other than 4 or 12, a value that is not finite, a zero or negative value in a mode with logarithms or ratios
// (choose Additive), and an unknown option.
func Adjust11(y []float64, o X11Options) (*X11, error) {
	x, o, err := o.prepare(y)
	if err != nil {
		return nil, err
	}
	r := &x11{o: o, p: o.Period, n: len(y), additive: o.Mode != Multiplicative, short: len(y) < 5*o.Period}
	if r.additive {
		r.neutral = 0
	} else {
		r.neutral = 1
	}
	out := r.run(x)
	if o.Mode == LogAdditive {
		for _, part := range [][]float64{out.Seasonal, out.Trend, out.Irregular, out.Adjusted, out.SI} {
			for i := range part {
				part[i] = math.Exp(part[i])
			}
		}
	}
	for i := range out.Adjusted {
		if !finite(out.Adjusted[i]) || !finite(out.Trend[i]) || !finite(out.Irregular[i]) || !finite(out.Seasonal[i]) {
			return nil, fault.New("seasonal.overflow", "at", i+1)
		}
		if o.Mode == Multiplicative && (out.Seasonal[i] <= 0 || out.Trend[i] <= 0) {
			return nil, fault.New("seasonal.factor", "at", i+1)
		}
	}
	return out, nil
}

func (o X11Options) prepare(y []float64) ([]float64, X11Options, error) {
	if o.Period != 4 && o.Period != 12 {
		return nil, o, fault.New("seasonal.period", "period", o.Period)
	}
	if err := checkSeries(y, o.Period); err != nil {
		return nil, o, err
	}
	if o.First < 0 || o.First >= o.Period {
		return nil, o, fault.New("seasonal.first", "first", o.First, "period", o.Period)
	}
	if o.Mode == "" {
		o.Mode = Multiplicative
	}
	if o.Mode != Multiplicative && o.Mode != Additive && o.Mode != LogAdditive {
		return nil, o, fault.New("seasonal.mode", "mode", o.Mode)
	}
	if o.Low == 0 && o.High == 0 {
		o.Low, o.High = 1.5, 2.5
	}
	if !(o.Low > 0 && o.High > o.Low) || !finite(o.High) {
		return nil, o, fault.New("seasonal.limits", "low", o.Low, "high", o.High)
	}
	switch o.Seasonal {
	case "":
		o.Seasonal = ByRatio
	case ByRatio, S3x3, S3x5, S3x9, Stable:
	default:
		return nil, o, fault.New("seasonal.filter", "filter", o.Seasonal)
	}
	if o.Trend != 0 && (o.Trend < 5 || o.Trend > 101 || o.Trend%2 == 0 || o.Trend > len(y)) {
		return nil, o, fault.New("seasonal.bad-window", "name", "henderson", "window", o.Trend, "degree", 3, "jump", 1)
	}
	x, err := o.extended(y)
	return x, o, err
}

// extended is the series with its forecasts behind it, in logarithms where the mode asks for them.
func (o X11Options) extended(y []float64) ([]float64, error) {
	x := append(append([]float64(nil), y...), o.Ahead...)
	for i, v := range x {
		if !finite(v) {
			return nil, fault.New("seasonal.not-finite", "name", "forecast", "at", i+1)
		}
		if o.Mode != Additive && v <= 0 {
			return nil, fault.New("seasonal.not-positive", "at", i+1, "value", v)
		}
		if o.Mode == LogAdditive {
			x[i] = math.Log(v)
		}
	}
	return x, nil
}

// x11 is one run: x holds n observations and their extension.
type x11 struct {
	o        X11Options
	p, n     int
	additive bool
	short    bool
	neutral  float64
	end      float64 // ratio of the end weights of the last Henderson filter
}

// run passes through parts B, C and D. The names are those of the tables of X-11.
func (r *x11) run(b1 []float64) *X11 {
	x := b1
	var weights []float64
	first, second := S3x3, S3x5
	switch {
	case r.short:
		first, second = Stable, Stable
	case r.o.Seasonal != ByRatio: // a filter that is given is used all the way, as in X-13
		first, second = r.o.Seasonal, r.o.Seasonal
	}
	for _, part := range []string{"b", "c"} {
		trend := centred(x, r.p) // B2, C2
		si := r.less(x, trend)   // B3, C4
		lo, hi := r.p/2, len(x)-r.p/2
		if part == "b" {
			si = r.replace(si, lo, hi, first) // B4
		}
		season := r.season(si, lo, hi, first)        // B5, C5
		adjusted := r.less(x, season)                // B6, C6
		trend, _, _ = r.trend(adjusted, part == "b") // B7, C7
		si = r.less(x, trend)                        // B8, C9
		if part == "b" {
			si = r.replace(si, 0, len(x), second) // B9
		}
		season = r.season(si, 0, len(x), second)  // B10, C10
		adjusted = r.less(b1, season)             // B11, C11
		irregular := r.less(adjusted, trend)      // B13, C13
		weights = r.weights(irregular, 0, len(x)) // B17, C17
		x = make([]float64, len(b1))              // C1, D1
		for t := range x {
			extreme := r.neutral + weights[t]*(irregular[t]-r.neutral) // what is kept of the irregular
			x[t] = b1[t]
			if weights[t] < 1 {
				x[t] = r.plus(r.minus(b1[t], irregular[t]), extreme)
			}
		}
	}
	lo, hi := r.p/2, len(x)-r.p/2
	trend := centred(x, r.p)                            // D2
	season := r.season(r.less(x, trend), lo, hi, first) // D5
	trend, _, _ = r.trend(r.less(x, season), false)     // D7
	out := &X11{}
	si := r.less(x, trend) // D9
	out.SI = r.less(b1, trend)[:r.n]
	out.Filter = r.o.Seasonal
	switch {
	case r.short:
		out.Filter = Stable
	case out.Filter == ByRatio:
		out.Filter, out.Ratio, out.Unstable = r.choose(si[:r.n])
	}
	season = r.season(si, 0, len(x), out.Filter)           // D10
	final, length, ic := r.trend(r.less(x, season), false) // D12
	out.Length, out.IC = length, ic
	adjusted := r.less(b1, season)
	out.Mode, out.Short = r.o.Mode, r.short
	out.Seasonal, out.Adjusted, out.Trend, out.Weights = season[:r.n], adjusted[:r.n], final[:r.n], weights[:r.n]
	out.Irregular = r.less(out.Adjusted, out.Trend)
	return out
}
