package api_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/api"
	"nhipso/internal/cube"
	"nhipso/internal/intake"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

// counter is a door for programs with its committer and a token, over a new database.
type counter struct {
	http.Handler
	committer *intake.Committer
	secret    string
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	s := storetest.Open(t, storetest.EmptySQLite(t))
	_, secret, err := s.AddToken(t.Context(), store.Token{Sender: "Cục Thống kê", Flows: []string{"DE_SHARE"}, By: "an"})
	if err != nil {
		t.Fatal(err)
	}
	door, mux := intake.NewDoor(s), http.NewServeMux()
	for pattern, h := range door.Patterns() {
		mux.Handle(pattern, h)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { door.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return &counter{mux, &intake.Committer{Store: s, Intake: cube.Intake{Catalog: library().catalog, Store: s}, Areas: library().areas, Log: slog.New(slog.DiscardHandler), Door: door}, secret}
}

// called is an operation for programs, as the served document has it.
type called struct {
	path, method string
	op           map[string]any
}

// calledFor lists the operations that ask for a token.
func calledFor(t *testing.T) (out []called) {
	t.Helper()
	for path, item := range theContract().doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			if op := op.(map[string]any); op["security"] != nil {
				out = append(out, called{path, method, op})
			}
		}
	}
	slices.SortFunc(out, func(a, b called) int { return strings.Compare(a.path, b.path) })
	return out
}

// request makes one from the examples of the document, with some parameters set otherwise; nil leaves one out.
func (x called) request(c *counter, body string, set map[string]*string) *http.Request {
	address, q, headers := x.path, url.Values{}, map[string]string{}
	for _, p := range asList(x.op["parameters"]) {
		m := p.(map[string]any)
		name, value := m["name"].(string), fmt.Sprint(m["example"])
		required, _ := m["required"].(bool)
		if s, is := set[name]; is {
			if s == nil {
				continue
			}
			value, required = *s, true
		}
		switch {
		case m["in"] == "path":
			address = strings.ReplaceAll(address, "{"+name+"}", url.PathEscape(value))
		case required && m["in"] == "query":
			q.Set(name, value)
		case required:
			headers[name] = value
		}
	}
	r := httptest.NewRequest(strings.ToUpper(x.method), strings.TrimSuffix(api.Root+"/v1"+address+"?"+q.Encode(), "?"), strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+c.secret)
	r.Header.Set("Content-Type", "text/csv")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	return r
}

