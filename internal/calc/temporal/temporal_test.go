package temporal_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
	"nhipso/internal/fault"
)

// wave is an indicator without pattern enough to hide a mistake.
func wave(i int) float64 { return 20 + 3*math.Sin(float64(i)*1.7) + float64(i)/5 }

func yearly(from int, values ...string) string {
	out := "year,total\n"
	for i, v := range values {
		out += fmt.Sprintf("%d,%s\n", from+i, v)
	}
	return out
}

func TestALowerBoundOfMinusOneIsNone(t *testing.T) {
	low := yearly(2000, "90", "110", "95", "120", "100", "130", "105", "140", "120", "150", "118", "160")
	ind := calctest.Quarters(48, wave)
	base := []string{"disaggregate", "--low", "L", "--indicator", "I", "--truncated-rho"}
	disk := calctest.Files{"L": low, "I": ind}
	none, floor := calctest.Ask(t, disk, append(base, "-1")...), calctest.Ask(t, disk, append(base, "-0.999")...)
	calctest.Near(t, "series", none.At("series").Each("value"), floor.At("series").Each("value"), 0)
	if rho := none.At("rho").Number(); !(rho < 0) {
		t.Errorf("ρ = %v", rho)
	}
	if _, _, err := calctest.Run("en", disk, append(base, "-1.5")...); fault.CodeOf(err) != "temporal.bad-option" {
		t.Error(err)
	}
}

func TestYearsWithoutAFigureBindNothing(t *testing.T) {
	ind := calctest.Quarters(24, wave)
	t.Run("at the ends they are as if they were not there", func(t *testing.T) {
		for _, command := range [][]string{{"disaggregate", "--method", "fernandez"}, {"benchmark"}, {"benchmark", "--extrapolate", "last-growth"}} {
			args := append(command, "--low", "L", "--indicator", "I")
			want := calctest.Ask(t, calctest.Files{"L": yearly(2001, "100", "105", "103", "111"), "I": ind}, args...).At("series").Each("value")
			got := calctest.Ask(t, calctest.Files{"L": yearly(2000, "", "100", "105", "103", "111", "NA"), "I": ind}, args...).At("series").Each("value")
			calctest.Near(t, strings.Join(command, " "), got, want, 0)
		}
	})
	t.Run("inside, a benchmarked series passes over them", func(t *testing.T) {
		whole := calctest.Ask(t, calctest.Files{"L": yearly(2000, "100", "105", "103", "111", "120", "123"), "I": ind}, "benchmark", "--low", "L", "--indicator", "I").At("series").Each("value")
		r := calctest.Ask(t, calctest.Files{"L": yearly(2000, "100", "105", "", "111", "120", "123"), "I": ind}, "benchmark", "--low", "L", "--indicator", "I")
		got := r.At("series").Each("value")
		sum := func(v []float64, year int) float64 { return v[4*year] + v[4*year+1] + v[4*year+2] + v[4*year+3] }
		for year, want := range map[int]float64{0: 100, 1: 105, 3: 111, 4: 120, 5: 123} {
			calctest.Near(t, "total", []float64{sum(got, year)}, []float64{want}, 1e-9)
		}
		if math.Abs(sum(got, 2)-sum(whole, 2)) < 1 {
			t.Error("the year without a figure is bound")
		}
	})
	t.Run("inside, a regression needs them and says where", func(t *testing.T) {
		_, _, err := calctest.Run("en", calctest.Files{"L": yearly(2000, "100", "105", "", "111", "120", "123"), "I": ind}, "disaggregate", "--low", "L", "--indicator", "I")
		if fault.CodeOf(err) != "calc.blank" || !strings.Contains(err.Error(), "4") {
			t.Error(err)
		}
	})
	t.Run("all of them", func(t *testing.T) {
		if _, _, err := calctest.Run("en", calctest.Files{"L": yearly(2000, "", "NA"), "I": ind}, "benchmark", "--low", "L", "--indicator", "I"); fault.CodeOf(err) != "calc.empty" {
			t.Error(err)
		}
	})
}

func TestBenchmarksWithVariances(t *testing.T) {
	ind := calctest.Quarters(12, wave)
	low := func(v string) string { return "period,value,variance\n2000,100,0\n2001,120," + v + "\n2002,110,0\n" }
	args := []string{"benchmark", "--low", "L", "--indicator", "I"}
	second := func(r calctest.Tree) float64 {
		v := r.At("series").Each("value")
		return v[4] + v[5] + v[6] + v[7]
	}
	exact := calctest.Ask(t, calctest.Files{"L": low("0"), "I": ind}, args...)
	free := calctest.Ask(t, calctest.Files{"L": "2000,100\n2001,\n2002,110\n", "I": ind}, args...)
	soft := calctest.Ask(t, calctest.Files{"L": low("25"), "I": ind}, append(args, "--correction-variance", "0.001")...)
	calctest.Near(t, "exact", []float64{second(exact)}, []float64{120}, 1e-9)
	if s, f := second(soft), second(free); !(s < 120-1e-3 && s > f+1e-3) {
		t.Errorf("%v is not between %v and 120", s, f)
	}
	if _, _, err := calctest.Run("en", calctest.Files{"L": low("25"), "I": ind}, args...); fault.CodeOf(err) != "temporal.no-yardstick" {
		t.Error(err)
	}
	if _, _, err := calctest.Run("en", calctest.Files{"L": low("-1"), "I": ind}, append(args, "--correction-variance", "1")...); fault.CodeOf(err) != "temporal.bad-option" {
		t.Error(err)
	}
}

