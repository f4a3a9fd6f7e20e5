package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/config"
	"nhipso/internal/records"
	"nhipso/internal/web/desk"
	"nhipso/internal/web/shell"
	"nhipso/static"
)

// What a route is asked for when it is asked for one thing; those that are not here are asked for the first address of pagesAsked.
var oneOf = map[string]string{
	"GET /so-lieu/{dataflow}": "/so-lieu/DE_SHARE", "GET /so-lieu/{dataflow}/{key}": "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "GET /vi-sao": "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "GET /favicon.svg": "/favicon.svg",
	"GET /so-lieu/{dataflow}/tin.atom": "/so-lieu/DE_SHARE/tin.atom", "GET /so-lieu/{dataflow}/{key}/tin.atom": "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL/tin.atom",
	"GET /favicon.ico": "/favicon.ico", "/api/": "/api/v1/data/DE_SHARE", "GET /tim": "/tim?q=kinh+te",
}

// Routes that are for one reader or for machines that watch, which nobody keeps.
var keptByNobody = map[string]bool{"GET /healthz": true, "GET /readyz": true, "GET /metrics": true, "GET /kich-ban/{id}": true, "POST /kich-ban": true,
	"GET /lich-su/tep/{name}":  true, // the files of releases have tests of their own, and so has what programs submit
	"POST /api/v1/submissions": true, "GET /api/v1/submissions/{id}": true, "GET /api/v1/submissions/openapi.json": true,
	"/api/v1/submissions": true, "/api/v1/submissions/{id}": true}

// Routes that change between releases, so that the minute of the release says nothing of when they changed.
var changing = map[string]bool{"GET /tim": true, "GET /lich": true, "GET /kich-ban": true, "GET /lich.ics": true, "GET /phat-hanh.atom": true, "GET /so-lieu/{dataflow}/tin.atom": true, "GET /so-lieu/{dataflow}/{key}/tin.atom": true,
	"GET /tinh/{area}/tin.atom": true, "GET /tinh/{area}": true, "GET /tinh/{area}/tom-tat": true, // they tell what comes next
	"GET /muc-tieu/{target}/tin.atom": true, "GET /robots.txt": true, "GET /sitemap.xml": true, "GET /favicon.svg": true, "GET /favicon.ico": true,
	"/static/": true, "/api": true}

// ofTheDesk reports whether a route is of people at work, or of programs in their place: who is answered what, and that nobody keeps it, is tested in packages
// desk and records.
func ofTheDesk(pattern string) bool {
	return strings.Contains(pattern, " "+desk.Path) || strings.HasPrefix(pattern, records.Root) || pattern == records.ActsPath
}

var aged = regexp.MustCompile(`^public, max-age=(\d+), s-maxage=(\d+), must-revalidate$`)

// TestEveryRouteCanBeKeptByACacheOnTheWay walks every route, every page in every format and every operation of the API.
func TestEveryRouteCanBeKeptByACacheOnTheWay(t *testing.T) {
	v := newVault(t)
	gate := v.gate()
	site, err := v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses(t, site) {
		walked{site, a.pattern}.walk(t, a.address, a.there)
	}
}

// asked is an address of a route; a page need not be there in every format.
type asked struct {
	pattern, address string
	there            bool
}

