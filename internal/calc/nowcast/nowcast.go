// Package nowcast is the calculation nowcast: state-space models and bridge equations on data with a ragged edge.
package nowcast

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/statespace"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
)

// panel is data as the state-space room takes it, with names.
type panel struct {
	statespace.Data
	file   string
	labels []string
	last   *stat.Period
	names  []string
}

// readPanel reads period,series[,series…] with gaps, or bare columns of numbers.
func readPanel(e *command.Env, file string) (*panel, error) {
	c, err := e.Cells(file)
	if err != nil {
		return nil, err
	}
	p := &panel{file: file}
	width, from := 0, 0
	for _, r := range c.Rows {
		width = max(width, len(r))
	}
	head := c.Words(c.Rows[0][min(1, width-1):]) || width == 1 && c.Words(c.Rows[0])
	first := 0
	if head {
		first = 1
	}
	if len(c.Rows) <= first {
		return nil, fault.New("calc.empty", "file", file)
	}
	if width > 1 {
		from = 1
	}
	t := &command.Sheet{Cells: c, Head: make([]string, width), Data: first}
	for j := range t.Head {
		t.Head[j] = tabular.Letters(j)
		if head && j < len(c.Rows[0]) && c.Rows[0][j] != "" {
			t.Head[j] = c.Rows[0][j]
		}
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	p.names = t.Head[from:]
	var last stat.Period
	for i := range t.Len() {
		if from == 0 {
			p.labels = append(p.labels, strconv.Itoa(i+1))
		} else {
			q, err := command.Period(t.Text(i, 0))
			if err != nil {
				if _, bad := strconv.Atoi(t.Text(i, 0)); bad != nil || p.last != nil {
					return nil, command.At(err, file, t.Line(i), t.Head[0])
				}
				if i > 0 {
					before, _ := strconv.Atoi(p.labels[i-1])
					if now, _ := strconv.Atoi(t.Text(i, 0)); now != before+1 {
						return nil, fault.New("calc.gap", "before", p.labels[i-1], "after", t.Text(i, 0)).At(file, t.Line(i), t.Head[0])
					}
				}
				p.labels = append(p.labels, t.Text(i, 0))
			} else {
				if i > 0 && (p.last == nil || last.Next() != q) {
					return nil, fault.New("calc.gap", "before", p.labels[i-1], "after", q.String()).At(file, t.Line(i), t.Head[0])
				}
				last = q
				p.last = &last
				p.labels = append(p.labels, command.Label(q))
			}
		}
		row, known := make([]float64, len(p.names)), make([]bool, len(p.names))
		for k := range p.names {
			if row[k], known[k], err = t.Value(i, from+k); err != nil {
				return nil, err
			}
		}
		p.Values, p.Known = append(p.Values, row), append(p.Known, known)
	}
	return p, nil
}

// label names a period, also one after the data.
func (p *panel) label(t int) string {
	n := len(p.labels)
	switch {
	case t < n:
		return p.labels[t]
	case p.last != nil:
		return command.Label(p.last.Add(t - n + 1))
	}
	before, err := strconv.Atoi(p.labels[n-1])
	if err != nil {
		before = n
	}
	return strconv.Itoa(before + t - n + 1)
}

// nowcastFlags are the flags of nowcast.
type nowcastFlags struct {
	Model        string `help:"model"`
	Data         string `help:"data-nowcast"`
	DataOld      string `help:"data-old"`
	Indicator    string `help:"indicator-bridge"`
	Horizon      int    `default:"3" help:"horizon"`
	TargetPeriod string `help:"target-period"`
	TargetSeries string `help:"target-series"`
}

// Run runs a model on data with a ragged edge: a bridge equation, or a state-space model with its filter, smoother, forecasts, likelihood and
// the news between two states of the data.
func Run(_ context.Context, e *command.Env, args []string) error {
	var flags nowcastFlags
	if err := e.Parse("nowcast", &flags, args); err != nil {
		return err
	}
	if err := e.Need("model", "data"); err != nil {
		return err
	}
	if flags.Horizon < 0 || flags.Horizon > 10000 {
		return fault.New("calc.bad-number", "flag", "--horizon", "given", flags.Horizon)
	}
	b, err := e.Bytes(flags.Model)
	if err != nil {
		return err
	}
	var kind struct{ Model string }
	if json.Unmarshal(b, &kind) == nil && strings.EqualFold(kind.Model, "bridge") {
		return bridge(e, flags.Model, b, flags.Data, flags.Indicator, flags.Horizon)
	}
	if err := e.NoEffect("state space", "indicator"); err != nil {
		return err
	}
	if flags.DataOld == "" && (flags.TargetPeriod != "" || flags.TargetSeries != "") { // of the news between two states of the data
		return e.Missing("data-old")
	}
	r := &stateSpace{nowcastFlags: flags, e: e}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r.file); err != nil {
		return fault.New("calc.bad-file", "file", flags.Model, "reason", err.Error())
	}
	if err := r.estimate(); err != nil {
		return err
	}
	return r.write()
}

