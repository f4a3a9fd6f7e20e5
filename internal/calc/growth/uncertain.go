package growth

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/uncertainty"
)

// sources is a file of figures with declared distributions: source,mean,sd[,law,low,high,group,concentration].
type sources struct {
	names  []string
	means  []float64
	joint  *uncertainty.Joint // of the sources that the correlation ties together
	tied   []int
	single map[int]uncertainty.Margin
	shares []shareGroup
	spread [][]float64 // covariance of the figures, for the delta method
}

// shareGroup is shares that add to one, drawn together.
type shareGroup struct {
	name string
	at   []int
	law  uncertainty.Dirichlet
}

// readSources reads the figures and the correlation of their normal scores, a matrix with codes; sources that it leaves out are independent.
func readSources(e *command.Env, file, correlation string) (*sources, error) {
	t, err := e.Table(file)
	if err != nil {
		return nil, err
	}
	find := func(names ...string) int {
		at, err := t.Column(names...)
		if err != nil {
			return -1
		}
		return at
	}
	mean, err := t.Column("mean", "value", "estimate", "trung bình", "giá trị")
	if err != nil {
		return nil, err
	}
	name, sd, cv := find("source", "code", "name", "nguồn", "mã"), find("sd", "se", "stderr", "độ lệch chuẩn"), find("cv")
	law, low, high := find("law", "distribution", "phân phối"), find("low", "min", "cận dưới"), find("high", "max", "cận trên")
	group, concentration := find("group", "nhóm"), find("concentration")
	if name < 0 {
		return nil, fault.New("calc.no-column", "column", "source", "file", file, "have", strings.Join(t.Head, ", "))
	}
	s := &sources{single: map[int]uncertainty.Margin{}}
	optional := func(i, col int, missing float64) (float64, error) {
		if col < 0 {
			return missing, nil
		}
		v, known, err := t.Value(i, col)
		if !known {
			v = missing
		}
		return v, err
	}
	var margins []int
	for i := range t.Len() {
		code := t.Text(i, name)
		if code == "" {
			return nil, fault.New("calc.no-code").At(file, t.Line(i), t.Head[name])
		}
		if slices.Contains(s.names, code) {
			return nil, fault.New("calc.twice", "code", code).At(file, t.Line(i), t.Head[name])
		}
		m, err := t.Must(i, mean)
		if err != nil {
			return nil, err
		}
		s.names, s.means = append(s.names, code), append(s.means, m)
		kind := "normal"
		if law >= 0 && t.Text(i, law) != "" {
			kind = t.Text(i, law)
		}
		if kind == "dirichlet" {
			c, err := optional(i, concentration, math.NaN())
			if err != nil {
				return nil, err
			}
			of := ""
			if group >= 0 {
				of = t.Text(i, group)
			}
			k := slices.IndexFunc(s.shares, func(g shareGroup) bool { return g.name == of })
			if k < 0 {
				k = len(s.shares)
				s.shares = append(s.shares, shareGroup{name: of, law: uncertainty.Dirichlet{Concentration: math.NaN()}})
			}
			g := &s.shares[k]
			if was := g.law.Concentration; !math.IsNaN(was) && !math.IsNaN(c) && was != c {
				return nil, fault.New("calc.two-values", "code", of, "first", command.Number(was), "second", command.Number(c)).At(file, t.Line(i), t.Head[concentration])
			} else if math.IsNaN(was) {
				g.law.Concentration = c
			}
			g.at, g.law.Mean = append(g.at, i), append(g.law.Mean, m)
			continue
		}
		x := uncertainty.Margin{Law: uncertainty.Law(kind), Mean: m}
		switch {
		case sd >= 0 && t.Text(i, sd) != "":
			x.SD, err = t.Must(i, sd)
		case cv >= 0 && t.Text(i, cv) != "":
			x.SD, err = t.Must(i, cv)
			x.SD *= math.Abs(m)
		default:
			at := max(sd, cv)
			if at < 0 {
				return nil, fault.New("calc.no-column", "column", "sd", "file", file, "have", strings.Join(t.Head, ", "))
			}
			err = fault.New("calc.blank").At(file, t.Line(i), t.Head[at])
		}
		if err != nil {
			return nil, err
		}
		if x.Law == uncertainty.Truncated {
			if x.Low, err = optional(i, low, math.Inf(-1)); err != nil {
				return nil, err
			}
			if x.High, err = optional(i, high, math.Inf(1)); err != nil {
				return nil, err
			}
		}
		if err := x.Check(); err != nil {
			return nil, command.At(err, file, t.Line(i), "")
		}
		s.single[i] = x
		margins = append(margins, i)
	}
	for _, g := range s.shares {
		if math.IsNaN(g.law.Concentration) {
			return nil, fault.New("calc.no-figure", "item", g.name, "period", "dirichlet", "column", "concentration", "file", file)
		}
		if err := g.law.Check(); err != nil {
			return nil, command.At(err, file, t.Line(g.at[len(g.at)-1]), t.Head[mean])
		}
	}
	return s, s.tie(e, correlation, margins)
}

