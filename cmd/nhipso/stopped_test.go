package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"nhipso/internal/fault"
)

// TestWhatGoesOnUntilItIsStoppedEndsWell, whatever it was at; a command that failed by itself has failed.
func TestWhatGoesOnUntilItIsStoppedEndsWell(t *testing.T) {
	broken := errors.New("broken")
	for _, x := range []struct {
		stopped   bool
		got, want error
	}{{true, fmt.Errorf("opening: %w", context.Canceled), nil}, {true, fault.New("store.cancelled").Because(context.Canceled), nil}, {true, broken, broken}, {false, context.Canceled, context.Canceled}, {true, nil, nil}} {
		ctx, stop := context.WithCancel(t.Context())
		if x.stopped {
			stop()
		}
		e := &env{err: &bytes.Buffer{}, lang: "en"}
		if err := untilStopped(func(context.Context, *env, []string) error { return x.got })(ctx, e, nil); !errors.Is(err, x.want) || (err == nil) != (x.want == nil) {
			t.Errorf("%v gives %v", x, err)
		}
		stop()
	}
}