// addresses gives one address of every route, of every page in every format and of every operation of the API.
func addresses(t *testing.T, site *shell.Site) (out []asked) {
	t.Helper()
	for _, pattern := range site.Routes() {
		if keptByNobody[pattern] || ofTheDesk(pattern) {
			continue
		}
		address := oneOf[pattern]
		if list := pagesAsked[pattern]; address == "" && len(list) > 0 {
			address = list[0]
		}
		if pattern == "/static/" {
			address = static.URL("site.css")
		}
		if address == "" {
			t.Errorf("the route %q is not asked: add it to oneOf", pattern)
			continue
		}
		out = append(out, asked{pattern, address, true})
		if !strings.HasPrefix(pattern, "GET /") || strings.Contains(address, ".") && !strings.Contains(pattern, "{") || strings.HasSuffix(pattern, ".atom") {
			continue
		}
		for _, format := range append(shell.TableFormats(), "svg", "png", "option", "bib", "ris", "chia-se.png") {
			path, query, _ := strings.Cut(address, "?")
			if path == "/" {
				path = "/trang-chu"
			}
			out = append(out, asked{pattern, strings.TrimSuffix(path+"."+format+"?"+query, "?"), false})
		}
		path, query, _ := strings.Cut(address, "?")
		if path == "/" {
			path = "/trang-chu"
		}
		out = append(out, asked{pattern, strings.TrimSuffix("/nhung"+path+"?"+query, "?"), false})
	}
	return append(out, operations(t, site)...)
}

// operations gives one address of every operation of the API, and of those that give files one of each.
func operations(t *testing.T, site *shell.Site) (out []asked) {
	t.Helper()
	var doc struct {
		Paths map[string]struct {
			Get *struct {
				Parameters []struct {
					Name, In string
					Required bool
					Example  any
					Schema   struct{ Enum []any }
				}
				Security []any
			}
		}
	}
	if err := json.Unmarshal(get(site, "GET", "/api/v1/openapi.json").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for path, op := range doc.Paths {
		if op.Get == nil || len(op.Get.Security) > 0 {
			continue // for programs with a token
		}
		query, formats := "", []any(nil)
		for _, p := range op.Get.Parameters {
			switch example, _ := p.Example.(string); {
			case p.In == "path":
				path = strings.ReplaceAll(path, "{"+p.Name+"}", strings.ReplaceAll(example, "#", "%23"))
			case p.Required || p.Name == "date":
				query += "&" + p.Name + "=" + url.QueryEscape(example)
			case p.Name == "format":
				formats = p.Schema.Enum
			}
		}
		address := strings.TrimSuffix("/api/v1"+path+"?"+strings.TrimPrefix(query, "&"), "?")
		out = append(out, asked{"/api/", address, true})
		mark := "?"
		if query != "" {
			mark = "&"
		}
		for _, format := range formats {
			out = append(out, asked{"/api/", fmt.Sprint(address, mark, "format=", format), true})
		}
	}
	return append(out, asked{"/api/", "/api/v1/openapi.json", true}, asked{"/api/", "/api/v1/openapi.yaml", true})
}

// get asks for an address.
func get(h http.Handler, method, address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// walked is a route of a site.
type walked struct {
	site    *shell.Site
	pattern string
}

// walk holds one address to what every address promises. A format that a page does not have is not found.
func (x walked) walk(t *testing.T, address string, there bool) {
	t.Helper()
	w := get(x.site, "GET", address)
	x.framed(t, address, w.Header())
	if !there && w.Code == http.StatusNotFound {
		return
	}
	h := w.Header()
	if w.Code != http.StatusOK {
		t.Errorf("%s: %d", address, w.Code)
		return
	}
	x.kept(t, address, h)
	x.methods(t, address, h)
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		for _, asset := range assets.FindAllStringSubmatch(w.Body.String(), -1) {
			if !hashed.MatchString(asset[1]) {
				t.Errorf("%s takes %s, whose name does not change with its content", address, asset[1])
			}
		}
	}
}

// framed holds that other sites may frame figures that stand alone, and nothing else of ours, whatever the answer is.
func (x walked) framed(t *testing.T, address string, h http.Header) {
	t.Helper()
	policy, frame := h.Get("Content-Security-Policy"), h.Get("X-Frame-Options")
	if alone := strings.HasPrefix(address, "/nhung/"); alone != strings.Contains(policy, "frame-ancestors *") || alone == strings.Contains(policy, "frame-ancestors 'none'") || alone != (frame == "") {
		t.Errorf("%s: %q, %q", address, policy, frame)
	}
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: %q", address, policy)
	}
}

