package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// promised is one operation of the served document, with requests derived from nothing but the document.
type promised struct {
	path       string
	parameters []param
}

type param struct {
	at           []string // JSON pointer to its schema
	name, in     string
	required     bool
	example      string
	schema       map[string]any
	least, most  string // bounds of a number
	kind, format string
	choices      []string
	longest      int
}

func promises(t *testing.T) []promised {
	t.Helper()
	c := theContract()
	var out []promised
	for _, path := range slices.Sorted(maps.Keys(c.doc["paths"].(map[string]any))) {
		get, ok := dig(c.doc, "paths", path, "get").(map[string]any)
		if !ok || get["security"] != nil {
			continue // for programs with a token: see programs_test.go
		}
		op := promised{path: path}
		for i, x := range get["parameters"].([]any) {
			m := x.(map[string]any)
			s := m["schema"].(map[string]any)
			p := param{at: []string{"paths", path, "get", "parameters", strconv.Itoa(i), "schema"}, name: m["name"].(string), in: m["in"].(string), schema: s}
			p.required, _ = m["required"].(bool)
			p.kind, _ = s["type"].(string)
			p.format, _ = s["format"].(string)
			if e, ok := m["example"]; ok {
				p.example = fmt.Sprint(e)
			} else {
				t.Errorf("%s: %s has no example", path, p.name)
			}
			if n, ok := s["minimum"]; ok {
				p.least, p.most = fmt.Sprint(n), fmt.Sprint(s["maximum"])
			}
			if n, ok := s["maxLength"]; ok {
				p.longest, _ = strconv.Atoi(fmt.Sprint(n))
			}
			for _, e := range asList(s["enum"]) {
				p.choices = append(p.choices, fmt.Sprint(e))
			}
			op.parameters = append(op.parameters, p)
		}
		out = append(out, op)
	}
	return out
}

func asList(v any) []any { l, _ := v.([]any); return l }

