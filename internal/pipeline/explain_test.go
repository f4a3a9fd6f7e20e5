package pipeline

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func TestStale(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	stale := func(want bool, when string) {
		t.Helper()
		if got, err := Stale(ctx, b.store, double, cube.AsOf{}, stat.DateOf(b.day)); err != nil || got != want {
			t.Errorf("%s: stale is %v (%v)", when, got, err)
		}
	}
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	stale(true, "before the first run")
	if _, err := b.runner.RunStale(ctx, []Recipe{double}, false); err != nil {
		t.Fatal(err)
	}
	stale(false, "after a run")
	b.report(t, "x", "2025", "22", "2026-06-01", stat.MarkSeen)
	stale(true, "after a revision of its input")
}

// total is a recipe whose one figure was computed from a whole series and from one cell of it.
func total(_ context.Context, in *Inputs) (*Result, error) {
	sum := stat.Int(0)
	for _, v := range in.Newest("in") {
		sum = sum.Add(*v.Value)
	}
	list := in.Newest("in")
	return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: "A.x", Period: stat.Year(2025), Value: &sum, Status: stat.Estimated},
		From: []Ref{{Dataflow: "IN", Key: "A.x", Role: "series"}, RefTo(list[len(list)-1], "last")}}}}, nil
}

func TestExplainOfASeries(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	for y := 1951; y <= 2025; y++ {
		b.report(t, "x", fmt.Sprint(y), "1", "2026-01-05", stat.MarkSeen)
	}
	b.report(t, "y", "2025", "1000", "2026-01-05", stat.MarkSeen)
	sum := Recipe{ID: "sum", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN", Key: "A.x"}}, Outputs: []string{"DOUBLE"}, Compute: total}
	if _, err := b.runner.RunStale(ctx, []Recipe{sum}, false); err != nil {
		t.Fatal(err)
	}
	n, err := Explain(ctx, b.store, cube.Cell{Dataflow: "DOUBLE", Key: "A.x", Period: stat.Year(2025)}, cube.AsOf{})
	if err != nil || len(n.From) != 2 {
		t.Fatalf("%+v (%v)", n, err)
	}
	series, last := n.From[0], n.From[1]
	t.Run("holds every figure that was used", func(t *testing.T) {
		if len(series.Versions) != 75 {
			t.Fatalf("%d figures", len(series.Versions))
		}
		if p := series.Versions[len(series.Versions)-1].Period; p != stat.Year(2025) {
			t.Errorf("the last one is of %s", p)
		}
	})
	t.Run("holds no figure of another series", func(t *testing.T) {
		for _, v := range series.Versions {
			if v.Key != "A.x" {
				t.Errorf("%s", v.Cell())
			}
		}
	})
	t.Run("a cell of it is one figure", func(t *testing.T) {
		if len(last.Versions) != 1 || last.Versions[0].Period != stat.Year(2025) {
			t.Errorf("%+v", last.Versions)
		}
	})
}

func TestExplainNamesTheVersionThatWasUsed(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.report(t, "x", "2024", "7", "2025-01-06", stat.MarkSeen)
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	b.report(t, "x", "2025", "50", "2026-06-01", stat.MarkSeen)
	older := Recipe{ID: "older", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN", History: true}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		v := in.History("in")[1]
		return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: v.Value, Status: stat.Estimated},
			From: []Ref{RefTo(v, "first print")}}}}, nil
	}}
	if _, err := b.runner.RunStale(ctx, []Recipe{older}, false); err != nil {
		t.Fatal(err)
	}
	n, err := Explain(ctx, b.store, cube.Cell{Dataflow: "DOUBLE", Key: "A.x", Period: stat.Year(2025)}, cube.AsOf{})
	if err != nil || len(n.From) != 1 {
		t.Fatalf("%+v (%v)", n, err)
	}
	if used := n.From[0]; len(used.Versions) != 1 || used.Versions[0].Value.String() != "21" || used.Role != "first print" {
		t.Errorf("the version used was 21, not the newer 50: %+v", used)
	}
}

