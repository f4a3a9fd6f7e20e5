package seasonal

import "math"

func (r *x11) minus(a, b float64) float64 {
	if r.additive {
		return a - b
	}
	return a / b
}

func (r *x11) plus(a, b float64) float64 {
	if r.additive {
		return a + b
	}
	return a * b
}

// less takes one component out of another, where the other is defined (a centred average is zero at its ends).
func (r *x11) less(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for t := range a {
		if r.additive || b[t] != 0 {
			out[t] = r.minus(a[t], b[t])
		}
	}
	return out
}

// season smooths each month of the SI values of lo…hi−1 over the years, makes the factors of any year neutral on average, and
// repeats the nearest year where there were no values.
func (r *x11) season(si []float64, lo, hi int, filter SeasonalFilter) []float64 {
	n := len(si)
	raw := make([]float64, n)
	if (hi-lo)/r.p < 5 { // a month with fewer than five values
		filter = Stable
	}
	for month := range r.p {
		var at []int
		for t := lo; t < hi; t++ {
			if t%r.p == month {
				at = append(at, t)
			}
		}
		x := make([]float64, len(at))
		for i, t := range at {
			x[i] = si[t]
		}
		for i, v := range smoothYears(x, filter) {
			raw[at[i]] = v
		}
	}
	mean := centred(raw[lo:hi], r.p)
	half := r.p / 2
	for t := range half { // the ends repeat the nearest mean
		mean[t], mean[len(mean)-1-t] = mean[half], mean[len(mean)-1-half]
	}
	out := make([]float64, n)
	for t := lo; t < hi; t++ {
		out[t] = r.minus(raw[t], mean[t-lo])
	}
	for t := lo - 1; t >= 0; t-- {
		out[t] = out[t+r.p]
	}
	for t := hi; t < n; t++ {
		out[t] = out[t-r.p]
	}
	return out
}

// weights says how much each irregular of lo…hi−1 counts: in full within Low standard deviations, not at all beyond High, in proportion
// between. The standard deviation of a year is that of the five years around it, about the neutral value, taken twice: the
// second time without the irregulars that lay beyond High standard deviations of their own year. The first and last years share
// the windows of the third from the end; a year that is not whole belongs to the window at its end only.
func (r *x11) weights(irregular []float64, lo, hi int) []float64 {
	out := make([]float64, len(irregular))
	for t := range out {
		out[t] = 1
	}
	year := func(t int) int { return (t + r.o.First) / r.p }
	first, last := year(lo), year(hi-1)
	whole, wholeEnd := year(lo+r.p-1), year(hi)-1 // the first and last whole years
	sigma := make([]float64, last-first+1)
	spread := func(y int, counts func(t int) bool) float64 {
		from := max(min(y-2, wholeEnd-4), whole)
		to := min(from+4, wholeEnd)
		few := wholeEnd-whole < 4
		if y-2 < whole || few {
			from = first
		}
		if y+2 > wholeEnd || few {
			to = last
		}
		sum, count := 0.0, 0.0
		for t := lo; t < hi; t++ {
			if y := year(t); y >= from && y <= to && counts(t) {
				d := irregular[t] - r.neutral
				sum += d * d
				count++
			}
		}
		return math.Sqrt(sum / math.Max(count, 1))
	}
	for i := range sigma {
		sigma[i] = spread(first+i, func(int) bool { return true })
	}
	within := func(t int) bool { return math.Abs(irregular[t]-r.neutral) <= r.o.High*sigma[year(t)-first] }
	again := make([]float64, len(sigma))
	for i := range sigma {
		again[i] = spread(first+i, within)
	}
	for t := lo; t < hi; t++ {
		s := again[year(t)-first]
		switch d := math.Abs(irregular[t] - r.neutral); {
		case s == 0 || d <= r.o.Low*s:
		case d > r.o.High*s:
			out[t] = 0
		default:
			out[t] = (r.o.High - d/s) / (r.o.High - r.o.Low)
		}
	}
	return out
}

// replace puts an average in the place of extreme SI values of lo…hi−1: the value by its weight with the four nearest full-weight
// values of its month, two on each side where there are; the mean of the month where there are not four.
func (r *x11) replace(si []float64, lo, hi int, filter SeasonalFilter) []float64 {
	season := r.season(si, lo, hi, filter)
	weights := r.weights(r.less(si, season), lo, hi)
	out := append([]float64(nil), si...)
	for t := lo; t < hi; t++ {
		if weights[t] == 1 {
			continue
		}
		var before, after []float64
		for k := t - r.p; k >= lo; k -= r.p {
			if weights[k] == 1 {
				before = append(before, si[k])
			}
		}
		for k := t + r.p; k < hi; k += r.p {
			if weights[k] == 1 {
				after = append(after, si[k])
			}
		}
		if len(before)+len(after) < 4 {
			sum, count := 0.0, 0.0
			for k := lo + ((t - lo) % r.p); k < hi; k += r.p {
				sum += si[k]
				count++
			}
			out[t] = sum / count
			continue
		}
		b, a := min(2, len(before)), min(2, len(after))
		b, a = max(b, 4-len(after)), max(a, 4-len(before)) // a side that is short is made up for by the other
		sum, count := weights[t]*si[t], weights[t]
		for _, v := range append(before[:b:b], after[:a]...) {
			sum += v
			count++
		}
		out[t] = sum / count
	}
	return out
}

