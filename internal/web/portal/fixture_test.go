package portal

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/geo"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
	book "nhipso/internal/words"
)

// shelf is a library over a handful of figures: published ones re-keyed by hand, and made-up estimates that say TEST.
type shelf struct {
	pipeline.NoRecords

	release  publish.Release
	catalog  *catalog.Catalog
	figures  []cube.Version
	runs     []pipeline.Run
	findings []publish.Finding
	none     bool
	earlier  []publish.Release

	once sync.Once
	view *publish.View
}

// View implements Library.
func (s *shelf) View(_ context.Context, a publish.Audience) (*publish.View, error) {
	if s.none {
		return nil, fault.New("publish.none")
	}
	s.once.Do(func() {
		s.view = publish.NewView(publish.Parts{Release: s.release, Audience: a, Moment: s.release.PublishAt, Catalog: s.catalog, Source: s, Figures: s.figures,
			Recipes: []pipeline.Recipe{{ID: "digital-quarterly", Version: "1", Title: catalog.Label{Vi: "Kinh tế số theo quý", En: "Quarterly digital economy"}, Method: "digital-quarterly"}}})
	})
	return s.view, nil
}

// Past implements view.Library: a release that is out, of the figures at hand.
func (s *shelf) Past(ctx context.Context, id string) (*publish.View, error) {
	now, err := s.View(ctx, publish.Everybody())
	if err != nil || id == s.release.ID {
		return now, err
	}
	list, err := now.Releases(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.ID == id {
			return publish.NewView(publish.Parts{Release: r, Audience: publish.Everybody(), Moment: s.release.PublishAt, Catalog: s.catalog, Source: s, Figures: s.figures}), nil
		}
	}
	return nil, fault.New("publish.not-out", "id", id)
}

func (s *shelf) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(s.figures, q)
}

func (s *shelf) LastMessage(context.Context) (int64, error) { return int64(len(s.figures)), nil }

func (s *shelf) LatestRun(context.Context, string, cube.AsOf) (pipeline.Run, bool, error) {
	return s.runs[0], true, nil
}

func (s *shelf) RunByID(context.Context, string) (pipeline.Run, bool, error) {
	return s.runs[0], true, nil
}

// LineageOf says of every derived figure that the share of 2025 was its benchmark.
func (s *shelf) LineageOf(_ context.Context, run string, c cube.Cell) (pipeline.Lineage, bool, error) {
	return pipeline.Lineage{Run: run, Cell: c, From: []pipeline.Ref{{Dataflow: "DE_SHARE", Key: "A.VN.NSO.TOTAL", Period: stat.Year(2025), Role: "benchmark"}}}, true, nil
}

func (s *shelf) Runs(context.Context) ([]pipeline.Run, error) { return s.runs, nil }
func (s *shelf) Releases(context.Context) ([]publish.Release, error) {
	return append(slices.Clone(s.earlier), s.release), nil
}
func (s *shelf) Findings(context.Context) ([]publish.Finding, error) { return s.findings, nil }
func (s *shelf) Overrides(context.Context) ([]monitor.Override, error) {
	return []monitor.Override{{Target: "XHS-1@2025", Class: monitor.Likely, Reason: "Số mới nhất chưa qua thẩm định", By: "Nguyễn Văn A", At: s.release.PublishAt}}, nil
}

// What the pack of the country brings to the portal.
var (
	builtIn = sync.OnceValue(func() *catalog.Catalog {
		c, err := catalog.Load(data.FS)
		if err != nil {
			panic(err)
		}
		return c
	})
	outlines = sync.OnceValue(func() *geo.Maps {
		m, err := geo.Load(data.FS)
		if err != nil {
			panic(err)
		}
		return m
	})
	countryWords = sync.OnceValue(func() book.Book {
		b, err := data.FS.ReadFile("words/web.csv")
		if err != nil {
			panic(err)
		}
		return book.MustRead(string(b))
	})
)

