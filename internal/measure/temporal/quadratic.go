package temporal

import "math"

// quadratic is the problem min ½ z'Hz - g'z under the conditions A z = d, exact or soft, with H symmetric and
// of bandwidth two at most. Variables and multipliers are interleaved in time (each multiplier after the last
// variable of its row), so that the whole optimality system is banded: O(n) for rows of bounded span.
type quadratic struct {
	n    int
	h    [][3]float64 // h[t][j] = H[t][t-j]
	rows []row
	posZ []int // position of variable t in the interleaved order
	posM []int // position of the multiplier of row k
	half int   // bandwidth of the interleaved system
}

// newQuadratic orders the system.
func newQuadratic(h [][3]float64, rows []row) *quadratic {
	q := &quadratic{n: len(h), h: h, rows: rows, posZ: make([]int, len(h)), posM: make([]int, len(rows))}
	ends := make([]int, q.n)
	for _, r := range rows {
		ends[r.at[len(r.at)-1]]++
	}
	start := make([]int, q.n) // next free position after variable t
	next := 0
	for t := range q.n {
		q.posZ[t] = next
		start[t] = next + 1
		next += 1 + ends[t]
	}
	for k, r := range rows {
		last := r.at[len(r.at)-1]
		q.posM[k] = start[last]
		start[last]++
	}
	for t := range q.n {
		for j := 1; j < 3 && j <= t; j++ {
			if h[t][j] != 0 {
				q.half = max(q.half, q.posZ[t]-q.posZ[t-j])
			}
		}
	}
	for k, r := range rows {
		for _, t := range r.at {
			q.half = max(q.half, q.posM[k]-q.posZ[t], q.posZ[t]-q.posM[k])
		}
	}
	return q
}

// solver is the factored optimality system, with some variables held where they are.
type solver struct {
	*quadratic
	held []bool
	lu   *band
	buf  []float64
}

// prepare factors the system with the held variables taken out; false means that it has no unique solution.
func (q *quadratic) prepare(held []bool) (*solver, bool) {
	s := &solver{quadratic: q, held: held, buf: make([]float64, q.n+len(q.rows))}
	s.lu = newBand(q.n+len(q.rows), q.half, q.half)
	free := func(t int) bool { return held == nil || !held[t] }
	for t := range q.n {
		i := q.posZ[t]
		if !free(t) {
			s.lu.add(i, i, 1)
			continue
		}
		s.lu.add(i, i, q.h[t][0])
		for j := 1; j < 3 && j <= t; j++ {
			if v := q.h[t][j]; v != 0 && free(t-j) {
				s.lu.add(i, q.posZ[t-j], v)
				s.lu.add(q.posZ[t-j], i, v)
			}
		}
	}
	for k, r := range q.rows {
		i := q.posM[k]
		for m, t := range r.at {
			if free(t) {
				s.lu.add(i, q.posZ[t], r.w[m])
				s.lu.add(q.posZ[t], i, r.w[m])
			}
		}
		if r.soft > 0 {
			s.lu.add(i, i, -r.soft)
		}
	}
	return s, s.lu.factor() < 0
}

// gradient gives Hz + A'μ.
func (q *quadratic) gradient(z, mu []float64) []float64 {
	out := make([]float64, q.n)
	for t := range q.n {
		out[t] += q.h[t][0] * z[t]
		for j := 1; j < 3 && j <= t; j++ {
			out[t] += q.h[t][j] * z[t-j]
			out[t-j] += q.h[t][j] * z[t]
		}
	}
	for k, r := range q.rows {
		for m, t := range r.at {
			out[t] += r.w[m] * mu[k]
		}
	}
	return out
}

// miss gives d - Az + soft·μ of every row, d being given.
func (q *quadratic) miss(z, mu, d []float64) []float64 {
	out := make([]float64, len(q.rows))
	for k, r := range q.rows {
		v := d[k] + r.soft*mu[k]
		for m, t := range r.at {
			v -= r.w[m] * z[t]
		}
		out[k] = v
	}
	return out
}

// solve finds z and μ with Hz + A'μ = g on the free variables, Az - soft·μ = d, and z unchanged on the held
// ones, starting from z and μ as they are; it refines until the residual stops shrinking and returns the
// largest residual left.
func (s *solver) solve(z, mu, g, d []float64) float64 {
	residual := math.Inf(1)
	for range 4 {
		grad, miss := s.gradient(z, mu), s.miss(z, mu, d)
		var worst float64
		for t := range s.n {
			v := -grad[t]
			if g != nil {
				v += g[t]
			}
			if s.held != nil && s.held[t] {
				v = 0
			}
			s.buf[s.posZ[t]] = v
			worst = math.Max(worst, math.Abs(v))
		}
		for k, v := range miss {
			s.buf[s.posM[k]] = v
			worst = math.Max(worst, math.Abs(v))
		}
		if worst == 0 || worst >= residual/2 && residual < 1e-12 {
			return math.Min(worst, residual)
		}
		residual = worst
		s.lu.solve(s.buf)
		for t := range s.n {
			z[t] += s.buf[s.posZ[t]]
		}
		for k := range s.rows {
			mu[k] += s.buf[s.posM[k]]
		}
	}
	return residual
}

// energy is z'Hz, summed from the differences themselves so that it is never negative.
func energy(op [][3]float64, z []float64) float64 {
	var s float64
	for t, c := range op {
		v := c[0] * z[t]
		for j := 1; j < 3 && j <= t; j++ {
			v += c[j] * z[t-j]
		}
		s += v * v
	}
	return s
}

// differences gives the operator R of the movement to be kept: row t is the innovation of z at t.
// order 1 with rho is z_t - rho·z_{t-1}, order 2 is the second difference. The start is free (rho = 1),
// stationary (rho < 1), or pinned to zero before the first period when anchored (the original Denton).
func differences(n, order int, rho float64, anchored bool) [][3]float64 {
	op := make([][3]float64, n)
	for t := range op {
		switch {
		case order == 2 && (t >= 2 || anchored):
			op[t] = [3]float64{1, -2, 1}
		case order == 1 && (t >= 1 || anchored):
			op[t] = [3]float64{1, -rho, 0}
		case order == 1 && rho < 1:
			op[t] = [3]float64{math.Sqrt(1 - rho*rho)}
		}
	}
	return op
}

// square gives R'R of a lower-banded operator.
func square(op [][3]float64) [][3]float64 {
	h := make([][3]float64, len(op))
	for t, c := range op {
		for a := 0; a < 3 && a <= t; a++ {
			for b := a; b < 3 && b <= t; b++ {
				h[t-a][b-a] += c[a] * c[b]
			}
		}
	}
	return h
}
