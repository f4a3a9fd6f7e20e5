package statespace

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

func TestNile(t *testing.T) {
	const level, irregular = 1469.146631, 15098.577105
	t.Run("at the oracle's variances the exact diffuse log-likelihood, forecasts and standard errors are the oracle's", func(t *testing.T) {
		f, err := Filter(LocalLevel(level, irregular), Series(nile))
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "logL", f.LogLik, -632.5456251, 1e-10)
		fc, err := Forecast(LocalLevel(level, irregular), Series(nile), 3)
		if err != nil {
			t.Fatal(err)
		}
		for h, se := range []float64{143.526550289, 148.556444722, 153.421523584} {
			measuretest.Near(t, "forecast", fc.Value[h][0], 798.368156124, 1e-10)
			measuretest.Near(t, "se", fc.SE[h][0], se, 1e-10)
		}
	})
	t.Run("maximum likelihood finds the oracle's variances within 1e-4 and at least its likelihood", func(t *testing.T) {
		fit, err := FitLocalLevel(Series(nile))
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "level", fit.Variances[0], level, 1e-4)
		measuretest.Near(t, "irregular", fit.Variances[1], irregular, 1e-4)
		if fit.LogLik < -632.54562510-1e-7 || fit.Zero[0] || fit.Zero[1] {
			t.Errorf("%+v", fit)
		}
	})
	t.Run("the local trend reduces to the local level, and says which variance is zero", func(t *testing.T) {
		fit, err := FitLocalTrend(Series(nile))
		if err != nil {
			t.Fatal(err)
		}
		if !fit.Zero[1] || fit.Variances[1] != 0 || fit.Zero[0] || fit.Zero[2] {
			t.Errorf("%+v", fit)
		}
	})
}

func variance(r *rapid.T, n int, name string) [][]float64 {
	l := rapid.SliceOfN(rapid.Float64Range(-1, 1), n*n, n*n).Draw(r, name)
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
	}
	for i := range n {
		for k := range i + 1 {
			x := 0.0
			for j := range n {
				x += l[i*n+j] * l[k*n+j]
			}
			if i == k {
				x += 0.1
			}
			out[i][k], out[k][i] = x, x
		}
	}
	return out
}

func matrix(r *rapid.T, rows, columns int, bound float64, name string) [][]float64 {
	out := make([][]float64, rows)
	for i := range out {
		out[i] = rapid.SliceOfN(rapid.Float64Range(-bound, bound), columns, columns).Draw(r, name)
	}
	return out
}

func someData(r *rapid.T, n, p int) Data {
	d := Data{Values: matrix(r, n, p, 3, "y")}
	for range n {
		d.Known = append(d.Known, rapid.SliceOfN(rapid.Bool(), p, p).Draw(r, "known"))
	}
	return d
}

