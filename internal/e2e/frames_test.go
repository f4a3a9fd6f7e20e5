package e2e

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var frameOf = regexp.MustCompile(`src="([^"]+)".* height="(\d+)"`)

// What a page gives to embed is as high as its drawing with title, notes and source, at the widths of a phone and of a desk: nothing is cut off.
func TestADrawingFitsTheFrameThatItsPageGives(t *testing.T) {
	for _, width := range []int64{320, 390, 700, 1000} {
		b := open(t, width, 900)
		for _, page := range []string{"/", "/tinh", "/tinh/toan-canh?so-do=grdp", "/muc-tieu/KTS-1?lang=en", "/hai-con-so"} {
			_, body := b.server.get(t, page)
			for _, m := range snippet.FindAllStringSubmatch(body, -1) {
				frame := frameOf.FindStringSubmatch(html.UnescapeString(m[2]))
				if m[1] != "iframe" || frame == nil {
					continue
				}
				var drawn bool
				var high int
				b.run(t, chromedp.Navigate(html.UnescapeString(frame[1])), evaluate(`document.querySelector(".draw") !== null`, &drawn),
					evaluate(`Math.ceil(document.querySelector("main").getBoundingClientRect().height)`, &high))
				given, err := strconv.Atoi(frame[2])
				if err != nil {
					t.Fatal(err)
				}
				if drawn && high > given {
					t.Errorf("%s at %d px is %d high, in a frame of %d", strings.TrimPrefix(frame[1], b.server.url), width, high, given)
				}
			}
		}
	}
}
