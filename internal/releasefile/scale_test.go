package releasefile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// BenchmarkLargeRelease measures a release of a million figures: how long it takes to open, what it costs to hold, and to read a cell, a series
// and a page of a dataflow. NHIPSO_BENCH_FIGURES asks for another number.
func BenchmarkLargeRelease(b *testing.B) {
	n := 1_000_000
	fmt.Sscan(os.Getenv("NHIPSO_BENCH_FIGURES"), &n) //nolint:errcheck // the default stays
	name := filepath.Join(b.TempDir(), "large"+Extension)
	c := publish.Content{Release: publish.Release{ID: "2026-Q3", State: publish.Published, PublishAt: time.Now().Add(-time.Hour), AsOf: cube.AsOf{Message: 9}},
		Lineage: func(context.Context, cube.Version) (pipeline.Lineage, bool, error) {
			return pipeline.Lineage{}, false, nil
		}}
	c.Releases = []publish.Release{c.Release}
	attributes := stat.Attributes{stat.AttrSource: "NSO", stat.AttrMark: "S"}
	day := stat.MustDate("2026-01-05")
	value := stat.MustDecimal("12345.678")
	c.Figures = func(yield func(cube.Version, error) bool) {
		given := 0
		for s := 0; given < n; s++ {
			key := stat.NewKey("Q", fmt.Sprintf("C%07d", s))
			for q := 0; q < 60 && given < n; q++ {
				given++
				if !yield(cube.Version{Dataflow: "BIG", Message: 1, Observation: stat.Observation{Key: key, Period: stat.Quarter(2010+q/4, 1+q%4), Value: &value, Status: stat.Normal,
					Vintage: stat.Vintage{Date: day, Written: "2026-01-05"}, Attributes: attributes}}, nil) {
					return
				}
			}
		}
	}
	started := time.Now()
	if err := Write(b.Context(), name, c, Options{Pack: []byte("none")}); err != nil {
		b.Fatal(err)
	}
	info, _ := os.Stat(name)
	b.Logf("written in %s, %.1f bytes a figure", time.Since(started), float64(info.Size())/float64(n))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started = time.Now()
	f, err := Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	list, err := catalog.NewCodelist("CL", catalog.Label{}, "", []catalog.Code{{ID: "Q"}})
	if err != nil {
		b.Fatal(err)
	}
	x, err := catalog.New("T", []*catalog.Dataflow{{ID: "BIG", Dimensions: []catalog.Dimension{{ID: "FREQ", Codelist: "CL"}, {ID: "X", Codelist: "CL"}}}}, []*catalog.Codelist{list}, nil)
	if err != nil {
		b.Fatal(err)
	}
	gate := &publish.Gate{Source: f, Catalog: x, Now: time.Now}
	v, err := gate.View(b.Context(), publish.Everybody())
	if err != nil {
		b.Fatal(err)
	}
	opened := time.Since(started)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("opened in %s, %d KB held", opened, (int64(after.HeapAlloc)-int64(before.HeapAlloc))/1024)
	i := 0
	next := func() stat.Key { i = (i*7919 + 13) % (n / 60); return stat.NewKey("Q", fmt.Sprintf("C%07d", i)) }
	b.Run("cell", func(b *testing.B) {
		for b.Loop() {
			if _, ok := v.Cell(cube.Cell{Dataflow: "BIG", Key: next(), Period: stat.Quarter(2015, 2)}); !ok {
				b.Fatal("no cell")
			}
		}
	})
	b.Run("as-of", func(b *testing.B) {
		at := v.On(stat.MustDate("2026-01-06"))
		for b.Loop() {
			if s := at.One("BIG", next()); len(s.Obs) != 60 {
				b.Fatal("no series")
			}
		}
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			if x := v.Extent("BIG"); x.Cells != n {
				b.Fatal(x.Cells)
			}
		}
	})
}
