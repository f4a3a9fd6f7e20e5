package calc

import "testing"

func TestDigitalSupplyAndUse(t *testing.T) {
	disk := files{"use": rectangular["use"], "make": rectangular["make"], "supply": rectangular["supply"],
		"moves":  "industry,class,output,value_added\nI1,1,0.2,0.25\nI2,DI2,0.5,\n",
		"nature": "product,ordered-direct,ordered-resident-platform,ordered-foreign-platform,not-ordered,delivered\nP1,0.1,0.2,0.05,0.65,0.3\nP2,0,0,0,1,0.5\n"}
	base := []string{"digital", "--definition", "oecd", "--table", "use", "--value-added", "va", "--final", "fd"}
	with := func(args ...string) []string { return append(append([]string(nil), base...), args...) }
	for _, made := range [][]string{{"--make", "make"}, {"--supply", "supply"}, {"--make-table", "make"}} {
		r := ask(t, disk, append(with("--moves", "moves", "--nature", "nature", "--digital", "P2", "--cloud", "P2"), made...)...)
		near(t, "value added", r.at("byIndustry").by("DI1", "DI2"), []float64{0.25 * 75, 0.5 * 25}, 1e-15)
		if r.at("byIndustry", "DI3").v != nil || r.at("total").v != nil || r.at("share").v != nil {
			t.Error("a class without a source has a figure")
		}
		near(t, "known", []float64{r.at("knownTotal").number(), r.at("knownShare").number(), r.at("gdp").number()}, []float64{31.25, 0.3125, 100}, 1e-15)
		near(t, "class 1", r.at("classes", 0).by("output", "intermediate", "valueAdded"), []float64{20, 1.25, 18.75}, 1e-15)
		if r.at("classes", 0, "assumed").v != false || r.at("classes", 1, "assumed").v != true {
			t.Error("which ratios are assumed is not told")
		}
		near(t, "products", r.at("products", "digital").by("output", "intermediate"), []float64{50, 20}, 0)
		near(t, "products", r.at("products", "cloud").by("output", "intermediate"), []float64{50, 20}, 0)
		near(t, "final use", r.at("spending", "fd").by("total", "ordered", "delivered"), []float64{100, 24.5, 36}, 1e-15)
		near(t, "by nature", r.at("spending", "intermediate", "byNature").by("ordered-direct", "ordered-resident-platform", "ordered-foreign-platform", "not-ordered"), []float64{3, 6, 1.5, 39.5}, 1e-15)
		for _, c := range r.at("checks").list() {
			if c.at("holds").v != true {
				t.Errorf("%v does not hold", c.at("name").v)
			}
		}
	}
	every := "industry,class,output\nI1,1,0.1\nI1,2,0.1\nI1,3,0.1\nI1,4,0.1\nI1,5,0.1\nI1,6,0.1\nI1,7,0.1\n"
	r := ask(t, files{"use": rectangular["use"], "make": rectangular["make"], "moves": every}, with("--make", "make", "--moves", "moves")...)
	near(t, "all seven", []float64{r.at("total").number(), r.at("share").number()}, []float64{52.5, 0.525}, 1e-14)
	refuse := func(code, moves string) {
		t.Helper()
		refused(t, files{"use": rectangular["use"], "make": rectangular["make"], "moves": moves}, code, with("--make", "make", "--moves", "moves")...)
	}
	refuse("satellite.more-than-all", "industry,class,output\nI1,1,0.6\nI1,2,0.6\n")
	refuse("satellite.negative-intermediate", "industry,class,output,value_added\nI1,1,0.1,0.9\n")
	refuse("satellite.no-such-class", "industry,class,output\nI1,8,0.6\n")
	refuse("satellite.no-such-industry", "industry,class,output\nI9,1,0.6\n")
	refuse("satellite.moved-twice", "industry,class,output\nI1,1,0.6\nI1,1,0.1\n")
	refuse("calc.blank", "industry,class,output\nI1,1,\n")
	refuse("calc.no-column", "industry,output\nI1,1\n")
	refused(t, disk, "calc.missing", with("--make", "make")...)
	refused(t, disk, "calc.missing", with("--moves", "moves")...)
}

