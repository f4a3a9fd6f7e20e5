package balance

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"
)

const (
	mostReduced = 2500 // constraints of one block that are factored densely after elimination
	mostPairs   = 40e6 // pairs of constraints meeting in a cell, over all cells
)

// reduced is the factor of a large system with plain variances. Constraints that share no cell (typically the
// many small ones, such as the quarters of one year) are eliminated first, each by one division; what
// remains falls into blocks, each factored by Cholesky with pivoting, which also gives its rank. All in units in
// which G V G' + Σ has unit diagonal.
type reduced struct {
	scale      []float64
	eliminated []int      // constraints eliminated first
	meets      [][]Term   // of each, the constraints left that share cells with it, with their covariance
	blocks     []*block   // of the constraints left
	positions  []position // where each constraint is
	rank       int
	pairs      float64
}

type position struct{ block, at int } // block -1: eliminated; -2: nothing can move it

type block struct {
	rows []int
	l    [][]float64 // l[i] is row i of the pivoted factor, as long as its pivot order
	perm []int
	rank int
}

// reduce builds the factor, or returns nil when a block or the number of meetings is too large.
func (e *normal) reduce() *reduced {
	c := e.g.rows()
	f := &reduced{scale: e.scale, positions: make([]position, c)}
	at := make([][]Term, e.g.cells) // constraints of each movable cell, scaled by its standard deviation
	for k := range c {
		f.positions[k].block = -2
		if e.scale[k] == 0 {
			continue
		}
		for i := e.g.start[k]; i < e.g.start[k+1]; i++ {
			cell := e.g.cell[i]
			if e.v[cell] == 0 {
				continue
			}
			x := e.g.coef[i] * e.scale[k] * math.Sqrt(e.v[cell])
			if n := len(at[cell]); n > 0 && at[cell][n-1].Cell == k {
				at[cell][n-1].Coefficient += x
			} else {
				at[cell] = append(at[cell], Term{k, x})
			}
		}
	}
	for _, ts := range at {
		f.pairs += float64(len(ts)) * float64(len(ts))
	}
	if f.pairs > mostPairs {
		return nil
	}
	f.choose(e, at)
	if !f.split(at) {
		return nil
	}
	f.assemble(e, at)
	for _, b := range f.blocks {
		f.rank += b.rank
	}
	f.rank += len(f.eliminated)
	return f
}

// choose picks constraints to eliminate: greedily those that meet the fewest others.
func (f *reduced) choose(e *normal, at [][]Term) {
	c := e.g.rows()
	degree, order := make([]int, c), make([]int, 0, c)
	for k := range c {
		if e.scale[k] == 0 {
			continue
		}
		order = append(order, k)
		for i := e.g.start[k]; i < e.g.start[k+1]; i++ {
			degree[k] += len(at[e.g.cell[i]])
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return degree[order[a]] < degree[order[b]] })
	blocked := make([]bool, c)
	sums := make([]float64, c)
	for _, k := range order {
		if blocked[k] {
			continue
		}
		f.positions[k] = position{-1, len(f.eliminated)}
		f.eliminated = append(f.eliminated, k)
		var met []int
		for i := e.g.start[k]; i < e.g.start[k+1]; i++ {
			ts := at[e.g.cell[i]]
			var own float64
			for _, t := range ts {
				if t.Cell == k {
					own = t.Coefficient
				}
			}
			for _, t := range ts {
				if t.Cell == k {
					continue
				}
				blocked[t.Cell] = true
				if sums[t.Cell] == 0 {
					met = append(met, t.Cell)
				}
				sums[t.Cell] += own * t.Coefficient
			}
		}
		terms := make([]Term, 0, len(met))
		for _, j := range met {
			if sums[j] != 0 {
				terms = append(terms, Term{j, sums[j]})
			}
			sums[j] = 0
		}
		f.meets = append(f.meets, terms)
	}
}

// split numbers the blocks of the constraints left: those tied by a cell or by an eliminated constraint.
func (f *reduced) split(at [][]Term) bool {
	parent := make([]int, len(f.positions))
	for k := range parent {
		parent[k] = k
	}
	find := func(k int) int {
		for parent[k] != k {
			parent[k] = parent[parent[k]]
			k = parent[k]
		}
		return k
	}
	tie := func(ts []Term) {
		first := -1
		for _, t := range ts {
			if f.positions[t.Cell].block == -1 {
				continue
			}
			if first < 0 {
				first = t.Cell
			} else {
				parent[find(t.Cell)] = find(first)
			}
		}
	}
	for _, ts := range at {
		tie(ts)
	}
	for _, ts := range f.meets {
		tie(ts)
	}
	number := map[int]int{}
	for k, p := range f.positions {
		if p.block == -1 || f.scale[k] == 0 {
			continue
		}
		root := find(k)
		n, ok := number[root]
		if !ok {
			n = len(f.blocks)
			number[root] = n
			f.blocks = append(f.blocks, &block{})
		}
		b := f.blocks[n]
		f.positions[k] = position{n, len(b.rows)}
		b.rows = append(b.rows, k)
		if len(b.rows) > mostReduced {
			return false
		}
	}
	return true
}

