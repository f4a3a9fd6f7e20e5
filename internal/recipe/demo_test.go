package recipe

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"

	"nhipso/internal/tabular"
)

// printedTable reads a wide table of the demonstration, to compute again what the recipes give, in another way.
func printedTable(t *testing.T, name string) *ioformat.Grid {
	t.Helper()
	f, err := data.FS.Open("demo/us2017/" + name)
	if err != nil {
		t.Fatal(err)
	}
	g, err := ioformat.ReadMatrix(f, name, tabular.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// reader gives figures of 2017 by dataflow and key, reading each dataflow once.
func (n *national) reader(t *testing.T) func(t *testing.T, flow string, key ...string) float64 {
	known := map[string]map[stat.Key]float64{}
	return func(t *testing.T, flow string, key ...string) float64 {
		t.Helper()
		if known[flow] == nil {
			list, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: flow})
			if err != nil {
				t.Fatal(err)
			}
			known[flow] = map[stat.Key]float64{}
			for _, v := range list {
				if v.Value != nil && v.Period == stat.Year(2017) {
					known[flow][v.Key] = v.Value.Float64()
				}
			}
		}
		v, ok := known[flow][stat.NewKey(key...)]
		if !ok {
			t.Fatalf("%s has no %s", flow, strings.Join(key, "."))
		}
		return v
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// foreign is the demonstration's table, with the economy worked out of it from the textbook.
type foreign struct {
	figure               func(t *testing.T, flow string, key ...string) float64 // what the recipes give
	makes, uses          *ioformat.Grid
	industries, products []string
	g, va                []float64 // output and value added
	gdp                  float64
	a, leontief          *mat.Dense
}

// digital are the industries that the demonstration calls digital.
var digital = map[string]bool{"334": true, "511": true, "513": true, "514": true, "5415": true}

func newForeign(t *testing.T, n *national) foreign {
	t.Helper()
	makes, uses, imports := printedTable(t, "make.csv"), printedTable(t, "use.csv"), printedTable(t, "import.csv")
	industries, products := notTotals(makes.Rows), notTotals(makes.Columns)
	size := len(industries)
	g, va := make([]float64, size), make([]float64, size)
	gdp := 0.0
	for i, code := range industries {
		for _, p := range products {
			g[i] += makes.Cell(code, p).Value
		}
		for _, v := range []string{"V001", "V002", "V003"} {
			va[i] += uses.Cell(v, code).Value
		}
		gdp += va[i]
	}
	// A = D·B with imports taken out, written down here from the textbook and inverted whole.
	a := mat.NewDense(size, size, nil)
	for i, seller := range industries {
		for _, p := range products {
			q := 0.0
			for _, code := range industries {
				q += makes.Cell(code, p).Value
			}
			if q == 0 {
				continue
			}
			share := makes.Cell(seller, p).Value / q
			for j, buyer := range industries {
				a.Set(i, j, a.At(i, j)+share*(uses.Cell(p, buyer).Value-imports.Cell(p, buyer).Value)/g[j])
			}
		}
	}
	leontief := mat.NewDense(size, size, nil)
	for i := range size {
		for j := range size {
			leontief.Set(i, j, -a.At(i, j))
		}
		leontief.Set(i, i, leontief.At(i, i)+1)
	}
	if err := leontief.Inverse(leontief); err != nil {
		t.Fatal(err)
	}
	return foreign{n.reader(t), makes, uses, industries, products, g, va, gdp, a, leontief}
}

func notTotals(codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return strings.HasPrefix(c, "T0") })
}

