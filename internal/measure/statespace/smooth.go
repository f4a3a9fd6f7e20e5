package statespace

import (
	"math"

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
func (f *Filtered) Smooth() (*Smoothed, error) {
	s := f.sys
	m, n := s.m, len(f.steps)
	if f.inf != nil {
		return nil, fault.New("statespace.not-identified", "observed", f.Observed)
	}
	out := &Smoothed{LogLik: f.LogLik, State: make([][]float64, n), StateP: make([][][]float64, n), Signal: make([][]float64, n), SignalV: make([][]float64, n)}
	// r = r0 + r1/κ and N = N0 + N1/κ + N2/κ², the expansions of Koopman and Durbin in the diffuse variance κ.
	r0, r1 := make([]float64, m), make([]float64, m)
	n0, n1, n2 := make([]float64, m*m), make([]float64, m*m), make([]float64, m*m)
	tt := transpose(s.t, m)
	for t := n - 1; t >= 0; t-- {
		if t < n-1 {
			r0, r1 = times(tt, r0), times(tt, r1)
			n0, n1, n2 = sandwich(tt, n0, m, m), sandwich(tt, n1, m, m), sandwich(tt, n2, m, m)
		}
		for i := len(f.steps[t]) - 1; i >= 0; i-- {
			st := f.steps[t][i]
			if st.fInf > 0 {
				l := downdate(st.gainInf, st.z, st.fInf, m) // L∞' = (I − K∞z/F∞)'
				k := scale(st.gainInf, st.f/st.fInf/st.fInf)
				add(k, st.gain, -1/st.fInf)
				zk := outer(st.z, k) // L0' = z'(K∞F*/F∞ − K*)'/F∞
				lr := times(l, r1)
				add(lr, times(zk, r0), 1)
				add(lr, st.z, st.v/st.fInf)
				r0, r1 = times(l, r0), lr
				zz := outer(st.z, st.z)
				new2 := sandwich(l, n2, m, m)
				add(new2, sandwich(zk, n0, m, m), 1)
				add(new2, both(zk, n1, l, m), 1)
				add(new2, zz, -st.f/st.fInf/st.fInf)
				new1 := sandwich(l, n1, m, m)
				add(new1, both(zk, n0, l, m), 1)
				add(new1, zz, 1/st.fInf)
				n0, n1, n2 = sandwich(l, n0, m, m), new1, new2
				continue
			}
			l := downdate(st.gain, st.z, st.f, m)
			r0 = times(l, r0)
			add(r0, st.z, st.v/st.f)
			n0 = sandwich(l, n0, m, m)
			add(n0, outer(st.z, st.z), 1/st.f)
			if f.first[t] != nil {
				r1, n1, n2 = times(l, r1), sandwich(l, n1, m, m), sandwich(l, n2, m, m)
			}
		}
		p := flat(f.PredictedP[t])
		state := append([]float64(nil), f.Predicted[t]...)
		add(state, times(p, r0), 1)
		v := append([]float64(nil), p...)
		add(v, sandwich(p, n0, m, m), -1)
		if inf := f.first[t]; inf != nil {
			add(state, times(inf, r1), 1)
			add(v, both(inf, n1, p, m), -1)
			add(v, sandwich(inf, n2, m, m), -1)
		}
		signal, variance := make([]float64, s.p), make([]float64, s.p)
		for i := range s.p {
			z := s.z[i*m : (i+1)*m]
			signal[i], variance[i] = dot(z, state)+s.d[i], math.Max(quadratic(v, z), 0)
			if !finite(signal[i]) || !finite(variance[i]) {
				return nil, fault.New("statespace.overflow", "period", t+1)
			}
		}
		out.State[t], out.StateP[t], out.Signal[t], out.SignalV[t] = state, square(v, m), signal, variance
	}
	return out, nil
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

// both gives A N B' + B N A' for symmetric N.
func both(a, n, b []float64, m int) []float64 {
	an := product(a, n, m)
	x := product(an, transpose(b, m), m)
	out := make([]float64, m*m)
	for i := range m {
		for j := range m {
			out[i*m+j] = x[i*m+j] + x[j*m+i]
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
	f, err := s.filter(d.Extend(horizon, s.p))
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
			value[i] = dot(s.z[i*s.m:(i+1)*s.m], f.Predicted[t]) + s.d[i]
			se[i] = math.Sqrt(f.InnovationF[t][i])
		}
		out.Value, out.SE = append(out.Value, value), append(out.SE, se)
	}
	return out, nil
}
