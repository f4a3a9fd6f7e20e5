package view

import (
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// targetFlow holds where each target stands; its class is a word with the branch of the rule that gave it.
const targetFlow = "TARGET_STATUS"

// target says by which rule a target was judged, with the numbers that the rule looked at.
func (s *Speaker) target(n pipeline.Node, v cube.Version) string {
	codes := v.Key.Codes()
	measure := codes[len(codes)-1]
	j := s.judged(n, v)
	if measure != "CLASS" {
		if text, ok := s.targetMeasure(measure, n, v, j); ok {
			return text
		}
		return s.general(n, j.write(v))
	}
	class := s.Code("CL_TARGET_CLASS", v.Attributes[stat.AttrText]).In(s.Lang)
	pairs := []any{"class", lower(class), "year", v.Period.String(), "n", s.count(len(j.figures))}
	for name, o := range map[string]*cube.Version{"target": j.target, "actual": j.actual, "forecast": j.forecast} {
		if o != nil {
			pairs = append(pairs, name, j.short(*o))
		}
	}
	if j.actual != nil {
		pairs = append(pairs, "when", j.when())
		if j.target != nil {
			pairs = append(pairs, "actual-sign", sign(*j.actual.Value, *j.target.Value))
		}
	}
	if j.forecast != nil && j.target != nil {
		pairs = append(pairs, "sign", sign(*j.forecast.Value, *j.target.Value))
	}
	if j.chance != nil {
		pairs = append(pairs, "chance", s.chance(*j.chance.Value))
	}
	// The words of a branch are said when all the numbers in them are known; else what is known is said.
	for _, id := range []string{"rule-" + v.Attributes[stat.AttrComment], "rule-forecast", "rule-actual", "rule-target"} {
		if book.Has(id) {
			if said := s.say(id, pairs...); !strings.Contains(said, "{") {
				return said
			}
		}
	}
	return s.say("rule-class", pairs...)
}

// judged is what the rule for a target looked at.
type judged struct {
	*Speaker
	unit, mult                       string
	figures                          []cube.Version
	target, actual, forecast, chance *cube.Version
}

func (s *Speaker) judged(n pipeline.Node, v cube.Version) judged {
	codes := v.Key.Codes()
	j := judged{Speaker: s}
	for _, c := range n.From {
		for _, o := range c.Versions {
			if c.Role == "target" {
				if f, err := s.Dataflow(o.Dataflow); err == nil {
					j.unit, j.mult = s.UnitCode(f, o)
				}
				continue
			}
			if o.Value != nil {
				j.figures = append(j.figures, o)
			}
		}
	}
	if j.unit == "" {
		j.unit = s.Note("CL_TARGET", codes[len(codes)-2], "unit")
	}
	beside := func(measure string) *cube.Version {
		c := v.Cell()
		c.Key = stat.NewKey(append(append([]string{}, codes[:len(codes)-1]...), measure)...)
		if o, ok := s.Beside(c); ok && o.Value != nil {
			return &o
		}
		return nil
	}
	j.target, j.actual, j.forecast, j.chance = beside("TARGET"), beside("ACTUAL"), beside("FORECAST"), beside("PROB")
	return j
}

// write writes a figure of the standing of a target in the target's unit.
func (j judged) write(o cube.Version) string { return j.figure(o, false) }

// short is write where the rule compares like with like: a share is a plain per cent.
func (j judged) short(o cube.Version) string { return j.figure(o, true) }

func (j judged) figure(o cube.Version, short bool) string {
	if o.Value == nil {
		return j.Missing(o)
	}
	f, err := j.Dataflow(o.Dataflow)
	if err != nil {
		return ""
	}
	q := quantity{value: *o.Value, unit: j.unit, mult: j.mult, decimals: o.Value.Decimals(), wording: j.Wording(o)}
	if o.Dataflow == targetFlow {
		q.decimals = min(q.decimals, j.Decimals(f, o))
		for q.decimals > 0 && q.value.Round(q.decimals-1).Cmp(q.value.Round(q.decimals)) == 0 {
			q.decimals-- // 30.00 of a target is 30
		}
	}
	return j.Speaker.write(q, short)
}

// when says of which period the newest figure is.
func (j judged) when() string {
	for i := len(j.figures) - 1; i >= 0; i-- {
		if o := j.figures[i]; o.Period.String() == j.actual.Attributes[stat.AttrText] || o.Period.To().String() == j.actual.Attributes[stat.AttrText] {
			return text.FormatPeriodInline(j.Lang, o.Period)
		}
	}
	if p, err := stat.ParsePeriod(j.actual.Attributes[stat.AttrText]); err == nil {
		return text.FormatPeriodInline(j.Lang, p)
	}
	return text.FormatPeriodInline(j.Lang, j.actual.Period)
}

// targetMeasure says how a number beside the class came about.
func (s *Speaker) targetMeasure(measure string, n pipeline.Node, v cube.Version, j judged) (string, bool) {
	id := "target-" + strings.ToLower(measure)
	if !book.Has(id) || v.Value == nil {
		return "", false
	}
	value := j.write(v)
	switch {
	case measure == "PROB":
		value = s.chance(*v.Value)
	case measure == "GAP" && j.unit == "RANK":
		value = s.say("places", "n", text.FormatNumber(s.Lang, *v.Value, 0))
	}
	pairs := []any{"value", value, "year", v.Period.String(), "n", s.count(len(j.figures))}
	if len(j.figures) > 0 {
		first, last := j.figures[0], j.figures[len(j.figures)-1]
		pairs = append(pairs, "first", j.write(first), "first-period", text.FormatPeriodInline(s.Lang, first.Period), "last", j.write(last), "last-period", text.FormatPeriodInline(s.Lang, last.Period))
	}
	for name, o := range map[string]*cube.Version{"target": j.target, "actual": j.actual, "forecast": j.forecast} {
		if o != nil {
			pairs = append(pairs, name, j.write(*o))
		}
	}
	if j.target == nil {
		for _, c := range n.From {
			if c.Role == "target" && len(c.Versions) == 1 {
				pairs = append(pairs, "target", j.write(c.Versions[0]))
			}
		}
	}
	said := s.say(id, pairs...)
	return said, !strings.Contains(said, "{")
}

// chance writes a probability, which is neither 0 nor 100 per cent of what has not come yet.
func (s *Speaker) chance(percent stat.Decimal) string {
	switch {
	case percent.Cmp(stat.Int(1)) < 0:
		return s.say("less-than", "n", "1 %")
	case percent.Cmp(stat.Int(99)) > 0:
		return s.say("more-than", "n", "99 %")
	}
	return text.FormatNumber(s.Lang, percent, 0) + " %"
}

func sign(a, b stat.Decimal) string { return [...]string{"<", "=", ">"}[a.Cmp(b)+1] }

// lower writes the first letter small, for the middle of a sentence.
func lower(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToLower(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
