package portal

import (
	"net/http/httptest"
	"nhipso/internal/web/shell"
	"strings"
	"testing"
)

func TestAJudgementThatWasKeptHasTheDayOfItsRun(t *testing.T) {
	p, _ := newTestPortal(t)
	v, err := p.visit(httptest.NewRequest("GET", "/muc-tieu", nil))
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
	p, _ := newTestPortal(t)
	v, err := p.visit(httptest.NewRequest("GET", "/muc-tieu", nil))
	if err != nil {
		t.Fatal(err)
	}
	options := []shell.Option{{Value: "VN34-79", Name: "Thành phố Hồ Chí Minh"}, {Value: "VN63-79", Name: "Thành phố Hồ Chí Minh"}, {Value: "VN", Name: "Cả nước"}}
	v.tellApart(options, "CL_AREA")
	for i, want := range []string{"Thành phố Hồ Chí Minh (từ 01/7/2025)", "Thành phố Hồ Chí Minh (đến 30/6/2025)", "Cả nước"} {
		if got := options[i].Name; got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

func TestATargetOfOneConditionReadsAsOne(t *testing.T) {
	rank := []string{"COMPARATOR", "<=", "UNIT_MEASURE", "RANK", "EVIDENCE", "S"}
	standing := func(target, class, reason string) row {
		return row{"TARGET_STATUS", "A.VN." + target + ".CLASS", "2030", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", class, "COMMENT_OBS", reason, "EVIDENCE", "M"}}
	}
	s, _ := newSite(t, row{"TARGET", "A.VN.942-E", "2030", "50", "2021-06-15", "A", rank}, standing("942-E", "NOT_ASSESSABLE", "open-condition"), standing("942-Ea", "NO_DATA", "no-figure"))
	for address, want := range map[string]string{"/muc-tieu/942-E": "Mục tiêu có một điều kiện (Xếp hạng phát triển chính phủ điện tử (EGDI)). Chưa có số thực hiện", "/muc-tieu/942-E?lang=en": "The target has one condition (EGDI rank (UN)). No actual figure"} {
		if body := get(s, address).Body.String(); !strings.Contains(body, want) || strings.Contains(body, "all 1 ") || strings.Contains(body, "cả 1 ") {
			t.Errorf("%s does not say %q", address, want)
		}
	}
}

// A rank is a place and not a number of something; what counts nothing has no unit.
func TestTheLeadOfAnExplanationHasTheUnitOfItsFigure(t *testing.T) {
	s, _ := newSite(t, row{"IND", "A.VN.GII", "2024", "44", "2024-09-26", "A", []string{"UNIT_MEASURE", "RANK"}})
	for address, want := range map[string]string{
		"/vi-sao?o=IND/A.VN.GII/2024": `<strong class="n">hạng 44</strong>.`, "/vi-sao?o=IND/A.VN.GII/2024&lang=en": `<strong class="n">rank 44</strong>.`,
		"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025": "<strong class=\"n\">14,02</strong>\u00a0% GDP.",
	} {
		if body := get(s, address).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s", address, want)
		}
	}
}
