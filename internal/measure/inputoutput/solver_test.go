package inputoutput

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/measuretest"
)

func codeOf(err error) string { return fault.CodeOf(err) }

func mustDense(t reporter, m *mat.Dense) *Dense {
	t.Helper()
	d, err := NewDense(m)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return d
}

func TestSolver(t *testing.T) {
	t.Run("every method keeps its proven bound against an independent solution", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		a := mat.NewDense(n, n, nil)
		y := make([]float64, n)
		for j := range n {
			y[j] = rapid.Float64Range(-100, 100).Draw(t, "y")
			for i := range n {
				a.Set(i, j, rapid.Float64Range(-0.2, 0.95).Draw(t, "a")/float64(n))
			}
		}
		sparse, err := SparseOf(a)
		if err != nil {
			t.Fatal(err)
		}
		var at mat.Dense
		at.CloneFrom(a.T())
		for _, op := range []Operator{mustDense(t, a), sparse} {
			for _, method := range []Method{Auto, Factor, Krylov, Series} {
				s, err := NewSolver(op, Options{Method: method})
				if err != nil {
					t.Fatalf("%s: %v", method, err)
				}
				if s.Certificate() == nil {
					continue
				}
				for _, transposed := range []bool{false, true} {
					m, norm := a, absSum
					if transposed {
						m, norm = &at, maxAbs
					}
					want := reference(m, y)
					got, err := s.solve(y, transposed, 1)
					if err != nil {
						t.Fatalf("%s: %v", method, err)
					}
					if !got.Proven || got.Bound > 1e-12 {
						t.Fatalf("%s: %+v", method, got)
					}
					diff := make([]float64, n)
					for i := range diff {
						diff[i] = got.X[i] - want[i]
					}
					if norm(diff) > (got.Bound+1e-12)*norm(want) { // the reference has an error of its own
						t.Fatalf("%s: off by %v, proven %v", method, norm(diff)/norm(want), got.Bound)
					}
				}
			}
		}
	}))
	t.Run("the bound is never below the true error, however crude the solution", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		a := economy(n, 0.3, rapid.Uint64().Draw(t, "seed"))
		for _, v := range a.RawMatrix().Data {
			if !finite(v) {
				t.Skip("an industry without inputs")
			}
		}
		y := uniform(n, 3)
		want := reference(a, y)
		s, err := NewSolver(mustDense(t, a), Options{})
		if err != nil {
			t.Fatal(err)
		}
		guess, diff, r := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range guess {
			guess[i] = want[i] * (1 + 0.1*rapid.Float64Range(-1, 1).Draw(t, "off"))
			diff[i] = guess[i] - want[i]
		}
		if b := s.residual(r, y, guess, false); b < absSum(diff)/absSum(want)-1e-14 {
			t.Fatalf("claims %v, is off by %v", b, absSum(diff)/absSum(want))
		}
	}))
}

func TestSolverOnAnyNumberOfThreads(t *testing.T) {
	t.Run("the same bits on any number of threads", func(t *testing.T) {
		n := 611
		a, y := economy(n, 0.2, 5), uniform(n, 5)
		var first []float64
		for _, threads := range []int{1, 2, 3, 8} {
			d := mustDense(t, a)
			sp, err := SparseOf(a)
			if err != nil {
				t.Fatal(err)
			}
			d.threads, sp.threads = threads, threads
			var all []float64
			for _, op := range []Operator{d, sp} {
				s, err := NewSolver(op, Options{Method: Krylov})
				if err != nil {
					t.Fatal(err)
				}
				for _, transposed := range []bool{false, true} {
					x, err := s.solve(y, transposed, 1)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, x.X...)
				}
			}
			if first == nil {
				first = all
			}
			for i := range all {
				if math.Float64bits(all[i]) != math.Float64bits(first[i]) {
					t.Fatalf("%d threads: bit difference at %d", threads, i)
				}
			}
		}
	})
}

