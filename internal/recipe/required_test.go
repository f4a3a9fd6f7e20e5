package recipe

import (
	"math"
	"strings"
	"testing"
)

// The years up to 2025 grow at the rate of the plan of 2021–2025, those after it at the rate asked of the next; and what a target already met
// or a forecast would need is not asked.
func TestRequiredGrowthTakesTheRateOfEveryYear(t *testing.T) {
	r := RequiredGrowth(vn, vnCatalog(t))
	r.Params = map[string]string{"real-to-2025": "6.5", "real-from-2026": "10", "prices": "3"}
	before, after := 1.065*1.03, 1.10*1.03
	targets := []string{"TARGET/A.VN.KTS-1/2025 20 A 2022-03-31 QD411", "TARGET/A.VN.KTS-1/2030 30 A 2022-03-31 QD411"}
	for name, c := range map[string]struct {
		share string
		want  map[string]float64 // growth at current prices, per cent a year, by key
	}{
		"a start before 2025": {"DE_SHARE/A.VN.NSO.TOTAL/2023 12 A 2024-01-05 NSO", map[string]float64{
			"A.VN.NSO.Y2023.T20_2025.G_NOM 2025": 100 * (math.Pow(20.0/12*before*before, 1.0/2) - 1),
			"A.VN.NSO.Y2023.T30_2030.G_NOM 2030": 100 * (math.Pow(30.0/12*before*before*math.Pow(after, 5), 1.0/7) - 1)}},
		"a start in 2025": {"DE_SHARE/A.VN.NSO.TOTAL/2025 14 A 2026-01-05 NSO", map[string]float64{
			"A.VN.NSO.Y2025.T30_2030.G_NOM 2030": 100 * (math.Pow(30.0/14*math.Pow(after, 5), 1.0/5) - 1)}},
		"a target already met":    {"DE_SHARE/A.VN.MIC.TOTAL/2024 20 A 2025-01-05 MIC", map[string]float64{"A.VN.MIC.Y2024.T30_2030.G_NOM 2030": 100 * (math.Pow(30.0/20*before*math.Pow(after, 5), 1.0/6) - 1)}},
		"a forecast of the share": {"DE_SHARE/A.VN.NSO.TOTAL/2024 13 F 2024-01-05 NSO", nil},
	} {
		got := derived(t, r, loaded(t, append([]string{c.share}, targets...)...))
		n := 0
		for key, v := range got {
			if !strings.Contains(key, ".G_NOM ") {
				continue
			}
			n++
			if want, asked := c.want[key]; !asked || math.Abs(v.Value.Float64()-want) > 1e-3 {
				t.Errorf("%s: %s is %s, want %v", name, key, v.Value, want)
			}
		}
		if n != len(c.want) {
			t.Errorf("%s: %d rates of growth, want %d", name, n, len(c.want))
		}
	}
}

// A printed rate stands beside the computed one only where the two agree to its last digit, rounded or cut.
func TestAPrintedTaskRateStandsBesideTheBaseThatItFits(t *testing.T) {
	counts := []string{"TASKS/A.QD749.ASSIGNED/2024 300 A 2025-01-10 X", "TASKS/A.QD749.DONE/2024 200 A 2025-01-10 X"}
	for printed, want := range map[string]string{"66.7": "66.666667 A 66.7", "66.6": "66.666667 A 66.6", "66.8": "66.666667 A ", "66.5": "66.666667 A ", "67": "66.666667 A 67", "68": "66.666667 A "} {
		got := derived(t, TaskRates(), loaded(t, append(counts, "TASKS/A.QD749.PRT_DONE/2024 "+printed+" A 2025-01-10 X")...))
		if said := saying(got["A.QD749.DONE_OF_ASSIGNED 2024"], "PRINTED"); said != want {
			t.Errorf("beside a printed %s: %q, want %q", printed, said, want)
		}
	}
}
