package calc

import (
	"context"
	"errors"
	"flag"
	"math"

	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

// benchmark makes an indicator meet low-frequency totals while keeping its movement, one series or a system.
func benchmark(ctx context.Context, e *Env, args []string) error {
	o := e.flags("benchmark")
	lowFile := o.String("low", "", "low-benchmark")
	indFile := o.String("indicator", "", "indicator-one")
	system := o.String("system", "", "system")
	method := o.String("method", "denton-cholette", "method-bm")
	criterion := o.String("criterion", "proportional", "criterion")
	differences := o.Int("differences", 1, "differences")
	conversion := o.String("conversion", "sum", "conversion")
	rho := o.Float64("rho", 1, "rho")
	lambda := o.Float64("lambda", 1, "lambda")
	var bias biasFlag
	o.Var(&bias, "bias", "bias")
	floor := o.Float64("floor", 0, "floor")
	correction := o.Float64("correction-variance", 0, "correction-variance")
	extrapolate := o.String("extrapolate", "none", "extrapolate")
	nonNegative := o.Bool("non-negative", false, "non-negative")
	partial := o.Bool("partial", false, "partial")
	if err := e.parse(o, args); err != nil {
		return err
	}
	set := map[string]bool{}
	o.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if *criterion == "additive" && !set["lambda"] {
		*lambda = 0 // the additive form of Dagum and Cholette
	}
	opt := temporal.BenchmarkOptions{Order: *differences, Bias: bias == "ratio", Shift: bias == "difference", Floor: *floor,
		CorrectionVariance: *correction, NonNegative: *nonNegative, Rho: *rho, Lambda: *lambda}
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
	if *differences == 0 && *method != "grp" && *method != "grp-log" { // no movement to keep: the smallest correction itself
		opt = temporal.BenchmarkOptions{Form: temporal.DagumCholette, Bias: opt.Bias, Shift: opt.Shift, Floor: *floor, CorrectionVariance: *correction, NonNegative: *nonNegative}
		if form == temporal.Proportional {
			opt.Lambda = 1
		}
	}
	if *system != "" {
		for _, name := range []string{"partial", "extrapolate"} { // of one series and its indicator
			if set[name] {
				return fault.New("calc.not-together", "flag", "--"+name, "other", "--system")
			}
		}
		return e.reconcileSystem(o, *system, set, temporal.System{Form: temporal.DagumCholette, Lambda: *lambda, Rho: *rho, Floor: *floor, Bias: opt.Bias, CorrectionVariance: *correction}, conv)
	}
	if err := o.need("low", "indicator"); err != nil {
		return err
	}
	low, err := e.lowFrequency(*lowFile, true)
	if err != nil {
		return err
	}
	ind, err := e.series(*indFile)
	if err != nil {
		return err
	}
	if len(ind.values) != 1 {
		return fault.New("calc.one-series", "file", ind.file)
	}
	f, offset, err := align(low, ind)
	if err != nil {
		return err
	}
	y := low.values[0]
	var known []*fault.Error
	if offset < 0 || offset+len(y)*f > len(ind.periods) {
		switch {
		case !*partial:
			return fault.New("calc.not-covered", "low", low.file, "high", ind.file)
		case *extrapolate != "none": // which gives an unfinished period a ratio of its own
			return fault.New("calc.not-together", "flag", "--partial", "other", "--extrapolate")
		}
	}
	var variances []float64
	if len(low.values) > 1 {
		if variances, err = low.values[1], low.whole(); err != nil {
			return err
		}
	}
	var r *temporal.Benchmarked
	switch *extrapolate {
	case "none":
		targets := temporal.Targets(y, f, offset, conv)
		if *partial {
			if known, err = knownParts(targets, low, ind, conv); err != nil {
				return err
			}
		}
		kept := targets[:0]
		for k, t := range targets {
			if t.Name = label(low.periods[k]); variances != nil {
				t.Variance = variances[k]
			}
			if low.known[0][k] { // a year without a figure binds nothing
				kept = append(kept, t)
			}
		}
		r, err = temporal.Benchmark(ind.values[0], kept, opt)
	case "last-ratio", "last-growth", "mean-growth":
		rule := map[string]temporal.RatioRule{"last-ratio": temporal.LastRatio, "last-growth": temporal.LastGrowth, "mean-growth": temporal.MeanGrowth}[*extrapolate]
		if err = low.whole(); err == nil {
			r, err = temporal.Extrapolate(ind.values[0], y, temporal.Extrapolation{Frequency: f, Offset: offset, Conversion: conv, Rule: rule, Variances: variances}, opt)
		}
	default:
		err = fault.New("calc.bad-choice", "flag", "--extrapolate", "given", *extrapolate, "allowed", "none, last-ratio, last-growth, mean-growth")
	}
	if err != nil {
		return err
	}
	notes := append(known, r.Warnings...)
	for _, name := range []string{"rho", "lambda"} {
		if set[name] && *method != "dagum-cholette" && o.Lookup(name).Value.String() != "1" {
			notes = append(notes, fault.New("calc.no-effect", "flag", "--"+name, "method", *method))
		}
	}
	if growth := opt.Form > temporal.DagumCholette; set["differences"] && *differences != 1 && (growth || *method == "dagum-cholette") {
		notes = append(notes, fault.New("calc.no-effect", "flag", "--differences", "method", *method))
	} else if growth && *criterion != "proportional" {
		notes = append(notes, fault.New("calc.no-effect", "flag", "--criterion", "method", *method))
	}
	worst := 0.0
	for _, m := range r.Misses {
		worst = math.Max(worst, math.Abs(m))
	}
	e.say(o, "explain", "n", len(y), "f", f, "t", len(ind.periods), "objective", text(r.Objective), "miss", text(worst))
	if *o.json {
		points := make([]object, len(r.Values))
		for i, v := range r.Values {
			points[i] = object{{"period", label(ind.periods[i])}, {"value", v}}
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
		rows = append(rows, []string{label(ind.periods[i]), text(v), text(ind.values[0][i]), ratio})
	}
	return e.writeCSV(rows...)
}

// knownParts leaves of each target the periods that the indicator has, and says of which: its value is then the total (or mean) of those.
func knownParts(targets []temporal.Target, low, ind *timeSeries, conv temporal.Conversion) ([]*fault.Error, error) {
	var notes []*fault.Error
	for k := range targets {
		if !low.known[0][k] {
			continue
		}
		all := targets[k].Terms
		var have []temporal.Term
		for _, term := range all {
			if term.Index >= 0 && term.Index < len(ind.periods) {
				have = append(have, term)
			}
		}
		if len(have) == len(all) {
			continue
		}
		if len(have) == 0 { // nothing of the period, or not the one that stands for it
			return nil, fault.New("calc.no-part", "high", ind.file, "period", label(low.periods[k])).At(low.file, low.lines[k], low.names[0])
		}
		if conv == temporal.Average {
			for i := range have {
				have[i].Weight = 1 / float64(len(have))
			}
		}
		targets[k].Terms = have
		parts := label(ind.periods[have[0].Index])
		if n := len(have); n > 1 {
			parts += " – " + label(ind.periods[have[n-1].Index])
		}
		notes = append(notes, fault.New("calc.part-known", "period", label(low.periods[k]), "parts", parts, "n", len(have), "of", len(all)).At(low.file, low.lines[k], low.names[0]))
	}
	return notes, nil
}

// biasFlag is --bias or --bias=ratio, which multiplies the indicator, and --bias=difference, which moves it by a constant.
type biasFlag string

func (b *biasFlag) String() string   { return string(*b) }
func (b *biasFlag) IsBoolFlag() bool { return true }

func (b *biasFlag) Set(text string) error {
	switch text {
	case "true", "ratio":
		*b = "ratio"
	case "false", "none":
		*b = ""
	case "difference":
		*b = "difference"
	default:
		return errors.New("ratio, difference")
	}
	return nil
}
