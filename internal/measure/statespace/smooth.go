package statespace

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Smoothed is the states given all observations, before and after.
type Smoothed struct {
	State   [][]float64   // n × m
	StateP  [][][]float64 // n × m × m
	Signal  [][]float64   // n × p: Zα + d
	SignalV [][]float64   // n × p: variance of the signal, without the noise of an observation
	LogLik  float64
}

// Smooth runs the filter and the fixed-interval smoother, exact under the diffuse start.
// Error "statespace.not-identified" when the observations do not determine a diffuse state (all missing, for instance); else as Filter.
func Smooth(mod Model, d Data) (*Smoothed, error) {
	f, err := Filter(mod, d)
	if err != nil {
		return nil, err
	}
	return f.Smooth()
}

// Smooth runs the smoother back over a filter's run.
//
// Under a diffuse start it is made exact by generalised least squares: each diffuse state is an unknown constant δ plus a variable of
// moderate variance (which no constant that is free can be told from), the filter runs at δ = 0 and beside it what each δ does to every
// prediction, δ is estimated from all observations, and its variance is added. Nothing is divided by a variance that goes to infinity, so no digits go either.
// Source: de Jong (1991), Annals of Statistics 19(2).
func (f *Filtered) Smooth() (*Smoothed, error) {
	if f.inf != nil {
		return nil, fault.New("statespace.not-identified", "observed", f.Observed)
	}
	s := f.sys
	m, n := s.m, len(f.steps)
	run, columns := f, [][]float64(nil)
	if f.first[0] != nil {
		proper := *s
		proper.start, proper.p1 = make([]float64, m), append([]float64(nil), s.p1...)
		unit := f.unit()
		for i, size := range s.start {
			if size != 0 {
				column := make([]float64, m)
				column[i] = size * unit
				columns = append(columns, column)
				proper.p1[i*m+i] = column[i] * column[i]
			}
		}
		var err error
		if run, err = proper.filter(f.data); err != nil {
			return nil, err
		}
	}
	effects, delta, root, err := run.constants(columns)
	if err != nil {
		return nil, err
	}
	q := len(columns)
	out := &Smoothed{LogLik: f.LogLik, State: make([][]float64, n), StateP: make([][][]float64, n), Signal: make([][]float64, n), SignalV: make([][]float64, n)}
	// r and N of the backward recursion, and an r for each constant.
	r, rs, nn := make([]float64, m), make([][]float64, q), make([]float64, m*m)
	for k := range rs {
		rs[k] = make([]float64, m)
	}
	for t := n - 1; t >= 0; t-- {
		stage := s.at(t)
		if t < n-1 {
			tt := transpose(stage.t, m)
			r, nn = times(tt, r), sandwich(tt, nn, m, m)
			for k := range rs {
				rs[k] = times(tt, rs[k])
			}
		}
		for i := len(run.steps[t]) - 1; i >= 0; i-- {
			st := run.steps[t][i]
			l := downdate(st.gain, st.z, st.f, m)
			r, nn = times(l, r), sandwich(l, nn, m, m)
			add(r, st.z, st.v/st.f)
			add(nn, outer(st.z, st.z), 1/st.f)
			for k := range rs {
				rs[k] = times(l, rs[k])
				add(rs[k], st.z, -effects[t].seen[i][k]/st.f)
			}
		}
		p := flat(run.PredictedP[t])
		state := append([]float64(nil), run.Predicted[t]...)
		add(state, times(p, r), 1)
		v := append([]float64(nil), p...)
		add(v, sandwich(p, nn, m, m), -1)
		if q > 0 {
			left := make([]float64, m*q) // what each constant does to the smoothed state
			for k := range q {
				column := append([]float64(nil), effects[t].state[k]...)
				add(column, times(p, rs[k]), 1)
				add(state, column, delta[k])
				for i := range m {
					left[i*q+k] = column[i]
				}
			}
			left = rectangle(left, root, m, q)
			add(v, sandwich(left, identity(q), m, q), 1)
		}
		signal, variance := make([]float64, s.p), make([]float64, s.p)
		for i := range s.p {
			z := s.row(stage, i)
			signal[i], variance[i] = dot(z, state)+stage.d[i], math.Max(quadratic(v, z), 0)
			if !finite(signal[i]) || !finite(variance[i]) {
				return nil, fault.New("statespace.overflow", "period", t+1)
			}
		}
		out.State[t], out.StateP[t], out.Signal[t], out.SignalV[t] = state, square(v, m), signal, variance
	}
	return out, nil
}

// unit is a standard deviation no larger than what is in the data: the smallest innovation that the diffuse start did not take. One that is too small
// costs no digits; one that is too large does.
func (f *Filtered) unit() float64 {
	least := math.Inf(1)
	for _, steps := range f.steps {
		for _, st := range steps {
			if st.fInf == 0 {
				least = math.Min(least, st.f)
			}
		}
	}
	if !finite(least) || least < 1e-200 {
		return 1
	}
	return math.Sqrt(least)
}

