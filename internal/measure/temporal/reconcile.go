package temporal

import (
	"fmt"
	"math"

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
	Bias               bool    // first bring every indicator to the level of its own targets, where it has some
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
	if finite("", []float64{out.Objective, out.Residual}) != nil {
		return nil, fault.New("temporal.overflow")
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
