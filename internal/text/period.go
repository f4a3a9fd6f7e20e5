package text

import (
	_ "embed"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/stat"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// FormatDate writes a day: 15/12/2025 and 01/7/2025 in "vi", 15 Dec 2025 in "en"; nothing for the zero Date. Vietnamese days below 10 and the
// months 1 and 2 have a zero before them, no other month has one: the form of Nghị định 30/2020/NĐ-CP for every document of the administration.
func FormatDate(lang string, d stat.Date) string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Time().Date()
	if lang == "en" {
		return book.Say(lang, "date", "d", strconv.Itoa(day), "Mon", monthEn(int(m)), "y", strconv.Itoa(y))
	}
	return book.Say(lang, "date", "d", two(day), "m", monthVi(int(m)), "y", strconv.Itoa(y))
}

// FormatPeriod writes a period as a heading does: "2025", "6 tháng đầu năm 2024", "Quý IV/2025", "Tháng 7/2024", a day, or a
// dated interval. Several whole calendar years read as an average, "2020–2022 (bình quân)", because that is what our
// dataflows keep under such an interval; months from January read "9 tháng đầu năm 2026".
func FormatPeriod(lang string, p stat.Period) string {
	y, n := strconv.Itoa(p.Year()), p.Sub()
	switch p.Frequency() {
	case 0:
		return ""
	case stat.Annual:
		return book.Say(lang, "year", "y", y)
	case stat.HalfYearly:
		return book.Say(lang, "half"+strconv.Itoa(n), "y", y)
	case stat.Quarterly:
		return book.Say(lang, "quarter", "R", roman[n], "n", strconv.Itoa(n), "y", y)
	case stat.Monthly:
		return book.Say(lang, "month", "n", strconv.Itoa(n), "Mon", monthEn(n), "y", y)
	case stat.Daily:
		return FormatDate(lang, p.From())
	}
	last := p.To().Year()
	if years := p.Within(stat.Annual); len(years) > 1 {
		return book.Say(lang, "years", "y", y, "z", strconv.Itoa(last))
	} else if len(years) == 1 {
		return book.Say(lang, "year", "y", y)
	}
	if months := p.Within(stat.Monthly); len(months) > 1 && last == p.Year() && p.From() == stat.NewDate(last, 1, 1) {
		return book.Say(lang, "so-far", "n", strconv.Itoa(len(months)), "y", y)
	}
	return book.Say(lang, "span", "from", FormatDate(lang, p.From()), "to", FormatDate(lang, p.To()))
}

// FormatPeriodInline is FormatPeriod for the middle of a sentence: "quý IV/2025", "tháng 7/2024". English names of months
// and "Q4" keep their capital.
func FormatPeriodInline(lang string, p stat.Period) string {
	s := FormatPeriod(lang, p)
	if lang == "en" && p.Frequency() != stat.HalfYearly && p.Frequency() != stat.Interval {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

var roman = [...]string{"", "I", "II", "III", "IV"}

func monthEn(m int) string { return strings.Fields(book.Say("en", "months"))[m-1] }

// monthVi writes the number of a month within a Vietnamese date: without its zero, 1 and 2 could be taken for the first digits of 10 to 12.
func monthVi(m int) string {
	if m < 3 {
		return two(m)
	}
	return strconv.Itoa(m)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
