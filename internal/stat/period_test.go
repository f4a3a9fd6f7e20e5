package stat

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPeriodReadsTheTimeFormatsOfSDMX(t *testing.T) {
	for _, c := range []struct{ in, canonical, from, to string }{
		{"2025", "2025", "2025-01-01", "2025-12-31"},
		{"2025-A1", "2025", "2025-01-01", "2025-12-31"},
		{"2025-S2", "2025-S2", "2025-07-01", "2025-12-31"},
		{"2025-Q4", "2025-Q4", "2025-10-01", "2025-12-31"},
		{"2024-M02", "2024-M02", "2024-02-01", "2024-02-29"},
		{"2024-02", "2024-M02", "2024-02-01", "2024-02-29"},
		{"2025-07-02", "2025-07-02", "2025-07-02", "2025-07-02"},
		{"2020-01-01/P3Y", "2020-01-01/P3Y", "2020-01-01", "2022-12-31"},
		{"2026-01-01/P9M", "2026-01-01/P9M", "2026-01-01", "2026-09-30"},
		{"2026-01-01/P12M", "2026-01-01/P1Y", "2026-01-01", "2026-12-31"},
		{"2025-09-15/P3M", "2025-09-15/P3M", "2025-09-15", "2025-12-14"},
		{"2025-03-01/P10D", "2025-03-01/P10D", "2025-03-01", "2025-03-10"},
	} {
		p, err := ParsePeriod(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if p.String() != c.canonical || p.From().String() != c.from || p.To().String() != c.to {
			t.Errorf("%s reads as %s, %s to %s; want %s, %s to %s", c.in, p, p.From(), p.To(), c.canonical, c.from, c.to)
		}
	}
}

func TestPeriodRefusesWhatIsNotATime(t *testing.T) {
	for _, s := range []string{"", "25", "2025-Q5", "2025-Q0", "2025-S3", "2025-M13", "2025-13", "2025-02-30", "2025/P1Y", "2025-01-01/P", "2025-01-01/", "0000",
		"2025-Q1 ", "２０２５", "2025-01-01/P0D", "2025-A2", "-2025"} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("%q was read as %s", s, p)
		}
	}
}

func TestPeriodOfNghiDinh09RunsFromTheFifteenthToTheFourteenth(t *testing.T) {
	for report, want := range map[string]string{
		"2025-M03": "2025-02-15 2025-03-14",
		"2025-Q1":  "2024-12-15 2025-03-14",
		"2025-Q4":  "2025-09-15 2025-12-14",
		"2025-S1":  "2024-12-15 2025-06-14",
		"2025-S2":  "2025-06-15 2025-12-14",
		"2025":     "2024-12-15 2025-12-14",
	} {
		p, err := Decree09(MustPeriod(report))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.From().String() + " " + p.To().String(); got != want {
			t.Errorf("report %s covers %s, want %s", report, got, want)
		}
		if p.Frequency() != Interval {
			t.Errorf("report %s: a reporting period is a dated interval, not %s", report, p.Frequency())
		}
	}
	if _, err := Decree09(MustPeriod("2025-07-01")); err == nil {
		t.Error("a day is not a reporting period")
	}
}

