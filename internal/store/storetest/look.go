package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

func testLooks(t *testing.T, at Database) {
	t.Run("the store tells which dataflows messages touched", func(t *testing.T) {
		t.Parallel()
		s := Open(t, at(t))
		for i, flows := range [][]string{{"A"}, {"B", "A"}, {"C"}} {
			var entries []cube.Entry
			for _, id := range flows {
				e := figure("X", "2020", fmt.Sprintf("2026-01-0%d", i+1), "1", "")
				e.Dataflow = id
				entries = append(entries, e)
			}
			must[cube.Receipt](t)(cube.Append(t.Context(), s, message(entries...)))
		}
		for _, c := range []struct {
			of   cube.Messages
			want []string
			told bool
		}{{cube.NewMessages(1), []string{"A"}, true}, {cube.NewMessages(2), []string{"A", "B"}, true}, {cube.NewMessages(1, 3), []string{"A", "C"}, true},
			{cube.Messages{}, nil, true}, {cube.NewMessages(9), nil, false}, {cube.NewMessages(3, 9), []string{"C"}, false}, {cube.UpTo(1 << 40), nil, false}} {
			got, told, err := s.Touched(t.Context(), c.of)
			same(t, []any{got, told, err}, []any{c.want, c.told, nil})
		}
	})
	t.Run("the marks of a run come back", func(t *testing.T) {
		t.Parallel()
		s := Open(t, at(t))
		r := run("q#1", "q")
		r.Marks = &pipeline.Marks{Setup: "s", Inputs: map[string]string{"in": "h"}}
		must[cube.Receipt](t)(appendRun(t.Context(), s, r, message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineageOf("q#1")))
		got, found, err := s.LatestRun(t.Context(), "q", cube.AsOf{Message: 7})
		same(t, []any{got.Marks, found, err}, []any{r.Marks, true, nil})
		same(t, must[store.Report](t)(s.Integrity(t.Context())).Problems, []error(nil))
	})
	t.Run("a look says what reading everything says, whatever came in", func(t *testing.T) {
		t.Parallel()
		s := Open(t, at(t))
		var tries atomic.Int64
		fresh, stale := 0, 0
		rapid.Check(t, func(rt *rapid.T) {
			f, n := looks(rt, s, tries.Add(1))
			fresh, stale = fresh+f, stale+n
		})
		if fresh == 0 || stale == 0 {
			t.Errorf("%d looks found a recipe fresh, and %d stale", fresh, stale)
		}
	})
}

// looks sends messages in any order to dataflows that a recipe reads or not, runs the recipe now and then within one bound or another, and
// compares each look with what reading everything says.
func looks(t *rapid.T, s *store.Store, try int64) (fresh, stale int) {
	flow := func(name string) string { return fmt.Sprint(name, try) }
	recipe := pipeline.Recipe{ID: flow("q"), Version: "1", Outputs: []string{flow("OUT")}, Inputs: []pipeline.Input{
		{Name: "some", Dataflow: flow("IN"), Key: drawPattern.Draw(t, "pattern")}, {Name: "past", Dataflow: flow("PAST"), History: true}}}
	day := stat.MustDate("2026-02-03")
	start := mustLast(t, s)
	within := func(what string) cube.Messages {
		only := cube.Messages{}
		for n := start + 1; n <= mustLast(t, s); n++ {
			if rapid.IntRange(0, 3).Draw(t, what) > 0 {
				only = only.Union(cube.NewMessages(n))
			}
		}
		return only
	}
	for step := range rapid.IntRange(2, 8).Draw(t, "steps") {
		if rapid.IntRange(0, 2).Draw(t, "act") == 0 {
			r := run(fmt.Sprintf("%s#%d", recipe.ID, step), recipe.ID)
			r.ReadTo, r.Only = mustLast(t, s), nil
			if rapid.Bool().Draw(t, "within some") {
				r.Only = within("seen")
			}
			in := must[*pipeline.Inputs](t)(pipeline.Read(background, s, recipe, r.Bound(), day))
			r.Memo, r.Marks = pipeline.Memo(recipe, in), pipeline.MarksOf(recipe, in)
			e := figure("A", "2020", "2026-01-01", fmt.Sprint(step), r.ID)
			e.Dataflow = flow("OUT")
			must[cube.Receipt](t)(appendRun(background, s, r, message(e), nil))
		} else { // what it refuses is no matter here
			cube.Append(background, s, drawMessage(t, flow(rapid.SampledFrom([]string{"IN", "PAST", "OUT", "OTHER"}).Draw(t, "dataflow")))) //nolint:errcheck // see above
		}
		for _, at := range []cube.AsOf{{}, {Message: mustLast(t, s)}, {Only: within("bound")}, {Vintage: stat.MustDate(drawVintage.Draw(t, "day"))}} {
			last, ran, err := s.LatestRun(background, recipe.ID, at)
			if err != nil {
				t.Fatal(err)
			}
			in := must[*pipeline.Inputs](t)(pipeline.Read(background, s, recipe, at, day))
			want := ran && last.Memo == pipeline.Memo(recipe, in)
			got := must[pipeline.Standing](t)(pipeline.Look(background, s, recipe, at, day))
			if got.Fresh != want || got.Memo != pipeline.Memo(recipe, in) {
				t.Fatalf("within %s the look finds it fresh: %v, and reading everything: %v", at, got.Fresh, want)
			}
			if want {
				fresh++
			} else if ran {
				stale++
			}
		}
	}
	return fresh, stale
}
