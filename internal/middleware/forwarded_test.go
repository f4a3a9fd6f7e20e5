package middleware_test

import (
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"nhipso/internal/middleware"
)

var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}

// from makes a request of a peer with headers.
func from(peer string, headers ...string) *http.Request {
	r := httptest.NewRequest("GET", "http://asked.example/", nil)
	r.RemoteAddr = peer
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func TestForwardedHeadersCountFromTrustedProxiesOnly(t *testing.T) {
	const proto, host = "X-Forwarded-Proto", "X-Forwarded-Host"
	for what, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"nobody forwards":               {from("192.0.2.1:1"), "http://asked.example"},
		"anybody forwards":              {from("192.0.2.1:1", proto, "https", host, "so.example.vn"), "http://asked.example"},
		"a proxy forwards":              {from("10.1.1.1:1", proto, "https", host, "so.example.vn:8443"), "https://so.example.vn:8443"},
		"a proxy in IPv6 clothes":       {from("[::ffff:10.1.1.1]:1", proto, "https"), "https://asked.example"},
		"the nearest proxy speaks":      {from("10.1.1.1:1", proto, "http, https", host, "evil.example, so.example.vn"), "https://so.example.vn"},
		"a scheme that is none":         {from("10.1.1.1:1", proto, "javascript"), "http://asked.example"},
		"a host that is none":           {from("10.1.1.1:1", host, `so.example.vn"><script>`), "http://asked.example"},
		"a host with a path":            {from("10.1.1.1:1", host, `so.example.vn/evil`), "http://asked.example"},
		"an address in square brackets": {from("10.1.1.1:1", host, `[2001:db8::1]:8443`), "http://[2001:db8::1]:8443"},
	} {
		if got := middleware.Origin(c.r, proxies); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	r := from("192.0.2.1:1")
	r.TLS = &tls.ConnectionState{}
	if got := middleware.Origin(r, nil); got != "https://asked.example" {
		t.Error(got)
	}
}

func TestNearIsThisMachineAndWhatIsTrusted(t *testing.T) {
	const forwarded = "X-Forwarded-For"
	for what, c := range map[string]struct {
		r    *http.Request
		near bool
	}{
		"this machine":                            {from("127.0.0.1:1"), true},
		"this machine, IPv6":                      {from("[::1]:1"), true},
		"a trusted address":                       {from("10.1.1.1:1"), true},
		"anybody":                                 {from("192.0.2.1:1"), false},
		"anybody who says otherwise":              {from("192.0.2.1:1", forwarded, "127.0.0.1"), false},
		"through a proxy on this machine":         {from("127.0.0.1:1", forwarded, "192.0.2.1"), false},
		"through one that says so in other words": {from("127.0.0.1:1", "Via", "1.1 x"), false},
		"through a trusted proxy":                 {from("10.1.1.1:1", forwarded, "192.0.2.1"), false},
		"through a trusted proxy, forged":         {from("10.1.1.1:1", forwarded, "127.0.0.1, 192.0.2.1"), false},
		"a trusted address behind a trusted one":  {from("10.1.1.1:1", forwarded, "10.2.2.2"), true},
		"no address":                              {from("@"), false},
	} {
		if got := middleware.Near(c.r, proxies); got != c.near {
			t.Errorf("%s: %t", what, got)
		}
	}
}

func TestRequestsHaveANameThatCanBeWritten(t *testing.T) {
	var out strings.Builder
	log := slog.New(middleware.Logger(slog.NewJSONHandler(&out, nil)))
	h := middleware.Chain(page("x"), middleware.RequestID, middleware.Logging{Log: log.With("server", "a"), Now: time.Now, Path: func(r *http.Request) string { return "/shown" }}.Wrap())
	for given, kept := range map[string]bool{"abc-123_X.y": true, "": false, strings.Repeat("a", 65): false, "a b": false, "a\nb": false, `a"b`: false, "-a": false, "é": false} {
		out.Reset()
		r := from("192.0.2.1:1")
		if given != "" {
			r.Header.Set("X-Request-Id", given)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		id := w.Header().Get("X-Request-Id")
		if kept != (id == given) || len(id) < 3 {
			t.Errorf("%q becomes %q", given, id)
		}
		var line struct {
			RequestID string `json:"request_id"`
			Path      string
			Server    string
			Ms        *float64
		}
		if err := json.Unmarshal([]byte(out.String()), &line); err != nil || line.RequestID != id || line.Path != "/shown" || line.Server != "a" || line.Ms == nil {
			t.Errorf("%v: %s", err, out.String())
		}
	}
	if w := httptest.NewRecorder(); true {
		h.ServeHTTP(w, from("192.0.2.1:1", "X-Request-Id", "one", "X-Request-Id", "two"))
		if id := w.Header().Get("X-Request-Id"); id == "one" || id == "two" {
			t.Error("of two names one was chosen")
		}
	}
}

func TestWatchersAreLoggedOnlyWhereEverythingIs(t *testing.T) {
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	h := middleware.Logging{Log: log, Now: time.Now, Quiet: func(r *http.Request) bool { return true }}.Wrap()(page("x"))
	h.ServeHTTP(httptest.NewRecorder(), from("192.0.2.1:1"))
	if out.Len() > 0 {
		t.Error(out.String())
	}
}

func TestAnInfiniteRateBoundsNothing(t *testing.T) {
	h := middleware.Limit{Rate: 1 / zero, Burst: 1, Now: time.Now}.Wrap(http.NotFoundHandler())(page("x"))
	for range 100 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, from("192.0.2.1:1"))
		if w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
}

var zero float64

func TestAMemoryCountsWhatItAnswers(t *testing.T) {
	m := middleware.NewMemory(1 << 20)
	h := m.Remember(func(*http.Request) (string, bool) { return "k", true })(page(long))
	for range 3 {
		h.ServeHTTP(httptest.NewRecorder(), from("192.0.2.1:1"))
	}
	if k := m.Kept(); k.Hits != 2 || k.Misses != 1 || k.Bytes != len(long) {
		t.Errorf("%+v", k)
	}
}
