package balance

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

const (
	mostCovariance = 2000    // cells for which a full covariance is accepted
	mostDirect     = 400_000 // cells × constraints up to which the direct path is chosen
	mostRows       = 800     // constraints up to which the direct path is chosen
	smallest       = 1e-100  // figures below this are zero: their squares leave the range of the arithmetic
)

// normal is the system (G V G' + Σ) μ = d. Each constraint is scaled to unit diagonal, so that trillions
// of đồng and single percentages can stand side by side.
type normal struct {
	g         *sparse
	cs        []Constraint
	x         []float64 // figures before adjustment
	v         []float64 // variances, or nil
	full      *mat.SymDense
	root      *mat.Dense // square root of full: full = root' root
	diagonal  []float64  // of G V G' + Σ
	scale     []float64  // 1/sqrt(diagonal), 0 for a constraint nothing can move
	size      []float64  // against which the residual of each constraint is judged
	tolerance float64
	limit     int
	path      Path
	f         factorisation // nil while the system is solved by conjugate gradients
}

// factorisation is a rank-revealing factor of the system.
type factorisation interface {
	solve(b []float64) []float64 // μ with (G V G' + Σ) μ = b, 0 on redundant constraints
	form(b []float64) float64    // b'(G V G' + Σ)⁺ b
	size() int                   // the rank
	dependent() []int            // redundant constraints, sorted
}

func newNormal(p Problem, o StoneOptions) *normal {
	e := &normal{g: compile(p.Constraints, len(p.Values)), cs: p.Constraints, x: p.Values,
		v: p.Variances, full: p.Covariance, tolerance: o.Tolerance, limit: o.MaxIterations, path: o.Path}
	if e.tolerance <= 0 {
		e.tolerance = 1e-10
	}
	c := len(p.Constraints)
	if e.limit <= 0 {
		e.limit = 2000 + 10*c
	}
	e.size = e.g.mass(p.Values)
	for k := range e.size {
		e.size[k] = math.Max(e.size[k], math.Abs(p.Constraints[k].Value))
		if e.size[k] < smallest {
			e.size[k] = smallest
		}
	}
	if e.path == Auto {
		e.path = Sparse
		if c <= mostRows && c*len(p.Values) <= mostDirect {
			e.path = Direct
		}
	}
	if e.full != nil {
		e.path = Direct
	}
	return e
}

// prepare computes the diagonal and, on the direct path, the factor.
func (e *normal) prepare() error {
	c := e.g.rows()
	e.diagonal, e.scale = make([]float64, c), make([]float64, c)
	if e.full != nil {
		root, err := squareRoot(e.full)
		if err != nil {
			return err
		}
		e.root = root
	}
	row, vrow := make([]float64, e.g.cells), make([]float64, e.g.cells)
	for k := range c {
		var d float64
		if e.full != nil {
			e.row(row, k)
			e.applyV(vrow, row)
			for i := range row {
				d += row[i] * vrow[i]
			}
		} else { // repeated terms of one cell add before they are squared
			for i := e.g.start[k]; i < e.g.start[k+1]; i++ {
				row[e.g.cell[i]] += e.g.coef[i]
			}
			for i := e.g.start[k]; i < e.g.start[k+1]; i++ {
				j := e.g.cell[i]
				d += row[j] * row[j] * e.v[j]
				row[j] = 0
			}
		}
		e.diagonal[k] = math.Max(d, 0) + e.cs[k].SE*e.cs[k].SE
		if e.diagonal[k] > 0 {
			e.scale[k] = 1 / math.Sqrt(e.diagonal[k])
			if !finite(e.scale[k]) || e.scale[k] == 0 {
				return fault.New("balance.variance-range", "constraint", constraintName(e.cs, k))
			}
			e.size[k] = math.Max(e.size[k], 1e-4*math.Sqrt(e.diagonal[k])) // figures may start near zero and move far
		}
	}
	switch e.path {
	case Direct:
		e.f = e.factor()
	case Sparse:
		if f := e.reduce(); f != nil {
			e.f = f
		}
	}
	return nil
}

// fixedRows refuses a hard constraint whose cells are all fixed and do not satisfy it.
func (e *normal) fixedRows(d []float64) error {
	for k := range d {
		if e.cs[k].SE > 0 || math.Abs(d[k]) <= 1e-9*e.size[k] {
			continue
		}
		movable := e.full != nil
		for i := e.g.start[k]; i < e.g.start[k+1] && !movable; i++ {
			movable = e.v[e.g.cell[i]] > 0
		}
		if !movable {
			return fault.New("balance.all-fixed", "constraint", constraintName(e.cs, k), "gap", num(d[k]))
		}
	}
	return nil
}

