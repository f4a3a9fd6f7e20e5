// Package smallarea estimates figures of areas (provinces, districts, industries) whose own sample is too
// small, by the area-level model of Fay and Herriot 1979:
//
//	y_d = z_d'β + u_d + e_d,   u_d ~ (0, A),   e_d ~ (0, ψ_d)
//
// y_d is the direct estimate with known sampling variance ψ_d (the unit of y squared), z_d its covariates.
// Every estimate carries its mean squared error; a synthetic estimate says that it is one.
//
// This package may not read files, clocks or global state; it uses no random numbers.
package smallarea

import (
	"math"
	"strconv"

	"nhipso/internal/fault"
)

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func num(x float64) string { return strconv.FormatFloat(x, 'g', 9, 64) }

func nameOf(names []string, i int) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return strconv.Itoa(i + 1)
}

func (d Data) check() error {
	m := len(d.Direct)
	if m == 0 || d.Covariates == nil || d.Covariates.IsEmpty() {
		return fault.New("smallarea.empty")
	}
	rows, k := d.Covariates.Dims()
	if rows != m || len(d.Variance) != m || (d.Missing != nil && len(d.Missing) != m) {
		return fault.New("smallarea.shape", "areas", m, "variances", len(d.Variance), "covariates", rows)
	}
	for i := range m {
		for j := range k {
			if !finite(d.Covariates.At(i, j)) {
				return fault.New("smallarea.not-finite", "area", nameOf(d.Areas, i), "what", nameOf(d.CovariateNames, j))
			}
		}
		if d.missing(i) {
			continue
		}
		if !finite(d.Direct[i]) {
			return fault.New("smallarea.not-finite", "area", nameOf(d.Areas, i), "what", "direct")
		}
		if !finite(d.Variance[i]) || d.Variance[i] < 0 {
			return fault.New("smallarea.bad-variance", "area", nameOf(d.Areas, i), "value", num(d.Variance[i]))
		}
	}
	return nil
}
