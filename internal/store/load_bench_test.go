package store_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/reference"
	"nhipso/internal/store/storetest"
	"nhipso/internal/territory"
)

// tables writes a file of n figures of input-output tables, year by year, as a statistics office has them.
func tables(b *testing.B, c *catalog.Catalog, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "tables.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	list, err := c.Codelist("CL_IO_CODE")
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "DATAFLOW,FREQ,REF_AREA,TABLE,ROW,COLUMN,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE")
	for year, left := 1980, n; left > 0; year++ {
		for _, table := range []string{"MAKE", "USE", "IMPORT"} {
			for _, row := range list.Codes {
				for _, column := range list.Codes {
					if left--; left >= 0 {
						fmt.Fprintf(w, "IO_TABLE,A,US,%s,%s,%s,%d,%d,A,%d-01-05,S,BEA-IO-2017\n", table, row.ID, column.ID, year, 1000+left*7919%999_000, year+1)
					}
				}
			}
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	f.Close()
	return path
}

// BenchmarkLoad takes a large file the whole way: read, checked, held to all rules of the catalogue, stored.
func BenchmarkLoad(b *testing.B) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		b.Fatal(err)
	}
	for name, at := range everyDatabase {
		b.Run(name, func(b *testing.B) {
			n := intakeRows()
			path := tables(b, c, n)
			runtime.GC()
			before := worked()
			for b.Loop() {
				s := storetest.Open(b, at(b))
				f, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				file, err := reference.Open(f, "tables.csv", c, areas, reference.Options{Sender: "bench", SentAt: time.Now()})
				if err != nil {
					b.Fatal(err)
				}
				r, err := cube.Intake{Catalog: c, Store: s}.Load(b.Context(), file.Header, file.Entries(), nil)
				if err != nil || r.Added != n {
					b.Fatal(r, err)
				}
				f.Close()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric((worked()-before)/float64(n*b.N), "cpu-µs/row")
			b.ReportMetric(peak(), "MB-peak")
		})
	}
}
