package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// bench is a runner over a cube with one reported flow IN and two derived flows, DOUBLE = 2·IN and NEXT = DOUBLE + 1.
type bench struct {
	store  *memStore
	runner Runner
	day    time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	list, err := catalog.NewCodelist("CL_X", catalog.Label{}, "test", []catalog.Code{{ID: "A"}, {ID: "x"}, {ID: "y"}})
	if err != nil {
		t.Fatal(err)
	}
	flow := func(id string, kind catalog.Kind) *catalog.Dataflow {
		return &catalog.Dataflow{ID: id, Kind: kind, Dimensions: []catalog.Dimension{{ID: "FREQ", Codelist: "CL_X"}, {ID: "X", Codelist: "CL_X"}},
			Attributes: []string{stat.AttrSource, stat.AttrMark, stat.AttrRun, stat.AttrRecipe, stat.AttrComment, stat.AttrConf}}
	}
	c, err := catalog.New("TEST", []*catalog.Dataflow{flow("IN", catalog.Reported), flow("DOUBLE", catalog.Derived), flow("NEXT", catalog.Derived)}, []*catalog.Codelist{list}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{store: &memStore{}, day: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	b.runner = Runner{Store: b.store, Intake: cube.Intake{Catalog: c, Store: b.store}, Now: func() time.Time { return b.day }}
	return b
}

func (b *bench) report(t *testing.T, code, year, value, vintage string, mark stat.Mark) {
	t.Helper()
	v := stat.MustDecimal(value)
	_, err := b.runner.Intake.Take(context.Background(), cube.Message{Header: cube.Header{Sender: "test", File: "in.csv"}, Entries: []cube.Entry{{Dataflow: "IN", Row: 2, Observation: stat.Observation{
		Key: stat.NewKey("A", code), Period: stat.MustPeriod(year), Vintage: stat.Vintage{Date: stat.MustDate(vintage), Written: vintage}, Value: &v, Status: stat.Normal,
		Attributes: stat.Attributes{stat.AttrSource: "document " + code, stat.AttrMark: string(mark)}}}}})
	if err != nil {
		t.Fatal(err)
	}
}

func mapping(id, from, to string, f func(stat.Decimal) stat.Decimal) Recipe {
	return Recipe{ID: id, Version: "1", Inputs: []Input{{Name: "in", Dataflow: from}}, Outputs: []string{to}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		var r Result
		for _, v := range in.Newest("in") {
			if v.Value == nil {
				continue
			}
			value := f(*v.Value)
			r.Outputs = append(r.Outputs, Output{Dataflow: to, Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: &value, Status: stat.Estimated},
				From: []Ref{RefTo(v, "input")}})
		}
		return &r, nil
	}}
}

var (
	double = mapping("double", "IN", "DOUBLE", func(d stat.Decimal) stat.Decimal { return d.Add(d) })
	next   = mapping("next", "DOUBLE", "NEXT", func(d stat.Decimal) stat.Decimal { return d.Add(stat.Int(1)) })
)

func ids(runs []Run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.ID)
	}
	return out
}

func TestRunnerRunsWhatIsStaleAndNothingElse(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	run := func() []string {
		t.Helper()
		runs, err := b.runner.RunStale(ctx, []Recipe{next, double}, false)
		if err != nil {
			t.Fatal(err)
		}
		return ids(runs)
	}
	if got := run(); !slices.Equal(got, []string{"double#1", "next#1"}) {
		t.Fatalf("first time: ran %v; a recipe runs after those that feed it, whatever their order in the list", got)
	}
	if got := run(); got != nil {
		t.Fatalf("nothing has changed, yet %v ran", got)
	}
	b.day = b.day.AddDate(0, 0, 1)
	if got := run(); got != nil {
		t.Fatalf("another day is no reason to run, yet %v ran", got)
	}
	b.report(t, "x", "2025", "22", "2026-06-01", stat.MarkSeen)
	if got := run(); !slices.Equal(got, []string{"double#2", "next#2"}) {
		t.Fatalf("after a revision: ran %v", got)
	}
	v2 := double
	v2.Version = "2"
	runs, err := b.runner.RunStale(ctx, []Recipe{v2, next}, false)
	if err != nil || !slices.Equal(ids(runs), []string{"double#3"}) {
		t.Fatalf("a new version of the first gives the same figures, so the second is not stale: ran %v (%v)", ids(runs), err)
	}
}

func TestDerivedFigureNamesItsRunAndKeepsTheWeakestMark(t *testing.T) {
	b := newBench(t)
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkUnverified)
	b.report(t, "y", "2025", "5", "2026-01-05", stat.MarkSeen)
	if _, err := b.runner.RunStale(context.Background(), []Recipe{double}, false); err != nil {
		t.Fatal(err)
	}
	out, _ := cube.Read(context.Background(), b.store, cube.Query{Dataflow: "DOUBLE"})
	if len(out) != 2 {
		t.Fatalf("%d figures", len(out))
	}
	for i, mark := range []stat.Mark{stat.MarkUnverified, stat.MarkDerived} {
		if out[i].Mark() != mark || out[i].Attributes[stat.AttrRun] != "double#1" || out[i].Attributes[stat.AttrRecipe] != "double@1" {
			t.Errorf("%s has mark %s, run %s, recipe %s; want mark %s", out[i].Cell(), out[i].Mark(), out[i].Attributes[stat.AttrRun], out[i].Attributes[stat.AttrRecipe], mark)
		}
	}
}

