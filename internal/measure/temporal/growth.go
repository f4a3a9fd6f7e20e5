package temporal

import (
	"math"

	"nhipso/internal/fault"
)

// maxNewton bounds the Newton steps of the growth forms; they usually take fewer than ten.
const maxNewton = 200

// grow minimises the change of growth rates. With r = y/x and q_t = (x_t/x_{t-1})² the sum is
// Σ q_t (r_t/r_{t-1} - 1)², or Σ (ln r_t/r_{t-1})² in the logarithmic form: not convex, so the search starts
// from the proportional solution, moves only inside the plane of the targets, and falls back on the convex
// (Gauss-Newton) part of the curvature wherever the full one does not lead down.
func (p *plan) grow(opt BenchmarkOptions, out *Benchmarked) ([]float64, error) {
	for _, r := range p.rows {
		if r.soft > 0 {
			return nil, fault.New("temporal.soft-growth", "constraint", r.name)
		}
	}
	z, err := p.smooth(BenchmarkOptions{}, out)
	if err != nil {
		return nil, err
	}
	lowest := math.Inf(1)
	for _, v := range z {
		lowest = math.Min(lowest, 1+v)
	}
	if lowest <= 1e-3 {
		if z, err = p.inside(z); err != nil {
			return nil, err
		}
	}
	n := len(z)
	r := make([]float64, n)
	for t := range r {
		r[t] = 1 + z[t]
	}
	g := growth{log: opt.Form == GrowthLog, q: make([]float64, n), heaviest: 1}
	for t := 1; t < n && !g.log; t++ {
		g.q[t] = p.x[t] / p.x[t-1] * p.x[t] / p.x[t-1]
		g.heaviest = math.Max(g.heaviest, g.q[t])
	}
	value, before := g.value(r), math.Inf(1)
	for out.Steps = 0; ; out.Steps++ {
		slope := g.slope(r)
		step, left, decrease := g.step(p, r, slope, true)
		if !(decrease > 0) {
			step, left, decrease = g.step(p, r, slope, false)
		}
		if step == nil {
			return nil, fault.New("temporal.singular")
		}
		out.Residual = left
		// Below noise the objective can no longer tell a good step from a bad one; the slope can.
		noise := 1e-13 * (value + math.Sqrt(value*g.heaviest))
		if maxAbs(step) < 1e-15 || decrease <= noise && left >= before/2 {
			break
		}
		if out.Steps == maxNewton || !g.descend(r, step, &value, decrease, noise) {
			return nil, fault.New("temporal.no-convergence", "iterations", out.Steps)
		}
		if before = left; decrease > noise {
			before = math.Inf(1)
		}
	}
	for t := range z {
		z[t] = r[t] - 1
	}
	out.Objective = value
	return z, nil
}

// inside finds a start with every ratio positive where the proportional solution has none.
func (p *plan) inside(z []float64) ([]float64, error) {
	q := newQuadratic(square(p.op), p.rows)
	d := make([]float64, len(p.rows))
	for k, r := range p.rows {
		d[k] = r.value
	}
	lower := make([]float64, len(z))
	typical := math.Inf(1)
	for _, r := range p.rows { // the smallest average ratio that a target asks for
		var base, want float64
		for _, w := range r.w {
			base += math.Abs(w)
			want += w
		}
		if ratio := math.Abs((r.value + want) / base); ratio > 0 {
			typical = math.Min(typical, ratio)
		}
	}
	for t := range lower {
		lower[t] = math.Min(0.05*typical, 0.5) - 1
	}
	mu := make([]float64, len(p.rows))
	if _, err := q.raise(z, mu, d, lower); err != nil {
		return nil, err
	}
	return z, nil
}

// growth evaluates the objective and its derivatives in r.
type growth struct {
	log      bool
	q        []float64
	heaviest float64 // largest weight, at least one
}

// descend moves r along the step, at most nine tenths of the way to zero, until the objective falls by a part of
// what was promised; false when it does not.
func (g growth) descend(r, step []float64, value *float64, decrease, noise float64) bool {
	room := 1.0
	for t := range r {
		if step[t] < 0 {
			room = math.Min(room, -0.9*r[t]/step[t])
		}
	}
	trial := make([]float64, len(r))
	for ; room > 1e-12; room /= 2 {
		for t := range r {
			trial[t] = r[t] + room*step[t]
		}
		if v := g.value(trial); v <= *value-1e-4*room*decrease || decrease <= noise && v <= *value+noise {
			copy(r, trial)
			*value = v
			return true
		}
	}
	return false
}

func (g growth) value(r []float64) float64 {
	var s float64
	for t := 1; t < len(r); t++ {
		if g.log {
			l := math.Log(r[t] / r[t-1])
			s += l * l
		} else {
			e := r[t]/r[t-1] - 1
			s += g.q[t] * e * e
		}
	}
	return s
}

func (g growth) slope(r []float64) []float64 {
	out := make([]float64, len(r))
	for t := 1; t < len(r); t++ {
		if g.log {
			l := 2 * math.Log(r[t]/r[t-1])
			out[t] += l / r[t]
			out[t-1] -= l / r[t-1]
		} else {
			ratio := r[t] / r[t-1]
			e := 2 * g.q[t] * (ratio - 1) / r[t-1]
			out[t] += e
			out[t-1] -= e * ratio
		}
	}
	return out
}

// curvature is the Hessian, or its convex part only.
func (g growth) curvature(r []float64, full bool) [][3]float64 {
	h := make([][3]float64, len(r))
	for t := 1; t < len(r); t++ {
		a, b := r[t], r[t-1]
		var aa, bb, ab float64
		if g.log {
			l := 0.0
			if full {
				l = math.Log(a / b)
			}
			aa, bb, ab = 2*(1-l)/(a*a), 2*(1+l)/(b*b), -2/(a*b)
		} else {
			s := a / b
			c := 2 * g.q[t] / (b * b)
			if full {
				aa, bb, ab = c, c*s*(3*s-2), -c*(2*s-1)
			} else {
				aa, bb, ab = c, c*s*s, -c*s
			}
		}
		h[t][0] += aa
		h[t-1][0] += bb
		h[t][1] += ab
	}
	return h
}

// step solves for the Newton step inside the plane of the targets. left is the largest slope inside that plane,
// and decrease the fall that the first-order model promises: not positive where the curvature along the step is not.
func (g growth) step(p *plan, r, slope []float64, full bool) (step []float64, left, decrease float64) {
	h := g.curvature(r, full)
	q := newQuadratic(h, p.rows)
	s, ok := q.prepare(nil)
	if !ok {
		return nil, 0, 0
	}
	step, mu := make([]float64, len(r)), make([]float64, len(p.rows))
	down := make([]float64, len(r))
	for t, v := range slope {
		down[t] = -v
	}
	s.solve(step, mu, down, make([]float64, len(p.rows)))
	inPlane := (&quadratic{n: q.n, h: make([][3]float64, q.n), rows: p.rows}).gradient(step, mu) // A'μ
	for t, v := range inPlane {
		left = math.Max(left, math.Abs(v+slope[t]))
	}
	var bend float64
	for t := range step {
		bend += h[t][0] * step[t] * step[t]
		if t > 0 {
			bend += 2 * h[t][1] * step[t] * step[t-1]
		}
	}
	if bend < 0 {
		return step, left, 0
	}
	return step, left, -dot(slope, step)
}
