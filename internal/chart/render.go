package chart

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"math"

	"nhipso/internal/fault"
)

// Renderer draws. It is safe for concurrent use and remembers the drawings that took long, within a bound.
type Renderer struct{ cache *cache }

// typical is the size of a drawing in bytes, by which the bound in drawings becomes one in memory.
const typical = 48 << 10

// NewRenderer makes a renderer that remembers about `remember` drawings of usual size, and fewer where they are large.
func NewRenderer(remember int) *Renderer { return &Renderer{cache: newCache(remember * typical)} }

// Options choose one drawing of a chart.
type Options struct {
	Lang   string // "vi" (the default) or "en"
	Width  int    // CSS pixels; 0 is 720
	Height int    // of the plot; 0 takes the natural height
	Scheme Scheme // "" is Page
	Bare   bool   // only the plot: the page around it has title, unit, notes and source as text of its own
}

func (o Options) filled(s *Spec) Options {
	if o.Lang != "en" {
		o.Lang = "vi"
	}
	if o.Width == 0 {
		o.Width = 720
	}
	if o.Height == 0 {
		o.Height = s.Height(o.Width)
	}
	if o.Scheme == "" {
		o.Scheme = Page
	}
	return o
}

// Height gives the natural height of the plot at a width.
func (s *Spec) Height(width int) int { return min(s.height(width), maxHeight) }

func (s *Spec) height(width int) int {
	switch s.Kind {
	case Ranking, Dots:
		per := 23
		if n := len(s.Series); n > 1 && s.Kind == Ranking {
			per = 12 + 12*n
		}
		return 34 + per*len(s.Items) + 20*min(len(s.Series)-1, 1) + 16*min(len(s.Targets), 1)
	case Bullet, Bridge:
		return 34 + 34*len(s.Items)
	case Map, Tiles:
		return s.mapHeight(width)
	case Multiples, Swarm, Slope, Goals, Grid:
		return int(math.Ceil(s.stillHeight(width)))
	}
	h := width / 2
	if width < narrow {
		h = width * 7 / 8
	}
	return min(max(h, 250), 400)
}

// SVG draws the chart. The drawing has a title and a description for screen readers, no script, and no identifier that another
// chart on the same page could have. It is not begun when nobody waits for it any more.
func (r *Renderer) SVG(ctx context.Context, s *Spec, o Options) (string, error) {
	b, err := r.remembered(ctx, s, o, 0, func(o Options) ([]byte, error) { return s.svg(o) })
	return string(b), err
}

// remembered gives a drawing that was made before, or makes it. Only bitmaps and maps are kept: to find another SVG again takes as long as to draw it.
func (r *Renderer) remembered(ctx context.Context, s *Spec, o Options, scale float64, draw func(Options) ([]byte, error)) ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	o = o.filled(s)
	if err := checkSize(o.Width, o.Height); err != nil {
		return nil, err
	}
	if scale == 0 && !s.Kind.Still() {
		if err := ctx.Err(); err != nil {
			return nil, stopped(s, err)
		}
		return draw(o)
	}
	key, err := keyOf(s, o, scale)
	if err != nil {
		return nil, err
	}
	if b, ok := r.cache.get(key); ok {
		return b, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, stopped(s, err)
	}
	b, err := draw(o)
	if err == nil {
		r.cache.put(key, b)
	}
	return b, err
}

// svg draws the chart as a picture that a screen reader can name.
func (s *Spec) svg(o Options) ([]byte, error) {
	f := s.frame(o)
	c := &svg{id: s.ID, dark: o.Scheme == Dark}
	style := ""
	if o.Scheme == Auto {
		style = SchemeCSS()
	}
	c.head(f.w, f.h, s.role(), s.Title.In(o.Lang), s.describe(o.Lang), style)
	if err := s.paint(c, o, f); err != nil {
		return nil, err
	}
	return c.finish(), nil
}

// stopped says why a drawing was not made.
func stopped(s *Spec, cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return fault.New("chart.late", "id", s.ID).Because(cause)
	}
	return cause
}

// keyOf is the hash of everything a drawing depends on; scale 0 stands for the SVG.
func keyOf(s *Spec, o Options, scale float64) ([32]byte, error) {
	b, err := json.Marshal(struct {
		S     *Spec
		O     Options
		Scale float64
	}{s, o, scale})
	if err != nil {
		return [32]byte{}, fault.New("chart.not-drawn", "id", s.ID).Because(err)
	}
	return sha256.Sum256(b), nil
}
