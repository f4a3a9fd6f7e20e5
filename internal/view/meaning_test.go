package view

import (
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func TestAFigureMeansOneThingWhoeverShowsIt(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	n := Names{c}
	for _, x := range []struct {
		flow, key, value string
		attributes       stat.Attributes
		want             Meaning
	}{
		{"DE_SHARE", "A.VN.NSO.TOTAL", "14.02", nil, Meaning{Unit: "PC_GDP", Decimals: 2, UnitName: catalog.Label{Vi: "% GDP", En: "% of GDP"}}},
		{"DE_SHARE", "A.VN34-24.NSO.TOTAL", "46.3", nil, Meaning{Unit: "PC_GRDP", Decimals: 2, UnitName: catalog.Label{Vi: "% GRDP", En: "% of GRDP"}}},
		{"DE_SHARE", "A.VN34-24.NSO.TOTAL", "46.375", nil, Meaning{Unit: "PC_GRDP", Decimals: 3, UnitName: catalog.Label{Vi: "% GRDP", En: "% of GRDP"}}}, // as its source prints it
		{"DE_SHARE", "A.VN.NSO.TOTAL", "14.0212345", stat.Attributes{stat.AttrRun: "r#1"}, Meaning{Unit: "PC_GDP", Decimals: 2, UnitName: catalog.Label{Vi: "% GDP", En: "% of GDP"}}},
		{"DE_SHARE", "A.VN.NSO.TOTAL", "14", stat.Attributes{stat.AttrDecimals: "0"}, Meaning{Unit: "PC_GDP", UnitName: catalog.Label{Vi: "% GDP", En: "% of GDP"}}},
		{"GRDP", "A.VN34-24", "522000", nil, Meaning{Unit: "VND", Mult: 9, UnitName: catalog.Label{Vi: "tỷ đồng", En: "billion VND"}}},
		{"TARGET", "A.VN.KTS-1", "20", nil, Meaning{Unit: "PC_GDP", UnitName: catalog.Label{Vi: "% GDP", En: "% of GDP"}}}, // the unit of its target
	} {
		f, err := c.Dataflow(x.flow)
		if err != nil {
			t.Fatal(err)
		}
		d := stat.MustDecimal(x.value)
		o := cube.Version{Dataflow: x.flow, Observation: stat.Observation{Key: stat.Key(x.key), Period: stat.Year(2025), Value: &d, Attributes: x.attributes}}
		got := n.Meaning(f, o)
		if x.flow == "TARGET" {
			got.Decimals = 0 // as declared
		}
		if got != x.want {
			t.Errorf("%s/%s = %s: %+v, want %+v", x.flow, x.key, x.value, got, x.want)
		}
		many := n.Meanings(f)
		other := o
		other.Key = "A.VN.MIC.TOTAL"
		if x.flow == "DE_SHARE" {
			many.Of(other)
		}
		if first, again := many.Of(o), many.Of(o); first != n.Meaning(f, o) || again != first {
			t.Errorf("%s/%s: among many %+v, then %+v", x.flow, x.key, first, again)
		}
	}
}
