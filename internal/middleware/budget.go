package middleware

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Budget bounds how much work of one class is done at once, however many readers ask for it: Slots requests are worked on, Queue more wait their
// turn for at most Wait, and the rest is refused at once. Work whose reader hangs up leaves its place.
type Budget struct {
	Slots, Queue int
	Wait         time.Duration
}

// Class says which budget a request needs, or "".
type Class func(*http.Request) string

// Budgets holds requests to the budget of their class; refuse writes the words for one that has to come again, with 503 and Retry-After.
func Budgets(budgets map[string]Budget, class Class, refuse http.Handler) Wrap {
	type counter struct {
		slots   chan struct{}
		waiting atomic.Int64
	}
	counters := map[string]*counter{}
	for name, b := range budgets {
		counters[name] = &counter{slots: make(chan struct{}, b.Slots)}
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := class(r)
			c, b := counters[name], budgets[name]
			if c == nil {
				next.ServeHTTP(w, r)
				return
			}
			if !enter(r, c.slots, &c.waiting, b) {
				w.Header().Set("Retry-After", strconv.Itoa(max(1, int(b.Wait.Seconds()))))
				refuse.ServeHTTP(w, r)
				return
			}
			defer func() { <-c.slots }()
			next.ServeHTTP(w, r)
		})
	}
}

// enter takes a slot, waiting for one when the queue has room.
func enter(r *http.Request, slots chan struct{}, waiting *atomic.Int64, b Budget) bool {
	select {
	case slots <- struct{}{}:
		return true
	default:
	}
	if waiting.Add(1) > int64(b.Queue) {
		waiting.Add(-1)
		return false
	}
	defer waiting.Add(-1)
	timer := time.NewTimer(b.Wait)
	defer timer.Stop()
	select {
	case slots <- struct{}{}:
		return true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return false
}
