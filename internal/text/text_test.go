package text

import (
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"nhipso/internal/stat"
)

func TestFold(t *testing.T) {
	for name, pair := range map[string][2]string{
		"drops every diacritic":                    {"Đắk Lắk", "dak lak"},
		"reads composed and decomposed text alike": {norm.NFD.String("Thừa Thiên Huế"), "thua thien hue"},
		"makes one space of a dash and its blanks": {"Bà Rịa - Vũng Tàu", "ba ria vung tau"},
		"makes a space of an abbreviation's point": {"TP.HCM", "tp hcm"},
		"reads eth as đ":                           {"Ðồng Nai", "dong nai"},
		"keeps digits":                             {"NQ 57-NQ/TW", "nq 57 nq tw"},
		"drops blanks at both ends":                {"  Huế\u00a0", "hue"},
		"leaves nothing of nothing":                {" - ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Fold(pair[0]); got != pair[1] {
				t.Errorf("Fold(%q) = %q, want %q", pair[0], got, pair[1])
			}
		})
	}
	t.Run("folding twice changes nothing more", rapid.MakeCheck(func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("Fold(%q) = %q, again %q", s, once, Fold(once))
		}
	}))
}

func TestNormalizeTone(t *testing.T) {
	for name, pair := range map[string][2]string{
		"moves the mark of an open oa":        {"Thanh Hoá", "Thanh Hóa"},
		"moves the mark of an open oe":        {"sức khoẻ", "sức khỏe"},
		"moves the mark of an open uy":        {"Thuỷ sản", "Thủy sản"},
		"moves it in capitals":                {"KHÁNH HOÀ", "KHÁNH HÒA"},
		"leaves the right place alone":        {"Hòa Bình", "Hòa Bình"},
		"moves the mark of every open one":    {"hoàn toàn, Hoà Bình, toán, Thanh Hoá", "hoàn toàn, Hòa Bình, toán, Thanh Hóa"},
		"leaves vowels that do not glide":     {"óa óe báo lúa múa mía áy", "óa óe báo lúa múa mía áy"},
		"leaves pairs of other vowels alone":  {"đoá, bổi hổi, tuý, tuế, kiá, huá", "đóa, bổi hổi, túy, tuế, kiá, huá"},
		"leaves a closed syllable alone":      {"toán, hoàn, ngoài, khoảng", "toán, hoàn, ngoài, khoảng"},
		"leaves the u of qu to the consonant": {"quý, quỹ, quỳ", "quý, quỹ, quỳ"},
		"leaves a vowel with a quality alone": {"thuế, Huế", "thuế, Huế"},
		"composes decomposed text":            {norm.NFD.String("Quảng Ngãi"), "Quảng Ngãi"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := NormalizeTone(pair[0]); got != pair[1] {
				t.Errorf("NormalizeTone(%q) = %q, want %q", pair[0], got, pair[1])
			}
		})
	}
	t.Run("never changes what a search sees, and settles at once", rapid.MakeCheck(func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("qhtnuoaeyiQUOAY \u0300\u0301\u0309\u0323ăêơ"))).Draw(t, "s")
		once := NormalizeTone(s)
		if Fold(once) != Fold(s) || NormalizeTone(once) != once {
			t.Fatalf("%q → %q → %q", s, once, NormalizeTone(once))
		}
	}))
}

