package portal

import (
	"context"
	"html"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/recipe"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
)

var (
	tags = regexp.MustCompile(`(?s)<(script|style|head).*?</(script|style|head)>|<[^>]*>`)
	// What a program reads and a person does not: codes in capitals with a line, names of recipes with their version, roles with a code.
	rawCode = regexp.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\b[a-z-]+[@#]\d|\bFOCUS\b|; ?forecast-|\b(met|missed)-[a-z-]+|\bno-figure\b`)
	quoted  = regexp.MustCompile(`(?s)<q\b.*?</q>`)
	copied  = regexp.MustCompile(`(?s)<p class="copy cite".*?</p>|<pre class="copy">.*?</pre>`)
	english = regexp.MustCompile(`\b(the|of|figure|target|benchmark|indicator|weight|share|class)\b`)
)

// TestExplanationsHoldNoCode walks the explanation of every kind of derived figure of the reference installation in both languages: it begins
// with its sentence, and nothing on it is a code or, in Vietnamese, an English word.
func TestExplanationsHoldNoCode(t *testing.T) {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "nhipso.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	intake := cube.Intake{Catalog: c, Store: s}
	if _, err := reference.Load(ctx, data.FS, c, intake, now(), nil); err != nil {
		t.Fatal(err)
	}
	recipes := recipe.All(c, areas)
	for _, r := range recipes {
		if r.Params["draws"] != "" { // what is said of a simulation does not depend on how long it is
			r.Params["draws"], r.Params["draws-by-source"] = "50", "50"
		}
	}
	if _, err := (pipeline.Runner{Store: s, Intake: intake, Now: now}).RunStale(ctx, recipes, false); err != nil {
		t.Fatal(err)
	}
	all, err := cube.History(ctx, s, cube.Query{})
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.LastMessage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	view := publish.NewView(publish.Parts{Release: publish.Release{ID: "test", State: publish.Published, AsOf: cube.AsOf{Message: last}, PublishAt: now()}, Audience: publish.Everybody(),
		Moment: now(), Catalog: c, Recipes: recipes, Source: newQuiet(s, all), Figures: all})
	site := shell.New(shell.Config{Library: fixed{view}, Now: now, Rate: 1e6, Burst: 1e6, Log: slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelError}))}, New(Config{Territory: areas, Catalog: c, Maps: outlines(), Words: countryWords()}))
	tried := map[string]bool{}
	for _, v := range cube.Newest(all, cube.AsOf{}) {
		codes := v.Key.Codes()
		id := v.Dataflow + " " + codes[len(codes)-1] + " " + v.Attributes[stat.AttrComment] + " " + string(v.Status)
		if cube.Reported(v.Observation) || tried[id] {
			continue
		}
		tried[id] = true
		for _, lang := range []string{"vi", "en"} {
			r := httptest.NewRequest(http.MethodGet, "/vi-sao?"+url.Values{"o": {v.Cell().String()}, "lang": {lang}}.Encode(), nil)
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", v.Cell(), w.Code)
			}
			_, body, _ := strings.Cut(w.Body.String(), "<h1>")
			body, _, _ = strings.Cut(body, "</main>")
			if at := strings.Index(body, `<p class="said">`); at < 0 || at > strings.Index(body, "<dl") {
				t.Errorf("%s %s: the sentence does not come first", lang, v.Cell())
			}
			body = quoted.ReplaceAllString(body, "") // a document is quoted in its own language
			body = copied.ReplaceAllString(body, "") // for programs, or for a text in the other language
			words := html.UnescapeString(tags.ReplaceAllString(body, "\n"))
			words = strings.ReplaceAll(words, "PMNM_HaUI.DNK_2025", "") // the name of a place on the web, which a source has
			if bad := rawCode.FindString(words); bad != "" {
				t.Errorf("%s %s: %q", lang, v.Cell(), bad)
			}
			if lang == "vi" {
				if bad := english.FindString(words); bad != "" {
					t.Errorf("%s: the English word %q", v.Cell(), bad)
				}
			}
		}
	}
	t.Logf("%d kinds", len(tried))
	t.Run("of a day before anything was computed", func(t *testing.T) {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/vi-sao?o=DE_VA/A.VN.NSO.TOTAL.LATEST/2023&asof=2025-12-01", nil))
		_, body, _ := strings.Cut(w.Body.String(), "<h1>")
		words := html.UnescapeString(tags.ReplaceAllString(body, ""))
		for _, want := range []string{"12,87\u00a0% × 10.320.311 tỷ đồng = 1.328.224 tỷ đồng", "Công thức “Giá trị tăng thêm của kinh tế số theo năm”", "tính lại cho ngày", "chưa từng công bố"} {
			if !strings.Contains(words, want) {
				t.Errorf("%q is not said", want)
			}
		}
		for _, bad := range []string{"không còn dùng", "01/01/1", "chạy lúc"} {
			if strings.Contains(words, bad) {
				t.Errorf("%q is said", bad)
			}
		}
		if t.Failed() {
			t.Log(words)
		}
	})
}

// fixed is a library of one view.
type fixed struct{ view *publish.View }

func (f fixed) View(context.Context, publish.Audience) (*publish.View, error) { return f.view, nil }

func (f fixed) Past(context.Context, string) (*publish.View, error) { return f.view, nil }

// quiet is a store whose loads noticed nothing, since findings have their own pages. It has read its figures once: explanations ask for the same
// again and again.
type quiet struct {
	*store.Store
	flows map[string][]cube.Version
	asked map[string][]cube.Version // what of a dataflow a key selects
}

func newQuiet(s *store.Store, all []cube.Version) quiet {
	q := quiet{s, map[string][]cube.Version{}, map[string][]cube.Version{}}
	for _, v := range all {
		q.flows[v.Dataflow] = append(q.flows[v.Dataflow], v)
	}
	return q
}

// Versions selects from what was read.
func (s quiet) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	if q.Dataflow == "" {
		return s.Store.Versions(ctx, q)
	}
	name := q.Dataflow + "/" + q.Key
	some, known := s.asked[name]
	if !known {
		for v := range cube.Select(s.flows[q.Dataflow], cube.Query{Dataflow: q.Dataflow, Key: q.Key}) {
			some = append(some, v)
		}
		s.asked[name] = some
	}
	q.Key = "" // all of them fit it
	return cube.Select(some, q)
}

func (quiet) Findings(context.Context) ([]publish.Finding, error) { return nil, nil }
