package calc_test

import (
	"fmt"
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/calc/calctest"
	"nhipso/internal/fault"
)

func one(int) float64 { return 1 }

func TestInputThatHasNoAnswerIsRefusedByName(t *testing.T) {
	table := func(text string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"T": text}, code, append([]string{"io", "--table", "T", "--value-added", "va", "--final", "fd"}, args...)...)
		}
	}
	digital := func(args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"T": calctest.Small + "d,1,3,0\n"}, code, append([]string{"digital", "--table", "T", "--value-added", "va", "--final", "fd", "--ignore", "d"}, args...)...)
		}
	}
	balance := func(m, u, v string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"M": m, "U": u, "V": v}, code, append([]string{"balance", "--matrix", "M", "--rows", "U", "--cols", "V"}, args...)...)
		}
	}
	reconcile := func(x, g string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"X": x, "G": g, "V": "a,0\nb,0\n", "N": "a,-1\nb,0\n"}, code, append([]string{"reconcile", "--values", "X", "--constraints", "G"}, args...)...)
		}
	}
	areas := func(d string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"D": d}, code, append([]string{"smallarea", "--data", "D", "--direct", "y", "--variance", "v", "--covariates", "x"}, args...)...)
		}
	}
	season := func(s string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"S": s}, code, append([]string{"seasonal", "--series", "S"}, args...)...)
		}
	}
	time := func(name, low, high string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"L": low, "I": high}, code, append([]string{name, "--low", "L", "--indicator", "I"}, args...)...)
		}
	}
	nowcast := func(m, d string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"M": m, "D": d, "old": "period,a\n2000,1\n2001,2\n"}, code, append([]string{"nowcast", "--model", "M", "--data", "D"}, args...)...)
		}
	}
	chain := func(d string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"D": d}, code, append([]string{"chain", "--data", "D"}, args...)...)
		}
	}
	growth := func(args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"S": "period,part,whole\n2000,0,1\n2001,1,2\n"}, code, append([]string{"growth"}, args...)...)
		}
	}
	lq := func(r, n string, args ...string) func(string) {
		return func(code string) {
			calctest.Refused(t, calctest.Files{"R": r, "N": n}, code, append([]string{"lq", "--region", "R", "--nation", "N"}, args...)...)
		}
	}
	level := `{"Z":1,"T":1,"H":1,"Q":1}`
	week := strings.Repeat("1\n2\n3\n4\n5\n6\n7\n", 7)
	for _, c := range []struct {
		that string
		run  func(code string)
		code string
	}{
		{"a blank cell", table("code,a,b,fd\na,1,2,3\nb,2,,3\nva,3,4,0\n"), "ioformat.blank-cell"},
		{"a word for a number", table("code,a,b,fd\na,1,2,3\nb,2,many,3\nva,3,4,0\n"), "ioformat.not-a-number"},
		{"NaN", table("code,a,b,fd\na,1,2,3\nb,2,NaN,3\nva,3,4,0\n"), "ioformat.not-a-number"},
		{"a number beyond range", table("code,a,b,fd\na,1,2,3\nb,2,1e999,3\nva,3,4,0\n"), "ioformat.out-of-range"},
		{"a short row", table("code,a,b,fd\na,1,2,3\nb,2,3\nva,3,4,0\n"), "ioformat.blank-cell"},
		{"a long row", table("code,a,b,fd\na,1,2,3\nb,2,3,3,7\nva,3,4,0\n"), "ioformat.ragged"},
		{"a code twice", table("code,a,b,fd\na,1,2,3\na,2,3,3\nva,3,4,0\n"), "ioformat.row-twice"},
		{"a row that is not there", table(calctest.Small, "--value-added", "gva"), "ioformat.no-such-row"},
		{"a column that is not there", table(calctest.Small, "--final", "fx"), "ioformat.no-such-column"},
		{"no industries", table("code,a,b,fd\nc,1,2,3\nva,2,3,3\n"), "ioformat.no-industries"},
		{"a table that uses more than it makes", table("code,a,b,fd\na,10,2,3\nb,2,30,3\nva,0,0,0\nx,10,30,0\n", "--output", "x"), "inputoutput.not-productive"},
		{"an unknown question", table(calctest.Small, "--what", "nonsense"), "calc.bad-choice"},
		{"an industry to extract that is not there", table(calctest.Small, "--what", "extraction", "--extract", "z"), "calc.no-industry"},
		{"a household column that is no final use", table(calctest.Small, "--household-income", "va", "--household-final", "z"), "calc.not-final"},
		{"a digital code that is not there", digital("--digital", "zz"), "satellite.list-unresolved"},
		{"no digital code", digital(), "calc.missing"},
		{"a digital code twice", digital("--digital", "a,a"), "satellite.listed-twice"},
		{"a coefficient above one", digital("--digital", "a", "--definition", "nso", "--coefficients", "d"), "satellite.coefficient-outside"},
		{"a definition that nobody uses", digital("--digital", "a", "--definition", "mine"), "calc.bad-choice"},
		{"totals that differ", balance("1,2\n3,4\n", "5,5\n", "4,7\n"), "balance.totals-differ"},
		{"a negative cell for RAS", balance("1,-2\n3,4\n", "5,5\n", "4,6\n"), "balance.negative-cell"},
		{"a line of zeros with a target", balance("0,0\n3,4\n", "5,5\n", "4,6\n"), "balance.empty-row"},
		{"a support that cannot carry the targets", balance("1,0\n0,1\n", "5,5\n", "4,6\n"), "balance.infeasible-rows"},
		{"too few targets", balance("1,2\n3,4\n", "5\n", "4,1\n"), "calc.length"},
		{"targets of other codes", balance("code,a,b\nx,1,2\ny,3,4\n", "code,value\nx,5\nz,5\n", "4,6\n"), "calc.no-code-in"},
		{"targets without errors that contradict each other", balance("1,2\n3,4\n", "5,5\n", "4,7\n", "--method", "kras"), "balance.inconsistent"},
		{"a ragged matrix", balance("1,2\n3,4,5\n", "5,5\n", "4,6\n"), "calc.ragged"},
		{"a tolerance of zero", balance("1,2\n3,4\n", "5,5\n", "4,6\n", "--tolerance", "0"), "calc.bad-number"},
		{"a missing cell of a long matrix", balance("row,column,value\na,x,1\nb,y,2\n", "1,2\n", "1,2\n"), "calc.no-cell"},
		{"a cell given twice", balance("row,column,value\na,x,1\na,x,2\n", "1\n", "1\n"), "calc.twice"},
		{"constraints that contradict each other", reconcile("a,20\nb,5\n", "a,b,total\n1,1,40\n1,1,41\n"), "balance.inconsistent"},
		{"a constraint whose figures are all held", reconcile("a,20\nb,5\n", "a,b,total\n1,1,40\n", "--variances", "V"), "balance.all-fixed"},
		{"a negative variance", reconcile("a,20\nb,5\n", "a,b,total\n1,1,40\n", "--variances", "N"), "calc.negative"},
		{"a constraint on a code that is not there", reconcile("a,20\nb,5\n", "a,c,total\n1,1,40\n"), "calc.no-code-in"},
		{"constraints without totals", reconcile("a,20\nb,5\n", "a,b\n1,1\n"), "calc.no-column"},
		{"a long constraint without its total", reconcile("a,20\nb,5\n", "constraint,code,coefficient\nk,a,1\nk,b,1\n"), "calc.no-total"},
		{"a figure twice", reconcile("a,20\na,5\n", "a,b,total\n1,1,40\n"), "calc.twice"},
		{"an equation that cannot be read", reconcile("a,20\nb,5\n", "a + + = 40\n"), "calc.bad-equation"},
		{"an equation with an unknown code", reconcile("a,20\nb,5\n", "a + c = 40\n"), "calc.bad-equation"},
		{"too few areas", areas("y,v,x\n1,1,1\n2,1,2\n"), "smallarea.too-few"},
		{"a constant covariate", areas("y,v,x\n" + strings.Repeat("1,1,1\n2,1,1\n3,1,1\n", 3)), "smallarea.collinear"},
		{"a negative sampling variance", areas("y,v,x\n" + strings.Repeat("1,-1,1\n2,1,2\n3,1,1\n", 3)), "smallarea.bad-variance"},
		{"an estimate without its variance", areas("y,v,x\n1,,1\n" + strings.Repeat("1,1,1\n2,1,2\n3,1,1\n", 3)), "calc.blank"},
		{"a column that is not there", areas("y,v,z\n1,1,1\n2,1,2\n"), "calc.no-column"},
		{"a short series", season("1\n2\n3\n", "--period", "12"), "seasonal.too-short"},
		{"a series without a period", season(week), "calc.missing"},
		{"a cycle of a week for X-11", season(week, "--period", "7", "--method", "x11", "--mode", "additive"), "seasonal.period"},
		{"a zero in a multiplicative series", season(strings.Repeat("0\n1\n2\n3\n", 6), "--period", "4", "--method", "x11"), "seasonal.not-positive"},
		{"two columns of values", season("period,a,b\n2000-Q1,1,2\n"), "calc.one-series"},
		{"a gap in time", season("period,value\n2000-Q1,1\n2000-Q3,2\n"), "calc.gap"},
		{"one benchmark for a regression", time("disaggregate", "2000,1\n", calctest.Quarters(4, one)), "temporal.too-few"},
		{"a constant indicator", time("disaggregate", "2000,1\n2001,2\n2002,3\n2003,5\n", calctest.Quarters(16, one)), "temporal.rank-deficient"},
		{"an indicator that is missing", time("disaggregate", "2000,1\n2001,2\n2002,3\n2003,5\n", "period,value\n2000-Q1,\n"), "calc.blank"},
		{"an indicator of the same frequency", time("disaggregate", "2000,1\n2001,2\n", "2000,1\n2001,2\n"), "calc.not-lower"},
		{"a zero indicator", time("benchmark", "2000,1\n", calctest.Quarters(4, func(int) float64 { return 0 })), "temporal.zero-indicator"},
		{"differences of order five", time("benchmark", "2000,1\n2001,1\n", calctest.Quarters(8, one), "--differences", "5"), "temporal.bad-option"},
		{"an indicator that ends early", time("benchmark", "2000,1\n2001,1\n", calctest.Quarters(6, one)), "calc.not-covered"},
		{"a model without its matrices", nowcast(`{"Z":1}`, "1\n2\n"), "calc.no-matrix"},
		{"an unknown name in the model", nowcast(`{"Z":1,"T":1,"H":1,"Q":1,"zzz":1}`, "1\n2\n"), "calc.bad-file"},
		{"a negative variance in the model", nowcast(`{"Z":1,"T":1,"H":-1,"Q":1}`, "1\n2\n"), "statespace.not-a-variance"},
		{"a model without any noise", nowcast(`{"Z":1,"T":1,"H":0,"Q":0}`, "1\n2\n"), "statespace.singular"},
		{"data that are all missing", nowcast(level, "NA\nNA\n"), "statespace.not-identified"},
		{"matrices that do not fit", nowcast(`{"Z":1,"T":[[1,2]],"H":1,"Q":1}`, "1\n2\n"), "statespace.shape"},
		{"data that do not vary", nowcast(`{"model":"local-level"}`, "1\n1\n1\n"), "statespace.no-variation"},
		{"one observation", nowcast(`{"model":"local-level"}`, "1\n"), "statespace.too-few"},
		{"a figure that was taken back", nowcast(level, "period,a\n2000,1\n2001,\n", "--data-old", "old"), "statespace.withdrawn"},
		{"a target period before the data", nowcast(level, "period,a\n2000,1\n2001,2\n", "--data-old", "old", "--target-period", "1990"), "calc.no-period"},
		{"a negative horizon", nowcast(level, "1\n2\n", "--horizon", "-1"), "calc.bad-number"},
		{"one year", chain("period,item,price,quantity\n2000,a,1,1\n"), "chain.no-years"},
		{"a price of zero", chain("period,item,price,quantity\n2000,a,1,1\n2001,a,0,1\n"), "chain.bad-price"},
		{"a quantity that is missing", chain("period,item,price,quantity\n2000,a,1,1\n2001,a,1,\n"), "calc.no-figure"},
		{"a year that is missing", chain("period,item,price,quantity\n2000,a,1,1\n2002,a,1,1\n"), "calc.gap"},
		{"a volume below zero", chain("item,output,output_price,intermediate,intermediate_price\nx,100,1,90,0.5\n", "--what", "deflate"), "chain.negative-volume"},
		{"a share of zero", growth("--share", "0", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1"), "chain.bad-share"},
		{"a share in per cent", growth("--share", "14", "--target", "30", "--years", "5", "--gdp-growth", "0.1"), "chain.bad-share"},
		{"no years", growth("--share", "0.1", "--target", "0.3", "--gdp-growth", "0.1"), "calc.years"},
		{"a fall of all", growth("--share", "0.1", "--target", "0.3", "--years", "5", "--gdp-growth", "-1"), "chain.total-loss"},
		{"a rate that is NaN", growth("--share", "0.1", "--target", "0.3", "--years", "5", "--gdp-growth", "NaN"), "calc.bad-number"},
		{"a share that starts at zero", growth("--what", "share", "--data", "S"), "chain.bad-level"},
		{"a region above the nation", lq("1,5\n", "1,2\n"), "regional.exceeds-nation"},
		{"δ of one", lq("1,2\n", "2,3\n", "--delta", "1"), "regional.bad-delta"},
	} {
		t.Run(c.that, func(*testing.T) { c.run(c.code) })
	}
	t.Run("a file that is not there, a flag and a calculation that do not exist", func(t *testing.T) {
		calctest.Refused(t, nil, "calc.file", "io", "--table", "none.csv")
		calctest.Refused(t, nil, "calc.missing", "io")
		calctest.Refused(t, nil, "calc.bad-flag", "io", "--nonsense", "x")
		calctest.Refused(t, nil, "calc.bad-flag", "growth", "surplus")
		calctest.Refused(t, nil, "calc.unknown", "nonsense")
		calctest.Refused(t, calctest.Files{"T": ""}, "tabular.empty", "reconcile", "--values", "T", "--constraints", "T")
		calctest.Refused(t, calctest.Files{"T": "a,\xff\n"}, "tabular.not-utf8", "reconcile", "--values", "T", "--constraints", "T")
	})
}

func TestWhatAReaderHasToKnowIsSaid(t *testing.T) {
	notes := func(x calctest.Tree) (codes string) {
		for _, n := range x.At("notes").List() {
			codes += n.At("code").V.(string) + " "
		}
		return codes
	}
	t.Run("conflicting totals with errors settle, and say so", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"M": "1,2\n3,4\n", "U": "code,value,se\n1,5,1\n2,5,1\n", "V": "code,value,se\n1,4,1\n2,7,2\n"}, "balance", "--matrix", "M", "--rows", "U", "--cols", "V", "--method", "kras")
		if !strings.Contains(notes(r), "calc.conflict") || r.At("conflict").V != true {
			t.Error(notes(r))
		}
		calctest.Near(t, "totals agree", []float64{r.At("rowTargets", "1").Number() + r.At("rowTargets", "2").Number()}, []float64{r.At("columnTargets", "1").Number() + r.At("columnTargets", "2").Number()}, 1e-9)
	})
	t.Run("coefficients made from the table are an estimate", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"T": calctest.Small}, "digital", "--table", "T", "--value-added", "va", "--final", "fd", "--digital", "a", "--definition", "nso")
		if !strings.Contains(notes(r), "calc.estimated") {
			t.Error(notes(r))
		}
		calctest.Near(t, "d", []float64{r.At("coefficients", "b").Number(), r.At("total").Number()}, []float64{2.0 / 5, 3 + 0.4*4}, 1e-12)
	})
	t.Run("a code above those of the table takes what lies below it; a mere number does not", func(t *testing.T) {
		vsic := strings.NewReplacer("a", "2610", "b", "2620").Replace("code,a,b,c,fd\na,1,2,0,3\nb,2,3,0,3\nc,0,0,1,3\n") + "va,3,3,3,0\n"
		r := calctest.Ask(t, calctest.Files{"T": vsic}, "digital", "--table", "T", "--value-added", "va", "--final", "fd", "--digital", "26")
		if !strings.Contains(notes(r), "calc.below") {
			t.Error(notes(r))
		}
		calctest.Near(t, "own", []float64{r.At("own").Number()}, []float64{6}, 1e-12)
		ordinal := "code"
		for i := range 120 {
			ordinal += fmt.Sprintf(",%d", i+1)
		}
		ordinal += "\n"
		for i := range 120 {
			ordinal += fmt.Sprint(i+1) + strings.Repeat(",0.001", 120) + "\n"
		}
		ordinal += "va" + strings.Repeat(",1", 120) + "\n"
		r = calctest.Ask(t, calctest.Files{"T": ordinal}, "digital", "--table", "T", "--value-added", "va", "--digital", "10,12")
		calctest.Near(t, "own", []float64{r.At("own").Number()}, []float64{2}, 1e-12)
	})
	t.Run("printed totals that disagree, and codes without a role", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"T": calctest.Small + "x,6,10,0\n"}, "io", "--table", "T", "--value-added", "va", "--final", "fd", "--output", "x")
		if !strings.Contains(notes(r), "calc.finding") {
			t.Error(notes(r))
		}
		calctest.Refused(t, calctest.Files{"T": calctest.Small + "jobs,1,2,0\n"}, "calc.no-role", "io", "--table", "T", "--value-added", "va", "--final", "fd")
		calctest.Refused(t, calctest.Files{"T": calctest.Small}, "ioformat.no-such-row", "io", "--table", "T", "--value-added", "va", "--final", "fd", "--ignore", "jobs")
	})
	t.Run("the literal form counts twice", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"T": calctest.Small}, "digital", "--table", "T", "--value-added", "va", "--final", "fd", "--digital", "a,b", "--definition", "adb-literal")
		if !strings.Contains(notes(r), "calc.counted-twice") {
			t.Error(notes(r))
		}
		calctest.Near(t, "difference", []float64{r.At("total").Number() - r.At("block").Number()}, []float64{r.At("difference").Number()}, 1e-12)
	})
	t.Run("a price carried back, single deflation, a filled month", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"D": "period,item,price,quantity\n2000,a,1,1\n2001,a,1,1\n2000,b,,0\n2001,b,2,1\n2002,a,1,1\n2002,b,1,1\n"}, "chain", "--data", "D")
		if !strings.Contains(notes(r), "calc.price-carried-back") {
			t.Error(notes(r))
		}
		r = calctest.Ask(t, calctest.Files{"D": "item,output,output_price,intermediate,intermediate_price\nx,100,1,90,0.5\n"}, "chain", "--data", "D", "--what", "deflate", "--fallback")
		if !strings.Contains(notes(r), "calc.single-deflation") {
			t.Error(notes(r))
		}
		gap := ""
		for i := range 60 {
			if i == 30 {
				gap += "NA\n"
				continue
			}
			gap += fmt.Sprintf("%g\n", 100+float64(i)/3+float64((i*i)%7)/5+10*float64(i%12%5))
		}
		r = calctest.Ask(t, calctest.Files{"S": gap}, "seasonal", "--series", "S", "--method", "x11", "--period", "12")
		if !strings.Contains(notes(r), "calc.filled") {
			t.Error(notes(r))
		}
	})
	t.Run("with --explain the working goes to standard error, with or without --json", func(t *testing.T) {
		for name, args := range map[string][]string{
			"io": {"--table", "T", "--value-added", "va", "--final", "fd"}, "digital": {"--table", "T", "--value-added", "va", "--final", "fd", "--digital", "a"},
			"balance": {"--matrix", "M", "--rows", "U", "--cols", "U"}, "reconcile": {"--values", "X", "--constraints", "G"}, "lq": {"--region", "U", "--nation", "U"},
			"growth": {"--share", "0.1", "--target", "0.2", "--years", "2", "--gdp-growth", "0.1"}, "nowcast": {"--model", "N", "--data", "Y"},
			"chain": {"--data", "C"}, "seasonal": {"--series", "S", "--period", "4"}, "disaggregate": {"--low", "L", "--indicator", "I"}, "benchmark": {"--low", "L", "--indicator", "I"},
			"smallarea": {"--data", "A", "--direct", "y", "--variance", "v", "--covariates", "x"}, "index": {"--data", "K", "--method", "P"},
		} {
			disk := calctest.Files{"T": calctest.Small, "M": "1,2\n3,4\n", "U": "4,6\n", "X": "a,20\nb,5\n", "G": "a,b,total\n1,1,40\n", "N": `{"Z":1,"T":1,"H":1,"Q":1}`, "Y": "1\n2\n",
				"C": "period,item,price,quantity\n2000,a,1,1\n2001,a,1,2\n", "S": strings.Repeat("1\n5\n2\n3\n", 6), "L": "2000,1\n2001,2\n2002,3\n2003,5\n", "I": calctest.Quarters(16, func(i int) float64 { return float64(i + 1) }),
				"A": "y,v,x\n1,1,1\n2,1,2\n3,1,3\n5,1,4\n1,1,5\n2,1,6\n9,1,7\n", "K": "unit,k\na,1\nb,2\n", "P": "code: p\nversion: '1'\nfrom: 2020-01-01\nnormalise: {kind: none}\nindex: {code: p, parts: [{code: k, weight: 1}]}\n"}
			plain, quiet, err := calctest.Run("vi", disk, append([]string{name}, args...)...)
			_, loud, also := calctest.Run("vi", disk, append([]string{name, "--explain", "--json"}, args...)...)
			if err != nil || also != nil || plain == "" || len(loud) <= len(quiet) && quiet != loud || loud == "" {
				t.Errorf("%s: %v, %v, %q", name, err, also, loud)
			}
		}
	})
}

