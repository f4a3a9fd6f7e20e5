package calc

import (
	"context"
	"flag"
	"math"

	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

// benchmark makes an indicator meet low-frequency totals while keeping its movement, one series or a system.
func benchmark(ctx context.Context, e *Env, args []string) error {
	o := e.flags("benchmark")
	lowFile := o.String("low", "", "low")
	indFile := o.String("indicator", "", "indicator")
	system := o.String("system", "", "system")
	method := o.String("method", "denton-cholette", "method-bm")
	criterion := o.String("criterion", "proportional", "criterion")
	differences := o.Int("differences", 1, "differences")
	conversion := o.String("conversion", "sum", "conversion")
	rho := o.Float64("rho", 1, "rho")
	lambda := o.Float64("lambda", 1, "lambda")
	bias := o.Bool("bias", false, "bias")
	extrapolate := o.String("extrapolate", "none", "extrapolate")
	nonNegative := o.Bool("non-negative", false, "non-negative")
	if err := e.parse(o, args); err != nil {
		return err
	}
	set := map[string]bool{}
	o.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if *criterion == "additive" && !set["lambda"] {
		*lambda = 0 // the additive form of Dagum and Cholette
	}
	opt := temporal.BenchmarkOptions{Order: *differences, Bias: *bias, NonNegative: *nonNegative, Rho: *rho, Lambda: *lambda}
	form, err := oneOf("criterion", *criterion, []choice[temporal.Form]{{"proportional", temporal.Proportional}, {"additive", temporal.Additive}})
	if err != nil {
		return err
	}
	opt.Form = form
	switch *method {
	case "denton-cholette":
	case "denton":
		opt.Original = true
	case "dagum-cholette":
		opt.Form, opt.Order = temporal.DagumCholette, 0
	case "grp":
		opt.Form, opt.Order = temporal.Growth, 0
	case "grp-log":
		opt.Form, opt.Order = temporal.GrowthLog, 0
	default:
		return fault.New("calc.bad-choice", "flag", "--method", "given", *method, "allowed", "denton-cholette, denton, dagum-cholette, grp, grp-log")
	}
	conv, err := oneOf("conversion", *conversion, conversions)
	if err != nil {
		return err
	}
	if *system != "" {
		return e.reconcileSystem(o, *system, *lambda, *rho, *bias, conv)
	}
	if err := o.need("low", "indicator"); err != nil {
		return err
	}
	low, err := e.series(*lowFile)
	if err != nil {
		return err
	}
	ind, err := e.series(*indFile)
	if err != nil {
		return err
	}
	if len(low.values) != 1 {
		return fault.New("calc.one-series", "file", low.file)
	}
	if len(ind.values) != 1 {
		return fault.New("calc.one-series", "file", ind.file)
	}
	f, offset, err := align(low, ind)
	if err != nil {
		return err
	}
	y := low.values[0]
	if offset < 0 || offset+len(y)*f > len(ind.periods) {
		return fault.New("calc.not-covered", "low", low.file, "high", ind.file)
	}
	var r *temporal.Benchmarked
	switch *extrapolate {
	case "none":
		r, err = temporal.Benchmark(ind.values[0], temporal.Targets(y, f, offset, conv), opt)
	case "last-ratio", "last-growth", "mean-growth":
		rule := map[string]temporal.RatioRule{"last-ratio": temporal.LastRatio, "last-growth": temporal.LastGrowth, "mean-growth": temporal.MeanGrowth}[*extrapolate]
		r, err = temporal.Extrapolate(ind.values[0], y, temporal.Extrapolation{Frequency: f, Offset: offset, Conversion: conv, Rule: rule}, opt)
	default:
		err = fault.New("calc.bad-choice", "flag", "--extrapolate", "given", *extrapolate, "allowed", "none, last-ratio, last-growth, mean-growth")
	}
	if err != nil {
		return err
	}
	notes := r.Warnings
	for _, name := range []string{"rho", "lambda"} {
		if set[name] && *method != "dagum-cholette" && o.Lookup(name).Value.String() != "1" {
			notes = append(notes, fault.New("calc.no-effect", "flag", "--"+name, "method", *method))
		}
	}
	worst := 0.0
	for _, m := range r.Misses {
		worst = math.Max(worst, math.Abs(m))
	}
	e.say(o, "explain", "n", len(y), "f", f, "t", len(ind.periods), "objective", text(r.Objective), "miss", text(worst))
	if *o.json {
		points := make([]object, len(r.Values))
		for i, v := range r.Values {
			points[i] = object{{"period", ind.periods[i].String()}, {"value", v}}
			if r.Forecast[i] {
				points[i] = append(points[i], member{"forecast", true})
			}
		}
		return e.writeJSON(object{{"method", *method}, {"criterion", *criterion}, {"objective", r.Objective}, {"residual", r.Residual}, {"maxMiss", worst},
			{"steps", r.Steps}, {"binding", r.Binding}, {"redundant", r.Redundant}, {"notes", e.remarks(notes)}, {"series", points}})
	}
	e.warn(notes)
	rows := [][]string{{"period", "value", "indicator", "ratio"}}
	for i, v := range r.Values {
		ratio := ""
		if x := ind.values[0][i]; x != 0 {
			ratio = text(v / x)
		}
		rows = append(rows, []string{ind.periods[i].String(), text(v), text(ind.values[0][i]), ratio})
	}
	return e.writeCSV(rows...)
}
