package temporal

import (
	"math"

	"nhipso/internal/fault"
)

// RatioRule says how the ratio of the low-frequency series to its indicator is forecast.
type RatioRule int

// The rules: the last ratio again; the last growth of the ratio again; its mean growth over all periods.
const (
	LastRatio RatioRule = iota
	LastGrowth
	MeanGrowth
)

// Extrapolation declares how Extrapolate goes on after the last low-frequency figure.
type Extrapolation struct {
	Frequency, Offset int
	Conversion        Conversion
	Variances         []float64 // of the low-frequency figures, one each, as in Target; nil: exact
	Ratios            []float64 // own forecasts of the ratio for the periods after the last figure; nil: by Rule
	Rule              RatioRule
}

// Extrapolate benchmarks the indicator to low and continues beyond its last figure with a forecast of the
// low-frequency ratio to the indicator (enhanced extrapolation), instead of freezing the ratio of the last
// period inside the last covered one. The forecast ratio enters as one more exact condition for each
// low-frequency period begun. In a period that the indicator does not finish, the missing part is supposed to
// grow over a year before as the known part does; those supposed values are not returned.
// Source: Di Fonzo and Marini (2012), IMF WP/12/169; the treatment of the unfinished period is ours.
func Extrapolate(indicator, low []float64, e Extrapolation, opt BenchmarkOptions) (*Benchmarked, error) {
	f, n, t := e.Frequency, len(low), len(indicator)
	switch {
	case f < 2:
		return nil, fault.New("temporal.bad-option", "option", "Frequency", "value", f)
	case !e.Conversion.valid():
		return nil, fault.New("temporal.bad-option", "option", "Conversion", "value", e.Conversion)
	case e.Rule < LastRatio || e.Rule > MeanGrowth:
		return nil, fault.New("temporal.bad-option", "option", "Rule", "value", e.Rule)
	case n == 0:
		return nil, fault.New("temporal.no-benchmark")
	case e.Offset < 0 || e.Offset+n*f > t:
		return nil, fault.New("temporal.indicator-short", "indicator", "1", "need", max(0, e.Offset)+n*f, "have", t)
	}
	if err := finite("indicator", indicator); err != nil {
		return nil, err
	}
	if err := finite("low", low); err != nil {
		return nil, err
	}
	if e.Variances != nil && len(e.Variances) != n {
		return nil, fault.New("temporal.length", "indicator", "Variances", "length", len(e.Variances), "want", n)
	}
	end := e.Offset + n*f
	more := (t - end + f - 1) / f
	ratios := e.Ratios
	if ratios == nil {
		var err error
		if ratios, err = e.forecast(indicator, low, more); err != nil {
			return nil, err
		}
	}
	if len(ratios) < more {
		return nil, fault.New("temporal.length", "indicator", "Ratios", "length", len(ratios), "want", more)
	}
	if err := finite("Ratios", ratios); err != nil {
		return nil, err
	}
	x := prolong(indicator, end+more*f, f)
	targets := Targets(low, f, e.Offset, e.Conversion)
	for i, v := range e.Variances {
		targets[i].Variance = v
	}
	for i, next := range Targets(make([]float64, more), f, end, e.Conversion) {
		next.Value = ratios[i] * next.of(x)
		targets = append(targets, next)
	}
	out, err := Benchmark(x, targets, opt)
	if err != nil {
		return nil, err
	}
	out.Values, out.Forecast, out.Misses = out.Values[:t], out.Forecast[:t], out.Misses[:n]
	for i := end; i < t; i++ {
		out.Forecast[i] = true
	}
	for len(out.Binding) > 0 && out.Binding[len(out.Binding)-1] >= t {
		out.Binding = out.Binding[:len(out.Binding)-1]
	}
	return out, nil
}

// forecast applies the rule to the known ratios.
func (e Extrapolation) forecast(indicator, low []float64, more int) ([]float64, error) {
	ratios := make([]float64, len(low))
	for i, target := range Targets(low, e.Frequency, e.Offset, e.Conversion) {
		below := target.of(indicator)
		if below == 0 {
			return nil, fault.New("temporal.zero-indicator", "position", e.Offset+i*e.Frequency+1)
		}
		ratios[i] = low[i] / below
	}
	last, growth := ratios[len(ratios)-1], 1.0
	if e.Rule != LastRatio {
		first, steps := 0, len(ratios)-1
		if e.Rule == LastGrowth {
			first, steps = max(0, len(ratios)-2), 1
		}
		growth = last / ratios[first]
		if len(ratios) < 2 || !(growth > 0) || math.IsInf(growth, 0) {
			return nil, fault.New("temporal.no-ratio-trend", "periods", len(ratios))
		}
		growth = math.Pow(growth, 1/float64(steps))
	}
	out := make([]float64, more)
	for i := range out {
		last *= growth
		out[i] = last
	}
	return out, nil
}

// prolong continues x to the given length: a year before, times the growth of the part of the year that is known.
func prolong(x []float64, length, f int) []float64 {
	out := append(make([]float64, 0, length), x...)
	if len(x) == length {
		return out
	}
	begun := f - (length - len(x)) // periods of the unfinished year that the indicator has
	now, before := 0.0, 0.0
	for i := len(x) - begun; i < len(x); i++ {
		now, before = now+x[i], before+x[i-f]
	}
	growth := 1.0
	if g := now / before; g > 0 && !math.IsInf(g, 0) {
		growth = g
	}
	for t := len(x); t < length; t++ {
		out = append(out, out[t-f]*growth)
	}
	return out
}
