// Package seasonal is the calculation seasonal: the season taken out of a series.
package seasonal

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/seasonal"
	"nhipso/internal/stat"
)

var modes = []command.Choice[seasonal.Mode]{{"additive", seasonal.Additive}, {"multiplicative", seasonal.Multiplicative}, {"log-additive", seasonal.LogAdditive}}

// seasonalFlags are the flags of seasonal.
type seasonalFlags struct {
	Series         string `help:"series"`
	Column         string `help:"column"`
	Method         string `default:"stl" help:"method-season"`
	Period         int    `default:"0" help:"period"`
	Mode           string `help:"mode"`
	Filter         string `default:"msr" help:"filter" method:"x11"`
	Trend          int    `default:"0" help:"trend"`
	Sigma          string `default:"1.5,2.5" help:"sigma" method:"x11"`
	Regressors     string `help:"regressors"`
	Tet            string `help:"tet"`
	Extend         bool   `help:"extend" method:"x11"`
	Always         bool   `help:"always"`
	Window         string `default:"periodic" help:"window" method:"stl"`
	Periodic       bool   `help:"periodic" method:"stl"`
	Lowpass        int    `default:"0" help:"lowpass" method:"stl"`
	Robust         bool   `help:"robust" method:"stl"`
	Inner          int    `default:"0" help:"inner" method:"stl"`
	Outer          int    `default:"-1" help:"outer" method:"stl"`
	SeasonalDegree int    `default:"0" help:"seasonal-degree" method:"stl"`
	SeasonalJump   int    `default:"0" help:"seasonal-jump" method:"stl"`
	TrendDegree    int    `default:"1" help:"trend-degree" method:"stl"`
	TrendJump      int    `default:"0" help:"trend-jump" method:"stl"`
	LowpassDegree  int    `default:"1" help:"lowpass-degree" method:"stl"`
	LowpassJump    int    `default:"0" help:"lowpass-jump" method:"stl"`
}

// Run takes the season out of a series. With missing values, regressors of the calendar, or --extend, the airline model prepares it.
func Run(_ context.Context, e *command.Env, args []string) error {
	var flags seasonalFlags
	if err := e.Parse("seasonal", &flags, args); err != nil {
		return err
	}
	if err := e.Need("series"); err != nil {
		return err
	}
	opt, err := flags.options(e)
	if err != nil {
		return err
	}
	s, err := readOneSeries(e, flags.Series, flags.Column)
	if err != nil {
		return err
	}
	if err := flags.calendar(e, s, &opt); err != nil {
		return err
	}
	if slices.Contains(s.known, false) {
		opt.Known = s.known
	}
	if opt.Method == seasonal.BySTL {
		if opt.STL, err = flags.loess(len(s.values), opt.Period, opt.Trend); err != nil {
			return err
		}
	}
	r, err := seasonal.Adjust(s.values, opt)
	if err != nil {
		return err
	}
	if r.Model == nil {
		r.Calendar = nil
	}
	return writeSeason(e, s, r, opt)
}

// options makes those that do not depend on the series.
func (f *seasonalFlags) options(e *command.Env) (opt seasonal.Options, err error) {
	opt = seasonal.Options{Trend: f.Trend, Extend: f.Extend, Always: f.Always}
	if opt.Method, err = command.Mode(e, "method", f.Method, []command.Choice[seasonal.Method]{{"stl", seasonal.BySTL}, {"x11", seasonal.ByX11}}); err != nil {
		return opt, err
	}
	if opt.Mode, err = command.OneOf("mode", f.Mode, append(modes, command.Choice[seasonal.Mode]{"", ""})); err != nil {
		return opt, err
	}
	if opt.Seasonal, err = command.OneOf("filter", f.Filter, []command.Choice[seasonal.SeasonalFilter]{{"msr", seasonal.ByRatio}, {"3x3", seasonal.S3x3}, {"3x5", seasonal.S3x5}, {"3x9", seasonal.S3x9}, {"stable", seasonal.Stable}}); err != nil {
		return opt, err
	}
	if opt.Low, opt.High, err = pair("sigma", f.Sigma); err != nil {
		return opt, err
	}
	if f.Period < 0 || f.Period == 1 {
		return opt, fault.New("calc.bad-number", "flag", "--period", "given", f.Period)
	}
	return opt, nil
}

