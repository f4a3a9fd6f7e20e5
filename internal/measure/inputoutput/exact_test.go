package inputoutput

import (
	"math"
	"math/big"
	"math/rand"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// rational solves (I − A)x = b, or the transposed system, in exact arithmetic; nil where it is singular.
func rational(a *mat.Dense, b []float64, transposed bool) []*big.Rat {
	n := len(b)
	m := make([][]*big.Rat, n)
	for i := range m {
		m[i] = make([]*big.Rat, n+1)
		for j := range n {
			v := a.At(i, j)
			if transposed {
				v = a.At(j, i)
			}
			m[i][j] = new(big.Rat).SetFloat64(-v)
			if i == j {
				m[i][j].Add(m[i][j], big.NewRat(1, 1))
			}
		}
		m[i][n] = new(big.Rat).SetFloat64(b[i])
	}
	for c := range n {
		p := c
		for p < n && m[p][c].Sign() == 0 {
			p++
		}
		if p == n {
			return nil
		}
		m[c], m[p] = m[p], m[c]
		for i := range n {
			if i == c || m[i][c].Sign() == 0 {
				continue
			}
			f := new(big.Rat).Quo(m[i][c], m[c][c])
			for j := c; j <= n; j++ {
				m[i][j].Sub(m[i][j], new(big.Rat).Mul(f, m[c][j]))
			}
		}
	}
	x := make([]*big.Rat, n)
	for i := range x {
		x[i] = new(big.Rat).Quo(m[i][n], m[i][i])
	}
	return x
}

// awkward makes a productive matrix with a spectral radius up to 1 − 1e-9, whose industries are in units up to 10^spread apart, so that
// sums of its columns lie far above one.
func awkward(r *rand.Rand, spread float64) *mat.Dense {
	n := 2 + r.Intn(5)
	a := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			if r.Float64() < 0.8 {
				a.Set(i, j, 0.05+r.Float64())
			}
		}
	}
	for i := range n { // irreducible, so that the radius is that of the power method
		a.Set(i, (i+1)%n, 0.1+r.Float64())
	}
	op, _ := NewDense(a)
	_, high := RadiusBounds(op, 2000)
	a.Scale((1-math.Pow(10, -9*r.Float64()))/high, a)
	d := make([]float64, n)
	for i := range d {
		d[i] = math.Pow(10, (r.Float64()-0.5)*spread)
	}
	a.Apply(func(i, j int, v float64) float64 { return v * d[i] / d[j] }, a)
	return a
}

// The bound holds against exact arithmetic, whatever the method, the condition and the units; and no productive table is refused for
// its units.
func TestBoundsAgainstExactArithmetic(t *testing.T) {
	for seed := range 240 {
		r := rand.New(rand.NewSource(int64(seed)))
		a := awkward(r, []float64{0, 4, 16, 60, 200}[seed%5])
		n, _ := a.Dims()
		b := make([]float64, n)
		for i := range b {
			b[i] = r.NormFloat64()
		}
		op, err := NewDense(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []Method{Auto, Krylov, Series} {
			s, err := NewSolver(op, Options{Method: method, MaxSteps: 500})
			if err != nil {
				t.Fatalf("seed %d: a productive table is refused: %v", seed, err)
			}
			for _, transposed := range []bool{false, true} {
				got, err := s.solve(b, transposed, 1)
				if err != nil {
					if method == Auto {
						t.Errorf("seed %d: %v", seed, err)
					}
					continue // the rounds of production may be too many
				}
				off, size := distance(got.X, rational(a, b, transposed), transposed)
				if !got.Proven || off > got.Bound*size {
					t.Errorf("seed %d, method %q, transposed %v: error %g, bound %g", seed, method, transposed, off/size, got.Bound)
				}
			}
		}
	}
}

// distance gives the error and the size of a solution in the norm of its bound.
func distance(got []float64, want []*big.Rat, transposed bool) (off, size float64) {
	for i, w := range want {
		d := new(big.Rat).SetFloat64(got[i])
		e, _ := d.Sub(d, w).Float64()
		x, _ := w.Float64()
		e, x = math.Abs(e), math.Abs(x)
		if transposed {
			off, size = math.Max(off, e), math.Max(size, x)
		} else {
			off, size = off+e, size+x
		}
	}
	return off, size
}
