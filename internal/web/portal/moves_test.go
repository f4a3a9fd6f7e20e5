package portal

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"testing"
)

// stopsOf gives the addresses to which the control of time of a page leads: its two links, and its form with each entry chosen.
func stopsOf(t *testing.T, path, body string) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`rel="(?:prev|next) nofollow" href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out = append(out, html.UnescapeString(m[1]))
	}
	form := regexp.MustCompile(`(?s)<form method="get" class="stops">.*?</form>`).FindString(body)
	q := url.Values{}
	for _, m := range regexp.MustCompile(`type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		q.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for _, m := range regexp.MustCompile(`<option value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		q.Set("asof", m[1])
		out = append(out, path+"?"+q.Encode())
	}
	return out
}

// arrive asks for an address and for those to which it leads.
func arrive(s http.Handler, address string) *httptest.ResponseRecorder {
	w := get(s, address)
	for n := 0; n < 4 && w.Code/100 == 3; n++ {
		w = get(s, w.Header().Get("Location"))
	}
	return w
}

// Wherever a reader goes in time from a page, whatever was chosen on it, there is a page: what was chosen stays where it was there then, and is left
// out where it was not.
func TestGoingInTimeLeadsToAPage(t *testing.T) {
	s, _ := newSite(t, manyRows...)
	for _, address := range []string{
		"/tinh?so-do=grdp&nam=2025", "/tinh?so-do=ty-trong&dinh-nghia=NS&nam=2023", "/tinh?so-do=ty-trong&dinh-nghia=MIC", "/tinh?so-do=ty-trong&dinh-nghia=NS&bo=63", "/muc-tieu?nam=2030", "/muc-tieu?xep-loai=FOCUS&nam=2025", "/muc-tieu?dia-ban=VN34-24",
		"/so-lieu/DE_SHARE?DEFINITION=NSO", "/so-lieu/DE_SHARE?REF_AREA=VN34-19&lich-su=1", "/so-lieu/DE_SHARE/bang?DEFINITION=NSO&tu=2024", "/so-lieu?q=GRDP", "/hai-con-so?nam=2023", "/so-sanh?chuoi=DE_SHARE%2FA.VN34-19.NSO.TOTAL",
		"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/kich-ban?nam-goc=2024", "/kich-ban", "/tinh/VN34-19", "/muc-tieu/KTS-1", "/tinh/toan-canh?so-do=grdp", "/phat-hien?trang=2", "/tim?q=grdp", "/",
	} {
		w := get(s, address)
		u, _ := url.Parse(address)
		for _, to := range stopsOf(t, u.Path, w.Body.String()) {
			if w := arrive(s, to); w.Code != 200 {
				t.Errorf("%s leads to %s, which gives %d", address, to, w.Code)
			}
		}
	}
}

// What was chosen stays as far as it was there then, and no further; an address that somebody writes is not changed.
func TestGoingInTimeKeepsWhatThereWas(t *testing.T) {
	s, _ := newSite(t, manyRows...)
	for from, want := range map[string]string{
		"/tinh?so-do=ty-trong&dinh-nghia=NSO&nam=2025&asof=2026-02-01&giu=1": "/tinh?asof=2026-02-01&dinh-nghia=NSO&nam=2025&so-do=ty-trong",
		"/tinh?so-do=ty-trong&dinh-nghia=NS&nam=2023&asof=2023-12-31&giu=1":  "/tinh?asof=2023-12-31&so-do=ty-trong",
		"/muc-tieu?nam=2030&xep-loai=FOCUS&asof=2022-03-29&giu=1&lang=en":    "/muc-tieu?asof=2022-03-29&lang=en&xep-loai=FOCUS",
		"/kich-ban?nam-goc=2024&asof=2023-12-31&giu=1":                       "/kich-ban?asof=2023-12-31",
		"/so-lieu/DE_SHARE.csv?DEFINITION=NSO&asof=2025-01-06&giu=1":         "/so-lieu/DE_SHARE.csv?DEFINITION=NSO&asof=2025-01-06",
		"/vi-sao?o=DE_SHARE%2FA.VN.NSO.TOTAL%2F2025&asof=2020-01-01&giu=1":   "/vi-sao?asof=2020-01-01&o=DE_SHARE%2FA.VN.NSO.TOTAL%2F2025",
		"/tinh?so-do=grdp&giu=1": "/tinh?so-do=grdp",
	} {
		if w := get(s, from); w.Code != 302 || w.Header().Get("Location") != want {
			t.Errorf("%s: %d to %s, want %s", from, w.Code, w.Header().Get("Location"), want)
		}
	}
	if w := get(s, "/tinh?so-do=ty-trong&dinh-nghia=NS&nam=2023&asof=2023-12-31"); w.Code != 404 {
		t.Errorf("what was not there then gives %d where somebody asks for it", w.Code)
	}
}
