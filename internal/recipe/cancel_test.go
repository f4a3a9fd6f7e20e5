package recipe

import (
	"context"
	"errors"
	"maps"
	"sync/atomic"
	"testing"
)

// asking is a context that counts how often it is asked whether it has ended, and ends when it has been asked so often.
type asking struct {
	context.Context
	asked atomic.Int64
	end   int64 // 0 for never
}

func (a *asking) Err() error {
	if n := a.asked.Add(1); a.end > 0 && n >= a.end {
		return context.Canceled
	}
	return nil
}

// Between two questions a recipe gives no more figures than this, and after the end it asks no more often: those who wait for it to stop wait for
// one step of each processor.
const (
	figuresOfAStep = 150
	stepsAfterEnd  = 8
)

func TestEveryRecipeStopsSoonAfterItIsCancelled(t *testing.T) {
	n := newNational(t)
	for _, r := range All(n.catalog, areas(t)) {
		t.Run(r.ID, func(t *testing.T) {
			in := n.inputsOf(t, r)
			if in.Params["draws"] != "" { // fewer draws are fewer steps of the same size
				in.Params = maps.Clone(in.Params)
				in.Params["draws"], in.Params["draws-by-source"] = "40", "10"
			}
			whole := &asking{Context: t.Context()}
			out, err := r.Compute(whole, in)
			if err != nil {
				t.Fatal(err)
			}
			steps := whole.asked.Load()
			if steps == 0 || int64(len(out.Outputs)) > figuresOfAStep*steps {
				t.Fatalf("%d figures in %d steps", len(out.Outputs), steps)
			}
			for _, end := range []int64{1, (steps + 1) / 2, steps} {
				cut := &asking{Context: t.Context(), end: end}
				if _, err := r.Compute(cut, in); !errors.Is(err, context.Canceled) {
					t.Errorf("cancelled at step %d of %d it gives %v", end, steps, err)
				}
				if after := cut.asked.Load() - end; after > stepsAfterEnd {
					t.Errorf("cancelled at step %d of %d it asks %d times more", end, steps, after)
				}
			}
		})
	}
}
