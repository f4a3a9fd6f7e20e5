package temporal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/identity"
	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
)

// systemFile is the layout of --system: indicators of equal length, their totals over time, and totals across them.
//
//	{"frequency": 4, "series": {"s1": [...], "s2": [...]}, "annual": {"s1": [...]},
//	 "contemporaneous": "s1 + 2*s2 = a", "a": [...]}
//
// "contemporaneous" may also be a list of such equations; the total may stand on either side, and be a plain number ("s1 + s2 - s3 = 0").
// A series without annual totals is bound across only; null is a total that is not known. "variances" gives soft totals: a number by
// series (over time) or by name of total (across), in squared units; "correctionVariance" is then required. "rho" and "lambda" may stand
// in the file; the flags go before it.
type systemFile struct {
	Frequency          int                `json:"frequency"`
	Offset             int                `json:"offset"`
	Series             map[string]gappy   `json:"series"`
	Annual             map[string]gappy   `json:"annual"`
	Contemporaneous    equations          `json:"contemporaneous"`
	Variances          map[string]float64 `json:"variances"`
	CorrectionVariance float64            `json:"correctionVariance"`
	Procedure          string             `json:"procedure"`
	Rho                *float64           `json:"rho"`
	Lambda             *float64           `json:"lambda"`
}

// gappy is a list of numbers in which null means not known, NaN here.
type gappy []float64

