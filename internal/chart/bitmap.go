package chart

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/text/unicode/norm"

	"nhipso/internal/geo"
)

// bitmap is a canvas of pixels.
type bitmap struct {
	dc    *gg.Context
	dark  bool
	at    shift
	outer []shift // of the groups around the one that is open
	hatch float64 // pixels to a pixel of CSS
	whole bool    // the shape that was begun is closed: its edge has no ends
}

// shift moves what is drawn to its pixels.
type shift struct{ dx, dy, scale float64 }

func (s shift) to(x, y float64) (float64, float64) { return s.dx + s.scale*x, s.dy + s.scale*y }

func newBitmap(w, h int, scale float64, dark bool) *bitmap {
	dc := gg.NewContext(w, h)
	dc.SetLineJoinRound()
	return &bitmap{dc: dc, dark: dark, at: shift{scale: scale}, hatch: scale}
}

func (c *bitmap) open(g group) {
	c.outer = append(c.outer, c.at)
	c.at.dx, c.at.dy = c.at.to(g.dx, g.dy)
	if g.scale != 0 {
		c.at.scale *= g.scale
	}
}

func (c *bitmap) close() {
	c.at, c.outer = c.outer[len(c.outer)-1], c.outer[:len(c.outer)-1]
}

func (c *bitmap) hatches(float64, ...string) {} // a hatch needs no definition here

// tint reads a colour of the light palette, #RRGGBB, as it is in the scheme of the drawing.
func (c *bitmap) tint(colour string, opacity float64) color.NRGBA {
	if c.dark {
		colour = darkOf[colour]
	}
	v, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil {
		return color.NRGBA{} // shows nothing
	}
	if opacity == 0 {
		opacity = 1
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(math.Round(255 * opacity))}
}

// lines begins a shape of the lines given.
func (c *bitmap) lines(shape []geo.Line) {
	for _, p := range shape {
		c.whole = p.Closed
		c.dc.NewSubPath()
		for _, q := range p.Points {
			c.dc.LineTo(c.at.to(q[0], q[1]))
		}
		if p.Closed {
			c.dc.ClosePath()
		}
	}
}

// finish fills the shape that was begun, then draws its edge.
func (c *bitmap) finish(l look) {
	switch {
	case hatched(l.fill):
		c.dc.SetFillStyle(c.hatching(l.fill))
		c.dc.FillPreserve()
	case l.fill != "":
		c.dc.SetFillStyle(gg.NewSolidPattern(c.tint(l.fill, l.fade)))
		c.dc.FillPreserve()
	}
	if l.edge.width > 0 {
		c.edge(l.edge)
	}
	c.dc.ClearPath()
}

func (c *bitmap) edge(p pen) {
	var dash []float64
	for _, d := range p.dash {
		dash = append(dash, d*c.at.scale)
	}
	c.dc.SetDash(dash...)
	c.dc.SetLineCapButt()
	if p.round || c.whole && dash == nil {
		c.dc.SetLineCapRound()
	}
	c.dc.SetLineWidth(p.width * c.at.scale)
	c.dc.SetStrokeStyle(gg.NewSolidPattern(c.tint(p.colour, p.opacity)))
	c.dc.StrokePreserve()
}

func (c *bitmap) path(data string, l look) {
	c.lines(geo.Lines(data))
	c.finish(l)
}

func (c *bitmap) rect(b box, l look) {
	c.lines([]geo.Line{{Points: [][2]float64{{b.x0, b.y0}, {b.x1, b.y0}, {b.x1, b.y1}, {b.x0, b.y1}}, Closed: true}})
	c.finish(l)
}

func (c *bitmap) circle(x, y, r float64, l look) {
	x, y = c.at.to(x, y)
	c.dc.DrawCircle(x, y, r*c.at.scale)
	c.whole = true
	c.finish(l)
}

// words draws the letters of our own font as shapes, so that they stand where the layout put them.
func (c *bitmap) words(f lettering, list ...word) {
	face := faceFor(f.bold)
	c.whole = true
	for _, w := range list {
		s := norm.NFC.String(w.s)
		switch width := textWidth(s, f.size, f.bold); f.align {
		case middle:
			w.x -= width / 2
		case finish:
			w.x -= width
		}
		x, y := c.at.to(w.x, w.y)
		if f.halo {
			face.letters(c.dc, s, x, y, f.size*c.at.scale)
			c.edge(pen{colour: paper, width: haloWidth})
			c.dc.ClearPath()
		}
		face.letters(c.dc, s, x, y, f.size*c.at.scale)
		c.finish(look{fill: f.colour})
	}
}

// hatching is the pattern of areas without a figure, and of those whose figure is confidential, as svg.go defines it.
func (c *bitmap) hatching(fill string) gg.Pattern {
	h := hatching{net: fill == secret, scale: c.hatch, ground: c.tint(noData, 1), line: c.tint(hatch, 1)}
	if h.net {
		h.line = c.tint(axis, 1)
	}
	return h
}

type hatching struct {
	net          bool
	scale        float64
	ground, line color.NRGBA
}

// ColorAt averages sixteen places of the pixel, so that hatches have smooth edges.
func (h hatching) ColorAt(px, py int) color.Color {
	hits := 0
	for i := range 16 {
		if h.on((float64(px)+(float64(i%4)+0.5)/4)/h.scale, (float64(py)+(float64(i/4)+0.5)/4)/h.scale) {
			hits++
		}
	}
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(16-hits) + int(b)*hits) / 16) }
	return color.NRGBA{mix(h.ground.R, h.line.R), mix(h.ground.G, h.line.G), mix(h.ground.B, h.line.B), 255}
}

// on reports whether a line of the hatch runs through a point. Of the slanting lines a tile shows one half.
func (h hatching) on(x, y float64) bool {
	within := func(at, side float64) float64 { return at - math.Floor(at/side)*side }
	if h.net {
		return math.Abs(within(x, netSide)-netSide/2) < netWidth/2 || math.Abs(within(y, netSide)-netSide/2) < netWidth/2
	}
	return within((x+y)/math.Sqrt2, hatchSide) < hatchWidth/2
}
