package balance

import (
	"math"

	"nhipso/internal/fault"
)

// Settled is the outcome of KRAS.
type Settled struct {
	Values      []float64 // the cells
	Targets     []float64 // c + ε: the value each constraint holds at the end
	Shifts      []float64 // ε in standard errors, 0 for a hard constraint or one that was met as given
	Iterations  int       // sweeps over the constraints, and Newton steps where sweeps crawled
	MaxResidual float64   // largest residual relative to the size of its constraint
	Conflict    bool      // some targets contradicted each other and had to move
}

// KRAS scales cells of any signs to linear constraints with any coefficients. Each step is the exact
// entropy projection on one constraint: the cell a_j becomes a_j·exp(λ g_j sign a_j), which is GRAS when
// all coefficients are 1. Where sweeps crawl, Newton steps on the same convex function take over. Constraints that can hold together are met as given; when the sweeps stop
// gaining, the targets in dispute move in proportion to their standard errors until they agree. Signs and
// zeros of the prior are kept.
//
// Errors: a hard constraint whose sign its cells cannot reach, hard constraints that contradict each other
// or the signs (named together), no convergence (the worst is named). Source: Lenzen, Gallego and Wood 2009; the projection
// for other coefficients than ±1 is the exact one, not their approximation by the sign of the coefficient.
// Of the options only Tolerance and MaxSweeps apply; hold a cell by a hard constraint on it.
func KRAS(prior []float64, cs []Constraint, o Options) (*Settled, error) {
	if len(prior) == 0 {
		return nil, fault.New("balance.empty")
	}
	if err := checkVector("prior", nil, prior); err != nil {
		return nil, err
	}
	if err := checkConstraints(cs, len(prior)); err != nil {
		return nil, err
	}
	k := &kras{g: compile(merged(cs), len(prior)), cs: cs, x: clone(prior), prior: prior, c: make([]float64, len(cs)), seen: make([]float64, len(cs))}
	for i, c := range cs {
		k.c[i] = c.Value
	}
	return k.run(o)
}

type kras struct {
	g     *sparse
	cs    []Constraint
	x     []float64
	prior []float64
	c     []float64 // targets as they stand
	seen  []float64 // mismatch of each constraint when its turn came
}

func (k *kras) run(o Options) (*Settled, error) {
	const (
		patience = 30  // sweeps over which the residual must fall by a tenth
		crawl    = 100 // sweeps after which Newton steps are tried in any case
	)
	out := &Settled{Shifts: make([]float64, len(k.cs))}
	for i := range k.cs {
		if k.cs[i].SE == 0 {
			if err := k.reachable(i); err != nil {
				return nil, err
			}
		}
	}
	mark, markAt, tried, settling := math.Inf(1), 0, false, false
	for it := 1; ; it++ {
		for i := range k.cs {
			k.project(i)
		}
		worst, at := k.residual()
		out.Iterations, out.MaxResidual = it, worst
		if worst < o.tolerance() || math.IsNaN(worst) {
			break
		}
		if it >= o.maxSweeps() {
			return nil, fault.New("balance.constraint-not-met", "constraint", constraintName(k.cs, at), "residual", num(worst), "sweeps", it)
		}
		if worst < 0.9*mark {
			mark, markAt = worst, it
		}
		if !tried && (it == crawl || it-markAt >= patience) {
			tried = true
			if steps, met := k.newton(o.tolerance()); met {
				out.Iterations += steps
				out.MaxResidual, _ = k.residual()
				break
			}
		}
		if it-markAt >= patience && !settling {
			if !k.movable(o.tolerance()) { // hard against hard: contradicting, or only slow?
				if err := k.possible(); err != nil {
					return nil, err
				}
				markAt = o.maxSweeps()
				continue
			}
			settling, out.Conflict = true, true
		}
		if settling && it%3 == 0 {
			k.settle(o.tolerance())
		}
	}
	out.Values, out.Targets = k.x, k.c
	for i, c := range k.cs {
		if c.SE > 0 {
			out.Shifts[i] = (k.c[i] - c.Value) / c.SE
		}
	}
	return out, nil
}

// sums gives the constraint's value, and its two masses: cells that grow and that shrink with λ.
func (k *kras) sums(i int) (value, up, down float64) {
	for t := k.g.start[i]; t < k.g.start[i+1]; t++ {
		x := k.g.coef[t] * k.x[k.g.cell[t]]
		value += x
		if x > 0 {
			up += x
		} else {
			down -= x
		}
	}
	return value, up, down
}

func (k *kras) reachable(i int) error {
	_, up, down := k.sums(i)
	if (k.c[i] > 0 && up == 0) || (k.c[i] < 0 && down == 0) {
		return fault.New("balance.sign", "constraint", constraintName(k.cs, i), "target", num(k.c[i]))
	}
	return nil
}