// tie reads the correlation and works out the covariance of the figures, which for the delta method takes the correlation of the normal scores
// for that of the figures.
func (s *sources) tie(e *command.Env, correlation string, margins []int) error {
	s.spread = make([][]float64, len(s.names))
	deviation := make([]float64, len(s.names))
	for i := range s.spread {
		s.spread[i] = make([]float64, len(s.names))
	}
	for _, i := range margins {
		_, deviation[i] = s.single[i].Moments()
		s.spread[i][i] = deviation[i] * deviation[i]
	}
	for _, g := range s.shares {
		for a, i := range g.at {
			for b, j := range g.at {
				s.spread[i][j] = -g.law.Mean[a] * g.law.Mean[b] / (g.law.Concentration + 1)
			}
			s.spread[i][i] = g.law.Mean[a] * (1 - g.law.Mean[a]) / (g.law.Concentration + 1)
		}
	}
	if correlation == "" {
		return nil
	}
	m, err := e.Matrix(correlation, false)
	if err != nil {
		return err
	}
	codes := m.Cols
	if codes == nil {
		codes = m.Rows
	}
	if codes == nil || len(m.Values) != len(codes) || len(m.Values[0]) != len(codes) || m.Rows != nil && !slices.Equal(m.Rows, codes) {
		return fault.New("calc.other-codes", "file", correlation, "n", len(codes))
	}
	var tied []uncertainty.Margin
	for _, c := range codes {
		i := slices.Index(s.names, c)
		x, ok := s.single[i]
		if !ok {
			return fault.New("calc.no-code-in", "code", c, "of", correlation, "file", "--data")
		}
		s.tied, tied = append(s.tied, i), append(tied, x)
	}
	if s.joint, err = uncertainty.NewJoint(tied, m.Values); err != nil {
		return err
	}
	for a, i := range s.tied {
		delete(s.single, i)
		for b, j := range s.tied {
			if a != b {
				s.spread[i][j] = m.Values[a][b] * deviation[i] * deviation[j]
			}
		}
	}
	return nil
}

// draw fills x with one draw of all sources. Each has a stream of its own name, so that a further source changes no other.
func (s *sources) draw(d *uncertainty.Draw, x []float64) {
	for i, m := range s.single {
		x[i] = m.Draw(d.Stream(s.names[i]))
	}
	fill := func(at []int, name string, draw func(*uncertainty.Stream, []float64)) {
		v := make([]float64, len(at))
		draw(d.Stream(name), v)
		for k, i := range at {
			x[i] = v[k]
		}
	}
	if s.joint != nil {
		fill(s.tied, "\x00correlated", s.joint.Draw)
	}
	for _, g := range s.shares {
		fill(g.at, "\x00shares:"+g.name, g.law.Draw)
	}
}

// uncertain carries the declared uncertainty of sources through formulas: by Monte-Carlo, and to first order beside it.
func (r *growthRun) uncertain() error {
	if err := r.e.Need("data", "formula"); err != nil {
		return err
	}
	s, err := readSources(r.e, r.Data, r.Correlation)
	if err != nil {
		return err
	}
	recipe, err := Formulas("formula", r.Formula, s.names)
	if err != nil {
		return err
	}
	quantiles, err := command.Floats("quantiles", r.Quantiles)
	if err != nil {
		return err
	}
	n := len(s.names)
	evaluate := func(x []float64) []float64 { // x has room for the results
		for k, f := range recipe {
			x[n+k] = f.Eval(x)
		}
		return x[n:]
	}
	point := evaluate(append(slices.Clone(s.means), make([]float64, len(recipe))...))
	for k, v := range point {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fault.New("calc.no-point", "name", recipe[k].Name)
		}
	}
	run, err := uncertainty.Run(uncertainty.Plan{Recipe: "calc", Seed: r.Seed, Draws: r.Draws, Threads: r.Threads, Quantiles: quantiles}, len(recipe), func(d *uncertainty.Draw, out []float64) error {
		x := make([]float64, n+len(recipe))
		s.draw(d, x)
		copy(out, evaluate(x))
		return nil
	})
	if err != nil {
		return err
	}
	var notes []*fault.Error
	if len(run.Failed) > 0 {
		notes = append(notes, fault.New("calc.draws-failed", "n", len(run.Failed), "draws", run.Draws))
	}
	head := []string{"output", "value", "mean", "sd", "mc_error", "delta_sd"}
	for _, q := range quantiles {
		head = append(head, "q"+command.Number(q))
	}
	outputs, rows := command.Object{}, [][]string{head}
	for k, f := range recipe {
		y := run.Outputs[k]
		row := []string{f.Name, command.Number(point[k]), command.Number(y.Mean), command.Number(y.SD), command.Number(y.MCError), ""}
		line := command.Object{{"value", point[k]}, {"mean", y.Mean}, {"sd", y.SD}, {"mcError", y.MCError}, {"quantiles", command.ByCode(command.Numbers(quantiles), y.Quantiles)}, {"deltaSd", nil}, {"bySource", nil}}
		slopes, err := uncertainty.Gradient(func(x []float64) float64 {
			return evaluate(append(slices.Clone(x), make([]float64, len(recipe))...))[k]
		}, s.means, s.spread)
		if err != nil { // the formula is not defined on both sides of the point; the draws stand all the same
			notes = append(notes, fault.New("calc.no-slope", "name", f.Name))
		} else {
			sd, err := uncertainty.DeltaGradient(slopes, s.spread)
			if err != nil {
				return err
			}
			parts := make([]float64, n) // of the variance; they add to it
			for i := range parts {
				for j := range parts {
					parts[i] += slopes[i] * s.spread[i][j] * slopes[j]
				}
			}
			line[5].Value, line[6].Value, row[5] = sd, command.ByCode(s.names, parts), command.Number(sd)
			r.e.Say("explain-uncertain", "name", f.Name, "value", command.Number(point[k]), "slopes", strings.Join(command.Numbers(slopes), ", "), "sd", command.Number(sd))
		}
		outputs, rows = append(outputs, command.Member{f.Name, line}), append(rows, append(row, command.Numbers(y.Quantiles)...))
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "uncertainty"}, {"draws", run.Draws}, {"seed", r.Seed}, {"failed", len(run.Failed)}, {"outputs", outputs}, {"notes", r.e.Remarks(notes)}})
	}
	r.e.Warn(notes)
	return r.e.WriteCSV(rows...)
}

