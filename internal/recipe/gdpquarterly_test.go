package recipe

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// plainEconomy gives the inputs of gdp-quarterly for an economy of 100 a quarter in 2023 and 110 in 2024, which grew by 5 per cent in volume,
// with the shares of twenty sections at 4.5 per cent each and a growth rate of 10 per cent for the first quarter of 2025.
func plainEconomy(leaveOut ...string) *pipeline.Inputs {
	history := map[string][]cube.Version{}
	add := func(input, flow string, key stat.Key, period string, value float64) {
		for _, out := range leaveOut {
			if strings.HasPrefix(string(key)+"/"+period, out) {
				return
			}
		}
		v := stat.MustDecimal(strconv.FormatFloat(value, 'f', -1, 64))
		history[input] = append(history[input], cube.Version{Dataflow: flow, Message: 1, Observation: stat.Observation{Key: key, Period: stat.MustPeriod(period), Value: &v, Status: stat.Normal}})
	}
	for y, level := range map[string]float64{"2023": 100, "2024": 110} {
		for _, q := range []string{"-Q1", "-Q2", "-Q3", "-Q4"} {
			add("quarters", "NA_VA", stat.NewKey("Q", country, gdp, current), y+q, level)
			add("quarters", "NA_VA", stat.NewKey("Q", country, "C", current), y+q, level*0.045)
			add("quarters", "NA_VA", stat.NewKey("Q", country, "J", current), y+q, level*0.045)
			add("quarters", "NA_VA", stat.NewKey("Q", country, tax, current), y+q, level*0.1)
		}
		add("years", "NA_VA", stat.NewKey("A", country, gdp, current), y, 4*level)
		for s := 'A'; s <= 'T'; s++ {
			add("structure", "NA_STRUCTURE", stat.NewKey("A", country, string(s)), y, 4.5)
		}
	}
	add("growth", "NA_GROWTH", stat.NewKey("A", country, gdp), "2024", 5)
	add("growth", "NA_GROWTH", stat.NewKey("Q", country, gdp), "2025-Q1", 10)
	return pipeline.NewInputs(vn, nil, history)
}

func TestAQuarterBeyondThePublishedOnesGrowsInVolumeAndPrice(t *testing.T) {
	r, err := gdpQuarters(t.Context(), plainEconomy())
	if err != nil {
		t.Fatal(err)
	}
	prices := 440.0 / 400 / 1.05 // of 2024
	want := map[string]float64{"B1GQ 2024-Q4": 110, "B1GQ 2025-Q1": 110 * 1.10 * prices, "C 2025-Q1": 110 * 0.045 * 1.10 * prices, "TAX 2025-Q1": 110 * 0.1 * 1.10 * prices}
	for _, o := range r.Outputs {
		at := o.Key.Codes()[2] + " " + o.Period.String()
		if w, ok := want[at]; ok {
			delete(want, at)
			if got := o.Value.Float64(); math.Abs(got-w) > 0.0001 {
				t.Errorf("%s is %v, want %v", at, got, w)
			}
			status := stat.Forecast
			if o.Period.Year() == 2024 {
				status = stat.Normal // as printed
			}
			if o.Status != status {
				t.Errorf("%s has status %s", at, o.Status)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestAHoleInTheQuartersIsNamedAndNotFilled(t *testing.T) {
	for hole, name := range map[string]string{
		"Q.VN.B1GQ.V/2024-Q2": "NA_VA/Q.VN.B1GQ.V", // no growth rate was published for it
		"Q.VN.B1GQ.V/2023-Q2": "NA_VA/Q.VN.B1GQ.V", // nothing lies a year before it
		"Q.VN.C.V/2023-Q3":    "NA_VA/Q.VN.C.V",
	} {
		_, err := gdpQuarters(t.Context(), plainEconomy(hole))
		all := fault.All(err)
		if len(all) != 1 || all[0].Code != "recipe.gap" || all[0].Args["series"] != name || !strings.HasSuffix(hole, all[0].Args["period"].(string)) {
			t.Errorf("without %s: %v", hole, err)
		}
	}
	r, err := gdpQuarters(t.Context(), plainEconomy("Q.VN.B1GQ.V"))
	if err != nil || len(r.Outputs) != 3*8 {
		t.Fatalf("without any quarter of GDP the printed quarters of sections stand: %d figures (%v)", len(r.Outputs), err)
	}
	if r, err := gdpQuarters(t.Context(), plainEconomy("Q.VN")); err != nil || len(r.Outputs) != 0 {
		t.Errorf("without any quarter: %d figures (%v)", len(r.Outputs), err)
	}
}
