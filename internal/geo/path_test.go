package geo

import (
	"slices"
	"testing"
)

func TestLines(t *testing.T) {
	got := Lines("m1 2l3 0v4h-3zM10 10L11 11")
	want := []Line{{Points: [][2]float64{{1, 2}, {4, 2}, {4, 6}, {1, 6}}, Closed: true}, {Points: [][2]float64{{10, 10}, {11, 11}}}}
	if !slices.EqualFunc(got, want, func(a, b Line) bool { return a.Closed == b.Closed && slices.Equal(a.Points, b.Points) }) {
		t.Errorf("%v", got)
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range []string{"M0 0L1 1z", "m1-2.5.5l3 4h5v6H1V2zl1 1", "M1e3,2e-3", "L", "z", "M0 0 1 1 2", "x", "M-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, d string) {
		if len(d) < 2000 {
			for _, p := range Lines(d) { // must end, whatever it is given
				if len(p.Points) == 0 {
					t.Errorf("%q has a part without a point", d)
				}
			}
		}
	})
}
