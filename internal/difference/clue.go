package difference

import (
	"maps"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Clue is a published figure of nearly the same thing as a part that one side does not print, beside the part of the other side. It is no step:
// the two scopes do not coincide, so it only tells on which side of the part the gap is to be looked for.
type Clue struct {
	Definition string         // whose publisher gives the figure
	Figure     cube.Version   // of the newest period within the year
	Base       []cube.Version // what it is a part of: the figures of the same span
	Share      stat.Decimal   // the figure in per cent of them
	Other      Operand        // the part of the other definition
	Outside    bool           // less than half of the gap lies between the two: most of it is outside this part
}

// clue looks for the figure beside a side that prints no parts, where the other side has them.
func (s Shares) clue(b *Bridge, of, other Side) []Clue {
	h := of.Definition.Hint
	if h == nil || of.Split != nil || other.Split == nil || b.Area != s.catalog.Country().ID {
		return nil
	}
	x := Clue{Definition: of.Definition.ID, Other: other.Split.Parts[slices.Index(s.catalog.Roles(), h.Role)]}
	for _, o := range s.figures.Read(h.Flow, h.Pattern) {
		if o.Value == nil || o.Period.Year() != b.Year || o.Period.To().Year() != b.Year {
			continue
		}
		if base, sum, ok := s.base(h.BaseFlow, h.BasePattern, o.Period); ok && (x.Base == nil || longer(o.Period, x.Figure.Period)) {
			share, err := o.Value.Mul(stat.Int(100)).Quo(sum)
			if err != nil {
				continue
			}
			x.Figure, x.Base, x.Share = o, base, share
		}
	}
	if x.Base == nil {
		return nil
	}
	x.Outside = x.Share.Sub(x.Other.Value).Abs().Mul(stat.Int(2)).Cmp(b.Gap.Abs()) < 0
	return []Clue{x}
}

// base gives what a figure is a part of: the figure of the same period, else those of shorter periods that fill it.
func (s Shares) base(flow, pattern string, p stat.Period) ([]cube.Version, stat.Decimal, bool) {
	parts := map[stat.Frequency][]cube.Version{}
	for _, o := range s.figures.Read(flow, pattern) {
		if o.Value == nil || o.Period.From().Before(p.From()) || o.Period.To().After(p.To()) {
			continue
		}
		if o.Period.From() == p.From() && o.Period.To() == p.To() {
			return []cube.Version{o}, *o.Value, true
		}
		parts[o.Period.Frequency()] = append(parts[o.Period.Frequency()], o)
	}
	for _, frequency := range slices.Sorted(maps.Keys(parts)) {
		list := parts[frequency]
		slices.SortFunc(list, func(a, b cube.Version) int { return a.Period.Compare(b.Period) })
		sum, day := stat.Int(0), p.From()
		for _, o := range list {
			if o.Period.From() != day {
				break
			}
			sum, day = sum.Add(*o.Value), o.Period.To().AddDays(1)
		}
		if day == p.To().AddDays(1) {
			return list, sum, true
		}
	}
	return nil, stat.Decimal{}, false
}

// longer reports whether one period covers more of a year than another; of equals the later one.
func longer(a, b stat.Period) bool {
	if x, y := a.Frequency().PerYear(), b.Frequency().PerYear(); x != y {
		return x < y
	}
	return b.Compare(a) < 0
}
