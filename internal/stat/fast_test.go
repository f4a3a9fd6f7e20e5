package stat

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// The quick ways of writing give what the slow ones do.
func TestTheNearestBinaryNumberIsThatOfTheText(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, text string) {
		d := MustDecimal(text)
		want, err := strconv.ParseFloat(text, 64)
		if got := d.Float64(); err != nil || got != want || math.Signbit(got) != math.Signbit(want) {
			t.Errorf("%s is %v, not %v", text, got, want)
		}
	}
	for _, text := range []string{"0", "0.00", "-0.5", "0.1", "9007199254740991", "9007199254740992", "9007199254740993", "18446744073709551616", "0.3000000000000000000001", "1e5", "12.3400", "0.0000000000000000000000123"} {
		check(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`-?[1-9][0-9]{0,20}(\.[0-9]{1,26})?`).Draw(t, "number"))
	})
}

func TestPeriodsAreWrittenAsTheirFormatSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, q, m := rapid.IntRange(1, 9999).Draw(t, "year"), rapid.IntRange(1, 4).Draw(t, "quarter"), rapid.IntRange(1, 12).Draw(t, "month")
		for want, p := range map[string]Period{fmt.Sprintf("%04d", y): Year(y), fmt.Sprintf("%04d-Q%d", y, q): Quarter(y, q), fmt.Sprintf("%04d-M%02d", y, m): Month(y, m)} {
			if p.String() != want {
				t.Fatalf("%s is written %s", want, p)
			}
		}
	})
	if got := Year(9999).Add(2).String(); got != "10001" {
		t.Errorf("a year beyond what can be written is %s", got)
	}
}
