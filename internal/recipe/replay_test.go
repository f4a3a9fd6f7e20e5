package recipe

import (
	"context"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

func replayed(t *testing.T, day string) *pipeline.Replayed {
	t.Helper()
	n := newNational(t)
	start := time.Now()
	r, err := pipeline.Replay(context.Background(), n.store, All(n.catalog, areas(t)), cube.AsOf{}, stat.MustDate(day))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("as of %s: %d figures in %s; left out: %v", day, len(r.Figures), time.Since(start).Round(time.Millisecond), r.Skipped)
	return r
}

func TestReplayWithAllThatIsKnownGivesTheStoredFigures(t *testing.T) {
	n := newNational(t)
	r := replayed(t, "2026-11-22")
	stored := map[cube.Cell]cube.Version{}
	for _, recipe := range All(n.catalog, areas(t)) {
		if r.Skipped[recipe.ID] != "" {
			continue
		}
		for _, flow := range recipe.Outputs {
			list, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: flow})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				stored[v.Cell()] = v
			}
		}
	}
	for _, v := range r.Figures {
		want, ok := stored[v.Cell()]
		if !ok {
			t.Errorf("%s is replayed but was never computed", v.Cell())
			continue
		}
		delete(stored, v.Cell())
		if v.Attributes[stat.AttrReplay] != "2026-11-22" || v.Attributes[stat.AttrRun] == want.Attributes[stat.AttrRun] {
			t.Errorf("%s does not say that it is replayed", v.Cell())
		}
		got := v
		got.Attributes = v.Attributes.Clone()
		delete(got.Attributes, stat.AttrReplay)
		got.Attributes[stat.AttrRun] = want.Attributes[stat.AttrRun]
		if d := difference(want, got); d != "" {
			t.Errorf("%s: %s", v.Cell(), d)
		}
	}
	formulas := 0
	for _, l := range r.Lineage {
		if l.Formula != nil {
			formulas++
		}
	}
	if formulas == 0 {
		t.Error("no replayed figure says how it was made")
	}
	if len(stored) > 0 {
		t.Errorf("%d stored figures are not replayed", len(stored))
	}
}

func TestReplayKnowsNothingOfLaterDays(t *testing.T) {
	r := replayed(t, "2025-12-01")
	at := map[string]string{}
	for _, v := range r.Figures {
		if v.Value != nil {
			at[string(v.Key)+" "+v.Period.String()] = v.Value.Round(2).String()
		}
	}
	// 13.17 % × 11,511,867 of June 2025; the share of 2025 and the GDP of 2026 came later.
	if got := at["A.VN.NSO.TOTAL.LATEST 2024"]; got != "1516112.88" {
		t.Errorf("value added of 2024 as of December 2025: %s", got)
	}
	for _, later := range []string{"A.VN.NSO.TOTAL.LATEST 2025", "Q.VN.B1GQ.V 2025-Q2"} {
		if at[later] != "" {
			t.Errorf("%s is %s, which nobody could know", later, at[later])
		}
	}
	if at["Q.VN.NSO.TOTAL.DENTON.SHARE 2025-Q1"] == "" {
		t.Error("the first quarter of 2025 could be estimated")
	}
	store := r.Over(newNational(t).store)
	tree, err := pipeline.Explain(context.Background(), store, cube.Cell{Dataflow: "DE_QUARTERLY", Key: "Q.VN.NSO.TOTAL.DENTON.SHARE", Period: stat.Quarter(2025, 1)}, cube.AsOf{})
	if err != nil || len(tree.Documents()) == 0 {
		t.Fatalf("a replayed figure reaches no document (%v)", err)
	}
	var walk func(pipeline.Node)
	walk = func(node pipeline.Node) {
		for _, v := range node.Versions {
			if v.Vintage.Date.After(stat.MustDate("2025-12-01")) {
				t.Errorf("%s of %s is shown as known on 1 December 2025", v.Cell(), v.Vintage.Date)
			}
		}
		for _, c := range node.From {
			walk(c)
		}
	}
	walk(tree)
}
