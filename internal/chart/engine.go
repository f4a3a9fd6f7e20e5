package chart

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
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
    // As chart.renderToSVGString, without the styles for a pointer that never comes.
    return chart.getZr().painter.renderToString({ cssEmphasis: false, cssAnimation: false });
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
	if s == "国" { // what ECharts takes for the height of a line
		return size
	}
	bold := strings.HasPrefix(font, "bold") || strings.Contains(font, "600 ") || strings.Contains(font, "700 ")
	return textWidth(s, size, bold)
}

// drawWithin bounds a drawing for which nobody set a nearer deadline. A drawing takes some tens of milliseconds; one that takes seconds is
// a defect or a machine out of breath, and must not hold an engine for ever.
const drawWithin = 20 * time.Second

// draw runs ECharts on the option that the browser gets too. It stops when the context ends: with chart.late when time ran out, and
// with the context's own error when nobody waits any more.
func (r *Renderer) draw(ctx context.Context, s *Spec, o Options) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, drawWithin)
	defer cancel()
	option, err := s.Option(o.Lang, o.Width, o.Height)
	if err != nil {
		return "", err
	}
	delete(option, "tooltip") // needs a page
	b, err := json.Marshal(option)
	if err != nil {
		return "", fault.New("chart.script", "id", s.ID).Because(err)
	}
	var e *engine
	select {
	case e = <-r.engines:
	case <-ctx.Done():
		return "", stopped(s, ctx.Err())
	}
	defer func() { r.engines <- e }() // whatever happens; an engine that failed is not used again and leaves room for a new one
	if e == nil {
		fresh, err := newEngine()
		if err != nil {
			return "", fault.New("chart.script", "id", s.ID).Because(err)
		}
		e = fresh
	}
	if err := ctx.Err(); err != nil { // making the engine took all the time there was; the next drawing finds it ready
		return "", stopped(s, err)
	}
	used := e
	e = nil
	svg, err := used.run(ctx, string(b), o.Width, o.Height)
	if err != nil {
		if ctx.Err() != nil {
			return "", stopped(s, ctx.Err())
		}
		return "", fault.New("chart.script", "id", s.ID).Because(err)
	}
	e = used
	return clean(svg), nil
}

// stopped says why a drawing was given up.
func stopped(s *Spec, cause error) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return fault.New("chart.late", "id", s.ID).Because(cause)
	}
	return cause
}

// run draws once; when the context ends before the drawing, the script is interrupted. The watcher has always ended when run returns:
// an interrupt that came later would hit the next drawing.
func (e *engine) run(ctx context.Context, option string, width, height int) (svg string, err error) {
	done, gone := make(chan struct{}), make(chan struct{})
	fault.Go(func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			e.vm.Interrupt(ctx.Err())
		case <-done:
		}
	}, func(any, []byte) {})
	defer func() {
		close(done)
		<-gone
		if err == nil && ctx.Err() != nil { // it may have been interrupted after its last step
			err = ctx.Err()
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p) // a defect inside the engine or the measuring of text is one of this drawing
		}
	}()
	out, err := e.draw(goja.Undefined(), e.vm.ToValue(option), e.vm.ToValue(width), e.vm.ToValue(height))
	if err != nil {
		return "", err
	}
	return out.String(), nil
}
