package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// support is the transport network of a prior: a positive cell carries any amount from its row to its
// column, a negative cell from its column to its row. Row i supplies u_i, column j takes v_j; a negative
// target turns supply into demand. A matrix with the prior's signs and these margins exists exactly when
// all supply reaches demand (max-flow min-cut; the non-negative case is Gale 1957).
type support struct {
	rows, nodes int
	arcs        []arc
	out, in     [][]int32 // arcs leaving and entering each node
	flow        []float64
	left        []float64 // supply (> 0) or demand (< 0) not yet served
	eps         float64
}

type arc struct{ from, to, row, column int32 }

// feasible answers whether the targets can be met on the support of a, and which cells must then vanish.
func feasible(a *mat.Dense, u, v []float64, names Names) ([]Cell, error) {
	m, n := a.Dims()
	if err := emptyLines(a, u, v, names); err != nil {
		return nil, err
	}
	if allPositive(a) && least(u) > 0 && least(v) > 0 {
		return nil, nil
	}
	g := &support{rows: m, nodes: m + n, out: make([][]int32, m+n), in: make([][]int32, m+n), left: make([]float64, m+n)}
	copy(g.left, u)
	for j, x := range v {
		g.left[m+j] = -x
	}
	for i := range m {
		for j := range n {
			from, to := int32(i), int32(m+j)
			switch x := a.At(i, j); {
			case x == 0:
				continue
			case x < 0:
				from, to = to, from
			}
			g.out[from] = append(g.out[from], int32(len(g.arcs)))
			g.in[to] = append(g.in[to], int32(len(g.arcs)))
			g.arcs = append(g.arcs, arc{from, to, int32(i), int32(j)})
		}
	}
	g.flow = make([]float64, len(g.arcs))
	total := absSum(u) + absSum(v)
	g.eps = 1e-13 * total
	g.greedy()
	for g.augment() {
	}
	var unmet float64
	for _, x := range g.left {
		unmet += math.Max(x, 0)
	}
	if unmet > 1e-10*total {
		return nil, g.blame(u, v, names)
	}
	return g.forced(), nil
}

// emptyLines refuses the plainest cases at once: a line without cells, or with cells of one sign and a
// target of the other.
func emptyLines(a *mat.Dense, u, v []float64, names Names) error {
	m, n := a.Dims()
	up, down := make([]bool, m+n), make([]bool, m+n)
	for i := range m {
		for j := range n {
			x := a.At(i, j)
			up[i], up[m+j] = up[i] || x > 0, up[m+j] || x > 0
			down[i], down[m+j] = down[i] || x < 0, down[m+j] || x < 0
		}
	}
	for i, t := range u {
		switch {
		case t != 0 && !up[i] && !down[i]:
			return fault.New("balance.empty-row", "row", nameOf(names.Rows, i), "target", num(t))
		case (t > 0 && !up[i]) || (t < 0 && !down[i]):
			return fault.New("balance.row-sign", "row", nameOf(names.Rows, i), "target", num(t))
		}
	}
	for j, t := range v {
		switch {
		case t != 0 && !up[m+j] && !down[m+j]:
			return fault.New("balance.empty-column", "column", nameOf(names.Columns, j), "target", num(t))
		case (t > 0 && !up[m+j]) || (t < 0 && !down[m+j]):
			return fault.New("balance.column-sign", "column", nameOf(names.Columns, j), "target", num(t))
		}
	}
	return nil
}

func allPositive(a *mat.Dense) bool {
	m, n := a.Dims()
	for i := range m {
		for j := range n {
			if a.At(i, j) <= 0 {
				return false
			}
		}
	}
	return true
}

func least(x []float64) float64 {
	low := math.Inf(1)
	for _, v := range x {
		low = math.Min(low, v)
	}
	return low
}

// greedy serves what it can along single arcs; it leaves little for augment on real tables.
func (g *support) greedy() {
	for k, a := range g.arcs {
		if s, d := g.left[a.from], -g.left[a.to]; s > 0 && d > 0 {
			x := math.Min(s, d)
			g.flow[k] += x
			g.left[a.from] -= x
			g.left[a.to] += x
		}
	}
}

// augment is one phase of Dinic's algorithm: levels by breadth, then a blocking flow by depth.
func (g *support) augment() bool {
	level := make([]int32, g.nodes)
	for i := range level {
		level[i] = -1
	}
	var queue []int32
	for i, x := range g.left {
		if x > g.eps {
			level[i] = 0
			queue = append(queue, int32(i))
		}
	}
	found := false
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		if g.left[i] < -g.eps {
			found = true
		}
		g.neighbours(i, func(j, _ int32, _ float64) {
			if level[j] < 0 {
				level[j] = level[i] + 1
				queue = append(queue, j)
			}
		})
	}
	if !found {
		return false
	}
	next := make([]int, g.nodes) // how far each node's arcs have been tried in this phase
	moved := false
	for i := range g.left {
		for g.left[i] > g.eps && level[i] == 0 {
			x := g.push(int32(i), g.left[i], level, next)
			if x <= 0 {
				break
			}
			g.left[i] -= x
			moved = true
		}
	}
	return moved
}

