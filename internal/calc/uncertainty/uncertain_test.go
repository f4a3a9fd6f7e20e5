package uncertainty_test

import (
	"math"
	"testing"

	"nhipso/internal/calc/calctest"
)

const declared = "source,mean,sd\nD,100,5\nN,900,9\n"

func TestUncertaintyOfAShare(t *testing.T) {
	o := calctest.Oracle(t, "constructed-identities.json").At("monte_carlo")
	r := calctest.Ask(t, calctest.Files{"d": declared}, "growth", "--what", "uncertainty", "--data", "d", "--formula", "share = D/(D+N)", "--draws", "100000").At("outputs", "share")
	o.At("delta_method_mean").Near([]float64{r.At("value").Number()}, 1e-12)
	o.At("delta_method_sd").Near([]float64{r.At("deltaSd").Number()}, 1e-10)
	sd := o.At("delta_method_sd").Number()
	if got := r.At("sd").Number(); math.Abs(got/sd-1) > 0.02 {
		t.Errorf("sd of the draws %g, to first order %g", got, sd)
	}
	calctest.Near(t, "the parts of the sources make the variance", []float64{r.At("bySource", "D").Number() + r.At("bySource", "N").Number()}, []float64{sd * sd}, 1e-12)
	calctest.Near(t, "error of the mean", []float64{r.At("mcError").Number()}, []float64{r.At("sd").Number() / math.Sqrt(1e5)}, 1e-12)
}

