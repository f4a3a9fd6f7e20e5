// Package balance makes figures agree with their totals.
//
// Two families live here. Biproportional scaling (RAS, GRAS, KRAS and its supply-use form) keeps the
// structure of a prior table and needs no variances; generalised least squares (Stone 1942, Byron 1978)
// moves each figure in proportion to its declared variance and says how certain the result is.
//
// Targets that cannot be met are named before any iteration starts; no function returns a best effort
// that looks like an answer. Inputs are never changed. The same input gives the same bits on every run.
//
// This package may not read files, clocks or global state, and knows nothing of provinces or industries:
// a cell is a number at an index.
package balance

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Names are the codes by which an error mentions rows and columns. A missing name is shown as its
// position counted from 1.
type Names struct {
	Rows, Columns []string
}

func nameOf(names []string, i int) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return strconv.Itoa(i + 1)
}

// listed joins names for a sentence and shortens a long list.
func listed(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", … (" + strconv.Itoa(len(names)) + ")"
	}
	return strings.Join(names, ", ")
}

// num writes a number for a sentence.
func num(x float64) string { return strconv.FormatFloat(x, 'g', 9, 64) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func checkVector(what string, names []string, v []float64) error {
	for i, x := range v {
		if !finite(x) {
			return fault.New("balance.not-finite", "what", what, "where", nameOf(names, i))
		}
	}
	return nil
}

func checkMatrix(m *mat.Dense, names Names) error {
	r, c := m.Dims()
	for i := range r {
		for j := range c {
			if !finite(m.At(i, j)) {
				return fault.New("balance.not-finite", "what", "prior",
					"where", nameOf(names.Rows, i)+" × "+nameOf(names.Columns, j))
			}
		}
	}
	return nil
}
