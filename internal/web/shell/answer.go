package shell

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"nhipso/internal/middleware"
)

// Bounds of what a reader may ask in one address.
const (
	longest     = 4096 // bytes of an address
	longestPath = 300  // bytes of a path that a page of an error repeats
)

// answering gives pages and files from memory, and those that have any size as they are made.
func (s *Site) answering(pages http.Handler) http.Handler {
	light := func(r *http.Request) string {
		if s.classOf(r) != "" { // it has a place already
			return ""
		}
		return pageWork
	}
	made := middleware.Budgets(making, light, s.Failing(http.StatusServiceUnavailable, "web.busy"))(pages)
	kept := middleware.Since()(s.memory.Remember(s.key)(made))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tag, is := s.stream(r); is {
			middleware.Stream(tag, pages).ServeHTTP(w, r)
			return
		}
		kept.ServeHTTP(w, r)
	})
}

// stream reports whether a request asks for a file that is written as it is read, and gives its tag: that of the release, of what is asked and of
// the program that writes it.
func (s *Site) stream(r *http.Request) (tag string, is bool) {
	_, format := split(r.URL.Path)
	if !slices.Contains(tableFormats, format) {
		return "", false
	}
	if route, known := s.routeOf(r); !known || !route.Streams {
		return "", false
	}
	view, err := s.View(r)
	if err != nil {
		return "", false
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{program(), view.Key(), language(r), s.Origin(r), r.URL.Path, r.URL.Query().Encode()}, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:12]), true
}

// program tells one build of the program from another.
var program = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.String()
	}
	return ""
})

// methods lists the methods that an address takes; none when there is no such address.
func (s *Site) methods(r *http.Request) []string {
	var out []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		asked := r.Clone(r.Context())
		asked.Method = method
		if format, taken := r.Context().Value(formatKey{}).(string); taken {
			asked.URL.Path = suffixed(asked.URL.Path, format)
		}
		if s.Route(asked) != "" {
			out = append(out, method)
		}
	}
	return out
}
