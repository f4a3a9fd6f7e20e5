package middleware

import (
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"
)

// watched notes what a handler sent.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Log writes one line a request: method, path, status, bytes, time taken and client. Query strings are left out, since they
// may hold what a person searched for.
func Log(log *slog.Logger, now func() time.Time, trusted []netip.Prefix) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start, seen := now(), &watched{ResponseWriter: w}
			defer func() {
				level := slog.LevelInfo
				if seen.status >= 500 {
					level = slog.LevelError
				}
				log.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path),
					slog.Int("status", seen.status), slog.Int64("bytes", seen.bytes),
					slog.Duration("took", now().Sub(start)), slog.String("client", Client(r, trusted)))
			}()
			next.ServeHTTP(seen, r)
		})
	}
}

// Recover turns a panic into the response that failed writes, provided nothing has been sent yet, and logs where it happened.
func Recover(log *slog.Logger, failed http.Handler) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen := &watched{ResponseWriter: w}
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler {
					panic(p)
				}
				log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.Any("value", p), slog.String("path", r.URL.Path),
					slog.String("stack", string(debug.Stack())))
				if seen.status == 0 {
					failed.ServeHTTP(w, r)
					return
				}
				panic(http.ErrAbortHandler) // half a page was sent: cut the connection, so that nobody takes it for whole
			}()
			next.ServeHTTP(seen, r)
		})
	}
}
