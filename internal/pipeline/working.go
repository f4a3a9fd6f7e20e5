package pipeline

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// A working is the formula of a figure that a statistical method gave, written out to the last step: what a reader puts into the cells of a
// workbook to compute the figure again. A recipe writes it beside its outputs when it is asked to (Inputs.Detail). It is made from the inputs in
// hand whenever a reader asks, and kept nowhere.

// Step is a part of a working that stands in a cell of its own, however many terms use it.
type Step struct {
	Name   string      // what it is, by its word in the reader's language
	Period stat.Period // of what; zero for a number of the whole method
	Code   string      // of an industry or a product, where the step is of one
	Number int         // tells steps of one name and period apart; 0 where there is one
	Term   Term
}

// System is a set of linear equations in as many unknowns.
type System struct {
	Name     string         // what is solved for, by its word in the reader's language
	Code     string         // of an industry, where it is solved for one
	Number   int            // tells the systems of one method apart; 0 where there is one
	Unknowns []Unknown      // in the order of the columns
	Left     map[Place]Term // coefficients by row and column, from 0; those left out are zero
	Right    map[int]Term   // what each row comes to; rows left out come to zero
	Of       *System        // the system whose coefficients these are, where several share them; nil for one of its own
}

// Place is a row and a column of a system.
type Place struct{ Row, Column int }

// Unknown names what a column of a system stands for.
type Unknown struct {
	Name   string
	Code   string // of an industry, where it is of one
	Period stat.Period
}

// InStep gives a term that stands in a cell of its own. Call it once for each step: terms that use it share what it returns.
func InStep(name string, p stat.Period, t Term) Term {
	return Term{Op: OpStep, Step: &Step{Name: name, Period: p, Term: t}}
}

// Solved is one unknown of a system.
func Solved(s *System, unknown int) Term { return Term{Op: OpSolve, System: s, Unknown: unknown} }

// Add adds a term to a coefficient of a system.
func (s *System) Add(row, column int, t Term) {
	if s.Left == nil {
		s.Left = map[Place]Term{}
	}
	at := Place{row, column}
	if have, ok := s.Left[at]; ok {
		t = Apply(OpSum, have, t)
	}
	s.Left[at] = t
}

// AddBoth adds a coefficient and its mirror, as the conditions of a minimum have them.
func (s *System) AddBoth(row, column int, t Term) {
	s.Add(row, column, t)
	s.Add(column, row, t)
}

// Comes says what a row of a system comes to.
func (s *System) Comes(row int, t Term) {
	if s.Right == nil {
		s.Right = map[int]Term{}
	}
	s.Right[row] = t
}

// Terms lists the coefficients and right-hand sides of a system, row by row.
func (s *System) Terms() []Term {
	places := slices.SortedFunc(maps.Keys(s.Left), func(a, b Place) int { return cmp.Or(a.Row-b.Row, a.Column-b.Column) })
	var out []Term
	for _, at := range places {
		out = append(out, s.Left[at])
	}
	for _, row := range slices.Sorted(maps.Keys(s.Right)) {
		out = append(out, s.Right[row])
	}
	return out
}

// Fixed reports whether a term is made of numbers of the method alone.
func (t Term) Fixed() bool {
	switch t.Op {
	case OpNumber:
		return true
	case OpFigure, OpBeside, OpParam, OpSolve:
		return false
	case OpStep:
		return t.Step.Term.Fixed()
	}
	return !slices.ContainsFunc(t.Of, func(x Term) bool { return !x.Fixed() })
}

// Scratch remembers the values of steps and the solutions of systems while the terms of one working are evaluated on the same figures.
type Scratch struct {
	steps   map[*Step]stat.Decimal
	systems map[*System][]stat.Decimal
}

// NewScratch gives an empty one. It is for one caller at a time.
func NewScratch() *Scratch {
	return &Scratch{steps: map[*Step]stat.Decimal{}, systems: map[*System][]stat.Decimal{}}
}

func (s *Step) eval(v Value) (stat.Decimal, bool) {
	if v.Scratch == nil {
		return s.Term.Eval(v)
	}
	d, known := v.Scratch.steps[s]
	if !known {
		var ok bool
		if d, ok = s.Term.Eval(v); !ok {
			return d, false
		}
		v.Scratch.steps[s] = d
	}
	return d, true
}

// Solve gives the unknowns of a system on the figures of v, with 15 digits; false when a figure is not there or the equations have no single
// solution.
func (s *System) Solve(v Value) ([]stat.Decimal, bool) {
	if v.Scratch != nil {
		if out, known := v.Scratch.systems[s]; known {
			return out, out != nil
		}
		v.Scratch.systems[s] = nil // a system that asks for itself has no solution
	}
	n := len(s.Unknowns)
	left, right := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	for at, t := range s.Left {
		d, ok := t.Eval(v)
		if !ok {
			return nil, false
		}
		left.Set(at.Row, at.Column, d.Float64())
	}
	for row, t := range s.Right {
		d, ok := t.Eval(v)
		if !ok {
			return nil, false
		}
		right.SetVec(row, d.Float64())
	}
	var x mat.VecDense
	if err := x.SolveVec(left, right); err != nil {
		if c, bad := err.(mat.Condition); !bad || math.IsInf(float64(c), 1) {
			return nil, false
		}
	}
	out := make([]stat.Decimal, n)
	for i := range out {
		d, err := stat.Significant(x.AtVec(i))
		if err != nil {
			return nil, false
		}
		out[i] = d
	}
	if v.Scratch != nil {
		v.Scratch.systems[s] = out
	}
	return out, true
}

// floating gives the operations that work in floating point.
func (op Op) floating(list []stat.Decimal) (stat.Decimal, bool) {
	x := list[0].Float64()
	switch op {
	case OpRoot:
		x = math.Sqrt(x)
	case OpPower:
		x = math.Pow(x, list[1].Float64())
	case OpNormal:
		x = 0.5 * math.Erfc(-x/math.Sqrt2)
	}
	d, err := stat.Significant(x)
	return d, err == nil
}

// Working writes out the formula of a derived figure from what its explanation shows, and nothing else. It is nil when the method cannot be
// written out, when its recipe is too slow for a reader who waits, or when what is shown does not give the figure. Then, and where figures are
// withheld, there is nothing to compute with.
func (n Node) Working(ctx context.Context, recipe Recipe) (*Formula, error) {
	if n.Run == nil || len(n.Versions) != 1 || recipe.ID != n.Run.Recipe || recipe.Version != n.Run.Version || recipe.NoWorking != "" {
		return nil, nil
	}
	var shown [][]cube.Version
	for _, c := range n.From {
		if c.Withheld > 0 {
			return nil, nil
		}
		shown = append(shown, c.Versions)
	}
	v := n.Versions[0]
	in := InputsOf(recipe, n.Run.Params, v.Vintage.Date, n.Records, shown...)
	in.Detail = true
	result, err := recipe.Compute(ctx, in)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(result.Outputs, func(o Output) bool {
		return o.Dataflow == v.Dataflow && o.Key == v.Key && o.Period == v.Period
	})
	if i < 0 {
		return nil, fault.New("pipeline.not-given", "cell", v.Cell().String())
	}
	if f := result.Outputs[i].Formula; f != nil && f.Term != nil {
		return f, nil
	}
	return nil, nil
}
