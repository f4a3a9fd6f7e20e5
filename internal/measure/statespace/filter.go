package statespace

import (
	"math"

	"nhipso/internal/fault"
)

// Filtered is the run of a Kalman filter over n periods.
type Filtered struct {
	LogLik      float64       // Gaussian, constants included; observations absorbed by the diffuse start count only −½ ln F∞
	Observed    int           // observations used
	Absorbed    int           // of them, those that the diffuse start took
	Predicted   [][]float64   // n × m: state before the observations of the period
	PredictedP  [][][]float64 // n × m × m: its variance (the finite part while Diffuse)
	State       [][]float64   // n × m: state after the observations of the period
	StateP      [][][]float64 // n × m × m
	Innovation  [][]float64   // n × p: observation less its prediction from the periods before; zero where nothing was observed
	InnovationF [][]float64   // n × p: its variance (the finite part while Diffuse)
	Diffuse     []bool        // n: something was still wholly unknown before the observations of the period

	sys   *system
	data  Data
	steps [][]step
	first [][]float64 // per period: the diffuse part of the variance, nil once it is gone
	inf   *unknown    // what is left of it after the last period, nil when gone
	rss   float64     // Σ v²/F over the observations not absorbed
}

// step is one observation of a period, kept for the smoother.
type step struct {
	z, gain, gainInf []float64 // row of Z; P*Z'; P∞Z' (nil when not diffuse)
	v, f, fInf       float64
}

// singular is the size, relative to the variances it was made of, below which a variance is rounding error.
const singular = 1e-14

// Filter runs the Kalman filter with the exact diffuse start, one observation at a time, in the Joseph form. A missing observation
// is passed over. A period's correlated noise is made independent by the LDL' factors of its part of H.
// Errors: shapes, a matrix that is no variance, an observation whose predicted variance is zero (series that determine
// each other, with no noise: the model is singular there), numbers beyond range.
func Filter(mod Model, d Data) (*Filtered, error) {
	s, err := mod.compile()
	if err != nil {
		return nil, err
	}
	if err := s.check(d); err != nil {
		return nil, err
	}
	return s.filter(d)
}

func (s *system) filter(d Data) (*Filtered, error) {
	m, n := s.m, len(d.Values)
	out := &Filtered{sys: s, data: d, steps: make([][]step, n), first: make([][]float64, n), Diffuse: make([]bool, n)}
	a := append([]float64(nil), s.a1...)
	p := append([]float64(nil), s.p1...)
	inf := newUnknown(s.start)
	for _, x := range s.start {
		if x != 0 {
			out.LogLik += math.Log(x) // the unit of P∞ is not to be seen
		}
	}
	sd := make([]float64, m) // the size of each state before observations made it small, by which rounding is judged
	for t := range n {
		st := s.at(t)
		before := append([]float64(nil), p...)
		raise(sd, p)
		out.Predicted = append(out.Predicted, append([]float64(nil), a...))
		out.PredictedP = append(out.PredictedP, square(p, m))
		out.Diffuse[t] = inf != nil
		out.first[t] = inf.variance()
		rows, y, h := s.observations(d, t)
		innovation, variance := make([]float64, s.p), make([]float64, s.p)
		for i := range s.p {
			z := s.row(st, i)
			variance[i] = quadratic(p, z) + st.h[i*s.p+i]
			if d.known(t, i) {
				innovation[i] = d.Values[t][i] - st.d[i] - dot(z, a)
			}
		}
		out.Innovation, out.InnovationF = append(out.Innovation, innovation), append(out.InnovationF, variance)
		for i, z := range rows {
			one := step{z: z, v: y[i] - dot(z, a), gain: times(p, z)}
			one.f = dot(z, one.gain) + h[i]
			var w []float64
			if inf != nil {
				if w, one.fInf = inf.seen(z); one.fInf > 0 {
					one.gainInf = timesColumns(inf, w)
				}
			}
			out.Observed++
			if one.fInf > 0 {
				k := scale(one.gainInf, 1/one.fInf)
				add(a, k, one.v)
				joseph(p, z, k, h[i], one.gain)
				inf = inf.take(w)
				out.Absorbed++
				out.LogLik -= math.Log(one.fInf) / 2
			} else {
				reach := 0.0
				for j, x := range z {
					reach += math.Abs(x) * sd[j]
				}
				if !(one.f > singular*(reach*reach+h[i])) {
					return nil, fault.New("statespace.singular", "period", t+1, "variance", one.f)
				}
				k := scale(one.gain, 1/one.f)
				add(a, k, one.v)
				joseph(p, z, k, h[i], one.gain)
				out.rss += one.v * one.v / one.f
				out.LogLik -= (math.Log(2*math.Pi) + math.Log(one.f) + one.v*one.v/one.f) / 2
			}
			raise(sd, p)
			out.steps[t] = append(out.steps[t], one)
		}
		out.State = append(out.State, append([]float64(nil), a...))
		out.StateP = append(out.StateP, square(p, m))
		if len(rows) > 0 { // what was seen in this period is small from the next on
			clear(sd)
			raise(sd, before)
		}
		sd = times(absolute(st.t), sd)
		a = times(st.t, a)
		add(a, st.c, 1)
		p = sandwich(st.t, p, m, m)
		add(p, st.rqr, 1)
		if inf != nil {
			inf = inf.move(st.t)
		}
		if !finite(out.LogLik) || !finite(largest(p)) || !finite(largest(a)) {
			return nil, fault.New("statespace.overflow", "period", t+1)
		}
	}
	out.inf = inf
	return out, nil
}

