package e2e

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// traffic is what a tab received over the network.
type traffic struct {
	mu      sync.Mutex
	urls    map[network.RequestID]string
	bytes   map[network.RequestID]float64
	status  map[network.RequestID]int64
	packing map[network.RequestID]string
}

func (b *tab) record() *traffic {
	w := &traffic{urls: map[network.RequestID]string{}, bytes: map[network.RequestID]float64{}, status: map[network.RequestID]int64{}, packing: map[network.RequestID]string{}}
	chromedp.ListenTarget(b.ctx, func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			w.urls[e.RequestID] = strings.TrimPrefix(e.Request.URL, b.server.url)
		case *network.EventResponseReceivedExtraInfo: // the answer as it came, before the cache makes 200 of 304
			w.status[e.RequestID] = e.StatusCode
			for k, v := range e.Headers {
				if strings.EqualFold(k, "content-encoding") {
					w.packing[e.RequestID] = fmt.Sprint(v)
				}
			}
		case *network.EventLoadingFinished:
			w.bytes[e.RequestID] = e.EncodedDataLength
		}
	})
	return w
}

// rest waits until nothing more arrives, and gives everything by address.
func (w *traffic) rest() (sum float64, list map[string]network.RequestID) {
	for last := -1; ; {
		w.mu.Lock()
		n := len(w.bytes)
		w.mu.Unlock()
		if n == last {
			break
		}
		last = n
		time.Sleep(500 * time.Millisecond)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	list = map[string]network.RequestID{}
	for id, url := range w.urls {
		sum += w.bytes[id]
		list[url] = id
	}
	return sum, list
}

func (w *traffic) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.urls)
	clear(w.bytes)
	clear(w.status)
	clear(w.packing)
}

func TestFirstViewIsLightAndTheNextOneLighter(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		b := open(t, wide, high)
		w := b.record()
		b.visit(t, in("/", lang))
		sum, list := w.rest()
		for url, id := range list {
			t.Logf("%s: %6.0f bytes %d %s %s", lang, w.bytes[id], w.status[id], w.packing[id], url)
		}
		if sum > 110_000 || sum < 10_000 || len(list) < 4 {
			t.Errorf("the first view of home in %s takes %.0f bytes in %d answers", lang, sum, len(list))
		}
		home := list[in("/", lang)]
		if p := w.packing[home]; p != "gzip" && p != "br" && p != "zstd" {
			t.Errorf("home comes packed as %q", p)
		}
		w.clear()
		b.run(t, chromedp.Reload())
		sum, list = w.rest()
		if s := w.status[list[in("/", lang)]]; s != http.StatusNotModified {
			t.Errorf("a reload of home in %s answers %d", lang, s)
		}
		if sum > 5_000 {
			t.Errorf("a reload of home in %s takes %.0f bytes", lang, sum)
		}
	}
	t.Run("by the best packing that the client takes", func(t *testing.T) {
		s := shared.get(t)
		var sizes []int
		for _, packing := range []string{"identity", "gzip", "br"} {
			res, body := s.get(t, "/", "Accept-Encoding", packing)
			if got := res.Header.Get("Content-Encoding"); got != packing && !(packing == "identity" && got == "") {
				t.Errorf("asked for %s, comes as %q", packing, got)
			}
			sizes = append(sizes, len(body))
		}
		if !(sizes[0] > 3*sizes[1] && sizes[1] > sizes[2]) {
			t.Errorf("sizes plain, gzip, brotli: %v", sizes)
		}
		if res, _ := s.get(t, "/", "Accept-Encoding", "gzip, deflate, br, zstd"); res.Header.Get("Content-Encoding") != "br" {
			t.Errorf("asked for all, comes as %q", res.Header.Get("Content-Encoding"))
		}
	})
}

