package calc

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

// systemFile is the layout of --system: indicators of equal length, their totals over time, and totals across them.
//
//	{"frequency": 4, "series": {"s1": [...], "s2": [...]}, "annual": {"s1": [...]},
//	 "contemporaneous": "s1 + 2*s2 = a", "a": [...]}
//
// "contemporaneous" may also be a list of such equations. A series without annual totals is bound across only. "variances" gives soft totals:
// a number by series (over time) or by name of total (across), in squared units; "correctionVariance" is then required.
type systemFile struct {
	Frequency          int                  `json:"frequency"`
	Offset             int                  `json:"offset"`
	Series             map[string][]float64 `json:"series"`
	Annual             map[string][]float64 `json:"annual"`
	Contemporaneous    equations            `json:"contemporaneous"`
	Variances          map[string]float64   `json:"variances"`
	CorrectionVariance float64              `json:"correctionVariance"`
	Procedure          string               `json:"procedure"`
}

type equations []string

// UnmarshalJSON takes one equation or a list of them.
func (q *equations) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*q = equations{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return err
	}
	*q = many
	return nil
}

func (e *Env) reconcileSystem(o *options, file string, lambda, rho float64, bias bool, conv temporal.Conversion) error {
	b, err := e.bytesOf(file)
	if err != nil {
		return err
	}
	s := systemFile{Frequency: 4}
	var loose map[string]json.RawMessage
	if err := json.Unmarshal(b, &s); err != nil {
		return fault.New("calc.bad-file", "file", file, "reason", err.Error())
	}
	if err := json.Unmarshal(b, &loose); err != nil {
		return fault.New("calc.bad-file", "file", file, "reason", err.Error())
	}
	names := make([]string, 0, len(s.Series))
	for n := range s.Series {
		names = append(names, n)
	}
	sort.Strings(names)
	position := map[string]int{}
	sys := temporal.System{Form: temporal.DagumCholette, Lambda: lambda, Rho: rho, Bias: bias, CorrectionVariance: s.CorrectionVariance}
	switch s.Procedure {
	case "", "auto":
	case "simultaneous":
		sys.Procedure = temporal.Simultaneous
	case "two-step":
		sys.Procedure = temporal.TwoStep
	default:
		return fault.New("calc.bad-choice", "flag", "procedure", "given", s.Procedure, "allowed", "auto, simultaneous, two-step")
	}
	for i, n := range names {
		position[n] = i
		targets := temporal.Targets(s.Annual[n], s.Frequency, s.Offset, conv)
		for k := range targets {
			targets[k].Name = n + " " + strconv.Itoa(k+1)
			targets[k].Variance = s.Variances[n]
		}
		sys.Series = append(sys.Series, temporal.Series{Name: n, Indicator: s.Series[n], Targets: targets})
	}
	for n := range s.Annual {
		if _, ok := position[n]; !ok {
			return fault.New("calc.no-series", "name", n, "file", file)
		}
	}
	for _, q := range s.Contemporaneous {
		weights, name, err := equation(q, position)
		if err != nil {
			return fault.New("calc.bad-equation", "equation", q, "file", file).Because(err)
		}
		var values []float64
		if err := json.Unmarshal(loose[name], &values); err != nil {
			return fault.New("calc.no-series", "name", name, "file", file)
		}
		totals := temporal.Across(name, values, len(names), weights)
		for k := range totals {
			totals[k].Variance = s.Variances[name]
		}
		sys.Totals = append(sys.Totals, totals...)
	}
	r, err := temporal.Reconcile(sys)
	if err != nil {
		return err
	}
	e.say(o, "explain-system", "n", len(names), "totals", len(sys.Totals), "objective", text(r.Objective), "residual", text(r.Residual))
	if *o.json {
		worst := 0.0
		for _, m := range r.Misses {
			worst = math.Max(worst, math.Abs(m))
		}
		return e.writeJSON(object{{"series", byCode(names, r.Values)}, {"objective", r.Objective}, {"stepOne", r.StepOne}, {"loss", r.Loss}, {"residual", r.Residual}, {"maxMiss", worst},
			{"redundant", r.Redundant}, {"notes", e.remarks(r.Warnings)}})
	}
	e.warn(r.Warnings)
	rows := [][]string{append([]string{"t"}, names...)}
	for t := range len(r.Values[0]) {
		row := []string{strconv.Itoa(t + 1)}
		for i := range names {
			row = append(row, text(r.Values[i][t]))
		}
		rows = append(rows, row)
	}
	return e.writeCSV(rows...)
}

// equation reads "s1 + 2*s2 - s3 = a" into weights by series and the name of the total.
func equation(q string, position map[string]int) ([]float64, string, error) {
	left, name, ok := strings.Cut(q, "=")
	if !ok {
		return nil, "", fmt.Errorf("=")
	}
	w, rest, err := weights(left, position)
	if err != nil {
		return nil, "", err
	}
	if rest != 0 {
		return nil, "", fmt.Errorf("%s", text(rest))
	}
	return w, strings.TrimSpace(name), nil
}

var term = regexp.MustCompile(`^(?:([0-9.]+(?:[eE][0-9]+)?)\s*\*\s*)?(.+)$`)

// weights reads a sum such as "s1 + 2*s2 - s3 + 4" into weights by name and what is left, a plain number.
func weights(side string, position map[string]int) (w []float64, rest float64, err error) {
	w = make([]float64, len(position))
	sign, wants := 1.0, true
	for _, part := range strings.Fields(strings.NewReplacer("+", " + ", "-", " - ").Replace(strings.ReplaceAll(side, " * ", "*"))) {
		switch {
		case part == "+" && !wants, part == "-" && !wants:
			wants = true
			if sign = 1; part == "-" {
				sign = -1
			}
			continue
		case part == "+" || part == "-": // a sign before the first term, or two signs
			if part == "-" {
				sign = -sign
			}
			continue
		case !wants:
			return nil, 0, fault.New("calc.no-series", "name", part, "file", side)
		}
		m := term.FindStringSubmatch(part)
		factor := 1.0
		if m[1] != "" {
			if factor, err = strconv.ParseFloat(m[1], 64); err != nil {
				return nil, 0, err
			}
		}
		if i, known := position[m[2]]; known {
			w[i] += sign * factor
		} else if v, err := strconv.ParseFloat(m[2], 64); err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
			rest += sign * factor * v
		} else {
			return nil, 0, fault.New("calc.no-series", "name", m[2], "file", side)
		}
		sign, wants = 1, false
	}
	if wants {
		return nil, 0, fmt.Errorf("%q", side)
	}
	return w, rest, nil
}
