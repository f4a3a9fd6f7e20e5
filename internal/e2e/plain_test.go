package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// follow does something that leaves the page, and waits for the next one.
func (b *tab) follow(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	var before, after float64
	b.run(t, evaluate("performance.timeOrigin", &before))
	b.run(t, actions...)
	for range 200 {
		// While a page is being left it may have no place to evaluate anything in: the next try has.
		err := b.do(chromedp.Sleep(10e6), evaluate("document.readyState === 'complete' ? performance.timeOrigin : 0", &after))
		if err == nil && after != 0 && after != before {
			return
		}
	}
	t.Fatalf("nothing comes after %s", b.path(t))
}

// choose sets a list of the page's filter to a value, as a reader would, and applies it.
func (b *tab) choose(t *testing.T, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		name, _ := json.Marshal(pairs[i])
		value, _ := json.Marshal(pairs[i+1])
		if !eval[bool](t, b, `(() => { const s = document.querySelector("form.filters select[name=" + CSS.escape(`+string(name)+`) + "]"); if (!s) return false; s.value = `+string(value)+`; return s.value === `+string(value)+` })()`) {
			t.Fatalf("%s has no choice %s=%s", b.path(t), pairs[i], pairs[i+1])
		}
	}
	b.follow(t, chromedp.Click("form.filters button", chromedp.ByQuery))
}

// drawings gives how many drawings the page declares and how many of them are seen, whole and with a text.
const drawings = `[...document.querySelectorAll(".draw")].map(d => [...d.querySelectorAll("svg, img")].filter(e => { const r = e.getBoundingClientRect(); return r.width > 100 && r.height > 20 && (e.tagName === "img" || e.querySelector("text, path")) }).length)`

func TestPagesWorkWithoutScripts(t *testing.T) {
	b := withoutScripts(t, wide, high)
	b.visit(t, "/")
	if eval[int](t, b, `document.querySelectorAll("th button").length`) != 0 {
		t.Fatal("scripts run in this tab")
	}
	t.Run("every kind of page shows its headline, its drawings and its tables", func(t *testing.T) {
		for _, path := range kinds {
			b.visit(t, path)
			if !eval[bool](t, b, `document.querySelector("h1").checkVisibility() && document.querySelector("h1").innerText.trim() !== ""`) {
				t.Errorf("%s shows no headline", path)
			}
			for i, n := range eval[[]int](t, b, drawings) {
				if n != 1 {
					t.Errorf("%s: of drawing %d, %d are seen", path, i+1, n)
				}
			}
			for _, s := range eval[[]string](t, b, `[...document.querySelectorAll("table.grid")].filter(x => !x.tBodies[0]?.rows.length && !x.closest("figure")?.querySelector(".empty")).map(x => x.caption?.textContent ?? "")`) {
				t.Errorf("%s: table %q is empty", path, s)
			}
		}
	})
	t.Run("tables beside drawings open and close by a click", func(t *testing.T) {
		b.visit(t, "/")
		open := `document.querySelector("figure details").open`
		was := eval[bool](t, b, open)
		b.run(t, chromedp.Click("figure details summary", chromedp.ByQuery))
		if eval[bool](t, b, open) == was {
			t.Error("a click on the summary changes nothing")
		}
		b.run(t, chromedp.Click("figure details:not([open]) summary", chromedp.ByQuery))
		if shut := eval[int](t, b, `[...document.querySelectorAll("figure details[open] table")].filter(x => !x.checkVisibility()).length`); shut > 0 {
			t.Errorf("%d tables of open details are not seen", shut)
		}
	})
	t.Run("measure, definition and year of provinces are chosen one after another", func(t *testing.T) {
		b.visit(t, "/tinh")
		b.choose(t, "so-do", "ty-trong")
		b.run(t, evaluate(`void (document.querySelector("#f-dn").value = "MIC")`, nil))
		b.follow(t, chromedp.Click("form:has(#f-dn) button", chromedp.ByQuery))
		if p := b.path(t); !strings.Contains(p, "so-do=ty-trong") || !strings.Contains(p, "dinh-nghia=MIC") {
			t.Errorf("leads to %s", p)
		}
		b.follow(t, chromedp.Click(`.slider a[href*="nam=2022"]`, chromedp.ByQuery))
		if p := b.path(t); !strings.Contains(p, "nam=2022") || !strings.Contains(p, "dinh-nghia=MIC") {
			t.Errorf("a step of time leads to %s", p)
		}
		if !b.shows(t, "năm 2022, theo Bộ Thông tin và Truyền thông") {
			t.Error("the map is not of the year and definition chosen")
		}
		if n := eval[int](t, b, `[...document.querySelectorAll(".ns-area")].filter(e => e.getBoundingClientRect().width > 0).length`); n < 63 {
			t.Errorf("the map of 2022 has %d areas", n)
		}
		b.choose(t, "so-do", "grdp")
		if !b.shows(t, "GRDP") || !strings.Contains(b.path(t), "so-do=grdp") {
			t.Errorf("the measure does not change: %s", b.path(t))
		}
	})
	t.Run("the slider of years is made of links", func(t *testing.T) {
		b.visit(t, "/tinh?lang=en&so-do=grdp")
		b.follow(t, chromedp.Click(".slider li:first-child a", chromedp.ByQuery))
		if !strings.Contains(b.path(t), "nam=2018") || !strings.Contains(b.path(t), "lang=en") {
			t.Errorf("leads to %s", b.path(t))
		}
	})
	t.Run("the filter of a dataflow narrows its table", func(t *testing.T) {
		b.visit(t, "/so-lieu/NA_VA?lang=vi")
		rows := `document.querySelectorAll("table.grid tbody tr").length`
		before := eval[int](t, b, rows)
		b.choose(t, "FREQ", "Q", "ACTIVITY", "B1GQ")
		if after := eval[int](t, b, rows); after == 0 || after >= before {
			t.Errorf("%d rows of %d", after, before)
		}
		if b.shows(t, "Nông nghiệp, lâm nghiệp và thủy sản\t") {
			t.Error("rows of other activities stay")
		}
	})
}

