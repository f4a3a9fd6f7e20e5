package chart

import (
	"bytes"
	"context"
	"image/png"
	"math"

	"nhipso/internal/fault"
)

// PNG draws the chart as a bitmap with `scale` pixels to a CSS pixel (1 to 4; 0 is 2), from the same layout as the SVG. Schemes Page
// and Auto are drawn light, since a bitmap cannot know what its reader prefers.
func (r *Renderer) PNG(ctx context.Context, s *Spec, o Options, scale float64) ([]byte, error) {
	if o.Scheme != Dark {
		o.Scheme = Light
	}
	if scale == 0 {
		scale = 2
	}
	scale = math.Max(1, math.Min(scale, 4))
	return r.remembered(ctx, s, o, scale, func(o Options) ([]byte, error) { return s.png(o, scale) })
}

// png draws the chart on a bitmap.
func (s *Spec) png(o Options, scale float64) ([]byte, error) {
	f := s.frame(o)
	w, h := math.Ceil(f.w*scale), math.Ceil(f.h*scale)
	if w*h > 80e6 {
		return nil, fault.New("chart.bad-size", "width", w, "height", h, "least", minWidth, "most", maxWidth)
	}
	c := newBitmap(int(w), int(h), scale, o.Scheme == Dark)
	if err := s.paint(c, o, f); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, c.dc.Image()); err != nil {
		return nil, fault.New("chart.not-drawn", "id", s.ID).Because(err)
	}
	return out.Bytes(), nil
}
