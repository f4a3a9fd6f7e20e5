// Package composite is the calculation index: composite indices by a declared method.
package composite

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/composite"
)

// indexFlags are the flags of index.
type indexFlags struct {
	Data          string  `help:"data-index"`
	Method        string  `help:"method-file"`
	Weights       string  `help:"weights-index"`
	Draws         int     `default:"0" help:"draws"`
	Seed          uint64  `default:"1" help:"seed"`
	Spread        float64 `default:"0.25" help:"spread"`
	DrawWeights   string  `default:"uniform" help:"draw-weights"`
	DrawNormalise string  `help:"draw-normalise"`
	DrawAggregate string  `help:"draw-aggregate"`
	Coverage      float64 `default:"0.9" help:"rank-coverage"`
	Merge         string  `help:"merge"`
}

// Run computes a composite index by a declared method.
func Run(_ context.Context, e *command.Env, args []string) error {
	var flags indexFlags
	if err := e.Parse("index", &flags, args); err != nil {
		return err
	}
	if err := e.Need("data", "method"); err != nil {
		return err
	}
	m, err := flags.method(e)
	if err != nil {
		return err
	}
	d, notes, err := readings(e, flags.Data, m)
	if err != nil {
		return err
	}
	if flags.Merge != "" {
		groups, err := mergers(e, flags.Merge)
		if err != nil {
			return err
		}
		if d, err = m.Merged(d, groups); err != nil {
			return command.InFile(flags.Merge, err)
		}
	}
	r, err := composite.Evaluate(m, d)
	if err != nil {
		return command.InFile(flags.Data, err)
	}
	robust, err := flags.robustness(e, m, d)
	if err != nil {
		return err
	}
	e.Say("explain", "method", r.Method, "n", len(r.Units))
	for _, n := range r.Nodes {
		e.Say("explain-node", "indent", strings.Repeat("  ", n.Depth), "code", n.Code, "weight", command.Number(n.Weight))
	}
	return e.Write(object(e, r, robust), notes, rows(r, robust)...)
}

// method reads the declared method, with other weights where a file has some.
func (f *indexFlags) method(e *command.Env) (composite.Method, error) {
	b, err := e.Bytes(f.Method)
	if err != nil {
		return composite.Method{}, err
	}
	m, err := composite.Parse(b)
	if err != nil {
		return m, command.InFile(f.Method, err)
	}
	if f.Weights == "" {
		return m, nil
	}
	v, err := e.Vector(f.Weights)
	if err != nil {
		return m, err
	}
	if v.Codes == nil {
		return m, fault.New("calc.no-codes", "file", f.Weights)
	}
	w := map[string]float64{}
	for i, c := range v.Codes {
		w[c] = v.Values[i]
	}
	if m, err = m.WithWeights(w, "+"); err != nil {
		return m, command.InFile(f.Weights, err)
	}
	return m, nil
}

// robustness draws the choices of the method anew, as often as was asked; nil for never.
func (f *indexFlags) robustness(e *command.Env, m composite.Method, d composite.Data) (*composite.Robustness, error) {
	if f.Draws <= 0 {
		return nil, e.NoEffect("--draws 0", "seed", "spread", "draw-weights", "draw-normalise", "draw-aggregate", "coverage")
	}
	s := composite.Sensitivity{Draws: f.Draws, Seed: f.Seed, Weights: f.DrawWeights, Spread: f.Spread, Normalisations: command.List(f.DrawNormalise), Aggregations: command.List(f.DrawAggregate), Coverage: f.Coverage}
	return composite.Ranking(m, d, s, runtime.NumCPU())
}

// rows gives the answer as CSV: scores and ranks of every unit.
func rows(r *composite.Result, robust *composite.Robustness) [][]string {
	head := []string{"unit"}
	for _, n := range r.Nodes {
		head = append(head, n.Code, n.Code+".rank")
	}
	if robust != nil {
		head = append(head, "rank.low", "rank.median", "rank.high")
	}
	out := [][]string{head}
	for i, u := range r.Units {
		row := []string{u}
		for _, n := range r.Nodes {
			score, rank := "", ""
			if n.Scores[i].Known {
				score, rank = command.Number(n.Scores[i].Value), strconv.Itoa(n.Ranks[i])
			}
			row = append(row, score, rank)
		}
		if robust != nil {
			x := robust.Units[i]
			row = append(row, strconv.Itoa(x.Low), strconv.Itoa(x.Median), strconv.Itoa(x.High))
		}
		out = append(out, row)
	}
	return out
}