// kept looks at what lets a cache on the way keep an answer, and ask whether it still holds.
func (x walked) kept(t *testing.T, address string, h http.Header) {
	t.Helper()
	api := strings.HasPrefix(x.pattern, "/api")
	if age := h.Get("Cache-Control"); !aged.MatchString(age) && age != "public, max-age=31536000, immutable" {
		t.Errorf("%s: Cache-Control %q", address, age)
	}
	if h.Get("Set-Cookie") != "" {
		t.Errorf("%s sets a cookie", address)
	}
	for _, name := range strings.Split(strings.Join(h.Values("Vary"), ","), ",") {
		if name = strings.TrimSpace(name); name != "" && name != "Accept-Encoding" && !(api && (name == "Accept" || name == "Accept-Language")) {
			t.Errorf("%s varies by %s", address, name)
		}
	}
	tag := h.Get("ETag")
	if tag == "" {
		t.Errorf("%s has no tag", address)
	}
	if kept := get(x.site, "GET", address, "If-None-Match", tag); kept.Code != http.StatusNotModified || kept.Body.Len() > 0 {
		t.Errorf("%s: %d to whoever has it", address, kept.Code)
	}
	last := h.Get("Last-Modified")
	if changing[x.pattern] || api && last == "" {
		return
	}
	if last == "" || get(x.site, "GET", address, "If-Modified-Since", last).Code != http.StatusNotModified {
		t.Errorf("%s: Last-Modified %q", address, last)
	}
}

// methods asks with other methods than GET.
func (x walked) methods(t *testing.T, address string, h http.Header) {
	t.Helper()
	head := get(x.site, "HEAD", address)
	if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("ETag") != h.Get("ETag") || head.Header().Get("Content-Type") != h.Get("Content-Type") {
		t.Errorf("HEAD %s: %d, %d bytes, %v", address, head.Code, head.Body.Len(), head.Header())
	}
	for _, method := range []string{"POST", "DELETE", "PUT"} {
		other := get(x.site, method, address, "Sec-Fetch-Site", "same-origin")
		allow := other.Header().Get("Allow")
		if takesForms := method == "POST" && x.pattern == "GET /kich-ban"; !takesForms && (other.Code != http.StatusMethodNotAllowed || !strings.Contains(allow, "GET") || !strings.Contains(allow, "HEAD")) {
			t.Errorf("%s %s: %d, Allow %q", method, address, other.Code, allow)
		}
	}
}

var (
	assets = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)
	hashed = regexp.MustCompile(`[-.][0-9A-Za-z]{8,}\.[a-z0-9]+$`)
)

// Readers that ask for more than there is to an address get little.
func TestALongQuestionGetsAShortAnswer(t *testing.T) {
	v := newVault(t)
	gate := v.gate()
	site, err := v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 900<<10)
	for _, address := range []string{"/?x=" + long, "/so-lieu/DE_SHARE?FREQ=" + long, "/tim?q=" + long, "/vi-sao?o=" + long, "/" + long, "/tinh.csv?hinh=" + long, "/api/v1/data/DE_SHARE?key=" + long, "/kich-ban?gdp=" + long} {
		if w := get(site, "GET", address); w.Code != http.StatusRequestURITooLong || w.Body.Len() > 32<<10 {
			t.Errorf("%s…: %d, %d bytes", address[:20], w.Code, w.Body.Len())
		}
	}
	for _, address := range []string{"/khong-co?" + long[:3000], "/" + long[:3000], "/vi-sao?o=" + long[:3000], "/tim?q=" + long[:3000], "/so-lieu/DE_SHARE?FREQ=" + long[:3000]} {
		if w := get(site, "GET", address); w.Body.Len() > 60<<10 {
			t.Errorf("%s…: %d bytes", address[:20], w.Body.Len())
		}
	}
	if !slices.Contains(site.Routes(), "GET /tim") {
		t.Error("there is no search")
	}
}
