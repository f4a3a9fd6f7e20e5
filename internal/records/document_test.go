package records_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/govern"
	"nhipso/internal/people"
	"nhipso/internal/records"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/territory"
)

// parts of a line of curl in doc/api.md.
var (
	line    = regexp.MustCompile(`(?m)^curl -s (.+?) +# (\d{3}) (.+)$`)
	quoted  = regexp.MustCompile(`'([^']*)'|"([^"]*)"`)
	headers = regexp.MustCompile(`-H (?:'([^']*)'|"([^"]*)")`)
)

// TestTheExamplesOfTheDocument runs every line of curl that doc/api.md gives, on the records that come with the country.
func TestTheExamplesOfTheDocument(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.SQLite(t)
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return today }, Now: time.Now}
	p := &place{T: t, mux: http.NewServeMux(), office: people.NewOffice(r, s, time.Now), tokens: map[string]string{}}
	g, err := govern.Load(data.FS, c)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	acts := people.Inherited(c, append(people.Organisations(g, areas), people.Kept(c)...))
	acts = append(acts, act(people.OrganisationType, "MST", "name_vi", "Bộ Khoa học và Công nghệ", "name_en", "Ministry of Science and Technology", "kind", "ministry"))
	acts = append(acts, act(people.PersonType, "lan", "name", "Lan", "email", "lan@gov.example", "organisation", "MST"), act(people.RoleType, people.FirstRole, "person", "lan", "organisation", "MST", "role", "administrator"),
		act(people.RoleType, "r-lan", "person", "lan", "organisation", "MST", "role", "steward"))
	if err := people.Load(t.Context(), r, acts, "seed"); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	for pattern, h := range (&records.Counter{Office: p.office, Log: slog.New(slog.DiscardHandler)}).Patterns() {
		p.mux.Handle(pattern, h)
	}
	token := p.token("lan", people.Bounds{Acts: true})
	text, err := os.ReadFile("../../doc/api.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := line.FindAllStringSubmatch(string(text), -1)
	if len(examples) < 12 {
		t.Fatalf("only %d examples", len(examples))
	}
	shown := map[string]bool{}
	for _, e := range examples {
		command := strings.ReplaceAll(e[1], "$TOKEN", token)
		var with []string
		for _, h := range headers.FindAllStringSubmatch(command, -1) {
			with = append(with, h[1]+h[2])
		}
		method, body := http.MethodGet, ""
		if strings.Contains(command, "-X POST") {
			method = http.MethodPost
		}
		if _, after, is := strings.Cut(command, "-d "); is {
			body = strings.Trim(after, "'")
		}
		address := ""
		for _, q := range quoted.FindAllStringSubmatch(command, -1) {
			if after, is := strings.CutPrefix(q[2], "$BASE"); is {
				address = after
			}
		}
		path, _, _ := strings.Cut(address, "?")
		shown[strings.ToLower(method)+" "+operation(path)] = true
		if w, _ := p.ask("", method, address, body, with...); itoa(w.Code) != e[2] || !strings.Contains(w.Body.String(), e[3]) {
			t.Errorf("%s: %d instead of %s %s: %s", e[1], w.Code, e[2], e[3], w.Body)
		}
	}
	for path, item := range description()["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			if !shown[method+" "+path] {
				t.Errorf("no example asks for %s %s", method, path)
			}
		}
	}
}

// TestTheDescriptionIsOneOfOpenAPI, in both languages, with every word in its place.
func TestTheDescriptionIsOneOfOpenAPI(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		text := records.Document(lang)
		if bytes.Contains(text, []byte(`"@`)) {
			t.Errorf("in %s a word is missing", lang)
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		doc["openapi"], doc["info"] = "3.1.0", map[string]any{"title": "x", "version": "1"}
		whole, _ := json.Marshal(doc)
		d, err := openapi3.NewLoader().LoadFromData(whole)
		if err == nil {
			err = d.Validate(t.Context())
		}
		if err != nil {
			t.Errorf("in %s: %v", lang, err)
		}
	}
}