func TestComponentsOfTheDecree(t *testing.T) {
	disk := files{"T": "code,va,d\nC26,100,\nC_o,500,0.1\nG,300,0.05\nJ611,80,\nJ6120,20,\n"}
	args := []string{"digital", "--definition", "components", "--table", "T", "--value-added", "va", "--digital", "26,61", "--platform", "6120"}
	r := ask(t, disk, append(args, "--coefficients", "d", "--product-taxes", "60")...)
	near(t, "components", r.at("values").by("ict", "platform", "sectoral"), []float64{180, 20, 65}, 1e-15)
	near(t, "shares", r.at("shares").by("ict", "platform", "sectoral"), []float64{180. / 1060, 20. / 1060, 65. / 1060}, 1e-15)
	near(t, "total", []float64{r.at("total").number(), r.at("share").number(), r.at("moved").number()}, []float64{265, 0.25, 20}, 1e-15)
	if r.at("components", "J6120").v != "platform" || r.at("components", "G").v != "sectoral" {
		t.Error("an industry is in the wrong component")
	}
	r = ask(t, disk, args...)
	if r.at("total").v != nil || r.at("values", "sectoral").v != nil || len(r.at("missing").list()) != 2 {
		t.Error("a missing coefficient is taken for zero")
	}
	refused(t, disk, "calc.missing", args[:9]...)
	refused(t, disk, "satellite.list-unresolved", append(args[:10], "61202")...)
}

func TestSectorsAgainstATarget(t *testing.T) {
	disk := files{"T": "sector,digital,value_added\na,1.2,12\nb,1,50\nc,,50\n"}
	r := ask(t, disk, "digital", "--definition", "sectors", "--table", "T")
	for code, want := range map[string]string{"a": "met", "b": "not-met", "c": "not-assessable"} {
		if got := r.at("status", code).v; got != want {
			t.Errorf("%s: %v, want %s", code, got, want)
		}
	}
	near(t, "shares", r.at("shares").by("a", "b"), []float64{0.1, 0.02}, 1e-15)
	if r.at("total").v != nil || r.at("shares", "c").v != nil {
		t.Error("a sector that is not known has a figure")
	}
	refused(t, files{"T": "sector,digital,value_added\na,13,12\n"}, "satellite.part-over-whole", "digital", "--definition", "sectors", "--table", "T")
	refused(t, disk, "satellite.coefficient-outside", "digital", "--definition", "sectors", "--table", "T", "--target", "2")
	refused(t, disk, "calc.bad-number", "digital", "--definition", "sectors", "--table", "T", "--target", "x")
}

func TestConcentrationOfTheEconomy(t *testing.T) {
	disk := files{"T": "code,value\nhn,10\nhcm,20\ndn,5\n"}
	r := ask(t, disk, "digital", "--definition", "concentration", "--table", "T", "--top", "1,2,9")
	near(t, "top", r.at("top").by("1", "2", "9"), []float64{20. / 35, 30. / 35, 1}, 1e-15)
	near(t, "indices", r.by("hhi", "normalHHI", "effective", "gini"), []float64{525. / 1225, 1. / 7, 1225. / 525, 2. / 7}, 1e-14)
	near(t, "Lorenz", r.at("lorenz").each("share"), []float64{0, 5. / 35, 15. / 35, 1}, 1e-15)
	refused(t, disk, "calc.bad-number", "digital", "--definition", "concentration", "--table", "T", "--top", "one")
	refused(t, disk, "satellite.bad-rank", "digital", "--definition", "concentration", "--table", "T", "--top", "0")
	refused(t, files{"T": "a,-1\nb,2\n"}, "satellite.bad-amount", "digital", "--definition", "concentration", "--table", "T")
	refused(t, files{"T": "a,0\nb,0\n"}, "satellite.nothing-to-share", "digital", "--definition", "concentration", "--table", "T")
}

func TestACodeThatIsThereIsThatIndustryAlone(t *testing.T) {
	disk := files{"T": "code,10,20,100,fd\n10,1,2,3,4\n20,1,2,1,6\n100,2,1,1,6\nva,6,5,5,\n"}
	args := []string{"digital", "--definition", "adb", "--table", "T", "--value-added", "va", "--final", "fd", "--digital"}
	near(t, "own", []float64{ask(t, disk, append(args, "10")...).at("own").number()}, []float64{6}, 0)
	refused(t, disk, "satellite.list-unresolved", append(args, "7")...)
	refused(t, disk, "satellite.listed-twice", append(args, "10,10")...)
}

func TestAMakeTableMayNameProductsAsIndustries(t *testing.T) {
	disk := files{"T": "code,a,b,va\na,90,10,40\nb,20,80,60\n", "phi": "product,share\na,0\nb,0.5\n"}
	r := ask(t, disk, "digital", "--definition", "product-ratio", "--table", "T", "--value-added", "va", "--phi", "phi")
	near(t, "ratio", r.at("ratio").by("a", "b"), []float64{0.05, 0.4}, 1e-15)
	near(t, "total", []float64{r.at("total").number()}, []float64{26}, 1e-15)
}
