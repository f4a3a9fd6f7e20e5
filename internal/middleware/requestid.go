package middleware

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
)

// requestID is the header that names a request, so that a reader's complaint, the proxy's log and ours can be put together.
const requestID = "X-Request-Id"

// sane is a name of a request that may stand in a log and in an answer. Any other is replaced.
var sane = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

type requestKey struct{}

// RequestID names every request: as the reader or a proxy named it, where that can be written safely, else anew. The answer carries the name,
// and so does every line that Logger writes for the request.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestID)
		if !sane.MatchString(id) || len(r.Header.Values(requestID)) != 1 {
			id = rand.Text()
		}
		w.Header().Set(requestID, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

// Logger makes a handler of a log write the name of the request beside everything that is logged with its context.
func Logger(h slog.Handler) slog.Handler { return named{h} }

type named struct{ slog.Handler }

func (n named) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := ctx.Value(requestKey{}).(string); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	return n.Handler.Handle(ctx, r)
}

func (n named) WithAttrs(a []slog.Attr) slog.Handler { return named{n.Handler.WithAttrs(a)} }

func (n named) WithGroup(g string) slog.Handler { return named{n.Handler.WithGroup(g)} }
