package balance

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

// load reads an oracle; testdata/README.md says where each comes from.
func load(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func dense(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

func sameMatrix(t tester, got mat.Matrix, want mat.Matrix, tol float64) {
	t.Helper()
	m, n := want.Dims()
	for i := range m {
		for j := range n {
			if d := math.Abs(got.At(i, j) - want.At(i, j)); !(d <= tol*math.Max(1, math.Abs(want.At(i, j)))) {
				t.Fatalf("cell (%d,%d): got %.13g, want %.13g", i, j, got.At(i, j), want.At(i, j))
			}
		}
	}
}

func wantCode(t tester, err error, code string, mentions ...string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("got error %v, want %s", err, code)
	}
	for _, lang := range []string{"vi", "en"} {
		s := fault.In(err, lang)
		if strings.Contains(s, "{") {
			t.Fatalf("unfilled sentence: %s", s)
		}
		for _, m := range mentions {
			if !strings.Contains(s, m) {
				t.Fatalf("%q does not mention %q", s, m)
			}
		}
	}
}

func TestGRASOracle(t *testing.T) {
	var o struct {
		Prior         [][]float64
		RowTargets    []float64 `json:"row_targets"`
		ColumnTargets []float64 `json:"column_targets"`
		Expected      [][]float64
	}
	load(t, "gras.json", &o)
	got, err := GRAS(dense(o.Prior), o.RowTargets, o.ColumnTargets, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameMatrix(t, got.Matrix, dense(o.Expected), 1e-11)
	if got.MaxResidual > 1e-10 {
		t.Fatalf("residual %g", got.MaxResidual)
	}
}

func TestRASOracle(t *testing.T) {
	var o struct {
		Flows         [][]float64 `json:"flows_0"`
		PriorRescaled [][]float64 `json:"prior_rescaled"`
		RowTargets    []float64   `json:"row_targets"`
		ColumnTargets []float64   `json:"column_targets"`
		Expected      [][]float64
	}
	load(t, "ras-quilis.json", &o)
	for name, prior := range map[string][][]float64{"from the flows": o.Flows, "from the rescaled prior": o.PriorRescaled} {
		t.Run(name, func(t *testing.T) {
			got, err := RAS(dense(prior), o.RowTargets, o.ColumnTargets, Options{})
			if err != nil {
				t.Fatal(err)
			}
			sameMatrix(t, got.Matrix, dense(o.Expected), 1e-10)
			if got.Matrix.At(0, 2) != 0 {
				t.Fatal("a zero of the prior moved")
			}
		})
	}
}

// table draws a prior with some zeros (and some negative cells) and targets that a matrix of the same
// signs meets, so that a solution exists.
func table(t *rapid.T, signed bool) (prior *mat.Dense, u, v []float64) {
	m, n := rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
	prior, u, v = mat.NewDense(m, n, nil), make([]float64, m), make([]float64, n)
	for i := range m {
		for j := range n {
			kind := rapid.IntRange(0, 9).Draw(t, "kind")
			if kind < 2 {
				continue
			}
			s := 1.0
			if signed && kind < 4 {
				s = -1
			}
			prior.Set(i, j, s*rapid.Float64Range(0.1, 100).Draw(t, "prior"))
			x := s * rapid.Float64Range(0.1, 100).Draw(t, "true")
			u[i] += x
			v[j] += x
		}
	}
	return prior, u, v
}

func TestScalingProperties(t *testing.T) {
	for _, signed := range []bool{false, true} {
		name := map[bool]string{false: "non-negative prior", true: "prior of any signs"}[signed]
		t.Run(name+": margins are met, zeros stay, signs stay", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				prior, u, v := table(t, signed)
				got, err := GRAS(prior, u, v, Options{})
				if err != nil {
					t.Fatal(err)
				}
				checkMargins(t, got.Matrix, u, v)
				m, n := prior.Dims()
				for i := range m {
					for j := range n {
						if a, x := prior.At(i, j), got.Matrix.At(i, j); a == 0 && x != 0 || a*x < 0 {
							t.Fatalf("cell (%d,%d) went from %g to %g", i, j, a, x)
						}
					}
				}
			})
		})
		t.Run(name+": a consistent prior comes back unchanged", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				prior, _, _ := table(t, signed)
				u, v := margins(prior)
				got, err := GRAS(prior, u, v, Options{})
				if err != nil {
					t.Fatal(err)
				}
				sameMatrix(t, got.Matrix, prior, 1e-9)
			})
		})
		t.Run(name+": rescaling rows and columns of the prior changes nothing", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				prior, u, v := table(t, signed)
				want, err := GRAS(prior, u, v, Options{})
				if err != nil {
					t.Fatal(err)
				}
				again := mat.DenseCopyOf(prior)
				m, n := prior.Dims()
				for i := range m {
					r := rapid.Float64Range(0.2, 5).Draw(t, "row scale")
					for j := range n {
						if a := again.At(i, j); a > 0 {
							again.Set(i, j, a*r)
						} else {
							again.Set(i, j, a/r) // negative cells scale the other way
						}
					}
				}
				got, err := GRAS(again, u, v, Options{})
				if err != nil {
					t.Fatal(err)
				}
				sameMatrix(t, got.Matrix, want.Matrix, 1e-7)
			})
		})
		t.Run(name+": transposing the problem transposes the answer", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				prior, u, v := table(t, signed)
				want, err := GRAS(prior, u, v, Options{})
				if err != nil {
					t.Fatal(err)
				}
				got, err := GRAS(mat.DenseCopyOf(prior.T()), v, u, Options{})
				if err != nil {
					t.Fatal(err)
				}
				sameMatrix(t, got.Matrix.T(), want.Matrix, 1e-7)
			})
		})
	}
	t.Run("RAS keeps odds ratios", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			prior, u, v := table(t, false)
			got, err := RAS(prior, u, v, Options{})
			if err != nil {
				t.Fatal(err)
			}
			m, n := prior.Dims()
			for i := 1; i < m; i++ {
				for j := 1; j < n; j++ {
					x := got.Matrix
					if x.At(0, 0) == 0 || x.At(i, j) == 0 || x.At(0, j) == 0 || x.At(i, 0) == 0 {
						continue
					}
					a := prior.At(0, 0) * prior.At(i, j) / (prior.At(0, j) * prior.At(i, 0))
					b := x.At(0, 0) * x.At(i, j) / (x.At(0, j) * x.At(i, 0))
					if math.Abs(a-b) > 1e-9*a {
						t.Fatalf("odds ratio %g became %g", a, b)
					}
				}
			}
		})
	})
	t.Run("KRAS with unit coefficients is GRAS", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			prior, u, v := table(t, true)
			want, err := GRAS(prior, u, v, Options{})
			if err != nil || len(want.ForcedZero) > 0 || want.Iterations >= 50 {
				t.Skip("only problems that plain sweeps solve")
			}
			cs, err := MarginConstraints(u, v, nil, nil, Names{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := KRAS(flat(prior), cs, Options{})
			if err != nil {
				t.Fatal(err)
			}
			m, n := prior.Dims()
			sameMatrix(t, mat.NewDense(m, n, got.Values), want.Matrix, 1e-6)
		})
	})
}