func TestAgainstTheJointNormal(t *testing.T) {
	t.Run("states, variances and log-likelihood of a proper start are those of the joint normal distribution, with missing cells and correlated noise", rapid.MakeCheck(func(r *rapid.T) {
		m, p, n := rapid.IntRange(1, 3).Draw(r, "m"), rapid.IntRange(1, 3).Draw(r, "p"), rapid.IntRange(1, 6).Draw(r, "n")
		mod := Model{
			Z: matrix(r, p, m, 1, "z"), H: variance(r, p, "h"), T: matrix(r, m, m, 1, "t"), R: matrix(r, m, 2, 1, "r"), Q: variance(r, 2, "q"),
			D: matrix(r, 1, p, 1, "d")[0], C: matrix(r, 1, m, 1, "c")[0], A1: matrix(r, 1, m, 1, "a1")[0], P1: variance(r, m, "p1"),
		}
		d := someData(r, n, p)
		d.Known[0][0] = true
		compare(r, mod, d, 1e-8)
	}))
	t.Run("under the diffuse start they are those of generalised least squares", rapid.MakeCheck(func(r *rapid.T) {
		n := rapid.IntRange(4, 8).Draw(r, "n")
		v := rapid.Float64Range(0.1, 3)
		mod := rapid.SampledFrom([]Model{LocalLevel(v.Draw(r, "a"), v.Draw(r, "b")), LocalTrend(v.Draw(r, "a"), v.Draw(r, "b"), v.Draw(r, "c"))}).Draw(r, "model")
		d := someData(r, n, 1)
		d.Known[0][0], d.Known[n-1][0] = true, true
		compare(r, mod, d, 1e-8)
	}))
	t.Run("a diffuse state that is first seen late, when it has all but faded", rapid.MakeCheck(func(r *rapid.T) {
		mod := Model{
			Z: [][]float64{{0, 1}, {1, 0}}, H: [][]float64{{0.5, 0}, {0, 0.2}}, T: [][]float64{{0.1, 0}, {0, 1}}, Q: variance(r, 2, "q"), Diffuse: []bool{true, true},
		}
		d := someData(r, 7, 2)
		for t := range 7 {
			d.Known[t] = []bool{true, t >= 5}
		}
		compare(r, mod, d, 1e-4)
	}))
	t.Run("two series on one diffuse level and one on a proper cycle", rapid.MakeCheck(func(r *rapid.T) {
		n := rapid.IntRange(3, 7).Draw(r, "n")
		mod := Model{
			Z: [][]float64{{1, 0, 1}, {0.5, 0.3, 1}, {0, 0, 1}}, H: variance(r, 3, "h"),
			T: [][]float64{{1, 1, 0}, {0, 1, 0}, {0, 0, 0.7}}, Q: variance(r, 3, "q"), P1: [][]float64{{0, 0, 0}, {0, 0, 0}, {0, 0, 1.5}},
			Diffuse: []bool{true, true, false}, D: []float64{1, -1, 0}, A1: []float64{0, 0, 0.4},
		}
		d := someData(r, n, 3)
		for _, t := range []int{0, n - 1} {
			d.Known[t][0], d.Known[t][1] = true, true
		}
		compare(r, mod, d, 1e-7)
	}))
}

func compare(r *rapid.T, mod Model, d Data, tolerance float64) {
	sm, err := Smooth(mod, d)
	if err != nil {
		r.Fatal(err)
	}
	if mod.A1 == nil {
		mod.A1 = make([]float64, len(mod.T))
	}
	state, v, logLik := direct(mod, d)
	m := len(mod.T)
	measuretest.Near(r, "logL", sm.LogLik, logLik, tolerance)
	for t := range d.Values {
		for i := range m {
			measuretest.Near(r, "state", sm.State[t][i], state[t*m+i], tolerance)
			for k := range m {
				measuretest.Near(r, "variance", sm.StateP[t][i][k], v.At(t*m+i, t*m+k), tolerance)
			}
		}
	}
}

