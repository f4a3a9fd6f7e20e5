package inputoutput

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mat"
)

// unit is the rounding unit of float64, 2⁻⁵³.
const unit = 1.0 / (1 << 53)

// chunk is the number of terms summed by four running sums before sums are added pairwise.
const chunk = 256

// dot gives Σ aᵢxᵢ. The order of summation depends on the length alone, and the number of roundings that any term meets
// is at most dotDepth(n): that keeps the rounding error of a residual far below the bounds it has to prove. The explicit
// conversions forbid fused multiply-add, so that every machine gives the same bits.
func dot(a, x []float64) float64 {
	if len(a) > chunk {
		half := halve(len(a))
		return dot(a[:half], x[:half]) + dot(a[half:], x[half:])
	}
	var s0, s1, s2, s3 float64
	for len(a) >= 4 && len(x) >= 4 {
		s0 += float64(a[0] * x[0])
		s1 += float64(a[1] * x[1])
		s2 += float64(a[2] * x[2])
		s3 += float64(a[3] * x[3])
		a, x = a[4:], x[4:]
	}
	for i, v := range a {
		s0 += float64(v * x[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// dot2 gives the dot products of two rows with x, each in the very order of dot, reading x once.
func dot2(a, b, x []float64) (float64, float64) {
	n := len(x)
	a, b = a[:n], b[:n]
	if n > chunk {
		half := halve(n)
		a0, b0 := dot2(a[:half], b[:half], x[:half])
		a1, b1 := dot2(a[half:], b[half:], x[half:])
		return a0 + a1, b0 + b1
	}
	var s0, s1, s2, s3, t0, t1, t2, t3 float64
	i := 0
	for ; i <= n-4; i += 4 {
		u, v, w := a[i:i+4:i+4], b[i:i+4:i+4], x[i:i+4:i+4]
		s0 += float64(u[0] * w[0])
		t0 += float64(v[0] * w[0])
		s1 += float64(u[1] * w[1])
		t1 += float64(v[1] * w[1])
		s2 += float64(u[2] * w[2])
		t2 += float64(v[2] * w[2])
		s3 += float64(u[3] * w[3])
		t3 += float64(v[3] * w[3])
	}
	for ; i < n; i++ {
		s0 += float64(a[i] * x[i])
		t0 += float64(b[i] * x[i])
	}
	return (s0 + s1) + (s2 + s3), (t0 + t1) + (t2 + t3)
}

// halve splits a long sum at a whole number of chunks.
func halve(n int) int { return (n/2 + chunk - 1) / chunk * chunk }

// dotDepth bounds the roundings that one term of dot meets.
func dotDepth(n int) int {
	return min(n, chunk)/4 + 4 + 3 + bits.Len(uint(n/chunk)) + 1
}

// sum gives Σ xᵢ in the order of dot.
func sum(x []float64) float64 {
	if len(x) > chunk {
		half := halve(len(x))
		return sum(x[:half]) + sum(x[half:])
	}
	var s float64
	for _, v := range x {
		s += v
	}
	return s
}

func absSum(x []float64) float64 {
	if len(x) > chunk {
		half := halve(len(x))
		return absSum(x[:half]) + absSum(x[half:])
	}
	var s float64
	for _, v := range x {
		s += math.Abs(v)
	}
	return s
}

func norm2(x []float64) float64 {
	big := maxAbs(x)
	if big == 0 || big > 1e150 || big < 1e-150 { // rare: scale so that the squares stay in range
		if big == 0 {
			return 0
		}
		scaled := make([]float64, len(x))
		for i, v := range x {
			scaled[i] = v / big
		}
		return big * math.Sqrt(dot(scaled, scaled))
	}
	return math.Sqrt(dot(x, x))
}

func maxAbs(x []float64) float64 {
	var m float64
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

func addTo(dst, x []float64) {
	for i, v := range x {
		dst[i] += v
	}
}

// axpy adds c·x to dst.
func axpy(dst []float64, c float64, x []float64) {
	for i, v := range x {
		dst[i] += float64(c * v)
	}
}

func times(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] * b[i]
	}
	return out
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

func rowSums(m *mat.Dense) []float64 {
	r, _ := m.Dims()
	out := make([]float64, r)
	for i := range r {
		out[i] = sum(m.RawRowView(i))
	}
	return out
}

func columnSums(m *mat.Dense) []float64 {
	r, c := m.Dims()
	out := make([]float64, c)
	for i := range r {
		addTo(out, m.RawRowView(i))
	}
	return out
}