// row is one figure: dataflow, key, period, value ("" when missing), vintage, and attributes as pairs.
type row struct {
	flow, key, period, value, vintage string
	status                            stat.Status
	attrs                             []string
}

var rows = []row{
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2020", "12.66", "2024", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2020", "12.66", "2025-01-06", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2021", "12.88", "2024", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2021", "12.87", "2025-01-06", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2022", "12.67", "2023-12-04", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2022", "12.63", "2024", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2022", "12.83", "2025-01-06", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2023", "12.33", "2024", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2023", "12.87", "2025-01-06", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2024", "13.17", "2025-01-06", "A", nil},
	{"DE_SHARE", "A.VN.NSO.TOTAL", "2025", "14.02", "2026-01-05", "A", nil},
	{"DE_SHARE", "A.VN.NSO.CORE", "2025", "8.42", "2026-01-05", "A", nil},
	{"DE_SHARE", "A.VN.NSO.DIGITALISED", "2025", "5.6", "2026-01-05", "A", nil},
	{"DE_SHARE", "A.VN.MIC.TOTAL", "2021", "11.91", "2023", "A", nil},
	{"DE_SHARE", "A.VN.MIC.TOTAL", "2022", "14.26", "2023", "A", nil},
	{"DE_SHARE", "A.VN34-24.NSO.TOTAL", "2025", "46.3", "2026-01-05", "A", []string{"EVIDENCE", "S2"}},
	{"DE_SHARE", "A.VN34-19.NSO.TOTAL", "2025", "29.53", "2026-01-05", "A", []string{"EVIDENCE", "S2"}},
	{"DE_SHARE", "A.VN63-27.MIC.TOTAL", "2022", "56.83", "2023", "A", nil},
	{"DE_SHARE", "A.VN63-24.MIC.TOTAL", "2022", "42.13", "2023", "A", nil},
	{"DE_SHARE", "A.VN63-08.NS.TOTAL", "2023", "", "2024", "O", nil},
	{"DE_QUARTERLY", "Q.VN.NSO.TOTAL.DENTON.SHARE", "2025-Q3", "13.9", "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "RECIPE", "digital-quarterly@1", "CI_LOWER", "13.1", "CI_UPPER", "14.7", "CI_LEVEL", "95", "EVIDENCE", "I"}},
	{"DE_QUARTERLY", "Q.VN.NSO.TOTAL.DENTON.SHARE", "2025-Q4", "14.3", "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "RECIPE", "digital-quarterly@1", "CI_LOWER", "13.5", "CI_UPPER", "15.1", "CI_LEVEL", "95", "EVIDENCE", "I"}},
	{"DE_QUARTERLY", "Q.VN.NSO.TOTAL.DENTON.SHARE", "2026-Q1", "14.44", "2026-11-20", "F", []string{"RUN", "digital-quarterly#1", "RECIPE", "digital-quarterly@1", "CI_LOWER", "13.2", "CI_UPPER", "15.7", "CI_LEVEL", "95", "EVIDENCE", "I"}},
	{"DE_PROVINCE", "A.VN34-24.NSO.VA", "2025", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "COMMENT_OBS", "withdrawn", "EVIDENCE", "D"}},
	{"GRDP", "A.VN34-24", "2025", "522000", "2026-10-06", "E", []string{"EVIDENCE", "S2"}},
	{"GRDP", "A.VN34-24", "2020", "300000", "2026-10-06", "A", []string{"EVIDENCE", "S2"}},
	{"TARGET", "A.VN.KTS-1", "2025", "20", "2022-03-31", "A", []string{"COMPARATOR", "=", "UNIT_MEASURE", "PC_GDP"}},
	{"TARGET", "A.VN.KTS-1", "2030", "30", "2022-03-31", "A", []string{"COMPARATOR", "=", "UNIT_MEASURE", "PC_GDP"}},
	{"TARGET", "A.VN.XHS-1", "2025", "80", "2022-03-31", "A", []string{"COMPARATOR", "=", "UNIT_MEASURE", "PC_GDP"}},
	{"TARGET_STATUS", "A.VN.KTS-1.CLASS", "2025", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "MISSED", "COMMENT_OBS", "missed-in-year", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.KTS-1.ACTUAL", "2025", "14.02", "2026-11-20", "A", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "2025", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.KTS-1.CLASS", "2030", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "FOCUS", "COMMENT_OBS", "forecast-misses", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.KTS-1.ACTUAL", "2030", "14.02", "2026-11-20", "A", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "2025", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.KTS-1.FORECAST", "2030", "15.38", "2026-11-20", "F", []string{"RUN", "digital-quarterly#1", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.KTS-1.PROB", "2030", "0.0004", "2026-11-20", "F", []string{"RUN", "digital-quarterly#1", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.XHS-1.CLASS", "2025", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "MET", "COMMENT_OBS", "met-earlier", "EVIDENCE", "D"}},
	{"TARGET_STATUS", "A.VN.XHS-1.ACTUAL", "2025", "84", "2026-11-20", "A", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "2023-M12", "EVIDENCE", "D"}},
	{"IND", "M.VN.SMARTPHONE", "2022-03", "73.5", "2022-03-29", "A", nil},
	{"IND", "M.VN.SMARTPHONE", "2023-12", "84", "2024", "A", nil},
	{"TASKS", "D.CP_TTG.ASSIGNED", "2017-12-25", "21914", "2017-12-27", "A", nil},
	{"TASKS", "D.CP_TTG.DONE", "2017-12-25", "16051", "2017-12-27", "A", nil},
	{"TASKS", "D.CP_TTG.DONE_ON_TIME", "2017-12-25", "14068", "2017-12-27", "A", nil},
	{"TASKS", "D.CP_TTG.DONE_LATE", "2017-12-25", "1983", "2017-12-27", "A", nil},
	{"TASKS", "D.CP_TTG.IN_TIME", "2017-12-25", "5640", "2017-12-27", "A", nil},
	{"TASKS", "D.CP_TTG.OVERDUE", "2017-12-25", "223", "2017-12-27", "A", nil},
	{"TASKS", "D.CP_TTG.PRT_DONE", "2017-12-25", "98.62", "2017-12-27", "A", []string{"UNIT_MEASURE", "PC"}},
	{"TASK_RATES", "D.CP_TTG.DONE_OF_DUE", "2017-12-25", "98.629716", "2026-11-20", "A", []string{"RUN", "digital-quarterly#1", "DENOMINATOR", "DUE", "EVIDENCE", "D"}},
}

// newShelf makes the library, with more figures where a test needs them. The catalogue and the territory are those that ship.
func newShelf(t testing.TB, more ...row) (*shelf, *territory.Registry) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	reg, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	var all []cube.Version
	byFlow := map[string][]cube.Version{}
	for i, r := range append(rows[:len(rows):len(rows)], more...) {
		vintage, err := stat.ParseVintage(r.vintage, stat.MustDate("2026-11-20"))
		if err != nil {
			t.Fatal(err)
		}
		o := stat.Observation{Key: stat.Key(r.key), Period: stat.MustPeriod(r.period), Vintage: vintage, Status: r.status, Attributes: stat.Attributes{"EVIDENCE": "S"}}
		if r.value != "" {
			d := stat.MustDecimal(r.value)
			o.Value = &d
		}
		for j := 0; j+1 < len(r.attrs); j += 2 {
			o.Attributes[r.attrs[j]] = r.attrs[j+1]
		}
		if o.Attributes["RUN"] == "" && o.Attributes["SOURCE"] == "" {
			o.Attributes["SOURCE"] = "TEST <source> & co"
		}
		f, err := c.Dataflow(r.flow)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckKey(f, o.Key); err != nil {
			t.Fatal(err)
		}
		byFlow[r.flow] = append(byFlow[r.flow], cube.Version{Dataflow: r.flow, Observation: o, Message: int64(i + 1)})
	}
	for _, f := range c.Dataflows() {
		list := byFlow[f.ID]
		sortHistory(list)
		all = append(all, list...)
	}
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	release := publish.Release{ID: "2026-Q3", Title: catalog.Label{Vi: "Đợt quý III/2026", En: "Release of 2026-Q3"}, State: publish.Published, PublishAt: at, AsOf: cube.AsOf{Message: 1000}}
	runs := []pipeline.Run{{ID: "digital-quarterly#1", Recipe: "digital-quarterly", Version: "1", StartedAt: at, FinishedAt: at.Add(40 * time.Millisecond), Message: 20, Outputs: 3,
		Diagnostics: []pipeline.Diagnostic{{Table: "back-test", Row: map[string]string{"method": "DENTON", "kind": "ahead", "year": "2024", "estimate": "13.05", "published": "13.17", "error-points": "-0.12"}},
			{Table: "back-test", Row: map[string]string{"method": "CHOWLIN", "kind": "ahead", "year": "2024", "estimate": "", "published": "13.17", "error-points": ""}}}}}
	findings := []publish.Finding{{Rule: "quarters-add-to-year", Severity: "note", Text: catalog.Label{Vi: "Bốn quý năm 2020 lệch 88 tỷ đồng so với số năm.", En: "The four quarters of 2020 differ from the year by 88 billion dong."}}}
	return &shelf{release: release, catalog: c, figures: all, runs: runs, findings: findings}, reg
}

