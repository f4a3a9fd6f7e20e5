package temporal

import (
	"fmt"
	"math"

	"nhipso/internal/fault"
)

// Disaggregate estimates the high-frequency series (T values) behind low (N values) from k indicators of T values.
// Units of Values are those of low. T may exceed what low covers on both sides: those values are forecasts.
// Sources: Chow and Lin (1971), Fernandez (1981), Litterman (1983); Quilis (2018), Barcellan and Buono (2002).
func Disaggregate(low []float64, indicators [][]float64, opt Options) (*Disaggregated, error) {
	d, err := arrange(low, indicators, opt)
	if err != nil {
		return nil, err
	}
	if d.average {
		return d.averaged()
	}
	out, err := d.estimate(opt.Rho)
	if err != nil {
		return nil, err
	}
	if opt.Method == Default && opt.Rho == nil && !out.Exact && out.Rho >= d.high {
		walked := *d
		walked.method, walked.process = Fernandez, walk
		upper := out.Rho
		if out, err = walked.estimate(nil); err != nil {
			return nil, err
		}
		out.Warnings = append(out.Warnings, fault.New("temporal.rho-upper-fernandez", "rho", upper))
	}
	return out, nil
}

// disaggregation is the problem laid out in scaled units.
type disaggregation struct {
	opt       Options
	unit      float64
	low       []float64   // divided by unit
	x         [][]float64 // k regressors of T values, constant first
	cx        [][]float64 // the same at low frequency
	names     []string
	c         []float64
	n, t      int
	method    Method
	process   process
	objective objective
	lowest    float64
	high      float64
	average   bool
	warnings  []Warning
}

func arrange(low []float64, indicators [][]float64, opt Options) (*disaggregation, error) {
	bad := func(option string, value any) error {
		return fault.New("temporal.bad-option", "option", option, "value", value)
	}
	d := &disaggregation{opt: opt, n: len(low), method: opt.Method, lowest: opt.RhoMin, high: opt.RhoMax}
	f := opt.Frequency
	switch {
	case d.n == 0:
		return nil, fault.New("temporal.empty-series")
	case f < 2:
		return nil, bad("Frequency", f)
	case !opt.Conversion.valid():
		return nil, bad("Conversion", opt.Conversion)
	case opt.Divisor < FreeDegrees || opt.Divisor > ObservationsLessOne:
		return nil, bad("Divisor", opt.Divisor)
	case opt.Errors < StandardErrors || opt.Errors > NoErrors:
		return nil, bad("Errors", opt.Errors)
	case opt.Offset < 0:
		return nil, fault.New("temporal.indicator-short", "indicator", "", "need", -opt.Offset, "have", 0)
	}
	if err := finite("low", low); err != nil {
		return nil, err
	}
	if err := d.choose(); err != nil {
		return nil, err
	}
	if err := d.regressors(indicators); err != nil {
		return nil, err
	}
	k := len(d.x)
	if d.n-k < 2 {
		return nil, fault.New("temporal.too-few", "periods", d.n, "regressors", k)
	}
	d.unit = meanAbs(low)
	d.low = make([]float64, d.n)
	for i, v := range low {
		d.low[i] = v / d.unit
	}
	d.c = opt.Conversion.Weights(f)
	for _, x := range d.x {
		d.cx = append(d.cx, d.convert(x))
	}
	if d.n < FewPeriods {
		d.warnings = append(d.warnings, fault.New("temporal.few-periods", "periods", d.n))
	}
	return d, nil
}

// choose reads the method and the bounds of ρ.
func (d *disaggregation) choose() error {
	if err := d.chooseMethod(); err != nil {
		return err
	}
	d.chooseBounds()
	return d.checkOptions()
}

func badOption(option string, value any) error {
	return fault.New("temporal.bad-option", "option", option, "value", value)
}

