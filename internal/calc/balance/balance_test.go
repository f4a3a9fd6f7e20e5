package balance_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
	"nhipso/internal/fault"
)

// The tables of the literature on GRAS with one more identity, r1c1 + 2 r2c1 - r3c1 = 20. The expected cells are the minimum of
// Σ |x| (log x/a - 1), found by Newton steps on its multipliers in numpy.
func TestConstraintsOnCells(t *testing.T) {
	m := "code,c1,c2,c3,c4\nr1,7,3,5,-3\nr2,2,9,8,0\nr3,-2,0,2,0\n"
	u := "r1,15\nr2,26\nr3,-1\n"
	alone := []float64{9.646861345188187, 3, 5, -3, 3.798446278093308, 9, 8, 0, -2.756246098625196, 0, 2, 0}
	beside := []float64{9.263732168868057, 3.204354641520657, 5.340591069201094, -2.808677879589808, 3.977304233666826, 11.65907422923521, 10.363621537097965, 0, -2.781659363798292, 0, 1.781659363798292, 0}
	for name, g := range map[string]string{
		"long":                      "constraint,row,column,coefficient,rhs\nk,r1,c1,1,20\nk,r2,c1,2,20\nk,r3,c1,-1,20\n",
		"long, hard by its error":   "constraint,row,column,coefficient,rhs,se\nk,r3,c1,-1,20,0\nk,r1,c1,1,,\nk,r2,c1,2,,\n",
		"long, a line of the total": "ràng buộc;hàng;cột;hệ số\nk;r1;c1;1,0\nk;r2;c1;2\nk;r3;c1;-1\nk;;;20\n",
		"long, a marked total":      "constraint,product,industry,coefficient\nk,r1,c1,1\nk,r2,c1,2\nk,r3,c1,-1\nk,total,,20\n",
		"equation":                  "r1:c1 + 2*r2:c1 - r3:c1 = 20\n",
		"equation, named":           "k: r1:c1 = 20 - 2*r2:c1 + r3:c1\n",
		"by cells":                  "constraint,code,coefficient,rhs\nk,r1:c1,1,20\nk,r2:c1,2,\nk,r3:c1,-1,\n",
		"wide":                      "constraint,r1:c1,r2:c1,r3:c1,total\nk,1,2,-1,20\n",
		"bare":                      "1,0,0,0,2,0,0,0,-1,0,0,0,20\n",
	} {
		t.Run(name, func(t *testing.T) {
			disk := calctest.Files{"M": m, "U": u, "G": g}
			r := calctest.Ask(t, disk, "balance", "--matrix", "M", "--method", "kras", "--constraints", "G")
			calctest.Near(t, "alone", r.At("matrix").Numbers(), alone, 1e-9)
			calctest.Near(t, "reached", r.At("constraints").Each("reached"), []float64{20}, 1e-9)
			r = calctest.Ask(t, disk, "balance", "--matrix", "M", "--method", "kras", "--constraints", "G", "--rows", "U")
			calctest.Near(t, "beside totals of rows", r.At("matrix").Numbers(), beside, 1e-9)
			calctest.Near(t, "wanted", r.At("constraints").Each("value"), []float64{15, 26, -1, 20}, 0)
			calctest.Near(t, "targets", r.At("rowTargets").By("r1", "r2", "r3"), []float64{15, 26, -1}, 1e-9)
		})
	}
	t.Run("two estimates of one sum settle in proportion to their errors", func(t *testing.T) {
		disk := calctest.Files{"M": "1,2\n3,4\n", "G": "constraint,row,column,coefficient,rhs,se\nsurvey,1,1,1,12,0.2\nsurvey,2,1,1,12,0.2\nbank,1,1,1,12.6,0.4\nbank,2,1,1,12.6,0.4\n"}
		args := []string{"balance", "--matrix", "M", "--method", "kras", "--constraints", "G"}
		r := calctest.Ask(t, disk, args...)
		calctest.Near(t, "reached", r.At("constraints").Each("reached"), []float64{12.2, 12.2}, 1e-7)
		calctest.Near(t, "errors", r.At("constraints").Each("se"), []float64{0.2, 0.4}, 0)
		calctest.Near(t, "shifts", r.At("constraints").Each("shift"), []float64{1, -1}, 1e-6)
		calctest.Near(t, "cells", r.At("matrix").Numbers(), []float64{3.05, 2, 9.15, 4}, 1e-7)
		if r.At("conflict").V != true {
			t.Error("a conflict is not said")
		}
		out, said, err := calctest.Run("en", disk, append(args, "--what", "constraints", "--explain")...)
		if err != nil || !strings.HasPrefix(out, "constraint,value,reached,se,shift\nsurvey,12,12.2") || !strings.Contains(said, "bank: wanted 12.6, reached 12.2") {
			t.Errorf("%s%s%v", out, said, err)
		}
	})
	t.Run("held cells stay", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"M": "1,2\n3,4\n", "G": "1:1 + 1:2 = 6\n", "H": "row,column\n1,2\n"}, "balance", "--matrix", "M", "--method", "kras", "--constraints", "G", "--hold", "H")
		calctest.Near(t, "cells", r.At("matrix").Numbers(), []float64{4, 2, 3, 4}, 1e-9)
	})
	for _, c := range []struct{ name, code, m, g string }{
		{"a cell that is not there", "calc.no-code-in", m, "constraint,row,column,coefficient,rhs\nk,r1,c9,1,20\n"},
		{"half a cell", "calc.no-code-in", m, "constraint,row,column,coefficient,rhs\nk,r1,,1,20\n"},
		{"no total", "calc.no-total", m, "constraint,row,column,coefficient\nk,r1,c1,1\n"},
		{"two totals", "calc.twice", m, "constraint,row,column,coefficient,rhs\nk,r1,c1,1,20\nk,r2,c1,1,21\n"},
		{"two errors", "calc.twice", m, "constraint,row,column,coefficient,rhs,se\nk,r1,c1,1,20,1\nk,r2,c1,1,20,2\n"},
		{"a cell twice", "calc.twice", m, "constraint,row,column,coefficient,rhs\nk,r1,c1,1,20\nk,r1,c1,1,20\n"},
		{"a negative error", "balance.negative-se", m, "constraint,row,column,coefficient,rhs,se\nk,r1,c1,1,20,-1\n"},
		{"a sign out of reach", "balance.sign", m, "r1:c1 = -4\n"},
		{"a contradiction", "balance.inconsistent", m, "r1:c1 + r1:c2 = 4\nr1:c1 + r1:c2 = 5\n"},
		{"an unknown cell in an equation", "calc.bad-equation", m, "r1:c9 = 4\n"},
		{"codes whose cells read the same", "calc.twice", "code,c,b:c\na:b,1,2\na,3,4\n", "a:b:c = 4\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			calctest.Refused(t, calctest.Files{"M": c.m, "G": c.g}, c.code, "balance", "--matrix", "M", "--method", "kras", "--constraints", "G")
		})
	}
}

