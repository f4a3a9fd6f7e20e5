package e2e

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The two windows that every page is looked at in, and the narrowest one that it must fit.
const (
	wide, high   = 1440, 900
	narrow, tall = 390, 844
	narrowest    = 320
)

// missing is the address of no page.
const missing = "/khong-co-trang-nay"

// views are pages that the site map does not list: views of a page, explanations, searches and failures.
var views = []string{
	"/?asof=2024-06-30",
	"/tinh?so-do=ty-trong&dinh-nghia=MIC&nam=2022", "/tinh?so-do=grdp", "/tinh?ban-do=o", notPublished, "/tinh/VN34-24/tom-tat",
	"/muc-tieu?xep-loai=LIKELY",
	"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE", "/so-lieu/NA_VA?FREQ=Q",
	"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q3",
	"/thuat-ngu/kinh-te-so-loi", "/tim", "/tim?q=kinh+te+so", "/tim?q=zzzz", missing,
}

// notPublished asks for a year of which the definition has no figure: the page says so, and is none that was found.
const notPublished = "/tinh?dinh-nghia=NSO&nam=2021"

// absent are the pages that answer that there is nothing: a browser complains of them, and rightly.
var absent = []string{missing, notPublished}

var located = regexp.MustCompile(`<loc>http://[^/<]+(/[^<]*)</loc>`)

// oneOfMany are the pages of series and of terms, thousands that are alike; some of them are among the views.
var oneOfMany = regexp.MustCompile(`^/so-lieu/[^/]+/[^/]|^/thuat-ngu/`)

// everyPage gives the addresses of the site map in one language, and the views beside it; the other language is asked for by whoever looks.
func everyPage(t *testing.T) []string {
	t.Helper()
	_, body := shared.get(t).get(t, "/sitemap.xml")
	var out []string
	for _, m := range located.FindAllStringSubmatch(body, -1) {
		if path := m[1]; !strings.Contains(path, "lang=en") && !oneOfMany.MatchString(path) {
			out = append(out, path)
		}
	}
	if len(out) < 200 {
		t.Fatalf("the site map lists %d pages", len(out))
	}
	return append(out, views...)
}

// in is an address in a language.
func in(path, lang string) string {
	if strings.Contains(path, "?") {
		return path + "&lang=" + lang
	}
	return path + "?lang=" + lang
}

// withAxe makes axe-core a part of every page that the tab opens.
func (b *tab) withAxe(t *testing.T) {
	t.Helper()
	axe, err := os.ReadFile("../../static/testdata/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	b.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(string(axe)).Do(ctx)
		return err
	}))
}

// audit is what axe-core finds serious or critical on the page as it now is, each with the first elements concerned. Contrast takes it
// longer than all else together.
var audit, auditButContrast = auditing(`{}`), auditing(`{"color-contrast": {enabled: false}}`)

func auditing(rules string) string {
	return `axe.run(document, {resultTypes: ["violations"], preload: false, xpath: false, rules: ` + rules + `}).then(r => r.violations
	.filter(v => v.impact === "serious" || v.impact === "critical")
	.map(v => v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.any.concat(n.all).map(c => c.message)[0]).join("; ") + " (" + v.nodes.length + ")"))`
}

// facts is what must hold of the page as a document.
const facts = `(() => {
	const seen = e => e.checkVisibility({visibilityProperty: true});
	const named = e => e.getAttribute("aria-label") || e.getAttribute("alt") || e.getAttribute("aria-hidden") === "true" || e.getAttribute("role") === "presentation" ||
		(e.getAttribute("aria-labelledby") || "").split(/\s+/).some(id => id && document.getElementById(id)?.textContent.trim());
	return {
		lang: document.documentElement.lang, title: document.title, headings: document.querySelectorAll("h1").length, heading: document.querySelector("h1")?.innerText.trim() ?? "",
		unnamed: [...document.querySelectorAll("svg, img")].filter(e => seen(e) && !e.parentElement.closest("svg, [aria-hidden=true]") && !named(e)).map(e => e.outerHTML.slice(0, 120)),
	}
})()`

// overflow names what makes the page scroll sideways.
const overflow = `(() => {
	const root = document.scrollingElement, width = root.clientWidth;
	if (root.scrollWidth <= width) return [];
	const ancestors = function* (e) { while ((e = e.parentElement) && e !== document.body) yield e };
	const out = [...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > width + 0.5 && ![...ancestors(e)].some(a => ["auto", "scroll", "hidden"].includes(getComputedStyle(a).overflowX)))
		.map(e => e.tagName.toLowerCase() + "." + e.getAttribute("class") + " to " + Math.round(e.getBoundingClientRect().right));
	return ["scrolls to " + root.scrollWidth + " px at " + width + ": " + out.slice(0, 3).join(", ")];
})()`

