package middleware

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestABudgetBoundsWhatIsDoneAtOnce(t *testing.T) {
	release, inside, most := make(chan struct{}), atomic.Int64{}, atomic.Int64{}
	work := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if n := inside.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-release
		inside.Add(-1)
	})
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	class := func(r *http.Request) string { return r.URL.Query().Get("class") }
	h := Budgets(map[string]Budget{"heavy": {Slots: 2, Queue: 3, Wait: time.Minute}}, class, refuse)(work)
	var asked sync.WaitGroup
	codes := make(chan int, 20)
	ask := func(ctx context.Context, target string) {
		asked.Go(func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil).WithContext(ctx))
			codes <- w.Code
		})
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("it never came to this: " + what)
			}
		}
	}
	for range 2 {
		ask(t.Context(), "/?class=heavy")
	}
	until("two are worked on", func() bool { return inside.Load() == 2 })
	gone, hangUp := context.WithCancel(t.Context())
	for range 11 { // three of these find room in the queue
		ask(gone, "/?class=heavy")
	}
	refused := 0
	until("those beyond the queue are refused", func() bool {
		select {
		case code := <-codes:
			if code == http.StatusServiceUnavailable {
				refused++
			}
		default:
		}
		return refused == 8
	})
	hangUp() // who waits gives way
	until("those who have gone are let go", func() bool { return len(codes) == 3 })
	ask(t.Context(), "/?class=light")
	until("other work goes on", func() bool { return inside.Load() == 3 })
	close(release)
	asked.Wait()
	if most.Load() > 3 || inside.Load() != 0 {
		t.Errorf("%d at once, %d left", most.Load(), inside.Load())
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?class=heavy", nil)); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d", w.Code)
	}
}

func TestWhoWaitsTooLongIsSentAway(t *testing.T) {
	release, started := make(chan struct{}), make(chan struct{})
	h := Budgets(map[string]Budget{"heavy": {Slots: 1, Queue: 9, Wait: 20 * time.Millisecond}}, func(*http.Request) string { return "heavy" },
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(started)
		<-release
	}))
	var first sync.WaitGroup
	first.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)) })
	<-started
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d, to come again after %q", w.Code, w.Header().Get("Retry-After"))
	}
	close(release)
	first.Wait()
}
