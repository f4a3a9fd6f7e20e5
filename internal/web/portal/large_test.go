package portal

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/web/shell"
)

// yearsEach is how many figures each series of a large dataflow has.
const yearsEach = 9

// manySeries gives a dataflow of so many series, one by one. The figures of every 50th series were revised once.
func manySeries(series int) iter.Seq[stat.Observation] {
	shared := stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}
	first, second := stat.MustDate("2025-01-06"), stat.MustDate("2026-01-05")
	return func(yield func(stat.Observation) bool) {
		for i := range series {
			key := stat.NewKey("A", fmt.Sprintf("E%06d", i), "NSO", "TOTAL")
			for y := range yearsEach {
				d := stat.MustDecimal(fmt.Sprintf("%d.%d", 10+i%50, y))
				o := stat.Observation{Key: key, Period: stat.Year(2016 + y), Value: &d, Status: stat.Normal, Vintage: stat.Vintage{Date: first, Written: first.String()}, Attributes: shared}
				if !yield(o) {
					return
				}
				if i%50 == 0 {
					more := d.Add(stat.Int(1))
					o.Vintage, o.Value = stat.Vintage{Date: second, Written: second.String()}, &more
					if !yield(o) {
						return
					}
				}
			}
		}
	}
}

func versionsOf(series int) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for o := range manySeries(series) {
			if !yield(cube.Version{Dataflow: "DE_SHARE", Message: 1, Observation: o}, nil) {
				return
			}
		}
	}
}

// counted is a source that counts what is read.
type counted struct {
	*shelf
	series int
	read   int
}

func (c *counted) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for v, err := range versionsOf(c.series) {
			if q.Selects(v) {
				if c.read++; !yield(v, err) {
					return
				}
			}
		}
	}
}

// siteOn makes a portal on a gate.
func siteOn(t testing.TB, source publish.Source, s *shelf) *shell.Site {
	_, reg := newShelf(t)
	gate := &publish.Gate{Source: source, Catalog: s.catalog, Now: time.Now}
	return shell.New(shell.Config{Library: gate, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6, Renderer: drawings(), Log: slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelError}))},
		New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles}))
}

// A page of a dataflow that is too large to be held reads the series that it shows, and no others.
func TestAPageOfALargeDataflowReadsWhatItShows(t *testing.T) {
	s, _ := newShelf(t)
	c := &counted{shelf: s, series: 2501}
	site := siteOn(t, c, s)
	get(site, "/gioi-thieu") // the view is made
	page := func(address string, most int, want ...string) string {
		t.Helper()
		c.read = 0
		w := get(site, address)
		body := w.Body.String()
		if w.Code != 200 {
			t.Fatalf("%s: %d", address, w.Code)
		}
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s does not say %q", address, x)
			}
		}
		if c.read > most {
			t.Errorf("%s read %d figures to show a part of them", address, c.read)
		}
		if len(body) > 300_000 {
			t.Errorf("%s has %d bytes", address, len(body))
		}
		return body
	}
	const part = rowsAPage * yearsEach * 2
	first := page("/so-lieu/DE_SHARE", part, "2.501 chuỗi, 22.509 số.", "Đang xem chuỗi 1 đến 50 trong tổng số 2.501.", "E000000", "E000049", "Tài liệu nguồn của các chuỗi đang xem", `"temporalCoverage":"2016-01-01/2024-12-31"`)
	if strings.Contains(first, "/so-lieu/DE_SHARE/A.E000050.NSO.TOTAL") {
		t.Error("the first part shows a series of the second")
	}
	page("/so-lieu/DE_SHARE?trang=51", part, "Đang xem chuỗi 2.501 đến 2.501 trong tổng số 2.501.", "E002500")
	page("/so-lieu/DE_SHARE?lang=en&asof=2025-06-01", part, "2,501 series, 22,509 figures.", "Showing series 1 to 50 of 2,501.")
	typed := page("/so-lieu/DE_SHARE", part)
	if !strings.Contains(typed, `<input id="f-REF_AREA" name="REF_AREA" value=""`) || strings.Contains(typed, `<select id="f-REF_AREA"`) {
		t.Error("thousands of codes are listed to choose from")
	}
	page("/so-lieu", part, "22.509 số, 22.968 lần ghi nhận")
	page("/tai-lieu", part)
	page("/so-lieu/DE_SHARE?asof=2010-01-01", 0) // of a day before all figures there is nothing to read
	revisions := page("/lich-su", 51*yearsEach*2+part, "459")
	if n := strings.Count(revisions, "/so-lieu/DE_SHARE/A.E0000"); n == 0 {
		t.Error("no revision is listed")
	}
}

