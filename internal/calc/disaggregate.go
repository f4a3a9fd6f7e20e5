package calc

import (
	"context"
	"fmt"

	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

var conversions = []choice[temporal.Conversion]{{"sum", temporal.Sum}, {"average", temporal.Average}, {"first", temporal.First}, {"last", temporal.Last}}

var methods = []choice[temporal.Method]{
	{"chow-lin-maxlog", temporal.ChowLin},
	{"chow-lin-minrss", temporal.ChowLinEcotrim}, {"chow-lin-minrss-ecotrim", temporal.ChowLinEcotrim}, {"chow-lin-minrss-quilis", temporal.ChowLinQuilis},
	{"fernandez", temporal.Fernandez},
	{"litterman", temporal.Litterman}, {"litterman-maxlog", temporal.Litterman}, {"litterman-minrss", temporal.LittermanMinRSS},
	{"default", temporal.Default},
}

// disaggregateFlags are the flags of disaggregate.
type disaggregateFlags struct {
	Low          string  `help:"low"`
	Indicator    string  `help:"indicator"`
	Method       string  `default:"chow-lin-maxlog" help:"method-td"`
	Conversion   string  `default:"sum" help:"conversion"`
	TruncatedRho float64 `default:"0" help:"truncated-rho"`
	Rho          string  `help:"rho-fixed"`
	NoConstant   bool    `help:"no-constant"`
	NonNegative  bool    `help:"non-negative"`
}

// disaggregate spreads a low-frequency series over higher-frequency periods with indicators.
func disaggregate(_ context.Context, e *Env, args []string) error {
	var flags disaggregateFlags
	if err := e.parse("disaggregate", &flags, args); err != nil {
		return err
	}
	if err := e.need("low", "indicator"); err != nil {
		return err
	}
	opt := temporal.Options{NoConstant: flags.NoConstant, RhoMin: flags.TruncatedRho, NonNegative: flags.NonNegative}
	var err error
	if opt.Method, err = oneOf("method", flags.Method, methods); err != nil {
		return err
	}
	if opt.Conversion, err = oneOf("conversion", flags.Conversion, conversions); err != nil {
		return err
	}
	if flags.Rho != "" {
		rho, err := floatFlag("rho", flags.Rho)
		if err != nil {
			return err
		}
		opt.Rho = &rho
	}
	low, err := e.lowFrequency(flags.Low, false)
	if err != nil {
		return err
	}
	if err := low.whole(); err != nil {
		return err
	}
	ind, err := e.seriesList(flags.Indicator)
	if err != nil {
		return err
	}
	y := low.values[0]
	if opt.Frequency, opt.Offset, err = align(low, ind); err != nil {
		return err
	}
	// Low-frequency periods that the indicator does not cover whole cannot be used; they are left out, and said so.
	dropped := 0
	for opt.Offset < 0 && len(y) > 0 {
		y, opt.Offset, dropped = y[1:], opt.Offset+opt.Frequency, dropped+1
	}
	for len(y) > 0 && opt.Offset+len(y)*opt.Frequency > len(ind.periods) {
		y, dropped = y[:len(y)-1], dropped+1
	}
	if len(y) == 0 {
		return fault.New("calc.no-overlap", "low", low.file, "high", ind.file)
	}
	opt.Names = ind.names
	r, err := temporal.Disaggregate(y, ind.values, opt)
	if err != nil {
		return err
	}
	notes := r.Warnings
	if dropped > 0 {
		notes = append(notes, fault.New("calc.left-out", "n", dropped, "file", low.file))
	}
	names := ind.names
	if !flags.NoConstant {
		names = append([]string{"constant"}, names...)
	}
	if e.explains() {
		fmt.Fprintln(e.Err, e.w("disaggregate.explain", "method", r.Method, "n", len(y), "f", opt.Frequency, "t", len(ind.periods)))
		fmt.Fprintf(e.Err, "ρ = %s   logL = %s   RSS = %s   σ² = %s (÷ %s)   R² = %s   DW = %s\n", text(r.Rho), text(r.LogL), text(r.RSS), text(r.Sigma2), text(r.Divisor), text(r.R2), text(r.DurbinWatson))
		for i, name := range names {
			fmt.Fprintf(e.Err, "β[%s] = %s (%s)\n", name, text(r.Beta[i]), text(r.BetaSE[i]))
		}
	}
	if e.json() {
		points := make([]object, len(r.Values))
		for i, v := range r.Values {
			points[i] = object{{"period", label(ind.periods[i])}, {"value", v}, {"se", r.SE[i]}}
			if r.Forecast[i] {
				points[i] = append(points[i], member{"forecast", true})
			}
		}
		return e.writeJSON(object{{"method", flags.Method}, {"used", string(r.Method)}, {"rho", r.Rho}, {"coefficients", byCode(names, r.Beta)}, {"stderr", byCode(names, r.BetaSE)},
			{"logLik", r.LogL}, {"rss", r.RSS}, {"sigma2", r.Sigma2}, {"divisor", r.Divisor}, {"r2", r.R2}, {"durbinWatson", r.DurbinWatson}, {"residuals", r.Residuals},
			{"exact", r.Exact}, {"binding", r.Binding}, {"notes", e.remarks(notes)}, {"series", points}})
	}
	e.warn(notes)
	rows := [][]string{{"period", "value", "se"}}
	for i, v := range r.Values {
		rows = append(rows, []string{label(ind.periods[i]), text(v), text(r.SE[i])})
	}
	return e.writeCSV(rows...)
}
