package text

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/stat"
)

//go:embed words.csv
var wordsFile string

// words holds the phrases of words.csv by key; index 0 is Vietnamese, 1 English.
var words = sync.OnceValue(func() map[string][2]string {
	rows, err := csv.NewReader(strings.NewReader(wordsFile)).ReadAll()
	if err != nil {
		panic(err) // embedded at build time; the test of this package reads the same file
	}
	out := map[string][2]string{}
	for _, row := range rows[1:] {
		out[row[0]] = [2]string{row[1], row[2]}
	}
	return out
})

// phrase fills the places of a phrase; pairs are place, value.
func phrase(lang, key string, pairs ...string) string {
	s := words()[key][0]
	if lang == "en" {
		s = words()[key][1]
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// FormatDate writes a day: 15/12/2025 in "vi", 15 Dec 2025 in "en"; nothing for the zero Date.
func FormatDate(lang string, d stat.Date) string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Time().Date()
	if lang == "en" {
		return phrase(lang, "date", "{d}", strconv.Itoa(day), "{Mon}", monthEn(int(m)), "{y}", strconv.Itoa(y))
	}
	return phrase(lang, "date", "{d}", two(day), "{m}", two(int(m)), "{y}", strconv.Itoa(y))
}

// FormatPeriod writes a period as a heading does: "2025", "6 tháng đầu năm 2024", "Quý IV/2025", "Tháng 7/2024", a day, or a
// dated interval. Several whole calendar years read as an average, "2020–2022 (bình quân)", because that is what our
// dataflows keep under such an interval; months from January read "9 tháng 2026".
func FormatPeriod(lang string, p stat.Period) string {
	y, n := strconv.Itoa(p.Year()), p.Sub()
	switch p.Frequency() {
	case 0:
		return ""
	case stat.Annual:
		return phrase(lang, "year", "{y}", y)
	case stat.HalfYearly:
		return phrase(lang, "half"+strconv.Itoa(n), "{y}", y)
	case stat.Quarterly:
		return phrase(lang, "quarter", "{R}", roman[n], "{n}", strconv.Itoa(n), "{y}", y)
	case stat.Monthly:
		return phrase(lang, "month", "{n}", strconv.Itoa(n), "{Mon}", monthEn(n), "{y}", y)
	case stat.Daily:
		return FormatDate(lang, p.From())
	}
	last := p.To().Year()
	if years := p.Within(stat.Annual); len(years) > 1 {
		return phrase(lang, "years", "{y}", y, "{z}", strconv.Itoa(last))
	} else if len(years) == 1 {
		return phrase(lang, "year", "{y}", y)
	}
	if months := p.Within(stat.Monthly); len(months) > 1 && last == p.Year() && p.From() == stat.NewDate(last, 1, 1) {
		return phrase(lang, "so-far", "{n}", strconv.Itoa(len(months)), "{y}", y)
	}
	return phrase(lang, "span", "{from}", FormatDate(lang, p.From()), "{to}", FormatDate(lang, p.To()))
}

// FormatPeriodInline is FormatPeriod for the middle of a sentence: "quý IV/2025", "tháng 7/2024". English names of months
// and "Q4" keep their capital.
func FormatPeriodInline(lang string, p stat.Period) string {
	s := FormatPeriod(lang, p)
	if lang == "en" && !strings.HasPrefix(s, "First") && !strings.HasPrefix(s, "Second") {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToLower(r)) + s[n:]
}

var roman = [...]string{"", "I", "II", "III", "IV"}

func monthEn(m int) string { return strings.Fields(words()["months"][1])[m-1] }

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
