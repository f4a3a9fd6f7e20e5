// Package regional brings national figures to provinces: allocation of industry value added by indicators,
// the head-office adjustment, location quotients and provincial coefficients, a multi-regional table, the
// joint reconciliation of provinces, industries and periods, and restatement between territories.
//
// Provinces and industries are positions in vectors; names only serve errors. Everything is built on
// package balance where totals must be met. This package may not read files, clocks or global state.
package regional

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Names are the codes used in errors.
type Names struct {
	Provinces, Industries []string
}

func nameOf(names []string, i int) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return strconv.Itoa(i + 1)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func num(x float64) string { return strconv.FormatFloat(x, 'g', 9, 64) }

// checkCells refuses cells that are not finite and, when negative is false, cells below zero.
func checkCells(what string, m *mat.Dense, rows, cols []string, negative bool) error {
	r, c := m.Dims()
	for i := range r {
		for j := range c {
			where := nameOf(rows, i) + " × " + nameOf(cols, j)
			if x := m.At(i, j); !finite(x) {
				return fault.New("regional.not-finite", "what", what, "where", where)
			} else if x < 0 && !negative {
				return fault.New("regional.negative", "what", what, "where", where, "value", num(x))
			}
		}
	}
	return nil
}

func checkList(what string, x []float64, names []string, negative bool) error {
	for i, v := range x {
		if !finite(v) {
			return fault.New("regional.not-finite", "what", what, "where", nameOf(names, i))
		}
		if v < 0 && !negative {
			return fault.New("regional.negative", "what", what, "where", nameOf(names, i), "value", num(v))
		}
	}
	return nil
}

// shared splits a total in proportion to weights (not negative, with a positive sum) so that the parts add to it
// to the last bit in any order of summation: every part is a whole multiple of the spacing of floating
// point numbers at the total, so no addition rounds. What rounding leaves goes to the largest part.
func shared(total float64, weights []float64) []float64 {
	out := make([]float64, len(weights))
	if total == 0 {
		return out
	}
	var sum float64
	largest := 0
	for i, w := range weights {
		sum += w
		if w > weights[largest] {
			largest = i
		}
	}
	if math.IsInf(sum, 1) { // weights near the end of the range: their proportions are all that matters
		scaled := make([]float64, len(weights))
		sum = 0
		for i, w := range weights {
			scaled[i] = w / weights[largest]
			sum += scaled[i]
		}
		weights = scaled
	}
	size := math.Abs(total)
	grain := math.Nextafter(size, math.Inf(1)) - size
	if below := size - math.Nextafter(size, 0); below < grain {
		grain = below
	}
	rest := size
	for i, w := range weights {
		if i == largest {
			continue
		}
		out[i] = math.Copysign(math.Min(math.Round(size*(w/sum)/grain)*grain, rest), total)
		rest -= math.Abs(out[i])
	}
	out[largest] = math.Copysign(rest, total)
	for i := range out {
		if out[i] == 0 {
			out[i] = 0 // no negative zero
		}
	}
	return out
}
