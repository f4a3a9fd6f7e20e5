package temporal

import (
	"reflect"
	"testing"
)

// Of a year of quarters of which the indicator has two, the total is that of the two and the mean theirs, each half of it.
func TestATargetIsCutToThePeriodsThatAreThere(t *testing.T) {
	for name, c := range map[string]struct {
		conversion Conversion
		n          int
		want       []Term
	}{
		"a total":          {Sum, 6, []Term{{4, 1}, {5, 1}}},
		"a mean":           {Average, 6, []Term{{4, 0.5}, {5, 0.5}}},
		"a whole mean":     {Average, 8, []Term{{4, 0.25}, {5, 0.25}, {6, 0.25}, {7, 0.25}}},
		"the first":        {First, 6, []Term{{4, 1}}},
		"the last":         {Last, 6, nil},
		"nothing is there": {Sum, 4, nil},
	} {
		whole := Targets([]float64{1, 2}, 4, 0, c.conversion)[1]
		got := whole.Covered(c.n, c.conversion)
		if !reflect.DeepEqual(got.Terms, c.want) || got.Value != 2 {
			t.Errorf("%s: %v", name, got)
		}
	}
	before := Targets([]float64{1}, 4, -2, Sum)[0].Covered(2, Sum)
	if !reflect.DeepEqual(before.Terms, []Term{{0, 1}, {1, 1}}) {
		t.Errorf("periods before the first: %v", before)
	}
}
