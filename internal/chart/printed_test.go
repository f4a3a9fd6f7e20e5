package chart

import (
	"encoding/json"
	"strings"
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

func TestADrawingWritesTheWordsOfTheSource(t *testing.T) {
	d := stat.Int(84)
	bound := FigureOf(stat.Observation{Value: &d, Status: stat.Normal, Attributes: stat.Attributes{stat.AttrText: "PR_GT84"}})
	free := FigureOf(stat.Observation{Value: &d, Status: stat.Normal, Attributes: stat.Attributes{stat.AttrText: ">84"}})
	s := &Spec{Unit: catalog.Label{Vi: "%", En: "%"}, Printed: map[string]catalog.Label{"PR_GT84": {Vi: "trên 84", En: "more than 84"}}}
	p := plot{s: s, lang: "vi"}
	if got := p.tipRow("", bound); got != "<b>trên 84</b>\u00a0%" {
		t.Error(got)
	}
	if got := p.tipRow("", free); got != "<b>&gt;84</b>\u00a0%" {
		t.Error(got)
	}
	if got := p.tipRow("", Figure(d)); got != "<b>84</b>\u00a0%" {
		t.Error(got)
	}
	s.Kind, s.Periods, s.Series = Line, []stat.Period{stat.Year(2023)}, []Series{{ID: "a", Values: []Value{bound}}}
	if c := s.Table().Rows[0][1]; c.Label.En != "more than 84" || c.Number == nil {
		t.Errorf("%+v", c)
	}
	b, err := json.Marshal(s)
	if err != nil || !strings.Contains(string(b), `"text":"PR_GT84"`) {
		t.Error(err, string(b))
	}
	secret := bound
	secret.Conf = stat.Confidential
	s.Series[0].Values[0] = secret
	if c := s.Table().Rows[0][1]; c.Label.Vi != "" || c.Number != nil {
		t.Errorf("a secret figure shows its words: %+v", c)
	}
}
