package calc

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// germany gives the table of 1995 as a wide file.
func germany(t *testing.T) (string, []string, tree) {
	o := oracle(t, "io-germany-1995.json")
	codes, finals := o.at("sectors").words(), o.at("final_use_columns").words()
	out := "code," + strings.Join(codes, ",") + "," + strings.Join(finals, ",") + "\n"
	for i, c := range codes {
		out += csvRow(c, append(o.at("Z", i).numbers(), o.at("final_use", i).numbers()...)...)
	}
	for _, line := range []string{"gva", "compensation_of_employees", "employment", "output"} {
		out += csvRow(line, append(o.at(line).numbers(), make([]float64, len(finals))...)...)
	}
	return out, codes, o
}

func TestInputOutputOracles(t *testing.T) {
	table, codes, o := germany(t)
	disk := files{"T.csv": table}
	base := []string{"io", "--table", "T.csv", "--value-added", "gva", "--output", "output", "--final", strings.Join(o.at("final_use_columns").words(), ","),
		"--details", "compensation_of_employees", "--physical", "employment"}
	want := o.at("expected")
	t.Run("Germany 1995: multipliers and effects", func(t *testing.T) {
		r := ask(t, disk, append(base, "--what", "multipliers")...)
		want.at("output_multipliers").near(r.at("output").by(codes...), 1e-9)
		want.at("gva_indicator").near(r.at("direct", "gva").by(codes...), 1e-9)
		want.at("gva_effects_per_unit_of_final_use").near(r.at("effects", "gva").by(codes...), 1e-9)
		want.at("employment_indicator").near(r.at("direct", "employment").by(codes...), 1e-9)
		want.at("employment_effects").near(r.at("effects", "employment").by(codes...), 1e-9)
		want.at("compensation_effects").near(r.at("effects", "compensation_of_employees").by(codes...), 1e-9)
		o.at("published_rounded", "output_multipliers").near(r.at("output").by(codes...), 5e-5)
	})
	t.Run("Germany 1995: inverses", func(t *testing.T) {
		want.at("leontief_L").near(ask(t, disk, append(base, "--what", "leontief")...).at("leontief").numbers(), 1e-9)
		r := ask(t, disk, append(base, "--what", "ghosh")...)
		want.at("ghosh_G").near(r.at("ghosh").numbers(), 1e-9)
		want.at("forward_linkages_ghosh_row_sums").near(r.at("rowSums").by(codes...), 1e-9)
		want.at("input_coefficients_A").near(ask(t, disk, append(base, "--what", "coefficients")...).at("input").numbers(), 1e-9)
	})
	t.Run("Germany 1995: linkages", func(t *testing.T) {
		r := ask(t, disk, append(base, "--what", "linkages")...)
		want.at("output_multipliers").near(r.at("backward").by(codes...), 1e-9)
		want.at("forward_linkages_ghosh_row_sums").near(r.at("forward").by(codes...), 1e-9)
		want.at("forward_leontief_row_sums").near(r.at("forwardLeontief").by(codes...), 1e-9)
		want.at("rasmussen_power_of_dispersion").near(r.at("powerOfDispersion").by(codes...), 1e-9)
		want.at("rasmussen_sensitivity_of_dispersion").near(r.at("sensitivityOfDispersion").by(codes...), 1e-9)
	})
	t.Run("Germany 1995: extraction, of one industry and of each in turn", func(t *testing.T) {
		x := want.at("hypothetical_extraction_business_services")
		r := ask(t, disk, append(base, "--what", "extraction", "--extract", "business_services_group")...)
		x.at("output_loss").near([]float64{r.at("outputLoss").number()}, 1e-9)
		x.at("gva_loss").near([]float64{r.at("valueAddedLoss").number()}, 1e-9)
		each := ask(t, disk, append(base, "--what", "extraction")...)
		x.at("output_loss").near([]float64{each.at("extraction", "business_services_group", "outputLoss").number()}, 1e-9)
		x.at("gva_loss").near([]float64{each.at("extraction", "business_services_group", "valueAddedLoss").number()}, 1e-9)
	})
	t.Run("Germany 1995: value-added flows add to GDP, and by row to value added", func(t *testing.T) {
		r := ask(t, disk, append(base, "--what", "flows")...)
		o.at("gva").near(r.at("byIndustry").by(codes...), 1e-9)
		gdp := 0.0
		for _, v := range o.at("gva").numbers() {
			gdp += v
		}
		near(t, "GDP", []float64{r.at("total").number()}, []float64{gdp}, 1e-9)
	})
	t.Run("Netherlands 2000: inverse and income", func(t *testing.T) {
		o := oracle(t, "io-netherlands-2000.json")
		codes := o.at("sectors").words()
		table := "," + strings.Join(codes, ",") + "\n"
		for i, c := range codes {
			table += csvRow(c, o.at("Z_domestic", i).numbers()...)
		}
		for _, line := range []string{"compensation_of_employees", "value_added", "output"} {
			table += csvRow(line, o.at(line).numbers()...)
		}
		args := []string{"io", "--table", "T.csv", "--output", "output", "--value-added", "value_added", "--details", "compensation_of_employees"}
		o.at("expected", "leontief_L").near(ask(t, files{"T.csv": table}, append(args, "--what", "leontief")...).at("leontief").numbers(), 1e-9)
		r := ask(t, files{"T.csv": table}, append(args, "--what", "multipliers")...)
		o.at("expected", "compensation_effects").near(r.at("effects", "compensation_of_employees").by(codes...), 1e-9)
		o.at("expected", "income_multipliers").near(r.at("multipliers", "compensation_of_employees").by(codes...), 1e-9)
	})
	t.Run("Miller and Blair, with output as a column", func(t *testing.T) {
		o := oracle(t, "io-miller-blair.json")
		table := "code,1,2,f,x\n" + csvRow("1", 150, 500, 350, 1000) + csvRow("2", 200, 100, 1700, 2000)
		r := ask(t, files{"T.csv": table}, "io", "--table", "T.csv", "--final", "f", "--output", "x", "--what", "leontief")
		o.at("expected", "leontief_L").near(r.at("leontief").numbers(), 1e-12)
		o.at("expected", "final_demand").near(r.at("finalDemand").by("1", "2"), 1e-12)
	})
}

