package balance

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/measuretest"
)

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
		measuretest.Fails(t, err, "balance.empty-column", "B")
	})
	t.Run("a row of zeros with a target is named", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, 0, 3}, {0, 0, 0}, {1, 3, 1}}), []float64{5, 5, 5}, []float64{5, 5, 5}, names)
		measuretest.Fails(t, err, "balance.empty-row", "Huế")
	})
	t.Run("a line of negative cells cannot reach a positive target", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, -2, 3}, {4, -1, 6}, {1, -3, 1}}), []float64{5, 5, 5}, []float64{5, 5, 5}, names)
		measuretest.Fails(t, err, "balance.column-sign", "B")
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
}

func TestScalingRefusesAndHolds(t *testing.T) {
	names := Options{Names: Names{Rows: []string{"Hà Nội", "Huế", "Cần Thơ"}, Columns: []string{"A", "B", "C"}}}
	t.Run("different totals are refused unless a side is declared to scale", func(t *testing.T) {
		prior := dense([][]float64{{1, 2}, {3, 4}})
		_, err := RAS(prior, []float64{5, 5}, []float64{5, 6}, Options{})
		measuretest.Fails(t, err, "balance.totals-differ", "10", "11")
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
		measuretest.Fails(t, err, "balance.row-sign", "Hà Nội", "-4")
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
		measuretest.Fails(t, err, "balance.row-sign", "Hà Nội")
	})
	t.Run("RAS refuses what only GRAS can do", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, -1}, {1, 1}}), []float64{1, 2}, []float64{2, 1}, names)
		measuretest.Fails(t, err, "balance.negative-cell", "Hà Nội", "B")
		_, err = RAS(dense([][]float64{{1, 1}, {1, 1}}), []float64{-1, 2}, []float64{0, 1}, names)
		measuretest.Fails(t, err, "balance.negative-row-target", "Hà Nội")
		_, err = RAS(dense([][]float64{{1, 1}, {1, 1}}), []float64{1, 2}, []float64{4, -1}, names)
		measuretest.Fails(t, err, "balance.negative-column-target", "B")
	})
	t.Run("numbers that are not finite are named", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, math.NaN()}, {1, 1}}), []float64{1, 2}, []float64{2, 1}, names)
		measuretest.Fails(t, err, "balance.not-finite", "Hà Nội × B")
		_, err = GRAS(dense([][]float64{{1, 1}, {1, 1}}), []float64{1, math.Inf(1)}, []float64{2, 1}, names)
		measuretest.Fails(t, err, "balance.not-finite", "Huế")
	})
	t.Run("shapes that do not fit are refused", func(t *testing.T) {
		_, err := GRAS(dense([][]float64{{1, 1}}), []float64{1, 2}, []float64{2, 1}, names)
		measuretest.Fails(t, err, "balance.shape")
		_, err = GRAS(nil, nil, nil, names)
		measuretest.Fails(t, err, "balance.empty")
		_, err = GRAS(dense([][]float64{{1, 1}}), []float64{1}, []float64{2, -1}, Options{Held: []Cell{{1, 0}}})
		measuretest.Fails(t, err, "balance.held-outside")
	})
	t.Run("a single cell takes its target", func(t *testing.T) {
		got, err := RAS(dense([][]float64{{3}}), []float64{7}, []float64{7}, Options{})
		if err != nil || math.Abs(got.Matrix.At(0, 0)-7) > 1e-12 {
			t.Fatal(got, err)
		}
	})
	t.Run("too few sweeps are an error, not an answer", func(t *testing.T) {
		_, err := RAS(dense([][]float64{{1, 9}, {7, 2}}), []float64{5, 5}, []float64{4, 6}, Options{MaxSweeps: 1})
		measuretest.Fails(t, err, "balance.not-reached")
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
