package inputoutput

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Certificate proves that (I − A) can be solved and turns any residual into a bound on the error. Weights w and Slack s
// are positive vectors (n) with (I − |A|)ᵀw ≥ s, rounding included. Hence the spectral radius of |A|, and of A, is below
// one: at most Radius.
type Certificate struct {
	Weights []float64
	Slack   []float64
	Radius  float64 // max (1 − sⱼ/wⱼ), an upper bound on the spectral radius
}

const (
	enoughSlack  = 0.25 // below this, better weights are worth another product
	neumannSteps = 24
	solveRounds  = 10   // of GMRES, for a matrix too large to factor
	factorLimit  = 3000 // largest order that is factored to settle whether a table is productive
)

// Certify looks for a certificate, first with w = 1 (column sums of A below one), then with the weights
// Σₖ (|A|ᵀ)ᵏ·1, then by solving for them. It fails with inputoutput.not-productive where A ≥ 0 has a spectral radius of one or
// more; where A has negative cells and none is found, the certificate is nil and the error too: the system may still be
// soluble, only nothing is proven.
func Certify(a Operator) (*Certificate, error) {
	n := a.Order()
	w, p := ones(n), make([]float64, n)
	var best *Certificate
	for range neumannSteps {
		a.MulAbsTransposed(p, w)
		if c := verify(w, p, a.Depth()); c != nil {
			if best == nil || slices.Min(c.Slack) > slices.Min(best.Slack) {
				best = c
			}
			if slices.Min(c.Slack) >= enoughSlack {
				return c, nil
			}
		}
		next := make([]float64, n)
		for j := range next {
			next[j] = 1 + p[j]
		}
		if maxAbs(next) > 1e12 {
			break
		}
		w = next
	}
	if best != nil {
		return best, nil
	}
	w = make([]float64, n)
	r, step := ones(n), make([]float64, n)
	for range solveRounds {
		clear(step)
		gmres(func(dst, x []float64) {
			a.MulAbsTransposed(dst, x)
			for i := range dst {
				dst[i] = x[i] - dst[i]
			}
		}, r, step, 1e-8*math.Sqrt(float64(n)), restart)
		addTo(w, step)
		a.MulAbsTransposed(p, w)
		if c := verify(w, p, a.Depth()); c != nil {
			return c, nil
		}
		if n <= factorLimit {
			break // a factor is surer
		}
		for i := range r {
			r[i] = 1 - (w[i] - p[i])
		}
	}
	if n <= factorLimit {
		if c := certifyByFactor(a, p); c != nil {
			return c, nil
		}
	}
	if a.NonNegative() {
		low, _ := RadiusBounds(a, 50)
		if low < 1 && n > factorLimit { // neither proven nor refuted
			return nil, fault.New("inputoutput.not-settled", "radius", low)
		}
		return nil, fault.New("inputoutput.not-productive", "radius", math.Max(low, 1))
	}
	return nil, nil
}

// certifyByFactor settles the matter for a matrix small enough: with A ≥ 0 the solution of (I − A)ᵀw = 1 is positive if
// and only if the spectral radius is below one. It is sought in like units, which alters neither.
func certifyByFactor(a Operator, p []float64) *Certificate {
	n := a.Order()
	m := dense(a)
	m.Apply(func(_, _ int, v float64) float64 { return math.Abs(v) }, m)
	d := equalise(m)
	m.Apply(func(i, j int, v float64) float64 {
		if i == j {
			return 1 - v
		}
		return -v
	}, m)
	var lu mat.LU
	lu.Factorize(m)
	if math.IsInf(lu.Cond(), 1) || math.IsNaN(lu.Cond()) {
		return nil
	}
	solved := mat.NewVecDense(n, nil)
	_ = lu.SolveVecTo(solved, true, mat.NewVecDense(n, ones(n))) // an ill condition is no matter: the result is verified
	w := solved.RawVector().Data
	for j := range w {
		w[j] /= d[j]
	}
	a.MulAbsTransposed(p, w)
	return verify(w, p, a.Depth())
}

// verify makes a certificate of weights w and p = |A|ᵀw, or gives nil where a slack is not surely positive.
func verify(w, p []float64, depth int) *Certificate {
	g := 2 * float64(depth+4) * unit
	c := &Certificate{Weights: w, Slack: make([]float64, len(w))}
	for j := range w {
		s := w[j] - p[j] - g*(math.Abs(w[j])+math.Abs(p[j]))
		if !(w[j] > 0) || !(s > 0) || !finite(w[j]) {
			return nil
		}
		c.Slack[j] = s
		c.Radius = math.Max(c.Radius, (1-s/w[j])*(1+4*unit))
	}
	return c
}

// RadiusBounds brackets the spectral radius of |A| by the quotients of Collatz and Wielandt after the given number of
// power steps on |A| + I/2. The lower end is informative only where the matrix is irreducible; both hold always.
func RadiusBounds(a Operator, steps int) (low, high float64) {
	n := a.Order()
	w, p := ones(n), make([]float64, n)
	high = math.Inf(1)
	for range steps {
		a.MulAbsTransposed(p, w)
		least, most := math.Inf(1), 0.0
		for j := range w {
			q := p[j] / w[j]
			least, most = math.Min(least, q), math.Max(most, q)
		}
		low, high = math.Max(low, least), math.Min(high, most)
		if high-low <= 1e-12*high {
			break
		}
		big := 0.0
		for j := range w {
			w[j] = p[j] + w[j]/2 // the shift keeps w positive and makes cyclic matrices converge
			big = math.Max(big, w[j])
		}
		for j := range w {
			w[j] = math.Max(w[j]/big, 1e-280)
		}
	}
	return low, high
}
