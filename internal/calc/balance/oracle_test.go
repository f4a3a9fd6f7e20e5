package balance_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

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
