package temporal

import (
	"context"
	"fmt"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

var conversions = []command.Choice[temporal.Conversion]{{"sum", temporal.Sum}, {"average", temporal.Average}, {"first", temporal.First}, {"last", temporal.Last}}

var methods = []command.Choice[temporal.Method]{
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

// Disaggregate spreads a low-frequency series over higher-frequency periods with indicators.
func Disaggregate(_ context.Context, e *command.Env, args []string) error {
	var flags disaggregateFlags
	if err := e.Parse("disaggregate", &flags, args); err != nil {
		return err
	}
	if err := e.Need("low", "indicator"); err != nil {
		return err
	}
	opt := temporal.Options{NoConstant: flags.NoConstant, RhoMin: flags.TruncatedRho, NonNegative: flags.NonNegative}
	var err error
	if opt.Method, err = command.OneOf("method", flags.Method, methods); err != nil {
		return err
	}
	if opt.Conversion, err = command.OneOf("conversion", flags.Conversion, conversions); err != nil {
		return err
	}
	if flags.Rho != "" {
		rho, err := command.Float("rho", flags.Rho)
		if err != nil {
			return err
		}
		opt.Rho = &rho
	}
	low, err := e.LowFrequency(flags.Low, false)
	if err != nil {
		return err
	}
	if err := low.Whole(); err != nil {
		return err
	}
	ind, err := e.SeriesList(flags.Indicator)
	if err != nil {
		return err
	}
	y := low.Values[0]
	if opt.Frequency, opt.Offset, err = command.Align(low, ind); err != nil {
		return err
	}
	// Low-frequency periods that the indicator does not cover whole cannot be used; they are left out, and said so.
	dropped := 0
	for opt.Offset < 0 && len(y) > 0 {
		y, opt.Offset, dropped = y[1:], opt.Offset+opt.Frequency, dropped+1
	}
	for len(y) > 0 && opt.Offset+len(y)*opt.Frequency > len(ind.Periods) {
		y, dropped = y[:len(y)-1], dropped+1
	}
	if len(y) == 0 {
		return fault.New("calc.no-overlap", "low", low.File, "high", ind.File)
	}
	opt.Names = ind.Names
	r, err := temporal.Disaggregate(y, ind.Values, opt)
	if err != nil {
		return err
	}
	notes := r.Warnings
	if dropped > 0 {
		notes = append(notes, fault.New("calc.left-out", "n", dropped, "file", low.File))
	}
	names := ind.Names
	if !flags.NoConstant {
		names = append([]string{"constant"}, names...)
	}
	if e.Explains() {
		fmt.Fprintln(e.Err, e.Word("disaggregate.explain", "method", r.Method, "n", len(y), "f", opt.Frequency, "t", len(ind.Periods)))
		fmt.Fprintf(e.Err, "ρ = %s   logL = %s   RSS = %s   σ² = %s (÷ %s)   R² = %s   DW = %s\n", command.Number(r.Rho), command.Number(r.LogL), command.Number(r.RSS), command.Number(r.Sigma2), command.Number(r.Divisor), command.Number(r.R2), command.Number(r.DurbinWatson))
		for i, name := range names {
			fmt.Fprintf(e.Err, "β[%s] = %s (%s)\n", name, command.Number(r.Beta[i]), command.Number(r.BetaSE[i]))
		}
	}
	if e.JSON() {
		points := make([]command.Object, len(r.Values))
		for i, v := range r.Values {
			points[i] = command.Object{{"period", command.Label(ind.Periods[i])}, {"value", v}, {"se", r.SE[i]}}
			if r.Forecast[i] {
				points[i] = append(points[i], command.Member{"forecast", true})
			}
		}
		return e.WriteJSON(command.Object{{"method", flags.Method}, {"used", string(r.Method)}, {"rho", r.Rho}, {"coefficients", command.ByCode(names, r.Beta)}, {"stderr", command.ByCode(names, r.BetaSE)},
			{"logLik", r.LogL}, {"rss", r.RSS}, {"sigma2", r.Sigma2}, {"divisor", r.Divisor}, {"r2", r.R2}, {"durbinWatson", r.DurbinWatson}, {"residuals", r.Residuals},
			{"exact", r.Exact}, {"binding", r.Binding}, {"notes", e.Remarks(notes)}, {"series", points}})
	}
	e.Warn(notes)
	rows := [][]string{{"period", "value", "se"}}
	for i, v := range r.Values {
		rows = append(rows, []string{command.Label(ind.Periods[i]), command.Number(v), command.Number(r.SE[i])})
	}
	return e.WriteCSV(rows...)
}
