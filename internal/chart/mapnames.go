package chart

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"nhipso/internal/geo"
)

const (
	cellSide    = 2.0   // of the squares into which a map is cut to find room for names
	nameReach   = 170.0 // how far from its area a name may stand
	narrowReach = 75.0  // on a phone, where the grid of tiles has every name
	foreign     = 1.5   // what a step of a line through another area costs beside its length
	nameHigh    = 1.15  // of a line of a name, in its size
	nameMargin  = 2.0   // free around a name that stands outside
	nameLeast   = 9.0   // the smallest letters
	nameUsual   = 10.5
	leaderWidth = 0.7
	mostForeign = 70.0
	leftOut     = 10 * nameReach
	rounds      = 400 // of all names in the open together: each takes as long as it takes to place one
)

// nowhere is the owner of a square that no area covers, and taken that of one in which something stands.
const (
	nobody = -1
	taken  = -2
)

// placedNames are the places of names on a map. They follow from its outlines, its size and the names, and not from its figures: once found, they are
// kept for every map that is drawn at that size.
type placedNames struct {
	size  float64
	areas []namedArea
}

// namesKey says what the places of names follow from.
type namesKey struct {
	atlas *geo.Atlas
	width int
	names string
}

var keptNames = struct {
	sync.Mutex
	list map[namesKey]*placedNames
}{list: map[namesKey]*placedNames{}}

// mostKept bounds the places kept: a page has few widths and few languages.
const mostKept = 64

// placeNames gives the places of the names of a map on which some places are used already.
func (m *mapDrawing) placeNames(atlas *geo.Atlas, k float64, used []box) *placedNames {
	key := namesKey{atlas: atlas, width: m.o.Width}
	for _, a := range atlas.Areas {
		name, _, _ := m.said(a.ID)
		key.names += name + "\n"
	}
	keptNames.Lock()
	known := keptNames.list[key]
	keptNames.Unlock()
	if known != nil {
		return known
	}
	n := m.nameAreas(atlas, k)
	for _, b := range used {
		n.take(b)
	}
	reach := nameReach
	if m.o.Width < narrow {
		reach = narrowReach
	}
	n.arrange(reach)
	out := &placedNames{size: n.size}
	for _, a := range n.areas {
		a.cells = nil
		out.areas = append(out.areas, a)
	}
	keptNames.Lock()
	defer keptNames.Unlock()
	if len(keptNames.list) >= mostKept {
		clear(keptNames.list)
	}
	keptNames.list[key] = out
	return out
}

// write writes the names in colours that are read on what is below them.
func (n *placedNames) write(m *mapDrawing) {
	byLook := map[lettering][]word{}
	var looks []lettering
	for _, a := range n.areas {
		if a.written == nil {
			continue
		}
		f := lettering{size: n.size, colour: ink, align: middle}
		fill := m.fill(a.id)
		switch {
		case a.leader:
			f.colour = muted
			way := anchor{a.x, a.x, a.y}.to(a.at.grown(-1))
			m.path(straight(way.x0, way.y0, way.x1, way.y1), look{edge: pen{colour: ink, width: leaderWidth}})
			m.circle(a.x, a.y, 1.4, look{fill: ink})
		case hatched(fill):
			f.halo = true
		case !bright(fill):
			f.colour = onDark
		}
		if byLook[f] == nil {
			looks = append(looks, f)
		}
		byLook[f] = append(byLook[f], a.written...)
	}
	for _, f := range looks {
		m.words(f, byLook[f]...)
	}
}

// mapNames finds room for the names of areas on a map: inside the area where the name fits, else in the open beside the country with a line that
// leads to it. A name for which there is neither is left out; it is in the table and on the grid of tiles.
type mapNames struct {
	size       float64
	cols, rows int
	owner      []int
	areas      []namedArea
}

type namedArea struct {
	id      string
	name    string
	cells   [][2]int
	x, y    float64 // a place inside that stands for the area
	bounds  [4]int  // columns and rows that it spans
	written []word
	at      box
	leader  bool
}

// nameAreas cuts a map into squares.
func (m *mapDrawing) nameAreas(atlas *geo.Atlas, k float64) *mapNames {
	n := &mapNames{size: nameUsual, cols: int(float64(m.o.Width) / cellSide), rows: int(k * m.s.Maps.Height / cellSide)}
	if m.o.Width < narrow {
		n.size = nameLeast
	}
	n.owner = make([]int, n.cols*n.rows)
	for i := range n.owner {
		n.owner[i] = nobody
	}
	for _, a := range atlas.Areas {
		name, _, _ := m.said(a.ID)
		n.areas = append(n.areas, namedArea{id: a.ID, name: name, bounds: [4]int{n.cols, 0, n.rows, 0}})
		n.cover(len(n.areas)-1, geo.Lines(a.Path), k)
	}
	for i := range n.areas {
		n.areas[i].settle()
	}
	return n
}

