package temporal

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// assess works out the estimated parameters and the mean square error of ŷ,
// MSE = σ² (I - K C) S + (X - K C X) Var(β) (X - K C X)', from whitened rows: with h_t = W C S_·t,
// K C S = h'h and the regression part of period t is X_t - h_t'(W C X).
func (d *disaggregation) assess(g *regression, out *Disaggregated) {
	k, n := len(d.x), float64(d.n)
	rss := g.rss
	if out.Exact {
		rss = 0
	}
	out.Divisor = []float64{n - float64(k), n, n - 1}[d.opt.Divisor]
	sigma2 := rss / out.Divisor // of S without 1/(1-ρ²)
	scale := 1.0
	if d.process == stationary {
		scale = 1 - out.Rho*out.Rho
	}
	out.RSS = rss * scale * d.unit * d.unit
	out.Sigma2 = out.RSS / out.Divisor
	if !out.Exact {
		// scale enters RSS and ln|V| alike and cancels; unit is a change of variable.
		out.LogL = -n/2*(1+math.Log(2*math.Pi)+math.Log(rss/n)) - g.v.logDet/2 - n*math.Log(d.unit)
	}
	ri := g.inverseR()
	for j := range k {
		out.Beta = append(out.Beta, g.beta[j]/g.length[j]*d.unit)
		row := ri[j*k : (j+1)*k]
		out.BetaSE = append(out.BetaSE, math.Sqrt(sigma2*dot(row, row))/g.length[j]*d.unit)
	}
	if d.opt.Errors == NoErrors {
		return
	}
	// h holds W C S by rows of T; p holds (X - K C X) R^-1, whose rows square to the regression part.
	h := make([]float64, d.n*d.t)
	unit := make([]float64, d.n)
	for i := range d.n {
		clear(unit)
		unit[i] = 1
		column := d.back(unit)
		g.v.spread(column)
		copy(h[i*d.t:], column)
	}
	p := make([]float64, d.t*k)
	z, left, a := make([]float64, d.n), g.v.variance(d.t), make([]float64, k)
	variance := make([]float64, d.t)
	for t := range d.t {
		for i := range z {
			z[i] = h[i*d.t+t]
		}
		g.v.whiten(z, z)
		for i := range z {
			h[i*d.t+t] = z[i]
		}
		// whitened columns are Q R, so X_t R^-1 - h_t'Q needs no solve with V
		for j := range k {
			a[j] = d.x[j][t] / g.length[j]
		}
		for c := range k {
			s := 0.0
			for j := 0; j <= c; j++ {
				s += a[j] * ri[j*k+c]
			}
			p[t*k+c] = s - dot(z, g.white[c])
		}
		row := p[t*k : (t+1)*k]
		variance[t] = sigma2 * (remainder(left[t]-dot(z, z), left[t]) + dot(row, row))
	}
	out.SE = make([]float64, d.t)
	for t, v := range variance {
		out.SE[t] = math.Sqrt(v) * d.unit
	}
	if d.opt.Errors == FullMatrix {
		out.MSE = d.fullMSE(g, h, p, sigma2)
	}
}

// remainder is what is left of a variance after taking away what is known; rounding counts as nothing.
func remainder(left, whole float64) float64 {
	if left < 1e-12*whole {
		return 0
	}
	return left
}

// fullMSE fills the T x T matrix from the same parts.
func (d *disaggregation) fullMSE(g *regression, h, p []float64, sigma2 float64) *mat.SymDense {
	k := len(d.x)
	m := mat.NewSymDense(d.t, nil)
	s := make([]float64, d.t)
	for a := range d.t {
		clear(s)
		s[a] = 1
		g.v.spread(s)
		whole := s[a]
		for i := range d.n {
			if c := h[i*d.t+a]; c != 0 {
				for b := a; b < d.t; b++ {
					s[b] -= c * h[i*d.t+b]
				}
			}
		}
		s[a] = remainder(s[a], whole)
		for b := a; b < d.t; b++ {
			v := s[b] + dot(p[a*k:(a+1)*k], p[b*k:(b+1)*k])
			m.SetSym(a, b, sigma2*v*d.unit*d.unit)
		}
	}
	return m
}