func TestCompare(t *testing.T) {
	t.Run("follows the Vietnamese alphabet and the order of tones", func(t *testing.T) {
		want := []string{"An Giang", "Bà Rịa - Vũng Tàu", "Cà Mau", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đồng Nai", "Hà Nội", "Hải Phòng", "Huế",
			"ma", "mà", "mả", "mã", "má", "mạ", "mo", "mô", "mơ", "Yên Bái"}
		got := slices.Clone(want)
		slices.Reverse(got)
		sort.SliceStable(got, func(i, j int) bool { return Compare(got[i], got[j]) < 0 })
		if !slices.Equal(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
	t.Run("d comes before đ", func(t *testing.T) {
		if Compare("Dương", "Đà") >= 0 {
			t.Error("đ sorted before d")
		}
	})
	t.Run("is a total order", rapid.MakeCheck(func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if Compare(a, b) != -Compare(b, a) || (Compare(a, b) == 0) != (a == b) {
			t.Fatalf("%q against %q: %d and %d", a, b, Compare(a, b), Compare(b, a))
		}
	}))
}

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct {
		text     string
		decimals int
		vi, en   string
	}{
		{"1234567.891", 2, "1.234.567,89", "1,234,567.89"},
		{"-1234.5", 0, "−1.235", "−1,235"},
		{"-0.001", 2, "0,00", "0.00"},
		{"12.660", -1, "12,660", "12.660"},
		{"999.995", 2, "1.000,00", "1,000.00"},
		{"100", 0, "100", "100"},
		{"1000", -1, "1.000", "1,000"},
		{"5.6", 2, "5,60", "5.60"},
	} {
		d := stat.MustDecimal(c.text)
		if got := FormatNumber("vi", d, c.decimals); got != c.vi {
			t.Errorf("vi %s to %d digits: %s, want %s", c.text, c.decimals, got, c.vi)
		}
		if got := FormatNumber("en", d, c.decimals); got != c.en {
			t.Errorf("en %s to %d digits: %s, want %s", c.text, c.decimals, got, c.en)
		}
	}
	t.Run("what is written is read back in the same language", rapid.MakeCheck(func(t *rapid.T) {
		n, decimals := rapid.Int64().Draw(t, "n"), rapid.IntRange(0, 6).Draw(t, "decimals")
		d, err := stat.Int(n).Quo(stat.MustDecimal("1000"))
		if err != nil {
			t.Fatal(err)
		}
		d = d.Round(decimals)
		for _, lang := range []string{"vi", "en"} {
			s := FormatNumber(lang, d, decimals)
			back, err := ParseLocalNumber(lang, s)
			if err != nil || back.Cmp(d) != 0 {
				t.Fatalf("%s: %s → %s → %s (%v)", lang, d, s, back, err)
			}
		}
	}))
}

func TestParseLocalNumber(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"vi", "1.234,56", "1234.56"}, {"vi", "1234,56", "1234.56"}, {"vi", "1.234", "1234"}, {"vi", "−12,66", "-12.66"},
		{"en", "1,234.56", "1234.56"}, {"en", "1.234", "1.234"}, {"en", " 1,234 ", "1234"}, {"vi", "1 234 567", "1234567"},
	} {
		d, err := ParseLocalNumber(c.lang, c.text)
		if err != nil || d.String() != c.want {
			t.Errorf("%s %q = %s (%v), want %s", c.lang, c.text, d, err, c.want)
		}
	}
	for _, c := range [][2]string{{"vi", "1.23"}, {"vi", "1,234.56"}, {"en", "1.234,56"}, {"en", "12,66"}, {"vi", ""}, {"vi", "x"}, {"en", "1,,2"}, {"vi", "1,2,3"}} {
		if d, err := ParseLocalNumber(c[0], c[1]); err == nil {
			t.Errorf("%s %q was read as %s", c[0], c[1], d)
		}
	}
}

