package stat

import (
	"testing"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"
)

// Whichever way a number is read, it is the same number with the same digits.
func TestShortNumbersAreReadAsAllAre(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, s string) {
		got, err := ParseDecimal(s)
		want, cond, bad := apd.NewFromString(s)
		if err != nil {
			if _, _, ok := short(s); ok {
				t.Errorf("%q is refused", s)
			}
			return
		}
		if bad != nil || cond.Any() || got.d.Cmp(want) != 0 || got.d.Exponent != want.Exponent || got.d.Negative != want.Negative || got.String() != want.Text('f') || string(got.Append([]byte("x"))) != "x"+want.Text('f') {
			t.Errorf("%q is read as %s, want %s", s, got, want.Text('f'))
		}
	}
	for _, s := range []string{"0", "-0", "-0.00", "0.00", "007.50", "999999999999999999", "1234567890123456789", "-12.5", "+5", ".5", "5.", "1.2.3", "1e5", "-", ".", "12-3"} {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`-?[0-9]{1,12}(\.[0-9]{1,8})?`).Draw(t, "number"))
	})
}
