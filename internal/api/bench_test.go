package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
)

// discard is a client that counts what it gets, and the most memory in use meanwhile.
type discard struct {
	header http.Header
	bytes  int64
	next   int64
	peak   uint64
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(b []byte) (int, error) {
	if d.bytes += int64(len(b)); d.bytes > d.next {
		d.next = d.bytes + 8<<20
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		d.peak = max(d.peak, m.HeapInuse)
	}
	return len(b), nil
}

// BenchmarkDownload asks the API for a dataflow of a million figures that lies in a file of a release: megabytes a second and the heap that it takes.
// NHIPSO_BENCH_FIGURES asks for another number.
func BenchmarkDownload(b *testing.B) {
	n := 1_000_000
	fmt.Sscan(os.Getenv("NHIPSO_BENCH_FIGURES"), &n) //nolint:errcheck // the default stays
	name := filepath.Join(b.TempDir(), "large"+releasefile.Extension)
	c := publish.Content{Release: publish.Release{ID: "2026-Q3", State: publish.Published, PublishAt: time.Now().Add(-time.Hour), AsOf: cube.AsOf{Message: 9}},
		Lineage: func(context.Context, cube.Version) (pipeline.Lineage, bool, error) {
			return pipeline.Lineage{}, false, nil
		}}
	c.Releases = []publish.Release{c.Release}
	attributes := stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}
	day := stat.MustDate("2026-01-05")
	s := library()
	areas := must(s.catalog.Codelist("CL_AREA")).Codes
	parts := must(s.catalog.Codelist("CL_COMPONENT")).Codes
	var figures []cube.Version
	for _, area := range areas {
		for _, part := range parts {
			for at := stat.MustDate("2001-01-01"); at.Year() < 2026 && len(figures) < n; at = at.AddDays(1) {
				d := stat.MustDecimal(fmt.Sprintf("12.%02d", len(figures)%90+10))
				figures = append(figures, cube.Version{Dataflow: "DE_SHARE", Message: 1, Observation: stat.Observation{Key: stat.NewKey("A", area.ID, "NSO", part.ID), Period: stat.Day(at), Value: &d,
					Status: stat.Normal, Vintage: stat.Vintage{Date: day, Written: "2026-01-05"}, Attributes: attributes}})
			}
		}
	}
	n = len(figures)
	slices.SortFunc(figures, cube.InOrder)
	c.Figures = cube.Select(figures, cube.Query{})
	if err := releasefile.Write(b.Context(), name, c, releasefile.Options{Pack: []byte("none")}); err != nil {
		b.Fatal(err)
	}
	figures, c.Figures = nil, nil
	file, err := releasefile.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	gate := &publish.Gate{Source: file, Catalog: s.catalog, Now: time.Now}
	h := must(newHandler(gate))
	for _, format := range []string{"csv", "csv&history=true"} {
		b.Run(format, func(b *testing.B) {
			w := &discard{header: http.Header{}}
			started := time.Now()
			for b.Loop() {
				h.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/data/DE_SHARE?format="+format, nil))
			}
			b.ReportMetric(float64(w.bytes)/1e6/time.Since(started).Seconds(), "MB/s")
			b.ReportMetric(float64(w.peak)/1e6, "MB-heap")
			b.ReportMetric(float64(n), "figures")
		})
	}
}