func TestBenchmarkFlagsThatGoBeyondTheUsual(t *testing.T) {
	ind := calctest.Quarters(16, wave)
	low := yearly(2000, "190", "210", "205")
	values := func(disk calctest.Files, more ...string) []float64 {
		return calctest.Ask(t, disk, append([]string{"benchmark", "--low", "L", "--indicator", "I", "--method", "dagum-cholette"}, more...)...).At("series").Each("value")
	}
	disk := calctest.Files{"L": low, "I": ind}
	t.Run("a bias that is added leaves the level of the indicator without meaning", func(t *testing.T) {
		moved := calctest.Files{"L": low, "I": calctest.Quarters(16, func(i int) float64 { return wave(i) + 1000 })}
		bias := []string{"--rho", "0.729", "--lambda", "0", "--bias=difference"}
		calctest.Near(t, "series", values(moved, bias...), values(disk, bias...), 1e-9)
	})
	t.Run("a bias that is multiplied leaves its unit without meaning", func(t *testing.T) {
		scaled := calctest.Files{"L": low, "I": calctest.Quarters(16, func(i int) float64 { return wave(i) * 1000 })}
		bias := []string{"--rho", "0.729", "--lambda", "1", "--bias"}
		calctest.Near(t, "series", values(scaled, bias...), values(disk, bias...), 1e-9)
		calctest.Near(t, "series", values(disk, "--rho", "0.729", "--bias=ratio"), values(disk, bias...), 0)
	})
	t.Run("both names of a bias are told, others refused", func(t *testing.T) {
		_, _, err := calctest.Run("en", disk, "benchmark", "--low", "L", "--indicator", "I", "--bias=some")
		if fault.CodeOf(err) != "calc.bad-flag" || !strings.Contains(err.Error(), "difference") {
			t.Error(err)
		}
	})
	t.Run("no differences at all is the smallest correction", func(t *testing.T) {
		zero := calctest.Ask(t, disk, "benchmark", "--low", "L", "--indicator", "I", "--differences", "0", "--criterion", "additive").At("series").Each("value")
		calctest.Near(t, "series", zero, values(disk, "--rho", "0", "--lambda", "0"), 1e-12)
		for i := 1; i < 4; i++ { // the same amount in each quarter of a year
			calctest.Near(t, "step", []float64{zero[i] - wave(i)}, []float64{zero[0] - wave(0)}, 1e-9)
		}
	})
	t.Run("a floor admits a zero", func(t *testing.T) {
		zero := calctest.Files{"L": low, "I": calctest.Quarters(16, func(i int) float64 { return wave(i) * float64(min(i, 1)) })}
		values(zero, "--floor", "1")
		if _, _, err := calctest.Run("en", zero, "benchmark", "--low", "L", "--indicator", "I"); fault.CodeOf(err) != "temporal.zero-indicator" {
			t.Error(err)
		}
	})
	t.Run("what has no effect is refused", func(t *testing.T) {
		for _, flags := range []string{"--method grp --differences 2", "--method grp --criterion additive", "--method grp-log --rho 0.5", "--method dagum-cholette --differences 2", "--lambda 0", "--rho 0.5"} {
			calctest.Refused(t, disk, "calc.no-effect", append([]string{"benchmark", "--low", "L", "--indicator", "I"}, strings.Fields(flags)...)...)
		}
		calctest.Refused(t, disk, "calc.exact-totals", "benchmark", "--low", "L", "--indicator", "I", "--correction-variance", "2")
	})
}

