package view

import (
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// few is how many terms a sentence writes out; more are told by their number and their sum.
const few = 6

// speech writes the terms of one node's formula.
type speech struct {
	*Speaker
	node     pipeline.Node
	inputs   inputs
	values   pipeline.Value
	operands []Operand
	more     int // digits beyond those published with which operands are written
}

func (s *Speaker) speech(n pipeline.Node) *speech {
	p := &speech{Speaker: s, node: n, inputs: inputs{node: n}}
	p.values = s.valuesOf(n, &p.inputs)
	return p
}

// inputs finds the versions that the formula of a node names; of tables with thousands of cells by an index.
type inputs struct {
	node  pipeline.Node
	index map[pipeline.Ref]cube.Version
}

func (i *inputs) find(r pipeline.Ref) (cube.Version, bool) {
	if i.index == nil {
		i.index = map[pipeline.Ref]cube.Version{}
		for _, c := range i.node.From {
			for _, v := range c.Versions {
				i.index[pipeline.RefTo(v, "")] = v
			}
		}
	}
	if v, ok := i.index[r]; ok {
		return v, true
	}
	return i.node.Cited(r) // references of before vintages were noted name less
}

// values is where the formula of a node finds its figures: among the inputs that the node shows, and beside it.
func (s *Speaker) values(n pipeline.Node) pipeline.Value { return s.valuesOf(n, &inputs{node: n}) }

func (s *Speaker) valuesOf(n pipeline.Node, shown *inputs) pipeline.Value {
	v := pipeline.Value{
		Figure: func(r pipeline.Ref) (stat.Decimal, bool) {
			if o, ok := shown.find(r); ok && o.Value != nil {
				return *o.Value, true
			}
			return stat.Decimal{}, false
		},
		Beside: func(c cube.Cell) (stat.Decimal, bool) {
			if o, ok := s.Beside(c); ok && o.Value != nil {
				return *o.Value, true
			}
			return stat.Decimal{}, false
		},
	}
	if n.Run != nil {
		v.Params = n.Run.Params
	}
	return v
}

// digits is how many digits an operand is written with.
func (p *speech) digits(q quantity) int {
	return max(q.decimals, min(q.value.Decimals(), q.decimals+p.more))
}

// tune lets operands show as many digits as it takes for the equation to hold as it is printed: 13.42 + 9.09 + 5.20 is not 27.70, and a
// reader may add.
func (p *speech) tune(t pipeline.Term, result stat.Decimal, decimals int) {
	for p.more = 0; p.more < 8; p.more++ {
		rounded := func(o cube.Version, ok bool) (stat.Decimal, bool) {
			q, has := p.of(o)
			return q.value.Round(p.digits(q)), ok && has
		}
		got, ok := t.Eval(pipeline.Value{Params: p.values.Params,
			Figure: func(r pipeline.Ref) (stat.Decimal, bool) { return rounded(p.inputs.find(r)) },
			Beside: func(c cube.Cell) (stat.Decimal, bool) { return rounded(p.Beside(c)) }})
		if ok && got.Round(decimals).Cmp(result.Round(decimals)) == 0 {
			return
		}
	}
}

// find gives the figure that a term stands for.
func (p *speech) find(t pipeline.Term) (cube.Version, bool) {
	switch {
	case t.Ref == nil:
		return cube.Version{}, false
	case t.Op == pipeline.OpBeside:
		return p.Beside(t.Ref.Cell())
	}
	return p.inputs.find(*t.Ref)
}

// quantity gives the value of a term with the unit that follows from those below it.
func (p *speech) quantity(t pipeline.Term) quantity {
	switch t.Op {
	case pipeline.OpFigure, pipeline.OpBeside:
		o, _ := p.find(t)
		q, _ := p.of(o)
		q.decimals = p.digits(q)
		return q
	case pipeline.OpNumber, pipeline.OpParam:
		d, _ := t.Eval(p.values)
		return quantity{value: d, decimals: d.Decimals()}
	}
	d, _ := t.Eval(p.values)
	q := quantity{value: d}
	switch t.Op {
	case pipeline.OpCount, pipeline.OpPositive, pipeline.OpRank:
	case pipeline.OpPart:
		below := p.quantity(t.Of[1])
		q.unit, q.mult, q.decimals = below.unit, below.mult, below.decimals
	case pipeline.OpPercent:
		q.unit, q.decimals = "PC", 2
	case pipeline.OpRatio:
		q.decimals = 4
	case pipeline.OpProduct, pipeline.OpSquare:
		for _, x := range t.Of {
			q.decimals = max(q.decimals, p.quantity(x).decimals)
		}
	default: // sums and the like keep the unit of what they add
		for i, x := range t.Of {
			below := p.quantity(x)
			if i == 0 || q.unit == "" {
				q.unit, q.mult = below.unit, below.mult
			}
			q.decimals = max(q.decimals, below.decimals)
		}
	}
	return q
}

// Binding strength of what is written, for brackets.
const (
	loose = iota // a + b
	tight        // a × b
	atom
)

// term writes a term and says how strongly it binds.
func (p *speech) term(t pipeline.Term) (string, int) {
	switch t.Op {
	case pipeline.OpFigure, pipeline.OpBeside:
		q := p.quantity(t)
		o, _ := p.find(t)
		p.operands = append(p.operands, Operand{Cell: o.Cell(), Text: p.write(q, true)})
		return p.write(q, true), atom
	case pipeline.OpNumber, pipeline.OpParam:
		return p.write(p.quantity(t), true), atom
	case pipeline.OpSum:
		if len(t.Of) > few {
			return p.many("sum-many", t), atom
		}
		return p.join(t.Of, " + ", loose), loose
	case pipeline.OpDifference:
		left, _ := p.term(t.Of[0])
		return left + " − " + p.bound(t.Of[1], tight), loose
	case pipeline.OpProduct:
		if len(t.Of) > few {
			return p.many("product-many", t), atom
		}
		return p.join(t.Of, " × ", tight), tight
	case pipeline.OpPart:
		return p.join(t.Of, " × ", tight), tight
	case pipeline.OpPercent, pipeline.OpRatio:
		return p.bound(t.Of[0], tight) + " ÷ " + p.bound(t.Of[1], atom), tight
	case pipeline.OpSquare:
		return p.grasped(t.Of[0]) + "²", atom
	case pipeline.OpRoot:
		return "√" + p.grasped(t.Of[0]), atom
	case pipeline.OpAbs:
		inner, _ := p.term(t.Of[0])
		return "|" + inner + "|", atom
	case pipeline.OpMean:
		if len(t.Of) == 1 { // the mean of one figure is that figure
			return p.term(t.Of[0])
		}
		if len(t.Of) > few {
			return p.many("mean-many", t), atom
		}
		return "(" + p.join(t.Of, " + ", loose) + ") ÷ " + text.FormatNumber(p.Lang, stat.Int(int64(len(t.Of))), 0), tight
	}
	return p.write(p.quantity(t), true), atom // counts
}

// bound writes a term in brackets where it binds less strongly than it must.
func (p *speech) bound(t pipeline.Term, least int) string {
	s, binds := p.term(t)
	if binds < least {
		return "(" + s + ")"
	}
	return s
}

// grasped writes a term under a sign that takes hold of all of it: words as well go into brackets.
func (p *speech) grasped(t pipeline.Term) string {
	s := p.bound(t, atom)
	if (t.Op == pipeline.OpSum || t.Op == pipeline.OpProduct || t.Op == pipeline.OpMean) && !strings.HasPrefix(s, "(") {
		return "(" + s + ")"
	}
	return s
}

func (p *speech) join(terms []pipeline.Term, sign string, least int) string {
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = p.bound(t, least)
	}
	return strings.Join(out, sign)
}

// many tells many terms by their number and what they come to.
func (p *speech) many(id string, t pipeline.Term) string {
	if squares(t) != nil {
		id = "squares-many"
	}
	q := p.quantity(t)
	return p.say(id, "n", text.FormatNumber(p.Lang, stat.Int(int64(len(t.Of))), 0), "value", p.write(q, true))
}
