package pipeline

import (
	"context"
	"errors"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func TestARunThatIsCancelledStoresNothing(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	ctx, stop := context.WithCancel(t.Context())
	slow := next
	slow.Compute = func(ctx context.Context, in *Inputs) (*Result, error) {
		stop()
		return nil, ctx.Err()
	}
	var begun []string
	runner := b.runner
	runner.Begin = func(r Recipe) { begun = append(begun, r.ID) }
	last, err := b.store.LastMessage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	runs, err := runner.RunStale(ctx, []Recipe{double, slow, mapping("third", "NEXT", "OTHER", func(d stat.Decimal) stat.Decimal { return d })}, false)
	if !errors.Is(err, context.Canceled) || len(runs) != 1 || len(begun) != 2 {
		t.Errorf("%d runs, begun %v (%v)", len(runs), begun, err)
	}
	if now, _ := b.store.LastMessage(t.Context()); now != last+1 {
		t.Errorf("%d messages were stored, want that of the recipe that was done", now-last)
	}
	if _, some, _ := b.store.LatestRun(t.Context(), "next", cube.AsOf{}); some {
		t.Error("a run that was cancelled is on record")
	}
}

func TestAReplayThatIsCancelledIsNoRecipeThatCouldNotBeComputed(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal))
	ctx, stop := context.WithCancel(t.Context())
	slow := double
	slow.Compute = func(ctx context.Context, in *Inputs) (*Result, error) {
		stop()
		return nil, ctx.Err()
	}
	if r, err := Replay(ctx, b.store, []Recipe{slow}, cube.AsOf{}, stat.MustDate("2026-02-01")); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v (%v)", r, err)
	}
}
