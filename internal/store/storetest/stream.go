package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// wide makes n figures: ten codes, each with its years from 1.
func wide(n int, value string) cube.Message {
	entries := make([]cube.Entry, n)
	for i := range entries {
		entries[i] = figure(fmt.Sprintf("A.K%d", i%10), stat.Year(1+i/10).String(), "2021-01-01", value, "")
	}
	return message(entries...)
}

// testStream holds reading one after another to what reading at once says.
func testStream(t *testing.T, at Database) {
	s := Open(t, at(t))
	const n = 9001 // several pages
	mustAppend(t, s, wide(n, "1"))
	other := figure("A.K3", "2024", "2025-01-01", "99", "")
	other.Dataflow = "ANOTHER"
	revised := figure("A.K3", "0005", "2022-01-01", "2", "")
	mustAppend(t, s, message(other, revised))
	all := mustHistory(t, s, cube.Query{})
	flow := all[1:]

	t.Run("all figures come, in their order, over as many pages as they need", func(t *testing.T) {
		same(t, len(all), n+2)
		same(t, all[0].Dataflow, "ANOTHER")
		same(t, slices.IsSortedFunc(all, cube.InOrder), true)
	})
	t.Run("every part of a query selects exactly what it says", func(t *testing.T) {
		for name, q := range map[string]cube.Query{
			"sets of codes":      {Key: "A.K7+K3"},
			"a set at the front": {Key: "A+B."},
			"series":             {Series: []stat.Key{"A.K9", "A.K1", "A.K1", "B.K1"}},
			"no series":          {Series: []stat.Key{}},
			"from a period":      {Since: stat.MustPeriod("0800-Q2")},
			"to a period":        {Until: stat.MustPeriod("0003-Q3")},
			"between":            {Key: "A.K3", Since: stat.Year(4), Until: stat.Year(6)},
			"a day and a cell":   {Key: "A.K3", AsOf: cube.AsOf{Vintage: stat.MustDate("2021-12-31")}, After: cube.Cell{Dataflow: "FLOW", Key: "A.K3", Period: stat.Year(3)}},
			"a set of messages":  {AsOf: cube.AsOf{Only: cube.NewMessages(2)}},
		} {
			q.Dataflow = "FLOW"
			var want []cube.Version
			for v := range cube.Select(flow, q) {
				want = append(want, v)
			}
			same(t, values(mustHistory(t, s, q)), values(want))
			if name != "no series" && len(want) == 0 || len(want) == len(flow) && name != "a set at the front" {
				t.Errorf("%s: %d of %d, which shows nothing", name, len(want), len(flow))
			}
			q.Dataflow = "" // the same over all dataflows, of which another has the same series
			same(t, len(mustHistory(t, s, q)) >= len(want), true)
		}
		same(t, values(mustHistory(t, s, cube.Query{Key: "A.K3", Since: stat.Year(2024)})), []string{"A.K3 2024 2025-01-01 99"})
	})
	t.Run("a reader goes on behind the last cell that it saw, whichever that was", func(t *testing.T) {
		for _, i := range []int{0, 1, 4095, 4096, 4097, n} {
			rest := slices.IndexFunc(all, func(v cube.Version) bool { return v.Cell().Compare(all[i].Cell()) > 0 })
			want := []cube.Version(nil)
			if rest >= 0 {
				want = all[rest:]
			}
			same(t, values(mustHistory(t, s, cube.Query{After: all[i].Cell()})), values(want))
		}
	})
	t.Run("a reader may stop, and may read beside what it reads", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 40 { // more than there are connections
			wg.Go(func() {
				for v, err := range s.Versions(background, cube.Query{Dataflow: "FLOW"}) {
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := cube.Read(background, s, cube.Query{Dataflow: "FLOW", Key: string(v.Key), Until: stat.Year(3)}); err != nil {
						t.Error(err)
					}
					if v.Key == "A.K0" && v.Period.Year() == 3 {
						return
					}
				}
			})
		}
		wg.Wait()
	})
	t.Run("what is stored while a reader reads is not for it", func(t *testing.T) {
		s := Open(t, at(t))
		mustAppend(t, s, wide(5000, "1"))
		seen := 0
		for _, err := range s.Versions(background, cube.Query{Dataflow: "FLOW"}) {
			if err != nil {
				t.Fatal(err)
			}
			if seen++; seen == 1 {
				mustAppend(t, s, message(figure("A.K9", "0400", "2022-01-01", "2", ""), figure("B", "2020", "2021-01-01", "1", "")))
			}
		}
		same(t, seen, 5000)
	})
	t.Run("an error ends the figures and is the last thing given", func(t *testing.T) {
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		seen, failed := 0, 0
		for _, err := range s.Versions(ctx, cube.Query{Dataflow: "FLOW"}) {
			if seen++; err != nil {
				failed = seen
				wantCode(t, err, "store.cancelled")
			}
			cancel()
		}
		if failed != seen || seen > n/2 {
			t.Errorf("an error at %d of %d", failed, seen)
		}
	})
}
