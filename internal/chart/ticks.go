package chart

import "math"

// ticks gives round limits and a round step for an axis that must show low to high with about n steps.
func ticks(low, high float64, n int, fromZero bool) (from, to, step float64) {
	if fromZero || low >= 0 && low < 0.35*high {
		low = math.Min(low, 0)
	}
	if fromZero || high <= 0 && high > 0.35*low {
		high = math.Max(high, 0)
	}
	switch size := math.Max(math.Abs(low), math.Abs(high)); {
	case size < 1e-12: // nothing but zeros
		low, high = 0, 1
	case high-low <= 1e-9*size: // alike, as far as a reader can see
		low, high = low-0.1*size, high+0.1*size
	}
	raw := (high - low) / float64(n)
	mag := math.Pow(10, math.Floor(math.Log10(raw)))
	step = 10 * mag
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*mag >= raw*0.999 {
			step = m * mag
			break
		}
	}
	unit := mag / 10 // every multiple of the step is a whole number of these
	multiple := func(k float64) float64 { return math.Round(k*math.Round(step/unit)) * unit }
	if unit < 1 { // dividing by a whole number keeps 0.3 from becoming 0.30000000000000004
		whole := math.Round(1 / unit)
		multiple = func(k float64) float64 { return math.Round(k*math.Round(step*whole)) / whole }
	}
	return multiple(math.Floor(low/step + 1e-9)), multiple(math.Ceil(high/step - 1e-9)), multiple(1)
}

// tidy drops the noise of binary fractions: 0.30000000000000004 becomes 0.3.
func tidy(f float64) float64 {
	if f == 0 {
		return 0
	}
	p := math.Pow(10, 12-math.Ceil(math.Log10(math.Abs(f))))
	return math.Round(f*p) / p
}

// digits gives how many digits after the point a number needs.
func digits(step float64) int {
	for n := 0; n < 9; n++ {
		if x := step * math.Pow(10, float64(n)); math.Abs(x-math.Round(x)) <= 1e-6*math.Abs(x) {
			return n
		}
	}
	return 9
}