// cover gives the squares whose middle lies in an outline to an area.
func (n *mapNames) cover(area int, outline []geo.Line, k float64) {
	a := &n.areas[area]
	for row := range n.rows {
		y := (float64(row) + 0.5) * cellSide / k
		var crossings []float64
		for _, line := range outline {
			for i, p := range line.Points {
				q := line.Points[(i+1)%len(line.Points)]
				if (p[1] <= y) != (q[1] <= y) {
					crossings = append(crossings, k*(p[0]+(y-p[1])/(q[1]-p[1])*(q[0]-p[0])))
				}
			}
		}
		slices.Sort(crossings)
		for i := 0; i+1 < len(crossings); i += 2 {
			for col := max(0, int(math.Ceil(crossings[i]/cellSide-0.5))); col < n.cols && (float64(col)+0.5)*cellSide < crossings[i+1]; col++ {
				n.owner[row*n.cols+col] = area
				a.cells = append(a.cells, [2]int{col, row})
				a.bounds = [4]int{min(a.bounds[0], col), max(a.bounds[1], col), min(a.bounds[2], row), max(a.bounds[3], row)}
			}
		}
	}
}

// settle finds the place that stands for an area: of its squares the one nearest to its middle.
func (a *namedArea) settle() {
	var sx, sy float64
	for _, c := range a.cells {
		sx, sy = sx+float64(c[0]), sy+float64(c[1])
	}
	if len(a.cells) == 0 {
		return
	}
	sx, sy = sx/float64(len(a.cells)), sy/float64(len(a.cells))
	near := slices.MinFunc(a.cells, func(b, c [2]int) int {
		return cmp.Compare(math.Hypot(float64(b[0])-sx, float64(b[1])-sy), math.Hypot(float64(c[0])-sx, float64(c[1])-sy))
	})
	a.x, a.y = (float64(near[0])+0.5)*cellSide, (float64(near[1])+0.5)*cellSide
}

// span gives the squares that a box touches: columns from … to-1, rows from … to-1; false when it reaches over the edge of the map.
func (n *mapNames) span(b box) (c0, c1, r0, r1 int, ok bool) {
	c0, r0 = int(math.Floor(b.x0/cellSide)), int(math.Floor(b.y0/cellSide))
	c1, r1 = int(math.Ceil(b.x1/cellSide)), int(math.Ceil(b.y1/cellSide))
	return c0, c1, r0, r1, c0 >= 0 && r0 >= 0 && c1 <= n.cols && r1 <= n.rows
}

// take marks a place in the open as used.
func (n *mapNames) take(b box) {
	c0, c1, r0, r1, _ := n.span(b)
	for row := max(0, r0); row < min(r1, n.rows); row++ {
		for col := max(0, c0); col < min(c1, n.cols); col++ {
			if at := row*n.cols + col; n.owner[at] == nobody {
				n.owner[at] = taken
			}
		}
	}
}

// room knows of any box how many of its squares have another owner than the one asked for.
type room struct {
	n    *mapNames
	sums []int32 // of the squares above and left of each corner
}

func (n *mapNames) room(owner int) room {
	r := room{n, make([]int32, (n.cols+1)*(n.rows+1))}
	for row := range n.rows {
		line := int32(0)
		for col := range n.cols {
			if n.owner[row*n.cols+col] != owner {
				line++
			}
			r.sums[(row+1)*(n.cols+1)+col+1] = r.sums[row*(n.cols+1)+col+1] + line
		}
	}
	return r
}

// free reports whether a box lies in squares of the owner only.
func (r room) free(b box) bool {
	c0, c1, r0, r1, ok := r.n.span(b)
	wide := r.n.cols + 1
	return ok && r.sums[r1*wide+c1]-r.sums[r0*wide+c1]-r.sums[r1*wide+c0]+r.sums[r0*wide+c0] == 0
}

// lay gives a name as lines with the width and height that they take: in one line, or in the two that are most alike.
func (n *mapNames) lay(name string, parted bool) (lines []string, w, h float64) {
	lines = []string{name}
	if parted {
		lines = halves(name, n.size)
		if len(lines) < 2 {
			return nil, 0, 0
		}
	}
	return lines, widest(lines, n.size, false), n.size * nameHigh * float64(len(lines))
}

// halves parts a name at the blank that makes the widest line least wide.
func halves(name string, size float64) (best []string) {
	for i, r := range name {
		if r != ' ' {
			continue
		}
		if two := []string{name[:i], name[i+1:]}; best == nil || widest(two, size, false) < widest(best, size, false) {
			best = two
		}
	}
	return best
}

