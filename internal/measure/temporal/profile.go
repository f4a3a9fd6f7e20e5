package temporal

import (
	"math"

	"nhipso/internal/fault"
)

// regression is the low-frequency regression y = Xβ + disturbance, with the columns of X scaled to unit length.
type regression struct {
	y       []float64
	x       [][]float64 // k columns of N
	length  []float64   // what each column was divided by
	v       *covariance
	white   [][]float64 // k+1 whitened columns, orthonormal after fit except the last: the residual
	r       []float64   // k x (k+1) upper triangle of the decomposition, last column for y
	beta, e []float64
	rss     float64 // e'V^-1 e, S without the factor 1/(1-ρ²)
	energy  float64 // y'V^-1 y
}

// regress scales the columns and refuses one that the columns before it already contain.
func regress(y []float64, x [][]float64, names []string, v *covariance) (*regression, error) {
	n, k := len(y), len(x)
	g := &regression{y: y, v: v, length: make([]float64, k), r: make([]float64, k*(k+1)),
		beta: make([]float64, k), e: make([]float64, n)}
	pool := make([]float64, (2*k+1)*n)
	take := func() []float64 { s := pool[:n:n]; pool = pool[n:]; return s }
	for j, column := range x {
		scaled := take()
		largest := maxAbs(column)
		if !(largest > 0) || math.IsInf(largest, 0) {
			return nil, fault.New("temporal.rank-deficient", "indicator", names[j])
		}
		for i, value := range column { // in two steps: the square of a figure may be beyond the machine's range
			scaled[i] = value / largest
		}
		size := math.Sqrt(dot(scaled, scaled))
		for i := range scaled {
			scaled[i] /= size
		}
		g.x, g.length[j] = append(g.x, scaled), largest*size
	}
	for range k + 1 {
		g.white = append(g.white, take())
	}
	for j := range g.x { // rank, on the columns as they are
		copy(g.white[j], g.x[j])
		for range 2 {
			for m := range j {
				s := dot(g.white[m], g.white[j])
				for i := range g.white[j] {
					g.white[j][i] -= s * g.white[m][i]
				}
			}
		}
		left := math.Sqrt(dot(g.white[j], g.white[j]))
		if left < 1e-10 {
			return nil, fault.New("temporal.rank-deficient", "indicator", names[j])
		}
		for i := range g.white[j] {
			g.white[j][i] /= left
		}
	}
	return g, nil
}

// fit does generalised least squares at ρ by modified Gram-Schmidt on the whitened columns.
func (g *regression) fit(rho float64) {
	g.v.set(rho)
	k := len(g.x)
	for j := range g.x {
		g.v.whiten(g.x[j], g.white[j])
	}
	g.v.whiten(g.y, g.white[k])
	g.energy = dot(g.white[k], g.white[k])
	for j := range g.x {
		q := g.white[j]
		size := math.Sqrt(dot(q, q))
		inverse := 1 / size
		for i := range q {
			q[i] *= inverse
		}
		g.r[j*(k+1)+j] = size
		for m := j + 1; m <= k; m++ {
			s := dot(q, g.white[m])
			g.r[j*(k+1)+m] = s
			for i, v := range q {
				g.white[m][i] -= s * v
			}
		}
	}
	copy(g.e, g.y)
	for j := k - 1; j >= 0; j-- {
		s := g.r[j*(k+1)+k]
		for m := j + 1; m < k; m++ {
			s -= g.r[j*(k+1)+m] * g.beta[m]
		}
		g.beta[j] = s / g.r[j*(k+1)+j]
		for i, v := range g.x[j] {
			g.e[i] -= g.beta[j] * v
		}
	}
	g.rss = dot(g.white[k], g.white[k])
}

// exact says that the regressors explain y up to rounding.
func (g *regression) exact() bool { return g.rss <= 1e-24*g.energy }

// inverseR gives the inverse of the triangle, by columns of the scaled regressors.
func (g *regression) inverseR() []float64 {
	k := len(g.x)
	out := make([]float64, k*k)
	for c := range k {
		for j := c; j >= 0; j-- {
			s := 0.0
			if j == c {
				s = 1
			}
			for m := j + 1; m <= c; m++ {
				s -= g.r[j*(k+1)+m] * out[m*k+c]
			}
			out[j*k+c] = s / g.r[j*(k+1)+j]
		}
	}
	return out
}

// objective is what the search for ρ maximises.
type objective int

const (
	maxLog     objective = iota
	leastRSS             // smallest e'V^-1 e with S = ρ^|i-j| (Ecotrim), or the walk's S
	leastRSSQu           // the same with S = ρ^|i-j|/(1-ρ²) (Quilis)
)

