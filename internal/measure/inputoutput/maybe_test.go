package inputoutput

import "testing"

func TestWhatIsMissingStaysMissing(t *testing.T) {
	for name, c := range map[string]struct{ got, want Maybe }{
		"a sum":                      {Known(1).Plus(Known(2)), Known(3)},
		"a sum without one":          {Known(1).Plus(Maybe{Value: 2}), Missing},
		"a sum without the other":    {Maybe{Value: 2}.Plus(Known(1)), Missing},
		"a part":                     {Known(1).Over(4), Known(0.25)},
		"a part of nothing":          {Known(1).Over(0), Missing},
		"a part that is not there":   {Maybe{Value: 1}.Over(4), Missing},
		"a zero is a number, though": {Known(0).Plus(Known(0)).Over(2), Known(0)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
