package satellite

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/measuretest"
	"nhipso/internal/stat"
)

func TestComponents(t *testing.T) {
	base := Components{Industries: []string{"26", "6110", "61202", "4790", "47"}, ValueAdded: Known(100, 50, 5, 20, 200),
		ICT: list("26", "61"), Platform: list("61202", "4790"), Coefficients: map[string]float64{"47": 0.1}, GDP: inputoutput.Known(1000)}
	base.Industries[4] = "4711"
	base.Coefficients = map[string]float64{"4711": 0.1}
	t.Run("a platform class inside an ICT division is platform, once", func(t *testing.T) {
		got, err := base.Compute()
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range map[Component]float64{ICT: 150, Platform: 25, Sectoral: 20} {
			nearMaybe(t, string(k), got.Values[k], want)
			nearMaybe(t, string(k), got.Shares[k], want/1000)
		}
		nearMaybe(t, "moved", got.Moved, 5)
		nearMaybe(t, "share", got.Share, 0.195)
	})
	t.Run("components add to the total whatever the lists", rapid.MakeCheck(func(t *rapid.T) {
		c := base
		c.ICT, c.Platform = list("26"), list(some(t, []string{"6110", "61202", "4790"})...)
		c.Coefficients = map[string]float64{"6110": 0.2, "61202": 0.3, "4790": 0.4, "4711": 0.5}
		got, err := c.Compute()
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "total", got.Total.Value, got.Values[ICT].Value+got.Values[Platform].Value+got.Values[Sectoral].Value, 1e-15)
	}))
	t.Run("data too coarse for the platform list, or of another time, are refused", func(t *testing.T) {
		c := base
		c.Platform = list("61202", "4790", "5330")
		_, err := c.Compute()
		measuretest.Fails(t, err, "satellite.list-unresolved")
		c = base
		c.Platform.From, c.On = stat.MustDate("2025-11-15"), stat.MustDate("2024-12-31")
		_, err = c.Compute()
		measuretest.Fails(t, err, "satellite.list-not-in-force")
	})
	t.Run("one code in both lists is refused", func(t *testing.T) {
		c := base
		c.ICT = list("26", "4790")
		_, err := c.Compute()
		measuretest.Fails(t, err, "satellite.two-components")
	})
	t.Run("an unknown coefficient leaves ICT and platform standing", func(t *testing.T) {
		c := base
		c.Coefficients = nil
		got, err := c.Compute()
		if err != nil || got.Total.Known || got.Values[Sectoral].Known || !got.Values[Platform].Known || len(got.Missing) != 1 {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestSectorShares(t *testing.T) {
	got, err := SectorShares([]string{"A", "B", "C", "D"}, []Maybe{inputoutput.Known(10), inputoutput.Known(5), inputoutput.Missing, inputoutput.Known(0)}, Known(100, 100, 100, 0), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"met", "not-met", "not-assessable", "not-assessable"} {
		if got[i].Status != want {
			t.Errorf("%s: %s, want %s", got[i].Sector, got[i].Status, want)
		}
	}
	nearMaybe(t, "gap", got[1].Gap, -0.05)
	_, err = SectorShares([]string{"A"}, Known(11), Known(10), 0.1)
	measuretest.Fails(t, err, "satellite.part-over-whole")
	_, err = SectorShares([]string{"A"}, Known(math.Inf(1)), Known(10), 0.1)
	measuretest.Fails(t, err, "satellite.not-finite")
	_, err = SectorShares([]string{"A"}, Known(1), Known(10), 10)
	measuretest.Fails(t, err, "satellite.coefficient-outside")
}

// pair is a balanced supply and use pair: industries i, j, k make products p, q, r.
func pair() *inputoutput.SupplyUse {
	return &inputoutput.SupplyUse{Products: []string{"p", "q", "r"}, Industries: []string{"i", "j", "k"},
		Make: mat.NewDense(3, 3, []float64{90, 10, 0, 5, 195, 0, 0, 20, 80}),
		Use:  mat.NewDense(3, 3, []float64{10, 40, 5, 20, 30, 15, 10, 20, 30}),
		Primary: []inputoutput.Row{{Code: "wages", Kind: inputoutput.ValueAdded, Values: []float64{40, 60, 30}},
			{Code: "surplus", Kind: inputoutput.ValueAdded, Values: []float64{20, 50, 20}}}}
}

func TestCompileDigital(t *testing.T) {
	t.Run("nothing is created or lost, and the order of moves does not matter", rapid.MakeCheck(func(t *rapid.T) {
		var moves []Move
		for _, c := range []string{"i", "j", "k"} {
			left := 100
			for _, class := range Classes() {
				if rapid.IntRange(0, 2).Draw(t, "use") == 0 {
					s := rapid.IntRange(0, left).Draw(t, "share")
					left -= s
					moves = append(moves, Move{Industry: c, Class: class, Output: float64(s) / 100})
				}
			}
		}
		got, err := CompileDigital(pair(), moves)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got.Checks {
			if !c.Holds {
				t.Fatalf("%+v", c)
			}
		}
		if f := got.Pair.Reconcile(1e-9); len(f) != 0 && f[0].What == "column" {
			t.Fatalf("%s", f[0].In("en"))
		}
		before, _ := pair().ValueAdded()
		after, _ := got.Pair.ValueAdded()
		measuretest.Near(t, "GDP", sumOf(after), sumOf(before), 1e-12)
		for a, b := 0, len(moves)-1; a < b; a, b = a+1, b-1 {
			moves[a], moves[b] = moves[b], moves[a]
		}
		back, err := CompileDigital(pair(), moves)
		if err != nil || !mat.Equal(back.Pair.Use, got.Pair.Use) || !mat.Equal(back.Pair.Make, got.Pair.Make) {
			t.Fatal("order matters", err)
		}
	}))
	t.Run("a class is output less intermediate consumption, with the parent's structure", func(t *testing.T) {
		got, err := CompileDigital(pair(), []Move{{"j", Intermediaries, 0.2, inputoutput.Known(0.3)}})
		if err != nil {
			t.Fatal(err)
		}
		c := got.Classes[1]
		nearMaybe(t, "output", c.Output, 40)
		nearMaybe(t, "value added", c.ValueAdded, 33)
		nearMaybe(t, "intermediate", c.Intermediate, 7)
		measuretest.Near(t, "use of p", got.Pair.Use.At(0, 0), 7*40.0/90, 1e-12)
		if c.Assumed || got.Classes[0].Known || got.Classes[0].Output.Known {
			t.Error("a class without a source is not zero", got.Classes[0])
		}
		measuretest.Near(t, "wages", c.Components["wages"], 18, 1e-12)
	})
	t.Run("value added that follows output by assumption says so, and a whole industry can move", func(t *testing.T) {
		got, err := CompileDigital(pair(), []Move{{"k", Enabling, 1, inputoutput.Missing}})
		if err != nil || !got.Classes[0].Assumed {
			t.Fatal(got, err)
		}
		nearMaybe(t, "output", got.Classes[0].Output, 100)
		if g := got.Pair.IndustryOutput(); g[3] != 0 {
			t.Error("something is left", g)
		}
	})
	t.Run("impossible moves are named with industry and class", func(t *testing.T) {
		for name, c := range map[string]struct {
			moves []Move
			code  string
		}{
			"more than all of it":              {[]Move{{"i", Enabling, 0.6, inputoutput.Missing}, {"i", ETailers, 0.6, inputoutput.Missing}}, "satellite.more-than-all"},
			"value added larger than output":   {[]Move{{"i", Enabling, 0.1, inputoutput.Known(0.9)}}, "satellite.negative-intermediate"},
			"too little value added left":      {[]Move{{"i", Enabling, 0.99, inputoutput.Known(0.1)}}, "satellite.negative-intermediate"},
			"an industry that is not there":    {[]Move{{"x", Enabling, 0.1, inputoutput.Missing}}, "satellite.no-such-industry"},
			"an eighth class":                  {[]Move{{"i", "8", 0.1, inputoutput.Missing}}, "satellite.no-such-class"},
			"the same move twice":              {[]Move{{"i", Enabling, 0.1, inputoutput.Missing}, {"i", Enabling, 0.1, inputoutput.Missing}}, "satellite.moved-twice"},
			"a share that is not a number":     {[]Move{{"i", Enabling, math.NaN(), inputoutput.Missing}}, "satellite.coefficient-outside"},
			"a share of value added above one": {[]Move{{"i", Enabling, 0.5, inputoutput.Known(1.5)}}, "satellite.coefficient-outside"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := CompileDigital(pair(), c.moves)
				measuretest.Fails(t, err, c.code)
			})
		}
		s := pair()
		for i := range 3 {
			s.Use.Set(i, 0, 0)
		}
		_, err := CompileDigital(s, []Move{{"i", Enabling, 0.5, inputoutput.Known(0.2)}})
		measuretest.Fails(t, err, "satellite.nothing-to-spread")
	})
	t.Run("output and intermediate use of the digital products", func(t *testing.T) {
		got, _ := CompileDigital(pair(), nil)
		cloud, err := got.Products(list("r"), stat.Date{})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "output", cloud.Output, 80, 0)
		measuretest.Near(t, "use", cloud.Intermediate, 60, 0)
	})
}

func sumOf(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

func TestByNature(t *testing.T) {
	shares := []NatureShare{
		{"p", map[Nature]float64{OrderedDirect: 0.2, OrderedResident: 0.1, NotOrdered: 0.7}, inputoutput.Known(0.5)},
		{"q", map[Nature]float64{OrderedForeign: 1}, inputoutput.Known(1)}}
	t.Run("ordered and not ordered add to the total, delivered is a memorandum", func(t *testing.T) {
		got, err := ByNature([]string{"p", "q"}, []float64{100, 10}, shares)
		if err != nil {
			t.Fatal(err)
		}
		nearMaybe(t, "ordered", got.Ordered, 40)
		nearMaybe(t, "delivered", got.Delivered, 60)
		measuretest.Near(t, "sum", got.Ordered.Value+got.ByNature[NotOrdered].Value, got.Total, 1e-15)
	})
	t.Run("a product without shares makes the split missing, not smaller", func(t *testing.T) {
		got, err := ByNature([]string{"p", "q", "r"}, []float64{100, 10, 1}, shares)
		if err != nil || got.Ordered.Known || got.ByNature[NotOrdered].Known || got.Total != 111 || got.Missing[0] != "r" {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("bad shares are named", func(t *testing.T) {
		_, err := ByNature([]string{"p"}, []float64{1}, []NatureShare{{"p", map[Nature]float64{OrderedDirect: 0.5}, Maybe{}}})
		measuretest.Fails(t, err, "satellite.shares-not-one")
		_, err = ByNature([]string{"p"}, []float64{1}, []NatureShare{{"p", map[Nature]float64{OrderedDirect: 1.5, NotOrdered: -0.5}, Maybe{}}})
		measuretest.Fails(t, err, "satellite.coefficient-outside")
		_, err = ByNature([]string{"p"}, []float64{1}, []NatureShare{{"x", nil, Maybe{}}})
		measuretest.Fails(t, err, "satellite.no-such-product")
		_, err = ByNature([]string{"p"}, []float64{1}, []NatureShare{{"p", map[Nature]float64{NotOrdered: 1}, inputoutput.Known(2)}})
		measuretest.Fails(t, err, "satellite.coefficient-outside")
		_, err = ByNature([]string{"p", "q"}, []float64{1}, nil)
		measuretest.Fails(t, err, "satellite.length")
	})
}

func TestSentences(t *testing.T) {
	t.Run("every code of this room has a sentence in both languages, and every sentence a use", func(t *testing.T) {
		used := map[string]bool{}
		files, _ := filepath.Glob("*.go")
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`fault\.New\("(satellite\.[a-z-]+)"`).FindAllStringSubmatch(string(b), -1) {
				used[m[1]] = true
			}
		}
		known := map[string]bool{}
		for _, c := range fault.Codes() {
			if strings.HasPrefix(c, "satellite.") {
				known[c] = true
				if e := fault.New(c); !used[c] || e.In("vi") == e.In("en") {
					t.Errorf("%s is never used, or not translated", c)
				}
			}
		}
		for c := range used {
			if !known[c] {
				t.Errorf("%s has no sentence", c)
			}
		}
	})
}
