package middleware

import "net/http"

// Since answers requests for what has changed since a time: with 304 where Last-Modified of the answer is no later.
func Since() Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(&since{ResponseWriter: w, r: r}, r) })
	}
}

// since answers If-Modified-Since, which counts only where no If-None-Match was sent and the answer would be 200.
type since struct {
	http.ResponseWriter
	r       *http.Request
	written bool
	silent  bool
}

// unchanged reports whether the client has what an answer with these headings would give it, as far as the time of its last change tells.
func unchanged(r *http.Request, h http.Header) bool {
	if r.Header.Get("If-None-Match") != "" {
		return false
	}
	have, err1 := http.ParseTime(r.Header.Get("If-Modified-Since"))
	is, err2 := http.ParseTime(h.Get("Last-Modified"))
	return err1 == nil && err2 == nil && !is.After(have)
}

// WriteHeader turns a 200 that the client has already into a 304.
func (w *since) WriteHeader(status int) {
	if w.written {
		return
	}
	w.written = true
	if status == http.StatusOK && unchanged(w.r, w.Header()) {
		w.silent = true
		w.Header().Del("Content-Type")
		w.Header().Del("Content-Length")
		w.Header().Del("Content-Encoding")
		status = http.StatusNotModified
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write drops the body of a 304.
func (w *since) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.silent {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives the writer below.
func (w *since) Unwrap() http.ResponseWriter { return w.ResponseWriter }
