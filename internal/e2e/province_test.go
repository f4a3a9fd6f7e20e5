package e2e

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// tap touches the page at a point.
func (b *tab) tap(t *testing.T, x, y float64) {
	t.Helper()
	b.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		if err := input.DispatchTouchEvent(input.TouchStart, []*input.TouchPoint{{X: x, Y: y}}).Do(ctx); err != nil {
			return err
		}
		return input.DispatchTouchEvent(input.TouchEnd, nil).Do(ctx)
	}))
}

// On a phone a finger covers several provinces, so that the first touch only says which one it is.
func TestATouchNamesAProvinceBeforeItOpensIt(t *testing.T) {
	b := open(t, narrow, tall)
	b.run(t, emulation.SetTouchEmulationEnabled(true))
	b.visit(t, "/tinh?so-do=grdp&lang=vi")
	type spot struct {
		X, Y float64
		Name string
	}
	at := eval[spot](t, b, `(async () => {
		const area = [...document.querySelectorAll(".ns-area")].find(e => e.dataset.name === "Gia Lai" && e.getBoundingClientRect().width > 0);
		area.scrollIntoView({block: "center"});
		await new Promise(r => setTimeout(r, 300));
		const r = area.getBoundingClientRect();
		return {x: r.left + r.width / 2, y: r.top + r.height / 2, name: area.dataset.name};
	})()`)
	before := b.path(t)
	b.tap(t, at.X, at.Y)
	tip := eval[string](t, b, `new Promise(r => setTimeout(() => r(document.querySelector(".ns-tip").hidden ? "" : document.querySelector(".ns-tip").innerText), 300))`)
	if b.path(t) != before || !strings.Contains(tip, at.Name) || !strings.Contains(tip, "Chạm lần nữa") {
		t.Fatalf("the first touch leads to %s and says %q", b.path(t), tip)
	}
	b.follow(t, chromedp.ActionFunc(func(ctx context.Context) error {
		if err := input.DispatchTouchEvent(input.TouchStart, []*input.TouchPoint{{X: at.X, Y: at.Y}}).Do(ctx); err != nil {
			return err
		}
		return input.DispatchTouchEvent(input.TouchEnd, nil).Do(ctx)
	}))
	if !strings.HasPrefix(b.path(t), "/tinh/VN34-") {
		t.Errorf("the second touch leads to %s", b.path(t))
	}
}

var sheets = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// A brief is one sheet of A4, of provinces with much and with nothing to say.
func TestABriefIsOneSheet(t *testing.T) {
	b := open(t, wide, high)
	for _, path := range []string{"/tinh/VN34-24/tom-tat", "/tinh/VN34-01/tom-tat", "/tinh/VN34-79/tom-tat?lang=en", "/tinh/VN34-96/tom-tat", "/tinh/VN63-08/tom-tat", "/tinh/VN34-48/tom-tat?lang=en"} {
		b.visit(t, path)
		if n := len(sheets.FindAll(b.printed(t), -1)); n != 1 {
			t.Errorf("%s takes %d sheets", path, n)
		}
	}
}
