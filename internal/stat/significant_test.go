package stat

import (
	"math"
	"testing"
)

func TestSignificantKeepsFifteenDigits(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 1.0 / 3: "0.333333333333333", 1e6 / 3: "333333.333333333", 1e-6 / 3: "0.000000333333333333333", -2.5: "-2.5", 1234567890123456: "1234567890123456"} {
		got, err := Significant(f)
		if err != nil || got.Cmp(MustDecimal(want)) != 0 {
			t.Errorf("%v is %s (%v), want %s", f, got, err, want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1)} {
		if d, err := Significant(f); err == nil {
			t.Errorf("%v is %s", f, d)
		}
	}
}