// answer sends a request and holds the answer to the document: status, kind of content, body, headings.
func (x called) answer(t *testing.T, c *counter, r *http.Request) (status int, body map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	declared, ok := dig(x.op, "responses", fmt.Sprint(w.Code)).(map[string]any)
	if !ok {
		t.Fatalf("%s %s: the document does not declare %d: %s", r.Method, r.URL, w.Code, w.Body)
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if _, ok := dig(declared, "content", kind).(map[string]any); !ok {
		t.Fatalf("%s %s: %d is not declared as %s", r.Method, r.URL, w.Code, kind)
	}
	theContract().valid(t, r.URL.String(), w.Body.Bytes(), "paths", x.path, x.method, "responses", fmt.Sprint(w.Code), "content", kind, "schema")
	if headings, _ := declared["headers"].(map[string]any); headings != nil {
		for _, name := range slices.Sorted(maps.Keys(headings)) {
			if w.Header().Get(name) == "" {
				t.Errorf("%s %s: %d lacks %s", r.Method, r.URL, w.Code, name)
			}
		}
	}
	return w.Code, decode(t, w)
}

const submitted = "DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,VINTAGE,EVIDENCE,SOURCE\nDE_SHARE,VN,NSO,TOTAL,2025,%s,2026-01-05,S,NSO-2025-01\n"

// What the one description says of submissions is so: every operation with its examples, every parameter absent, wrong, twice and unknown.
func TestTheDoorKeepsWhatTheDocumentPromises(t *testing.T) {
	c, ops := newCounter(t), calledFor(t)
	if len(ops) != 2 || ops[0].method != "post" || ops[1].method != "get" {
		t.Fatalf("%+v", ops)
	}
	submit, look := ops[0], ops[1]
	good := fmt.Sprintf(submitted, "14.02")
	code, x := submit.answer(t, c, submit.request(c, good, nil))
	if code != 202 || x["state"] != "accepted" {
		t.Fatal(code, x)
	}
	id := x["id"].(string)
	bad := "refused"
	_, y := submit.answer(t, c, submit.request(c, fmt.Sprintf(submitted, "113"), map[string]*string{"Idempotency-Key": &bad}))
	if n, err := c.committer.Round(t.Context()); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if code, x = submit.answer(t, c, submit.request(c, good, nil)); code != 200 || x["state"] != "committed" {
		t.Error(code, x)
	}
	refused := y["id"].(string)
	for want, at := range map[string]*string{"committed": &id, "refused": &refused} {
		if code, x := look.answer(t, c, look.request(c, "", map[string]*string{"id": at})); code != 200 || x["state"] != want {
			t.Error(code, x)
		}
	}
	if code, _ := look.answer(t, c, look.request(c, "", nil)); code != 404 {
		t.Errorf("the example of an identifier gives %d", code)
	}
	if code, x := submit.answer(t, c, submit.request(c, good+"\n", nil)); code != 409 {
		t.Error(code, x)
	}
	long := submit.request(c, strings.Repeat("x", intake.MaxBody+1), map[string]*string{"Idempotency-Key": &bad})
	if code, _ := submit.answer(t, c, long); code != 413 {
		t.Error("too much gives", code)
	}
	for _, op := range ops {
		op.holds(t, c, good)
	}
}

// holds asks without a token, with parameters that are absent, wrong, twice or unknown, and with other content.
func (x called) holds(t *testing.T, c *counter, body string) {
	t.Helper()
	refused := func(what string, r *http.Request, want int) {
		t.Helper()
		if code, p := x.answer(t, c, r); code != want {
			t.Errorf("%s: %s gives %d: %v", x.path, what, code, p)
		}
	}
	guest := x.request(c, body, nil)
	guest.Header.Del("Authorization")
	refused("no token", guest, 401)
	for _, p := range asList(x.op["parameters"]) {
		m := p.(map[string]any)
		name := m["name"].(string)
		if required, _ := m["required"].(bool); required && m["in"] != "path" {
			refused("no "+name, x.request(c, body, map[string]*string{name: nil}), 400)
		}
		wrong := map[string]string{"lang": "fr", "dataflow": " ", "Idempotency-Key": strings.Repeat("k", 201)}[name]
		if wrong != "" {
			refused("a wrong "+name, x.request(c, body, map[string]*string{name: &wrong}), 400)
		}
		if m["in"] == "query" {
			r := x.request(c, body, map[string]*string{name: ptr(fmt.Sprint(m["example"]))})
			r.URL.RawQuery += "&" + name + "=" + fmt.Sprint(m["example"])
			refused(name+" twice", r, 400)
		}
	}
	unknown := x.request(c, body, nil)
	unknown.URL.RawQuery += "&nope=1"
	refused("a parameter of no name", unknown, 400)
	if x.method == "post" {
		other := x.request(c, body, nil)
		other.Header.Set("Content-Type", "application/pdf")
		refused("another kind of content", other, 415)
		refused("another dataflow", x.request(c, body, map[string]*string{"dataflow": ptr("NA_VA")}), 403)
	}
}

func ptr(s string) *string { return &s }

// One description: in both languages, as JSON and YAML, and on the page for people; where nothing is taken, nothing is said of it.
func TestTheDescriptionHasWhatOthersServeBesideTheAPI(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		for _, at := range []string{"/api/v1/openapi.json", "/api/v1/openapi.yaml", "/api"} {
			body := send(handler(), "GET", at+"?lang="+lang).Body.Bytes()
			if !bytes.Contains(body, []byte("/submissions/{id}")) || bytes.Contains(body, []byte(`"@`)) {
				t.Errorf("%s in %s does not describe submissions", at, lang)
			}
		}
	}
	alone := must(api.Handler(library(), api.Options{Methods: nil, Territory: library().areas, Catalog: library().catalog}))
	if body := send(alone, "GET", "/api/v1/openapi.json").Body.String(); strings.Contains(body, "submission") {
		t.Error("a mirror describes submissions")
	}
	twice := func(string) []byte { return []byte(`{"paths": {"/release": {}}}`) }
	if _, err := api.Handler(library(), api.Options{Territory: library().areas, Catalog: library().catalog, Beside: []func(string) []byte{twice}}); err == nil {
		t.Error("one path is described twice")
	}
}