// inside places a name in its area, as near to its middle as it fits.
func (n *mapNames) inside(i int) bool {
	a, own := &n.areas[i], n.room(i)
	for _, parted := range []bool{false, true} {
		lines, w, h := n.lay(a.name, parted)
		if lines == nil {
			continue
		}
		best, found := math.Inf(1), box{}
		for row := a.bounds[2]; row <= a.bounds[3]; row++ {
			for col := a.bounds[0]; col <= a.bounds[1]; col++ {
				x, y := float64(col)*cellSide, float64(row)*cellSide
				b := box{x, y, x + w, y + h}
				if away := math.Hypot(x+w/2-a.x, y+h/2-a.y); away < best && own.free(b) {
					best, found = away, b
				}
			}
		}
		if !math.IsInf(best, 1) {
			n.put(a, lines, found)
			return true
		}
	}
	return false
}

// arrange gives every name its room. Which names find good places in the open depends on which are placed first: again and again the one that fared
// worst is put before all others, and the best of the rounds is taken.
func (n *mapNames) arrange(reach float64) {
	var outside []int
	for i := range n.areas {
		if len(n.areas[i].cells) > 0 && !n.inside(i) {
			outside = append(outside, i)
		}
	}
	if len(outside) == 0 { // a country of few areas has room for all their names
		return
	}
	slices.SortStableFunc(outside, func(a, b int) int { return len(n.areas[b].cells) - len(n.areas[a].cells) })
	inside, open, best := n.areas, n.owner, n.areas
	least := math.Inf(1)
	for range rounds / max(1, len(outside)) {
		n.areas, n.owner = slices.Clone(inside), slices.Clone(open)
		total, worst, most := 0.0, 0, 0.0
		for at, i := range outside {
			cost := n.outside(i, reach)
			if total += cost; cost > most {
				worst, most = at, cost
			}
		}
		if total < least {
			least, best = total, n.areas
		}
		first := outside[worst]
		outside = slices.Insert(slices.Delete(outside, worst, worst+1), 0, first)
	}
	n.areas = best
}

// outside places a name in the open beside the country, as near to its area as there is room, so that its line crosses no other and as little of
// other areas as can be. It gives what the place costs; to find none costs more than any.
func (n *mapNames) outside(i int, reach float64) float64 {
	a, open := &n.areas[i], n.room(nobody)
	best := math.Inf(1)
	var found box
	var lines []string
	for _, parted := range []bool{false, true} {
		laid, w, h := n.lay(a.name, parted)
		if laid == nil {
			continue
		}
		corner := math.Hypot(w, h) / 2
		for _, step := range offsets() {
			if step.far-corner >= math.Min(best, reach) { // what follows is farther still
				break
			}
			x, y := a.x+step.x-w/2, a.y+step.y-h/2
			b := box{x, y, x + w, y + h}
			way := anchor{a.x, a.x, a.y}.to(b)
			if way.length() >= math.Min(best, reach) || !open.free(b.grown(nameMargin)) {
				continue
			}
			through := n.through(way, i)
			if cost := way.length() + foreign*through; through <= mostForeign && cost < best-0.01 && n.apart(way) {
				best, found, lines = cost, b, laid
			}
		}
	}
	if lines == nil {
		return leftOut
	}
	n.put(a, lines, found)
	a.leader = true
	n.take(found.grown(nameMargin))
	return best
}

// offset is a step from the place of an area to the middle of a name.
type offset struct{ x, y, far float64 }

// offsets lists the steps within reach, the shortest first.
var offsets = sync.OnceValue(func() (out []offset) {
	const most = nameReach + 80
	for y := -most; y <= most; y += 2 * cellSide {
		for x := -most; x <= most; x += 3 * cellSide {
			out = append(out, offset{x, y, math.Hypot(x, y)})
		}
	}
	slices.SortStableFunc(out, func(a, b offset) int { return cmp.Compare(a.far, b.far) })
	return out
})

// through is how far a line runs through other areas than its own.
func (n *mapNames) through(way segment, own int) float64 {
	length, far := way.length(), 0.0
	for at := cellSide; at < length; at += cellSide {
		x, y := way.x0+(way.x1-way.x0)*at/length, way.y0+(way.y1-way.y0)*at/length
		col, row := int(x/cellSide), int(y/cellSide)
		if col < n.cols && row < n.rows && n.owner[row*n.cols+col] >= 0 && n.owner[row*n.cols+col] != own {
			far += cellSide
		}
	}
	return far
}

// apart reports whether a line that leads to a name crosses no other such line and no name.
func (n *mapNames) apart(way segment) bool {
	for _, o := range n.areas {
		if o.written == nil {
			continue
		}
		if way.crosses(o.at) || o.leader && way.meets((anchor{o.x, o.x, o.y}).to(o.at)) {
			return false
		}
	}
	return true
}

// put writes a name into a box.
func (n *mapNames) put(a *namedArea, lines []string, b box) {
	a.at = b
	f := lettering{size: n.size}
	for i, line := range lines {
		a.written = append(a.written, word{(b.x0 + b.x1) / 2, f.middleOf(b.y0 + n.size*nameHigh*(float64(i)+0.5)), line})
	}
}
