package calc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc/command"
)

func TestTimeOracles(t *testing.T) {
	o := oracle(t, "temporal-swisspharma.json")
	exports := strings.Split(strings.TrimSpace(read(t, "testdata/oracles/exports.csv")), "\n")
	window := exports[0] + "\n"
	for _, l := range exports[1:] {
		if l >= "1975" && l < "2011" {
			window += l + "\n"
		}
	}
	disk := files{"LOW.csv": read(t, "testdata/oracles/annual.csv"), "IND.csv": window, "expected.csv": read(t, "testdata/oracles/expected.csv")}
	want := func(column string) (out []float64) {
		e := &command.Env{Open: nil, In: strings.NewReader(disk["expected.csv"])}
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
		r := ask(t, disk, "disaggregate", "--low", "LOW.csv", "--indicator", "IND.csv", "--method", "chow-lin-maxlog", "--conversion", "sum")
		near(t, "series", r.at("series").each("value"), want("chow_lin_maxlog"), 1e-7)
		x := o.at("chow_lin_maxlog_exports")
		x.at("coefficients").near(r.at("coefficients").by("constant", "exports"), 1e-9)
		x.at("standard_errors_df_n_minus_k").near(r.at("stderr").by("constant", "exports"), 1e-9)
		x.at("log_likelihood").near([]float64{r.at("logLik").number()}, 1e-9)
		x.at("rho").near([]float64{r.at("rho").number()}, 1e-9)
		if r.at("series", 0, "period").v != "1975-Q1" || r.at("series", 0, "se").number() <= 0 {
			t.Error(r.at("series", 0).v)
		}
		f := ask(t, disk, "disaggregate", "--low", "LOW.csv", "--indicator", "IND.csv", "--method", "fernandez", "--conversion", "sum")
		near(t, "series", f.at("series").each("value"), want("fernandez"), 1e-7)
		o.at("fernandez_exports", "coefficients").near(f.at("coefficients").by("constant", "exports"), 1e-9)
		o.at("fernandez_exports", "log_likelihood").near([]float64{f.at("logLik").number()}, 1e-9)
	})
	t.Run("Denton and growth preservation", func(t *testing.T) {
		bench := func(more ...string) []float64 {
			return ask(t, disk, append([]string{"benchmark", "--low", "LOW.csv", "--indicator", "IND.csv"}, more...)...).at("series").each("value")
		}
		near(t, "proportional", bench("--method", "denton-cholette", "--criterion", "proportional", "--differences", "1"), want("denton_cholette_prop_d1"), 1e-7)
		near(t, "additive", bench("--method", "denton-cholette", "--criterion", "additive"), want("denton_cholette_add_d1"), 1e-7)
		near(t, "grp", bench("--method", "grp"), want("grp_forward"), 1e-6)
	})
	t.Run("the examples of the IMF and of Statistics Canada", func(t *testing.T) {
		b := oracle(t, "benchmark-imf-statcan.json")
		quarters := func(v []float64) string {
			out := "period,value\n"
			for i, x := range v {
				out += csvRow(fmt.Sprintf("%d-Q%d", 2000+i/4, i%4+1), x)
			}
			return out
		}
		years := func(v []float64) string {
			out := ""
			for i, x := range v {
				out += csvRow(strconv.Itoa(2000+i), x)
			}
			return out
		}
		for name, more := range map[string][]string{"imf_qna": {"--method", "denton-cholette"}, "statcan_gseries_1": {"--method", "dagum-cholette", "--rho", "1", "--lambda", "1"}} {
			x := b.at(name)
			r := ask(t, files{"l": years(x.at("annual").numbers()), "i": quarters(x.at("indicator").numbers())}, append([]string{"benchmark", "--low", "l", "--indicator", "i"}, more...)...)
			x.at("expected").near(r.at("series").each("value"), 1e-7)
		}
	})
	t.Run("a system of series", func(t *testing.T) {
		m := oracle(t, "multivariate-denton.json")
		r := ask(t, files{"S.json": read(t, "testdata/oracles/multivariate-denton.json")}, "benchmark", "--system", "S.json")
		for _, s := range []string{"s1", "s2", "s3"} {
			m.at("expected", s).near(r.at("series", s).numbers(), 1e-7)
		}
	})
	t.Run("STL of CO2, from a file with more columns", func(t *testing.T) {
		r := ask(t, files{"S.csv": read(t, "testdata/oracles/co2.csv")}, "seasonal", "--series", "S.csv", "--method", "stl", "--period", "12")
		e := &command.Env{In: strings.NewReader(read(t, "testdata/oracles/co2.csv"))}
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
			near(t, name, r.at("series").each(name), w, 1e-8)
			near(t, name, r.at(name).numbers(), w, 1e-8)
		}
	})
	t.Run("the Nile: given variances, given matrices, estimated variances", func(t *testing.T) {
		n := oracle(t, "kalman-nile.json")
		data := "period,nile\n"
		for i, v := range n.at("nile_1871_1970").numbers() {
			data += csvRow(strconv.Itoa(1871+i), v)
		}
		level, irregular := n.at("expected", "level_variance").number(), n.at("expected", "irregular_variance").number()
		disk := files{"D.csv": data,
			"matrices.json": fmt.Sprintf(`{"Z": [[1]], "T": [[1]], "R": [[1]], "H": [[%g]], "Q": [[%g]], "diffuse": [true]}`, irregular, level),
			"scalars.json":  fmt.Sprintf(`{"Z": 1, "T": 1, "R": 1, "H": %g, "Q": %g}`, irregular, level),
			"named.json":    fmt.Sprintf(`{"model": "local level", "variances": {"level": %g, "irregular": %g}}`, level, irregular),
			"free.json":     `{"model": "local-level"}`}
		for _, m := range []string{"matrices.json", "scalars.json", "named.json"} {
			r := ask(t, disk, "nowcast", "--model", m, "--data", "D.csv", "--horizon", "3")
			n.at("expected", "forecast").near([]float64{r.at("forecast", 0, "value").number()}, 1e-9)
			n.at("expected", "forecast_se").near(r.at("forecast").each("se"), 1e-8)
			n.at("expected", "exact_diffuse_log_likelihood").near([]float64{r.at("logLik").number()}, 1e-9)
			if r.at("forecast", 0, "period").v != "1971" {
				t.Error(r.at("forecast", 0).v)
			}
		}
		r := ask(t, disk, "nowcast", "--model", "free.json", "--data", "D.csv")
		near(t, "variances", []float64{r.at("variances", "level").number(), r.at("variances", "irregular").number()}, []float64{level, irregular}, 1e-4)
	})
	t.Run("news add to the revision", func(t *testing.T) {
		model := `{"Z": [[1],[2]], "T": [[0.8]], "H": [[1,0],[0,2]], "Q": [[1]], "a1": [0], "P1": [[2]]}`
		r := ask(t, files{"M": model, "old": "period,a,b\n2024-Q1,1,2\n2024-Q2,2,NA\n2024-Q3,,\n", "new": "period,a,b\n2024-Q1,1.1,2\n2024-Q2,2,5\n2024-Q3,,4\n"}, "nowcast", "--model", "M", "--data", "new", "--data-old", "old")
		news := r.at("news")
		if news.at("period").v != "2024-Q3" || news.at("series").v != "a" || len(news.at("releases").list()) != 3 {
			t.Errorf("%v", news.v)
		}
		sum := 0.0
		for _, c := range news.at("releases").each("contribution") {
			sum += c
		}
		near(t, "revision", []float64{sum}, []float64{news.at("after").number() - news.at("before").number()}, 1e-12)
		if math.Abs(sum) < 1e-6 {
			t.Error("nothing was revised")
		}
	})
}

