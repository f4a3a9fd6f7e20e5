package web

import "net/http"

// router is what knows the patterns of its own routes; the API is one.
type router interface {
	Route(r *http.Request) string
}

// Route gives the pattern of the route that answers a request, "" when none does. There are few patterns and any number of addresses: what
// counts requests counts them by pattern.
func (s *Site) Route(r *http.Request) string {
	h, pattern := s.mux.Handler(r)
	if inner, ok := h.(router); ok {
		return inner.Route(r)
	}
	if pattern != "/" {
		return pattern
	}
	if plain, format := split(r.URL.Path); format != "" {
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = plain, ""
	}
	if _, pattern = s.pages.Handler(r); pattern == "/" {
		return ""
	}
	return pattern
}

// shownPath is the path of a request as it may be logged: the address of a saved scenario is known to the reader alone who saved it.
func (s *Site) shownPath(r *http.Request) string {
	if pattern := s.Route(r); pattern == "GET "+scenarioPath+"/{id}" {
		return scenarioPath + "/{id}"
	}
	return r.URL.Path
}