func (d *disaggregation) chooseMethod() error {
	switch d.opt.Method {
	case Default, ChowLin:
		d.method, d.process, d.objective = ChowLin, stationary, maxLog
	case ChowLinEcotrim:
		d.process, d.objective = stationary, leastRSS
	case ChowLinQuilis:
		d.process, d.objective = stationary, leastRSSQu
	case Fernandez:
		d.process = walk
	case Litterman:
		d.process, d.objective = markovWalk, maxLog
	case LittermanMinRSS:
		d.process, d.objective = markovWalk, leastRSS
	default:
		return badOption("Method", d.opt.Method)
	}
	return nil
}

// chooseBounds sets the bounds of ρ where they were not given: with few periods ρ is averaged, over a narrower range.
func (d *disaggregation) chooseBounds() {
	opt := d.opt
	d.average = opt.Average || opt.Method == Default && d.n < FewPeriods && opt.Rho == nil
	if d.lowest >= -1 {
		d.lowest = math.Max(d.lowest, -defaultMaxRho)
	}
	if d.high == 0 {
		d.high = defaultMaxRho
		if d.average {
			d.high = priorHigh
		}
	}
	if d.average && d.lowest == 0 {
		d.lowest = math.Min(priorLow, d.high)
	}
}

// checkOptions refuses bounds outside (-1, 1) and a ρ for a method that has none to choose.
func (d *disaggregation) checkOptions() error {
	switch opt := d.opt; {
	case !(d.lowest > -1 && d.lowest <= d.high):
		return badOption("RhoMin", opt.RhoMin)
	case !(d.high < 1):
		return badOption("RhoMax", d.high)
	case opt.Rho != nil && (d.process == walk || opt.Average):
		return badOption("Rho", *opt.Rho)
	case opt.Rho != nil && !(*opt.Rho > -1 && *opt.Rho < 1):
		return badOption("Rho", *opt.Rho)
	case opt.Average && d.process == walk:
		return badOption("Average", true)
	}
	return nil
}

// regressors collects the constant and the indicators and checks that they cover the low-frequency series.
func (d *disaggregation) regressors(indicators [][]float64) error {
	opt := d.opt
	need := opt.Offset + d.n*opt.Frequency
	d.t = max(opt.Length, need)
	if len(indicators) > 0 {
		d.t = len(indicators[0])
	}
	if !opt.NoConstant {
		ones := make([]float64, d.t)
		for i := range ones {
			ones[i] = 1
		}
		d.x, d.names = append(d.x, ones), append(d.names, "constant")
	}
	for j, x := range indicators {
		name := fmt.Sprint(j + 1)
		if j < len(opt.Names) && opt.Names[j] != "" {
			name = opt.Names[j]
		}
		switch {
		case len(x) != d.t:
			return fault.New("temporal.length", "indicator", name, "length", len(x), "want", d.t)
		case len(x) < need:
			return fault.New("temporal.indicator-short", "indicator", name, "need", need, "have", len(x))
		}
		if err := finite(name, x); err != nil {
			return err
		}
		d.x, d.names = append(d.x, x), append(d.names, name)
	}
	if len(d.x) == 0 {
		return fault.New("temporal.no-regressor")
	}
	return nil
}

// convert gives C x.
func (d *disaggregation) convert(x []float64) []float64 {
	out := make([]float64, d.n)
	for i := range out {
		out[i] = dot(d.c, x[d.opt.Offset+i*len(d.c):])
	}
	return out
}

// back gives C' w.
func (d *disaggregation) back(w []float64) []float64 {
	out := make([]float64, d.t)
	for i, v := range w {
		for s, c := range d.c {
			out[d.opt.Offset+i*len(d.c)+s] = c * v
		}
	}
	return out
}

