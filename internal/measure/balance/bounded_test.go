package balance

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// bounded draws a non-negative problem that has a feasible point.
func bounded(t *rapid.T) Problem {
	p := system(t)
	p.NonNegative = make([]bool, len(p.Values))
	truth := make([]float64, len(p.Values))
	for i := range p.Values {
		truth[i] = math.Max(0, float64(rapid.IntRange(-4, 8).Draw(t, "truth"))*5)
		p.NonNegative[i] = true
		if p.Variances[i] == 0 {
			p.Values[i] = math.Abs(p.Values[i])
			truth[i] = p.Values[i]
		}
	}
	for k := range p.Constraints {
		p.Constraints[k].Value = 0
		for _, term := range p.Constraints[k].Terms {
			p.Constraints[k].Value += term.Coefficient * truth[term.Cell]
		}
	}
	return p
}

// checkOptimal verifies feasibility and that no feasible direction improves: at the optimum
// (x - x0)/v + G'μ is zero on free cells and not negative on cells at the bound.
func checkOptimal(t tester, p Problem, r *Reconciled) {
	t.Helper()
	if r.MaxResidual > 1e-9 {
		t.Fatalf("residual %g", r.MaxResidual)
	}
	gt := make([]float64, len(p.Values))
	compile(p.Constraints, len(p.Values)).mulT(gt, r.Multipliers)
	for i, x := range r.Values {
		if x < -1e-9 {
			t.Fatalf("cell %d is %g", i, x)
		}
		if p.Variances[i] == 0 {
			continue
		}
		slack := x - p.Values[i] + p.Variances[i]*gt[i]
		if slack < -1e-5*(1+math.Abs(p.Values[i])) || (x > 1e-6 && slack > 1e-5*(1+math.Abs(p.Values[i]))) {
			t.Fatalf("cell %d = %g has slack %g", i, x, slack)
		}
	}
}

func TestBoundedAgainstQuadprog(t *testing.T) {
	var o struct{ Values, Variances, Rows, Columns, Expected []float64 }
	load(t, "quadprog.json", &o)
	cs, err := MarginConstraints(o.Rows, o.Columns, nil, nil, Names{})
	if err != nil {
		t.Fatal(err)
	}
	all := make([]bool, len(o.Values))
	for i := range all {
		all[i] = true
	}
	for name, path := range map[string]Path{"direct": Direct, "sparse": Sparse, "iterative": Iterative} {
		t.Run(name, func(t *testing.T) {
			r, err := Reconcile(Problem{Values: o.Values, Variances: o.Variances, Constraints: cs, NonNegative: all}, StoneOptions{Path: path, Tolerance: 1e-12})
			if err != nil {
				t.Fatal(err)
			}
			same(t, r.Values, o.Expected, 1e-9)
			if len(r.Bound) != 2 || r.Bound[0] != 5 || r.Bound[1] != 11 {
				t.Fatalf("bound %v", r.Bound)
			}
		})
	}
}
