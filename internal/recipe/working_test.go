package recipe

import (
	"context"
	"math"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TestEveryWorkingGivesItsFigure writes every figure of a statistical method out from exactly what its explanation shows, evaluates it, and
// holds what comes out against what is stored: a working may differ from it by the last digit that the recipe rounded to, and by nothing else.
// A recipe whose figures have none must say why.
func TestEveryWorkingGivesItsFigure(t *testing.T) {
	n := newNational(t)
	ctx := context.Background()
	bases := pipeline.NewBases(n.store)
	written := map[string]int{}
	for _, r := range All(n.catalog, areas(t)) {
		results := map[string]*pipeline.Result{}
		wrong, without := 0, 0
		for _, flow := range r.Outputs {
			list, err := cube.Read(ctx, n.store, cube.Query{Dataflow: flow})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if v.Value == nil || v.Attributes[stat.AttrComment] == pipeline.Withdrawn {
					continue
				}
				if r.NoWorking != "" {
					continue
				}
				shown, err := bases.Shown(ctx, r, v)
				if err != nil {
					t.Fatal(err)
				}
				names := shown.Names()
				if results[names] == nil {
					in := shown.Inputs(r)
					in.Detail = true
					if results[names], err = r.Compute(t.Context(), in); err != nil {
						t.Fatal(err)
					}
				}
				f := formulaOf(results[names], v)
				if f == nil || f.Term == nil {
					if without++; without <= 3 {
						t.Errorf("%s has no working", v.Cell())
					}
					continue
				}
				written[flow]++
				got, ok := f.Eval(shownValues(shown, results[names]))
				if want := v.Value.Float64(); !ok || math.Abs(got.Float64()-want) > 1.01e-4+1e-9*math.Abs(want) {
					if wrong++; wrong <= 3 {
						t.Errorf("%s: the working gives %s (%v), stored is %s", v.Cell(), got, ok, v.Value)
					}
				}
			}
		}
		if wrong+without > 0 {
			t.Errorf("%s: %d workings give another figure, %d figures have none", r.ID, wrong, without)
		}
	}
	t.Logf("figures written out: %v", written)
}

func formulaOf(r *pipeline.Result, v cube.Version) *pipeline.Formula {
	for _, o := range r.Outputs {
		if o.Dataflow == v.Dataflow && o.Key == v.Key && o.Period == v.Period {
			return o.Formula
		}
	}
	return nil
}

// shownValues finds the figures of a formula among what an explanation shows, and figures of the same run among the others that it computed.
func shownValues(b pipeline.Basis, computed *pipeline.Result) pipeline.Value {
	shown := map[pipeline.Ref]stat.Decimal{}
	for _, list := range b.Used {
		for _, v := range list {
			if v.Value != nil {
				shown[refTo(v, "")] = *v.Value
			}
		}
	}
	return pipeline.Value{Params: b.Run.Params, Scratch: pipeline.NewScratch(),
		Figure: func(r pipeline.Ref) (stat.Decimal, bool) { d, ok := shown[r]; return d, ok },
		Beside: func(c cube.Cell) (stat.Decimal, bool) {
			for _, o := range computed.Outputs {
				if o.Dataflow == c.Dataflow && o.Key == c.Key && o.Period == c.Period {
					return *o.Value, true
				}
			}
			return stat.Decimal{}, false
		}}
}
