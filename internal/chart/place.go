package chart

import "math"

// box is an upright rectangle in pixels.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) grown(by float64) box { return box{b.x0 - by, b.y0 - by, b.x1 + by, b.y1 + by} }

func (b box) meets(o box) bool { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 }

func (b box) within(o box) bool { return b.x0 >= o.x0 && b.x1 <= o.x1 && b.y0 >= o.y0 && b.y1 <= o.y1 }

// nearest gives the point of the box that is nearest to another point.
func (b box) nearest(x, y float64) (float64, float64) {
	return math.Max(b.x0, math.Min(x, b.x1)), math.Max(b.y0, math.Min(y, b.y1))
}

// segment is a straight piece of something drawn, with half its thickness.
type segment struct{ x0, y0, x1, y1, half float64 }

// crosses reports whether a segment runs through a box (Liang and Barsky, 1984).
func (s segment) crosses(b box) bool {
	b = b.grown(s.half)
	from, to := 0.0, 1.0
	clip := func(d, room float64) bool { // d·t ≤ room
		switch {
		case d == 0:
			return room >= 0
		case d > 0:
			to = math.Min(to, room/d)
		default:
			from = math.Max(from, room/d)
		}
		return from <= to
	}
	dx, dy := s.x1-s.x0, s.y1-s.y0
	return clip(-dx, s.x0-b.x0) && clip(dx, b.x1-s.x0) && clip(-dy, s.y0-b.y0) && clip(dy, b.y1-s.y0)
}

// board remembers what is drawn, so that words find a place beside it.
type board struct {
	frame    box // words stay inside
	segments []segment
	points   []box
	words    []box
}

// conflicts counts what words in a box would touch: lines once, points and other words twice.
func (d *board) conflicts(b box) int {
	n := 0
	for _, s := range d.segments {
		if s.crosses(b) {
			n++
		}
	}
	for _, list := range [][]box{d.points, d.words} {
		for _, o := range list {
			if b.meets(o) {
				n += 2
			}
		}
	}
	return n
}

func (d *board) free(b box) bool {
	if !b.within(d.frame) {
		return false
	}
	for _, s := range d.segments {
		if s.crosses(b) {
			return false
		}
	}
	for _, o := range d.points {
		if b.meets(o) {
			return false
		}
	}
	for _, o := range d.words {
		if b.meets(o) {
			return false
		}
	}
	return true
}

const (
	gap    = 7.0   // between a point and its words
	reach  = 150.0 // how far from its point a text may stand
	raster = 5.0   // steps of the search
	far    = 12.0  // beyond it, a thin line leads from the point to the words
)

// anchor is what words belong to: a point, or the level line from x0 to x1.
type anchor struct{ x0, x1, y float64 }

// to gives the shortest line from the anchor to a box.
func (a anchor) to(b box) segment {
	x := math.Max(a.x0, math.Min((b.x0+b.x1)/2, a.x1))
	nx, ny := b.nearest(x, a.y)
	return segment{x0: x, y0: a.y, x1: nx, y1: ny}
}

func (s segment) length() float64 { return math.Hypot(s.x1-s.x0, s.y1-s.y0) }

// spot is a place where words may stand.
type spot struct {
	box
	align align
}

// spotsAround lists where words of a size may stand beside a point: to the right, above, below, to the left, then at the corners.
func spotsAround(x, y, w, h float64) []spot {
	at := func(left, top float64, a align) spot { return spot{box{left, top, left + w, top + h}, a} }
	right, left, mid := x+gap, x-gap-w, x-w/2
	above, below, level := y-gap-h, y+gap, y-h/2
	return []spot{
		at(right, level, start), at(mid, above, middle), at(mid, below, middle), at(left, level, finish),
		at(x+gap/2, above, start), at(x+gap/2, below, start), at(x-gap/2-w, above, finish), at(x-gap/2-w, below, finish),
		at(right, level-8, start), at(right, level+8, start), at(left, level-8, finish), at(left, level+8, finish),
	}
}

// seen reports whether nothing drawn lies between words and what they belong to. Lines that end there do not count.
func (d *board) seen(a anchor, b box) bool {
	way := a.to(b)
	for _, s := range d.segments {
		if s.away(way.x0, way.y0) > 1.5 && s.meets(way) {
			return false
		}
	}
	return d.open(way)
}

// open reports whether a line from a point to its words runs through no other words, and no points but its own.
func (d *board) open(way segment) bool {
	for _, o := range d.words {
		if way.crosses(o) {
			return false
		}
	}
	for _, o := range d.points {
		if own := (box{way.x0, way.y0, way.x0, way.y0}).grown(0.5).meets(o); !own && way.crosses(o) {
			return false
		}
	}
	return true
}

// away is the distance of a point from a segment.
func (s segment) away(x, y float64) float64 {
	dx, dy := s.x1-s.x0, s.y1-s.y0
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = math.Max(0, math.Min(1, ((x-s.x0)*dx+(y-s.y0)*dy)/l))
	}
	return math.Hypot(s.x0+t*dx-x, s.y0+t*dy-y)
}

// meets reports whether two segments cross or touch.
func (s segment) meets(o segment) bool {
	side := func(s segment, x, y float64) float64 { return (s.x1-s.x0)*(y-s.y0) - (s.y1-s.y0)*(x-s.x0) }
	return side(s, o.x0, o.y0)*side(s, o.x1, o.y1) <= 0 && side(o, s.x0, s.y0)*side(o, s.x1, s.y1) <= 0
}

