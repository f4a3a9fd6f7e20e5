package smallarea

import (
	"math"
)

// point is the model at one value of A.
type point struct {
	a                  float64
	weight             []float64   // 1/(A + ψ)
	r                  [][]float64 // k × k upper triangular: Σ^-½ Q without its rotation, columns in the order of pivot
	pivot              []int
	coefficient        []float64 // of Q
	residual           []float64 // y - Zβ
	sum1, sum2         float64   // Σ 1/(A+ψ), Σ 1/(A+ψ)²
	quadratic, squares float64   // Σ w e², Σ w² e²
	traceP             float64
	traceQ             float64 // tr[(Z'Σ⁻¹Z)⁻¹ Z'Σ⁻²Z]
	logLik, restricted float64
}

// defined reports whether the arithmetic reaches this value of A: ratios of ψ near the whole range of floating-point
// numbers leave no digit of it.
func (p *point) defined() bool { return finite(p.restricted) && finite(p.logLik) && finite(p.traceP) }

func (w *model) at(a float64) *point {
	p := &point{a: a, weight: make([]float64, w.m), residual: make([]float64, w.m), coefficient: make([]float64, w.k)}
	root := make([]float64, w.m)
	rows := make([][]float64, w.m) // Σ^-½ [Q, y]
	var logs float64
	for i := range w.m {
		v := a + w.psi[i]
		g := 1 / v
		p.weight[i], root[i] = g, 1/math.Sqrt(v)
		p.sum1 += g
		p.sum2 += g * g
		logs += math.Log(v)
		rows[i] = make([]float64, w.k+1)
		for j := range w.k {
			rows[i][j] = root[i] * w.q.At(i, j)
		}
		rows[i][w.k] = root[i] * w.y[i]
	}
	p.pivot = triangular(rows, w.k)
	p.r = rows[:w.k]
	det := 0.0 // log |Q'Σ⁻¹Q|
	for j := w.k - 1; j >= 0; j-- {
		det += 2 * math.Log(math.Abs(p.r[j][j]))
		c := p.r[j][w.k]
		for l := j + 1; l < w.k; l++ {
			c -= p.r[j][l] * p.coefficient[p.pivot[l]]
		}
		p.coefficient[p.pivot[j]] = c / p.r[j][j]
	}
	for i := range w.m {
		q := w.q.RawRowView(i)
		e := w.y[i]
		for j, c := range p.coefficient {
			e -= q[j] * c
		}
		p.residual[i] = e
		e *= root[i]
		p.quadratic += e * e
		p.squares += p.weight[i] * e * e
		leverage := math.Min(1, p.weight[i]*p.form(q))
		p.traceQ += p.weight[i] * leverage
		p.traceP += p.weight[i] * (1 - leverage)
	}
	p.logLik = -0.5 * (float64(w.m)*math.Log(2*math.Pi) + logs + p.quadratic)
	p.restricted = -0.5 * (float64(w.m-w.k)*math.Log(2*math.Pi) + logs + det + p.quadratic)
	return p
}

// form gives c'(Q'Σ⁻¹Q)⁻¹c.
func (p *point) form(c []float64) float64 {
	y, s := make([]float64, len(p.pivot)), 0.0
	for j := range y {
		y[j] = c[p.pivot[j]]
		for l := range j {
			y[j] -= p.r[l][j] * y[l]
		}
		y[j] /= p.r[j][j]
		s += y[j] * y[j]
	}
	return s
}

// triangular turns the first k columns of rows into an upper triangle by Householder reflections, which the further
// columns follow, and returns the order in which it took the columns. With rows in falling order of size and the
// largest column first, each row keeps the digits of its own size (Cox and Higham 1998), whatever the ratio of the
// weights; the normal equations would keep those of the heaviest rows only.
func triangular(rows [][]float64, k int) []int {
	pivot := make([]int, k)
	for j := range pivot {
		pivot[j] = j
	}
	norm := func(j, from int) (size, sum float64) { // of a column below: its largest element, and Σ of squares of that size
		for _, r := range rows[from:] {
			size = math.Max(size, math.Abs(r[j]))
		}
		if size > 0 {
			for _, r := range rows[from:] {
				sum += (r[j] / size) * (r[j] / size)
			}
		}
		return size, sum
	}
	for j := range k {
		best, most := j, -1.0
		for l := j; l < k; l++ {
			if size, sum := norm(l, j); size*math.Sqrt(sum) > most {
				best, most = l, size*math.Sqrt(sum)
			}
		}
		pivot[j], pivot[best] = pivot[best], pivot[j]
		for _, r := range rows {
			r[j], r[best] = r[best], r[j]
		}
		size, sum := norm(j, j)
		if size == 0 {
			continue
		}
		alpha := -math.Copysign(size*math.Sqrt(sum), rows[j][j])
		v := make([]float64, len(rows)-j) // v = x - α e, and v'v = -2 α v_0
		for i, r := range rows[j:] {
			v[i] = r[j]
		}
		v[0] -= alpha
		for l := j + 1; l < len(rows[j]); l++ {
			var s float64
			for i, r := range rows[j:] {
				s += v[i] / alpha * r[l]
			}
			s /= v[0]
			for i, r := range rows[j:] {
				r[l] += s * v[i]
			}
		}
		for i, r := range rows[j:] {
			r[j] = 0
			if i == 0 {
				r[j] = alpha
			}
		}
	}
	return pivot
}
