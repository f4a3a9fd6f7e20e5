package calc_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/calc/calctest"
)

func TestTimeOracles(t *testing.T) {
	o := calctest.Oracle(t, "temporal-swisspharma.json")
	exports := strings.Split(strings.TrimSpace(calctest.Read(t, "testdata/oracles/exports.csv")), "\n")
	window := exports[0] + "\n"
	for _, l := range exports[1:] {
		if l >= "1975" && l < "2011" {
			window += l + "\n"
		}
	}
	disk := calctest.Files{"LOW.csv": calctest.Read(t, "testdata/oracles/annual.csv"), "IND.csv": window, "expected.csv": calctest.Read(t, "testdata/oracles/expected.csv")}
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
		r := calctest.Ask(t, calctest.Files{"S.json": calctest.Read(t, "testdata/oracles/multivariate-denton.json")}, "benchmark", "--system", "S.json")
		for _, s := range []string{"s1", "s2", "s3"} {
			m.At("expected", s).Near(r.At("series", s).Numbers(), 1e-7)
		}
	})
	t.Run("STL of CO2, from a file with more columns", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"S.csv": calctest.Read(t, "testdata/oracles/co2.csv")}, "seasonal", "--series", "S.csv", "--method", "stl", "--period", "12")
		e := &calc.Env{In: strings.NewReader(calctest.Read(t, "testdata/oracles/co2.csv"))}
		s, err := e.Table("-")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"seasonal", "trend", "remainder"} {
			c, _ := s.Column(name)
			w, err := s.Numbers(c)
			if err != nil {
				t.Fatal(err)
			}
			calctest.Near(t, name, r.At("series").Each(name), w, 1e-8)
			calctest.Near(t, name, r.At(name).Numbers(), w, 1e-8)
		}
	})
	t.Run("the Nile: given variances, given matrices, estimated variances", func(t *testing.T) {
		n := calctest.Oracle(t, "kalman-nile.json")
		data := "period,nile\n"
		for i, v := range n.At("nile_1871_1970").Numbers() {
			data += calctest.CSVRow(strconv.Itoa(1871+i), v)
		}
		level, irregular := n.At("expected", "level_variance").Number(), n.At("expected", "irregular_variance").Number()
		disk := calctest.Files{"D.csv": data,
			"matrices.json": fmt.Sprintf(`{"Z": [[1]], "T": [[1]], "R": [[1]], "H": [[%g]], "Q": [[%g]], "diffuse": [true]}`, irregular, level),
			"scalars.json":  fmt.Sprintf(`{"Z": 1, "T": 1, "R": 1, "H": %g, "Q": %g}`, irregular, level),
			"named.json":    fmt.Sprintf(`{"model": "local level", "variances": {"level": %g, "irregular": %g}}`, level, irregular),
			"free.json":     `{"model": "local-level"}`}
		for _, m := range []string{"matrices.json", "scalars.json", "named.json"} {
			r := calctest.Ask(t, disk, "nowcast", "--model", m, "--data", "D.csv", "--horizon", "3")
			n.At("expected", "forecast").Near([]float64{r.At("forecast", 0, "value").Number()}, 1e-9)
			n.At("expected", "forecast_se").Near(r.At("forecast").Each("se"), 1e-8)
			n.At("expected", "exact_diffuse_log_likelihood").Near([]float64{r.At("logLik").Number()}, 1e-9)
			if r.At("forecast", 0, "period").V != "1971" {
				t.Error(r.At("forecast", 0).V)
			}
		}
		r := calctest.Ask(t, disk, "nowcast", "--model", "free.json", "--data", "D.csv")
		calctest.Near(t, "variances", []float64{r.At("variances", "level").Number(), r.At("variances", "irregular").Number()}, []float64{level, irregular}, 1e-4)
	})
	t.Run("news add to the revision", func(t *testing.T) {
		model := `{"Z": [[1],[2]], "T": [[0.8]], "H": [[1,0],[0,2]], "Q": [[1]], "a1": [0], "P1": [[2]]}`
		r := calctest.Ask(t, calctest.Files{"M": model, "old": "period,a,b\n2024-Q1,1,2\n2024-Q2,2,NA\n2024-Q3,,\n", "new": "period,a,b\n2024-Q1,1.1,2\n2024-Q2,2,5\n2024-Q3,,4\n"}, "nowcast", "--model", "M", "--data", "new", "--data-old", "old")
		news := r.At("news")
		if news.At("period").V != "2024-Q3" || news.At("series").V != "a" || len(news.At("releases").List()) != 3 {
			t.Errorf("%v", news.V)
		}
		sum := 0.0
		for _, c := range news.At("releases").Each("contribution") {
			sum += c
		}
		calctest.Near(t, "revision", []float64{sum}, []float64{news.At("after").Number() - news.At("before").Number()}, 1e-12)
		if math.Abs(sum) < 1e-6 {
			t.Error("nothing was revised")
		}
	})
}

