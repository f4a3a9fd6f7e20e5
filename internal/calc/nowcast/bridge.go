package nowcast

import (
	"bytes"
	"encoding/json"
	"slices"

	"nhipso/internal/calc/command"
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
func bridge(e *command.Env, modelName string, model []byte, data, indicators string, horizon int) error {
	if err := e.NoEffect("bridge", "data-old", "target-period", "target-series"); err != nil {
		return err
	}
	if indicators == "" {
		return e.Need("indicator")
	}
	f := bridgeFile{Probability: 0.9}
	decoder := json.NewDecoder(bytes.NewReader(model))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return fault.New("calc.bad-file", "file", modelName, "reason", err.Error())
	}
	if !(f.Probability > 0 && f.Probability < 1) {
		return fault.New("calc.bad-number", "flag", "probability", "given", command.Number(f.Probability))
	}
	target, err := e.GappySeries(data, true)
	if err != nil {
		return err
	}
	if len(target.Values) != 1 {
		return fault.New("calc.one-series", "file", data)
	}
	b := statespace.Bridge{Target: target.Values[0], Known: target.Known[0], Horizon: horizon}
	var names []string
	for _, file := range command.List(indicators) {
		s, err := e.GappySeries(file, true)
		if err != nil {
			return err
		}
		per, offset, err := command.Align(target, s)
		if err != nil {
			return err
		}
		if offset < 0 {
			return fault.New("calc.not-covered", "low", data, "high", file)
		}
		if b.PerQuarter != 0 && b.PerQuarter != per {
			return fault.New("calc.frequency", "period", s.Periods[0].String()).At(file, 0, "")
		}
		b.PerQuarter = per
		for k, name := range s.Names {
			if slices.Contains(names, name) {
				return fault.New("calc.twice", "code", name).At(file, 0, name)
			}
			names = append(names, name)
			how, err := command.OneOf("aggregate", string(f.Aggregate[name]), []command.Choice[statespace.Aggregate]{{"mean", statespace.Mean}, {"sum", statespace.Sum}, {"last", statespace.Last}, {"", statespace.Mean}})
			if err != nil {
				return err
			}
			b.Indicators = append(b.Indicators, statespace.Indicator{Values: s.Values[k][min(offset, len(s.Periods)):], Known: s.Known[k][min(offset, len(s.Periods)):], Aggregate: how, Trend: slices.Contains(f.Trend, name)})
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
	return writeBridge(e, r, names, target.Periods[len(target.Periods)-1], f.Probability)
}

func writeBridge(e *command.Env, r *statespace.Bridged, names []string, last stat.Period, probability float64) error {
	var notes []*fault.Error
	if r.Crowded {
		notes = append(notes, fault.New("calc.crowded", "df", r.DF))
	}
	coefficients := append([]string{"constant"}, names...)
	points, rows := []command.Object{}, [][]string{{"period", "value", "se", "low", "high"}}
	for i, n := range r.Nowcasts {
		low, high := r.Interval(n, probability)
		p := command.Label(last.Add(i + 1))
		points = append(points, command.Object{{"period", p}, {"value", n.Value}, {"se", n.SE}, {"low", low}, {"high", high}, {"regression", n.Regression}, {"filling", n.Filling},
			{"indicators", command.ByCode(names, n.Indicators)}, {"contributions", command.ByCode(names, n.Contributions)}})
		rows = append(rows, []string{p, command.Number(n.Value), command.Number(n.SE), command.Number(low), command.Number(high)})
	}
	e.Say("explain-bridge", "used", r.Used, "r2", command.Number(r.R2), "sigma", command.Number(r.Sigma))
	for i, name := range coefficients {
		e.Say("explain-coefficient", "name", name, "value", command.Number(r.Coefficients[i]), "se", command.Number(r.CoefficientSE[i]))
	}
	if e.JSON() {
		return e.WriteJSON(command.Object{{"coefficients", command.ByCode(coefficients, r.Coefficients)}, {"stderr", command.ByCode(coefficients, r.CoefficientSE)}, {"sigma", r.Sigma}, {"r2", r.R2}, {"used", r.Used}, {"df", r.DF},
			{"probability", probability}, {"nowcast", points}, {"notes", e.Remarks(notes)}})
	}
	e.Warn(notes)
	return e.WriteCSV(rows...)
}
