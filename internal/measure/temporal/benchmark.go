package temporal

import (
	"math"

	"nhipso/internal/fault"
)

// Form says what movement of the indicator a benchmarked series keeps.
type Form int

const (
	// Proportional keeps the ratio to the indicator smooth: Denton's proportional form with Cholette's start.
	Proportional Form = iota
	// Additive keeps the difference from the indicator smooth.
	Additive
	// DagumCholette keeps z = (y-x)/|x|^Lambda close to an AR(1) with parameter Rho.
	DagumCholette
	// Growth keeps the period-to-period growth rates of the indicator (Causey and Trager).
	Growth
	// GrowthLog keeps its logarithmic growth rates.
	GrowthLog
)

// BenchmarkOptions declare how Benchmark works. The zero value is the production default: proportional, first
// differences, free start, exact targets.
type BenchmarkOptions struct {
	Form     Form
	Order    int  // 1 (default) or 2: order of the differences, proportional and additive forms
	Original bool // Denton's own start, which distorts the first periods; for reproduction only

	Lambda float64 // DagumCholette: 0 additive … 1 proportional
	Rho    float64 // DagumCholette: 0 … 1; 1 is Denton, 0.729 is usual for quarters

	Bias  bool    // first multiply the indicator by Σ targets / Σ their indicator totals
	Shift bool    // first add to the indicator Σ (targets - their indicator totals) / Σ their weights
	Floor float64 // > 0: weights use max(|x|, Floor), which admits zero and changing signs in the indicator

	// CorrectionVariance is the variance of the innovation of z (relative when the form is proportional).
	// It is the yardstick of Target.Variance and required as soon as one target has a variance.
	CorrectionVariance float64

	NonNegative bool // solve under y >= 0
}

// Benchmarked is a series that meets its targets.
type Benchmarked struct {
	Values    []float64
	Forecast  []bool    // true before the first and beyond the last period that a target covers
	Misses    []float64 // target value minus the total of Values, for every target; rounding only when exact
	Objective float64   // the sum that was minimised, at Values
	Residual  float64   // largest residual of the optimality conditions, relative
	Binding   []int     // periods held at zero by NonNegative
	Redundant []string  // targets that follow from others and agree with them
	Steps     int       // Newton steps of the growth forms
	Warnings  []Warning
}

// plan is a benchmarking problem in scaled units: y = unit·(x + s∘z), minimising |Rz|² under the rows.
type plan struct {
	unit   float64
	gain   float64 // what the indicator was multiplied by where its level does not matter
	x, s   []float64
	op     [][3]float64
	rows   []row
	lambda float64
	order  int
}

// Benchmark gives the series that keeps the movement of the indicator (T values) and meets the targets.
// Units are those of the targets. Sources: Denton (1971), Cholette (1984), Dagum and Cholette (2006),
// Causey and Trager (1981), Di Fonzo and Marini (2012).
func Benchmark(indicator []float64, targets []Target, opt BenchmarkOptions) (*Benchmarked, error) {
	p, out, err := lay(indicator, targets, opt)
	if err != nil {
		return nil, err
	}
	var z []float64
	if opt.Form == Growth || opt.Form == GrowthLog {
		z, err = p.grow(opt, out)
	} else {
		z, err = p.smooth(opt, out)
	}
	if err != nil {
		return nil, err
	}
	out.Values = make([]float64, len(z))
	for t := range z {
		out.Values[t] = p.unit * (p.x[t] + p.s[t]*z[t])
	}
	for _, t := range out.Binding {
		out.Values[t] = 0
	}
	if finite("", out.Values) != nil || finite("", []float64{out.Objective, out.Residual}) != nil {
		return nil, fault.New("temporal.overflow")
	}
	for _, t := range targets {
		out.Misses = append(out.Misses, t.Value-t.of(out.Values))
	}
	out.mark(indicator, targets)
	return out, nil
}

