package scenario

import (
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// printed is a few figures, made up, in the order of their periods.
func printed(rows ...string) Figures {
	return func(dataflow, pattern string) (out []cube.Version) {
		for _, r := range rows {
			f := strings.Fields(r)
			v := cube.Version{Dataflow: f[0], Observation: stat.Observation{Key: stat.Key(f[1]), Period: stat.MustPeriod(f[2])}}
			if f[3] != "-" {
				d := stat.MustDecimal(f[3])
				v.Value = &d
			}
			if v.Dataflow == dataflow && v.Key.Matches(pattern) {
				out = append(out, v)
			}
		}
		return out
	}
}

func TestAScenarioOpensWithWhatIsPublished(t *testing.T) {
	g := Ground{Nation: "XX", Official: "NSO", Target: "T-1", Real: 8, Prices: 3, Electronics: 55, Read: printed(
		"DE_SHARE A.XX.NSO.TOTAL 2023 12", "DE_SHARE A.XX.NSO.TOTAL 2024 13", "DE_SHARE A.XX.NSO.TOTAL 2024-Q4 14", "DE_SHARE A.XX.NSO.TOTAL 2025 -",
		"DE_GROWTH A.XX.NSO.G_CON 2024 9.5", "TARGET A.XX.T-1 2024 12", "TARGET A.XX.T-1 2026 20", "TARGET A.XX.T-1 2030 30",
	)}
	a := g.Opening(1999)
	if a.StartYear != 2024 || a.StartShare != 13 || a.ElectronicsReal != 9.5 || a.OtherReal != 9.5 || a.TargetYear != 2026 || a.TargetShare != 20 {
		t.Errorf("%+v", a)
	}
	if e := a.Check(); len(e) > 0 {
		t.Errorf("the opening is refused: %v", e)
	}
	bare := Ground{Nation: "XX", Official: "NSO", Target: "T-1", Real: 8, Prices: 3, Electronics: 55, Read: printed()}.Opening(2026)
	if bare.StartYear != 2026 || bare.TargetYear != 2031 || bare.GDPReal != 8 || bare.GDPPrices != 3 || bare.DigitalPrices != 3 || bare.OtherReal != 8 || len(bare.Check()) > 0 {
		t.Errorf("without figures: %+v", bare)
	}
}

func TestLevelsAreThoseOfTheStartYear(t *testing.T) {
	rows := []string{"NA_VA A.XX.B1GQ.V 2024 1000", "DE_SHARE_EST A.XX.NSO.CORE 2024 6", "DE_SHARE_EST A.XX.NSO.DIGITALISED 2024 2"}
	for _, q := range []string{"2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"} {
		rows = append(rows, "NA_QUARTERLY_EST Q.XX.C.V "+q+" 60", "NA_QUARTERLY_EST Q.XX.B1GQ.V "+q+" 250", "NA_QUARTERLY_EST Q.XX.TAX.V "+q+" 25")
	}
	known := Assumptions{StartYear: 2024, GDP: 7, Value: 7, Core: 7, Taxes: 7}
	if a := (Ground{Nation: "XX", Official: "NSO", Read: printed(rows...)}).Levels(known); a.GDP != 1000 || a.Value != 240 || a.Taxes != 10 || a.Core != 75 {
		t.Errorf("%+v", a)
	}
	if a := (Ground{Nation: "XX", Official: "NSO", Read: printed(rows[:len(rows)-3]...)}).Levels(known); a.Value != 0 || a.Taxes != 0 {
		t.Errorf("three quarters make no year: %+v", a)
	}
	known.StartYear = 2020
	if a := (Ground{Nation: "XX", Official: "NSO", Read: printed(rows...)}).Levels(known); a.GDP != 0 || a.Value != 0 || a.Core != 0 || a.Taxes != 0 {
		t.Errorf("levels of another year: %+v", a)
	}
}

// A year that anyone can type is refused in words, and asks for no period that there is not.
func TestAYearThatThereIsNotIsRefused(t *testing.T) {
	for _, year := range []string{"0", "-1", "-9999", "10000", "99999999", "2009"} {
		for _, name := range Years() {
			_, faults := Ground{Nation: "XX", Official: "NSO", Read: printed()}.From(2026, func(asked string) string {
				if asked == name {
					return year
				}
				return ""
			})
			if len(faults) == 0 {
				t.Errorf("%s=%s is not refused", name, year)
			}
		}
	}
}