// push sends at most amount from node i towards demand and returns what arrived.
func (g *support) push(i int32, amount float64, level []int32, next []int) float64 {
	if d := -g.left[i]; d > g.eps {
		x := math.Min(amount, d)
		g.left[i] += x
		return x
	}
	for ; next[i] < len(g.out[i])+len(g.in[i]); next[i]++ {
		var k, j int32
		room, back := amount, next[i] >= len(g.out[i])
		if back {
			k = g.in[i][next[i]-len(g.out[i])]
			j, room = g.arcs[k].from, math.Min(amount, g.flow[k])
			if g.flow[k] <= g.eps {
				continue
			}
		} else {
			k = g.out[i][next[i]]
			j = g.arcs[k].to
		}
		if level[j] != level[i]+1 {
			continue
		}
		if x := g.push(j, room, level, next); x > 0 {
			if back {
				g.flow[k] -= x
			} else {
				g.flow[k] += x
			}
			return x
		}
	}
	return 0
}

// neighbours visits the nodes reachable over one residual arc: forward always, backward where there is flow.
func (g *support) neighbours(i int32, visit func(j, arc int32, room float64)) {
	for _, k := range g.out[i] {
		visit(g.arcs[k].to, k, math.Inf(1))
	}
	for _, k := range g.in[i] {
		if g.flow[k] > g.eps {
			visit(g.arcs[k].from, k, g.flow[k])
		}
	}
}

// blame names the smaller side of the minimum cut: lines that must deliver more than the lines they
// meet can take, or must receive more than those can deliver.
func (g *support) blame(u, v []float64, names Names) error {
	worst := 1e-10 * (absSum(u) + absSum(v))
	var from, to []int32
	for i, x := range g.left {
		if x > worst/float64(g.nodes) {
			from = append(from, int32(i))
		}
		if x < -worst/float64(g.nodes) {
			to = append(to, int32(i))
		}
	}
	down := g.reach(from, func(i int32, visit func(int32)) {
		g.neighbours(i, func(j, _ int32, _ float64) { visit(j) })
	})
	up := g.reach(to, func(i int32, visit func(int32)) {
		for _, k := range g.in[i] {
			visit(g.arcs[k].from)
		}
		for _, k := range g.out[i] {
			if g.flow[k] > g.eps {
				visit(g.arcs[k].to)
			}
		}
	})
	set, code := down, "balance.infeasible-rows"
	if count(up) < count(down) {
		set, code = up, "balance.infeasible-columns"
	}
	var rows, cols []string
	var need, have float64
	for i, in := range set {
		switch {
		case !in:
		case i < g.rows:
			rows = append(rows, nameOf(names.Rows, i))
			need += u[i]
		default:
			cols = append(cols, nameOf(names.Columns, i-g.rows))
			have += v[i-g.rows]
		}
	}
	if code == "balance.infeasible-columns" {
		need, have = have, need
	}
	return fault.New(code, "rows", orNone(rows), "columns", orNone(cols), "need", num(need), "have", num(have), "gap", num(need-have))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "∅"
	}
	return listed(names)
}

func count(set []bool) int {
	n := 0
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}

func (g *support) reach(start []int32, next func(int32, func(int32))) []bool {
	seen := make([]bool, g.nodes)
	stack := append([]int32(nil), start...)
	for _, i := range start {
		seen[i] = true
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		next(i, func(j int32) {
			if !seen[j] {
				seen[j] = true
				stack = append(stack, j)
			}
		})
	}
	return seen
}

// forced lists the cells without flow whose ends lie in different strongly connected parts of the
// residual network: no circulation can pass them, so they are zero in every solution.
func (g *support) forced() []Cell {
	part := g.parts()
	var out []Cell
	for k, a := range g.arcs {
		if g.flow[k] <= g.eps && part[a.from] != part[a.to] {
			out = append(out, Cell{int(a.row), int(a.column)})
		}
	}
	return out
}

// parts numbers the strongly connected parts (Tarjan), without recursion.
func (g *support) parts() []int {
	adjacent := make([][]int32, g.nodes)
	for i := range g.nodes {
		g.neighbours(int32(i), func(j, _ int32, _ float64) { adjacent[i] = append(adjacent[i], j) })
	}
	index, low, part := make([]int, g.nodes), make([]int, g.nodes), make([]int, g.nodes)
	onStack, at := make([]bool, g.nodes), make([]int, g.nodes)
	for i := range part {
		part[i] = -1
	}
	var stack, call []int32
	counter, parts := 0, 0
	for root := range g.nodes {
		if index[root] != 0 {
			continue
		}
		call = append(call[:0], int32(root))
		for len(call) > 0 {
			i := call[len(call)-1]
			if at[i] == 0 {
				counter++
				index[i], low[i] = counter, counter
				stack, onStack[i] = append(stack, i), true
			}
			descended := false
			for at[i] < len(adjacent[i]) {
				j := adjacent[i][at[i]]
				at[i]++
				if index[j] == 0 {
					call = append(call, j)
					descended = true
					break
				}
				if onStack[j] && index[j] < low[i] {
					low[i] = index[j]
				}
			}
			if descended {
				continue
			}
			if low[i] == index[i] {
				for {
					j := stack[len(stack)-1]
					stack, onStack[j] = stack[:len(stack)-1], false
					part[j] = parts
					if j == i {
						break
					}
				}
				parts++
			}
			call = call[:len(call)-1]
			if len(call) > 0 {
				if up := call[len(call)-1]; low[i] < low[up] {
					low[up] = low[i]
				}
			}
		}
	}
	return part
}
