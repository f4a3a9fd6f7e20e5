package shell

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/internal/catalog"
	"nhipso/internal/words"
)

// TestAnAnswerHasOneAddressToo: what is no page takes no parameters by which a reader could ask for it under ever new names.
func TestAnAnswerHasOneAddressToo(t *testing.T) {
	h := newTestSite(t).only(Takes("lang"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) }))
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

// TestAPageThatIsNotThereSpeaksOfTheCountry: it belongs to no module, and its frame names the country as every other.
func TestAPageThatIsNotThereSpeaksOfTheCountry(t *testing.T) {
	files := fstest.MapFS{"words/test.csv": {Data: []byte("id,vi,en\ntest.title,Trang thử,A test page\n")}}
	own := words.MustRead("id,vi,en\ncommon.skip,Qua,Jump\n")
	w := NewWords(files).For(own, map[string]catalog.Label{"country": {Vi: "Xứ Mây", En: "Cloudland"}})
	s := New(Config{Library: empty{}}, func(*Site) Module { return Module{} }, func(*Site) Module { return Module{Words: w, Templates: files} })
	for _, r := range []*http.Request{httptest.NewRequest(http.MethodGet, "/nowhere?lang=en", nil), httptest.NewRequest(http.MethodPost, "/nowhere?lang=en", nil)} {
		got := s.failed(r).Say("common.synthetic")
		if strings.Contains(got, "{") || !strings.Contains(got, "Cloudland") {
			t.Errorf("%s: %q", r.Method, got)
		}
	}
}
