package cube

import (
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// today is the country's day on which a message was sent; zero when that is not known.
func (in Intake) today(h Header) stat.Date {
	if h.SentAt.IsZero() {
		return stat.Date{}
	}
	return in.Catalog.Day(h.SentAt)
}

// hard gives the first hard rule about single figures that an entry breaks.
func (in Intake) hard(flow *catalog.Dataflow, e Entry, today stat.Date) *Finding {
	for _, r := range in.Catalog.Rules() {
		if r.Severity == catalog.Hard && r.About(flow, e.Observation) {
			if f := in.single(r, flow, e, today); f != nil {
				return f
			}
		}
	}
	return nil
}

// single holds one figure to a rule that needs nothing else; nil when it keeps it, or when the rule is of another kind.
func (in Intake) single(r *catalog.Rule, flow *catalog.Dataflow, e Entry, today stat.Date) *Finding {
	if _, broken := in.breaks(r, flow, e, today, nil); !broken {
		return nil
	}
	parts := facts{} // told only now: nearly every figure keeps nearly every rule
	column, _ := in.breaks(r, flow, e, today, parts)
	cell := Cell{e.Dataflow, e.Key, e.Period}
	parts.put("cell", cell.String())
	f := newFinding(r, []Cell{cell}, e.Observation, parts, shownValue(e.Observation))
	f.Column = column
	return &f
}

// facts are what the sentence of a finding names; nil keeps none.
type facts map[string]string

func (f facts) put(name, value string) {
	if f != nil {
		f[name] = value
	}
}

// breaks reports whether a figure breaks a rule, and in which column.
func (in Intake) breaks(r *catalog.Rule, flow *catalog.Dataflow, e Entry, today stat.Date, parts facts) (column string, broken bool) {
	switch r.Kind {
	case catalog.RangeRule:
		return "OBS_VALUE", outside(r, flow, e.Observation, parts)
	case catalog.IntervalRule:
		return disordered(e.Observation, parts)
	case catalog.SourceRule:
		parts.put("source", e.Attributes[stat.AttrSource])
		return stat.AttrSource, in.unlisted(e.Attributes[stat.AttrSource])
	}
	return dates(r, e.Observation, today, parts)
}

// unlisted reports whether a source is not a code of the list of sources. A catalogue without such a list refuses none.
func (in Intake) unlisted(source string) bool {
	concept, ok := in.Catalog.Concept(stat.AttrSource)
	if !ok || concept.Codelist == "" || source == "" {
		return false
	}
	list, err := in.Catalog.Codelist(concept.Codelist)
	if err != nil {
		return false
	}
	_, listed := list.Code(source)
	return !listed
}

// power gives the power of ten that a figure is to be multiplied with.
func power(flow *catalog.Dataflow, o stat.Observation) int {
	if text := o.Attributes[stat.AttrUnitMult]; text != "" {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return flow.UnitMult
}

var ten, tenth = stat.Int(10), stat.MustDecimal("0.1")

// shift multiplies with a power of ten.
func shift(d stat.Decimal, n int) stat.Decimal {
	for ; n > 0; n-- {
		d = d.Mul(ten)
	}
	for ; n < 0; n++ {
		d = d.Mul(tenth)
	}
	return d
}

// scaled is a figure in the unit of its dataflow.
func scaled(flow *catalog.Dataflow, o stat.Observation) stat.Decimal {
	return shift(*o.Value, power(flow, o)-flow.UnitMult)
}

func shownValue(o stat.Observation) string {
	if o.Value == nil {
		return string(o.Status)
	}
	return o.Value.String()
}

// outside reports whether a value lies outside its range, or is not whole where it counts.
func outside(r *catalog.Rule, flow *catalog.Dataflow, o stat.Observation, parts facts) bool {
	if o.Value == nil {
		return false
	}
	value := scaled(flow, o)
	below, above := r.Low != nil && value.Cmp(*r.Low) < 0, r.High != nil && value.Cmp(*r.High) > 0
	if parts != nil {
		parts.put("value", shownValue(o))
		if r.Low != nil {
			parts.put("low", r.Low.String())
		}
		if r.High != nil {
			parts.put("high", r.High.String())
		}
	}
	switch {
	case below && r.High == nil:
		parts.put("say", "range-below")
	case above && r.Low == nil:
		parts.put("say", "range-above")
	case below, above:
		parts.put("say", "range")
	case r.Whole && fractional(shift(*o.Value, flow.MultOf(o))):
		parts.put("say", "range-whole")
	default:
		return false
	}
	return true
}

func fractional(d stat.Decimal) bool { return d.Cmp(d.Round(0)) != 0 }

// disordered reports whether a value lies outside its own interval, the interval is upside down, or its error is negative.
func disordered(o stat.Observation, parts facts) (column string, broken bool) {
	number := func(name string) *stat.Decimal {
		text := o.Attributes[name]
		if text == "" {
			return nil
		}
		d, err := stat.ParseDecimal(text)
		if err != nil {
			return nil
		}
		return &d
	}
	low, high, sd, level := number(stat.AttrLower), number(stat.AttrUpper), number(stat.AttrStdErr), number(stat.AttrLevel)
	if parts != nil {
		parts.put("value", shownValue(o))
		for name, fact := range map[string]string{stat.AttrLower: "low", stat.AttrUpper: "high", stat.AttrStdErr: "error"} {
			text := o.Attributes[name]
			if text == "" {
				text = "–"
			}
			parts.put(fact, text)
		}
	}
	switch {
	case low != nil && (high != nil && low.Cmp(*high) > 0 || o.Value != nil && low.Cmp(*o.Value) > 0):
		return stat.AttrLower, true
	case high != nil && o.Value != nil && high.Cmp(*o.Value) < 0:
		return stat.AttrUpper, true
	case sd != nil && sd.Sign() < 0:
		return stat.AttrStdErr, true
	case level != nil && (level.Sign() <= 0 || level.Cmp(stat.Int(100)) >= 0):
		return stat.AttrLevel, true
	}
	return "", false
}

// dates holds the days of a figure against each other and against the day of the load.
func dates(r *catalog.Rule, o stat.Observation, today stat.Date, parts facts) (column string, broken bool) {
	if parts != nil {
		parts.put("status", string(o.Status))
		parts.put("day", today.String())
		if r.Kind == catalog.PeriodRule {
			parts.put("first", strconv.Itoa(r.First))
			parts.put("last", strconv.Itoa(r.Last))
		}
	}
	switch r.Kind {
	case catalog.PeriodRule:
		return "TIME_PERIOD", o.Period.From().Year() < r.First || o.Period.To().Year() > r.Last
	case catalog.FutureRule:
		first := o.Vintage.Date // a publication known only to its month may have been on the first of it
		if p, err := stat.ParsePeriod(o.Vintage.Written); err == nil {
			first = p.From()
		}
		return "VINTAGE", !today.IsZero() && first.After(today)
	case catalog.BeforeRule:
		return "VINTAGE", !o.Status.Valueless() && o.Vintage.Date.Before(o.Period.From())
	case catalog.EarlyRule:
		return "VINTAGE", !o.Status.Valueless() && o.Vintage.Date.AddDays(r.Days).Before(o.Period.To())
	case catalog.AheadRule:
		until := o.Period.To()
		if r.Begin {
			until = o.Period.From()
		}
		return "OBS_STATUS", !today.IsZero() && until.After(today.AddDays(r.Days))
	case catalog.ForecastRule:
		return "OBS_STATUS", o.Vintage.Date.AddDays(-366).After(o.Period.To())
	}
	return "", false
}
