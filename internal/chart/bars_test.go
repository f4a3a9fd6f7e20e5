package chart

import (
	"strings"
	"testing"
)

// Bars that stand side by side have no end at which a name could stand, so that a key says which is which at every width.
func TestBarsSideBySideAreNamed(t *testing.T) {
	s := sampleBar()
	if strings.Contains(drawnAt(t, s, 900), "GRDP") {
		t.Fatal("the sample has the name already")
	}
	other := s.Series[0]
	other.ID, other.Name, other.Colour = "grdp", l("GRDP", "GRDP"), MIC
	s.Series = append(s.Series, other)
	for _, width := range []int{340, 600, 900} {
		if svg := drawnAt(t, s, width); !strings.Contains(svg, "GRDP") || !strings.Contains(svg, ">GDP<") {
			t.Errorf("at %d px bars have no names", width)
		}
	}
}

func drawnAt(t *testing.T, s *Spec, width int) string {
	t.Helper()
	svg, err := NewRenderer(4).SVG(t.Context(), s, Options{Lang: "vi", Width: width, Bare: true})
	if err != nil {
		t.Fatal(err)
	}
	return svg
}
