package satellite

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/measuretest"
	"nhipso/internal/stat"
)

// economy draws a balanced domestic table in which every industry has output and value added.
func economy(t *rapid.T, least int) *inputoutput.Table {
	n := rapid.IntRange(least, 6).Draw(t, "n")
	table := &inputoutput.Table{Codes: codes(n), Z: mat.NewDense(n, n, nil), Output: make([]float64, n)}
	y, use, va := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		y[i] = float64(rapid.IntRange(0, 300).Draw(t, "y"))
		table.Output[i] = y[i]
		for j := range n {
			v := float64(rapid.IntRange(0, 40).Draw(t, "z"))
			table.Z.Set(i, j, v)
			table.Output[i] += v
			use[j] += v
		}
	}
	for j := range n { // final use takes up what value added at least has to be
		if short := use[j] + 10 - table.Output[j]; short > 0 {
			y[j] += short
			table.Output[j] += short
		}
		va[j] = table.Output[j] - use[j]
	}
	table.Final = []inputoutput.Column{{Code: "y", Values: y}}
	table.Primary = []inputoutput.Row{{Code: "va", Kind: inputoutput.ValueAdded, Values: va}}
	return table
}

func model(t reporter, table *inputoutput.Table) *inputoutput.Model {
	t.Helper()
	m, err := inputoutput.NewModel(table, inputoutput.Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return m
}

func some(t *rapid.T, from []string) []string {
	var out []string
	for _, c := range from {
		if rapid.Bool().Draw(t, c) {
			out = append(out, c)
		}
	}
	return out
}

func TestADBIdentities(t *testing.T) {
	t.Run("checks hold, the block share lies in [0,1], the parts add up", rapid.MakeCheck(func(t *rapid.T) {
		table := economy(t, 1)
		got, err := ADB{Model: model(t, table), Digital: list(some(t, table.Codes)...)}.Compute()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got.Checks {
			if !c.Holds {
				t.Fatalf("%+v", c)
			}
		}
		if got.Share.Value < -1e-12 || got.Share.Value > 1+1e-12 {
			t.Fatal(got.Share)
		}
		if got.Difference.Value < -1e-9 {
			t.Fatal("the literal form is below the block form", got.Difference)
		}
	}))
	t.Run("one digital industry: the forms agree; all: GDP; none: nothing", rapid.MakeCheck(func(t *rapid.T) {
		table := economy(t, 1)
		m := model(t, table)
		one, err1 := ADB{Model: m, Digital: list(table.Codes[0])}.Compute()
		all, err2 := ADB{Model: m, Digital: list(table.Codes...)}.Compute()
		none, err3 := ADB{Model: m, Digital: list()}.Compute()
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		measuretest.Near(t, "literal − block", one.Difference.Value, 0, 1e-9*one.GDP)
		measuretest.Near(t, "all", all.Block, all.GDP, 1e-9)
		if none.Block != 0 || none.Literal.Value != 0 {
			t.Fatal(none)
		}
	}))
	t.Run("halving a digital industry leaves the block form and raises the literal one", rapid.MakeCheck(func(t *rapid.T) {
		table := economy(t, 2)
		table.Z.Set(0, 0, table.Z.At(0, 0)+20) // it uses its own product, so halves trade with each other
		table.Output[0] += 20
		halves, _, err := inputoutput.SplitIndustry(table, table.Codes[0], []inputoutput.Part{{Code: "left", Share: 0.5}, {Code: "right", Share: 0.5}})
		if err != nil {
			t.Fatal(err)
		}
		before, err1 := ADB{Model: model(t, table), Digital: list(table.Codes[0])}.Compute()
		after, err2 := ADB{Model: model(t, halves), Digital: list("left", "right")}.Compute()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		measuretest.Near(t, "block", after.Block, before.Block, 1e-9)
		if y := model(t, table).Final[0]; y > 0 && after.Literal.Value <= before.Literal.Value {
			t.Fatalf("literal %v, was %v", after.Literal, before.Literal)
		}
	}))
	t.Run("investment adds only what others make, and needs a share", func(t *testing.T) {
		m := model(t, &inputoutput.Table{Codes: []string{"a", "b"}, Z: mat.NewDense(2, 2, []float64{10, 20, 30, 40}), Output: []float64{100, 200},
			Primary: []inputoutput.Row{{Code: "va", Kind: inputoutput.ValueAdded, Values: []float64{60, 140}}}})
		plain, _ := ADB{Model: m, Digital: list("a")}.Compute()
		got, err := ADB{Model: m, Digital: list("a"), Investment: []float64{1, 0.5}}.Compute()
		if err != nil || got.Capital <= 0 || got.Block <= plain.Block {
			t.Error(got, err)
		}
		_, err = ADB{Model: m, Digital: list("a"), Investment: []float64{0, 1.5}}.Compute()
		measuretest.Fails(t, err, "satellite.coefficient-outside")
		_, err = ADB{Model: m, Digital: list("x")}.Compute()
		measuretest.Fails(t, err, "satellite.list-unresolved")
		short, err := ADB{Model: m, Digital: list("a"), BlockOnly: true}.Compute()
		if err != nil || short.Literal.Known || short.Block != plain.Block {
			t.Error(short, err)
		}
	})
}

func TestCoreIdentities(t *testing.T) {
	draw := func(t *rapid.T) CoreDigitalised {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		c := CoreDigitalised{Industries: codes(n), Coefficients: map[string]float64{}, ProductTaxes: float64(rapid.IntRange(0, 50).Draw(t, "tax"))}
		for _, i := range c.Industries {
			c.ValueAdded = append(c.ValueAdded, inputoutput.Known(float64(rapid.IntRange(1, 500).Draw(t, "va"))))
			c.Coefficients[i] = float64(rapid.IntRange(0, 100).Draw(t, "d")) / 100
		}
		c.Core = list(some(t, c.Industries)...)
		return c
	}
	t.Run("the share lies in [0,1], the parts add to the digit, and core never lowers it", rapid.MakeCheck(func(t *rapid.T) {
		c := draw(t)
		got, err := c.Compute()
		if err != nil {
			t.Fatal(err)
		}
		if got.Share.Value < 0 || got.Share.Value > 1 || got.Core.Value+got.Digitalised.Value != got.Total.Value {
			t.Fatal(got)
		}
		in, _, _ := c.Core.Match(c.Industries, stat.Date{})
		for i, code := range c.Industries {
			if !in[i] {
				c.Core = list(append(append([]string(nil), c.Core.Codes...), code)...)
				more, err := c.Compute()
				if err != nil || more.Share.Value < got.Share.Value-1e-15 {
					t.Fatal(more, err)
				}
				return
			}
		}
	}))
	t.Run("provinces with national coefficients add to the nation", rapid.MakeCheck(func(t *rapid.T) {
		c := draw(t)
		var va [][]Maybe
		var taxes []float64
		for range rapid.IntRange(1, 4).Draw(t, "areas") {
			row := make([]Maybe, len(c.Industries))
			for i := range row {
				row[i] = inputoutput.Known(float64(rapid.IntRange(0, 90).Draw(t, "va")))
			}
			va, taxes = append(va, row), append(taxes, 3)
		}
		areas, nation, err := c.Areas(va, taxes)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, a := range areas {
			sum += a.Total.Value
		}
		measuretest.Near(t, "sum of the provinces", sum, nation.Total.Value, 1e-12)
	}))
}

func TestCoreRefusesWhatIsNotKnown(t *testing.T) {
	t.Run("a coefficient or value that is not known makes the sum not assessable, never smaller", func(t *testing.T) {
		c := CoreDigitalised{Industries: []string{"A", "J"}, ValueAdded: Known(100, 50), Core: list("J"), Coefficients: map[string]float64{}}
		got, err := c.Compute()
		if err != nil || got.Total.Known || got.Share.Known || !got.Core.Known || len(got.Missing) != 1 || got.Missing[0] != "A" {
			t.Errorf("%+v %v", got, err)
		}
		c.Coefficients["A"], c.ValueAdded[1] = 0.1, inputoutput.Missing
		got, err = c.Compute()
		if err != nil || got.Core.Known || got.GDP.Known || !got.Digitalised.Known {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("bad input is named", func(t *testing.T) {
		good := CoreDigitalised{Industries: []string{"A", "J"}, ValueAdded: Known(100, 50), Core: list("J"), Coefficients: map[string]float64{"A": 0.1}}
		for name, c := range map[string]struct {
			change func(*CoreDigitalised)
			code   string
		}{
			"coefficient above one":       {func(c *CoreDigitalised) { c.Coefficients["A"] = 1.1 }, "satellite.coefficient-outside"},
			"NaN coefficient":             {func(c *CoreDigitalised) { c.Coefficients["A"] = math.NaN() }, "satellite.coefficient-outside"},
			"coefficient of nobody":       {func(c *CoreDigitalised) { c.Coefficients["X"] = 0.1 }, "satellite.no-such-industry"},
			"NaN value added":             {func(c *CoreDigitalised) { c.ValueAdded = Known(math.NaN(), 1) }, "satellite.not-finite"},
			"infinite taxes":              {func(c *CoreDigitalised) { c.ProductTaxes = math.Inf(1) }, "satellite.not-finite"},
			"a section beside its part":   {func(c *CoreDigitalised) { c.Industries = []string{"J", "J61"} }, "satellite.counted-twice"},
			"a division beside its group": {func(c *CoreDigitalised) { c.Industries = []string{"26", "2610"} }, "satellite.counted-twice"},
			"a core finer than the data":  {func(c *CoreDigitalised) { c.Core = list("582") }, "satellite.list-unresolved"},
			"a value too many":            {func(c *CoreDigitalised) { c.ValueAdded = Known(1, 2, 3) }, "satellite.length"},
			"a list of another time": {func(c *CoreDigitalised) {
				c.On = stat.MustDate("2025-01-01")
				c.Core.From = stat.MustDate("2025-11-15")
			}, "satellite.list-not-in-force"},
			"a list that has run out":      {func(c *CoreDigitalised) { c.On = stat.MustDate("2025-11-15"); c.Core.To = stat.MustDate("2025-11-15") }, "satellite.list-not-in-force"},
			"a code twice in the list":     {func(c *CoreDigitalised) { c.Core = list("J", "J") }, "satellite.listed-twice"},
			"an industry twice":            {func(c *CoreDigitalised) { c.Industries = []string{"J", "J"} }, "satellite.counted-twice"},
			"core of what is not measured": {func(c *CoreDigitalised) { c.Core = list("K") }, "satellite.list-unresolved"},
		} {
			t.Run(name, func(t *testing.T) {
				bad := good
				bad.Coefficients = map[string]float64{"A": 0.1}
				c.change(&bad)
				_, err := bad.Compute()
				measuretest.Fails(t, err, c.code)
			})
		}
	})
	t.Run("an industry that uses nothing has no coefficient, and capital services count", func(t *testing.T) {
		z := mat.NewDense(2, 2, []float64{30, 0, 10, 0})
		d, err := DigitalInputShare(z, []string{"A", "J"}, list("J"), stat.Date{}, nil, nil)
		if _, ok := d["J"]; err != nil || d["A"] != 0.25 || ok {
			t.Error(d, err)
		}
		d, err = DigitalInputShare(z, []string{"A", "J"}, list("J"), stat.Date{}, []float64{10, 5}, []float64{10, 10})
		if err != nil || d["A"] != 0.4 || d["J"] != 0.5 {
			t.Error(d, err)
		}
		_, err = DigitalInputShare(z, []string{"A", "J"}, list("J"), stat.Date{}, []float64{10, 5}, nil)
		measuretest.Fails(t, err, "satellite.capital-half")
	})
}

func TestMatch(t *testing.T) {
	t.Run("a listed code holds the codes below it, with or without a section letter", func(t *testing.T) {
		in, unresolved, err := list("26", "4651", "582", "J61").Match([]string{"C26", "2610", "C25", "46511", "58", "61", "C"}, stat.Date{})
		want := []bool{true, true, false, true, false, true, false}
		for i := range want {
			if in[i] != want[i] {
				t.Errorf("%d: %v", i, in[i])
			}
		}
		if err != nil || len(unresolved) != 1 || unresolved[0] != "582" {
			t.Error(unresolved, err)
		}
	})
}

func TestSpillOverIdentities(t *testing.T) {
	draw := func(t *rapid.T) SpillOver {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		s := SpillOver{Industries: codes(n), Conversion: float64(rapid.IntRange(0, 10).Draw(t, "k")) / 10, ProductTaxes: inputoutput.Known(7)}
		for range n {
			s.Current = append(s.Current, inputoutput.Known(float64(rapid.IntRange(1, 99).Draw(t, "now"))))
			s.YearAgo = append(s.YearAgo, inputoutput.Known(float64(rapid.IntRange(1, 99).Draw(t, "then"))))
			s.Ratio = append(s.Ratio, inputoutput.Known(float64(rapid.IntRange(0, 99).Draw(t, "r"))/100))
		}
		s.Core = list(some(t, s.Industries)...)
		return s
	}
	scaled := func(v []Maybe, c float64) []Maybe {
		out := make([]Maybe, len(v))
		for i := range v {
			out[i] = inputoutput.Known(v[i].Value * c)
		}
		return out
	}
	t.Run("total is core and spill-over; scale does not matter; without conversion only the core is left; more spending is never less", rapid.MakeCheck(func(t *rapid.T) {
		s := draw(t)
		got, err := s.Compute()
		if err != nil {
			t.Fatal(err)
		}
		if got.Core.Value+got.SpillOver.Value != got.Total.Value {
			t.Fatal(got)
		}
		other := s
		other.Current, other.YearAgo, other.ProductTaxes = scaled(s.Current, 1000), scaled(s.YearAgo, 1000), inputoutput.Known(7000)
		big, _ := other.Compute()
		measuretest.Near(t, "share", big.Share.Value, got.Share.Value, 1e-12)
		other = s
		other.Conversion = 0
		none, _ := other.Compute()
		measuretest.Near(t, "total without conversion", none.Total.Value, got.Core.Value, 0)
		other = s
		other.Ratio = append([]Maybe(nil), s.Ratio...)
		other.Ratio[0].Value = math.Min(1, other.Ratio[0].Value+0.1)
		more, _ := other.Compute()
		if more.Total.Value < got.Total.Value {
			t.Fatal("more spending gives less")
		}
	}))
	t.Run("no figure a year ago makes the spill-over not assessable, the core stays", func(t *testing.T) {
		s := SpillOver{Industries: []string{"A", "J"}, Core: list("J"), Current: Known(5, 6), YearAgo: []Maybe{inputoutput.Missing, inputoutput.Missing},
			Ratio: []Maybe{inputoutput.Known(0.1), inputoutput.Missing}, Conversion: 0.4, ProductTaxes: inputoutput.Known(1)}
		got, err := s.Compute()
		if err != nil || got.SpillOver.Known || got.Total.Known || got.Core != inputoutput.Known(6) || len(got.Missing) != 1 {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("a ratio outside zero to one is refused", func(t *testing.T) {
		for _, ratio := range []float64{-0.1, 1.1} {
			s := SpillOver{Industries: []string{"A", "J"}, Core: list("J"), Current: Known(5, 6), YearAgo: Known(5, 6), Ratio: Known(ratio, 0.1), Conversion: 0.4, ProductTaxes: inputoutput.Known(1)}
			_, err := s.Compute()
			measuretest.Fails(t, err, "satellite.coefficient-outside")
		}
	})
	t.Run("VSIC 26 beside the whole of section C is refused", func(t *testing.T) {
		s := SpillOver{Industries: []string{"C", "C26"}, Core: list("C26"), Current: Known(5, 6), YearAgo: Known(5, 6), Ratio: Known(0, 0)}
		_, err := s.Compute()
		measuretest.Fails(t, err, "satellite.counted-twice")
		s.Industries, s.Conversion = []string{"C_other", "C26"}, -1
		_, err = s.Compute()
		measuretest.Fails(t, err, "satellite.bad-conversion")
	})
	t.Run("a score lies between zero and its points", rapid.MakeCheck(func(t *rapid.T) {
		f := func(name string) float64 { return rapid.Float64Range(0.1, 1000).Draw(t, name) }
		a, b, target, points := f("a")-50, f("b"), f("target"), f("points")
		item, score, err := Score(a, b, target, points)
		if err != nil || score < 0 || score > points {
			t.Fatal(score, err)
		}
		measuretest.Near(t, "item", item, a/b*100, 0)
	}))
	t.Run("a score without base or target is refused", func(t *testing.T) {
		_, _, err := Score(1, 0, 1, 1)
		measuretest.Fails(t, err, "satellite.score-undefined")
		_, _, err = Score(1, 1, 0, 1)
		measuretest.Fails(t, err, "satellite.score-undefined")
		_, _, err = Score(1, math.NaN(), 1, 1)
		measuretest.Fails(t, err, "satellite.not-finite")
	})
}

func TestProductRatioIdentities(t *testing.T) {
	draw := func(t *rapid.T) ProductRatio {
		m, p := rapid.IntRange(1, 5).Draw(t, "m"), rapid.IntRange(1, 5).Draw(t, "p")
		r := ProductRatio{Make: mat.NewDense(m, p, nil)}
		va := make([]float64, m)
		for j := range m {
			r.Industries = append(r.Industries, codes(m)[j])
			va[j] = float64(rapid.IntRange(0, 50).Draw(t, "va"))
			for i := range p {
				r.Make.Set(j, i, float64(rapid.IntRange(0, 50).Draw(t, "v")))
			}
			if mat.Sum(r.Make.Slice(j, j+1, 0, p)) == 0 {
				va[j] = 0
			}
		}
		for i := range p {
			r.Products = append(r.Products, "p"+codes(p)[i])
			r.Digital.Fractions = append(r.Digital.Fractions, Fraction{r.Products[i], float64(rapid.IntRange(0, 100).Draw(t, "f")) / 100,
				rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "g")})
		}
		r.Measures = []inputoutput.Row{{Code: "va", Values: va}}
		return r
	}
	with := func(r ProductRatio, phi func(float64) float64) ProductRatio {
		fractions := append([]Fraction(nil), r.Digital.Fractions...)
		for i := range fractions {
			fractions[i].Share = phi(fractions[i].Share)
		}
		r.Digital.Fractions = fractions
		return r
	}
	t.Run("between nothing and GDP, linear in the fractions, groups and products add up", rapid.MakeCheck(func(t *rapid.T) {
		r := draw(t)
		got, err := r.Compute()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got.Checks {
			if !c.Holds {
				t.Fatalf("%+v", c)
			}
		}
		va := got.Measures[0]
		if va.Digital < 0 || va.Digital > va.Whole*(1+1e-12) {
			t.Fatal(va)
		}
		half, _ := with(r, func(f float64) float64 { return f / 2 }).Compute()
		measuretest.Near(t, "half the fractions", half.Measures[0].Digital, va.Digital/2, 1e-12)
		all, _ := with(r, func(float64) float64 { return 1 }).Compute()
		measuretest.Near(t, "all digital", all.Measures[0].Digital, va.Whole, 1e-12)
		none, _ := with(r, func(float64) float64 { return 0 }).Compute()
		measuretest.Near(t, "none digital", none.Measures[0].Digital, 0, 0)
	}))
	t.Run("no output, negative cells, doubled and unknown products", func(t *testing.T) {
		r := ProductRatio{Products: []string{"p", "q"}, Industries: []string{"i", "j"}, Make: mat.NewDense(2, 2, []float64{0, 0, 100, -20}),
			Digital: FractionList{Fractions: []Fraction{{"p", 1, ""}}}, Measures: []inputoutput.Row{{Code: "va", Values: []float64{5, 60}}}}
		got, err := r.Compute()
		if err != nil || got.Ratio[0] != 0 || got.Ratio[1] != 1.25 || len(got.Warnings) != 1 {
			t.Errorf("%+v %v", got, err)
		}
		r.Digital.Fractions = []Fraction{{"p", 1, "a"}, {"p", 0, "b"}}
		_, err = r.Compute()
		measuretest.Fails(t, err, "satellite.listed-twice")
		r.Digital.Fractions = []Fraction{{"x", 1, ""}}
		_, err = r.Compute()
		measuretest.Fails(t, err, "satellite.no-such-product")
		r.Digital.Fractions = []Fraction{{"p", 2, ""}}
		_, err = r.Compute()
		measuretest.Fails(t, err, "satellite.coefficient-outside")
	})
}

func TestConcentration(t *testing.T) {
	t.Run("by hand", func(t *testing.T) {
		got, err := Concentration([]float64{10, 40, 30, 20}, 1, 2, 9)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "HHI", got.HHI, 0.01+0.16+0.09+0.04, 1e-15)
		measuretest.Near(t, "Gini", got.Gini, 0.25, 1e-15)
		measuretest.Near(t, "top 1", got.Top[1], 0.4, 1e-15)
		measuretest.Near(t, "top 2", got.Top[2], 0.7, 1e-15)
		measuretest.Near(t, "top 9 of 4", got.Top[9], 1, 1e-15)
		measuretest.Near(t, "Lorenz", got.Lorenz[2].Share, 0.3, 1e-15)
		measuretest.Near(t, "normal HHI", got.Normal.Value, (0.3-0.25)/0.75, 1e-12)
	})
	t.Run("equal units, one unit, one that has all", func(t *testing.T) {
		equal, _ := Concentration([]float64{5, 5, 5, 5})
		measuretest.Near(t, "Gini", equal.Gini, 0, 1e-15)
		measuretest.Near(t, "effective", equal.Effective, 4, 1e-12)
		one, _ := Concentration([]float64{5})
		if one.Gini != 0 || one.HHI != 1 || one.Normal.Known {
			t.Error(one)
		}
		all, _ := Concentration([]float64{0, 0, 7, 0})
		measuretest.Near(t, "Gini", all.Gini, 0.75, 1e-15)
	})
	t.Run("order and unit do not matter, the curve is convex and below the diagonal", rapid.MakeCheck(func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 30).Draw(t, "v")
		a, err := Concentration(v, 3)
		if err != nil {
			measuretest.Fails(t, err, "satellite.nothing-to-share")
			return
		}
		shuffled := append([]float64(nil), v...)
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(v), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		b, _ := Concentration(shuffled, 3)
		if a.Gini != b.Gini || a.HHI != b.HHI || a.Top[3] != b.Top[3] {
			t.Fatal("order matters")
		}
		for i, p := range a.Lorenz {
			if p.Share > p.Units+1e-12 {
				t.Fatal("above the diagonal", p)
			}
			if i > 0 && p.Share < a.Lorenz[i-1].Share-1e-15 {
				t.Fatal("not rising")
			}
		}
		sort.Float64s(v)
		if a.HHI < 1/float64(len(v))-1e-12 || a.HHI > 1+1e-12 || a.Gini < 0 || a.Gini > 1 {
			t.Fatal(a)
		}
	}))
	t.Run("negative amounts, no amounts, no rank", func(t *testing.T) {
		_, err := Concentration([]float64{1, -1})
		measuretest.Fails(t, err, "satellite.bad-amount")
		_, err = Concentration([]float64{math.NaN()})
		measuretest.Fails(t, err, "satellite.bad-amount")
		_, err = Concentration(nil)
		measuretest.Fails(t, err, "satellite.nothing-to-share")
		_, err = Concentration([]float64{0, 0})
		measuretest.Fails(t, err, "satellite.nothing-to-share")
		_, err = Concentration([]float64{1}, 0)
		measuretest.Fails(t, err, "satellite.bad-rank")
	})
}