// The expected tables follow from the multipliers r of products and s of columns: use u r s, supply v s / r, iterated in numpy.
func TestSupplyAndUseTogether(t *testing.T) {
	disk := calctest.Files{
		"S": "code,A-1,B,imports\nP-1,90,10,8\nP-2,5,60,12\n", "U": "code,A-1,B,final\nP-2,25,10,45\nP-1,20,15,70\n",
		"SB": "90,10,8\n5,60,12\n", "UB": "20,15,70\n25,10,45\n", "TSB": "104,77,24\n", "TUB": "50,28,127\n",
		"TS": "imports,24\nA-1,104\nB,77\n", "TU": "code,value\nA-1,50\nB,28\nfinal,127\n", "T": "code,supply,use\nA-1,104,50\nB,77,28\nimports,24,\nfinal,,127\n",
		"TV": "mã;nguồn;sử dụng\nB;77;28\nimports;24;\nfinal;;127\nA-1;104;50,0\n",
	}
	supply := []float64{98.31357412010814, 10.625547106991649, 9.368883076251604, 5.686425879891862, 66.37445289300834, 14.631116923748397}
	use := []float64{22.720697272813023, 17.06963641103979, 78.51767061949853, 27.279302727186973, 10.930363588960205, 48.482329380501476}
	totals := []float64{118.3080043033514, 86.69199569664859}
	for name, args := range map[string][]string{
		"two files of totals": {"--supply", "S", "--use", "U", "--supply-totals", "TS", "--use-totals", "TU"},
		"one file of totals":  {"--supply", "S", "--use", "U", "--cols", "T"},
		"in Vietnamese":       {"--supply", "S", "--use", "U", "--cols", "TV"},
		"bare numbers":        {"--supply", "SB", "--use", "UB", "--supply-totals", "TSB", "--use-totals", "TUB"},
	} {
		t.Run(name, func(t *testing.T) {
			r := calctest.Ask(t, disk, append([]string{"balance", "--method", "sut-ras"}, args...)...)
			calctest.Near(t, "supply", r.At("supply").Numbers(), supply, 1e-9)
			calctest.Near(t, "use", r.At("use").Numbers(), use, 1e-9)
			calctest.Near(t, "products", r.At("productTotals").By(r.At("products").Words()...), totals, 1e-9)
			f, s := r.At("productFactors").By(r.At("products").Words()...), r.At("supplyFactors").By(r.At("supplyCols").Words()...)
			calctest.Near(t, "supply is divided by the factors", []float64{90 / (f[0] * s[0]), 12 / (f[1] * s[2])}, []float64{supply[0], supply[5]}, 1e-9)
		})
	}
	args := []string{"balance", "--method", "sut-ras", "--supply", "S", "--use", "U", "--cols", "T"}
	for what, want := range map[string]string{
		"": "table,row,column,value\nsupply,P-1,A-1,98.31", "supply": "code,A-1,B,imports\nP-1,98.31", "use": "code,A-1,B,final\nP-1,22.72", "products": "code,total,factor\nP-1,118.30",
	} {
		if out, _, err := calctest.Run("en", disk, append(args, "--what", what)...); err != nil || !strings.HasPrefix(out, want) {
			t.Errorf("%q: %s%v", what, out, err)
		}
	}
	t.Run("held cells stay", func(t *testing.T) {
		disk["H"] = "row,column\nP-1,supply:A-1\nP-2,use:final\n"
		r := calctest.Ask(t, disk, append(args, "--hold", "H")...)
		calctest.Near(t, "held", []float64{r.At("supply", 0, 0).Number(), r.At("use", 1, 2).Number()}, []float64{90, 45}, 0)
		calctest.Near(t, "supply = use", []float64{sumOf(r.At("supply", 0).Numbers())}, []float64{sumOf(r.At("use", 0).Numbers())}, 1e-9)
	})
	t.Run("totals that differ are refused, or one side gives way", func(t *testing.T) {
		disk["D"] = "code,supply,use\nA-1,104,50\nB,77,28\nimports,24,\nfinal,,137\n"
		other := append([]string{}, args[:len(args)-1]...)
		calctest.Refused(t, disk, "balance.supply-use-totals", append(other, "D")...)
		r := calctest.Ask(t, disk, append(other, "D", "--gap", "scale-use")...)
		calctest.Near(t, "use", []float64{sumOf(r.At("use").Numbers())}, []float64{205}, 1e-9)
		calctest.Near(t, "target", []float64{r.At("useTotals", "final").Number()}, []float64{137 * 205. / 215}, 1e-9)
		r = calctest.Ask(t, disk, append(other, "D", "--gap", "scale-supply")...)
		calctest.Near(t, "target", []float64{r.At("supplyTotals", "imports").Number()}, []float64{24 * 215. / 205}, 1e-9)
	})
	for _, c := range []struct {
		name, code string
		args       []string
	}{
		{"a table is missing", "calc.missing", []string{"--supply", "S", "--cols", "T"}},
		{"totals of one side", "calc.missing", []string{"--supply", "S", "--use", "U", "--supply-totals", "TS"}},
		{"totals twice", "calc.one-of", []string{"--supply", "S", "--use", "U", "--cols", "T", "--use-totals", "TU"}},
		{"another code of a column", "calc.no-code-in", []string{"--supply", "S", "--use", "U", "--supply-totals", "TU", "--use-totals", "TU"}},
		{"other products", "calc.no-code-in", []string{"--supply", "S", "--use", "X", "--cols", "T"}},
		{"a flag of another method", "calc.no-effect", []string{"--supply", "S", "--use", "U", "--cols", "T", "--matrix", "S"}},
		{"a table without such a view", "calc.bad-choice", []string{"--supply", "S", "--use", "U", "--cols", "T", "--what", "matrix"}},
		{"no headings of tables", "calc.no-column", []string{"--supply", "S", "--use", "U", "--cols", "TU"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			disk["X"] = "code,A-1,B,final\nP-3,25,10,45\nP-1,20,15,70\n"
			calctest.Refused(t, disk, c.code, append([]string{"balance", "--method", "sut-ras"}, c.args...)...)
		})
	}
	calctest.Refused(t, disk, "calc.no-effect", "balance", "--matrix", "S", "--rows", "T", "--cols", "T", "--constraints", "T")
	calctest.Refused(t, disk, "calc.no-effect", "balance", "--matrix", "S", "--rows", "T", "--cols", "T", "--method", "kras", "--gap", "scale-rows")
}

