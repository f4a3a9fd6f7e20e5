package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// suggestions is the combobox of the field of searches, as a reader of a screen finds it.
type suggestions struct {
	Expanded, Active, Selected string
	Options                    []string
}

const combobox = `(() => {
	const field = document.querySelector("#q"), list = document.getElementById(field.getAttribute("aria-controls"));
	const options = list.hidden ? [] : [...list.children];
	return {expanded: field.getAttribute("aria-expanded"), active: field.getAttribute("aria-activedescendant") ?? "", selected: options.filter(o => o.getAttribute("aria-selected") === "true").map(o => o.id).join(), options: options.map(o => o.textContent)};
})()`

// suggested types into the field and waits for what is suggested.
func (b *tab) suggested(t *testing.T, words string) suggestions {
	t.Helper()
	b.run(t, chromedp.SendKeys("#q", words, chromedp.ByQuery))
	for range 100 {
		if now := eval[suggestions](t, b, combobox); len(now.Options) > 0 {
			return now
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("nothing is suggested for %q", words)
	return suggestions{}
}

func TestSearchSuggestsAsOneTypes(t *testing.T) {
	b := open(t, wide, high)
	t.Run("arrows go through what is suggested, and around; Escape closes; Enter leads to the one chosen", func(t *testing.T) {
		b.visit(t, "/?lang=vi")
		first := b.suggested(t, "bac ninh")
		if first.Expanded != "true" || first.Active != "" || !strings.Contains(first.Options[0], "Bắc Ninh") {
			t.Fatalf("%+v", first)
		}
		b.run(t, press(kb.ArrowDown))
		if down := eval[suggestions](t, b, combobox); down.Active == "" || down.Active != down.Selected || !strings.HasSuffix(down.Active, "-0") {
			t.Errorf("down leads to %+v", down)
		}
		b.run(t, press(kb.ArrowUp), press(kb.ArrowUp))
		if up := eval[suggestions](t, b, combobox); up.Active != up.Selected || up.Active == "" || strings.HasSuffix(up.Active, "-0") {
			t.Errorf("up from the field leads to %+v, not to the last", up)
		}
		b.run(t, press(kb.Escape))
		if shut := eval[suggestions](t, b, combobox); shut.Expanded != "false" || shut.Active != "" || len(shut.Options) != 0 {
			t.Errorf("Escape leaves %+v", shut)
		}
		if words := eval[string](t, b, `document.querySelector("#q").value`); words != "bac ninh" {
			t.Errorf("Escape makes the words %q", words)
		}
		b.suggested(t, " ")
		b.run(t, press(kb.ArrowDown))
		b.follow(t, press(kb.Enter))
		if !strings.HasPrefix(b.path(t), "/tinh/VN") {
			t.Errorf("Enter leads to %s", b.path(t))
		}
	})
	t.Run("Enter without a choice searches", func(t *testing.T) {
		b.visit(t, "/?lang=vi")
		b.suggested(t, "bac ninh")
		b.follow(t, press(kb.Enter))
		if !strings.HasPrefix(b.path(t), "/tim?q=bac") {
			t.Errorf("leads to %s", b.path(t))
		}
	})
	t.Run("a pointer chooses one, in the language of the page", func(t *testing.T) {
		b.visit(t, "/?lang=en")
		b.suggested(t, "bac ninh")
		b.follow(t, chromedp.Click(".suggest li", chromedp.ByQuery))
		if p := b.path(t); !strings.HasPrefix(p, "/tinh/VN") || !strings.HasSuffix(p, "lang=en") {
			t.Errorf("leads to %s", p)
		}
	})
	if list := b.complained(); len(list) > 0 {
		t.Error(list)
	}
}

// rail is the slider of moments, with the entry of the list that it stands at.
type rail struct {
	Value, Last, Text, Chosen string
}

const slider = `(() => {
	const s = document.querySelector(".stops input[type=range]"), list = document.querySelector("#luc");
	return {value: s.value, last: s.max, text: s.getAttribute("aria-valuetext"), chosen: list.selectedOptions[0].text};
})()`

func TestTheSliderOfMomentsGoesThroughTime(t *testing.T) {
	series := "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL"
	t.Run("arrows walk and lead nowhere; the button views", func(t *testing.T) {
		b := open(t, wide, high)
		b.visit(t, series+"?lang=en")
		b.run(t, chromedp.Click(".asof summary", chromedp.ByQuery), evaluate(`document.querySelector(".stops input[type=range]").focus()`, nil))
		now := eval[rail](t, b, slider)
		if now.Value != now.Last || now.Text != now.Chosen || now.Text == "" {
			t.Fatalf("the newest is %+v", now)
		}
		b.run(t, press(kb.ArrowLeft))
		before := eval[rail](t, b, slider)
		if before.Value == now.Value || before.Text == now.Text || before.Text != before.Chosen || strings.Contains(b.path(t), "asof=") {
			t.Errorf("left of %+v is %+v at %s", now, before, b.path(t))
		}
		b.follow(t, chromedp.Click(".stops button", chromedp.ByQuery))
		if p := b.path(t); !strings.Contains(p, "asof=") && !strings.Contains(p, "dot=") {
			t.Errorf("the button leads to %s", p)
		}
		if there := eval[rail](t, b, slider); there.Text != before.Text {
			t.Errorf("the page is at %q, not %q", there.Text, before.Text)
		}
	})
	t.Run("a pointer that lets go views, and a choice of then stays as far as it was there", func(t *testing.T) {
		b := open(t, wide, high)
		b.visit(t, "/tinh?so-do=ty-trong&dinh-nghia=NSO&nam=2025")
		b.run(t, chromedp.Click(".asof summary", chromedp.ByQuery))
		type box struct{ X, Y float64 }
		at := eval[box](t, b, `(() => { const s = document.querySelector(".stops input[type=range]"); s.scrollIntoView({block: "center"}); const r = s.getBoundingClientRect(); return {x: r.left + 2, y: r.top + r.height / 2}; })()`)
		b.follow(t, chromedp.MouseClickXY(at.X, at.Y))
		p := b.path(t)
		if !strings.HasPrefix(p, "/tinh?") || !strings.Contains(p, "asof=") || strings.Contains(p, "giu=") || eval[int](t, b, `document.querySelectorAll("main h1").length`) != 1 {
			t.Errorf("leads to %s", p)
		}
		if strings.Contains(p, "nam=2025") {
			t.Errorf("%s asks for a year that was not there", p)
		}
	})
	t.Run("without scripts the list does the same", func(t *testing.T) {
		b := withoutScripts(t, wide, high)
		b.visit(t, series+"?lang=en")
		b.run(t, chromedp.Click(".asof summary", chromedp.ByQuery))
		if eval[int](t, b, `document.querySelectorAll(".stops input[type=range]").length`) != 0 {
			t.Error("there is a slider that can do nothing")
		}
		b.run(t, evaluate(`void (document.querySelector("#luc").selectedIndex = document.querySelector("#luc").length - 1)`, nil))
		b.follow(t, chromedp.Click(".stops button", chromedp.ByQuery))
		if !strings.Contains(b.path(t), "asof=") {
			t.Errorf("the list leads to %s", b.path(t))
		}
	})
}
