package calc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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

// panel reads period,series[,series…] with gaps, or bare columns of numbers.
func (e *Env) panel(file string) (*panel, error) {
	c, err := e.cells(file)
	if err != nil {
		return nil, err
	}
	p := &panel{file: file}
	width, from := 0, 0
	for _, r := range c.rows {
		width = max(width, len(r))
	}
	head := c.words(c.rows[0][min(1, width-1):]) || width == 1 && c.words(c.rows[0])
	first := 0
	if head {
		first = 1
	}
	if len(c.rows) <= first {
		return nil, fault.New("calc.empty", "file", file)
	}
	if width > 1 {
		from = 1
	}
	t := &sheet{cells: c, head: make([]string, width), data: first}
	for j := range t.head {
		t.head[j] = tabular.Letters(j)
		if head && j < len(c.rows[0]) && c.rows[0][j] != "" {
			t.head[j] = c.rows[0][j]
		}
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	p.names = t.head[from:]
	var last stat.Period
	for i := range t.len() {
		if from == 0 {
			p.labels = append(p.labels, strconv.Itoa(i+1))
		} else {
			q, err := period(t.text(i, 0))
			if err != nil {
				if _, bad := strconv.Atoi(t.text(i, 0)); bad != nil || p.last != nil {
					return nil, err.(*fault.Error).At(file, t.line(i), t.head[0])
				}
				if i > 0 {
					before, _ := strconv.Atoi(p.labels[i-1])
					if now, _ := strconv.Atoi(t.text(i, 0)); now != before+1 {
						return nil, fault.New("calc.gap", "before", p.labels[i-1], "after", t.text(i, 0)).At(file, t.line(i), t.head[0])
					}
				}
				p.labels = append(p.labels, t.text(i, 0))
			} else {
				if i > 0 && (p.last == nil || last.Next() != q) {
					return nil, fault.New("calc.gap", "before", p.labels[i-1], "after", q.String()).At(file, t.line(i), t.head[0])
				}
				last = q
				p.last = &last
				p.labels = append(p.labels, label(q))
			}
		}
		row, known := make([]float64, len(p.names)), make([]bool, len(p.names))
		for k := range p.names {
			if row[k], known[k], err = t.value(i, from+k); err != nil {
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
		return label(p.last.Add(t - n + 1))
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

// nowcast runs a state-space model: filter, smoother, forecasts, likelihood, and the news between two states of the data.
func nowcast(_ context.Context, e *Env, args []string) error {
	var flags nowcastFlags
	if err := e.parse("nowcast", &flags, args); err != nil {
		return err
	}
	if err := e.need("model", "data"); err != nil {
		return err
	}
	if flags.Horizon < 0 || flags.Horizon > 10000 {
		return fault.New("calc.bad-number", "flag", "--horizon", "given", flags.Horizon)
	}
	b, err := e.bytesOf(flags.Model)
	if err != nil {
		return err
	}
	var kind struct{ Model string }
	if json.Unmarshal(b, &kind) == nil && strings.EqualFold(kind.Model, "bridge") {
		return e.bridge(flags.Model, b, flags.Data, flags.Indicator, flags.Horizon)
	}
	if err := e.noEffect("state space", "indicator"); err != nil {
		return err
	}
	if flags.DataOld == "" && (flags.TargetPeriod != "" || flags.TargetSeries != "") { // of the news between two states of the data
		return e.missing("data-old")
	}
	var f modelFile
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return fault.New("calc.bad-file", "file", flags.Model, "reason", err.Error())
	}
	p, err := e.panel(flags.Data)
	if err != nil {
		return err
	}
	m, fit, err := f.model(flags.Model, p.Data)
	if err != nil {
		return err
	}
	if len(m.Each) > 0 && !e.given("horizon") { // as far as there are matrices, unless more is asked for
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
	forecasts, rows := []object{}, [][]string{{"period", "series", "value", "se", "kind"}}
	for t := range p.Values {
		for k, name := range p.names {
			rows = append(rows, []string{p.label(t), name, text(smoothed.Signal[t][k]), text(math.Sqrt(max(smoothed.SignalV[t][k], 0))), "smoothed"})
		}
	}
	for h := range forecast.Value {
		for k, name := range p.names {
			forecasts = append(forecasts, object{{"period", p.label(len(p.labels) + h)}, {"series", name}, {"value", forecast.Value[h][k]}, {"se", forecast.SE[h][k]}})
			rows = append(rows, []string{p.label(len(p.labels) + h), name, text(forecast.Value[h][k]), text(forecast.SE[h][k]), "forecast"})
		}
	}
	out := object{{"logLik", filtered.LogLik}, {"observed", filtered.Observed}, {"absorbed", filtered.Absorbed}, {"forecast", forecasts}}
	if fit != nil {
		out = append(out, member{"variances", byCode(f.parts(), fit.Variances)}, member{"atZero", byCode(f.parts(), fit.Zero)})
	}
	if flags.DataOld != "" {
		news, err := e.news(m, p, flags.DataOld, flags.TargetPeriod, flags.TargetSeries)
		if err != nil {
			return err
		}
		out = append(out, member{"news", news})
	}
	e.say("explain", "n", len(p.labels), "series", strings.Join(p.names, ", "), "states", len(m.T), "observed", filtered.Observed, "absorbed", filtered.Absorbed, "loglik", text(filtered.LogLik))
	if fit != nil {
		e.say("explain-fit", "variances", fmt.Sprint(fit.Variances))
	}
	if !e.json() {
		return e.writeCSV(rows...)
	}
	points := []object{}
	for t := range p.labels {
		points = append(points, object{{"period", p.label(t)}, {"predicted", filtered.Predicted[t]}, {"predictedVariance", filtered.PredictedP[t]}, {"filtered", filtered.State[t]}, {"filteredVariance", filtered.StateP[t]},
			{"innovation", filtered.Innovation[t]}, {"innovationVariance", filtered.InnovationF[t]}, {"diffuse", filtered.Diffuse[t]},
			{"smoothed", smoothed.State[t]}, {"smoothedVariance", smoothed.StateP[t]}, {"signal", smoothed.Signal[t]}, {"signalVariance", smoothed.SignalV[t]}})
	}
	return e.writeJSON(append(out, member{"model", m}, member{"names", p.names}, member{"series", points}))
}

// news explains the revision of the nowcast of one period of one series between two states of the data: by default the first series in the
// period after its last observation in the older data.
func (e *Env) news(m statespace.Model, p *panel, old, targetPeriod, targetSeries string) (object, error) {
	before, err := e.panel(old)
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
		if q, err := period(want); err == nil {
			want = label(q)
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
	releases := []object{}
	for _, r := range n.Releases {
		releases = append(releases, object{{"period", p.label(r.Period)}, {"series", p.names[r.Series]}, {"expected", r.Expected}, {"released", r.Released}, {"weight", r.Weight},
			{"contribution", r.Contribution}, {"revised", r.Revised}})
		e.say("explain-news", "period", p.label(r.Period), "series", p.names[r.Series], "expected", text(r.Expected), "released", text(r.Released), "weight", text(r.Weight), "contribution", text(r.Contribution))
	}
	e.say("explain-revision", "period", p.label(target.Period), "series", p.names[target.Series], "before", text(n.Before), "after", text(n.After))
	return object{{"period", p.label(target.Period)}, {"series", p.names[target.Series]}, {"before", n.Before}, {"after", n.After}, {"revision", n.After - n.Before},
		{"releases", releases}, {"bySeries", byCode(p.names, n.BySeries)}, {"unexplained", n.Unexplained}}, nil
}
