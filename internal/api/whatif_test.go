package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"nhipso/internal/api"
	"nhipso/internal/scenario"
)

// TestAScenarioIsThatOfItsRoom: the answer is what the room of scenarios computes of the assumptions that the answer itself names, and says that it
// is no published figure.
func TestAScenarioIsThatOfItsRoom(t *testing.T) {
	w := ask(t, "/api/v1/scenario?lang=en&startYear=2025&startShare=14.02&targetYear=2030&targetShare=30&gdpReal=9&gdpPrices=2.5&digitalPrices=2&electronics=40&electronicsReal=12&otherReal=11&shape=even-points")
	var got api.Scenario
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatal(w.Code, err, w.Body.String())
	}
	a := got.Assumptions
	want, err := scenario.Compute(scenario.Assumptions{StartYear: a.StartYear, StartShare: a.StartShare, TargetYear: a.TargetYear, TargetShare: a.TargetShare, GDPReal: a.GDPReal, GDPPrices: a.GDPPrices,
		DigitalPrices: a.DigitalPrices, Electronics: a.Electronics, ElectronicsReal: a.ElectronicsReal, OtherReal: a.OtherReal, Shape: a.Shape, Core: a.Core, Taxes: a.Taxes, GDP: a.GDP, Value: a.Manufacturing})
	if err != nil {
		t.Fatal(err)
	}
	if a.GDPReal != 9 || a.GDPPrices != 2.5 || a.DigitalPrices != 2 || a.Electronics != 40 || a.ElectronicsReal != 12 || a.OtherReal != 11 || a.Shape != "even-points" || a.StartShare != 14.02 || a.TargetShare != 30 {
		t.Errorf("assumptions %+v", a)
	}
	if got.Required.Real != want.Real || got.Required.Nominal != want.Rate || got.Projected.Share == nil || *got.Projected.Share != *want.Final || len(got.Years) != 6 || got.Years[5].Required != want.Years[5].Required {
		t.Errorf("%+v, computed %+v", got, want)
	}
	if !strings.Contains(got.Note, "not an official figure") {
		t.Errorf("it says of itself %q", got.Note)
	}
}

func TestAScenarioOutOfBoundsNamesItsParameter(t *testing.T) {
	for address, where := range map[string]string{"?startYear=1900": "query.startYear", "?targetYear=2020&startYear=2025": "query.targetYear", "?gdpReal=99": "query.gdpReal", "?electronics=101": "query.electronics", "?shape=round": "query.shape", "?startShare=x": "query.startShare"} {
		w := ask(t, "/api/v1/scenario"+address)
		if w.Code != 422 && w.Code != 400 || !strings.Contains(w.Body.String(), where) {
			t.Errorf("%s: %d %s", address, w.Code, w.Body)
		}
	}
}
