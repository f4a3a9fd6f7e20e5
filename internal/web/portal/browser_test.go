package portal

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"nhipso/internal/needs"
)

// browser starts Chromium, or skips where there is none; in CI (CI=1) it must be there.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := needs.Browser(t)
	dir, err := os.MkdirTemp("", "web-browser")
	if err != nil {
		t.Fatal(err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(dir), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, timeout := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		timeout()
		cancel()
		stop()
		_ = os.RemoveAll(dir)
	})
	return ctx
}

// TestAccessibility runs axe-core on every kind of page, at the width of a desk and of a phone, in both languages and schemes,
// and looks for what spills over the side and for what the security policy had to stop.
func TestAccessibility(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	axe, err := os.ReadFile("../../../static/testdata/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	s, _ := newSite(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	var complaints []string
	chromedp.ListenTarget(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && strings.Contains(e.Entry.Text, "Content Security Policy") {
			complaints = append(complaints, e.Entry.Text)
		}
	})
	if err := chromedp.Run(ctx, log.Enable()); err != nil {
		t.Fatal(err)
	}
	const check = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + (n.any[0] ? n.any[0].message : "")).join(" | "))))`
	for i, a := range []string{"/khong-co", "/", "/tinh?dinh-nghia=MIC&nam=2022", "/tinh?so-do=grdp&ban-do=o", "/tinh/VN34-24", "/muc-tieu", "/muc-tieu/KTS-1", "/nhiem-vu", "/so-lieu", "/so-lieu/DE_SHARE",
		"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q1", "/phuong-phap/digital-quarterly", "/gioi-thieu", "/lich-su", "/tim?q=da+nang", "/kich-ban", "/kich-ban?gdp=x&nam-dich=2020",
		"/so-sanh?bo=DE_SHARE&tim=ha+noi", "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL+TARGET%2FA.VN.KTS-1", "/so-lieu/DE_SHARE/bang?cot=DEFINITION", "/so-lieu/GRDP/bang"} {
		for j, width := range []int64{1440, 320} {
			lang, scheme := "vi", "light"
			if (i+j)%2 == 1 {
				lang = "en"
			}
			if i%3 == 0 {
				scheme = "dark"
			}
			complaints = nil
			var found string
			var over float64
			err := chromedp.Run(ctx,
				emulation.SetDeviceMetricsOverride(width, 900, 1, width < 500),
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
				chromedp.Navigate(srv.URL+with(a, "lang="+lang)),
				chromedp.Evaluate(string(axe), nil),
				chromedp.Evaluate(check, &found, chromedp.EvalAsValue, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
				chromedp.Evaluate(`document.documentElement.scrollWidth - innerWidth`, &over))
			if err != nil {
				t.Fatalf("%s: %v", a, err)
			}
			var list []string
			if err := json.Unmarshal([]byte(found), &list); err != nil {
				t.Fatalf("%s: %q", a, found)
			}
			for _, v := range list {
				t.Errorf("%s (%d px, %s, %s): %s", a, width, lang, scheme, v)
			}
			if over > 0 {
				t.Errorf("%s (%d px, %s): spills %v px over the side", a, width, lang, over)
			}
			for _, c := range complaints {
				t.Errorf("%s: %s", a, c)
			}
		}
	}
}

// TestDrawingsComeAlive points at a drawing of the front page: the browser's own drawing takes its place, and the security policy
// has nothing to stop.
func TestDrawingsComeAlive(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	s, _ := newSite(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	var complaints []string
	chromedp.ListenTarget(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && (e.Entry.Level == log.LevelError || strings.Contains(e.Entry.Text, "Content Security Policy")) {
			complaints = append(complaints, e.Entry.Text)
		}
	})
	err := chromedp.Run(ctx, log.Enable(),
		emulation.SetDeviceMetricsOverride(1440, 900, 1, false),
		chromedp.Navigate(srv.URL+"/"),
		chromedp.Evaluate(`document.querySelector("[data-option]").dispatchEvent(new PointerEvent("pointerenter"))`, nil),
		chromedp.WaitVisible(`[data-option] > div.ns-chart svg`, chromedp.ByQuery))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range complaints {
		t.Error(c)
	}
}
