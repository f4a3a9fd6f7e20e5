package reference_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/stat"
)

func TestProvincialFiguresAreThoseOfTheirFiles(t *testing.T) {
	have := ours(t)
	value := map[string]stat.Decimal{}
	for f := range have {
		if f.value != "" {
			value[f.flow+" "+f.key+" "+f.period] = stat.MustDecimal(f.value)
		}
	}
	cells := 0
	same := func(cell, printed string) {
		t.Helper()
		cells++
		if got, ok := value[cell]; !ok || got.Cmp(stat.MustDecimal(printed)) != 0 {
			t.Errorf("%s is %v, the file has %s", cell, got, printed)
		}
	}
	for year := 2018; year <= 2022; year++ {
		for _, r := range listed(t, fmt.Sprintf("provincial/population/population_%d.csv", year)) {
			code, _ := strconv.Atoi(r["code"])
			same(fmt.Sprintf("POPULATION A.VN63-%02d %d", code, year), strings.TrimSpace(r["population"]))
		}
		for _, r := range listed(t, fmt.Sprintf("provincial/grdp_per_capita/grdp_%d.csv", year)) {
			code, _ := strconv.Atoi(r["code"])
			same(fmt.Sprintf("GRDP_PER_HEAD A.VN63-%02d %d", code, year), strings.TrimSpace(r["grdp"]))
		}
	}
	_, areas := world(t)
	for _, r := range listed(t, "provincial/dti_bang_1.csv") {
		area, err := areas.ByName(r["TinhThanh"], stat.MustDate("2024-12-31"))
		if err != nil {
			t.Error(err)
			continue
		}
		version := "DTI2021"
		if r["Nam"] == "2024" {
			version = "DTI2024"
		}
		same(fmt.Sprintf("DTI A.%s.PROV.%s.TOTAL.SCORE %s", area.ID, version, r["Nam"]), r["DTI_Tong"])
	}
	if want := 63*5 + 63*5 + 63*3; cells != want {
		t.Errorf("%d figures compared, want %d", cells, want)
	}
}
