package monitor

import "testing"

func TestTheNewestJudgementHoldsUnlessItTakesTheEarlierBack(t *testing.T) {
	set := func(target string, c Class, by string) Override { return Override{Target: target, Class: c, By: by} }
	got := InForce([]Override{set("A@2025", Likely, "first"), set("B@2025", Achieved, "only"), set(" A@2025 ", Concentrate, "second"), set("C@2025", Likely, "taken back"),
		set("C@2025", "", "none"), set("A@2030", Likely, "another year")})
	if len(got) != 3 || got["A@2025"].By != "second" || got["B@2025"].By != "only" || got["A@2030"].Class != Likely {
		t.Errorf("%v", got)
	}
}