func TestDigitalOracles(t *testing.T) {
	o := oracle(t, "constructed-identities.json")
	t.Run("ADB, block and literal, one and two digital industries", func(t *testing.T) {
		a := o.at("adb")
		table := "code,s1,s2,s3,fd\n"
		for i, c := range []string{"s1", "s2", "s3"} {
			table += csvRow(c, append(a.at("Z", i).numbers(), a.at("final_demand", i).number())...)
		}
		table += csvRow("va", append(a.at("value_added").numbers(), 0)...) + csvRow("x", append(a.at("output").numbers(), 0)...)
		disk := files{"T.csv": table, "r.csv": codeValues([]string{"s1", "s2", "s3"}, a.at("digital_sector_3_with_r", "r").numbers())}
		for _, c := range []struct {
			name, codes string
			more        []string
		}{{"digital_sector_3", "s3", nil}, {"digital_sectors_2_and_3", "s2,s3", nil}, {"digital_sector_3_with_r", "s3", []string{"--investment", "r.csv"}}} {
			w := a.at(c.name)
			args := append([]string{"digital", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--output", "x", "--digital", c.codes}, c.more...)
			block := ask(t, disk, append(args, "--definition", "adb")...)
			literal := ask(t, disk, append(args, "--definition", "adb-literal")...)
			for _, r := range []tree{block, literal} {
				w.at("own_value_added").near([]float64{r.at("own").number()}, 1e-9)
				w.at("backward").near([]float64{r.at("backward").number()}, 1e-9)
				w.at("forward").near([]float64{r.at("forward").number()}, 1e-9)
				w.at("capital_term").near([]float64{r.at("capital").number()}, 1e-9)
			}
			w.at("block_term").near([]float64{block.at("doubleCount").number()}, 1e-9)
			w.at("digital_gdp_block").near([]float64{block.at("total").number()}, 1e-9)
			w.at("share_block").near([]float64{block.at("share").number()}, 1e-9)
			w.at("diag_term").near([]float64{literal.at("doubleCount").number()}, 1e-9)
			w.at("digital_gdp_literal").near([]float64{literal.at("total").number()}, 1e-9)
			sum := 0.0
			for _, v := range block.at("byIndustry").by("s1", "s2", "s3") {
				sum += v
			}
			w.at("digital_gdp_block").near([]float64{sum}, 1e-9)
		}
		flows := ask(t, disk, "io", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--output", "x", "--what", "flows")
		a.at("M").near(flows.at("flows").numbers(), 1e-9)
		without := ask(t, disk, "digital", "--table", "T.csv", "--value-added", "va", "--final", "fd", "--digital", "s3")
		a.at("digital_sector_3", "digital_gdp_block").near([]float64{without.at("total").number()}, 1e-9)
	})
	t.Run("product ratio: the same account from four layouts", func(t *testing.T) {
		p := o.at("product_ratio")
		v, va, jobs, phi := rowsIn(p.at("supply_industry_by_product")), p.at("value_added").numbers(), p.at("employment").numbers(), p.at("digital_fraction_of_product").numbers()
		industries, products := []string{"i1", "i2", "i3"}, []string{"p1", "p2", "p3"}
		makeTable, together := "industry,p1,p2,p3\n", "industry,p1,p2,p3,va,jobs\n"
		supply := "product,i1,i2,i3\n"
		for i, c := range industries {
			makeTable += csvRow(c, v[i]...)
			together += csvRow(c, append(append([]float64{}, v[i]...), va[i], jobs[i])...)
			supply += csvRow(products[i], v[0][i], v[1][i], v[2][i])
		}
		measures := csvRow("va", va...) + csvRow("jobs", jobs...)
		disk := files{"V.csv": makeTable, "S.csv": supply, "M.csv": "code,i1,i2,i3\n" + measures, "W.csv": together, "SW.csv": supply + measures, "phi.csv": "product,share\n" + csvRow("p2", phi[1]) + csvRow("p3", phi[2])}
		for name, args := range map[string][]string{
			"make":            {"--table", "M.csv", "--make", "V.csv"},
			"supply":          {"--table", "M.csv", "--supply", "S.csv"},
			"make with rows":  {"--table", "W.csv"},
			"supply and rows": {"--table", "SW.csv"},
		} {
			r := ask(t, disk, append([]string{"digital", "--definition", "product-ratio", "--value-added", "va", "--measures", "jobs", "--phi", "phi.csv"}, args...)...)
			w := p.at("expected")
			t.Log(name)
			w.at("digital_output_ratio").near(r.at("ratio").by(industries...), 1e-9)
			w.at("digital_value_added_by_industry").near(r.at("byIndustry").by(industries...), 1e-9)
			w.at("digital_value_added").near([]float64{r.at("total").number()}, 1e-9)
			w.at("share").near([]float64{r.at("share").number()}, 1e-9)
			w.at("digital_employment").near([]float64{r.at("measures", "jobs", "total").number()}, 1e-9)
		}
	})
	t.Run("NSO: coefficients in a file, in the table, or as records", func(t *testing.T) {
		n := o.at("nso_core_plus_digitalised")
		codes, va, d := n.at("industries").words(), n.at("value_added").numbers(), n.at("digital_share_of_intermediate").numbers()
		records := "industry,va,d\n"
		for i, c := range codes {
			records += csvRow(c, va[i], d[i])
		}
		disk := files{"T.csv": "code," + strings.Join(codes, ",") + "\n" + csvRow("va", va...) + csvRow("d", d...), "R.csv": records, "d.csv": codeValues(codes, d)}
		for _, args := range [][]string{{"--table", "T.csv", "--coefficients", "d"}, {"--table", "T.csv", "--coefficients", "d.csv", "--ignore", "d"}, {"--table", "R.csv", "--coefficients", "d"}} {
			r := ask(t, disk, append([]string{"digital", "--definition", "nso", "--value-added", "va", "--digital", strings.Join(n.at("core").words(), ","), "--product-taxes", "300"}, args...)...)
			n.at("expected", "core").near([]float64{r.at("own").number()}, 1e-9)
			n.at("expected", "digitalised").near([]float64{r.at("digitalised").number()}, 1e-9)
			n.at("expected", "share_pct").near([]float64{100 * r.at("share").number()}, 1e-9)
		}
	})
	t.Run("provincial spill-over", func(t *testing.T) {
		n := o.at("provincial_spill_over")
		codes := n.at("industries").words()
		records := "industry,current,year_ago,ratio\n"
		for i, c := range codes {
			records += csvRow(c, n.at("grdp_current", i).number(), n.at("grdp_same_period_last_year", i).number(), n.at("ict_over_intermediate", i).number())
		}
		r := ask(t, files{"R.csv": records}, "digital", "--definition", "mic", "--table", "R.csv", "--digital", "C26,J", "--conversion", "0.4", "--product-taxes", "300")
		w := n.at("expected")
		w.at("va_ict").near(r.at("ict").by(codes...), 1e-9)
		w.at("core").near([]float64{r.at("own").number()}, 1e-9)
		w.at("spill_over").near([]float64{r.at("spillOver").number()}, 1e-9)
		w.at("total").near([]float64{r.at("total").number()}, 1e-9)
		w.at("total_share_pct").near([]float64{100 * r.at("share").number()}, 1e-9)
	})
}

func TestBalanceOracles(t *testing.T) {
	t.Run("RAS, in every layout of the files", func(t *testing.T) {
		o := oracle(t, "ras-quilis.json")
		prior := rowsIn(o.at("flows_0"))
		wide, long, semicolons := "code,c1,c2,c3\n", "row,column,value\n", "mã;c1;c2;c3\n"
		for i, r := range prior {
			name := fmt.Sprintf("r%d", i+1)
			wide += csvRow(name, r...)
			semicolons += strings.ReplaceAll(csvRow(name, r...), ",", ";")
			for j, v := range r {
				long += csvRow(fmt.Sprintf("%s,c%d", name, j+1), v)
			}
		}
		u, v := o.at("row_targets").numbers(), o.at("column_targets").numbers()
		disk := files{"wide.csv": wide, "long.csv": long, "bare.csv": bare(prior...), "semi.csv": semicolons, "blank.csv": strings.Replace(wide, ",0\n", ",\n", 1),
			"u.csv": codeValues([]string{"r1", "r2", "r3"}, u), "v.csv": codeValues([]string{"c1", "c2", "c3"}, v), "v-other.csv": codeValues([]string{"c3", "c1", "c2"}, []float64{v[2], v[0], v[1]}),
			"u-row.csv": bare(u), "u-col.csv": bare(u[:1], u[1:2], u[2:]), "v-row.csv": bare(v), "v-under.csv": "c1,c2,c3\n" + bare(v), "v-spaces.txt": "100 250 80\n", "u-decimal.csv": "r1;160,0\nr2;150,0\nr3;120,0\n",
			"rescaled.csv": bare(rowsIn(o.at("prior_rescaled"))...), "-": bare(prior...)}
		for _, c := range [][3]string{{"wide.csv", "u.csv", "v.csv"}, {"long.csv", "u.csv", "v-other.csv"}, {"bare.csv", "u-row.csv", "v-row.csv"}, {"semi.csv", "u-decimal.csv", "v-under.csv"},
			{"wide.csv", "u-col.csv", "v-spaces.txt"}, {"rescaled.csv", "u.csv", "v.csv"}, {"-", "u.csv", "v.csv"}} {
			r := ask(t, disk, "balance", "--matrix", c[0], "--rows", c[1], "--cols", c[2], "--method", "ras")
			o.at("expected").near(r.at("matrix").numbers(), 1e-9)
			if r.at("maxResidual").number() > 1e-10 || r.at("iterations").number() < 1 {
				t.Errorf("%v: iterations %v, residual %v", c, r.at("iterations").v, r.at("maxResidual").v)
			}
		}
		blank := ask(t, disk, "balance", "--matrix", "blank.csv", "--rows", "u.csv", "--cols", "v.csv", "--blank-is-zero")
		o.at("expected").near(blank.at("matrix").numbers(), 1e-9)
		if len(blank.at("notes").list()) != 1 {
			t.Error("a blank taken for zero is not said")
		}
		refused(t, disk, "calc.blank", "balance", "--matrix", "blank.csv", "--rows", "u.csv", "--cols", "v.csv")
	})
	t.Run("GRAS, and KRAS where the totals agree", func(t *testing.T) {
		o := oracle(t, "gras.json")
		disk := files{"m.csv": bare(rowsIn(o.at("prior"))...), "u.csv": bare(o.at("row_targets").numbers()), "v.csv": bare(o.at("column_targets").numbers())}
		for _, m := range []string{"gras", "kras"} {
			r := ask(t, disk, "balance", "--matrix", "m.csv", "--rows", "u.csv", "--cols", "v.csv", "--method", m)
			o.at("expected").near(r.at("matrix").numbers(), 1e-8)
		}
	})
	t.Run("Stone, with constraints in every layout", func(t *testing.T) {
		o := oracle(t, "stone-raking.json").at("two_dimensions")
		codes, g, h := o.at("cells").words(), rowsIn(o.at("G")), o.at("h").numbers()
		wide, long, equations, numbers := "constraint,"+strings.Join(codes, ",")+",total\n", "constraint,code,coefficient\n", "", ""
		for i, r := range g {
			name := fmt.Sprintf("k%d", i+1)
			wide += csvRow(name, append(append([]float64{}, r...), h[i])...)
			numbers += bare(append(append([]float64{}, r...), h[i]))
			var terms []string
			for j, c := range codes {
				if r[j] != 0 {
					long += csvRow(name+","+c, r[j])
					terms = append(terms, c)
				}
			}
			long += csvRow(name+",", h[i])
			equations += strings.Join(terms, " + ") + " = " + strconv.FormatFloat(h[i], 'g', -1, 64) + "\n"
		}
		prior, variance := o.at("prior").numbers(), o.at("variance_diag").numbers()
		disk := files{"x.csv": codeValues(codes, prior), "v.csv": strings.Replace(codeValues(codes, variance), "value", "variance", 1), "bare-x.csv": bare(prior),
			"wide.csv": wide, "long.csv": long, "eq.csv": equations, "bare.csv": numbers, "rhs.csv": strings.Replace(wide, "total", "rhs", 1)}
		for _, args := range [][]string{{"--constraints", "wide.csv"}, {"--constraints", "wide.csv", "--variances", "v.csv"}, {"--constraints", "long.csv"}, {"--constraints", "eq.csv"}, {"--constraints", "rhs.csv"}, {"--constraints", "bare.csv"}} {
			r := ask(t, disk, append([]string{"reconcile", "--values", "x.csv"}, args...)...)
			o.at("expected").near(r.at("values").by(codes...), 1e-9)
			if r.at("df").number() != 4 || len(r.at("redundant").list()) != 1 {
				t.Errorf("%v: rank %v", args, r.at("df").v)
			}
			for i, v := range r.at("variances").by(codes...) {
				if v < 0 || v > variance[i] {
					t.Errorf("variance of %s grew to %g", codes[i], v)
				}
			}
		}
		r := ask(t, disk, "reconcile", "--values", "bare-x.csv", "--constraints", "bare.csv")
		o.at("expected").near(r.at("values").by("1", "2", "3", "4", "5", "6"), 1e-9)
		one := ask(t, files{"x": "a,20\nb,5\n", "g": "a,b,total\n1,1,40\n"}, "reconcile", "--values", "x", "--constraints", "g")
		oracle(t, "stone-raking.json").at("one_dimension", "expected").near(one.at("values").by("a", "b"), 1e-12)
		near(t, "var", one.at("variances").by("a", "b"), []float64{20 - 400.0/25, 5 - 25.0/25}, 1e-12)
	})
}
