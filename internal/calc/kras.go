package calc

import (
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// kras scales a matrix to linear constraints on its cells, each of which may have a standard error: totals of rows, of columns, and any
// others.
func kras(e *Env, f *balanceFlags, opt balance.Options) error {
	needs := []string{"matrix", "rows", "cols"}
	if f.Constraints != "" { // they may stand alone
		needs = needs[:1]
	}
	if err := e.need(needs...); err != nil {
		return err
	}
	what, err := oneOf("what", f.What, []choice[string]{{"", "matrix"}, {"matrix", "matrix"}, {"constraints", "constraints"}})
	if err != nil {
		return err
	}
	m, err := e.margins(f)
	if err != nil {
		return err
	}
	rows, cols := m.rows, m.cols
	prior := slices.Concat(m.values...)
	cs, err := m.constraints()
	if err != nil {
		return err
	}
	totals := len(cs)
	if f.Constraints != "" {
		more, err := e.cellConstraints(f.Constraints, rows, cols, m.name)
		if err != nil {
			return err
		}
		cs = append(cs, more...)
	}
	wanted := len(cs)
	held, err := e.held(f.Hold, rows, cols)
	if err != nil {
		return err
	}
	for _, h := range held {
		k := h.Row*len(cols) + h.Column
		cs = append(cs, balance.Constraint{Name: rows[h.Row] + "," + cols[h.Column], Terms: []balance.Term{{Cell: k, Coefficient: 1}}, Value: prior[k]})
	}
	s, err := balance.KRAS(prior, cs, opt)
	if err != nil {
		return err
	}
	notes := zeros(nil, m.labelled)
	if s.Conflict {
		notes = append(notes, fault.New("calc.conflict"))
	}
	e.say("explain", "method", f.Method, "iterations", s.Iterations, "residual", text(s.MaxResidual))
	reached := make([]float64, wanted)
	for k, c := range cs[:wanted] {
		for _, t := range c.Terms {
			reached[k] += t.Coefficient * s.Values[t.Cell]
		}
		e.say("explain-constraint", "name", c.Name, "value", text(c.Value), "reached", text(reached[k]), "se", text(c.SE))
	}
	result := slices.Collect(slices.Chunk(s.Values, len(cols)))
	if e.json() {
		out := object{{"matrix", result}, {"iterations", s.Iterations}, {"maxResidual", s.MaxResidual}, {"method", f.Method}, {"rows", rows}, {"cols", cols}}
		from := 0
		if m.u != nil {
			from = len(rows)
			out = append(out, member{"rowTargets", byCode(rows, s.Targets[:from])}, member{"rowShifts", byCode(rows, s.Shifts[:from])})
		}
		if m.v != nil {
			out = append(out, member{"columnTargets", byCode(cols, s.Targets[from:totals])}, member{"columnShifts", byCode(cols, s.Shifts[from:totals])})
		}
		list := []object{}
		for k, c := range cs[:wanted] {
			list = append(list, object{{"name", c.Name}, {"value", c.Value}, {"reached", reached[k]}, {"se", c.SE}, {"shift", s.Shifts[k]}})
		}
		return e.writeJSON(append(out, member{"constraints", list}, member{"conflict", s.Conflict}, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	if what == "matrix" {
		return e.writeCSV(wide("code", rows, cols, result)...)
	}
	table := [][]string{{"constraint", "value", "reached", "se", "shift"}}
	for k, c := range cs[:wanted] {
		table = append(table, []string{c.Name, text(c.Value), text(reached[k]), text(c.SE), text(s.Shifts[k])})
	}
	return e.writeCSV(table...)
}

// constraints gives the totals that are known, of rows and then of columns.
func (m *margins) constraints() ([]balance.Constraint, error) {
	side := func(v *vector, n int) (values, se []float64) {
		if v == nil {
			return make([]float64, n), nil
		}
		return v.values, v.extra["se"]
	}
	u, su := side(m.u, len(m.rows))
	v, sv := side(m.v, len(m.cols))
	cs, err := balance.MarginConstraints(u, v, su, sv, balance.Names{Rows: m.rows, Columns: m.cols})
	if err != nil {
		return nil, err
	}
	if m.v == nil {
		cs = cs[:len(m.rows)]
	}
	if m.u == nil {
		cs = cs[len(m.rows):]
	}
	return cs, nil
}

// cellConstraints reads constraints on the cells of a matrix. A cell goes by the codes of its row and column with a colon between, r1:c1,
// in every layout of constraints; the long one may as well have the two codes in columns of their own.
func (e *Env) cellConstraints(file string, rows, cols []string, of string) ([]balance.Constraint, error) {
	codes, seen := make([]string, 0, len(rows)*len(cols)), make(map[string]bool, len(rows)*len(cols))
	for _, r := range rows {
		for _, c := range cols {
			code := r + ":" + c
			if seen[code] { // codes hold colons themselves, and two cells read the same
				return nil, fault.New("calc.twice", "code", code).At(of, 0, "")
			}
			codes, seen[code] = append(codes, code), true
		}
	}
	c, err := e.cells(file)
	if err != nil {
		return nil, err
	}
	heads := func(h string, words []string) bool { return among(h, words) || h != "" && among(h, codeWords) }
	if h := c.rows[0]; len(h) > 3 && heads(h[1], rowWords) && heads(h[2], columnWords) {
		for i, r := range c.rows {
			for len(r) < 4 {
				r = append(r, "")
			}
			code := r[1] + ":" + r[2]
			if r[1] == "" || r[2] == "" { // a line of the total, or of its standard error
				code = r[1] + r[2]
			}
			if i == 0 {
				code = "cell" // as the long layout heads its codes
			}
			c.rows[i] = slices.Concat(r[:1], []string{code}, r[3:])
		}
	}
	return c.constraints(codes, of)
}
