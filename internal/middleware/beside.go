package middleware

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"nhipso/internal/fault"
)

// Go runs do beside requests, such as pages that are drawn ahead. A panic in it is logged and ends nothing else.
func Go(log *slog.Logger, what string, do func()) {
	fault.Go(do, func(p any, stack []byte) {
		log.Error("panic", slog.String("in", what), slog.Any("value", p), slog.String("stack", string(stack)))
	})
}

// Within gives every request a deadline. What works for it, drawings, queries, computations, stops when it has passed, as it does
// when the reader hangs up.
func Within(d time.Duration) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
