package balance

import (
	"math"

	"nhipso/internal/fault"
)

// conjugate solves (G V G' + Σ) μ = d by conjugate gradients in least-squares form on B = D^-½ [G V^½, Σ^½]:
// the matrix is never formed, the residual falls with each step, redundant constraints do no harm, and
// for contradicting ones the residual converges to the part of d that no movement of the cells explains,
// which is how they are named. One step costs two passes over the terms of the constraints.
func (e *normal) conjugate(d []float64, refuse bool) ([]float64, int, error) {
	c, k := e.g.rows(), e.g.cells
	root := make([]float64, k)
	for i, v := range e.v {
		root[i] = math.Sqrt(v)
	}
	r, q, nu := make([]float64, c), make([]float64, c), make([]float64, c)
	for i := range d {
		r[i] = d[i] * e.scale[i]
	}
	y, z := make([]float64, c), make([]float64, k)
	spill := math.Sqrt(dot(r, r)) // rounding of one row reaches the others in these units
	// transpose sets dst, soft = B' src.
	transpose := func(dst, soft, src []float64) {
		for i := range y {
			y[i] = src[i] * e.scale[i]
			soft[i] = e.cs[i].SE * y[i]
		}
		e.g.mulT(dst, y)
		for i := range dst {
			dst[i] *= root[i]
		}
	}
	s, softS := make([]float64, k), make([]float64, c)
	transpose(s, softS, r)
	p, softP := clone(s), clone(softS)
	copy(q, r)
	w := make([]float64, c)
	gamma := dot(s, s) + dot(softS, softS)
	done := func() bool {
		for i := range r {
			if e.scale[i] > 0 && math.Abs(r[i]) > 0.5*e.tolerance*e.size[i]*e.scale[i]+1e-15*spill {
				return false
			}
		}
		return true
	}
	iterations := 0
	for gamma > 0 && !done() {
		if iterations++; iterations > e.limit {
			break
		}
		for i := range z {
			z[i] = root[i] * p[i]
		}
		e.g.mul(w, z)
		for i := range w {
			w[i] = (w[i] + e.cs[i].SE*softP[i]) * e.scale[i]
		}
		ww := dot(w, w)
		if ww == 0 {
			break
		}
		alpha := gamma / ww
		for i := range r {
			nu[i] += alpha * q[i]
			r[i] -= alpha * w[i]
		}
		transpose(s, softS, r)
		next := dot(s, s) + dot(softS, softS)
		if next <= 1e-26*dot(r, r) { // what is left lies outside the range
			break
		}
		beta := next / gamma
		gamma = next
		for i := range p {
			p[i] = s[i] + beta*p[i]
		}
		for i := range q {
			q[i] = r[i] + beta*q[i]
			softP[i] = softS[i] + beta*softP[i]
		}
	}
	if refuse {
		if err := e.unexplained(r, spill, iterations); err != nil {
			return nil, iterations, err
		}
	}
	for i := range nu {
		nu[i] *= e.scale[i]
	}
	return nu, iterations, nil
}

// unexplained judges the residual that is left: rounding, a contradiction, or too few steps.
func (e *normal) unexplained(r []float64, spill float64, iterations int) error {
	var worst, size, gap float64
	for i := range r {
		if e.scale[i] == 0 {
			continue
		}
		size = math.Max(size, math.Abs(r[i]))
		if rel := math.Abs(r[i]) / (e.size[i]*e.scale[i] + 1e-3*spill); rel > worst {
			worst, gap = rel, r[i]/e.scale[i]
		}
	}
	if worst <= math.Max(1e-9, e.tolerance) {
		return nil
	}
	if iterations > e.limit {
		return fault.New("balance.not-converged", "iterations", iterations, "residual", num(worst))
	}
	var rows []int
	for i := range r {
		if math.Abs(r[i]) > 0.01*size {
			rows = append(rows, i)
		}
	}
	return inconsistent(e.cs, rows, gap)
}

func dot(x, y []float64) float64 {
	var s float64
	for i, v := range x {
		s += v * y[i]
	}
	return s
}
