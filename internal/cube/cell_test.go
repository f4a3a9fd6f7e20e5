package cube_test

import (
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func TestACellIsReadAsItIsWritten(t *testing.T) {
	for _, p := range []string{"2025", "2025-Q4", "2025-S1", "2025-M07", "2025-07-01", "2024-12-15/P1Y"} {
		c := cube.Cell{Dataflow: "DE_SHARE", Key: "A.VN34-24.NSO.TOTAL", Period: stat.MustPeriod(p)}
		if got, err := cube.ParseCell(c.String()); err != nil || got != c {
			t.Errorf("%s: %v (%v)", c, got, err)
		}
	}
}

func TestWhatNamesNoCellIsRefused(t *testing.T) {
	for _, s := range []string{"", "DE_SHARE", "DE_SHARE/A.VN.NSO.TOTAL", "DE_SHARE//2025", "/A.VN/2025", "DE_SHARE/A.VN.NSO.TOTAL/", "DE_SHARE/A.VN.NSO.TOTAL/năm 2025", strings.Repeat("/", 900)} {
		if _, err := cube.ParseCell(s); fault.CodeOf(err) != "cube.bad-cell" {
			t.Errorf("%q: %v", s, err)
		}
	}
}