// calendar says how long a year is, where in it the series begins, and what of the calendar bears on it.
func (f *seasonalFlags) calendar(e *command.Env, s *oneSeries, opt *seasonal.Options) (err error) {
	own := 0 // periods a year that the labels tell
	if s.first != nil {
		own = s.first.Frequency().PerYear()
	}
	if opt.Period = f.Period; opt.Period == 0 {
		opt.Period = own
	}
	switch {
	case opt.Period < 2:
		return e.Missing("period")
	case own > 1 && own != opt.Period && opt.Method == seasonal.ByX11:
		return fault.New("seasonal.other-period", "given", opt.Period, "own", own).At(f.Series, 0, "")
	case own == opt.Period:
		opt.First = s.first.Sub() - 1
	}
	if f.Regressors != "" {
		if opt.Regressors, err = regressors(e, f.Regressors, len(s.values)+opt.Period); err != nil {
			return err
		}
	}
	if f.Tet == "" {
		return nil
	}
	before, after, err := pair("tet", f.Tet)
	if err != nil {
		return err
	}
	if own < 2 || own != opt.Period {
		return fault.New("seasonal.tet-dates").At(f.Series, 0, "")
	}
	x, err := seasonal.TetRegressor(s.first.Year(), opt.First, len(s.values)+opt.Period, opt.Period, int(before), int(after))
	if err != nil {
		return err
	}
	opt.Regressors = append(opt.Regressors, seasonal.Regressor{Name: "Tết", Values: x})
	return nil
}

// loess makes the parameters of STL for a series of n values; what is not given is by default.
func (f *seasonalFlags) loess(n, period, trend int) (*seasonal.STLOptions, error) {
	width := 0
	if f.Periodic && f.Window != "periodic" {
		return nil, fault.New("calc.not-together", "flag", "--periodic", "other", "--window")
	}
	if f.Window != "periodic" && !f.Periodic {
		var err error
		if width, err = strconv.Atoi(f.Window); err != nil || width < 0 {
			return nil, fault.New("calc.bad-number", "flag", "--window", "given", f.Window)
		}
	}
	opt := seasonal.STLDefaults(n, period, width, f.Robust)
	for _, x := range []struct {
		of                   *seasonal.Loess
		window, degree, jump int
	}{{&opt.Seasonal, 0, f.SeasonalDegree, f.SeasonalJump}, {&opt.Trend, trend, f.TrendDegree, f.TrendJump}, {&opt.Lowpass, f.Lowpass, f.LowpassDegree, f.LowpassJump}} {
		if x.window != 0 {
			x.of.Window, x.of.Jump = x.window, (x.window+9)/10
		}
		x.of.Degree = x.degree
		if x.jump != 0 {
			x.of.Jump = x.jump
		}
	}
	if f.Inner != 0 {
		opt.Inner = f.Inner
	}
	if f.Outer >= 0 {
		opt.Outer = f.Outer
	}
	return &opt, nil
}

// pair reads two numbers with a comma between.
func pair(name, given string) (a, b float64, err error) {
	left, right, _ := strings.Cut(given, ",")
	if a, err = strconv.ParseFloat(strings.TrimSpace(left), 64); err == nil {
		b, err = strconv.ParseFloat(strings.TrimSpace(right), 64)
	}
	if err != nil {
		return 0, 0, fault.New("calc.bad-number", "flag", "--"+name, "given", given)
	}
	return a, b, nil
}

// regressors reads one column a variable of the calendar, for every observation and a year of forecasts.
func regressors(e *command.Env, file string, n int) ([]seasonal.Regressor, error) {
	s, err := e.Series(file)
	if err != nil {
		return nil, err
	}
	if len(s.Periods) != n {
		return nil, fault.New("calc.length", "file", file, "got", len(s.Periods), "want", n, "of", "--series")
	}
	var out []seasonal.Regressor
	for i, name := range s.Names {
		out = append(out, seasonal.Regressor{Name: name, Values: s.Values[i]})
	}
	return out, nil
}

