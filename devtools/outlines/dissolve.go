package main

import (
	"math"
	"slices"
	"sort"
)

// The source draws each province by itself, so a common border is drawn twice, a fraction of a unit apart. To join provinces
// without seams, points that nearly coincide become one vertex; then a border inside a group is an edge that its two sides run
// through in opposite directions, and goes away.

const (
	snapWithin = 0.34 // units; the map is 812 wide
	sliver     = 2.5  // square units: what imperfect snapping leaves between joined provinces
	crumb      = 0.5  // square units: what it leaves at the edge of one province
)

// net is the provinces as rings of numbered vertices, all turning the same way.
type net struct {
	at    []point
	rings map[string][][]int // by province
	whole map[string][][]int // those of them that are a whole ring of the source, such as an island
}

func newNet(shapes map[string][]ring) *net {
	n := &net{rings: map[string][][]int{}, whole: map[string][][]int{}}
	grid := map[[2]int][]int{}
	cell := func(p point) [2]int { return [2]int{int(math.Floor(p.x)), int(math.Floor(p.y))} }
	vertex := func(p point) int {
		c := cell(p)
		best, far := -1, snapWithin
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				for _, v := range grid[[2]int{c[0] + dx, c[1] + dy}] {
					if d := math.Hypot(n.at[v].x-p.x, n.at[v].y-p.y); d < far {
						best, far = v, d
					}
				}
			}
		}
		if best < 0 {
			best = len(n.at)
			n.at = append(n.at, p)
			grid[c] = append(grid[c], best)
		}
		return best
	}
	ids := make([]string, 0, len(shapes))
	for id := range shapes {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		for _, r := range shapes[id] {
			if r.area() < 0 {
				for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
					r[i], r[j] = r[j], r[i]
				}
			}
			var line []int
			for _, p := range r {
				if v := vertex(p); len(line) == 0 || line[len(line)-1] != v {
					line = append(line, v)
				}
			}
			cut := loops(line)
			n.rings[id] = append(n.rings[id], cut...)
			if len(cut) == 1 {
				n.whole[id] = append(n.whole[id], cut[0])
			}
		}
	}
	return n
}

// loops cuts a closed walk wherever it meets itself, and drops what encloses nothing.
func loops(walk []int) [][]int {
	var out [][]int
	var path []int
	at := map[int]int{}
	for _, v := range walk {
		if i, met := at[v]; met {
			if loop := path[i:]; len(loop) > 2 {
				out = append(out, append([]int(nil), loop...))
			}
			for _, u := range path[i:] {
				delete(at, u)
			}
			path = path[:i]
		}
		at[v] = len(path)
		path = append(path, v)
	}
	if len(path) > 2 {
		out = append(out, path)
	}
	return out
}

type edge [2]int

// outline gives the rings around a group of provinces.
func (n *net) outline(ids []string) [][]int {
	count := map[edge]int{}
	for _, id := range ids {
		for _, r := range n.rings[id] {
			for i, v := range r {
				count[edge{v, r[(i+1)%len(r)]}]++
			}
		}
	}
	next := map[int][]int{}
	for e, c := range count {
		for c -= count[edge{e[1], e[0]}]; c > 0; c-- {
			next[e[0]] = append(next[e[0]], e[1])
		}
	}
	starts := make([]int, 0, len(next))
	for v := range next {
		sort.Ints(next[v])
		starts = append(starts, v)
	}
	sort.Ints(starts)
	least := sliver
	if len(ids) == 1 {
		least = crumb
	}
	var out [][]int
	for _, s := range starts {
		for len(next[s]) > 0 {
			var walk []int
			for v := s; len(next[v]) > 0; {
				walk = append(walk, v)
				to := next[v]
				v, next[v] = to[len(to)-1], to[:len(to)-1]
			}
			for _, loop := range loops(walk) {
				// A ring that turns the other way is a bay whose mouth snapping has closed: it stays, as a hole.
				if a := n.ring(loop).area(); math.Abs(a) > least || a > 0 && n.original(loop, ids) {
					out = append(out, loop)
				}
			}
		}
	}
	return out
}

