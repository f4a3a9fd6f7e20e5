package statespace

import (
	"math"

	"nhipso/internal/fault"
)

// system is a checked model in flat matrices, row by row.
type system struct {
	m, p   int
	a1, p1 []float64
	start  []float64 // m: size given to each diffuse state, zero for the others
	stages []*stage  // one for all periods, or one a period
}

// stage is the system in one period: what is seen in it, and the step to the next.
type stage struct {
	z, t     []float64
	h        []float64
	rqr      []float64
	c, d     []float64
	diagonal bool // of h
}

func (s *system) at(t int) *stage {
	if len(s.stages) == 1 {
		return s.stages[0]
	}
	return s.stages[t]
}

// row is the row of Z of a series.
func (s *system) row(st *stage, i int) []float64 { return st.z[i*s.m : (i+1)*s.m] }

func (mod Model) compile() (*system, error) {
	s := &system{m: len(mod.T), p: len(mod.Z)}
	each := mod.Each
	if len(each) == 0 {
		each = []Matrices{{}}
	}
	if s.m == 0 {
		s.m = len(each[0].T)
	}
	if s.p == 0 {
		s.p = len(each[0].Z)
	}
	if s.m == 0 || s.p == 0 {
		return nil, fault.New("statespace.empty-model")
	}
	for _, own := range each {
		st, err := s.stage(own.or(mod))
		if err != nil {
			return nil, err
		}
		s.stages = append(s.stages, st)
	}
	var err error
	if s.a1, err = vector("a1", mod.A1, s.m); err != nil {
		return nil, err
	}
	if s.p1, err = flatten("p1", mod.P1, s.m, s.m); err != nil {
		return nil, err
	}
	if _, _, ok := ldl(s.p1, s.m); !ok {
		return nil, fault.New("statespace.not-a-variance", "name", "p1")
	}
	if mod.Diffuse != nil && len(mod.Diffuse) != s.m {
		return nil, fault.New("statespace.shape", "name", "diffuse", "got", len(mod.Diffuse), "want", s.m)
	}
	for i, is := range mod.Diffuse {
		for k := range s.m {
			if is && (s.p1[i*s.m+k] != 0 || s.p1[k*s.m+i] != 0) {
				return nil, fault.New("statespace.diffuse-and-known", "state", i+1)
			}
		}
	}
	s.start = s.sizes(mod.Diffuse)
	return s, nil
}

// or takes the model's matrices for those that are not given.
func (m Matrices) or(mod Model) Matrices {
	for _, x := range []struct {
		own   *[][]float64
		given [][]float64
	}{{&m.Z, mod.Z}, {&m.H, mod.H}, {&m.T, mod.T}, {&m.R, mod.R}, {&m.Q, mod.Q}} {
		if *x.own == nil {
			*x.own = x.given
		}
	}
	if m.D == nil {
		m.D = mod.D
	}
	if m.C == nil {
		m.C = mod.C
	}
	return m
}

func (s *system) stage(x Matrices) (*stage, error) {
	st := &stage{}
	shocks := len(x.Q)
	var q []float64
	r := identity(s.m)
	for _, f := range []struct {
		to            *[]float64
		name          string
		from          [][]float64
		rows, columns int
	}{{&st.z, "z", x.Z, s.p, s.m}, {&st.t, "t", x.T, s.m, s.m}, {&st.h, "h", x.H, s.p, s.p}, {&q, "q", x.Q, shocks, shocks}, {&r, "r", x.R, s.m, shocks}} {
		if f.name == "r" && x.R == nil {
			if shocks != s.m {
				return nil, fault.New("statespace.shape", "name", "q", "got", shocks, "want", s.m)
			}
			continue
		}
		var err error
		if *f.to, err = flatten(f.name, f.from, f.rows, f.columns); err != nil {
			return nil, err
		}
	}
	var err error
	if st.c, err = vector("c", x.C, s.m); err != nil {
		return nil, err
	}
	if st.d, err = vector("d", x.D, s.p); err != nil {
		return nil, err
	}
	if _, _, ok := ldl(st.h, s.p); !ok {
		return nil, fault.New("statespace.not-a-variance", "name", "h")
	}
	if _, _, ok := ldl(q, shocks); !ok {
		return nil, fault.New("statespace.not-a-variance", "name", "q")
	}
	st.rqr = sandwich(r, q, s.m, shocks)
	st.diagonal = true
	for i := range s.p {
		for k := range s.p {
			st.diagonal = st.diagonal && (i == k || st.h[i*s.p+k] == 0)
		}
	}
	return st, nil
}

// flatten checks a matrix and lays it out row by row; nil is zero.
func flatten(name string, x [][]float64, rows, columns int) ([]float64, error) {
	if x == nil {
		return make([]float64, rows*columns), nil
	}
	if len(x) != rows {
		return nil, fault.New("statespace.shape", "name", name, "got", len(x), "want", rows)
	}
	out := make([]float64, 0, rows*columns)
	for i := range x {
		if len(x[i]) != columns {
			return nil, fault.New("statespace.shape", "name", name, "got", len(x[i]), "want", columns)
		}
		for k, v := range x[i] {
			if !finite(v) {
				return nil, fault.New("statespace.not-finite", "name", name, "row", i+1, "column", k+1)
			}
		}
		out = append(out, x[i]...)
	}
	return out, nil
}

func vector(name string, x []float64, n int) ([]float64, error) {
	if x == nil {
		return make([]float64, n), nil
	}
	return flatten(name, [][]float64{x}, 1, n)
}

// sizes gives each diffuse state the unit in which the diffuse part of its variance is held. The limit κ → ∞ does not depend on it, but digits do: a
// state that is seen in units far from its own (a coefficient of a variable in millions) takes a power of two near its reach; others take one.
func (s *system) sizes(diffuse []bool) []float64 {
	out := make([]float64, s.m)
	reach := make([]float64, s.m)
	steps := len(s.stages)
	if steps == 1 {
		steps = s.m
	}
	path := identity(s.m) // |T|…|T| from the first state
	for t := range min(steps, 4*s.m) {
		st := s.at(t)
		for i := range s.p {
			for k, z := range s.row(st, i) {
				for j := range s.m {
					reach[j] = math.Max(reach[j], math.Abs(z)*path[k*s.m+j])
				}
			}
		}
		path = product(absolute(st.t), path, s.m)
	}
	for i, is := range diffuse {
		switch {
		case !is:
		case reach[i] > 1e3 || reach[i] > 0 && reach[i] < 1e-3:
			_, e := math.Frexp(reach[i])
			out[i] = math.Ldexp(1, 1-e)
			if !finite(out[i]) || out[i] == 0 {
				out[i] = 1
			}
		default:
			out[i] = 1
		}
	}
	return out
}

// linear is the system without its constants: what it makes of data is linear in them.
func (s *system) linear() *system {
	out := *s
	out.a1 = make([]float64, s.m)
	out.stages = nil
	for _, st := range s.stages {
		pure := *st
		pure.c, pure.d = make([]float64, s.m), make([]float64, s.p)
		out.stages = append(out.stages, &pure)
	}
	return &out
}

func absolute(a []float64) []float64 {
	out := make([]float64, len(a))
	for i, x := range a {
		out[i] = math.Abs(x)
	}
	return out
}
