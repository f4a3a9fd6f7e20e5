package shell

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheAddressOfAFigureAloneIsThatOfItsPage(t *testing.T) {
	for address, want := range map[string][2]string{
		"/nhung/trang-chu": {"/", embedFormat}, "/nhung/tinh": {"/tinh", embedFormat}, "/nhung/so-lieu/X/A.B.C": {"/so-lieu/X/A.B.C", embedFormat},
		"/nhung": {"/nhung", ""}, "/nhung/": {"/nhung/", ""}, "/nhungtinh": {"/nhungtinh", ""}, "/tinh": {"/tinh", ""},
		"/tinh.bib": {"/tinh", "bib"}, "/tinh.ris": {"/tinh", "ris"}, "/tinh.png": {"/tinh", "png"}, "/tinh.chia-se.png": {"/tinh", shareFormat}, "/trang-chu.chia-se.png": {"/", shareFormat},
	} {
		plain, format := split(address)
		if plain != want[0] || format != want[1] {
			t.Errorf("%s: %q %q, want %v", address, plain, format, want)
		}
		if format != "" {
			if back := suffixed(plain, format); back != address {
				t.Errorf("%s comes back as %s", address, back)
			}
		}
	}
}

// Whatever answers, only an address of a figure alone may be framed, and all else of the policy stays.
func TestOnlyFiguresAloneMayBeFramed(t *testing.T) {
	s := newTestSite(t)
	ask := func(address string) http.Header {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		return w.Header()
	}
	strict := ask("/").Get("Content-Security-Policy")
	for _, address := range []string{"/", "/things/1", "/secret", "/find?q=x", "/nowhere", "/nhung", "/nhungs/x", "/robots.txt", "/things/1?x=1&bad=2", "/things/1.csv", "/static/none.css", "/%6ehung"} {
		if h := ask(address); h.Get("Content-Security-Policy") != strict || !strings.Contains(strict, "frame-ancestors 'none'") || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s may be framed: %v", address, h)
		}
	}
	for _, address := range []string{"/nhung/trang-chu", "/nhung/things/1", "/nhung/nowhere"} {
		h := ask(address)
		if got := h.Get("Content-Security-Policy"); strings.Replace(got, "frame-ancestors *", "frame-ancestors 'none'", 1) != strict || got == strict || h["X-Frame-Options"] != nil {
			t.Errorf("%s: %v", address, h)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"} {
			if h.Get(name) == "" {
				t.Errorf("%s lacks %s", address, name)
			}
		}
	}
}

// What cannot be shown alone says so alone: there is nothing of ours around it that a page of somebody else could lay its own things over.
func TestAFailureAloneHasNoMenu(t *testing.T) {
	s := newTestSite(t)
	for _, address := range []string{"/nhung/nowhere?lang=en", "/nhung/trang-chu?lang=en"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		body := w.Body.String()
		if w.Code < 400 || strings.Contains(body, "<nav") || strings.Contains(body, "<form class=\"asof\"") || !strings.Contains(body, "<h1>") || !strings.Contains(body, `class="alone"`) {
			t.Errorf("%s: %d %s", address, w.Code, body)
		}
	}
}