// original reports whether a loop is an island of the source and not what snapping left over.
func (n *net) original(loop []int, ids []string) bool {
	in := map[int]bool{}
	for _, v := range loop {
		in[v] = true
	}
	for _, id := range ids {
	next:
		for _, r := range n.whole[id] {
			if len(r) != len(loop) {
				continue
			}
			for _, v := range r {
				if !in[v] {
					continue next
				}
			}
			return true
		}
	}
	return false
}

func (n *net) ring(loop []int) ring {
	r := make(ring, len(loop))
	for i, v := range loop {
		r[i] = n.at[v]
	}
	return r
}

// simplified thins the outlines of a set of areas: each stretch between two junctions is thinned once, so that neighbours keep
// one common border.
func (n *net) simplified(outlines map[string][][]int, within float64) map[string][]ring {
	junctions := junctionsOf(outlines)
	out := map[string][]ring{}
	for id, rings := range outlines {
		for _, r := range rings {
			walk, junction := n.unrolled(r, junctions)
			var line ring
			from := 0
			for i := 1; i < len(walk); i++ {
				if i == len(walk)-1 || junction(walk[i]) {
					piece := n.thin(walk[from:i+1], within)
					line = append(line, piece[:len(piece)-1]...)
					from = i
				}
			}
			if len(line) < 3 {
				line = n.ring(r)
			}
			out[id] = append(out[id], line)
		}
	}
	return out
}

// junctionsOf gives the vertices at which borders meet: those that have other than two neighbours.
func junctionsOf(outlines map[string][][]int) map[int]bool {
	neighbours := map[int]map[int]bool{}
	join := func(u, v int) {
		if neighbours[u] == nil {
			neighbours[u] = map[int]bool{}
		}
		neighbours[u][v] = true
	}
	for _, rings := range outlines {
		for _, r := range rings {
			for i, v := range r {
				u := r[(i+1)%len(r)]
				join(u, v)
				join(v, u)
			}
		}
	}
	out := map[int]bool{}
	for v, near := range neighbours {
		if len(near) != 2 {
			out[v] = true
		}
	}
	return out
}

// unrolled gives a ring as a walk from a junction back to it, and says where to cut it. A ring without a junction begins at its
// smallest vertex and is cut at the point farthest from it.
func (n *net) unrolled(r []int, junctions map[int]bool) (walk []int, junction func(int) bool) {
	first := -1
	for i, v := range r {
		if junctions[v] && (first < 0 || v < r[first]) {
			first = i
		}
	}
	junction = func(v int) bool { return junctions[v] }
	if first < 0 {
		first = slices.Index(r, slices.Min(r))
		far, base, cut := 0.0, n.at[r[first]], -1
		for _, v := range r {
			if d := math.Hypot(n.at[v].x-base.x, n.at[v].y-base.y); d > far {
				far, cut = d, v
			}
		}
		junction = func(v int) bool { return v == cut }
	}
	walk = slices.Concat(r[first:], r[:first], r[first:first+1])
	return walk, junction
}

// thin is Douglas and Peucker's line simplification, run from the smaller end so that both sides of a border agree.
func (n *net) thin(walk []int, within float64) ring {
	back := walk[0] > walk[len(walk)-1] || walk[0] == walk[len(walk)-1] && len(walk) > 2 && walk[1] > walk[len(walk)-2]
	line := n.ring(walk)
	if back {
		reverse(line)
	}
	keep := make([]bool, len(line))
	keep[0], keep[len(line)-1] = true, true
	var split func(a, b int)
	split = func(a, b int) {
		far, at := within, -1
		for i := a + 1; i < b; i++ {
			if d := distance(line[i], line[a], line[b]); d > far {
				far, at = d, i
			}
		}
		if at >= 0 {
			keep[at] = true
			split(a, at)
			split(at, b)
		}
	}
	split(0, len(line)-1)
	var out ring
	for i, p := range line {
		if keep[i] {
			out = append(out, p)
		}
	}
	if back {
		reverse(out)
	}
	return out
}

func reverse(r ring) {
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
}

// distance is that of p from the segment a–b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	if dx == 0 && dy == 0 {
		return math.Hypot(p.x-a.x, p.y-a.y)
	}
	t := math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/(dx*dx+dy*dy)))
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}