func TestChoicesWorkWithoutScripts(t *testing.T) {
	b := withoutScripts(t, wide, high)
	t.Run("the class of targets filters them", func(t *testing.T) {
		b.visit(t, "/muc-tieu")
		b.choose(t, "xep-loai", "ACHIEVED")
		if !strings.Contains(b.path(t), "xep-loai=ACHIEVED") || eval[int](t, b, `document.querySelectorAll("table .seal-FOCUS").length`) != 0 {
			t.Errorf("%s shows targets of other classes", b.path(t))
		}
	})
	t.Run("the language changes and the page stays", func(t *testing.T) {
		b.visit(t, "/tinh?lang=vi&so-do=grdp")
		b.follow(t, chromedp.Click(".tongue", chromedp.ByQuery))
		if p := b.path(t); eval[string](t, b, "document.documentElement.lang") != "en" || !strings.HasPrefix(p, "/tinh?") || !strings.Contains(p, "so-do=grdp") {
			t.Errorf("leads to %s", p)
		}
		b.follow(t, chromedp.Click(".menu li:nth-child(3) a", chromedp.ByQuery))
		if eval[string](t, b, "document.documentElement.lang") != "en" {
			t.Error("the next page is in Vietnamese again")
		}
		b.follow(t, chromedp.Click(".tongue", chromedp.ByQuery))
		if eval[string](t, b, "document.documentElement.lang") != "vi" {
			t.Error("the way back to Vietnamese is missing")
		}
	})
	t.Run("a day chosen shows what was known then", func(t *testing.T) {
		b.visit(t, "/?lang=vi")
		b.run(t, evaluate(`void (document.querySelector("#asof").value = "2024-06-30")`, nil))
		b.run(t, chromedp.Click(".asof summary", chromedp.ByQuery))
		b.follow(t, chromedp.Click(".asof .day button", chromedp.ByQuery))
		if !strings.Contains(b.path(t), "asof=2024-06-30") || b.shows(t, "14,02") {
			t.Errorf("%s shows figures of later days", b.path(t))
		}
	})
	t.Run("a search without diacritics finds provinces", func(t *testing.T) {
		for words, want := range map[string]string{"bac ninh": "Bắc Ninh", "da nang": "Đà Nẵng", "dak lak": "Đắk Lắk", "DAK LAK": "Đắk Lắk", "Đà Nẵng": "Đà Nẵng"} {
			b.visit(t, "/?lang=vi")
			b.follow(t, chromedp.SendKeys("#q", words+"\r", chromedp.ByQuery))
			if first := eval[string](t, b, `document.querySelector(".hits a")?.textContent ?? ""`); first != want {
				t.Errorf("%q finds %q first, not %q", words, first, want)
			}
		}
		b.follow(t, chromedp.Click(".hits a", chromedp.ByQuery))
		if !strings.HasPrefix(b.path(t), "/tinh/VN34-") {
			t.Errorf("a hit leads to %s", b.path(t))
		}
	})
}
