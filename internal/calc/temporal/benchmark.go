// Package temporal is the calculations benchmark and disaggregate: series of a low frequency brought to a higher one.
package temporal

import (
	"context"
	"errors"
	"math"

	"github.com/alecthomas/kong"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

// benchmarkFlags are the flags of benchmark.
type benchmarkFlags struct {
	Low                string   `help:"low-benchmark"`
	Indicator          string   `help:"indicator-one"`
	System             string   `help:"system"`
	Method             string   `default:"denton-cholette" help:"method-bm"`
	Criterion          string   `default:"proportional" help:"criterion"`
	Differences        int      `default:"1" help:"differences"`
	Conversion         string   `default:"sum" help:"conversion"`
	Rho                float64  `default:"1" help:"rho"`
	Lambda             float64  `default:"1" help:"lambda"`
	Bias               biasFlag `help:"bias"`
	Floor              float64  `default:"0" help:"floor"`
	CorrectionVariance float64  `default:"0" help:"correction-variance"`
	Extrapolate        string   `default:"none" help:"extrapolate"`
	NonNegative        bool     `help:"non-negative"`
	Partial            bool     `help:"partial"`
}

// Benchmark makes an indicator meet low-frequency totals while keeping its movement, one series or a system.
func Benchmark(ctx context.Context, e *command.Env, args []string) error {
	var flags benchmarkFlags
	if err := e.Parse("benchmark", &flags, args); err != nil {
		return err
	}
	if flags.Criterion == "additive" && !e.Given("lambda") {
		flags.Lambda = 0 // the additive form of Dagum and Cholette
	}
	opt := temporal.BenchmarkOptions{Order: flags.Differences, Bias: flags.Bias == "ratio", Shift: flags.Bias == "difference", Floor: flags.Floor,
		CorrectionVariance: flags.CorrectionVariance, NonNegative: flags.NonNegative, Rho: flags.Rho, Lambda: flags.Lambda}
	form, err := command.OneOf("criterion", flags.Criterion, []command.Choice[temporal.Form]{{"proportional", temporal.Proportional}, {"additive", temporal.Additive}})
	if err != nil {
		return err
	}
	opt.Form = form
	switch flags.Method {
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
		return fault.New("calc.bad-choice", "flag", "--method", "given", flags.Method, "allowed", "denton-cholette, denton, dagum-cholette, grp, grp-log")
	}
	conv, err := command.OneOf("conversion", flags.Conversion, conversions)
	if err != nil {
		return err
	}
	if flags.Differences == 0 && flags.Method != "grp" && flags.Method != "grp-log" { // no movement to keep: the smallest correction itself
		opt = temporal.BenchmarkOptions{Form: temporal.DagumCholette, Bias: opt.Bias, Shift: opt.Shift, Floor: flags.Floor, CorrectionVariance: flags.CorrectionVariance, NonNegative: flags.NonNegative}
		if form == temporal.Proportional {
			opt.Lambda = 1
		}
	}
	if flags.System != "" {
		for _, name := range []string{"partial", "extrapolate", "low", "indicator", "non-negative", "differences"} { // of one series and its indicator
			if e.Given(name) {
				return fault.New("calc.not-together", "flag", "--"+name, "other", "--system")
			}
		}
		return reconcileSystem(e, flags.System, temporal.System{Form: temporal.DagumCholette, Lambda: flags.Lambda, Rho: flags.Rho, Floor: flags.Floor, Bias: opt.Bias, CorrectionVariance: flags.CorrectionVariance}, conv)
	}
	if err := e.Need("low", "indicator"); err != nil {
		return err
	}
	low, err := e.LowFrequency(flags.Low, true)
	if err != nil {
		return err
	}
	ind, err := e.Series(flags.Indicator)
	if err != nil {
		return err
	}
	if len(ind.Values) != 1 {
		return fault.New("calc.one-series", "file", ind.File)
	}
	f, offset, err := command.Align(low, ind)
	if err != nil {
		return err
	}
	y := low.Values[0]
	var known []*fault.Error
	if offset < 0 || offset+len(y)*f > len(ind.Periods) {
		switch {
		case !flags.Partial:
			return fault.New("calc.not-covered", "low", low.File, "high", ind.File)
		case flags.Extrapolate != "none": // which gives an unfinished period a ratio of its own
			return fault.New("calc.not-together", "flag", "--partial", "other", "--extrapolate")
		}
	}
	var variances []float64
	if len(low.Values) > 1 {
		if variances, err = low.Values[1], low.Whole(); err != nil {
			return err
		}
	}
	var r *temporal.Benchmarked
	switch flags.Extrapolate {
	case "none":
		targets := temporal.Targets(y, f, offset, conv)
		if flags.Partial {
			if known, err = knownParts(targets, low, ind, conv); err != nil {
				return err
			}
		}
		kept := targets[:0]
		for k, t := range targets {
			if t.Name = command.Label(low.Periods[k]); variances != nil {
				t.Variance = variances[k]
			}
			if low.Known[0][k] { // a year without a figure binds nothing
				kept = append(kept, t)
			}
		}
		r, err = temporal.Benchmark(ind.Values[0], kept, opt)
	case "last-ratio", "last-growth", "mean-growth":
		rule := map[string]temporal.RatioRule{"last-ratio": temporal.LastRatio, "last-growth": temporal.LastGrowth, "mean-growth": temporal.MeanGrowth}[flags.Extrapolate]
		if err = low.Whole(); err == nil {
			r, err = temporal.Extrapolate(ind.Values[0], y, temporal.Extrapolation{Frequency: f, Offset: offset, Conversion: conv, Rule: rule, Variances: variances}, opt)
		}
	default:
		err = fault.New("calc.bad-choice", "flag", "--extrapolate", "given", flags.Extrapolate, "allowed", "none, last-ratio, last-growth, mean-growth")
	}
	if err != nil {
		return err
	}
	notes := append(known, r.Warnings...)
	for _, name := range []string{"rho", "lambda"} {
		if e.Changed(name) && flags.Method != "dagum-cholette" {
			notes = append(notes, fault.New("calc.no-effect", "flag", "--"+name, "method", flags.Method))
		}
	}
	if growth := opt.Form > temporal.DagumCholette; e.Changed("differences") && (growth || flags.Method == "dagum-cholette") {
		notes = append(notes, fault.New("calc.no-effect", "flag", "--differences", "method", flags.Method))
	} else if growth && flags.Criterion != "proportional" {
		notes = append(notes, fault.New("calc.no-effect", "flag", "--criterion", "method", flags.Method))
	}
	worst := 0.0
	for _, m := range r.Misses {
		worst = math.Max(worst, math.Abs(m))
	}
	e.Say("explain", "n", len(y), "f", f, "t", len(ind.Periods), "objective", command.Number(r.Objective), "miss", command.Number(worst))
	if e.JSON() {
		points := make([]command.Object, len(r.Values))
		for i, v := range r.Values {
			points[i] = command.Object{{"period", command.Label(ind.Periods[i])}, {"value", v}}
			if r.Forecast[i] {
				points[i] = append(points[i], command.Member{"forecast", true})
			}
		}
		return e.WriteJSON(command.Object{{"method", flags.Method}, {"criterion", flags.Criterion}, {"objective", r.Objective}, {"residual", r.Residual}, {"maxMiss", worst},
			{"steps", r.Steps}, {"binding", r.Binding}, {"redundant", r.Redundant}, {"notes", e.Remarks(notes)}, {"series", points}})
	}
	e.Warn(notes)
	rows := [][]string{{"period", "value", "indicator", "ratio"}}
	for i, v := range r.Values {
		ratio := ""
		if x := ind.Values[0][i]; x != 0 {
			ratio = command.Number(v / x)
		}
		rows = append(rows, []string{command.Label(ind.Periods[i]), command.Number(v), command.Number(ind.Values[0][i]), ratio})
	}
	return e.WriteCSV(rows...)
}

// knownParts leaves of each target the periods that the indicator has, and says of which: its value is then the total (or mean) of those.
func knownParts(targets []temporal.Target, low, ind *command.Series, conv temporal.Conversion) ([]*fault.Error, error) {
	var notes []*fault.Error
	for k := range targets {
		if !low.Known[0][k] {
			continue
		}
		all := targets[k].Terms
		var have []temporal.Term
		for _, term := range all {
			if term.Index >= 0 && term.Index < len(ind.Periods) {
				have = append(have, term)
			}
		}
		if len(have) == len(all) {
			continue
		}
		if len(have) == 0 { // nothing of the period, or not the one that stands for it
			return nil, fault.New("calc.no-part", "high", ind.File, "period", command.Label(low.Periods[k])).At(low.File, low.Lines[k], low.Names[0])
		}
		if conv == temporal.Average {
			for i := range have {
				have[i].Weight = 1 / float64(len(have))
			}
		}
		targets[k].Terms = have
		parts := command.Label(ind.Periods[have[0].Index])
		if n := len(have); n > 1 {
			parts += " – " + command.Label(ind.Periods[have[n-1].Index])
		}
		notes = append(notes, fault.New("calc.part-known", "period", command.Label(low.Periods[k]), "parts", parts, "n", len(have), "of", len(all)).At(low.File, low.Lines[k], low.Names[0]))
	}
	return notes, nil
}

// biasFlag is --bias or --bias=ratio, which multiplies the indicator, and --bias=difference, which moves it by a constant.
type biasFlag string

// IsBool says that the flag needs no value.
func (b *biasFlag) IsBool() bool { return true }

// Decode reads the value, if there is one.
func (b *biasFlag) Decode(ctx *kong.DecodeContext) error {
	*b = "ratio"
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		return nil
	}
	switch text := ctx.Scan.Pop().String(); text {
	case "true", "ratio":
	case "false", "none":
		*b = ""
	case "difference":
		*b = "difference"
	default:
		return errors.New("ratio, difference")
	}
	return nil
}
