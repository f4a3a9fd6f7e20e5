package calc

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// balanceFlags are the flags of balance.
type balanceFlags struct {
	Matrix        string  `help:"matrix" method:"ras gras kras"`
	Rows          string  `help:"rows" method:"ras gras kras"`
	Cols          string  `help:"cols"`
	Constraints   string  `help:"constraints-balance" method:"kras"`
	Supply        string  `help:"supply-balance" method:"sut-ras"`
	Use           string  `help:"use-balance" method:"sut-ras"`
	SupplyTotals  string  `help:"supply-totals" method:"sut-ras"`
	UseTotals     string  `help:"use-totals" method:"sut-ras"`
	Method        string  `default:"ras" help:"method-balance"`
	Gap           string  `default:"refuse" help:"gap" method:"ras gras sut-ras"`
	Tolerance     float64 `default:"1e-10" help:"tolerance"`
	MaxIterations int     `default:"10000" help:"max-iterations"`
	Hold          string  `help:"hold"`
	BlankIsZero   bool    `help:"blank-is-zero"`
	What          string  `help:"what-balance"`
}

// balancing scales a matrix, or a pair of supply and use tables, to totals.
func balancing(_ context.Context, e *Env, args []string) error {
	f := &balanceFlags{}
	if err := e.parse("balance", f, args); err != nil {
		return err
	}
	if !(f.Tolerance > 0 && f.Tolerance < 1) {
		return fault.New("calc.bad-number", "flag", "--tolerance", "given", text(f.Tolerance))
	}
	if f.MaxIterations < 1 {
		return fault.New("calc.bad-number", "flag", "--max-iterations", "given", f.MaxIterations)
	}
	opt := balance.Options{Tolerance: f.Tolerance, MaxSweeps: f.MaxIterations}
	run, err := mode(e, "method", f.Method, []choice[func(*Env, *balanceFlags, balance.Options) error]{
		{"ras", biproportional(balance.RAS)}, {"gras", biproportional(balance.GRAS)}, {"kras", kras}, {"sut-ras", supplyAndUse}})
	if err != nil {
		return err
	}
	return run(e, f, opt)
}

// margins are a matrix with what is known of its totals, those that are given, all in its order.
type margins struct {
	*labelled
	u, v *vector // nil where not given
}

func (e *Env) margins(f *balanceFlags) (*margins, error) {
	m, err := e.matrix(f.Matrix, f.BlankIsZero)
	if err != nil {
		return nil, err
	}
	out := &margins{labelled: m}
	if f.Rows != "" {
		if out.u, err = e.margin(f.Rows, m, m.rows, len(m.values)); err != nil {
			return nil, err
		}
		if m.rows == nil {
			m.rows = out.u.codes
		}
	}
	if f.Cols != "" {
		if out.v, err = e.margin(f.Cols, m, m.cols, len(m.values[0])); err != nil {
			return nil, err
		}
		if m.cols == nil {
			m.cols = out.v.codes
		}
	}
	m.rows, m.cols = places(m.rows, len(m.values)), places(m.cols, len(m.values[0]))
	return out, nil
}

type scaling = func(*mat.Dense, []float64, []float64, balance.Options) (*balance.Balanced, error)

// biproportional scales a matrix to the totals of all its rows and columns.
func biproportional(scale scaling) func(*Env, *balanceFlags, balance.Options) error {
	return func(e *Env, f *balanceFlags, opt balance.Options) error {
		if err := e.need("matrix", "rows", "cols"); err != nil {
			return err
		}
		_, err := oneOf("what", f.What, []choice[bool]{{"", true}, {"matrix", true}})
		if err != nil {
			return err
		}
		if opt.Gap, err = oneOf("gap", f.Gap, []choice[balance.Gap]{{"refuse", balance.RefuseGap}, {"scale-columns", balance.ScaleColumns}, {"scale-rows", balance.ScaleRows}}); err != nil {
			return err
		}
		m, err := e.margins(f)
		if err != nil {
			return err
		}
		rows, cols := m.rows, m.cols
		opt.Names = balance.Names{Rows: rows, Columns: cols}
		if opt.Held, err = e.held(f.Hold, rows, cols); err != nil {
			return err
		}
		b, err := scale(m.dense(), m.u.values, m.v.values, opt)
		if err != nil {
			return err
		}
		result := rowsOf(b.Matrix)
		forced := [][2]string{}
		for _, c := range b.ForcedZero {
			forced = append(forced, [2]string{rows[c.Row], cols[c.Column]})
		}
		e.say("explain", "method", f.Method, "iterations", b.Iterations, "residual", text(b.MaxResidual))
		e.sayFactors(rows, b.RowFactors, b.RowTargets)
		e.sayFactors(cols, b.ColumnFactors, b.ColumnTargets)
		notes := append(zeros(nil, m.labelled), scalingNotes(b)...)
		if e.json() {
			return e.writeJSON(object{{"matrix", result}, {"iterations", b.Iterations}, {"maxResidual", b.MaxResidual}, {"method", f.Method}, {"rows", rows}, {"cols", cols},
				{"rowFactors", byCode(rows, b.RowFactors)}, {"columnFactors", byCode(cols, b.ColumnFactors)}, {"rowTargets", byCode(rows, b.RowTargets)},
				{"columnTargets", byCode(cols, b.ColumnTargets)}, {"forcedZero", forced}, {"rate", b.Rate}, {"notes", e.remarks(notes)}})
		}
		e.warn(notes)
		return e.writeCSV(wide("code", rows, cols, result)...)
	}
}

func (e *Env) sayFactors(codes []string, factors, targets []float64) {
	for i, c := range codes {
		e.say("explain-row", "code", c, "factor", text(factors[i]), "target", text(targets[i]))
	}
}

// scalingNotes are the remarks on a scaled matrix.
func scalingNotes(b *balance.Balanced) (notes []*fault.Error) {
	if b.Slow {
		notes = append(notes, fault.New("calc.slow", "rate", text(b.Rate)))
	}
	if len(b.ForcedZero) > 0 {
		notes = append(notes, fault.New("calc.forced-zero", "n", len(b.ForcedZero)))
	}
	return notes
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

// held reads cells that keep their value: row,column a line, with or without a heading. Without a file there are none.
func (e *Env) held(file string, rows, cols []string) ([]balance.Cell, error) {
	if file == "" {
		return nil, nil
	}
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
