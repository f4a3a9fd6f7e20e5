package balance

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

func rowsOf(g [][]float64, h []float64) []Constraint {
	out := make([]Constraint, len(g))
	for k, row := range g {
		out[k].Value = h[k]
		for i, a := range row {
			if a != 0 {
				out[k].Terms = append(out[k].Terms, Term{i, a})
			}
		}
	}
	return out
}

func TestStoneOracle(t *testing.T) {
	var o struct {
		One struct {
			Prior, Expected []float64
			Variance        []float64 `json:"variance_diag"`
			Total           float64
		} `json:"one_dimension"`
		Two struct {
			Prior, H, Expected []float64
			Variance           []float64 `json:"variance_diag"`
			G                  [][]float64
		} `json:"two_dimensions"`
	}
	load(t, "stone-raking.json", &o)
	for name, path := range map[string]Path{"directly": Direct, "by elimination": Sparse, "by conjugate gradients": Iterative} {
		t.Run("one total, "+name, func(t *testing.T) {
			got, err := Reconcile(Problem{Values: o.One.Prior, Variances: o.One.Variance,
				Constraints: rowsOf([][]float64{{1, 1}}, []float64{o.One.Total})}, StoneOptions{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			same(t, got.Values, o.One.Expected, 1e-12)
		})
		t.Run("columns and rows, one of them redundant, "+name, func(t *testing.T) {
			got, err := Reconcile(Problem{Values: o.Two.Prior, Variances: o.Two.Variance,
				Constraints: rowsOf(o.Two.G, o.Two.H)}, StoneOptions{Path: path, Tolerance: 1e-13})
			if err != nil {
				t.Fatal(err)
			}
			same(t, got.Values, o.Two.Expected, 1e-11)
			if path != Iterative && (got.DF != 4 || len(got.Redundant) != 1) {
				t.Fatalf("rank %d, redundant %v", got.DF, got.Redundant)
			}
		})
	}
}

func same(t tester, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d values, want %d", len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*math.Max(1, math.Abs(want[i]))) {
			t.Fatalf("value %d: got %.13g, want %.13g", i, got[i], want[i])
		}
	}
}

// system draws figures, variances (some zero) and constraints that some movement of the free cells meets.
func system(t *rapid.T) Problem {
	k, c := rapid.IntRange(1, 8).Draw(t, "cells"), rapid.IntRange(1, 6).Draw(t, "constraints")
	p := Problem{Values: make([]float64, k), Variances: make([]float64, k), Constraints: make([]Constraint, c)}
	truth := make([]float64, k)
	for i := range k {
		p.Values[i] = rapid.Float64Range(-100, 100).Draw(t, "value")
		truth[i] = p.Values[i]
		if rapid.IntRange(0, 4).Draw(t, "fixed") > 0 {
			p.Variances[i] = rapid.Float64Range(0.01, 100).Draw(t, "variance")
			truth[i] += rapid.Float64Range(-20, 20).Draw(t, "move")
		}
	}
	for j := range c {
		for i := range k {
			a := float64(rapid.IntRange(-1, 2).Draw(t, "coefficient"))
			if a != 0 {
				p.Constraints[j].Terms = append(p.Constraints[j].Terms, Term{i, a})
				p.Constraints[j].Value += a * truth[i]
			}
		}
	}
	return p
}

