package temporal

import "math"

// band is a square matrix whose entries lie within kl below and ku above the diagonal, stored by rows with
// room for the fill of partial pivoting: row i holds columns i-kl .. i+ku+kl.
type band struct {
	n, kl, ku, width int
	a                []float64
	pivot            []int
}

func newBand(n, kl, ku int) *band {
	kl, ku = min(kl, n-1), min(ku, n-1)
	width := 2*kl + ku + 1
	return &band{n: n, kl: kl, ku: ku, width: width, a: make([]float64, n*width), pivot: make([]int, n)}
}

func (b *band) add(i, j int, v float64) { b.a[i*b.width+j-i+b.kl] += v }

// factor overwrites the matrix with its LU factors, in O(n·kl·(kl+ku)) steps. It returns the first column
// without a usable pivot, or -1. A pivot is judged against the largest entry of the matrix.
func (b *band) factor() int {
	tiny := 1e-13 * maxAbs(b.a)
	for k := range b.n {
		last := min(b.n-1, k+b.kl)
		p, best := k, math.Abs(b.a[k*b.width+b.kl])
		for i := k + 1; i <= last; i++ {
			if v := math.Abs(b.a[i*b.width+k-i+b.kl]); v > best {
				p, best = i, v
			}
		}
		if !(best > tiny) {
			return k
		}
		b.pivot[k] = p
		length := min(b.n-1, k+b.kl+b.ku) - k + 1
		top := b.a[k*b.width+b.kl:][:length]
		if p != k {
			other := b.a[p*b.width+k-p+b.kl:][:length]
			for j, v := range top {
				top[j], other[j] = other[j], v
			}
		}
		inverse := 1 / top[0]
		for i := k + 1; i <= last; i++ {
			row := b.a[i*b.width+k-i+b.kl:][:length]
			if row[0] == 0 {
				continue
			}
			m := row[0] * inverse
			row[0] = m
			for j := 1; j < length; j++ {
				row[j] -= m * top[j]
			}
		}
	}
	return -1
}

// solve replaces x by the solution of the factored system.
func (b *band) solve(x []float64) {
	for k := range b.n {
		if p := b.pivot[k]; p != k {
			x[k], x[p] = x[p], x[k]
		}
		if x[k] == 0 {
			continue
		}
		for i := k + 1; i <= min(b.n-1, k+b.kl); i++ {
			x[i] -= b.a[i*b.width+k-i+b.kl] * x[k]
		}
	}
	for k := b.n - 1; k >= 0; k-- {
		row := b.a[k*b.width+b.kl:]
		s := x[k]
		for j := 1; j <= min(b.n-1-k, b.kl+b.ku); j++ {
			s -= row[j] * x[k+j]
		}
		x[k] = s / row[0]
	}
}
