package portal

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
)

// TestScenarioAnswersWhileTyping types an assumption: result, address and the form of saving follow, without a new page; a wrong one is
// named beside its field and leaves the last result where it was.
func TestScenarioAnswersWhileTyping(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	s, _ := newScenarioSite(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	var complaints []string
	chromedp.ListenTarget(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && strings.Contains(e.Entry.Text, "Content Security Policy") {
			complaints = append(complaints, e.Entry.Text)
		}
	})
	var answer, address, kept, after string
	var same, sortable bool
	err := chromedp.Run(ctx, log.Enable(), emulation.SetDeviceMetricsOverride(1440, 900, 1, false),
		chromedp.Navigate(srv.URL+"/kich-ban"),
		chromedp.Evaluate(`window.mark = true; document.getElementById("f-muc-tieu").value = ""`, nil),
		chromedp.SendKeys("#f-muc-tieu", "25"),
		chromedp.WaitVisible(`//p[@role="status"][contains(., "25 %")]`, chromedp.BySearch),
		chromedp.Text(`[role=status]`, &answer),
		chromedp.Evaluate(`window.mark === true`, &same),
		chromedp.Evaluate(`location.search`, &address),
		chromedp.Evaluate(`document.querySelector("#luu-gia-dinh input[name=muc-tieu]").value`, &kept),
		chromedp.Evaluate(`document.querySelector("#ket-qua table.grid th button") !== null`, &sortable),
		chromedp.SendKeys("#f-muc-tieu", "x"),
		chromedp.WaitVisible(`.asks .wrong`, chromedp.ByQuery),
		chromedp.Text(`[role=status]`, &after))
	if err != nil {
		t.Fatal(err)
	}
	if !same || !strings.Contains(address, "muc-tieu=25") || kept != "25" || !sortable || after != answer {
		t.Errorf("same page %v, address %q, to be kept %q, sortable %v, answer %q then %q", same, address, kept, sortable, answer, after)
	}
	for _, c := range complaints {
		t.Error(c)
	}
}
