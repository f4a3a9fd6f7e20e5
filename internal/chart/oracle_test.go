package chart

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/dop251/goja"
	"pgregory.net/rapid"

	"nhipso/static"
)

// The browser draws with ECharts, the server with draw.go. Here ECharts itself runs on the server, in goja, from the option
// object that the browser gets, and must give the same picture.

//go:embed functions.js
var functionsJS string

// hostJS stands for the parts of a browser that ECharts asks for while it loads.
const hostJS = `"use strict";
globalThis.setTimeout = function () { return 0; };
globalThis.clearTimeout = function () {};
globalThis.setInterval = globalThis.setTimeout;
globalThis.clearInterval = globalThis.clearTimeout;
globalThis.console = { log() {}, warn() {}, error() {} };`

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

type engine struct {
	vm   *goja.Runtime
	draw goja.Callable
}

var oracle = sync.OnceValue(func() *engine {
	vm := goja.New()
	if err := vm.Set("measure", measureText); err != nil {
		panic(err)
	}
	for _, p := range []*goja.Program{goja.MustCompile("host.js", hostJS, true), goja.MustCompile("echarts.js", static.ECharts, false),
		goja.MustCompile("functions.js", functionsJS, true), goja.MustCompile("draw.js", drawJS, true)} {
		if _, err := vm.RunProgram(p); err != nil {
			panic(err)
		}
	}
	draw, _ := goja.AssertFunction(vm.Get("draw"))
	return &engine{vm, draw}
})

var reFont = regexp.MustCompile(`(\d+(?:\.\d+)?)px`)

// measureText answers ECharts as a browser with our font would; 国 is what it takes for the height of a line.
func measureText(s, font string) float64 {
	size := labelSize
	if m := reFont.FindStringSubmatch(font); m != nil {
		_, _ = fmt.Sscan(m[1], &size)
	}
	if s == "国" {
		return size
	}
	return textWidth(s, size, strings.Contains(font, "bold") || strings.Contains(font, "600"))
}

var reInline = regexp.MustCompile(`style="([^"]*)"`)

// drawnByECharts gives the drawing of ECharts, with its inline styles as attributes, which Rasterise reads.
func drawnByECharts(t *testing.T, s *Spec, o Options) string {
	option, err := s.Option(o.Lang, o.Width, o.Height)
	if err != nil {
		t.Fatal(err)
	}
	delete(option, "tooltip") // needs a page
	b, err := json.Marshal(option)
	if err != nil {
		t.Fatal(err)
	}
	e := oracle()
	out, err := e.draw(goja.Undefined(), e.vm.ToValue(string(b)), e.vm.ToValue(o.Width), e.vm.ToValue(o.Height))
	if err != nil {
		t.Fatal(err)
	}
	return reInline.ReplaceAllStringFunc(out.String(), func(attr string) string {
		var all []string
		for _, rule := range strings.Split(reInline.FindStringSubmatch(attr)[1], ";") {
			if name, value, ok := strings.Cut(rule, ":"); ok {
				all = append(all, fmt.Sprintf("%s=%q", strings.TrimSpace(name), strings.TrimSuffix(strings.TrimSpace(value), "px")))
			}
		}
		return strings.Join(all, " ")
	})
}

// differ counts the pixels of either drawing that are like none of the other within one pixel — a line may fall on either side
// of a pixel's edge — and shows both and those pixels side by side.
func differ(t *testing.T, a, b string) (n int, shown image.Image) {
	var img [2]*image.RGBA
	for i, svg := range []string{a, b} {
		raw, err := Rasterise(svg, 1)
		if err != nil {
			t.Fatal(err)
		}
		bare, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		img[i] = image.NewRGBA(bare.Bounds())
		draw.Draw(img[i], img[i].Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(img[i], img[i].Bounds(), bare, image.Point{}, draw.Over)
	}
	box := img[0].Bounds()
	if img[1].Bounds() != box {
		t.Fatal("sizes differ")
	}
	apart := func(p, q color.RGBA) uint8 {
		d := func(a, b uint8) uint8 { return max(a, b) - min(a, b) }
		return max(d(p.R, q.R), d(p.G, q.G), d(p.B, q.B))
	}
	alone := func(one, other *image.RGBA, x, y int) bool {
		p := one.RGBAAt(x, y)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if at := image.Pt(x+dx, y+dy); at.In(box) && apart(p, other.RGBAAt(at.X, at.Y)) < 70 {
					return false
				}
			}
		}
		return true
	}
	w := box.Dx()
	out := image.NewRGBA(image.Rect(0, 0, 3*w, box.Dy()))
	for y := range box.Dy() {
		for x := range w {
			p, q := img[0].RGBAAt(x, y), img[1].RGBAAt(x, y)
			out.SetRGBA(x, y, p)
			out.SetRGBA(w+x, y, q)
			out.SetRGBA(2*w+x, y, color.RGBA{255, 255, 255, 255})
			if apart(p, q) >= 70 && (alone(img[0], img[1], x, y) || alone(img[1], img[0], x, y)) {
				n++
				out.SetRGBA(2*w+x, y, color.RGBA{255, 0, 0, 255})
			}
		}
	}
	return n, out
}

func TestTheServerDrawsWhatEChartsDraws(t *testing.T) {
	check := func(t *testing.T, s *Spec, o Options, limit int) {
		o = o.filled(s)
		o.Bare, o.Scheme = true, Light
		svg, err := NewRenderer(0).SVG(s, o)
		if err != nil {
			t.Fatal(err)
		}
		n, shown := differ(t, svg, drawnByECharts(t, s, o))
		if dir := os.Getenv("CHART_LOOK"); dir != "" {
			f, err := os.Create(filepath.Join(dir, fmt.Sprintf("echarts-%s-%s-%d.png", s.ID, o.Lang, o.Width)))
			if err != nil {
				t.Fatal(err)
			}
			_ = png.Encode(f, shown)
			_ = f.Close()
		}
		if n > limit {
			t.Errorf("%s, %s, %d wide: %d pixels differ", s.ID, o.Lang, o.Width, n)
		}
	}
	for _, s := range samples() {
		if s.Kind != Map && s.Kind != Tiles {
			check(t, s, Options{}, 12)
			check(t, s, Options{Lang: "en", Width: 340}, 12)
		}
	}
	for seed := range 12 {
		s := rapid.Custom(randomSpec).Example(seed)
		s.ID = fmt.Sprint("random-", seed)
		check(t, s, Options{Width: []int{240, 340, 720}[seed%3]}, 100) // bars thinner than a pixel hide the foot, or do not
	}
}