func (e *normal) row(dst []float64, k int) {
	clear(dst)
	for i := e.g.start[k]; i < e.g.start[k+1]; i++ {
		dst[e.g.cell[i]] += e.g.coef[i]
	}
}

func (e *normal) applyV(dst, x []float64) {
	if e.full == nil {
		for i := range dst {
			dst[i] = e.v[i] * x[i]
		}
		return
	}
	mat.NewVecDense(len(dst), dst).MulVec(e.full, mat.NewVecDense(len(x), x))
}

// move sets x = x - V G' μ, leaving fixed cells as they are to the bit.
func (e *normal) move(x, mu []float64) {
	gt, step := make([]float64, e.g.cells), make([]float64, e.g.cells)
	e.g.mulT(gt, mu)
	e.applyV(step, gt)
	for i, s := range step {
		if s != 0 {
			x[i] -= s
		}
	}
}

// residual gives the largest relative residual of the hard constraints.
func (e *normal) residual(x []float64) float64 {
	y, mass := make([]float64, e.g.rows()), e.g.mass(x)
	e.g.mul(y, x)
	var worst float64
	for k := range y {
		if e.cs[k].SE == 0 {
			worst = math.Max(worst, math.Abs(y[k]-e.cs[k].Value)/math.Max(e.size[k], mass[k]))
		}
	}
	return worst
}

// solve finds μ. With refuse it reports discrepancies outside the range of the system as contradicting
// constraints.
func (e *normal) solve(d []float64, refuse bool) ([]float64, int, error) {
	if refuse {
		switch f := e.f.(type) {
		case *pivoted:
			if err := f.consistent(d, e); err != nil {
				return nil, 0, err
			}
		case *reduced:
			if !f.consistent(d, e) {
				e.f = nil
			}
		}
	}
	if e.f == nil {
		return e.conjugate(d, refuse)
	}
	return e.f.solve(d), 0, nil
}

// refine removes what rounding left: the residual of the moved figures is small, so a second solve
// for it is nearly exact.
func (e *normal) refine(x, mu []float64) (iterations int) {
	left := e.remaining(x, mu)
	for range 3 {
		if e.worst(left) < 1e-15 {
			break
		}
		step, n, _ := e.solve(left, false)
		iterations += n
		tx, tm := clone(x), clone(mu)
		e.move(tx, step)
		for k := range tm {
			tm[k] += step[k]
		}
		after := e.remaining(tx, tm)
		if e.worst(after) >= e.worst(left) {
			break
		}
		copy(x, tx)
		copy(mu, tm)
		left = after
	}
	return iterations
}

// remaining gives G x - h - Σ μ, which is zero at the solution.
func (e *normal) remaining(x, mu []float64) []float64 {
	out := make([]float64, len(mu))
	e.g.mul(out, x)
	for k := range out {
		out[k] -= e.cs[k].Value + e.cs[k].SE*e.cs[k].SE*mu[k]
	}
	return out
}

func (e *normal) worst(r []float64) float64 {
	var w float64
	for k := range r {
		if e.scale[k] > 0 {
			w = math.Max(w, math.Abs(r[k])/e.size[k])
		}
	}
	return w
}

// form gives b'(G V G' + Σ)⁺ b.
func (e *normal) form(b []float64) (float64, error) {
	if e.f != nil {
		return e.f.form(b), nil
	}
	saved := e.size // judge this right side by its own size, not by that of the figures
	e.size = make([]float64, len(b))
	for k := range b {
		e.size[k] = math.Sqrt(e.diagonal[k]) * norm(b, e.scale)
		if e.size[k] == 0 {
			e.size[k] = 1
		}
	}
	mu, _, err := e.solve(b, false)
	e.size = saved
	if err != nil {
		return 0, err
	}
	var s float64
	for k := range b {
		s += b[k] * mu[k]
	}
	return s, nil
}

func norm(b, scale []float64) float64 {
	var s float64
	for k := range b {
		s += b[k] * scale[k] * b[k] * scale[k]
	}
	return math.Sqrt(s)
}

// pivoted is the QR factor with column pivoting of the scaled V^½ G' (with the standard errors of soft
// constraints below), whose rank is that of the system.
type pivoted struct {
	r     *mat.Dense
	pivot []int // pivot[i] is the constraint at position i
	rank  int
	scale []float64
}

