package balance

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
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
		name := "non-negative prior"
		if signed {
			name = "prior of any signs"
		}
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
}

func TestScalingKinds(t *testing.T) {
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
		measuretest.Fails(t, err, "balance.inconsistent", "first", "second", "10")
		_, err = KRAS([]float64{30, 70}, []Constraint{{Name: "whole", Terms: both, Value: 5}, {Name: "part", Terms: both[:1], Value: 7}}, Options{})
		measuretest.Fails(t, err, "balance.bounds-infeasible", "whole", "part")
		_, err = KRAS([]float64{30, 70}, []Constraint{{Name: "whole", Terms: both, Value: 5}, {Name: "part", Terms: both[:1], Value: 4}}, Options{MaxSweeps: 1})
		measuretest.Fails(t, err, "balance.constraint-not-met", "whole")
	})
	t.Run("a sign that cannot be reached is named", func(t *testing.T) {
		_, err := KRAS([]float64{30, 70}, []Constraint{{Name: "stocks", Terms: []Term{{0, 1}, {1, 1}}, Value: -1}}, Options{})
		measuretest.Fails(t, err, "balance.sign", "stocks")
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
		measuretest.Fails(t, err, "balance.unknown-cell")
		_, err = KRAS([]float64{1}, []Constraint{{Terms: []Term{{0, 1}}, SE: -1}}, Options{})
		measuretest.Fails(t, err, "balance.negative-se")
		_, err = KRAS([]float64{1}, []Constraint{{Terms: []Term{{0, math.NaN()}}}}, Options{})
		measuretest.Fails(t, err, "balance.not-finite")
		_, err = KRAS(nil, nil, Options{})
		measuretest.Fails(t, err, "balance.empty")
		_, err = MarginConstraints([]float64{1}, []float64{1}, []float64{1, 2}, nil, Names{})
		measuretest.Fails(t, err, "balance.se-shape")
	})
}
