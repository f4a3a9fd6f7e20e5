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
	at := func(r, s []float64) (value float64, gr, gc, dr, dc []float64, mass *mat.Dense) {
		gr, gc, dr, dc, mass = make([]float64, m), make([]float64, n), make([]float64, m), make([]float64, n), mat.NewDense(m, n, nil)
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
				gr[i], gc[j] = gr[i]+x, gc[j]+x
				x = math.Abs(x)
				dr[i], dc[j], value = dr[i]+x, dc[j]+x, value+x
				mass.Set(i, j, x)
			}
		}
		for i := range m {
			gr[i] -= p.u[i]
			value -= p.u[i] * math.Log(r[i])
		}
		for j := range n {
			gc[j] -= p.v[j]
			value -= p.v[j] * math.Log(s[j])
		}
		return value, gr, gc, dr, dc, mass
	}
	value, gr, gc, dr, dc, mass := at(r, s)
	tr, ts := make([]float64, m), make([]float64, n)
	for range 60 {
		// eliminate the rows: (Dc - M'Dr⁻¹M) δc = M'Dr⁻¹ gr - gc, singular only along a change of scale
		k, b := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
		var scaled, inner mat.Dense
		scaled.CloneFrom(mass)
		for i := range m {
			for j := range n {
				if dr[i] > 0 {
					scaled.Set(i, j, mass.At(i, j)/dr[i])
				}
			}
		}
		inner.Mul(mass.T(), &scaled)
		for j := range n {
			for l := j; l < n; l++ {
				k.SetSym(j, l, -inner.At(j, l))
			}
			d := dc[j]
			if d == 0 {
				d = 1
			}
			k.SetSym(j, j, d*(1+1e-13)-inner.At(j, j))
			x := -gc[j]
			for i := range m {
				x += scaled.At(i, j) * gr[i]
			}
			b.SetVec(j, x)
		}
		var ch mat.Cholesky
		if !ch.Factorize(k) {
			return
		}
		var step mat.VecDense
		if ch.SolveVecTo(&step, b) != nil && step.Len() != n {
			return
		}
		rise := make([]float64, m)
		slope := 0.0
		for i := range m {
			if dr[i] == 0 {
				continue
			}
			rise[i] = -gr[i]
			for j := range n {
				rise[i] -= mass.At(i, j) * step.AtVec(j)
			}
			rise[i] /= dr[i]
			slope += rise[i] * gr[i]
		}
		for j := range n {
			slope += step.AtVec(j) * gc[j]
		}
		before := absSum(gr) + absSum(gc)
		moved := false
		for length := 1.0; length > 1e-6; length /= 2 {
			for i := range m {
				tr[i] = r[i] * math.Exp(length*rise[i])
			}
			for j := range n {
				ts[j] = s[j] * math.Exp(length*step.AtVec(j))
			}
			v, a, c, d, e, x := at(tr, ts)
			if gain := absSum(a)+absSum(c) < before; (v <= value+1e-4*length*slope || gain) && finite(v) {
				if !gain && length == 1 && math.Abs(v-value) <= 1e-15*math.Abs(value) {
					return // rounding: nothing more to gain
				}
				copy(r, tr)
				copy(s, ts)
				value, gr, gc, dr, dc, mass = v, a, c, d, e, x
				moved = true
				break
			}
		}
		if !moved {
			return
		}
	}
}
