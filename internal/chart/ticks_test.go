package chart

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/stat"
)

func TestTicks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		low := rapid.Float64Range(-1e9, 1e9).Draw(rt, "low")
		high := low + rapid.Float64Range(0, 1e9).Draw(rt, "span")
		n := rapid.IntRange(2, 8).Draw(rt, "n")
		from, to, step := ticks(low, high, n, rapid.Bool().Draw(rt, "zero"))
		slack := step * 1e-6
		if !(from <= low+slack && to >= high-slack && step > 0) || (to-from)/step > float64(2*n+4) {
			rt.Fatalf("ticks(%v, %v) = %v, %v, %v", low, high, from, to, step)
		}
	})
}

func TestPeriodsBelowTheAxis(t *testing.T) {
	labels := func(lang string, step float64, periods ...stat.Period) string {
		var out []string
		for _, lines := range periodLabels(lang, periods, step) {
			out = append(out, strings.Join(lines, "/"))
		}
		return strings.Join(out, " ")
	}
	year := quarters(stat.Quarter(2024, 3), 4)
	for _, c := range []struct {
		name, lang string
		step       float64
		periods    []stat.Period
		want       string
	}{
		{"quarters are Roman in Vietnamese, with the year below the first of them", "vi", 40, year, "III/2024 IV I/2025 II"},
		{"and Q1 to Q4 in English", "en", 40, year, "Q3/2024 Q4 Q1/2025 Q2"},
		{"one quarter alone says that it is one", "vi", 40, year[:1], "Quý III/2024"},
		{"and is Q3 in English", "en", 40, year[:1], "Q3/2024"},
		{"months are T1 to T12", "vi", 40, []stat.Period{stat.Month(2024, 12), stat.Month(2025, 1)}, "T12/2024 T1/2025"},
		{"and Jan to Dec", "en", 40, []stat.Period{stat.Month(2024, 12), stat.Month(2025, 1)}, "Dec/2024 Jan/2025"},
		{"where quarters are too dense, years stand alone", "vi", 12, quarters(stat.Quarter(2024, 1), 5), "2024    2025"},
		{"also where there is no first quarter", "vi", 12, quarters(stat.Quarter(2024, 2), 3), "2024  "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := labels(c.lang, c.step, c.periods...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
