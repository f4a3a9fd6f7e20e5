package satellite

import "testing"

// An industry that is not there has no digital part, known coefficient or not; one that is there without a coefficient leaves the sum missing.
func TestAnIndustryOfNothingKeepsNoSumFromBeingMade(t *testing.T) {
	c := CoreDigitalised{Industries: []string{"a", "b", "c"}, ValueAdded: Known(5, 5, 0), Core: List{Codes: []string{"a"}}, Coefficients: map[string]float64{"b": 0.5}}
	got, err := c.Compute()
	if err != nil || got.Total != (Maybe{Value: 7.5, Known: true}) || len(got.Missing) != 0 {
		t.Errorf("total %v, missing %v, %v", got.Total, got.Missing, err)
	}
	c.ValueAdded = Known(5, 5, 1)
	if got, err = c.Compute(); err != nil || got.Total.Known || len(got.Missing) != 1 {
		t.Errorf("total %v, missing %v, %v", got.Total, got.Missing, err)
	}
}
