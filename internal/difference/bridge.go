package difference

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Kind says what a step of a bridge is.
type Kind string

// Kinds of steps, in the order in which a bridge has them.
const (
	RevisedFrom Kind = "revised-from" // from the newest total to the one that was printed with its parts
	Part        Kind = "part"         // what one part differs by
	Rounding    Kind = "rounding"     // what printed figures leave of each other by rounding
	RevisedTo   Kind = "revised-to"   // from the total that was printed with its parts to the newest
	Unexplained Kind = "unexplained"  // what no published figure explains
)

// Operand is a figure that a step compares: as printed, or the printed total less the other part.
type Operand struct {
	Definition, Component string
	Value                 stat.Decimal
	Printed               bool
	Rests                 []cube.Version // the printed figures that it rests on
}

// Split is a total with its parts as they were printed together.
type Split struct {
	By    string // the definition that prints the parts
	Total cube.Version
	Parts []Operand // in the order of the roles of components
}

// Side is one end of a bridge.
type Side struct {
	Definition catalog.Definition
	Figure     cube.Version
	Split      *Split // nil where no parts of any of its vintages are printed
}

// Step is one difference. After is where the bridge stands after it.
type Step struct {
	Kind          Kind
	Role          string // of a part
	Amount, After stat.Decimal
	From, To      *Operand // what is compared; nil of a remainder
	Causes        []catalog.Difference
	Mark          stat.Mark
}

// Bridge leads from the figure of one definition to that of another.
type Bridge struct {
	Flow      *catalog.Dataflow
	Area      string
	Year      int
	From, To  Side
	Steps     []Step // their amounts add to Gap exactly; the last is the remainder, be it zero
	Gap       stat.Decimal
	Remainder stat.Decimal
	Clues     []Clue // figures beside the bridge, which are no step of it
}

// Explained reports whether any step but the remainder is there.
func (b *Bridge) Explained() bool { return len(b.Steps) > 1 }

// Asked is what a bridge is wanted for. What is left out is chosen: the country, the newest year that both have, the definition of the
// statistics office, the first other one.
type Asked struct {
	Area, From, To string
	Year           int
}

// Bridge makes the bridge that is asked for, or says why there is none.
func (s Shares) Bridge(a Asked) (*Bridge, error) {
	a, err := s.choose(a)
	if err != nil {
		return nil, err
	}
	b := &Bridge{Flow: s.flow, Area: a.Area, Year: a.Year}
	b.From, b.To = s.side(a.Area, a.From, a.Year), s.side(a.Area, a.To, a.Year)
	b.Gap = b.To.Figure.Value.Sub(*b.From.Figure.Value)
	at := *b.From.Figure.Value
	add := func(x Step) {
		if x.Kind != Unexplained && x.Amount.Sign() == 0 && x.Kind != Part {
			return
		}
		at = at.Add(x.Amount)
		x.After = at
		b.Steps = append(b.Steps, x)
	}
	from, to := b.From.Split, b.To.Split
	if from != nil && to != nil {
		add(revision(RevisedFrom, b.From.Figure, from.Total, b.From.Definition.ID))
		parts := stat.Int(0)
		for i, role := range s.catalog.Roles() {
			x := Step{Kind: Part, Role: role, From: &from.Parts[i], To: &to.Parts[i], Amount: to.Parts[i].Value.Sub(from.Parts[i].Value)}
			x.Mark, x.Causes = markOf(x.From, x.To), s.catalog.Differences(a.From, a.To, role)
			parts = parts.Add(x.Amount)
			add(x)
		}
		left := to.Total.Value.Sub(*from.Total.Value).Sub(parts)
		if printed := 2 + len(from.Parts) + len(to.Parts); left.Abs().Cmp(half(s.flow.Decimals).Mul(stat.Int(int64(printed)))) <= 0 {
			add(Step{Kind: Rounding, Amount: left, Mark: stat.MarkDerived})
		}
		add(revision(RevisedTo, to.Total, b.To.Figure, b.To.Definition.ID))
	}
	b.Remainder = b.To.Figure.Value.Sub(at)
	add(Step{Kind: Unexplained, Amount: b.Remainder, Causes: s.catalog.Differences(a.From, a.To, catalog.Remainder),
		Mark: stat.Weakest(stat.MarkDerived, b.From.Figure.Mark(), b.To.Figure.Mark())})
	if b.Remainder.Sign() != 0 {
		b.Clues = append(s.clue(b, b.From, b.To), s.clue(b, b.To, b.From)...)
	}
	return b, nil
}

