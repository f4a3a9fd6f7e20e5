package view

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	wb "nhipso/internal/workbook"
)

// TestAFormulaHoldsItsValue: who opens the workbook without calculating sees the numbers.
func TestAFormulaHoldsItsValue(t *testing.T) {
	i := loaded(t)
	var b bytes.Buffer
	s := i.speaker("en")
	if err := s.WriteWorkbook(t.Context(), &b, i.node(t, "DE_VA/A.VN.NSO.TOTAL.LATEST/2023"), wb.Properties{}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	sheet, found := s.say("sheet-recompute"), 0
	for row := 1; row < 30; row++ {
		at := cellName(colValue, row)
		formula, _ := f.GetCellFormula(sheet, at)
		held, _ := f.GetCellValue(sheet, at, excelize.Options{RawCellValue: true})
		if formula == "" {
			continue
		}
		found++
		if held == "" {
			t.Errorf("%s is %s and holds nothing", at, formula)
		}
	}
	if found < 2 {
		t.Errorf("%d formulas", found)
	}
}