func TestTheADBEquationOnTheForeignTable(t *testing.T) {
	x := newForeign(t, newNational(t))
	figure, industries, g, va, a, leontief, gdp := x.figure, x.industries, x.g, x.va, x.a, x.leontief, x.gdp
	size := len(industries)

	t.Run("the ADB equation is that of the whole value-flow matrix, in both forms", func(t *testing.T) {
		flow := func(i, j int) float64 {
			y := g[j]
			for k := range size {
				y -= a.At(j, k) * g[k]
			}
			return va[i] / g[i] * leontief.At(i, j) * y
		}
		var backward, forward, block, diagonal float64
		for i, from := range industries {
			for j, to := range industries {
				m := flow(i, j)
				if digital[to] {
					backward += m
				}
				if digital[from] {
					forward += m
				}
				if digital[from] && digital[to] {
					block += m
					if i == j {
						diagonal += m
					}
				}
			}
		}
		near(t, "backward", figure(t, "IO_ADB", "A", "US", "_T", "BACKWARD"), backward, 1)
		near(t, "forward", figure(t, "IO_ADB", "A", "US", "_T", "FORWARD"), forward, 1)
		near(t, "block form", figure(t, "IO_ADB", "A", "US", "_T", "BLOCK"), backward+forward-block, 1)
		near(t, "literal form", figure(t, "IO_ADB", "A", "US", "_T", "LITERAL"), backward+forward-diagonal, 1)
		near(t, "difference", figure(t, "IO_ADB", "A", "US", "_T", "DIFFERENCE"), block-diagonal, 1)
		near(t, "own value added is the forward term", figure(t, "IO_ADB", "A", "US", "_T", "OWN"), forward, 1)
		near(t, "share", figure(t, "IO_ADB", "A", "US", "_T", "SHARE_BLOCK"), 100*(backward+forward-block)/gdp, 1e-3)
		sum := 0.0
		for _, i := range industries {
			sum += figure(t, "IO_ADB", "A", "US", "BEA-"+i, "PART")
		}
		near(t, "parts of the industries", sum, backward+forward-block, 1)
	})

	t.Run("multipliers are the column sums of the inverse", func(t *testing.T) {
		for j, code := range industries {
			if !digital[code] {
				continue
			}
			column, effect := 0.0, 0.0
			for i := range size {
				column += leontief.At(i, j)
				effect += va[i] / g[i] * leontief.At(i, j)
			}
			near(t, "output multiplier of "+code, figure(t, "IO_LINKAGE", "A", "US", "BEA-"+code, "MULT_OUTPUT"), column, 1e-4)
			near(t, "value added of "+code, figure(t, "IO_LINKAGE", "A", "US", "BEA-"+code, "EFFECT_VA"), effect, 1e-4)
			if lost := figure(t, "IO_LINKAGE", "A", "US", "BEA-"+code, "LOSS_OUTPUT"); lost < g[j] {
				t.Errorf("without %s the economy would lose %.0f, less than the industry makes (%.0f)", code, lost, g[j])
			}
		}
	})
}

func TestDefinitionsOnTheForeignTable(t *testing.T) {
	x := newForeign(t, newNational(t))
	figure, makes, uses := x.figure, x.makes, x.uses
	industries, products, g, va := x.industries, x.products, x.g, x.va
	gdp := x.gdp

	t.Run("the product ratio is digital output over output", func(t *testing.T) {
		phi := map[string]float64{"334": 0.5135, "511": 0.753, "513": 0.8579, "514": 0.9664, "5415": 1}
		total := 0.0
		for i, code := range industries {
			d := 0.0
			for p, f := range phi {
				d += f * makes.Cell(code, p).Value
			}
			total += d / g[i] * va[i]
			near(t, "ratio of "+code, figure(t, "IO_RATIO", "A", "US", "BEA-"+code, "RATIO"), 100*d/g[i], 1e-3)
		}
		near(t, "digital value added", figure(t, "IO_RATIO", "A", "US", "_T", "VA_DIG"), total, 1)
		near(t, "share", figure(t, "IO_RATIO", "A", "US", "_T", "SHARE"), 100*total/gdp, 1e-3)
	})

	t.Run("core and digitalised add to the total, with coefficients from the columns of the table", func(t *testing.T) {
		core := 0.0
		for i, code := range industries {
			if digital[code] {
				core += va[i]
			}
		}
		near(t, "core", figure(t, "IO_CORE", "A", "US", "_T", "CORE"), core, 1)
		near(t, "core + digitalised", figure(t, "IO_CORE", "A", "US", "_T", "CORE")+figure(t, "IO_CORE", "A", "US", "_T", "DIGITALISED"), figure(t, "IO_CORE", "A", "US", "_T", "TOTAL"), 1)
		// Legal services by hand: what each industry makes of the products used, imports included.
		var bought, all float64
		for _, p := range products {
			q, dig := 0.0, 0.0
			for _, code := range industries {
				m := makes.Cell(code, p).Value
				q += m
				if digital[code] {
					dig += m
				}
			}
			if q > 0 {
				used := uses.Cell(p, "5411").Value
				all += used
				bought += used * dig / q
			}
		}
		near(t, "coefficient of legal services", figure(t, "IO_CORE", "A", "US", "BEA-5411", "COEFFICIENT"), 100*bought/all, 1e-3)
	})

	t.Run("concentration follows from the parts of the industries", func(t *testing.T) {
		var largest, sum, squares float64
		for _, code := range industries {
			v := figure(t, "IO_RATIO", "A", "US", "BEA-"+code, "VA_DIG")
			largest, sum, squares = math.Max(largest, v), sum+v, squares+v*v
		}
		near(t, "largest", figure(t, "IO_CONCENTRATION", "A", "US", "_T", "TOP1"), 100*largest/sum, 1e-3)
		near(t, "HHI", figure(t, "IO_CONCENTRATION", "A", "US", "_T", "HHI"), squares/sum/sum, 1e-4)
	})
}