func TestStoneProperties(t *testing.T) {
	solve := func(t *rapid.T, p Problem, o StoneOptions) *Reconciled {
		r, err := Reconcile(p, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("the constraints hold and fixed cells do not move by one bit", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			r := solve(t, p, StoneOptions{})
			if r.MaxResidual > 1e-10 {
				t.Fatal(r.MaxResidual)
			}
			for i, v := range p.Variances {
				if v == 0 && r.Values[i] != p.Values[i] {
					t.Fatalf("fixed cell %d moved", i)
				}
			}
		})
	})
	t.Run("all paths agree", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			a := solve(t, p, StoneOptions{Path: Direct})
			va, err := a.Variances()
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range []Path{Sparse, Iterative} {
				b := solve(t, p, StoneOptions{Path: path, Tolerance: 1e-13})
				same(t, a.Values, b.Values, 1e-8)
				vb, err := b.Variances()
				if err != nil {
					t.Fatal(err)
				}
				same(t, va, vb, 1e-7)
				if math.Abs(a.ChiSquare-b.ChiSquare) > 1e-7*(1+a.ChiSquare) {
					t.Fatal(a.ChiSquare, b.ChiSquare)
				}
				if b.RankKnown && (b.DF != a.DF || len(b.Redundant) != len(a.Redundant)) {
					t.Fatalf("rank %d and %d", a.DF, b.DF)
				}
			}
		})
	})
	t.Run("consistent figures come back, and so does the answer put in again", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			r := solve(t, p, StoneOptions{})
			q := p
			q.Values = r.Values
			same(t, solve(t, q, StoneOptions{}).Values, r.Values, 1e-9)
		})
	})
	t.Run("the posterior covariance vanishes along the constraints and is below the prior", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			r := solve(t, p, StoneOptions{Path: Direct})
			post, err := r.Covariance()
			if err != nil {
				t.Fatal(err)
			}
			k := len(p.Values)
			var gv mat.Dense
			gv.Mul(r.normal.g.dense(), post)
			for i := range len(p.Constraints) {
				for j := range k {
					if math.Abs(gv.At(i, j)) > 1e-8 {
						t.Fatalf("G Var(x*) = %g", gv.At(i, j))
					}
				}
			}
			diff := mat.NewSymDense(k, nil)
			for i := range k {
				for j := i; j < k; j++ {
					d := -post.At(i, j)
					if i == j {
						d += p.Variances[i]
					}
					diff.SetSym(i, j, d)
				}
			}
			var e mat.EigenSym
			e.Factorize(diff, false)
			for _, x := range e.Values(nil) {
				if x < -1e-8 {
					t.Fatalf("V - Var(x*) has eigenvalue %g", x)
				}
			}
		})
	})
}

func TestStoneIsTheSameUnderEveryDescription(t *testing.T) {
	solve := func(t *rapid.T, p Problem, o StoneOptions) *Reconciled {
		r, err := Reconcile(p, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("scaling all variances changes nothing", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			want := solve(t, p, StoneOptions{})
			q, c := p, rapid.Float64Range(1e-6, 1e6).Draw(t, "c")
			q.Variances = clone(p.Variances)
			for i := range q.Variances {
				q.Variances[i] *= c
			}
			same(t, solve(t, q, StoneOptions{}).Values, want.Values, 1e-8)
		})
	})
	t.Run("the order of constraints, and a redundant one, do not matter", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			want := solve(t, p, StoneOptions{})
			q := p
			q.Constraints = nil
			for i := range p.Constraints {
				q.Constraints = append(q.Constraints, p.Constraints[len(p.Constraints)-1-i])
			}
			both := Constraint{Value: p.Constraints[0].Value * 2} // twice the first, plus the last
			for _, term := range p.Constraints[0].Terms {
				both.Terms = append(both.Terms, Term{term.Cell, 2 * term.Coefficient})
			}
			last := p.Constraints[len(p.Constraints)-1]
			both.Terms, both.Value = append(both.Terms, last.Terms...), both.Value+last.Value
			q.Constraints = append(q.Constraints, both)
			got := solve(t, q, StoneOptions{})
			same(t, got.Values, want.Values, 1e-8)
			if got.DF != want.DF {
				t.Fatalf("rank went from %d to %d", want.DF, got.DF)
			}
		})
	})
	t.Run("a full covariance that is diagonal gives the same answer", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := system(t)
			want := solve(t, p, StoneOptions{})
			q := p
			q.Covariance, q.Variances = mat.NewSymDense(len(p.Values), nil), nil
			for i, v := range p.Variances {
				q.Covariance.SetSym(i, i, v)
			}
			same(t, solve(t, q, StoneOptions{}).Values, want.Values, 1e-8)
		})
	})
	t.Run("a soft constraint is a measurement: it equals least squares with one more observation", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			x, v := rapid.Float64Range(-50, 50).Draw(t, "x"), rapid.Float64Range(0.1, 9).Draw(t, "v")
			h, se := rapid.Float64Range(-50, 50).Draw(t, "h"), rapid.Float64Range(0.1, 9).Draw(t, "se")
			for _, path := range []Path{Direct, Sparse, Iterative} {
				r := solve(t, Problem{Values: []float64{x}, Variances: []float64{v},
					Constraints: []Constraint{{Terms: []Term{{0, 1}}, Value: h, SE: se}}}, StoneOptions{Path: path, Tolerance: 1e-14})
				w := 1/v + 1/(se*se)
				same(t, r.Values, []float64{(x/v + h/(se*se)) / w}, 1e-9)
				post, err := r.Variances(0)
				if err != nil {
					t.Fatal(err)
				}
				same(t, post, []float64{1 / w}, 1e-9)
			}
		})
	})
	t.Run("bounded: the answer satisfies the optimality conditions", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := bounded(t)
			r := solve(t, p, StoneOptions{})
			checkOptimal(t, p, r)
		})
	})
}

