package chart

import (
	"math"
	"strconv"
)

// Sizes and shades that the layout and the option share.
const (
	bandOpacity  = 0.16
	faintOpacity = 0.45
	pointSize    = 6.0
	dotSize      = 9.0
	haloWidth    = 3.0
)

// bar gives the place of one bar: side by side with those of the other series, or on top of those before it.
func (p *plot) bar(k, i int) box {
	s := p.bars[k]
	from, to := p.foundation(), s.cells[i].v
	side, n := k, len(p.s.Series)
	if s.stack {
		side, n = 0, 1
		for _, below := range p.bars[:k] {
			if c := below.cells[i]; c.ok && (c.v > 0) == (to > 0) {
				from += c.v
			}
		}
		to += from
	}
	pitch := s.width * (1 + s.gap)
	whole := pitch*float64(n) - s.gap*s.width
	at := p.cat(i) - whole/2 + pitch*float64(side)
	lo, hi := p.val(from), p.val(to)
	if lo > hi {
		lo, hi = hi, lo
	}
	if p.rows {
		return box{lo, at, hi, at + s.width}
	}
	return box{at, lo, at + s.width, hi}
}

// crisp moves an upright or level line to the middle of a pixel, or to the edge of one where its width is even, so that it is sharp.
func (r rule) crisp() rule {
	sharp := func(at float64) float64 {
		twice := math.Round(at * 2)
		if math.Mod(twice+math.Round(r.pen.width), 2) == 0 {
			return twice / 2
		}
		return (twice + 1) / 2
	}
	if round1(r.x0) == round1(r.x1) {
		r.x0 = sharp(r.x0)
		r.x1 = r.x0
	}
	if round1(r.y0) == round1(r.y1) {
		r.y0 = sharp(r.y0)
		r.y1 = r.y0
	}
	return r
}

// trim writes a coordinate with two digits at most.
func trim(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100+0, 'f', -1, 64)
}