func checkMargins(t tester, x *mat.Dense, u, v []float64) {
	t.Helper()
	gotU, gotV := margins(x)
	m, n := x.Dims()
	for i := range m {
		if math.Abs(gotU[i]-u[i]) > 1e-9*math.Max(1, math.Abs(u[i])) {
			t.Fatalf("row %d adds to %.12g, not %.12g", i, gotU[i], u[i])
		}
	}
	for j := range n {
		if math.Abs(gotV[j]-v[j]) > 1e-9*math.Max(1, math.Abs(v[j])) {
			t.Fatalf("column %d adds to %.12g, not %.12g", j, gotV[j], v[j])
		}
	}
}

func margins(x *mat.Dense) (u, v []float64) {
	m, n := x.Dims()
	u, v = make([]float64, m), make([]float64, n)
	for i := range m {
		for j := range n {
			u[i] += x.At(i, j)
			v[j] += x.At(i, j)
		}
	}
	return u, v
}

func flat(x *mat.Dense) []float64 {
	m, n := x.Dims()
	out := make([]float64, 0, m*n)
	for i := range m {
		out = append(out, x.RawRowView(i)...)
	}
	return out
}

func TestScalingEdges(t *testing.T) {
	names := Options{Names: Names{Rows: []string{"Hà Nội", "Huế", "Cần Thơ"}, Columns: []string{"A", "B", "C"}}}
	t.Run("a zero target empties a line of one sign", func(t *testing.T) {
		got, err := RAS(dense([][]float64{{1, 2, 3}, {4, 5, 6}, {1, 1, 1}}), []float64{0, 10, 5}, []float64{5, 5, 5}, names)
		if err != nil {
			t.Fatal(err)
		}
		checkMargins(t, got.Matrix, []float64{0, 10, 5}, []float64{5, 5, 5})
		if len(got.ForcedZero) != 3 || got.Matrix.At(0, 1) != 0 {
			t.Fatalf("forced %v", got.ForcedZero)
		}
	})
	t.Run("a zero target over mixed signs is met exactly", func(t *testing.T) {
		got, err := GRAS(dense([][]float64{{3, -1, 2}, {4, 5, 6}, {1, 1, 1}}), []float64{0, 10, 5}, []float64{6, 4, 5}, names)
		if err != nil {
			t.Fatal(err)
		}
		checkMargins(t, got.Matrix, []float64{0, 10, 5}, []float64{6, 4, 5})
		if got.Matrix.At(0, 0) <= 0 || got.Matrix.At(0, 1) >= 0 {
			t.Fatal("signs are lost")
		}
	})
	t.Run("a column of zeros with a target is named", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, 0, 3}, {4, 0, 6}, {1, 0, 1}}), []float64{5, 5, 5}, []float64{5, 5, 5}, names)
		wantCode(t, err, "balance.empty-column", "B")
	})
	t.Run("a row of zeros with a target is named", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, 0, 3}, {0, 0, 0}, {1, 3, 1}}), []float64{5, 5, 5}, []float64{5, 5, 5}, names)
		wantCode(t, err, "balance.empty-row", "Huế")
	})
	t.Run("a line of negative cells cannot reach a positive target", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, -2, 3}, {4, -1, 6}, {1, -3, 1}}), []float64{5, 5, 5}, []float64{5, 5, 5}, names)
		wantCode(t, err, "balance.column-sign", "B")
	})
	t.Run("rows that can only deliver to small columns are named as a block", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, 1, 0}, {1, 1, 0}, {1, 1, 1}}), []float64{6, 6, 3}, []float64{5, 5, 5}, names)
		if c := fault.CodeOf(err); c != "balance.infeasible-rows" && c != "balance.infeasible-columns" {
			t.Fatal(err)
		}
		s := err.Error()
		rows := strings.Contains(s, "Hà Nội") && strings.Contains(s, "Huế") && strings.Contains(s, "A, B")
		cols := strings.Contains(s, "C") && strings.Contains(s, "Cần Thơ")
		if !rows && !cols {
			t.Fatal(s)
		}
	})
	t.Run("cells that every solution empties are dropped instead of iterated to zero", func(t *testing.T) {
		// rows 1, 2 fill columns A, B exactly, so row 3 has nothing left for them
		got, err := RAS(dense([][]float64{{1, 1, 0}, {1, 1, 0}, {1, 1, 1}}), []float64{5, 5, 5}, []float64{5, 5, 5}, names)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.ForcedZero) != 2 || got.Iterations > 50 || got.Matrix.At(2, 0) != 0 {
			t.Fatalf("forced %v after %d sweeps", got.ForcedZero, got.Iterations)
		}
	})
	t.Run("different totals are refused unless a side is declared to scale", func(t *testing.T) {
		prior := dense([][]float64{{1, 2}, {3, 4}})
		_, err := RAS(prior, []float64{5, 5}, []float64{5, 6}, Options{})
		wantCode(t, err, "balance.totals-differ", "10", "11")
		got, err := RAS(prior, []float64{5, 5}, []float64{5, 6}, Options{Gap: ScaleColumns})
		if err != nil {
			t.Fatal(err)
		}
		checkMargins(t, got.Matrix, []float64{5, 5}, []float64{50. / 11, 60. / 11})
		got, err = RAS(prior, []float64{5, 5}, []float64{5, 6}, Options{Gap: ScaleRows})
		if err != nil {
			t.Fatal(err)
		}
		checkMargins(t, got.Matrix, []float64{5.5, 5.5}, []float64{5, 6})
	})
	t.Run("held cells keep their value and the rest meets the margins", func(t *testing.T) {
		prior := dense([][]float64{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})
		o := Options{Held: []Cell{{0, 0}, {1, 2}}}
		got, err := RAS(prior, []float64{10, 20, 30}, []float64{15, 20, 25}, o)
		if err != nil {
			t.Fatal(err)
		}
		if got.Matrix.At(0, 0) != 1 || got.Matrix.At(1, 2) != 6 {
			t.Fatal("a held cell moved")
		}
		checkMargins(t, got.Matrix, []float64{10, 20, 30}, []float64{15, 20, 25})
	})
	t.Run("a held cell above its target is infeasible for non-negative cells", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{9, 1}, {1, 1}}), []float64{5, 5}, []float64{5, 5}, Options{Held: []Cell{{0, 0}}, Names: names.Names})
		wantCode(t, err, "balance.row-sign", "Hà Nội", "-4")
	})
	t.Run("held cells that use up a target leave the rest of the line empty, whatever the rounding", func(t *testing.T) {
		prior := dense([][]float64{{0.1, 0.2, 5}, {4, 1, 2}})
		got, err := RAS(prior, []float64{0.3, 7}, []float64{3, 2, 2.3}, Options{Held: []Cell{{0, 0}, {0, 1}}})
		if err != nil {
			t.Fatal(err)
		}
		if got.Matrix.At(0, 2) != 0 || len(got.ForcedZero) != 1 {
			t.Fatal(got.Matrix.RawMatrix().Data)
		}
	})
	t.Run("a line of a size beyond the others' rounding still gets its target", func(t *testing.T) {
		got, err := RAS(dense([][]float64{{1, 0, 2}, {3, 4, 0}, {0, 1e-16, 2e-16}}), []float64{5e15, 5e15, 3}, []float64{4e15, 4e15, 2e15 + 3}, names)
		if err != nil {
			t.Fatal(err)
		}
		if s := sum(got.Matrix.RawRowView(2)); math.Abs(s-3) > 1e-9 {
			t.Fatal(s)
		}
	})
	t.Run("a row of positive cells cannot have a negative target", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, 2}, {3, 4}}), []float64{-1e-12, 5}, []float64{2, 3 - 1e-12}, names)
		wantCode(t, err, "balance.row-sign", "Hà Nội")
	})
	t.Run("RAS refuses what only GRAS can do", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, -1}, {1, 1}}), []float64{1, 2}, []float64{2, 1}, names)
		wantCode(t, err, "balance.negative-cell", "Hà Nội", "B")
		_, err = RAS(dense([][]float64{{1, 1}, {1, 1}}), []float64{-1, 2}, []float64{0, 1}, names)
		wantCode(t, err, "balance.negative-row-target", "Hà Nội")
		_, err = RAS(dense([][]float64{{1, 1}, {1, 1}}), []float64{1, 2}, []float64{4, -1}, names)
		wantCode(t, err, "balance.negative-column-target", "B")
	})
	t.Run("numbers that are not finite are named", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, math.NaN()}, {1, 1}}), []float64{1, 2}, []float64{2, 1}, names)
		wantCode(t, err, "balance.not-finite", "Hà Nội × B")
		_, err = GRAS(dense([][]float64{{1, 1}, {1, 1}}), []float64{1, math.Inf(1)}, []float64{2, 1}, names)
		wantCode(t, err, "balance.not-finite", "Huế")
	})
	t.Run("shapes that do not fit are refused", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, 1}}), []float64{1, 2}, []float64{2, 1}, names)
		wantCode(t, err, "balance.shape")
		_, err = GRAS(nil, nil, nil, names)
		wantCode(t, err, "balance.empty")
		_, err = GRAS(dense([][]float64{{1, 1}}), []float64{1}, []float64{2, -1}, Options{Held: []Cell{{1, 0}}})
		wantCode(t, err, "balance.held-outside")
	})
	t.Run("a single cell takes its target", func(t *testing.T) {
		got, err := RAS(dense([][]float64{{3}}), []float64{7}, []float64{7}, Options{})
		if err != nil || math.Abs(got.Matrix.At(0, 0)-7) > 1e-12 {
			t.Fatal(got, err)
		}
	})
	t.Run("too few sweeps are an error, not an answer", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, 9}, {7, 2}}), []float64{5, 5}, []float64{4, 6}, Options{MaxSweeps: 1})
		wantCode(t, err, "balance.not-reached")
	})
}

