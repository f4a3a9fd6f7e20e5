package calc

import (
	"strings"
	"testing"
)

func TestTheProductRatioInVolumeBesideTheNominalOne(t *testing.T) {
	disk := files{
		"T":   "industry,p1,p2,p3,va,jobs,vol\ni1,900,100,0,400,50,380\ni2,50,800,150,600,40,500\ni3,0,40,460,300,10,360\n",
		"phi": "product,share,group\np2,0.25,a\np3,1,b\n",
		"P":   "product,price\np3,0.8\np1,1.1\np2,1.25\n",
		"100": "product,price\np1,110\np2,125\np3,80\n",
		"low": "product,price\np1,1.1\np2,1.25\n",
		"bad": "product,price\np1,1.1\np2,0\np3,0.8\n",
	}
	base := []string{"digital", "--definition", "product-ratio", "--table", "T", "--value-added", "va", "--phi", "phi", "--ignore", "vol,jobs"}
	with := func(args ...string) []string { return append(append([]string(nil), base...), args...) }
	nominal := ask(t, disk, base...)
	// By numpy: W = V/P, d = Wφ/W1, value added × W1/V1.
	for _, prices := range [][]string{{"--deflators", "P"}, {"--deflators", "100", "--price-base", "100"}} {
		r := ask(t, disk, with(prices...)...)
		near(t, "nominal", append(r.at("byIndustry").by("i1", "i2", "i3"), r.at("total").number(), r.at("share").number()), []float64{10, 210, 282, 502, nominal.at("share").number()}, 1e-12)
		near(t, "volume", r.at("volume", "byIndustry").by("i1", "i2", "i3"), []float64{8, 208.5, 349.8}, 1e-12)
		near(t, "ratio", r.at("volume", "ratio").by("i1", "i2", "i3"), []float64{0.02226720647773279, 0.39807341838063, 0.9604612850082373}, 1e-12)
		near(t, "terms", r.at("volume").by("total", "share", "price"), []float64{566.3, 0.45404054024504903, 0.8864559420801696}, 1e-12)
		if n := r.at("notes").list(); len(n) != 1 || n[0].at("code").v != "calc.output-deflated" {
			t.Errorf("%v", n)
		}
	}
	r := ask(t, disk, with("--deflators", "P", "--volume", "vol")...)
	near(t, "with value added in volume", append(r.at("volume", "byIndustry").by("i1", "i2", "i3"), r.at("volume").by("total", "share", "gdp")...),
		[]float64{8.46153846153846, 199.036709190315, 345.7660626029654, 553.2643102548188, 0.4461808953667894, 1240}, 1e-12)
	if n := r.at("notes").list(); len(n) != 0 {
		t.Errorf("%v", n)
	}
	out, _, err := run("en", disk, with("--deflators", "P")...)
	if err != nil || !strings.HasPrefix(out, "code,digital,volume\ni1,10,8") || !strings.Contains(out, "\ntotal,502,566.3\nshare,0.386") {
		t.Error(out, err)
	}
	if r := ask(t, disk, with("--deflators", "100")...); r.at("notes", 0, "code").v != "calc.price-scale" {
		t.Error("prices in per cent are not told")
	}
	refused(t, disk, "calc.no-code-in", with("--deflators", "low")...)
	refused(t, disk, "satellite.bad-price", with("--deflators", "bad")...)
	refused(t, disk, "calc.bad-number", with("--deflators", "P", "--price-base", "0")...)
	if r := ask(t, disk, with("--volume", "vol")...); r.at("notes", 0, "code").v != "calc.no-effect" {
		t.Error("--volume without --deflators is not told")
	}
}