// coverage holds announced intervals against what came: low,high,actual, or estimate,se,actual with the normal interval of --level.
func (r *growthRun) coverage() error {
	if err := r.e.Need("data"); err != nil {
		return err
	}
	nominal, err := command.Float("level", r.Level)
	if err != nil {
		return err
	}
	if !(nominal > 0 && nominal < 1) {
		return fault.New("calc.bad-number", "flag", "--level", "given", r.Level)
	}
	t, err := r.e.Table(r.Data)
	if err != nil {
		return err
	}
	actual, err := t.Column("actual", "outcome", "thực tế")
	if err != nil {
		return err
	}
	low, lowErr := t.Column("low", "lower", "cận dưới")
	high, highErr := t.Column("high", "upper", "cận trên")
	if lowErr != nil || highErr != nil {
		if low, err = t.Column("estimate", "value", "mean", "ước tính"); err != nil {
			return lowErr
		}
		if high, err = t.Column("se", "sd", "stderr", "sai số chuẩn"); err != nil {
			return err
		}
	}
	var intervals []uncertainty.Interval
	for i := range t.Len() {
		var v [3]float64
		for k, c := range []int{low, high, actual} {
			if v[k], err = t.Must(i, c); err != nil {
				return err
			}
		}
		if lowErr != nil || highErr != nil {
			if v[1] < 0 {
				return fault.New("calc.negative", "code", t.Text(i, 0), "value", command.Number(v[1])).At(t.Name, t.Line(i), t.Head[high])
			}
			intervals = append(intervals, uncertainty.NormalInterval(v[0], v[1], nominal, v[2]))
			continue
		}
		if v[0] > v[1] {
			return fault.New("uncertainty.empty-range", "low", command.Number(v[0]), "high", command.Number(v[1])).At(t.Name, t.Line(i), "")
		}
		intervals = append(intervals, uncertainty.Interval{Low: v[0], High: v[1], Actual: v[2]})
	}
	c, err := uncertainty.BackTest(intervals, nominal)
	if err != nil {
		return err
	}
	r.e.Say("explain-coverage", "inside", c.Inside, "n", c.N, "level", command.Number(nominal))
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "coverage"}, {"level", nominal}, {"n", c.N}, {"inside", c.Inside}, {"below", c.Below}, {"above", c.Above}, {"share", c.Share}, {"shareLow", c.ShareLow}, {"shareHigh", c.ShareHigh},
			{"p", c.P}, {"kupiec", c.Kupiec}, {"kupiecP", c.KupiecP}, {"meanWidth", c.Width}, {"intervalScore", c.Score}})
	}
	return r.e.WriteCSV([]string{"statistic", "value"}, []string{"level", command.Number(nominal)}, []string{"n", strconv.Itoa(c.N)}, []string{"inside", strconv.Itoa(c.Inside)}, []string{"below", strconv.Itoa(c.Below)}, []string{"above", strconv.Itoa(c.Above)},
		[]string{"share", command.Number(c.Share)}, []string{"share_low", command.Number(c.ShareLow)}, []string{"share_high", command.Number(c.ShareHigh)}, []string{"p", command.Number(c.P)}, []string{"kupiec", command.Number(c.Kupiec)}, []string{"kupiec_p", command.Number(c.KupiecP)},
		[]string{"mean_width", command.Number(c.Width)}, []string{"interval_score", command.Number(c.Score)})
}