// revision is the step from one vintage of a total to another.
func revision(k Kind, from, to cube.Version, definition string) Step {
	a, b := Operand{definition, "", *from.Value, true, []cube.Version{from}}, Operand{definition, "", *to.Value, true, []cube.Version{to}}
	return Step{Kind: k, Amount: b.Value.Sub(a.Value), From: &a, To: &b, Mark: markOf(&a, &b)}
}

// half is half a unit of the last digit printed: what a printed figure is certain to.
func half(decimals int) stat.Decimal {
	d := stat.MustDecimal("0.5")
	for range decimals {
		d = d.Mul(stat.MustDecimal("0.1"))
	}
	return d
}

// markOf is the evidence of a difference: computed, and no better than its weakest figure.
func markOf(list ...*Operand) stat.Mark {
	marks := []stat.Mark{stat.MarkDerived}
	for _, o := range list {
		for _, v := range o.Rests {
			marks = append(marks, v.Mark())
		}
	}
	return stat.Weakest(marks...)
}

// choose fills in what was not asked for, and refuses what is not there.
func (s Shares) choose(a Asked) (Asked, error) {
	if a.Area == "" {
		a.Area = s.catalog.Country().ID
	}
	years := s.Years(a.Area)
	if len(years) == 0 {
		return a, fault.New("difference.no-area", "area", s.named("REF_AREA", a.Area))
	}
	has := func(y Year, ids ...string) bool {
		for _, id := range ids {
			if id != "" && !slices.Contains(y.Definitions, id) {
				return false
			}
		}
		return true
	}
	if a.From != "" && a.From == a.To {
		return a, fault.New("difference.same", "definition", s.named("DEFINITION", a.From))
	}
	for _, y := range years {
		if a.Year != 0 && y.Year != a.Year || !has(y, a.From, a.To) {
			continue
		}
		official := s.catalog.Country().Official
		if a.Year == 0 && a.From == "" && a.To == "" && !has(y, official) && s.anyWith(years, official) {
			continue // the official figure is the one that readers compare with
		}
		a.Year = y.Year
		rest := slices.DeleteFunc(slices.Clone(y.Definitions), func(id string) bool { return id == a.From || id == a.To })
		if a.From == "" {
			a.From = rest[0]
			if slices.Contains(rest, official) {
				a.From = official
			}
			rest = slices.DeleteFunc(rest, func(id string) bool { return id == a.From })
		}
		if a.To == "" {
			a.To = rest[0]
		}
		return a, nil
	}
	var there []string
	for _, y := range years {
		if has(y, a.From, a.To) {
			there = append(there, strconv.Itoa(y.Year))
		}
	}
	return a, s.refusal(a, there)
}

// refusal says why what was asked for cannot be had, in terms of what was asked for, with the years in which it can.
func (s Shares) refusal(a Asked, years []string) error {
	one := a.From + a.To
	switch both := a.From != "" && a.To != ""; {
	case both && a.Year != 0:
		return fault.New("difference.no-pair", "from", s.named("DEFINITION", a.From), "to", s.named("DEFINITION", a.To), "year", a.Year, "area", s.named("REF_AREA", a.Area))
	case both:
		return fault.New("difference.never", "from", s.named("DEFINITION", a.From), "to", s.named("DEFINITION", a.To), "area", s.named("REF_AREA", a.Area))
	case len(years) > 0:
		return fault.New("difference.no-year", "year", a.Year, "years", strings.Join(years, ", "))
	}
	return fault.New("difference.alone", "definition", s.named("DEFINITION", one), "area", s.named("REF_AREA", a.Area))
}

// anyWith reports whether a definition has a figure in any of some years.
func (s Shares) anyWith(years []Year, id string) bool {
	return slices.ContainsFunc(years, func(y Year) bool { return slices.Contains(y.Definitions, id) })
}

// named names a code of a dimension in a sentence; one that its list does not have stands as it is.
func (s Shares) named(dimension, code string) any {
	list, err := s.catalog.Codelist(s.flow.Dimensions[s.flow.Position(dimension)].Codelist)
	if err != nil {
		return code
	}
	if x, has := list.Code(code); has {
		return x.Name
	}
	return code
}
