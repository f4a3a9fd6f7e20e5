package middleware_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nhipso/internal/middleware"
)

// lines streams n lines and counts how many were made.
func lines(n int, made *int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		for i := 0; i < n; i++ {
			if r.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
			*made++
			if _, err := w.Write([]byte("a,b,c,d,e,f\r\n")); err != nil {
				panic(http.ErrAbortHandler)
			}
		}
	})
}

func TestAStreamIsSentUnderItsTagAndCompressedOnTheWay(t *testing.T) {
	made := 0
	h := middleware.Stream("x1", lines(50_000, &made))
	ask := func(method string, headers ...string) *httptest.ResponseRecorder {
		made = 0
		r := httptest.NewRequest(method, "/", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	plain := ask("GET")
	if plain.Body.Len() != 50_000*13 || plain.Header().Get("ETag") != `"x1"` || !strings.Contains(plain.Header().Get("Vary"), "Accept-Encoding") {
		t.Errorf("%d bytes, %v", plain.Body.Len(), plain.Header())
	}
	zipped := ask("GET", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(body, plain.Body.Bytes()) || zipped.Header().Get("ETag") != `"x1-gzip"` {
		t.Errorf("%d bytes (%v), %v", len(body), err, zipped.Header())
	}
	if w := ask("GET", "If-None-Match", `W/"x1-gzip"`); w.Code != 304 || w.Body.Len() > 0 || made > 0 {
		t.Errorf("%d, %d lines made for whoever has them", w.Code, made)
	}
	if w := ask("HEAD"); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("ETag") != `"x1"` || made > 2 {
		t.Errorf("HEAD: %d, %d bytes, %d lines made", w.Code, w.Body.Len(), made)
	}
}

func TestWhatIsNoAnswerHasNoTag(t *testing.T) {
	w := httptest.NewRecorder()
	middleware.Stream("x", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusUnprocessableEntity) })).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusUnprocessableEntity || w.Header().Get("ETag") != "" || w.Body.String() != "no\n" {
		t.Error(w.Code, w.Header(), w.Body)
	}
}

// A reader sees that a stream was cut: the end of it never comes.
func TestAStreamThatFailsIsCut(t *testing.T) {
	for name, ends := range map[string]func(*http.Request){
		"fails":             func(*http.Request) { panic(http.ErrAbortHandler) },
		"runs out of time":  func(r *http.Request) { <-r.Context().Done() },
		"ends as it should": nil,
	} {
		server := httptest.NewServer(middleware.Within(100 * time.Millisecond)(middleware.Stream("x", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, 200<<10)) //nolint:errcheck // the reader is there
			if ends != nil {
				ends(r)
			}
		}))))
		got, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(got.Body); (err == nil) != (ends == nil) {
			t.Errorf("a stream that %s: %v", name, err)
		}
		got.Body.Close()
		server.Close()
	}
}

// A stream may take longer than a request: its deadline begins again with every piece.
func TestAStreamOutlivesTheDeadlineOfARequestWhileItIsRead(t *testing.T) {
	var ended error
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 8 {
			time.Sleep(25 * time.Millisecond)
			w.Write(make([]byte, 70<<10)) //nolint:errcheck // the reader is there
		}
		ended = r.Context().Err()
	})
	w := httptest.NewRecorder()
	middleware.Within(100*time.Millisecond)(middleware.Stream("x", slow)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if ended != nil || w.Body.Len() != 8*70<<10 {
		t.Errorf("%d bytes, ended by %v", w.Body.Len(), ended)
	}
	idle := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			ended = context.Cause(r.Context())
		case <-time.After(5 * time.Second):
		}
	})
	middleware.Within(20*time.Millisecond)(idle).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if !errors.Is(ended, context.DeadlineExceeded) {
		t.Errorf("a request without end is ended by %v", ended)
	}
}
