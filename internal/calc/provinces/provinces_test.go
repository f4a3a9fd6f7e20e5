package provinces_test

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/calc/calctest"
	"nhipso/internal/fault"
	"nhipso/internal/territory"
)

const examples = "../../../doc/calc/examples"

func TestProvincesAddToTheNationToTheLastBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		areas, kinds := rapid.IntRange(1, 12).Draw(t, "areas"), rapid.IntRange(1, 6).Draw(t, "industries")
		nation, wide, long := "code,value\n", "tỉnh", "area,industry,value\n"
		for j := range kinds {
			nation += calctest.CSVRow(fmt.Sprintf("i%d", j), rapid.Float64Range(-1e9, 1e9).Draw(t, "nation"))
			wide += fmt.Sprintf(",i%d", j)
		}
		wide += "\n"
		for p := range areas {
			var row []float64
			for j := range kinds {
				x := rapid.Float64Range(0, 1e6).Draw(t, "indicator")
				if p == 0 {
					x++
				}
				row = append(row, x)
				long += calctest.CSVRow(fmt.Sprintf("p%d,i%d", p, j), x)
			}
			wide += calctest.CSVRow(fmt.Sprintf("p%d", p), row...)
		}
		disk := calctest.Files{"N": nation, "W": wide, "L": long}
		first, _, err := calctest.Run("en", disk, "provinces", "--national", "N", "--indicator", "W", "--decimal", "point")
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := calctest.Run("en", disk, "provinces", "--national", "N", "--indicator", "L", "--decimal", "point")
		if err != nil || first != second {
			t.Fatalf("%v: a matrix gives\n%s\nand records give\n%s", err, first, second)
		}
		rows, err := csv.NewReader(strings.NewReader(first)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for j, line := range calctest.Lines(nation)[1:] {
			want, _ := strconv.ParseFloat(strings.Split(line, ",")[1], 64)
			up, down := 0.0, 0.0
			for p := range areas {
				a, _ := strconv.ParseFloat(rows[1+p][1+j], 64)
				b, _ := strconv.ParseFloat(rows[areas-p][1+j], 64)
				up, down = up+a, down+b
			}
			if up != want || down != want {
				t.Fatalf("industry %d adds to %v and %v, the nation is %v", j, up, down, want)
			}
		}
	})
}

func TestAllocationByTheIndicatorThatReachesAnIndustry(t *testing.T) {
	disk := calctest.Files{"N": "A,600\nB,90\nC,0\n", "I": "ngành;P;Q\nC;0;0\nB;1;2\nA;0;0\n", "J": "area,industry,workers\nQ,A,1\nQ,B,9\nQ,C,0\nP,A,3\nP,B,9\nP,C,0\n"}
	r := calctest.Ask(t, disk, "provinces", "--what", "allocate", "--national", "N", "--indicator", "I,J")
	calctest.Near(t, "matrix", r.At("matrix").Numbers(), []float64{450, 30, 0, 150, 60, 0}, 0) // the second file reaches A; nothing has to reach C
	calctest.Near(t, "provinces", r.At("byProvince").By("P", "Q"), []float64{480, 210}, 0)
	if u := r.At("used"); u.At("A").V != "workers" || u.At("B").V != "I" || u.At("C").V != nil {
		t.Error(u.V)
	}
	calctest.Refused(t, disk, "regional.no-indicator", "provinces", "--national", "N", "--indicator", "I")
	calctest.Refused(t, calctest.Files{"N": "A,1\nB,2\n", "I": disk["I"]}, "calc.no-code-in", "provinces", "--national", "N", "--indicator", "I")
	calctest.Refused(t, calctest.Files{"N": disk["N"], "I": "area,industry,value\nP,A,1\nQ,A,1\nP,B,1\nQ,B,1\nP,C,1\n"}, "calc.no-cell", "provinces", "--national", "N", "--indicator", "I")
	sparse := calctest.Ask(t, calctest.Files{"N": disk["N"], "I": "area,industry,value\nP,A,1\nQ,A,1\nP,B,1\nQ,B,1\nP,C,\n"}, "provinces", "--national", "N", "--indicator", "I", "--blank-is-zero")
	calctest.Near(t, "sparse", sparse.At("matrix").Numbers(), []float64{300, 45, 0, 300, 45, 0}, 0)
	huge := calctest.Ask(t, calctest.Files{"N": "A,300\n", "I": "area,A\nP,1e308\nQ,1e308\nR,0.5e308\nS,0.5e308\n"}, "provinces", "--national", "N", "--indicator", "I")
	calctest.Near(t, "weights whose sum is beyond the range", huge.At("matrix").Numbers(), []float64{100, 100, 50, 50}, 1e-12)
	if notes(sparse) == "" {
		t.Error("nobody was told of the blanks")
	}
}