func TestDrawsOnFilesAreReproducible(t *testing.T) {
	disk := calctest.Files{"d": "source,law,mean,sd,low,high,group,concentration\nD,lognormal,100,5,,,,\nN,truncated,900,200,0,1000,,\nx,dirichlet,0.2,,,,g,50\ny,dirichlet,0.8,,,,g,\nz,normal,3,1,,,,\n",
		"more": "source,law,mean,sd,low,high,group,concentration\nq,normal,1,1,,,,\nD,lognormal,100,5,,,,\nN,truncated,900,200,0,1000,,\nx,dirichlet,0.2,,,,g,50\ny,dirichlet,0.8,,,,g,\nz,normal,3,1,,,,\n",
		"r":    "code,D,z\nD,1,0.5\nz,0.5,1\n"}
	draw := func(data string, more ...string) string {
		out, _, err := calctest.Run("en", disk, append([]string{"growth", "--what", "uncertainty", "--data", data, "--formula", "s = x*D/(D+N) + z; one = x + y", "--json"}, more...)...)
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
	a := calctest.Ask(t, disk, "growth", "--what", "uncertainty", "--data", "d", "--formula", "s = D + N").At("outputs", "s", "mean").Number()
	b := calctest.Ask(t, disk, "growth", "--what", "uncertainty", "--data", "more", "--formula", "s = D + N").At("outputs", "s", "mean").Number()
	if a != b {
		t.Error("a further source changes the draws of the others")
	}
	one := calctest.Ask(t, disk, "growth", "--what", "uncertainty", "--data", "d", "--formula", "one = x + y").At("outputs", "one")
	calctest.Near(t, "shares add to one in every draw", one.At("quantiles").By("0.05", "0.5", "0.95"), []float64{1, 1, 1}, 1e-12)
	calctest.Near(t, "and have no variance together", []float64{one.At("deltaSd").Number()}, []float64{0}, 1e-8)
	tied := calctest.Ask(t, calctest.Files{"d": "source,mean,cv\na,10,0.2\nb,-4,0.5\n", "r": "1,-0.6\n-0.6,1\n", "c": "code,a,b\na,1,-0.6\nb,-0.6,1\n"}, "growth", "--what", "uncertainty", "--data", "d", "--formula", "a + b", "--correlation", "c", "--draws", "40000").At("outputs", "result")
	calctest.Near(t, "variance of a correlated sum", []float64{tied.At("deltaSd").Number()}, []float64{math.Sqrt(4 + 4 - 2*0.6*4)}, 1e-9)
	calctest.Near(t, "in the draws too", []float64{tied.At("sd").Number()}, []float64{math.Sqrt(4 + 4 - 2*0.6*4)}, 0.02)
	certain := calctest.Ask(t, calctest.Files{"d": "source,mean,sd\na,0.1,0\nb,0.7,0\n"}, "growth", "--what", "uncertainty", "--data", "d", "--formula", "a^2/b").At("outputs", "result")
	if v := certain.At("value").Number(); certain.At("mean").Number() != v || certain.At("quantiles", "0.5").Number() != v || certain.At("sd").Number() != 0 {
		t.Error("sources without variance give something other than the point estimate")
	}
}

func TestUncertaintyIsRefusedByName(t *testing.T) {
	ask := func(data, formula, code string, more ...string) {
		t.Helper()
		calctest.Refused(t, calctest.Files{"d": data, "r": "code,D,M\nD,1,0\nM,0,1\n", "bad": "code,D,N\nD,1,2\nN,2,1\n"}, code, append([]string{"growth", "--what", "uncertainty", "--data", "d", "--formula", formula}, more...)...)
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
	disk := calctest.Files{"i": "period,low,high,actual\n2020,1,3,2\n2021,1,3,3\n2022,1,3,4\n2023,1,3,0.5\n", "n": "period,estimate,se,actual\n2020,2,1,3.6\n2021,2,1,3.7\n"}
	r := calctest.Ask(t, disk, "growth", "--what", "coverage", "--data", "i", "--level", "0.8")
	calctest.Near(t, "counts", r.By("n", "inside", "below", "above", "share", "meanWidth"), []float64{4, 2, 1, 1, 0.5, 2}, 0)
	calctest.Near(t, "score", []float64{r.At("intervalScore").Number()}, []float64{2 + 10*1.5/4}, 1e-12)
	calctest.Near(t, "normal intervals of 90 %", calctest.Ask(t, disk, "growth", "--what", "coverage", "--data", "n").By("inside", "above"), []float64{1, 1}, 0)
	calctest.Refused(t, calctest.Files{"d": "low,high,actual\n3,1,2\n"}, "uncertainty.empty-range", "growth", "--what", "coverage", "--data", "d")
	calctest.Refused(t, calctest.Files{"d": "low,high,actual\n1,3,\n"}, "calc.blank", "growth", "--what", "coverage", "--data", "d")
	calctest.Refused(t, disk, "calc.bad-number", "growth", "--what", "coverage", "--data", "i", "--level", "90")
}

func TestRevisionsFromVintages(t *testing.T) {
	disk := calctest.Files{"v": "period,2023-Q1,2023-Q2,2023-Q3\n2022-Q4,5,5.1,5.3\n2023-Q1,,6,6.4\n2023-Q2,,,4\n"}
	r := calctest.Ask(t, disk, "growth", "--what", "revisions", "--data", "v")
	calctest.Near(t, "first to latest", r.At("revision").Numbers(), []float64{0.3, 0.4}, 1e-12)
	calctest.Near(t, "first to second", calctest.Ask(t, disk, "growth", "--what", "revisions", "--data", "v", "--against", "2").At("revision").Numbers(), []float64{0.1, 0.4}, 1e-12)
	for _, p := range r.At("triangle").List() {
		sum := 0.0
		for _, s := range p.At("steps").Numbers() {
			sum += s
		}
		calctest.Near(t, "steps", []float64{sum}, []float64{p.At("total").Number()}, 1e-12)
	}
	if r.At("notes", 0, "code").V != "calc.one-vintage" {
		t.Error("the period without a revision is not told of")
	}
	calctest.Refused(t, disk, "calc.one-vintage", "growth", "--what", "revisions", "--data", "v", "--against", "4")
	calctest.Refused(t, disk, "calc.bad-number", "growth", "--what", "revisions", "--data", "v", "--against", "1")
}
