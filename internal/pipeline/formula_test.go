package pipeline

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func num(s string) Term { return Number(stat.MustDecimal(s)) }

func TestATermEvaluatesToTheLastDigit(t *testing.T) {
	three := []Term{num("4"), num("-1"), num("7")}
	for name, c := range map[string]struct {
		formula *Formula
		want    string
	}{
		"a per cent of another":            {Arithmetic(Apply(OpPart, num("12.87"), num("10319059"))), "1328062.8933"},
		"in per cent of another, rounded":  {Rounded(Apply(OpPercent, num("1"), num("3")), 6), "33.333333"},
		"a quotient":                       {Rounded(Apply(OpRatio, num("2"), num("3")), 4), "0.6667"},
		"a sum":                            {Arithmetic(Apply(OpSum, three...)), "10"},
		"a difference":                     {Arithmetic(Apply(OpDifference, num("12.66"), num("7.77"))), "4.89"},
		"a product":                        {Arithmetic(Apply(OpProduct, three...)), "-28"},
		"a mean":                           {Rounded(Apply(OpMean, three...), 2), "3.33"},
		"how many":                         {Arithmetic(Apply(OpCount, three...)), "3"},
		"how many above zero":              {Arithmetic(Apply(OpPositive, three...)), "2"},
		"a rank among others":              {Arithmetic(Apply(OpRank, num("5"), num("9"), num("5"), num("7"), num("1"))), "3"},
		"a rank that is shared":            {Arithmetic(Apply(OpRank, num("9"), num("9"), num("9"))), "1"},
		"a square":                         {Arithmetic(Apply(OpSquare, num("-1.5"))), "2.25"},
		"a root":                           {Rounded(Apply(OpRoot, num("2")), 6), "1.414214"},
		"a size":                           {Arithmetic(Apply(OpAbs, num("-2"))), "2"},
		"a parameter, and terms in a term": {Arithmetic(Apply(OpProduct, Param("p"), Apply(OpSum, num("1"), num("2")))), "1.5"},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := c.formula.Eval(Value{Params: map[string]string{"p": "0.5"}})
			if !ok || got.Cmp(stat.MustDecimal(c.want)) != 0 {
				t.Errorf("%s (%v), want %s", got, ok, c.want)
			}
		})
	}
	for name, f := range map[string]*Formula{
		"division by nothing": Arithmetic(Apply(OpRatio, num("1"), num("0"))), "an unknown parameter": Arithmetic(Param("q")),
		"a figure that is not there": Arithmetic(Figure(Ref{Dataflow: "IN", Key: "A.x", Period: stat.Year(2025)})), "terms that are too many": Arithmetic(Apply(OpDifference, three...)),
		"no term": Arithmetic(Apply(OpSum)), "an unknown operation": Arithmetic(Apply("guess", three...)), "a method": Method("denton"), "no formula": nil,
		"a root of less than nothing": Arithmetic(Apply(OpRoot, num("-1"))),
	} {
		t.Run(name+" gives no value", func(t *testing.T) {
			if d, ok := f.Eval(Value{}); ok {
				t.Errorf("%s", d)
			}
		})
	}
	t.Run("a rank is one more than those above it", rapid.MakeCheck(func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int64Range(-9, 9), 1, 12).Draw(t, "list")
		terms, above := []Term{num(stat.Int(list[0]).String())}, int64(0)
		for _, x := range list {
			terms = append(terms, num(stat.Int(x).String()))
			if x > list[0] {
				above++
			}
		}
		if d, _ := Arithmetic(Apply(OpRank, terms...)).Eval(Value{}); d.Cmp(stat.Int(above+1)) != 0 {
			t.Fatalf("%v: %s", list, d)
		}
	}))
}

// doubled is twice the figure of IN, with a formula that names the figure.
func doubled(cite func(cube.Version) Ref, from func(cube.Version) Ref) Recipe {
	return Recipe{ID: "double", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN", History: true}}, Outputs: []string{"DOUBLE"}, Compute: func(_ context.Context, in *Inputs) (*Result, error) {
		v := in.History("in")[0]
		twice := v.Value.Add(*v.Value)
		return &Result{Outputs: []Output{Output{Dataflow: "DOUBLE", Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: &twice, Status: stat.Estimated},
			From: []Ref{from(v)}}.By(Arithmetic(Apply(OpProduct, num("2"), Figure(cite(v)))))}}, nil
	}}
}

func TestAFormulaIsKeptWithTheLineage(t *testing.T) {
	whole := func(v cube.Version) Ref {
		return Ref{Dataflow: v.Dataflow, Key: v.Key, History: true, Role: "series"}
	}
	exact := func(v cube.Version) Ref { return RefTo(v, "figure") }
	for name, from := range map[string]func(cube.Version) Ref{"under the cell itself": exact, "under its whole series": whole} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
			b.report(t, "x", "2025", "50", "2026-06-01", stat.MarkSeen)
			if _, err := b.runner.RunStale(context.Background(), []Recipe{doubled(exact, from)}, false); err != nil {
				t.Fatal(err)
			}
			n, err := Explain(context.Background(), b.store, cube.Cell{Dataflow: "DOUBLE", Key: "A.x", Period: stat.Year(2025)}, cube.AsOf{})
			if err != nil {
				t.Fatal(err)
			}
			got, ok := n.Formula.Eval(Value{Figure: func(r Ref) (stat.Decimal, bool) {
				v, ok := n.Cited(r)
				if !ok {
					return stat.Decimal{}, false
				}
				return *v.Value, true
			}})
			if !ok || got.Cmp(stat.Int(42)) != 0 {
				t.Errorf("%s (%v): the first print is 21, the second 50", got, ok)
			}
		})
	}
	t.Run("one that names what the lineage does not is refused", func(t *testing.T) {
		b := newBench(t)
		b.report(t, "x", "2025", "21", "2026-01-05", stat.MarkSeen)
		other := func(v cube.Version) Ref { r := RefTo(v, ""); r.Message += 7; return r }
		_, err := b.runner.RunStale(context.Background(), []Recipe{doubled(other, exact)}, false)
		if fault.CodeOf(err) != "pipeline.failed" && fault.CodeOf(err) != "pipeline.bad-output" {
			t.Errorf("%v", err)
		}
	})
	t.Run("another formula over the same inputs is another explanation", func(t *testing.T) {
		one, two := Lineage{Formula: Arithmetic(num("1"))}, Lineage{Formula: Arithmetic(num("2"))}
		if SameInputs(one, two) || !SameInputs(one, Lineage{Formula: Arithmetic(num("1"))}) || SameInputs(one, Lineage{}) {
			t.Error("the formula is not looked at")
		}
	})
}
