package intake_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/intake"
	"nhipso/internal/store"
)

// slowLine answers questions about tokens one by one, and counts them.
type slowLine struct {
	intake.Line
	asked   atomic.Int64
	fearful bool
}

func (s *slowLine) TokensBySecret(ctx context.Context, secrets []string) (map[string]store.Token, error) {
	s.asked.Add(1)
	if s.fearful {
		panic("torn")
	}
	time.Sleep(20 * time.Millisecond)
	return s.Line.TokensBySecret(ctx, secrets)
}

// through lets the requests of an office go through another line.
func (o *office) through(l intake.Line) {
	o.mux = http.NewServeMux()
	for pattern, h := range intake.NewDoor(l).Patterns() {
		o.mux.Handle(pattern, h)
	}
}

func TestWhoAsksAtTheSameTimeIsAnsweredByOneQuestion(t *testing.T) {
	o := open(t)
	line := &slowLine{Line: o.Store}
	o.through(line)
	look := request{method: http.MethodGet, path: intake.Path + "/1"}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			r, want := look, http.StatusNotFound
			if i%3 == 0 {
				r.secret, want = "Bearer nobody's", http.StatusUnauthorized
			}
			if w := o.send(r); w.Code != want {
				t.Errorf("%d, want %d: %s", w.Code, want, w.Body)
			}
		})
	}
	wg.Wait()
	if n := line.asked.Load(); n > 30 {
		t.Errorf("60 callers made %d questions", n)
	}
	for _, x := range must(o.Tokens(t.Context())) {
		if err := o.RevokeToken(t.Context(), x.ID, "an"); err != nil {
			t.Fatal(err)
		}
	}
	if w := o.send(look); w.Code != http.StatusUnauthorized {
		t.Errorf("a token that was revoked is good: %d", w.Code)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A line that breaks leaves nobody waiting, and the next may ask again.
func TestABrokenQuestionIsTold(t *testing.T) {
	o := open(t)
	o.through(&slowLine{Line: o.Store, fearful: true})
	for range 2 {
		if w := o.send(request{method: http.MethodGet, path: intake.Path + "/1"}); w.Code != http.StatusInternalServerError {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
	}
}