// assemble forms what is left of each block after elimination and factors it.
func (f *reduced) assemble(e *normal, at [][]Term) {
	left := make([][][]float64, len(f.blocks))
	for n, b := range f.blocks {
		left[n] = make([][]float64, len(b.rows))
		for i, k := range b.rows {
			left[n][i] = make([]float64, len(b.rows))
			left[n][i][i] = e.cs[k].SE * e.cs[k].SE * e.scale[k] * e.scale[k]
		}
	}
	add := func(ts []Term, sign float64) {
		for _, a := range ts {
			p := f.positions[a.Cell]
			if p.block < 0 {
				continue
			}
			row := left[p.block][p.at]
			for _, b := range ts {
				if q := f.positions[b.Cell]; q.block == p.block {
					row[q.at] += sign * a.Coefficient * b.Coefficient
				}
			}
		}
	}
	for _, ts := range at {
		add(ts, 1)
	}
	for _, ts := range f.meets {
		add(ts, -1) // the eliminated diagonal is 1
	}
	for n, b := range f.blocks {
		b.factor(left[n])
		left[n] = nil
	}
}

// factor is Cholesky with pivoting; it stops where the largest diagonal left is rounding.
func (b *block) factor(s [][]float64) {
	n := len(s)
	b.perm, b.l = make([]int, n), make([][]float64, n)
	d := make([]float64, n)
	for i := range s {
		b.perm[i], d[i] = i, s[i][i]
		b.l[i] = make([]float64, 0, n)
	}
	for j := range n {
		p := j
		for i := j + 1; i < n; i++ {
			if d[b.perm[i]] > d[b.perm[p]] {
				p = i
			}
		}
		b.perm[j], b.perm[p] = b.perm[p], b.perm[j]
		b.l[j], b.l[p] = b.l[p], b.l[j]
		pivot := d[b.perm[j]]
		if pivot <= 1e-12 {
			break
		}
		b.rank++
		root := math.Sqrt(pivot)
		from := s[b.perm[j]]
		mine := b.l[j]
		for i := j + 1; i < n; i++ {
			x := (from[b.perm[i]] - floats.Dot(b.l[i], mine)) / root
			b.l[i] = append(b.l[i], x)
			d[b.perm[i]] -= x * x
		}
		b.l[j] = append(b.l[j], root)
	}
}

// right gives the scaled right side of each block after elimination.
func (f *reduced) right(b []float64) (scaled []float64, sides [][]float64) {
	scaled = make([]float64, len(b))
	for k := range b {
		scaled[k] = b[k] * f.scale[k]
	}
	sides = make([][]float64, len(f.blocks))
	for n, bl := range f.blocks {
		sides[n] = make([]float64, len(bl.rows))
		for i, k := range bl.rows {
			sides[n][i] = scaled[k]
		}
	}
	for i, k := range f.eliminated {
		for _, t := range f.meets[i] {
			p := f.positions[t.Cell]
			sides[p.block][p.at] -= t.Coefficient * scaled[k]
		}
	}
	return scaled, sides
}

// forward solves L11 y = side in pivot order.
func (b *block) forward(side []float64) []float64 {
	y := make([]float64, b.rank)
	for i := range y {
		y[i] = (side[b.perm[i]] - floats.Dot(b.l[i][:i], y[:i])) / b.l[i][i]
	}
	return y
}

// backward solves L11' x = y.
func (b *block) backward(y []float64) []float64 {
	x := append([]float64(nil), y...)
	for i := len(x) - 1; i >= 0; i-- {
		x[i] /= b.l[i][i]
		floats.AddScaled(x[:i], -x[i], b.l[i][:i])
	}
	return x
}

func (f *reduced) solve(b []float64) []float64 {
	scaled, sides := f.right(b)
	mu := make([]float64, len(b))
	for n, bl := range f.blocks {
		for i, x := range bl.backward(bl.forward(sides[n])) {
			mu[bl.rows[bl.perm[i]]] = x
		}
	}
	for i, k := range f.eliminated {
		mu[k] = scaled[k]
		for _, t := range f.meets[i] {
			mu[k] -= t.Coefficient * mu[t.Cell]
		}
	}
	for k := range mu {
		mu[k] *= f.scale[k]
	}
	return mu
}

func (f *reduced) form(b []float64) float64 {
	scaled, sides := f.right(b)
	var s float64
	for _, k := range f.eliminated {
		s += scaled[k] * scaled[k]
	}
	for n, bl := range f.blocks {
		y := bl.forward(sides[n])
		s += dot(y, y)
	}
	return s
}

func (f *reduced) dependent() []int {
	var out []int
	for _, b := range f.blocks {
		for _, i := range b.perm[b.rank:] {
			out = append(out, b.rows[i])
		}
	}
	for k, s := range f.scale {
		if s == 0 {
			out = append(out, k)
		}
	}
	sort.Ints(out)
	return out
}

func (f *reduced) size() int { return f.rank }

// consistent reports whether each redundant constraint agrees with the others. A disagreement is left to
// conjugate gradients, which tell a contradiction from a nearly redundant constraint and name it.
func (f *reduced) consistent(d []float64, e *normal) bool {
	scaled, sides := f.right(d)
	spill := math.Sqrt(dot(scaled, scaled))
	for n, b := range f.blocks {
		y := b.forward(sides[n])
		for i := b.rank; i < len(b.perm); i++ {
			k := b.rows[b.perm[i]]
			gap := sides[n][b.perm[i]] - floats.Dot(b.l[i][:b.rank], y)
			if math.Abs(gap) > 1e-9*e.size[k]*e.scale[k]+1e-12*spill {
				return false
			}
		}
	}
	return true
}
