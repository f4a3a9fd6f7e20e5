package shell

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAnAnswerHasOneAddressToo: what is no page takes no parameters by which a reader could ask for it under ever new names.
func TestAnAnswerHasOneAddressToo(t *testing.T) {
	h := only(Takes("lang"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for address, want := range map[string]string{
		"/feed": "", "/feed?lang=en": "",
		"/feed?x=1": "/feed", "/feed?lang=": "/feed", "/feed?lang=en&lang=vi": "/feed?lang=en", "/feed?x=1&lang=en": "/feed?lang=en", "/feed?asof=2026-01-01": "/feed",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if got := w.Header().Get("Location"); got != want || (want == "") != (w.Code == http.StatusTeapot) {
			t.Errorf("%s: %d to %q, want %q", address, w.Code, got, want)
		}
	}
}

// TestWhatEverySiteAnswersHasOneAddress asks for what the shell answers by itself.
func TestWhatEverySiteAnswersHasOneAddress(t *testing.T) {
	s := newTestSite(t)
	for _, address := range []string{"/robots.txt", "/sitemap.xml", "/favicon.svg"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address+"?x=1", nil))
		if w.Code != http.StatusFound || w.Header().Get("Location") != address {
			t.Errorf("%s: %d %v", address, w.Code, w.Header())
		}
	}
}
