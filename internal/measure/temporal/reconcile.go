package temporal

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Series is one member of a system: an indicator of T values and the totals over time that it has to meet.
type Series struct {
	Name      string
	Indicator []float64
	Targets   []Target
}

// Cell is the part of one value of one series in a total.
type Cell struct {
	Series, Index int
	Weight        float64
}

// Total is a condition across series: Σ Weight·y[Series][Index] = Value, exactly or with a variance.
type Total struct {
	Name     string
	Cells    []Cell
	Value    float64
	Variance float64
}

// Across lays out a sum over series, Σ_i weights[i]·y_it = values[t] for every t. nil weights are ones.
func Across(name string, values []float64, series int, weights []float64) []Total {
	out := make([]Total, len(values))
	for t, v := range values {
		out[t] = Total{Name: fmt.Sprintf("%s, %d", name, t+1), Value: v}
		for i := range series {
			w := 1.0
			if weights != nil {
				w = weights[i]
			}
			if w != 0 {
				out[t].Cells = append(out[t].Cells, Cell{i, t, w})
			}
		}
	}
	return out
}

// Procedure says how a system is solved.
type Procedure int

// The procedures. Auto is Simultaneous up to 50 000 values, and TwoStep above unless a total has a variance.
const (
	Auto Procedure = iota
	Simultaneous
	TwoStep
)

const twoStepFrom = 50_000

// System is a set of series of equal length, each with its totals over time, and totals across them.
type System struct {
	Series []Series
	Totals []Total

	Form               Form // Proportional, Additive or DagumCholette
	Lambda, Rho        float64
	Floor              float64
	CorrectionVariance float64 // as in BenchmarkOptions
	Procedure          Procedure
}

// Reconciled holds series that meet their totals over time and across.
type Reconciled struct {
	Values    [][]float64
	Procedure Procedure
	Objective float64   // Σ of squared innovations of z over all series, at Values
	StepOne   float64   // TwoStep: the same before the totals across were imposed, a lower bound of Objective
	Loss      float64   // TwoStep: Objective - StepOne bounds what was lost against the simultaneous solution
	Residual  float64   // largest residual of the optimality conditions, relative
	Misses    []float64 // value minus reached total, for every element of Totals
	Redundant []string  // conditions that follow from others and agree with them
	Warnings  []Warning
}

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

// Reconcile solves min Σ_i |R z_i|² with z = (y-x)/|x|^λ under all totals. Each series keeps its banded system;
// only the totals across couple them, through one dense system of their number. A total that follows from
// others is dropped, one that contradicts them is refused by name.
// Sources: Di Fonzo and Marini (2011); Dagum and Cholette (2006), chapter 11.
func Reconcile(sys System) (*Reconciled, error) {
	a, out, err := assemble(sys)
	if err != nil {
		return nil, err
	}
	if out.Procedure == TwoStep {
		err = a.twoStep(out)
	} else {
		err = a.simultaneous(out)
	}
	if err != nil {
		return nil, err
	}
	count, where, which := 0, 0, ""
	for i, p := range a.parts {
		y := make([]float64, a.t)
		negative := false
		for t := range y {
			y[t] = a.unit * (p.x[t] + p.s[t]*p.z[t])
			negative = negative || p.x[t] < 0
		}
		if err := finite("", y); err != nil {
			return nil, fault.New("temporal.overflow")
		}
		for t, v := range y {
			if v < 0 && !negative {
				if count == 0 {
					where, which = t+1, a.name(i)
				}
				count++
			}
		}
		out.Values = append(out.Values, y)
		out.Objective += energy(p.op, p.z) * math.Pow(a.unit, 2*(1-a.lambda))
	}
	if out.Procedure == TwoStep {
		out.Loss = math.Max(0, out.Objective-out.StepOne)
	}
	for _, total := range sys.Totals {
		miss := total.Value
		for _, c := range total.Cells {
			miss -= c.Weight * out.Values[c.Series][c.Index]
		}
		out.Misses = append(out.Misses, miss)
	}
	if count > 0 {
		out.Warnings = append(out.Warnings, fault.New("temporal.negative-in", "series", which, "count", count, "position", where))
	}
	return out, nil
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
		a.unit += meanAbs(s.Indicator) / float64(a.m)
	}
	for i, s := range a.sys.Series {
		p := &part{uses: map[int][]int{}}
		p.unit, p.lambda, p.x = a.unit, a.lambda, make([]float64, a.t)
		for t, v := range s.Indicator {
			p.x[t] = v / a.unit
		}
		var err error
		if p.s, err = spread(p.x, a.lambda, a.sys.Floor/a.unit, false); err != nil {
			return fault.New("temporal.in-series", "series", a.name(i)).Because(err)
		}
		a.parts = append(a.parts, p)
	}
	return nil
}

// rows states every condition on the stacked corrections: totals over time first, then across. It also names
// one condition with a variance, if there is any.
func (a *assembly) rows(yardstick float64) (rows []row, soft string, err error) {
	place := func(name string, value, variance float64, cells []Cell) error {
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
			if err := place(a.name(i)+", "+target.label(k), target.Value, target.Variance, cells); err != nil {
				return nil, "", err
			}
		}
	}
	for k, total := range a.sys.Totals {
		if err := place(Target{Name: total.Name}.label(k), total.Value, total.Variance, total.Cells); err != nil {
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
