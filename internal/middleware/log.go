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

// Seen is what was answered to a request.
type Seen struct {
	Request *http.Request
	Status  int
	Bytes   int64
	Took    time.Duration
}

// Watch tells what was answered to every request, also when its handler panics.
func Watch(now func() time.Time, tell func(Seen)) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start, seen := now(), &watched{ResponseWriter: w}
			defer func() { tell(Seen{r, seen.status, seen.bytes, now().Sub(start)}) }()
			next.ServeHTTP(seen, r)
		})
	}
}

// Logging says what the log of requests needs to know.
type Logging struct {
	Log     *slog.Logger
	Now     func() time.Time
	Trusted []netip.Prefix               // proxies whose X-Forwarded-For is believed
	Path    func(r *http.Request) string // the path as it may be logged; nil means as it is
	Quiet   func(r *http.Request) bool   // requests of machines that watch: logged only where everything is
}

// Wrap writes one line a request: method, path, status, bytes, time taken and client. Query strings are left out, since they
// may hold what a person searched for.
func (l Logging) Wrap() Wrap {
	return Watch(l.Now, func(x Seen) {
		level := slog.LevelInfo
		switch {
		case l.Quiet != nil && l.Quiet(x.Request):
			level = slog.LevelDebug
		case x.Status >= 500:
			level = slog.LevelError
		}
		l.Log.LogAttrs(x.Request.Context(), level, "request", slog.String("method", x.Request.Method), slog.String("path", pathOf(x.Request, l.Path)),
			slog.Int("status", x.Status), slog.Int64("bytes", x.Bytes),
			slog.Float64("ms", float64(x.Took.Microseconds())/1000), slog.String("client", Client(x.Request, l.Trusted)))
	})
}

func pathOf(r *http.Request, shown func(*http.Request) string) string {
	if shown == nil {
		return r.URL.Path
	}
	return shown(r)
}

// Recover turns a panic into the response that failed writes, provided nothing has been sent yet, and logs where it happened.
func Recover(log *slog.Logger, failed http.Handler) Wrap { return Recovering(log, failed, nil) }

// Recovering is Recover with the path as it may be logged.
func Recovering(log *slog.Logger, failed http.Handler, path func(*http.Request) string) Wrap {
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
				log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.Any("value", p), slog.String("path", pathOf(r, path)),
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