// lay checks the input and states the problem in scaled units.
func lay(indicator []float64, targets []Target, opt BenchmarkOptions) (*plan, *Benchmarked, error) {
	n := len(indicator)
	if err := opt.check(indicator, targets); err != nil {
		return nil, nil, err
	}
	lambda, rho, order, err := opt.shape()
	if err != nil {
		return nil, nil, err
	}
	if opt.Shift {
		if indicator, err = shifted(indicator, targets); err != nil {
			return nil, nil, err
		}
	}
	p := &plan{unit: meanAbs(indicator), x: make([]float64, n), gain: 1, lambda: lambda, order: order}
	yardstick := 0.0
	level, sign := 1.0, 1.0
	if opt.Bias || lambda == 1 && rho == 1 && opt.Floor == 0 && !opt.Original {
		b, err := bias(indicator, targets)
		if err != nil && opt.Bias {
			return nil, nil, err
		}
		if err == nil {
			level, sign = math.Abs(b), math.Copysign(1, b)
		}
	}
	if !opt.Bias { // the level of the indicator does not matter: bring it near the targets for accuracy only
		p.gain, sign = level, 1
	}
	if opt.CorrectionVariance > 0 {
		yardstick = math.Pow(p.unit*level/p.gain, -2*lambda) / opt.CorrectionVariance
	}
	for t, v := range indicator {
		p.x[t] = sign * v / p.unit
	}
	floor := opt.Floor / p.unit
	p.unit *= level
	if p.s, err = spread(p.x, lambda, floor, opt.Form == Growth || opt.Form == GrowthLog); err != nil {
		return nil, nil, err
	}
	out := &Benchmarked{}
	if out.Redundant, err = p.constrain(targets, yardstick); err != nil {
		return nil, nil, err
	}
	if len(targets) == 1 {
		out.Warnings = append(out.Warnings, fault.New("temporal.one-benchmark"))
	}
	if rho == 1 && !opt.Original {
		degree := identified(p.rows, order)
		if degree == 0 {
			return nil, nil, fault.New("temporal.undetermined")
		}
		p.order = degree
	}
	p.op = differences(n, p.order, rho, opt.Original)
	return p, out, nil
}

// check refuses input that no shape of the correction could use.
func (opt BenchmarkOptions) check(indicator []float64, targets []Target) error {
	if len(indicator) == 0 {
		return fault.New("temporal.empty-series")
	}
	if err := finite("indicator", indicator); err != nil {
		return err
	}
	if len(targets) == 0 {
		return fault.New("temporal.no-benchmark")
	}
	for k, t := range targets {
		if err := t.check(k, len(indicator)); err != nil {
			return err
		}
		if t.Variance > 0 && !(opt.CorrectionVariance > 0) {
			return fault.New("temporal.no-yardstick", "constraint", t.label(k))
		}
	}
	return nil
}

