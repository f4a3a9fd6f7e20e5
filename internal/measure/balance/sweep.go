package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// sweep alternates the row and column factors of GRAS. It goes on below the tolerance while a sweep
// still gains, so that the answer has the digits the arithmetic allows and not only those asked for.
func sweep(p *problem, out *Balanced, o Options) error {
	m, n := p.rows, p.cols
	r, s, inverse := ones(m), ones(n), ones(n) // inverse holds 1/s
	start, column, value := p.compress()
	cp, cn := make([]float64, n), make([]float64, n)
	tol, limit := o.tolerance(), o.maxSweeps()
	before, worst, worstRow, fitted := math.Inf(1), 0.0, 0, false
	for it := 0; ; it++ {
		worst, worstRow = p.sweepRows(cells{start, column, value}, r, s, inverse, cp, cn)
		if math.IsNaN(worst) {
			return fault.New("balance.not-reached", "line", nameOf(p.names.Rows, worstRow), "residual", "∞", "sweeps", it)
		}
		out.Iterations = it
		if fitted { // otherwise nothing says that the columns hold
			if !math.IsInf(before, 1) && worst > 1e-12 { // below, rounding sets the rate
				out.Rate = worst / before
			}
			if worst <= 1e-15 || (worst < tol && (worst > 0.99*before || it >= limit)) {
				copy(r, p.before) // the pass was only a look: rows as the columns were fitted to
				break
			}
			if it >= limit {
				return fault.New("balance.not-reached", "line", nameOf(p.names.Rows, worstRow), "residual", num(worst), "sweeps", it)
			}
			if worst > tol && it > 20 && out.Rate > 0.99 {
				out.Slow = true
			}
			before = worst
		}
		for j := range n {
			s[j] = factor(p.v[j], cp[j], cn[j], s[j])
			inverse[j] = 1 / s[j]
		}
		fitted = true
		if it >= 50 && it%50 == 0 && worthNewton(out.Rate, worst, m, n, len(value)) {
			newton(p, r, s)
			fitted, before = false, math.Inf(1)
			for j := range n {
				inverse[j] = 1 / s[j]
			}
		}
	}
	out.Matrix, out.RowFactors, out.ColumnFactors = p.scaled(r, s), r, s
	out.MaxResidual = math.Max(worst, columnResidual(out.Matrix, p.v))
	return nil
}

// cells are those of the matrix that are not zero, row by row.
type cells struct {
	start, column []int32
	value         []float64
}

// sweepRows fits the row factors and leaves in cp and cn what each column then holds of positive and of negative cells. The columns hold
// since the last sweep; the rows, before they are touched again, tell how far we are.
func (p *problem) sweepRows(c cells, r, s, inverse, cp, cn []float64) (worst float64, worstRow int) {
	clear(cp)
	clear(cn)
	start, column, value := c.start, c.column, c.value
	for i := range r {
		var pos, neg float64
		for k := start[i]; k < start[i+1]; k++ {
			if a := value[k]; a > 0 {
				pos += a * s[column[k]]
			} else {
				neg -= a * inverse[column[k]]
			}
		}
		if e := relative(pos*r[i]-neg/r[i]-p.u[i], p.u[i], pos*r[i]+neg/r[i]); e > worst || math.IsNaN(e) {
			worst, worstRow = e, i
		}
		old := r[i]
		r[i] = factor(p.u[i], pos, neg, old)
		p.before[i] = old
		ri, inv := r[i], 1/r[i]
		for k := start[i]; k < start[i+1]; k++ {
			if a := value[k]; a > 0 {
				cp[column[k]] += a * ri
			} else {
				cn[column[k]] -= a * inv
			}
		}
	}
	return worst, worstRow
}

// scaled applies the factors: negative cells move the other way.
func (p *problem) scaled(r, s []float64) *mat.Dense {
	x := mat.NewDense(p.rows, p.cols, nil)
	for i := range p.rows {
		for j := range p.cols {
			switch a := p.a.At(i, j); {
			case a > 0:
				x.Set(i, j, a*r[i]*s[j])
			case a < 0:
				x.Set(i, j, a/(r[i]*s[j]))
			}
		}
	}
	return x
}

// compress lists the cells that are not zero, row by row.
func (p *problem) compress() (start, column []int32, value []float64) {
	p.before = ones(p.rows)
	start = make([]int32, p.rows+1)
	for i := range p.rows {
		for j, a := range p.a.RawRowView(i) {
			if a != 0 {
				column, value = append(column, int32(j)), append(value, a)
			}
		}
		start[i+1] = int32(len(value))
	}
	return start, column, value
}

// worthNewton compares the sweeps still to come at the present rate with a few Newton steps.
func worthNewton(rate, worst float64, m, n, cells int) bool {
	if rate <= 0.5 || worst <= 0 || m+n > mostNewton {
		return false
	}
	sweeps := 10_000.0
	if rate < 1 {
		sweeps = math.Log(1e-14/worst) / math.Log(rate)
	}
	return sweeps*4*float64(cells) > 8*float64(n)*float64(n)*(float64(m)+float64(n)/3)
}

// factor solves p·f - n/f = target for f > 0. A line without free cells keeps its factor.
func factor(target, p, n, old float64) float64 {
	switch {
	case p > 0 && n > 0:
		root := math.Hypot(target, 2*math.Sqrt(p)*math.Sqrt(n))
		if target < 0 { // the other form of the same root, without cancellation
			return 2 * n / (root - target)
		}
		return (target + root) / (2 * p)
	case p > 0:
		return target / p
	case n > 0:
		return -n / target
	}
	return old
}

// relative measures a residual against its target, or against the mass of the line when the target is
// small beside it (a zero target over cells of mixed sign).
func relative(residual, target, mass float64) float64 {
	scale := math.Abs(target)
	if scale < 1e-6*mass {
		scale = mass
	}
	if scale == 0 {
		return math.Abs(residual)
	}
	return math.Abs(residual) / scale
}

func columnResidual(x *mat.Dense, v []float64) float64 {
	m, n := x.Dims()
	var worst float64
	for j := range n {
		var s, mass float64
		for i := range m {
			s += x.At(i, j)
			mass += math.Abs(x.At(i, j))
		}
		worst = math.Max(worst, relative(s-v[j], v[j], mass))
	}
	return worst
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}
