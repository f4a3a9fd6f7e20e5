// Package balance is the calculations balance and reconcile: figures moved until totals and other constraints hold.
package balance

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
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

// Run scales a matrix, or a pair of supply and use tables, to totals.
func Run(_ context.Context, e *command.Env, args []string) error {
	f := &balanceFlags{}
	if err := e.Parse("balance", f, args); err != nil {
		return err
	}
	if !(f.Tolerance > 0 && f.Tolerance < 1) {
		return fault.New("calc.bad-number", "flag", "--tolerance", "given", command.Number(f.Tolerance))
	}
	if f.MaxIterations < 1 {
		return fault.New("calc.bad-number", "flag", "--max-iterations", "given", f.MaxIterations)
	}
	opt := balance.Options{Tolerance: f.Tolerance, MaxSweeps: f.MaxIterations}
	run, err := command.Mode(e, "method", f.Method, []command.Choice[func(*command.Env, *balanceFlags, balance.Options) error]{
		{"ras", biproportional(balance.RAS)}, {"gras", biproportional(balance.GRAS)}, {"kras", kras}, {"sut-ras", supplyAndUse}})
	if err != nil {
		return err
	}
	return run(e, f, opt)
}

// margins are a matrix with what is known of its totals, those that are given, all in its order.
type margins struct {
	*command.Matrix
	u, v *command.Vector // nil where not given
}

func readMargins(e *command.Env, f *balanceFlags) (*margins, error) {
	m, err := e.Matrix(f.Matrix, f.BlankIsZero)
	if err != nil {
		return nil, err
	}
	out := &margins{Matrix: m}
	if f.Rows != "" {
		if out.u, err = readMargin(e, f.Rows, m, m.Rows, len(m.Values)); err != nil {
			return nil, err
		}
		if m.Rows == nil {
			m.Rows = out.u.Codes
		}
	}
	if f.Cols != "" {
		if out.v, err = readMargin(e, f.Cols, m, m.Cols, len(m.Values[0])); err != nil {
			return nil, err
		}
		if m.Cols == nil {
			m.Cols = out.v.Codes
		}
	}
	m.Rows, m.Cols = command.Numbered(m.Rows, len(m.Values)), command.Numbered(m.Cols, len(m.Values[0]))
	return out, nil
}

type scaling = func(*mat.Dense, []float64, []float64, balance.Options) (*balance.Balanced, error)

// biproportional scales a matrix to the totals of all its rows and columns.
func biproportional(scale scaling) func(*command.Env, *balanceFlags, balance.Options) error {
	return func(e *command.Env, f *balanceFlags, opt balance.Options) error {
		if err := e.Need("matrix", "rows", "cols"); err != nil {
			return err
		}
		_, err := command.OneOf("what", f.What, []command.Choice[bool]{{"", true}, {"matrix", true}})
		if err != nil {
			return err
		}
		if opt.Gap, err = command.OneOf("gap", f.Gap, []command.Choice[balance.Gap]{{"refuse", balance.RefuseGap}, {"scale-columns", balance.ScaleColumns}, {"scale-rows", balance.ScaleRows}}); err != nil {
			return err
		}
		m, err := readMargins(e, f)
		if err != nil {
			return err
		}
		rows, cols := m.Rows, m.Cols
		opt.Names = balance.Names{Rows: rows, Columns: cols}
		if opt.Held, err = held(e, f.Hold, rows, cols); err != nil {
			return err
		}
		b, err := scale(m.Dense(), m.u.Values, m.v.Values, opt)
		if err != nil {
			return err
		}
		result := command.Rows(b.Matrix)
		forced := [][2]string{}
		for _, c := range b.ForcedZero {
			forced = append(forced, [2]string{rows[c.Row], cols[c.Column]})
		}
		e.Say("explain", "method", f.Method, "iterations", b.Iterations, "residual", command.Number(b.MaxResidual))
		sayFactors(e, rows, b.RowFactors, b.RowTargets)
		sayFactors(e, cols, b.ColumnFactors, b.ColumnTargets)
		notes := append(command.Zeros(nil, m.Matrix), scalingNotes(b)...)
		if e.JSON() {
			return e.WriteJSON(command.Object{{"matrix", result}, {"iterations", b.Iterations}, {"maxResidual", b.MaxResidual}, {"method", f.Method}, {"rows", rows}, {"cols", cols},
				{"rowFactors", command.ByCode(rows, b.RowFactors)}, {"columnFactors", command.ByCode(cols, b.ColumnFactors)}, {"rowTargets", command.ByCode(rows, b.RowTargets)},
				{"columnTargets", command.ByCode(cols, b.ColumnTargets)}, {"forcedZero", forced}, {"rate", b.Rate}, {"notes", e.Remarks(notes)}})
		}
		e.Warn(notes)
		return e.WriteCSV(command.Wide("code", rows, cols, result)...)
	}
}

func sayFactors(e *command.Env, codes []string, factors, targets []float64) {
	for i, c := range codes {
		e.Say("explain-row", "code", c, "factor", command.Number(factors[i]), "target", command.Number(targets[i]))
	}
}

// scalingNotes are the remarks on a scaled matrix.
func scalingNotes(b *balance.Balanced) (notes []*fault.Error) {
	if b.Slow {
		notes = append(notes, fault.New("calc.slow", "rate", command.Number(b.Rate)))
	}
	if len(b.ForcedZero) > 0 {
		notes = append(notes, fault.New("calc.forced-zero", "n", len(b.ForcedZero)))
	}
	return notes
}

// readMargin reads the targets of rows or columns in the order of the matrix; a column "se" gives their standard errors.
func readMargin(e *command.Env, file string, m *command.Matrix, codes []string, n int) (*command.Vector, error) {
	v, err := e.Vector(file)
	if err != nil {
		return nil, err
	}
	at, err := v.Order(codes, n, m.Name)
	if err != nil {
		return nil, err
	}
	out := &command.Vector{Name: file, Values: command.Reorder(v.Values, at), Extra: map[string][]float64{}}
	if v.Codes != nil {
		for _, k := range at {
			out.Codes = append(out.Codes, v.Codes[k])
		}
	}
	se, err := v.Column("se", "sd", "standard_error", "stderr")
	if err != nil {
		return nil, err
	}
	out.Extra["se"] = command.Reorder(se, at)
	return out, nil
}

// held reads cells that keep their value: row,column a line, with or without a heading. Without a file there are none.
func held(e *command.Env, file string, rows, cols []string) ([]balance.Cell, error) {
	if file == "" {
		return nil, nil
	}
	c, err := e.Cells(file)
	if err != nil {
		return nil, err
	}
	var out []balance.Cell
	for k, r := range c.Rows {
		if len(r) < 2 {
			return nil, fault.New("calc.ragged", "want", 2, "got", len(r)).At(file, c.Lines[k], "")
		}
		if k == 0 && command.Among(r[0], command.RowWords) && command.Among(r[1], command.ColumnWords) {
			continue
		}
		i, j := slices.Index(rows, r[0]), slices.Index(cols, r[1])
		if i < 0 || j < 0 {
			return nil, fault.New("calc.no-cell-in", "row", r[0], "column", r[1]).At(file, c.Lines[k], "")
		}
		out = append(out, balance.Cell{Row: i, Column: j})
	}
	return out, nil
}
