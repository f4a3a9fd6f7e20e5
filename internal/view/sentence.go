package view

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Kind says what a sentence tells of a figure.
type Kind string

// Kinds of sentence.
const (
	Reported   Kind = "reported"   // taken from a document as it stands
	Arithmetic Kind = "arithmetic" // an equation that holds
	Method     Kind = "method"     // what a statistical method did, with the numbers that matter
	Rule       Kind = "rule"       // the rule by which a target was judged
	Withheld   Kind = "withheld"   // an input is not published, so that none is said
)

// Sentence says in words how a figure came about.
type Sentence struct {
	Text       string
	Kind       Kind
	Expression string    // of arithmetic: what stands before the sign of equality
	Result     string    // the figure with its unit
	Operands   []Operand // the figures said, in their order
}

// Operand is a figure that a sentence names.
type Operand struct {
	Cell cube.Cell
	Text string
}

// Sentence says how the figure of a node came about. A node of a whole series has no sentence; a figure always has one.
func (s *Speaker) Sentence(n pipeline.Node) (Sentence, bool) {
	if len(n.Versions) != 1 {
		return Sentence{}, false
	}
	v := n.Versions[0]
	f, err := s.Dataflow(v.Dataflow)
	if err != nil {
		return Sentence{}, false
	}
	out := Sentence{Result: s.Value(v)}
	switch {
	case cube.Reported(v.Observation):
		out.Kind, out.Text = Reported, s.say("reported", "value", out.Result, "source", s.Code("CL_SOURCE", v.Attributes[stat.AttrSource]).In(s.Lang))
	case v.Value == nil && v.Attributes[stat.AttrComment] == pipeline.Withdrawn:
		out.Kind, out.Text = Method, s.say("withdrawn")
	case closed(n):
		out.Kind, out.Text = Withheld, s.say("withheld", "value", out.Result)
	case v.Dataflow == targetFlow:
		out.Kind, out.Text = Rule, s.target(n, v)
		codes := v.Key.Codes()
		out.Result = s.judged(n, v).measured(codes[len(codes)-1], v)
	case !s.arithmetic(n, v, &out) && !s.method(n, f, v, &out):
		if s.hidden(n) {
			out.Kind, out.Text = Withheld, s.say("withheld", "value", out.Result)
		} else {
			out.Kind, out.Text = Method, s.general(n, out.Result)
		}
	}
	out.Text = capital(out.Text)
	return out, true
}

// closed reports whether a node may not show an input, or may not show what its run used.
func closed(n pipeline.Node) bool {
	for _, c := range n.From {
		if c.Withheld > 0 {
			return true
		}
	}
	return n.Run == nil
}

// hidden reports whether a figure that the formula of a node names is not there to be shown.
func (s *Speaker) hidden(n pipeline.Node) bool {
	for _, t := range n.Formula.Terms() {
		if _, ok := t.Eval(s.values(n)); !ok {
			return true
		}
	}
	return false
}

// general is the sentence of a figure whose formula was not kept: which recipe, and from how many inputs.
func (s *Speaker) general(n pipeline.Node, result string) string {
	title, _ := s.Title(n.Run)
	if len(n.From) == 0 && len(n.Records) > 0 {
		return s.say("general-records", "title", title.In(s.Lang), "n", s.count(len(n.Records)), "value", result)
	}
	inputs := 0
	for _, c := range n.From {
		inputs += len(c.Versions)
	}
	return s.say("general", "title", title.In(s.Lang), "n", s.count(inputs), "value", result)
}

