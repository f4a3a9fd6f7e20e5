package inputoutput

import "nhipso/internal/fault"

// Effects are what one unit of final use of each product calls forth of a primary input (n each): compensation, value
// added, employment (persons per unit of money), emissions.
type Effects struct {
	Direct     []float64 `json:"direct"`     // w/x: in the industry itself, per unit of its output
	Effect     []float64 `json:"effect"`     // (w/x)'L: in all industries
	Multiplier []Maybe   `json:"multiplier"` // type I: Effect / Direct, missing where Direct is zero
	Bound      float64   `json:"bound"`      // of Effect, relative to the largest
}

// OutputMultipliers gives i'L (n): output of all industries per unit of final use of each product, which is also the
// total backward linkage.
func (m *Model) OutputMultipliers() ([]float64, error) {
	u, err := m.SolveTransposed(ones(m.Table.N()))
	return u.X, err
}

// Effects gives the direct and total content of a primary input w (n, in its own unit).
func (m *Model) Effects(w []float64) (Effects, error) {
	direct, err := m.Coefficients(w)
	if err != nil {
		return Effects{}, err
	}
	u, err := m.SolveTransposed(direct)
	if err != nil {
		return Effects{}, err
	}
	return Effects{direct, u.X, ratios(u.X, direct), u.Bound}, nil
}

func ratios(a, b []float64) []Maybe {
	out := make([]Maybe, len(a))
	for i := range a {
		out[i] = ratio(a[i], b[i])
		if !finite(out[i].Value) {
			out[i] = Missing
		}
	}
	return out
}

// Household closes the model: households spend what production pays them.
type Household struct {
	Income      []float64 // paid by each industry (n), usually compensation of employees
	Consumption []float64 // spent on each product of the table (n)
	Total       float64   // income that the consumption is made of; 0 means the sum of Income
}

// Closed are the results of type II.
type Closed struct {
	Effect     []float64 `json:"effect"`     // of w per unit of final use, with the spending of households (n)
	Multiplier []Maybe   `json:"multiplier"` // type II: Effect / direct coefficient
	Output     []float64 `json:"output"`     // output multipliers with households, the household row left out (n)
	Loop       float64   `json:"loop"`       // income that comes back per unit of income spent, c'Lh < 1
	Bound      float64   `json:"bound"`      // the largest of the solutions used
}

// TypeII gives the effects of w with households inside the model. The bordered inverse is not formed: with c the income
// coefficients and h the consumption coefficients, L + Lh·c'L / (1 − c'Lh) is its upper left block (Miller and Blair, 2.5
// and 6.2). A loop of one or more is an error: households would spend more than they earn.
func (m *Model) TypeII(w []float64, house Household) (Closed, error) {
	n := m.Table.N()
	if len(house.Consumption) != n {
		return Closed{}, fault.New("inputoutput.length", "what", "household consumption", "length", len(house.Consumption), "want", n)
	}
	c, err := m.Coefficients(house.Income)
	if err != nil {
		return Closed{}, err
	}
	total := house.Total
	if total == 0 {
		total = sum(house.Income)
	}
	if !finite(total) || total <= 0 {
		return Closed{}, fault.New("inputoutput.no-income", "value", total)
	}
	h := make([]float64, n)
	for i, v := range house.Consumption {
		h[i] = v / total
	}
	spent, err := m.Solve(h) // Lh
	if err != nil {
		return Closed{}, err
	}
	income, err := m.SolveTransposed(c) // c'L
	if err != nil {
		return Closed{}, err
	}
	loop := dot(c, spent.X)
	if loop >= 1 {
		return Closed{}, fault.New("inputoutput.household-loop", "loop", loop)
	}
	one, err := m.Effects(w)
	if err != nil {
		return Closed{}, err
	}
	plain, err := m.SolveTransposed(ones(n)) // i'L
	if err != nil {
		return Closed{}, err
	}
	out := Closed{Effect: one.Effect, Output: plain.X, Loop: loop, Bound: max(spent.Bound, income.Bound, one.Bound, plain.Bound)}
	axpy(out.Effect, dot(one.Direct, spent.X)/(1-loop), income.X)
	axpy(out.Output, sum(spent.X)/(1-loop), income.X)
	out.Multiplier = ratios(out.Effect, one.Direct)
	return out, nil
}
