package portal

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"nhipso/internal/monitor"
)

// The page of a target says every branch of the rule in both languages, with the numbers of that target.
func TestEveryReasonIsASentenceOfThePage(t *testing.T) {
	ofConditions := map[monitor.Reason]bool{monitor.EveryCondition: true, monitor.SomeCondition: true, monitor.EffortCondition: true, monitor.OpenCondition: true}
	var more []row
	year := 2031
	years := map[monitor.Reason]int{}
	for _, r := range monitor.Reasons() {
		for _, lang := range []string{"vi", "en"} {
			if said := say(lang, "targets.reason-"+string(r), "n", 3, "list", "x"); ofConditions[r] && strings.ContainsAny(said, "{}") {
				t.Errorf("%s: %q", r, said)
			}
		}
		if ofConditions[r] {
			continue
		}
		years[r] = year
		y := fmt.Sprint(year)
		standing := func(measure, value string, attrs ...string) row {
			return row{"TARGET_STATUS", "A.VN.KTS-1." + measure, y, value, "2026-11-20", "F", append([]string{"RUN", "digital-quarterly#1", "EVIDENCE", "M"}, attrs...)}
		}
		more = append(more, row{"TARGET", "A.VN.KTS-1", y, "30", "2020-06-03", "A", []string{"COMPARATOR", "=", "UNIT_MEASURE", "PC_GDP"}},
			standing("CLASS", "", "VALUE_TEXT", "FOCUS", "COMMENT_OBS", string(r)), standing("ACTUAL", "14.02", "VALUE_TEXT", "2025"), standing("FORECAST", "15.38"), standing("PROB", "0.4"))
		year++
	}
	s, _ := newSite(t, more...)
	for lang, address := range map[string]string{"vi": "/muc-tieu/KTS-1", "en": "/muc-tieu/KTS-1?lang=en"} {
		body := get(s, address).Body.String()
		seen := map[string]monitor.Reason{}
		for r, year := range years {
			_, section, _ := strings.Cut(body, fmt.Sprintf("<h2>%d, ", year))
			_, verdict, _ := strings.Cut(section, "</b>. ")
			said, _, ok := strings.Cut(html.UnescapeString(verdict), " <span")
			said = strings.ReplaceAll(said, fmt.Sprint(year), "")
			if !ok || strings.ContainsAny(said, "{}<") || said == say(lang, "targets.rule-FOCUS") {
				t.Errorf("%s has no sentence of its own: %q", r, said)
			}
			if other, twice := seen[said]; twice && !(r == monitor.Ahead || r == monitor.Behind) {
				t.Errorf("%s reads as %s: %q", r, other, said)
			}
			seen[said] = r
		}
	}
}