// at fits at ρ and gives the objective and its slope in ρ. β is optimal, so its own change does not count.
func (g *regression) at(rho float64, what objective) (value, slope float64) {
	g.fit(rho)
	rss, drss := g.v.squares(g.e)
	switch what {
	case leastRSS:
		return -rss, -drss
	case leastRSSQu:
		c := 1 - rho*rho
		return -c * rss, 2*rho*rss - c*drss
	}
	half := float64(len(g.y)) / 2
	return -half*math.Log(rss) - g.v.logDet/2, -half*drss/rss - g.v.dLogDt/2
}

// grid divides [low, high] closer towards the ends that lie near ±1, where the profile turns fastest.
func grid(low, high float64) []float64 {
	const cells = 24
	var points []float64
	if low < 0 { // the mirror image of the positive side
		mirror := grid(math.Max(0, -high), -low)
		for i := len(mirror) - 1; i >= 0; i-- {
			points = append(points, -mirror[i])
		}
		if high <= 0 {
			return points
		}
		low, points = 0, points[:len(points)-1]
	}
	points = append(points, low)
	for i := 1; i <= cells; i++ {
		u := 1 - float64(i)/cells
		points = append(points, high-(high-low)*u*u)
	}
	return points
}

// search finds the best ρ in [low, high]: a grid brackets every local maximum by the sign of the slope, or by values that move
// against the slopes where two turns lie in one cell; each is
// then located by a safeguarded secant on the slope, and the ends are candidates. Where only an even power of ρ
// counts (a stock at every second or fourth period) ρ and -ρ are equally good: the positive one is taken.
func (g *regression) search(low, high float64, what objective) float64 {
	best, bestValue := low, math.Inf(-1)
	consider := func(rho, value float64) {
		if value > bestValue || best < 0 && rho > 0 && value >= bestValue-1e-12*math.Abs(bestValue) {
			best, bestValue = rho, value
		}
	}
	points := grid(low, high)
	var a, va, sa float64
	for i, b := range points {
		value, sb := g.at(b, what)
		switch {
		case i == 0 && sb <= 0, i == len(points)-1 && sb >= 0, sb == 0:
			consider(b, value)
		}
		if i > 0 && sa == 0 && sb < 0 { // a level point that may be a dip: the slope just inside tells
			for m := b; m > a+(b-a)/100 && sa <= 0; {
				m = (a + m) / 2
				if _, s := g.at(m, what); s > 0 {
					a, sa = m, s
				}
			}
		}
		rise, fall := a, b
		srise, sfall := sa, sb
		switch {
		case i == 0:
		case sa < 0 && sb < 0 && value > va: // it falls at both ends and has risen: a hump behind a dip
			rise, srise = g.turn(a, va, b, what, 1)
		case sa > 0 && sb > 0 && value < va: // and a dip behind a hump
			fall, sfall = g.turn(a, va, b, what, -1)
		}
		if i > 0 && srise > 0 && sfall < 0 {
			rho := g.top(rise, srise, fall, sfall, what)
			value, _ := g.at(rho, what)
			consider(rho, value)
		}
		a, va, sa = b, value, sb
	}
	return best
}

// turn finds a point between a and b at which the slope has a sign that neither end has, though the values at the ends ask for it: the
// half in which they still do is kept.
func (g *regression) turn(a, va, b float64, what objective, sign float64) (at, slope float64) {
	for range 60 {
		m := (a + b) / 2
		vm, sm := g.at(m, what)
		if sm*sign > 0 {
			return m, sm
		}
		if (vm-va)*sign > 0 {
			b = m
		} else {
			a, va = m, vm
		}
	}
	return a, 0 // rounding alone moved the values
}

// top finds the zero of the slope between a (slope positive) and b (negative), by the Illinois rule.
func (g *regression) top(a, sa, b, sb float64, what objective) float64 {
	fa, fb := sa, sb
	side := 0
	for range 80 {
		if b-a < 1e-13 {
			break
		}
		m := (a*fb - b*fa) / (fb - fa)
		if !(m > a && m < b) {
			m = (a + b) / 2
		}
		_, s := g.at(m, what)
		switch {
		case s == 0:
			return m
		case s > 0:
			if m-a < 1e-13 && side == 1 {
				return m
			}
			a, fa = m, s
			if side == 1 {
				fb /= 2
			}
			side = 1
		default:
			if b-m < 1e-13 && side == -1 {
				return m
			}
			b, fb = m, s
			if side == -1 {
				fa /= 2
			}
			side = -1
		}
	}
	return (a + b) / 2
}
