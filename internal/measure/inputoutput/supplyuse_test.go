package inputoutput

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
	"nhipso/internal/needs"
)

// pair draws a balanced supply and use pair in which every product is mainly made by one industry.
func pair(t *rapid.T, square bool) *SupplyUse {
	p := rapid.IntRange(1, 6).Draw(t, "products")
	m := p
	if !square {
		m = rapid.IntRange(1, 6).Draw(t, "industries")
	}
	s := &SupplyUse{Make: mat.NewDense(m, p, nil), Use: mat.NewDense(p, m, nil)}
	for i := range p {
		s.Products = append(s.Products, fmt.Sprint("p", i))
	}
	for j := range m {
		s.Industries = append(s.Industries, fmt.Sprint("i", j))
	}
	for i := range p {
		for j := range m {
			v := float64(rapid.IntRange(0, 20).Draw(t, "make"))
			if i%m == j || j%p == i {
				v += 200
			}
			s.Make.Set(j, i, v)
			s.Use.Set(i, j, float64(rapid.IntRange(0, 15).Draw(t, "use")))
		}
	}
	g, q := s.IndustryOutput(), s.ProductOutput()
	va, y := make([]float64, m), make([]float64, p)
	for j, u := range columnSums(s.Use) {
		va[j] = g[j] - u
	}
	for i, u := range rowSums(s.Use) {
		y[i] = q[i] - u
	}
	s.Final, s.Primary = []Column{{"y", y}}, []Row{{"va", ValueAdded, va}}
	return s
}

func TestSymmetric(t *testing.T) {
	t.Run("every model keeps output, final use and value added, and balances", rapid.MakeCheck(func(t *rapid.T) {
		s := pair(t, true)
		for _, which := range []Transformation{ModelA, ModelB, ModelC, ModelD} {
			table, err := s.Symmetric(which, Domestic)
			if err != nil {
				t.Fatal(which, err)
			}
			if f := table.Reconcile(1e-8); len(f) > 0 {
				t.Fatalf("%s: %s", which, f[0].In("en"))
			}
			nearAll(t, "row totals", table.RowTotals(), table.Output, 1e-9)
			before, _ := s.ValueAdded()
			after, _ := table.ValueAdded()
			measuretest.Near(t, "GDP", sum(after), sum(before), 1e-9)
			measuretest.Near(t, "final use", sum(table.Final[0].Values), sum(s.Final[0].Values), 1e-9)
		}
	}))
	t.Run("B and D take any number of products and industries and stay non-negative", rapid.MakeCheck(func(t *rapid.T) {
		s := pair(t, false)
		for _, which := range []Transformation{ModelB, ModelD} {
			table, err := s.Symmetric(which, Domestic)
			if err != nil {
				t.Fatal(err)
			}
			if mat.Min(table.Z) < 0 {
				t.Fatal("a negative flow")
			}
			if f := table.Reconcile(1e-8); len(f) > 0 {
				t.Fatalf("%s: %s", which, f[0].In("en"))
			}
		}
		if len(s.Products) != len(s.Industries) {
			for _, which := range []Transformation{ModelA, ModelC} {
				_, err := s.Symmetric(which, Domestic)
				measuretest.Fails(t, err, "inputoutput.needs-square")
			}
		}
	}))
	t.Run("product technology gives back the coefficients it was made with", func(t *testing.T) {
		a := matrix([][]float64{{0.1, 0.3}, {0.2, 0.05}})
		s := &SupplyUse{Products: []string{"p", "q"}, Industries: []string{"i", "j"}, Make: matrix([][]float64{{90, 10}, {5, 200}}), Use: new(mat.Dense)}
		s.Use.Mul(a, s.Make.T()) // each industry uses what its products take
		table, err := s.Symmetric(ModelA, Domestic)
		if err != nil {
			t.Fatal(err)
		}
		nearMatrix(t, "A", scaleColumns(table.Z, table.Output), [][]float64{{0.1, 0.3}, {0.2, 0.05}}, 1e-13)
	})
	t.Run("industry technology is A = Uĝ⁻¹·Vq̂⁻¹ and D its industry form", func(t *testing.T) {
		s := &SupplyUse{Products: []string{"p", "q"}, Industries: []string{"i", "j"},
			Make: matrix([][]float64{{90, 10}, {5, 195}}), Use: matrix([][]float64{{10, 40}, {20, 30}})}
		b, err := s.Symmetric(ModelB, Domestic)
		if err != nil {
			t.Fatal(err)
		}
		// by hand: g = 100, 200; q = 95, 205
		measuretest.Near(t, "A[p,p]", b.Z.At(0, 0)/95, 10.0/100*90/95+40.0/200*5/95, 1e-14)
		measuretest.Near(t, "A[q,p]", b.Z.At(1, 0)/95, 20.0/100*90/95+30.0/200*5/95, 1e-14)
		d, err := s.Symmetric(ModelD, Domestic)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "Z[i,j]", d.Z.At(0, 1), 90.0/95*40+10.0/205*30, 1e-14)
	})
}