// constrain sets the rows that the targets give, without those that follow from the others, which it names.
func (p *plan) constrain(targets []Target, yardstick float64) (redundant []string, err error) {
	rows := make([]row, 0, len(targets))
	for k, t := range targets {
		r, err := p.row(t.label(k), t, yardstick)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	p.rows, redundant, err = independent(len(p.x), rows)
	return redundant, err
}

// shape reads the options into λ, ρ and the order of differences, refusing what does not go together.
func (opt BenchmarkOptions) shape() (lambda, rho float64, order int, err error) {
	bad := func(option string, value any) error {
		return fault.New("temporal.bad-option", "option", option, "value", value)
	}
	lambda, rho, order = 1, 1, opt.Order
	switch opt.Form {
	case Proportional, Growth, GrowthLog:
	case Additive:
		lambda = 0
	case DagumCholette:
		lambda, rho = opt.Lambda, opt.Rho
	default:
		return 0, 0, 0, bad("Form", opt.Form)
	}
	if order == 0 {
		order = 1
	}
	switch {
	case order != 1 && (order != 2 || opt.Form > Additive):
		err = bad("Order", opt.Order)
	case !(lambda >= 0 && lambda <= 1):
		err = bad("Lambda", lambda)
	case !(rho >= 0 && rho <= 1):
		err = bad("Rho", rho)
	case !(opt.Floor >= 0) || math.IsInf(opt.Floor, 0):
		err = bad("Floor", opt.Floor)
	case !(opt.CorrectionVariance >= 0) || math.IsInf(opt.CorrectionVariance, 0):
		err = bad("CorrectionVariance", opt.CorrectionVariance)
	case opt.Bias && opt.Shift:
		err = bad("Shift", true)
	case opt.Original && opt.Form > Additive:
		err = bad("Original", true)
	case opt.NonNegative && (opt.Form == Growth || opt.Form == GrowthLog):
		err = bad("NonNegative", true)
	}
	return lambda, rho, order, err
}

// bias is the ratio of the targets to what the indicator says about them.
func bias(indicator []float64, targets []Target) (float64, error) {
	var above, below float64
	for _, t := range targets {
		above += t.Value
		below += t.of(indicator)
	}
	b := above / below
	if below == 0 || above == 0 || math.IsInf(b, 0) || math.IsNaN(b) {
		return 0, fault.New("temporal.no-bias", "targets", above, "indicator", below)
	}
	return b, nil
}

// shifted moves the indicator by a constant to the level of the targets, the correction of level that suits λ = 0.
func shifted(indicator []float64, targets []Target) ([]float64, error) {
	var gap, weight, below float64
	for _, t := range targets {
		total := t.of(indicator)
		gap, below = gap+t.Value-total, below+total
		for _, term := range t.Terms {
			weight += term.Weight
		}
	}
	if weight == 0 {
		return nil, fault.New("temporal.no-bias", "targets", gap+below, "indicator", below)
	}
	out := make([]float64, len(indicator))
	for t, v := range indicator {
		out[t] = v + gap/weight
	}
	return out, nil
}

// spread gives |x|^λ, the size of one unit of correction, refusing an indicator in which it means nothing.
func spread(x []float64, lambda, floor float64, positive bool) ([]float64, error) {
	s := make([]float64, len(x))
	var sign float64
	for t, v := range x {
		size := math.Max(math.Abs(v), floor)
		if lambda > 0 && floor == 0 || positive {
			if v == 0 {
				return nil, fault.New("temporal.zero-indicator", "position", t+1)
			}
			if sign == 0 {
				sign = v
			}
			if v*sign < 0 || positive && v < 0 {
				return nil, fault.New("temporal.sign-change", "position", t+1)
			}
		}
		switch lambda {
		case 0:
			s[t] = 1
		case 1:
			s[t] = size
		default:
			s[t] = math.Pow(size, lambda)
		}
	}
	return s, nil
}

// row states a target as a condition on z.
func (p *plan) row(name string, t Target, yardstick float64) (row, error) {
	r := row{name: name, value: t.Value / p.unit, scale: math.Abs(t.Value / p.unit), soft: t.Variance * yardstick}
	for _, term := range t.Terms {
		part := term.Weight * p.x[term.Index]
		r.at, r.w = append(r.at, term.Index), append(r.w, term.Weight*p.s[term.Index])
		r.value -= part
		r.scale = math.Max(r.scale, math.Abs(part))
	}
	if r.tidy() == 0 {
		return r, fault.New("temporal.empty-constraint", "constraint", name)
	}
	return r, nil
}

// identified counts how many of the free movements (a constant, then a straight line) the rows fix.
func identified(rows []row, order int) int {
	n, a, b, c := 0, 0.0, 0.0, 0.0
	for _, r := range rows {
		n = max(n, r.at[len(r.at)-1]+1)
	}
	for _, r := range rows {
		var level, slope float64
		for k, t := range r.at {
			level += r.w[k]
			slope += r.w[k] * (float64(2*t)/float64(n) - 1)
		}
		a, b, c = a+level*level, b+level*slope, c+slope*slope
	}
	switch {
	case !(a > 1e-20):
		return 0
	case order == 1 || len(rows) == 1 || !(a*c-b*b > 1e-13*a*c):
		return 1
	}
	return 2
}

// smooth solves the quadratic forms.
func (p *plan) smooth(opt BenchmarkOptions, out *Benchmarked) ([]float64, error) {
	n := len(p.x)
	q := newQuadratic(square(p.op), p.rows)
	s, ok := q.prepare(nil)
	if !ok {
		return nil, fault.New("temporal.singular")
	}
	d := make([]float64, len(p.rows))
	for k, r := range p.rows {
		d[k] = r.value
	}
	z, mu := make([]float64, n), make([]float64, len(p.rows))
	out.Residual = s.solve(z, mu, nil, d) / math.Max(1, maxAbs(d))
	if opt.NonNegative {
		lower := make([]float64, n)
		for t := range lower {
			lower[t] = -p.x[t] / p.s[t]
		}
		held, err := q.raise(z, mu, d, lower)
		if err != nil {
			return nil, err
		}
		for t, h := range held {
			if h {
				out.Binding = append(out.Binding, t)
			}
		}
	}
	out.Objective = energy(p.op, z) * math.Pow(p.unit, 2*(1-p.lambda)) * p.gain * p.gain
	return z, nil
}

// mark says which values are forecasts, and warns of negative ones that the indicator does not explain.
func (out *Benchmarked) mark(indicator []float64, targets []Target) {
	first, last := len(indicator), -1
	for _, t := range targets {
		for _, term := range t.Terms {
			if term.Weight != 0 {
				first, last = min(first, term.Index), max(last, term.Index)
			}
		}
	}
	out.Forecast = make([]bool, len(indicator))
	count, where, natural := 0, 0, false
	for t, v := range out.Values {
		out.Forecast[t] = t < first || t > last
		natural = natural || indicator[t] < 0
		if v < 0 {
			if count == 0 {
				where = t + 1
			}
			count++
		}
	}
	if count > 0 && !natural {
		out.Warnings = append(out.Warnings, fault.New("temporal.negative", "count", count, "position", where))
	}
}