// estimate fits the regression — at the given ρ, or at the one the objective prefers — and spreads its residual.
func (d *disaggregation) estimate(rho *float64) (*Disaggregated, error) {
	v := newCovariance(d.process, d.c, d.n, d.opt.Offset)
	g, err := regress(d.low, d.cx, d.names, v)
	if err != nil {
		return nil, err
	}
	out := &Disaggregated{Method: d.method, Warnings: append([]Warning(nil), d.warnings...)}
	d.diagnose(g, out)
	switch {
	case rho != nil:
		out.Rho = *rho
	case d.process == walk:
	case out.Exact:
		out.Rho = d.lowest
	default:
		out.Rho = g.search(d.lowest, d.high, d.objective)
		if out.Rho <= d.lowest && d.lowest == 0 {
			out.Warnings = append(out.Warnings, fault.New("temporal.rho-lower", "rho", out.Rho))
		} else if out.Rho <= d.lowest {
			out.Warnings = append(out.Warnings, fault.New("temporal.rho-floor", "rho", out.Rho))
		} else if out.Rho >= d.high && d.opt.Method != Default {
			out.Warnings = append(out.Warnings, fault.New("temporal.rho-upper", "rho", out.Rho))
		}
	}
	g.fit(out.Rho)
	d.interpolate(g, out)
	d.assess(g, out)
	if d.opt.NonNegative {
		if err := d.bounded(g, out); err != nil {
			return nil, err
		}
	}
	for i := range out.Values {
		out.Values[i] *= d.unit
	}
	for _, x := range [][]float64{out.Values, out.SE, out.Beta, out.BetaSE, {out.RSS, out.Sigma2, out.LogL, out.R2, out.DurbinWatson}} {
		if finite("", x) != nil {
			return nil, fault.New("temporal.overflow")
		}
	}
	d.mark(out)
	return out, nil
}

// diagnose runs the ordinary regression and remarks on its fit.
func (d *disaggregation) diagnose(g *regression, out *Disaggregated) {
	flat := newCovariance(stationary, []float64{1}, d.n, 0)
	own := g.v
	g.v = flat
	g.fit(0)
	g.v = own
	out.Exact = g.exact()
	if out.Exact {
		out.R2 = 1
		out.Warnings = append(out.Warnings, fault.New("temporal.exact-fit"))
		return
	}
	var mean, total, steps float64
	if !d.opt.NoConstant {
		for _, y := range d.low {
			mean += y / float64(d.n)
		}
	}
	for i, y := range d.low {
		total += (y - mean) * (y - mean)
		if i > 0 {
			steps += (g.e[i] - g.e[i-1]) * (g.e[i] - g.e[i-1])
		}
	}
	out.R2 = 1 - g.rss/total
	out.DurbinWatson = steps / g.rss
	if out.R2 < 0.5 {
		out.Warnings = append(out.Warnings, fault.New("temporal.poor-fit", "r2", round3(out.R2)))
	}
	if out.DurbinWatson < 0.5 || out.DurbinWatson > 3.5 {
		out.Warnings = append(out.Warnings, fault.New("temporal.durbin-watson", "dw", round3(out.DurbinWatson)))
	}
}

// interpolate gives ŷ = Xβ + S C'V^-1 e, with one correction for the rounding left in C ŷ.
func (d *disaggregation) interpolate(g *regression, out *Disaggregated) {
	y := make([]float64, d.t)
	for j, x := range d.x {
		b := g.beta[j] / g.length[j]
		for t, v := range x {
			y[t] += b * v
		}
	}
	w := make([]float64, d.n)
	e := append([]float64(nil), g.e...)
	for range 2 {
		g.v.inverse(e, w)
		u := d.back(w)
		g.v.spread(u)
		for t := range y {
			y[t] += u[t]
		}
		for i, v := range d.convert(y) {
			e[i] = d.low[i] - v
		}
	}
	out.Values = y
	out.Residuals = make([]float64, d.n)
	for i, v := range g.e {
		out.Residuals[i] = v * d.unit
	}
}

// mark says which values are forecasts and which are negative without reason.
func (d *disaggregation) mark(out *Disaggregated) {
	end := d.opt.Offset + d.n*d.opt.Frequency
	out.Forecast = make([]bool, d.t)
	flow := true
	for _, v := range d.low {
		flow = flow && v >= 0
	}
	count, where := 0, 0
	for t, v := range out.Values {
		out.Forecast[t] = t < d.opt.Offset || t >= end
		if v < 0 {
			if count == 0 {
				where = t + 1
			}
			count++
		}
	}
	if flow && count > 0 {
		out.Warnings = append(out.Warnings, fault.New("temporal.negative", "count", count, "position", where))
	}
}

func round3(v float64) float64 { return math.Round(v*1000) / 1000 }
