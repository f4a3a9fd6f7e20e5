package iotable_test

import (
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestSupplyAndUseBecomeATableByTheFourModels(t *testing.T) {
	for model, want := range map[string][]float64{ // flows, final use, value added
		"A": {40. / 7, 170. / 7, 110. / 7, 30. / 7, 70, 30, 550. / 7, 150. / 7},
		"B": {13, 17, 14.5, 5.5, 70, 30, 72.5, 27.5},
		"C": {50. / 7, 150. / 7, 125. / 7, 25. / 7, 500. / 7, 200. / 7, 75, 25},
		"D": {12, 19, 13, 6, 69, 31, 75, 25},
	} {
		for _, made := range [][]string{{"--make-table", "make"}, {"--supply-table", "supply"}} {
			r := calctest.Ask(t, calctest.Rectangular, append([]string{"io", "--layout", "sut", "--table", "use", "--value-added", "va", "--final", "fd", "--transformation", model, "--what", "table"}, made...)...)
			got := append(r.At("flows").Numbers(), r.At("final", "fd").By(r.At("codes").Words()...)...)
			calctest.Near(t, model, append(got, r.At("primary", "va").By(r.At("codes").Words()...)...), want, 1e-12)
			if n := len(r.At("notes").List()); n > 0 {
				t.Errorf("%s: %d notes on a pair that balances", model, n)
			}
		}
	}
	base := []string{"io", "--layout", "sut", "--table", "use", "--value-added", "va", "--final", "fd"}
	with := func(args ...string) []string { return append(append([]string(nil), base...), args...) }
	calctest.Refused(t, calctest.Rectangular, "calc.missing", base...)
	calctest.Refused(t, calctest.Rectangular, "ioformat.no-such-row", with("--make-table", "supply")...)
	calctest.Refused(t, calctest.Rectangular, "calc.bad-choice", with("--make-table", "make", "--transformation", "E")...)
	calctest.Refused(t, calctest.Files{"use": calctest.Rectangular["use"], "make": "code,P1,P2\nI1,90,\nI2,10,40\n"}, "ioformat.blank-cell", with("--make-table", "make")...)
	calctest.Refused(t, calctest.Files{"use": "code,I1,I2,fd\nP1,10,20,70\nva,75,25,\n", "make": "code,P1\nI1,90\nI2,10\n"}, "inputoutput.needs-square", with("--make-table", "make", "--transformation", "A")...)
	unlike := calctest.Files{"use": "code,I1,I2,fd\nP1,10,20,70\nP2,15,5,31\nva,75,25,\n", "make": calctest.Rectangular["make"]}
	if r := calctest.Ask(t, unlike, with("--make-table", "make")...); r.At("notes", 0, "code").V != "calc.finding" {
		t.Error("supply that differs from use is not told")
	}
}

func TestATableIsReshapedBeforeItAnswers(t *testing.T) {
	disk := calctest.Files{"T": "code,A,C,fd\nA,10,20,70\nC,30,40,130\nwages,20,80,\nprofit,40,60,\n",
		"split":  "industry,part,share,sales_to,inputs_from\nC,C26,0.25,,\nC,C_o,0.75,,\nC,C26,0.4,fd,\nC,C_o,0.6,fd,\nC,C26,0.5,,wages\nC,C_o,0.5,,wages\n",
		"back":   "code,group\nA,A\nC26,C\nC_o,C\n",
		"prices": "code,price\nA,2\nC,0.5\nwages,1.1\n"}
	base := []string{"io", "--table", "T", "--value-added", "wages,profit", "--final", "fd", "--what", "table"}
	ask := func(args ...string) calctest.Tree {
		return calctest.Ask(t, disk, append(append([]string(nil), base...), args...)...)
	}
	s := ask("--split", "split")
	calctest.Near(t, "flows", s.At("flows").Numbers(), []float64{10, 5, 15, 7.5, 2.5, 7.5, 22.5, 7.5, 22.5}, 0)
	calctest.Near(t, "final", s.At("final", "fd").By("A", "C26", "C_o"), []float64{70, 52, 78}, 1e-15)
	calctest.Near(t, "wages", s.At("primary", "wages").By("A", "C26", "C_o"), []float64{20, 40, 40}, 0)
	calctest.Near(t, "profit", s.At("primary", "profit").By("A", "C26", "C_o"), []float64{40, 15, 45}, 0)
	if s.At("notes", 0, "code").V != "calc.finding" {
		t.Error("parts whose rows and columns disagree are not told")
	}
	whole, back := ask(), ask("--split", "split", "--aggregate", "back")
	for _, path := range [][]any{{"flows"}} {
		calctest.Near(t, "added up again", back.At(path...).Numbers(), whole.At(path...).Numbers(), 1e-15)
	}
	calctest.Near(t, "added up again", back.At("primary", "wages").By("A", "C"), []float64{20, 80}, 0)
	// Output at new prices less inputs at new prices is value added: 200 − 20 − 60/4 … by hand.
	p := ask("--prices", "prices")
	calctest.Near(t, "repriced", p.At("flows").Numbers(), []float64{20, 40, 15, 20}, 0)
	calctest.Near(t, "repriced output", p.At("totalOutput").By("A", "C"), []float64{200, 100}, 0)
	added := p.At("primary", "wages").By("A", "C")
	for i, v := range p.At("primary", "profit").By("A", "C") {
		added[i] += v
	}
	calctest.Near(t, "value added is the rest", added, []float64{165, 40}, 1e-14)
	refuse := func(code, name, text string, args ...string) {
		t.Helper()
		calctest.Refused(t, calctest.Files{"T": disk["T"], name: text}, code, append(append([]string(nil), base...), args...)...)
	}
	refuse("inputoutput.shares-not-one", "f", "industry,part,share\nC,C26,0.25\nC,C_o,0.7\n", "--split", "f")
	refuse("inputoutput.no-such-industry", "f", "industry,part,share\nZ,C26,0.25\nZ,C_o,0.75\n", "--split", "f")
	refuse("calc.twice", "f", "industry,part,share\nC,C26,0.25\nC,C26,0.75\n", "--split", "f")
	refuse("calc.no-column", "f", "industry,share\nC,1\n", "--split", "f")
	refuse("calc.no-code-in", "f", "code,group\nA,x\n", "--aggregate", "f")
	refuse("calc.no-code-in", "f", "code,group\nA,x\nC,x\nD,x\n", "--aggregate", "f")
	refuse("calc.twice", "f", "code,group\nA,x\nA,y\nC,x\n", "--aggregate", "f")
	refuse("calc.no-code-in", "f", "code,price\nA,2\n", "--prices", "f")
	refuse("inputoutput.bad-price", "f", "code,price\nA,2\nC,0\n", "--prices", "f")
}

func TestDearerInputsRaisePrices(t *testing.T) {
	disk := calctest.Files{"T": "code,a,b,fd\na,0,50,50\nb,20,0,80\nwages,50,30,\nm,30,20,\n"}
	args := []string{"io", "--table", "T", "--value-added", "wages", "--imports", "m", "--final", "fd", "--what", "prices"}
	// p_a = 0.2 p_b + 0.05 + 0.03, p_b = 0.5 p_a + 0.03 + 0.02
	r := calctest.Ask(t, disk, append(args, "--change", "wages=0.1,m=0.1")...)
	calctest.Near(t, "prices", r.At("prices").By("a", "b"), []float64{0.1, 0.1}, 1e-14)
	calctest.Near(t, "wages only", calctest.Ask(t, disk, append(args, "--change", "wages=0.1")...).At("prices").By("a", "b"), []float64{0.056 / 0.9, 0.03 + 0.028/0.9}, 1e-14)
	calctest.Refused(t, disk, "calc.missing", args...)
	calctest.Refused(t, disk, "calc.bad-number", append(args, "--change", "wages")...)
	calctest.Refused(t, disk, "inputoutput.no-such-row", append(args, "--change", "oil=1")...)
}

func TestAnswersSayHowWellTheyAreProven(t *testing.T) {
	disk := calctest.Files{"T": calctest.Small}
	for _, what := range []string{"multipliers", "linkages", "leontief", "ghosh", "flows", "extraction"} {
		if b := calctest.Ask(t, disk, "io", "--table", "T", "--value-added", "va", "--final", "fd", "--what", what).At("bound").Number(); b <= 0 || b > 1e-12 {
			t.Errorf("%s: bound %g", what, b)
		}
	}
	if b := calctest.Ask(t, disk, "io", "--table", "T", "--final", "fd", "--ignore", "va").At("bound").Number(); b <= 0 {
		t.Error("multipliers of a table without primary rows claim to have no error")
	}
	if b := calctest.Ask(t, disk, "io", "--table", "T", "--what", "coefficients", "--value-added", "va", "--final", "fd").At("bound"); b.V != nil {
		t.Error("a bound where nothing was solved")
	}
	hardly := calctest.Files{"T": "code,a,b,fd\na,500,499.9999999999,1e-10\nb,500,500,0\nva,0,1e-10,\n"}
	notes := calctest.Ask(t, hardly, "io", "--table", "T", "--value-added", "va", "--final", "fd").At("notes").List()
	told := false
	for _, n := range notes {
		told = told || n.At("code").V == "calc.loose-bound"
	}
	if !told {
		t.Error("a table that is hardly productive is not told")
	}
}

func TestAnInterCountryTableSaysWhoUsesWhoseValueAdded(t *testing.T) {
	disk := calctest.Files{"T": "code,A_x,B_x,A_HFCE,B_HFCE,OUT\nA_x,20,10,60,10,100\nB_x,10,0,0,40,50\nVA,70,40,,,\nOUT,100,50,,,\n"}
	r := calctest.Ask(t, disk, "io", "--layout", "icio", "--table", "T", "--what", "regions")
	// A = [[0.2,0.2],[0.1,0]], L = [[1,0.2],[0.1,0.8]]/0.78, v = (0.7, 0.8)
	calctest.Near(t, "flows", r.At("flows").Numbers(), []float64{0.7 * 60 / 0.78, 0.7 * 18 / 0.78, 0.8 * 6 / 0.78, 0.8 * 33 / 0.78}, 1e-14)
	calctest.Near(t, "made", r.At("production").By("A", "B"), []float64{70, 40}, 1e-13)
	calctest.Near(t, "used", r.At("consumption").By("A", "B"), []float64{46.8 / 0.78, 39 / 0.78}, 1e-14)
	calctest.Refused(t, calctest.Files{"T": calctest.Small}, "calc.no-regions", "io", "--table", "T", "--value-added", "va", "--final", "fd", "--what", "regions")
	calctest.Refused(t, calctest.Files{"T": disk["T"], "g": "A_x,a\nB_x,a\n"}, "calc.no-regions", "io", "--layout", "icio", "--table", "T", "--what", "regions", "--aggregate", "g")
}
