package satellite_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestTheProductRatioInVolumeBesideTheNominalOne(t *testing.T) {
	disk := calctest.Files{
		"T":   "industry,p1,p2,p3,va,jobs,vol\ni1,900,100,0,400,50,380\ni2,50,800,150,600,40,500\ni3,0,40,460,300,10,360\n",
		"phi": "product,share,group\np2,0.25,a\np3,1,b\n",
		"P":   "product,price\np3,0.8\np1,1.1\np2,1.25\n",
		"100": "product,price\np1,110\np2,125\np3,80\n",
		"low": "product,price\np1,1.1\np2,1.25\n",
		"bad": "product,price\np1,1.1\np2,0\np3,0.8\n",
	}
	base := []string{"digital", "--definition", "product-ratio", "--table", "T", "--value-added", "va", "--phi", "phi", "--ignore", "vol,jobs"}
	with := func(args ...string) []string { return append(append([]string(nil), base...), args...) }
	nominal := calctest.Ask(t, disk, base...)
	// By numpy: W = V/P, d = Wφ/W1, value added × W1/V1.
	for _, prices := range [][]string{{"--deflators", "P"}, {"--deflators", "100", "--price-base", "100"}} {
		r := calctest.Ask(t, disk, with(prices...)...)
		calctest.Near(t, "nominal", append(r.At("byIndustry").By("i1", "i2", "i3"), r.At("total").Number(), r.At("share").Number()), []float64{10, 210, 282, 502, nominal.At("share").Number()}, 1e-12)
		calctest.Near(t, "volume", r.At("volume", "byIndustry").By("i1", "i2", "i3"), []float64{8, 208.5, 349.8}, 1e-12)
		calctest.Near(t, "ratio", r.At("volume", "ratio").By("i1", "i2", "i3"), []float64{0.02226720647773279, 0.39807341838063, 0.9604612850082373}, 1e-12)
		calctest.Near(t, "terms", r.At("volume").By("total", "share", "price"), []float64{566.3, 0.45404054024504903, 0.8864559420801696}, 1e-12)
		if n := r.At("notes").List(); len(n) != 1 || n[0].At("code").V != "calc.output-deflated" {
			t.Errorf("%v", n)
		}
	}
	r := calctest.Ask(t, disk, with("--deflators", "P", "--volume", "vol")...)
	calctest.Near(t, "with value added in volume", append(r.At("volume", "byIndustry").By("i1", "i2", "i3"), r.At("volume").By("total", "share", "gdp")...),
		[]float64{8.46153846153846, 199.036709190315, 345.7660626029654, 553.2643102548188, 0.4461808953667894, 1240}, 1e-12)
	if n := r.At("notes").List(); len(n) != 0 {
		t.Errorf("%v", n)
	}
	out, _, err := calctest.Run("en", disk, with("--deflators", "P")...)
	if err != nil || !strings.HasPrefix(out, "code,digital,volume\ni1,10,8") || !strings.Contains(out, "\ntotal,502,566.3\nshare,0.386") {
		t.Error(out, err)
	}
	if r := calctest.Ask(t, disk, with("--deflators", "100")...); r.At("notes", 0, "code").V != "calc.price-scale" {
		t.Error("prices in per cent are not told")
	}
	calctest.Refused(t, disk, "calc.no-code-in", with("--deflators", "low")...)
	calctest.Refused(t, disk, "satellite.bad-price", with("--deflators", "bad")...)
	calctest.Refused(t, disk, "calc.bad-number", with("--deflators", "P", "--price-base", "0")...)
	calctest.Refused(t, disk, "calc.only-with", with("--volume", "vol")...)
}
