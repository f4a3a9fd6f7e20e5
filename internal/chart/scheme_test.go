package chart

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The page's style sheet carries the dark scheme; it is generated, so that Go and CSS cannot disagree.
func TestTheStyleSheetHoldsTheSchemeOfTheDrawings(t *testing.T) {
	const file = "../../static/src/_chart-scheme.css"
	want := "/* Generated from internal/chart/palette.go by `go test ./internal/chart -update`. */\n" + SchemeCSS()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is stale (%v): run go test ./internal/chart -update, then go run ./devtools/assets", file, err)
	}
}

func rgb(t *testing.T, hex string) float64 {
	t.Helper()
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02X%02X%02X", &r, &g, &b); err != nil {
		t.Fatalf("%s is not a colour in capitals: %v", hex, err)
	}
	return luminance(r, g, b)
}

func TestPalette(t *testing.T) {
	paperDark := darkOf[paper]
	t.Run("text has a contrast of 4.5 : 1 on paper in both schemes", func(t *testing.T) {
		for _, c := range []string{ink, muted} {
			if k := contrast(rgb(t, c), rgb(t, paper)); k < 4.5 {
				t.Errorf("%s on paper: %.2f", c, k)
			}
			if k := contrast(rgb(t, darkOf[c]), rgb(t, paperDark)); k < 4.5 {
				t.Errorf("%s on dark paper: %.2f", darkOf[c], k)
			}
		}
		for name, s := range swatches {
			if k := contrast(rgb(t, s.textLight), rgb(t, paper)); k < 4.5 {
				t.Errorf("words of %s: %.2f", name, k)
			}
			if k := contrast(rgb(t, s.textDark), rgb(t, paperDark)); k < 4.5 {
				t.Errorf("words of %s in the dark: %.2f", name, k)
			}
		}
	})
	t.Run("text on a fill can be read in both schemes", func(t *testing.T) {
		for _, ramp := range [][]string{sequence, diverging} {
			for _, c := range ramp {
				on := onDark
				if bright(c) {
					on = ink
				}
				if k := contrast(rgb(t, c), rgb(t, on)); k < 4.5 {
					t.Errorf("%s on %s: %.2f", on, c, k)
				}
				if k := contrast(rgb(t, darkOf[c]), rgb(t, darkOf[on])); k < 4.5 {
					t.Errorf("dark %s on %s: %.2f", darkOf[on], darkOf[c], k)
				}
			}
		}
		for name, s := range swatches {
			on := onDark
			if bright(s.light) {
				on = onHue
			}
			if k := contrast(rgb(t, s.light), rgb(t, on)); k < 4.5 {
				t.Errorf("%s on %s: %.2f", on, name, k)
			}
			if k := contrast(rgb(t, s.dark), rgb(t, darkOf[on])); k < 4.5 {
				t.Errorf("dark %s on %s: %.2f", darkOf[on], name, k)
			}
		}
	})
	t.Run("no two light values are the same, since one is replaced by the other", func(t *testing.T) {
		n := len(sequence) + len(diverging) + 2*len(swatches) + 12
		// A swatch whose words have the colour of its fill counts once.
		for _, s := range swatches {
			if s.light == s.textLight {
				n--
			}
		}
		if len(darkOf) != n {
			t.Errorf("%d light values, want %d", len(darkOf), n)
		}
	})
	t.Run("the classes of a map get steadily darker, or lighter in the dark", func(t *testing.T) {
		for i := 1; i < len(sequence); i++ {
			if rgb(t, sequence[i]) >= rgb(t, sequence[i-1]) || rgb(t, darkOf[sequence[i]]) <= rgb(t, darkOf[sequence[i-1]]) {
				t.Errorf("class %d", i)
			}
		}
	})
	t.Run("printing stays light", func(t *testing.T) {
		if !strings.HasPrefix(SchemeCSS(), "@media screen and (prefers-color-scheme: dark)") {
			t.Error("the dark scheme is not for the screen only")
		}
	})
}
