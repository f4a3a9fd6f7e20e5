package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Cell is a position in a matrix, counted from 0.
type Cell struct{ Row, Column int }

// Gap says what to do when row targets and column targets add to different totals.
type Gap int

// The ways to treat different totals. A difference within 1e-9 of the total is rounding and always goes
// to the columns.
const (
	RefuseGap    Gap = iota // an error that names both totals
	ScaleColumns            // the row total is right: column targets move in proportion to their size
	ScaleRows               // the column total is right
)

// Options of the scaling methods. The zero value is the documented default.
type Options struct {
	Tolerance float64 // largest relative margin residual that is accepted; 0 means 1e-10
	MaxSweeps int     // sweeps before the targets are reported as not reached; 0 means 10 000
	Gap       Gap     // what to do when the two totals differ
	Held      []Cell  // cells that keep their prior value
	Names     Names   // codes used in errors
}

func (o Options) tolerance() float64 {
	if o.Tolerance > 0 {
		return o.Tolerance
	}
	return 1e-10
}

func (o Options) maxSweeps() int {
	if o.MaxSweeps > 0 {
		return o.MaxSweeps
	}
	return 10_000
}

// Balanced is a matrix that meets its margins, and how it got there.
type Balanced struct {
	Matrix        *mat.Dense // m × n, in the unit of the targets
	RowFactors    []float64  // r: positive cells are multiplied by r_i s_j, negative ones divided by it
	ColumnFactors []float64  // s
	Iterations    int        // sweeps over rows and columns
	MaxResidual   float64    // largest relative margin residual at the end
	ForcedZero    []Cell     // cells of the prior that are zero in every matrix meeting the targets
	Rate          float64    // residual of the last sweep over that of the one before; near 1 is nearly infeasible
	Slow          bool       // Rate above 0.99: the targets are close to contradicting the zeros of the prior
	RowTargets    []float64  // targets used, after any declared scaling
	ColumnTargets []float64
	TotalRows     float64 // total of the row targets as given
	TotalColumns  float64 // total of the column targets as given
}

// problem is a scaling problem with held cells taken out and forced zeros dropped.
type problem struct {
	a          *mat.Dense // free part of the prior
	u, v       []float64  // targets of the free part
	names      Names
	rows, cols int
	before     []float64 // row factors before the last pass
}

// RAS scales a non-negative prior (m × n) by r^ A s^ until its rows add to rows (m) and its columns to
// cols (n), all in one unit. Zeros stay zero and odds ratios are kept. A cell that is zero in every
// matrix meeting the targets is set to zero and listed in ForcedZero: it is the limit of the iteration.
//
// Errors: a negative cell or target (use GRAS), different totals, an empty line with a target, an
// infeasible block of zeros (named), no convergence. Source: Stone 1961; Bacharach 1970.
func RAS(prior *mat.Dense, rows, cols []float64, o Options) (*Balanced, error) {
	if err := checkShapes(prior, rows, cols, o.Names); err != nil {
		return nil, err
	}
	m, n := prior.Dims()
	for i := range m {
		for j := range n {
			if prior.At(i, j) < 0 {
				return nil, fault.New("balance.negative-cell", "row", nameOf(o.Names.Rows, i), "column", nameOf(o.Names.Columns, j), "value", num(prior.At(i, j)))
			}
		}
	}
	for i, x := range rows {
		if x < 0 {
			return nil, fault.New("balance.negative-row-target", "row", nameOf(o.Names.Rows, i), "value", num(x))
		}
	}
	for j, x := range cols {
		if x < 0 {
			return nil, fault.New("balance.negative-column-target", "column", nameOf(o.Names.Columns, j), "value", num(x))
		}
	}
	return GRAS(prior, rows, cols, o)
}

// GRAS scales a prior of any signs (m × n): positive cells by r_i s_j, negative cells by 1/(r_i s_j), so
// that signs and zeros are kept and the margins are met. Targets may be negative or zero. It equals RAS
// when the prior has no negative cell.
//
// Errors as RAS, and a target whose sign its line cannot reach. Source: Junius and Oosterhaven 2003,
// in the closed form of Temurshoev, Miller and Bouwmeester 2013.
func GRAS(prior *mat.Dense, rows, cols []float64, o Options) (*Balanced, error) {
	if err := checkShapes(prior, rows, cols, o.Names); err != nil {
		return nil, err
	}
	p, out, err := prepare(prior, rows, cols, o)
	if err != nil {
		return nil, err
	}
	out.ForcedZero, err = feasible(p.a, p.u, p.v, p.names)
	if err != nil {
		return nil, err
	}
	for _, c := range out.ForcedZero {
		p.a.Set(c.Row, c.Column, 0)
	}
	out.ForcedZero = p.keepTiny(out.ForcedZero, prior)
	if err := sweep(p, out, o); err != nil {
		return nil, err
	}
	for _, c := range o.Held {
		out.Matrix.Set(c.Row, c.Column, prior.At(c.Row, c.Column))
	}
	return out, nil
}

