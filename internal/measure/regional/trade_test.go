package regional

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Two regions of one industry, with one final use: what each sells to whom, and what its uses miss of its output.
func TestTradeBetweenRegionsAndWhatIsLeft(t *testing.T) {
	m := &MultiRegionalTable{Regions: 2, Industries: 1, Uses: 1, Z: mat.NewDense(2, 2, []float64{1, 2, 3, 4}), Final: mat.NewDense(2, 2, []float64{10, 20, 30, 40})}
	if got := m.Trade(); !mat.Equal(got, mat.NewDense(2, 2, []float64{11, 22, 33, 44})) {
		t.Error(mat.Formatted(got))
	}
	if got := m.Residual([]float64{33, 77}); got != 0 {
		t.Error(got)
	}
	if got := m.Residual([]float64{30, 80}); math.Abs(got-3.0/80) > 1e-15 {
		t.Error(got)
	}
	if got := m.Residual([]float64{0, 0}); got != 0 {
		t.Error("a table without output", got)
	}
}

func TestANewUnitIsWholeWhereNoOldOneIsSplit(t *testing.T) {
	m := Map{From: []string{"a", "b"}, To: []string{"A", "B", "C"}, Links: []Link{{From: 0, To: 0, Share: 1}, {From: 1, To: 1, Share: 0.4}, {From: 1, To: 2, Share: 0.6}, {From: 0, To: 1, Share: 0}, {From: 1, To: 0, Share: 0}}}
	if got := m.Whole(); !slices.Equal(got, []bool{true, false, false}) {
		t.Error(got)
	}
}
