package middleware

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
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
// when the reader hangs up. A response that is streamed has it again with every piece that its reader took.
func Within(d time.Duration) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithCancelCause(r.Context())
			defer cancel(nil)
			bound := &bounded{Context: ctx, lasts: d, timer: time.NewTimer(d)}
			defer bound.timer.Stop()
			fault.Go(func() {
				select {
				case <-bound.timer.C:
					cancel(context.DeadlineExceeded)
				case <-ctx.Done():
				}
			}, func(any, []byte) { cancel(context.Canceled) })
			bound.ends.Store(time.Now().Add(d).UnixNano())
			next.ServeHTTP(w, r.WithContext(bound))
		})
	}
}

// bounded is a context with a deadline that can begin again.
type bounded struct {
	context.Context
	lasts time.Duration
	timer *time.Timer
	ends  atomic.Int64
}

type boundedKey struct{}

// Deadline is when the work stops, as it stands now.
func (b *bounded) Deadline() (time.Time, bool) { return time.Unix(0, b.ends.Load()), true }

// Value finds the context itself below others.
func (b *bounded) Value(key any) any {
	if key == (boundedKey{}) {
		return b
	}
	return b.Context.Value(key)
}

// again starts the deadline of a request anew, where it has one.
func again(ctx context.Context) {
	if b, ok := ctx.Value(boundedKey{}).(*bounded); ok {
		b.ends.Store(time.Now().Add(b.lasts).UnixNano())
		b.timer.Reset(b.lasts)
	}
}
