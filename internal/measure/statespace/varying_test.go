package statespace

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

// inUnits writes a model in states S α.
func inUnits(mod Model, s []float64) Model {
	by := func(x [][]float64, rows, columns func(i int) float64) [][]float64 {
		out := make([][]float64, len(x))
		for i := range x {
			for k := range x[i] {
				out[i] = append(out[i], x[i][k]*rows(i)*columns(k))
			}
		}
		return out
	}
	one := func(int) float64 { return 1 }
	up, down := func(i int) float64 { return s[i] }, func(i int) float64 { return 1 / s[i] }
	out := mod
	out.Z, out.T, out.R, out.P1 = by(mod.Z, one, down), by(mod.T, up, down), by(mod.R, up, one), by(mod.P1, up, up)
	out.C, out.A1 = by([][]float64{mod.C}, one, up)[0], by([][]float64{mod.A1}, one, up)[0]
	return out
}

func TestUnits(t *testing.T) {
	t.Run("the units in which states are counted change nothing that is seen", rapid.MakeCheck(func(r *rapid.T) {
		m, p, n := rapid.IntRange(1, 3).Draw(r, "m"), rapid.IntRange(1, 2).Draw(r, "p"), rapid.IntRange(4, 8).Draw(r, "n")
		mod := Model{Z: matrix(r, p, m, 1, "z"), H: variance(r, p, "h"), T: matrix(r, m, m, 1, "t"), R: matrix(r, m, 2, 1, "r"), Q: variance(r, 2, "q"),
			C: matrix(r, 1, m, 1, "c")[0], A1: matrix(r, 1, m, 1, "a1")[0], P1: variance(r, m, "p1"), Diffuse: make([]bool, m)}
		s, logS := make([]float64, m), 0.0
		if rapid.Bool().Draw(r, "diffuse") { // the first state, with as much to see of it as of the others
			mod.Z[0][0], mod.Diffuse[0], mod.A1[0] = 1, true, 0
			for k := range m {
				mod.P1[0][k], mod.P1[k][0] = 0, 0
			}
		}
		for i := range s {
			s[i] = math.Pow(10, float64(rapid.IntRange(-7, 7).Draw(r, "s")))
			if mod.Diffuse[i] {
				logS += math.Log(s[i])
			}
		}
		d := someData(r, n, p)
		d.Known[0][0] = true
		a, err := Smooth(mod, d)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Smooth(inUnits(mod, s), d)
		if err != nil {
			r.Fatalf("in other units: %v", err)
		}
		measuretest.Near(r, "logL", b.LogLik-logS, a.LogLik, 1e-9)
		for i := range a.Signal {
			for k := range p {
				measuretest.Near(r, "signal", b.Signal[i][k], a.Signal[i][k], 1e-8)
				measuretest.Near(r, "variance", b.SignalV[i][k], a.SignalV[i][k], 1e-8)
			}
		}
	}))
	t.Run("a diffuse state beside one in millions is still found", func(t *testing.T) {
		mod := Model{Z: [][]float64{{1, 1e-7}}, H: [][]float64{{1}}, T: [][]float64{{1, 0}, {0, 0.5}}, Q: [][]float64{{1, 0}, {0, 1e14}}, Diffuse: []bool{true, true}}
		same := Model{Z: [][]float64{{1, 1}}, H: [][]float64{{1}}, T: [][]float64{{1, 0}, {0, 0.5}}, Q: [][]float64{{1, 0}, {0, 1}}, Diffuse: []bool{true, true}}
		a, err := Smooth(mod, Series([]float64{3, 1, 4, 1, 5}))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := Smooth(same, Series([]float64{3, 1, 4, 1, 5}))
		measuretest.Near(t, "logL", a.LogLik, b.LogLik+math.Log(1e7), 1e-12)
		measuretest.Near(t, "signal", a.Signal[2][0], b.Signal[2][0], 1e-11)
	})
	t.Run("digits of the smoothed variances survive a diffuse direction that is seen only faintly at first", func(t *testing.T) {
		mod := Model{Z: [][]float64{{1, 0}, {1, 1e-4}}, H: [][]float64{{1, 0}, {0, 1}}, T: [][]float64{{1, 1}, {0, 1}}, Q: [][]float64{{1, 0}, {0, 0}}, Diffuse: []bool{true, true}}
		d := Data{Values: [][]float64{{1, 2}, {2, 1}, {4, 5}, {5, 4}, {7, 7}}}
		got, err := Smooth(mod, d)
		if err != nil {
			t.Fatal(err)
		}
		_, want, _ := direct(mod, d)
		for i := range d.Values {
			for k := range 2 {
				measuretest.Near(t, "variance", got.StateP[i][k][k], want.At(2*i+k, 2*i+k), 1e-9)
			}
		}
	})
}

