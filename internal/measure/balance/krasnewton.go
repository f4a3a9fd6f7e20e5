package balance

import "math"

// newton takes damped Newton steps on the convex function whose minimum the sweeps approach,
//
//	Σ |x_j| exp(±(G'λ)_j) - c'λ,
//
// with all constraints taken as hard: where sweeps crawl, a few steps arrive. A step is the least-squares adjustment of the cells with
// V = |x|, whose multipliers are -λ. Where it does not arrive (targets that contradict each other, or that the cells meet
// in the limit only) the cells stay as they were and met is false.
func (k *kras) newton(tolerance float64) (steps int, met bool) {
	const most = 100
	start := clone(k.x)
	hard := make([]Constraint, len(k.cs))
	for i, c := range k.cs {
		c.Value, c.SE = k.c[i], 0
		hard[i] = c
	}
	worst, _ := k.residual()
	rise, next := make([]float64, len(k.x)), make([]float64, len(k.x))
	for ; steps < most; steps++ {
		r, err := Reconcile(Problem{Values: k.x, Variances: ProportionalVariances(k.x), Constraints: hard}, StoneOptions{})
		if err != nil {
			break
		}
		k.g.mulT(rise, r.Multipliers)
		for j, x := range k.x {
			rise[j] *= -sign(x)
		}
		before, moved := worst, false
		for length := 1.0; length > 1e-9 && !moved; length /= 2 {
			gain := -length * r.ChiSquare // what the function falls by, its linear part first
			for j, x := range k.x {
				z := length * rise[j]
				gain += math.Abs(x) * (math.Expm1(z) - z)
				next[j] = x * math.Exp(z)
			}
			k.x, next = next, k.x
			worst, _ = k.residual()
			if moved = finite(gain) && finite(worst) && (gain <= -1e-4*length*r.ChiSquare || worst < before); !moved {
				k.x, next = next, k.x
			}
		}
		if !moved {
			worst = before
		}
		if met = worst < tolerance; !moved || met && worst > before/2 {
			break
		}
	}
	if !met {
		copy(k.x, start)
	}
	return steps, met
}