func TestASystemAsItIsWritten(t *testing.T) {
	series := `"series":{"s1":[7,7.2,8.1,7.5,8.5,7.8,8.1,8.4],"s2":[18,19.5,19,19.7,18.5,19,20.3,20]}`
	a := `"a":[26,27,27,28,27,26,29,29]`
	values := func(text string, more ...string) [][]float64 {
		r := calctest.Ask(t, calctest.Files{"S": text}, append([]string{"benchmark", "--system", "S"}, more...)...)
		return [][]float64{r.At("series", "s1").Numbers(), r.At("series", "s2").Numbers()}
	}
	same := func(what string, got, want [][]float64, tolerance float64) {
		t.Helper()
		for i := range want {
			calctest.Near(t, what, got[i], want[i], tolerance)
		}
	}
	file := func(more string) string { return "{" + series + "," + a + "," + more + "}" }
	base := values(file(`"annual":{"s1":[31,33]},"contemporaneous":"s1 + s2 = a"`))
	t.Run("the total may stand on the left, and series on both sides", func(t *testing.T) {
		for _, equation := range []string{"a = s1 + s2", "2*s1 + s2 - s1 = a", "a=s1+s2"} {
			same(equation, values(file(`"annual":{"s1":[31,33]},"contemporaneous":"`+equation+`"`)), base, 1e-9)
		}
		if _, _, err := calctest.Run("en", calctest.Files{"S": file(`"annual":{},"contemporaneous":"s1 = a - s2"`)}, "benchmark", "--system", "S"); fault.CodeOf(err) != "calc.bad-equation" {
			t.Error(err)
		}
	})
	t.Run("series that have to be equal, or to add to a number", func(t *testing.T) {
		for _, v := range []string{"s2 - 2*s1 = 1", "s2 = 2*s1 + 1"} {
			got := values("{" + series + `,"annual":{"s1":[31,33]},"contemporaneous":"` + v + `"}`)
			for i := range got[0] {
				calctest.Near(t, v, []float64{got[1][i]}, []float64{2*got[0][i] + 1}, 1e-9)
			}
		}
	})
	t.Run("a key that nothing uses is refused", func(t *testing.T) {
		for _, more := range []string{`"annual":{"s1":[31,33]},"contemporaneous":"s1 + s2 = a","frequncy":4`, `"annual":{"s1":[31,33]}`, `"annual":{"s1":[31,33]},"contemporaneous":"s1 + s2 = a","correctionVariance":1,"variances":{"s9":1}`} {
			calctest.Refused(t, calctest.Files{"S": file(more)}, "calc.unused-key", "benchmark", "--system", "S")
		}
	})
	t.Run("null is a total that is not known", func(t *testing.T) {
		year := values(file(`"annual":{"s1":[31,null]},"contemporaneous":"s1 + s2 = a"`))
		same("annual", year, values(file(`"annual":{"s1":[31]},"contemporaneous":"s1 + s2 = a"`)), 0)
		got := values("{" + series + `,"a":[26,null,27,28,27,26,29,29],"annual":{"s1":[31,33],"s2":[77,78]},"contemporaneous":"s1 + s2 = a"}`)
		calctest.Near(t, "the quarter that only its year binds", []float64{got[0][1] + got[1][1]}, []float64{108 - 26 - 27 - 28}, 1e-9)
		_, _, err := calctest.Run("en", calctest.Files{"S": `{"series":{"s1":[1,null]},"annual":{"s1":[3]},"frequency":2}`}, "benchmark", "--system", "S")
		if fault.CodeOf(err) != "temporal.not-finite" {
			t.Error(err)
		}
	})
	t.Run("ρ and λ may stand in the file; flags go before", func(t *testing.T) {
		more := `"annual":{"s1":[31,33]},"contemporaneous":"s1 + s2 = a"`
		want := values(file(more), "--rho", "0.729", "--lambda", "0.5")
		same("in the file", values(file(more+`,"rho":0.729,"lambda":0.5`)), want, 0)
		same("flags", values(file(more+`,"rho":0.1,"lambda":0`), "--rho", "0.729", "--lambda", "0.5"), want, 0)
	})
	t.Run("a frequency that cannot be", func(t *testing.T) {
		for _, f := range []string{"0", "-3", "1000000000000"} {
			if _, _, err := calctest.Run("en", calctest.Files{"S": `{"series":{"s1":[1,2]},"annual":{"s1":[1]},"frequency":` + f + "}"}, "benchmark", "--system", "S"); fault.CodeOf(err) != "calc.bad-file" {
				t.Error(f, err)
			}
		}
	})
	t.Run("nothing at all", func(t *testing.T) {
		for _, text := range []string{`{}`, `{"series":{}}`, `{"series":{},"contemporaneous":"1 = 1"}`} {
			if _, _, err := calctest.Run("en", calctest.Files{"S": text}, "benchmark", "--system", "S"); fault.CodeOf(err) != "calc.empty" {
				t.Error(text, err)
			}
		}
	})
}

func TestMonthsAreWrittenAsTheyAreRead(t *testing.T) {
	months := "period,value\n"
	for m := 1; m <= 24; m++ {
		months += fmt.Sprintf("%d-%02d,%g\n", 2000+(m-1)/12, (m-1)%12+1, wave(m))
	}
	for _, command := range [][]string{{"disaggregate", "--method", "fernandez"}, {"benchmark"}} {
		out, _, err := calctest.Run("en", calctest.Files{"L": "period,value\n2000-Q1,60\n2000-Q2,66\n2000-Q3,63\n2000-Q4,70\n2001-Q1,71\n2001-Q2,72\n2001-Q3,75\n2001-Q4,77\n", "I": months}, append(command, "--low", "L", "--indicator", "I")...)
		if err != nil || !strings.Contains(out, "\n2000-01,") || !strings.Contains(out, "\n2001-12,") {
			t.Errorf("%v %v\n%s", command, err, out)
		}
	}
}
