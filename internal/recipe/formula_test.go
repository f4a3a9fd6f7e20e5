package recipe

import (
	"context"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TestEveryFormulaGivesItsFigureBack evaluates the formula of every figure that a recipe of the reference installation derived, on exactly
// the versions that its lineage names, and compares it with what is stored, to the last digit.
func TestEveryFormulaGivesItsFigureBack(t *testing.T) {
	n := newNational(t)
	ctx := context.Background()
	exact := map[pipeline.Ref]stat.Decimal{}
	newest := map[cube.Cell]cube.Version{}
	for _, f := range n.catalog.Dataflows() {
		list, err := cube.History(ctx, n.store, cube.Query{Dataflow: f.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range list {
			if v.Value != nil {
				exact[refTo(v, "")] = *v.Value
			}
		}
		for _, v := range cube.Newest(list, cube.AsOf{}) {
			newest[v.Cell()] = v
		}
	}
	arithmetic, methods := map[string]int{}, map[string]int{}
	for cell, v := range newest {
		if cube.Reported(v.Observation) || cell.Dataflow == "TARGET_STATUS" {
			continue // what stands of a target is said from its measures
		}
		l, ok, err := n.store.LineageOf(ctx, v.Attributes[stat.AttrRun], cell)
		if err != nil || !ok {
			t.Fatalf("%s: no lineage (%v)", cell, err)
		}
		run, _, err := n.store.RunByID(ctx, l.Run)
		if err != nil {
			t.Fatal(err)
		}
		f := l.Named()
		if f == nil || f.Term == nil && f.Method == "" {
			t.Errorf("%s: no formula", cell)
			continue
		}
		values := pipeline.Value{Params: run.Params,
			Figure: func(r pipeline.Ref) (stat.Decimal, bool) { d, ok := exact[r]; return d, ok },
			Beside: func(c cube.Cell) (stat.Decimal, bool) {
				if w, ok := newest[c]; ok && w.Value != nil && w.Attributes[stat.AttrRun] == l.Run {
					return *w.Value, true
				}
				return stat.Decimal{}, false
			}}
		for _, x := range f.Facts {
			if _, ok := x.Term.Eval(values); !ok {
				t.Errorf("%s: the fact %q of method %s has no value", cell, x.Name, f.Method)
			}
		}
		if f.Term == nil {
			methods[f.Method]++
			continue
		}
		arithmetic[cell.Dataflow]++
		got, ok := f.Eval(values)
		if !ok || got.Cmp(*v.Value) != 0 {
			t.Errorf("%s: the formula gives %s (%v), stored is %s", cell, got, ok, v.Value)
		}
	}
	t.Logf("by arithmetic %v; by method %v", arithmetic, methods)
	for _, flow := range []string{"DE_VA", "DE_SHARE_EST", "DE_QUARTERLY", "DE_PROVINCE", "GRDP_EST", "DTI_RESTATED", "TASK_RATES", "DE_REVISIONS", "DE_CONCENTRATION", "DE_REQUIRED", "IO_RATIO", "IO_CORE", "IO_ADB"} {
		if arithmetic[flow] == 0 {
			t.Errorf("no figure of %s has arithmetic", flow)
		}
	}
}
