package ops_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/ops"
)

func ready(t *testing.T, h *ops.Health) (int, ops.Readiness) {
	t.Helper()
	w := httptest.NewRecorder()
	h.Ready(w, httptest.NewRequest("GET", "/readyz", nil))
	var x ops.Readiness
	if err := json.Unmarshal(w.Body.Bytes(), &x); err != nil {
		t.Fatal(err, w.Body)
	}
	return w.Code, x
}

func TestReadiness(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	var database, head error
	asked := 0
	h := &ops.Health{Now: func() time.Time { return now }, Release: func(context.Context) string { return "2026-Q3" }, Checks: []ops.Check{
		{"database", func(context.Context) error { asked++; return database }},
		{"head-note", func(context.Context) error { return head }},
	}}
	t.Run("is 200 with the release when every check holds", func(t *testing.T) {
		if code, x := ready(t, h); code != 200 || !x.Ready || x.Release != "2026-Q3" || x.Checks["database"] != "ok" || x.Checks["head-note"] != "ok" {
			t.Errorf("%d %+v", code, x)
		}
	})
	t.Run("is not asked of the database again at once", func(t *testing.T) {
		ready(t, h)
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
	t.Run("is 503 with the first reason, by its code and nothing else", func(t *testing.T) {
		now = now.Add(time.Second)
		database, head = fault.New("store.unreachable", "database", "secret-host:5432/x"), errors.New("/secret/path")
		code, x := ready(t, h)
		if code != 503 || x.Ready || x.Reason != "database" || x.Checks["database"] != "store.unreachable" || x.Checks["head-note"] != "failed" {
			t.Errorf("%d %+v", code, x)
		}
	})
	t.Run("comes back", func(t *testing.T) {
		now, database, head = now.Add(time.Second), nil, nil
		if code, _ := ready(t, h); code != 200 {
			t.Error(code)
		}
	})
	t.Run("ends with the drain, which knows whether anybody watches", func(t *testing.T) {
		if (&ops.Health{}).Drain() {
			t.Error("nobody ever asked")
		}
		now = now.Add(time.Second)
		if !h.Drain() {
			t.Error("somebody asked a second ago")
		}
		if code, x := ready(t, h); code != 503 || x.Reason != ops.Draining {
			t.Errorf("%d %+v", code, x)
		}
		w := httptest.NewRecorder()
		h.Live(w, httptest.NewRequest("GET", "/healthz", nil))
		if w.Code != 200 {
			t.Error("a server that drains is alive")
		}
		w = httptest.NewRecorder()
		h.Closing(http.HandlerFunc(h.Live)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if w.Header().Get("Connection") != "close" {
			t.Error("keeps its connections")
		}
	})
	t.Run("an answer spoiled by who hung up is nobody else's", func(t *testing.T) {
		h := &ops.Health{Now: func() time.Time { return now }, Checks: []ops.Check{{"database", func(ctx context.Context) error { return ctx.Err() }}}}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		h.Ready(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/readyz", nil))
		if code, x := ready(t, h); code != 200 {
			t.Errorf("%d %+v", code, x)
		}
	})
}

func TestMetrics(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	m := ops.NewMetrics("1.2.3", func() time.Time { now = now.Add(40 * time.Millisecond); return now })
	m.Memory("pages", func() middleware.Kept { return middleware.Kept{Hits: 7, Misses: 3, Bytes: 99} })
	var lost error
	m.Facts(func(context.Context) ([]ops.Fact, error) {
		return []ops.Fact{{Name: "nhipso_release_info", Help: "h", Labels: map[string]string{"release": "2026-Q3"}, Value: 1}}, lost
	})
	h := m.Requests(func(r *http.Request) string { return strings.TrimSuffix(r.Pattern, "x") })(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			w.WriteHeader(404)
		}
	}))
	for _, a := range []string{"GET /a", "GET /b", "BREW /no"} {
		method, path, _ := strings.Cut(a, " ")
		r := httptest.NewRequest(method, path, nil)
		if path != "/no" {
			r.Pattern = "GET /{page}"
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	read := func() string {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		b, _ := io.ReadAll(w.Result().Body)
		return string(b)
	}
	text := read()
	for _, want := range []string{
		`nhipso_http_requests_total{method="GET",route="GET /{page}",status="200"} 2`,
		`nhipso_http_requests_total{method="other",route="none",status="404"} 1`,
		`nhipso_http_request_seconds_bucket{route="GET /{page}",le="0.025"} 0`,
		`nhipso_http_request_seconds_bucket{route="GET /{page}",le="0.05"} 2`,
		`nhipso_http_in_flight 0`,
		`nhipso_memory_requests_total{memory="pages",result="hit"} 7`,
		`nhipso_memory_requests_total{memory="pages",result="miss"} 3`,
		`nhipso_memory_bytes{memory="pages"} 99`,
		`nhipso_release_info{release="2026-Q3"} 1`,
		`nhipso_facts_up 1`, `version="1.2.3"`, "go_goroutines", "process_resident_memory_bytes",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s", want)
		}
	}
	lost = errors.New("gone")
	if !strings.Contains(read(), "nhipso_facts_up 0") {
		t.Error("does not say that the store does not answer")
	}
}
