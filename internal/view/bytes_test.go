package view

import (
	"bytes"
	"testing"

	wb "nhipso/internal/workbook"
)

// TestTheSameExplanationGivesTheSameBytes writes explanations of each kind again and again, as servers do.
func TestTheSameExplanationGivesTheSameBytes(t *testing.T) {
	i := loaded(t)
	for _, cell := range []string{"DE_VA/A.VN.NSO.TOTAL.LATEST/2023", "DE_SHARE_EST/A.VN.NSO.DIGITALISED/2023", "DE_PROVINCE/A.VN34-24.MIC.SHARE_RESTATED/2022", "DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2025-Q4",
		"DE_QUARTERLY_MC/Q.VN.NSO.CORE.SHARE.MEAN/2025-Q4"} {
		n := i.node(t, cell)
		for _, lang := range []string{"vi", "en"} {
			var first []byte
			for range 6 {
				var b bytes.Buffer
				if err := i.speaker(lang).WriteWorkbook(t.Context(), &b, n, wb.Properties{}); err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = b.Bytes()
				}
				if !bytes.Equal(first, b.Bytes()) {
					t.Fatalf("%s: two workbooks of one explanation differ", cell)
				}
			}
		}
	}
}
