package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
	"nhipso/internal/text"
)

// quantity is a number with what it counts, as a sentence writes it.
type quantity struct {
	value      stat.Decimal
	unit, mult string
	decimals   int
	wording    string // what the source prints in place of the bare number: "trên 84"
}

// of gives the quantity of an observation; false when it has no value.
func (s *Speaker) of(o cube.Version) (quantity, bool) {
	f, err := s.Dataflow(o.Dataflow)
	if err != nil || o.Value == nil {
		return quantity{}, false
	}
	q := quantity{value: *o.Value, decimals: s.Decimals(f, o)}
	q.unit, q.mult = s.UnitCode(f, o)
	q.wording = s.Wording(o)
	return q, true
}

// Wording gives what the source prints for a figure that it does not give as a bare number, "trên 84", or "".
func (s *Speaker) Wording(o cube.Version) string {
	printed := o.Attributes[stat.AttrText]
	if printed == "" || !cube.Reported(o.Observation) {
		return ""
	}
	if l := s.Code("CL_NOTE", printed); l.Vi != printed {
		return l.In(s.Lang)
	}
	for sign, word := range map[string]string{">": "more-than", "≥": "at-least", "<": "less-than", "≤": "at-most", "~": "about", "≈": "about"} {
		if rest, ok := strings.CutPrefix(printed, sign); ok && o.Value != nil {
			if tabular.Means(strings.TrimSpace(rest), *o.Value) {
				return s.say(word, "n", text.FormatNumber(s.Lang, *o.Value, -1))
			}
		}
	}
	return ""
}

// Value writes a figure with its unit, as its source words it: "12,87 % GDP", "trên 84 %". A figure without a value is what stands in its
// place.
func (s *Speaker) Value(o cube.Version) string {
	q, ok := s.of(o)
	if !ok {
		said := s.Missing(o)
		if f, err := s.Dataflow(o.Dataflow); err == nil && o.Printed() != "" && Counts(said) { // "khoảng 20–25" has no one value, and still a unit
			return text.WithUnit(said, s.unitText(s.UnitCode(f, o)))
		}
		return said
	}
	return s.write(q, false)
}

// Counts reports whether what a source prints ends in a number, which a unit follows; words that count nothing have none.
func Counts(printed string) bool {
	r, _ := utf8.DecodeLastRuneInString(printed)
	return unicode.IsDigit(r)
}

// Missing gives the words for a figure without a value: the class of a target, what its source prints, or why there is none.
func (s *Speaker) Missing(o cube.Version) string {
	if printed := o.Attributes[stat.AttrText]; printed != "" {
		if o.Dataflow == targetFlow {
			return s.Code("CL_TARGET_CLASS", printed).In(s.Lang)
		}
		return s.Code("CL_NOTE", printed).In(s.Lang)
	}
	if id := "missing-" + string(o.Status); book.Has(id) {
		return s.say(id)
	}
	return s.say("missing")
}

// write writes a quantity. Inside arithmetic a share is a plain per cent: of what, the other number says.
func (s *Speaker) write(q quantity, inside bool) string {
	n := q.wording
	if n == "" {
		n = text.FormatNumber(s.Lang, q.value, q.decimals)
	}
	unit := s.unitText(q.unit, q.mult)
	if inside && isPercent(q.unit) {
		unit = "%"
	}
	if q.unit == "RANK" { // “Top 30” is rank 30
		return s.say("rank-n", "n", text.FormatNumber(s.Lang, q.value, q.decimals))
	}
	return text.WithUnit(n, unit)
}

// Published says when a figure was published, for the middle of a sentence: "công bố ngày 15/12/2025", "công bố tháng 12/2025", or that its source
// does not say and since when it is on record.
func Published(lang string, x stat.Vintage) string {
	switch len(x.Written) {
	case 0:
		return book.Say(lang, "published-unknown", "date", text.FormatDate(lang, x.Date))
	case 10:
		return book.Say(lang, "published-on", "date", Vintage(lang, x))
	}
	return book.Say(lang, "published", "date", Vintage(lang, x))
}

// Vintage writes when a figure was published, as precisely as that is known, for a cell of a table.
func Vintage(lang string, x stat.Vintage) string {
	switch len(x.Written) {
	case 10:
		return text.FormatDate(lang, x.Date)
	case 7:
		if p, err := stat.ParsePeriod(x.Written); err == nil {
			return text.FormatPeriodInline(lang, p)
		}
	case 4:
		return x.Written
	}
	return book.Say(lang, "vintage-unknown", "date", text.FormatDate(lang, x.Date))
}