// shorten leaves of each table and list the first rows, of which the others are repetitions: axe-core takes seconds for thousands of cells.
// What a table overflows is measured before.
const shorten = `document.querySelectorAll("tbody, main ul, main ol").forEach(e => [...e.children].slice(12).forEach(row => row.remove()))`

type document struct {
	Lang, Title, Heading string
	Headings             int
	Unnamed              []string
}

// examine opens a page and gives everything wrong with it: at the wide window, at the narrow one and at the narrowest.
func (b *tab) examine(path, lang string) (wrong []string) {
	note := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var doc document
	var atWide, atNarrow, scrollNarrow, scrollNarrowest []string
	load := chromedp.Tasks{chromedp.Navigate(b.server.url + in(path, lang)), evaluate(facts, &doc)}
	atNarrowest := chromedp.Tasks{size(narrowest, tall), evaluate(overflow, &scrollNarrowest)}
	steps := chromedp.Tasks{size(narrow, tall), load, evaluate(overflow, &scrollNarrow), atNarrowest, evaluate(shorten, nil),
		size(narrow, tall), evaluate(audit, &atNarrow), size(wide, high), evaluate(audit, &atWide)}
	// Provinces, targets, dataflows and methods are many and alike, and some of each are among the kinds, which are audited four times. Each of
	// the others is audited at one width in one language, and at the other in the other, where its colours are the same.
	switch {
	case alike(path) && lang == "vi":
		steps = chromedp.Tasks{size(wide, high), load, atNarrowest, evaluate(shorten, nil), size(wide, high), evaluate(audit, &atWide)}
	case alike(path):
		steps = chromedp.Tasks{size(narrow, tall), load, evaluate(overflow, &scrollNarrow), atNarrowest, evaluate(shorten, nil), size(narrow, tall), evaluate(auditButContrast, &atNarrow)}
	}
	err := b.do(steps)
	if err != nil {
		return []string{err.Error()}
	}
	if doc.Lang != lang {
		note("lang is %q", doc.Lang)
	}
	if doc.Headings != 1 || doc.Heading == "" {
		note("%d h1, %q", doc.Headings, doc.Heading)
	}
	if name, _, _ := strings.Cut(doc.Title, " – "); strings.TrimSpace(name) == "" {
		note("title is %q", doc.Title)
	}
	for _, s := range doc.Unnamed {
		note("without a name: %s", s)
	}
	for _, s := range atWide {
		note("at %d px: %s", wide, s)
	}
	for _, s := range atNarrow {
		note("at %d px: %s", narrow, s)
	}
	wrong = append(wrong, append(scrollNarrow, scrollNarrowest...)...)
	for _, s := range b.complained() {
		note("%s", s)
	}
	return wrong
}

// alike reports whether there are many pages of the kind, of which kinds has some.
func alike(path string) bool {
	return slices.ContainsFunc([]string{"/tinh/", "/muc-tieu/", "/so-lieu/", "/phuong-phap/"}, func(of string) bool { return strings.HasPrefix(path, of) }) &&
		path != "/phuong-phap/ky-thuat" && !slices.Contains(kinds, path)
}

func TestEveryPageIsAccessibleInBothLanguagesAtBothWidths(t *testing.T) {
	type task struct{ path, lang string }
	tasks := make(chan task)
	var group sync.WaitGroup
	const tabs = 4
	for range tabs {
		b := open(t, wide, high)
		b.withAxe(t)
		group.Go(func() {
			for k := range tasks {
				for _, s := range b.examine(k.path, k.lang) {
					t.Errorf("%s in %s: %s", k.path, k.lang, s)
				}
			}
		})
	}
	began, n := time.Now(), 0
	for _, path := range everyPage(t) {
		for _, lang := range []string{"vi", "en"} {
			tasks <- task{path, lang}
			n++
		}
	}
	close(tasks)
	group.Wait()
	t.Logf("%d pages in %s", n, time.Since(began).Round(time.Second))
}

// kinds are pages of each kind, for tests that need not see every page.
var kinds = append([]string{"/", "/tinh", "/tinh/VN34-01", "/tinh/VN63-27", "/muc-tieu", "/muc-tieu/KTS-1", "/nhiem-vu", "/so-lieu", "/so-lieu/DE_SHARE", "/phuong-phap",
	"/phuong-phap/digital-quarterly", "/gioi-thieu", "/phat-hien", "/tai-lieu", "/lich-su", "/lich", "/kich-ban", "/kich-ban?nam-goc=2022", "/api",
	"/so-sanh", "/hai-con-so", "/tinh/toan-canh", "/so-lieu/DE_SHARE/bang", "/thuat-ngu"}, views...)

