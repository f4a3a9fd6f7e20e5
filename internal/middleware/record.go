package middleware

import (
	"bytes"
	"net/http"
)

// recorder keeps a response instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func record(h http.Handler, r *http.Request) *recorder {
	rec := &recorder{header: http.Header{}}
	h.ServeHTTP(rec, r)
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	return rec
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func (r *recorder) entity() *Entity {
	body := r.body.Bytes()
	if cap(body)-len(body) > len(body)/8 { // it may stay for long, and the room behind it would stay too
		body = bytes.Clone(body)
	}
	return NewEntity(r.status, r.header, body)
}

// Whole collects each response and sends it compressed, with an entity tag, or as 304. It is for handlers whose responses
// fit in memory; a handler that streams stays outside it.
func Whole() Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				next.ServeHTTP(w, r)
				return
			}
			record(next, r).entity().ServeHTTP(w, r)
		})
	}
}
