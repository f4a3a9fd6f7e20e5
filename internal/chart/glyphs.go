package chart

import (
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// text draws a line of text: anchors, central baseline, rotation by the transform, and the halo behind direct labels.
func (c *canvas) text(n *node, st style) {
	s := norm.NFC.String(strings.TrimSpace(n.text))
	if s == "" {
		return
	}
	x, y := n.number("x", 0), n.number("y", 0)
	width := textWidth(s, st.fontSize, st.bold)
	switch n.attr["text-anchor"] {
	case "middle":
		x -= width / 2
	case "end":
		x -= width
	}
	f := faceFor(st.bold)
	if n.attr["dominant-baseline"] == "central" {
		y += f.middle * st.fontSize
	}
	o := f.outline(s, x, y, st.fontSize)
	st.join = "round"
	if n.attr["paint-order"] == "stroke" {
		c.stroke(o, st)
	}
	c.paint(device(o, st.m), st.fill, st.opacity*st.fillOp, st.m)
}

// outline gives the letters of a line of text as shapes.
func (f *face) outline(s string, x, y, size float64) outline {
	f.mu.Lock()
	defer f.mu.Unlock()
	const em = 1000
	var out outline
	for _, r := range s {
		i, err := f.font.GlyphIndex(&f.buf, r)
		if err != nil {
			continue
		}
		segs, err := f.font.LoadGlyph(&f.buf, i, fixed.I(em), nil)
		if err != nil {
			continue
		}
		at := func(p fixed.Point26_6) [2]float64 {
			return [2]float64{x + float64(p.X)/64/em*size, y + float64(p.Y)/64/em*size}
		}
		var last [2]float64
		add := func(q [2]float64) {
			p := &out[len(out)-1]
			p.points = append(p.points, q)
			last = q
		}
		for _, sg := range segs {
			switch sg.Op {
			case sfnt.SegmentOpMoveTo:
				last = at(sg.Args[0])
				out = append(out, part{points: [][2]float64{last}, closed: true})
			case sfnt.SegmentOpLineTo:
				add(at(sg.Args[0]))
			case sfnt.SegmentOpQuadTo:
				a, b, c := last, at(sg.Args[0]), at(sg.Args[1])
				for k := 1; k <= 6; k++ {
					t := float64(k) / 6
					u := 1 - t
					add([2]float64{u*u*a[0] + 2*u*t*b[0] + t*t*c[0], u*u*a[1] + 2*u*t*b[1] + t*t*c[1]})
				}
			case sfnt.SegmentOpCubeTo:
				a, b, c, d := last, at(sg.Args[0]), at(sg.Args[1]), at(sg.Args[2])
				for k := 1; k <= 8; k++ {
					t := float64(k) / 8
					u := 1 - t
					add([2]float64{u*u*u*a[0] + 3*u*u*t*b[0] + 3*u*t*t*c[0] + t*t*t*d[0], u*u*u*a[1] + 3*u*u*t*b[1] + 3*u*t*t*c[1] + t*t*t*d[1]})
				}
			}
		}
		if a, err := f.font.GlyphAdvance(&f.buf, i, fixed.I(em), font.HintingNone); err == nil {
			x += float64(a) / 64 / em * size
		}
	}
	return out
}
