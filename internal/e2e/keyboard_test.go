package e2e

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// focused is what the keyboard is on: how it is named, and why a reader could not see that it is.
const focused = `(() => {
	const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
	const inner = e.matches(".ns-area") ? e.querySelector("path, rect") : null;
	// The parts of a field of a day show the browser's own ring.
	const ring = e.type === "date" ? true : inner ? parseFloat(getComputedStyle(inner).strokeWidth) >= 2 : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
	let wrong = "";
	if (!ring || !(e.type === "date" || e.matches(":focus-visible"))) wrong = "no ring";
	else if (box.width === 0 || box.height === 0) wrong = "no size";
	else if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) wrong = "outside the window";
	return {tag: e.tagName.toLowerCase() + "." + (e.getAttribute("class") ?? ""), name: (e.getAttribute("aria-label") ?? e.textContent).trim().slice(0, 60), wrong, end: e === document.body};
})()`

// tabbable counts what the keyboard should reach.
const tabbable = `[...document.querySelectorAll("a[href]:not([tabindex='-1']), button, input:not([type=hidden]), select, summary, [tabindex='0']")].filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})).length`

type focus struct {
	Tag, Name, Wrong string
	End              bool
}

func TestKeyboardReachesEverything(t *testing.T) {
	b := open(t, wide, high)
	t.Run("the first thing is the way past the menu", func(t *testing.T) {
		b.visit(t, "/")
		b.run(t, press(kb.Tab))
		if f := eval[focus](t, b, focused); f.Tag != "a.skip" || f.Wrong != "" {
			t.Fatalf("%+v", f)
		}
		b.run(t, press(kb.Enter))
		if at := eval[string](t, b, "document.activeElement.id"); at != "noi-dung" {
			t.Errorf("leads to %q", at)
		}
		b.run(t, press(kb.Tab))
		if !eval[bool](t, b, `document.activeElement.closest("main") !== null`) {
			t.Error("the next thing is not in the content")
		}
	})
	for _, path := range []string{"/?lang=en", "/tinh", "/muc-tieu/KTS-1", "/so-lieu/DE_SHARE", "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025"} {
		t.Run("everything on "+path+" is reached once, seen and named", func(t *testing.T) { reachesEverything(t, b, path) })
	}
	t.Run("provinces on the map tell name, figure and rank", func(t *testing.T) {
		b.visit(t, "/tinh?so-do=grdp&lang=vi")
		b.run(t, evaluate(`document.querySelector(".slider a").focus()`, nil))
		for range 80 {
			b.run(t, press(kb.Tab))
			if eval[bool](t, b, `document.activeElement.matches(".ns-area")`) {
				break
			}
		}
		type area struct{ Label, Name, Figure, Rank, Tip string }
		a := eval[area](t, b, `(() => { const e = document.activeElement, d = e.dataset, tip = document.querySelector(".ns-tip"); return {label: e.getAttribute("aria-label"), name: d.name, figure: d.figure, rank: d.rank, tip: tip.hidden ? "" : tip.innerText} })()`)
		for _, part := range []string{a.Name, a.Figure, a.Rank} {
			if part == "" || !strings.Contains(a.Label, part) || !strings.Contains(a.Tip, part) {
				t.Errorf("%q is not in the label %q and the tip %q", part, a.Label, a.Tip)
			}
		}
		seen := eval[[]string](t, b, `[...document.querySelectorAll(".ns-area")].filter(e => e.getBoundingClientRect().width > 0).map(e => e.getAttribute("aria-label"))`)
		sort.Strings(seen)
		if len(slices.Compact(seen)) != 34 {
			t.Errorf("%d provinces have a label of their own", len(seen))
		}
		b.run(t, press(kb.Escape))
		if !eval[bool](t, b, `document.querySelector(".ns-tip").hidden`) {
			t.Error("Escape leaves the tip")
		}
	})
	t.Run("tables fold and unfold", func(t *testing.T) {
		b.visit(t, "/")
		b.run(t, evaluate(`document.querySelector("figure details summary").focus()`, nil))
		open := `document.querySelector("figure details").open`
		was := eval[bool](t, b, open)
		b.run(t, press(kb.Enter))
		if eval[bool](t, b, open) == was {
			t.Error("Enter changes nothing")
		}
		b.run(t, press(" "))
		if eval[bool](t, b, open) != was {
			t.Error("the space bar changes nothing")
		}
	})
	t.Run("a head sorts its column down, up, and back", func(t *testing.T) {
		b.visit(t, "/tinh?so-do=grdp&lang=vi")
		b.run(t, evaluate(`document.querySelectorAll("figure details").forEach(d => d.open = true)`, nil))
		// The first column of figures that holds several.
		column := `[...document.querySelectorAll("table.grid")].map(x => ({x, at: [...x.tHead.rows[0].cells].findIndex((h, i) => h.classList.contains("n") && new Set([...x.tBodies[0].rows].map(r => r.cells[i].dataset.v)).size > 5)})).find(c => c.at >= 0)`
		values := `(c => [...c.x.tBodies[0].rows].map(r => parseFloat(r.cells[c.at].dataset.v)).filter(v => !Number.isNaN(v)))(` + column + `)`
		original := eval[[]float64](t, b, values)
		b.run(t, evaluate(`(c => c.x.tHead.rows[0].cells[c.at].querySelector("button").focus())(`+column+`)`, nil))
		state := `(c => c.x.tHead.rows[0].cells[c.at].getAttribute("aria-sort") ?? "")(` + column + `)`
		for _, step := range []struct {
			state  string
			sorted func([]float64) bool
		}{
			{"descending", func(v []float64) bool {
				return slices.IsSortedFunc(v, func(a, b float64) int { return cmp.Compare(b, a) })
			}},
			{"ascending", func(v []float64) bool { return slices.IsSorted(v) }},
			{"", func(v []float64) bool { return slices.Equal(v, original) }},
		} {
			b.run(t, press(kb.Enter))
			if got := eval[[]float64](t, b, values); eval[string](t, b, state) != step.state || !step.sorted(got) {
				t.Errorf("wanted %q: %q %v", step.state, eval[string](t, b, state), got)
			}
		}
	})
	if wrong := b.complained(); len(wrong) > 0 {
		t.Error(wrong)
	}
}