// Feasibility by max-flow is compared with the iteration itself on random zero patterns: what is declared
// feasible is met, and what is declared infeasible is refused with a block whose totals contradict.
func TestFeasibility(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(2, 5).Draw(t, "rows"), rapid.IntRange(2, 5).Draw(t, "columns")
		prior, u, v := mat.NewDense(m, n, nil), make([]float64, m), make([]float64, n)
		left := 0
		for i := range m {
			w := rapid.IntRange(0, 20).Draw(t, "u")
			u[i], left = float64(w), left+w
			for j := range n {
				if rapid.Bool().Draw(t, "cell") {
					prior.Set(i, j, 1)
				}
			}
		}
		for j := range n {
			w := left
			if j < n-1 {
				w = rapid.IntRange(0, left).Draw(t, "v")
			}
			v[j], left = float64(w), left-w
		}
		// Gale's condition by enumeration: no set of rows asks more than its columns offer.
		possible := true
		for set := range 1 << m {
			need, have := 0.0, 0.0
			for i := range m {
				if set>>i&1 == 1 {
					need += u[i]
				}
			}
			for j := range n {
				for i := range m {
					if set>>i&1 == 1 && prior.At(i, j) != 0 {
						have += v[j]
						break
					}
				}
			}
			possible = possible && need <= have
		}
		got, err := RAS(prior, u, v, Options{})
		if (err == nil) != possible {
			t.Fatalf("possible %v, but error %v", possible, err)
		}
		if err == nil {
			checkMargins(t, got.Matrix, u, v)
		} else if c := fault.CodeOf(err); !strings.HasPrefix(c, "balance.infeasible") && !strings.HasPrefix(c, "balance.empty-") {
			t.Fatal(err)
		}
	})
}