// UnmarshalJSON takes numbers and nulls.
func (g *gappy) UnmarshalJSON(b []byte) error {
	var list []*float64
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*g = make(gappy, len(list))
	for i, v := range list {
		if (*g)[i] = math.NaN(); v != nil {
			(*g)[i] = *v
		}
	}
	return nil
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

// reconcileSystem makes a system of indicators meet its totals over time and across.
func reconcileSystem(e *command.Env, file string, sys temporal.System, conv temporal.Conversion) error {
	s, err := readSystem(e, file)
	if err != nil {
		return err
	}
	if err := s.options(e, &sys); err != nil {
		return err
	}
	s.overTime(&sys, conv)
	if err := s.across(&sys); err != nil {
		return err
	}
	if err := s.idle(); err != nil {
		return err
	}
	r, err := temporal.Reconcile(sys)
	if err != nil {
		return err
	}
	return s.write(e, sys, r)
}

// system is a file that was read.
type system struct {
	systemFile
	file     string
	names    []string                   // of the series, sorted
	position map[string]int             // by name
	named    []string                   // lists that an equation names
	lists    map[string]json.RawMessage // everything of the file by its name, for totals across are named there
}

func readSystem(e *command.Env, file string) (*system, error) {
	b, err := e.Bytes(file)
	if err != nil {
		return nil, err
	}
	s := &system{systemFile: systemFile{Frequency: 4}, file: file, position: map[string]int{}}
	for _, to := range []any{&s.systemFile, &s.lists} {
		if err := json.Unmarshal(b, to); err != nil {
			return nil, fault.New("calc.bad-file", "file", file, "reason", err.Error())
		}
	}
	if s.names = slices.Sorted(maps.Keys(s.Series)); len(s.names) == 0 {
		return nil, fault.New("calc.empty", "file", file)
	}
	for i, n := range s.names {
		s.position[n] = i
	}
	for n := range s.Annual {
		if _, ok := s.position[n]; !ok {
			return nil, fault.New("calc.no-series", "name", n, "file", file)
		}
	}
	if s.Frequency < 1 || s.Frequency > 366 || s.Offset < 0 { // a day is the shortest period of a year
		return nil, fault.New("calc.bad-file", "file", file, "reason", "frequency, offset")
	}
	return s, nil
}

// options takes those of the file where no flag goes before them.
func (s *system) options(e *command.Env, sys *temporal.System) error {
	if s.Rho != nil && !e.Given("rho") {
		sys.Rho = *s.Rho
	}
	if s.Lambda != nil && !e.Given("lambda") && !e.Given("criterion") {
		sys.Lambda = *s.Lambda
	}
	if len(s.Variances) == 0 && (e.Changed("correction-variance") || s.CorrectionVariance != 0) {
		return fault.New("calc.exact-totals").At(s.file, 0, "")
	}
	if !e.Given("correction-variance") {
		sys.CorrectionVariance = s.CorrectionVariance
	}
	switch s.Procedure {
	case "", "auto":
	case "simultaneous":
		sys.Procedure = temporal.Simultaneous
	case "two-step":
		sys.Procedure = temporal.TwoStep
	default:
		return fault.New("calc.bad-choice", "flag", "procedure", "given", s.Procedure, "allowed", "auto, simultaneous, two-step")
	}
	return nil
}

// overTime puts the series with their totals over time into the system.
func (s *system) overTime(sys *temporal.System, conv temporal.Conversion) {
	for _, n := range s.names {
		var targets []temporal.Target
		for k, t := range temporal.Targets(s.Annual[n], s.Frequency, s.Offset, conv) {
			if t.Name, t.Variance = n+" "+strconv.Itoa(k+1), s.Variances[n]; !math.IsNaN(t.Value) {
				targets = append(targets, t)
			}
		}
		sys.Series = append(sys.Series, temporal.Series{Name: n, Indicator: s.Series[n], Targets: targets})
	}
}

// systemKeys are the names that the file itself gives a meaning.
var systemKeys = []string{"frequency", "offset", "series", "annual", "contemporaneous", "variances", "correctionVariance", "procedure", "rho", "lambda"}

// idle refuses what stands in the file and has no effect: a list that no equation names, a variance of nothing.
func (s *system) idle() error {
	for _, name := range slices.Sorted(maps.Keys(s.lists)) {
		if !slices.Contains(systemKeys, name) && !slices.Contains(s.named, name) {
			return fault.New("calc.unused-key", "key", name).At(s.file, 0, "")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Variances)) {
		if _, series := s.position[name]; !series && !slices.Contains(s.named, name) {
			return fault.New("calc.unused-key", "key", "variances."+name).At(s.file, 0, "")
		}
	}
	return nil
}

// across puts the totals across the series into the system.
func (s *system) across(sys *temporal.System) error {
	for _, q := range s.Contemporaneous {
		weights, name, constant, err := equation(q, s.position, s.lists)
		if err != nil {
			return fault.New("calc.bad-equation", "equation", q, "file", s.file).Because(err)
		}
		values := make(gappy, len(sys.Series[0].Indicator))
		if name != "" {
			s.named = append(s.named, name)
			if err := json.Unmarshal(s.lists[name], &values); err != nil {
				return fault.New("calc.no-series", "name", name, "file", s.file)
			}
		}
		for _, total := range temporal.Across(cmp.Or(name, q), values, len(s.names), weights) {
			if total.Value, total.Variance = total.Value+constant, s.Variances[name]; !math.IsNaN(total.Value) {
				sys.Totals = append(sys.Totals, total)
			}
		}
	}
	return nil
}

func (s *system) write(e *command.Env, sys temporal.System, r *temporal.Reconciled) error {
	e.Say("explain-system", "n", len(s.names), "totals", len(sys.Totals), "objective", command.Number(r.Objective), "residual", command.Number(r.Residual))
	if e.JSON() {
		return e.WriteJSON(command.Object{{"series", command.ByCode(s.names, r.Values)}, {"objective", r.Objective}, {"stepOne", r.StepOne}, {"loss", r.Loss}, {"residual", r.Residual},
			{"maxMiss", floats.Norm(r.Misses, math.Inf(1))}, {"redundant", r.Redundant}, {"notes", e.Remarks(r.Warnings)}})
	}
	e.Warn(r.Warnings)
	rows := [][]string{append([]string{"t"}, s.names...)}
	for t := range len(r.Values[0]) {
		row := []string{strconv.Itoa(t + 1)}
		for i := range s.names {
			row = append(row, command.Number(r.Values[i][t]))
		}
		rows = append(rows, row)
	}
	return e.WriteCSV(rows...)
}

// equation reads "s1 + 2*s2 - s3 = a" into weights by series and what they add to: the total a, a list of the file by its name, a number
// beside it, or both. The total may stand on the left, and series on both sides.
func equation(q string, position map[string]int, totals map[string]json.RawMessage) (w []float64, name string, constant float64, err error) {
	left, right, ok := strings.Cut(q, "=")
	if !ok {
		return nil, "", 0, fmt.Errorf("=")
	}
	total := func(side string) bool {
		_, series := position[side]
		return !series && totals[side] != nil
	}
	if left, right = strings.TrimSpace(left), strings.TrimSpace(right); total(left) {
		left, right = right, left
	}
	sum := identity.New(position)
	if err = sum.Add(left, 1); err == nil {
		if total(right) {
			name = right
		} else {
			err = sum.Add(right, -1)
		}
	}
	w = make([]float64, len(position))
	for i, v := range sum.Weight {
		w[i] = v
	}
	return w, name, -sum.Rest, err
}
