package portal

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestAComparisonByKeyboard finds a province while typing, adds it, narrows a list of areas and ticks one, with keys only, at the width of a phone.
func TestAComparisonByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	more := []string{"VN34-01", "VN34-04", "VN34-08", "VN34-11", "VN34-12", "VN34-14", "VN34-15", "VN34-20", "VN34-22", "VN34-25", "VN34-31"}
	var figures []row
	for _, a := range more {
		figures = append(figures, row{"GRDP", "A." + a, "2025", "100000", "2026-10-06", "A", nil})
	}
	s, _ := newSite(t, append(figures, row{"GRDP", "A.VN34-19", "2025", "193000", "2026-10-06", "E", nil}, row{"GRDP", "A.VN34-79", "2025", "2972536", "2026-10-06", "E", nil})...)
	srv := httptest.NewServer(s)
	defer srv.Close()
	var complaints []string
	chromedp.ListenTarget(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && strings.Contains(e.Entry.Text, "Content Security Policy") {
			complaints = append(complaints, e.Entry.Text)
		}
	})
	focus := func(selector string) chromedp.Action { // as tab keys would, from the field before
		return chromedp.Focus(selector, chromedp.ByQuery)
	}
	var stayed bool
	var shown int
	var over float64
	var lead, address string
	err := chromedp.Run(ctx, log.Enable(), emulation.SetDeviceMetricsOverride(320, 800, 1, true),
		chromedp.Navigate(srv.URL+"/so-sanh?chuoi=GRDP%2FA.VN34-24"),
		chromedp.Evaluate(`window.mark = true`, nil),
		focus("#tim"), chromedp.KeyEvent("thai nguyen"),
		chromedp.WaitVisible(`#tim-thay a[href*="VN34-19"]`, chromedp.ByQuery), // without a new page
		chromedp.Evaluate(`window.mark === true`, &stayed),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter), // over the button to the first hit
		chromedp.WaitVisible(`//p[@class="lead"][contains(., "Bắc Ninh gấp")]`, chromedp.BySearch),
		focus("#bo"), chromedp.SetValue("#bo", "GRDP", chromedp.ByQuery), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible(`.narrow-list`, chromedp.ByQuery),
		focus(".narrow-list"), chromedp.KeyEvent("ho chi minh"),
		chromedp.Evaluate(`document.querySelectorAll('.narrow-list + ul li:not([hidden])').length`, &shown),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible(`//p[@class="lead"][contains(., "Thành phố Hồ Chí Minh")]`, chromedp.BySearch),
		chromedp.Text(`p.lead`, &lead, chromedp.ByQuery),
		chromedp.Evaluate(`decodeURIComponent(location.search)`, &address),
		chromedp.Evaluate(`document.documentElement.scrollWidth - innerWidth`, &over))
	if err != nil {
		t.Fatal(err)
	}
	if !stayed || shown != 1 || over > 0 {
		t.Errorf("the search left the page: %v; %d areas remain; %v px spill over", !stayed, shown, over)
	}
	if want := "?chuoi=GRDP/A.VN34-19+GRDP/A.VN34-24+GRDP/A.VN34-79"; address != want {
		t.Errorf("the address is %q, want %q", address, want)
	}
	if !strings.Contains(lead, "Năm 2025, lớn nhất là Thành phố Hồ Chí Minh") {
		t.Errorf("%q", lead)
	}
	for _, c := range complaints {
		t.Error(c)
	}
}

// TestATableByKeyboard ticks what goes across and builds the table, with keys only.
func TestATableByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	ctx := browser(t)
	s, _ := newSite(t)
	srv := httptest.NewServer(s)
	defer srv.Close()
	var heads, address string
	err := chromedp.Run(ctx, emulation.SetDeviceMetricsOverride(320, 800, 1, true),
		chromedp.Navigate(srv.URL+"/so-lieu/DE_SHARE/bang?lang=en"),
		chromedp.Focus(`details.boxes:last-of-type summary`, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter),
		chromedp.WaitVisible(`#cot-DEFINITION`, chromedp.ByQuery),
		chromedp.Focus(`#cot-TIME_PERIOD`, chromedp.ByQuery), chromedp.KeyEvent(" "), // down
		chromedp.Focus(`#cot-DEFINITION`, chromedp.ByQuery), chromedp.KeyEvent(" "),
		chromedp.KeyEvent(kb.Enter), // sends the form
		chromedp.WaitVisible(`//th[contains(., "Period")]`, chromedp.BySearch),
		chromedp.Text(`#bang thead`, &heads, chromedp.ByQuery),
		chromedp.Evaluate(`location.search`, &address))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(address, "cot=DEFINITION") || strings.Contains(address, "TIME_PERIOD") || !strings.Contains(heads, "National statistics office") {
		t.Errorf("%q: %q", address, heads)
	}
}
