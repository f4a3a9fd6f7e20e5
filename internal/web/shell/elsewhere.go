package shell

import (
	"net/http"
	"net/url"
	"strings"
)

// Elsewhere is the error of a page that lies at another address: what was asked for is known there under another name.
type Elsewhere struct{ Path string }

// Error says where.
func (e Elsewhere) Error() string { return "at " + e.Path }

// lead sends the reader there, with the language, the day and the format asked for. What is meant by a name may change, so that nobody keeps the way.
func (e Elsewhere) lead(w http.ResponseWriter, r *http.Request, v *Visit) {
	path := e.Path
	if v.Format != "" {
		path += "." + v.Format
	}
	w.Header().Del("Last-Modified")
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, v.Link(path), http.StatusFound)
}

// slashed leads from an address that ends in a stroke to the page without it, where there is one.
func (s *Site) slashed(w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimRight(r.URL.Path, "/")
	if path == r.URL.Path || path == "" || strings.HasPrefix(path, "//") {
		return false
	}
	plain := r.Clone(r.Context())
	plain.URL.Path, plain.URL.RawPath = path, ""
	if s.Route(plain) == "" {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, (&url.URL{Path: path, RawQuery: r.URL.RawQuery}).String(), http.StatusFound)
	return true
}