func TestModelsDoWhatTheySay(t *testing.T) {
	t.Run("the letters are those of the Eurostat Manual, worked by hand", func(t *testing.T) {
		s := &SupplyUse{Products: []string{"p", "q"}, Industries: []string{"i", "j"},
			Make: matrix([][]float64{{90, 10}, {10, 40}}), Use: matrix([][]float64{{10, 20}, {15, 5}}), Final: []Column{{"y", []float64{70, 30}}}}
		for model, want := range map[Transformation]struct {
			z [][]float64
			y []float64
		}{
			ModelA: {[][]float64{{40. / 7, 170. / 7}, {110. / 7, 30. / 7}}, []float64{70, 30}},             // product technology
			ModelB: {[][]float64{{13, 17}, {14.5, 5.5}}, []float64{70, 30}},                                // industry technology
			ModelC: {[][]float64{{50. / 7, 150. / 7}, {125. / 7, 25. / 7}}, []float64{500. / 7, 200. / 7}}, // fixed industry sales
			ModelD: {[][]float64{{12, 19}, {13, 6}}, []float64{69, 31}},                                    // fixed product sales
		} {
			table, err := s.Symmetric(model, Domestic)
			if err != nil {
				t.Fatal(err)
			}
			nearMatrix(t, string(model), table.Z, want.z, 1e-13)
			nearAll(t, string(model)+" final use", table.Final[0].Values, want.y, 1e-13)
		}
	})
	t.Run("each model does what its assumption says", rapid.MakeCheck(func(t *rapid.T) {
		s := pair(t, true)
		g, q := s.IndustryOutput(), s.ProductOutput()
		of := func(model Transformation) *Table {
			table, err := s.Symmetric(model, Domestic)
			if err != nil {
				t.Fatal(err)
			}
			return table
		}
		a, b, c, d := of(ModelA), of(ModelB), of(ModelC), of(ModelD)
		for i := range s.Products {
			for j := range s.Industries {
				recipes, sales, technology, shares := 0.0, 0.0, 0.0, 0.0
				for k := range g {
					recipes += a.Z.At(i, k) / q[k] * s.Make.At(j, k) // an industry uses what the recipes of its products take
					sales += s.Make.At(k, i) / g[k] * c.Z.At(k, j)   // a product sells as the industries that make it
					technology += s.Use.At(i, k) / g[k] * s.Make.At(k, j)
					shares += s.Make.At(i, k) / q[k] * s.Use.At(k, j)
				}
				measuretest.Near(t, "A", recipes, s.Use.At(i, j), 1e-9)
				measuretest.Near(t, "B", b.Z.At(i, j), technology, 1e-9)
				measuretest.Near(t, "C", sales, s.Use.At(i, j), 1e-9)
				measuretest.Near(t, "D", d.Z.At(i, j), shares, 1e-9)
			}
		}
	}))
	t.Run("a product nobody makes gives a zero column of shares, not a NaN, and its uses stay in the account", func(t *testing.T) {
		s := &SupplyUse{Products: []string{"p", "abroad"}, Industries: []string{"i", "j"},
			Make: matrix([][]float64{{100, 0}, {50, 0}}), Use: matrix([][]float64{{30, 10}, {5, 7}}),
			Primary: []Row{{"va", ValueAdded, []float64{65, 33}}}}
		if got := mat.Col(nil, 1, s.MarketShares()); got[0] != 0 || got[1] != 0 {
			t.Error(got)
		}
		for _, which := range []Transformation{ModelB, ModelD} {
			table, err := s.Symmetric(which, Domestic)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range table.ColumnTotals() {
				measuretest.Near(t, string(which), d, table.Output[i], 1e-12)
			}
		}
		_, err := s.Symmetric(ModelA, Domestic)
		measuretest.Fails(t, err, "inputoutput.make-singular")
		s.Make.Set(1, 0, 0)
		_, err = s.Symmetric(ModelB, Domestic)
		measuretest.Fails(t, err, "inputoutput.uses-without-output")
		_, err = s.Symmetric("E", Domestic)
		measuretest.Fails(t, err, "inputoutput.bad-model")
	})
	t.Run("supply and use that disagree are findings", func(t *testing.T) {
		s := &SupplyUse{Products: []string{"p"}, Industries: []string{"i"}, Make: matrix([][]float64{{100}}), Use: matrix([][]float64{{30}}),
			Final: []Column{{"y", []float64{80}}}, Primary: []Row{{"va", ValueAdded, []float64{69}}}, Added: []Column{{"imports", []float64{5}}}}
		f := s.Reconcile(0)
		if len(f) != 2 || f[0].Size != 5 || f[1].Size != -1 {
			t.Errorf("%+v", f)
		}
	})
}

