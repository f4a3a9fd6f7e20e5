package reference_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/needs"
	"nhipso/internal/stat"
)

// provincial reads one of the provincial files beside the repository.
func provincial(t *testing.T, name string) []map[string]string {
	t.Helper()
	b, err := os.ReadFile(needs.Shared(t, "data/vn_provincial/"+name))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func TestProvincialFiguresAreThoseOfTheirFiles(t *testing.T) {
	have := ours(t)
	value := map[string]stat.Decimal{}
	for f := range have {
		if f.value != "" {
			value[f.flow+" "+f.key+" "+f.period] = stat.MustDecimal(f.value)
		}
	}
	same := func(cell, printed string) {
		t.Helper()
		if got, ok := value[cell]; !ok || got.Cmp(stat.MustDecimal(printed)) != 0 {
			t.Errorf("%s is %v, the file has %s", cell, got, printed)
		}
	}
	for year := 2018; year <= 2022; year++ {
		for _, r := range provincial(t, fmt.Sprintf("population/population_%d.csv", year)) {
			code, _ := strconv.Atoi(r["code"])
			same(fmt.Sprintf("POPULATION A.VN63-%02d %d", code, year), strings.TrimSpace(r["population"]))
		}
		for _, r := range provincial(t, fmt.Sprintf("grdp_per_capita/grdp_%d.csv", year)) {
			code, _ := strconv.Atoi(r["code"])
			same(fmt.Sprintf("GRDP_PER_HEAD A.VN63-%02d %d", code, year), strings.TrimSpace(r["grdp"]))
		}
	}
	_, areas := world(t)
	for _, r := range provincial(t, "dti_bang_1.csv") {
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
}
