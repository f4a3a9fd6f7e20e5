package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRequestsAreCountedByTheirRoute(t *testing.T) {
	s, _ := newSite(t)
	s.HandleWatch("/healthz", http.NotFoundHandler())
	s.Handle("/api/", inner{http.NotFoundHandler()})
	for address, want := range map[string]string{
		"/":                          "GET /{$}",
		"/?lang=en":                  "GET /{$}",
		"/tinh/VN34-01":              "GET /tinh/{area}",
		"/tinh/VN34-01.csv":          "GET /tinh/{area}",
		"/so-lieu/DE_SHARE/A.VN":     "GET /so-lieu/{dataflow}/{key}",
		"/so-lieu/DE_SHARE/A.VN.csv": "GET /so-lieu/{dataflow}/{key}",
		"/kich-ban/AbC":              "GET /kich-ban/{id}",
		"/static/site.css":           "/static/",
		"/robots.txt":                "GET /robots.txt",
		"/healthz":                   "GET /healthz",
		"/api/v1/data/X":             "of the API",
		"/wp-login.php":              "",
		"/so-lieu/a/b/c/d":           "",
	} {
		if got := s.Route(httptest.NewRequest("GET", address, nil)); got != want {
			t.Errorf("%s is counted as %q, want %q", address, got, want)
		}
	}
	for address, want := range map[string]string{"/kich-ban/AbC": "/kich-ban/{id}", "/kich-ban/AbC.csv": "/kich-ban/{id}", "/kich-ban": "/kich-ban", "/tinh/VN34-01.csv": "/tinh/VN34-01.csv"} {
		if got := s.shownPath(httptest.NewRequest("GET", address, nil)); got != want {
			t.Errorf("%s is logged as %q, want %q", address, got, want)
		}
	}
}

// inner is a handler with routes of its own.
type inner struct{ http.Handler }

func (inner) Route(*http.Request) string { return "of the API" }
