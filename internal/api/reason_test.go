package api

import (
	"strings"
	"testing"

	"nhipso/internal/monitor"
)

// The interface for programs says every branch of the rule in both languages, as the page of a target does.
func TestEveryReasonHasWords(t *testing.T) {
	for _, r := range monitor.Reasons() {
		for _, class := range monitor.Classes() {
			vi, en := reasonWords("vi", r, string(class)), reasonWords("en", r, string(class))
			if vi == en || !strings.HasSuffix(vi, ".") || !strings.HasSuffix(en, ".") || strings.ContainsAny(vi+en, "{}") || strings.Contains(vi+en, string(r)) && strings.Contains(string(r), "-") {
				t.Errorf("%s, %s: %q, %q", r, class, vi, en)
			}
		}
	}
	if reasonWords("vi", "no-such", "MET") != "" {
		t.Error("a branch that does not exist has words")
	}
	if likely, met := reasonWords("en", monitor.EveryCondition, "LIKELY"), reasonWords("en", monitor.EveryCondition, "MET"); likely == met {
		t.Errorf("conditions that may hold and conditions that hold read the same: %q", met)
	}
	for _, want := range []string{"fewer than 3 figures", "less than 2 years lie between the first and the last"} {
		if got := reasonWords("en", monitor.TooShort, "NOT_ASSESSABLE"); !strings.Contains(got, want) {
			t.Errorf("%q without %q", got, want)
		}
	}
}