func TestZoomPrintAndMotion(t *testing.T) {
	b := open(t, wide, high)
	t.Run("at 200 % nothing scrolls sideways", func(t *testing.T) {
		for _, path := range kinds {
			var zoomed, enlarged []string
			b.run(t, emulation.SetDeviceMetricsOverride(wide/2, high/2, 2, false), chromedp.Navigate(b.server.url+path), evaluate(overflow, &zoomed),
				size(wide, high), evaluate(`void (document.documentElement.style.fontSize = "200%")`, nil), evaluate(overflow, &enlarged))
			for _, s := range zoomed {
				t.Errorf("%s zoomed: %s", path, s)
			}
			for _, s := range enlarged {
				t.Errorf("%s with letters twice as large: %s", path, s)
			}
		}
	})
	t.Run("on paper there is the content and not the menu", func(t *testing.T) {
		for _, path := range []string{"/", "/tinh?lang=en", "/so-lieu/DE_SHARE"} {
			b.visit(t, path)
			b.run(t, emulation.SetEmulatedMedia().WithMedia("print"))
			seen := func(selector string) bool {
				return eval[bool](t, b, `[...document.querySelectorAll("`+selector+`")].some(e => e.checkVisibility({contentVisibilityAuto: true}) && e.getBoundingClientRect().height > 0)`)
			}
			for selector, want := range map[string]bool{"h1": true, "figure table": true, ".src": true, ".menu": false, ".skip": false, ".find": false, "form.filters": false} {
				if seen(selector) != want {
					t.Errorf("%s: %s on paper: %v", path, selector, !want)
				}
			}
			if hidden := eval[int](t, b, `[...document.querySelectorAll("figure table")].filter(e => !e.checkVisibility({contentVisibilityAuto: true})).length`); hidden > 0 {
				t.Errorf("%s: %d tables are not printed", path, hidden)
			}
			heading := eval[string](t, b, `document.querySelector("h1").textContent.trim()`)
			b.run(t, emulation.SetEmulatedMedia().WithMedia(""))
			pdf := b.printed(t)
			if !bytes.HasPrefix(pdf, []byte("%PDF-")) || !outlined(pdf, heading) {
				t.Errorf("%s: the PDF of %d bytes has no heading %q", path, len(pdf), heading)
			}
		}
	})
	t.Run("nothing moves, and drawings answer the pointer within the security policy", func(t *testing.T) {
		b.run(t, size(wide, high), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}))
		b.visit(t, "/?lang=vi")
		b.run(t, chromedp.ScrollIntoView(".draw[data-option]", chromedp.ByQuery))
		x := eval[[]float64](t, b, `(r => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(".draw[data-option]").getBoundingClientRect())`)
		b.run(t, chromedp.MouseEvent("mouseMoved", x[0], x[1]), chromedp.MouseEvent("mouseMoved", x[0]+5, x[1]))
		b.run(t, chromedp.WaitReady(".draw > div.ns-chart svg", chromedp.ByQuery))
		if before, after := eval[string](t, b, `[...document.querySelectorAll(".draw")][0].querySelector("svg").textContent`), eval[string](t, b, `document.querySelector(".draw > div.ns-chart svg").textContent`); !strings.Contains(before, "2025") || !strings.Contains(after, "2025") {
			t.Errorf("drawn by the server: %q; by the browser: %q", before, after)
		}
		for _, path := range []string{"/", "/tinh", "/muc-tieu"} {
			if path != "/" {
				b.visit(t, path)
			}
			if n := eval[int](t, b, `document.getAnimations().length`); n > 0 {
				t.Errorf("%s: %d animations run", path, n)
			}
			if moving := eval[[]string](t, b, `[...document.querySelectorAll("body *")].filter(e => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0 || s.animationName !== "none" }).map(e => e.outerHTML.slice(0, 80)).slice(0, 3)`); len(moving) > 0 {
				t.Errorf("%s: moves: %v", path, moving)
			}
		}
		if eval[string](t, b, `getComputedStyle(document.documentElement).scrollBehavior`) == "smooth" {
			t.Error("scrolling is animated")
		}
	})
	for _, s := range b.complained() {
		t.Error(s)
	}
}

// outlined reports whether a PDF has a heading in its outline, where texts stand unpacked.
func outlined(pdf []byte, heading string) bool {
	var utf []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + heading)) {
		utf = append(utf, byte(u>>8), byte(u))
	}
	return bytes.Contains(pdf, utf) || bytes.Contains(bytes.ToUpper(pdf), []byte(strings.ToUpper(hex.EncodeToString(utf)))) || bytes.Contains(pdf, []byte("("+heading+")"))
}
