package identity

import (
	"maps"
	"testing"
)

func TestASumOfCodesIsRead(t *testing.T) {
	codes := map[string]int{"a": 0, "2020-Q1": 1, "Đà Nẵng": 2, "26": 3}
	for side, c := range map[string]struct {
		weight map[int]float64
		rest   float64
	}{
		"a + 2*2020-Q1 - Đà Nẵng": {map[int]float64{0: 1, 1: 2, 2: -1}, 0},
		"26":                      {map[int]float64{3: 1}, 0}, // a number that is a code is the code
		"2*26 + 3":                {map[int]float64{3: 2}, 3},
		"a - a + 4":               {map[int]float64{0: 0}, 4},
		"-a":                      {map[int]float64{0: -1}, 0},
		"a − 2×a·3":               {map[int]float64{0: -5}, 0}, // as people type signs
	} {
		s := New(codes)
		err := s.Add(side, 1)
		if err != nil || !maps.Equal(s.Weight, c.weight) || s.Rest != c.rest {
			t.Errorf("%s: %v, rest %g, %v", side, s.Weight, s.Rest, err)
		}
	}
	for _, side := range []string{"", "a b", "a +", "b", "a*a", "1e999"} {
		if err := New(codes).Add(side, 1); err == nil {
			t.Errorf("%q is read", side)
		}
	}
	s := New(codes)
	if s.Add("a + 1", 1) != nil || s.Add("3*a", -1) != nil || s.Weight[0] != -2 || s.Rest != 1 {
		t.Error("both sides of an identity do not meet", s.Weight, s.Rest)
	}
	if s.Clear(); len(s.Weight) != 0 || s.Rest != 0 {
		t.Error("a sum that was cleared is not empty")
	}
}