func TestMultiRegion(t *testing.T) {
	t.Run("what regions use is what they make, in all", rapid.MakeCheck(func(t *rapid.T) {
		table := drawn(t, 2, 8)
		n := table.N()
		m := &MultiRegion{Table: table, Regions: []string{"r", "s"}, FinalRegion: []int{0, 1}}
		y := table.Final[0].Values
		one, two := make([]float64, n), make([]float64, n)
		for i := range n {
			m.RegionOf = append(m.RegionOf, i%2)
			one[i] = y[i] * float64(rapid.IntRange(0, 10).Draw(t, "part")) / 10
			two[i] = y[i] - one[i]
		}
		table.Final = []Column{{"r", one}, {"s", two}}
		mod := model(t, table)
		va, _ := table.ValueAdded()
		d, err := m.Embodied(mod, va)
		if err != nil {
			t.Fatal(err)
		}
		made := make([]float64, 2)
		for i, v := range va {
			made[i%2] += v
		}
		nearAll(t, "production account", rowSums(d), made, 1e-9)
		measuretest.Near(t, "all", mat.Sum(d), sum(va), 1e-9)
		if got := mat.Sum(m.Block(0, 0)) + mat.Sum(m.Block(0, 1)) + mat.Sum(m.Block(1, 0)) + mat.Sum(m.Block(1, 1)); math.Abs(got-mat.Sum(table.Z)) > 1e-9*mat.Sum(table.Z)+1e-12 {
			t.Fatal("blocks do not make up the table")
		}
	}))
	t.Run("a map of regions that does not fit is refused", func(t *testing.T) {
		m := &MultiRegion{Table: &Table{Codes: []string{"a"}, Z: mat.NewDense(1, 1, nil), Output: []float64{1}}, Regions: []string{"r"}, RegionOf: []int{1}}
		measuretest.Fails(t, m.Check(), "inputoutput.no-such-region")
		m.RegionOf = nil
		measuretest.Fails(t, m.Check(), "inputoutput.length")
	})
	t.Run("six regions of eight industries with seven final uses each", func(t *testing.T) {
		var x struct {
			Flows, Final, Embodied [][]float64
		}
		load(t, "six_regions.json", &x)
		nearMatrix(t, "embodied", embodied(t, matrix(x.Flows), matrix(x.Final)), x.Embodied, 1e-11)
	})
	t.Run("and so in the sample of pymrio, where the collection is", func(t *testing.T) {
		embodied(t, tsv(t, "pymrio_test_trade_flows_Z.tsv"), tsv(t, "pymrio_test_finald_demand_Y.tsv"))
	})
}

// embodied gives the value added of six regions in the final use of each, and wants its production account to be what each region made.
func embodied(t *testing.T, z, y *mat.Dense) *mat.Dense {
	t.Helper()
	n, _ := z.Dims()
	table := &Table{Z: z}
	m := &MultiRegion{Table: table}
	for r := range 6 {
		m.Regions = append(m.Regions, fmt.Sprint("reg", r+1))
	}
	for i := range n {
		table.Codes = append(table.Codes, fmt.Sprint(i))
		m.RegionOf = append(m.RegionOf, i/8)
	}
	for k := range 42 {
		table.Final = append(table.Final, Column{fmt.Sprint("y", k), mat.Col(nil, k, y)})
		m.FinalRegion = append(m.FinalRegion, k/7)
	}
	va := table.GrossOutput()
	for j, s := range columnSums(z) {
		va[j] -= s
	}
	mod := model(t, table)
	d, err := m.Embodied(mod, va)
	if err != nil {
		t.Fatal(err)
	}
	made := make([]float64, 6)
	for i, v := range va {
		made[i/8] += v
	}
	nearAll(t, "production account", rowSums(d), made, 1e-9)
	return d
}

// tsv reads the numbers of a sample with three leading columns and two or more heading rows.
func tsv(t *testing.T, name string) *mat.Dense {
	t.Helper()
	b, err := os.ReadFile(needs.Shared(t, "data/io/"+name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]float64
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(f) < 4 {
			continue
		}
		if _, err := strconv.ParseFloat(f[3], 64); err != nil {
			continue
		}
		var row []float64
		for _, c := range f[3:] {
			v, err := strconv.ParseFloat(c, 64)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	return matrix(rows)
}
