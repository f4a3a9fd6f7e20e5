package middleware_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"

	"nhipso/internal/middleware"
)

var long = strings.Repeat("Kinh tế số chiếm 14,02 % GDP. ", 200)

func page(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, body)
	})
}

func get(t *testing.T, h http.Handler, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAWholeResponse(t *testing.T) {
	h := middleware.Whole()(page(long))
	t.Run("is sent with brotli to who takes it, and unpacks to the same text", func(t *testing.T) {
		res := get(t, h, "Accept-Encoding", "gzip, br")
		if res.Header.Get("Content-Encoding") != "br" {
			t.Fatalf("encoding %q", res.Header.Get("Content-Encoding"))
		}
		if got := text(t, brotli.NewReader(res.Body)); got != long {
			t.Error("the text changed on the way")
		}
	})
	t.Run("is sent with gzip to who takes no brotli", func(t *testing.T) {
		res := get(t, h, "Accept-Encoding", "gzip, br;q=0")
		if res.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("encoding %q", res.Header.Get("Content-Encoding"))
		}
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := text(t, z); got != long {
			t.Error("the text changed on the way")
		}
	})
	t.Run("is sent plain to who names no encoding, and says that it depends on it", func(t *testing.T) {
		res := get(t, h)
		if res.Header.Get("Content-Encoding") != "" || text(t, res.Body) != long {
			t.Error("not plain")
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Vary %q", res.Header.Get("Vary"))
		}
	})
	t.Run("is 304 to who has it, in whatever encoding it was had", func(t *testing.T) {
		tag := get(t, h, "Accept-Encoding", "br").Header.Get("ETag")
		res := get(t, h, "If-None-Match", `"other", W/`+tag)
		if res.StatusCode != http.StatusNotModified {
			t.Fatalf("status %d", res.StatusCode)
		}
		if b := text(t, res.Body); b != "" {
			t.Errorf("a 304 has no body, got %d bytes", len(b))
		}
	})
	t.Run("is sent again when it has changed", func(t *testing.T) {
		tag := get(t, h).Header.Get("ETag")
		if res := get(t, middleware.Whole()(page(long+"!")), "If-None-Match", tag); res.StatusCode != http.StatusOK {
			t.Fatalf("status %d", res.StatusCode)
		}
	})
	t.Run("has no entity tag when it is an error", func(t *testing.T) {
		res := get(t, middleware.Whole()(http.NotFoundHandler()), "If-None-Match", "*")
		if res.StatusCode != http.StatusNotFound || res.Header.Get("ETag") != "" {
			t.Errorf("status %d, tag %q", res.StatusCode, res.Header.Get("ETag"))
		}
	})
}

func TestMemory(t *testing.T) {
	byPath := func(r *http.Request) (string, bool) { return r.URL.Path, r.URL.Path != "/never" }
	count := func(n *atomic.Int64, status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			w.WriteHeader(status)
			io.WriteString(w, strings.Repeat("x", 100))
		})
	}
	ask := func(h http.Handler, path string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code
	}
	t.Run("renders a key once, however many ask at the same time", func(t *testing.T) {
		var n atomic.Int64
		h := middleware.NewMemory(1000).Remember(byPath)(count(&n, 200))
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { ask(h, "/a") })
		}
		wg.Wait()
		if n.Load() != 1 {
			t.Errorf("rendered %d times", n.Load())
		}
	})
	t.Run("does not keep errors, nor what has no key", func(t *testing.T) {
		var n atomic.Int64
		h := middleware.NewMemory(1000).Remember(byPath)(count(&n, 404))
		ask(h, "/a")
		ask(h, "/a")
		ask(h, "/never")
		if n.Load() != 3 {
			t.Errorf("rendered %d times, want 3", n.Load())
		}
	})
	t.Run("keeps nothing that sets a cookie, and gives it to nobody else", func(t *testing.T) {
		var n atomic.Int64
		h := middleware.NewMemory(1000).Remember(byPath)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "visitor", Value: strconv.FormatInt(n.Add(1), 10)})
		}))
		var wg sync.WaitGroup
		var mu sync.Mutex
		cookies := map[string]bool{}
		for range 20 {
			wg.Go(func() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest("GET", "/a", nil))
				mu.Lock()
				defer mu.Unlock()
				cookies[w.Header().Get("Set-Cookie")] = true
			})
		}
		wg.Wait()
		if len(cookies) != 20 {
			t.Errorf("%d cookies for 20 readers", len(cookies))
		}
	})
	t.Run("stays within its size and drops the least recently used", func(t *testing.T) {
		var n atomic.Int64
		m := middleware.NewMemory(400)
		h := m.Remember(byPath)(count(&n, 200))
		for _, p := range []string{"/1", "/2", "/3", "/4", "/1", "/5"} {
			ask(h, p)
		}
		if m.Size() > 400 {
			t.Errorf("holds %d bytes", m.Size())
		}
		before := n.Load()
		ask(h, "/1")
		if n.Load() != before {
			t.Error("dropped what was used last")
		}
		ask(h, "/2")
		if n.Load() != before+1 {
			t.Error("kept what was used least")
		}
	})
	t.Run("survives a panic while rendering", func(t *testing.T) {
		fail := true
		h := middleware.NewMemory(1000).Remember(byPath)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fail {
				panic("once")
			}
		}))
		func() {
			defer func() { recover() }()
			ask(h, "/a")
		}()
		fail = false
		if got := ask(h, "/a"); got != 200 {
			t.Errorf("status %d", got)
		}
	})
}

