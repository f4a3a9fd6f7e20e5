package uncertainty

import (
	"math"
	"strings"
	"testing"
)

func TestFormulas(t *testing.T) {
	names := []string{"D", "N", "26", "giá_trị"}
	x := []float64{2, 3, 5, 7}
	for text, want := range map[string]float64{
		"D+N*[26]": 17, "-D^2": -4, "2^3^2": 512, "(D-N)/ [26]": -0.2, "1e3*D - 1.5E-1": 1999.85, "max(D, N, 4)+min(D,N)+sum(D,N,1)": 12, "ln(exp(D))": 2, "sqrt(abs(-9))": 3, "giá_trị / D": 3.5, "+D - -N": 5,
	} {
		f, err := formulas("formula", text, names)
		if err != nil {
			t.Error(text, err)
			continue
		}
		if got := f[0].eval(x); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %g, want %g", text, got, want)
		}
	}
	for _, text := range []string{"", ";", "D+", "D N", "(D", "D)", "M", "sin(D)", "sqrt(D,N)", "[D", "2..3", "D = ", "= D", "x = D; x = N", "D = 2", "()", "1e", strings.Repeat("(", 1000), strings.Repeat("-", 1000) + "D"} {
		if _, err := formulas("formula", text, names); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	f, err := formulas("formula", "s = D/(D+N); r = 1 - s", names)
	if err != nil || len(f) != 2 || f[1].name != "r" || f[1].eval(append(append([]float64{}, x...), 0.4)) != 0.6 {
		t.Error("a later formula does not see the one before", err)
	}
}