// arithmetic says an equation. It is said only when it holds: what a reader computes from the numbers shown is the figure.
func (s *Speaker) arithmetic(n pipeline.Node, v cube.Version, out *Sentence) bool {
	if n.Formula == nil || n.Formula.Term == nil || n.Formula.Method != "" || v.Value == nil {
		return false
	}
	p := s.speech(n)
	if got, ok := n.Formula.Eval(p.values); !ok || got.Cmp(*v.Value) != 0 {
		return false
	}
	t := *n.Formula.Term
	out.Kind = Arithmetic
	switch t.Op {
	case pipeline.OpFigure, pipeline.OpBeside:
		o, _ := p.find(t)
		f, _ := s.Dataflow(o.Dataflow)
		out.Operands = []Operand{{o.Cell(), s.Value(o)}}
		out.Text = s.say("same", "value", s.Value(o), "name", s.name(f, o.Key), "period", text.FormatPeriodInline(s.Lang, o.Period))
		return true
	case pipeline.OpRank:
		rest := p.list(t.Of[1:])
		own := p.write(p.quantity(t.Of[0]), true)
		high, low := bounds(rest)
		out.Text = s.say("rank", "own", own, "rank", text.FormatNumber(s.Lang, *v.Value, 0), "n", s.count(len(rest)), "high", p.write(high, true), "low", p.write(low, true))
		return true
	case pipeline.OpCount:
		out.Text = p.counted(t, text.FormatNumber(s.Lang, *v.Value, 0))
		return true
	case pipeline.OpNumber:
		if v.Value.Sign() == 0 {
			out.Text = s.say("nothing", "value", out.Result)
			return true
		}
	case pipeline.OpParam:
		out.Text = s.say("assumed", "value", out.Result)
		return true
	}
	if t.Op == pipeline.OpSum && len(t.Of) > few {
		out.Text = s.say("sum-all", "n", s.count(len(t.Of)), "value", out.Result)
		return true
	}
	p.tune(t, *v.Value, s.decimals(v))
	out.Expression, _ = p.term(t)
	out.Operands = p.operands
	out.Text = s.say("equation", "expression", out.Expression, "value", out.Result)
	return true
}

// counted says what was counted, each when they are few.
func (p *speech) counted(t pipeline.Term, n string) string {
	if len(t.Of) > few {
		return p.say("count-many", "n", n)
	}
	return p.say("count", "n", n, "list", p.join(t.Of, "; ", loose))
}

// list gives the quantities of terms.
func (p *speech) list(terms []pipeline.Term) []quantity {
	out := make([]quantity, len(terms))
	for i, t := range terms {
		out[i] = p.quantity(t)
	}
	return out
}

func bounds(list []quantity) (high, low quantity) {
	for i, q := range list {
		if i == 0 || q.value.Cmp(high.value) > 0 {
			high = q
		}
		if i == 0 || q.value.Cmp(low.value) < 0 {
			low = q
		}
	}
	return high, low
}

// method says what a statistical method did. Its words are those of its name; in them stand the facts that the recipe gave.
func (s *Speaker) method(n pipeline.Node, f *catalog.Dataflow, v cube.Version, out *Sentence) bool {
	if n.Formula == nil || n.Formula.Method == "" || !book.Has("method-"+n.Formula.Method) || v.Value == nil {
		return false
	}
	p := s.speech(n)
	id := "method-" + n.Formula.Method
	if unit, _ := s.UnitCode(f, v); unit == "PC_POINT" && book.Has(id+"-points") {
		id += "-points" // the words of a difference of two percentages
	} else if which := id + "-" + v.Value.String(); book.Has(which) {
		id = which // those of a yes
	}
	pairs := []any{"value", out.Result, "measure", s.lastName(f, v.Key), "Period", text.FormatPeriod(s.Lang, v.Period), "year", text.FormatPeriodInline(s.Lang, stat.Year(v.Period.Year())),
		"indicators", strings.Join(s.namesOf(n, "indicator"), "; ")}
	said := map[string][]string{}
	var order []string
	apart := p.toldApart(n.Formula.Facts)
	for _, x := range n.Formula.Facts {
		if _, ok := x.Term.Eval(p.values); !ok {
			return false
		}
		if said[x.Name] == nil {
			order = append(order, x.Name)
			pairs = append(pairs, x.Name+"-period", s.periodOf(p, x.Term))
		}
		said[x.Name] = append(said[x.Name], s.factText(p, x.Term)+apart[x.Name](x.Term))
	}
	for _, name := range order {
		pairs = append(pairs, name, strings.Join(said[name], "; "))
	}
	out.Kind = Method
	if got, ok := n.Formula.Eval(p.values); ok && got.Cmp(*v.Value) == 0 { // arithmetic on what the method gave
		out.Kind = Arithmetic
		p.tune(*n.Formula.Term, *v.Value, s.decimals(v))
		out.Expression, _ = p.term(*n.Formula.Term)
		pairs = append(pairs, "expression", out.Expression)
	}
	out.Text, out.Operands = s.say(id, pairs...), p.operands
	return !strings.Contains(out.Text, "{")
}