// keepTiny gives back the cells of a line whose target is so small beside the others that its flow passed
// for none.
func (p *problem) keepTiny(forced []Cell, prior *mat.Dense) []Cell {
	row, col := make([]bool, p.rows), make([]bool, p.cols)
	for i := range p.rows {
		for j := range p.cols {
			if p.a.At(i, j) != 0 {
				row[i], col[j] = true, true
			}
		}
	}
	kept := forced[:0]
	for _, c := range forced {
		if (!row[c.Row] && p.u[c.Row] != 0) || (!col[c.Column] && p.v[c.Column] != 0) {
			p.a.Set(c.Row, c.Column, prior.At(c.Row, c.Column))
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// Feasible tells whether some matrix with the signs and zeros of the prior meets the targets, without
// computing it, and lists the cells that would have to be zero. The error names the block that cannot.
func Feasible(prior *mat.Dense, rows, cols []float64, o Options) ([]Cell, error) {
	if err := checkShapes(prior, rows, cols, o.Names); err != nil {
		return nil, err
	}
	p, _, err := prepare(prior, rows, cols, o)
	if err != nil {
		return nil, err
	}
	return feasible(p.a, p.u, p.v, p.names)
}

func checkShapes(prior *mat.Dense, rows, cols []float64, names Names) error {
	if prior == nil || prior.IsEmpty() {
		return fault.New("balance.empty")
	}
	m, n := prior.Dims()
	if len(rows) != m || len(cols) != n {
		return fault.New("balance.shape", "rows", m, "columns", n, "rowTargets", len(rows), "columnTargets", len(cols))
	}
	if err := checkMatrix(prior, names); err != nil {
		return err
	}
	if err := checkVector("row targets", names.Rows, rows); err != nil {
		return err
	}
	return checkVector("column targets", names.Columns, cols)
}

// prepare settles the totals and takes the held cells out of prior and targets.
func prepare(prior *mat.Dense, rows, cols []float64, o Options) (*problem, *Balanced, error) {
	m, n := prior.Dims()
	out := &Balanced{TotalRows: sum(rows), TotalColumns: sum(cols)}
	p := &problem{a: mat.DenseCopyOf(prior), u: clone(rows), v: clone(cols), names: o.Names, rows: m, cols: n}
	gap := out.TotalRows - out.TotalColumns
	scale := math.Max(absSum(rows), absSum(cols))
	switch {
	case gap == 0:
	case math.Abs(gap) <= 1e-9*scale, o.Gap == ScaleColumns:
		spread(p.v, gap)
	case o.Gap == ScaleRows:
		spread(p.u, -gap)
	default:
		return nil, nil, fault.New("balance.totals-differ", "rows", num(out.TotalRows), "columns", num(out.TotalColumns), "gap", num(gap))
	}
	if math.Abs(sum(p.u)-sum(p.v)) > 1e-9*scale {
		return nil, nil, fault.New("balance.totals-differ", "rows", num(out.TotalRows), "columns", num(out.TotalColumns), "gap", num(gap))
	}
	out.RowTargets, out.ColumnTargets = clone(p.u), clone(p.v)
	rowMass, colMass := make([]float64, m), make([]float64, n)
	for i, x := range p.u {
		rowMass[i] = math.Abs(x)
	}
	for j, x := range p.v {
		colMass[j] = math.Abs(x)
	}
	for _, c := range o.Held {
		if c.Row < 0 || c.Row >= m || c.Column < 0 || c.Column >= n {
			return nil, nil, fault.New("balance.held-outside", "row", c.Row+1, "column", c.Column+1)
		}
		x := p.a.At(c.Row, c.Column)
		p.u[c.Row] -= x
		p.v[c.Column] -= x
		rowMass[c.Row] += math.Abs(x)
		colMass[c.Column] += math.Abs(x)
		p.a.Set(c.Row, c.Column, 0)
	}
	if len(o.Held) > 0 {
		settle(p.u, rowMass)
		settle(p.v, colMass)
	}
	return p, out, nil
}

// settle cleans the rounding that is left where held cells use up a target.
func settle(target, mass []float64) {
	for i := range target {
		if math.Abs(target[i]) <= 1e-13*mass[i] {
			target[i] = 0
		}
	}
}

// spread adds gap to the elements of x in proportion to their absolute size.
func spread(x []float64, gap float64) {
	mass := absSum(x)
	if mass == 0 {
		return
	}
	for i := range x {
		x[i] += gap * math.Abs(x[i]) / mass
	}
}

func clone(x []float64) []float64 { return append([]float64(nil), x...) }

func sum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}

func absSum(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += math.Abs(v)
	}
	return s
}
