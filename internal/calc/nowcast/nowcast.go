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

// Run runs a state-space model: filter, smoother, forecasts, likelihood, and the news between two states of the data.
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
	var f modelFile
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return fault.New("calc.bad-file", "file", flags.Model, "reason", err.Error())
	}
	p, err := readPanel(e, flags.Data)
	if err != nil {
		return err
	}
	m, fit, err := f.model(flags.Model, p.Data)
	if err != nil {
		return err
	}
	if len(m.Each) > 0 && !e.Given("horizon") { // as far as there are matrices, unless more is asked for
		flags.Horizon = max(min(flags.Horizon, len(m.Each)-len(p.Values)), 0)
	}
	filtered, err := statespace.Filter(m, p.Data)
	if err != nil {
		return err
	}
	smoothed, err := filtered.Smooth()
	if err != nil {
		return err
	}
	forecast := &statespace.Forecasts{}
	if flags.Horizon > 0 {
		if forecast, err = statespace.Forecast(m, p.Data, flags.Horizon); err != nil {
			return err
		}
	}
	forecasts, rows := []command.Object{}, [][]string{{"period", "series", "value", "se", "kind"}}
	for t := range p.Values {
		for k, name := range p.names {
			rows = append(rows, []string{p.label(t), name, command.Number(smoothed.Signal[t][k]), command.Number(math.Sqrt(max(smoothed.SignalV[t][k], 0))), "smoothed"})
		}
	}
	for h := range forecast.Value {
		for k, name := range p.names {
			forecasts = append(forecasts, command.Object{{"period", p.label(len(p.labels) + h)}, {"series", name}, {"value", forecast.Value[h][k]}, {"se", forecast.SE[h][k]}})
			rows = append(rows, []string{p.label(len(p.labels) + h), name, command.Number(forecast.Value[h][k]), command.Number(forecast.SE[h][k]), "forecast"})
		}
	}
	out := command.Object{{"logLik", filtered.LogLik}, {"observed", filtered.Observed}, {"absorbed", filtered.Absorbed}, {"forecast", forecasts}}
	if fit != nil {
		out = append(out, command.Member{"variances", command.ByCode(f.parts(), fit.Variances)}, command.Member{"atZero", command.ByCode(f.parts(), fit.Zero)})
	}
	if flags.DataOld != "" {
		news, err := news(e, m, p, flags.DataOld, flags.TargetPeriod, flags.TargetSeries)
		if err != nil {
			return err
		}
		out = append(out, command.Member{"news", news})
	}
	e.Say("explain", "n", len(p.labels), "series", strings.Join(p.names, ", "), "states", len(m.T), "observed", filtered.Observed, "absorbed", filtered.Absorbed, "loglik", command.Number(filtered.LogLik))
	if fit != nil {
		e.Say("explain-fit", "variances", fmt.Sprint(fit.Variances))
	}
	if !e.JSON() {
		return e.WriteCSV(rows...)
	}
	points := []command.Object{}
	for t := range p.labels {
		points = append(points, command.Object{{"period", p.label(t)}, {"predicted", filtered.Predicted[t]}, {"predictedVariance", filtered.PredictedP[t]}, {"filtered", filtered.State[t]}, {"filteredVariance", filtered.StateP[t]},
			{"innovation", filtered.Innovation[t]}, {"innovationVariance", filtered.InnovationF[t]}, {"diffuse", filtered.Diffuse[t]},
			{"smoothed", smoothed.State[t]}, {"smoothedVariance", smoothed.StateP[t]}, {"signal", smoothed.Signal[t]}, {"signalVariance", smoothed.SignalV[t]}})
	}
	return e.WriteJSON(append(out, command.Member{"model", m}, command.Member{"names", p.names}, command.Member{"series", points}))
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