// stateSpace is a state-space model with what it gives for the data.
type stateSpace struct {
	nowcastFlags
	e        *command.Env
	file     modelFile
	panel    *panel
	model    statespace.Model
	fit      *statespace.Fit // nil where nothing had to be estimated
	filtered *statespace.Filtered
	smoothed *statespace.Smoothed
	forecast *statespace.Forecasts
}

// estimate reads the data and runs the model on them.
func (r *stateSpace) estimate() (err error) {
	if r.panel, err = readPanel(r.e, r.Data); err != nil {
		return err
	}
	p := r.panel
	if r.model, r.fit, err = r.file.model(r.Model, p.Data); err != nil {
		return err
	}
	if len(r.model.Each) > 0 && !r.e.Given("horizon") { // as far as there are matrices, unless more is asked for
		r.Horizon = max(min(r.Horizon, len(r.model.Each)-len(p.Values)), 0)
	}
	if r.filtered, err = statespace.Filter(r.model, p.Data); err != nil {
		return err
	}
	if r.smoothed, err = r.filtered.Smooth(); err != nil {
		return err
	}
	r.forecast = &statespace.Forecasts{}
	if r.Horizon > 0 {
		r.forecast, err = statespace.Forecast(r.model, p.Data, r.Horizon)
	}
	return err
}

func (r *stateSpace) write() error {
	p, f, parts := r.panel, r.filtered, r.file.parts()
	forecasts, rows := r.tables()
	out := command.Object{{"logLik", f.LogLik}, {"observed", f.Observed}, {"absorbed", f.Absorbed}, {"forecast", forecasts}}
	if r.fit != nil {
		out = append(out, command.Member{"variances", command.ByCode(parts, r.fit.Variances)}, command.Member{"atZero", command.ByCode(parts, r.fit.Zero)})
	}
	if r.DataOld != "" {
		news, err := news(r.e, r.model, p, r.DataOld, r.TargetPeriod, r.TargetSeries)
		if err != nil {
			return err
		}
		out = append(out, command.Member{"news", news})
	}
	r.e.Say("explain", "n", len(p.labels), "series", strings.Join(p.names, ", "), "states", len(r.model.T), "observed", f.Observed, "absorbed", f.Absorbed, "loglik", command.Number(f.LogLik))
	if r.fit != nil {
		r.e.Say("explain-fit", "variances", fmt.Sprint(r.fit.Variances))
	}
	if !r.e.JSON() {
		return r.e.WriteCSV(rows...)
	}
	points := []command.Object{}
	for t := range p.labels {
		points = append(points, command.Object{{"period", p.label(t)}, {"predicted", f.Predicted[t]}, {"predictedVariance", f.PredictedP[t]}, {"filtered", f.State[t]}, {"filteredVariance", f.StateP[t]},
			{"innovation", f.Innovation[t]}, {"innovationVariance", f.InnovationF[t]}, {"diffuse", f.Diffuse[t]},
			{"smoothed", r.smoothed.State[t]}, {"smoothedVariance", r.smoothed.StateP[t]}, {"signal", r.smoothed.Signal[t]}, {"signalVariance", r.smoothed.SignalV[t]}})
	}
	return r.e.WriteJSON(append(out, command.Member{"model", r.model}, command.Member{"names", p.names}, command.Member{"series", points}))
}

