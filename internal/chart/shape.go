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
	pointEdge    = 1.6
	dotSize      = 9.0
	haloWidth    = 3.0
	hatchSide    = 6.0 // of areas without a figure: slanting lines
	hatchWidth   = 1.6
	netSide      = 5.0 // of confidential ones: a net
	netWidth     = 1.0
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

// tenth writes a coordinate: nobody sees less than a tenth of a pixel.
func tenth(f float64) string { return written(f, 10) }

// trim writes a width or a share with two digits at most.
func trim(f float64) string { return written(f, 100) }

// trim4 writes a scale, which makes many pixels of few units.
func trim4(f float64) string { return written(f, 1e4) }

func written(f, parts float64) string {
	return strconv.FormatFloat(math.Round(f*parts)/parts+0, 'f', -1, 64)
}
