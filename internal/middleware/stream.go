package middleware

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"time"
)

// Stalled is how long the reader of a streamed response may take for one piece of it; who takes none for that long is gone.
const Stalled = 30 * time.Second

// piece is how much of a response is sent at once.
const piece = 64 << 10

// Stream serves a response as it is made: nothing of it is held, whatever its size. It is sent under the entity tag given, which must change whenever
// the content does; who has that already gets 304, and nothing is made. It is compressed on the way. The connection of one that ends before its time is cut, so
// that nobody takes a part for the whole; a handler that fails by itself when something was sent must panic.
func Stream(tag string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if matches(r.Header.Get("If-None-Match"), tag) {
			h := w.Header()
			addVary(h, "Accept-Encoding")
			h.Set("ETag", `"`+tag+`"`)
			h.Set("Cache-Control", Public) // as the answer would have
			w.WriteHeader(http.StatusNotModified)
			return
		}
		ctx, stop := context.WithCancel(r.Context())
		defer stop()
		s := &streamed{ResponseWriter: w, r: r, tag: tag, stop: stop}
		defer func() { // the work may have been ended when the headings were there
			if p := recover(); p != nil && !s.bare {
				panic(p)
			}
		}()
		next.ServeHTTP(s, r.WithContext(ctx))
		if s.begun && !s.bare && ctx.Err() != nil { // time ran out or the reader left, whatever the handler made of it: this is not the whole
			panic(http.ErrAbortHandler)
		}
		s.end()
	})
}

// streamed compresses a response and sends it piece by piece.
type streamed struct {
	http.ResponseWriter
	r     *http.Request
	tag   string
	stop  func()
	begun bool
	bare  bool // the headings are the whole answer: to HEAD, or 304
	zip   *gzip.Writer
	out   *bufio.Writer
}

// WriteHeader sends the headings; those of a whole answer with its tag.
func (s *streamed) WriteHeader(status int) {
	if s.begun {
		return
	}
	s.begun, s.bare = true, s.r.Method == http.MethodHead
	var to io.Writer = taken{s}
	if h := s.Header(); status == http.StatusOK {
		encoding := ""
		addVary(h, "Accept-Encoding")
		if compressible(h.Get("Content-Type")) && accepts(s.r.Header.Get("Accept-Encoding"), "gzip") {
			encoding = "gzip"
			h.Set("Content-Encoding", encoding)
		}
		h.Set("ETag", `"`+s.tag+suffix(encoding)+`"`)
		h.Set("Accept-Ranges", "none") // it is made anew each time
		if unchanged(s.r, h) {
			s.bare, status = true, http.StatusNotModified
			h.Del("Content-Type")
			h.Del("Content-Encoding")
		}
		if encoding != "" && !s.bare {
			s.zip, _ = gzip.NewWriterLevel(to, gzip.BestSpeed) // the level is one that there is
			to = s.zip
		}
	}
	s.out = bufio.NewWriterSize(to, piece)
	s.ResponseWriter.WriteHeader(status)
}

// Write takes a part of the body. Where the headings are the whole answer there is none, and the work for it ends.
func (s *streamed) Write(b []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	if s.bare {
		s.stop()
		return len(b), nil
	}
	return s.out.Write(b)
}

// end sends what is left.
func (s *streamed) end() {
	if s.out == nil || s.bare {
		return
	}
	err := s.out.Flush()
	if s.zip != nil && err == nil {
		err = s.zip.Close()
	}
	if err != nil {
		panic(http.ErrAbortHandler) // the reader has gone
	}
}

// Unwrap gives the writer below.
func (s *streamed) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// taken sends pieces, and gives the reader as long again for the next one.
type taken struct{ *streamed }

// Write sends a piece.
func (t taken) Write(b []byte) (int, error) {
	// A server that knows no deadlines, as one in a test, has none to move.
	_ = http.NewResponseController(t.ResponseWriter).SetWriteDeadline(time.Now().Add(Stalled))
	again(t.r.Context())
	return t.ResponseWriter.Write(b)
}
