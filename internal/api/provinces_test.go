package api_test

import (
	"testing"

	"nhipso/internal/stat"
)

func TestProvinces(t *testing.T) {
	t.Run("the list follows the date", func(t *testing.T) {
		for date, n := range map[string]int{"2025-06-30": 63, "2025-07-01": 34} {
			if p := read(t, "/api/v1/provinces?date="+date); size(p["provinces"]) != n {
				t.Errorf("%s: %d", date, size(p["provinces"]))
			}
		}
		if p := read(t, "/api/v1/provinces"); dig(p, "date") != "2026-11-20" || size(p["provinces"]) != 34 {
			t.Error(p["date"])
		}
		if p := read(t, "/api/v1/provinces?asof=2024-01-01"); size(p["provinces"]) != 63 {
			t.Error(p["date"])
		}
	})
	t.Run("one code means two provinces", func(t *testing.T) {
		if then, today := read(t, "/api/v1/provinces/24?date=2024-01-01"), read(t, "/api/v1/provinces/24?date=2026-01-01"); dig(then, "name") != "Bắc Giang" || dig(today, "name") != "Bắc Ninh" {
			t.Error(then, today)
		}
	})
	t.Run("an old province names what it went into, a new one what it was made of", func(t *testing.T) {
		if p := read(t, "/api/v1/provinces/VN63-24"); dig(p, "successor", "id") != "VN34-24" || dig(p, "date") != "2025-06-30" {
			t.Error(p)
		}
		if p := read(t, "/api/v1/provinces/VN34-24"); size(p["predecessors"]) != 2 {
			t.Error(p)
		}
	})
	t.Run("a province is found by name, whatever the diacritics", func(t *testing.T) {
		if p := read(t, "/api/v1/provinces/bac%20ninh?date=2026-01-01"); dig(p, "id") != "VN34-24" {
			t.Error(p)
		}
	})
	t.Run("what names no province is refused", func(t *testing.T) {
		refusedWith(t, "/api/v1/provinces/24", 422, "territory.no-date", "query.date")
		refusedWith(t, "/api/v1/provinces/99?date=2026-01-01", 404, "territory.no-code", "path.province")
		refusedWith(t, "/api/v1/provinces/VN34-99", 404, "territory.no-area", "path.province")
		refusedWith(t, "/api/v1/provinces/VN", 404, "territory.no-area", "path.province")
		refusedWith(t, "/api/v1/provinces/xyz", 404, "territory.no-name", "path.province")
		refusedWith(t, "/api/v1/provinces/VN34-24?date=2020-01-01", 404, "api.not-then", "query.date")
		refusedWith(t, "/api/v1/provinces?date=0900-01-01", 422, "api.bad-day", "query.date")
	})
}

func TestRestate(t *testing.T) {
	const grdp = "/api/v1/restate/GRDP?key=A.&period=2025&from=34"
	t.Run("sums up to regions and the nation are exact and add up", func(t *testing.T) {
		total := func(to string) stat.Decimal {
			r := read(t, grdp+"&to="+to)
			if dig(r, "exact") != true || dig(r, "rule") != "additive" || dig(r, "evidence") == nil {
				t.Error(r)
			}
			var sum stat.Decimal
			for i := range r["areas"].([]any) {
				sum = sum.Add(stat.MustDecimal(dig(r, "areas", i, "value").(string)))
			}
			return sum
		}
		if a, b := total("25"), total("VN"); a.Cmp(b) != 0 || a.Sign() == 0 {
			t.Error(a, b)
		}
	})
}

