// Package temporal brings series of different frequency and different standing into agreement: it spreads a
// low-frequency series over the periods inside it with the help of indicators (Disaggregate), makes a
// high-frequency series meet known totals while keeping its movement (Benchmark), and does the latter for
// many series at once that must also add up across (Reconcile).
//
// Every quadratic problem here is the same one — the smallest weighted change of a correction z subject to
// linear conditions — and is solved by one banded solver; every estimate returns the error of its conditions,
// and what had to be assumed on the way comes back as coded warnings.
//
// Periods are positions in a slice: alignment is given by whole numbers, never by dates.
//
// The package may not read, write, log, look at a clock or draw random numbers. It does not change its inputs.
// Formulas, defaults, limits and sources: doc/methods/temporal.md.
package temporal

import (
	"math"

	"nhipso/internal/fault"
)

// Conversion says how the periods inside a low-frequency period make up its value.
type Conversion int

// The conversions. Sum and Average are for flows and rates, First and Last for stocks.
const (
	Sum Conversion = iota
	Average
	First
	Last
)

// Weights gives the weight of each of the f periods inside one low-frequency period.
func (c Conversion) Weights(f int) []float64 {
	w := make([]float64, f)
	for i := range w {
		switch c {
		case Sum:
			w[i] = 1
		case Average:
			w[i] = 1 / float64(f)
		}
	}
	switch c {
	case First:
		w[0] = 1
	case Last:
		w[f-1] = 1
	}
	return w
}

func (c Conversion) valid() bool { return c >= Sum && c <= Last }

// Warning is a coded remark on a result that stands: an assumption made, a bound met, a sign of poor fit.
// It is a fault value so that its sentence lives with the others, but it is never returned as an error.
type Warning = *fault.Error

// finite refuses the first value that is not a number, naming the series and the position in it (from 1).
func finite(series string, x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fault.New("temporal.not-finite", "series", series, "position", i+1)
		}
	}
	return nil
}

// meanAbs is the scale that keeps a problem near one; zero series get one.
func meanAbs(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += math.Abs(v) / float64(len(x))
	}
	if s == 0 {
		return 1
	}
	return s
}

func dot(a, b []float64) float64 {
	var s float64
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func maxAbs(x []float64) float64 {
	var m float64
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}
