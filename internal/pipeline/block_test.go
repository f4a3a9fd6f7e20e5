package pipeline

import (
	"context"
	"fmt"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// sumOf is a recipe whose one figure comes from a whole block.
func sumOf(pattern stat.Key) Recipe {
	return Recipe{ID: "sum", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN"}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		var total stat.Decimal
		for _, v := range in.Newest("in") {
			total = total.Add(*v.Value)
		}
		return &Result{Outputs: []Output{{Dataflow: "DOUBLE", Observation: stat.Observation{Key: "A.x", Period: stat.Year(2025), Value: &total, Status: stat.Normal},
			From: []Ref{{Dataflow: "IN", Key: pattern, Role: "table"}}}}}, nil
	}}
}

func TestAFigureMayComeFromAWholeBlockOfATable(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	b.report(t, "y", "2025", "-40", "2026-01-05", stat.MarkUnverified)
	if _, err := b.runner.RunStale(ctx, []Recipe{sumOf("A.")}, false); err != nil {
		t.Fatal(err)
	}
	tree, err := Explain(ctx, b.store, cube.Cell{Dataflow: "DOUBLE", Key: "A.x", Period: stat.Year(2025)}, cube.AsOf{})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("its mark is that of the weakest cell", func(t *testing.T) {
		if m := tree.Versions[0].Mark(); m != stat.MarkUnverified {
			t.Errorf("mark %s", m)
		}
	})
	t.Run("its explanation lists the cells and reaches their documents", func(t *testing.T) {
		if len(tree.From) != 1 || len(tree.From[0].Versions) != 2 {
			t.Fatalf("%+v", tree.From)
		}
		if d := fmt.Sprint(tree.Documents()); d != "[document x document y]" {
			t.Error(d)
		}
	})
	t.Run("a block that was not read is refused", func(t *testing.T) {
		r := sumOf("Q.")
		r.Version = "2"
		if _, err := b.runner.RunStale(ctx, []Recipe{r}, false); fault.CodeOf(err) != "pipeline.unread-input" {
			t.Error(err)
		}
	})
}
