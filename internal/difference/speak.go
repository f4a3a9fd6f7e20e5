package difference

import (
	_ "embed"
	"strings"
	"unicode"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Speaker says in one language what a bridge found. Pages, files and API take their words from here.
type Speaker struct {
	view.Names
	Lang string
}

func (p Speaker) say(id string, pairs ...any) string { return book.Say(p.Lang, id, pairs...) }

// Points writes a difference of two shares with its sign.
func (p Speaker) Points(d stat.Decimal, decimals int) string {
	s := p.say("points", "n", text.FormatNumber(p.Lang, d, decimals))
	if d.Sign() > 0 {
		return "+" + s
	}
	return s
}

// Share writes a share with its unit: 13,17 % GDP.
func (p Speaker) Share(b *Bridge, d stat.Decimal) string {
	return text.FormatNumber(p.Lang, d, b.Flow.Decimals) + text.AfterNumber(p.Unit(b.Flow, b.From.Figure).In(p.Lang))
}

// Step names a step.
func (p Speaker) Step(b *Bridge, x Step) string {
	switch x.Kind {
	case Part:
		return p.Role(x)
	case RevisedFrom:
		return p.say("step-"+string(x.Kind), "definition", p.short(b.From.Definition), "value", text.FormatNumber(p.Lang, x.To.Value, b.Flow.Decimals))
	case RevisedTo:
		return p.say("step-"+string(x.Kind), "definition", p.short(b.To.Definition), "value", text.FormatNumber(p.Lang, x.To.Value, b.Flow.Decimals))
	}
	return p.say("step-" + string(x.Kind))
}

// Role names the part that a step is about: by its role, else by its component.
func (p Speaker) Role(x Step) string {
	if id := "role-" + x.Role; book.Has(id) {
		return p.say(id)
	}
	return p.Code("CL_COMPONENT", x.From.Component).In(p.Lang)
}

// Sum writes how a step is computed: what is printed on one side less what is printed on the other.
func (p Speaker) Sum(b *Bridge, x Step) string {
	if x.From == nil || x.To == nil {
		return ""
	}
	return p.operand(b, *x.To) + " − " + p.operand(b, *x.From)
}

func (p Speaker) operand(b *Bridge, o Operand) string {
	write := func(d stat.Decimal) string { return text.FormatNumber(p.Lang, d, b.Flow.Decimals) }
	if o.Component == "" {
		return write(o.Value)
	}
	name := p.Code("CL_COMPONENT", o.Component).In(p.Lang)
	if o.Printed {
		return p.say("sum-printed", "value", write(o.Value), "component", name)
	}
	return "(" + p.say("sum-less", "total", write(*o.Rests[0].Value), "part", write(*o.Rests[len(o.Rests)-1].Value), "value", write(o.Value), "component", name) + ")"
}

// Answer is the bridge in one or two sentences with its figures.
func (p Speaker) Answer(b *Bridge) string {
	when := p.say("when-nation", "year", b.Year)
	if b.Area != p.Country().ID {
		when = p.say("when-area", "year", b.Year, "area", p.FullName("CL_AREA", b.Area).In(p.Lang))
	}
	var where []string
	for _, x := range b.Steps {
		if x.Kind != Unexplained {
			where = append(where, p.say("where", "step", inline(p.Step(b, x)), "amount", p.Points(x.Amount, b.Flow.Decimals)))
		}
	}
	id := "answer-some"
	switch {
	case b.Gap.Sign() == 0:
		id = "answer-equal"
	case !b.Explained():
		id = "answer-none"
	case b.Remainder.Sign() == 0:
		id = "answer-all"
	}
	bare := func(d stat.Decimal) string {
		return p.say("points", "n", text.FormatNumber(p.Lang, d.Abs(), b.Flow.Decimals))
	}
	return p.say(id, "when", when, "from", p.short(b.From.Definition), "to", p.short(b.To.Definition), "a", p.Share(b, *b.From.Figure.Value), "b", p.Share(b, *b.To.Figure.Value),
		"gap", bare(b.Gap), "remainder", bare(b.Remainder), "where", strings.Join(where, "; "))
}

// Clue says what stands beside a bridge.
func (p Speaker) Clue(b *Bridge, c Clue) string {
	f, err := p.Dataflow(c.Figure.Dataflow)
	if err != nil {
		return ""
	}
	of, _ := p.Definition(c.Definition)
	other, _ := p.Definition(c.Other.Definition)
	id := "clue-inside"
	if c.Outside {
		id = "clue-outside"
	}
	return p.say("clue", "definition", p.short(of), "name", inline(p.named(f, c.Figure)), "value", p.amount(f, c.Figure), "period", text.FormatPeriodInline(p.Lang, c.Figure.Period),
		"share", p.Share(b, c.Share), "component", inline(p.Code("CL_COMPONENT", c.Other.Component).In(p.Lang)), "other", p.short(other), "part", p.Share(b, c.Other.Value)) + " " + p.say(id)
}

// named names a figure by its measure.
func (p Speaker) named(f *catalog.Dataflow, o cube.Version) string {
	for _, d := range f.Dimensions {
		if d.ID == "MEASURE" {
			return p.Code(d.Codelist, f.CodeOf(o.Key, d.ID)).In(p.Lang)
		}
	}
	return f.Name.In(p.Lang)
}

// amount writes a figure with its unit.
func (p Speaker) amount(f *catalog.Dataflow, o cube.Version) string {
	return text.FormatNumber(p.Lang, *o.Value, p.Decimals(f, o)) + text.AfterNumber(p.Unit(f, o).In(p.Lang))
}

func (p Speaker) short(d catalog.Definition) string { return d.Short.In(p.Lang) }

// inline writes a name within a sentence: its first letter small, unless it begins an abbreviation.
func inline(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && !unicode.IsUpper(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}
