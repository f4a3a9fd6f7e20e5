package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// paperWidth is what a sheet of A4 has between its margins, in CSS pixels.
const paperWidth = 718

// lost is what of a page would not be on paper: rows of tables that a box cuts, tables that stay folded, signs that only a ground paints, heads of
// tables that are not repeated, and the address.
const lost = `(() => {
	const out = [];
	for (const box of document.querySelectorAll("main .scroll")) {
		const table = box.querySelector("table"), rows = table?.tBodies[0]?.rows.length ?? 0, name = box.getAttribute("aria-label");
		if (!box.checkVisibility()) { out.push("a table of " + rows + " rows is folded: " + name); continue; }
		const clips = s => s !== "visible";
		const style = getComputedStyle(box);
		if (box.scrollHeight > box.clientHeight + 1 && clips(style.overflowY)) out.push("rows are cut: " + name);
		if (box.scrollWidth > box.clientWidth + 1 && clips(style.overflowX)) out.push("columns are cut: " + name);
		if (table.getBoundingClientRect().right > document.documentElement.clientWidth + 2) out.push("a table is " + Math.round(table.getBoundingClientRect().right) + " wide: " + name);
		if (table.tHead && getComputedStyle(table.tHead).display !== "table-header-group") out.push("heads are not repeated: " + name);
	}
	for (const s of document.querySelectorAll(".seal")) if (s.textContent.trim() === "") out.push("a sign without a letter: " + s.className);
	const head = document.querySelector(".on-paper");
	if (!head?.checkVisibility() || !head.textContent.includes(location.pathname) || !/\d{1,2}(\/\d{1,2}\/| \w{3} )\d{4}/.test(head.textContent)) out.push("address and day do not stand on it: " + head?.textContent);
	for (const s of ["header form", ".menu", ".asof", ".filters", ".use"]) if (document.querySelector(s)?.checkVisibility()) out.push("what nobody can use on paper: " + s);
	return out;
})()`

func TestPaperLosesNothing(t *testing.T) {
	b := open(t, paperWidth, 1000)
	b.run(t, emulation.SetEmulatedMedia().WithMedia("print"))
	for _, path := range kinds {
		for _, lang := range []string{"vi", "en"} { // words of one language may be wider than those of the other
			address := path + "?lang=" + lang
			if strings.Contains(path, "?") {
				address = path + "&lang=" + lang
			}
			var wrong []string
			b.run(t, chromedp.Navigate(b.server.url+address), evaluate(lost, &wrong))
			for _, s := range wrong {
				if path != missing {
					t.Errorf("%s: %s", address, s)
				}
			}
		}
	}
}
