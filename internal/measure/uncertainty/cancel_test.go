package uncertainty

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestNoDrawIsMadeAfterTheContextHasEnded(t *testing.T) {
	const threads, until = 2, 20
	ctx, stop := context.WithCancel(t.Context())
	var made atomic.Int64
	_, err := Run(ctx, Plan{Recipe: "r", Draws: 1000, Threads: threads}, 1, func(*Draw, []float64) error {
		if made.Add(1) == until {
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || made.Load() > until+threads {
		t.Errorf("%d draws were made (%v)", made.Load(), err)
	}
}
