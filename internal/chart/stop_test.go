package chart

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dop251/goja"

	"nhipso/internal/fault"
)

// scripted is a renderer with one engine that runs a script in place of ECharts.
func scripted(t *testing.T, script string) *Renderer {
	t.Helper()
	vm := goja.New()
	f, err := vm.RunString(script)
	if err != nil {
		t.Fatal(err)
	}
	draw, ok := goja.AssertFunction(f)
	if !ok {
		t.Fatal("not a function")
	}
	r := &Renderer{engines: make(chan *engine, 1), cache: newCache(1 << 20)}
	r.engines <- &engine{draw: draw, vm: vm}
	return r
}

const forEver = "(function () { for (;;) {} })"

func TestADrawingStopsAtItsDeadlineAndTheNextOneIsDrawn(t *testing.T) {
	r := scripted(t, forEver)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := r.SVG(ctx, sampleLine(), Options{})
	if fault.CodeOf(err) != "chart.late" || fault.KindOf(err) != fault.Unavailable {
		t.Fatal(err)
	}
	if svg, err := r.SVG(t.Context(), sampleLine(), Options{}); err != nil || svg == "" {
		t.Errorf("after it, %v", err)
	}
}

func TestADrawingStopsWhenItsReaderHangsUp(t *testing.T) {
	r := scripted(t, "(function () { hangUp(); for (;;) {} })")
	ctx, cancel := context.WithCancel(t.Context())
	e := <-r.engines
	if err := e.vm.Set("hangUp", cancel); err != nil {
		t.Fatal(err)
	}
	r.engines <- e
	if _, err := r.SVG(ctx, sampleLine(), Options{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if e := <-r.engines; e != nil {
		t.Error("an engine that was interrupted is used again")
	}
	t.Run("and one that nobody waits for is not begun", func(t *testing.T) {
		r := scripted(t, "(function () { throw 'begun' })")
		for what, draw := range map[string]func() error{
			"svg": func() error { _, err := r.SVG(ctx, sampleLine(), Options{}); return err },
			"png": func() error { _, err := r.PNG(ctx, sampleLine(), Options{}, 1); return err },
			"map": func() error { _, err := r.SVG(ctx, sampleMap("VN34", Map), Options{}); return err },
		} {
			if err := draw(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if len(r.engines) != 1 {
			t.Error("an engine was lost")
		}
	})
}

func TestWhoWaitsForAnEngineWaitsNoLongerThanItsDeadline(t *testing.T) {
	r := &Renderer{engines: make(chan *engine, 1), cache: newCache(1 << 20)} // its only engine is at work elsewhere
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := r.SVG(ctx, sampleLine(), Options{}); fault.CodeOf(err) != "chart.late" {
		t.Error(err)
	}
}

func TestADefectInsideADrawingIsAnErrorOfThatDrawing(t *testing.T) {
	for _, script := range []string{"(function () { throw new Error('x') })", "(function () { return bad() })"} {
		r := scripted(t, script)
		e := <-r.engines
		if err := e.vm.Set("bad", func() string { panic(errors.New("defect in Go")) }); err != nil {
			t.Fatal(err)
		}
		r.engines <- e
		if _, err := r.SVG(t.Context(), sampleLine(), Options{}); fault.CodeOf(err) != "chart.script" {
			t.Error(err)
		}
		if len(r.engines) != 1 {
			t.Error("the engine was lost")
		}
	}
}
