package desk_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/people"
	"nhipso/internal/register"
)

// hidden reads the value of a hidden field of a page.
func hidden(t *testing.T, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no %s: %s", name, page)
	}
	return html.UnescapeString(m[1])
}

// TestAMergerAtTheDesk: the administrator sees which records pass to the heir, then all of it is done; the record tells it, with the document; nothing is
// left to do.
func TestAMergerAtTheDesk(t *testing.T) {
	p := newPlace(t)
	form := url.Values{"_ke-tuc": {"WEST"}, "_tu-ngay": {"01/11/2026"}}
	if got := p.body(p.ask("root", http.MethodPost, "/lam-viec/ke-tuc/EAST", form)); !strings.Contains(got, "văn bản") || strings.Contains(got, "_viec-lam") {
		t.Errorf("without a document: %s", got)
	}
	form.Set("_van-ban", "NQ 1/2026")
	page := p.body(p.ask("root", http.MethodPost, "/lam-viec/ke-tuc/EAST", form))
	for _, want := range []string{"Trạm Đông", "<del>EAST</del>", "<ins>WEST</ins>", "Người east"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview does not say %s", want)
		}
	}
	if line, _ := p.office.Register.Timeline(t.Context(), people.OrganisationType, "EAST"); !line.Versions[len(line.Versions)-1].Until.IsZero() {
		t.Error("a preview ends the organisation")
	}
	form.Set("_viec-lam", hidden(t, page, "_viec-lam"))
	if w := p.ask("root", http.MethodPost, "/lam-viec/ke-tuc/EAST", form); w.StatusCode != http.StatusSeeOther {
		t.Fatal(w.StatusCode, p.body(w))
	}
	v, _, err := p.office.Register.Record(t.Context(), "station", "CS-1", register.At{Day: today})
	if err != nil || v.Values["keeper"] != "WEST" {
		t.Errorf("the record is of %s, %v", v.Values["keeper"], err)
	}
	if got := p.body(p.ask("root", http.MethodGet, "/lam-viec/ho-so/organisation/EAST", nil)); !strings.Contains(got, "NQ 1/2026") || strings.Contains(got, "vẫn mang tên") {
		t.Errorf("the story of the organisation: %s", got)
	}
	if got := p.body(p.ask("root", http.MethodGet, "/lam-viec/ke-tuc/EAST", nil)); strings.Contains(got, "_viec-lam") || strings.Contains(got, "<del>") {
		t.Error("it would be done a second time")
	}
	if w := p.ask("root", http.MethodPost, "/lam-viec/ke-tuc/EAST", form); w.StatusCode != http.StatusConflict {
		t.Errorf("the same form a second time: %d", w.StatusCode)
	}
}