// Nghị định 30/2020/NĐ-CP: a zero before a day below 10 and before the months 1 and 2, and before no other month.
func TestVietnameseDaysFollowTheDecree(t *testing.T) {
	for day, want := range map[stat.Date]string{stat.NewDate(2025, 7, 1): "01/7/2025", stat.NewDate(2025, 12, 15): "15/12/2025", stat.NewDate(2025, 2, 5): "05/02/2025", stat.NewDate(2025, 1, 31): "31/01/2025",
		stat.NewDate(2025, 3, 10): "10/3/2025", stat.NewDate(2025, 9, 9): "09/9/2025", stat.NewDate(2025, 10, 1): "01/10/2025"} {
		if got := FormatDate("vi", day); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct{ period, vi, en string }{
		{"2025", "2025", "2025"},
		{"2024-S1", "6 tháng đầu năm 2024", "First half of 2024"},
		{"2024-S2", "6 tháng cuối năm 2024", "Second half of 2024"},
		{"2025-Q4", "Quý IV/2025", "Q4 2025"},
		{"2024-07", "Tháng 7/2024", "Jul 2024"},
		{"2025-12-05", "05/12/2025", "5 Dec 2025"},
		{"2026-01-01/P9M", "9 tháng đầu năm 2026", "First 9 months of 2026"},
		{"2026-04-01/P6M", "01/4/2026–30/9/2026", "1 Apr 2026 – 30 Sep 2026"},   // months, but not from January
		{"2026-01-01/P1M", "01/01/2026–31/01/2026", "1 Jan 2026 – 31 Jan 2026"}, // an interval, though a month long
		{"2025-01-01/P1Y", "2025", "2025"},
		{"2020-01-01/P3Y", "2020–2022 (bình quân)", "2020–2022 (average)"},
		{"2024-12-15/P1Y", "15/12/2024–14/12/2025", "15 Dec 2024 – 14 Dec 2025"},
		{"2025-06-15/P1M", "15/6/2025–14/7/2025", "15 Jun 2025 – 14 Jul 2025"},
	} {
		p := stat.MustPeriod(c.period)
		if got := FormatPeriod("vi", p); got != c.vi {
			t.Errorf("vi %s: %q, want %q", c.period, got, c.vi)
		}
		if got := FormatPeriod("en", p); got != c.en {
			t.Errorf("en %s: %q, want %q", c.period, got, c.en)
		}
	}
	if got := FormatPeriodInline("vi", stat.Quarter(2025, 4)); got != "quý IV/2025" {
		t.Errorf("inline: %q", got)
	}
	if got := FormatPeriodInline("en", stat.MustPeriod("2024-S1")) + FormatPeriodInline("en", stat.Quarter(2025, 4)); got != "first half of 2024Q4 2025" {
		t.Errorf("inline: %q", got)
	}
	for period, want := range map[string]string{"2026-01-01/P9M": "first 9 months of 2026", "2024-07": "Jul 2024", "2024-12-15/P1Y": "15 Dec 2024 – 14 Dec 2025"} {
		if got := FormatPeriodInline("en", stat.MustPeriod(period)); got != want {
			t.Errorf("inline: %q, want %q", got, want)
		}
	}
	if FormatPeriod("vi", stat.Period{}) != "" || FormatDate("vi", stat.Date{}) != "" || FormatPeriodInline("vi", stat.Period{}) != "" {
		t.Error("an unset period or day is not written as nothing")
	}
}

func TestMonthsAreTwelve(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		if n := len(strings.Fields(book.Say(lang, "months"))); n != 12 {
			t.Errorf("%s: %d months", lang, n)
		}
	}
}

func FuzzParseLocalNumber(f *testing.F) {
	for _, s := range []string{"1.234,56", "1,234.56", "−1", "1 234", "", "\xff", "1e400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, lang := range []string{"vi", "en"} {
			if d, err := ParseLocalNumber(lang, s); err != nil && d.Sign() != 0 {
				t.Errorf("%q: refused with the value %s", s, d)
			}
		}
		if folded := Fold(s); utf8.ValidString(s) && !utf8.ValidString(folded) {
			t.Errorf("folding %q broke its encoding", s)
		}
	})
}

func TestAProbabilityIsNeverZeroOrAHundred(t *testing.T) {
	for percent, want := range map[string][2]string{
		"0":       {"dưới 1\u00a0%", "under 1\u00a0%"},
		"0.0004":  {"dưới 1\u00a0%", "under 1\u00a0%"},
		"0.99":    {"dưới 1\u00a0%", "under 1\u00a0%"},
		"1":       {"1\u00a0%", "1\u00a0%"},
		"49.6":    {"50\u00a0%", "50\u00a0%"},
		"99":      {"99\u00a0%", "99\u00a0%"},
		"99.4":    {"trên 99\u00a0%", "over 99\u00a0%"},
		"99.9804": {"trên 99\u00a0%", "over 99\u00a0%"},
		"100":     {"trên 99\u00a0%", "over 99\u00a0%"},
	} {
		for i, lang := range []string{"vi", "en"} {
			if got := FormatProbability(lang, stat.MustDecimal(percent)); got != want[i] {
				t.Errorf("%s in %s is %q, want %q", percent, lang, got, want[i])
			}
		}
	}
}

func TestANumberIsNeverPartedFromItsPercent(t *testing.T) {
	for want, got := range map[string]string{
		"14,02\u00a0% GDP": WithUnit(" 14,02", "% GDP"),
		"> 84\u00a0%":      WithUnit("> 84", "%"),
		"3 tỷ đồng":        WithUnit("3", "tỷ đồng"),
		"7":                WithUnit("7", ""),
		"":                 WithUnit("", ""),
		"\u00a0% GRDP":     AfterNumber("% GRDP"),
		" bậc":             AfterNumber("bậc"),
		"15,38\u00a0%":     FormatPercent("vi", stat.MustDecimal("15.38"), -1),
		"15.4\u00a0%":      FormatPercent("en", stat.MustDecimal("15.38"), 1),
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
