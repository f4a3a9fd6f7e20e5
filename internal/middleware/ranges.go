package middleware

import (
	"net/http"
	"strings"
)

// Ranges leaves out what a request says of ranges where it means nothing: with another method than GET, and in another unit than bytes. The standard
// (RFC 9110, 14.2) says that such a heading is ignored, which http.ServeContent does not do.
func Ranges() Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked := r.Header.Get("Range"); asked != "" && (r.Method != http.MethodGet || !strings.HasPrefix(asked, "bytes=")) {
				r = r.Clone(r.Context())
				r.Header.Del("Range")
				r.Header.Del("If-Range")
			}
			next.ServeHTTP(w, r)
		})
	}
}
