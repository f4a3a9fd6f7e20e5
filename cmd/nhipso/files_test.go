package main

import (
	"bytes"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/web/shell"
)

// TestEveryFileIsServedAsHTTPSays asks for every file that there is, of pages and of the API, of a release and of the front end, in every way in which
// a program may: for its headings alone, for a part of it, for what has changed.
func TestEveryFileIsServedAsHTTPSays(t *testing.T) {
	_, h := shown(t)
	site, ok := h.(*shell.Site)
	if !ok {
		t.Fatal("the server is no site")
	}
	list := addresses(t, site)
	for _, link := range regexp.MustCompile(`href="(/lich-su/tep/[^"]+)"`).FindAllStringSubmatch(get(site, "GET", "/lich-su").Body.String(), -1) {
		list = append(list, asked{"GET /lich-su/tep/{name}", link[1], true})
	}
	kinds := map[string]int{}
	for _, a := range list {
		w := get(site, "GET", a.address)
		if w.Code != http.StatusOK || strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		kinds[kind+" "+w.Header().Get("Accept-Ranges")]++
		f := fileAsked{site, a.address, w.Header(), w.Body.Bytes()}
		f.headings(t)
		f.ranges(t)
		f.known(t)
		if keptByNobody[a.pattern] { // the methods of the others are asked for with their routes
			walked{site, a.pattern}.methods(t, a.address, f.head)
		}
	}
	for _, kind := range []string{"text/csv bytes", "text/csv none", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet bytes", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet none", "application/json bytes",
		"image/svg+xml bytes", "image/png bytes", "text/calendar bytes", "application/atom+xml bytes", "application/vnd.sqlite3 bytes", "application/octet-stream bytes", "application/openapi+json bytes", "application/openapi+yaml bytes"} {
		if kinds[kind] == 0 {
			t.Errorf("no file of the kind %q was asked for: %v", kind, kinds)
		}
	}
}

// fileAsked is a file as it is given whole.
type fileAsked struct {
	site    http.Handler
	address string
	head    http.Header
	body    []byte
}

// headings asks for the headings alone: they are those of the file.
func (f fileAsked) headings(t *testing.T) {
	t.Helper()
	for _, accept := range []string{"", "br, gzip"} {
		whole, bare := get(f.site, "GET", f.address, "Accept-Encoding", accept), get(f.site, "HEAD", f.address, "Accept-Encoding", accept)
		if bare.Code != http.StatusOK || bare.Body.Len() > 0 {
			t.Errorf("HEAD %s as %q: %d, %d bytes", f.address, accept, bare.Code, bare.Body.Len())
		}
		one, other := lasting(whole.Header()), lasting(bare.Header())
		for name := range one {
			if one[name] != other[name] {
				t.Errorf("HEAD %s as %q: %s %q, but GET %q", f.address, accept, name, other[name], one[name])
			}
		}
		if len(one) != len(other) {
			t.Errorf("HEAD %s as %q: %v, but GET %v", f.address, accept, slices.Sorted(maps.Keys(other)), slices.Sorted(maps.Keys(one)))
		}
	}
}

var seconds = regexp.MustCompile(`(s-max|max-)age=\d+`)

// lasting gives the headings that do not change from one request to the next: how long an answer may be kept does, by the clock.
func lasting(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		if name != "X-Request-Id" {
			out[name] = seconds.ReplaceAllString(strings.Join(values, ","), "max-age")
		}
	}
	return out
}

// ranges asks for parts. What is made anew each time says that it has none, and comes whole.
func (f fileAsked) ranges(t *testing.T) {
	t.Helper()
	tag, n := f.head.Get("ETag"), len(f.body)
	accepted := f.head.Get("Accept-Ranges")
	for _, c := range []struct {
		asked, since string
		code         int
		want         []byte
	}{
		{"bytes=2-5", "", http.StatusPartialContent, f.body[2:6]},
		{"bytes=-4", "", http.StatusPartialContent, f.body[n-4:]},
		{"bytes=2-5", tag, http.StatusPartialContent, f.body[2:6]},
		{"bytes=2-5", `"another"`, http.StatusOK, f.body},
		{"bytes=99999999999-", "", http.StatusRequestedRangeNotSatisfiable, nil},
		{"lines=2-5", "", http.StatusOK, f.body},
	} {
		headings := []string{"Range", c.asked}
		if c.since != "" {
			headings = append(headings, "If-Range", c.since)
		}
		w := get(f.site, "GET", f.address, headings...)
		if accepted == "none" {
			c.code, c.want = http.StatusOK, f.body
		}
		if w.Code != c.code || c.want != nil && !bytes.Equal(w.Body.Bytes(), c.want) || (w.Header().Get("Content-Range") != "") != (c.code != http.StatusOK) {
			t.Errorf("%s, range %s since %q: %d, %d bytes, %v", f.address, c.asked, c.since, w.Code, w.Body.Len(), w.Header())
		}
	}
	if accepted != "bytes" && accepted != "none" {
		t.Errorf("%s does not say whether it comes in parts: %q", f.address, accepted)
	}
	if w := get(f.site, "HEAD", f.address, "Range", "bytes=2-5"); w.Code != http.StatusOK || w.Header().Get("Content-Length") != f.head.Get("Content-Length") {
		t.Errorf("HEAD %s with a range: %d, %v", f.address, w.Code, w.Header())
	}
}

// known asks whether the file has changed.
func (f fileAsked) known(t *testing.T) {
	t.Helper()
	tag, last := f.head.Get("ETag"), f.head.Get("Last-Modified")
	ask := map[string][]string{tag: {"If-None-Match", tag}, "W/" + tag: {"If-None-Match", `"x", W/` + tag}, "any": {"If-None-Match", "*"}, "part": {"If-None-Match", tag, "Range", "bytes=2-5"}}
	if last != "" {
		ask[last] = []string{"If-Modified-Since", last}
	}
	for name, headings := range ask {
		for _, method := range []string{"GET", "HEAD"} {
			w := get(f.site, method, f.address, headings...)
			now, whole := lasting(w.Header()), lasting(f.head)
			if w.Code != http.StatusNotModified || w.Body.Len() > 0 || now["Etag"] != tag || now["Cache-Control"] != whole["Cache-Control"] || now["Vary"] != whole["Vary"] {
				t.Errorf("%s %s to whoever has %s: %d, %d bytes, %q %q %q", method, f.address, name, w.Code, w.Body.Len(), now["Etag"], now["Cache-Control"], now["Vary"])
			}
		}
	}
	if w := get(f.site, "GET", f.address, "If-None-Match", `"another"`, "If-Modified-Since", last); w.Code != http.StatusOK {
		t.Errorf("%s to whoever has another: %d", f.address, w.Code)
	}
}
