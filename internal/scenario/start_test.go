package scenario

import (
	"strconv"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// TestAStartYearBringsItsOwnShare: whichever year a scenario starts in, it starts with what is published of that year, or says that nothing is.
func TestAStartYearBringsItsOwnShare(t *testing.T) {
	published := map[int]string{2020: "12.67", 2021: "12.87", 2022: "12.83", 2023: "12.33", 2024: "13.17", 2025: "14.02"}
	g := Ground{Nation: "VN", Official: "NSO", Real: 7, Prices: 3, Electronics: 30, Read: func(dataflow, key string) (out []cube.Version) {
		if dataflow != "DE_SHARE" || key != "A.VN.NSO.TOTAL" {
			return nil
		}
		for year := 2020; year <= 2025; year++ {
			d := stat.MustDecimal(published[year])
			var v cube.Version
			v.Period, v.Value = stat.Year(year), &d
			out = append(out, v)
		}
		return out
	}}
	asked := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	for year := 2000; year <= 2035; year++ {
		a, faults := g.From(2026, asked("nam-goc", strconv.Itoa(year), "nam-dich", strconv.Itoa(year+5)))
		want, ok := published[year]
		switch {
		case ok && (len(faults) > 0 || Plain(a.StartShare) != want):
			t.Errorf("%d starts with %s, want %s: %v", year, Plain(a.StartShare), want, faults)
		case !ok && (len(faults) != 1 || faults[0].Where.Column != "ty-trong" && faults[0].Where.Column != "nam-goc"):
			t.Errorf("%d, of which nothing is published, starts with %s: %v", year, Plain(a.StartShare), faults)
		}
		if a, faults := g.From(2026, asked("nam-goc", strconv.Itoa(year), "nam-dich", strconv.Itoa(year+5), "ty-trong", "11,5")); len(faults) == 0 && Plain(a.StartShare) != "11.5" {
			t.Errorf("%d: a share that was typed became %s", year, Plain(a.StartShare))
		}
	}
	if a, faults := g.From(2026, asked()); len(faults) > 0 || a.StartYear != 2025 || Plain(a.StartShare) != "14.02" {
		t.Errorf("without a year: %d %s %v", a.StartYear, Plain(a.StartShare), faults)
	}
}