// toldApart gives, for each name of facts, what is written behind one of them. A single fact needs nothing; of several figures under one name each
// says of which series and period it is, in what they differ.
func (p *speech) toldApart(facts []pipeline.Fact) map[string]func(pipeline.Term) string {
	figures := map[string][]cube.Version{}
	out := map[string]func(pipeline.Term) string{}
	for _, x := range facts {
		out[x.Name] = func(pipeline.Term) string { return "" }
		if o, ok := p.find(x.Term); ok {
			figures[x.Name] = append(figures[x.Name], o)
		}
	}
	for name, list := range figures {
		f, err := p.Dataflow(list[0].Dataflow)
		if err != nil || len(list) < 2 || slices.ContainsFunc(list, func(o cube.Version) bool { return o.Dataflow != f.ID }) {
			continue
		}
		keys := make([]stat.Key, len(list))
		for i, o := range list {
			keys[i] = o.Key
		}
		skip := Shared(f, keys)
		out[name] = func(t pipeline.Term) string {
			o, ok := p.find(t)
			if !ok {
				return ""
			}
			series := p.Series(f, o.Key, skip).In(p.Lang)
			if series != "" {
				series += ", "
			}
			return " (" + series + text.FormatPeriodInline(p.Lang, o.Period) + ")"
		}
	}
	return out
}

// factText writes a fact: a number with its unit, a year without marks between its digits.
func (s *Speaker) factText(p *speech, t pipeline.Term) string {
	q := p.quantity(t)
	switch t.Op {
	case pipeline.OpNumber, pipeline.OpParam:
		if d := q.value; d.Decimals() == 0 && d.Cmp(stat.Int(1900)) > 0 && d.Cmp(stat.Int(2200)) < 0 {
			return d.String()
		}
	case pipeline.OpFigure, pipeline.OpBeside:
		p.term(t) // notes the operand
	}
	return s.write(q, false)
}

// periodOf gives the period of the first figure of a term, for the middle of a sentence.
func (s *Speaker) periodOf(p *speech, t pipeline.Term) string {
	for _, x := range t.Figures() {
		if o, ok := p.find(x); ok {
			return text.FormatPeriodInline(s.Lang, o.Period)
		}
	}
	return ""
}

// namesOf names the inputs of a role, each once. Those of one dataflow share its name and differ by what follows in brackets.
func (s *Speaker) namesOf(n pipeline.Node, role string) []string {
	byFlow := map[string][]stat.Key{}
	var order []*catalog.Dataflow
	for _, c := range n.From {
		f, err := s.Dataflow(c.Cell.Dataflow)
		if c.Role != role || err != nil {
			continue
		}
		if byFlow[f.ID] == nil {
			order = append(order, f)
		}
		if !slices.Contains(byFlow[f.ID], c.Cell.Key) {
			byFlow[f.ID] = append(byFlow[f.ID], c.Cell.Key)
		}
	}
	var out []string
	for _, f := range order {
		skip := Shared(f, byFlow[f.ID])
		var each []string
		for _, k := range byFlow[f.ID] {
			if name := s.Series(f, k, skip).In(s.Lang); name != "" {
				each = append(each, name)
			}
		}
		own := f.Called(byFlow[f.ID]...).In(s.Lang)
		name := lower(own)
		if strings.ToUpper(own[:2]) == own[:2] {
			name = own // GDP
		}
		if len(each) > 0 {
			name += " (" + strings.Join(each, "; ") + ")"
		}
		out = append(out, name)
	}
	return out
}

// name names a series in full.
func (s *Speaker) name(f *catalog.Dataflow, k stat.Key) string {
	if series := s.FullSeries(f, k).In(s.Lang); series != "" {
		return f.Called(k).In(s.Lang) + " (" + series + ")"
	}
	return f.Called(k).In(s.Lang)
}

// lastName names the code of the last dimension, which says what of a thing is measured.
func (s *Speaker) lastName(f *catalog.Dataflow, k stat.Key) string {
	i := len(f.Dimensions) - 1
	codes := k.Codes()
	if i < 0 || i >= len(codes) {
		return f.Name.In(s.Lang)
	}
	return s.Code(f.Dimensions[i].Codelist, codes[i]).In(s.Lang)
}

// decimals is how many digits a figure is written with.
func (s *Speaker) decimals(o cube.Version) int {
	q, _ := s.of(o)
	return q.decimals
}

func (s *Speaker) count(n int) string { return text.FormatNumber(s.Lang, stat.Int(int64(n)), 0) }

// capital writes the first letter of a sentence large.
func capital(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