func TestSecurity(t *testing.T) {
	res := get(t, middleware.Security(middleware.Policy{})(page("x")))
	t.Run("allows no inline script or style", func(t *testing.T) {
		csp := res.Header.Get("Content-Security-Policy")
		if csp == "" || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("policy %q", csp)
		}
	})
	t.Run("forbids sniffing and full referrers", func(t *testing.T) {
		if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") == "" {
			t.Error("headers missing")
		}
	})
	t.Run("refuses a form posted from another site", func(t *testing.T) {
		h := middleware.SameOrigin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }))(page("x"))
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 403 {
			t.Errorf("status %d", w.Code)
		}
	})
}

func TestLimit(t *testing.T) {
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(429) })
	h := middleware.Limit{Rate: 1, Burst: 3, Now: func() time.Time { return now }, Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}.Wrap(refuse)(page("x"))
	ask := func(addr, forwarded string) *http.Response {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = addr
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	t.Run("lets a burst through and then says when to come back", func(t *testing.T) {
		for range 3 {
			if res := ask("192.0.2.1:1", ""); res.StatusCode != 200 {
				t.Fatalf("status %d within the burst", res.StatusCode)
			}
		}
		res := ask("192.0.2.1:2", "")
		if res.StatusCode != 429 || res.Header.Get("Retry-After") != "1" {
			t.Errorf("status %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
		now = now.Add(time.Second)
		if res := ask("192.0.2.1:3", ""); res.StatusCode != 200 {
			t.Errorf("status %d after waiting", res.StatusCode)
		}
	})
	t.Run("counts each client for itself, and a forged header as nobody else", func(t *testing.T) {
		if res := ask("192.0.2.9:1", "198.51.100.1"); res.StatusCode != 200 {
			t.Errorf("status %d", res.StatusCode)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "192.0.2.9:1"
		r.Header.Set("X-Forwarded-For", "198.51.100.1")
		if got := middleware.Client(r, nil); got != "192.0.2.9" {
			t.Errorf("client %q", got)
		}
	})
	t.Run("believes a trusted proxy", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "10.1.1.1:1"
		r.Header.Set("X-Forwarded-For", "203.0.113.7, 198.51.100.1, 10.2.2.2")
		if got := middleware.Client(r, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}); got != "198.51.100.1" {
			t.Errorf("client %q", got)
		}
	})
	t.Run("takes one IPv6 network for one client", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "[2001:db8:1:2:3:4:5:6]:1"
		if got := middleware.Client(r, nil); got != "2001:db8:1:2::/64" {
			t.Errorf("client %q", got)
		}
	})
}

func TestRecover(t *testing.T) {
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	failed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500); io.WriteString(w, "sorry") })
	h := middleware.Chain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic("boom") }),
		middleware.Logging{Log: log, Now: time.Now}.Wrap(), middleware.Recover(log, failed))
	res := get(t, h)
	t.Run("turns a panic into the error page", func(t *testing.T) {
		if res.StatusCode != 500 || text(t, res.Body) != "sorry" {
			t.Errorf("status %d", res.StatusCode)
		}
	})
	t.Run("logs the panic and the request", func(t *testing.T) {
		if !strings.Contains(out.String(), "boom") || !strings.Contains(out.String(), "status=500") {
			t.Errorf("log: %s", out.String())
		}
	})
}

// In a rush a page is packed quickly for those who wait, and well afterwards; each way has a tag of its own, and both are the same page.
func TestInARushPagesArePackedQuickly(t *testing.T) {
	var page strings.Builder
	for i := range 2000 {
		page.WriteString("<tr><th>Quý " + strconv.Itoa(i%4) + "</th><td>" + strconv.Itoa(i*i%977) + "</td></tr>\n")
	}
	free, started := make(chan struct{}), make(chan struct{})
	h := middleware.NewMemory(1 << 20).Remember(func(r *http.Request) (string, bool) { return r.URL.Path, true })(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			started <- struct{}{}
			<-free
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, page.String()) //nolint:errcheck // a recorder does not fail
	}))
	ask := func(path, known string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "br")
		r.Header.Set("If-None-Match", known)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	var others sync.WaitGroup
	for i := range runtime.GOMAXPROCS(0) + 1 {
		others.Go(func() { ask("/"+strconv.Itoa(i), "") })
		<-started
	}
	inRush := ask("/", "")
	close(free)
	others.Wait()
	well := ask("/", "")
	if bytes.Equal(inRush.Body.Bytes(), well.Body.Bytes()) || inRush.Header().Get("ETag") == well.Header().Get("ETag") {
		t.Errorf("%d bytes as %s in a rush, %d as %s", inRush.Body.Len(), inRush.Header().Get("ETag"), well.Body.Len(), well.Header().Get("ETag"))
	}
	for _, w := range []*httptest.ResponseRecorder{inRush, well} {
		if known := ask("/", w.Header().Get("ETag")); known.Code != http.StatusNotModified || known.Body.Len() != 0 {
			t.Errorf("who has %s gets %d", w.Header().Get("ETag"), known.Code)
		}
		if plain, err := io.ReadAll(brotli.NewReader(w.Body)); err != nil || string(plain) != page.String() {
			t.Errorf("it unpacks to something else, %v", err)
		}
	}
}
