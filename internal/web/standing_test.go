package web

import (
	"net/http/httptest"
	"testing"
)

func TestANumberIsNeverPartedFromItsPercent(t *testing.T) {
	for want, got := range map[string]string{
		"14,02\u00a0% GDP": measured(" 14,02", "% GDP"),
		"> 84\u00a0%":      measured("> 84", "%"),
		"3 bậc":            measured("3", "bậc"),
		"7":                measured("7", ""),
		"dưới 1\u00a0%.":   percent.ReplaceAllString("dưới 1 %.", "$1\u00a0%"),
		"điểm %":           percent.ReplaceAllString("điểm %", "$1\u00a0%"),
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

func TestAJudgementThatWasKeptHasTheDayOfItsRun(t *testing.T) {
	s, _ := newSite(t)
	v, err := s.visit(httptest.NewRequest("GET", "/muc-tieu", nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range v.aims() {
		if o, ok := a.measures["CLASS"]; ok && v.dayOf(o) != o.Vintage.Date {
			t.Errorf("a judgement of %s shows as one of %s", o.Vintage.Date, v.dayOf(o))
		}
	}
}

func TestNamesThatRepeatSayTheirEra(t *testing.T) {
	s, _ := newSite(t)
	v, err := s.visit(httptest.NewRequest("GET", "/muc-tieu", nil))
	if err != nil {
		t.Fatal(err)
	}
	options := []option{{Value: "VN34-79", Name: "Thành phố Hồ Chí Minh"}, {Value: "VN63-79", Name: "Thành phố Hồ Chí Minh"}, {Value: "VN", Name: "Cả nước"}}
	v.tellApart(options, "CL_AREA")
	for i, want := range []string{"Thành phố Hồ Chí Minh (từ 01/07/2025)", "Thành phố Hồ Chí Minh (đến 30/06/2025)", "Cả nước"} {
		if got := options[i].Name; got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
