package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// bounded solves  min Σ (x-x0)²/v  subject to the constraints and x ≥ 0 on the flagged cells, through
// its dual: with t = x0 - V G' μ the best cells are max(0, t), so only μ has to be found, and the dual is
// concave with a piecewise linear gradient. Newton steps with a line search reach the solution in a few
// rounds; the cells that bind are then held at zero and the rest solved exactly once more. If no figures
// satisfy constraints and bounds together the dual grows without end along a certificate, whose largest
// entries name the constraints at fault.
func (r *Reconciled) bounded(p Problem, o StoneOptions) error {
	if p.Covariance != nil {
		return fault.New("balance.bounds-need-diagonal")
	}
	d := &dual{normal: r.normal, p: p, se2: make([]float64, len(p.Constraints))}
	for k, c := range p.Constraints {
		d.se2[k] = c.SE * c.SE
	}
	mu := clone(r.Multipliers)
	x, rounds, done := d.search(mu)
	if _, grad, _ := d.at(mu); !done {
		if err := d.infeasible(mu, grad); err != nil {
			return err
		}
	}
	fixed := p
	fixed.NonNegative = nil
	fixed.Variances, fixed.Values = clone(p.Variances), clone(p.Values)
	r.Bound = nil
	edge := 0.0
	if !done { // too close to infeasible for Newton: try the cells it left next to nothing as binding
		for k := range d.size {
			edge = math.Max(edge, 1e-7*d.size[k])
		}
	}
	for i, b := range p.NonNegative {
		if b && x[i] <= edge && p.Variances[i] > 0 {
			fixed.Variances[i], fixed.Values[i] = 0, 0
			r.Bound = append(r.Bound, i)
		}
	}
	final, err := Reconcile(fixed, o)
	if err == nil {
		r.normal = final.normal
	}
	r.Values, r.Multipliers, r.Iterations = x, mu, rounds
	if err == nil && !p.below(final.Values) && (done || d.optimal(final.Multipliers, r.Bound, edge)) { // else rounding decides on a cell at the very edge; x is within tolerance
		r.Values = final.Values
		return nil
	}
	if !done {
		_, grad, _ := d.at(mu)
		worst := 0.0
		for k := range grad {
			if d.scale[k] > 0 {
				worst = math.Max(worst, math.Abs(grad[k])/(d.size[k]*d.scale[k]))
			}
		}
		return fault.New("balance.not-converged", "iterations", rounds, "residual", num(worst))
	}
	return nil
}

type dual struct {
	*normal
	p   Problem
	se2 []float64
}

// at evaluates the cells, the scaled gradient G x - h - Σ μ and the dual value at μ.
func (d *dual) at(mu []float64) (x, grad []float64, value float64) {
	x, grad = make([]float64, d.g.cells), make([]float64, len(mu))
	gt := make([]float64, d.g.cells)
	d.g.mulT(gt, mu)
	for i := range x {
		x[i] = d.x[i]
		if d.v[i] == 0 {
			continue
		}
		x[i] -= d.v[i] * gt[i]
		if d.p.NonNegative[i] && x[i] < 0 {
			x[i] = 0
		}
		value += (x[i] - d.x[i]) * (x[i] - d.x[i]) / (2 * d.v[i])
	}
	d.g.mul(grad, x)
	for k := range grad {
		grad[k] -= d.cs[k].Value
		value += mu[k]*grad[k] - 0.5*d.se2[k]*mu[k]*mu[k]
		grad[k] -= d.se2[k] * mu[k]
		grad[k] *= d.scale[k]
	}
	return x, grad, value
}

// optimal reports whether the cells held at zero want to be there: without the bound they would be below.
func (d *dual) optimal(mu []float64, held []int, edge float64) bool {
	gt := make([]float64, d.g.cells)
	d.g.mulT(gt, mu)
	for _, i := range held {
		if d.x[i]-d.v[i]*gt[i] > edge {
			return false
		}
	}
	return true
}

// search climbs the dual from μ and leaves its best μ there; it reports whether the constraints are met.
func (d *dual) search(mu []float64) (x []float64, rounds int, done bool) {
	const most = 200
	x, grad, value := d.at(mu)
	start := math.Sqrt(dot(grad, grad))
	stalled, best := 0, math.Inf(1)
	for round := 1; round <= most; round++ {
		if d.reached(x, grad) {
			return x, round, true
		}
		size := math.Sqrt(dot(grad, grad))
		if size < 0.9*best {
			best, stalled = size, 0
		} else if stalled++; stalled > 60 {
			break
		}
		free := make([]bool, len(x))
		for i := range x {
			free[i] = d.v[i] > 0 && !(d.p.NonNegative[i] && x[i] <= 0)
		}
		damp := math.Min(1e-4, 1e-4*size/start)
		step := d.newton(free, grad, damp)
		slope := dot(step, grad) // in scaled units: the rise of the dual along the step
		trial := make([]float64, len(mu))
		try := func(length float64) (x, g []float64, v float64) {
			for k := range mu {
				trial[k] = mu[k] + length*step[k]*d.scale[k]
			}
			return d.at(trial)
		}
		length := 1.0
		tx, tg, tv := try(length)
		for {
			calmer := math.Sqrt(dot(tg, tg)) < 0.9*size && tv >= value-1e-10*math.Abs(value) // near the end only the gradient still tells
			if tv >= value+1e-4*length*slope || calmer || length < 1e-10 {
				break
			}
			length /= 2
			tx, tg, tv = try(length)
		}
		for length >= 1 && dot(tg, step) > 0.5*slope { // all touched cells at their bound: the dual is a plane here
			if length > 1e15 {
				copy(mu, trial)
				return tx, round, false
			}
			fx, fg, fv := try(4 * length)
			if fv < tv { // beyond the top
				tx, tg, tv = try(length)
				break
			}
			length *= 4
			tx, tg, tv = fx, fg, fv
		}
		if length < 1e-10 && math.Sqrt(dot(tg, tg)) >= size {
			stalled += 10
		}
		copy(mu, trial)
		x, grad, value = tx, tg, tv
	}
	return x, most, false
}

