package inputoutput

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// economy makes coefficients with column sums between 0.3 and 0.8 and the given share of zeros.
func economy(n int, zeros float64, seed uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := mat.NewDense(n, n, nil)
	for i := range n {
		row := m.RawRowView(i)
		for j := range row {
			if rng.Float64() >= zeros {
				row[j] = rng.Float64()
			}
		}
	}
	sums := columnSums(m)
	for j := range sums {
		sums[j] = (0.3 + 0.5*rng.Float64()) / sums[j]
	}
	for i := range n {
		row := m.RawRowView(i)
		for j := range row {
			row[j] *= sums[j]
		}
	}
	return m
}

func uniform(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 2))
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.Float64()
	}
	return out
}

// BenchmarkDense5000 is the whole road from a bare matrix to a proven solution: scan, certificate, iteration, bound.
func BenchmarkDense5000(b *testing.B) {
	a, y := economy(5000, 0, 1), uniform(5000, 1)
	for b.Loop() {
		op, err := NewDense(a)
		if err != nil {
			b.Fatal(err)
		}
		s, err := NewSolver(op, Options{Method: Krylov})
		if err != nil {
			b.Fatal(err)
		}
		x, err := s.Solve(y)
		if err != nil || !x.Proven || x.Bound > 1e-12 {
			b.Fatal(x.Bound, err)
		}
		b.ReportMetric(float64(x.Steps), "products")
	}
}

func BenchmarkSparse10000(b *testing.B) {
	m, y := economy(10000, 0.68, 2), uniform(10000, 2)
	dense, _ := NewDense(m)
	sparse, err := SparseOf(m)
	if err != nil {
		b.Fatal(err)
	}
	for name, op := range map[string]Operator{"dense": dense, "sparse": sparse} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s, err := NewSolver(op, Options{Method: Krylov})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Solve(y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