func TestEach(t *testing.T) {
	t.Run("with matrices of their own in every period, states, variances and log-likelihood are those of the joint normal distribution", rapid.MakeCheck(func(r *rapid.T) {
		m, p, n := rapid.IntRange(1, 3).Draw(r, "m"), rapid.IntRange(1, 2).Draw(r, "p"), rapid.IntRange(2, 6).Draw(r, "n")
		mod := Model{T: matrix(r, m, m, 1, "t"), Q: variance(r, m, "q"), Z: matrix(r, p, m, 1, "z"), H: variance(r, p, "h"), A1: matrix(r, 1, m, 1, "a1")[0], P1: variance(r, m, "p1")}
		for range n {
			own := Matrices{Z: matrix(r, p, m, 1, "zt"), D: matrix(r, 1, p, 1, "dt")[0]}
			if rapid.Bool().Draw(r, "all") {
				own.H, own.T, own.R, own.Q, own.C = variance(r, p, "ht"), matrix(r, m, m, 1, "tt"), matrix(r, m, 2, 1, "rt"), variance(r, 2, "qt"), matrix(r, 1, m, 1, "ct")[0]
			}
			mod.Each = append(mod.Each, own)
		}
		d := someData(r, n, p)
		d.Known[0][0] = true
		compare(r, mod, d, 1e-8)
	}))
	t.Run("a regression on a variable in millions has the coefficients and errors of least squares", func(t *testing.T) {
		x := []float64{1.1e6, 1.2e6, 1.15e6, 1.4e6, 1.3e6, 1.6e6, 1.55e6}
		y := []float64{3, 4, 3, 6, 5, 8, 7}
		const v = 0.25
		mod := Model{Z: [][]float64{{1, 0}}, H: [][]float64{{v}}, T: [][]float64{{1, 0}, {0, 1}}, Q: [][]float64{{0, 0}, {0, 0}}, Diffuse: []bool{true, true}}
		design := mat.NewDense(len(x), 2, nil)
		for i := range x {
			mod.Each = append(mod.Each, Matrices{Z: [][]float64{{1, x[i]}}})
			design.SetRow(i, []float64{1, x[i] / 1e6})
		}
		got, err := Smooth(mod, Series(y))
		if err != nil {
			t.Fatal(err)
		}
		var b mat.VecDense
		if err := b.SolveVec(design, mat.NewVecDense(len(y), y)); err != nil {
			t.Fatal(err)
		}
		var gram, inverse mat.Dense
		gram.Mul(design.T(), design)
		if err := inverse.Inverse(&gram); err != nil {
			t.Fatal(err)
		}
		last := len(y) - 1
		measuretest.Near(t, "constant", got.State[last][0], b.AtVec(0), 1e-10)
		measuretest.Near(t, "slope", got.State[last][1]*1e6, b.AtVec(1), 1e-10)
		measuretest.Near(t, "error of the slope", got.StateP[last][1][1]*1e12, v*inverse.At(1, 1), 1e-9)
	})
	t.Run("a horizon beyond the matrices that are given is refused", func(t *testing.T) {
		mod := LocalLevel(1, 1)
		mod.Each = make([]Matrices, 4)
		if _, err := Forecast(mod, Series([]float64{1, 2, 3}), 1); err != nil {
			t.Fatal(err)
		}
		_, err := Forecast(mod, Series([]float64{1, 2, 3}), 2)
		measuretest.Fails(t, err, "statespace.few-periods")
		_, err = Filter(mod, Series([]float64{1, 2, 3, 4, 5}))
		measuretest.Fails(t, err, "statespace.few-periods")
	})
}
