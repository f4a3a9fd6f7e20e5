package temporal

import (
	"fmt"
	"math"

	"nhipso/internal/fault"
)

// assembly is a system in scaled units: series i is unit·(x_i + s_i∘z_i).
type assembly struct {
	sys    System
	m, t   int
	unit   float64
	lambda float64
	rho    float64
	parts  []*part
	link   []row // totals across, on positions i·T + t
	pinned int   // how many of the last links release a pin
}

// part is one series: its own optimality system and its share of the links.
type part struct {
	plan
	q      *quadratic
	solver *solver
	d      []float64
	z, mu  []float64
	uses   map[int][]int // link -> positions inside its at/w that belong to this series
	order  []int         // keys of uses, ascending
}

func (a *assembly) name(i int) string {
	if n := a.sys.Series[i].Name; n != "" {
		return n
	}
	return fmt.Sprint(i + 1)
}

// assemble checks the system and states it in scaled units.
func assemble(sys System) (*assembly, *Reconciled, error) {
	a := &assembly{sys: sys, m: len(sys.Series)}
	if a.m == 0 {
		return nil, nil, fault.New("temporal.empty-series")
	}
	if sys.Form > DagumCholette {
		return nil, nil, fault.New("temporal.bad-option", "option", "Form", "value", sys.Form)
	}
	if sys.Procedure < Auto || sys.Procedure > TwoStep {
		return nil, nil, fault.New("temporal.bad-option", "option", "Procedure", "value", sys.Procedure)
	}
	var err error
	opt := BenchmarkOptions{Form: sys.Form, Lambda: sys.Lambda, Rho: sys.Rho, Floor: sys.Floor, CorrectionVariance: sys.CorrectionVariance}
	if a.lambda, a.rho, _, err = opt.shape(); err != nil {
		return nil, nil, err
	}
	if err := a.readSeries(); err != nil {
		return nil, nil, err
	}
	yardstick := 0.0
	if sys.CorrectionVariance > 0 {
		yardstick = math.Pow(a.unit, -2*a.lambda) / sys.CorrectionVariance
	}
	rows, soft, err := a.rows(yardstick)
	if err != nil {
		return nil, nil, err
	}
	out := &Reconciled{Procedure: sys.Procedure}
	if rows, out.Redundant, err = independent(a.m*a.t, rows); err != nil {
		return nil, nil, err
	}
	switch {
	case sys.Procedure == TwoStep && soft != "":
		return nil, nil, fault.New("temporal.soft-two-step", "constraint", soft)
	case sys.Procedure == Auto && a.m*a.t > twoStepFrom && soft == "":
		out.Procedure = TwoStep
	case sys.Procedure == Auto:
		out.Procedure = Simultaneous
	}
	if err := a.deal(rows); err != nil {
		return nil, nil, err
	}
	return a, out, nil
}

// readSeries checks the indicators and their sizes of correction.
func (a *assembly) readSeries() error {
	a.t = len(a.sys.Series[0].Indicator)
	if a.t == 0 {
		return fault.New("temporal.empty-series")
	}
	for i, s := range a.sys.Series {
		if len(s.Indicator) != a.t {
			return fault.New("temporal.length", "indicator", a.name(i), "length", len(s.Indicator), "want", a.t)
		}
		if err := finite(a.name(i), s.Indicator); err != nil {
			return err
		}
		p := &part{uses: map[int][]int{}}
		p.x = append(p.x, s.Indicator...)
		if a.sys.Bias && len(s.Targets) > 0 {
			for k, target := range s.Targets {
				if err := target.check(k, a.t); err != nil {
					return fault.New("temporal.in-series", "series", a.name(i)).Because(err)
				}
			}
			b, err := bias(s.Indicator, s.Targets)
			if err != nil {
				return fault.New("temporal.in-series", "series", a.name(i)).Because(err)
			}
			for t := range p.x {
				p.x[t] *= b
			}
		}
		a.unit += meanAbs(p.x) / float64(a.m)
		a.parts = append(a.parts, p)
	}
	for i, p := range a.parts {
		p.unit, p.lambda = a.unit, a.lambda
		for t := range p.x {
			p.x[t] /= a.unit
		}
		var err error
		if p.s, err = spread(p.x, a.lambda, a.sys.Floor/a.unit, false); err != nil {
			return fault.New("temporal.in-series", "series", a.name(i)).Because(err)
		}
	}
	return nil
}

