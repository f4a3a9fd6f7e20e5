package chart

import (
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"nhipso/internal/fault"
	"nhipso/static"
)

//go:embed functions.js
var functionsJS string

// programs are compiled once: ECharts, our functions, and the few lines that draw.
var programs = sync.OnceValue(func() []*goja.Program {
	return []*goja.Program{
		goja.MustCompile("host.js", hostJS, true),
		goja.MustCompile("echarts.js", static.ECharts, false),
		goja.MustCompile("functions.js", functionsJS, true),
		goja.MustCompile("draw.js", drawJS, true),
	}
})

// hostJS stands for the parts of a browser that ECharts asks for while it loads. Nothing is ever run later: a drawing is done
// when the call returns. Random numbers would make drawings differ, so there is one number.
const hostJS = `"use strict";
globalThis.setTimeout = function () { return 0; };
globalThis.clearTimeout = function () {};
globalThis.setInterval = globalThis.setTimeout;
globalThis.clearInterval = globalThis.clearTimeout;
globalThis.console = { log() {}, warn() {}, error() {} };
Math.random = function () { return 0.5; };`

const drawJS = `"use strict";
echarts.setPlatformAPI({ measureText: (text, font) => ({ width: measure(text, font || "12px sans-serif") }) });
globalThis.draw = function (json, width, height) {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(nhipsoChart.revive(JSON.parse(json)));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
};`

// engine is one JavaScript runtime with ECharts loaded. It is not safe for concurrent use.
type engine struct {
	draw goja.Callable
	vm   *goja.Runtime
}

func newEngine() (*engine, error) {
	vm := goja.New()
	if err := vm.Set("measure", measureText); err != nil {
		return nil, err
	}
	for _, p := range programs() {
		if _, err := vm.RunProgram(p); err != nil {
			return nil, err
		}
	}
	draw, ok := goja.AssertFunction(vm.Get("draw"))
	if !ok {
		return nil, fault.New("chart.script", "id", "draw")
	}
	return &engine{draw: draw, vm: vm}, nil
}

var reFont = regexp.MustCompile(`(\d+(?:\.\d+)?)px`)

// measureText answers ECharts with the metrics of our own font.
func measureText(s, font string) float64 {
	size := labelSize
	if m := reFont.FindStringSubmatch(font); m != nil {
		_, _ = fmt.Sscan(m[1], &size)
	}
	bold := strings.HasPrefix(font, "bold") || strings.Contains(font, "600 ") || strings.Contains(font, "700 ")
	return textWidth(s, size, bold)
}

const drawWithin = 20 * time.Second

// Renderer draws. It is safe for concurrent use and remembers what it drew.
type Renderer struct {
	engines chan *engine // nil entries are engines not yet made
	cache   *cache
}

