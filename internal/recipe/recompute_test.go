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
		if r.ID == "target-status" {
			continue // judged anew in a change of its own
		}
		computed := map[string][]cube.Version{}
		count, wrong := 0, 0
		for _, flow := range r.Outputs {
			list, err := n.store.Read(context.Background(), cube.Query{Dataflow: flow})
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
		computed[names], err = shown.Compute(r)
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
