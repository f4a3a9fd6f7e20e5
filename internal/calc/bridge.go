package calc

import (
	"bytes"
	"encoding/json"
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/measure/statespace"
	"nhipso/internal/stat"
)

// bridgeFile is the layout of --model for a bridge equation: how each indicator makes a low-frequency period, and the probability of the
// intervals. What is not said is the mean of a series without trend, and 0.9.
//
//	{"model": "bridge", "probability": 0.9, "aggregate": {"exports": "sum"}, "trend": ["exports"]}
type bridgeFile struct {
	Model       string
	Probability float64
	Aggregate   map[string]statespace.Aggregate
	Trend       []string
	Note        string
}

// bridge explains a quarterly series by monthly indicators with a ragged edge and nowcasts the quarters after its last one.
func (e *Env) bridge(modelName string, model []byte, data, indicators string, horizon int) error {
	if err := e.noEffect("bridge", "data-old", "target-period", "target-series"); err != nil {
		return err
	}
	if indicators == "" {
		return e.need("indicator")
	}
	f := bridgeFile{Probability: 0.9}
	decoder := json.NewDecoder(bytes.NewReader(model))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return fault.New("calc.bad-file", "file", modelName, "reason", err.Error())
	}
	if !(f.Probability > 0 && f.Probability < 1) {
		return fault.New("calc.bad-number", "flag", "probability", "given", text(f.Probability))
	}
	target, err := e.timeSeries(data, true)
	if err != nil {
		return err
	}
	if len(target.values) != 1 {
		return fault.New("calc.one-series", "file", data)
	}
	b := statespace.Bridge{Target: target.values[0], Known: target.known[0], Horizon: horizon}
	var names []string
	for _, file := range list(indicators) {
		s, err := e.timeSeries(file, true)
		if err != nil {
			return err
		}
		per, offset, err := align(target, s)
		if err != nil {
			return err
		}
		if offset < 0 {
			return fault.New("calc.not-covered", "low", data, "high", file)
		}
		if b.PerQuarter != 0 && b.PerQuarter != per {
			return fault.New("calc.frequency", "period", s.periods[0].String()).At(file, 0, "")
		}
		b.PerQuarter = per
		for k, name := range s.names {
			if slices.Contains(names, name) {
				return fault.New("calc.twice", "code", name).At(file, 0, name)
			}
			names = append(names, name)
			how, err := oneOf("aggregate", string(f.Aggregate[name]), []choice[statespace.Aggregate]{{"mean", statespace.Mean}, {"sum", statespace.Sum}, {"last", statespace.Last}, {"", statespace.Mean}})
			if err != nil {
				return err
			}
			b.Indicators = append(b.Indicators, statespace.Indicator{Values: s.values[k][min(offset, len(s.periods)):], Known: s.known[k][min(offset, len(s.periods)):], Aggregate: how, Trend: slices.Contains(f.Trend, name)})
		}
	}
	for name := range f.Aggregate {
		if !slices.Contains(names, name) {
			return fault.New("calc.no-series", "name", name, "file", indicators)
		}
	}
	for _, name := range f.Trend {
		if !slices.Contains(names, name) {
			return fault.New("calc.no-series", "name", name, "file", indicators)
		}
	}
	r, err := statespace.EstimateBridge(b)
	if err != nil {
		return err
	}
	return e.writeBridge(r, names, target.periods[len(target.periods)-1], f.Probability)
}

func (e *Env) writeBridge(r *statespace.Bridged, names []string, last stat.Period, probability float64) error {
	var notes []*fault.Error
	if r.Crowded {
		notes = append(notes, fault.New("calc.crowded", "df", r.DF))
	}
	coefficients := append([]string{"constant"}, names...)
	points, rows := []object{}, [][]string{{"period", "value", "se", "low", "high"}}
	for i, n := range r.Nowcasts {
		low, high := r.Interval(n, probability)
		p := label(last.Add(i + 1))
		points = append(points, object{{"period", p}, {"value", n.Value}, {"se", n.SE}, {"low", low}, {"high", high}, {"regression", n.Regression}, {"filling", n.Filling},
			{"indicators", byCode(names, n.Indicators)}, {"contributions", byCode(names, n.Contributions)}})
		rows = append(rows, []string{p, text(n.Value), text(n.SE), text(low), text(high)})
	}
	e.say("explain-bridge", "used", r.Used, "r2", text(r.R2), "sigma", text(r.Sigma))
	for i, name := range coefficients {
		e.say("explain-coefficient", "name", name, "value", text(r.Coefficients[i]), "se", text(r.CoefficientSE[i]))
	}
	if e.json() {
		return e.writeJSON(object{{"coefficients", byCode(coefficients, r.Coefficients)}, {"stderr", byCode(coefficients, r.CoefficientSE)}, {"sigma", r.Sigma}, {"r2", r.R2}, {"used", r.Used}, {"df", r.DF},
			{"probability", probability}, {"nowcast", points}, {"notes", e.remarks(notes)}})
	}
	e.warn(notes)
	return e.writeCSV(rows...)
}