// allows reports whether the schema of a parameter, read by a validator that is not huma's, allows a text.
func (p param) allows(t *testing.T, text string) bool {
	t.Helper()
	s, err := theContract().schema(p.at...)
	if err != nil {
		t.Fatal(err)
	}
	var v any = text
	switch p.kind {
	case "integer":
		if !regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`).MatchString(text) {
			return false
		}
		v = json.Number(text)
	case "boolean":
		if text != "true" && text != "false" {
			return false
		}
		v = text == "true"
	}
	return s.Validate(v) == nil
}

// address writes a request for an operation with every required parameter as in its example, and some set otherwise; nil leaves one out.
func (op promised) address(set map[string]*string) string {
	path, q := op.path, url.Values{}
	for _, p := range op.parameters {
		value, given := p.example, p.required || p.in == "path"
		if s, is := set[p.name]; is {
			if s == nil {
				continue
			}
			value, given = *s, true
		}
		switch {
		case p.in == "path":
			path = strings.ReplaceAll(path, "{"+p.name+"}", url.PathEscape(value))
		case given:
			q.Set(p.name, value)
		}
	}
	if op.path == "/provinces/{province}" && set["date"] == nil { // the example is a code, which means nothing without a day
		q.Set("date", "2026-01-01")
	}
	return strings.TrimSuffix("/api/v1"+path+"?"+q.Encode(), "?")
}

func set(name, value string) map[string]*string { return map[string]*string{name: &value} }

// valid are texts that the document allows for a parameter.
func (p param) valid() []string {
	out := append([]string{p.example}, p.choices...)
	if p.least != "" {
		out = append(out, p.least, p.most)
	}
	if p.kind == "boolean" {
		out = append(out, "true", "false")
	}
	return out
}

// doubtful are texts of which the document says whether they are allowed.
func (p param) doubtful() []string {
	out := []string{"", " ", "x", "NaN", "null", "-1", "+1", "01", "1.5", "1e3", " 1", "99999999999999999999", "1", "t", "TRUE", "True", "yes", "2025-02-30", "2025-1-1", "0001-01-01", "1899-12-31", "2025-01-01T00:00:00Z",
		"2025-Q5", "2025-q4", "q4-2025", "VI", "EN", "vi,en", "JSON", ".json"}
	if p.longest > 0 {
		out = append(out, strings.Repeat("A", p.longest+1))
	}
	if n, err := strconv.Atoi(p.least); err == nil {
		m, _ := strconv.Atoi(p.most)
		out = append(out, strconv.Itoa(n-1), strconv.Itoa(m+1))
	}
	for _, c := range p.choices {
		out = append(out, strings.ToUpper(c)+"x", " "+c)
	}
	return out
}

// known codes for values that no schema can refuse, since the release decides about them.
var ofTheData = map[string]bool{"api.no-code": true, "catalog.key-shape": true, "catalog.unknown-code": true, "cube.bad-cell": true, "api.bad-denominator": true, "api.bad-weights": true, "api.end-before-start": true,
	"api.future-day": true, "api.no-denominator-here": true, "territory.no-date": true, "api.not-then": true, "territory.no-name": true, "territory.no-area": true}

func TestTheAPIKeepsWhatItsDocumentPromises(t *testing.T) {
	deviations := 0
	says := func(t *testing.T, address, format string, args ...any) {
		t.Helper()
		deviations++
		t.Errorf("%s: %s", short(address), fmt.Sprintf(format, args...))
	}
	for _, op := range promises(t) {
		t.Run(op.path, func(t *testing.T) {
			full := ask(t, op.address(nil)) // holds status, heading and body to the document
			if full.Code != 200 {
				says(t, op.address(nil), "the example of the document gives %d: %s", full.Code, full.Body)
			}
			for _, p := range op.parameters {
				op.holds(t, p, says)
			}
			op.unheard(t, says)
			op.headings(t, full, says)
		})
	}
	t.Logf("%d deviations", deviations)
}

// holds asks with one parameter absent, empty, valid, invalid, twice and too long.
func (op promised) holds(t *testing.T, p param, says func(*testing.T, string, string, ...any)) {
	if p.required && p.in == "query" {
		a := op.address(map[string]*string{p.name: nil})
		if w := ask(t, a); w.Code != 422 || dig(decode(t, w), "where") != "query."+p.name {
			says(t, a, "%s is required, and its absence gives %d", p.name, w.Code)
		}
	}
	for _, text := range p.valid() {
		a := op.address(set(p.name, text))
		if !p.allows(t, text) {
			says(t, a, "the document gives %q as %s and does not allow it", text, p.name)
		}
		if w := ask(t, a); w.Code != 200 && !decided(t, w) {
			says(t, a, "%s=%q is allowed and gives %d %s", p.name, text, w.Code, w.Body)
		}
	}
	op.doubts(t, p, says)
	if p.in == "query" {
		a := op.address(set(p.name, p.example)) + "&" + url.Values{p.name: {p.example}}.Encode()
		if w := ask(t, a); w.Code != 400 || dig(decode(t, w), "code") != "api.repeated-parameter" {
			says(t, a, "%s twice gives %d", p.name, w.Code)
		}
	}
	a := op.address(set(p.name, strings.Repeat("9", 5000)))
	if w := ask(t, a); w.Code != 414 {
		says(t, a, "an address of %d bytes gives %d", len(a), w.Code)
	}
}

// doubts asks with values of which the document says whether they are allowed: those are answered, or refused for what the release holds, and
// others are refused with the name of the parameter.
func (op promised) doubts(t *testing.T, p param, says func(*testing.T, string, string, ...any)) {
	for _, text := range p.doubtful() {
		if p.in == "path" && (text == "" || strings.Trim(text, ".") == "") {
			continue // another path
		}
		a, allowed := op.address(set(p.name, text)), p.allows(t, text)
		w := ask(t, a)
		switch {
		case !allowed && (w.Code < 400 || w.Code >= 500):
			says(t, a, "%s=%q is not allowed and gives %d", p.name, short(text), w.Code)
		case !allowed && p.in == "query" && dig(decode(t, w), "where") != "query."+p.name:
			says(t, a, "%s=%q is refused without saying that it is %s: %s", p.name, short(text), p.name, w.Body)
		case allowed && w.Code != 200 && p.in == "query" && !decided(t, w):
			says(t, a, "%s=%q is allowed and gives %d %s", p.name, short(text), w.Code, w.Body)
		}
	}
}

// decided reports whether a refusal is about what the release holds.
func decided(t *testing.T, w *httptest.ResponseRecorder) bool {
	t.Helper()
	p := decode(t, w)
	code, _ := dig(p, "code").(string)
	return w.Code == 404 || w.Code == 422 && ofTheData[code]
}

// unheard asks with what the document does not have: other parameters, methods and formats.
func (op promised) unheard(t *testing.T, says func(*testing.T, string, string, ...any)) {
	plain := op.address(nil)
	sep := "?"
	if strings.Contains(plain, "?") {
		sep = "&"
	}
	for _, name := range []string{"nope", "Lang", "LIMIT", "_", "lang[]", "x.y", "%D0%B0"} {
		if w := ask(t, plain+sep+name+"=1"); w.Code != 400 || dig(decode(t, w), "code") != "api.unknown-parameter" {
			says(t, plain, "parameter %s gives %d", name, w.Code)
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "TRACE", "LINK"} {
		w := send(handler(), method, plain)
		if allow := w.Header().Get("Allow"); w.Code != 405 || !strings.Contains(allow, "GET") || !strings.Contains(allow, "HEAD") || dig(decode(t, w), "code") != "api.bad-method" {
			says(t, plain, "%s gives %d, Allow %q", method, w.Code, allow)
		}
	}
	for _, accept := range []string{"text/html", "image/png", "application/json;q=0", "application/xml, text/*;q=0"} {
		if w := ask(t, plain, "Accept", accept); w.Code != 406 {
			says(t, plain, "Accept: %s gives %d", accept, w.Code)
		}
	}
}

// headings looks at what every answer carries, at HEAD and at a second request.
func (op promised) headings(t *testing.T, full *httptest.ResponseRecorder, says func(*testing.T, string, string, ...any)) {
	plain := op.address(nil)
	head := send(handler(), "HEAD", plain)
	if head.Code != full.Code || head.Body.Len() != 0 {
		says(t, plain, "HEAD gives %d and %d bytes", head.Code, head.Body.Len())
	}
	for name := range full.Header() {
		if head.Header().Get(name) != full.Header().Get(name) {
			says(t, plain, "HEAD has %s %q, GET %q", name, head.Header().Get(name), full.Header().Get(name))
		}
	}
	h := full.Header()
	if !strings.Contains(h.Get("Cache-Control"), "public") || h.Get("ETag") == "" || h.Get("Content-Language") == "" || h.Get("Set-Cookie") != "" {
		says(t, plain, "cannot be kept: %v", h)
	}
	if w := ask(t, plain, "If-None-Match", h.Get("ETag")); w.Code != 304 {
		says(t, plain, "gives %d to whoever has it", w.Code)
	}
	if last := h.Get("Last-Modified"); last != "" {
		if w := ask(t, plain, "If-Modified-Since", last); w.Code != 304 {
			says(t, plain, "gives %d to whoever has it since", w.Code)
		}
	}
	declared := dig(theContract().doc, "paths", op.path, "get", "responses", "200", "headers")
	names, _ := declared.(map[string]any)
	for name, x := range names {
		if dig(x, "required") == true && h.Get(name) == "" {
			says(t, plain, "lacks %s, which the document promises", name)
		}
	}
}

// short cuts a text for a message.
func short(s string) string {
	if len(s) > 160 {
		return s[:160] + "…"
	}
	return s
}

// What is no path of the document is a problem like any other.
func TestPathsThatTheDocumentDoesNotHave(t *testing.T) {
	var known []string
	for _, op := range promises(t) {
		known = append(known, op.path)
	}
	sort.Strings(known)
	for _, a := range []string{"/api/v1", "/api/v2/data", "/api/v1/", "/api/v1/nope", "/api/v1/data", "/api/v1/data/DE_SHARE/x/y", "/api/v1//data", "/api/v1/data/../release", "/api/v1/release.json", "/api/v1/openapi", "/api/v1/openapi.xml",
		"/api/v1/%2e%2e/release", "/api/v1/data/%00", "/api/v1/data/%ff", "/api/v1/series/DE_SHARE", "/api/x"} {
		for _, method := range []string{"GET", "HEAD"} {
			w := send(handler(), method, a)
			if w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: %d as %s", method, a, w.Code, w.Header().Get("Content-Type"))
			}
			if method == "GET" {
				theContract().valid(t, a, w.Body.Bytes(), "components", "schemas", "Problem")
			} else if w.Body.Len() > 0 {
				t.Errorf("HEAD %s has a body", a)
			}
		}
	}
}

// The document and the page for people take the language and nothing else.
func TestTheDocumentItselfKeepsTheRules(t *testing.T) {
	for _, a := range []string{"/api", "/api/v1/openapi.json", "/api/v1/openapi.yaml"} {
		for query, status := range map[string]int{"": 200, "?lang=en": 200, "?lang=": 422, "?lang=fr": 422, "?lang=vi&lang=en": 400, "?x=1": 400, "?asof=2025-01-01": 400, "?%zz": 400} {
			if w := ask(t, a+query); w.Code != status {
				t.Errorf("%s%s: %d, want %d", a, query, w.Code, status)
			}
		}
		if w := send(handler(), "POST", a); w.Code != 405 || w.Header().Get("Allow") == "" {
			t.Errorf("POST %s: %d %q", a, w.Code, w.Header().Get("Allow"))
		}
		if w := ask(t, a); w.Header().Get("ETag") == "" || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", a, w.Header())
		}
	}
}