func TestRestateBackAndRatios(t *testing.T) {
	const grdp = "/api/v1/restate/GRDP?key=A.&period=2025&from=34"
	t.Run("back to 63 provinces takes weights; without, only provinces that did not merge have a figure", func(t *testing.T) {
		r := read(t, grdp+"&to=63")
		have := 0
		for i := range r["areas"].([]any) {
			if dig(r, "areas", i, "value") != nil {
				have++
			}
		}
		if have != 11 || size(r["areas"]) != 63 {
			t.Errorf("%d of %d have figures", have, size(r["areas"]))
		}
		r = read(t, grdp+"&to=63&weights=VN63-24:2,VN63-27:3&lang=en")
		var parts []string
		for i := range r["areas"].([]any) {
			if id := dig(r, "areas", i, "id"); id == "VN63-24" || id == "VN63-27" {
				parts = append(parts, dig(r, "areas", i, "value").(string))
				if dig(r, "areas", i, "exact") != false {
					t.Error("a split passes for exact")
				}
			}
		}
		whole := ""
		for _, o := range read(t, "/api/v1/data/GRDP?key=A.VN34-24&start=2025")["observations"].([]any) {
			whole = dig(o, "value").(string)
		}
		if len(parts) != 2 || stat.MustDecimal(parts[0]).Add(stat.MustDecimal(parts[1])).Cmp(stat.MustDecimal(whole)) != 0 || dig(r, "exact") != false {
			t.Error(parts, whole)
		}
	})
	t.Run("a ratio goes through its denominator", func(t *testing.T) {
		r := read(t, "/api/v1/restate/DE_SHARE?key=A..NSO.TOTAL&period=2025&from=34&to=34")
		if dig(r, "rule") != "ratio" || dig(r, "denominator") != "GRDP/A." {
			t.Error(r)
		}
		for i := range r["areas"].([]any) {
			if dig(r, "areas", i, "id") == "VN34-24" {
				if v := stat.MustDecimal(dig(r, "areas", i, "value").(string)); v.Cmp(stat.MustDecimal("46.3")) != 0 {
					t.Error("restated onto its own set, a ratio stays what it is:", v)
				}
			}
		}
	})
	t.Run("DTI scores of the 63 are averaged, as the publisher declares, and only its own version is exact", func(t *testing.T) {
		r := read(t, "/api/v1/restate/DTI?key=A..PROV.DTI2021.TOTAL.SCORE&period=2022&from=63&to=34")
		if dig(r, "rule") != "average" || dig(r, "exact") != false || dig(r, "areas", 0, "value") == nil || dig(r, "areas", 0, "exact") != false {
			t.Error(r)
		}
	})
	t.Run("what cannot be restated is refused", func(t *testing.T) {
		refusedWith(t, "/api/v1/restate/NOPE?key=A.&period=2025&from=34&to=25", 404, "catalog.no-dataflow", "path.dataflow")
		refusedWith(t, "/api/v1/restate/GRDP?period=2025&from=34&to=25", 422, "api.missing-parameter", "query.key")
		refusedWith(t, "/api/v1/restate/GRDP?key=A.VN34-24&period=2025&from=34&to=25", 422, "api.key-by-area", "query.key")
		refusedWith(t, "/api/v1/restate/GRDP?key=A.&period=1999&from=34&to=25", 404, "api.no-figures", "query.key")
		refusedWith(t, "/api/v1/restate/TASKS?key=A..&period=2025&from=34&to=25", 422, "api.no-areas", "query.key")
		refusedWith(t, "/api/v1/restate/DTI?key=A..PROV.DTI2021.TOTAL.RANK&period=2022&from=63&to=34", 422, "api.no-restatement", "query.key")
		refusedWith(t, "/api/v1/restate/GRDP?key=A.&period=2025&from=34&to=99", 422, "api.not-one-of", "query.to")
		refusedWith(t, grdp+"&to=63&weights=VN63-24", 422, "api.bad-weights", "query.weights")
		refusedWith(t, grdp+"&to=25&denominator=GRDP/A.", 422, "api.no-denominator-here", "query.denominator")
		refusedWith(t, "/api/v1/restate/DE_SHARE?key=A..NSO.TOTAL&period=2025&from=34&to=25&denominator=GRDP", 422, "api.bad-denominator", "query.denominator")
		refusedWith(t, grdp+"&to=63&weights=VN63-24:-1,VN63-27:1", 422, "territory.bad-weight", "query.to")
	})
}
