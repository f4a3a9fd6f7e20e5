package middleware_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/middleware"
)

// output collects a log that several goroutines write.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) { o.mu.Lock(); defer o.mu.Unlock(); return o.b.Write(p) }
func (o *output) String() string              { o.mu.Lock(); defer o.mu.Unlock(); return o.b.String() }

func TestAPanicBesideRequestsIsLoggedAndEndsNothingElse(t *testing.T) {
	var o output
	middleware.Go(slog.New(slog.NewTextHandler(&o, nil)), "warm", func() { panic("defect") })
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if text := o.String(); strings.Contains(text, "in=warm") && strings.Contains(text, "defect") && strings.Contains(text, "beside_test.go") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(o.String())
		}
	}
}

func TestARequestHasADeadline(t *testing.T) {
	h := middleware.Within(time.Minute)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at, ok := r.Context().Deadline(); !ok || time.Until(at) > time.Minute || time.Until(at) < 50*time.Second {
			t.Error(at, ok)
		}
	}))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestWhatMayNotBeKeptIsAskedForByEachReaderHimself(t *testing.T) {
	for what, answer := range map[string]func(w http.ResponseWriter){
		"a failure":                        func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"a page that forbids to be stored": func(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store"); io.WriteString(w, "late") },
	} {
		t.Run(what, func(t *testing.T) {
			var mu sync.Mutex
			asked, first, goOn := 0, make(chan bool), make(chan bool)
			h := middleware.NewMemory(1 << 20).Remember(func(*http.Request) (string, bool) { return "k", true })(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked++
				n := asked
				mu.Unlock()
				if n > 1 {
					io.WriteString(w, "whole")
					return
				}
				close(first)
				<-goOn
				answer(w)
			}))
			var wg sync.WaitGroup
			ask := func(want string) {
				wg.Go(func() {
					w := httptest.NewRecorder()
					h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
					if want != "" && w.Body.String() != want {
						t.Errorf("%d %q, want %q", w.Code, w.Body, want)
					}
				})
			}
			ask("") // the one who hangs up
			<-first
			ask("whole") // waits for the same page
			time.Sleep(20 * time.Millisecond)
			close(goOn)
			wg.Wait()
		})
	}
}