// effect is what each constant of a diffuse start does to the predictions of a period.
type effect struct {
	state [][]float64 // by constant: to the predicted state
	seen  [][]float64 // by step and constant: to the prediction of the observation
}

// constants carries the columns of a diffuse start through a filter's run and estimates their factors from all observations. root W has WW' = their variance.
func (f *Filtered) constants(columns [][]float64) (effects []effect, delta, root []float64, err error) {
	q := len(columns)
	if q == 0 {
		return nil, nil, nil, nil
	}
	var rows, rest []float64
	for t, steps := range f.steps {
		e := effect{}
		for k := range columns {
			e.state = append(e.state, append([]float64(nil), columns[k]...))
		}
		for _, st := range steps {
			seen := make([]float64, q)
			for k := range columns {
				seen[k] = dot(st.z, columns[k])
				add(columns[k], st.gain, -seen[k]/st.f)
				rows = append(rows, seen[k]/math.Sqrt(st.f))
			}
			rest = append(rest, st.v/math.Sqrt(st.f))
			e.seen = append(e.seen, seen)
		}
		effects = append(effects, e)
		for k := range columns {
			columns[k] = times(f.sys.at(t).t, columns[k])
		}
	}
	if len(rest) < q {
		return nil, nil, nil, fault.New("statespace.not-identified", "observed", len(rest))
	}
	var qr mat.QR
	qr.Factorize(mat.NewDense(len(rest), q, rows))
	var d mat.VecDense
	var r, inverse mat.Dense
	qr.RTo(&r)
	upper := mat.NewTriDense(q, mat.Upper, nil)
	for i := range q {
		for k := i; k < q; k++ {
			upper.SetTri(i, k, r.At(i, k))
		}
	}
	var w mat.TriDense
	if w.InverseTri(upper) != nil && !finite(mat.Norm(&w, 1)) || qr.SolveVecTo(&d, false, mat.NewVecDense(len(rest), rest)) != nil && !finite(mat.Norm(&d, 1)) {
		return nil, nil, nil, fault.New("statespace.not-identified", "observed", len(rest))
	}
	inverse.CloneFrom(&w)
	return effects, d.RawVector().Data, inverse.RawMatrix().Data, nil
}

// downdate gives (I − k z/f)' as a flat matrix.
func downdate(k, z []float64, f float64, m int) []float64 {
	out := identity(m)
	for i := range m {
		for j := range m {
			out[i*m+j] -= z[i] * k[j] / f
		}
	}
	return out
}

func outer(a, b []float64) []float64 {
	out := make([]float64, 0, len(a)*len(b))
	for i := range a {
		for j := range b {
			out = append(out, a[i]*b[j])
		}
	}
	return out
}

// rectangle gives A B for A of m × k and B of k × k.
func rectangle(a, b []float64, m, k int) []float64 {
	out := make([]float64, m*k)
	for i := range m {
		for l := range k {
			add(out[i*k:(i+1)*k], b[l*k:(l+1)*k], a[i*k+l])
		}
	}
	return out
}

func product(a, b []float64, m int) []float64 {
	out := make([]float64, m*m)
	for i := range m {
		for l := range m {
			x := a[i*m+l]
			for j := range m {
				out[i*m+j] += x * b[l*m+j]
			}
		}
	}
	return out
}

func transpose(a []float64, m int) []float64 {
	out := make([]float64, m*m)
	for i := range m {
		for j := range m {
			out[j*m+i] = a[i*m+j]
		}
	}
	return out
}

func flat(a [][]float64) []float64 {
	var out []float64
	for _, row := range a {
		out = append(out, row...)
	}
	return out
}

// Forecasts is what is expected after the data.
type Forecasts struct {
	Value [][]float64 // horizon × p
	SE    [][]float64 // horizon × p: of the observation to come, its noise included
}

// Forecast gives the next periods of every series.
func Forecast(mod Model, d Data, horizon int) (*Forecasts, error) {
	if horizon < 1 {
		return nil, fault.New("statespace.no-horizon", "horizon", horizon)
	}
	s, err := mod.compile()
	if err != nil {
		return nil, err
	}
	if err := s.check(d); err != nil {
		return nil, err
	}
	longer := d.Extend(horizon, s.p)
	if err := s.check(longer); err != nil { // matrices of the periods to come
		return nil, err
	}
	f, err := s.filter(longer)
	if err != nil {
		return nil, err
	}
	if f.inf != nil {
		return nil, fault.New("statespace.not-identified", "observed", f.Observed)
	}
	out := &Forecasts{}
	for t := len(d.Values); t < len(f.Predicted); t++ {
		value, se := make([]float64, s.p), make([]float64, s.p)
		for i := range s.p {
			value[i] = dot(s.row(s.at(t), i), f.Predicted[t]) + s.at(t).d[i]
			se[i] = math.Sqrt(f.InnovationF[t][i])
		}
		out.Value, out.SE = append(out.Value, value), append(out.SE, se)
	}
	return out, nil
}
