package inputoutput

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// A small industry beside giants: what it loses is known to full precision, not as the difference of two large outputs.
func TestTheLossOfASmallIndustryKeepsItsDigits(t *testing.T) {
	const tiny = 1e-9
	table := &Table{Codes: []string{"giant", "small"}, Z: mat.NewDense(2, 2, []float64{3e6, tiny, 0, 0}), Output: []float64{1e7, 3 * tiny},
		Primary: []Row{{"va", ValueAdded, []float64{7e6, 2 * tiny}}}}
	m, err := NewModel(table, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind Extraction
		want []float64
	}{{Whole, []float64{tiny / 0.7, 3 * tiny}}, {Purchases, []float64{tiny / 0.7, 0}}, {Sales, []float64{0, 0}}} {
		got, err := m.Extract([]int{1}, c.kind)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range c.want {
			if d := got.Output[i] - w; d > 1e-12*w || d < -1e-12*w {
				t.Errorf("%s: industry %d loses %g, want %g", c.kind, i, got.Output[i], w)
			}
		}
	}
}

// Cells in range whose sum is not are refused by the name of the industry.
func TestOutputBeyondRangeIsRefused(t *testing.T) {
	table := &Table{Codes: []string{"a", "b"}, Z: mat.NewDense(2, 2, []float64{1e308, 2, 1e308, 1e308}), Primary: []Row{{"va", ValueAdded, []float64{5, 5}}}}
	if _, err := NewModel(table, Options{}); fault.CodeOf(err) != "inputoutput.overflow" {
		t.Errorf("got %v", err)
	}
}
