package chart

import (
	"math"
	"sort"
)

// dot is one item of a swarm.
type dot struct {
	item int
	v    float64
	x, y float64 // y from the middle of the swarm
}

const (
	swarmNamed = 3    // of the highest and of the lowest, beside what is strong
	swarmEdge  = 10.0 // between the axis and the sides
	swarmRoom  = 34.0 // above and below the dots, for the names
)

// swarm draws one dot for each item along an axis, piled up where figures are close. Its group is its colour, named in the key; the highest
// and the lowest are named beside their dots, and a target is an upright line.
func (d *still) swarm() float64 {
	s := d.s
	r := 5.5
	if d.narrow() {
		r = 4.5
	}
	y := d.key(0, d.groupKey())
	if len(s.Targets) > 0 {
		y += 18
	}
	low, high := s.extent()
	steps := 8
	if d.narrow() {
		steps = 4
	}
	least, most, step := ticks(low, high, steps, s.FromZero)
	at := func(v float64) float64 { return swarmEdge + r + (d.w-2*swarmEdge-2*r)*(v-least)/(most-least) }
	dots, reach := pile(s.Series[0].Values, at, r)
	top := y
	centre := top + swarmRoom + reach
	bottom := centre + reach + swarmRoom
	d.swarmAxis(top, bottom, least, most, step, at)
	b := board{frame: box{0, top, d.w, bottom - 2}}
	for _, t := range s.Targets {
		x := at(t.Value.Float64())
		d.path(straight(x, top, x, bottom), look{edge: pen{colour: ink, width: 1, dash: []float64{2, 3}}})
		f := lettering{size: labelSize, bold: true, colour: ink, align: middle}
		name := clip(t.Name.In(d.lang), labelSize, true, d.w)
		half := textWidth(name, labelSize, true) / 2
		d.words(f, word{math.Max(half, math.Min(x, d.w-half)), f.middleOf(top - 9), name})
		b.segments = append(b.segments, segment{x, top, x, bottom, 1})
	}
	for _, o := range dots {
		b.points = append(b.points, box{o.x - r, centre + o.y - r, o.x + r, centre + o.y + r})
	}
	for _, o := range dots {
		it := s.Items[o.item]
		v := s.Series[0].Values[o.item]
		d.titled(it.Name.In(d.lang)+": "+d.said(v)+" · "+s.group(it.Group).Name.In(d.lang), func() {
			colour := s.group(it.Group).Colour.fill()
			fill := colour
			if v.Status == "F" {
				fill = paper
			}
			d.circle(o.x, centre+o.y, r-0.6, look{fill: fill, edge: pen{colour: colour, width: 1.2}})
		})
	}
	for _, o := range named(s, dots) {
		f := lettering{size: labelSize, bold: s.Items[o.item].Strong, colour: ink}
		words := s.Items[o.item].Name.In(d.lang) + " " + d.number(s.Series[0].Values[o.item])
		w := textWidth(words, labelSize, f.bold)
		py := centre + o.y
		place, free := b.seek(anchor{o.x, o.x, py}, spotsAround(o.x, py, w, lineHeight-2))
		if !free {
			continue // the table and the pointer name it
		}
		b.take(place.box)
		if way := (anchor{o.x, o.x, py}).to(place.box); way.length() > far {
			d.path(straight(way.x0, way.y0, way.x1, way.y1), look{edge: pen{colour: axis, width: 0.8}})
			b.segments = append(b.segments, way)
		}
		d.words(f, word{place.x0, f.middleOf((place.y0 + place.y1) / 2), words})
	}
	return bottom + 26
}

func (d *still) swarmAxis(top, bottom, least, most, step float64, at func(float64) float64) {
	f := lettering{size: labelSize, colour: muted, align: middle}
	for k := 0; least+float64(k)*step <= most+step/2; k++ {
		v := least + float64(k)*step
		x := at(v)
		d.path(straight(x, top, x, bottom), look{edge: pen{colour: hair, width: 1}})
		name := d.tick(v, step)
		half := textWidth(name, labelSize, false) / 2
		d.words(f, word{math.Max(half, math.Min(x, d.w-half)), f.middleOf(bottom + axisGap + labelSize/2), name})
	}
	d.path(straight(0, bottom, d.w, bottom), look{edge: pen{colour: axis, width: 1}})
}

// groupKey names the groups that have a dot.
func (d *still) groupKey() []entry {
	used := map[string]bool{}
	for i, it := range d.s.Items {
		if _, ok := d.s.Series[0].Values[i].Shown(); ok {
			used[it.Group] = true
		}
	}
	var out []entry
	for _, g := range d.s.Groups {
		if used[g.ID] {
			out = append(out, entry{g.Name.In(d.lang), func(x, y float64) { d.circle(x+5, y+5, 5, look{fill: g.Colour.fill()}) }})
		}
	}
	return out
}

func (s *Spec) group(id string) Group {
	for _, g := range s.Groups {
		if g.ID == id {
			return g
		}
	}
	return Group{}
}

// pile puts each dot at its figure, as near to the middle as the ones before it leave room, and says how far from it the farthest reaches.
// Dots come in the order of their figures, so that the same figures make the same picture.
func pile(values []Value, at func(float64) float64, r float64) (dots []dot, reach float64) {
	for i, v := range values {
		if f, ok := v.Shown(); ok {
			dots = append(dots, dot{item: i, v: f, x: at(f)})
		}
	}
	sort.SliceStable(dots, func(i, j int) bool { return dots[i].v < dots[j].v })
	apart := 2*r + 0.4
	for i := range dots {
		tries := []float64{0}
		var close []dot
		for _, o := range dots[:i] {
			if dx := dots[i].x - o.x; dx < apart {
				close = append(close, o)
				dy := math.Sqrt(apart*apart - dx*dx)
				tries = append(tries, o.y-dy, o.y+dy)
			}
		}
		sort.SliceStable(tries, func(a, b int) bool { return math.Abs(tries[a]) < math.Abs(tries[b]) })
		for _, y := range tries {
			free := true
			for _, o := range close {
				if math.Hypot(dots[i].x-o.x, y-o.y) < apart-1e-6 {
					free = false
					break
				}
			}
			if free {
				dots[i].y = y
				break
			}
		}
		reach = math.Max(reach, math.Abs(dots[i].y)+r)
	}
	return dots, reach
}

// named gives the dots that are named: what is strong, then the highest and the lowest from the outside inwards.
func named(s *Spec, dots []dot) []dot {
	var out []dot
	taken := map[int]bool{}
	add := func(o dot) {
		if !taken[o.item] {
			taken[o.item] = true
			out = append(out, o)
		}
	}
	for k := 0; k < swarmNamed && k < len(dots); k++ {
		add(dots[len(dots)-1-k])
		add(dots[k])
	}
	for _, o := range dots {
		if s.Items[o.item].Strong {
			add(o)
		}
	}
	return out
}