func sortHistory(list []cube.Version) {
	less := func(a, b cube.Version) int {
		if c := strings.Compare(string(a.Key), string(b.Key)); c != 0 {
			return c
		}
		if c := a.Period.Compare(b.Period); c != 0 {
			return c
		}
		if c := a.Vintage.Date.Compare(b.Vintage.Date); c != 0 {
			return c
		}
		return int(a.Message - b.Message)
	}
	for i := range list {
		for j := i; j > 0 && less(list[j], list[j-1]) < 0; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

var methodFiles = fstest.MapFS{
	"digital-quarterly.vi.md": {Data: []byte("# Kinh tế số theo quý\n\nSố năm được **phân bổ** cho các quý.\n\n## Công thức\n\n| Ký hiệu | Nghĩa |\n|---|---|\n| y | số quý |\n\n<script>alert(1)</script>\n")},
	"digital-quarterly.en.md": {Data: []byte("# Quarterly digital economy\n\nAnnual figures are **distributed** over quarters.\n")},
	"target-status.vi.md":     {Data: []byte("# Xếp loại mục tiêu\n\nQuy tắc.\n")},
}

// drawings is one renderer for all tests, since starting one costs more than a drawing.
var drawings = sync.OnceValue(func() *chart.Renderer { return chart.NewRenderer(2000) })

func newSite(t testing.TB, more ...row) (*shell.Site, *shelf) {
	t.Helper()
	p, s := newTestPortal(t, more...)
	return p.site, s
}

// newTestPortal is newSite for tests of what stands behind its pages.
func newTestPortal(t testing.TB, more ...row) (p *Portal, lib *shelf) {
	t.Helper()
	s, reg := newShelf(t, more...)
	shell.New(shell.Config{Library: s, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6, Renderer: drawings(), Log: slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelError}))}, func(site *shell.Site) shell.Module {
		p = newPortal(site, Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles})
		return p.module()
	})
	return p, s
}

// logTo shows what the portal logs as an error in the output of the test.
type logTo struct{ testing.TB }

func (l logTo) Write(b []byte) (int, error) { l.Log(string(b)); return len(b), nil }

// get asks for an address.
func get(s http.Handler, address string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
