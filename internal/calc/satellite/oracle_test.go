package satellite_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestDigitalOracles(t *testing.T) {
	o := calctest.Oracle(t, "constructed-identities.json")
	t.Run("ADB, block and literal, one and two digital industries", func(t *testing.T) {
		a := o.At("adb")
		table := "code,s1,s2,s3,fd\n"
		for i, c := range []string{"s1", "s2", "s3"} {
			table += calctest.CSVRow(c, append(a.At("Z", i).Numbers(), a.At("final_demand", i).Number())...)
		}
		table += calctest.CSVRow("va", append(a.At("value_added").Numbers(), 0)...) + calctest.CSVRow("x", append(a.At("output").Numbers(), 0)...)
		disk := calctest.Files{"T.csv": table, "r.csv": calctest.CodeValues([]string{"s1", "s2", "s3"}, a.At("digital_sector_3_with_r", "r").Numbers())}
		for _, c := range []struct {
			name, codes string
			more        []string
		}{{"digital_sector_3", "s3", nil}, {"digital_sectors_2_and_3", "s2,s3", nil}, {"digital_sector_3_with_r", "s3", []string{"--investment", "r.csv"}}} {
			w := a.At(c.name)
			args := append([]string{"digital", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--output", "x", "--digital", c.codes}, c.more...)
			block := calctest.Ask(t, disk, append(args, "--definition", "adb")...)
			literal := calctest.Ask(t, disk, append(args, "--definition", "adb-literal")...)
			for _, r := range []calctest.Tree{block, literal} {
				w.At("own_value_added").Near([]float64{r.At("own").Number()}, 1e-9)
				w.At("backward").Near([]float64{r.At("backward").Number()}, 1e-9)
				w.At("forward").Near([]float64{r.At("forward").Number()}, 1e-9)
				w.At("capital_term").Near([]float64{r.At("capital").Number()}, 1e-9)
			}
			w.At("block_term").Near([]float64{block.At("doubleCount").Number()}, 1e-9)
			w.At("digital_gdp_block").Near([]float64{block.At("total").Number()}, 1e-9)
			w.At("share_block").Near([]float64{block.At("share").Number()}, 1e-9)
			w.At("diag_term").Near([]float64{literal.At("doubleCount").Number()}, 1e-9)
			w.At("digital_gdp_literal").Near([]float64{literal.At("total").Number()}, 1e-9)
			sum := 0.0
			for _, v := range block.At("byIndustry").By("s1", "s2", "s3") {
				sum += v
			}
			w.At("digital_gdp_block").Near([]float64{sum}, 1e-9)
		}
		flows := calctest.Ask(t, disk, "io", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--output", "x", "--what", "flows")
		a.At("M").Near(flows.At("flows").Numbers(), 1e-9)
		without := calctest.Ask(t, disk, "digital", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--ignore", "x", "--digital", "s3")
		a.At("digital_sector_3", "digital_gdp_block").Near([]float64{without.At("total").Number()}, 1e-9)
	})
	t.Run("product ratio: the same account from four layouts", func(t *testing.T) {
		p := o.At("product_ratio")
		v, va, jobs, phi := calctest.RowsIn(p.At("supply_industry_by_product")), p.At("value_added").Numbers(), p.At("employment").Numbers(), p.At("digital_fraction_of_product").Numbers()
		industries, products := []string{"i1", "i2", "i3"}, []string{"p1", "p2", "p3"}
		makeTable, together := "industry,p1,p2,p3\n", "industry,p1,p2,p3,va,jobs\n"
		supply := "product,i1,i2,i3\n"
		for i, c := range industries {
			makeTable += calctest.CSVRow(c, v[i]...)
			together += calctest.CSVRow(c, append(append([]float64{}, v[i]...), va[i], jobs[i])...)
			supply += calctest.CSVRow(products[i], v[0][i], v[1][i], v[2][i])
		}
		measures := calctest.CSVRow("va", va...) + calctest.CSVRow("jobs", jobs...)
		disk := calctest.Files{"V.csv": makeTable, "S.csv": supply, "M.csv": "code,i1,i2,i3\n" + measures, "W.csv": together, "SW.csv": supply + measures, "phi.csv": "product,share\n" + calctest.CSVRow("p2", phi[1]) + calctest.CSVRow("p3", phi[2])}
		for name, args := range map[string][]string{
			"make":            {"--table", "M.csv", "--make", "V.csv"},
			"supply":          {"--table", "M.csv", "--supply", "S.csv"},
			"make with rows":  {"--table", "W.csv"},
			"supply and rows": {"--table", "SW.csv"},
		} {
			r := calctest.Ask(t, disk, append([]string{"digital", "--definition", "product-ratio", "--value-added", "va", "--measures", "jobs", "--phi", "phi.csv"}, args...)...)
			w := p.At("expected")
			t.Log(name)
			w.At("digital_output_ratio").Near(r.At("ratio").By(industries...), 1e-9)
			w.At("digital_value_added_by_industry").Near(r.At("byIndustry").By(industries...), 1e-9)
			w.At("digital_value_added").Near([]float64{r.At("total").Number()}, 1e-9)
			w.At("share").Near([]float64{r.At("share").Number()}, 1e-9)
			w.At("digital_employment").Near([]float64{r.At("measures", "jobs", "total").Number()}, 1e-9)
		}
	})
	t.Run("NSO: coefficients in a file, in the table, or as records", func(t *testing.T) {
		n := o.At("nso_core_plus_digitalised")
		codes, va, d := n.At("industries").Words(), n.At("value_added").Numbers(), n.At("digital_share_of_intermediate").Numbers()
		records := "industry,va,d\n"
		for i, c := range codes {
			records += calctest.CSVRow(c, va[i], d[i])
		}
		disk := calctest.Files{"T.csv": "code," + strings.Join(codes, ",") + "\n" + calctest.CSVRow("va", va...) + calctest.CSVRow("d", d...), "R.csv": records, "d.csv": calctest.CodeValues(codes, d)}
		for _, args := range [][]string{{"--table", "T.csv", "--coefficients", "d"}, {"--table", "T.csv", "--coefficients", "d.csv", "--ignore", "d"}, {"--table", "R.csv", "--coefficients", "d"}} {
			r := calctest.Ask(t, disk, append([]string{"digital", "--definition", "nso", "--value-added", "va", "--digital", strings.Join(n.At("core").Words(), ","), "--product-taxes", "300"}, args...)...)
			n.At("expected", "core").Near([]float64{r.At("own").Number()}, 1e-9)
			n.At("expected", "digitalised").Near([]float64{r.At("digitalised").Number()}, 1e-9)
			n.At("expected", "share_pct").Near([]float64{100 * r.At("share").Number()}, 1e-9)
		}
	})
	t.Run("provincial spill-over", func(t *testing.T) {
		n := o.At("provincial_spill_over")
		codes := n.At("industries").Words()
		records := "industry,current,year_ago,ratio\n"
		for i, c := range codes {
			records += calctest.CSVRow(c, n.At("grdp_current", i).Number(), n.At("grdp_same_period_last_year", i).Number(), n.At("ict_over_intermediate", i).Number())
		}
		r := calctest.Ask(t, calctest.Files{"R.csv": records}, "digital", "--definition", "mic", "--table", "R.csv", "--digital", "C26,J", "--conversion", "0.4", "--product-taxes", "300")
		w := n.At("expected")
		w.At("va_ict").Near(r.At("ict").By(codes...), 1e-9)
		w.At("core").Near([]float64{r.At("own").Number()}, 1e-9)
		w.At("spill_over").Near([]float64{r.At("spillOver").Number()}, 1e-9)
		w.At("total").Near([]float64{r.At("total").Number()}, 1e-9)
		w.At("total_share_pct").Near([]float64{100 * r.At("share").Number()}, 1e-9)
	})
}
