package pipeline

import (
	"encoding/json"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Op is what a term of a formula does with the terms below it.
type Op string

// Operations. Each can be read aloud, written into a cell of a workbook, and evaluated to the last digit.
const (
	OpFigure     Op = "figure"     // one figure that the lineage names
	OpBeside     Op = "beside"     // another figure of the same run
	OpNumber     Op = "number"     // a number of the method itself
	OpParam      Op = "param"      // a parameter that the run declares
	OpSum        Op = "sum"        // a + b + …
	OpDifference Op = "difference" // a − b
	OpProduct    Op = "product"    // a × b × …
	OpPart       Op = "part"       // a per cent of b
	OpPercent    Op = "percent"    // a in per cent of b
	OpRatio      Op = "ratio"      // a ÷ b
	OpMean       Op = "mean"       // the plain mean
	OpCount      Op = "count"      // how many there are
	OpPositive   Op = "positive"   // how many are greater than zero
	OpRank       Op = "rank"       // the place of the first among the others, from the largest; equals share a place
	OpSquare     Op = "square"     // a²
	OpRoot       Op = "root"       // √a, by floating point
	OpAbs        Op = "abs"        // |a|
	OpPower      Op = "power"      // a to the power of b, by floating point
	OpNormal     Op = "normal"     // the probability that a standard normal variable is at most a
	OpLeast      Op = "least"      // the smallest
	OpLargest    Op = "largest"    // the largest
	OpStep       Op = "step"       // a step of a working
	OpSolve      Op = "solve"      // an unknown of a system of equations
)

// Term is an expression over the figures that a lineage names.
type Term struct {
	Op     Op            `json:"op"`
	Of     []Term        `json:"of,omitempty"`
	In     int           `json:"in,omitempty"`     // of a figure: the place in From of the reference that covers it, from 1
	Ref    *Ref          `json:"ref,omitempty"`    // of a figure: which; kept only where In names whole series
	Number *stat.Decimal `json:"number,omitempty"` // of a number
	Param  string        `json:"param,omitempty"`  // of a parameter: its name

	// Of a working, which is kept nowhere.
	Step    *Step   `json:"-"`
	System  *System `json:"-"`
	Unknown int     `json:"-"` // of a system: the column
}

// Formula says how a figure was made. With a Term it is arithmetic, and evaluating the term gives the figure back to the last digit.
// Otherwise Method names what was done, and the facts are the numbers that matter in it.
type Formula struct {
	Term   *Term  `json:"term,omitempty"`
	Digits *int   `json:"digits,omitempty"` // after the point, to which the recipe rounded the term; nil when it did not
	Method string `json:"method,omitempty"`
	Facts  []Fact `json:"facts,omitempty"`
}

// Fact is a number that matters in what a method did.
type Fact struct {
	Name string `json:"name"`
	Term Term   `json:"term"`
}

// Figure is the term of one figure.
func Figure(r Ref) Term { r = r.bare(); return Term{Op: OpFigure, Ref: &r} }

// Figures are the terms of several.
func Figures(refs []Ref) []Term {
	out := make([]Term, len(refs))
	for i, r := range refs {
		out[i] = Figure(r)
	}
	return out
}

// Beside is the term of another figure of the same run.
func Beside(c cube.Cell) Term {
	return Term{Op: OpBeside, Ref: &Ref{Dataflow: c.Dataflow, Key: c.Key, Period: c.Period}}
}

// Number is a number of the method itself.
func Number(d stat.Decimal) Term { return Term{Op: OpNumber, Number: &d} }

// Param is a parameter of the run.
func Param(name string) Term { return Term{Op: OpParam, Param: name} }

// Apply is an operation on terms.
func Apply(op Op, of ...Term) Term { return Term{Op: op, Of: of} }

// Arithmetic is the formula of a figure that follows from others by arithmetic alone, unrounded.
func Arithmetic(t Term) *Formula { return &Formula{Term: &t} }

// Rounded is Arithmetic rounded to n digits after the point.
func Rounded(t Term, n int) *Formula { return &Formula{Term: &t, Digits: &n} }

// Method is the formula of a figure that a statistical method gave.
func Method(name string, facts ...Fact) *Formula { return &Formula{Method: name, Facts: facts} }

// Value is where a formula finds the figures that it names.
type Value struct {
	Figure  func(Ref) (stat.Decimal, bool)
	Beside  func(cube.Cell) (stat.Decimal, bool)
	Params  map[string]string
	Scratch *Scratch // of a working, whose terms share steps; may be nil
}

// Eval gives the value of a formula of arithmetic, rounded as the recipe did; false when it is none, or a figure is not there.
func (f *Formula) Eval(v Value) (stat.Decimal, bool) {
	if f == nil || f.Term == nil {
		return stat.Decimal{}, false
	}
	d, ok := f.Term.Eval(v)
	if ok && f.Digits != nil {
		d = d.Round(*f.Digits)
	}
	return d, ok
}

// Eval gives the value of a term, exact but for quotients, which have 34 digits; false when a figure is not there or a quotient has no value.
func (t Term) Eval(v Value) (d stat.Decimal, ok bool) {
	switch t.Op {
	case OpFigure:
		if v.Figure == nil || t.Ref == nil {
			return d, false
		}
		return v.Figure(*t.Ref)
	case OpBeside:
		if v.Beside == nil || t.Ref == nil {
			return d, false
		}
		return v.Beside(t.Ref.Cell())
	case OpNumber:
		if t.Number != nil {
			d = *t.Number
		}
		return d, t.Number != nil
	case OpParam:
		d, err := stat.ParseDecimal(v.Params[t.Param])
		return d, err == nil
	case OpStep:
		return t.Step.eval(v)
	case OpSolve:
		x, ok := t.System.Solve(v)
		if !ok {
			return d, false
		}
		return x[t.Unknown], true
	}
	list := make([]stat.Decimal, len(t.Of))
	for i, x := range t.Of {
		if list[i], ok = x.Eval(v); !ok {
			return d, false
		}
	}
	return t.Op.apply(list)
}

// arity is how many terms an operation takes; 0 for any number from one on.
var arity = map[Op]int{OpDifference: 2, OpPart: 2, OpPercent: 2, OpRatio: 2, OpSquare: 1, OpRoot: 1, OpAbs: 1, OpPower: 2, OpNormal: 1}

var hundred, hundredth = stat.Int(100), stat.MustDecimal("0.01")

func (op Op) apply(list []stat.Decimal) (d stat.Decimal, ok bool) {
	if n := arity[op]; len(list) == 0 || n != 0 && n != len(list) {
		return d, false
	}
	over := func(a, b stat.Decimal) (stat.Decimal, bool) {
		q, err := a.Quo(b)
		return q, err == nil
	}
	first := list[0]
	switch op {
	case OpSum:
		return stat.Sum(list...), true
	case OpDifference:
		return first.Sub(list[1]), true
	case OpProduct:
		for _, x := range list[1:] {
			first = first.Mul(x)
		}
		return first, true
	case OpPart:
		return first.Mul(list[1]).Mul(hundredth), true
	case OpPercent:
		return over(first.Mul(hundred), list[1])
	case OpRatio:
		return over(first, list[1])
	case OpMean:
		return over(stat.Sum(list...), stat.Int(int64(len(list))))
	case OpSquare:
		return first.Mul(first), true
	case OpAbs:
		return first.Abs(), true
	case OpRoot, OpPower, OpNormal:
		return op.floating(list)
	case OpLeast:
		return slices.MinFunc(list, stat.Decimal.Cmp), true
	case OpLargest:
		return slices.MaxFunc(list, stat.Decimal.Cmp), true
	}
	return op.counts(list)
}

// counts gives the operations whose value is a whole number.
func (op Op) counts(list []stat.Decimal) (stat.Decimal, bool) {
	n := 0
	switch op {
	case OpCount:
		n = len(list)
	case OpPositive:
		for _, x := range list {
			n += max(0, x.Sign())
		}
	case OpRank:
		n = 1
		for _, x := range list[1:] {
			if x.Cmp(list[0]) > 0 {
				n++
			}
		}
	default:
		return stat.Decimal{}, false
	}
	return stat.Int(int64(n)), true
}

// each calls f with every term of a formula, facts included.
func (f *Formula) each(call func(*Term) error) error {
	if f == nil {
		return nil
	}
	var walk func(t *Term) error
	walk = func(t *Term) error {
		if err := call(t); err != nil {
			return err
		}
		for i := range t.Of {
			if err := walk(&t.Of[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if f.Term != nil {
		if err := walk(f.Term); err != nil {
			return err
		}
	}
	for i := range f.Facts {
		if err := walk(&f.Facts[i].Term); err != nil {
			return err
		}
	}
	return nil
}

// Terms lists the term of a formula of arithmetic and those of the facts of a method.
func (f *Formula) Terms() []Term {
	if f == nil {
		return nil
	}
	var out []Term
	if f.Term != nil {
		out = append(out, *f.Term)
	}
	for _, x := range f.Facts {
		out = append(out, x.Term)
	}
	return out
}

// Figures lists the figures in a term, from left to right.
func (t Term) Figures() []Term {
	if t.Ref != nil {
		return []Term{t}
	}
	var out []Term
	for _, x := range t.Of {
		out = append(out, x.Figures()...)
	}
	return out
}

// clone copies a formula, so that binding one output changes no other that was given the same.
func (f *Formula) clone() *Formula {
	if f == nil {
		return nil
	}
	var copyOf func(t Term) Term
	copyOf = func(t Term) Term {
		if t.Ref != nil {
			r := *t.Ref
			t.Ref = &r
		}
		of := t.Of
		t.Of = nil
		for _, x := range of {
			t.Of = append(t.Of, copyOf(x))
		}
		return t
	}
	out := &Formula{Digits: f.Digits, Method: f.Method}
	if f.Term != nil {
		t := copyOf(*f.Term)
		out.Term = &t
	}
	for _, x := range f.Facts {
		out.Facts = append(out.Facts, Fact{x.Name, copyOf(x.Term)})
	}
	return out
}

// text is the formula as it is stored. Two formulas that read alike are the same.
func (f *Formula) text() string {
	b, err := json.Marshal(f)
	if err != nil {
		panic("pipeline: a formula cannot be written: " + err.Error()) // it holds texts and decimals only
	}
	return string(b)
}

// covers reports whether a reference of the lineage names the figure that another one names.
func (r Ref) covers(one Ref) bool {
	if r.Dataflow != one.Dataflow {
		return false
	}
	if r.Whole() {
		return one.Key.Matches(string(r.Key)) && r.spans(one.Period)
	}
	return r.Key == one.Key && r.Period == one.Period && r.Vintage == one.Vintage && r.Message == one.Message
}

// bound gives the formula of an output as it is kept: each figure as its place in the lineage. A formula that names a figure which the
// lineage does not is refused, since its sentence would show another input than the explanation does.
func (x Output) bound() (*Formula, error) {
	f := x.Formula.clone()
	err := f.each(func(t *Term) error {
		if t.Op != OpFigure {
			return nil
		}
		if t.Ref == nil {
			return fault.New("pipeline.formula-unnamed", "cell", cube.Cell{Dataflow: x.Dataflow, Key: x.Key, Period: x.Period}.String())
		}
		for i, from := range x.From {
			if from.covers(*t.Ref) {
				t.In = i + 1
				if !from.Whole() {
					t.Ref = nil
				}
				return nil
			}
		}
		return fault.New("pipeline.formula-unnamed", "cell", t.Ref.Cell().String())
	})
	return f, err
}

// Named is the formula of a lineage with every figure named again.
func (l Lineage) Named() *Formula {
	f := l.Formula.clone()
	_ = f.each(func(t *Term) error { // the call gives no error
		if t.Op == OpFigure && t.Ref == nil && t.In > 0 && t.In <= len(l.From) {
			r := l.From[t.In-1].bare()
			t.Ref = &r
		}
		return nil
	})
	return f
}

// Cited gives the version that a figure of a formula names, among the inputs of a node; false when it is not shown there.
func (n Node) Cited(r Ref) (cube.Version, bool) {
	for _, child := range n.From {
		if child.Cell.Dataflow != r.Dataflow {
			continue
		}
		for _, v := range child.Versions {
			if v.Key == r.Key && v.Period == r.Period && (r.Message == 0 || v.Message == r.Message) && (r.Vintage.IsZero() || v.Vintage.Date == r.Vintage) {
				return v, true
			}
		}
	}
	return cube.Version{}, false
}
