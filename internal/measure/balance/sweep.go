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
	r, s := ones(m), ones(n)
	rp, rn := make([]float64, m), make([]float64, m) // positive and negative mass of each row, given s
	cp, cn := make([]float64, n), make([]float64, n)
	tol, limit := o.tolerance(), o.maxSweeps()
	raw := p.a.RawMatrix()
	before, worst, worstRow := math.Inf(1), 0.0, 0
	for it := 1; ; it++ {
		for i := range m { // rows
			row := raw.Data[i*raw.Stride : i*raw.Stride+n]
			var pos, neg float64
			for j, a := range row {
				if a > 0 {
					pos += a * s[j]
				} else if a < 0 {
					neg -= a / s[j]
				}
			}
			rp[i], rn[i] = pos, neg
			r[i] = factor(p.u[i], pos, neg, r[i])
		}
		clear(cp)
		clear(cn)
		for i := range m { // columns
			row := raw.Data[i*raw.Stride : i*raw.Stride+n]
			ri := r[i]
			for j, a := range row {
				if a > 0 {
					cp[j] += a * ri
				} else if a < 0 {
					cn[j] -= a / ri
				}
			}
		}
		for j := range n {
			s[j] = factor(p.v[j], cp[j], cn[j], s[j])
		}
		worst, worstRow = 0, 0
		for i := range m { // columns now hold; the rows tell how far we are
			row := raw.Data[i*raw.Stride : i*raw.Stride+n]
			var pos, neg float64
			for j, a := range row {
				if a > 0 {
					pos += a * r[i] * s[j]
				} else if a < 0 {
					neg -= a / (r[i] * s[j])
				}
			}
			if e := relative(pos-neg-p.u[i], p.u[i], pos+neg); e > worst || math.IsNaN(e) {
				worst, worstRow = e, i
			}
		}
		out.Iterations = it
		if math.IsNaN(worst) {
			return fault.New("balance.not-reached", "line", nameOf(p.names.Rows, worstRow), "residual", "∞", "sweeps", it)
		}
		if before > 0 && !math.IsInf(before, 1) {
			out.Rate = worst / before
		}
		if worst <= 1e-15 || (worst < tol && worst > 0.99*before) || (worst < tol && it >= limit) {
			break
		}
		if it >= limit {
			return fault.New("balance.not-reached", "line", nameOf(p.names.Rows, worstRow), "residual", num(worst), "sweeps", it)
		}
		if worst > tol && it > 20 && out.Rate > 0.99 {
			out.Slow = true
		}
		before = worst
		if it >= 50 && it%50 == 0 && out.Rate > 0.8 {
			newton(p, r, s)
		}
	}
	x := mat.NewDense(m, n, nil)
	for i := range m {
		for j := range n {
			switch a := p.a.At(i, j); {
			case a > 0:
				x.Set(i, j, a*r[i]*s[j])
			case a < 0:
				x.Set(i, j, a/(r[i]*s[j]))
			}
		}
	}
	out.Matrix, out.RowFactors, out.ColumnFactors = x, r, s
	out.MaxResidual = math.Max(worst, columnResidual(x, p.v))
	return nil
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