// observations gives the rows of Z, the observations less d and the noise variances of a period, made independent.
func (s *system) observations(d Data, t int) (rows [][]float64, y, h []float64) {
	st := s.at(t)
	var at []int
	for i := range s.p {
		if d.known(t, i) {
			at = append(at, i)
		}
	}
	for _, i := range at {
		rows = append(rows, s.row(st, i))
		y = append(y, d.Values[t][i]-st.d[i])
		h = append(h, st.h[i*s.p+i])
	}
	if st.diagonal || len(at) < 2 {
		return rows, y, h
	}
	n := len(at)
	part := make([]float64, n*n)
	for i, r := range at {
		for k, c := range at {
			part[i*n+k] = st.h[r*s.p+c]
		}
	}
	l, diag, _ := ldl(part, n) // a principal part of a variance is one
	for i := range n {
		rows[i] = append([]float64(nil), rows[i]...)
		for k := range i {
			add(rows[i], rows[k], -l[i*n+k])
			y[i] -= l[i*n+k] * y[k]
		}
	}
	return rows, y, diag
}

// joseph replaces P by (I − kz)P(I − kz)' + h k k', given Pz' = g: rounding in k then enters squared, and P stays a variance.
func joseph(p, z, k []float64, h float64, g []float64) {
	m := len(k)
	for i := range m {
		for j := range m {
			p[i*m+j] -= k[i] * g[j]
		}
	}
	b := times(p, z)
	for i := range m {
		for j := range m {
			p[i*m+j] += (h*k[i] - b[i]) * k[j]
		}
	}
	for i := range m {
		for j := range i {
			x := (p[i*m+j] + p[j*m+i]) / 2
			p[i*m+j], p[j*m+i] = x, x
		}
	}
}

func times(a, x []float64) []float64 {
	n := len(x)
	out := make([]float64, len(a)/n)
	for i := range out {
		out[i] = dot(a[i*n:(i+1)*n], x)
	}
	return out
}

// timesColumns gives B w.
func timesColumns(u *unknown, w []float64) []float64 {
	out := make([]float64, u.m)
	for i := range out {
		out[i] = dot(u.b[i*u.d:(i+1)*u.d], w)
	}
	return out
}

// raise lifts sizes to the standard deviations of a variance.
func raise(sd, p []float64) {
	for i := range sd {
		sd[i] = math.Max(sd[i], math.Sqrt(math.Max(p[i*len(sd)+i], 0)))
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func quadratic(a, x []float64) float64 { return dot(x, times(a, x)) }

func add(a, b []float64, c float64) {
	for i := range a {
		a[i] += c * b[i]
	}
}

func scale(a []float64, c float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] * c
	}
	return out
}

func largest(a []float64) float64 {
	out := 0.0
	for _, x := range a {
		if x = math.Abs(x); !(x <= out) {
			out = x
		}
	}
	return out
}

func square(a []float64, m int) [][]float64 {
	out := make([][]float64, m)
	for i := range out {
		out[i] = append([]float64(nil), a[i*m:(i+1)*m]...)
	}
	return out
}
