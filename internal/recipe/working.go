package recipe

import (
	"math"

	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// This file writes the methods out as equations that a reader can solve in a workbook. Each says the same as the function of package measure
// that the recipe calls; a test holds the two together for every figure.

func integer(n int) pipeline.Term { return pipeline.Number(stat.Int(int64(n))) }

// plain is a number of the method, with the 15 digits that a spreadsheet holds.
func plain(x float64) pipeline.Term {
	d, err := stat.Significant(x)
	if err != nil {
		panic("recipe: a number of a method is not finite: " + err.Error()) // they come from counts and bounded parameters
	}
	return pipeline.Number(d)
}

func productOf(terms ...pipeline.Term) pipeline.Term {
	return pipeline.Apply(pipeline.OpProduct, terms...)
}

func ratioOf(a, b pipeline.Term) pipeline.Term { return pipeline.Apply(pipeline.OpRatio, a, b) }

func powerOf(a, b pipeline.Term) pipeline.Term { return pipeline.Apply(pipeline.OpPower, a, b) }

// grown is 1 + a per cent.
func grown(percent pipeline.Term) pipeline.Term {
	return sumOf(integer(1), ratioOf(percent, integer(100)))
}

// sumTo is an aim of a benchmarked series: what its values at some places come to. Without a total each is its indicator.
type sumTo struct {
	at    []int
	total *pipeline.Term
}

// proportional states proportional Denton–Cholette as equations for the ratios of the series to its indicator: their squared changes are least
// (first block) while the totals hold, each divided by what it comes to (second block).
func proportional(x []pipeline.Term, periods []stat.Period, aims []sumTo) *pipeline.System {
	s := &pipeline.System{Name: "ratio"}
	for _, p := range periods {
		s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: "ratio", Period: p})
	}
	changes(s, len(x))
	for _, a := range aims {
		row, of := len(s.Unknowns), periods[a.at[0]]
		if len(a.at) > 1 {
			of = stat.Year(of.Year())
		}
		s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: "multiplier", Period: of})
		for _, i := range a.at {
			weight := integer(1)
			if a.total != nil {
				weight = ratioOf(x[i], *a.total)
			}
			s.AddBoth(row, i, weight)
		}
		s.Comes(row, integer(1))
	}
	return s
}

// changes are the conditions under which the sum of squared changes of n unknowns is least.
func changes(s *pipeline.System, n int) {
	for i := 1; i < n; i++ {
		s.Add(i, i, integer(1))
		s.Add(i-1, i-1, integer(1))
		s.AddBoth(i, i-1, integer(-1))
	}
}

// regressed states Chow–Lin for one ρ at yearly frequency: the regression of the years on a constant and the indicator, with errors that follow
// an AR(1) by quarter. The unknowns are what the residual of each year weighs, then what constant and indicator give the first year. sums is
// the indicator by year.
func regressed(low, sums []pipeline.Term, years []stat.Period, rho float64, number int) *pipeline.System {
	s := &pipeline.System{Name: "regression", Number: number}
	n := len(low)
	for i := range n {
		s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: "residual-weight", Period: years[i]})
		for j := range n {
			s.Add(i, j, plain(yearCovariance(rho, i, j)))
		}
		s.AddBoth(i, n, integer(1))
		s.AddBoth(i, n+1, ratioOf(sums[i], sums[0]))
		s.Comes(i, low[i])
	}
	s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: "constant"}, pipeline.Unknown{Name: "slope"})
	return s
}

// yearCovariance is the covariance of the errors of two years that an AR(1) by quarter gives, in units of its innovation.
func yearCovariance(rho float64, i, j int) float64 {
	v := 0.0
	for k := range 4 {
		v += quarterCovariance(rho, 4*i+k, j)
	}
	return v
}

// quarterCovariance is the covariance of the error of a quarter with that of a year.
func quarterCovariance(rho float64, quarter, year int) float64 {
	v := 0.0
	for k := range 4 {
		v += math.Pow(rho, math.Abs(float64(quarter-4*year-k)))
	}
	return v / (1 - rho*rho)
}
