package calc

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// balancing scales a matrix to row and column totals.
func balancing(_ context.Context, e *Env, args []string) error {
	o := e.flags("balance")
	matrix := o.String("matrix", "", "matrix")
	rowsFile := o.String("rows", "", "rows")
	colsFile := o.String("cols", "", "cols")
	method := o.String("method", "ras", "method-balance")
	gap := o.String("gap", "refuse", "gap")
	tolerance := o.Float64("tolerance", 1e-10, "tolerance")
	sweeps := o.Int("max-iterations", 10000, "max-iterations")
	hold := o.String("hold", "", "hold")
	blank := o.Bool("blank-is-zero", false, "blank-is-zero")
	if err := e.parse(o, args); err != nil {
		return err
	}
	if err := o.need("matrix", "rows", "cols"); err != nil {
		return err
	}
	run, err := oneOf("method", *method, []choice[func(*mat.Dense, *vector, *vector, balance.Options) (*balance.Balanced, *balance.Settled, error)]{
		{"ras", biproportional(balance.RAS)}, {"gras", biproportional(balance.GRAS)}, {"kras", kras}})
	if err != nil {
		return err
	}
	opt := balance.Options{Tolerance: *tolerance, MaxSweeps: *sweeps}
	if !(*tolerance > 0 && *tolerance < 1) {
		return fault.New("calc.bad-number", "flag", "--tolerance", "given", text(*tolerance))
	}
	if *sweeps < 1 {
		return fault.New("calc.bad-number", "flag", "--max-iterations", "given", *sweeps)
	}
	if opt.Gap, err = oneOf("gap", *gap, []choice[balance.Gap]{{"refuse", balance.RefuseGap}, {"scale-columns", balance.ScaleColumns}, {"scale-rows", balance.ScaleRows}}); err != nil {
		return err
	}
	m, err := e.matrix(*matrix, *blank)
	if err != nil {
		return err
	}
	u, err := e.margin(*rowsFile, m, m.rows, len(m.values))
	if err != nil {
		return err
	}
	v, err := e.margin(*colsFile, m, m.cols, len(m.values[0]))
	if err != nil {
		return err
	}
	rows, cols := m.rows, m.cols
	if rows == nil {
		rows = places(u.codes, len(u.values))
	}
	if cols == nil {
		cols = places(v.codes, len(v.values))
	}
	opt.Names = balance.Names{Rows: rows, Columns: cols}
	if *hold != "" {
		if opt.Held, err = e.held(*hold, rows, cols); err != nil {
			return err
		}
	}
	prior := m.dense()
	scaled, settled, err := run(prior, u, v, opt)
	if err != nil {
		return err
	}
	notes := zeros(nil, m)
	var out object
	var result [][]float64
	if scaled != nil {
		result = rowsOf(scaled.Matrix)
		if scaled.Slow {
			notes = append(notes, fault.New("calc.slow", "rate", text(scaled.Rate)))
		}
		if len(scaled.ForcedZero) > 0 {
			notes = append(notes, fault.New("calc.forced-zero", "n", len(scaled.ForcedZero)))
		}
		forced := [][2]string{}
		for _, c := range scaled.ForcedZero {
			forced = append(forced, [2]string{rows[c.Row], cols[c.Column]})
		}
		out = object{{"matrix", result}, {"iterations", scaled.Iterations}, {"maxResidual", scaled.MaxResidual}, {"method", *method}, {"rows", rows}, {"cols", cols},
			{"rowFactors", byCode(rows, scaled.RowFactors)}, {"columnFactors", byCode(cols, scaled.ColumnFactors)}, {"rowTargets", byCode(rows, scaled.RowTargets)},
			{"columnTargets", byCode(cols, scaled.ColumnTargets)}, {"forcedZero", forced}, {"rate", scaled.Rate}}
		e.say(o, "explain", "method", *method, "iterations", scaled.Iterations, "residual", text(scaled.MaxResidual))
		for i, c := range rows {
			e.say(o, "explain-row", "code", c, "factor", text(scaled.RowFactors[i]), "target", text(scaled.RowTargets[i]))
		}
		for j, c := range cols {
			e.say(o, "explain-row", "code", c, "factor", text(scaled.ColumnFactors[j]), "target", text(scaled.ColumnTargets[j]))
		}
	} else {
		n := len(cols)
		for i := range rows {
			result = append(result, settled.Values[i*n:(i+1)*n])
		}
		if settled.Conflict {
			notes = append(notes, fault.New("calc.conflict"))
		}
		out = object{{"matrix", result}, {"iterations", settled.Iterations}, {"maxResidual", settled.MaxResidual}, {"method", *method}, {"rows", rows}, {"cols", cols},
			{"rowTargets", byCode(rows, settled.Targets[:len(rows)])}, {"columnTargets", byCode(cols, settled.Targets[len(rows):])},
			{"rowShifts", byCode(rows, settled.Shifts[:len(rows)])}, {"columnShifts", byCode(cols, settled.Shifts[len(rows):])}, {"conflict", settled.Conflict}}
		e.say(o, "explain", "method", *method, "iterations", settled.Iterations, "residual", text(settled.MaxResidual))
	}
	if *o.json {
		return e.writeJSON(append(out, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	return e.writeCSV(wide("code", rows, cols, result)...)
}

// margin reads the targets of rows or columns in the order of the matrix; a column "se" gives their standard errors.
func (e *Env) margin(file string, m *labelled, codes []string, n int) (*vector, error) {
	v, err := e.vector(file)
	if err != nil {
		return nil, err
	}
	at, err := v.order(codes, n, m.name)
	if err != nil {
		return nil, err
	}
	out := &vector{name: file, values: pick(v.values, at), extra: map[string][]float64{}}
	if v.codes != nil {
		for _, k := range at {
			out.codes = append(out.codes, v.codes[k])
		}
	}
	se, err := v.column("se", "sd", "standard_error", "stderr")
	if err != nil {
		return nil, err
	}
	out.extra["se"] = pick(se, at)
	return out, nil
}

type scaling = func(*mat.Dense, []float64, []float64, balance.Options) (*balance.Balanced, error)

func biproportional(f scaling) func(*mat.Dense, *vector, *vector, balance.Options) (*balance.Balanced, *balance.Settled, error) {
	return func(prior *mat.Dense, u, v *vector, opt balance.Options) (*balance.Balanced, *balance.Settled, error) {
		b, err := f(prior, u.values, v.values, opt)
		return b, nil, err
	}
}

func kras(prior *mat.Dense, u, v *vector, opt balance.Options) (*balance.Balanced, *balance.Settled, error) {
	cs, err := balance.MarginConstraints(u.values, v.values, u.extra["se"], v.extra["se"], opt.Names)
	if err != nil {
		return nil, nil, err
	}
	r, c := prior.Dims()
	cells := make([]float64, 0, r*c)
	for i := range r {
		cells = append(cells, prior.RawRowView(i)...)
	}
	margins := len(cs)
	for _, h := range opt.Held {
		k := h.Row*c + h.Column
		cs = append(cs, balance.Constraint{Name: opt.Names.Rows[h.Row] + "," + opt.Names.Columns[h.Column], Terms: []balance.Term{{Cell: k, Coefficient: 1}}, Value: cells[k]})
	}
	s, err := balance.KRAS(cells, cs, opt)
	if err != nil {
		return nil, nil, err
	}
	s.Targets, s.Shifts = s.Targets[:margins], s.Shifts[:margins]
	return nil, s, nil
}

// held reads cells that keep their value: row,column a line, with or without a heading.
func (e *Env) held(file string, rows, cols []string) ([]balance.Cell, error) {
	c, err := e.cells(file)
	if err != nil {
		return nil, err
	}
	var out []balance.Cell
	for k, r := range c.rows {
		if len(r) < 2 {
			return nil, fault.New("calc.ragged", "want", 2, "got", len(r)).At(file, c.lines[k], "")
		}
		if k == 0 && among(r[0], rowWords) && among(r[1], columnWords) {
			continue
		}
		i, j := slices.Index(rows, r[0]), slices.Index(cols, r[1])
		if i < 0 || j < 0 {
			return nil, fault.New("calc.no-cell-in", "row", r[0], "column", r[1]).At(file, c.lines[k], "")
		}
		out = append(out, balance.Cell{Row: i, Column: j})
	}
	return out, nil
}
