package chart

import (
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

const drawWithin = 20 * time.Second

// draw runs ECharts on the option that the browser gets too.
func (r *Renderer) draw(s *Spec, o Options) (string, error) {
	option, err := s.Option(o.Lang, o.Width, o.Height)
	if err != nil {
		return "", err
	}
	delete(option, "tooltip") // needs a page
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
	return clean(out.String()), nil
}
