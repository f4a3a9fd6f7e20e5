package satellite_test

import (
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestDigitalSupplyAndUse(t *testing.T) {
	disk := calctest.Files{"use": calctest.Rectangular["use"], "make": calctest.Rectangular["make"], "supply": calctest.Rectangular["supply"],
		"moves":  "industry,class,output,value_added\nI1,1,0.2,0.25\nI2,DI2,0.5,\n",
		"nature": "product,ordered-direct,ordered-resident-platform,ordered-foreign-platform,not-ordered,delivered\nP1,0.1,0.2,0.05,0.65,0.3\nP2,0,0,0,1,0.5\n"}
	base := []string{"digital", "--definition", "oecd", "--table", "use", "--value-added", "va", "--final", "fd"}
	with := func(args ...string) []string { return append(append([]string(nil), base...), args...) }
	for _, made := range [][]string{{"--make", "make"}, {"--supply", "supply"}, {"--make-table", "make"}} {
		r := calctest.Ask(t, disk, append(with("--moves", "moves", "--nature", "nature", "--digital", "P2", "--cloud", "P2"), made...)...)
		calctest.Near(t, "value added", r.At("byIndustry").By("DI1", "DI2"), []float64{0.25 * 75, 0.5 * 25}, 1e-15)
		if r.At("byIndustry", "DI3").V != nil || r.At("total").V != nil || r.At("share").V != nil {
			t.Error("a class without a source has a figure")
		}
		calctest.Near(t, "known", []float64{r.At("knownTotal").Number(), r.At("knownShare").Number(), r.At("gdp").Number()}, []float64{31.25, 0.3125, 100}, 1e-15)
		calctest.Near(t, "class 1", r.At("classes", 0).By("output", "intermediate", "valueAdded"), []float64{20, 1.25, 18.75}, 1e-15)
		if r.At("classes", 0, "assumed").V != false || r.At("classes", 1, "assumed").V != true {
			t.Error("which ratios are assumed is not told")
		}
		calctest.Near(t, "products", r.At("products", "digital").By("output", "intermediate"), []float64{50, 20}, 0)
		calctest.Near(t, "products", r.At("products", "cloud").By("output", "intermediate"), []float64{50, 20}, 0)
		calctest.Near(t, "final use", r.At("spending", "fd").By("total", "ordered", "delivered"), []float64{100, 24.5, 36}, 1e-15)
		calctest.Near(t, "by nature", r.At("spending", "intermediate", "byNature").By("ordered-direct", "ordered-resident-platform", "ordered-foreign-platform", "not-ordered"), []float64{3, 6, 1.5, 39.5}, 1e-15)
		for _, c := range r.At("checks").List() {
			if c.At("holds").V != true {
				t.Errorf("%v does not hold", c.At("name").V)
			}
		}
	}
	every := "industry,class,output\nI1,1,0.1\nI1,2,0.1\nI1,3,0.1\nI1,4,0.1\nI1,5,0.1\nI1,6,0.1\nI1,7,0.1\n"
	r := calctest.Ask(t, calctest.Files{"use": calctest.Rectangular["use"], "make": calctest.Rectangular["make"], "moves": every}, with("--make", "make", "--moves", "moves")...)
	calctest.Near(t, "all seven", []float64{r.At("total").Number(), r.At("share").Number()}, []float64{52.5, 0.525}, 1e-14)
	refuse := func(code, moves string) {
		t.Helper()
		calctest.Refused(t, calctest.Files{"use": calctest.Rectangular["use"], "make": calctest.Rectangular["make"], "moves": moves}, code, with("--make", "make", "--moves", "moves")...)
	}
	refuse("satellite.more-than-all", "industry,class,output\nI1,1,0.6\nI1,2,0.6\n")
	refuse("satellite.negative-intermediate", "industry,class,output,value_added\nI1,1,0.1,0.9\n")
	refuse("satellite.no-such-class", "industry,class,output\nI1,8,0.6\n")
	refuse("satellite.no-such-industry", "industry,class,output\nI9,1,0.6\n")
	refuse("satellite.moved-twice", "industry,class,output\nI1,1,0.6\nI1,1,0.1\n")
	refuse("calc.blank", "industry,class,output\nI1,1,\n")
	refuse("calc.no-column", "industry,output\nI1,1\n")
	calctest.Refused(t, disk, "calc.missing", with("--make", "make")...)
	calctest.Refused(t, disk, "calc.missing", with("--moves", "moves")...)
}

func TestComponentsOfTheDecree(t *testing.T) {
	disk := calctest.Files{"T": "code,va,d\nC26,100,\nC_o,500,0.1\nG,300,0.05\nJ611,80,\nJ6120,20,\n"}
	args := []string{"digital", "--definition", "components", "--table", "T", "--value-added", "va", "--digital", "26,61", "--platform", "6120"}
	r := calctest.Ask(t, disk, append(args, "--coefficients", "d", "--product-taxes", "60")...)
	calctest.Near(t, "components", r.At("values").By("ict", "platform", "sectoral"), []float64{180, 20, 65}, 1e-15)
	calctest.Near(t, "shares", r.At("shares").By("ict", "platform", "sectoral"), []float64{180. / 1060, 20. / 1060, 65. / 1060}, 1e-15)
	calctest.Near(t, "total", []float64{r.At("total").Number(), r.At("share").Number(), r.At("moved").Number()}, []float64{265, 0.25, 20}, 1e-15)
	if r.At("components", "J6120").V != "platform" || r.At("components", "G").V != "sectoral" {
		t.Error("an industry is in the wrong component")
	}
	r = calctest.Ask(t, disk, args...)
	if r.At("total").V != nil || r.At("values", "sectoral").V != nil || len(r.At("missing").List()) != 2 {
		t.Error("a missing coefficient is taken for zero")
	}
	calctest.Refused(t, disk, "calc.missing", args[:9]...)
	calctest.Refused(t, disk, "satellite.list-unresolved", append(args[:10], "61202")...)
}

func TestSectorsAgainstATarget(t *testing.T) {
	disk := calctest.Files{"T": "sector,digital,value_added\na,1.2,12\nb,1,50\nc,,50\n"}
	r := calctest.Ask(t, disk, "digital", "--definition", "sectors", "--table", "T")
	for code, want := range map[string]string{"a": "met", "b": "not-met", "c": "not-assessable"} {
		if got := r.At("status", code).V; got != want {
			t.Errorf("%s: %v, want %s", code, got, want)
		}
	}
	calctest.Near(t, "shares", r.At("shares").By("a", "b"), []float64{0.1, 0.02}, 1e-15)
	if r.At("total").V != nil || r.At("shares", "c").V != nil {
		t.Error("a sector that is not known has a figure")
	}
	calctest.Refused(t, calctest.Files{"T": "sector,digital,value_added\na,13,12\n"}, "satellite.part-over-whole", "digital", "--definition", "sectors", "--table", "T")
	calctest.Refused(t, disk, "satellite.coefficient-outside", "digital", "--definition", "sectors", "--table", "T", "--target", "2")
	calctest.Refused(t, disk, "calc.bad-number", "digital", "--definition", "sectors", "--table", "T", "--target", "x")
}

func TestConcentrationOfTheEconomy(t *testing.T) {
	disk := calctest.Files{"T": "code,value\nhn,10\nhcm,20\ndn,5\n"}
	r := calctest.Ask(t, disk, "digital", "--definition", "concentration", "--table", "T", "--top", "1,2,9")
	calctest.Near(t, "top", r.At("top").By("1", "2", "9"), []float64{20. / 35, 30. / 35, 1}, 1e-15)
	calctest.Near(t, "indices", r.By("hhi", "normalHHI", "effective", "gini"), []float64{525. / 1225, 1. / 7, 1225. / 525, 2. / 7}, 1e-14)
	calctest.Near(t, "Lorenz", r.At("lorenz").Each("share"), []float64{0, 5. / 35, 15. / 35, 1}, 1e-15)
	calctest.Refused(t, disk, "calc.bad-number", "digital", "--definition", "concentration", "--table", "T", "--top", "one")
	calctest.Refused(t, disk, "satellite.bad-rank", "digital", "--definition", "concentration", "--table", "T", "--top", "0")
	calctest.Refused(t, calctest.Files{"T": "a,-1\nb,2\n"}, "satellite.bad-amount", "digital", "--definition", "concentration", "--table", "T")
	calctest.Refused(t, calctest.Files{"T": "a,0\nb,0\n"}, "satellite.nothing-to-share", "digital", "--definition", "concentration", "--table", "T")
}

func TestACodeThatIsThereIsThatIndustryAlone(t *testing.T) {
	disk := calctest.Files{"T": "code,10,20,100,fd\n10,1,2,3,4\n20,1,2,1,6\n100,2,1,1,6\nva,6,5,5,\n"}
	args := []string{"digital", "--definition", "adb", "--table", "T", "--value-added", "va", "--final", "fd", "--digital"}
	calctest.Near(t, "own", []float64{calctest.Ask(t, disk, append(args, "10")...).At("own").Number()}, []float64{6}, 0)
	calctest.Refused(t, disk, "satellite.list-unresolved", append(args, "7")...)
	calctest.Refused(t, disk, "satellite.listed-twice", append(args, "10,10")...)
}

func TestAMakeTableMayNameProductsAsIndustries(t *testing.T) {
	disk := calctest.Files{"T": "code,a,b,va\na,90,10,40\nb,20,80,60\n", "phi": "product,share\na,0\nb,0.5\n"}
	r := calctest.Ask(t, disk, "digital", "--definition", "product-ratio", "--table", "T", "--value-added", "va", "--phi", "phi")
	calctest.Near(t, "ratio", r.At("ratio").By("a", "b"), []float64{0.05, 0.4}, 1e-15)
	calctest.Near(t, "total", []float64{r.At("total").Number()}, []float64{26}, 1e-15)
}