// Where a table has very many parts, only those near have a link, with the first, the last and those beside it.
func TestPartsOfALargeTableHaveFewLinks(t *testing.T) {
	s, _ := newShelf(t)
	site := siteOn(t, &counted{shelf: s, series: 12_000}, s)
	links := func(address string) (n int, body string) {
		body = get(site, address).Body.String()
		_, nav, _ := strings.Cut(body, `<nav class="pages"`)
		nav, _, _ = strings.Cut(nav, "</nav>")
		return strings.Count(nav, "<a ") + strings.Count(nav, "<span "), body
	}
	n, body := links("/so-lieu/DE_SHARE?trang=120")
	if n != 2+2+2*maxNear+1 || !strings.Contains(body, `trang=119" rel="prev"`) || !strings.Contains(body, `trang=121" rel="next"`) || !strings.Contains(body, `trang=240"`) {
		t.Errorf("%d links", n)
	}
	if _, body = links("/so-lieu/DE_SHARE"); strings.Contains(body, `rel="prev"`) || !strings.Contains(body, `trang=2" rel="next"`) {
		t.Error("the first part has one before it, or none behind it")
	}
}

// BenchmarkLargeDataflow asks for pages of a dataflow of 100,000 series and 900,000 figures, from a file of a release and from a store: how long one
// takes, the first of all apart, and the heap. NHIPSO_BENCH_SERIES asks for another number of series.
func BenchmarkLargeDataflow(b *testing.B) {
	series := 100_000
	fmt.Sscan(os.Getenv("NHIPSO_BENCH_SERIES"), &series) //nolint:errcheck // the default stays
	s, _ := newShelf(b)
	s.release.AsOf, s.release.PublishAt = cube.AsOf{Message: 9}, time.Now().Add(-time.Hour)
	for name, open := range map[string]func(*testing.B) publish.Source{
		"file": func(b *testing.B) publish.Source {
			c := publish.Content{Release: s.release, Releases: []publish.Release{s.release}, Figures: versionsOf(series),
				Lineage: func(context.Context, cube.Version) (pipeline.Lineage, bool, error) {
					return pipeline.Lineage{}, false, nil
				}}
			name := filepath.Join(b.TempDir(), "large"+releasefile.Extension)
			if err := releasefile.Write(b.Context(), name, c, releasefile.Options{Pack: []byte("none")}); err != nil {
				b.Fatal(err)
			}
			f, err := releasefile.Open(name)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { f.Close() })
			return f
		},
		"store": func(b *testing.B) publish.Source {
			st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "large.db"))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { st.Close() })
			var m cube.Message
			for o := range manySeries(series) {
				m.Entries = append(m.Entries, cube.Entry{Dataflow: "DE_SHARE", Row: len(m.Entries) + 2, Observation: o})
			}
			m.Header = cube.Header{Sender: "bench", File: "bench.csv"}
			if _, err := cube.Append(b.Context(), st, m); err != nil {
				b.Fatal(err)
			}
			return inStore{s, st}
		},
	} {
		b.Run(name, func(b *testing.B) {
			site := siteOn(b, open(b), s)
			runtime.GC()
			started := time.Now()
			get(site, "/gioi-thieu")
			b.Logf("the view was made in %s", time.Since(started))
			started = time.Now()
			if w := get(site, "/so-lieu/DE_SHARE"); w.Code != 200 || !strings.Contains(w.Body.String(), "E000049") {
				b.Fatal(w.Code)
			}
			b.Logf("the first page took %s", time.Since(started))
			for page, address := range map[string]string{"dataflow": "/so-lieu/DE_SHARE?trang=%d", "history": "/lich-su?asof=2026-%02d-01", "data": "/so-lieu?asof=2026-%02d-01", "documents": "/tai-lieu?asof=2026-%02d-01"} {
				b.Run(page, func(b *testing.B) {
					n := 0
					for b.Loop() {
						n++
						at := fmt.Sprintf(address, n%(series/rowsAPage)+1)
						if page != "dataflow" {
							at = fmt.Sprintf(address, n%12+1)
						}
						if w := get(site, at); w.Code != 200 {
							b.Fatal(at, w.Code)
						}
					}
				})
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.Logf("%d MB are held", m.HeapAlloc>>20)
		})
	}
}

// inStore is the figures of a store under the release of a shelf.
type inStore struct {
	*shelf
	store *store.Store
}

func (s inStore) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return s.store.Versions(ctx, q)
}

func (s inStore) LastMessage(ctx context.Context) (int64, error) { return s.store.LastMessage(ctx) }
