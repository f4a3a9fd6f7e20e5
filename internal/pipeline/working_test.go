package pipeline

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func TestASystemIsSolved(t *testing.T) {
	t.Run("two equations", func(t *testing.T) {
		s := &System{Unknowns: []Unknown{{Name: "x"}, {Name: "y"}}}
		s.Add(0, 0, num("1"))
		s.Add(0, 0, num("1")) // 2x + y = 5
		s.AddBoth(0, 1, num("1"))
		s.Add(1, 1, num("-1")) // x − y = 1
		s.Comes(0, num("5"))
		s.Comes(1, num("1"))
		x, okX := Rounded(Solved(s, 0), 9).Eval(Value{})
		y, okY := Rounded(Solved(s, 1), 9).Eval(Value{Scratch: NewScratch()})
		if !okX || !okY || x.String() != "2" && x.Cmp(stat.Int(2)) != 0 || y.Cmp(stat.Int(1)) != 0 {
			t.Errorf("x = %s (%v), y = %s (%v)", x, okX, y, okY)
		}
		if terms := s.Terms(); len(terms) != 6 {
			t.Errorf("%d terms", len(terms))
		}
	})
	for name, s := range map[string]*System{
		"without a single solution": {Unknowns: make([]Unknown, 2), Left: map[Place]Term{{0, 0}: num("1"), {1, 0}: num("1")}},
		"of a figure not there":     {Unknowns: make([]Unknown, 1), Left: map[Place]Term{{0, 0}: Figure(Ref{Dataflow: "IN", Period: stat.Year(2025)})}},
		"with a side not there":     {Unknowns: make([]Unknown, 1), Left: map[Place]Term{{0, 0}: num("1")}, Right: map[int]Term{0: Param("none")}},
	} {
		t.Run(name+" none is given", func(t *testing.T) {
			for _, v := range []Value{{}, {Scratch: NewScratch()}} {
				for range 2 { // the second answer comes from what was remembered
					if d, ok := Solved(s, 0).Eval(v); ok {
						t.Errorf("%s", d)
					}
				}
			}
		})
	}
	t.Run("what is found solves the equations", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		s := &System{Unknowns: make([]Unknown, n)}
		for i := range n {
			for j := range n {
				x := rapid.Int64Range(-9, 9).Draw(t, "coefficient")
				if i == j {
					x += 100
				}
				s.Add(i, j, Number(stat.Int(x)))
			}
			s.Comes(i, Number(stat.Int(rapid.Int64Range(-99, 99).Draw(t, "side"))))
		}
		x, ok := s.Solve(Value{})
		if !ok {
			t.Fatal("not solved")
		}
		for i := range n {
			sum := stat.Decimal{}
			for j := range n {
				sum = sum.Add(s.Left[Place{i, j}].Number.Mul(x[j]))
			}
			if sum.Sub(*s.Right[i].Number).Abs().Cmp(stat.MustDecimal("0.0000000001")) > 0 {
				t.Fatalf("row %d comes to %s", i, sum)
			}
		}
	}))
}

func TestAStepIsComputedOnce(t *testing.T) {
	asked := 0
	figure := Figure(Ref{Dataflow: "IN", Key: "A.x", Period: stat.Year(2025)})
	step := InStep("half", stat.Period{}, Apply(OpRatio, figure, num("2")))
	v := Value{Scratch: NewScratch(), Figure: func(Ref) (stat.Decimal, bool) { asked++; return stat.Int(3), true }}
	d, ok := Apply(OpProduct, step, step, step).Eval(v)
	if !ok || d.Cmp(stat.MustDecimal("3.375")) != 0 || asked != 1 {
		t.Errorf("%s (%v), asked %d times", d, ok, asked)
	}
	if step.Fixed() || !Apply(OpSum, num("1"), InStep("two", stat.Period{}, num("2"))).Fixed() || Solved(&System{}, 0).Fixed() || Param("p").Fixed() {
		t.Error("what rests on figures, parameters and unknowns alone is not fixed")
	}
}

// detailed is double, with a working beside a method.
var detailed = func() Recipe {
	r := double
	r.Compute = func(ctx context.Context, in *Inputs) (*Result, error) {
		out, err := double.Compute(ctx, in)
		for i := range out.Outputs {
			out.Outputs[i].Formula = Method("twice")
			if in.Detail {
				out.Outputs[i].Formula = Arithmetic(Apply(OpProduct, num("2"), Figure(out.Outputs[i].From[0])))
			}
		}
		return out, err
	}
	return r
}()

func TestAWorkingIsWrittenFromWhatIsShown(t *testing.T) {
	b := newBench(t)
	b.take(t, reported("x", "2025", "21", "2026-01-05", stat.Normal), reported("y", "2025", "4", "2026-01-05", stat.Normal))
	b.stale(t, detailed)
	n, err := Explain(context.Background(), b.store, cellOf("DOUBLE", "x", "2025"), cube.AsOf{})
	if err != nil {
		t.Fatal(err)
	}
	if n.Formula.Term != nil {
		t.Error("a working is kept")
	}
	b.take(t, reported("x", "2025", "50", "2026-02-05", stat.Normal)) // what came later is not what was used
	f, err := n.Working(t.Context(), detailed)
	if err != nil || f == nil {
		t.Fatalf("%v (%v)", f, err)
	}
	shown := func(r Ref) (stat.Decimal, bool) { v, ok := n.Cited(r); return *v.Value, ok }
	if d, ok := f.Eval(Value{Figure: shown}); !ok || d.Cmp(stat.Int(42)) != 0 {
		t.Errorf("the working gives %s (%v)", d, ok)
	}
	withheld, old, other, unable := n, detailed, detailed, detailed
	withheld.From = []Node{{Cell: n.From[0].Cell, Withheld: 1}}
	old.Version, other.ID, unable.NoWorking = "0", "other", "because"
	for name, f := range map[string]func() (*Formula, error){
		"an input is withheld":       func() (*Formula, error) { return withheld.Working(t.Context(), detailed) },
		"the recipe has changed":     func() (*Formula, error) { return n.Working(t.Context(), old) },
		"another recipe derived it":  func() (*Formula, error) { return n.Working(t.Context(), other) },
		"the recipe says it has not": func() (*Formula, error) { return n.Working(t.Context(), unable) },
		"it is reported":             func() (*Formula, error) { return n.From[0].Working(t.Context(), detailed) },
	} {
		if f, err := f(); f != nil || err != nil {
			t.Errorf("%s: %v (%v)", name, f, err)
		}
	}
}