func TestIdentities(t *testing.T) {
	t.Run("without observation noise the smoothed signal is the data", rapid.MakeCheck(func(r *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-100, 100), 3, 20).Draw(r, "y")
		sm, err := Smooth(LocalLevel(2, 0), Series(y))
		if err != nil {
			r.Fatal(err)
		}
		for t := range y {
			measuretest.Near(r, "signal", sm.Signal[t][0], y[t], 1e-10)
			measuretest.Near(r, "variance", sm.SignalV[t][0], 0, 1e-10)
		}
	}))
	t.Run("a period in which everything is missing changes neither the likelihood nor what came before", rapid.MakeCheck(func(r *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-10, 10), 3, 15).Draw(r, "y")
		mod := LocalTrend(1, 0.5, 2)
		a, err := Smooth(mod, Series(y))
		if err != nil {
			r.Fatal(err)
		}
		b, err := Smooth(mod, Series(y).Extend(2, 1))
		if err != nil {
			r.Fatal(err)
		}
		measuretest.Near(r, "logL", b.LogLik, a.LogLik, 1e-12)
		for t := range y {
			measuretest.Near(r, "state", b.State[t][0], a.State[t][0], 1e-9)
			measuretest.Near(r, "variance", b.StateP[t][1][1], a.StateP[t][1][1], 1e-9)
		}
	}))
	t.Run("what the filter knows after a period is what the smoother knows of the data up to it", rapid.MakeCheck(func(r *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-10, 10), 4, 12).Draw(r, "y")
		mod := LocalTrend(1, 0.5, 2)
		f, err := Filter(mod, Series(y))
		if err != nil {
			r.Fatal(err)
		}
		for t := 2; t < len(y); t++ {
			sm, err := Smooth(mod, Series(y[:t+1]))
			if err != nil {
				r.Fatal(err)
			}
			for i := range 2 {
				measuretest.Near(r, "state", f.State[t][i], sm.State[t][i], 1e-9)
				measuretest.Near(r, "variance", f.StateP[t][i][1], sm.StateP[t][i][1], 1e-9)
			}
			measuretest.Near(r, "innovation", f.Innovation[t][0], y[t]-f.Predicted[t][0], 1e-12)
		}
		if !f.Diffuse[0] || !f.Diffuse[1] || f.Diffuse[2] || f.Absorbed != 2 {
			r.Errorf("diffuse %v, absorbed %d", f.Diffuse, f.Absorbed)
		}
	}))
	t.Run("the standard error of a forecast never falls with the horizon", rapid.MakeCheck(func(r *rapid.T) {
		v := rapid.Float64Range(0, 5)
		fc, err := Forecast(LocalLevel(v.Draw(r, "level"), 0.1+v.Draw(r, "irregular")), Series(nile[:20]), 8)
		if err != nil {
			r.Fatal(err)
		}
		for h := 1; h < 8; h++ {
			if fc.SE[h][0] < fc.SE[h-1][0]*(1-1e-14) {
				r.Errorf("se %v", fc.SE)
			}
		}
	}))
	t.Run("data times c: states times c, variances times c² when the model's are", rapid.MakeCheck(func(r *rapid.T) {
		c := rapid.Float64Range(0.01, 100).Draw(r, "c")
		y := rapid.SliceOfN(rapid.Float64Range(-10, 10), 4, 12).Draw(r, "y")
		a, err := Smooth(LocalTrend(1, 0.5, 2), Series(y))
		if err != nil {
			r.Fatal(err)
		}
		b, err := Smooth(LocalTrend(c*c, 0.5*c*c, 2*c*c), Series(scale(y, c)))
		if err != nil {
			r.Fatal(err)
		}
		for t := range y {
			measuretest.Near(r, "state", b.State[t][0]/c, a.State[t][0], 1e-8)
			measuretest.Near(r, "variance", b.StateP[t][0][0]/c/c, a.StateP[t][0][0], 1e-8)
		}
	}))
	t.Run("the diffuse start is the limit of a large initial variance", func(t *testing.T) {
		exact, err := Smooth(LocalLevel(1469, 15099), Series(nile))
		if err != nil {
			t.Fatal(err)
		}
		mod := LocalLevel(1469, 15099)
		mod.Diffuse, mod.P1 = nil, [][]float64{{1e10}}
		big, err := Smooth(mod, Series(nile))
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "state", big.State[0][0], exact.State[0][0], 1e-5)
		measuretest.Near(t, "logL less that of the first observation", big.LogLik+(math.Log(2*math.Pi)+math.Log(1e10))/2, exact.LogLik, 1e-5)
	})
}