func TestHelpIsInBothLanguages(t *testing.T) {
	vi, _, err := calctest.Run("vi", nil, "help")
	en, _, also := calctest.Run("en", nil, "help")
	if err != calc.ErrHelp || also != calc.ErrHelp || vi == en {
		t.Fatal(err, also)
	}
	for _, c := range calc.Names() {
		texts := map[string]string{}
		for _, lang := range []string{"vi", "en"} {
			text, _, err := calctest.Run(lang, nil, "help", c)
			if err != calc.ErrHelp {
				t.Errorf("%s: %v", c, err)
			}
			for _, l := range strings.Split(text, "\n") {
				if strings.Contains(l, "flag.") || strings.Contains(l, c+".") {
					t.Errorf("%s in %s: %s", c, lang, l)
				}
			}
			texts[lang] = text
		}
		if texts["vi"] == texts["en"] || !strings.Contains(vi, c) {
			t.Errorf("%s speaks one language", c)
		}
	}
}

// FuzzReaders holds that no file makes a reader panic, hang, or give a number that is none.
func FuzzReaders(f *testing.F) {
	for _, s := range []string{"code,a,b\nx,1,2\ny,3,4\n", "row,column,value\na,b,1\n", "1;2,5\n3;4\n", "a,1\n", "a + 2*b = 4\n", "constraint,code,coefficient\nk,a,1\nk,,2\n", "a,b,total\n1,1,2\n",
		"period,value\n2000-Q1,1\n2000-Q2,\n", "period,item,price,quantity\n2000,a,1,1\n2001,a,1,1\n", "\"", "\xef\xbb\xbfa\t1\n", "1 2 3\n", ",\n,\n", "PK\x03\x04"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		disk := calctest.Files{"-": text, "U": "1,2\n", "X": "a,1\nb,2\n", "M": `{"model":"local-level","variances":[1,1]}`}
		for _, args := range [][]string{
			{"balance", "--matrix", "-", "--rows", "U", "--cols", "U", "--max-iterations", "50"}, {"balance", "--matrix", "U", "--rows", "-", "--cols", "U", "--max-iterations", "50"},
			{"reconcile", "--values", "X", "--constraints", "-"}, {"reconcile", "--values", "-", "--constraints", "X"}, {"chain", "--data", "-"}, {"growth", "--what", "contributions", "--data", "-"},
			{"seasonal", "--series", "-", "--period", "4"}, {"nowcast", "--model", "M", "--data", "-"}, {"smallarea", "--data", "-", "--direct", "a", "--variance", "b"}, {"io", "--table", "-"},
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
