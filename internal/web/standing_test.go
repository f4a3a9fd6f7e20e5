package web

import (
	"net/http/httptest"
	"testing"
)

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