func TestStoneEdges(t *testing.T) {
	sum3 := []Term{{0, 1}, {1, 1}, {2, 1}}
	t.Run("contradicting constraints are named with the gap, on both paths", func(t *testing.T) {
		p := Problem{Values: []float64{1, 2, 3}, Variances: []float64{1, 1, 1}, Constraints: []Constraint{
			{Name: "GRDP", Terms: sum3, Value: 10}, {Name: "industry", Terms: []Term{{0, 1}, {1, 1}}, Value: 4},
			{Name: "services", Terms: []Term{{2, 1}}, Value: 5}, {Name: "farms", Terms: []Term{{0, 1}}, Value: 1.5},
		}}
		for _, path := range []Path{Direct, Sparse, Iterative} {
			_, err := Reconcile(p, StoneOptions{Path: path})
			measuretest.Fails(t, err, "balance.inconsistent", "GRDP", "industry", "services")
			if strings.Contains(err.Error(), "farms") {
				t.Fatal("names a constraint that is not at fault: ", err)
			}
		}
	})
	t.Run("a constraint over fixed cells only is named", func(t *testing.T) {
		_, err := Reconcile(Problem{Values: []float64{1, 2, 3}, Variances: []float64{0, 0, 1},
			Constraints: []Constraint{{Name: "total", Terms: []Term{{0, 1}, {1, 1}}, Value: 5}}}, StoneOptions{})
		measuretest.Fails(t, err, "balance.all-fixed", "total", "-2")
	})
	t.Run("constraints that differ only in a tiny cell are told apart on every path", func(t *testing.T) {
		for _, path := range []Path{Direct, Sparse, Iterative} {
			r, err := Reconcile(Problem{Values: []float64{100, 1, 1}, Variances: []float64{1, 1e-14, 1e-14}, Constraints: []Constraint{
				{Terms: []Term{{0, 1}, {1, 1}}, Value: 101}, {Terms: []Term{{0, 1}, {2, 1}}, Value: 101.0001}}}, StoneOptions{Path: path})
			if err != nil {
				t.Fatalf("path %d: %v", path, err)
			}
			same(t, r.Values, []float64{100.00005, 0.99995, 1.00005}, 1e-8)
		}
	})
	t.Run("with V = diag(|x|) a zero stays zero and a negative figure is handled", func(t *testing.T) {
		x := []float64{0, -2, 6}
		r, err := Reconcile(Problem{Values: x, Variances: ProportionalVariances(x), Constraints: []Constraint{{Terms: sum3, Value: 8}}}, StoneOptions{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, r.Values, []float64{0, -1, 9}, 1e-12)
	})
	t.Run("a discrepancy beyond three standard deviations is flagged", func(t *testing.T) {
		r, err := Reconcile(Problem{Values: []float64{1, 2, 3}, Variances: []float64{.01, .01, .01}, Constraints: []Constraint{{Terms: sum3, Value: 8}}}, StoneOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := 2 / math.Sqrt(0.03)
		if len(r.Flagged) != 1 || math.Abs(r.Standardised[0]+want) > 1e-9 || math.Abs(r.ChiSquare-want*want) > 1e-9 || r.PValue > 1e-6 {
			t.Fatalf("%+v", r)
		}
	})
	t.Run("a binding bound is reported and the rest makes up for it", func(t *testing.T) {
		r, err := Reconcile(Problem{Values: []float64{1, 10, 10}, Variances: []float64{100, 1, 1}, NonNegative: []bool{true, true, true},
			Constraints: []Constraint{{Terms: sum3, Value: 15}}}, StoneOptions{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, r.Values, []float64{0, 7.5, 7.5}, 1e-9)
		if len(r.Bound) != 1 || r.Bound[0] != 0 {
			t.Fatal(r.Bound)
		}
	})
	t.Run("bounds and constraints that cannot hold together are named", func(t *testing.T) {
		_, err := Reconcile(Problem{Values: []float64{1, 2, 3}, Variances: []float64{1, 1, 1}, NonNegative: []bool{true, true, true},
			Constraints: []Constraint{{Name: "minus", Terms: sum3, Value: -4}, {Name: "fine", Terms: []Term{{0, 1}, {1, -1}}, Value: 1}}}, StoneOptions{})
		measuretest.Fails(t, err, "balance.bounds-infeasible", "minus")
	})
	t.Run("a problem all but infeasible is solved or said to be unsolved, never called impossible", func(t *testing.T) {
		g := [][]float64{{0, 0, -1, 0, 2, 2, 0, 2}, {-1, -1, 2, -1, 2, -1, -1, 2}, {1, -1, -1, 2, 0, 1, 2, -1}, {-1, 1, -1, 0, -1, 0, -1, 0}, {1, 0, 0, 0, 0, -1, -1, 1}, {1, 0, 0, -1, -1, 0, -1, -1}}
		truth := []float64{0.5, 0, 1, 2, 1, 1, 4.656612873077393e-10, 3.75}
		h, all := make([]float64, 6), make([]bool, 8)
		for k := range g {
			for i, x := range truth {
				h[k] += g[k][i] * x
				all[i] = true
			}
		}
		p := Problem{Values: []float64{1, 2.375, -1, 4, 2, 0.375, 0.25, -100}, Variances: []float64{16, 1, 0.5, 0.25, 33, 0.01, 0.125, 0.5}, NonNegative: all, Constraints: rowsOf(g, h)}
		r, err := Reconcile(p, StoneOptions{})
		if err != nil {
			measuretest.Fails(t, err, "balance.not-converged")
		} else if r.MaxResidual > 1e-9 || p.below(r.Values) {
			t.Fatal(r.MaxResidual, r.Values)
		}
	})
	t.Run("bad input is refused with its place", func(t *testing.T) {
		one := []Constraint{{Terms: []Term{{0, 1}}, Value: 1}}
		for name, c := range map[string]struct {
			p    Problem
			code string
		}{
			"no cells":           {Problem{}, "balance.empty"},
			"NaN":                {Problem{Values: []float64{math.NaN()}, Variances: []float64{1}}, "balance.not-finite"},
			"short variances":    {Problem{Values: []float64{1, 2}, Variances: []float64{1}}, "balance.variance-shape"},
			"negative variance":  {Problem{Values: []float64{1}, Variances: []float64{-1}}, "balance.negative-variance"},
			"two variances":      {Problem{Values: []float64{1}, Variances: []float64{1}, Covariance: mat.NewSymDense(1, nil)}, "balance.two-variances"},
			"no covariance":      {Problem{Values: []float64{1, 2}, Covariance: mat.NewSymDense(2, []float64{1, 2, 2, 1}), Constraints: one}, "balance.not-covariance"},
			"fixed and negative": {Problem{Values: []float64{-1}, Variances: []float64{0}, NonNegative: []bool{true}}, "balance.fixed-negative"},
			"bounds shape":       {Problem{Values: []float64{1}, Variances: []float64{1}, NonNegative: []bool{true, true}}, "balance.bounds-shape"},
			"unknown cell":       {Problem{Values: []float64{1}, Variances: []float64{1}, Constraints: []Constraint{{Terms: []Term{{7, 1}}}}}, "balance.unknown-cell"},
			"huge variance":      {Problem{Values: []float64{1}, Variances: []float64{math.MaxFloat64}, Constraints: []Constraint{{Terms: []Term{{0, 4}}, Value: 1}}}, "balance.variance-range"},
			"bounds with full V": {Problem{Values: []float64{1, 1}, Covariance: mat.NewSymDense(2, []float64{1, 0, 0, 1}), NonNegative: []bool{true, true}, Constraints: []Constraint{{Terms: []Term{{0, 1}, {1, -1}}, Value: 9}}}, "balance.bounds-need-diagonal"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := Reconcile(c.p, StoneOptions{})
				measuretest.Fails(t, err, c.code)
			})
		}
	})
	t.Run("no constraints leave the figures alone", func(t *testing.T) {
		r, err := Reconcile(Problem{Values: []float64{1, 2}, Variances: []float64{1, 1}}, StoneOptions{})
		if err != nil || r.Values[1] != 2 || r.PValue != 1 {
			t.Fatal(r, err)
		}
	})
	t.Run("coefficients of variation give variances", func(t *testing.T) {
		v, err := VariancesFromCV([]float64{10, -20}, []float64{0.1, 0.05})
		if err != nil {
			t.Fatal(err)
		}
		same(t, v, []float64{1, 1}, 1e-15)
		_, err = VariancesFromCV([]float64{1}, []float64{-1})
		measuretest.Fails(t, err, "balance.negative-variance")
		_, err = VariancesFromCV([]float64{1}, nil)
		measuretest.Fails(t, err, "balance.variance-shape")
	})
}
