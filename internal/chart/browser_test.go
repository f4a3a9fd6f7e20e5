package chart

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"nhipso/static"
)

// browser starts Chromium, or skips where there is none; in CI (CI=1) it must be there.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("Chromium is missing")
		}
		t.Skip("no Chromium on this machine")
	}
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

// TestInTheBrowser shows a page with a chart and a map as the portal does, and points at them.
func TestInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	r := NewRenderer(10)
	line, country := sampleLine(), sampleMap("VN34", Map)
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("/line.option.json", func(w http.ResponseWriter, q *http.Request) {
		width, _ := strconv.Atoi(q.FormValue("w"))
		height, _ := strconv.Atoi(q.FormValue("h"))
		o, err := line.Option("vi", width, height)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		_ = json.NewEncoder(w).Encode(o)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		a, err := r.SVG(context.Background(), line, Options{Bare: true})
		if err != nil {
			t.Error(err)
		}
		b, err := r.SVG(context.Background(), country, Options{Bare: true, Width: 400})
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self'")
		fmt.Fprintf(w, `<!doctype html><html lang="vi"><meta charset="utf-8"><title>t</title><link rel="stylesheet" href="%s"><body style="margin:20px">
<div id="line" data-option="/line.option.json">%s</div><div id="map">%s</div><script type="module" src="%s"></script></body></html>`, static.URL("fonts.css"), a, b, static.URL("chart.js"))
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()

	var static1, live, tip, lost, size string
	err := chromedp.Run(ctx,
		chromedp.Navigate(srv.URL),
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
