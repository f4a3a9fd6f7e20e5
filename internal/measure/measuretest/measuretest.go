// Package measuretest is what the tests of the methods compare by: numbers within a tolerance, refusals by their code. It is no part of the program.
package measuretest

import (
	"math"
	"strings"

	"nhipso/internal/fault"
)

// Reporter is what a test and a drawn case have in common.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Near holds a number to another one, relative to it where that is above one. No number is near NaN.
func Near(t Reporter, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// Fails holds a refusal to its code, and its sentence in both languages to what it must mention, with every place filled.
func Fails(t Reporter, err error, code string, mentions ...string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Errorf("error %v has code %q, want %q", err, fault.CodeOf(err), code)
		return
	}
	for _, lang := range []string{"vi", "en"} {
		said := fault.In(err, lang)
		if strings.Contains(said, "{") {
			t.Errorf("a place is not filled: %s", said)
		}
		for _, m := range mentions {
			if !strings.Contains(said, m) {
				t.Errorf("%q does not mention %q", said, m)
			}
		}
	}
}
