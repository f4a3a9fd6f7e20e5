// Package temporal is the calculations benchmark and disaggregate: series of a low frequency brought to a higher one.
package temporal

import (
	"context"
	"errors"
	"math"

	"github.com/alecthomas/kong"
	"gonum.org/v1/gonum/floats"

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
func Benchmark(_ context.Context, e *command.Env, args []string) error {
	r := &benchmarkRun{e: e}
	if err := e.Parse("benchmark", &r.benchmarkFlags, args); err != nil {
		return err
	}
	if err := r.options(); err != nil {
		return err
	}
	if r.System != "" {
		for _, name := range []string{"partial", "extrapolate", "low", "indicator", "non-negative", "differences"} { // of one series and its indicator
			if e.Given(name) {
				return fault.New("calc.not-together", "flag", "--"+name, "other", "--system")
			}
		}
		return reconcileSystem(e, r.System, temporal.System{Form: temporal.DagumCholette, Lambda: r.Lambda, Rho: r.Rho, Floor: r.Floor, Bias: r.opt.Bias, CorrectionVariance: r.CorrectionVariance}, r.conversion)
	}
	if err := r.idle(); err != nil {
		return err
	}
	if err := r.read(); err != nil {
		return err
	}
	fit := r.extrapolate
	if r.Extrapolate == "none" {
		fit = r.meet
	}
	b, err := fit()
	if err != nil {
		return err
	}
	r.notes = append(r.notes, b.Warnings...)
	return r.write(b)
}

// benchmarkRun is one indicator with its totals.
type benchmarkRun struct {
	benchmarkFlags
	e          *command.Env
	opt        temporal.BenchmarkOptions
	conversion temporal.Conversion
	totals     *command.Series
	series     *command.Series // the indicator
	f, offset  int             // how many periods of the indicator make one of the totals, and where the first of those begins
	variances  []float64       // of the totals; nil where they are exact
	notes      []*fault.Error
}

// benchmarkMethods say what is minimised, and how that changes the options.
var benchmarkMethods = []command.Choice[func(*temporal.BenchmarkOptions)]{
	{"denton-cholette", func(*temporal.BenchmarkOptions) {}},
	{"denton", func(o *temporal.BenchmarkOptions) { o.Original = true }},
	{"dagum-cholette", func(o *temporal.BenchmarkOptions) { o.Form, o.Order = temporal.DagumCholette, 0 }},
	{"grp", func(o *temporal.BenchmarkOptions) { o.Form, o.Order = temporal.Growth, 0 }},
	{"grp-log", func(o *temporal.BenchmarkOptions) { o.Form, o.Order = temporal.GrowthLog, 0 }},
}

// options makes those of the method of the flags.
func (r *benchmarkRun) options() error {
	if r.Criterion == "additive" && !r.e.Given("lambda") {
		r.Lambda = 0 // the additive form of Dagum and Cholette
	}
	form, err := command.OneOf("criterion", r.Criterion, []command.Choice[temporal.Form]{{"proportional", temporal.Proportional}, {"additive", temporal.Additive}})
	if err != nil {
		return err
	}
	as, err := command.OneOf("method", r.Method, benchmarkMethods)
	if err != nil {
		return err
	}
	if r.conversion, err = command.OneOf("conversion", r.Conversion, conversions); err != nil {
		return err
	}
	r.opt = temporal.BenchmarkOptions{Form: form, Order: r.Differences, Bias: r.Bias == "ratio", Shift: r.Bias == "difference", Floor: r.Floor,
		CorrectionVariance: r.CorrectionVariance, NonNegative: r.NonNegative, Rho: r.Rho, Lambda: r.Lambda}
	as(&r.opt)
	if r.Differences == 0 && r.Method != "grp" && r.Method != "grp-log" { // no movement to keep: the smallest correction itself
		r.opt.Form, r.opt.Order, r.opt.Original, r.opt.Rho, r.opt.Lambda = temporal.DagumCholette, 0, false, 0, 0
		if form == temporal.Proportional {
			r.opt.Lambda = 1
		}
	}
	return nil
}

// read reads the totals and the indicator.
func (r *benchmarkRun) read() (err error) {
	if err := r.e.Need("low", "indicator"); err != nil {
		return err
	}
	if r.totals, err = r.e.LowFrequency(r.Low, true); err != nil {
		return err
	}
	if r.series, err = r.e.Series(r.Indicator); err != nil {
		return err
	}
	if len(r.series.Values) != 1 {
		return fault.New("calc.one-series", "file", r.series.File)
	}
	if r.f, r.offset, err = command.Align(r.totals, r.series); err != nil {
		return err
	}
	if r.offset < 0 || r.offset+len(r.totals.Periods)*r.f > len(r.series.Periods) {
		switch {
		case !r.Partial:
			return fault.New("calc.not-covered", "low", r.totals.File, "high", r.series.File)
		case r.Extrapolate != "none": // which gives an unfinished period a ratio of its own
			return fault.New("calc.not-together", "flag", "--partial", "other", "--extrapolate")
		}
	}
	if len(r.totals.Values) > 1 {
		r.variances = r.totals.Values[1]
		return r.totals.Whole()
	}
	if r.e.Changed("correction-variance") {
		return fault.New("calc.exact-totals").At(r.totals.File, 0, "")
	}
	return nil
}

// meet makes the indicator meet the totals that are known.
func (r *benchmarkRun) meet() (*temporal.Benchmarked, error) {
	var kept []temporal.Target
	for k, t := range temporal.Targets(r.totals.Values[0], r.f, r.offset, r.conversion) {
		if !r.totals.Known[0][k] { // a year without a figure binds nothing
			continue
		}
		if t.Name = command.Label(r.totals.Periods[k]); r.variances != nil {
			t.Variance = r.variances[k]
		}
		if r.Partial {
			var err error
			if t, err = r.covered(k, t); err != nil {
				return nil, err
			}
		}
		kept = append(kept, t)
	}
	return temporal.Benchmark(r.series.Values[0], kept, r.opt)
}

// covered leaves of the k-th total the periods that the indicator has, and says of which.
func (r *benchmarkRun) covered(k int, t temporal.Target) (temporal.Target, error) {
	have := t.Covered(len(r.series.Periods), r.conversion)
	n := len(have.Terms)
	switch {
	case n == len(t.Terms):
		return t, nil
	case n == 0: // nothing of the period, or not the one that stands for it
		return t, fault.New("calc.no-part", "high", r.series.File, "period", t.Name).At(r.totals.File, r.totals.Lines[k], r.totals.Names[0])
	}
	parts := command.Label(r.series.Periods[have.Terms[0].Index])
	if n > 1 {
		parts += " – " + command.Label(r.series.Periods[have.Terms[n-1].Index])
	}
	r.notes = append(r.notes, fault.New("calc.part-known", "period", t.Name, "parts", parts, "n", n, "of", len(t.Terms)).At(r.totals.File, r.totals.Lines[k], r.totals.Names[0]))
	return have, nil
}

// extrapolate carries the ratio to the totals on, over periods that no total covers.
func (r *benchmarkRun) extrapolate() (*temporal.Benchmarked, error) {
	rule, err := command.OneOf("extrapolate", r.Extrapolate, []command.Choice[temporal.RatioRule]{{"none", 0}, {"last-ratio", temporal.LastRatio}, {"last-growth", temporal.LastGrowth}, {"mean-growth", temporal.MeanGrowth}})
	if err != nil {
		return nil, err
	}
	if err := r.totals.Whole(); err != nil {
		return nil, err
	}
	return temporal.Extrapolate(r.series.Values[0], r.totals.Values[0], temporal.Extrapolation{Frequency: r.f, Offset: r.offset, Conversion: r.conversion, Rule: rule, Variances: r.variances}, r.opt)
}

// idle refuses flags that the method does not read.
func (r *benchmarkRun) idle() error {
	var flags []string
	if r.Method != "dagum-cholette" {
		flags = append(flags, "rho", "lambda")
	}
	growth := r.opt.Form > temporal.DagumCholette
	if growth || r.Method == "dagum-cholette" {
		flags = append(flags, "differences")
	}
	if growth {
		flags = append(flags, "criterion")
	}
	return r.e.NoEffect(r.Method, flags...)
}

func (r *benchmarkRun) write(b *temporal.Benchmarked) error {
	worst := floats.Norm(b.Misses, math.Inf(1))
	r.e.Say("explain", "n", len(r.totals.Periods), "f", r.f, "t", len(r.series.Periods), "objective", command.Number(b.Objective), "miss", command.Number(worst))
	points, rows := make([]command.Object, len(b.Values)), [][]string{{"period", "value", "indicator", "ratio"}}
	for i, v := range b.Values {
		period, x, ratio := command.Label(r.series.Periods[i]), r.series.Values[0][i], ""
		points[i] = command.Object{{"period", period}, {"value", v}}
		if b.Forecast[i] {
			points[i] = append(points[i], command.Member{"forecast", true})
		}
		if x != 0 {
			ratio = command.Number(v / x)
		}
		rows = append(rows, []string{period, command.Number(v), command.Number(x), ratio})
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"method", r.Method}, {"criterion", r.Criterion}, {"objective", b.Objective}, {"residual", b.Residual}, {"maxMiss", worst},
			{"steps", b.Steps}, {"binding", b.Binding}, {"redundant", b.Redundant}, {"notes", r.e.Remarks(r.notes)}, {"series", points}})
	}
	r.e.Warn(r.notes)
	return r.e.WriteCSV(rows...)
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
