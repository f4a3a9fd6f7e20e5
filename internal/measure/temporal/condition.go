package temporal

import (
	"math"
	"sort"

	"nhipso/internal/fault"
)

// row is one linear condition on a vector: Σ w[k]·z[at[k]] = value, exactly when soft is 0, and otherwise with
// an error of variance soft (in units of the objective). Positions are ascending and appear once.
type row struct {
	name  string
	at    []int
	w     []float64
	value float64
	scale float64 // size of the figures that made up value, for judging a gap
	soft  float64
}

// tidy merges repeated positions, drops zero weights and scales the row so that its largest weight is one.
// It returns the factor by which it divided, 0 when the row is empty.
func (r *row) tidy() float64 {
	order := make([]int, len(r.at))
	ascending := true
	for i := range order {
		order[i] = i
		ascending = ascending && (i == 0 || r.at[i-1] < r.at[i])
	}
	if !ascending {
		sort.SliceStable(order, func(a, b int) bool { return r.at[order[a]] < r.at[order[b]] })
	}
	at, w := make([]int, 0, len(r.at)), make([]float64, 0, len(r.at))
	for _, k := range order {
		if n := len(at); n > 0 && at[n-1] == r.at[k] {
			w[n-1] += r.w[k]
		} else {
			at, w = append(at, r.at[k]), append(w, r.w[k])
		}
	}
	n := 0
	for k := range at {
		if w[k] != 0 {
			at[n], w[n] = at[k], w[k]
			n++
		}
	}
	r.at, r.w = at[:n], w[:n]
	q := maxAbs(r.w)
	if q == 0 {
		return 0
	}
	for k := range r.w {
		r.w[k] /= q
	}
	r.value, r.scale, r.soft = r.value/q, r.scale/q, r.soft/(q*q)
	return q
}

// gapTolerance is the relative gap up to which two ways to the same total count as equal.
const gapTolerance = 1e-9

// independent keeps the rows that say something new. An exact row that follows from the ones before it is
// dropped when it agrees with them, and refused by its name when it does not. The work is sparse Gaussian
// elimination in the order given, each row keeping its largest remaining weight as pivot.
func independent(n int, rows []row) (kept []row, redundant []string, err error) {
	var pivots []row // reduced rows, at[0] is the pivot and w[0] = 1
	dense, touched := make([]float64, n), make([]int, 0, n)
	marked := make([]bool, n)
	for _, r := range rows {
		if r.soft > 0 {
			kept = append(kept, r)
			continue
		}
		touched = touched[:0]
		put := func(i int, v float64) {
			if !marked[i] {
				marked[i], touched = true, append(touched, i)
			}
			dense[i] += v
		}
		for k, i := range r.at {
			put(i, r.w[k])
		}
		value, scale := r.value, math.Max(r.scale, math.Abs(r.value))
		for _, p := range pivots {
			m := dense[p.at[0]]
			if m == 0 {
				continue
			}
			for k, i := range p.at {
				put(i, -m*p.w[k])
			}
			dense[p.at[0]] = 0
			value -= m * p.value
			scale = math.Max(scale, math.Abs(m)*p.scale)
		}
		sort.Ints(touched)
		best := -1
		for _, i := range touched {
			if best < 0 || math.Abs(dense[i]) > math.Abs(dense[best]) {
				best = i
			}
		}
		if best >= 0 && math.Abs(dense[best]) > 1e-10 {
			p := row{at: []int{best}, w: []float64{1}, value: value / dense[best], scale: scale / math.Abs(dense[best])}
			for _, i := range touched {
				if i != best && math.Abs(dense[i]) > 1e-15 {
					p.at, p.w = append(p.at, i), append(p.w, dense[i]/dense[best])
				}
			}
			pivots, kept = append(pivots, p), append(kept, r)
		} else if math.Abs(value) > gapTolerance*math.Max(scale, math.SmallestNonzeroFloat64) {
			return nil, nil, fault.New("temporal.inconsistent", "constraint", r.name, "gap", value, "relative", math.Abs(value)/scale)
		} else {
			redundant = append(redundant, r.name)
		}
		for _, i := range touched {
			dense[i], marked[i] = 0, false
		}
	}
	return kept, redundant, nil
}