// trend is the Henderson filter of a seasonally adjusted series, of a length that the ratio of irregular to trend chooses:
// monthly 9 terms below 1, 23 from 3.5, else 13; quarterly 7 terms from 3.5 a month, else 5. Part B goes no further than 13 and 5.
//
// The end weights of 9, 23 and 5 terms are those for a ratio of 1, 4.5 and 0.001. As X-13 has it, 13 terms take 3.5 or the ratio of
// the 9 or 23 terms chosen before them, and 7 terms give way to 5 where they do not fit.
func (r *x11) trend(adjusted []float64, early bool) (trend []float64, length int, ic float64) {
	length, end := 13, 3.5
	if r.p == 4 {
		length, end = 5, 0.001
	}
	first := hendersonTrend(adjusted, length, end)
	ic = r.irregularToTrend(adjusted, first, length/2)
	switch {
	case r.o.Trend != 0:
		length = r.o.Trend
	case r.p == 4 && !early && ic >= 3.5/3:
		length = 7
	case r.p == 4:
	case ic < 1:
		length = 9
	case !early && ic >= 3.5:
		length = 23
	}
	switch {
	case length < 9:
		r.end = 0.001
	case length < 13:
		r.end = 1
	case length > 13:
		r.end = 4.5
	case r.end == 0:
		r.end = 3.5
	}
	if length != 7 {
		return hendersonTrend(adjusted, length, r.end), length, ic
	}
	trend = hendersonTrend(adjusted, 5, r.end)
	copy(trend[3:len(trend)-3], hendersonTrend(adjusted, 7, r.end)[3:])
	return trend, length, ic
}

// irregularToTrend is the ratio of their mean absolute changes, without the ends where the filter is not symmetric.
func (r *x11) irregularToTrend(adjusted, trend []float64, half int) float64 {
	irregular := r.less(adjusted, trend)
	si, sc := 0.0, 0.0
	for t := half + 1; t < r.n-half; t++ {
		si += r.change(irregular, t, 1)
		sc += r.change(trend, t, 1)
	}
	return quotient(si, sc)
}

// quotient of two sums of changes; one of no change at all counts as largest, and none of none as one.
func quotient(a, b float64) float64 {
	switch q := a / b; {
	case a == b:
		return 1
	case !(q < largest):
		return largest
	default:
		return q
	}
}

func (r *x11) change(x []float64, t, lag int) float64 {
	if r.additive {
		return math.Abs(x[t] - x[t-lag])
	}
	return math.Abs(x[t]/x[t-lag] - 1)
}

// choose takes the final seasonal filter by the global moving seasonality ratio of complete years: below 2.5 it is 3x3, from
// 3.5 to 5.5 3x5, above 6.5 3x9; between, the last year is dropped and the ratio taken again, up to five times; then 3x5.
func (r *x11) choose(si []float64) (filter SeasonalFilter, ratio float64, unstable bool) {
	stop := len(si) - (len(si)+r.o.First)%r.p
	for try := 0; try < 6 && stop >= 5*r.p; try++ {
		now := r.seasonalityRatio(si[:stop])
		if try == 0 {
			ratio = now
		}
		switch {
		case now <= 2.5:
			return S3x3, ratio, false
		case now >= 3.5 && now <= 5.5:
			return S3x5, ratio, false
		case now >= 6.5:
			return S3x9, ratio, false
		}
		stop -= r.p
	}
	return S3x5, ratio, true
}

// seasonalityRatio is the mean absolute year-on-year change of the irregular over that of the season, over all months, where the
// season is a seven-year moving average and the irregular what is left. The average repeats the mean of the three outermost
// years at the ends, which makes changes too small; X-11 makes up for it by factors for the number of years.
func (r *x11) seasonalityRatio(si []float64) float64 {
	top, bottom := 0.0, 0.0
	for month := range r.p {
		var x []float64
		for t := month; t < len(si); t += r.p {
			x = append(x, si[t])
		}
		season := sevenYears(x)
		irregular := r.less(x, season)
		changes := float64(len(x) - 1)
		forIrregular := changes * math.Sqrt(150) / (73.239334 + (changes-6)*math.Sqrt(150))
		forSeason := changes * math.Sqrt(3) / (6*math.Sqrt2 + (changes-6)*math.Sqrt(3))
		if changes < 6 {
			k := max(len(x)-4, 0)
			forIrregular, forSeason = [...]float64{1.02584, 1.01779, 1.01383}[k], [...]float64{3, 1.55291, 1.30095}[k]
		}
		for i := 1; i < len(x); i++ {
			top += forIrregular * r.change(irregular, i, 1)
			bottom += forSeason * r.change(season, i, 1)
		}
	}
	return quotient(top, bottom)
}

// sevenYears is a seven-term moving average that takes the mean of the three outermost values for those beyond the ends.
func sevenYears(x []float64) []float64 {
	n := len(x)
	first, last := (x[0]+x[1]+x[2])/3, (x[n-1]+x[n-2]+x[n-3])/3
	out := make([]float64, n)
	for t := range x {
		for k := t - 3; k <= t+3; k++ {
			switch {
			case k < 0:
				out[t] += first / 7
			case k >= n:
				out[t] += last / 7
			default:
				out[t] += x[k] / 7
			}
		}
	}
	return out
}
