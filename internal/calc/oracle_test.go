package calc_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

// germany gives the table of 1995 as a wide file.
func germany(t *testing.T) (string, []string, calctest.Tree) {
	o := calctest.Oracle(t, "io-germany-1995.json")
	codes, finals := o.At("sectors").Words(), o.At("final_use_columns").Words()
	out := "code," + strings.Join(codes, ",") + "," + strings.Join(finals, ",") + "\n"
	for i, c := range codes {
		out += calctest.CSVRow(c, append(o.At("Z", i).Numbers(), o.At("final_use", i).Numbers()...)...)
	}
	for _, line := range []string{"gva", "compensation_of_employees", "employment", "output"} {
		out += calctest.CSVRow(line, append(o.At(line).Numbers(), make([]float64, len(finals))...)...)
	}
	return out, codes, o
}

func TestInputOutputOracles(t *testing.T) {
	table, codes, o := germany(t)
	disk := calctest.Files{"T.csv": table}
	base := []string{"io", "--table", "T.csv", "--value-added", "gva", "--output", "output", "--final", strings.Join(o.At("final_use_columns").Words(), ","),
		"--details", "compensation_of_employees", "--physical", "employment"}
	want := o.At("expected")
	t.Run("Germany 1995: multipliers and effects", func(t *testing.T) {
		r := calctest.Ask(t, disk, append(base, "--what", "multipliers")...)
		want.At("output_multipliers").Near(r.At("output").By(codes...), 1e-9)
		want.At("gva_indicator").Near(r.At("direct", "gva").By(codes...), 1e-9)
		want.At("gva_effects_per_unit_of_final_use").Near(r.At("effects", "gva").By(codes...), 1e-9)
		want.At("employment_indicator").Near(r.At("direct", "employment").By(codes...), 1e-9)
		want.At("employment_effects").Near(r.At("effects", "employment").By(codes...), 1e-9)
		want.At("compensation_effects").Near(r.At("effects", "compensation_of_employees").By(codes...), 1e-9)
		o.At("published_rounded", "output_multipliers").Near(r.At("output").By(codes...), 5e-5)
	})
	t.Run("Germany 1995: inverses", func(t *testing.T) {
		want.At("leontief_L").Near(calctest.Ask(t, disk, append(base, "--what", "leontief")...).At("leontief").Numbers(), 1e-9)
		r := calctest.Ask(t, disk, append(base, "--what", "ghosh")...)
		want.At("ghosh_G").Near(r.At("ghosh").Numbers(), 1e-9)
		want.At("forward_linkages_ghosh_row_sums").Near(r.At("rowSums").By(codes...), 1e-9)
		want.At("input_coefficients_A").Near(calctest.Ask(t, disk, append(base, "--what", "coefficients")...).At("input").Numbers(), 1e-9)
	})
	t.Run("Germany 1995: linkages", func(t *testing.T) {
		r := calctest.Ask(t, disk, append(base, "--what", "linkages")...)
		want.At("output_multipliers").Near(r.At("backward").By(codes...), 1e-9)
		want.At("forward_linkages_ghosh_row_sums").Near(r.At("forward").By(codes...), 1e-9)
		want.At("forward_leontief_row_sums").Near(r.At("forwardLeontief").By(codes...), 1e-9)
		want.At("rasmussen_power_of_dispersion").Near(r.At("powerOfDispersion").By(codes...), 1e-9)
		want.At("rasmussen_sensitivity_of_dispersion").Near(r.At("sensitivityOfDispersion").By(codes...), 1e-9)
	})
	t.Run("Germany 1995: extraction, of one industry and of each in turn", func(t *testing.T) {
		x := want.At("hypothetical_extraction_business_services")
		r := calctest.Ask(t, disk, append(base, "--what", "extraction", "--extract", "business_services_group")...)
		x.At("output_loss").Near([]float64{r.At("outputLoss").Number()}, 1e-9)
		x.At("gva_loss").Near([]float64{r.At("valueAddedLoss").Number()}, 1e-9)
		each := calctest.Ask(t, disk, append(base, "--what", "extraction")...)
		x.At("output_loss").Near([]float64{each.At("extraction", "business_services_group", "outputLoss").Number()}, 1e-9)
		x.At("gva_loss").Near([]float64{each.At("extraction", "business_services_group", "valueAddedLoss").Number()}, 1e-9)
	})
	t.Run("Germany 1995: value-added flows add to GDP, and by row to value added", func(t *testing.T) {
		r := calctest.Ask(t, disk, append(base, "--what", "flows")...)
		o.At("gva").Near(r.At("byIndustry").By(codes...), 1e-9)
		gdp := 0.0
		for _, v := range o.At("gva").Numbers() {
			gdp += v
		}
		calctest.Near(t, "GDP", []float64{r.At("total").Number()}, []float64{gdp}, 1e-9)
	})
	t.Run("Netherlands 2000: inverse and income", func(t *testing.T) {
		o := calctest.Oracle(t, "io-netherlands-2000.json")
		codes := o.At("sectors").Words()
		table := "," + strings.Join(codes, ",") + "\n"
		for i, c := range codes {
			table += calctest.CSVRow(c, o.At("Z_domestic", i).Numbers()...)
		}
		for _, line := range []string{"compensation_of_employees", "value_added", "output"} {
			table += calctest.CSVRow(line, o.At(line).Numbers()...)
		}
		args := []string{"io", "--table", "T.csv", "--output", "output", "--value-added", "value_added", "--details", "compensation_of_employees"}
		o.At("expected", "leontief_L").Near(calctest.Ask(t, calctest.Files{"T.csv": table}, append(args, "--what", "leontief")...).At("leontief").Numbers(), 1e-9)
		r := calctest.Ask(t, calctest.Files{"T.csv": table}, append(args, "--what", "multipliers")...)
		o.At("expected", "compensation_effects").Near(r.At("effects", "compensation_of_employees").By(codes...), 1e-9)
		o.At("expected", "income_multipliers").Near(r.At("multipliers", "compensation_of_employees").By(codes...), 1e-9)
	})
	t.Run("Miller and Blair, with output as a column", func(t *testing.T) {
		o := calctest.Oracle(t, "io-miller-blair.json")
		table := "code,1,2,f,x\n" + calctest.CSVRow("1", 150, 500, 350, 1000) + calctest.CSVRow("2", 200, 100, 1700, 2000)
		r := calctest.Ask(t, calctest.Files{"T.csv": table}, "io", "--table", "T.csv", "--final", "f", "--output", "x", "--what", "leontief")
		o.At("expected", "leontief_L").Near(r.At("leontief").Numbers(), 1e-12)
		o.At("expected", "final_demand").Near(r.At("finalDemand").By("1", "2"), 1e-12)
	})
}

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
		without := calctest.Ask(t, disk, "digital", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--digital", "s3")
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

func TestBalanceOracles(t *testing.T) {
	t.Run("RAS, in every layout of the files", func(t *testing.T) {
		o := calctest.Oracle(t, "ras-quilis.json")
		prior := calctest.RowsIn(o.At("flows_0"))
		wide, long, semicolons := "code,c1,c2,c3\n", "row,column,value\n", "mã;c1;c2;c3\n"
		for i, r := range prior {
			name := fmt.Sprintf("r%d", i+1)
			wide += calctest.CSVRow(name, r...)
			semicolons += strings.ReplaceAll(calctest.CSVRow(name, r...), ",", ";")
			for j, v := range r {
				long += calctest.CSVRow(fmt.Sprintf("%s,c%d", name, j+1), v)
			}
		}
		u, v := o.At("row_targets").Numbers(), o.At("column_targets").Numbers()
		disk := calctest.Files{"wide.csv": wide, "long.csv": long, "bare.csv": calctest.Bare(prior...), "semi.csv": semicolons, "blank.csv": strings.Replace(wide, ",0\n", ",\n", 1),
			"u.csv": calctest.CodeValues([]string{"r1", "r2", "r3"}, u), "v.csv": calctest.CodeValues([]string{"c1", "c2", "c3"}, v), "v-other.csv": calctest.CodeValues([]string{"c3", "c1", "c2"}, []float64{v[2], v[0], v[1]}),
			"u-row.csv": calctest.Bare(u), "u-col.csv": calctest.Bare(u[:1], u[1:2], u[2:]), "v-row.csv": calctest.Bare(v), "v-under.csv": "c1,c2,c3\n" + calctest.Bare(v), "v-spaces.txt": "100 250 80\n", "u-decimal.csv": "r1;160,0\nr2;150,0\nr3;120,0\n",
			"rescaled.csv": calctest.Bare(calctest.RowsIn(o.At("prior_rescaled"))...), "-": calctest.Bare(prior...)}
		for _, c := range [][3]string{{"wide.csv", "u.csv", "v.csv"}, {"long.csv", "u.csv", "v-other.csv"}, {"bare.csv", "u-row.csv", "v-row.csv"}, {"semi.csv", "u-decimal.csv", "v-under.csv"},
			{"wide.csv", "u-col.csv", "v-spaces.txt"}, {"rescaled.csv", "u.csv", "v.csv"}, {"-", "u.csv", "v.csv"}} {
			r := calctest.Ask(t, disk, "balance", "--matrix", c[0], "--rows", c[1], "--cols", c[2], "--method", "ras")
			o.At("expected").Near(r.At("matrix").Numbers(), 1e-9)
			if r.At("maxResidual").Number() > 1e-10 || r.At("iterations").Number() < 1 {
				t.Errorf("%v: iterations %v, residual %v", c, r.At("iterations").V, r.At("maxResidual").V)
			}
		}
		blank := calctest.Ask(t, disk, "balance", "--matrix", "blank.csv", "--rows", "u.csv", "--cols", "v.csv", "--blank-is-zero")
		o.At("expected").Near(blank.At("matrix").Numbers(), 1e-9)
		if len(blank.At("notes").List()) != 1 {
			t.Error("a blank taken for zero is not said")
		}
		calctest.Refused(t, disk, "calc.blank", "balance", "--matrix", "blank.csv", "--rows", "u.csv", "--cols", "v.csv")
	})
	t.Run("GRAS, and KRAS where the totals agree", func(t *testing.T) {
		o := calctest.Oracle(t, "gras.json")
		disk := calctest.Files{"m.csv": calctest.Bare(calctest.RowsIn(o.At("prior"))...), "u.csv": calctest.Bare(o.At("row_targets").Numbers()), "v.csv": calctest.Bare(o.At("column_targets").Numbers())}
		for _, m := range []string{"gras", "kras"} {
			r := calctest.Ask(t, disk, "balance", "--matrix", "m.csv", "--rows", "u.csv", "--cols", "v.csv", "--method", m)
			o.At("expected").Near(r.At("matrix").Numbers(), 1e-8)
		}
	})
	t.Run("Stone, with constraints in every layout", func(t *testing.T) {
		o := calctest.Oracle(t, "stone-raking.json").At("two_dimensions")
		codes, g, h := o.At("cells").Words(), calctest.RowsIn(o.At("G")), o.At("h").Numbers()
		wide, long, equations, numbers := "constraint,"+strings.Join(codes, ",")+",total\n", "constraint,code,coefficient\n", "", ""
		for i, r := range g {
			name := fmt.Sprintf("k%d", i+1)
			wide += calctest.CSVRow(name, append(append([]float64{}, r...), h[i])...)
			numbers += calctest.Bare(append(append([]float64{}, r...), h[i]))
			var terms []string
			for j, c := range codes {
				if r[j] != 0 {
					long += calctest.CSVRow(name+","+c, r[j])
					terms = append(terms, c)
				}
			}
			long += calctest.CSVRow(name+",", h[i])
			equations += strings.Join(terms, " + ") + " = " + strconv.FormatFloat(h[i], 'g', -1, 64) + "\n"
		}
		prior, variance := o.At("prior").Numbers(), o.At("variance_diag").Numbers()
		disk := calctest.Files{"x.csv": calctest.CodeValues(codes, prior), "v.csv": strings.Replace(calctest.CodeValues(codes, variance), "value", "variance", 1), "bare-x.csv": calctest.Bare(prior),
			"wide.csv": wide, "long.csv": long, "eq.csv": equations, "bare.csv": numbers, "rhs.csv": strings.Replace(wide, "total", "rhs", 1)}
		for _, args := range [][]string{{"--constraints", "wide.csv"}, {"--constraints", "wide.csv", "--variances", "v.csv"}, {"--constraints", "long.csv"}, {"--constraints", "eq.csv"}, {"--constraints", "rhs.csv"}, {"--constraints", "bare.csv"}} {
			r := calctest.Ask(t, disk, append([]string{"reconcile", "--values", "x.csv"}, args...)...)
			o.At("expected").Near(r.At("values").By(codes...), 1e-9)
			if r.At("df").Number() != 4 || len(r.At("redundant").List()) != 1 {
				t.Errorf("%v: rank %v", args, r.At("df").V)
			}
			for i, v := range r.At("variances").By(codes...) {
				if v < 0 || v > variance[i] {
					t.Errorf("variance of %s grew to %g", codes[i], v)
				}
			}
		}
		r := calctest.Ask(t, disk, "reconcile", "--values", "bare-x.csv", "--constraints", "bare.csv")
		o.At("expected").Near(r.At("values").By("1", "2", "3", "4", "5", "6"), 1e-9)
		one := calctest.Ask(t, calctest.Files{"x": "a,20\nb,5\n", "g": "a,b,total\n1,1,40\n"}, "reconcile", "--values", "x", "--constraints", "g")
		calctest.Oracle(t, "stone-raking.json").At("one_dimension", "expected").Near(one.At("values").By("a", "b"), 1e-12)
		calctest.Near(t, "var", one.At("variances").By("a", "b"), []float64{20 - 400.0/25, 5 - 25.0/25}, 1e-12)
	})
}
