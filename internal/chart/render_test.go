package chart

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

func TestManyAtOnce(t *testing.T) {
	r := NewRenderer(4) // so small that drawings are forgotten and drawn again
	want := map[string]string{}
	for _, s := range samples() {
		svg, err := r.SVG(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want[s.ID] = svg
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, s := range samples() {
				if svg, err := r.SVG(context.Background(), s, Options{}); err != nil || svg != want[s.ID] {
					t.Errorf("%s differs when drawn at the same time as others (%v)", s.ID, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestDrawingsAreRememberedWithinABound(t *testing.T) {
	const limit = 1000
	rapid.Check(t, func(rt *rapid.T) {
		c := newCache(limit)
		for range 300 {
			var key [32]byte
			key[0] = byte(rapid.IntRange(0, 40).Draw(rt, "key"))
			if rapid.Bool().Draw(rt, "ask") {
				c.get(key)
			} else {
				c.put(key, make([]byte, rapid.SampledFrom([]int{1, 50, 200, 600}).Draw(rt, "size")))
			}
			total := 0
			for _, half := range []map[[32]byte][]byte{c.young, c.old} {
				for _, b := range half {
					total += len(b)
				}
			}
			if total > limit {
				rt.Fatalf("%d bytes are kept", total)
			}
		}
	})
	t.Run("what was just drawn is given again", func(t *testing.T) {
		c := newCache(limit)
		c.put([32]byte{1}, []byte("x"))
		if b, ok := c.get([32]byte{1}); !ok || string(b) != "x" {
			t.Error("forgotten")
		}
	})
	t.Run("what is larger than the memory is drawn all the same", func(t *testing.T) {
		if svg, err := NewRenderer(0).SVG(context.Background(), sampleLine(), Options{}); err != nil || svg == "" {
			t.Error(err)
		}
	})
}

func TestADrawingThatNobodyWaitsForIsNotBegun(t *testing.T) {
	r := NewRenderer(100)
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	late, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	for what, draw := range map[string]func(context.Context) error{
		"svg": func(ctx context.Context) error { _, err := r.SVG(ctx, sampleLine(), Options{}); return err },
		"png": func(ctx context.Context) error { _, err := r.PNG(ctx, sampleLine(), Options{}, 1); return err },
		"map": func(ctx context.Context) error { _, err := r.SVG(ctx, sampleMap("34", Map), Options{}); return err },
	} {
		if err := draw(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the reader is gone, %v", what, err)
		}
		if err := draw(late); fault.CodeOf(err) != "chart.late" || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: time is over, %v", what, err)
		}
		if err := draw(t.Context()); err != nil {
			t.Errorf("%s: after it, %v", what, err)
		}
		if err := draw(gone); what == "svg" && !errors.Is(err, context.Canceled) {
			t.Errorf("a line is drawn again: to find it would take as long, %v", err)
		} else if what != "svg" && err != nil {
			t.Errorf("%s: what is remembered is given to whoever asks, %v", what, err)
		}
	}
}

// BenchmarkKinds draws each sample anew.
func BenchmarkKinds(b *testing.B) {
	r := NewRenderer(0) // remembers nothing
	for _, s := range samples() {
		b.Run(s.ID, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.SVG(context.Background(), s, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPNG(b *testing.B) {
	r := NewRenderer(0)
	for _, s := range []*Spec{sampleLine(), sampleMap("34", Map)} {
		b.Run(s.ID, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.PNG(context.Background(), s, Options{}, 2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