func TestHeadOfficesGiveUpWhatIsDoneElsewhere(t *testing.T) {
	disk := calctest.Files{"R": "code,C,J\nP,600,560\nQ,300,80\nS,0,40\n", "F": "firm,home,industry,value,area,work\nf,P,J,200,P,50\nf,,,,Q,30\nf,,,,S,20\ng,P,C,100,S,7\n"}
	r := calctest.Ask(t, disk, "provinces", "--what", "head-office", "--reported", "R", "--firms", "F")
	calctest.Near(t, "adjusted", r.At("matrix").Numbers(), []float64{500, 460, 300, 140, 100, 80}, 1e-15)
	calctest.Near(t, "moved", r.At("moved").Numbers(), []float64{-100, -100, 0, 60, 100, 40}, 1e-15)
	half := calctest.Ask(t, disk, "provinces", "--what", "head-office", "--reported", "R", "--firms", "F", "--keep", "0.5")
	calctest.Near(t, "half kept", half.At("matrix").Numbers(), []float64{550, 510, 300, 110, 50, 60}, 1e-15)
	for name, c := range map[string][2]string{
		"a firm in a province that is not there":  {"f,P,J,200,Z,50\n", "calc.no-code-in"},
		"two head offices":                        {"f,P,J,200,P,50\nf,Q,J,200,Q,1\n", "calc.two-values"},
		"two figures":                             {"f,P,J,200,P,50\nf,P,J,201,Q,1\n", "calc.two-values"},
		"nobody at work":                          {"f,P,J,200,P,0\n", "regional.no-work"},
		"firms that report more than the reports": {"f,P,J,561,P,1\n", "regional.firms-exceed"},
		"negative work":                           {"f,P,J,20,P,-1\n", "regional.negative"},
	} {
		t.Log(name)
		calctest.Refused(t, calctest.Files{"R": disk["R"], "F": "firm,home,industry,value,area,work\n" + c[0]}, c[1], "provinces", "--what", "head-office", "--reported", "R", "--firms", "F")
	}
	calctest.Refused(t, disk, "regional.bad-share", "provinces", "--what", "head-office", "--reported", "R", "--firms", "F", "--keep", "1.1")
}

