package middleware

import (
	"net/http"
	"strconv"
	"time"
)

// Public is the Cache-Control of an answer that is the same for every reader and follows from the release: Fresh says for how long it may be kept.
const Public = "public"

// Fresh completes Cache-Control of public answers. A release comes out at a minute, so browsers and caches on the way may keep an answer up to the next
// one and ask again after it; asking costs little, as answers have tags.
func Fresh(now func() time.Time) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&fresh{ResponseWriter: w, now: now}, r)
		})
	}
}

type fresh struct {
	http.ResponseWriter
	now  func() time.Time
	told bool
}

// WriteHeader says for how long.
func (f *fresh) WriteHeader(status int) {
	if h := f.Header(); !f.told && h.Get("Cache-Control") == Public {
		left := strconv.Itoa(60 - f.now().Second())
		h.Set("Cache-Control", "public, max-age="+left+", s-maxage="+left+", must-revalidate")
	}
	f.told = true
	f.ResponseWriter.WriteHeader(status)
}

// Write says so before the first byte.
func (f *fresh) Write(b []byte) (int, error) {
	if !f.told {
		f.WriteHeader(http.StatusOK)
	}
	return f.ResponseWriter.Write(b)
}

// Unwrap gives the writer below.
func (f *fresh) Unwrap() http.ResponseWriter { return f.ResponseWriter }

// Longest turns away requests whose address has more bytes than that; refuse writes the words.
func Longest(bytes int, refuse http.Handler) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(r.URL.RequestURI()) > bytes {
				refuse.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