func TestOtherOracles(t *testing.T) {
	c := calctest.Oracle(t, "constructed-identities.json")
	t.Run("location quotients", func(t *testing.T) {
		o := calctest.Oracle(t, "location-quotient.json")
		region, nation := o.At("region").Numbers(), o.At("nation").Numbers()
		codes := []string{"a", "b", "c", "d", "e", "f"}
		both := "code,region,nation\n"
		for i, code := range codes {
			both += calctest.CSVRow(code, region[i], nation[i])
		}
		disk := calctest.Files{"r": calctest.CodeValues(codes, region), "n": calctest.CodeValues(codes, nation), "d": both}
		for _, args := range [][]string{{"--region", "r", "--nation", "n"}, {"--data", "d"}} {
			r := calctest.Ask(t, disk, append([]string{"lq", "--form", "flq", "--delta", "0.3"}, args...)...)
			w := o.At("expected")
			w.At("slq").Near(r.At("slq").By(codes...), 1e-12)
			w.At("region_share").Near([]float64{r.At("regionShare").Number()}, 1e-12)
			w.At("lambda_delta_0_3").Near([]float64{r.At("lambda").Number()}, 1e-12)
			w.At("flq_delta_0_3").Near(r.At("matrix").Numbers(), 1e-12)
			w.At("cilq").Near(calctest.Ask(t, disk, append([]string{"lq", "--form", "cilq"}, args...)...).At("matrix").Numbers(), 1e-12)
			w.At("lambda_delta_0_1").Near([]float64{calctest.Ask(t, disk, append([]string{"lq", "--delta", "0.1"}, args...)...).At("lambda").Number()}, 1e-12)
		}
	})
	t.Run("chain linking, annual and quarterly", func(t *testing.T) {
		o := calctest.Oracle(t, "chain-linking.json")
		annual, quarterly := "period,item,price,quantity\n", "period,item,price,quantity\n"
		for _, item := range []string{"A", "B"} {
			q := calctest.RowsIn(o.At("quantities_quarterly", item))
			for y := range 4 {
				price := o.At("annual_prices", item, y).Number()
				total := o.At("quantities_1997", item).Number()
				if y > 0 {
					total = 0
					quarterly += fmt.Sprintf("%d,%s,%g,\n", 1997+y, item, price)
					for k, v := range q[y-1] {
						total += v
						quarterly += fmt.Sprintf("%dQ%d,%s,,%g\n", 1997+y, k+1, item, v)
					}
				} else {
					quarterly += fmt.Sprintf("1997,%s,%g,%g\n", item, price, total)
				}
				annual += fmt.Sprintf("%d,%s,%g,%g\n", 1997+y, item, price, total)
			}
		}
		disk := calctest.Files{"a": annual, "q": quarterly}
		w := o.At("expected")
		r := calctest.Ask(t, disk, "chain", "--data", "a", "--what", "laspeyres")
		w.At("annual_chain_laspeyres_1997_100").Near(r.At("series").Each("value"), 1e-9)
		w.At("current_value").Near(r.At("series").Each("current"), 1e-3) // printed without decimals
		r = calctest.Ask(t, disk, "chain", "--data", "q", "--what", "laspeyres")
		w.At("quarterly_annual_overlap").Near(r.At("series").Each("value"), 1e-9)
		w.At("annual_chain_laspeyres_1997_100").Near(r.At("annual").Each("value"), 1e-9)
		f := calctest.Ask(t, disk, "chain", "--data", "a", "--what", "fisher")
		for _, s := range f.At("series").List()[1:] {
			calctest.Near(t, "Fisher", []float64{s.At("fisher").Number()}, []float64{math.Sqrt(s.At("laspeyres").Number() * s.At("paasche").Number())}, 1e-12)
		}
		for _, s := range append(f.At("contributions").List(), calctest.Ask(t, disk, "chain", "--data", "q", "--what", "contributions").At("series").List()...) {
			calctest.Near(t, "contributions", []float64{s.At("items", "A").Number() + s.At("items", "B").Number() + s.At("linking").Number()}, []float64{s.At("growth").Number()}, 1e-12)
		}
	})
	t.Run("double deflation", func(t *testing.T) {
		d := c.At("double_deflation")
		head := []string{"output_current", "output_price_index", "intermediate_current", "intermediate_price_index", "value_added_previous_year"}
		row := []float64{}
		for _, h := range head {
			row = append(row, d.At(h).Number())
		}
		r := calctest.Ask(t, calctest.Files{"d": strings.Join(head, ",") + "\n" + calctest.Bare(row)}, "chain", "--data", "d", "--what", "deflate").At("series", 0)
		w := d.At("expected")
		for name, key := range map[string]string{"value_added_volume": "double", "implicit_value_added_price": "implicitPrice", "single_deflation_volume": "single", "growth_double": "growthDouble", "growth_single": "growthSingle"} {
			w.At(name).Near([]float64{r.At(key).Number()}, 1e-9)
		}
	})
	t.Run("Fay-Herriot: REML, ML, moments, and at the boundary", func(t *testing.T) {
		f := c.At("fay_herriot")
		data := "area,direct,other,x,psi\n"
		names := []string{}
		for i := range 8 {
			names = append(names, fmt.Sprintf("d%d", i+1))
			data += calctest.CSVRow(names[i], f.At("direct", i).Number(), f.At("boundary_case", "direct", i).Number(), f.At("x", i).Number(), f.At("sampling_variance", i).Number())
		}
		disk := calctest.Files{"D.csv": data}
		fit := func(direct, method string) calctest.Tree {
			return calctest.Ask(t, disk, "smallarea", "--data", "D.csv", "--direct", direct, "--variance", "psi", "--covariates", "x", "--method", method)
		}
		r, w := fit("direct", "reml"), f.At("reml")
		w.At("refvar").Near([]float64{r.At("A").Number()}, 1e-7)
		w.At("beta").Near(r.At("beta").By("constant", "x"), 1e-7)
		w.At("se").Near(r.At("se").By("constant", "x"), 1e-7)
		w.At("eblup").Near(r.At("eblup").By(names...), 1e-7)
		w.At("mse").Near(r.At("mse").By(names...), 1e-7)
		f.At("ml_refvar").Near([]float64{fit("direct", "ml").At("A").Number()}, 1e-7)
		f.At("fay_herriot_moment_refvar").Near([]float64{fit("direct", "fh").At("A").Number()}, 1e-7)
		b := fit("other", "reml")
		f.At("boundary_case", "eblup").Near(b.At("eblup").By(names...), 1e-7)
		f.At("boundary_case", "beta").Near(b.At("beta").By("constant", "x"), 1e-7)
		if b.At("A").Number() != 0 || len(b.At("notes").List()) == 0 {
			t.Error("A = 0 is not said")
		}
	})
	t.Run("required growth and the identity of shares", func(t *testing.T) {
		g := c.At("growth")
		r := calctest.Ask(t, nil, "growth", "--what", "required", "--share", "0.1402", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1")
		g.At("expected_required_nominal_growth").Near([]float64{r.At("growth").Number()}, 1e-9)
		calctest.Near(t, "lands", []float64{r.At("path", -1, "share").Number()}, []float64{0.3}, 1e-12)
		s := calctest.Ask(t, calctest.Files{"d": "period,part,whole\n2023,12.87,100\n2024,13.17,100\n"}, "growth", "--what", "share", "--data", "d")
		g.At("identity_1287_1317", "ratio").Near([]float64{s.At("series", 0, "ratio").Number()}, 1e-9)
	})
	t.Run("revisions", func(t *testing.T) {
		v := c.At("revisions")
		data := "period,first,latest\n"
		for i := range 6 {
			data += calctest.CSVRow(strconv.Itoa(2019+i), v.At("first", i).Number(), v.At("latest", i).Number())
		}
		r := calctest.Ask(t, calctest.Files{"d": data}, "growth", "--what", "revisions", "--data", "d")
		v.At("revision").Near(r.At("revision").Numbers(), 1e-9)
		v.At("mean_revision").Near([]float64{r.At("meanRevision").Number()}, 1e-9)
		for name, key := range map[string]string{"mean_absolute_revision": "meanAbsoluteRevision", "relative_mean_absolute_revision": "relativeMeanAbsoluteRevision", "rmsr": "rootMeanSquareRevision",
			"sd_sample": "sd", "share_positive": "sharePositive", "change_direction_agreement": "directionAgreement"} {
			v.At(name).Near([]float64{r.At(key).Number()}, 1e-9)
		}
		if r.At("meanTest").V != nil {
			t.Error("six revisions are too few for a test that nobody asked for")
		}
		tested := calctest.Ask(t, calctest.Files{"d": data}, "growth", "--what", "revisions", "--data", "d", "--lag", "0")
		v.At("t_no_autocorrelation").Near([]float64{tested.At("meanTest", "t").Number()}, 1e-9)
	})
}
