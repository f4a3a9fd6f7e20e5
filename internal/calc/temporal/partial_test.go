package temporal_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

const nineQuarters = "period,value\n2019-Q1,1.9\n2019-Q2,2.4\n2019-Q3,3.1\n2019-Q4,2.2\n2020-Q1,2\n2020-Q2,2.6\n2020-Q3,3.4\n2020-Q4,2.4\n2021-Q1,2.3\n"

func TestABenchmarkOfThePartOfAYearThatIsKnown(t *testing.T) {
	disk := calctest.Files{
		"I":      nineQuarters,
		"L":      "period,value\n2019,10.3\n2020,10.2\n2021,2.4\n",
		"before": "period,value\n2019,10.3\n2020,10.2\n2021,\n2022,9\n",
		"late":   strings.Replace(nineQuarters, "2019-Q1,1.9\n", "", 1),
		"mean":   "period,value\n2019,2.6\n2020,2.5\n2021,2.4\n",
	}
	bm := func(args ...string) []string { return append([]string{"benchmark", "--low", "L"}, args...) }
	r := calctest.Ask(t, disk, bm("--indicator", "I", "--partial")...)
	// By numpy: min Σ (Δ y/x)² under three rows of C, the last of which is the first quarter of 2021 alone.
	calctest.Near(t, "value", r.At("series").Each("value"), []float64{2.085069883348644, 2.6138095398657546, 3.3178140661043205, 2.283306510681281, 1.9916786889427072, 2.524787009950562,
		3.2937237968120576, 2.389810504294672, 2.4}, 1e-11)
	if n := r.At("notes").List(); len(n) != 1 || n[0].At("code").V != "calc.part-known" || !strings.Contains(n[0].At("text").V.(string), "1 of the 4 parts of 2021") {
		t.Errorf("%v", n)
	}
	if _, is := r.At("series", -1).V.(map[string]any)["forecast"]; is {
		t.Error("a quarter that is bound is called a forecast")
	}
	// A year that begins before the indicator: its figure is that of the three quarters.
	v := calctest.Ask(t, disk, bm("--indicator", "late", "--partial")...).At("series").Each("value")
	calctest.Near(t, "three quarters", []float64{v[0] + v[1] + v[2], v[7]}, []float64{10.3, 2.4}, 1e-11)
	// The mean of what is known: one quarter of one, not a quarter of it.
	v = calctest.Ask(t, disk, "benchmark", "--low", "mean", "--indicator", "I", "--partial", "--conversion", "average").At("series").Each("value")
	calctest.Near(t, "mean", []float64{v[8], (v[0] + v[1] + v[2] + v[3]) / 4}, []float64{2.4, 2.6}, 1e-11)
	for _, method := range []string{"grp", "dagum-cholette", "denton"} {
		v := calctest.Ask(t, disk, bm("--indicator", "I", "--partial", "--method", method)...).At("series").Each("value")
		calctest.Near(t, method, []float64{v[4] + v[5] + v[6] + v[7], v[8]}, []float64{10.2, 2.4}, 1e-9)
	}
	same := calctest.Ask(t, calctest.Files{"I": nineQuarters, "L": "2019,10.3\n2020,10.2\n"}, bm("--indicator", "I")...).At("series").Each("value")
	whole := calctest.Ask(t, calctest.Files{"I": nineQuarters, "L": "2019,10.3\n2020,10.2\n"}, bm("--indicator", "I", "--partial")...)
	calctest.Near(t, "years that are whole", whole.At("series").Each("value"), same, 0)
	if len(whole.At("notes").List()) > 0 {
		t.Error("a note on nothing")
	}

	calctest.Refused(t, disk, "calc.not-covered", bm("--indicator", "I")...)
	calctest.Refused(t, disk, "calc.no-part", bm("--indicator", "I", "--partial", "--conversion", "last")...)
	calctest.Refused(t, disk, "calc.no-part", "benchmark", "--low", "before", "--indicator", "I", "--partial")
	calctest.Refused(t, disk, "calc.not-together", bm("--indicator", "I", "--partial", "--extrapolate", "last-ratio")...)
	calctest.Refused(t, disk, "calc.not-together", "benchmark", "--system", "S", "--partial")
}

func TestUncertainBenchmarksAreExtrapolatedAsSuch(t *testing.T) {
	disk := calctest.Files{"I": nineQuarters, "L": "period,value,variance\n2019,10.3,0\n2020,10.2,0.04\n"}
	r := calctest.Ask(t, disk, "benchmark", "--low", "L", "--indicator", "I", "--extrapolate", "last-ratio", "--correction-variance", "0.0004")
	// By numpy: min Σ (Δ y/x)²/0.0004 + (10.2 − Σ y of 2020)²/0.04, with 2019 and the ratio of 2021 (10.2/10.4) exact; the quarters of 2021 that
	// the indicator lacks grow over 2020 as its first does.
	calctest.Near(t, "value", r.At("series").Each("value"), []float64{2.0657927173715427, 2.5977303089207857, 3.3212228539957143, 2.3152541197119585, 2.055546700183512, 2.619391690121906,
		3.3752928002438574, 2.364762729639507, 2.2610432568228274}, 1e-10)
	calctest.Near(t, "largest miss", []float64{r.At("maxMiss").Number()}, []float64{2.055546700183512 + 2.619391690121906 + 3.3752928002438574 + 2.364762729639507 - 10.2}, 1e-9)
}