func sumOf(v []float64) (sum float64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

// By hand: V g = (5, 10), g'Vg = 15, and the discrepancy of -6 is shared as 5 to 10.
func TestAWholeCovariance(t *testing.T) {
	disk := calctest.Files{"X": "code,value\na,10\nb-2,20\n", "G": "a + b-2 = 36\n", "V": "code,b-2,a\na,1,4\nb-2,9,1\n", "B": "4,1\n1,9\n", "L": "row,column,value\na,a,4\na,b-2,1\nb-2,a,1\nb-2,b-2,9\n",
		"bad": "4,1\n2,9\n", "indefinite": "4,7\n7,9\n", "small": "4\n", "D": "a,4\nb-2,9\n"}
	args := []string{"reconcile", "--values", "X", "--constraints", "G"}
	for _, v := range []string{"V", "B", "L"} {
		r := calctest.Ask(t, disk, append(args, "--covariance", v, "--posterior-covariance")...)
		calctest.Near(t, "values", r.At("values").By("a", "b-2"), []float64{12, 24}, 1e-12)
		calctest.Near(t, "variances", r.At("variances").By("a", "b-2"), []float64{7. / 3, 7. / 3}, 1e-12)
		calctest.Near(t, "before", r.At("priorVariances").By("a", "b-2"), []float64{4, 9}, 0)
		calctest.Near(t, "covariance", r.At("covariance").Numbers(), []float64{7. / 3, -7. / 3, -7. / 3, 7. / 3}, 1e-12)
	}
	out, _, err := calctest.Run("en", disk, append(args, "--covariance", "V", "--json")...)
	if err != nil || strings.Contains(out, `"covariance"`) {
		t.Errorf("a covariance that nobody asked for: %s%v", out, err)
	}
	// without correlation the answer is that of the variances, whose covariance may be asked for as well
	r := calctest.Ask(t, disk, append(args, "--variances", "D", "--posterior-covariance")...)
	calctest.Near(t, "of variances", r.At("covariance").Numbers(), []float64{36. / 13, -36. / 13, -36. / 13, 36. / 13}, 1e-12)
	out, _, err = calctest.Run("en", disk, append(args, "--covariance", "V", "--posterior-covariance")...)
	if err != nil || !strings.HasPrefix(out, "code,a,b-2\na,2.33333") {
		t.Errorf("%s%v", out, err)
	}
	for file, code := range map[string]string{"bad": "calc.not-symmetric", "indefinite": "balance.not-covariance", "small": "calc.length"} {
		calctest.Refused(t, disk, code, append(args, "--covariance", file)...)
	}
	calctest.Refused(t, disk, "balance.two-variances", append(args, "--covariance", "V", "--variances", "D")...)
	disk["below"] = "a - b-2 = 40\n"
	calctest.Refused(t, disk, "balance.bounds-need-diagonal", "reconcile", "--values", "X", "--constraints", "below", "--covariance", "B", "--non-negative")
}

// Codes of a system may hold signs and spaces, as those of figures may, and so may the names of totals.
func TestASystemReadsIdentitiesAsReconcileDoes(t *testing.T) {
	plain := `{"series":{"s1":[7,7.2,8.1,7.5],"s2":[18,19.5,19,19.7]},"frequency":4,"annual":{"s1":[31]},"contemporaneous":"s1 + 2*s2 = a","a":[45,46,47,48]}`
	want := calctest.Ask(t, calctest.Files{"S": plain}, "benchmark", "--system", "S").At("series", "s1").Numbers()
	coded := strings.NewReplacer(`"s1"`, `"J-62"`, `"s2"`, `"Đà Nẵng"`, "s1 + 2*s2 = a", "tổng-1 = Đà Nẵng × 2 + J-62", `"a"`, `"tổng-1"`).Replace(plain)
	calctest.Near(t, "with signs and spaces", calctest.Ask(t, calctest.Files{"S": coded}, "benchmark", "--system", "S").At("series", "J-62").Numbers(), want, 1e-12)
	calctest.Refused(t, calctest.Files{"S": strings.Replace(plain, "= a", "= b", 1)}, "calc.bad-equation", "benchmark", "--system", "S")
	calctest.Refused(t, calctest.Files{"S": strings.Replace(plain, "= a", "= frequency", 1)}, "calc.no-series", "benchmark", "--system", "S")
	calctest.Refused(t, calctest.Files{"S": strings.Replace(plain, "s1 + 2*s2 = a", "s1 + 2*s2", 1)}, "calc.bad-equation", "benchmark", "--system", "S")
}

// FuzzBalancing holds that no file of constraints, totals, tables or covariances makes balance or reconcile panic, hang, or give a number
// that is none.
func FuzzBalancing(f *testing.F) {
	for _, s := range []string{"constraint,row,column,coefficient,rhs,se\nk,a,c,1,4,1\nk,b,c,1e300,4,\n", "a:c + 2*b:d = 4\n", "a:c = -1\na:c = 0\n", "code,supply,use\nc,4,5\nd,3,2\n", "code,c,d\na,1,2\nb,2,5\n", "c,4\nd,3\n", "row,column,value\na,a,1\n",
		"ràng buộc;hàng;cột;hệ số\nk;a;c;1,5\nk;;;20\n", "k: a:c - a:c = 0\n", "1,0,-1,0,3\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		disk := calctest.Files{"-": text, "M": "code,c,d\na,1,2\nb,3,-4\n", "T": "code,supply,use\nc,4,5\nd,3,2\n", "X": "a,1\nb,2\n", "G": "a + b = 4\n"}
		for _, args := range [][]string{
			{"balance", "--method", "kras", "--matrix", "M", "--constraints", "-", "--max-iterations", "200"}, {"balance", "--method", "sut-ras", "--supply", "M", "--use", "M", "--cols", "-"},
			{"balance", "--method", "sut-ras", "--supply", "-", "--use", "M", "--cols", "T"}, {"reconcile", "--values", "X", "--constraints", "G", "--covariance", "-", "--posterior-covariance"},
		} {
			out, _, err := calctest.Run("en", disk, append(args, "--json")...)
			if err == nil && (strings.Contains(out, "NaN") || strings.Contains(out, "Inf")) {
				t.Errorf("%v of %q: %s", args, text, out)
			}
			if fault.KindOf(err) == fault.Internal && err != nil {
				t.Errorf("%v of %q: %v", args, text, err)
			}
		}
	})
}