// possible asks whether any cells of the prior's signs meet the hard constraints, by bounded least squares on
// their absolute values; its error names the constraints that cannot hold together.
func (k *kras) possible() error {
	p := Problem{Values: make([]float64, len(k.prior)), Variances: make([]float64, len(k.prior)), NonNegative: make([]bool, len(k.prior))}
	for i, x := range k.prior {
		p.Values[i], p.Variances[i], p.NonNegative[i] = math.Abs(x), x*x, true
	}
	for _, c := range k.cs {
		if c.SE > 0 {
			continue
		}
		terms := append([]Term(nil), c.Terms...)
		for t := range terms {
			terms[t].Coefficient *= sign(k.prior[terms[t].Cell])
		}
		c.Terms = terms
		p.Constraints = append(p.Constraints, c)
	}
	_, err := Reconcile(p, StoneOptions{})
	switch fault.CodeOf(err) {
	case "balance.inconsistent", "balance.bounds-infeasible", "balance.all-fixed":
		return err
	}
	return nil
}

// project moves the cells of one constraint to its target and remembers the mismatch it found.
func (k *kras) project(i int) {
	value, up, down := k.sums(i)
	target := k.c[i]
	k.seen[i] = target - value
	from, to := k.g.start[i], k.g.start[i+1]
	switch {
	case value == target || (up == 0 && down == 0):
	case (target > 0 && up == 0) || (target < 0 && down == 0): // only a soft one gets here: it has to move
	case target == 0 && (up == 0 || down == 0):
		for t := from; t < to; t++ {
			k.x[k.g.cell[t]] = 0
		}
	case k.even(from, to):
		f := factor(target, up, down, 1)
		for t := from; t < to; t++ {
			if c := k.g.cell[t]; k.g.coef[t]*k.x[c] > 0 {
				k.x[c] *= f
			} else {
				k.x[c] /= f
			}
		}
	default:
		l := k.lambda(from, to, target)
		for t := from; t < to; t++ {
			c := k.g.cell[t]
			k.x[c] *= math.Exp(l * k.g.coef[t] * sign(k.x[c]))
		}
	}
}

// even reports whether all coefficients have one size, so that the projection has a closed form.
func (k *kras) even(from, to int32) bool {
	w := math.Abs(k.g.coef[from])
	for t := from; t < to; t++ {
		if math.Abs(k.g.coef[t]) != w {
			return false
		}
	}
	return true
}

// lambda solves Σ g a exp(λ g sign a) = target, increasing in λ, by Newton within a bracket.
func (k *kras) lambda(from, to int32, target float64) float64 {
	at := func(l float64) (f, slope float64) {
		f = -target
		for t := from; t < to; t++ {
			g, a := k.g.coef[t], k.x[k.g.cell[t]]
			e := a * math.Exp(l*g*sign(a))
			f += g * e
			slope += g * g * math.Abs(e)
		}
		return f, slope
	}
	f, slope := at(0)
	low, high, step := math.Inf(-1), math.Inf(1), 0.0
	if f > 0 {
		high = 0
	} else {
		low = 0
	}
	l := 0.0
	for range 200 {
		if f == 0 || slope == 0 {
			return l
		}
		step = -f / slope
		next := l + math.Max(-5/k.widest(from, to), math.Min(5/k.widest(from, to), step))
		if next == l { // a step below rounding; halving would run off where the bracket is open
			return l
		}
		if next <= low || next >= high {
			next = (low + high) / 2
		}
		if math.Abs(next-l) <= 1e-16*math.Abs(l) {
			return next
		}
		l = next
		if f, slope = at(l); f > 0 {
			high = l
		} else {
			low = l
		}
	}
	return l
}

func (k *kras) widest(from, to int32) float64 {
	var w float64
	for t := from; t < to; t++ {
		w = math.Max(w, math.Abs(k.g.coef[t]))
	}
	return w
}

func (k *kras) residual() (worst float64, at int) {
	for i := range k.cs {
		value, up, down := k.sums(i)
		if r := relative(value-k.c[i], k.c[i], up+down); r > worst || math.IsNaN(r) {
			worst, at = r, i
		}
	}
	return worst, at
}

func (k *kras) disputed(i int, tol float64) bool {
	_, up, down := k.sums(i)
	return math.Abs(k.seen[i]) > 0.1*tol*math.Max(math.Abs(k.c[i]), up+down)
}

func (k *kras) movable(tol float64) bool {
	for i, c := range k.cs {
		if c.SE > 0 && k.disputed(i, tol) {
			return true
		}
	}
	return false
}

// settle moves the targets in dispute towards the values they met, by shares of their standard errors.
func (k *kras) settle(tol float64) {
	var mismatch, se float64
	for i, c := range k.cs {
		if c.SE > 0 && k.disputed(i, tol) {
			mismatch += math.Abs(k.seen[i])
			se += c.SE
		}
	}
	if se == 0 {
		return
	}
	for i, c := range k.cs {
		if c.SE > 0 && k.disputed(i, tol) {
			move := 0.5 * math.Min(c.SE*mismatch/(2*se), math.Abs(k.seen[i]))
			k.c[i] -= move * sign(k.seen[i])
		}
	}
}

// merged adds repeated terms of a constraint, which the projection needs as one coefficient.
func merged(cs []Constraint) []Constraint {
	out := make([]Constraint, len(cs))
	for k, c := range cs {
		at := make(map[int]int, len(c.Terms))
		terms := make([]Term, 0, len(c.Terms))
		for _, t := range c.Terms {
			if i, ok := at[t.Cell]; ok {
				terms[i].Coefficient += t.Coefficient
				continue
			}
			at[t.Cell] = len(terms)
			terms = append(terms, t)
		}
		c.Terms = terms
		out[k] = c
	}
	return out
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
