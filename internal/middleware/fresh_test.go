package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nhipso/internal/middleware"
)

func TestAPublicAnswerMayBeKeptUpToTheNextMinute(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 20, 9, 0, 41, 0, time.UTC) }
	for given, want := range map[string]string{middleware.Public: "public, max-age=19, s-maxage=19, must-revalidate", "no-store": "no-store", "private, no-cache": "private, no-cache", "": ""} {
		w := httptest.NewRecorder()
		middleware.Fresh(now)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", given)
			w.Write([]byte("x")) //nolint:errcheck // a recorder takes all
		})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if got := w.Header().Get("Cache-Control"); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}

func TestALongAddressIsTurnedAway(t *testing.T) {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestURITooLong) })
	h := middleware.Longest(100, refuse)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for n, want := range map[int]int{100: 200, 101: 414, 5000: 414} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/"+strings.Repeat("x", n-1), nil))
		if w.Code != want {
			t.Errorf("%d bytes: %d, want %d", n, w.Code, want)
		}
	}
}

func TestWhatHasNotChangedSinceIsNotSentAgain(t *testing.T) {
	at := time.Date(2026, 11, 3, 1, 0, 0, 0, time.UTC)
	h := middleware.Since()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", at.Format(http.TimeFormat))
		if r.URL.Path == "/none" {
			w.WriteHeader(http.StatusNotFound)
		}
		w.Write([]byte("x")) //nolint:errcheck // a recorder takes all
	}))
	for _, c := range []struct {
		path, since, tag string
		want             int
	}{{"/", "", "", 200}, {"/", at.Format(http.TimeFormat), "", 304}, {"/", at.Add(time.Hour).Format(http.TimeFormat), "", 304}, {"/", at.Add(-time.Hour).Format(http.TimeFormat), "", 200},
		{"/", "yesterday", "", 200}, {"/", at.Format(http.TimeFormat), `"x"`, 200}, {"/none", at.Format(http.TimeFormat), "", 404}} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("If-Modified-Since", c.since)
		r.Header.Set("If-None-Match", c.tag)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want || (w.Body.Len() > 0) == (c.want == 304) {
			t.Errorf("%+v: %d, %d bytes", c, w.Code, w.Body.Len())
		}
	}
}

func TestAnAnswerIsGivenInPartsToWhoeverAsks(t *testing.T) {
	body := strings.Repeat("0123456789", 200)
	h := middleware.Ranges()(middleware.Whole()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		w.Header().Set("Last-Modified", "Mon, 05 Jan 2026 02:00:00 GMT")
		w.Write([]byte(body)) //nolint:errcheck // a recorder takes all
	})))
	method := "GET"
	ask := func(headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	tag := ask().Header().Get("ETag")
	if w := ask("Range", "bytes=1000-1009", "Accept-Encoding", "br, gzip"); w.Code != http.StatusPartialContent || w.Body.String() != body[1000:1010] || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if w := ask("Range", "bytes=1000-1009", "If-Range", tag); w.Code != http.StatusPartialContent {
		t.Errorf("what has not changed since is %d", w.Code)
	}
	if w := ask("Range", "bytes=1000-1009", "If-Range", `"another"`); w.Code != http.StatusOK || w.Body.Len() != len(body) {
		t.Errorf("what has changed since gives %d and %d bytes", w.Code, w.Body.Len())
	}
	if w := ask("Range", "bytes=9000-"); w.Code != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a range beyond the end: %d", w.Code)
	}
	if w := ask("Range", "bytes=0-9", "If-None-Match", strings.TrimSuffix(tag, `"`)+`-br"`); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("a part to who has the whole: %d", w.Code)
	}
	for day, code := range map[string]int{"Mon, 05 Jan 2026 02:00:00 GMT": http.StatusPartialContent, "Mon, 05 Jan 2026 01:00:00 GMT": http.StatusOK} {
		if w := ask("Range", "bytes=0-9", "If-Range", day); w.Code != code {
			t.Errorf("If-Range %s: %d", day, w.Code)
		}
	}
	if w := ask("Range", "lines=0-9"); w.Code != http.StatusOK || w.Body.Len() != len(body) {
		t.Errorf("a range of no bytes: %d, %d bytes", w.Code, w.Body.Len())
	}
	method = "HEAD"
	if w := ask("Range", "bytes=0-9"); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Content-Length") != "2000" {
		t.Errorf("HEAD with a range: %d %v", w.Code, w.Header())
	}
}

// What a stream has not changed since a time is not made again, and nothing of a range is looked at.
func TestAStreamIsNotMadeForWhoHasIt(t *testing.T) {
	made := 0
	inner := lines(50_000, &made)
	h := middleware.Ranges()(middleware.Stream("x1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Mon, 05 Jan 2026 02:00:00 GMT")
		inner.ServeHTTP(w, r)
	})))
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
	for _, method := range []string{"GET", "HEAD"} {
		if w := ask(method, "If-Modified-Since", "Tue, 06 Jan 2026 02:00:00 GMT", "Accept-Encoding", "gzip"); w.Code != 304 || w.Body.Len() > 0 || made > 1 || w.Header().Get("ETag") == "" || w.Header().Get("Content-Type") != "" || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, %d bytes, %d lines made, %v", method, w.Code, w.Body.Len(), made, w.Header())
		}
	}
	if w := ask("GET", "If-Modified-Since", "Sun, 04 Jan 2026 02:00:00 GMT"); w.Code != 200 || made != 50_000 {
		t.Errorf("changed since: %d, %d lines", w.Code, made)
	}
	if w := ask("GET", "If-Modified-Since", "Tue, 06 Jan 2026 02:00:00 GMT", "If-None-Match", `"other"`); w.Code != 200 || made != 50_000 {
		t.Errorf("another tag: %d, %d lines", w.Code, made)
	}
	if w := ask("GET", "Range", "bytes=0-9", "If-Range", `"x1"`); w.Code != 200 || w.Body.Len() != 50_000*13 || w.Header().Get("Accept-Ranges") != "none" {
		t.Errorf("a range of a stream: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
}
