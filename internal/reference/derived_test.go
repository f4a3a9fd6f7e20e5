package reference_test

import (
	"context"
	"encoding/csv"
	"os"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// The domain notes print digital value added in dong, derived there as published share × newest GDP. The figures are not loaded,
// since a recipe derives them; they show that shares and GDP were keyed right.
func TestSharesTimesGDPGiveTheDerivedLevels(t *testing.T) {
	s, _, _ := loaded(t)
	f, err := os.Open("testdata/derived_levels.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	one := func(flow, key, year string, at cube.AsOf) stat.Decimal {
		t.Helper()
		versions, err := cube.Read(context.Background(), s, cube.Query{Dataflow: flow, Key: key, AsOf: at})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			if v.Period.String() == year {
				return *v.Value
			}
		}
		t.Fatalf("no %s %s of %s", flow, key, year)
		return stat.Decimal{}
	}
	for _, r := range rows[1:] {
		share := one("DE_SHARE", "A.VN.NSO.TOTAL", r[0], cube.AsOf{Vintage: stat.MustDate(r[1])})
		gdp := one("NA_VA", "A.VN.B1GQ.V", r[0], cube.AsOf{})
		if got := share.Mul(gdp).Mul(stat.MustDecimal("0.01")).Round(0); got.String() != r[2] {
			t.Errorf("%s: %s, want %s", r[0], got, r[2])
		}
	}
}
