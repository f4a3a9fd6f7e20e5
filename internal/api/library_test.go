package api_test

import (
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/doc"
	"nhipso/internal/api"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/intake"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/recipe"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/territory"
	"nhipso/internal/view"
)

// The moments of the library under test: the reference data are loaded and computed, then released, then something is added that
// waits for the next release.
var (
	loadedAt   = time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	releasedAt = time.Date(2026, 11, 3, 1, 0, 0, 0, time.UTC)
	now        = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
)

// shelf is a library over a real store.
type shelf struct {
	*store.Store
	catalog   *catalog.Catalog
	areas     *territory.Registry
	recipes   []pipeline.Recipe
	findings  []publish.Finding
	overrides []monitor.Override
	view      *publish.View
	broken    error // what explanations and lists fail with, when set
}

// View implements view.Library.
func (s *shelf) View(context.Context, publish.Audience) (*publish.View, error) {
	if s.view == nil {
		return nil, fault.New("publish.none")
	}
	return s.view, nil
}

// Past implements view.Library: there is one release.
func (s *shelf) Past(ctx context.Context, _ string) (*publish.View, error) {
	return s.View(ctx, publish.Everybody())
}

// freeze takes up the newest release.
func (s *shelf) freeze() {
	ctx := context.Background()
	s.view = publish.NewView(publish.Parts{Release: must(publish.Newest(must(s.Releases(ctx)), now)), Moment: now, Catalog: s.catalog, Recipes: s.recipes, Source: s, Figures: must(cube.History(ctx, s, cube.Query{}))})
}

func (s *shelf) RunByID(ctx context.Context, id string) (pipeline.Run, bool, error) {
	if s.broken != nil {
		return pipeline.Run{}, false, s.broken
	}
	return s.Store.RunByID(ctx, id)
}

func (s *shelf) Runs(ctx context.Context) ([]pipeline.Run, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	return s.Store.Runs(ctx)
}

func (s *shelf) Findings(context.Context) ([]publish.Finding, error)   { return s.findings, nil }
func (s *shelf) Overrides(context.Context) ([]monitor.Override, error) { return s.overrides, nil }

var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "api"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// library loads the reference data, runs the recipes, publishes a release, and then brings figures and findings that nobody may
// see before the next.
var library = sync.OnceValue(func() *shelf {
	ctx := context.Background()
	s := &shelf{catalog: must(catalog.Load(data.FS)), areas: must(territory.Load(data.FS)), Store: must(store.Open(ctx, "sqlite:"+filepath.Join(folder, "api.db")))}
	s.recipes = recipe.All(s.catalog, s.areas)
	intake := cube.Intake{Catalog: s.catalog, Store: s.Store}
	must(reference.Load(ctx, data.FS, s.catalog, intake, loadedAt, nil))
	for _, f := range must(s.Store.Findings(ctx)) {
		say := func(lang string) string { return cube.Sentence(s.catalog, lang, f.Rule, f.Parts) }
		s.findings = append(s.findings, publish.Finding{Message: f.Message, Rule: f.Rule, Severity: f.Severity, Text: catalog.Label{Vi: say("vi"), En: say("en")}})
	}
	runner := pipeline.Runner{Store: s.Store, Intake: intake, Now: func() time.Time { return loadedAt.Add(time.Hour) }}
	must(runner.RunStale(ctx, s.recipes, false))
	desk := publish.Desk{Store: s.Store, Cube: s.Store, Now: func() time.Time { return releasedAt }}
	must(desk.Open(ctx, "2026-Q3", catalog.Label{Vi: "Đợt quý III/2026", En: "Third quarter of 2026"}, catalog.Label{}, "lan"))
	must(desk.Add(ctx, "2026-Q3", publish.Selection{All: true}, "lan"))
	must(desk.Check(ctx, "2026-Q3", "lan"))
	must(desk.Approve(ctx, "2026-Q3", "minh", time.Time{}))
	must(desk.PublishDue(ctx))
	s.overrides = []monitor.Override{
		{Target: "749-7@2030", Class: monitor.Concentrate, Reason: "Chưa có nguồn lực được bố trí", By: "Nguyễn Lan", At: releasedAt.Add(-time.Hour)},
		{Target: "749-7@2025", Class: monitor.Achieved, Reason: "Đặt sau khi đợt đã duyệt", By: "Nguyễn Lan", At: releasedAt.Add(time.Hour)},
	}

	// What comes after the release.
	value := stat.MustDecimal("99.99")
	must(intake.Take(ctx, cube.Message{Header: cube.Header{Sender: "test", SentAt: now}, Entries: []cube.Entry{{Dataflow: "DE_SHARE", Observation: stat.Observation{
		Key: "A.VN.NSO.TOTAL", Period: stat.Year(2025), Vintage: must(stat.ParseVintage("2026-11-10", stat.Date{})), Value: &value, Status: stat.Normal,
		Attributes: stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}}}}}))
	last := must(s.Store.LastMessage(ctx))
	s.findings = append(s.findings, publish.Finding{Message: last, Rule: "later", Severity: "note", Text: catalog.Label{Vi: "chưa công bố", En: "not out yet"}})
	runner.Now = func() time.Time { return now }
	must(runner.RunStale(ctx, s.recipes, false))
	must(desk.Open(ctx, "2026-Q4", catalog.Label{Vi: "Đợt sau", En: "Next"}, catalog.Label{}, "lan"))

	s.freeze()
	return s
})

func newHandler(l view.Library) (http.Handler, error) {
	return api.Handler(l, api.Options{Methods: must(fs.Sub(doc.Methods, "methods")), Territory: library().areas, Catalog: library().catalog, Beside: []func(string) []byte{intake.Document}, Publications: must(publish.LoadPublications(data.FS, library().catalog)), Now: func() time.Time { return now }})
}

func handlerOf(s *shelf) http.Handler { return must(newHandler(s)) }

var handler = sync.OnceValue(func() http.Handler { return handlerOf(library()) })

// ask sends a GET with headers given as pairs.
// The answer is held to the contract.
func ask(t testing.TB, address string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	w := send(handler(), http.MethodGet, address, headers...)
	if path, _, _ := strings.Cut(address, "?"); path != api.Root && !strings.Contains(path, "/openapi.") {
		theContract().check(t, address, w)
	}
	return w
}

func send(h http.Handler, method, address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