// seek finds a place for words: the first of the spots that is free and in sight of what they belong to; else the nearest such
// place; else, with something drawn in between, the first free spot, the nearest free place, and at last the spot with the
// fewest conflicts. The same board always gives the same place.
func (d *board) seek(a anchor, spots []spot) (place spot, free bool) {
	for _, p := range spots {
		if d.free(p.box) && d.seen(a, p.box) {
			return p, true
		}
	}
	if b, hidden, found, foundHidden := d.search(a, spots[0].x1-spots[0].x0, spots[0].y1-spots[0].y0); found {
		return a.spot(b), true
	} else if foundHidden {
		for _, p := range spots {
			if d.free(p.box) {
				return p, true
			}
		}
		return a.spot(hidden), true
	}
	least := math.MaxInt
	for _, p := range spots {
		if !p.within(d.frame) {
			continue
		}
		if n := d.conflicts(p.box); n < least {
			place, least = p, n
		}
	}
	if least == math.MaxInt { // nothing fits: keep inside as far as possible
		place = spot{spots[0].moved(d.frame), start}
	}
	return place, false
}

// moved shifts a box into a frame, as far as it fits.
func (b box) moved(f box) box {
	dx := math.Max(f.x0-b.x0, 0) + math.Min(f.x1-b.x1, 0)
	dy := math.Max(f.y0-b.y0, 0) + math.Min(f.y1-b.y1, 0)
	return box{b.x0 + dx, b.y0 + dy, b.x1 + dx, b.y1 + dy}
}

// search looks for the nearest free box of a size, in sight of the anchor and not.
func (d *board) search(a anchor, w, h float64) (seen, hidden box, foundSeen, foundHidden bool) {
	bestSeen, bestHidden := reach+0.5, reach+0.5
	for y := a.y - reach - h; y <= a.y+reach; y += raster {
		for x := a.x0 - reach - w; x <= a.x1+reach; x += raster {
			b := box{x, y, x + w, y + h}
			away := a.to(b).length()
			if away < gap-2 || away >= bestSeen-0.01 && away >= bestHidden-0.01 || !d.free(b) {
				continue
			}
			if away < bestHidden-0.01 {
				hidden, bestHidden, foundHidden = b, away, true
			}
			if away < bestSeen-0.01 && d.seen(a, b) {
				seen, bestSeen, foundSeen = b, away, true
			}
		}
	}
	return seen, hidden, foundSeen, foundHidden
}

// spot gives a box that was found the alignment that keeps it clear of its anchor in any font.
func (a anchor) spot(b box) spot {
	switch {
	case b.x1 <= a.x0:
		return spot{b, finish}
	case b.x0 >= a.x1:
		return spot{b, start}
	}
	return spot{b, middle}
}

// take marks a place as used by words.
func (d *board) take(b box) { d.words = append(d.words, b.grown(1)) }

// beside places words beside a point.
func (p *plot) beside(x, y float64, l label) {
	own := l.box()
	p.settle(anchor{x, x, y}, l, spotsAround(x, y, own.x1-own.x0, own.y1-own.y0))
}

// settle places words at the best of the spots, with a line that leads to them where they stand far from what they belong to.
func (p *plot) settle(a anchor, l label, spots []spot) {
	s, free := p.board.seek(a, spots)
	l.y, l.align, l.crowded = (s.y0+s.y1)/2, s.align, !free
	l.x = map[align]float64{start: s.x0, middle: (s.x0 + s.x1) / 2, finish: s.x1}[s.align]
	p.labels = append(p.labels, l)
	if way := a.to(s.box); way.length() > far && free && p.board.open(way) {
		d := way.length()
		dx, dy := (way.x1-way.x0)/d, (way.y1-way.y0)/d
		p.draw(rule{way.x0 + 4*dx, way.y0 + 4*dy, way.x1 - 2*dx, way.y1 - 2*dy, pen{colour: l.colour, width: 0.8}})
	}
	p.board.take(s.box)
}

func (r rule) segment() segment { return segment{r.x0, r.y0, r.x1, r.y1, r.pen.width/2 + 0.5} }

// draw puts a straight line on the drawing, for words to keep away from.
func (p *plot) draw(r rule) {
	p.rules = append(p.rules, r)
	p.board.segments = append(p.board.segments, r.segment())
}

// symbol puts a symbol at a figure, for words to keep away from.
func (p *plot) symbol(m mark) {
	p.marks = append(p.marks, m)
	x, y := p.at(m.at, m.v)
	p.board.points = append(p.board.points, box{x - m.w/2, y - m.h/2, x + m.w/2, y + m.h/2}.grown(1))
}

// words puts a text at a place that is already known to be right.
func (p *plot) words(l label) {
	p.labels = append(p.labels, l)
	p.board.take(l.box())
}

// obstacles tells the board of the lines and points that are drawn.
func (p *plot) obstacles() {
	for _, t := range p.traces {
		last := -1
		for i, c := range t.cells {
			if !c.ok {
				last = -1
				continue
			}
			x, y := p.at(i, c.v)
			if last >= 0 {
				x0, y0 := p.at(last, t.cells[last].v)
				p.board.segments = append(p.board.segments, segment{x0, y0, x, y, t.pen.width/2 + 0.5})
			}
			if c.fill != "" {
				p.board.points = append(p.board.points, box{x, y, x, y}.grown(4.5))
			}
			last = i
		}
	}
}