func TestSolverEdges(t *testing.T) {
	t.Run("a tight economy with column sums above one is certified by weights", func(t *testing.T) {
		a := matrix([][]float64{{0.1, 0.01}, {1.2, 0.3}})
		s, err := NewSolver(mustDense(t, a), Options{Method: Krylov})
		if err != nil {
			t.Fatal(err)
		}
		x, err := s.Solve([]float64{1, 1})
		if err != nil || !x.Proven {
			t.Fatal(x, err)
		}
		nearAll(t, "x", x.X, reference(a, []float64{1, 1}), 1e-12)
	})
	t.Run("an economy on the edge is certified and solved", func(t *testing.T) {
		a := matrix([][]float64{{0.5, 0.4999}, {0.4999, 0.5}})
		for _, method := range []Method{Factor, Krylov, Series} {
			s, err := NewSolver(mustDense(t, a), Options{Method: method, Tolerance: 1e-9, MaxSteps: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			x, err := s.Solve([]float64{1, 2})
			if err != nil || !x.Proven {
				t.Fatal(method, x, err)
			}
			nearAll(t, "x", x.X, reference(a, []float64{1, 2}), 1e-8)
		}
	})
	t.Run("a spectral radius of one or more is an error, also where no column shows it", func(t *testing.T) {
		for _, rows := range [][][]float64{
			{{1}}, {{1.5}}, {{0.5, 0.5}, {0.5, 0.5}}, {{0, 2}, {0.6, 0}}, {{0.2, 0, 0}, {0, 0, 1}, {0, 1, 0}},
		} {
			_, err := NewSolver(mustDense(t, matrix(rows)), Options{})
			measuretest.Fails(t, err, "inputoutput.not-productive")
		}
	})
	t.Run("negative cells beyond proof are solved with a warning, singular ones refused", func(t *testing.T) {
		s, err := NewSolver(mustDense(t, matrix([][]float64{{-2, 0.5}, {0.5, -2}})), Options{})
		if err != nil || s.Certificate() != nil {
			t.Fatal(err, s.Certificate())
		}
		x, err := s.Solve([]float64{1, 0})
		if err != nil || x.Proven {
			t.Fatal(x, err)
		}
		nearAll(t, "x", x.X, reference(matrix([][]float64{{-2, 0.5}, {0.5, -2}}), []float64{1, 0}), 1e-14)
		s, err = NewSolver(mustDense(t, matrix([][]float64{{0, -1}, {-1, 0}})), Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Solve([]float64{1, 0})
		measuretest.Fails(t, err, "inputoutput.singular")
	})
}

func TestSolverScales(t *testing.T) {
	t.Run("tiny and huge units give the same relative answer", func(t *testing.T) {
		a := economy(100, 0, 9)
		s, err := NewSolver(mustDense(t, a), Options{})
		if err != nil {
			t.Fatal(err)
		}
		y := uniform(100, 9)
		plain, err := s.Solve(y)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []int{-1000, 1000} {
			scaled := make([]float64, len(y))
			for i := range y {
				scaled[i] = math.Ldexp(y[i], e)
			}
			x, err := s.Solve(scaled)
			if err != nil {
				t.Fatal(err)
			}
			for i := range x.X {
				measuretest.Near(t, "x", math.Ldexp(x.X[i], -e), plain.X[i], 1e-12)
			}
		}
	})
	t.Run("no final demand needs no output", func(t *testing.T) {
		s, _ := NewSolver(mustDense(t, economy(3, 0, 1)), Options{})
		x, err := s.Solve(make([]float64, 3))
		if err != nil || maxAbs(x.X) != 0 || !x.Proven {
			t.Error(x, err)
		}
	})
	t.Run("what is not a number is refused with its place", func(t *testing.T) {
		_, err := NewDense(matrix([][]float64{{0, 0}, {0, math.NaN()}}))
		measuretest.Fails(t, err, "inputoutput.not-finite")
		if f := fault.All(err)[0]; f.Args["row"] != 2 || f.Args["column"] != 2 {
			t.Errorf("%v", f.Args)
		}
		_, err = NewSparse(2, []Cell{{0, 1, math.Inf(1)}})
		measuretest.Fails(t, err, "inputoutput.not-finite")
		_, err = NewSparse(2, []Cell{{0, 2, 1}})
		measuretest.Fails(t, err, "inputoutput.cell-outside")
		s, _ := NewSolver(mustDense(t, economy(2, 0, 1)), Options{})
		_, err = s.Solve([]float64{1, math.NaN()})
		measuretest.Fails(t, err, "inputoutput.not-finite")
		_, err = s.Solve([]float64{1})
		measuretest.Fails(t, err, "inputoutput.length")
		_, err = NewDense(mat.NewDense(1, 2, nil))
		measuretest.Fails(t, err, "inputoutput.not-square")
	})
	t.Run("one industry alone", func(t *testing.T) {
		m := model(t, &Table{Codes: []string{"a"}, Z: mat.NewDense(1, 1, []float64{20}), Output: []float64{100}})
		u, err := m.OutputMultipliers()
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "multiplier", u[0], 1.25, 1e-15)
	})
}

func TestSparse(t *testing.T) {
	t.Run("cells in any order, repeated or not, make the matrix", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "n")
		cells := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Cell {
			return Cell{rapid.IntRange(0, n-1).Draw(t, "r"), rapid.IntRange(0, n-1).Draw(t, "c"), float64(rapid.IntRange(-5, 5).Draw(t, "v"))}
		}), 0, 40).Draw(t, "cells")
		want := mat.NewDense(n, n, nil)
		for _, c := range cells {
			want.Set(c.Row, c.Column, want.At(c.Row, c.Column)+c.Value)
		}
		s, err := NewSparse(n, cells)
		if err != nil {
			t.Fatal(err)
		}
		x := uniform(n, 1)
		got, ref := make([]float64, n), make([]float64, n)
		d := mustDense(t, want)
		for _, f := range [][2]func(a, b []float64){{s.Mul, d.Mul}, {s.MulTransposed, d.MulTransposed}, {s.MulAbsTransposed, d.MulAbsTransposed}} {
			f[0](got, x)
			f[1](ref, x)
			nearAll(t, "product", got, ref, 1e-13)
		}
	}))
	t.Run("products over several chunks and strips equal the naive ones", func(t *testing.T) {
		n := 700
		m := economy(n, 0.5, 4)
		for i := 0; i < n; i += 3 { // some negative cells
			m.Set(i, (7*i)%n, -m.At(i, (7*i)%n))
		}
		x := uniform(n, 4)
		s, _ := SparseOf(m)
		for _, op := range []Operator{mustDense(t, m), s} {
			direct, flipped, abs := make([]float64, n), make([]float64, n), make([]float64, n)
			op.Mul(direct, x)
			op.MulTransposed(flipped, x)
			op.MulAbsTransposed(abs, x)
			for i := range n {
				var a, b, c float64
				for j := range n {
					a += m.At(i, j) * x[j]
					b += m.At(j, i) * x[j]
					c += math.Abs(m.At(j, i)) * x[j]
				}
				measuretest.Near(t, "A·x", direct[i], a, 1e-13)
				measuretest.Near(t, "Aᵀ·x", flipped[i], b, 1e-13)
				measuretest.Near(t, "|A|ᵀ·x", abs[i], c, 1e-13)
			}
		}
	})
}

func TestRadiusBounds(t *testing.T) {
	low, high := RadiusBounds(mustDense(t, matrix([][]float64{{0, 0.5}, {0.5, 0}})), 200)
	measuretest.Near(t, "low", low, 0.5, 1e-9)
	measuretest.Near(t, "high", high, 0.5, 1e-9)
}
