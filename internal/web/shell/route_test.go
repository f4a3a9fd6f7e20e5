package shell

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRequestsAreCountedByTheirRoute(t *testing.T) {
	s := newTestSite(t)
	s.HandleWatch("/healthz", http.NotFoundHandler())
	s.Handle("/api/", inner{http.NotFoundHandler()})
	for address, want := range map[string]string{
		"/":                "GET /{$}",
		"/?lang=en":        "GET /{$}",
		"/things/A.VN":     "GET /things/{id}",
		"/things/A.VN.csv": "GET /things/{id}",
		"/secret/AbC":      "GET /secret/{id}",
		"/static/site.css": "/static/",
		"/robots.txt":      "GET /robots.txt",
		"/healthz":         "GET /healthz",
		"/api/v1/data/X":   "of the API",
		"/wp-login.php":    "",
		"/things/a/b/c/d":  "",
	} {
		if got := s.Route(httptest.NewRequest("GET", address, nil)); got != want {
			t.Errorf("%s is counted as %q, want %q", address, got, want)
		}
	}
	for address, want := range map[string]string{"/secret/AbC": "/secret/{id}", "/secret/AbC.csv": "/secret/{id}", "/secret": "/secret", "/things/A.csv": "/things/A.csv"} {
		if got := s.shownPath(httptest.NewRequest("GET", address, nil)); got != want {
			t.Errorf("%s is logged as %q, want %q", address, got, want)
		}
	}
}

// inner is a handler with routes of its own.
type inner struct{ http.Handler }

func (inner) Route(*http.Request) string { return "of the API" }
