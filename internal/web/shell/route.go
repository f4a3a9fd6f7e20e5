package shell

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

// shownPath is the path of a request as it may be logged: a secret address is known to its reader alone.
func (s *Site) shownPath(r *http.Request) string {
	if route, is := s.routeOf(r); is && route.Secret {
		return route.Path
	}
	return r.URL.Path
}

// routeOf gives the page that answers a request; false when none does.
func (s *Site) routeOf(r *http.Request) (Route, bool) {
	route, is := s.routes[s.Route(r)]
	return route, is
}