// bounded solves min (y - Xβ)'S^-1(y - Xβ) under C y = y_l and y >= 0, from the unbounded solution.
func (d *disaggregation) bounded(g *regression, out *Disaggregated) error {
	fitted := make([]float64, d.t)
	for j, x := range d.x {
		b := g.beta[j] / g.length[j]
		for t, v := range x {
			fitted[t] += b * v
		}
	}
	rows := make([]row, d.n)
	for i := range rows {
		r := row{name: Target{}.label(i), value: g.e[i]}
		for s, c := range d.c {
			if c != 0 {
				r.at, r.w = append(r.at, d.opt.Offset+i*len(d.c)+s), append(r.w, c)
			}
		}
		r.tidy()
		rows[i] = r
	}
	q := newQuadratic(square(g.v.operator(d.t)), rows)
	s, ok := q.prepare(nil)
	if !ok {
		return fault.New("temporal.singular")
	}
	u, mu, lower, value := make([]float64, d.t), make([]float64, d.n), make([]float64, d.t), make([]float64, d.n)
	for t := range lower {
		lower[t] = -fitted[t]
	}
	for i, r := range rows {
		value[i] = r.value
	}
	s.solve(u, mu, nil, value)
	held, err := q.raise(u, mu, value, lower)
	if err != nil {
		return err
	}
	for t := range u {
		out.Values[t] = fitted[t] + u[t]
		if held[t] {
			out.Values[t] = 0
			out.Binding = append(out.Binding, t)
		}
	}
	return nil
}

// averaged estimates at the nodes of a uniform prior of ρ and averages. The mean square error of the average is
// the average of the errors plus the spread of the estimates over the prior, so it is wider than any fixed ρ says.
func (d *disaggregation) averaged() (*Disaggregated, error) {
	var all []*Disaggregated
	nodes := between(d.lowest, d.high)
	for _, rho := range nodes {
		one, err := d.estimate(&rho)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	share := 1 / float64(len(nodes))
	out := *all[len(nodes)/2]
	if out.Exact { // ρ makes no difference
		return &out, nil
	}
	out.Warnings = append(append([]Warning(nil), d.warnings...), fault.New("temporal.rho-averaged", "low", d.lowest, "high", d.high))
	for _, w := range all[0].Warnings[len(d.warnings):] {
		if w.Code != "temporal.negative" {
			out.Warnings = append(out.Warnings, w)
		}
	}
	mean := func(get func(*Disaggregated) []float64) []float64 {
		m := make([]float64, len(get(all[0])))
		for _, one := range all {
			for t, v := range get(one) {
				m[t] += share * v
			}
		}
		return m
	}
	widen := func(value, se func(*Disaggregated) []float64) (centre, error []float64) {
		centre = mean(value)
		error = make([]float64, len(se(all[0])))
		for t := range error {
			for _, one := range all {
				gap := value(one)[t] - centre[t]
				error[t] += share * (se(one)[t]*se(one)[t] + gap*gap)
			}
			error[t] = math.Sqrt(error[t])
		}
		return centre, error
	}
	out.Values, out.SE = widen(func(o *Disaggregated) []float64 { return o.Values }, func(o *Disaggregated) []float64 { return o.SE })
	out.Beta, out.BetaSE = widen(func(o *Disaggregated) []float64 { return o.Beta }, func(o *Disaggregated) []float64 { return o.BetaSE })
	out.Binding = nil
	if d.opt.NonNegative {
		for t, v := range out.Values {
			if v == 0 {
				out.Binding = append(out.Binding, t)
			}
		}
	}
	out.Residuals = mean(func(o *Disaggregated) []float64 { return o.Residuals })
	out.Rho, out.LogL, out.RSS, out.Sigma2 = (d.lowest+d.high)/2, 0, 0, 0
	for _, one := range all {
		out.LogL += share * one.LogL
		out.RSS += share * one.RSS
		out.Sigma2 += share * one.Sigma2
	}
	if d.opt.Errors == FullMatrix {
		m := mat.NewSymDense(d.t, nil)
		gap := mat.NewVecDense(d.t, nil)
		for _, one := range all {
			for t, v := range one.Values {
				gap.SetVec(t, v-out.Values[t])
			}
			one.MSE.SymRankOne(one.MSE, 1, gap)
			one.MSE.ScaleSym(share, one.MSE)
			m.AddSym(m, one.MSE)
		}
		out.MSE = m
	}
	d.mark(&out)
	return &out, nil
}
