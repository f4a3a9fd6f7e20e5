package calc

import (
	"context"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/seasonal"
	"nhipso/internal/stat"
)

var modes = []choice[seasonal.Mode]{{"additive", seasonal.Additive}, {"multiplicative", seasonal.Multiplicative}, {"log-additive", seasonal.LogAdditive}}

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
	Extend         bool   `help:"extend"`
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

// season takes the season out of a series. With missing values, regressors of the calendar, or --extend, the airline model prepares it.
func season(_ context.Context, e *Env, args []string) error {
	var flags seasonalFlags
	if err := e.parse("seasonal", &flags, args); err != nil {
		return err
	}
	if err := e.need("series"); err != nil {
		return err
	}
	opt := seasonal.Options{Trend: flags.Trend, Extend: flags.Extend, Always: flags.Always}
	var err error
	if opt.Method, err = mode(e, "method", flags.Method, []choice[seasonal.Method]{{"stl", seasonal.BySTL}, {"x11", seasonal.ByX11}}); err != nil {
		return err
	}
	if opt.Mode, err = oneOf("mode", flags.Mode, append(modes, choice[seasonal.Mode]{"", ""})); err != nil {
		return err
	}
	if opt.Seasonal, err = oneOf("filter", flags.Filter, []choice[seasonal.SeasonalFilter]{{"msr", seasonal.ByRatio}, {"3x3", seasonal.S3x3}, {"3x5", seasonal.S3x5}, {"3x9", seasonal.S3x9}, {"stable", seasonal.Stable}}); err != nil {
		return err
	}
	if opt.Low, opt.High, err = pair("sigma", flags.Sigma); err != nil {
		return err
	}
	if flags.Period < 0 || flags.Period == 1 {
		return fault.New("calc.bad-number", "flag", "--period", "given", flags.Period)
	}
	s, err := e.oneSeries(flags.Series, flags.Column)
	if err != nil {
		return err
	}
	own := 0 // periods a year that the labels tell
	if s.first != nil {
		own = s.first.Frequency().PerYear()
	}
	if opt.Period = flags.Period; opt.Period == 0 {
		opt.Period = own
	}
	switch {
	case opt.Period < 2:
		return e.missing("period")
	case own > 1 && own != opt.Period && opt.Method == seasonal.ByX11:
		return fault.New("seasonal.other-period", "given", opt.Period, "own", own).At(flags.Series, 0, "")
	case own == opt.Period:
		opt.First = s.first.Sub() - 1
	}
	if flags.Regressors != "" {
		if opt.Regressors, err = e.regressors(flags.Regressors, len(s.values)+opt.Period); err != nil {
			return err
		}
	}
	if flags.Tet != "" {
		before, after, err := pair("tet", flags.Tet)
		if err != nil {
			return err
		}
		if own < 2 || own != opt.Period {
			return fault.New("seasonal.tet-dates").At(flags.Series, 0, "")
		}
		x, err := seasonal.TetRegressor(s.first.Year(), opt.First, len(s.values)+opt.Period, opt.Period, int(before), int(after))
		if err != nil {
			return err
		}
		opt.Regressors = append(opt.Regressors, seasonal.Regressor{Name: "Tết", Values: x})
	}
	for i := range s.known {
		if !s.known[i] {
			opt.Known = s.known
		}
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
	return e.writeSeason(s, r, opt)
}

// loess makes the parameters of STL for a series of n values; what is not given is by default.
func (f *seasonalFlags) loess(n, period, trend int) (*seasonal.STLOptions, error) {
	width := 0
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
func (e *Env) regressors(file string, n int) ([]seasonal.Regressor, error) {
	s, err := e.series(file)
	if err != nil {
		return nil, err
	}
	if len(s.periods) != n {
		return nil, fault.New("calc.length", "file", file, "got", len(s.periods), "want", n, "of", "--series")
	}
	var out []seasonal.Regressor
	for i, name := range s.names {
		out = append(out, seasonal.Regressor{Name: name, Values: s.values[i]})
	}
	return out, nil
}

func (e *Env) writeSeason(s *oneSeries, r *seasonal.Adjusted, opt seasonal.Options) error {
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
	e.say("explain", "method", opt.Method, "n", len(data), "period", opt.Period, "mode", r.Mode)
	if x := r.X11; x != nil {
		e.say("explain-x11", "filter", x.Filter, "ratio", text(x.Ratio), "henderson", x.Length, "ic", text(x.IC))
	}
	e.say("explain-tests", "f", text(t.F), "h", text(t.H), "moving", text(t.Moving), "m7", text(t.M7), "verdict", t.Verdict)
	if e.json() {
		points := make([]object, len(data))
		for i, v := range data {
			points[i] = object{{"period", s.labels[i]}, {"value", v}, {"seasonal", r.Seasonal[i]}, {"trend", r.Trend[i]}, {"remainder", r.Irregular[i]}, {"adjusted", r.Adjusted[i]}}
			if r.Calendar != nil {
				points[i] = append(points[i], member{"calendar", r.Calendar[i]})
			}
		}
		out := object{{"method", string(opt.Method)}, {"mode", string(r.Mode)}, {"period", opt.Period}, {"series", points},
			{"seasonal", r.Seasonal}, {"trend", r.Trend}, {"remainder", r.Irregular}, {"adjusted", r.Decomposition.Adjusted}, {"weights", r.Weights},
			{"tests", object{{"verdict", string(t.Verdict)}, {"F", t.F}, {"pF", t.FP}, {"H", t.H}, {"pH", t.HP}, {"moving", t.Moving}, {"pMoving", t.MovingP}, {"M7", t.M7}}},
			{"short", r.Short}, {"unchanged", r.Unchanged}}
		if x := r.X11; x != nil {
			out = append(out, member{"x11", object{{"filter", string(x.Filter)}, {"ratio", x.Ratio}, {"henderson", x.Length}, {"ic", x.IC}, {"unstable", x.Unstable}, {"si", x.SI}}})
		}
		if m := r.Model; m != nil {
			out = append(out, member{"airline", object{{"theta", m.Theta}, {"seasonalTheta", m.SeasonalTheta}, {"boundary", m.Boundary}, {"variance", m.Variance}, {"beta", m.Beta}, {"betaSE", m.BetaSE},
				{"logLik", m.LogLik}, {"aicc", m.AICC}, {"Q", m.Q}, {"pQ", m.QP}, {"forecast", m.Forecast}, {"low", m.Low}, {"high", m.High}}})
		}
		return e.writeJSON(append(out, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	return e.writeCSV(columns([]string{"period", "value", "seasonal", "trend", "remainder", "adjusted"}, s.labels, texts(data), texts(r.Seasonal), texts(r.Trend), texts(r.Irregular), texts(r.Decomposition.Adjusted))...)
}

// oneSeries is a column of values with a label for each.
type oneSeries struct {
	labels []string
	values []float64
	known  []bool
	first  *stat.Period // nil where the labels are no periods
}

// oneSeries reads one column of values. Its first column may be periods, or mere numbers 1, 2, 3 … in order, or there may be none. Of several
// columns the one named is taken, else the one called value.
func (e *Env) oneSeries(file, column string) (*oneSeries, error) {
	c, err := e.cells(file)
	if err != nil {
		return nil, err
	}
	t := &sheet{cells: c, head: c.rows[0], data: 1}
	if !c.words(c.rows[0][1:]) && (len(c.rows[0]) > 1 || c.numeric(c.rows[0][0])) {
		t.data, t.head = 0, make([]string, len(c.rows[0]))
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	if t.len() == 0 {
		return nil, fault.New("calc.empty", "file", file)
	}
	at := len(t.head) - 1
	switch {
	case column != "":
		if at, err = t.column(column); err != nil {
			return nil, err
		}
	case len(t.head) > 2:
		if at, err = t.column("value", "giá trị", "obs_value"); err != nil {
			return nil, fault.New("calc.one-series", "file", file)
		}
	}
	out := &oneSeries{}
	for i := range t.len() {
		v, known, err := t.value(i, at)
		if err != nil {
			return nil, err
		}
		out.values, out.known = append(out.values, v), append(out.known, known)
	}
	dated := len(t.head) > 1 && at > 0
	var last stat.Period
	for i := range out.values {
		if !dated {
			out.labels = append(out.labels, strconv.Itoa(i+1))
			continue
		}
		label := t.text(i, 0)
		p, err := period(label)
		count, bad := strconv.Atoi(label)
		switch {
		case i == 0 && err == nil:
			out.first = &p
		case i == 0 && bad != nil, out.first != nil && err != nil:
			return nil, fault.New("stat.bad-period", "text", label).At(file, t.line(i), t.head[0])
		case out.first != nil && last.Next() != p:
			return nil, fault.New("calc.gap", "before", last.String(), "after", p.String()).At(file, t.line(i), t.head[0])
		case out.first == nil && i > 0:
			if before, _ := strconv.Atoi(t.text(i-1, 0)); bad != nil || count != before+1 {
				return nil, fault.New("calc.gap", "before", t.text(i-1, 0), "after", label).At(file, t.line(i), t.head[0])
			}
		}
		last = p
		out.labels = append(out.labels, label)
	}
	return out, nil
}