func TestFigureNoLongerGivenIsWithdrawnNotDeleted(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.report(t, "x", "2024", "1", "2025-01-06", stat.MarkSeen)
	b.report(t, "x", "2025", "2", "2026-01-05", stat.MarkSeen)
	if _, err := b.runner.RunStale(ctx, []Recipe{double}, false); err != nil {
		t.Fatal(err)
	}
	only2025 := double
	only2025.Version = "2"
	only2025.Compute = func(ctx context.Context, in *Inputs) (*Result, error) {
		r, err := double.Compute(ctx, in)
		r.Outputs = r.Outputs[1:]
		return r, err
	}
	if _, err := b.runner.RunStale(ctx, []Recipe{only2025}, false); err != nil {
		t.Fatal(err)
	}
	h, _ := cube.History(ctx, b.store, cube.Query{Dataflow: "DOUBLE"})
	if len(h) < 3 || h[0].Value == nil || h[1].Status != stat.Missing || h[1].Attributes[stat.AttrComment] != Withdrawn {
		t.Fatalf("history of 2024 should be the figure, then its withdrawal: %+v", h)
	}
}

func TestExplainWalksFromFigureToDocument(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	if _, err := b.runner.RunStale(ctx, []Recipe{double, next}, false); err != nil {
		t.Fatal(err)
	}
	b.report(t, "x", "2025", "50", "2026-06-01", stat.MarkSeen) // not yet computed with
	n, err := Explain(ctx, b.store, cube.Cell{Dataflow: "NEXT", Key: "A.x", Period: stat.Year(2025)}, cube.AsOf{})
	if err != nil {
		t.Fatal(err)
	}
	if n.Run == nil || n.Run.ID != "next#1" || len(n.From) != 1 || n.From[0].Run == nil || len(n.From[0].From) != 1 {
		t.Fatalf("tree: %+v", n)
	}
	leaf := n.From[0].From[0]
	if len(leaf.Versions) != 1 || leaf.Versions[0].Value.String() != "21" {
		t.Errorf("the leaf must be the version that the run saw, 21, not the newer 50: %+v", leaf.Versions)
	}
	if docs := n.Documents(); !slices.Equal(docs, []string{"document x"}) {
		t.Errorf("documents %v", docs)
	}
	if _, err := Explain(ctx, b.store, cube.Cell{Dataflow: "NEXT", Key: "A.y", Period: stat.Year(2025)}, cube.AsOf{}); fault.CodeOf(err) != "cube.no-cell" {
		t.Errorf("a cell without figure: %v", err)
	}
}

func TestRunnerRefuses(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		recipes []Recipe
		code    string
	}{
		"two recipes that write one dataflow": {[]Recipe{double, mapping("other", "IN", "DOUBLE", func(d stat.Decimal) stat.Decimal { return d })}, "pipeline.two-writers"},
		"recipes that feed each other":        {[]Recipe{mapping("a", "NEXT", "DOUBLE", nil), mapping("b", "DOUBLE", "NEXT", nil)}, "pipeline.circle"},
		"an output that is not declared":      {[]Recipe{{ID: "r", Inputs: double.Inputs, Outputs: []string{"NEXT"}, Compute: double.Compute}}, "pipeline.undeclared-output"},
		"an input named that was not read":    {[]Recipe{{ID: "r", Inputs: double.Inputs, Outputs: []string{"DOUBLE"}, Compute: liar}}, "pipeline.unread-input"},
		"a figure that its structure refuses": {[]Recipe{{ID: "r", Inputs: double.Inputs, Outputs: []string{"DOUBLE"}, Compute: stranger}}, "pipeline.bad-output"},
		"a computation that fails":            {[]Recipe{{ID: "r", Outputs: []string{"DOUBLE"}, Compute: func(context.Context, *Inputs) (*Result, error) { return nil, errors.New("no") }}}, "pipeline.failed"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
			before := len(b.store.versions)
			_, err := b.runner.RunStale(ctx, c.recipes, false)
			if fault.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if len(b.store.versions) != before || len(b.store.runs) != 0 {
				t.Error("a refused run left something in the store")
			}
		})
	}
}

func liar(ctx context.Context, in *Inputs) (*Result, error) {
	r, err := double.Compute(ctx, in)
	for i := range r.Outputs {
		r.Outputs[i].From = []Ref{{Dataflow: "IN", Key: "A.y", Period: stat.Year(1999)}}
	}
	return r, err
}

func stranger(ctx context.Context, in *Inputs) (*Result, error) {
	r, err := double.Compute(ctx, in)
	for i := range r.Outputs {
		r.Outputs[i].Key = "A.zzz"
	}
	return r, err
}

// What follows from a change in a moment does not wait for what takes long, unless it reads it.
func TestCostlyRecipesRunLast(t *testing.T) {
	recipe := func(id, from, costly string) Recipe {
		return Recipe{ID: id, Inputs: []Input{{Name: "in", Dataflow: from}}, Outputs: []string{"OF_" + id}, Costly: costly}
	}
	for _, x := range []struct {
		name, want string
		recipes    []Recipe
	}{
		{"one that nothing reads is the last", "a c slow", []Recipe{recipe("a", "IN", ""), recipe("slow", "OF_a", "it draws"), recipe("c", "OF_a", "")}},
		{"what reads it comes after it, and the rest before", "b slow reader", []Recipe{recipe("slow", "IN", "it draws"), recipe("b", "IN", ""), recipe("reader", "OF_slow", "it reads")}},
		{"one that a quick one reads takes it along", "b slow reader", []Recipe{recipe("reader", "OF_slow", ""), recipe("slow", "IN", "it draws"), recipe("b", "IN", "")}},
	} {
		ordered, err := Order(x.recipes)
		var ids []string
		for _, r := range ordered {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); err != nil || got != x.want {
			t.Errorf("%s: %s (%v), want %s", x.name, got, err, x.want)
		}
	}
}
