package export

import (
	"iter"
	"runtime"
	"strconv"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// counter counts bytes and the most memory in use while they come.
type counter struct {
	bytes int64
	peak  uint64
	next  int64
}

func (c *counter) Write(b []byte) (int, error) {
	if c.bytes += int64(len(b)); c.bytes > c.next {
		c.next = c.bytes + 16<<20
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.peak = max(c.peak, m.HeapInuse)
	}
	return len(b), nil
}

// many gives figures of a dataflow with real codes, none of them held.
func many(b *testing.B, n int) (*catalog.Catalog, *catalog.Dataflow, iter.Seq2[cube.Version, error]) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	flow, err := c.Dataflow("DE_SHARE")
	if err != nil {
		b.Fatal(err)
	}
	areas, err := c.Codelist("CL_AREA")
	if err != nil {
		b.Fatal(err)
	}
	shared := stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}
	day := stat.MustDate("2026-01-05")
	return c, flow, func(yield func(cube.Version, error) bool) {
		for i := 0; i < n; {
			for _, a := range areas.Codes {
				key := stat.NewKey("A", a.ID, "NSO", "TOTAL")
				for year := 1990; year < 2026 && i < n; year++ {
					d := stat.MustDecimal("12." + strconv.Itoa(10+i%90))
					i++
					if !yield(cube.Version{Dataflow: flow.ID, Message: 1, Observation: stat.Observation{Key: key, Period: stat.Year(year), Value: &d, Status: stat.Normal,
						Vintage: stat.Vintage{Date: day, Written: "2026-01-05"}, Attributes: shared}}, nil) {
						return
					}
				}
			}
		}
	}
}

// BenchmarkDataflow writes a dataflow of a million figures in each format: megabytes a second, and the heap that it takes.
func BenchmarkDataflow(b *testing.B) {
	for name, x := range map[string]struct {
		rows  int
		write func(*Table, *counter) error
	}{
		"csv":  {1_000_000, func(t *Table, w *counter) error { return t.WriteCSV(w, CSVOptions{Lang: "vi", Codes: true}) }},
		"json": {200_000, func(t *Table, w *counter) error { return t.WriteJSON(w) }},
		"xlsx": {100_000, func(t *Table, w *counter) error { return t.WriteXLSX(w) }},
	} {
		b.Run(name, func(b *testing.B) {
			c, flow, figures := many(b, x.rows)
			w := &counter{}
			started := time.Now()
			for b.Loop() {
				if err := x.write(Dataflow(c, flow, figures), w); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(w.bytes)/1e6/time.Since(started).Seconds(), "MB/s")
			b.ReportMetric(float64(w.peak)/1e6, "MB-heap")
		})
	}
}
