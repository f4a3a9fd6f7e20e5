package balance

import "testing"

func TestHowSureAFigureIs(t *testing.T) {
	for s, want := range map[Spread]float64{AsVariance: 0.5, AsCV: 4, AsSE: 0.25, "": 0.5} {
		if got := s.Variance(-4, 0.5); got != want {
			t.Errorf("%s: %g, want %g", s, got, want)
		}
	}
	c := Constraint{Terms: []Term{{Cell: 2, Coefficient: 1}, {Cell: 0, Coefficient: -2}}}
	if got := c.Sum([]float64{1, 9, 5}); got != 3 {
		t.Error(got)
	}
}