func (d *dual) reached(x, grad []float64) bool {
	mass := d.g.mass(x) // large cells may cancel in a constraint; their rounding is no gap
	for k := range grad {
		if d.scale[k] > 0 && math.Abs(grad[k]) > (d.tolerance*d.size[k]+1e-13*mass[k])*d.scale[k] {
			return false
		}
	}
	return true
}

// newton solves (D^-½ (G V_free G' + Σ) D^-½ + damp I) step = grad, densely while that is cheap.
func (d *dual) newton(free []bool, grad []float64, damp float64) []float64 {
	c := len(grad)
	v := make([]float64, len(free))
	for i := range v {
		if free[i] {
			v[i] = d.v[i]
		}
	}
	if c <= mostRows {
		k := mat.NewSymDense(c, nil)
		at := make([][]Term, len(v)) // the constraints each cell takes part in
		for r := range c {
			for i := d.g.start[r]; i < d.g.start[r+1]; i++ {
				cell := d.g.cell[i]
				at[cell] = append(at[cell], Term{r, d.g.coef[i] * d.scale[r]})
			}
		}
		for cell, ts := range at {
			if v[cell] == 0 {
				continue
			}
			for i, a := range ts {
				for j, b := range ts[:i+1] {
					add := a.Coefficient * b.Coefficient * v[cell]
					if a.Cell == b.Cell && i != j { // two terms of one constraint on one cell
						add *= 2
					}
					k.SetSym(a.Cell, b.Cell, k.At(a.Cell, b.Cell)+add)
				}
			}
		}
		for r := range c {
			k.SetSym(r, r, k.At(r, r)+d.se2[r]*d.scale[r]*d.scale[r]+damp)
		}
		var ch mat.Cholesky
		if ch.Factorize(k) {
			var out mat.VecDense
			if ch.SolveVecTo(&out, mat.NewVecDense(c, grad)) == nil {
				return out.RawVector().Data
			}
		}
	}
	return d.damped(v, grad, damp)
}

// damped is plain conjugate gradients on the same system, without forming it.
func (d *dual) damped(v, grad []float64, damp float64) []float64 {
	c := len(grad)
	step, r, p := make([]float64, c), clone(grad), clone(grad)
	y, w, z := make([]float64, c), make([]float64, c), make([]float64, len(v))
	rr := dot(r, r)
	stop := rr * 1e-16
	for it := 0; it < 4000 && rr > stop && rr > 0; it++ {
		for k := range p {
			y[k] = p[k] * d.scale[k]
		}
		d.g.mulT(z, y)
		for i := range z {
			z[i] *= v[i]
		}
		d.g.mul(w, z)
		for k := range w {
			w[k] = (w[k]+d.se2[k]*y[k])*d.scale[k] + damp*p[k]
		}
		alpha := rr / dot(p, w)
		for k := range p {
			step[k] += alpha * p[k]
			r[k] -= alpha * w[k]
		}
		next := dot(r, r)
		for k := range p {
			p[k] = r[k] + next/rr*p[k]
		}
		rr = next
	}
	return step
}

// infeasible turns μ into a proof that no figures satisfy constraints and bounds: then G'μ is not negative
// on bounded cells and zero on others, while μ'(h - G x) over fixed cells is negative. It names the
// constraints that carry the proof, or returns nil when μ proves nothing.
func (d *dual) infeasible(mu, grad []float64) error {
	gt, mass := make([]float64, d.g.cells), make([]float64, d.g.cells)
	d.g.mulT(gt, mu)
	var gap, size, top float64
	for k, m := range mu {
		for i := d.g.start[k]; i < d.g.start[k+1]; i++ {
			mass[d.g.cell[i]] += math.Abs(d.g.coef[i] * m)
		}
		gap += m * d.cs[k].Value
		size += math.Abs(m) * d.size[k]
		if d.scale[k] > 0 {
			top = math.Max(top, math.Abs(m)/d.scale[k])
		}
	}
	for i := range gt {
		switch {
		case d.v[i] == 0:
			gap -= gt[i] * d.x[i]
		case gt[i] < -1e-8*mass[i], !d.p.NonNegative[i] && gt[i] > 1e-8*mass[i]:
			return nil
		}
	}
	if top == 0 || gap > -1e-9*size {
		return nil
	}
	var names []string
	worst := 0.0
	for k := range mu {
		if d.scale[k] == 0 {
			continue
		}
		if d.se2[k] > 0 && math.Abs(mu[k])/d.scale[k] > 1e-6*top {
			return nil // a soft constraint gives way, it proves nothing
		}
		if math.Abs(mu[k])/d.scale[k] > 1e-3*top {
			names = append(names, constraintName(d.cs, k))
		}
		if g := grad[k] / d.scale[k]; math.Abs(g) > math.Abs(worst) {
			worst = g
		}
	}
	return fault.New("balance.bounds-infeasible", "constraints", listed(names), "gap", num(worst))
}
