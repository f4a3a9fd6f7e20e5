package records_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/records"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

var today = stat.MustDate("2026-11-30")

// place is a counter with a government, two provinces, somebody of each kind, and a token of each of them.
type place struct {
	*testing.T
	mux    *http.ServeMux
	office *people.Office
	tokens map[string]string
}

func act(kind, id string, pairs ...string) register.Act {
	a := register.Act{Kind: register.Added, Type: kind, Record: id, From: stat.MustDate("2020-01-01")}
	for i := 0; i < len(pairs); i += 2 {
		a.Changes = append(a.Changes, register.Change{Column: pairs[i], After: pairs[i+1]})
	}
	return a
}

func newPlace(t *testing.T) *place {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.SQLite(t)
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return today }, Now: time.Now}
	p := &place{T: t, mux: http.NewServeMux(), office: people.NewOffice(r, s, time.Now), tokens: map[string]string{}}
	acts := []register.Act{act("legal-document", "PLAN", "name_vi", "Kế hoạch", "name_en", "Plan")}
	for _, x := range [][2]string{{"GOV", ""}, {"EAST", "GOV"}, {"WEST", "GOV"}} {
		acts = append(acts, act(people.OrganisationType, x[0], "name_vi", x[0], "name_en", x[0], "kind", "province", "parent", x[1]))
	}
	for _, x := range [][3]string{{"root", "GOV", "administrator"}, {"minister", "GOV", "approver"}, {"east", "EAST", "reporter"}, {"west", "WEST", "reporter"}} {
		role := "r-" + x[0]
		if x[0] == "root" {
			role = people.FirstRole
		}
		acts = append(acts, act(people.PersonType, x[0], "name", "Người "+x[0], "email", x[0]+"@gov.example", "organisation", x[1]), act(people.RoleType, role, "person", x[0], "organisation", x[1], "role", x[2]))
	}
	acts = append(acts, act("station", "CS-1", "name_vi", "Trạm Đông", "name_en", "East", "area", "XM", "plan", "PLAN", "keeper", "EAST", "contact", "Ông Kín", "cost", "12.50"),
		act("station", "CS-2", "name_vi", "Trạm Tây", "name_en", "West", "area", "XM", "plan", "PLAN", "keeper", "WEST", "cost", "99"))
	if err := people.Load(t.Context(), r, acts, "seed"); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	for pattern, h := range (&records.Counter{Office: p.office, Log: slog.New(slog.DiscardHandler)}).Patterns() {
		p.mux.Handle(pattern, h)
	}
	for _, who := range []string{"root", "minister", "east", "west"} {
		p.tokens[who] = p.token(who, people.Bounds{Acts: true})
	}
	return p
}

func (p *place) token(who string, b people.Bounds) string {
	p.Helper()
	_, secret, err := p.office.NewToken(p.Context(), people.Token{Person: who, Name: "máy", Bounds: b, Ends: time.Now().AddDate(0, 1, 0)})
	if err != nil {
		p.Fatal(err)
	}
	return secret
}

// asked is one request: as somebody, with headers as "Name: value".
func (p *place) ask(who, method, path, body string, headers ...string) (*httptest.ResponseRecorder, map[string]any) {
	p.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	if secret := p.tokens[who]; secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	p.mux.ServeHTTP(w, r)
	held(p, r, w)
	var out map[string]any
	if method != http.MethodHead {
		d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
		d.UseNumber()
		if err := d.Decode(&out); err != nil {
			p.Fatalf("%s: %v: %s", path, err, w.Body)
		}
	}
	return w, out
}

// description is what the module says of its routes, as one document.
var description = sync.OnceValue(func() map[string]any {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(records.Document("en")))
	if err != nil {
		panic(err)
	}
	return doc.(map[string]any)
})

var compiler = sync.OnceValue(func() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("http://nhipso/records.json", description()); err != nil {
		panic(err)
	}
	return c
})

func dig(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

var hole = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// operation finds the path of the description that an address belongs to.
func operation(path string) string {
	var out []string
	for p := range description()["paths"].(map[string]any) {
		if regexp.MustCompile("^/api/v1" + hole.ReplaceAllString(regexp.QuoteMeta(p), "[^/]+") + "$").MatchString(path) {
			out = append(out, p)
		}
	}
	sort.Strings(out)
	if len(out) == 0 {
		return ""
	}
	return out[0]
}

// held holds every answer of every test to the description: its status, kind of content, body and headings.
func held(p *place, r *http.Request, w *httptest.ResponseRecorder) {
	p.Helper()
	path, method := operation(r.URL.Path), strings.ToLower(strings.Replace(r.Method, "HEAD", "GET", 1))
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Language") == "" {
		p.Errorf("%s may be kept: %v", r.URL, w.Header())
	}
	if w.Code == http.StatusMethodNotAllowed {
		return
	}
	declared, is := dig(description()["paths"], path, method, "responses", itoa(w.Code)).(map[string]any)
	if !is {
		p.Fatalf("%s %s: the description does not declare %d: %s", r.Method, r.URL, w.Code, w.Body)
	}
	kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	if _, is := dig(declared, "content", kind).(map[string]any); !is {
		p.Fatalf("%s %s: %d is not declared as %s", r.Method, r.URL, w.Code, kind)
	}
	headings, _ := declared["headers"].(map[string]any)
	for name := range headings {
		if w.Header().Get(name) == "" {
			p.Errorf("%s %s: %d lacks %s", r.Method, r.URL, w.Code, name)
		}
	}
	if r.Method == http.MethodHead {
		return
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace
	s, err := compiler().Compile("http://nhipso/records.json#/paths/" + escape(path) + "/" + method + "/responses/" + itoa(w.Code) + "/content/" + escape(kind) + "/schema")
	if err != nil {
		p.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes()))
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		p.Errorf("%s %s: %v\n%s", r.Method, r.URL, err, w.Body)
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }
