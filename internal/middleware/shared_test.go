package middleware_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"nhipso/internal/middleware"
)

// TestALimitHoldsForAllServersTogether: what a client spent with one server is missing with the other once they have talked, and comes back with
// the rate.
func TestALimitHoldsForAllServersTogether(t *testing.T) {
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	var servers [2]*middleware.Shared
	var handlers [2]http.Handler
	for i := range servers {
		servers[i] = &middleware.Shared{Server: string(rune('a' + i)), Now: func() time.Time { return now }, Tell: func(_ context.Context, message string) error {
			for _, s := range servers {
				s.Heard(message) // as a database tells everybody, the sender too
			}
			return nil
		}}
		handlers[i] = middleware.Limit{Rate: 1, Burst: 10, Now: func() time.Time { return now }, Shared: servers[i], Name: "all"}.Wrap(refuse)(page("x"))
	}
	ask := func(server int, client string, times int) (let int) {
		for range times {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = client + ":1"
			w := httptest.NewRecorder()
			handlers[server].ServeHTTP(w, r)
			if w.Code == http.StatusOK {
				let++
			}
		}
		return let
	}
	exchange := func() {
		for _, s := range servers {
			if err := s.Exchange(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if let := ask(0, "192.0.2.1", 8); let != 8 {
		t.Fatal(let)
	}
	exchange()
	if let := ask(1, "192.0.2.1", 10); let != 2 {
		t.Errorf("the other server lets %d through after 8 of 10", let)
	}
	if let := ask(0, "192.0.2.1", 10); let != 2 {
		t.Errorf("a server took what it told itself: it lets %d through", let)
	}
	if let := ask(1, "192.0.2.2", 10); let != 10 {
		t.Errorf("another client pays for it: %d", let)
	}
	exchange()
	now = now.Add(4 * time.Second)
	if let := ask(1, "192.0.2.1", 10); let > 4 {
		t.Errorf("%d after four seconds at one a second", let)
	}
	servers[0].Heard("no message of ours")
	servers[0].Heard(`{"server":"z","spent":{"all":{"192.0.2.9":1000000},"other":{"x":1}}}`)
	now = now.Add(21 * time.Second)
	if let := ask(0, "192.0.2.9", 5); let == 0 {
		t.Error("a client has to wait longer than for two bursts")
	}
}
