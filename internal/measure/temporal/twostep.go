package temporal

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// twoStep benchmarks every series by itself, then moves the values of each group of periods that totals tie
// together (as a rule one year) as little as possible, min Σ (Δz)², to meet the totals across as well.
// The second step does not look over the borders of a group: that is the loss it may cost.
func (a *assembly) twoStep(out *Reconciled) error {
	if a.pinned > 0 {
		return fault.New("temporal.two-step-level", "series", a.link[len(a.link)-a.pinned].name)
	}
	for _, p := range a.parts {
		out.Residual = math.Max(out.Residual, p.solver.solve(p.z, p.mu, nil, p.d)/math.Max(1, maxAbs(p.d)))
		out.StepOne += energy(p.op, p.z) * math.Pow(a.unit, 2*(1-a.lambda))
	}
	rows := append([]row(nil), a.link...)
	for i, p := range a.parts {
		for _, r := range p.rows {
			at := make([]int, len(r.at))
			for k, t := range r.at {
				at[k] = i*a.t + t
			}
			r.at = at
			rows = append(rows, r)
		}
	}
	group := a.groups(rows)
	members := map[int][]row{}
	for _, r := range rows {
		g := group[r.at[0]%a.t]
		members[g] = append(members[g], r)
	}
	for g := range a.t {
		if len(members[g]) == 0 {
			continue
		}
		if err := a.settle(members[g]); err != nil {
			return err
		}
	}
	return nil
}

// groups joins the periods that share a condition; each period carries the first of its group.
func (a *assembly) groups(rows []row) []int {
	head := make([]int, a.t)
	for t := range head {
		head[t] = t
	}
	find := func(t int) int {
		for head[t] != t {
			head[t] = head[head[t]]
			t = head[t]
		}
		return t
	}
	for _, r := range rows {
		one := find(r.at[0] % a.t)
		for _, at := range r.at {
			other := find(at % a.t)
			head[max(one, other)] = min(one, other)
			one = min(one, other)
		}
	}
	for t := range head {
		head[t] = find(t)
	}
	return head
}

// settle makes the smallest change of z that meets the rows: Δz = A'(A A')^-1 (d - A z), refined once.
func (a *assembly) settle(rows []row) error {
	n := len(rows)
	uses := map[int][]Term{} // variable -> rows and weights
	for k, r := range rows {
		for pos, at := range r.at {
			uses[at] = append(uses[at], Term{k, r.w[pos]})
		}
	}
	normal := mat.NewSymDense(n, nil)
	for k, r := range rows {
		sums := make([]float64, n)
		for pos, at := range r.at {
			for _, u := range uses[at] {
				sums[u.Index] += r.w[pos] * u.Weight
			}
		}
		for j := k; j < n; j++ {
			normal.SetSym(k, j, sums[j])
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(normal) || !(chol.Cond() < 1e14) {
		return fault.New("temporal.singular")
	}
	for range 3 {
		left := mat.NewVecDense(n, nil)
		for k, r := range rows {
			v := r.value
			for pos, at := range r.at {
				v -= r.w[pos] * a.parts[at/a.t].z[at%a.t]
			}
			left.SetVec(k, v)
		}
		var push mat.VecDense
		if err := chol.SolveVecTo(&push, left); err != nil {
			return fault.New("temporal.singular")
		}
		for k, r := range rows {
			for pos, at := range r.at {
				a.parts[at/a.t].z[at%a.t] += r.w[pos] * push.AtVec(k)
			}
		}
	}
	return nil
}
