package api_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

var update = flag.Bool("update", false, "write the golden files anew")

// contract is the served OpenAPI document with the schemas of a validator that is not huma's.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	paths    []template
	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
}

// template is a path of the document.
type template struct {
	path    string
	matches *regexp.Regexp
}

var theContract = sync.OnceValue(func() *contract {
	w := send(handler(), "GET", "/api/v1/openapi.json?lang=en")
	doc := must(jsonschema.UnmarshalJSON(bytes.NewReader(w.Body.Bytes())))
	c := &contract{doc: doc.(map[string]any), compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	c.compiler.RegisterFormat(&jsonschema.Format{Name: "period", Validate: func(v any) error {
		s, _ := v.(string)
		_, err := stat.ParsePeriod(s)
		return err
	}})
	if err := c.compiler.AddResource("http://nhipso/openapi.json", doc); err != nil {
		panic(err)
	}
	hole := regexp.MustCompile(`\\\{[a-z]+\\\}`)
	for p := range c.doc["paths"].(map[string]any) {
		c.paths = append(c.paths, template{p, regexp.MustCompile("^/api/v1" + hole.ReplaceAllString(regexp.QuoteMeta(p), "[^/]+") + "/?$")})
	}
	sort.Slice(c.paths, func(i, j int) bool { return c.paths[i].path < c.paths[j].path })
	return c
})

// schema compiles the schema at a JSON pointer.
func (c *contract) schema(parts ...string) (*jsonschema.Schema, error) {
	pointer := ""
	for _, p := range parts {
		pointer += "/" + url.PathEscape(strings.ReplaceAll(strings.ReplaceAll(p, "~", "~0"), "/", "~1"))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.compiled[pointer]; s != nil {
		return s, nil
	}
	s, err := c.compiler.Compile("http://nhipso/openapi.json#" + pointer)
	c.compiled[pointer] = s
	return s, err
}

// operation finds the path of the document that an address belongs to, or "".
func (c *contract) operation(path string) string {
	for _, t := range c.paths {
		if t.matches.MatchString(path) {
			return t.path
		}
	}
	return ""
}

// check holds a response to the document: a status that its operation declares, a content type declared for it, and a body that
// the schema allows.
func (c *contract) check(t fatal, address string, w *httptest.ResponseRecorder) {
	t.Helper()
	path, _, _ := strings.Cut(address, "?")
	if w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(w.Header().Get("Vary"), "Accept-Language") {
		t.Fatalf("%s: lacks CORS or Vary: %v", address, w.Header())
	}
	if w.Code == 304 || w.Code == 204 {
		if w.Body.Len() > 0 {
			t.Fatalf("%s: %d with a body", address, w.Code)
		}
		return
	}
	contentType, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
	op := c.operation(path)
	if op == "" || w.Code == 405 {
		if contentType != "application/problem+json" {
			t.Fatalf("%s: %d as %s", address, w.Code, contentType)
		}
		c.valid(t, address, w.Body.Bytes(), "components", "schemas", "Problem")
		return
	}
	status := strconv.Itoa(w.Code)
	responses := c.doc["paths"].(map[string]any)[op].(map[string]any)["get"].(map[string]any)["responses"].(map[string]any)
	declared, ok := responses[status].(map[string]any)
	if !ok {
		t.Fatalf("%s: %s does not declare status %s: %s", address, op, status, w.Body.String())
	}
	if _, ok := declared["content"].(map[string]any)[contentType]; !ok {
		t.Fatalf("%s: %s does not declare %s for %s", address, op, contentType, status)
	}
	switch contentType {
	case "text/csv":
		rows, err := csv.NewReader(bytes.NewReader(w.Body.Bytes())).ReadAll()
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s: %v, %d rows", address, err, len(rows))
		}
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		f.Close()
	default:
		c.valid(t, address, w.Body.Bytes(), "paths", op, "get", "responses", status, "content", contentType, "schema")
	}
}

// fatal is what testing.T and rapid.T share.
type fatal interface {
	Helper()
	Fatalf(string, ...any)
}

func (c *contract) valid(t fatal, address string, body []byte, pointer ...string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v in %s", address, err, body)
	}
	s, err := c.schema(pointer...)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if err := s.Validate(v); err != nil {
		t.Fatalf("%s: %v\n%s", address, err, body[:min(len(body), 2000)])
	}
}