func TestExplainOpensAFigureOnceAndGoesSoDeepAndNoDeeper(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.report(t, "x", "2025", "1", "2026-01-05", stat.MarkSeen)
	if _, err := b.runner.RunStale(ctx, []Recipe{double}, false); err != nil {
		t.Fatal(err)
	}
	twice := Recipe{ID: "twice", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "DOUBLE"}}, Outputs: []string{"NEXT"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		v := in.Newest("in")[0]
		from := RefTo(v, "")
		return &Result{Outputs: []Output{{Dataflow: "NEXT", Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: v.Value, Status: stat.Estimated}, From: []Ref{from, from}}}}, nil
	}}
	if _, err := b.runner.RunStale(ctx, []Recipe{twice}, false); err != nil {
		t.Fatal(err)
	}
	n, err := Explain(ctx, b.store, cube.Cell{Dataflow: "NEXT", Key: "A.x", Period: stat.Year(2025)}, cube.AsOf{})
	if err != nil || len(n.From) != 2 {
		t.Fatalf("%+v (%v)", n, err)
	}
	if first, second := n.From[0], n.From[1]; first.Seen || len(first.From) != 1 || !second.Seen || len(second.From) != 0 {
		t.Errorf("first %+v, second %+v", first, second)
	}

	// A run that reads its own earlier figures (a chain of vintages) makes a tree as deep as there are runs.
	for i := range 2 * maxDepth {
		id := fmt.Sprintf("deep#%d", i+1)
		v := stat.Int(int64(i))
		year := stat.Year(1900 + i)
		last, _ := b.store.LastMessage(ctx)
		from := []Ref{{Dataflow: "IN", Key: "A.x", Period: stat.Year(2025)}}
		if i > 0 {
			from = []Ref{{Dataflow: "NEXT", Key: "A.y", Period: stat.Year(1900 + i - 1)}}
		}
		o := stat.Observation{Key: "A.y", Period: year, Value: &v, Status: stat.Estimated, Vintage: stat.Vintage{Date: stat.MustDate("2026-11-22")},
			Attributes: stat.Attributes{stat.AttrRun: id, stat.AttrMark: "D"}}
		if _, err := b.store.AppendRun(ctx, Run{ID: id, Recipe: "deep", ReadTo: last}, ready(t, cube.Message{Entries: []cube.Entry{{Dataflow: "NEXT", Observation: o}}}),
			[]Lineage{{Run: id, Cell: cube.Cell{Dataflow: "NEXT", Key: "A.y", Period: year}, From: from}}); err != nil {
			t.Fatal(err)
		}
	}
	n, err = Explain(ctx, b.store, cube.Cell{Dataflow: "NEXT", Key: "A.y", Period: stat.Year(1900 + 2*maxDepth - 1)}, cube.AsOf{})
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for at := n; len(at.From) > 0; at = at.From[0] {
		depth++
	}
	if depth != maxDepth {
		t.Errorf("the tree is %d deep", depth)
	}
}

func TestAWithdrawnFigureIsWithdrawnOnceAndOthersStillAre(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	for _, y := range []string{"2022", "2023", "2024", "2025"} {
		b.report(t, "x", y, "1", "2026-01-05", stat.MarkSeen)
	}
	since := func(version string, first int) Recipe {
		r := double
		r.Version = version
		r.Compute = func(ctx context.Context, in *Inputs) (*Result, error) {
			out, err := double.Compute(ctx, in)
			out.Outputs = out.Outputs[first:]
			return out, err
		}
		return r
	}
	for _, r := range []Recipe{since("1", 0), since("2", 1), since("3", 3)} { // 2022 goes first, then 2023 and 2024 behind it
		if _, err := b.runner.RunStale(ctx, []Recipe{r}, false); err != nil {
			t.Fatal(err)
		}
	}
	gone := map[string]int{}
	h, _ := cube.History(ctx, b.store, cube.Query{Dataflow: "DOUBLE"})
	for _, v := range h {
		if v.Attributes[stat.AttrComment] == Withdrawn {
			gone[v.Period.String()]++
		}
	}
	if len(gone) != 3 || gone["2022"] != 1 || gone["2023"] != 1 || gone["2024"] != 1 {
		t.Errorf("withdrawn: %v", gone)
	}
}