// spared are moderate findings of axe-core that stand, each with the reason.
var spared = map[string]string{}

// everything is audit with what axe-core calls moderate or minor.
var everything, everythingButContrast = remarking(`{}`), remarking(`{"color-contrast": {enabled: false}}`)

func remarking(rules string) string {
	return `axe.run(document, {resultTypes: ["violations"], preload: false, xpath: false, rules: ` + rules + `}).then(r => r.violations
	.map(v => v.id + " (" + v.impact + "): " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.any.concat(n.all, n.none).map(c => c.message)[0]).join("; ") + " (" + v.nodes.length + ")"))`
}

// TestEachKindOfPageIsFaultlessOnEveryGround looks at the pages of each kind at three widths, in the dark and on paper, for anything that axe-core
// remarks at all. Contrast, which is always serious, is left to the test of every page where that one looks at the same page at the same width.
func TestEachKindOfPageIsFaultlessOnEveryGround(t *testing.T) {
	b := open(t, wide, high)
	b.withAxe(t)
	media := func(kind, scheme string) chromedp.Action {
		return emulation.SetEmulatedMedia().WithMedia(kind).WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}})
	}
	every := everyPage(t)
	for i, path := range kinds {
		asScreen := everything
		if slices.Contains(every, path) {
			asScreen = everythingButContrast
		}
		b.run(t, media("screen", "light"), size(wide, high), chromedp.Navigate(b.server.url+in(path, []string{"vi", "en"}[i%2])), evaluate(shorten, nil))
		for _, ground := range []struct {
			name string
			set  chromedp.Tasks
			look string
		}{
			{"at 1440 px", nil, asScreen},
			{"at 390 px", chromedp.Tasks{size(narrow, tall)}, asScreen},
			{"at 320 px", chromedp.Tasks{size(narrowest, tall)}, everything},
			{"in the dark", chromedp.Tasks{size(wide, high), media("screen", "dark")}, everything},
			{"on paper", chromedp.Tasks{size(paperWidth, high), media("print", "light")}, everything},
		} {
			var wrong []string
			b.run(t, ground.set, evaluate(ground.look, &wrong))
			for _, s := range wrong {
				if id, _, _ := strings.Cut(s, " "); spared[id] == "" {
					t.Errorf("%s %s: %s", path, ground.name, s)
				}
			}
		}
	}
}

// TestTheListOfKindsHasEveryTemplate: a new kind of page is looked at.
func TestTheListOfKindsHasEveryTemplate(t *testing.T) {
	of := map[string]string{"home": "/", "provinces": "/tinh", "province": "/tinh/VN34-01", "targets": "/muc-tieu", "target": "/muc-tieu/KTS-1", "tasks": "/nhiem-vu", "data": "/so-lieu", "dataflow": "/so-lieu/DE_SHARE",
		"series": "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "documents": "/tai-lieu", "methods": "/phuong-phap", "method": "/phuong-phap/digital-quarterly", "about": "/gioi-thieu", "findings": "/phat-hien",
		"releases": "/lich-su", "calendar": "/lich", "search": "/tim?q=kinh+te+so", "scenario": "/kich-ban", "why": "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "framed": "/api", "failure": missing, "layout": "/",
		"brief": "/tinh/VN34-24/tom-tat", "compare": "/so-sanh", "difference": "/hai-con-so", "panorama": "/tinh/toan-canh", "tabulate": "/so-lieu/DE_SHARE/bang", "term": "/thuat-ngu/kinh-te-so-loi", "terms": "/thuat-ngu"}
	for _, folder := range []string{"../web/portal/templates", "../web/shell/templates"} {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name := strings.TrimSuffix(f.Name(), ".html")
			if !strings.HasPrefix(name, "_") && !slices.Contains(kinds, of[name]) {
				t.Errorf("the pages of %s are not among the kinds", f.Name())
			}
		}
	}
}

// TestDarkSchemeIsReadable opens the pages of each kind in the dark. Those that the test of grounds looks at in Vietnamese have their contrast held there.
func TestDarkSchemeIsReadable(t *testing.T) {
	b := open(t, wide, high)
	b.withAxe(t)
	b.run(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	for i, path := range kinds {
		var ground string
		var wrong []string
		b.run(t, chromedp.Navigate(b.server.url+path), evaluate(`getComputedStyle(document.body).backgroundColor`, &ground))
		if i%2 == 1 {
			b.run(t, evaluate(shorten, nil), evaluate(audit, &wrong))
		}
		if ground == "rgb(255, 255, 255)" {
			t.Errorf("%s is white in the dark scheme", path)
		}
		for _, s := range wrong {
			t.Errorf("%s: %s", path, s)
		}
	}
}
