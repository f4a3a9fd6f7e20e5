package command_test

import (
	"fmt"
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
	"nhipso/internal/calc/command"

	"github.com/xuri/excelize/v2"
)

// xlsx writes a CSV text as the first sheet of a workbook.
func xlsx(t *testing.T, text string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, line := range calctest.Lines(text) {
		for j, cell := range strings.Split(line, ",") {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			var value any = cell
			if v, known, ok := command.ParseNumber(cell); ok && known {
				value = v
			}
			if cell != "" {
				if err := f.SetCellValue("Sheet1", at, value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAFileMayBeWrittenInMoreThanOneWay(t *testing.T) {
	t.Run("a workbook, tabs, semicolons with decimal commas, a byte order mark, Windows line ends", func(t *testing.T) {
		table := "code,a,b,fd\na,1.5,2,3\nb,2,3.25,3\nva,3,4,\n"
		want := calctest.Ask(t, calctest.Files{"T": table}, "io", "--table", "T", "--value-added", "va", "--final", "fd").At("output").By("a", "b")
		semicolons := strings.ReplaceAll(strings.ReplaceAll(table, ",", ";"), ".", ",")
		for name, text := range map[string]string{"workbook": xlsx(t, table), "tabs": strings.ReplaceAll(table, ",", "\t"), "semicolons": semicolons, "mark": "\ufeff" + table, "windows": strings.ReplaceAll(table, "\n", "\r\n"),
			"spreadsheet": strings.ReplaceAll(table, "\n", ",,\n") + ",,,,,\n", "no corner": strings.TrimPrefix(table, "code,"), "rows that end early": "code,a,b,fd\na,1.5,2,3\nb,2,3.25,3\nva,3,4\n",
			"exponents": strings.Replace(table, "1.5", "15e-1", 1), "marked": table[:len(table)-1] + "N/A\n", "quoted": strings.Replace(table, "\na,", "\n\"a\",", 1),
			"long": "row,column,value\na,a,1.5\na,b,2\nb,a,2\nb,b,3.25\na,fd,3\nb,fd,3\nva,a,3\nva,b,4\n", "long, in Vietnamese": "hàng;cột;giá trị\na;a;1,5\na;b;2\nb;a;2\nb;b;3,25\na;fd;3\nb;fd;3\nva;a;3\nva;b;4\n"} {
			t.Log(name)
			calctest.Near(t, name, calctest.Ask(t, calctest.Files{"T": text}, "io", "--table", "T", "--value-added", "va", "--final", "fd").At("output").By("a", "b"), want, 0)
			calctest.Near(t, name, calctest.Ask(t, calctest.Files{"-": text}, "io", "--table", "-", "--value-added", "va", "--final", "fd").At("output").By("a", "b"), want, 0)
		}
		series := "period,value\n2000,10\n2001,12\n2002,15\n2003,13\n"
		indicator := calctest.Quarters(16, func(i int) float64 { return float64(i%4) + float64(i)/8 + 1 })
		base := calctest.Ask(t, calctest.Files{"L": series, "I": indicator}, "disaggregate", "--low", "L", "--indicator", "I", "--method", "fernandez").At("series").Each("value")
		for name, disk := range map[string]calctest.Files{"workbook": {"L": xlsx(t, series), "I": xlsx(t, indicator)}, "no heading": {"L": series[len("period,value\n"):], "I": strings.ReplaceAll(indicator, "-Q", "Q")},
			"semicolons": {"L": strings.ReplaceAll(series, ",", ";"), "I": strings.ReplaceAll(strings.ReplaceAll(indicator, ",", ";"), ".", ",")}} {
			calctest.Near(t, name, calctest.Ask(t, disk, "disaggregate", "--low", "L", "--indicator", "I", "--method", "fernandez").At("series").Each("value"), base, 0)
		}
	})
	t.Run("codes that are numbers, and columns without a corner", func(t *testing.T) {
		for name, m := range map[string]string{"blank corner": ",1,2\n1,3,4\n2,5,6\n", "named corner": "code,1,2\n1,3,4\n2,5,6\n", "no corner": "1,2\na,3,4\nb,5,6\n", "text": "x,y\na,3,4\nb,5,6\n", "rows only": "a,3,4\nb,5,6\n", "columns only": "x,y\n3,4\n5,6\n"} {
			e := &command.Env{In: strings.NewReader(m)}
			got, err := e.Matrix("-", false)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			calctest.Near(t, name, append(append([]float64{}, got.Values[0]...), got.Values[1]...), []float64{3, 4, 5, 6}, 0)
		}
	})
	t.Run("lists", func(t *testing.T) {
		for name, text := range map[string]string{"headed": "code,value\na,1\nb,2\nc,3\n", "bare pairs": "a,1\nb,2\nc,3\n", "column": "1\n2\n3\n", "headed column": "value\n1\n2\n3\n", "row": "1,2,3\n", "blanks": "1 2 3\n", "under codes": "a,b,c\n1,2,3\n",
			"named row": "u,1,2,3\n", "under codes with a name": "code,a,b,c\nu,1,2,3\n", "numbers as codes": "1,1\n2,2\n3,3\n", "with errors": "code,value,se\na,1,0.1\nb,2,0.2\nc,3,0.3\n"} {
			e := &command.Env{In: strings.NewReader(text)}
			v, err := e.Vector("-")
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			calctest.Near(t, name, v.Values, []float64{1, 2, 3}, 0)
		}
		for _, text := range []string{"", "a\n", "a,b\nc,d\n", "1,2\n3,4,5\n", "a,1\na,2\n", "1,2,3\n4,5,6\n", "a,NaN\n", "code,value\n,1\n"} {
			e := &command.Env{In: strings.NewReader(text)}
			if v, err := e.Vector("-"); err == nil {
				t.Errorf("%q was read as %v", text, v)
			}
		}
	})
	t.Run("a factor is a column of 0 and 1 for each level but the first", func(t *testing.T) {
		d := "area,y,v,x,region,north\n"
		names := []string{}
		for i := range 12 {
			region, north := "south", 0
			if i%3 == 0 {
				region, north = "west", 1
			}
			names = append(names, fmt.Sprintf("a%d", i))
			d += fmt.Sprintf("a%d,%g,%g,%d,%s,%d\n", i, float64(i*i%7)+float64(i)/2, 0.5+float64(i%3)/4, i, region, north)
		}
		args := []string{"smallarea", "--data", "D", "--direct", "y", "--variance", "v"}
		a := calctest.Ask(t, calctest.Files{"D": d}, append(args, "--covariates", "x", "--factors", "region")...)
		b := calctest.Ask(t, calctest.Files{"D": d}, append(args, "--covariates", "x,north")...)
		calctest.Near(t, "eblup", a.At("eblup").By(names...), b.At("eblup").By(names...), 1e-10)
		calctest.Near(t, "beta", a.At("beta").By("constant", "x", "region=west"), b.At("beta").By("constant", "x", "north"), 1e-10)
		c := calctest.Ask(t, calctest.Files{"D": d}, append(args, "--covariates", "x", "--factors", "region", "--no-intercept")...) // the same model, each level by itself
		calctest.Near(t, "eblup", c.At("eblup").By(names...), a.At("eblup").By(names...), 1e-10)
		calctest.Near(t, "criteria", c.By("aic", "bic"), a.By("aic", "bic"), 1e-10)
		south := a.At("beta").By("constant")[0]
		calctest.Near(t, "beta", c.At("beta").By("region=south", "region=west"), []float64{south, south + a.At("beta").By("region=west")[0]}, 1e-10)
		parts := a.At("mseParts", "a3").By("g1", "g2", "g3")
		calctest.Near(t, "mse", a.At("mse").By("a3"), []float64{parts[0] + parts[1] + 2*parts[2]}, 1e-14)
	})
	t.Run("an index from wide and from long data, in the declared order", func(t *testing.T) {
		method := "code: p\nversion: '1'\nfrom: 2020-01-01\nnormalise: {kind: goalposts, low: 0, high: 10}\nindex: {code: p, parts: [{code: k, weight: 1}, {code: l, weight: 3}]}\n"
		disk := calctest.Files{"P": method, "W": "unit,k,l\na,2,4\nb,6,8\n", "L": "unit,indicator,value\na,k,2\na,l,4\nb,k,6\nb,l,8\n"}
		for _, d := range []string{"W", "L"} {
			r := calctest.Ask(t, disk, "index", "--data", d, "--method", "P", "--draws", "50", "--seed", "7")
			calctest.Near(t, d, r.At("scores").By("a", "b"), []float64{(0.2 + 3*0.4) / 4, (0.6 + 3*0.8) / 4}, 1e-15)
			calctest.Near(t, d, r.At("ranks").By("a", "b"), []float64{2, 1}, 0)
			calctest.Near(t, d, r.At("robustness", "units", "b").By("low", "high"), []float64{1, 1}, 0)
		}
		disk["W"], disk["L"] = "unit,k,l,other\na,2,4,9\nb,6,8,9\n", disk["L"]+"a,other,9\n"
		for _, d := range []string{"W", "L"} {
			calctest.Refused(t, disk, "calc.no-indicator", "index", "--data", d, "--method", "P")
		}
	})
	t.Run("a large system keeps its variances for who asks", func(t *testing.T) {
		var x, g strings.Builder
		g.WriteString("constraint,code,coefficient\n")
		for i := range command.ManyFigures + 2 {
			fmt.Fprintf(&x, "c%d,%d\n", i, 1+i%3)
			fmt.Fprintf(&g, "k%d,c%d,1\n", i/2, i)
			if i%2 == 1 {
				fmt.Fprintf(&g, "k%d,,5\n", i/2)
			}
		}
		r := calctest.Ask(t, calctest.Files{"X": x.String(), "G": g.String()}, "reconcile", "--values", "X", "--constraints", "G")
		calctest.Near(t, "sum", []float64{r.At("values", "c0").Number() + r.At("values", "c1").Number()}, []float64{5}, 1e-9)
		if _, there := r.V.(map[string]any)["variances"]; there || len(r.At("notes").List()) == 0 {
			t.Error("variances of a large system were computed")
		}
	})
	t.Run("a bridge equation lines months up with quarters, wherever they begin", func(t *testing.T) {
		months := func(from, n int) string { // the month before the first quarter is there too, when from is -1
			out := "period,x\n"
			for i := from; i < n; i++ {
				year, month := 2000+(i+12)/12-1, (i+12)%12+1
				out += fmt.Sprintf("%d-%02d,%g\n", year, month, float64(i)+float64(i*i%5))
			}
			return out
		}
		target := calctest.Quarters(10, func(q int) float64 { return float64(6*q) + float64(q*q%3) })
		disk := calctest.Files{"M": `{"model": "bridge", "aggregate": {"x": "sum"}}`, "Q": target, "I": months(0, 33), "early": months(-1, 33)}
		a := calctest.Ask(t, disk, "nowcast", "--model", "M", "--data", "Q", "--indicator", "I", "--horizon", "1")
		b := calctest.Ask(t, disk, "nowcast", "--model", "M", "--data", "Q", "--indicator", "early", "--horizon", "1")
		n := a.At("nowcast", 0)
		if n.At("period").V != "2002-Q3" || n.At("filling").Number() != 0 || a.At("used").Number() != 10 {
			t.Error(n.V)
		}
		want := 0.0
		for i := 30; i < 33; i++ {
			want += float64(i) + float64(i*i%5)
		}
		calctest.Near(t, "the quarter's months", n.At("indicators").By("x"), []float64{want}, 1e-12)
		calctest.Near(t, "the equation", []float64{n.At("value").Number()}, []float64{a.At("coefficients", "constant").Number() + a.At("coefficients", "x").Number()*want}, 1e-9)
		calctest.Near(t, "the same", b.At("coefficients").By("constant", "x"), a.At("coefficients").By("constant", "x"), 1e-12)
		calctest.Refused(t, disk, "calc.missing", "nowcast", "--model", "M", "--data", "Q")
		calctest.Refused(t, calctest.Files{"M": `{"model": "bridge", "trend": ["y"]}`, "Q": target, "I": disk["I"]}, "calc.no-series", "nowcast", "--model", "M", "--data", "Q", "--indicator", "I")
	})
	t.Run("Dagum and Cholette's additive form is λ = 0, which with ρ = 1 is Denton's", func(t *testing.T) {
		disk := calctest.Files{"L": "2000,20\n2001,31\n2002,38\n", "I": calctest.Quarters(12, func(i int) float64 { return 4 + float64(i%4) + float64(i)/5 })}
		a := calctest.Ask(t, disk, "benchmark", "--low", "L", "--indicator", "I", "--method", "dagum-cholette", "--criterion", "additive")
		b := calctest.Ask(t, disk, "benchmark", "--low", "L", "--indicator", "I", "--method", "denton-cholette", "--criterion", "additive")
		calctest.Near(t, "series", a.At("series").Each("value"), b.At("series").Each("value"), 1e-9)
		calctest.Refused(t, disk, "calc.no-effect", "benchmark", "--low", "L", "--indicator", "I", "--rho", "0.5")
	})
}
