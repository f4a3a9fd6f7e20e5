package balance

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// cube is the national system: provinces × industries × quarters with province-quarter, industry-quarter
// and province-industry-year margins, values over six orders of magnitude and variances by CV.
func cube(provinces, industries, quarters int, seed uint64) Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	at := func(p, i, q int) int { return (p*industries+i)*quarters + q }
	n := provinces * industries * quarters
	p := Problem{Values: make([]float64, n), Variances: make([]float64, n)}
	truth := make([]float64, n)
	for a := range provinces {
		for b := range industries {
			base := math.Exp(rng.NormFloat64()*2 + 5)
			for q := range quarters {
				truth[at(a, b, q)] = base * (1 + 0.1*rng.NormFloat64()*rng.Float64())
				cv := 0.02 + 0.2*rng.Float64()
				x := truth[at(a, b, q)] * (1 + cv*rng.NormFloat64())
				p.Values[at(a, b, q)], p.Variances[at(a, b, q)] = x, cv*cv*x*x
			}
		}
	}
	add := func(cells func(yield func(int))) {
		var c Constraint
		cells(func(i int) {
			c.Terms = append(c.Terms, Term{i, 1})
			c.Value += truth[i]
		})
		p.Constraints = append(p.Constraints, c)
	}
	for a := range provinces {
		for q := range quarters {
			add(func(yield func(int)) {
				for b := range industries {
					yield(at(a, b, q))
				}
			})
		}
	}
	for b := range industries {
		for q := range quarters {
			add(func(yield func(int)) {
				for a := range provinces {
					yield(at(a, b, q))
				}
			})
		}
	}
	for a := range provinces {
		for b := range industries {
			for y := range quarters / 4 {
				add(func(yield func(int)) {
					for q := range 4 {
						yield(at(a, b, 4*y+q))
					}
				})
			}
		}
	}
	return p
}

func TestStoneNational(t *testing.T) {
	p := cube(34, 88, 24, 7)
	start := time.Now()
	r, err := Reconcile(p, StoneOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cells, %d constraints by elimination: rank %d, residual %.2g, %v", len(p.Values), len(p.Constraints), r.DF, r.MaxResidual, time.Since(start))
	// in each of six years the three kinds of margins of a 34 × 88 × 4 cube have rank
	// 34·88·4 - 33·87·3, and nothing ties the years
	if want := 6 * (34*88*4 - 33*87*3); r.MaxResidual > 1e-10 || !r.RankKnown || r.DF != want {
		t.Fatalf("residual %g, rank %d, want %d", r.MaxResidual, r.DF, want)
	}
	t.Run("conjugate gradients give the same figures", func(t *testing.T) {
		start := time.Now()
		cg, err := Reconcile(p, StoneOptions{Path: Iterative})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d steps, residual %.2g, %v", cg.Iterations, cg.MaxResidual, time.Since(start))
		if cg.MaxResidual > 1e-10 {
			t.Fatal(cg.MaxResidual)
		}
		same(t, cg.Values, r.Values, 1e-7)
	})
	t.Run("the posterior variance of a chosen sum comes from one solve and is below the prior", func(t *testing.T) {
		w := []Term{{0, 1}, {24, 1}, {48, 1}}
		v, err := r.VarianceOf(w)
		if err != nil {
			t.Fatal(err)
		}
		prior := p.Variances[0] + p.Variances[24] + p.Variances[48]
		if v <= 0 || v >= prior {
			t.Fatalf("posterior %g, prior %g", v, prior)
		}
		margin, err := r.VarianceOf(p.Constraints[0].Terms)
		if err != nil || margin > 1e-9*prior {
			t.Fatalf("variance of a margin %g %v", margin, err)
		}
	})
}

func TestSmallNationalPathsAgree(t *testing.T) {
	p := cube(3, 5, 8, 3)
	a, err := Reconcile(p, StoneOptions{Path: Direct})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Reconcile(p, StoneOptions{Path: Iterative, Tolerance: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	same(t, a.Values, b.Values, 1e-7)
	// per quarter one margin follows from the others, per year one province-industry block
	if !a.RankKnown || len(a.Redundant) == 0 {
		t.Fatal("redundant margins not found")
	}
}

func BenchmarkStoneNational(b *testing.B) {
	p := cube(34, 88, 24, 7)
	for b.Loop() {
		if _, err := Reconcile(p, StoneOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