func TestOtherOracles(t *testing.T) {
	c := oracle(t, "constructed-identities.json")
	t.Run("location quotients", func(t *testing.T) {
		o := oracle(t, "location-quotient.json")
		region, nation := o.at("region").numbers(), o.at("nation").numbers()
		codes := []string{"a", "b", "c", "d", "e", "f"}
		both := "code,region,nation\n"
		for i, code := range codes {
			both += csvRow(code, region[i], nation[i])
		}
		disk := files{"r": codeValues(codes, region), "n": codeValues(codes, nation), "d": both}
		for _, args := range [][]string{{"--region", "r", "--nation", "n"}, {"--data", "d"}} {
			r := ask(t, disk, append([]string{"lq", "--form", "flq", "--delta", "0.3"}, args...)...)
			w := o.at("expected")
			w.at("slq").near(r.at("slq").by(codes...), 1e-12)
			w.at("region_share").near([]float64{r.at("regionShare").number()}, 1e-12)
			w.at("lambda_delta_0_3").near([]float64{r.at("lambda").number()}, 1e-12)
			w.at("flq_delta_0_3").near(r.at("matrix").numbers(), 1e-12)
			w.at("cilq").near(ask(t, disk, append([]string{"lq", "--form", "cilq"}, args...)...).at("matrix").numbers(), 1e-12)
			w.at("lambda_delta_0_1").near([]float64{ask(t, disk, append([]string{"lq", "--delta", "0.1"}, args...)...).at("lambda").number()}, 1e-12)
		}
	})
	t.Run("chain linking, annual and quarterly", func(t *testing.T) {
		o := oracle(t, "chain-linking.json")
		annual, quarterly := "period,item,price,quantity\n", "period,item,price,quantity\n"
		for _, item := range []string{"A", "B"} {
			q := rowsIn(o.at("quantities_quarterly", item))
			for y := range 4 {
				price := o.at("annual_prices", item, y).number()
				total := o.at("quantities_1997", item).number()
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
		disk := files{"a": annual, "q": quarterly}
		w := o.at("expected")
		r := ask(t, disk, "chain", "--data", "a", "--what", "laspeyres")
		w.at("annual_chain_laspeyres_1997_100").near(r.at("series").each("value"), 1e-9)
		w.at("current_value").near(r.at("series").each("current"), 1e-3) // printed without decimals
		r = ask(t, disk, "chain", "--data", "q", "--what", "laspeyres")
		w.at("quarterly_annual_overlap").near(r.at("series").each("value"), 1e-9)
		w.at("annual_chain_laspeyres_1997_100").near(r.at("annual").each("value"), 1e-9)
		f := ask(t, disk, "chain", "--data", "a", "--what", "fisher")
		for _, s := range f.at("series").list()[1:] {
			near(t, "Fisher", []float64{s.at("fisher").number()}, []float64{math.Sqrt(s.at("laspeyres").number() * s.at("paasche").number())}, 1e-12)
		}
		for _, s := range append(f.at("contributions").list(), ask(t, disk, "chain", "--data", "q", "--what", "contributions").at("series").list()...) {
			near(t, "contributions", []float64{s.at("items", "A").number() + s.at("items", "B").number() + s.at("linking").number()}, []float64{s.at("growth").number()}, 1e-12)
		}
	})
	t.Run("double deflation", func(t *testing.T) {
		d := c.at("double_deflation")
		head := []string{"output_current", "output_price_index", "intermediate_current", "intermediate_price_index", "value_added_previous_year"}
		row := []float64{}
		for _, h := range head {
			row = append(row, d.at(h).number())
		}
		r := ask(t, files{"d": strings.Join(head, ",") + "\n" + bare(row)}, "chain", "--data", "d", "--what", "deflate").at("series", 0)
		w := d.at("expected")
		for name, key := range map[string]string{"value_added_volume": "double", "implicit_value_added_price": "implicitPrice", "single_deflation_volume": "single", "growth_double": "growthDouble", "growth_single": "growthSingle"} {
			w.at(name).near([]float64{r.at(key).number()}, 1e-9)
		}
	})
	t.Run("Fay-Herriot: REML, ML, moments, and at the boundary", func(t *testing.T) {
		f := c.at("fay_herriot")
		data := "area,direct,other,x,psi\n"
		names := []string{}
		for i := range 8 {
			names = append(names, fmt.Sprintf("d%d", i+1))
			data += csvRow(names[i], f.at("direct", i).number(), f.at("boundary_case", "direct", i).number(), f.at("x", i).number(), f.at("sampling_variance", i).number())
		}
		disk := files{"D.csv": data}
		fit := func(direct, method string) tree {
			return ask(t, disk, "smallarea", "--data", "D.csv", "--direct", direct, "--variance", "psi", "--covariates", "x", "--method", method)
		}
		r, w := fit("direct", "reml"), f.at("reml")
		w.at("refvar").near([]float64{r.at("A").number()}, 1e-7)
		w.at("beta").near(r.at("beta").by("constant", "x"), 1e-7)
		w.at("se").near(r.at("se").by("constant", "x"), 1e-7)
		w.at("eblup").near(r.at("eblup").by(names...), 1e-7)
		w.at("mse").near(r.at("mse").by(names...), 1e-7)
		f.at("ml_refvar").near([]float64{fit("direct", "ml").at("A").number()}, 1e-7)
		f.at("fay_herriot_moment_refvar").near([]float64{fit("direct", "fh").at("A").number()}, 1e-7)
		b := fit("other", "reml")
		f.at("boundary_case", "eblup").near(b.at("eblup").by(names...), 1e-7)
		f.at("boundary_case", "beta").near(b.at("beta").by("constant", "x"), 1e-7)
		if b.at("A").number() != 0 || len(b.at("notes").list()) == 0 {
			t.Error("A = 0 is not said")
		}
	})
	t.Run("required growth and the identity of shares", func(t *testing.T) {
		g := c.at("growth")
		r := ask(t, nil, "growth", "--what", "required", "--share", "0.1402", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1")
		g.at("expected_required_nominal_growth").near([]float64{r.at("growth").number()}, 1e-9)
		near(t, "lands", []float64{r.at("path", -1, "share").number()}, []float64{0.3}, 1e-12)
		s := ask(t, files{"d": "period,part,whole\n2023,12.87,100\n2024,13.17,100\n"}, "growth", "--what", "share", "--data", "d")
		g.at("identity_1287_1317", "ratio").near([]float64{s.at("series", 0, "ratio").number()}, 1e-9)
	})
	t.Run("revisions", func(t *testing.T) {
		v := c.at("revisions")
		data := "period,first,latest\n"
		for i := range 6 {
			data += csvRow(strconv.Itoa(2019+i), v.at("first", i).number(), v.at("latest", i).number())
		}
		r := ask(t, files{"d": data}, "growth", "--what", "revisions", "--data", "d")
		v.at("revision").near(r.at("revision").numbers(), 1e-9)
		v.at("mean_revision").near([]float64{r.at("meanRevision").number()}, 1e-9)
		for name, key := range map[string]string{"mean_absolute_revision": "meanAbsoluteRevision", "relative_mean_absolute_revision": "relativeMeanAbsoluteRevision", "rmsr": "rootMeanSquareRevision",
			"sd_sample": "sd", "share_positive": "sharePositive", "change_direction_agreement": "directionAgreement"} {
			v.at(name).near([]float64{r.at(key).number()}, 1e-9)
		}
		if r.at("meanTest").v != nil {
			t.Error("six revisions are too few for a test that nobody asked for")
		}
		tested := ask(t, files{"d": data}, "growth", "--what", "revisions", "--data", "d", "--lag", "0")
		v.at("t_no_autocorrelation").near([]float64{tested.at("meanTest", "t").number()}, 1e-9)
	})
}
