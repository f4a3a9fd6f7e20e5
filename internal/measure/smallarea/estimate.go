package smallarea

import (
	"math"

	"nhipso/internal/fault"
)

// criterion is the function of A whose root is sought: the score, or the moment equation. It falls
// through zero at a maximum.
func (w *model) criterion(method Method, p *point) float64 {
	switch method {
	case ML:
		return 0.5 * (p.squares - p.sum1)
	case Moment:
		return p.quadratic - float64(w.m-w.k)
	case AdjustedREML:
		return 0.5*(p.squares-p.traceP) + 1/p.a
	default:
		return 0.5 * (p.squares - p.traceP)
	}
}

func (w *model) objective(method Method, p *point) float64 {
	switch method {
	case ML:
		return p.logLik
	case AdjustedREML:
		return p.restricted + math.Log(p.a)
	default:
		return p.restricted
	}
}

// estimate finds A. The likelihood may have several maxima and its largest may lie at 0, so a grid over
// sixteen powers of ten, or from where A is small beside every ψ, picks the interval and a root finder kept
// within it gives the digits; the moment equation has one root at most. With a ψ of 0 the likelihood next to
// A = 0 may grow without bound: then only maxima inside count.
func (w *model) estimate(method Method, f *Fitted) (*point, error) {
	const perDecade = 8
	low := -10 * perDecade
	if !w.exact() {
		low = min(low, max(-60*perDecade, int(perDecade*math.Log10(w.psi[0]/w.scale))-perDecade))
	}
	var grid []float64
	for i := low; i <= 6*perDecade; i++ {
		grid = append(grid, w.scale*math.Pow(10, float64(i)/perDecade))
	}
	zero := !w.exact() && method != AdjustedREML
	if zero {
		grid = append([]float64{0}, grid...)
	}
	points := make([]*point, len(grid))
	slope := make([]float64, len(grid))
	for i, a := range grid {
		points[i] = w.at(a)
		slope[i] = w.criterion(method, points[i])
		if !points[i].defined() {
			slope[i] = math.NaN() // which is on neither side of a root
		}
	}
	var found []*point
	for i := 1; i < len(grid); i++ {
		if slope[i-1] > 0 && slope[i] <= 0 {
			found = append(found, w.root(method, grid[i-1], slope[i-1], grid[i], slope[i], f))
		}
	}
	if zero && slope[0] <= 0 {
		found = append(found, points[0])
	}
	if len(found) == 0 {
		if !(slope[0] > 0) { // ψ = 0, or next to it, somewhere and no residual there: nothing identifies A
			return nil, fault.New("smallarea.degenerate")
		}
		return nil, fault.New("smallarea.no-solution", "method", method)
	}
	best := found[0]
	if method != Moment {
		for _, p := range found[1:] {
			if w.objective(method, p) > w.objective(method, best) {
				best = p
			}
		}
		if len(found) > 1 {
			f.Notes = append(f.Notes, fault.New("smallarea.note-several-maxima", "count", len(found)))
		}
	}
	return best, nil
}

// root finds where the criterion falls through zero between low, where it is f > 0, and high, where it is g <= 0, by the
// Illinois rule. Fisher scoring would converge only linearly, and hardly at all where the likelihood is much flatter, or much
// steeper, than its expected information says.
func (w *model) root(method Method, low, f, high, g float64, fitted *Fitted) *point {
	last := 0.0 // sign of the criterion a step before
	for range 200 {
		a := low + (high-low)*f/(f-g)
		if !(a > low && a < high) {
			a = low + (high-low)/2
		}
		if !(a > low && a < high) { // neighbours among the floating-point numbers
			break
		}
		fitted.Iterations++
		p := w.at(a)
		s := w.criterion(method, p)
		switch {
		case s == 0:
			return p
		case s > 0:
			low, f = a, s
			if last > 0 {
				g /= 2
			}
		default:
			high, g = a, s
			if last < 0 {
				f /= 2
			}
		}
		last = s
	}
	return w.at(high)
}

// varianceOfA is the asymptotic variance of the estimate of A.
func (w *model) varianceOfA(method Method, p *point) float64 {
	if method == Moment {
		return 2 * float64(w.m) / (p.sum1 * p.sum1)
	}
	return 2 / p.sum2
}

// biasOfA is the asymptotic bias of the estimate of A; REML has none to this order.
func (w *model) biasOfA(method Method, p *point) float64 {
	switch method {
	case ML:
		return -p.traceQ / p.sum2
	case Moment:
		return 2 * (float64(w.m)*p.sum2 - p.sum1*p.sum1) / (p.sum1 * p.sum1 * p.sum1)
	case AdjustedREML:
		return 2 / (p.a * p.sum2)
	}
	return 0
}

// describe computes β and each area with its error.
func (w *model) describe(d Data, o Options, f *Fitted, p *point) {
	f.Beta = w.back(p.coefficient)
	f.BetaSE = make([]float64, w.k)
	for j := range w.k { // column j of R⁻¹' against the inverse: Var(β_j)
		unit := make([]float64, w.k)
		unit[j] = 1
		c := w.forward(unit)
		f.BetaSE[j] = math.Sqrt(p.form(c))
	}
	bias := 0.0
	if o.Hold == nil {
		bias = w.biasOfA(o.Method, p)
	}
	for i := range d.Direct {
		z := d.Covariates.RawRowView(i)
		e := Estimate{Area: nameOf(d.Areas, i)}
		spread := p.form(w.forward(z))
		for j := range w.k {
			e.Regression += z[j] * f.Beta[j]
		}
		if w.position[i] < 0 {
			e.Value, e.Synthetic, e.G1, e.G2 = e.Regression, true, p.a, spread
			e.MSE = e.G1 + e.G2
			f.Estimates = append(f.Estimates, e)
			continue
		}
		psi, residual := d.Variance[i], p.residual[w.position[i]]
		if psi == 0 {
			e.Value, e.Gamma = d.Direct[i], 1
			f.Estimates = append(f.Estimates, e)
			continue
		}
		v := p.a + psi
		e.Gamma = p.a / v
		b := psi / v
		e.Value = e.Regression + e.Gamma*residual
		e.G1 = e.Gamma * psi
		e.G2 = b * b * spread
		e.G3 = psi * psi / (v * v * v) * f.VarA
		e.MSE = math.Max(0, e.G1+e.G2+2*e.G3-bias*b*b)
		e.Synthetic = e.Gamma == 0
		f.Estimates = append(f.Estimates, e)
	}
}

// back gives β with R β = c.
func (w *model) back(c []float64) []float64 {
	b := append([]float64(nil), c...)
	for j := w.k - 1; j >= 0; j-- {
		for l := j + 1; l < w.k; l++ {
			b[j] -= w.r.At(j, l) * b[l]
		}
		b[j] /= w.r.At(j, j)
	}
	return b
}

// forward gives c with R' c = z: the covariates in the orthonormal basis.
func (w *model) forward(z []float64) []float64 {
	c := append([]float64(nil), z...)
	for j := range w.k {
		for l := range j {
			c[j] -= w.r.At(l, j) * c[l]
		}
		c[j] /= w.r.At(j, j)
	}
	return c
}
