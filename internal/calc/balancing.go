package calc

import (
	"context"
	"math"
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
	out := object{}
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

// reconcile adjusts figures to linear constraints in proportion to their variances.
func reconcile(_ context.Context, e *Env, args []string) error {
	o := e.flags("reconcile")
	values := o.String("values", "", "values")
	constraints := o.String("constraints", "", "constraints")
	variances := o.String("variances", "", "variances")
	nonNegative := o.Bool("non-negative", false, "non-negative")
	path := o.String("path", "auto", "path")
	if err := e.parse(o, args); err != nil {
		return err
	}
	if err := o.need("values", "constraints"); err != nil {
		return err
	}
	how, err := oneOf("path", *path, []choice[balance.Path]{{"auto", balance.Auto}, {"direct", balance.Direct}, {"iterative", balance.Iterative}})
	if err != nil {
		return err
	}
	x, err := e.vector(*values)
	if err != nil {
		return err
	}
	named := x.codes != nil
	x.codes = places(x.codes, len(x.values))
	p := balance.Problem{Values: x.values, Names: x.codes}
	if p.Variances, err = e.variances(x, *variances, named); err != nil {
		return err
	}
	if p.Constraints, err = e.constraints(*constraints, x.codes, named); err != nil {
		return err
	}
	if *nonNegative {
		p.NonNegative = slices.Repeat([]bool{true}, len(x.values))
	}
	r, err := balance.Reconcile(p, balance.StoneOptions{Path: how})
	if err != nil {
		return err
	}
	after, err := r.Variances()
	if err != nil {
		return err
	}
	var notes []*fault.Error
	for _, k := range r.Flagged {
		notes = append(notes, fault.New("calc.far-off", "name", p.Constraints[k].Name, "gap", text(r.Discrepancies[k]), "sd", text(r.Standardised[k])))
	}
	if *o.json {
		var list []object
		names := func(at []int, of func(int) string) []string {
			out := []string{}
			for _, k := range at {
				out = append(out, of(k))
			}
			return out
		}
		constraint := func(k int) string { return p.Constraints[k].Name }
		for k, c := range p.Constraints {
			list = append(list, object{{"name", c.Name}, {"value", c.Value}, {"discrepancy", r.Discrepancies[k]}, {"standardised", r.Standardised[k]}, {"multiplier", r.Multipliers[k]}})
		}
		se := make([]float64, len(after))
		for i, v := range after {
			se[i] = math.Sqrt(max(v, 0))
		}
		out := object{{"values", byCode(x.codes, r.Values)}, {"variances", byCode(x.codes, after)}, {"se", byCode(x.codes, se)}, {"prior", byCode(x.codes, x.values)},
			{"priorVariances", byCode(x.codes, p.Variances)}, {"constraints", list}, {"chiSquare", r.ChiSquare}, {"df", r.DF}, {"rankKnown", r.RankKnown}}
		if r.RankKnown {
			out = append(out, member{"pValue", r.PValue})
		}
		return e.writeJSON(append(out, member{"flagged", names(r.Flagged, constraint)}, member{"redundant", names(r.Redundant, constraint)},
			member{"bound", names(r.Bound, func(k int) string { return x.codes[k] })}, member{"iterations", r.Iterations}, member{"maxResidual", r.MaxResidual}, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	for k, c := range p.Constraints {
		e.say(o, "explain-constraint", "name", c.Name, "value", text(c.Value), "gap", text(r.Discrepancies[k]), "multiplier", text(r.Multipliers[k]))
	}
	e.say(o, "explain", "chi", text(r.ChiSquare), "df", r.DF, "residual", text(r.MaxResidual))
	return e.writeCSV(columns([]string{"code", "value", "variance", "prior"}, x.codes, texts(r.Values), texts(after), texts(x.values))...)
}

// variances gives V: from its own file (code,variance or code,cv), from a column of the values' file (variance, se or cv), or |x|.
func (e *Env) variances(x *vector, file string, named bool) ([]float64, error) {
	from, values := x, []float64(nil)
	kind := "variance"
	if file != "" {
		v, err := e.vector(file)
		if err != nil {
			return nil, err
		}
		codes := x.codes
		if !named {
			v.codes = nil
		}
		at, err := v.order(codes, len(codes), x.name)
		if err != nil {
			return nil, err
		}
		switch {
		case among(v.head, []string{"cv"}):
			kind = "cv"
		case among(v.head, []string{"se", "sd", "standard_error", "stderr"}):
			kind = "se"
		}
		from, values = v, pick(v.values, at)
	} else {
		for _, k := range [][]string{{"variance", "var", "v"}, {"cv"}, {"se", "sd", "standard_error", "stderr"}} {
			v, err := x.column(k...)
			if err != nil {
				return nil, err
			}
			if v != nil && values == nil {
				values, kind = v, k[0]
			}
		}
	}
	if values == nil {
		return balance.ProportionalVariances(x.values), nil
	}
	for i, v := range values {
		if v < 0 {
			return nil, fault.New("calc.negative", "code", x.codes[i], "value", text(v)).At(from.name, 0, kind)
		}
	}
	switch kind {
	case "cv":
		return balance.VariancesFromCV(x.values, values)
	case "se":
		out := make([]float64, len(values))
		for i, v := range values {
			out[i] = v * v
		}
		return out, nil
	}
	return values, nil
}