func TestSUTRAS(t *testing.T) {
	// three products, two industries and imports; two industries and two final uses
	prior := SupplyUse{
		Supply: dense([][]float64{{80, 5, 10}, {10, 90, 20}, {0, 15, 30}}),
		Use:    dense([][]float64{{30, 20, 40, 5}, {20, 30, 60, -4}, {10, 15, 20, 4}}),
	}
	t.Run("supply equals use for each product and the column totals are met", func(t *testing.T) {
		supply, use := []float64{100, 120, 55}, []float64{65, 70, 132, 8}
		got, err := SUTRAS(prior, supply, use, Options{})
		if err != nil {
			t.Fatal(err)
		}
		su, sv := margins(got.Supply)
		uu, uv := margins(got.Use)
		for i := range su {
			if math.Abs(su[i]-uu[i]) > 1e-9*su[i] || math.Abs(su[i]-got.ProductTotals[i]) > 1e-9*su[i] {
				t.Fatalf("product %d: supply %g, use %g", i, su[i], uu[i])
			}
		}
		for j := range sv {
			if math.Abs(sv[j]-supply[j]) > 1e-9*supply[j] {
				t.Fatalf("source %d", j)
			}
		}
		for j := range uv {
			if math.Abs(uv[j]-use[j]) > 1e-9*use[j] {
				t.Fatalf("use %d", j)
			}
		}
		// one multiplier a product: use/prior · supply/prior of a product is the same for all products
		for i := range 3 {
			a := got.Use.At(i, 0) / prior.Use.At(i, 0) * got.Supply.At(i, 1) / prior.Supply.At(i, 1)
			b := got.Use.At(0, 0) / prior.Use.At(0, 0) * got.Supply.At(0, 1) / prior.Supply.At(0, 1)
			if math.Abs(a-b) > 1e-9 {
				t.Fatalf("product %d has other multipliers in supply and use: %g %g", i, a, b)
			}
		}
		if got.Supply.At(2, 0) != 0 || got.Use.At(1, 3) >= 0 {
			t.Fatal("zero or sign lost")
		}
	})
	t.Run("a balanced system comes back", func(t *testing.T) {
		_, sv := margins(prior.Supply)
		use := mat.DenseCopyOf(prior.Use)
		for i := range 3 { // put the product residual into the third use
			use.Set(i, 2, use.At(i, 2)+sum(prior.Supply.RawRowView(i))-sum(use.RawRowView(i)))
		}
		_, uv := margins(use)
		got, err := SUTRAS(SupplyUse{prior.Supply, use}, sv, uv, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sameMatrix(t, got.Use, use, 1e-10)
		sameMatrix(t, got.Supply, prior.Supply, 1e-10)
	})
	t.Run("totals that differ are refused, or one side moves when declared", func(t *testing.T) {
		_, err := SUTRAS(prior, []float64{100, 120, 55}, []float64{65, 70, 132, 18}, Options{})
		wantCode(t, err, "balance.supply-use-totals", "275", "285")
		got, err := SUTRAS(prior, []float64{100, 120, 55}, []float64{65, 70, 132, 18}, Options{Gap: ScaleColumns})
		if err != nil {
			t.Fatal(err)
		}
		_, uv := margins(got.Use)
		if math.Abs(sum(uv)-275) > 1e-8 {
			t.Fatal(uv)
		}
	})
	t.Run("shapes that do not fit are refused", func(t *testing.T) {
		_, err := SUTRAS(SupplyUse{dense([][]float64{{1}}), prior.Use}, []float64{1}, []float64{1, 1, 1, 1}, Options{})
		wantCode(t, err, "balance.products-differ")
		_, err = SUTRAS(prior, []float64{1}, []float64{1, 1, 1, 1}, Options{})
		wantCode(t, err, "balance.supply-use-shape")
		_, err = SUTRAS(SupplyUse{}, nil, nil, Options{})
		wantCode(t, err, "balance.empty")
	})
}

func TestKRAS(t *testing.T) {
	t.Run("two targets for one sum settle in proportion to their standard errors", func(t *testing.T) {
		both := []Term{{0, 1}, {1, 1}}
		got, err := KRAS([]float64{30, 70}, []Constraint{
			{Name: "survey", Terms: both, Value: 100, SE: 1},
			{Name: "accounts", Terms: both, Value: 110, SE: 3},
		}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Conflict || math.Abs(got.Targets[0]-102.5) > 1e-6 || math.Abs(got.Targets[1]-102.5) > 1e-6 {
			t.Fatalf("%+v", got)
		}
		if math.Abs(got.Shifts[0]-2.5) > 1e-6 || math.Abs(got.Shifts[1]+2.5) > 1e-6 {
			t.Fatalf("shifts %v", got.Shifts)
		}
		if math.Abs(got.Values[0]/got.Values[1]-3./7) > 1e-9 {
			t.Fatal("structure of the prior is lost")
		}
	})
	t.Run("a hard target keeps its value and the soft one gives way", func(t *testing.T) {
		both := []Term{{0, 1}, {1, 1}}
		got, err := KRAS([]float64{30, 70}, []Constraint{{Terms: both, Value: 100}, {Terms: both, Value: 110, SE: 3}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(sum(got.Values)-100) > 1e-7 || math.Abs(got.Shifts[1]+10./3) > 1e-6 {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("targets that can hold together hold as given, whatever their standard errors", func(t *testing.T) {
		got, err := KRAS([]float64{1, 2, 3, 4}, []Constraint{
			{Terms: []Term{{0, 1}, {1, 1}}, Value: 5, SE: 1}, {Terms: []Term{{2, 1}, {3, 1}}, Value: 9, SE: 2},
			{Terms: []Term{{0, 1}, {2, 1}}, Value: 6, SE: 5},
		}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range got.Shifts {
			if s != 0 {
				t.Fatalf("%+v", got)
			}
		}
	})
	t.Run("coefficients of any size give the entropy projection", func(t *testing.T) {
		// Σ g x = c with x = a·exp(λ g): the log-changes are proportional to the coefficients
		prior, g := []float64{2, 5, -1}, []float64{1, 0.25, 3}
		got, err := KRAS(prior, []Constraint{{Terms: []Term{{0, g[0]}, {1, g[1]}, {2, g[2]}}, Value: 4}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		l := math.Log(got.Values[0]/prior[0]) / g[0]
		if d := math.Log(got.Values[1]/prior[1])/g[1] - l; math.Abs(d) > 1e-9 {
			t.Fatal(d)
		}
		if d := math.Log(got.Values[2]/prior[2])/g[2] + l; math.Abs(d) > 1e-9 {
			t.Fatal(d)
		}
		if v := got.Values[0] + 0.25*got.Values[1] + 3*got.Values[2]; math.Abs(v-4) > 1e-9 {
			t.Fatal(v)
		}
	})
	t.Run("hard targets that contradict are named and not swept for ever", func(t *testing.T) {
		both := []Term{{0, 1}, {1, 1}}
		_, err := KRAS([]float64{30, 70}, []Constraint{{Name: "first", Terms: both, Value: 100}, {Name: "second", Terms: both, Value: 110}}, Options{})
		wantCode(t, err, "balance.inconsistent", "first", "second", "10")
		_, err = KRAS([]float64{30, 70}, []Constraint{{Name: "whole", Terms: both, Value: 5}, {Name: "part", Terms: both[:1], Value: 7}}, Options{})
		wantCode(t, err, "balance.bounds-infeasible", "whole", "part")
		_, err = KRAS([]float64{30, 70}, []Constraint{{Name: "whole", Terms: both, Value: 5}, {Name: "part", Terms: both[:1], Value: 4}}, Options{MaxSweeps: 1})
		wantCode(t, err, "balance.constraint-not-met", "whole")
	})
	t.Run("a sign that cannot be reached is named", func(t *testing.T) {
		_, err := KRAS([]float64{30, 70}, []Constraint{{Name: "stocks", Terms: []Term{{0, 1}, {1, 1}}, Value: -1}}, Options{})
		wantCode(t, err, "balance.sign", "stocks")
	})
	t.Run("margins in conflict with different totals settle between them", func(t *testing.T) {
		cs, err := MarginConstraints([]float64{10, 20}, []float64{15, 18}, []float64{1, 1}, []float64{2, 2}, Names{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := KRAS([]float64{4, 5, 9, 11}, cs, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s := sum(got.Values); s < 30 || s > 33 || !got.Conflict {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("bad constraints are refused", func(t *testing.T) {
		_, err := KRAS([]float64{1}, []Constraint{{Terms: []Term{{3, 1}}}}, Options{})
		wantCode(t, err, "balance.unknown-cell")
		_, err = KRAS([]float64{1}, []Constraint{{Terms: []Term{{0, 1}}, SE: -1}}, Options{})
		wantCode(t, err, "balance.negative-se")
		_, err = KRAS([]float64{1}, []Constraint{{Terms: []Term{{0, math.NaN()}}}}, Options{})
		wantCode(t, err, "balance.not-finite")
		_, err = KRAS(nil, nil, Options{})
		wantCode(t, err, "balance.empty")
		_, err = MarginConstraints([]float64{1}, []float64{1}, []float64{1, 2}, nil, Names{})
		wantCode(t, err, "balance.se-shape")
	})
}
