package regional

import (
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// Cube is a measure of provinces × industries × periods, with the variance of each cell.
type Cube struct {
	Provinces, Industries, Periods []string
	PerYear                        int       // periods in a year: 4 for quarters, 1 for years
	Values                         []float64 // at (province·industries + industry)·periods + period, in one unit
	Variances                      []float64 // the same order; 0 holds a cell
	NonNegative                    bool      // no cell may become negative
}

// At gives the position of a cell.
func (c Cube) At(province, industry, period int) int {
	return (province*len(c.Industries)+industry)*len(c.Periods) + period
}

// By names what a total keeps apart; everything else is summed over.
type By uint8

// The dimensions of a total. Year sums the periods of a year; Period keeps them apart.
const (
	ByProvince By = 1 << iota
	ByIndustry
	ByPeriod
	ByYear
)

// Total is a set of known sums of the cube, for instance the GRDP of each province and year.
type Total struct {
	Name   string
	By     By
	Values []float64 // in the order province, industry, period or year of the dimensions kept apart
	SE     []float64 // standard errors; nil makes them exact
	Absent []bool    // totals that are not known; nil means none
}

// Consistent moves the cells of a cube in proportion to their variances until all totals hold at once:
// provinces add to the nation, industries to provinces, quarters to years. It is Stone's least squares on
// the margins, so redundant totals are fine and contradicting ones are named.
func Consistent(c Cube, totals []Total, o balance.StoneOptions) (*balance.Reconciled, error) {
	p, i, t := len(c.Provinces), len(c.Industries), len(c.Periods)
	if p == 0 || i == 0 || t == 0 {
		return nil, fault.New("regional.empty")
	}
	if c.PerYear < 1 || t%c.PerYear != 0 {
		return nil, fault.New("regional.periods", "periods", t, "perYear", c.PerYear)
	}
	if len(c.Values) != p*i*t || len(c.Variances) != p*i*t {
		return nil, fault.New("regional.cube-shape", "cells", p*i*t, "values", len(c.Values), "variances", len(c.Variances))
	}
	problem := balance.Problem{Values: c.Values, Variances: c.Variances}
	for _, total := range totals {
		cs, err := c.constraints(total)
		if err != nil {
			return nil, err
		}
		problem.Constraints = append(problem.Constraints, cs...)
	}
	if c.NonNegative {
		problem.NonNegative = make([]bool, len(c.Values))
		for k := range problem.NonNegative {
			problem.NonNegative[k] = true
		}
	}
	return balance.Reconcile(problem, o)
}

func (c Cube) constraints(total Total) ([]balance.Constraint, error) {
	if total.By&ByPeriod != 0 && total.By&ByYear != 0 {
		return nil, fault.New("regional.two-periods", "total", total.Name)
	}
	provinces := groups(len(c.Provinces), total.By&ByProvince != 0)
	industries := groups(len(c.Industries), total.By&ByIndustry != 0)
	periods := groups(len(c.Periods), total.By&ByPeriod != 0)
	if total.By&ByYear != 0 {
		periods = nil
		for at := 0; at < len(c.Periods); at += c.PerYear {
			var year []int
			for q := range c.PerYear {
				year = append(year, at+q)
			}
			periods = append(periods, year)
		}
	}
	n := len(provinces) * len(industries) * len(periods)
	if len(total.Values) != n || (total.SE != nil && len(total.SE) != n) || (total.Absent != nil && len(total.Absent) != n) {
		return nil, fault.New("regional.total-shape", "total", total.Name, "values", len(total.Values), "wanted", n)
	}
	out := make([]balance.Constraint, 0, n)
	at := -1
	for _, ps := range provinces {
		for _, is := range industries {
			for _, ts := range periods {
				if at++; total.Absent != nil && total.Absent[at] {
					continue
				}
				k := balance.Constraint{Name: c.name(total, ps[0], is[0], ts[0]), Value: total.Values[at],
					Terms: make([]balance.Term, 0, len(ps)*len(is)*len(ts))}
				if total.SE != nil {
					k.SE = total.SE[at]
				}
				for _, p := range ps {
					for _, i := range is {
						for _, t := range ts {
							k.Terms = append(k.Terms, balance.Term{Cell: c.At(p, i, t), Coefficient: 1})
						}
					}
				}
				out = append(out, k)
			}
		}
	}
	return out, nil
}

// groups lists the positions that each total sums: one each when kept apart, otherwise all in one.
func groups(n int, apart bool) [][]int {
	if !apart {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return [][]int{all}
	}
	out := make([][]int, n)
	for i := range out {
		out[i] = []int{i}
	}
	return out
}

func (c Cube) name(total Total, province, industry, period int) string {
	parts := []string{total.Name}
	if total.By&ByProvince != 0 {
		parts = append(parts, c.Provinces[province])
	}
	if total.By&ByIndustry != 0 {
		parts = append(parts, c.Industries[industry])
	}
	switch {
	case total.By&ByPeriod != 0:
		parts = append(parts, c.Periods[period])
	case total.By&ByYear != 0:
		parts = append(parts, c.Periods[period]+"–"+c.Periods[period+c.PerYear-1])
	}
	return strings.Join(parts, "/")
}
