package iotable_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

// A country in three blocks: total flows less imports are domestic flows. The table of imports lists its codes in another order and sells nothing on.
var threeBlocks = calctest.Files{
	"T": "code,A,B,home,exports,imports\nA,20,45,95,60,-20\nB,50,70,200,30,-50\nva,130,185,,,\n",
	"M": "code,B,A,home\nB,10,15,25\nA,9,4,7\n",
	"D": "code,A,B,home,exports\nA,16,36,88,60\nB,35,60,175,30\nva,130,185,,\nimports,19,19,,\n",
	"d": "code,A,B,home,exports\nA,16,36,88,60\nB,35,60,175,31\nva,130,185,,\nimports,19,19,,\n",
}

func TestDomesticAndImportedFlowsAreKeptApart(t *testing.T) {
	io := []string{"io", "--value-added", "va", "--final", "home,exports", "--imports", "imports"}
	with := func(args ...string) []string { return append(append([]string(nil), io...), args...) }
	show := func(args ...string) []string { return append(with(args...), "--what", "table") }
	domestic := []float64{16, 36, 35, 60}
	imported := []float64{4, 9, 15, 10}
	for _, c := range []struct {
		args []string
		want []float64
		home []float64
	}{
		{show("--table", "T", "--imports-table", "M"), domestic, []float64{88, 175}},
		{show("--table", "T", "--domestic-table", "D", "--block", "imported"), imported, []float64{7, 25}},
		{show("--table", "T", "--imports-table", "M", "--domestic-table", "D"), domestic, []float64{88, 175}},
		{show("--table", "T", "--imports-table", "M", "--block", "total"), []float64{20, 45, 50, 70}, []float64{95, 200}},
		{show("--table", "D", "--origin", "domestic", "--imports-table", "M", "--block", "total"), []float64{20, 45, 50, 70}, []float64{95, 200}},
	} {
		r := calctest.Ask(t, threeBlocks, c.args...)
		calctest.Near(t, strings.Join(c.args, " "), r.At("flows").Numbers(), c.want, 0)
		calctest.Near(t, "home use", r.At("final", "home").By("A", "B"), c.home, 0)
		if n := r.At("notes").List(); len(n) > 0 {
			t.Errorf("%v: %v", c.args, n)
		}
	}
	turned := calctest.Ask(t, threeBlocks, show("--table", "M", "--origin", "imported", "--domestic-table", "D", "--block", "total")...) // B before A, as M has them
	calctest.Near(t, "added to imports", append(turned.At("flows").Numbers(), turned.At("final", "exports").By("A", "B")...), []float64{70, 50, 45, 20, 60, 30}, 0)
	if n := turned.At("notes").List(); len(n) > 0 {
		t.Errorf("%v", n)
	}
	r := calctest.Ask(t, threeBlocks, show("--table", "T", "--imports-table", "M")...)
	calctest.Near(t, "exports", r.At("final", "exports").By("A", "B"), []float64{60, 30}, 0)
	calctest.Near(t, "imports used", r.At("primary", "imports").By("A", "B"), []float64{19, 19}, 0)
	if r.At("origin").V != "domestic" {
		t.Error(r.V)
	}
	// Multipliers of the domestic block, by numpy: i'(I−A)⁻¹ and v'(I−A)⁻¹.
	r = calctest.Ask(t, threeBlocks, with("--table", "T", "--imports-table", "M")...)
	calctest.Near(t, "output", r.At("output").By("A", "B"), []float64{1.3636363636363635, 1.4545454545454544}, 1e-12)
	calctest.Near(t, "value added", r.At("effects", "va").By("A", "B"), []float64{0.8782051282051282, 0.9025641025641025}, 1e-12)
	// The same block feeds the digital economy.
	apart := calctest.Ask(t, threeBlocks, "digital", "--table", "T", "--value-added", "va", "--final", "home,exports", "--imports", "imports", "--imports-table", "M", "--digital", "B")
	whole := calctest.Ask(t, threeBlocks, "digital", "--table", "D", "--value-added", "va", "--final", "home,exports", "--imports", "imports", "--digital", "B")
	calctest.Near(t, "digital", []float64{apart.At("total").Number()}, []float64{whole.At("total").Number()}, 1e-12)

	t.Run("between industries alone", func(t *testing.T) {
		disk := calctest.Files{"T": "code,A,B\nA,20,45\nB,50,70\nva,130,185\n", "M": "code,A,B\nA,4,9\nB,15,10\n"}
		r := calctest.Ask(t, disk, "io", "--table", "T", "--imports-table", "M", "--value-added", "va", "--what", "table")
		calctest.Near(t, "flows", r.At("flows").Numbers(), domestic, 0)
		calctest.Near(t, "output", r.At("totalOutput").By("A", "B"), []float64{200, 300}, 0)
		if n := r.At("notes").List(); len(n) > 0 {
			t.Errorf("%v", n)
		}
	})
	t.Run("what disagrees is told", func(t *testing.T) {
		r := calctest.Ask(t, threeBlocks, show("--table", "T", "--imports-table", "M", "--domestic-table", "d")...)
		if s := r.At("notes", -1, "text").V.(string); !strings.Contains(s, "B × exports") {
			t.Error(s)
		}
		off := calctest.Files{"T": threeBlocks["T"], "M": "code,A,B,home\nA,4,9,7\nB,15,10,26\n"} // one more than the column of imports says
		r = calctest.Ask(t, off, show("--table", "T", "--imports-table", "M")...)
		if r.At("notes", 0, "code").V != "calc.finding" {
			t.Error(r.V)
		}
	})
	t.Run("without a table of imports, in proportion", func(t *testing.T) {
		// by hand: A has 20 of 200 + 20 − 60 = 1/8 from abroad, B 50 of 300 + 50 − 30 = 5/32
		p := []string{"--table", "T", "--domestic", "proportional", "--exports", "exports"}
		r := calctest.Ask(t, threeBlocks, show(p...)...)
		calctest.Near(t, "flows", r.At("flows").Numbers(), []float64{17.5, 39.375, 42.1875, 59.0625}, 0)
		calctest.Near(t, "home", r.At("final", "home").By("A", "B"), []float64{83.125, 168.75}, 0)
		calctest.Near(t, "exports", r.At("final", "exports").By("A", "B"), []float64{60, 30}, 0)
		calctest.Near(t, "imports", r.At("primary", "imports").By("A", "B"), []float64{10.3125, 16.5625}, 0)
		if n := r.At("notes").List(); len(n) != 1 || n[0].At("code").V != "calc.proportional" {
			t.Errorf("%v", n)
		}
		r = calctest.Ask(t, threeBlocks, with(p...)...)
		calctest.Near(t, "output", r.At("output").By("A", "B"), []float64{1.438047888767328, 1.4801479040008862}, 1e-12)
		r = calctest.Ask(t, threeBlocks, show(append(p, "--block", "imported")...)...)
		calctest.Near(t, "imported", r.At("flows").Numbers(), []float64{2.5, 5.625, 7.8125, 10.9375}, 0)
	})
	t.Run("what cannot be taken apart is refused", func(t *testing.T) {
		for _, c := range []struct {
			code string
			args []string
		}{
			{"calc.missing", with("--table", "T", "--domestic", "proportional")},
			{"calc.missing", with("--table", "T", "--block", "total")},
			{"calc.bad-choice", with("--table", "T", "--domestic", "some", "--exports", "exports")},
			{"calc.bad-choice", with("--table", "T", "--imports-table", "M", "--block", "some")},
			{"calc.not-together", with("--table", "T", "--domestic", "proportional", "--exports", "exports", "--imports-table", "M")},
			{"calc.not-total", with("--table", "T", "--domestic", "proportional", "--exports", "exports", "--origin", "domestic")},
			{"calc.block-twice", with("--table", "D", "--origin", "domestic", "--domestic-table", "D")},
			{"calc.no-import-column", []string{"io", "--table", "T", "--value-added", "va", "--final", "home,exports", "--ignore", "imports", "--domestic", "proportional", "--exports", "exports"}},
			{"inputoutput.no-such-column", with("--table", "T", "--domestic", "proportional", "--exports", "abroad")},
			{"ioformat.no-such-row", with("--table", "T", "--imports-table", "part")},
		} {
			disk := calctest.Files{"part": "code,A,B,home\nA,4,9,7\n"}
			for k, v := range threeBlocks {
				disk[k] = v
			}
			calctest.Refused(t, disk, c.code, c.args...)
		}
	})
	t.Run("a definition without such a table says so", func(t *testing.T) {
		for _, flag := range []string{"--domestic", "--deflators", "--layout", "--split"} {
			calctest.Refused(t, calctest.Files{"T": "code,va,d\nA,10,0.1\nJ,5,\n"}, "calc.no-effect", "digital", "--definition", "nso", "--table", "T", "--value-added", "va", "--digital", "J", "--coefficients", "d", flag, "proportional")
		}
	})
}

func TestAPublishersFileWithTwoBlocksGivesTheThird(t *testing.T) {
	text := "V1,A01,A02,HFCE,EXPO,TOTAL\nDOM_A01,8,15,57,20,100\nDOM_A02,25,30,115,30,200\nIMP_A01,2,5,3,0,10\nIMP_A02,5,10,5,0,20\nTXS_INT_FNL,3,5,,,\nTTL_INT_FNL,43,65,,,\nVALU,57,135,,,\nOUTPUT,100,200,,,\n"
	r := calctest.Ask(t, calctest.Files{"T": text}, "io", "--table", "T", "--layout", "oecd", "--origin", "total", "--what", "table")
	calctest.Near(t, "flows", r.At("flows").Numbers(), []float64{10, 20, 30, 40}, 0)
	calctest.Near(t, "imports", r.At("final", "imports").By("A01", "A02"), []float64{-10, -20}, 0)
	if n := r.At("notes").List(); len(n) > 0 {
		t.Errorf("%v", n)
	}
}