// tables gives the forecasts, and as CSV what was smoothed with them.
func (r *stateSpace) tables() (forecasts []command.Object, rows [][]string) {
	p := r.panel
	forecasts, rows = []command.Object{}, [][]string{{"period", "series", "value", "se", "kind"}}
	for t := range p.Values {
		for k, name := range p.names {
			rows = append(rows, []string{p.label(t), name, command.Number(r.smoothed.Signal[t][k]), command.Number(math.Sqrt(max(r.smoothed.SignalV[t][k], 0))), "smoothed"})
		}
	}
	for h, values := range r.forecast.Value {
		period := p.label(len(p.labels) + h)
		for k, name := range p.names {
			forecasts = append(forecasts, command.Object{{"period", period}, {"series", name}, {"value", values[k]}, {"se", r.forecast.SE[h][k]}})
			rows = append(rows, []string{period, name, command.Number(values[k]), command.Number(r.forecast.SE[h][k]), "forecast"})
		}
	}
	return forecasts, rows
}

// news explains the revision of the nowcast of one period of one series between two states of the data: by default the first series in the
// period after its last observation in the older data.
func news(e *command.Env, m statespace.Model, p *panel, old, targetPeriod, targetSeries string) (command.Object, error) {
	before, err := readPanel(e, old)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(before.names, p.names) || before.label(0) != p.label(0) || len(before.labels) > len(p.labels) {
		return nil, fault.New("calc.other-panel", "old", old, "new", p.file)
	}
	target := statespace.Target{}
	if targetSeries != "" {
		if target.Series = slices.Index(p.names, targetSeries); target.Series < 0 {
			return nil, fault.New("calc.no-series", "name", targetSeries, "file", p.file)
		}
	}
	for t := range before.Known {
		if before.Known[t][target.Series] {
			target.Period = t + 1
		}
	}
	if targetPeriod != "" {
		target.Period = -1
		want := targetPeriod
		if q, err := command.Period(want); err == nil {
			want = command.Label(q)
		}
		for t := range len(p.labels) + 400 {
			if p.label(t) == want {
				target.Period = t
				break
			}
		}
		if target.Period < 0 {
			return nil, fault.New("calc.no-period", "period", targetPeriod, "file", p.file)
		}
	}
	n, err := statespace.Decompose(m, before.Data, p.Data, target)
	if err != nil {
		return nil, err
	}
	releases := []command.Object{}
	for _, r := range n.Releases {
		releases = append(releases, command.Object{{"period", p.label(r.Period)}, {"series", p.names[r.Series]}, {"expected", r.Expected}, {"released", r.Released}, {"weight", r.Weight},
			{"contribution", r.Contribution}, {"revised", r.Revised}})
		e.Say("explain-news", "period", p.label(r.Period), "series", p.names[r.Series], "expected", command.Number(r.Expected), "released", command.Number(r.Released), "weight", command.Number(r.Weight), "contribution", command.Number(r.Contribution))
	}
	e.Say("explain-revision", "period", p.label(target.Period), "series", p.names[target.Series], "before", command.Number(n.Before), "after", command.Number(n.After))
	return command.Object{{"period", p.label(target.Period)}, {"series", p.names[target.Series]}, {"before", n.Before}, {"after", n.After}, {"revision", n.After - n.Before},
		{"releases", releases}, {"bySeries", command.ByCode(p.names, n.BySeries)}, {"unexplained", n.Unexplained}}, nil
}