func TestTheOpenAPIDocument(t *testing.T) {
	en, vi := ask(t, "/api/v1/openapi.json?lang=en"), ask(t, "/api/v1/openapi.json")
	t.Run("is what was agreed: a change of the contract shows in its golden file", func(t *testing.T) {
		var indented bytes.Buffer
		if err := json.Indent(&indented, en.Body.Bytes(), "", " "); err != nil {
			t.Fatal(err)
		}
		const golden = "testdata/openapi.en.json"
		if *update {
			if err := os.WriteFile(golden, indented.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || !bytes.Equal(want, indented.Bytes()) {
			t.Errorf("differs from %s (%v); if that is meant, run go test ./internal/api -update and read the difference", golden, err)
		}
	})
	t.Run("is valid OpenAPI 3.1 in both languages and as YAML", func(t *testing.T) {
		for _, a := range []string{"/api/v1/openapi.json?lang=vi", "/api/v1/openapi.json?lang=en", "/api/v1/openapi.yaml?lang=vi"} {
			w := ask(t, a)
			if !strings.HasPrefix(w.Header().Get("Content-Type"), "application/openapi+") {
				t.Errorf("%s: %v", a, w.Header())
			}
			doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
			if err != nil {
				t.Fatal(a, err)
			}
			if err := doc.Validate(t.Context()); err != nil {
				t.Error(a, err)
			}
			if doc.OpenAPI != "3.1.0" {
				t.Error(doc.OpenAPI)
			}
		}
	})
	t.Run("says every operation, parameter and field in either language, and not the same in both", func(t *testing.T) {
		var a, b any
		must(0, json.Unmarshal(vi.Body.Bytes(), &a))
		must(0, json.Unmarshal(en.Body.Bytes(), &b))
		said := 0
		compare(t, "", a, b, &said)
		if said < 300 {
			t.Errorf("only %d descriptions", said)
		}
	})
	t.Run("differs between the languages in words only", func(t *testing.T) {
		var a, b any
		must(0, json.Unmarshal(vi.Body.Bytes(), &a))
		must(0, json.Unmarshal(en.Body.Bytes(), &b))
		if x, y := must(json.Marshal(mute(a))), must(json.Marshal(mute(b))); !bytes.Equal(x, y) {
			t.Error("the documents describe different operations")
		}
	})
	t.Run("takes no other parameter than the language", func(t *testing.T) {
		if w := ask(t, "/api/v1/openapi.json?format=yaml"); w.Code != 400 {
			t.Error(w.Code)
		}
	})
}

// compare walks two documents side by side and looks at every description and summary.
func compare(t *testing.T, at string, a, b any, said *int) {
	switch a := a.(type) {
	case map[string]any:
		other, _ := b.(map[string]any)
		for k, v := range a {
			if s, ok := v.(string); ok && (k == "description" || k == "summary") {
				*said++
				if s == "" || other[k] == "" || s == other[k] {
					t.Errorf("%s.%s: %q in Vietnamese, %q in English", at, k, s, other[k])
				}
				continue
			}
			compare(t, at+"."+k, v, other[k], said)
		}
		if properties, ok := a["properties"].(map[string]any); ok {
			for name, p := range properties {
				if p.(map[string]any)["description"] == nil {
					t.Errorf("%s.%s has no description", at, name)
				}
			}
		}
	case []any:
		other, _ := b.([]any)
		for i, v := range a {
			if i < len(other) {
				compare(t, at+"["+strconv.Itoa(i)+"]", v, other[i], said)
			}
		}
	}
}

// mute takes the words out of a document.
func mute(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if _, text := x.(string); text && (k == "description" || k == "summary" || k == "title") {
				delete(v, k)
			} else {
				v[k] = mute(x)
			}
		}
	case []any:
		for i := range v {
			v[i] = mute(v[i])
		}
	}
	return v
}

func TestEveryCodeOfTheAPIIsOnItsPage(t *testing.T) {
	body := ask(t, "/api").Body.String()
	for _, code := range fault.Codes() {
		if strings.HasPrefix(code, "api.") && !strings.Contains(body, `id="`+code+`"`) {
			t.Errorf("%s is not on the page", code)
		}
	}
}