func TestRefusals(t *testing.T) {
	ok := Series([]float64{1, 2, 3})
	t.Run("a model that is none, and data that do not fit it, are refused by name", func(t *testing.T) {
		for code, spoil := range map[string]func(*Model){
			"statespace.empty-model":       func(m *Model) { m.T = nil },
			"statespace.shape":             func(m *Model) { m.Z = [][]float64{{1, 2}} },
			"statespace.not-finite":        func(m *Model) { m.T = [][]float64{{math.NaN()}} },
			"statespace.not-a-variance":    func(m *Model) { m.H = [][]float64{{-1}} },
			"statespace.diffuse-and-known": func(m *Model) { m.P1 = [][]float64{{1}} },
			"statespace.singular":          func(m *Model) { m.Q, m.H = [][]float64{{0}}, [][]float64{{0}} },
			"statespace.overflow":          func(m *Model) { m.T = [][]float64{{1e200}} },
		} {
			mod := LocalLevel(1, 1)
			spoil(&mod)
			_, err := Filter(mod, ok)
			measuretest.Fails(t, err, code)
		}
		_, err := Filter(LocalLevel(1, 1), Data{})
		measuretest.Fails(t, err, "statespace.no-data")
		_, err = Filter(LocalLevel(1, 1), Series([]float64{1, math.Inf(1)}))
		measuretest.Fails(t, err, "statespace.not-finite")
		_, err = Filter(LocalLevel(1, 1), Data{Values: [][]float64{{1, 2}}})
		measuretest.Fails(t, err, "statespace.shape")
		_, err = Forecast(LocalLevel(1, 1), ok, 0)
		measuretest.Fails(t, err, "statespace.no-horizon")
	})
	t.Run("an asymmetric or indefinite covariance is no variance", func(t *testing.T) {
		mod := Model{Z: [][]float64{{1}, {1}}, T: [][]float64{{1}}, Q: [][]float64{{1}}, H: [][]float64{{1, 0.5}, {0.4, 1}}}
		_, err := Filter(mod, Data{Values: [][]float64{{1, 1}}})
		measuretest.Fails(t, err, "statespace.not-a-variance")
		mod.H = [][]float64{{1, 2}, {2, 1}}
		_, err = Filter(mod, Data{Values: [][]float64{{1, 1}}})
		measuretest.Fails(t, err, "statespace.not-a-variance")
	})
	t.Run("with nothing observed there is a prediction only where the start is known", func(t *testing.T) {
		nothing := Data{Values: [][]float64{{0}, {0}}, Known: [][]bool{{false}, {false}}}
		_, err := Smooth(LocalLevel(1, 1), nothing)
		measuretest.Fails(t, err, "statespace.not-identified")
		_, err = Forecast(LocalTrend(1, 1, 1), Series([]float64{1}), 1)
		measuretest.Fails(t, err, "statespace.not-identified")
		mod := LocalLevel(1, 1)
		mod.Diffuse, mod.A1, mod.P1 = nil, []float64{5}, [][]float64{{2}}
		sm, err := Smooth(mod, nothing)
		if err != nil || sm.State[1][0] != 5 || sm.StateP[1][0][0] != 3 {
			t.Errorf("%+v %v", sm, err)
		}
	})
	t.Run("variances are not estimated from too little, or from what does not vary", func(t *testing.T) {
		_, err := FitLocalLevel(Series([]float64{1, 2}))
		measuretest.Fails(t, err, "statespace.too-few")
		_, err = FitLocalLevel(Series([]float64{4, 4, 4, 4}))
		measuretest.Fails(t, err, "statespace.no-variation")
		_, err = FitLocalTrend(Series([]float64{1, 2, 3, 4, 5, 6, 7}))
		measuretest.Fails(t, err, "statespace.no-variation")
		_, err = FitVariances(ok, 5, nil)
		measuretest.Fails(t, err, "statespace.shape")
	})
	t.Run("a model that works at no variances but the first has no maximum", func(t *testing.T) {
		calls := 0
		_, err := FitVariances(Series(nile[:10]), 2, func(v []float64) Model {
			calls++
			if calls > 1 {
				return Model{}
			}
			return LocalLevel(v[0], v[1])
		})
		measuretest.Fails(t, err, "statespace.no-maximum")
	})
	t.Run("white noise has no level variance, a random walk no irregular", func(t *testing.T) {
		white, err := FitLocalLevel(Series([]float64{1, -1, 1.2, -0.9, 1, -1.1, 0.8, -1, 1.1, -0.9}))
		if err != nil || !white.Zero[0] {
			t.Errorf("%+v %v", white, err)
		}
		walk, err := FitLocalLevel(Series([]float64{0, 1, 2, 3.1, 4, 5, 5.9, 4.8, 3.9, 3, 2, 1, 0}))
		if err != nil || !walk.Zero[1] {
			t.Errorf("%+v %v", walk, err)
		}
	})
}
