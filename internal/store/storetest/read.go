package storetest

import (
	"slices"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func testRead(t *testing.T, at Database) {
	s := Open(t, at(t))
	other := figure("A.VN.X", "2024", "2025-01-01", "99", "")
	other.Dataflow = "ANOTHER"
	mustAppend(t, s, message(
		figure("A.VN.X", "2024", "2025-01-01", "1", ""), figure("A.VN.X", "2023", "2024-01-01", "2", ""),
		figure("A.VN.Y", "2024", "2025-01-01", "3", ""), figure("A.TH.X", "2024", "2025-01-01", "4", ""),
		figure("Q.VN.X", "2024-Q1", "2025-01-01", "5", ""), figure("A.VN_.X", "2024", "2025-01-01", "6", ""),
		figure("A.VN.x", "2024", "2025-01-01", "7", ""), other))
	mustAppend(t, s, message(figure("A.VN.X", "2024", "2025-06-01", "1.1", ""), figure("A.VN.X", "2023", "2023-12-01", "1.9", "")))
	mustAppend(t, s, message(figure("A.VN.X", "2024", "2025-03-01", "1.05", "")))

	read := func(key string, at cube.AsOf) []string {
		t.Helper()
		return values(mustRead(t, s, cube.Query{Dataflow: "FLOW", Key: key, AsOf: at}))
	}
	t.Run("a read gives the newest vintage of each cell, also one that came before an older one", func(t *testing.T) {
		same(t, read("A.VN.X", cube.AsOf{}), []string{"A.VN.X 2023 2024-01-01 2", "A.VN.X 2024 2025-06-01 1.1"})
	})
	t.Run("as of a day it gives what was published by then", func(t *testing.T) {
		same(t, read("A.VN.X", cube.AsOf{Vintage: stat.MustDate("2025-02-28")}), []string{"A.VN.X 2023 2024-01-01 2", "A.VN.X 2024 2025-01-01 1"})
		same(t, read("A.VN.X", cube.AsOf{Vintage: stat.MustDate("2025-03-01")}), []string{"A.VN.X 2023 2024-01-01 2", "A.VN.X 2024 2025-03-01 1.05"})
		same(t, read("A.VN.X", cube.AsOf{Vintage: stat.MustDate("2023-11-30")}), []string{})
	})
	t.Run("as of a message it gives what was known by then", func(t *testing.T) {
		same(t, read("A.VN.X", cube.AsOf{Message: 1}), []string{"A.VN.X 2023 2024-01-01 2", "A.VN.X 2024 2025-01-01 1"})
		same(t, read("A.VN.X", cube.AsOf{Message: 3, Vintage: stat.MustDate("2025-05-01")}), []string{"A.VN.X 2023 2024-01-01 2", "A.VN.X 2024 2025-03-01 1.05"})
	})
	t.Run("the history is ordered by key, period, vintage, message", func(t *testing.T) {
		same(t, values(mustHistory(t, s, cube.Query{Dataflow: "FLOW", Key: "A.VN.X"})), []string{
			"A.VN.X 2023 2023-12-01 1.9", "A.VN.X 2023 2024-01-01 2",
			"A.VN.X 2024 2025-01-01 1", "A.VN.X 2024 2025-03-01 1.05", "A.VN.X 2024 2025-06-01 1.1"})
	})
	t.Run("every pattern selects exactly the keys it matches", func(t *testing.T) {
		whole := mustHistory(t, s, cube.Query{Dataflow: "FLOW"})
		same(t, len(whole), 10)
		for _, pattern := range []string{"", "all", "*", "A.VN.X", "A.VN.", "A..X", "..", "..X", "A.VN+TH.X", "A+Q.VN.X", "A.VN.X+Y", "A.*.X", "A.VN", "A.VN.X.", "A.VN.Z", "a.vn.x", "A.VN_.X", "A.V%.X", "+", "."} {
			var want []cube.Version
			for _, v := range whole {
				if v.Key.Matches(pattern) {
					want = append(want, v)
				}
			}
			same(t, values(mustHistory(t, s, cube.Query{Dataflow: "FLOW", Key: pattern})), values(want))
		}
	})
	t.Run("a pattern that no key can have is refused, not a failure of the database", func(t *testing.T) {
		_, err := cube.History(t.Context(), s, cube.Query{Dataflow: "FLOW", Key: "A\x00"})
		wantCode(t, err, "store.bad-text")
	})
	t.Run("keys sort by their bytes on every database", func(t *testing.T) {
		var keys []string
		for _, v := range mustRead(t, s, cube.Query{Dataflow: "FLOW"}) {
			keys = append(keys, string(v.Key))
		}
		same(t, slices.Compact(keys), []string{"A.TH.X", "A.VN.X", "A.VN.Y", "A.VN.x", "A.VN_.X", "Q.VN.X"})
	})
	t.Run("a dataflow that holds nothing reads as nothing", func(t *testing.T) {
		same(t, len(mustRead(t, s, cube.Query{Dataflow: "NONE"})), 0)
	})
	t.Run("everything at once is the histories of the dataflows in turn", func(t *testing.T) {
		want := append(mustHistory(t, s, cube.Query{Dataflow: "ANOTHER"}), mustHistory(t, s, cube.Query{Dataflow: "FLOW"})...)
		same(t, mustAll(t, s), want)
	})
	t.Run("periods sort by first day, then longer before shorter, whatever their frequency", func(t *testing.T) {
		s := Open(t, at(t))
		periods := []string{"2024", "2024-S1", "2024-Q1", "2024-M01", "2024-01-01", "2024-01-01/P1M", "2024-01-01/P9M", "2024-01-01/P1Y", "2024-01-01/P3M",
			"2024-01-01/P6M", "2024-01-01/P1D", "2023-12-15/P1Y", "2024-Q4", "2024-M10", "2024-S2", "0999", "9999", "2024-02-29", "2024-M02", "2024-01-01/P2Y"}
		var entries []cube.Entry
		var want []stat.Period
		for _, p := range periods {
			entries, want = append(entries, figure("K", p, "2025-01-01", "1", "")), append(want, stat.MustPeriod(p))
		}
		slices.SortFunc(want, stat.Period.Compare)
		mustAppend(t, s, message(entries...))
		var got []stat.Period
		for _, v := range mustRead(t, s, cube.Query{Dataflow: "FLOW"}) {
			got = append(got, v.Period)
		}
		same(t, got, want)
	})
}
