package iotable_test

import (
	"os"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

// TestPublishersFiles asks the tables of publishers for multipliers without being told what rows and columns are.
func TestPublishersFiles(t *testing.T) {
	b, err := os.ReadFile("../../ioformat/testdata/germany1995_long.csv")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("Eurostat's long form gives the multipliers of Germany 1995", func(t *testing.T) {
		x := calctest.Ask(t, calctest.Files{"-": string(b)}, "io", "--layout", "eurostat", "--table", "-")
		// expected: iotables (R), the same as of the wide table
		calctest.Near(t, "multipliers", x.At("output").By("CPA_A", "CPA_B-E"), []float64{1.704838279468, 1.841298808309}, 1e-9)
	})
	t.Run("a block that is not there, a file of another layout and a choice that is none are refused", func(t *testing.T) {
		disk := calctest.Files{"T": string(b), "two": strings.Join([]string{"prd_ava,ind_use,geo,OBS_VALUE", "A,A,DE,1", "A,A,FR,1"}, "\n")}
		calctest.Refused(t, disk, "calc.no-block", "io", "--layout", "eurostat", "--origin", "total", "--table", "T")
		calctest.Refused(t, disk, "ioformat.choose", "io", "--layout", "eurostat", "--table", "two")
		calctest.Refused(t, disk, "calc.bad-choice", "io", "--layout", "excel", "--table", "T")
		calctest.Refused(t, disk, "calc.missing", "io", "--layout", "bea", "--table", "T")
		for _, layout := range []string{"oecd", "gso"} {
			if _, _, err := calctest.Run("en", disk, "io", "--layout", layout, "--table", "T"); err == nil {
				t.Errorf("%s: another layout was taken", layout)
			}
		}
	})
}
