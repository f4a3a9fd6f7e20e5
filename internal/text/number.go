package text

import (
	"regexp"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// minus is the typographic minus sign, as wide as a digit in tabular figures.
const minus = "−"

// marks gives the thousands separator and the decimal mark of a language.
func marks(lang string) (group, point string) {
	if lang == "en" {
		return ",", "."
	}
	return ".", ","
}

// FormatNumber writes a number in "vi" (1.234.567,89) or "en" (1,234,567.89) with the given number of digits after the
// mark, rounded half away from zero; a negative number of decimals keeps the digits as they are.
func FormatNumber(lang string, d stat.Decimal, decimals int) string {
	if decimals >= 0 {
		d = d.Round(decimals)
	}
	group, point := marks(lang)
	digits, negative := strings.CutPrefix(d.String(), "-")
	whole, fraction, fractional := strings.Cut(digits, ".")
	var b strings.Builder
	if negative {
		b.WriteString(minus)
	}
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(c)
	}
	if fractional {
		b.WriteString(point + fraction)
	}
	return b.String()
}

// FormatProbability writes a probability given in per cent, without digits after the mark. What is neither certain nor impossible is never
// written as 0 or 100: it is under 1 or over 99. Every page, file and answer writes probabilities here.
func FormatProbability(lang string, percent stat.Decimal) string {
	one, ninetyNine := stat.Int(1), stat.Int(99)
	switch {
	case percent.Cmp(one) < 0:
		return book.Say(lang, "under", "n", "1")
	case percent.Cmp(ninetyNine) > 0:
		return book.Say(lang, "over", "n", "99")
	}
	return FormatPercent(lang, percent, 0)
}

// FormatPercent writes a number of per cent; a negative number of decimals keeps the digits as they are.
func FormatPercent(lang string, percent stat.Decimal, decimals int) string {
	return book.Say(lang, "percent", "n", FormatNumber(lang, percent, decimals))
}

// WithUnit writes a number and its unit, which may be empty. "%", with or without what it is a part of, never begins a line of its own: the
// space before it does not break. A unit in words may.
func WithUnit(number, unit string) string {
	return strings.TrimSpace(strings.TrimSpace(number) + AfterNumber(unit))
}

// AfterNumber is what follows a number that stands in marks of its own: the space and the unit, or nothing.
func AfterNumber(unit string) string {
	switch {
	case unit == "":
		return ""
	case strings.HasPrefix(unit, "%"):
		return "\u00a0" + unit
	}
	return " " + unit
}

var (
	reVietnamese = regexp.MustCompile(`^[+-]?(\d{1,3}(\.\d{3})+(,\d+)?|\d+,\d+)$`)
	reEnglish    = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
	reSpaced     = regexp.MustCompile(`(\d)[ \x{00a0}\x{202f}](\d{3})`)
)

// ParseLocalNumber reads a number as a person types it into a page of the given language: in "vi" 1.234,56 and in "en"
// 1,234.56, both with or without thousands separators. A text that the language does not read as a number is refused.
func ParseLocalNumber(lang, s string) (stat.Decimal, error) {
	t := strings.TrimSpace(strings.ReplaceAll(s, minus, "-"))
	for reSpaced.MatchString(t) {
		t = reSpaced.ReplaceAllString(t, "$1$2")
	}
	group, point := marks(lang)
	whole, fraction, _ := strings.Cut(t, point)
	grouped := reVietnamese
	if lang == "en" {
		grouped = reEnglish
	}
	if strings.Contains(whole, group) && !grouped.MatchString(t) || strings.ContainsAny(fraction, group+point) {
		return stat.Decimal{}, fault.New("text.bad-number", "text", s)
	}
	plain := strings.ReplaceAll(whole, group, "")
	if fraction != "" {
		plain += "." + fraction
	}
	d, err := stat.ParseDecimal(plain)
	if err != nil {
		return stat.Decimal{}, fault.New("text.bad-number", "text", s)
	}
	return d, nil
}