func writeSeason(e *command.Env, s *oneSeries, r *seasonal.Adjusted, opt seasonal.Options) error {
	var notes []*fault.Error
	if r.Short {
		notes = append(notes, fault.New("calc.short-season", "n", len(s.values)/opt.Period))
	}
	switch {
	case r.Unchanged:
		notes = append(notes, fault.New("calc.no-season"))
	case r.Tests.Verdict == seasonal.Absent || r.Tests.Verdict == seasonal.Doubtful:
		notes = append(notes, fault.New("calc.weak-season", "verdict", string(r.Tests.Verdict)))
	}
	data := append([]float64(nil), s.values...)
	for _, k := range r.Filled {
		if r.Model != nil {
			data[k] = r.Model.Complete[k]
		}
		notes = append(notes, fault.New("calc.filled", "period", s.labels[k]))
	}
	t := r.Tests
	e.Say("explain", "method", opt.Method, "n", len(data), "period", opt.Period, "mode", r.Mode)
	if x := r.X11; x != nil {
		e.Say("explain-x11", "filter", x.Filter, "ratio", command.Number(x.Ratio), "henderson", x.Length, "ic", command.Number(x.IC))
	}
	e.Say("explain-tests", "f", command.Number(t.F), "h", command.Number(t.H), "moving", command.Number(t.Moving), "m7", command.Number(t.M7), "verdict", t.Verdict)
	if e.JSON() {
		points := make([]command.Object, len(data))
		for i, v := range data {
			points[i] = command.Object{{"period", s.labels[i]}, {"value", v}, {"seasonal", r.Seasonal[i]}, {"trend", r.Trend[i]}, {"remainder", r.Irregular[i]}, {"adjusted", r.Adjusted[i]}}
			if r.Calendar != nil {
				points[i] = append(points[i], command.Member{"calendar", r.Calendar[i]})
			}
		}
		out := command.Object{{"method", string(opt.Method)}, {"mode", string(r.Mode)}, {"period", opt.Period}, {"series", points},
			{"seasonal", r.Seasonal}, {"trend", r.Trend}, {"remainder", r.Irregular}, {"adjusted", r.Decomposition.Adjusted}, {"weights", r.Weights},
			{"tests", command.Object{{"verdict", string(t.Verdict)}, {"F", t.F}, {"pF", t.FP}, {"H", t.H}, {"pH", t.HP}, {"moving", t.Moving}, {"pMoving", t.MovingP}, {"M7", t.M7}}},
			{"short", r.Short}, {"unchanged", r.Unchanged}}
		if x := r.X11; x != nil {
			out = append(out, command.Member{"x11", command.Object{{"filter", string(x.Filter)}, {"ratio", x.Ratio}, {"henderson", x.Length}, {"ic", x.IC}, {"unstable", x.Unstable}, {"si", x.SI}}})
		}
		if m := r.Model; m != nil {
			out = append(out, command.Member{"airline", command.Object{{"theta", m.Theta}, {"seasonalTheta", m.SeasonalTheta}, {"boundary", m.Boundary}, {"variance", m.Variance}, {"beta", m.Beta}, {"betaSE", m.BetaSE},
				{"logLik", m.LogLik}, {"aicc", m.AICC}, {"Q", m.Q}, {"pQ", m.QP}, {"forecast", m.Forecast}, {"low", m.Low}, {"high", m.High}}})
		}
		return e.WriteJSON(append(out, command.Member{"notes", e.Remarks(notes)}))
	}
	e.Warn(notes)
	return e.WriteCSV(command.Columns([]string{"period", "value", "seasonal", "trend", "remainder", "adjusted"}, s.labels, command.Numbers(data), command.Numbers(r.Seasonal), command.Numbers(r.Trend), command.Numbers(r.Irregular), command.Numbers(r.Decomposition.Adjusted))...)
}

// oneSeries is a column of values with a label for each.
type oneSeries struct {
	labels []string
	values []float64
	known  []bool
	first  *stat.Period // nil where the labels are no periods
}

// readOneSeries reads one column of values. Its first column may be periods, or mere numbers 1, 2, 3 … in order, or there may be none. Of several
// columns the one named is taken, else the one called value.
func readOneSeries(e *command.Env, file, column string) (*oneSeries, error) {
	c, err := e.Cells(file)
	if err != nil {
		return nil, err
	}
	t := &command.Sheet{Cells: c, Head: c.Rows[0], Data: 1}
	if !c.Words(c.Rows[0][1:]) && (len(c.Rows[0]) > 1 || c.Numeric(c.Rows[0][0])) {
		t.Data, t.Head = 0, make([]string, len(c.Rows[0]))
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if t.Len() == 0 {
		return nil, fault.New("calc.empty", "file", file)
	}
	at := len(t.Head) - 1
	switch {
	case column != "":
		if at, err = t.Column(column); err != nil {
			return nil, err
		}
	case len(t.Head) > 2:
		if at, err = t.Column("value", "giá trị", "obs_value"); err != nil {
			return nil, fault.New("calc.one-series", "file", file)
		}
	}
	out := &oneSeries{}
	for i := range t.Len() {
		v, known, err := t.Value(i, at)
		if err != nil {
			return nil, err
		}
		out.values, out.known = append(out.values, v), append(out.known, known)
		out.labels = append(out.labels, strconv.Itoa(i+1))
	}
	if len(t.Head) > 1 && at > 0 {
		return out, out.date(t)
	}
	return out, nil
}

// date takes the labels of the first column: periods, or numbers, one after the other.
func (s *oneSeries) date(t *command.Sheet) error {
	var last stat.Period
	for i := range s.labels {
		label := t.Text(i, 0)
		p, err := command.Period(label)
		count, bad := strconv.Atoi(label)
		switch {
		case i == 0 && err == nil:
			s.first = &p
		case i == 0 && bad != nil, s.first != nil && err != nil:
			return fault.New("stat.bad-period", "text", label).At(t.Name, t.Line(i), t.Head[0])
		case s.first != nil && last.Next() != p:
			return fault.New("calc.gap", "before", last.String(), "after", p.String()).At(t.Name, t.Line(i), t.Head[0])
		case s.first == nil && i > 0:
			if before, _ := strconv.Atoi(t.Text(i-1, 0)); bad != nil || count != before+1 {
				return fault.New("calc.gap", "before", t.Text(i-1, 0), "after", label).At(t.Name, t.Line(i), t.Head[0])
			}
		}
		last = p
		s.labels[i] = label
	}
	return nil
}
