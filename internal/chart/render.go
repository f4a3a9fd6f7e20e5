package chart

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"runtime"

	"nhipso/internal/fault"
)

// Renderer draws. It is safe for concurrent use and remembers what it drew, within a bound.
type Renderer struct {
	engines chan *engine // nil entries are engines not yet made
	cache   *cache
}

// typical is the size of a drawing in bytes, by which the bound in drawings becomes one in memory.
const typical = 48 << 10

// NewRenderer makes a renderer that draws on as many processors as the program may use and remembers about `remember` drawings of usual
// size, and fewer where they are large. It starts no JavaScript until the first chart is asked for.
func NewRenderer(remember int) *Renderer {
	n := runtime.GOMAXPROCS(0)
	r := &Renderer{engines: make(chan *engine, n), cache: newCache(remember * typical)}
	for range n {
		r.engines <- nil
	}
	return r
}

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
	case Bullet:
		return 34 + 34*len(s.Items)
	case Map, Tiles:
		return s.mapHeight(width)
	}
	h := width / 2
	if width < narrow {
		h = width * 7 / 8
	}
	return min(max(h, 250), 400)
}

// SVG draws the chart. The drawing has a title and a description for screen readers, no script, and no identifier that another
// chart on the same page could have. It is given up when the context ends: see draw.
func (r *Renderer) SVG(ctx context.Context, s *Spec, o Options) (string, error) {
	if err := s.Check(); err != nil {
		return "", err
	}
	o = o.filled(s)
	if err := checkSize(o.Width, o.Height); err != nil {
		return "", err
	}
	key, err := keyOf(s, o, 0)
	if err != nil {
		return "", err
	}
	if svg, ok := r.cache.get(key); ok {
		return string(svg), nil
	}
	if err := ctx.Err(); err != nil {
		return "", stopped(s, err)
	}
	body, err := r.body(ctx, s, o)
	if err != nil {
		return "", err
	}
	svg := frame(s, o, body)
	r.cache.put(key, []byte(svg))
	return svg, nil
}

// body draws what is inside the frame: maps directly, since every province must be a place to go to, everything else by ECharts.
func (r *Renderer) body(ctx context.Context, s *Spec, o Options) (string, error) {
	if s.Kind == Map || s.Kind == Tiles {
		return s.drawMap(o)
	}
	return r.draw(ctx, s, o)
}

// keyOf is the hash of everything a drawing depends on; scale 0 stands for the SVG.
func keyOf(s *Spec, o Options, scale float64) ([32]byte, error) {
	b, err := json.Marshal(struct {
		S     *Spec
		O     Options
		Scale float64
	}{s, o, scale})
	if err != nil {
		return [32]byte{}, fault.New("chart.script", "id", s.ID).Because(err)
	}
	return sha256.Sum256(b), nil
}