func TestFiguresOfTheForeignTableSayWhatTheyAre(t *testing.T) {
	n, ctx := newNational(t), context.Background()
	makes := printedTable(t, "make.csv")

	t.Run("every figure says that it demonstrates a method and is explained down to the cells of the table", func(t *testing.T) {
		for _, flow := range []string{"IO_ADB", "IO_RATIO", "IO_CORE", "IO_LINKAGE", "IO_CONCENTRATION"} {
			all, err := cube.Read(ctx, n.store, cube.Query{Dataflow: flow})
			if err != nil || len(all) == 0 {
				t.Fatalf("%s: %d figures (%v)", flow, len(all), err)
			}
			for _, v := range all {
				if v.Attributes[stat.AttrComment] != demoNote || v.Key.Codes()[1] != "US" || v.Mark() != stat.MarkInferred && v.Key.Codes()[3] != "VA" && v.Key.Codes()[3] != "OUTPUT" && flow != "IO_ADB" {
					t.Fatalf("%s: %v", v.Cell(), v.Attributes)
				}
			}
			for _, v := range all[:min(len(all), 4)] {
				tree, err := pipeline.Explain(ctx, n.store, v.Cell(), cube.AsOf{})
				if err != nil {
					t.Fatal(err)
				}
				if d := strings.Join(tree.Documents(), " "); !strings.Contains(d, "BEA-IO-2017") {
					t.Errorf("%s rests on %q", v.Cell(), d)
				}
			}
		}
		tree, err := pipeline.Explain(ctx, n.store, cube.Cell{Dataflow: "IO_RATIO", Key: "A.US.BEA-334.RATIO", Period: stat.Year(2017)}, cube.AsOf{})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, c := range tree.From {
			found = found || c.Cell.Dataflow == tableFlow && c.Cell.Key == "A.US.MAKE.BEA-334.BEA-334" && c.Versions[0].Value.Float64() == makes.Cell("334", "334").Value
		}
		if !found {
			t.Error("the ratio of computers and electronics does not lead to the cell of the make table it comes from")
		}
	})

	t.Run("no figure of Viet Nam rests on the foreign table", func(t *testing.T) {
		for _, r := range All(n.catalog, areas(t)) {
			if strings.HasPrefix(r.ID, "demo-") {
				continue
			}
			for _, in := range r.Inputs {
				if strings.HasPrefix(in.Dataflow, "IO_") {
					t.Errorf("%s reads %s", r.ID, in.Dataflow)
				}
			}
		}
	})
}

func TestALostCellOfATableIsNoticed(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	n := newNational(t)
	table, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: tableFlow})
	if err != nil {
		t.Fatal(err)
	}
	lists, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: digitalFlow})
	if err != nil {
		t.Fatal(err)
	}
	var torn []cube.Version
	for _, v := range table {
		if v.Key != "A.US.USE.BEA-V001.BEA-334" {
			torn = append(torn, v)
		}
	}
	r := DemoADB(c)
	if _, err := r.Compute(t.Context(), pipeline.NewInputs(vn, r.Params, map[string][]cube.Version{"table": torn, "digital": lists})); fault.CodeOf(err) != "recipe.table-incomplete" {
		t.Errorf("got %v", err)
	}
	out, err := r.Compute(t.Context(), pipeline.NewInputs(vn, r.Params, nil))
	if err != nil || len(out.Outputs) != 0 {
		t.Errorf("without a table: %d figures (%v)", len(out.Outputs), err)
	}
}
