package recipe

import (
	"context"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TestEveryFigureIsRecomputedFromWhatItsExplanationShows is the proof that explanations are exact: nothing that was used is missing.
func TestEveryFigureIsRecomputedFromWhatItsExplanationShows(t *testing.T) {
	n := newNational(t)
	bases := pipeline.NewBases(n.store)
	figures, runs := 0, 0
	for _, r := range All(n.catalog, areas(t)) {
		computed := map[string][]cube.Version{}
		count, wrong := 0, 0
		for _, flow := range r.Outputs {
			list, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: flow})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if v.Attributes[stat.AttrComment] == pipeline.Withdrawn {
					continue
				}
				count++
				if err := again(bases, r, v, computed); err != "" {
					if wrong++; wrong <= 3 {
						t.Errorf("%s: %s", v.Cell(), err)
					}
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d figures are not what their explanations show", r.ID, wrong, count)
		}
		t.Logf("%s: %d figures from %d sets of inputs", r.ID, count, len(computed))
		figures, runs = figures+count, runs+len(computed)
	}
	t.Logf("%d derived figures recomputed from what their explanations show, in %d computations", figures, runs)
}

// again recomputes a figure and says how what comes out differs from it.
func again(bases *pipeline.Bases, r pipeline.Recipe, v cube.Version, computed map[string][]cube.Version) string {
	shown, err := bases.Shown(context.Background(), r, v)
	if err != nil {
		return err.Error()
	}
	names := shown.Names()
	if _, known := computed[names]; !known {
		computed[names], err = shown.Compute(context.Background(), r)
		if err != nil {
			return err.Error()
		}
	}
	got, err := pipeline.Find(computed[names], v)
	if err != nil {
		return err.Error()
	}
	return difference(v, got)
}

// difference says in what two versions of a figure differ; "" when they say the same.
func difference(want, got cube.Version) string {
	if got.Same(want.Observation) && got.Vintage == want.Vintage {
		return ""
	}
	out := "recomputed as "
	if got.Value != nil {
		out += got.Value.String()
	}
	out += " " + string(got.Status) + " instead of "
	if want.Value != nil {
		out += want.Value.String()
	}
	out += " " + string(want.Status)
	for _, a := range append(want.Attributes.Names(), got.Attributes.Names()...) {
		if want.Attributes[a] != got.Attributes[a] {
			out += "; " + a + " " + got.Attributes[a] + " instead of " + want.Attributes[a]
		}
	}
	return out
}

// TestNothingIsShownThatWasNotUsed takes away, or changes, what one reference of an explanation names: the figure must change or become
// impossible. Conditions say of themselves that the figure is not computed from them. Figures are sampled evenly; costly recipes less.
func TestNothingIsShownThatWasNotUsed(t *testing.T) {
	n := newNational(t)
	bases := pipeline.NewBases(n.store)
	tested := 0
	for _, r := range All(n.catalog, areas(t)) {
		budget := 60
		if r.Costly != "" {
			budget = 5
		}
		var figures []cube.Version
		for _, flow := range r.Outputs {
			list, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: flow})
			if err != nil {
				t.Fatal(err)
			}
			figures = append(figures, list...)
		}
		for i := 0; i < len(figures) && budget > 0; i += max(1, len(figures)/12) {
			shown, err := bases.Shown(context.Background(), r, figures[i])
			if err != nil {
				t.Fatal(err)
			}
			params := map[string]string{}
			for k, v := range shown.Run.Params {
				params[k] = v
			}
			for _, draws := range []string{"draws", "draws-by-source"} { // enough to tell two results apart
				if params[draws] != "" {
					params[draws] = "10"
				}
			}
			want, _ := without(r, params, shown, figures[i], -1, 0)
			for k, ref := range shown.Refs {
				if ref.Condition || budget <= 0 {
					continue
				}
				budget--
				tested++
				if !moves(r, params, shown, figures[i], want, k) {
					t.Errorf("%s: %s of %s (%s) is shown, but without it and with other values the figure is the same", figures[i].Cell(), ref.Cell(), ref.Vintage, ref.Role)
				}
			}
		}
	}
	t.Logf("%d references put to the test", tested)
}

// moves reports whether a figure depends on what one reference names.
func moves(r pipeline.Recipe, params map[string]string, shown pipeline.Basis, v, want cube.Version, ref int) bool {
	for _, factor := range []int64{0, 1000, -1} { // taken away, larger, smaller
		got, ok := without(r, params, shown, v, ref, factor)
		if !ok || difference(want, got) != "" {
			return true
		}
	}
	return false
}

// without computes a figure with the versions of one reference taken away (factor 0) or multiplied; false when that gives none.
func without(r pipeline.Recipe, params map[string]string, shown pipeline.Basis, v cube.Version, ref int, factor int64) (got cube.Version, ok bool) {
	defer func() {
		if recover() != nil { // a table without its cells cannot be laid out: the figure is impossible
			got, ok = cube.Version{}, false
		}
	}()
	touched := map[string]bool{}
	name := func(v cube.Version) string { return v.Cell().String() + v.Vintage.Date.String() }
	if ref >= 0 {
		for _, w := range shown.Used[ref] {
			touched[name(w)] = true
		}
	}
	var all [][]cube.Version
	for _, list := range shown.Used {
		var kept []cube.Version
		for _, w := range list {
			if touched[name(w)] {
				if factor == 0 {
					continue
				}
				if w.Value != nil {
					x := w.Value.Mul(stat.Int(factor))
					w.Value = &x
				}
			}
			kept = append(kept, w)
		}
		all = append(all, kept)
	}
	in := pipeline.InputsOf(r, params, shown.Day, shown.Records, all...)
	result, err := r.Compute(context.Background(), in)
	if err != nil {
		return cube.Version{}, false
	}
	for _, o := range result.Outputs {
		if o.Dataflow == v.Dataflow && o.Key == v.Key && o.Period == v.Period {
			return cube.Version{Dataflow: o.Dataflow, Observation: o.Observation}, true
		}
	}
	return cube.Version{}, false
}