func TestAMultiRegionalTableAddsToTheNation(t *testing.T) {
	table := calctest.Read(t, examples+"/three-sectors.csv")
	disk := calctest.Files{"T": table, "R": calctest.Read(t, examples+"/regional-output.csv"), "S": "area,use,share\nP3,fd,0.3\nP2,fd,0.4\nP1,fd,0.3\n"}
	args := []string{"provinces", "--what", "multi-regional", "--table", "T", "--final", "fd", "--output", "output", "--ignore", "va", "--regional-output", "R", "--final-shares", "S"}
	r := calctest.Ask(t, disk, args...)
	z, final := calctest.RowsIn(r.At("z")), calctest.RowsIn(r.At("final"))
	national, needs, sales := make([]float64, 9), make([]float64, 9), make([]float64, 9)
	for i := range z {
		for j := range z {
			national[i%3*3+j%3] += z[i][j]
			sales[i] += z[i][j]
			needs[i%3*3+j/3] += z[i][j]
		}
		for j := range final[i] {
			sales[i] += final[i][j]
		}
	}
	calctest.Near(t, "nation", national, []float64{20, 30, 10, 40, 100, 30, 10, 50, 40}, 1e-9)
	calctest.Near(t, "sales", sales, []float64{120, 100, 50, 50, 200, 50, 30, 100, 150}, 1e-9)
	// needs of each product by region, by hand: z_ij · x^r_j / x_j summed over j
	want := []float64{20*.6 + 30*.25 + 10*.2, 20*.25 + 30*.5 + 10*.2, 20*.15 + 30*.25 + 10*.6, 40*.6 + 100*.25 + 30*.2, 40*.25 + 100*.5 + 30*.2, 40*.15 + 100*.25 + 30*.6,
		10*.6 + 50*.25 + 40*.2, 10*.25 + 50*.5 + 40*.2, 10*.15 + 50*.25 + 40*.6}
	calctest.Near(t, "needs", needs, want, 1e-9)
	if !strings.Contains(notes(r), "calc.trade-estimated") {
		t.Error("nobody was told that trade is an estimate")
	}
	out, _, err := calctest.Run("en", disk, args...)
	if err != nil {
		t.Fatal(err)
	}
	io := calctest.Ask(t, calctest.Files{"-": out}, "io", "--table", "-", "--final", "P1:fd,P2:fd,P3:fd", "--output", "output", "--blank-is-zero")
	calctest.Near(t, "handed to io", io.At("totalOutput").By(r.At("codes").Words()...), sales, 1e-9)
	calctest.Refused(t, calctest.Files{"T": table, "R": strings.Replace(disk["R"], "120", "121", 1), "S": disk["S"]}, "regional.not-the-nation", args...)
	calctest.Refused(t, calctest.Files{"T": table, "R": disk["R"], "S": "area,fd\nP1,0.3\nP2,0.4\nP3,0.2\n"}, "regional.shares-not-one", args...)
	calctest.Refused(t, calctest.Files{"T": strings.Replace(table, "140", "141", 1), "R": disk["R"], "S": disk["S"]}, "regional.table-unbalanced", args...)
	calctest.Refused(t, disk, "regional.bad-share", append(args, "--min-trade", "0")...)
}

const fourCells = "area,industry,period,value,variance\nP,A,2024,10,1\nP,B,2024,20,1\nQ,A,2024,30,1\nQ,B,2024,40,0\n"

func TestEverythingAddsAtOnce(t *testing.T) {
	ask := func(d, m string, more ...string) calctest.Tree {
		return calctest.Ask(t, calctest.Files{"D": d, "T": m}, append([]string{"provinces", "--what", "consistent", "--data", "D", "--totals", "T"}, more...)...)
	}
	// One total over everything: the gap of 6 falls on the three free cells alike; each keeps 1 - 1/3 of its variance.
	r := ask(fourCells, "area,value\n,106\n")
	calctest.Near(t, "values", r.At("records").Each("value"), []float64{12, 22, 32, 40}, 1e-12)
	calctest.Near(t, "variances", r.At("records").Each("variance"), []float64{2. / 3, 2. / 3, 2. / 3, 0}, 1e-12)
	// A total with an error of its own takes its part: 6 · 3/(3+3).
	r = ask(fourCells, "tỉnh;giá trị;se\n;106;1.7320508075688772\n")
	calctest.Near(t, "soft", r.At("records").Each("value"), []float64{11, 21, 31, 40}, 1e-12)
	// Provinces and industries at once: the cell held at 40 leaves Q,A the whole of Q, and P,A the rest of A.
	r = ask(fourCells, "area,industry,value\nQ,,75\n,A,50\n,,110\n")
	calctest.Near(t, "margins", r.At("records").Each("value"), []float64{15, 20, 35, 40}, 1e-12)
	// A year over quarters; without an industry; variances |value| where none are given: 10 goes as 1:2:3:4.
	quarters := "area,period,value\nP,2024Q1,10\nP,2024-Q2,20\nP,2024-Q3,30\nP,2024-Q4,40\n"
	r = ask(quarters, "area,period,value\nP,2024,110\n")
	calctest.Near(t, "year", r.At("records").Each("value"), []float64{11, 22, 33, 44}, 1e-12)
	if r.At("records", 0, "period").V != "2024-Q1" {
		t.Error(r.At("records", 0).V)
	}
	refused := func(d, m, code string) {
		t.Helper()
		calctest.Refused(t, calctest.Files{"D": d, "T": m}, code, "provinces", "--what", "consistent", "--data", "D", "--totals", "T")
	}
	refused(quarters+"P,2025-Q1,10\n", "area,period,value\nP,2024,110\n", "calc.not-whole-years")
	refused(quarters, "area,period,value\nP,2026,110\n", "calc.no-code-in")
	refused(quarters, "area,period,value\nZ,2024,110\n", "calc.no-code-in")
	refused(quarters, "area,period,value\nP,2024,110\nP,2024,111\n", "calc.twice")
	refused(quarters+"P,2024-Q4,1\n", "area,value\nP,110\n", "calc.twice")
	refused("area,period,value\nP,2024-Q1,1\nP,2024-Q3,1\n", "area,value\nP,3\n", "calc.gap")
	refused("area,industry,value\nP,A,1\nP,B,1\nQ,A,1\n", "area,value\nP,3\n", "calc.no-cell")
	refused("area,industry,value,variance\nP,A,1,-1\n", "area,value\nP,3\n", "calc.negative")
	// Totals that cannot all hold are named by their codes.
	_, _, err := calctest.Run("en", calctest.Files{"D": fourCells, "T": "area,industry,value\nP,,31\nQ,,70\n,,110\n"}, "provinces", "--what", "consistent", "--data", "D", "--totals", "T")
	if err == nil || !strings.Contains(err.Error(), "total/P") || !strings.Contains(err.Error(), "9") {
		t.Error(err)
	}
	// What no record speaks of stays nothing.
	r = ask("area,industry,value\nP,A,1\nP,B,1\nQ,A,2\n", "area,industry,value\n,B,3\nQ,,4\n", "--blank-is-zero")
	calctest.Near(t, "sparse", r.At("records").Each("value"), []float64{1, 3, 4}, 1e-12)
	r = ask("area,value,variance\nP,1,1\nQ,10,1\n", "value\n5\n", "--non-negative")
	calctest.Near(t, "bounded", r.At("records").Each("value"), []float64{0, 5}, 1e-9)
}

