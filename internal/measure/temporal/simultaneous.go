package temporal

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// simultaneous solves the whole system: with ν the multipliers of the links, each series is
// z_i(ν) = z_i(0) - P_i B_i'ν, and the links ask (Σ B_i P_i B_i' + soft) ν = B z(0) - d.
func (a *assembly) simultaneous(out *Reconciled) error {
	links := len(a.link)
	nu := make([]float64, links)
	var lu mat.LU
	if links > 0 {
		s := mat.NewDense(links, links, nil)
		for k, r := range a.link {
			s.Set(k, k, r.soft)
		}
		for _, p := range a.parts {
			for _, k := range p.order {
				b := make([]float64, a.t)
				a.pull(p, k, 1, b)
				z, mu := make([]float64, a.t), make([]float64, len(p.rows))
				p.solver.solve(z, mu, b, make([]float64, len(p.rows)))
				for _, j := range p.order {
					s.Set(j, k, s.At(j, k)+a.reach(p, j, z))
				}
			}
		}
		for j := range links { // symmetric up to rounding; make it so
			for k := range j {
				v := (s.At(j, k) + s.At(k, j)) / 2
				s.Set(j, k, v)
				s.Set(k, j, v)
			}
		}
		lu.Factorize(s)
		if c := lu.Cond(); !(c < 1e14) {
			return fault.New("temporal.singular")
		}
	}
	// Solve and refine: each round removes what is left of the link conditions and of the series' own systems.
	size := 1.0
	for round := range 4 {
		out.Residual = 0
		for _, p := range a.parts {
			g := make([]float64, a.t)
			for _, k := range p.order {
				a.pull(p, k, -nu[k], g)
			}
			own := p.solver.solve(p.z, p.mu, g, p.d)
			out.Residual = math.Max(out.Residual, own)
			size = math.Max(size, maxAbs(p.d))
		}
		if links == 0 {
			break
		}
		left := mat.NewVecDense(links, nil)
		for k, r := range a.link {
			left.SetVec(k, -r.value-r.soft*nu[k])
			size = math.Max(size, math.Abs(r.value))
		}
		for _, p := range a.parts {
			for _, k := range p.order {
				left.SetVec(k, left.AtVec(k)+a.reach(p, k, p.z))
			}
		}
		worst := maxAbs(left.RawVector().Data)
		out.Residual = math.Max(out.Residual, worst)
		if worst < 1e-15*size || round == 3 {
			break
		}
		var step mat.VecDense
		if err := lu.SolveVecTo(&step, false, left); err != nil {
			return fault.New("temporal.singular")
		}
		for k := range nu {
			nu[k] += step.AtVec(k)
		}
	}
	out.Residual /= size
	return nil
}

// pull adds c·B_i' e_k to g; reach gives (B_i z)_k.
func (a *assembly) pull(p *part, k int, c float64, g []float64) {
	for _, pos := range p.uses[k] {
		g[a.link[k].at[pos]%a.t] += c * a.link[k].w[pos]
	}
}

func (a *assembly) reach(p *part, k int, z []float64) float64 {
	var s float64
	for _, pos := range p.uses[k] {
		s += a.link[k].w[pos] * z[a.link[k].at[pos]%a.t]
	}
	return s
}
