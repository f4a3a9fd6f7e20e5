package seasonal

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/fault"
)

// Verdict says whether there is a season to take out.
type Verdict string

// The verdicts.
const (
	Present  Verdict = "present"
	Doubtful Verdict = "doubtful" // significant, but moving or weak: identifiable probably not
	Absent   Verdict = "absent"
)

// Seasonality holds the tests made on SI values (the series without its trend).
type Seasonality struct {
	F, FP           float64 // stable season: one-way analysis of variance between months
	H, HP           float64 // the same without normality: Kruskal and Wallis, with the correction for ties
	Moving, MovingP float64 // moving season: between years, on absolute deviations, in whole years
	M7              float64 // √(½(7/F + 3·Moving/F)): from 1 on the season cannot be identified
	Verdict         Verdict
}

// Examine tests SI values, ratios about 1 (Multiplicative) or differences about 0, for a season. first is the place of the
// first value in its year. The verdict is that of X-11: absent when F is not significant at 0.1 %, or when the movement is at
// 5 % and M7 reaches 1; doubtful when 7/F or 3·Moving/F reaches 1 or Kruskal–Wallis is not significant at 1 %; else present.
// Source: Lothian and Morry (1978), Statistics Canada; Higginson (1975) for the moving season.
func Examine(si []float64, period, first int, mode Mode) (Seasonality, error) {
	if err := checkSeries(si, period); err != nil {
		return Seasonality{}, err
	}
	if first < 0 || first >= period {
		return Seasonality{}, fault.New("seasonal.first", "first", first, "period", period)
	}
	n, k := float64(len(si)), float64(period)
	var out Seasonality
	sum, count, total := make([]float64, period), make([]float64, period), 0.0
	for t, x := range si {
		sum[t%period] += x
		count[t%period]++
		total += x
	}
	between, within := 0.0, 0.0
	for j := range sum {
		d := sum[j]/count[j] - total/n
		between += count[j] * d * d
	}
	for t, x := range si {
		d := x - sum[t%period]/count[t%period]
		within += d * d
	}
	out.F, out.FP = ratioF(between, k-1, within, n-k)
	out.H, out.HP = kruskal(si, period)
	out.Moving, out.MovingP = movingF(si, period, first, mode)
	t1, t2 := 7/out.F, 3*out.Moving/out.F
	if out.F == 0 {
		t1, t2 = 9, 9
	}
	out.M7 = math.Min(math.Sqrt((t1+t2)/2), 3)
	switch {
	case out.FP > 0.001, out.MovingP <= 0.05 && out.M7 >= 1:
		out.Verdict = Absent
	case t1 >= 1, t2 >= 1, out.HP > 0.01:
		out.Verdict = Doubtful
	default:
		out.Verdict = Present
	}
	return out, nil
}

// largest stands for the quotient of something and nothing at all.
const largest = 1e12

func ratioF(top, dfTop, bottom, dfBottom float64) (f, p float64) {
	switch {
	case top <= 0 || dfTop < 1 || dfBottom < 1:
		return 0, 1
	case bottom*dfTop*largest <= top*dfBottom:
		return largest, 0
	}
	f = top / dfTop / (bottom / dfBottom)
	return f, distuv.F{D1: dfTop, D2: dfBottom}.Survival(f)
}

func kruskal(x []float64, period int) (h, p float64) {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return x[order[a]] < x[order[b]] })
	n := float64(len(x))
	ranks, count, ties := make([]float64, period), make([]float64, period), 0.0
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		size, rank := float64(j-i), float64(i+j+1)/2
		ties += size*size*size - size
		for ; i < j; i++ {
			ranks[order[i]%period] += rank
			count[order[i]%period]++
		}
	}
	for j := range ranks {
		h += ranks[j] * ranks[j] / count[j]
	}
	h = 12/(n*(n+1))*h - 3*(n+1)
	if correction := 1 - ties/(n*n*n-n); correction > 0 {
		h /= correction
	} else {
		h = 0 // all equal
	}
	h = math.Max(h, 0)
	return h, distuv.ChiSquared{K: float64(period - 1)}.Survival(h)
}

func movingF(si []float64, period, first int, mode Mode) (f, p float64) {
	neutral := 0.0
	if mode == Multiplicative {
		neutral = 1
	}
	start := (period - first) % period
	years := (len(si) - start) / period
	if years < 2 {
		return 0, 1
	}
	x := make([]float64, years*period)
	total := 0.0
	for i := range x {
		x[i] = math.Abs(si[start+i] - neutral)
		total += x[i] / float64(len(x))
	}
	byYear, byMonth := make([]float64, years), make([]float64, period)
	for i, v := range x {
		byYear[i/period] += v / float64(period)
		byMonth[i%period] += v / float64(years)
	}
	between, rest := 0.0, 0.0
	for _, m := range byYear {
		between += float64(period) * (m - total) * (m - total)
	}
	for i, v := range x {
		d := v - byYear[i/period] - byMonth[i%period] + total
		rest += d * d
	}
	return ratioF(between, float64(years-1), rest, float64((years-1)*(period-1)))
}
