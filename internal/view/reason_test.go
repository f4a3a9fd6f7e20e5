package view

import (
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Explanations, and with them the command line, say every branch of the rule in words of its own, in both languages.
func TestEveryReasonIsSaid(t *testing.T) {
	i := loaded(t)
	number := func(flow, key, period, value string, attrs ...string) cube.Version {
		d := stat.MustDecimal(value)
		v := cube.Version{Dataflow: flow, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Value: &d, Attributes: stat.Attributes{stat.AttrSource: "NSO"}}}
		for k := 0; k+1 < len(attrs); k += 2 {
			v.Attributes[attrs[k]] = attrs[k+1]
		}
		return v
	}
	goal := number("TARGET", "A.VN.KTS-1", "2030", "30")
	actual := number("DE_SHARE", "A.VN.NSO.TOTAL", "2025", "14.02")
	beside := map[string]cube.Version{}
	for measure, value := range map[string]string{"TARGET": "30", "ACTUAL": "14.02", "FORECAST": "15.38", "PROB": "0.4"} {
		year := ""
		if measure == "ACTUAL" {
			year = "2025"
		}
		beside["A.VN.KTS-1."+measure] = number(targetFlow, "A.VN.KTS-1."+measure, "2030", value, stat.AttrText, year)
	}
	find := func(c cube.Cell) (cube.Version, bool) { v, ok := beside[string(c.Key)]; return v, ok }
	said := map[string]map[string]monitor.Reason{"vi": {}, "en": {}}
	for _, r := range monitor.Reasons() {
		v := cube.Version{Dataflow: targetFlow, Observation: stat.Observation{Key: "A.VN.KTS-1.CLASS", Period: stat.MustPeriod("2030"),
			Attributes: stat.Attributes{stat.AttrText: "FOCUS", stat.AttrComment: string(r), "RUN": "target-status#1"}}}
		n := pipeline.Node{Cell: v.Cell(), Versions: []cube.Version{v}, Run: &pipeline.Run{Recipe: "target-status"},
			From: []pipeline.Node{{Role: "target", Versions: []cube.Version{goal}}, {Role: "figure", Versions: []cube.Version{actual}}}}
		for _, lang := range []string{"vi", "en"} {
			s, _ := NewSpeaker(i.catalog, i.recipes, lang, find).Sentence(n)
			text := s.Text
			if s.Kind != Rule || strings.ContainsAny(text, "{}") || strings.Contains(text, string(r)) || strings.Contains(text, "FOCUS") {
				t.Errorf("%s: %q", r, text)
			}
			if other, twice := said[lang][text]; twice && !(r == monitor.Behind && other == monitor.Ahead) {
				t.Errorf("%s reads as %s: %q", r, other, text)
			}
			said[lang][text] = r
		}
	}
}
