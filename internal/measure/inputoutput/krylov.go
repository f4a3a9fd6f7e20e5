package inputoutput

import "math"

// restart is the number of directions GMRES keeps.
const restart = 60

// gmres improves x, which starts at zero, towards mul(x) = b until the estimated residual is at most tolerance in the
// Euclidean norm or the directions are used up; it gives the number of products made. The estimate is not a proof: the
// caller checks the true residual. (Saad and Schultz 1986, with modified Gram–Schmidt.)
func gmres(mul func(dst, x []float64), b, x []float64, tolerance float64, directions int) int {
	n := len(b)
	directions = min(directions, n)
	beta := norm2(b)
	if beta == 0 || beta <= tolerance {
		return 0
	}
	basis := make([][]float64, 1, directions+1)
	basis[0] = make([]float64, n)
	axpy(basis[0], 1/beta, b)
	h := make([][]float64, 0, directions) // column k of the Hessenberg matrix, rotated to triangular form
	var cos, sin []float64
	g := []float64{beta}
	for k := 0; k < directions; k++ {
		v := make([]float64, n)
		mul(v, basis[k])
		before := norm2(v)
		col := make([]float64, k+2)
		for i, u := range basis {
			col[i] = dot(u, v)
			axpy(v, -col[i], u)
		}
		length := norm2(v)
		if length < before/2 { // cancellation: once more is enough (Kahan)
			for i, u := range basis {
				again := dot(u, v)
				col[i] += again
				axpy(v, -again, u)
			}
			length = norm2(v)
		}
		col[k+1] = length
		for i := range k {
			col[i], col[i+1] = float64(cos[i]*col[i])+float64(sin[i]*col[i+1]), float64(cos[i]*col[i+1])-float64(sin[i]*col[i])
		}
		r := math.Hypot(col[k], col[k+1])
		if r == 0 {
			break // singular on this space: use what there is
		}
		cos, sin = append(cos, col[k]/r), append(sin, col[k+1]/r)
		col[k], col[k+1] = r, 0
		h = append(h, col)
		g = append(g, -sin[k]*g[k])
		g[k] *= cos[k]
		if math.Abs(g[k+1]) <= tolerance || length <= 1e-15*before {
			break
		}
		for i := range v {
			v[i] /= length
		}
		basis = append(basis, v)
	}
	k := len(h)
	y := make([]float64, k)
	for i := k - 1; i >= 0; i-- {
		s := g[i]
		for j := i + 1; j < k; j++ {
			s -= float64(h[j][i] * y[j])
		}
		y[i] = s / h[i][i]
	}
	for i, c := range y {
		axpy(x, c, basis[i])
	}
	return k
}