func (e *normal) factor() *pivoted {
	c, k := e.g.rows(), e.g.cells
	soft := 0
	for _, s := range e.cs {
		if s.SE > 0 {
			soft++
		}
	}
	a := mat.NewDense(k+soft, max(c, 1), nil)
	row, half := make([]float64, k), make([]float64, k)
	at := k
	for j := range c {
		e.row(row, j)
		if e.root != nil {
			mat.NewVecDense(k, half).MulVec(e.root, mat.NewVecDense(k, row))
		} else {
			for i := range row {
				half[i] = math.Sqrt(e.v[i]) * row[i]
			}
		}
		for i, h := range half {
			if h != 0 {
				a.Set(i, j, h*e.scale[j])
			}
		}
		if e.cs[j].SE > 0 {
			a.Set(at, j, e.cs[j].SE*e.scale[j])
			at++
		}
	}
	f := &pivoted{pivot: make([]int, max(c, 1)), scale: e.scale}
	if c == 0 {
		f.r, f.pivot = a, nil
		return f
	}
	for j := range f.pivot {
		f.pivot[j] = -1
	}
	raw := a.RawMatrix()
	tau := make([]float64, min(raw.Rows, raw.Cols))
	work := make([]float64, 1)
	lapack64.Geqp3(raw, f.pivot, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqp3(raw, f.pivot, tau, work, len(work))
	f.r = a
	for f.rank < len(tau) && math.Abs(a.At(f.rank, f.rank)) > 1e-11 {
		f.rank++
	}
	return f
}

// half gives R11^-T of the scaled, permuted right side: its squares add to the quadratic form.
func (f *pivoted) half(b []float64) []float64 {
	y := make([]float64, f.rank)
	for i := range y {
		y[i] = b[f.pivot[i]] * f.scale[f.pivot[i]]
	}
	if f.rank > 0 {
		f.triangular(true, y)
	}
	return y
}

func (f *pivoted) triangular(transpose bool, y []float64) {
	raw := f.r.RawMatrix()
	t := blas64.Triangular{N: f.rank, Stride: raw.Stride, Data: raw.Data, Uplo: blas.Upper, Diag: blas.NonUnit}
	op := blas.NoTrans
	if transpose {
		op = blas.Trans
	}
	blas64.Trsv(op, t, blas64.Vector{N: len(y), Data: y, Inc: 1})
}

// solve gives a μ with (G V G' + Σ) μ = b on the independent constraints and 0 on the redundant ones.
func (f *pivoted) solve(b []float64) []float64 {
	mu := make([]float64, len(b))
	y := f.half(b)
	if f.rank > 0 {
		f.triangular(false, y)
	}
	for i := range y {
		mu[f.pivot[i]] = y[i] * f.scale[f.pivot[i]]
	}
	return mu
}

func (f *pivoted) form(b []float64) float64 {
	y := f.half(b)
	return dot(y, y)
}

func (f *pivoted) size() int { return f.rank }

func (f *pivoted) dependent() []int {
	out := append([]int(nil), f.pivot[f.rank:]...)
	sort.Ints(out)
	return out
}

// consistent checks each redundant constraint against the value the others imply.
func (f *pivoted) consistent(d []float64, e *normal) error {
	y := f.half(d)
	spill := math.Sqrt(dot(y, y)) // rounding of one row reaches the others in these units
	for at := f.rank; at < len(f.pivot); at++ {
		k := f.pivot[at]
		if e.scale[k] == 0 {
			continue // nothing can move it; fixedRows has judged it
		}
		implied, col := 0.0, make([]float64, f.rank)
		for i := range f.rank {
			col[i] = f.r.At(i, at)
			implied += col[i] * y[i]
		}
		gap := d[k] - implied/e.scale[k]
		if f.rank > 0 {
			f.triangular(false, col) // the combination of independent rows that equals row k
		}
		size, rows := e.size[k], []int{k}
		for i, w := range col {
			j := f.pivot[i]
			w *= e.scale[j] / e.scale[k]
			size = math.Max(size, math.Abs(w)*e.size[j])
			if math.Abs(w)*e.size[j] > 1e-7*e.size[k] {
				rows = append(rows, j)
			}
		}
		if math.Abs(gap) > 1e-9*size+1e-12*spill/e.scale[k] {
			sort.Ints(rows)
			return inconsistent(e.cs, rows, gap)
		}
	}
	return nil
}

// squareRoot gives S with S'S = V, refusing a matrix that is no covariance.
func squareRoot(v *mat.SymDense) (*mat.Dense, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(v, true) {
		return nil, fault.New("balance.not-covariance", "eigenvalue", "?")
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	n := len(values)
	top := math.Max(math.Abs(values[0]), math.Abs(values[n-1]))
	s := mat.NewDense(n, n, nil)
	for l, x := range values {
		if x < -1e-10*top {
			return nil, fault.New("balance.not-covariance", "eigenvalue", num(x))
		}
		if x <= 1e-15*top*float64(n) {
			continue
		}
		for i := range n {
			s.Set(l, i, math.Sqrt(x)*vectors.At(i, l))
		}
	}
	return s, nil
}
