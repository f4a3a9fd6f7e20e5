package seasonal

import "math"

// centred gives the 2×p moving average. The first and last p/2 places have none and are left zero.
func centred(x []float64, p int) []float64 {
	n := len(x)
	out := make([]float64, n)
	for t := p / 2; t < n-p/2; t++ {
		sum := (x[t-p/2] + x[t+p/2]) / 2
		for _, v := range x[t-p/2+1 : t+p/2] {
			sum += v
		}
		out[t] = sum / float64(p)
	}
	return out
}

// henderson gives the symmetric weights of a Henderson filter of odd length: those that pass a cubic and leave the third differences
// of the result smallest.
func henderson(length int) []float64 {
	m := length / 2
	n := float64(m + 2)
	out := make([]float64, length)
	for i := range out {
		j := float64(i - m)
		out[i] = 315 * ((n-1)*(n-1) - j*j) * (n*n - j*j) * ((n+1)*(n+1) - j*j) * (3*n*n - 16 - 11*j*j) /
			(8 * n * (n*n - 1) * (4*n*n - 1) * (4*n*n - 9) * (4*n*n - 25))
	}
	return out
}

// musgrave shortens a symmetric filter to its first keep weights, such that the revision is smallest for a linear trend with noise, where
// ratio is that of the mean absolute change of the irregular to that of the trend. The weights returned are for a point with
// len(w)/2 neighbours before it.
// Source: Musgrave (1964), in the form of Ladiray and Quenneville (2001), 2.5.
func musgrave(w []float64, keep int, ratio float64) []float64 {
	d := 4 / (math.Pi * ratio * ratio)
	m := float64(keep)
	lost, moment := 0.0, 0.0
	for i := keep; i < len(w); i++ {
		lost += w[i]
		moment += (float64(i+1) - (m+1)/2) * w[i]
	}
	out := make([]float64, keep)
	for j := range out {
		out[j] = w[j] + lost/m + (float64(j+1)-(m+1)/2)*d/(1+m*(m-1)*(m+1)/12*d)*moment
	}
	return out
}

// hendersonTrend smooths a whole series, with Musgrave's weights at both ends.
func hendersonTrend(x []float64, length int, ratio float64) []float64 {
	n, m := len(x), length/2
	w := henderson(length)
	out := make([]float64, n)
	ends := make([][]float64, m)
	for k := range ends {
		ends[k] = musgrave(w, length-m+k, ratio) // k neighbours on the short side
	}
	for t := range x {
		switch {
		case t >= m && t < n-m:
			for i, v := range w {
				out[t] += v * x[t-m+i]
			}
		case t < m:
			for i, v := range ends[t] { // the mirror image
				out[t] += v * x[t+m-i]
			}
		default:
			for i, v := range ends[n-1-t] {
				out[t] += v * x[t-m+i]
			}
		}
	}
	return out
}

// SeasonalFilter is a moving average of one month over the years.
type SeasonalFilter string

// The seasonal filters.
const (
	S3x3    SeasonalFilter = "3x3"
	S3x5    SeasonalFilter = "3x5"
	S3x9    SeasonalFilter = "3x9"
	Stable  SeasonalFilter = "stable" // the mean of all years
	ByRatio SeasonalFilter = "msr"    // chosen by the moving seasonality ratio
)

// The weights of the last years, from the earliest neighbour to the year itself and the years known after it: the first row is for
// the last year, the next for the one before, and so on. Source: Shiskin, Young and Musgrave (1967).
var seasonalEnds = map[SeasonalFilter][][]float64{
	S3x3: {
		{5. / 27, 11. / 27, 11. / 27},
		{3. / 27, 7. / 27, 10. / 27, 7. / 27},
	},
	S3x5: {
		{9. / 60, 17. / 60, 17. / 60, 17. / 60},
		{4. / 60, 11. / 60, 15. / 60, 15. / 60, 15. / 60},
		{4. / 60, 8. / 60, 13. / 60, 13. / 60, 13. / 60, 9. / 60},
	},
	S3x9: {
		{0.051, 0.112, 0.173, 0.197, 0.221, 0.246},
		{0.028, 0.092, 0.144, 0.160, 0.176, 0.192, 0.208},
		{0.032, 0.079, 0.123, 0.133, 0.143, 0.154, 0.163, 0.173},
		{0.034, 0.075, 0.113, 0.117, 0.123, 0.128, 0.132, 0.137, 0.141},
		{0.034, 0.073, 0.111, 0.113, 0.114, 0.116, 0.117, 0.118, 0.120, 0.084},
	},
}

var seasonalMiddle = map[SeasonalFilter][]float64{
	S3x3: {1. / 9, 2. / 9, 3. / 9, 2. / 9, 1. / 9},
	S3x5: {1. / 15, 2. / 15, 3. / 15, 3. / 15, 3. / 15, 2. / 15, 1. / 15},
	S3x9: {1. / 27, 2. / 27, 3. / 27, 3. / 27, 3. / 27, 3. / 27, 3. / 27, 3. / 27, 3. / 27, 2. / 27, 1. / 27},
}

// smoothYears applies a seasonal filter to the values of one month. A year for which a short series has neither the filter nor its
// end weights takes the mean of all years.
func smoothYears(x []float64, filter SeasonalFilter) []float64 {
	n := len(x)
	out := make([]float64, n)
	mean := 0.0
	for _, v := range x {
		mean += v / float64(n)
	}
	if filter == Stable {
		for i := range out {
			out[i] = mean
		}
		return out
	}
	middle := seasonalMiddle[filter]
	m := len(middle) / 2
	ends := seasonalEnds[filter]
	for t := range x {
		first, last := t-m, t+m // the years that the filter reaches
		switch {
		case first >= 0 && last < n:
			for i, w := range middle {
				out[t] += w * x[first+i]
			}
		case n-1-t < m && len(ends[n-1-t]) <= n && n-1-t <= t:
			w := ends[n-1-t]
			for i, v := range w {
				out[t] += v * x[n-len(w)+i]
			}
		case t < m && len(ends[t]) <= n:
			w := ends[t] // the mirror image
			for i, v := range w {
				out[t] += v * x[len(w)-1-i]
			}
		default: // too short a series even for those
			out[t] = mean
		}
	}
	return out
}