// period draws any period that can be written.
func period(t *rapid.T) Period {
	year := rapid.IntRange(1, 9990).Draw(t, "year")
	switch f := rapid.SampledFrom([]Frequency{Annual, HalfYearly, Quarterly, Monthly, Daily, Interval}).Draw(t, "freq"); f {
	case Daily:
		return Day(NewDate(year, 1, rapid.IntRange(1, 366).Draw(t, "day")))
	case Interval:
		from := NewDate(year, 1, rapid.IntRange(1, 366).Draw(t, "from"))
		p, err := Between(from, from.AddDays(rapid.IntRange(0, 3000).Draw(t, "days")))
		if err != nil {
			t.Fatal(err)
		}
		return p
	default:
		p, err := NewPeriod(f, year, rapid.IntRange(1, f.PerYear()).Draw(t, "n"))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func TestPeriodProperties(t *testing.T) {
	t.Run("what is written reads back", rapid.MakeCheck(func(t *rapid.T) {
		p := period(t)
		q, err := ParsePeriod(p.String())
		if err != nil || q != p {
			t.Fatalf("%v wrote %q, which reads as %v (%v)", p, p.String(), q, err)
		}
	}))
	t.Run("the next begins the day after", rapid.MakeCheck(func(t *rapid.T) {
		p := period(t)
		if next := p.Next(); p.Frequency() != Interval && next.From() != p.To().AddDays(1) {
			t.Fatalf("after %s comes %s", p, next)
		}
	}))
	t.Run("adding and taking away gives it back", rapid.MakeCheck(func(t *rapid.T) {
		p := period(t)
		n := rapid.IntRange(0, 8).Draw(t, "n")
		if p.Frequency() == Interval || p.Year()+n > 9990 {
			return
		}
		if q := p.Add(n).Add(-n); q != p {
			t.Fatalf("%s + %d − %d = %s", p, n, n, q)
		}
	}))
	t.Run("parts cover the whole without gap or overlap", rapid.MakeCheck(func(t *rapid.T) {
		p := Year(rapid.IntRange(1, 9990).Draw(t, "year"))
		f := rapid.SampledFrom([]Frequency{HalfYearly, Quarterly, Monthly}).Draw(t, "freq")
		parts := p.Within(f)
		if len(parts) != f.PerYear() || parts[0].From() != p.From() || parts[len(parts)-1].To() != p.To() {
			t.Fatalf("%s in %s: %v", p, f, parts)
		}
		for i := 1; i < len(parts); i++ {
			if parts[i].From() != parts[i-1].To().AddDays(1) {
				t.Fatalf("gap before %s", parts[i])
			}
		}
	}))
}

func TestStepsFromTheLastYearThatCanBeWrittenDoNotFail(t *testing.T) {
	for text, parts := range map[string]int{"9999": 4, "9999-01-01/P1Y": 4, "9998-01-01/P2Y": 8, "9999-S2": 2, "0001": 4} {
		p := MustPeriod(text)
		if got := len(p.Within(Quarterly)); got != parts {
			t.Errorf("%s has %d quarters, want %d", text, got, parts)
		}
		if next := p.Next(); next.From() != p.To().AddDays(1) || next.Add(-1) != p {
			t.Errorf("after %s comes %s to %s", text, next.From(), next.To())
		}
	}
	if before := MustPeriod("0001").Add(-1); before.To() != NewDate(0, 12, 31) {
		t.Errorf("before the year 1 comes a year that ends on %v", before.To().Time())
	}
}

func TestPeriodsAreOrderedByFirstDayThenLongerFirst(t *testing.T) {
	ordered := []string{"2023-M12", "2024-01-01/P1Y", "2024", "2024-S1", "2024-Q1", "2024-M01", "2024-01-01", "2024-M02"}
	for i := 1; i < len(ordered); i++ {
		a, b := MustPeriod(ordered[i-1]), MustPeriod(ordered[i])
		switch {
		case a.From() == b.From() && a.To() == b.To(): // told apart by the code of the frequency alone
			if (a.Compare(b) < 0) == (b.Compare(a) < 0) || a.Compare(a) != 0 {
				t.Errorf("%s and %s are not ordered", a, b)
			}
		case a.Compare(b) >= 0 || b.Compare(a) <= 0:
			t.Errorf("%s does not come before %s", a, b)
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2025", "2025-Q4", "2025-M07", "2025-07-01", "2024-12-15/P1Y", "9999-12-31/P9999Y", "0001-01-01/P99999D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePeriod(s)
		if err != nil {
			return
		}
		q, err := ParsePeriod(p.String())
		if err != nil || q != p {
			t.Fatalf("%q reads as %v, written %q, which reads as %v (%v)", s, p, p.String(), q, err)
		}
	})
}
