package store_test

import (
	"fmt"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
)

// figures makes n figures such as a national load brings: some fifteen dataflows, series of twenty years, sources shared by
// many figures.
func figures(n int, day string) cube.Message {
	m := cube.Message{Header: cube.Header{Sender: "bench", File: "bench.csv"}}
	for i := range n {
		v := stat.MustDecimal(fmt.Sprintf("%d.%02d", 1000+i, i%100))
		m.Entries = append(m.Entries, cube.Entry{Dataflow: fmt.Sprintf("FLOW_%02d", i%15), Row: i + 2, Observation: stat.Observation{
			Key: stat.NewKey("A", "VN", fmt.Sprintf("SERIES_%03d", i/300), "TOTAL"), Period: stat.Year(2000 + (i/15)%20), Status: stat.Normal, Value: &v,
			Vintage: stat.Vintage{Date: stat.MustDate(day), Written: day},
			Attributes: stat.Attributes{stat.AttrSource: fmt.Sprintf("nso-gso-statistical-yearbook-%d.pdf", i%200), stat.AttrMark: "S",
				stat.AttrDecimals: "2", stat.AttrUnit: "VND", stat.AttrUnitMult: "9"}}})
	}
	return m
}

func BenchmarkAppend10k(b *testing.B) {
	for name, at := range everyDatabase {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, at(b))
			n := 0
			for b.Loop() {
				day := stat.MustDate("2020-01-01").AddDays(n).String()
				n++
				if _, err := cube.Append(b.Context(), s, figures(10_000, day)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendOne(b *testing.B) {
	for name, at := range everyDatabase {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, at(b))
			n := 0
			for b.Loop() {
				n++
				if _, err := cube.Append(b.Context(), s, figures(1, stat.MustDate("2020-01-01").AddDays(n).String())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The store holds 20,000 versions, of which a dataflow has 1,333 and a series 20.
func BenchmarkRead(b *testing.B) {
	for name, at := range everyDatabase {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, at(b))
			if _, err := cube.Append(b.Context(), s, figures(20_000, "2026-01-05")); err != nil {
				b.Fatal(err)
			}
			read := func(key string) func(*testing.B) {
				return func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if got, err := cube.Read(b.Context(), s, cube.Query{Dataflow: "FLOW_03", Key: key}); err != nil || len(got) == 0 {
							b.Fatal(len(got), err)
						}
					}
				}
			}
			b.Run("series", read("A.VN.SERIES_007.TOTAL"))
			b.Run("dataflow", read(""))
			b.Run("everything", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if all, err := cube.History(b.Context(), s, cube.Query{}); err != nil || len(all) != 20_000 {
						b.Fatal(len(all), err)
					}
				}
			})
		})
	}
}