// object gives the answer as JSON, without its notes.
func object(e *command.Env, r *composite.Result, robust *composite.Robustness) command.Object {
	scores := func(n composite.Scores) (value, rank command.Object) {
		for i, u := range r.Units {
			if s := n.Scores[i]; s.Known {
				value, rank = append(value, command.Member{u, s.Value}), append(rank, command.Member{u, n.Ranks[i]})
			} else {
				value, rank = append(value, command.Member{u, nil}), append(rank, command.Member{u, nil})
			}
		}
		return value, rank
	}
	top, rank := scores(r.Nodes[0])
	nodes := []command.Object{}
	for _, n := range r.Nodes {
		value, rank := scores(n)
		why := command.Object{}
		for i, s := range n.Scores {
			if !s.Known {
				why = append(why, command.Member{r.Units[i], command.Object{{"code", s.Why}, {"text", fault.New(s.Why).In(e.Lang)}}})
			}
		}
		nodes = append(nodes, command.Object{{"code", n.Code}, {"depth", n.Depth}, {"weight", n.Weight}, {"scores", value}, {"ranks", rank}, {"why", why}})
	}
	out := command.Object{{"method", r.Method}, {"units", r.Units}, {"scores", top}, {"ranks", rank}, {"nodes", nodes}}
	if robust != nil {
		units := command.Object{}
		for _, u := range robust.Units {
			units = append(units, command.Member{u.Unit, command.Object{{"rank", u.Rank}, {"low", u.Low}, {"median", u.Median}, {"high", u.High}, {"mean", u.Mean}}})
		}
		out = append(out, command.Member{"robustness", command.Object{{"draws", robust.Draws}, {"seed", robust.Seed}, {"coverage", robust.Coverage}, {"units", units}}})
	}
	return out
}

// mergers reads which old units a new one is made of: new,old, a line an old unit, in the order of the new ones.
func mergers(e *command.Env, file string) ([]composite.Group, error) {
	t, err := e.Table(file)
	if err != nil {
		return nil, err
	}
	to, err := t.Column("new", "new_code", "unit", "to", "mới")
	if err != nil {
		return nil, err
	}
	from, err := t.Column("old", "old_code", "of", "from", "cũ")
	if err != nil {
		return nil, err
	}
	var groups []composite.Group
	at := map[string]int{}
	for i := range t.Len() {
		unit, old := t.Text(i, to), t.Text(i, from)
		if unit == "" || old == "" {
			return nil, fault.New("calc.no-code").At(t.Name, t.Line(i), "")
		}
		k, ok := at[unit]
		if !ok {
			k = len(groups)
			at[unit], groups = k, append(groups, composite.Group{Unit: unit})
		}
		groups[k].Of = append(groups[k].Of, old)
	}
	return groups, nil
}

// readings reads units × indicators: wide (unit, one column an indicator) or long (unit,indicator,value). A blank cell is a missing
// reading, for which the method has its rule; an indicator that the method does not know is left out, and said so.
func readings(e *command.Env, file string, m composite.Method) (composite.Data, []*fault.Error, error) {
	t, err := e.Table(file)
	if err != nil {
		return composite.Data{}, nil, err
	}
	d := composite.Data{Readings: map[string][]composite.Reading{}}
	wanted := m.Indicators()
	var other []string
	if len(t.Head) == 3 && command.Among(t.Head[1], []string{"indicator", "chỉ tiêu", "chi_tieu", "code"}) && command.Among(t.Head[2], command.ValueWords) {
		at := map[string]int{}
		for i := range t.Len() {
			if _, ok := at[t.Text(i, 0)]; !ok {
				at[t.Text(i, 0)] = len(d.Units)
				d.Units = append(d.Units, t.Text(i, 0))
			}
		}
		given := map[string]bool{}
		for i := range t.Len() {
			unit, code := t.Text(i, 0), t.Text(i, 1)
			if unit == "" || code == "" {
				return d, nil, fault.New("calc.no-code").At(t.Name, t.Line(i), "")
			}
			if given[unit+"\x00"+code] {
				return d, nil, fault.New("calc.twice", "code", unit+","+code).At(t.Name, t.Line(i), "")
			}
			given[unit+"\x00"+code] = true
			if !slices.Contains(wanted, code) {
				if !slices.Contains(other, code) {
					other = append(other, code)
				}
				continue
			}
			v, known, err := t.Value(i, 2)
			if err != nil {
				return d, nil, err
			}
			if d.Readings[code] == nil {
				d.Readings[code] = make([]composite.Reading, len(d.Units))
			}
			d.Readings[code][at[unit]] = composite.Reading{Value: v, Known: known}
		}
	} else {
		for i := range t.Len() {
			if t.Text(i, 0) == "" {
				return d, nil, fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[0])
			}
			d.Units = append(d.Units, t.Text(i, 0))
		}
		for j, code := range t.Head[1:] {
			if !slices.Contains(wanted, code) {
				other = append(other, code)
				continue
			}
			for i := range d.Units {
				v, known, err := t.Value(i, j+1)
				if err != nil {
					return d, nil, err
				}
				d.Readings[code] = append(d.Readings[code], composite.Reading{Value: v, Known: known})
			}
		}
	}
	var notes []*fault.Error
	if len(other) > 0 {
		return d, nil, fault.New("calc.no-indicator", "codes", strings.Join(other, ", ")).At(t.Name, 0, "")
	}
	return d, notes, nil
}
