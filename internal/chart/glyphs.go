package chart

import (
	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// letters begins a shape of the letters of a line of text, with its baseline at a point.
func (f *face) letters(dc *gg.Context, s string, x, y, size float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	const em = 1000
	scale := size / em / 64
	at := func(p fixed.Point26_6) (float64, float64) { return x + float64(p.X)*scale, y + float64(p.Y)*scale }
	for _, r := range s {
		i, err := f.font.GlyphIndex(&f.buf, r)
		if err != nil {
			continue
		}
		segments, err := f.font.LoadGlyph(&f.buf, i, fixed.I(em), nil)
		if err != nil {
			continue
		}
		for _, g := range segments {
			x1, y1 := at(g.Args[0])
			x2, y2 := at(g.Args[1])
			x3, y3 := at(g.Args[2])
			switch g.Op {
			case sfnt.SegmentOpMoveTo:
				dc.ClosePath()
				dc.MoveTo(x1, y1)
			case sfnt.SegmentOpLineTo:
				dc.LineTo(x1, y1)
			case sfnt.SegmentOpQuadTo:
				dc.QuadraticTo(x1, y1, x2, y2)
			case sfnt.SegmentOpCubeTo:
				dc.CubicTo(x1, y1, x2, y2, x3, y3)
			}
		}
		dc.ClosePath()
		dc.NewSubPath()
		if a, err := f.font.GlyphAdvance(&f.buf, i, fixed.I(em), font.HintingNone); err == nil {
			x += float64(a) * scale
		}
	}
}
