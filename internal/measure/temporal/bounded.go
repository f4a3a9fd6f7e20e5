package temporal

import (
	"math"

	"nhipso/internal/fault"
)

// raise moves the solution z, μ of a quadratic problem to the one that also satisfies z >= lower, by the dual
// method of Goldfarb and Idnani: the most violated bound is added, bounds whose multiplier turns negative are
// released. It returns which bounds bind. The name of a condition that cannot be met comes back as an error.
func (q *quadratic) raise(z, mu, d, lower []float64) ([]bool, error) {
	scale := 1 + maxAbs(z) + maxAbs(lower)
	tolerance := 1e-12 * scale
	held := make([]bool, q.n)
	pull := make([]float64, q.n) // multipliers of the bounds
	for range 20*q.n + 100 {
		j, worst := -1, tolerance
		for t := range z {
			if v := lower[t] - z[t]; !held[t] && v > worst {
				j, worst = t, v
			}
		}
		if j < 0 {
			return held, q.settle(z, mu, d, lower, held)
		}
		for !held[j] {
			p, pm, ok := q.direction(held, j)
			if !ok {
				return nil, fault.New("temporal.singular")
			}
			slope := q.gradient(p, pm)
			step, release := math.Inf(1), -1
			for t := range z {
				if held[t] && slope[t] < -1e-13 {
					if s := pull[t] / -slope[t]; s < step {
						step, release = s, t
					}
				}
			}
			full := math.Inf(1)
			if p[j] > 1e-11 {
				full = (lower[j] - z[j]) / p[j]
			}
			if math.IsInf(step, 1) && math.IsInf(full, 1) {
				return nil, fault.New("temporal.infeasible", "constraint", q.blame(j, pm), "position", j+1)
			}
			move := math.Min(step, full)
			for t := range z {
				z[t] += move * p[t]
				if held[t] {
					pull[t] += move * slope[t]
				}
			}
			for k := range mu {
				mu[k] += move * pm[k]
			}
			pull[j] += move
			if full <= step {
				z[j], held[j] = lower[j], true
			} else {
				held[release], pull[release] = false, 0
			}
		}
	}
	return nil, fault.New("temporal.no-convergence", "iterations", 20*q.n+100)
}

// direction is the change of the solution when the bound of variable j is pushed by one unit.
func (q *quadratic) direction(held []bool, j int) (p, pm []float64, ok bool) {
	s, ok := q.prepare(held)
	if !ok {
		return nil, nil, false
	}
	g := make([]float64, q.n)
	g[j] = 1
	p, pm = make([]float64, q.n), make([]float64, len(q.rows))
	s.solve(p, pm, g, make([]float64, len(q.rows)))
	return p, pm, true
}

// settle solves once more with the binding variables exactly on their bounds.
func (q *quadratic) settle(z, mu, d, lower []float64, held []bool) error {
	for t := range z {
		if held[t] {
			z[t] = lower[t]
		}
	}
	s, ok := q.prepare(held)
	if !ok {
		return fault.New("temporal.singular")
	}
	s.solve(z, mu, nil, d)
	for t := range z { // a value that its conditions alone bring to the bound counts as binding
		if !held[t] && z[t] <= lower[t]+1e-13*(1+math.Abs(lower[t])) {
			z[t], held[t] = lower[t], true
		}
	}
	return nil
}

// blame names the condition with the largest part in an impossible push of variable j.
func (q *quadratic) blame(j int, pm []float64) string {
	name, best := "", 0.0
	for k, r := range q.rows {
		for _, t := range r.at {
			if v := math.Abs(pm[k]); t == j && v >= best {
				name, best = r.name, v
			}
		}
	}
	return name
}
