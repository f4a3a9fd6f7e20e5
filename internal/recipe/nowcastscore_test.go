package recipe

import (
	"testing"

	"nhipso/internal/stat"
)

func TestPastEstimatesAreHeldAgainstWhatCame(t *testing.T) {
	n := newNational(t)
	// GDP of 2025 was first published on 6 October 2026; the day before, the quarters of 2024 and published growth gave an estimate of it.
	at := map[string]series{}
	for _, m := range []string{"NOWCAST", "PUBLISHED", "ERROR", "QUARTERS"} {
		at[m] = n.series(t, "DE_NOWCAST_SCORE", "A", "VN", "GDP", m)
	}
	year := stat.Year(2025)
	nowcast, ok := at["NOWCAST"].value(year)
	came, _ := at["PUBLISHED"].value(year)
	if !ok || came.String() != "12847571" || at["NOWCAST"].at[year].Attributes[stat.AttrReplay] != "2026-10-05" {
		t.Fatalf("GDP of 2025: %s expected, %s came", nowcast, came)
	}
	want, _ := nowcast.Sub(came).Mul(hundred).Quo(came)
	if miss, _ := at["ERROR"].value(year); miss.Sub(want).Abs().Cmp(stat.MustDecimal("0.0001")) > 0 {
		t.Errorf("error %s, want %s", miss, want)
	}
	if q, _ := at["QUARTERS"].value(year); q.Cmp(stat.Int(4)) != 0 {
		t.Errorf("rests on %s quarters", q)
	}
	// The share of 2025 came on 5 January 2026. The day before, growth of the second quarter was not on record, so that one quarter could be estimated.
	share, ok := n.series(t, "DE_NOWCAST_SCORE", "A", "VN", "SHARE", "NOWCAST").value(year)
	if quarters, _ := n.series(t, "DE_NOWCAST_SCORE", "A", "VN", "SHARE", "QUARTERS").value(year); !ok || quarters.Cmp(stat.Int(1)) != 0 {
		t.Errorf("the share of 2025 was expected at %s from %s quarters", share, quarters)
	}
	v := n.series(t, "DE_NOWCAST_SCORE", "A", "VN", "SHARE", "NOWCAST").at[year]
	inside, _ := n.series(t, "DE_NOWCAST_SCORE", "A", "VN", "SHARE", "INSIDE").value(year)
	lower, upper := stat.MustDecimal(v.Attributes[stat.AttrLower]), stat.MustDecimal(v.Attributes[stat.AttrUpper])
	is := stat.MustDecimal("14.02")
	if (lower.Cmp(is) <= 0 && is.Cmp(upper) <= 0) != (inside.Sign() > 0) {
		t.Errorf("14.02 in [%s, %s]: %s", lower, upper, inside)
	}
	t.Logf("share of 2025 expected at %s [%s, %s], came 14.02; GDP expected at %s, came %s", share, lower, upper, nowcast, came)
}
