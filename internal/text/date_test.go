package text

import (
	"testing"
	"time"

	"nhipso/internal/stat"

	"pgregory.net/rapid"
)

// A day is read in every form in which it is written.
func TestParseDate(t *testing.T) {
	for typed, want := range map[string]string{"2025-12-15": "2025-12-15", "15/12/2025": "2025-12-15", " 1/7/2025 ": "2025-07-01", "01/07/2025": "2025-07-01", "01/7/2025": "2025-07-01", "15-12-2025": "2025-12-15", "15.12.2025": "2025-12-15"} {
		if d, err := ParseDate(typed); err != nil || d.String() != want {
			t.Errorf("%q is %s, %v", typed, d, err)
		}
	}
	for _, typed := range []string{"", "x", "31/02/2025", "12/31/2025", "1/1/25", "15/12", "+1/1/2025", "-1/1/2025", "2025-13-01", "1/1/2025/1", "001/1/2025"} {
		if d, err := ParseDate(typed); err == nil {
			t.Errorf("%q passes as %s", typed, d)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := stat.NewDate(rapid.IntRange(1900, 2999).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"))
		for _, typed := range []string{FormatDate("vi", d), d.String()} {
			if got, err := ParseDate(typed); err != nil || got != d {
				t.Fatalf("%q is %s, %v", typed, got, err)
			}
		}
	})
}
