package pipeline

import (
	"context"
	"iter"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// counting counts which dataflows are read.
type counting struct {
	*memStore
	read   map[string]int
	untold bool
}

func (s *counting) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	s.read[q.Dataflow]++
	return s.memStore.Versions(ctx, q)
}

func (s *counting) Touched(ctx context.Context, of cube.Messages) ([]string, bool, error) {
	if s.untold {
		return nil, false, nil
	}
	return s.memStore.Touched(ctx, of)
}

// Whatever a run rests on makes it stale when it changes, and a look reads again what a message has touched and nothing else.
func TestALookReadsAgainWhatWasTouchedAndNothingElse(t *testing.T) {
	ctx := context.Background()
	base := double
	base.Params, base.Catalogue = map[string]string{"p": "1"}, "lists as they are"
	base.Country = Country{Area: "VN", Currency: "VND"}
	base.Inputs = []Input{{Name: "in", Dataflow: "IN", Key: "A.x"}, {Name: "next", Dataflow: "NEXT"}, {Name: "dated", Dataflow: "DATED", Calendar: true}}
	base.Phase = func(in *Inputs) string {
		if len(in.Newest("in"))+len(in.Newest("next")) > 0 {
			return "it sees what is not declared for it"
		}
		return in.Day.String()[:4]
	}
	for name, c := range map[string]struct {
		change func(*bench, *Recipe)
		stale  bool
		read   []string // beside the dated one, which is always read; a stale recipe is read whole
	}{
		"nothing":                     {change: func(*bench, *Recipe) {}},
		"another day of the year":     {change: func(b *bench, _ *Recipe) { b.day = b.day.AddDate(0, 0, 1) }},
		"the calendar":                {change: func(b *bench, _ *Recipe) { b.day = b.day.AddDate(1, 0, 0) }, stale: true},
		"a parameter":                 {change: func(_ *bench, r *Recipe) { r.Params = map[string]string{"p": "2"} }, stale: true},
		"one parameter more":          {change: func(_ *bench, r *Recipe) { r.Params = map[string]string{"p": "1", "q": ""} }, stale: true},
		"the version":                 {change: func(_ *bench, r *Recipe) { r.Version = "2" }, stale: true},
		"what it asks of a catalogue": {change: func(_ *bench, r *Recipe) { r.Catalogue = "a list has another code" }, stale: true},
		"the country":                 {change: func(_ *bench, r *Recipe) { r.Country.Currency = "XYZ" }, stale: true},
		"what it selects":             {change: func(_ *bench, r *Recipe) { r.Inputs[0].Key = "A." }, stale: true},
		"its history":                 {change: func(_ *bench, r *Recipe) { r.Inputs[0].History = true }, stale: true},
		"a figure that it selects":    {change: func(b *bench, _ *Recipe) { b.report(t, "x", "2026", "3", "2026-11-01", stat.MarkSeen) }, stale: true},
		"a figure beside its selection": {change: func(b *bench, _ *Recipe) { b.report(t, "y", "2025", "3", "2026-11-01", stat.MarkSeen) },
			read: []string{"IN"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			s := &counting{memStore: b.store}
			b.runner.Store = s
			b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
			recipe := base
			recipe.Inputs = append([]Input{}, base.Inputs...)
			s.read = map[string]int{}
			if runs, err := b.runner.RunStale(ctx, []Recipe{recipe}, false); err != nil || len(runs) != 1 {
				t.Fatal(runs, err)
			}
			c.change(b, &recipe)
			s.read = map[string]int{}
			found, err := Look(ctx, s, recipe, cube.AsOf{}, stat.DateOf(b.day))
			if err != nil || found.Fresh == c.stale || found.Ran != true {
				t.Fatalf("fresh is %v (%v)", found.Fresh, err)
			}
			in, _ := Read(ctx, b.store, recipe, cube.AsOf{}, stat.DateOf(b.day))
			if found.Memo != Memo(recipe, in) {
				t.Error("a run of now would be remembered otherwise")
			}
			if c.stale {
				return
			}
			want := map[string]bool{"DATED": true}
			for _, flow := range c.read {
				want[flow] = true
			}
			for flow := range s.read {
				if !want[flow] {
					t.Errorf("%s was read again", flow)
				}
			}
			for flow := range want {
				if s.read[flow] == 0 {
					t.Errorf("%s was not read again", flow)
				}
			}
			s.untold = true
			if again, err := Look(ctx, s, recipe, cube.AsOf{}, stat.DateOf(b.day)); err != nil || !again.Fresh || s.read["NEXT"] == 0 {
				t.Errorf("where nobody tells what was touched, everything is read: %v, %v (%v)", again.Fresh, s.read, err)
			}
		})
	}
}

// A run of before marks were kept is held to its memo; so is whatever is asked as of an earlier day.
func TestALookWithoutMarksReadsEverything(t *testing.T) {
	ctx := context.Background()
	b := newBench(t)
	b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
	b.stale(t, double)
	b.report(t, "x", "2025", "22", "2026-06-01", stat.MarkSeen)
	stale := func(at cube.AsOf) bool {
		is, err := Stale(ctx, b.store, double, at, stat.DateOf(b.day))
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if !stale(cube.AsOf{}) || stale(cube.AsOf{Message: 2}) || stale(cube.AsOf{Vintage: stat.MustDate("2026-05-31")}) || !stale(cube.AsOf{Vintage: stat.MustDate("2025-12-31")}) || !stale(cube.AsOf{Message: 2, Vintage: stat.MustDate("2025-12-31")}) {
		t.Error("with marks")
	}
	b.store.runs[0].Marks = nil
	if !stale(cube.AsOf{}) || stale(cube.AsOf{Message: 2}) || stale(cube.AsOf{Vintage: stat.MustDate("2026-05-31")}) || !stale(cube.AsOf{Vintage: stat.MustDate("2025-12-31")}) || !stale(cube.AsOf{Message: 2, Vintage: stat.MustDate("2025-12-31")}) {
		t.Error("without marks")
	}
}
