package chart

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"pgregory.net/rapid"

	"nhipso/internal/geo"
	"nhipso/internal/needs"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/static"
)

// browser starts Chromium, or skips where there is none; in CI (CI=1) it must be there.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := needs.Browser(t)
	dir, err := os.MkdirTemp("", "chart-browser")
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(dir), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.WindowSize(900, 900))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, timeout := context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the browser, which writes to its folder until it ends
		timeout()
		cancel()
		stop()
		_ = os.RemoveAll(dir)
	})
	return ctx
}

// page serves an HTML body with the portal's scripts and its strict rules, and the option of every drawing that the body names.
func page(t *testing.T, specs []*Spec, body func() string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	for _, s := range specs {
		mux.HandleFunc("/"+s.ID+".option.json", func(w http.ResponseWriter, q *http.Request) {
			width, _ := strconv.Atoi(q.FormValue("w"))
			height, _ := strconv.Atoi(q.FormValue("h"))
			o, err := s.Option("vi", width, height)
			if err != nil {
				http.Error(w, err.Error(), http.StatusUnprocessableEntity)
				return
			}
			_ = json.NewEncoder(w).Encode(o)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self'")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><meta charset="utf-8"><title>t</title><link rel="stylesheet" href="%s"><body style="margin:20px">%s<script type="module" src="%s"></script></body></html>`,
			static.URL("fonts.css"), body(), static.URL("chart.js"))
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestInTheBrowser shows a page with a chart and a map as the portal does, and points at them.
func TestInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	r := NewRenderer(10)
	line, country := sampleLine(), sampleMap("34", Map)
	url := page(t, []*Spec{line}, func() string {
		a, err := r.SVG(context.Background(), line, Options{Bare: true})
		if err != nil {
			t.Error(err)
		}
		b, err := r.SVG(context.Background(), country, Options{Bare: true, Width: 400})
		if err != nil {
			t.Error(err)
		}
		return fmt.Sprintf(`<div id="line" data-option="/%s.option.json">%s</div><div id="map">%s</div>`, line.ID, a, b)
	})

	var static1, live, tip, lost, size string
	err := chromedp.Run(ctx,
		chromedp.Navigate(url),
		chromedp.WaitReady(`#line svg.ns-chart`, chromedp.ByQuery),
		chromedp.Evaluate(`String(document.querySelectorAll("#line > div").length)`, &static1),
		chromedp.Evaluate(`document.querySelector("#line").dispatchEvent(new PointerEvent("pointerenter")), 1`, nil),
		chromedp.WaitReady(`#line > div.ns-chart svg`, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("#line > div.ns-chart").textContent`, &live),
		chromedp.Evaluate(`[...new Set([...document.querySelectorAll("#line > div.ns-chart text")].map(t => getComputedStyle(t).fontSize + " " + getComputedStyle(t).fontFamily.slice(0, 16)))].sort().join("; ")`, &size),
		chromedp.MouseEvent("mouseMoved", 300, 200),
		chromedp.MouseEvent("mouseMoved", 305, 202),
		chromedp.Sleep(300*time.Millisecond),
		chromedp.Evaluate(`document.querySelector("#line > div.ns-chart").innerText`, &tip),
		chromedp.Evaluate(`document.querySelector("#map .ns-area").focus(), document.querySelector(".ns-tip").innerText`, &lost),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("nothing is fetched or drawn before the pointer comes", func(t *testing.T) {
		if static1 != "0" {
			t.Errorf("%s layers", static1)
		}
	})
	t.Run("the browser draws the same words from the same option", func(t *testing.T) {
		for _, want := range []string{"Kinh tế số lõi 8,9", "Mục tiêu 2025: 20 %", "2024"} {
			if !strings.Contains(live, want) {
				t.Errorf("%q is not in %q", want, live)
			}
		}
	})
	t.Run("and with the same type, although the page forbids inline styles", func(t *testing.T) {
		if size != `11.5px "Be Vietnam Pro"; 12px "Be Vietnam Pro"` {
			t.Errorf("sizes: %s", size)
		}
	})
	t.Run("the tooltip names period, figures, interval and unit", func(t *testing.T) {
		if !strings.Contains(tip, "Quý") || !strings.Contains(tip, "% GDP") || !strings.Contains(tip, "đến") {
			t.Errorf("tooltip: %q", tip)
		}
	})
	t.Run("an area of the map that has the focus says its name, figure and rank", func(t *testing.T) {
		if !strings.Contains(lost, "Hà Nội") || !strings.Contains(lost, "% GRDP") || !strings.Contains(lost, "hạng") {
			t.Errorf("tooltip: %q", lost)
		}
	})
}

// drawn is what a browser shows of one chart: the words with their middle, and the boxes and the corners of lines, bars and dots.
type drawn struct {
	ID    string
	Words []shownWord
	Boxes [][4]float64
	Lines []string
}

type shownWord struct {
	S    string
	X, Y float64
}

// seen gives what ECharts drew, chart by chart, in the coordinates of the drawing.
const seen = `JSON.stringify([...document.querySelectorAll("[data-option]")].map(h => {
  const svg = h.querySelector("div.ns-chart svg"), o = svg.getBoundingClientRect();
  const box = e => { const b = e.getBoundingClientRect(); return [b.left - o.left, b.top - o.top, b.right - o.left, b.bottom - o.top]; };
  return {
    ID: h.id,
    Words: [...svg.querySelectorAll("text")].map(e => { const b = box(e); return {S: e.textContent, X: (b[0] + b[2]) / 2, Y: (b[1] + b[3]) / 2}; }),
    Boxes: [...svg.querySelectorAll("path, rect, circle")].map(box),
    Lines: [...svg.querySelectorAll("path, polygon")].map(e => e.getAttribute("d") ?? "M" + e.getAttribute("points")),
  };
}))`

// Words keep away from where the layout expects lines, bars and points, and a chart must not jump when the pointer comes near: ECharts
// draws in the browser what the server drew, where the server drew it.
func TestTheBrowserDrawsTheSamePicture(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	var specs []*Spec
	for _, s := range samples() {
		if !s.Kind.Still() {
			specs = append(specs, s)
		}
	}
	r := NewRenderer(100)
	for _, width := range []int{340, 720} {
		url := page(t, specs, func() string {
			var b strings.Builder
			for _, s := range specs {
				svg, err := r.SVG(context.Background(), s, Options{Width: width, Bare: true})
				if err != nil {
					t.Error(err)
				}
				fmt.Fprintf(&b, `<div id="%s" data-option="/%s.option.json">%s</div>`, s.ID, s.ID, svg)
			}
			return b.String()
		})
		var shown string
		if err := chromedp.Run(ctx, chromedp.Navigate(url), chromedp.WaitReady(`.ns-tip, svg.ns-chart`, chromedp.ByQuery),
			chromedp.Poll(`document.querySelectorAll("[data-option]").forEach(h => h.dispatchEvent(new PointerEvent("pointerenter"))) ?? (document.querySelectorAll("div.ns-chart svg").length == `+strconv.Itoa(len(specs))+`)`, nil),
			chromedp.Evaluate(`document.fonts.ready.then(() => 1)`, nil), chromedp.Sleep(200*time.Millisecond), chromedp.Evaluate(seen, &shown)); err != nil {
			t.Fatal(err)
		}
		var all []drawn
		if err := json.Unmarshal([]byte(shown), &all); err != nil {
			t.Fatal(err)
		}
		for k, s := range specs {
			if all[k].ID != s.ID {
				t.Fatalf("%s stands where %s should", all[k].ID, s.ID)
			}
			compare(t, r, s, width, &all[k])
		}
	}
}

// compare holds what the browser shows of a chart to the server's drawing.
func compare(t *testing.T, r *Renderer, s *Spec, width int, got *drawn) {
	t.Helper()
	svg, err := r.SVG(context.Background(), s, Options{Width: width, Bare: true})
	if err != nil {
		t.Fatal(err)
	}
	lacks := func(what string, at ...float64) {
		t.Helper()
		t.Errorf("%s, %d wide: the browser has no %s at %.1f", s.ID, width, what, at)
	}
	for _, w := range texts(t, svg) {
		x := (w.left + w.right) / 2
		if !slices.ContainsFunc(got.Words, func(g shownWord) bool {
			return strings.TrimSpace(g.S) == w.s && math.Abs(g.X-x) < 1.5 && math.Abs(g.Y-w.mid) < 1
		}) {
			lacks(w.s, x, w.mid)
		}
	}
	var corners [][2]float64
	for _, d := range got.Lines {
		for _, piece := range geo.Lines(d) {
			corners = append(corners, piece.Points...)
		}
	}
	near := func(a, b, slack float64) bool { return math.Abs(a-b) < slack }
	marks(t, svg, func(kind string, want [4]float64, data string) {
		slack := 0.2
		switch {
		case kind == "circle":
			slack = 1.2 // the box may have the edge in it
		case want[3] == 10 && want[1] == 2:
			slack = 1 // in the key, where places follow from the width of the names, which a browser kerns
		}
		if kind != "path" && !slices.ContainsFunc(got.Boxes, func(g [4]float64) bool {
			return near(g[0], want[0], slack) && near(g[1], want[1], slack) && near(g[2], want[2], slack) && near(g[3], want[3], slack)
		}) {
			lacks(kind, want[:]...)
		}
		for _, piece := range geo.Lines(data) {
			for _, q := range piece.Points {
				if !slices.ContainsFunc(corners, func(g [2]float64) bool { return near(g[0], q[0], 0.11) && near(g[1], q[1], 0.11) }) {
					lacks("line", q[:]...)
				}
			}
		}
	})
}

func TestTheBrowserWritesNumbersAsTheServerDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	url := page(t, nil, func() string { return "" })
	if err := chromedp.Run(ctx, chromedp.Navigate(url), chromedp.Poll(`"nhipsoChart" in globalThis`, nil)); err != nil {
		t.Fatal(err)
	}
	var cases []string
	var want []string
	add := func(units int64, digits int, lang string) {
		d := stat.Int(units)
		for range digits {
			d, _ = d.Quo(stat.Int(10))
		}
		d = d.Round(digits)
		cases = append(cases, fmt.Sprintf(`[%q,%d,%s]`, lang, digits, d))
		want = append(want, text.FormatNumber(lang, d, digits))
	}
	rapid.Check(t, func(rt *rapid.T) {
		add(rapid.Int64Range(-1e12, 1e12).Draw(rt, "units"), rapid.IntRange(0, 4).Draw(rt, "digits"), rapid.SampledFrom([]string{"vi", "en"}).Draw(rt, "lang"))
	})
	for _, units := range []int64{0, -1, 999, 1000, -1000, 999_999, 1_000_000} {
		add(units, 0, "vi")
		add(units, 1, "en")
	}
	var got []string
	if err := chromedp.Run(ctx, chromedp.Evaluate(`[`+strings.Join(cases, ",")+`].map(([lang, decimals, v]) => nhipsoChart.revive({$fn: "num", lang, decimals})(v))`, &got)); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got[i] != want[i] {
			t.Errorf("%s: browser %s, server %s", c, got[i], want[i])
		}
	}
}
