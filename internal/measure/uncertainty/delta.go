package uncertainty

import (
	"math"

	"nhipso/internal/fault"
)

// Delta gives the standard deviation of f(x) to first order, √(∇f' V ∇f). covariance is n × n; it has to give no negative variance.
func Delta(f func([]float64) float64, x []float64, covariance [][]float64) (float64, error) {
	gradient, err := Gradient(f, x, covariance)
	if err != nil {
		return 0, err
	}
	return DeltaGradient(gradient, covariance)
}

// Gradient gives the slopes of f at x by central differences, zero for an x_i without variance. The step is the cube root of the rounding unit,
// relative to the larger of |x_i| and its standard deviation; for a smooth f that is no near-constant the result holds six digits or more.
func Gradient(f func([]float64) float64, x []float64, covariance [][]float64) ([]float64, error) {
	if len(covariance) != len(x) {
		return nil, fault.New("uncertainty.length", "name", "covariance", "got", len(covariance), "want", len(x))
	}
	at := append([]float64(nil), x...)
	gradient := make([]float64, len(x))
	for i := range x {
		if !finite(x[i]) {
			return nil, fault.New("uncertainty.not-finite", "name", "x", "at", i+1)
		}
		if len(covariance[i]) != len(x) {
			return nil, fault.New("uncertainty.length", "name", "covariance", "got", len(covariance[i]), "want", len(x))
		}
		if !(covariance[i][i] >= 0) {
			return nil, fault.New("uncertainty.negative-variance", "at", i+1)
		}
		if covariance[i][i] == 0 {
			continue // certain: its slope does not matter, and f may not be defined on both sides of it
		}
		h := math.Cbrt(0x1p-52) * math.Max(math.Abs(x[i]), math.Sqrt(covariance[i][i]))
		at[i] = x[i] + h
		up := f(at)
		width := at[i]
		at[i] = x[i] - h
		down := f(at)
		width -= at[i]
		at[i] = x[i]
		gradient[i] = (up - down) / width
		if !finite(gradient[i]) {
			return nil, fault.New("uncertainty.not-finite", "name", "gradient", "at", i+1)
		}
	}
	return gradient, nil
}

// DeltaGradient is Delta where the gradient is known.
func DeltaGradient(gradient []float64, covariance [][]float64) (float64, error) {
	if len(covariance) != len(gradient) {
		return 0, fault.New("uncertainty.length", "name", "covariance", "got", len(covariance), "want", len(gradient))
	}
	v, scale := 0.0, 0.0
	for i, row := range covariance {
		if len(row) != len(gradient) {
			return 0, fault.New("uncertainty.length", "name", "covariance", "got", len(row), "want", len(gradient))
		}
		for k, c := range row {
			if !finite(c) || !finite(gradient[i]) {
				return 0, fault.New("uncertainty.not-finite", "name", "covariance", "at", i+1)
			}
			v += gradient[i] * c * gradient[k]
			scale += math.Abs(gradient[i] * c * gradient[k])
		}
	}
	if v < -1e-12*scale {
		return 0, fault.New("uncertainty.negative-variance", "at", 0)
	}
	return math.Sqrt(math.Max(v, 0)), nil
}

// ShareSD gives the standard deviation of D/(D+N) to first order, for a part D and a rest N that are independent.
func ShareSD(part, rest, sdPart, sdRest float64) (float64, error) {
	whole := part + rest
	for i, x := range []float64{part, rest, sdPart, sdRest} {
		if !finite(x) {
			return 0, fault.New("uncertainty.not-finite", "name", "share", "at", i+1)
		}
	}
	if !(whole > 0) || sdPart < 0 || sdRest < 0 {
		return 0, fault.New("uncertainty.bad-share", "whole", whole)
	}
	return math.Hypot(rest/whole*(sdPart/whole), part/whole*(sdRest/whole)), nil
}
