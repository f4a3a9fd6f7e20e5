package balance

import (
	"slices"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// kras scales a matrix to linear constraints on its cells, each of which may have a standard error: totals of rows, of columns, and any
// others.
func kras(e *command.Env, f *balanceFlags, opt balance.Options) error {
	needs := []string{"matrix", "rows", "cols"}
	if f.Constraints != "" { // they may stand alone
		needs = needs[:1]
	}
	if err := e.Need(needs...); err != nil {
		return err
	}
	what, err := command.OneOf("what", f.What, []command.Choice[string]{{"", "matrix"}, {"matrix", "matrix"}, {"constraints", "constraints"}})
	if err != nil {
		return err
	}
	m, err := readMargins(e, f)
	if err != nil {
		return err
	}
	rows, cols := m.Rows, m.Cols
	prior := slices.Concat(m.Values...)
	cs, err := m.constraints()
	if err != nil {
		return err
	}
	totals := len(cs)
	if f.Constraints != "" {
		more, err := cellConstraints(e, f.Constraints, rows, cols, m.Name)
		if err != nil {
			return err
		}
		cs = append(cs, more...)
	}
	wanted := len(cs)
	held, err := held(e, f.Hold, rows, cols)
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
	notes := command.Zeros(nil, m.Matrix)
	if s.Conflict {
		notes = append(notes, fault.New("calc.conflict"))
	}
	e.Say("explain", "method", f.Method, "iterations", s.Iterations, "residual", command.Number(s.MaxResidual))
	reached := make([]float64, wanted)
	for k, c := range cs[:wanted] {
		reached[k] = c.Sum(s.Values)
		e.Say("explain-constraint", "name", c.Name, "value", command.Number(c.Value), "reached", command.Number(reached[k]), "se", command.Number(c.SE))
	}
	result := slices.Collect(slices.Chunk(s.Values, len(cols)))
	if e.JSON() {
		out := command.Object{{"matrix", result}, {"iterations", s.Iterations}, {"maxResidual", s.MaxResidual}, {"method", f.Method}, {"rows", rows}, {"cols", cols}}
		from := 0
		if m.u != nil {
			from = len(rows)
			out = append(out, command.Member{"rowTargets", command.ByCode(rows, s.Targets[:from])}, command.Member{"rowShifts", command.ByCode(rows, s.Shifts[:from])})
		}
		if m.v != nil {
			out = append(out, command.Member{"columnTargets", command.ByCode(cols, s.Targets[from:totals])}, command.Member{"columnShifts", command.ByCode(cols, s.Shifts[from:totals])})
		}
		list := []command.Object{}
		for k, c := range cs[:wanted] {
			list = append(list, command.Object{{"name", c.Name}, {"value", c.Value}, {"reached", reached[k]}, {"se", c.SE}, {"shift", s.Shifts[k]}})
		}
		return e.WriteJSON(append(out, command.Member{"constraints", list}, command.Member{"conflict", s.Conflict}, command.Member{"notes", e.Remarks(notes)}))
	}
	e.Warn(notes)
	if what == "matrix" {
		return e.WriteCSV(command.Wide("code", rows, cols, result)...)
	}
	table := [][]string{{"constraint", "value", "reached", "se", "shift"}}
	for k, c := range cs[:wanted] {
		table = append(table, []string{c.Name, command.Number(c.Value), command.Number(reached[k]), command.Number(c.SE), command.Number(s.Shifts[k])})
	}
	return e.WriteCSV(table...)
}

// constraints gives the totals that are known, of rows and then of columns.
func (m *margins) constraints() ([]balance.Constraint, error) {
	side := func(v *command.Vector, n int) (values, se []float64) {
		if v == nil {
			return make([]float64, n), nil
		}
		return v.Values, v.Extra["se"]
	}
	u, su := side(m.u, len(m.Rows))
	v, sv := side(m.v, len(m.Cols))
	cs, err := balance.MarginConstraints(u, v, su, sv, balance.Names{Rows: m.Rows, Columns: m.Cols})
	if err != nil {
		return nil, err
	}
	if m.v == nil {
		cs = cs[:len(m.Rows)]
	}
	if m.u == nil {
		cs = cs[len(m.Rows):]
	}
	return cs, nil
}

// cellConstraints reads constraints on the cells of a matrix. A cell goes by the codes of its row and column with a colon between, r1:c1,
// in every layout of constraints; the long one may as well have the two codes in columns of their own.
func cellConstraints(e *command.Env, file string, rows, cols []string, of string) ([]balance.Constraint, error) {
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
	c, err := e.Cells(file)
	if err != nil {
		return nil, err
	}
	heads := func(h string, words []string) bool {
		return command.Among(h, words) || h != "" && command.Among(h, command.CodeWords)
	}
	if h := c.Rows[0]; len(h) > 3 && heads(h[1], command.RowWords) && heads(h[2], command.ColumnWords) {
		for i, r := range c.Rows {
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
			c.Rows[i] = slices.Concat(r[:1], []string{code}, r[3:])
		}
	}
	return constraints(c, codes, of)
}
