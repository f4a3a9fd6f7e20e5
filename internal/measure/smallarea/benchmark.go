package smallarea

import (
	"math"

	"nhipso/internal/fault"
)

// Benchmark moves estimates to a national total: θ* = θ + V w (total - w'θ)/(w'Vw), with V = diag(mse), so
// that the least certain areas move most. It returns θ* and its mean squared errors as if the total were
// exact, V - V w w'V/(w'Vw). Weights (m) say how areas add: 1 for totals, population shares for rates.
func Benchmark(theta, mse, weights []float64, total float64) (values, errors []float64, err error) {
	m := len(theta)
	if m == 0 || len(mse) != m || len(weights) != m {
		return nil, nil, fault.New("smallarea.benchmark-shape", "areas", m, "errors", len(mse), "weights", len(weights))
	}
	if !finite(total) {
		return nil, nil, fault.New("smallarea.not-finite", "area", "+", "what", "total")
	}
	var sum, spread, mass float64
	for i := range theta {
		if !finite(theta[i]) || !finite(weights[i]) {
			return nil, nil, fault.New("smallarea.not-finite", "area", nameOf(nil, i), "what", "estimate, weight")
		}
		if !finite(mse[i]) || mse[i] < 0 {
			return nil, nil, fault.New("smallarea.bad-variance", "area", nameOf(nil, i), "value", num(mse[i]))
		}
		sum += weights[i] * theta[i]
		mass += math.Abs(weights[i] * theta[i])
		spread += weights[i] * weights[i] * mse[i]
	}
	gap := total - sum
	values, errors = append([]float64(nil), theta...), append([]float64(nil), mse...)
	if math.Abs(gap) <= 1e-14*math.Max(mass, math.Abs(total)) {
		gap = 0
	}
	if spread == 0 {
		if gap == 0 {
			return values, errors, nil
		}
		return nil, nil, fault.New("smallarea.nothing-moves", "gap", num(gap))
	}
	for i := range theta {
		share := mse[i] * weights[i] / spread
		values[i] += share * gap
		errors[i] = math.Max(0, mse[i]-share*weights[i]*mse[i])
	}
	return values, errors, nil
}

// SmoothVariances replaces sampling variances that were estimated from tiny samples by the variance
// function log ψ = a + b log n, fitted by least squares over the areas with ψ > 0 and scaled so that the
// mean variance of those areas is kept. n (m) are the sample sizes.
func SmoothVariances(psi, n []float64) ([]float64, error) {
	if len(psi) != len(n) {
		return nil, fault.New("smallarea.shape", "areas", len(n), "variances", len(psi), "covariates", len(n))
	}
	var count, sx, sy, sxx, sxy, total float64
	for i := range psi {
		if !finite(psi[i]) || psi[i] < 0 {
			return nil, fault.New("smallarea.bad-variance", "area", nameOf(nil, i), "value", num(psi[i]))
		}
		if !finite(n[i]) || n[i] <= 0 {
			return nil, fault.New("smallarea.bad-sample-size", "area", nameOf(nil, i), "value", num(n[i]))
		}
		if psi[i] == 0 {
			continue
		}
		x, y := math.Log(n[i]), math.Log(psi[i])
		count, sx, sy, sxx, sxy, total = count+1, sx+x, sy+y, sxx+x*x, sxy+x*y, total+psi[i]
	}
	if count < 3 {
		return nil, fault.New("smallarea.too-few", "areas", int(count), "covariates", 2)
	}
	b := 0.0 // equal sample sizes carry no slope
	if d := count*sxx - sx*sx; d > 1e-12*count*math.Abs(sxx) {
		b = (count*sxy - sx*sy) / d
	}
	a := (sy - b*sx) / count
	out := make([]float64, len(psi))
	var fitted float64
	for i := range psi {
		out[i] = math.Exp(a + b*math.Log(n[i]))
		if psi[i] > 0 {
			fitted += out[i]
		}
	}
	for i := range out {
		out[i] *= total / fitted
	}
	return out, nil
}
