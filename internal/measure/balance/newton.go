package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const mostNewton = 4000 // lines of a table for which Newton steps are affordable

// newton takes Newton steps on the convex function whose minimum the sweeps approach,
//
//	Σ p_ij r_i s_j + n_ij/(r_i s_j) - Σ u_i log r_i - Σ v_j log s_j,
//
// in the logarithms of r and s. Nearly infeasible targets, for which sweeps crawl, take a few steps.
func newton(p *problem, r, s []float64) {
	m, n := p.rows, p.cols
	now := p.derive(r, s)
	tr, ts := make([]float64, m), make([]float64, n)
	for range 60 {
		rise, step, slope, ok := now.step()
		if !ok {
			return
		}
		before := now.far()
		moved := false
		for length := 1.0; length > 1e-6; length /= 2 {
			for i := range m {
				tr[i] = r[i] * math.Exp(length*rise[i])
			}
			for j := range n {
				ts[j] = s[j] * math.Exp(length*step.AtVec(j))
			}
			next := p.derive(tr, ts)
			if gain := next.far() < before; (next.value <= now.value+1e-4*length*slope || gain) && finite(next.value) {
				if !gain && length == 1 && math.Abs(next.value-now.value) <= 1e-15*math.Abs(now.value) {
					return // rounding: nothing more to gain
				}
				copy(r, tr)
				copy(s, ts)
				now, moved = next, true
				break
			}
		}
		if !moved {
			return
		}
	}
}

// derived is the function at one point with its derivatives.
type derived struct {
	value          float64
	gr, gc, dr, dc []float64  // gradient and diagonal of the second derivatives, by rows and by columns
	mass           *mat.Dense // second derivatives between a row and a column
}

// derive works out the function at factors r and s.
func (p *problem) derive(r, s []float64) derived {
	m, n := p.rows, p.cols
	d := derived{gr: make([]float64, m), gc: make([]float64, n), dr: make([]float64, m), dc: make([]float64, n), mass: mat.NewDense(m, n, nil)}
	for i := range m {
		for j := range n {
			a := p.a.At(i, j)
			if a == 0 {
				continue
			}
			x := a * r[i] * s[j]
			if a < 0 {
				x = a / (r[i] * s[j])
			}
			d.gr[i], d.gc[j] = d.gr[i]+x, d.gc[j]+x
			x = math.Abs(x)
			d.dr[i], d.dc[j], d.value = d.dr[i]+x, d.dc[j]+x, d.value+x
			d.mass.Set(i, j, x)
		}
	}
	for i := range m {
		d.gr[i] -= p.u[i]
		d.value -= p.u[i] * math.Log(r[i])
	}
	for j := range n {
		d.gc[j] -= p.v[j]
		d.value -= p.v[j] * math.Log(s[j])
	}
	return d
}

// far tells how far the lines are from their targets together.
func (d derived) far() float64 { return absSum(d.gr) + absSum(d.gc) }

// step solves for the Newton step in the logarithms of r and s, with the slope along it; not ok where there is none.
func (d derived) step() (rise []float64, step mat.VecDense, slope float64, ok bool) {
	m, n := len(d.gr), len(d.gc)
	k, b := d.eliminated()
	var ch mat.Cholesky
	if !ch.Factorize(k) {
		return nil, step, 0, false
	}
	if ch.SolveVecTo(&step, b) != nil && step.Len() != n {
		return nil, step, 0, false
	}
	rise = make([]float64, m)
	for i := range m {
		if d.dr[i] == 0 {
			continue
		}
		rise[i] = -d.gr[i]
		for j := range n {
			rise[i] -= d.mass.At(i, j) * step.AtVec(j)
		}
		rise[i] /= d.dr[i]
		slope += rise[i] * d.gr[i]
	}
	for j := range n {
		slope += step.AtVec(j) * d.gc[j]
	}
	return rise, step, slope, true
}

// eliminated takes the rows out of the system: (Dc - M'Dr⁻¹M) δc = M'Dr⁻¹ gr - gc, singular only along a change of scale.
func (d derived) eliminated() (k *mat.SymDense, b *mat.VecDense) {
	m, n := len(d.gr), len(d.gc)
	k, b = mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	var scaled, inner mat.Dense
	scaled.CloneFrom(d.mass)
	for i := range m {
		for j := range n {
			if d.dr[i] > 0 {
				scaled.Set(i, j, d.mass.At(i, j)/d.dr[i])
			}
		}
	}
	inner.Mul(d.mass.T(), &scaled)
	for j := range n {
		for l := j; l < n; l++ {
			k.SetSym(j, l, -inner.At(j, l))
		}
		diagonal := d.dc[j]
		if diagonal == 0 {
			diagonal = 1
		}
		k.SetSym(j, j, diagonal*(1+1e-13)-inner.At(j, j))
		x := -d.gc[j]
		for i := range m {
			x += scaled.At(i, j) * d.gr[i]
		}
		b.SetVec(j, x)
	}
	return k, b
}
