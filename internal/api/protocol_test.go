package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestProtocol(t *testing.T) {
	const address = "/api/v1/data/DE_SHARE"
	t.Run("an entity tag or a date that is still good gives 304", func(t *testing.T) {
		w := ask(t, address)
		tag, day := w.Header().Get("ETag"), w.Header().Get("Last-Modified")
		if tag == "" || day != "Tue, 03 Nov 2026 01:00:00 GMT" {
			t.Fatal(tag, day)
		}
		if w := ask(t, address, "If-None-Match", tag); w.Code != 304 || w.Header().Get("ETag") != tag {
			t.Error(w.Code)
		}
		if w := ask(t, address, "If-Modified-Since", day); w.Code != 304 {
			t.Error(w.Code)
		}
		if w := ask(t, address, "If-Modified-Since", "Mon, 02 Nov 2026 01:00:00 GMT"); w.Code != 200 {
			t.Error(w.Code)
		}
		if w := ask(t, address, "If-None-Match", `"other"`, "If-Modified-Since", day); w.Code != 200 {
			t.Error("the entity tag decides:", w.Code)
		}
		if w := ask(t, "/api/v1/data/NOPE", "If-Modified-Since", day); w.Code != 404 {
			t.Error("a problem is never 304:", w.Code)
		}
	})
	t.Run("languages and formats have their own entity tags", func(t *testing.T) {
		seen := map[string]string{}
		for _, a := range []string{address, address + "?lang=en", address + "?format=csv", address + "?format=csv&lang=en"} {
			tag := ask(t, a).Header().Get("ETag")
			if other := seen[tag]; other != "" {
				t.Errorf("%s and %s share a tag", a, other)
			}
			seen[tag] = a
		}
		if a, b := ask(t, address).Body.String(), ask(t, address, "Accept-Language", "en").Body.String(); a == b {
			t.Error("memory gives one language for the other")
		}
		if a := ask(t, address, "Accept", "text/csv"); !strings.HasPrefix(a.Header().Get("Content-Type"), "text/csv") {
			t.Error("memory gives one format for the other")
		}
	})
	t.Run("answers are compressed when asked", func(t *testing.T) {
		w := send(handler(), "GET", address, "Accept-Encoding", "gzip")
		if w.Header().Get("Content-Encoding") != "gzip" {
			t.Fatal(w.Header())
		}
		plain := must(io.ReadAll(must(gzip.NewReader(w.Body))))
		if !bytes.Equal(plain, ask(t, address).Body.Bytes()) {
			t.Error("not the same")
		}
	})
	t.Run("HEAD has the headers and no body", func(t *testing.T) {
		w := send(handler(), http.MethodHead, address)
		if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("ETag") == "" {
			t.Error(w.Code, w.Body.Len())
		}
	})
	t.Run("OPTIONS answers a browser's question", func(t *testing.T) {
		w := send(handler(), http.MethodOptions, address, "Origin", "https://example.org", "Access-Control-Request-Method", "GET")
		if w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Error(w.Code, w.Header())
		}
	})
	t.Run("other methods are 405, with what is allowed", func(t *testing.T) {
		for _, m := range []string{"POST", "PUT", "DELETE", "PATCH", "BREW"} {
			w := send(handler(), m, address)
			if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" || dig(decode(t, w), "code") != "api.bad-method" {
				t.Error(m, w.Code, w.Header())
			}
		}
	})
}

func TestProtocolRefuses(t *testing.T) {
	const address = "/api/v1/data/DE_SHARE"
	t.Run("a format that there is not is 406", func(t *testing.T) {
		for a, accept := range map[string]string{address: "application/pdf", "/api/v1/release": "text/csv", "/api/v1/provinces": "application/json;q=0"} {
			if w := ask(t, a, "Accept", accept); w.Code != 406 || dig(decode(t, w), "code") != "api.not-acceptable" {
				t.Error(a, w.Code, w.Body)
			}
		}
		for _, accept := range []string{"*/*", "application/*", "text/html,application/xhtml+xml,*/*;q=0.8", ""} {
			if w := ask(t, address, "Accept", accept); w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%q: %d %s", accept, w.Code, w.Header().Get("Content-Type"))
			}
		}
	})
	t.Run("addresses that lead nowhere are 404, too long ones 414", func(t *testing.T) {
		for _, a := range []string{"/api/v1", "/api/v1/nope", "/api/v2/release", "/api/v1//release", "/api/v1/data/../release"} {
			if w := ask(t, a); w.Code != 404 || dig(decode(t, w), "code") != "api.no-path" {
				t.Error(a, w.Code, w.Body)
			}
		}
		if w := ask(t, address+"?key="+strings.Repeat("A", 5000)); w.Code != 414 {
			t.Error(w.Code)
		}
	})
	t.Run("a slash at the end changes nothing", func(t *testing.T) {
		if a, b := ask(t, "/api/v1/release/"), ask(t, "/api/v1/release"); a.Body.String() != b.Body.String() {
			t.Error(a.Code)
		}
		if w := ask(t, "/api/v1/codelists/%2F"); w.Code != 404 {
			t.Error("an escaped slash is a character of a parameter:", w.Code)
		}
	})
}