func reachesEverything(t *testing.T, b *tab, path string) {
	t.Helper()
	b.visit(t, path)
	want := eval[int](t, b, tabbable)
	var reached []string
	for len(reached) <= want+20 {
		b.run(t, press(kb.Tab))
		f := eval[focus](t, b, focused)
		if f.End || f.Tag == "a.skip" && len(reached) > 0 { // past the last thing, or round to the first
			break
		}
		reached = append(reached, f.Tag+" "+f.Name)
		if f.Wrong != "" {
			t.Errorf("%s %q: %s", f.Tag, f.Name, f.Wrong)
		}
		if f.Name == "" && !strings.HasPrefix(f.Tag, "input") && !strings.HasPrefix(f.Tag, "select") {
			t.Errorf("%s has no name", f.Tag)
		}
	}
	// A field of a day has parts, each a stop of its own.
	if len(reached) < want || len(reached) > want+3 {
		t.Errorf("%d stops for %d things: %q", len(reached), want, reached)
	}
}

// TestKeyboardFindsItsWay records the ways through menu, search, lists and large tables.
func TestKeyboardFindsItsWay(t *testing.T) {
	b := open(t, wide, high)
	t.Run("the menu leads to its pages", func(t *testing.T) {
		b.visit(t, "/")
		for range 20 {
			b.run(t, press(kb.Tab))
			if eval[bool](t, b, `document.activeElement.matches('.menu a[href^="/nhiem-vu"]')`) {
				break
			}
		}
		b.run(t, press(kb.Enter))
		b.until(t, "/nhiem-vu")
		if !eval[bool](t, b, `document.querySelector('.menu [aria-current="page"]').getAttribute("href").startsWith("/nhiem-vu")`) {
			t.Error("the menu does not say where we are")
		}
	})
	t.Run("a search is written and sent", func(t *testing.T) {
		b.visit(t, "/")
		b.run(t, evaluate(`document.querySelector("#q").focus()`, nil), press("bac ninh"), press(kb.Enter))
		b.until(t, "/tim?q=")
		if !b.shows(t, "Bắc Ninh") {
			t.Error("Bắc Ninh is not found")
		}
	})
	t.Run("a list is narrowed while words are written, and by a form that is sent", func(t *testing.T) {
		b.visit(t, "/so-lieu")
		left := `[...document.querySelectorAll("ul.flows > li")].filter(e => e.checkVisibility()).length`
		all := eval[int](t, b, left)
		b.run(t, evaluate(`document.querySelector("#f-q").focus()`, nil), press("dan so"))
		if n := eval[int](t, b, left); n == 0 || n >= all || !strings.Contains(eval[string](t, b, `document.querySelector(".found").textContent`), "Có ") {
			t.Errorf("%d of %d are left", n, all)
		}
		b.run(t, press(kb.Enter))
		b.until(t, "/so-lieu?q=")
		if n := eval[int](t, b, left); n == 0 || n >= all {
			t.Errorf("%d of %d are left by the server", n, all)
		}
	})
	t.Run("a large table is one stop, and arrows go through it", func(t *testing.T) {
		b.visit(t, "/muc-tieu")
		links := `[...document.querySelectorAll("#bang tbody a")]`
		if stops := eval[int](t, b, links+`.filter(a => a.tabIndex === 0).length`); stops != 1 {
			t.Errorf("%d stops", stops)
		}
		if all := eval[int](t, b, tabbable); all > 95 {
			t.Errorf("%d stops on the page", all)
		}
		b.run(t, evaluate(links+`[0].focus()`, nil), press(kb.ArrowDown), press(kb.ArrowDown), press(kb.ArrowUp))
		if at := eval[int](t, b, links+`.indexOf(document.activeElement)`); at != 1 {
			t.Errorf("down, down, up leads to link %d", at)
		}
		b.run(t, press(kb.End))
		if !eval[bool](t, b, links+`.at(-1) === document.activeElement && document.querySelector("#bang .keys").checkVisibility({visibilityProperty: true})`) {
			t.Error("End does not lead to the last link, or nothing tells of the keys")
		}
	})
	if wrong := b.complained(); len(wrong) > 0 {
		t.Error(wrong)
	}
}