// rows states every condition on the stacked corrections: totals over time first, then across. It also names
// one condition with a variance, if there is any.
func (a *assembly) rows(yardstick float64) (rows []row, soft string, err error) {
	constrain := func(name string, value, variance float64, cells []Cell) error {
		if variance < 0 || math.IsNaN(variance) || math.IsInf(variance, 0) {
			return fault.New("temporal.bad-option", "option", "Variance", "value", variance)
		}
		if variance > 0 {
			if soft = name; yardstick == 0 {
				return fault.New("temporal.no-yardstick", "constraint", name)
			}
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fault.New("temporal.not-finite", "series", name, "position", 1)
		}
		r := row{name: name, value: value / a.unit, scale: math.Abs(value / a.unit), soft: variance * yardstick}
		for _, c := range cells {
			if c.Series < 0 || c.Series >= a.m || c.Index < 0 || c.Index >= a.t {
				return fault.New("temporal.outside", "constraint", name, "position", c.Index+1, "length", a.t)
			}
			if math.IsNaN(c.Weight) || math.IsInf(c.Weight, 0) {
				return fault.New("temporal.not-finite", "series", name, "position", c.Index+1)
			}
			p := a.parts[c.Series]
			own := c.Weight * p.x[c.Index]
			r.at, r.w = append(r.at, c.Series*a.t+c.Index), append(r.w, c.Weight*p.s[c.Index])
			r.value -= own
			r.scale = math.Max(r.scale, math.Abs(own))
		}
		if r.tidy() == 0 {
			return fault.New("temporal.empty-constraint", "constraint", name)
		}
		rows = append(rows, r)
		return nil
	}
	for i, s := range a.sys.Series {
		for k, target := range s.Targets {
			cells := make([]Cell, len(target.Terms))
			for j, term := range target.Terms {
				cells[j] = Cell{i, term.Index, term.Weight}
			}
			if err := constrain(a.name(i)+", "+target.label(k), target.Value, target.Variance, cells); err != nil {
				return nil, "", err
			}
		}
	}
	for k, total := range a.sys.Totals {
		if err := constrain(Target{Name: total.Name}.label(k), total.Value, total.Variance, total.Cells); err != nil {
			return nil, "", err
		}
	}
	return rows, soft, nil
}

// deal gives every series its own rows, keeps the rest as links, and factors. A series whose level its own rows
// leave open is pinned by one extra square, which an extra link takes back exactly.
func (a *assembly) deal(rows []row) error {
	own := make([][]row, a.m)
	linked := make([]bool, a.m)
	for _, r := range rows {
		i := r.at[0] / a.t
		if r.at[len(r.at)-1]/a.t == i {
			local := r
			local.at = make([]int, len(r.at))
			for k, at := range r.at {
				local.at[k] = at - i*a.t
			}
			own[i] = append(own[i], local)
		} else {
			a.link = append(a.link, r)
			for _, at := range r.at {
				linked[at/a.t] = true
			}
		}
	}
	for i, p := range a.parts {
		p.rows = own[i]
		p.op = differences(a.t, 1, a.rho, false)
		h := square(p.op)
		if a.rho == 1 && (len(own[i]) == 0 || identified(own[i], 1) == 0) {
			if !linked[i] {
				return fault.New("temporal.unlinked", "series", a.name(i))
			}
			h[0][0]++
			a.link = append(a.link, row{name: a.name(i), at: []int{i * a.t}, w: []float64{1}, soft: -1})
			a.pinned++
		}
		p.q = newQuadratic(h, p.rows)
		var ok bool
		if p.solver, ok = p.q.prepare(nil); !ok {
			return fault.New("temporal.in-series", "series", a.name(i)).Because(fault.New("temporal.singular"))
		}
		p.z, p.mu = make([]float64, a.t), make([]float64, len(p.rows))
		for _, r := range p.rows {
			p.d = append(p.d, r.value)
		}
	}
	for k, r := range a.link {
		for pos, at := range r.at {
			p := a.parts[at/a.t]
			if len(p.uses[k]) == 0 {
				p.order = append(p.order, k)
			}
			p.uses[k] = append(p.uses[k], pos)
		}
	}
	return nil
}