func TestProvincesAreRestatedAndEstimatesSaySo(t *testing.T) {
	population := calctest.Read(t, "../../../data/observations/population_63.csv")
	disk := calctest.Files{"P": population}
	restate := func(more ...string) string {
		t.Helper()
		out, _, err := calctest.Run("en", disk, append([]string{"provinces", "--what", "restate"}, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	disk["34"] = restate("--data", "P")
	disk["63"] = restate("--data", "34", "--from", "34", "--to", "63", "--weights", "P")
	want := map[string]string{}
	for _, l := range calctest.Lines(population)[1:] {
		c := strings.Split(l, ",")
		want[c[2]+"/"+c[3]] = c[4]
	}
	registry, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	single := 0
	for _, l := range calctest.Lines(disk["63"])[1:] {
		c := strings.Split(l, ",")
		if c[3] != want[c[0]+"/"+c[2]] { // weights of the same year give back what there was
			t.Errorf("%s %s comes back as %s, was %s", c[0], c[2], c[3], want[c[0]+"/"+c[2]])
		}
		whole, _ := registry.Successor(c[0])
		if exact := len(registry.Predecessors(whole.ID)) == 1; fmt.Sprint(exact) != c[4] {
			t.Errorf("%s exact: %s", c[0], c[4])
		} else if exact {
			single++
		}
	}
	if single == 0 || len(calctest.Lines(disk["63"])) != len(calctest.Lines(population)) {
		t.Error(single, len(calctest.Lines(disk["63"])))
	}
	r := calctest.Ask(t, disk, "provinces", "--what", "restate", "--data", "34", "--from", "34", "--to", "63", "--weights", "P")
	if r.At("exact").V != false || !strings.Contains(notes(r), "calc.restated-inexact") {
		t.Error("estimates pass for figures", notes(r))
	}
	if r = calctest.Ask(t, disk, "provinces", "--what", "restate", "--data", "P"); r.At("exact").V != true {
		t.Error("sums do not pass for figures")
	}
	// A split that does not divide evenly still adds to the last digit: Bắc Ninh (34) is Bắc Giang and Bắc Ninh.
	disk["one"], disk["w"] = "code,value\nVN34-24,100\n", "code,value\n24,1\n27,2\n"
	out := restate("--data", "one", "--from", "34", "--to", "63", "--weights", "w", "--decimals", "2")
	if !strings.Contains(out, "VN63-24,Bac Giang,,33.33,false,") || !strings.Contains(out, "VN63-27,Bac Ninh,,66.67,false,") {
		t.Error(out)
	}
	// Codes of the set, a code without its zero, names; a sum that lacks a part has no figure.
	disk["names"] = "tỉnh,giá trị,phương sai\n1,5,1\n24,7,2\nBắc Ninh,9.1,3\n25,4,1\n"
	out = restate("--data", "names")
	if !strings.Contains(out, "VN34-01,Ha Noi,,5,true,,1\n") || !strings.Contains(out, "VN34-24,Bac Ninh,,16.1,true,,5\n") || !strings.Contains(out, "VN34-25,Phu Tho,,,true,VN63-17 VN63-26,\n") {
		t.Error(out)
	}
	// A ratio is not the mean of ratios: (3·1 + 1·3)/(1 + 3) = 1.5.
	disk["ratio"], disk["den"] = "code,value\n24,3\n27,1\n", "code,value\n24,1\n27,3\n"
	if out = restate("--data", "ratio", "--rule", "ratio", "--denominator", "den"); !strings.Contains(out, "VN34-24,Bac Ninh,,1.5,true,") {
		t.Error(out)
	}
	if out = restate("--data", "ratio", "--rule", "average"); !strings.Contains(out, "VN34-24,Bac Ninh,,2,true,") {
		t.Error(out)
	}
	// A series with a province in every column, from standard input.
	disk["-"] = "period,VN63-24,VN63-27\n2020,1,2\n2021,,5\n"
	if out = restate("--data", "-"); !strings.Contains(out, "VN34-24,Bac Ninh,2020,3,true,\n") || !strings.Contains(out, "VN34-24,Bac Ninh,2021,,true,VN63-24\n") {
		t.Error(out)
	}
	for name, c := range map[string]struct{ text, code string }{"a code of no province": {"code,value\n99,1\n", "territory.no-code"}, "a name of none": {"code,value\nAtlantis,1\n", "territory.no-name"},
		"another set": {"code,value\nVN34-01,1\n", "territory.not-in-set"}, "one province twice": {"code,value\n01,1\nHà Nội,1\n", "calc.twice"}, "figures without areas": {"1\n2\n", "calc.no-column"}} {
		if _, _, err := calctest.Run("vi", calctest.Files{"D": c.text}, "provinces", "--what", "restate", "--data", "D"); err == nil || !strings.Contains(fmt.Sprintf("%#v", err), c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnyBordersAreRestatedByAMap(t *testing.T) {
	disk := calctest.Files{"D": "area,value,variance\nb,60,1\na,100,4\nc,40,1\n", "M": "from,to,share\na,N,\nb,N,0.25\nb,O,0.75\nc,O,1\n", "W": "a,3\nb,1\nc,1\n", "N": "N,130\nO,70\n", "whole": "from,to\na,N\nb,N\nc,O\n"}
	r := calctest.Ask(t, disk, "provinces", "--what", "restate", "--data", "D", "--map", "M")
	calctest.Near(t, "values", r.At("series").Each("value"), []float64{115, 85}, 1e-15)
	calctest.Near(t, "variances", r.At("series").Each("variance"), []float64{4 + 1./16, 1 + 9./16}, 1e-15)
	if r.At("exact").V != false {
		t.Error("shares are estimates")
	}
	back := calctest.Ask(t, disk, "provinces", "--what", "restate", "--data", "N", "--map", "whole", "--reverse", "--weights", "W")
	calctest.Near(t, "back", back.At("series").Each("value"), []float64{97.5, 32.5, 70}, 1e-15)
	if back.At("exact").V != false || back.At("series", 2, "exact").V != true {
		t.Error("only what was not split is exact")
	}
	disk["M"] = "from,to,share\na,N,\nb,N,0.25\nb,O,0.7\nc,O,1\n"
	calctest.Refused(t, disk, "regional.shares-not-one", "provinces", "--what", "restate", "--data", "D", "--map", "M")
	disk["M"] = "from,to\na,N\nb,N\n"
	calctest.Refused(t, disk, "calc.no-code-in", "provinces", "--what", "restate", "--data", "D", "--map", "M")
}

func TestProvincesExplain(t *testing.T) {
	disk := calctest.Files{"N": "A,600\n", "I": "area,A\nP,1\nQ,2\n", "R": "code,C\nP,600\n", "F": "firm,home,industry,value,area,work\nf,P,C,2,P,5\n", "D": fourCells, "T": "value\n110\n", "S": "01,5\n24,7\n",
		"B": calctest.Read(t, examples+"/three-sectors.csv"), "O": calctest.Read(t, examples+"/regional-output.csv"), "X": calctest.Read(t, examples+"/final-shares.csv")}
	for what, args := range map[string][]string{"allocate": {"--national", "N", "--indicator", "I"}, "head-office": {"--reported", "R", "--firms", "F"}, "consistent": {"--data", "D", "--totals", "T"}, "restate": {"--data", "S"},
		"multi-regional": {"--table", "B", "--final", "fd", "--output", "output", "--ignore", "va", "--regional-output", "O", "--final-shares", "X"}} {
		for _, lang := range []string{"vi", "en"} {
			plain, quiet, err := calctest.Run(lang, disk, append([]string{"provinces", "--what", what}, args...)...)
			same, loud, also := calctest.Run(lang, disk, append([]string{"provinces", "--what", what, "--explain"}, args...)...)
			if err != nil || also != nil || plain != same || len(loud) <= len(quiet) || strings.Contains(loud, "{") || strings.Contains(loud, "provinces.") {
				t.Errorf("%s: %v %v %q", what, err, also, loud)
			}
		}
		if _, _, err := calctest.Run("en", disk, "provinces", "--what", what); err == nil {
			t.Errorf("%s asks for nothing", what)
		}
	}
}

// notes gives the codes of all remarks.
func notes(x calctest.Tree) string {
	x.T.Helper()
	var codes []string
	for _, n := range x.At("notes").List() {
		codes = append(codes, n.At("code").V.(string))
	}
	return strings.Join(codes, " ")
}

// FuzzProvinceReaders holds that no file makes a reader of provinces panic, hang, or give a number that is none.
func FuzzProvinceReaders(f *testing.F) {
	for _, s := range []string{"area,industry,value\nP,A,1\n", "code,A\nP,1\nQ,2\n", "area,period,value,se\nP,2024-Q1,1,1\n", "firm,home,industry,value,area,work\nf,P,A,1,Q,1\nf,,,,P,2\n", "period,VN63-24\n2020,1\n", "01,1\n24,2\n",
		"from,to,share\n01,N,\n24,N,1\n", "area,industry,period,value\n,A,2024,1\n", "\"", "tỉnh;giá trị\n1;2,5\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		disk := calctest.Files{"-": text, "N": "A,1\n", "R": "code,A\nP,5\nQ,1\n", "D": fourCells, "T": "value\n5\n", "S": "01,5\n24,7\n", "M": "from,to\n01,N\n24,N\n"}
		for _, args := range [][]string{
			{"allocate", "--national", "N", "--indicator", "-"}, {"allocate", "--national", "N", "--indicator", "-", "--blank-is-zero"}, {"head-office", "--reported", "R", "--firms", "-"}, {"head-office", "--reported", "-", "--firms", "M"},
			{"consistent", "--data", "-", "--totals", "T", "--blank-is-zero"}, {"consistent", "--data", "D", "--totals", "-"}, {"restate", "--data", "-"}, {"restate", "--data", "-", "--from", "34", "--to", "63", "--weights", "S"},
			{"restate", "--data", "-", "--from", "VN", "--to", "VN"}, {"restate", "--data", "S", "--map", "-"}, {"restate", "--data", "-", "--map", "M"},
		} {
			out, _, err := calctest.Run("en", disk, append([]string{"provinces", "--json", "--what"}, args...)...)
			if err == nil && (strings.Contains(out, ": NaN") || strings.Contains(out, ": Inf")) {
				t.Errorf("%v of %q: %s", args, text, out)
			}
			if fault.KindOf(err) == fault.Internal && err != nil {
				t.Errorf("%v of %q: %v", args, text, err)
			}
		}
	})
}
