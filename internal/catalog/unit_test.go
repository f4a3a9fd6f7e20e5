package catalog

import (
	"testing"

	"nhipso/data"
	"nhipso/internal/stat"
)

func TestTheUnitOfAFigureIsThatOfItsCode(t *testing.T) {
	c, err := Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ flow, key, said, mult, unit string }{
		{"IND", "M.VN.SMARTPHONE", "", "", "PC"},
		{"IND", "M.VN.SMARTPHONE", "TASKS", "", "PC"}, // what a row says cannot take it out of its bounds
		{"IND", "A.VN.EGDI", "PC", "", "RANK"},
		{"TARGET", "A.VN.749-1", "", "", "PC"},
		{"TARGET", "A.VN.749-6", "", "", "RANK"},
		{"DE_GROWTH", "A.VN.NSO.R_2020", "", "", "RATIO"},
		{"TASKS", "D.QD749.PRT_DONE", "TASKS", "", "PC"},
		{"DTI", "A.VN63-01.PROV.DTI2021.TOTAL.RANK", "", "", "RANK"},
		{"DE_LEVEL", "A.VN.NSO.TOTAL", "VND", "", "VND"},
		{"TARGET_STATUS", "A.VN.749-6.PROB", "PC", "", "PC"}, // a probability, not the target's rank
	} {
		f, err := c.Dataflow(x.flow)
		if err != nil {
			t.Fatal(err)
		}
		o := stat.Observation{Key: stat.Key(x.key), Attributes: stat.Attributes{stat.AttrUnit: x.said}}
		if got := f.UnitOf(o); got != x.unit {
			t.Errorf("%+v: %q", x, got)
		}
	}
	for key, want := range map[string]int{"A.VN.BANK_ACCOUNTS": 6, "A.VN.ENTERPRISES": 0} {
		f, _ := c.Dataflow("BACKGROUND")
		if got := f.MultOf(stat.Observation{Key: stat.Key(key)}); got != want {
			t.Errorf("%s: 10^%d", key, got)
		}
	}
	f, _ := c.Dataflow("PLATFORMS")
	if got := f.MultOf(stat.Observation{Key: "A.VN.MAU_ZALO", Attributes: stat.Attributes{stat.AttrUnitMult: "3"}}); got != 3 {
		t.Errorf("what the figure says itself is not heard: 10^%d", got)
	}
}
