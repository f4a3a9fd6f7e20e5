package store_test

import (
	"runtime"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
)

// heap gives how much memory is in use that somebody still holds.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// It runs beside no other test: what is in use is that of the whole process.
func TestReadingEverythingHoldsLittleOfIt(t *testing.T) {
	for name, at := range everyDatabase {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t, at(t))
			const part, parts = 30_000, 4
			for i := range parts {
				if _, err := cube.Append(t.Context(), s, figures(part, stat.MustDate("2021-01-01").AddDays(i).String())); err != nil {
					t.Fatal(err)
				}
			}
			before, most, seen := heap(), uint64(0), 0
			for _, err := range s.Versions(t.Context(), cube.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				if seen++; seen%20_000 == 0 {
					most = max(most, heap())
				}
			}
			if seen != part*parts {
				t.Fatalf("%d figures", seen)
			}
			if grown := int64(most) - int64(before); grown > 16<<20 { // all of them are some 80 MB
				t.Errorf("%d MB were held of %d figures", grown>>20, seen)
			}
		})
	}
}
