package calc

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

const declared = "source,mean,sd\nD,100,5\nN,900,9\n"

func TestUncertaintyOfAShare(t *testing.T) {
	o := oracle(t, "constructed-identities.json").at("monte_carlo")
	r := ask(t, files{"d": declared}, "growth", "--what", "uncertainty", "--data", "d", "--formula", "share = D/(D+N)", "--draws", "100000").at("outputs", "share")
	o.at("delta_method_mean").near([]float64{r.at("value").number()}, 1e-12)
	o.at("delta_method_sd").near([]float64{r.at("deltaSd").number()}, 1e-10)
	sd := o.at("delta_method_sd").number()
	if got := r.at("sd").number(); math.Abs(got/sd-1) > 0.02 {
		t.Errorf("sd of the draws %g, to first order %g", got, sd)
	}
	near(t, "the parts of the sources make the variance", []float64{r.at("bySource", "D").number() + r.at("bySource", "N").number()}, []float64{sd * sd}, 1e-12)
	near(t, "error of the mean", []float64{r.at("mcError").number()}, []float64{r.at("sd").number() / math.Sqrt(1e5)}, 1e-12)
}

func TestDrawsOnFilesAreReproducible(t *testing.T) {
	disk := files{"d": "source,law,mean,sd,low,high,group,concentration\nD,lognormal,100,5,,,,\nN,truncated,900,200,0,1000,,\nx,dirichlet,0.2,,,,g,50\ny,dirichlet,0.8,,,,g,\nz,normal,3,1,,,,\n",
		"more": "source,law,mean,sd,low,high,group,concentration\nq,normal,1,1,,,,\nD,lognormal,100,5,,,,\nN,truncated,900,200,0,1000,,\nx,dirichlet,0.2,,,,g,50\ny,dirichlet,0.8,,,,g,\nz,normal,3,1,,,,\n",
		"r":    "code,D,z\nD,1,0.5\nz,0.5,1\n"}
	draw := func(data string, more ...string) string {
		out, _, err := run("en", disk, append([]string{"growth", "--what", "uncertainty", "--data", data, "--formula", "s = x*D/(D+N) + z; one = x + y", "--json"}, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := draw("d")
	for _, more := range [][]string{{"--threads", "1"}, {"--threads", "7"}, {"--seed", "1"}} {
		if draw("d", more...) != want {
			t.Errorf("%v changes the figures", more)
		}
	}
	if draw("d", "--seed", "2") == want || draw("d", "--correlation", "r") == want {
		t.Error("seed or correlation has no effect")
	}
	a := ask(t, disk, "growth", "--what", "uncertainty", "--data", "d", "--formula", "s = D + N").at("outputs", "s", "mean").number()
	b := ask(t, disk, "growth", "--what", "uncertainty", "--data", "more", "--formula", "s = D + N").at("outputs", "s", "mean").number()
	if a != b {
		t.Error("a further source changes the draws of the others")
	}
	one := ask(t, disk, "growth", "--what", "uncertainty", "--data", "d", "--formula", "one = x + y").at("outputs", "one")
	near(t, "shares add to one in every draw", one.at("quantiles").by("0.05", "0.5", "0.95"), []float64{1, 1, 1}, 1e-12)
	near(t, "and have no variance together", []float64{one.at("deltaSd").number()}, []float64{0}, 1e-8)
	tied := ask(t, files{"d": "source,mean,cv\na,10,0.2\nb,-4,0.5\n", "r": "1,-0.6\n-0.6,1\n", "c": "code,a,b\na,1,-0.6\nb,-0.6,1\n"}, "growth", "--what", "uncertainty", "--data", "d", "--formula", "a + b", "--correlation", "c", "--draws", "40000").at("outputs", "result")
	near(t, "variance of a correlated sum", []float64{tied.at("deltaSd").number()}, []float64{math.Sqrt(4 + 4 - 2*0.6*4)}, 1e-9)
	near(t, "in the draws too", []float64{tied.at("sd").number()}, []float64{math.Sqrt(4 + 4 - 2*0.6*4)}, 0.02)
	certain := ask(t, files{"d": "source,mean,sd\na,0.1,0\nb,0.7,0\n"}, "growth", "--what", "uncertainty", "--data", "d", "--formula", "a^2/b").at("outputs", "result")
	if v := certain.at("value").number(); certain.at("mean").number() != v || certain.at("quantiles", "0.5").number() != v || certain.at("sd").number() != 0 {
		t.Error("sources without variance give something other than the point estimate")
	}
}

func TestUncertaintyIsRefusedByName(t *testing.T) {
	ask := func(data, formula, code string, more ...string) {
		t.Helper()
		refused(t, files{"d": data, "r": "code,D,M\nD,1,0\nM,0,1\n", "bad": "code,D,N\nD,1,2\nN,2,1\n"}, code, append([]string{"growth", "--what", "uncertainty", "--data", "d", "--formula", formula}, more...)...)
	}
	ask(declared, "D/(N-900)", "calc.no-point")
	ask(declared, "ln(D-100+1e-9)", "uncertainty.too-many-failed")
	ask(declared, "D/", "calc.bad-formula")
	ask(declared, "D", "calc.no-code-in", "--correlation", "r")
	ask(declared, "D", "uncertainty.bad-correlation", "--correlation", "bad")
	ask(declared, "D", "uncertainty.bad-probability", "--quantiles", "0.5,1.5")
	ask(declared, "D", "uncertainty.no-draws", "--draws", "-1")
	ask("source,mean,sd\nD,1,-2\n", "D", "uncertainty.bad-margin")
	ask("source,mean,sd\nD,1,\n", "D", "calc.blank")
	ask("source,mean\nD,1\n", "D", "calc.no-column")
	ask("source,mean,sd\nD,1,1\nD,2,1\n", "D", "calc.twice")
	ask("source,mean,sd,law\nD,1,1,cauchy\n", "D", "uncertainty.unknown-law")
	ask("source,mean,sd,law\nD,-1,1,lognormal\n", "D", "uncertainty.not-positive")
	ask("source,mean,law,group,concentration\nD,0.5,dirichlet,g,4\nN,0.4,dirichlet,g,\n", "D", "uncertainty.bad-shares")
	ask("source,mean,law,group,concentration\nD,0.5,dirichlet,g,4\nN,0.5,dirichlet,g,5\n", "D", "calc.two-values")
	ask("source,mean,law,group,concentration\nD,0.5,dirichlet,g,\nN,0.5,dirichlet,g,\n", "D", "calc.no-figure")
}

func TestIntervalsHeldAgainstWhatCame(t *testing.T) {
	disk := files{"i": "period,low,high,actual\n2020,1,3,2\n2021,1,3,3\n2022,1,3,4\n2023,1,3,0.5\n", "n": "period,estimate,se,actual\n2020,2,1,3.6\n2021,2,1,3.7\n"}
	r := ask(t, disk, "growth", "--what", "coverage", "--data", "i", "--level", "0.8")
	near(t, "counts", r.by("n", "inside", "below", "above", "share", "meanWidth"), []float64{4, 2, 1, 1, 0.5, 2}, 0)
	near(t, "score", []float64{r.at("intervalScore").number()}, []float64{2 + 10*1.5/4}, 1e-12)
	near(t, "normal intervals of 90 %", ask(t, disk, "growth", "--what", "coverage", "--data", "n").by("inside", "above"), []float64{1, 1}, 0)
	refused(t, files{"d": "low,high,actual\n3,1,2\n"}, "uncertainty.empty-range", "growth", "--what", "coverage", "--data", "d")
	refused(t, files{"d": "low,high,actual\n1,3,\n"}, "calc.blank", "growth", "--what", "coverage", "--data", "d")
	refused(t, disk, "calc.bad-number", "growth", "--what", "coverage", "--data", "i", "--level", "90")
}

func TestRevisionsFromVintages(t *testing.T) {
	disk := files{"v": "period,2023-Q1,2023-Q2,2023-Q3\n2022-Q4,5,5.1,5.3\n2023-Q1,,6,6.4\n2023-Q2,,,4\n"}
	r := ask(t, disk, "growth", "--what", "revisions", "--data", "v")
	near(t, "first to latest", r.at("revision").numbers(), []float64{0.3, 0.4}, 1e-12)
	near(t, "first to second", ask(t, disk, "growth", "--what", "revisions", "--data", "v", "--against", "2").at("revision").numbers(), []float64{0.1, 0.4}, 1e-12)
	for _, p := range r.at("triangle").list() {
		sum := 0.0
		for _, s := range p.at("steps").numbers() {
			sum += s
		}
		near(t, "steps", []float64{sum}, []float64{p.at("total").number()}, 1e-12)
	}
	if r.at("notes", 0, "code").v != "calc.one-vintage" {
		t.Error("the period without a revision is not told of")
	}
	refused(t, disk, "calc.one-vintage", "growth", "--what", "revisions", "--data", "v", "--against", "4")
	refused(t, disk, "calc.bad-number", "growth", "--what", "revisions", "--data", "v", "--against", "1")
}

func TestWhereAShareGoesAndWhyItMoved(t *testing.T) {
	r := ask(t, nil, "growth", "--what", "project", "--share", "0.14", "--growth", "0.2", "--gdp-growth", "0.1", "--years", "3", "--target", "0.3", "--start-year", "2025")
	near(t, "path", r.at("path").each("share"), []float64{0.14 * 12 / 11, 0.14 * math.Pow(12/11.0, 2), 0.14 * math.Pow(12/11.0, 3)}, 1e-12)
	near(t, "years", []float64{r.at("yearsToReach").number()}, []float64{math.Log(0.3/0.14) / math.Log(12/11.0)}, 1e-12)
	refused(t, nil, "chain.never-reached", "growth", "--what", "project", "--share", "0.14", "--growth", "0.1", "--gdp-growth", "0.1", "--target", "0.3")
	refused(t, nil, "chain.length", "growth", "--what", "project", "--share", "0.14", "--growth", "0.1,0.1", "--gdp-growth", "0.1,0.1,0.1")
	s := ask(t, files{"d": "period,industry,value,digital\n2020,A,40,4\n2020,B,60,30\n2021,A,60,9\n2021,B,60,24\n2021,C,0,0\n2020,C,0,0\n"}, "growth", "--what", "industries", "--data", "d").at("series", 0)
	near(t, "change", []float64{s.at("structure").number() + s.at("intensity").number()}, []float64{33/120.0 - 34/100.0}, 1e-12)
	near(t, "of A", s.at("items", "A").by("structure", "intensity"), []float64{0.125 * 0.1, 0.45 * 0.05}, 1e-12)
	refused(t, files{"d": "period,industry,value,digital\n2020,A,4,5\n2021,A,4,2\n"}, "chain.bad-fraction", "growth", "--what", "industries", "--data", "d")
	refused(t, files{"d": "period,industry,value,digital\n2020,A,4,2\n2021,B,4,2\n"}, "calc.no-figure", "growth", "--what", "industries", "--data", "d")
}

func TestUnitsThatMergedTakeTheSimpleAverage(t *testing.T) {
	method := "code: i\nversion: v\nfrom: 2024-01-01\nweights: equal\nnormalise: {kind: goalposts, low: 0, high: 1}\nmerge: {rule: simple-average}\nindex: {code: i, parts: [{code: a}, {code: b}]}\n"
	disk := files{"m": method, "d": "unit,a,b\nold1,0.2,0.4\nold2,0.6,0.5\nold3,0.3,0.1\n", "g": "old_code,new_code\nold1,new\nold3,old3\nold2,new\n", "w": "new,old\nnew,old1\nnew,old9\n"}
	r := ask(t, disk, "index", "--data", "d", "--method", "m", "--merge", "g")
	near(t, "scores", r.at("scores").by("new", "old3"), []float64{0.425, 0.2}, 1e-12)
	_, _, err := run("en", disk, "index", "--data", "d", "--method", "m", "--merge", "w")
	if err == nil || !strings.HasPrefix(err.Error(), "w: ") {
		t.Error(fmt.Sprint(err))
	}
}