// NewRenderer makes a renderer that draws on as many processors as the program may use and remembers about `remember` drawings.
// It starts no JavaScript until the first chart is asked for.
func NewRenderer(remember int) *Renderer {
	n := runtime.GOMAXPROCS(0)
	r := &Renderer{engines: make(chan *engine, n), cache: newCache(remember)}
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
func (s *Spec) Height(width int) int {
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
// chart on the same page could have.
func (r *Renderer) SVG(s *Spec, o Options) (string, error) {
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
	body, err := r.body(s, o)
	if err != nil {
		return "", err
	}
	svg := frame(s, o, body)
	r.cache.put(key, []byte(svg))
	return svg, nil
}

// body draws what is inside the frame.
func (r *Renderer) body(s *Spec, o Options) (string, error) {
	if s.Kind == Map || s.Kind == Tiles {
		return s.drawMap(o)
	}
	option, err := s.Option(o.Lang, o.Width, o.Height)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(option)
	if err != nil {
		return "", fault.New("chart.script", "id", s.ID).Because(err)
	}
	e := <-r.engines
	if e == nil {
		if e, err = newEngine(); err != nil {
			r.engines <- nil
			return "", fault.New("chart.script", "id", s.ID).Because(err)
		}
	}
	// A drawing takes some tens of milliseconds; one that takes seconds is a defect, and must not hold a page for ever.
	alarm := time.AfterFunc(drawWithin, func() { e.vm.Interrupt(drawWithin) })
	out, err := e.draw(goja.Undefined(), e.vm.ToValue(string(b)), e.vm.ToValue(o.Width), e.vm.ToValue(o.Height))
	if !alarm.Stop() || err != nil {
		if err == nil {
			err = errors.New(drawWithin.String())
		}
		r.engines <- nil // an engine that failed is not used again
		return "", fault.New("chart.script", "id", s.ID).Because(err)
	}
	r.engines <- e
	return clean(out.String(), s.ID), nil
}

var (
	reRoot    = regexp.MustCompile(`(?s)^\s*<svg[^>]*>\s*|\s*</svg>\s*$`)
	reIDs     = regexp.MustCompile(`zr\d+-[a-z]*\d+`)
	reInline  = regexp.MustCompile(`style="([^"]*)"`)
	reBack    = regexp.MustCompile(`<rect[^>]*fill="none"[^>]*></rect>\n?`)
	reStyle   = regexp.MustCompile(`(?s)<style[^>]*>.*?</style>\n?`) // what ECharts does when the pointer is over a shape
	reMeta    = regexp.MustCompile(` ecmeta_[a-z_]+="[^"]*"`)
	reEmpty   = regexp.MustCompile(`<path [^>]*(?:matrix\(0,0,0,0,|fill-opacity="0"[^>]*stroke-width="0")[^>]*></path>\n?`) // points of labels and grounds of keys, which cannot be seen
	reClass   = regexp.MustCompile(` class="zr\d+-cls-\d+"`)
	reHit     = regexp.MustCompile(`<path [^>]*fill="none" pointer-events="visible"></path>\n?`) // boxes that catch the pointer
	reTag     = regexp.MustCompile(`<[^>]*>`)
	reNumber  = regexp.MustCompile(`-?\d+\.\d{3,}`)
	reMoveAll = regexp.MustCompile(` transform="translate\(0 0\)"`)
)

// clean takes the content out of the <svg> of ECharts and makes it the same at every run: identifiers are renumbered under the
// name of the chart, coordinates lose their noise, and the font family moves to the root.
func clean(svg, id string) string {
	svg = reRoot.ReplaceAllString(svg, "")
	ids := map[string]string{}
	svg = reIDs.ReplaceAllStringFunc(svg, func(old string) string {
		if ids[old] == "" {
			ids[old] = fmt.Sprintf("%s-c%d", id, len(ids))
		}
		return ids[old]
	})
	svg = reBack.ReplaceAllString(svg, "")
	svg = reStyle.ReplaceAllString(svg, "")
	svg = reMeta.ReplaceAllString(svg, "")
	svg = reEmpty.ReplaceAllString(svg, "")
	svg = reClass.ReplaceAllString(svg, "")
	svg = reHit.ReplaceAllString(svg, "")
	svg = strings.NewReplacer(` pointer-events="visible"`, "", "></path>", "/>", ` fill="#000"`, "", ` xml:space="preserve"`, "").Replace(svg)
	svg = reMoveAll.ReplaceAllString(svg, "")
	svg = reInline.ReplaceAllStringFunc(svg, textStyle)
	// Only inside tags: in a text, 12.345 may be twelve thousand and something.
	return reTag.ReplaceAllStringFunc(svg, func(tag string) string {
		return reNumber.ReplaceAllStringFunc(tag, func(n string) string {
			f, err := strconv.ParseFloat(n, 64)
			if err != nil {
				return n
			}
			return trim(f)
		})
	})
}

// textStyle turns the style of a text into attributes, so that a page may forbid inline styles.
func textStyle(attr string) string {
	var out []string
	for _, rule := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(attr, `style="`), `"`), ";") {
		name, value, ok := strings.Cut(rule, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "font-family" || name == "font-weight" && (value == "normal" || value == "400") {
			continue
		}
		if name == "font-size" {
			value = strings.TrimSuffix(value, "px")
		}
		out = append(out, name+`="`+value+`"`)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

// trim writes a coordinate with two digits at most.
func trim(f float64) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(f, 'f', 2, 64), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
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
