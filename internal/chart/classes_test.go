package chart

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/stat"
)

func mapOf(decimals int, list ...string) *Spec {
	s := &Spec{ID: "m", Kind: Map, Decimals: decimals, Series: []Series{{ID: "v"}}}
	for _, x := range list {
		s.Series[0].Values = append(s.Series[0].Values, fig(x))
	}
	return s
}

func TestLimitsOfFiguresAsTheyCome(t *testing.T) {
	for name, c := range map[string]struct {
		decimals int
		figures  string
		want     []float64
	}{
		"GRDP of 34 provinces, most small and two very large": {0, "2972536 1588060 734519 677638 522116 412151 368707 353258 344556 342779 333754 319824 316054 306118 296383 285983 278466 270640 236488 229539 209446 192385 191614 169047 141887 123401 120845 95738 95471 89600 58223 39807 35631 27914",
			[]float64{100000, 200000, 300000, 400000}},
		"four shares":             {2, "46.3 29.53 22.71 22.28", []float64{22.5, 25, 40}},
		"two figures":             {1, "3 9.5", []float64{5}},
		"one figure":              {1, "3", nil},
		"all alike":               {1, "3 3 3 3", nil},
		"alike as printed":        {0, "3.1 2.9 3.2", nil},
		"no figure":               {1, "", nil},
		"below and above nothing": {1, "-3.2 -0.4 0.3 4.1", []float64{-2, 0, 2}},
	} {
		s := mapOf(c.decimals, strings.Fields(c.figures)...)
		if got := s.classify().breaks; !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAFigureIsInTheClassOfWhatIsPrinted(t *testing.T) {
	s := mapOf(1, "23.96", "20", "28", "31", "35", "40")
	s.Scale.Breaks = []stat.Decimal{stat.Int(24)}
	m := mapDrawing{s: s, classes: s.classify(), at: map[string]int{"a": 0}}
	if got := m.fill("a"); got != m.classes.colours[1] {
		t.Error("what is printed as 24.0 is in the class below 24")
	}
}

// Whatever the figures: five classes, or as many as there are different figures; none empty, limits that ascend, with no more digits than the figures.
func TestClassesOfAnyFigures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		decimals := rapid.IntRange(0, 4).Draw(rt, "decimals")
		skew := rapid.Float64Range(0.2, 6).Draw(rt, "skew")
		size := math.Pow(10, rapid.Float64Range(-2, 9).Draw(rt, "size"))
		s := mapOf(decimals)
		for range rapid.IntRange(0, 63).Draw(rt, "n") {
			f := rapid.Float64Range(-1, 1).Draw(rt, "figure")
			d, err := stat.FromFloat(math.Copysign(math.Pow(math.Abs(f), skew)*size, f), 6)
			if err != nil {
				rt.Skip()
			}
			s.Series[0].Values = append(s.Series[0].Values, Figure(d))
		}
		different := map[float64]bool{}
		for _, f := range s.printedFigures() {
			different[f] = true
		}
		c := s.classify()
		if want := max(1, min(5, len(different))); len(c.breaks)+1 != want || len(c.colours) != want {
			rt.Fatalf("%d limits and %d colours for %d different figures", len(c.breaks), len(c.colours), len(different))
		}
		filled := make([]bool, len(c.colours))
		for f := range different {
			filled[c.of(f)] = true
		}
		if len(different) > 0 && slices.Contains(filled, false) {
			rt.Fatalf("an empty class: %v of %v", c.breaks, s.printedFigures())
		}
		words := map[string]bool{}
		for i := range c.colours {
			words[c.words("vi", i)] = true
		}
		if len(words) != len(c.colours) {
			rt.Fatalf("classes with the same words: %v", words)
		}
		for i, b := range c.breaks {
			if i > 0 && b <= c.breaks[i-1] {
				rt.Fatalf("limits %v", c.breaks)
			}
			if d := digits(b); d > decimals {
				rt.Fatalf("limit %v has %d decimals, the figures have %d", b, d, decimals)
			}
		}
	})
}
