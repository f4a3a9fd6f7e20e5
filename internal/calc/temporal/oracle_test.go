package temporal_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/calc/calctest"
)

func TestTimeOracles(t *testing.T) {
	o := calctest.Oracle(t, "temporal-swisspharma.json")
	exports := strings.Split(strings.TrimSpace(calctest.Read(t, "../testdata/oracles/exports.csv")), "\n")
	window := exports[0] + "\n"
	for _, l := range exports[1:] {
		if l >= "1975" && l < "2011" {
			window += l + "\n"
		}
	}
	disk := calctest.Files{"LOW.csv": calctest.Read(t, "../testdata/oracles/annual.csv"), "IND.csv": window, "expected.csv": calctest.Read(t, "../testdata/oracles/expected.csv")}
	want := func(column string) (out []float64) {
		e := &calc.Env{Open: nil, In: strings.NewReader(disk["expected.csv"])}
		s, err := e.Table("-")
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Column(column)
		if err != nil {
			t.Fatal(err)
		}
		if out, err = s.Numbers(c); err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Run("Chow-Lin and Fernández", func(t *testing.T) {
		r := calctest.Ask(t, disk, "disaggregate", "--low", "LOW.csv", "--indicator", "IND.csv", "--method", "chow-lin-maxlog", "--conversion", "sum")
		calctest.Near(t, "series", r.At("series").Each("value"), want("chow_lin_maxlog"), 1e-7)
		x := o.At("chow_lin_maxlog_exports")
		x.At("coefficients").Near(r.At("coefficients").By("constant", "exports"), 1e-9)
		x.At("standard_errors_df_n_minus_k").Near(r.At("stderr").By("constant", "exports"), 1e-9)
		x.At("log_likelihood").Near([]float64{r.At("logLik").Number()}, 1e-9)
		x.At("rho").Near([]float64{r.At("rho").Number()}, 1e-9)
		if r.At("series", 0, "period").V != "1975-Q1" || r.At("series", 0, "se").Number() <= 0 {
			t.Error(r.At("series", 0).V)
		}
		f := calctest.Ask(t, disk, "disaggregate", "--low", "LOW.csv", "--indicator", "IND.csv", "--method", "fernandez", "--conversion", "sum")
		calctest.Near(t, "series", f.At("series").Each("value"), want("fernandez"), 1e-7)
		o.At("fernandez_exports", "coefficients").Near(f.At("coefficients").By("constant", "exports"), 1e-9)
		o.At("fernandez_exports", "log_likelihood").Near([]float64{f.At("logLik").Number()}, 1e-9)
	})
	t.Run("Denton and growth preservation", func(t *testing.T) {
		bench := func(more ...string) []float64 {
			return calctest.Ask(t, disk, append([]string{"benchmark", "--low", "LOW.csv", "--indicator", "IND.csv"}, more...)...).At("series").Each("value")
		}
		calctest.Near(t, "proportional", bench("--method", "denton-cholette", "--criterion", "proportional", "--differences", "1"), want("denton_cholette_prop_d1"), 1e-7)
		calctest.Near(t, "additive", bench("--method", "denton-cholette", "--criterion", "additive"), want("denton_cholette_add_d1"), 1e-7)
		calctest.Near(t, "grp", bench("--method", "grp"), want("grp_forward"), 1e-6)
	})
	t.Run("the examples of the IMF and of Statistics Canada", func(t *testing.T) {
		b := calctest.Oracle(t, "benchmark-imf-statcan.json")
		quarters := func(v []float64) string {
			out := "period,value\n"
			for i, x := range v {
				out += calctest.CSVRow(fmt.Sprintf("%d-Q%d", 2000+i/4, i%4+1), x)
			}
			return out
		}
		years := func(v []float64) string {
			out := ""
			for i, x := range v {
				out += calctest.CSVRow(strconv.Itoa(2000+i), x)
			}
			return out
		}
		for name, more := range map[string][]string{"imf_qna": {"--method", "denton-cholette"}, "statcan_gseries_1": {"--method", "dagum-cholette", "--rho", "1", "--lambda", "1"}} {
			x := b.At(name)
			r := calctest.Ask(t, calctest.Files{"l": years(x.At("annual").Numbers()), "i": quarters(x.At("indicator").Numbers())}, append([]string{"benchmark", "--low", "l", "--indicator", "i"}, more...)...)
			x.At("expected").Near(r.At("series").Each("value"), 1e-7)
		}
	})
	t.Run("a system of series", func(t *testing.T) {
		m := calctest.Oracle(t, "multivariate-denton.json")
		keys, ok := m.V.(map[string]any)
		if !ok {
			t.Fatal("no object")
		}
		asked := maps.Clone(keys)
		maps.DeleteFunc(asked, func(key string, _ any) bool { return key == "expected" })
		file, err := json.Marshal(asked)
		if err != nil {
			t.Fatal(err)
		}
		r := calctest.Ask(t, calctest.Files{"S.json": string(file)}, "benchmark", "--system", "S.json")
		for _, s := range []string{"s1", "s2", "s3"} {
			m.At("expected", s).Near(r.At("series", s).Numbers(), 1e-7)
		}
	})
}