func TestARecipeMayGiveNothing(t *testing.T) {
	b := newBench(t)
	runs, err := b.runner.RunStale(context.Background(), []Recipe{double}, false) // nothing has been reported
	if err != nil || len(runs) != 1 || runs[0].Message != 0 || runs[0].Outputs != 0 {
		t.Errorf("%+v (%v)", runs, err)
	}
}

func TestAParameterMakesARecipeStale(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	with := func(params map[string]string) Recipe {
		r := double
		r.Params = params
		return r
	}
	for _, step := range []struct {
		what   string
		params map[string]string
		stale  bool
	}{
		{"the first run", map[string]string{"method": "denton", "order": "1"}, true},
		{"the same again", map[string]string{"order": "1", "method": "denton"}, false},
		{"another value", map[string]string{"method": "chow-lin", "order": "1"}, true},
		{"values changed about", map[string]string{"method": "1", "order": "chow-lin"}, true},
		{"a parameter less", map[string]string{"method": "1"}, true},
		{"another name for it", map[string]string{"order": "1"}, true},
		{"none", nil, true},
	} {
		r := with(step.params)
		if stale, err := Stale(ctx, b.store, r, cube.AsOf{}, stat.DateOf(b.day)); err != nil || stale != step.stale {
			t.Errorf("%s: stale is %v (%v)", step.what, stale, err)
		}
		runs, err := b.runner.RunStale(ctx, []Recipe{r}, false)
		if err != nil || len(runs) == 1 != step.stale {
			t.Errorf("%s: %d runs (%v)", step.what, len(runs), err)
		}
		if len(runs) == 1 && !maps.Equal(runs[0].Params, step.params) {
			t.Errorf("%s: the run notes %v", step.what, runs[0].Params)
		}
	}
}

func TestARunLiesWithinABoundWithAllThatItSawAndWrote(t *testing.T) {
	message := func(list ...int64) cube.Messages { return cube.NewMessages(list...) }
	for name, c := range map[string]struct {
		run  Run
		at   cube.AsOf
		want bool
	}{
		"everything":                                {Run{ReadTo: 3, Message: 4}, cube.AsOf{}, true},
		"up to what it wrote":                       {Run{ReadTo: 3, Message: 4}, cube.AsOf{Message: 4}, true},
		"it wrote after the bound":                  {Run{ReadTo: 3, Message: 4}, cube.AsOf{Message: 3}, false},
		"it read after the bound":                   {Run{ReadTo: 3}, cube.AsOf{Message: 2}, false},
		"it wrote nothing":                          {Run{ReadTo: 3}, cube.AsOf{Message: 3}, true},
		"a bound of messages that holds all":        {Run{ReadTo: 3, Only: message(1, 3), Message: 4}, cube.AsOf{Message: 9, Only: message(1, 3, 4)}, true},
		"a bound of messages without what it wrote": {Run{ReadTo: 3, Only: message(1, 3), Message: 4}, cube.AsOf{Message: 9, Only: message(1, 3)}, false},
		"a bound of messages without one it read":   {Run{ReadTo: 3, Only: message(1, 3), Message: 4}, cube.AsOf{Message: 9, Only: message(1, 4)}, false},
		"it could see more than was named":          {Run{ReadTo: 3, Message: 4}, cube.AsOf{Message: 9, Only: message(1, 3, 4)}, false},
	} {
		if got := c.run.Within(c.at); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
