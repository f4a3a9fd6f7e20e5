package inputoutput_test

import (
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
