// Package monitor holds figures against targets: the trajectory that leads to a target, the forecast of where a series is
// going, and the official three classes with the two neutral ones. Everything in it is a pure function.
//
// It may not read the cube, know the clock or change a figure; a person's override is kept beside the computed class, never
// in its place.
package monitor

import (
	"math"
	"sort"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Class is the standing of a target. The first three are the official classes of the end-2023 review of 62 basic targets
// (Ủy ban Quốc gia về chuyển đổi số); the other two keep what cannot be judged from looking like failure.
type Class string

// Classes.
const (
	Achieved      Class = "ACHIEVED"       // đã hoàn thành
	Likely        Class = "LIKELY"         // có khả năng hoàn thành
	Concentrate   Class = "FOCUS"          // cần tập trung
	NotAssessable Class = "NOT_ASSESSABLE" // chưa đánh giá được
	NoData        Class = "NO_DATA"        // không có số liệu
)

// Classes lists them from the best.
func Classes() []Class { return []Class{Achieved, Likely, Concentrate, NotAssessable, NoData} }

// Reason says which branch of the rule gave the class, so that the page can show it beside the colour.
type Reason string

// Reasons.
const (
	MetByDue     Reason = "met-by-due"      // a figure dated by the deadline meets the target
	MissedAtDue  Reason = "missed-at-due"   // the figure of the deadline does not meet the target
	Ahead        Reason = "forecast-meets"  // the forecast meets it with probability at least LikelyAt
	Behind       Reason = "forecast-misses" // it does not
	OneFigure    Reason = "one-figure"      // a single figure shows no direction
	Qualitative  Reason = "qualitative"     // the target names no number
	NoFigure     Reason = "no-figure"       // nothing has been published for the indicator
	NoComparator Reason = "no-comparator"   // the source does not say how the number binds (an increase "of 30")
)

// LikelyAt is the probability from which a forecast counts as "likely". One half is the neutral reading of the official
// words: likelier than not.
const LikelyAt = 0.5

// UnknownSpread is the standard deviation of a year's change, as a part of the size of the mean yearly change, where fewer than
// three changes are known and it cannot be estimated. One half is declared, not measured; the method page says so.
const UnknownSpread = 0.5

// Target is a number to be reached by the end of a year.
type Target struct {
	Value      *stat.Decimal // nil when the target is qualitative
	Comparator string        // "=", ">=", ">", "<=", "~", or "+" for an increase over an unstated base
	Direction  int           // +1 when higher is better, −1 when lower is better
	Due        stat.Date     // last day of the target year
	Percent    bool          // the indicator is a percentage of a whole: no forecast lies outside 0 to 100
}

// Point is one published figure of the indicator, dated by the last day of its period.
type Point struct {
	Day   stat.Date
	Value float64
}

// Judgement is the standing of a target with everything that led to it.
type Judgement struct {
	Class       Class
	Reason      Reason
	Latest      *Point   // the figure that was judged
	Forecast    *float64 // expected value at the deadline
	StdDev      *float64 // of the forecast
	Probability *float64 // that the target is met at the deadline
	PerYear     *float64 // mean change a year so far
	Needed      *float64 // mean change a year from the latest figure to the target
}

// Judge applies the rule.
//
//  1. No number in the target: not assessable. No figure: no data.
//  2. The newest figure dated by the deadline meets the target: achieved. (Before the deadline this is "achieved so far"; a
//     later figure may change it, and then the class changes with it.)
//  3. The deadline lies within the newest figure's period or before it, and the figure does not meet it: needs concentrated effort.
//  4. Otherwise the series is carried to the deadline as a random walk with drift: y(T) = y(n) + h·d, where d is the mean
//     yearly change between the first and the newest figure, h the years from the newest figure to the deadline. The variance is
//     s²·h·(1 + h/H), with s² the variance of a year's change and H the years observed; with fewer than three changes
//     s = UnknownSpread·|d|. The class is "likely" when P(y(T) meets the target) ≥ LikelyAt, else "needs concentrated effort".
//     One figure alone shows no direction: not assessable. The forecast of a percentage that would leave 0 to 100 stops there.
//
// Figures dated after the deadline are left out. An infinite or NaN figure is refused.
func Judge(t Target, figures []Point) (Judgement, error) {
	for _, p := range figures {
		if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
			return Judgement{}, fault.New("monitor.bad-figure", "day", p.Day.String())
		}
	}
	if t.Value == nil {
		return Judgement{Class: NotAssessable, Reason: Qualitative}, nil
	}
	if t.Comparator == "+" {
		return Judgement{Class: NotAssessable, Reason: NoComparator}, nil
	}
	var known []Point
	for _, p := range figures {
		if !p.Day.After(t.Due) {
			known = append(known, p)
		}
	}
	sort.SliceStable(known, func(i, j int) bool { return known[i].Day.Before(known[j].Day) })
	if len(known) == 0 {
		return Judgement{Class: NoData, Reason: NoFigure}, nil
	}
	last, first := known[len(known)-1], known[0]
	j := Judgement{Latest: &last}
	if t.meets(last.Value) {
		j.Class, j.Reason = Achieved, MetByDue
		return j, nil
	}
	h := years(last.Day, t.Due)
	if h <= 0 {
		j.Class, j.Reason = Concentrate, MissedAtDue
		return j, nil
	}
	needed := (t.Value.Float64() - last.Value) / h
	j.Needed = &needed
	span := years(first.Day, last.Day)
	if span <= 0 {
		j.Class, j.Reason = NotAssessable, OneFigure
		return j, nil
	}
	drift := (last.Value - first.Value) / span
	mean := last.Value + h*drift
	sd := math.Sqrt(yearlyVariance(known, drift) * h * (1 + h/span))
	p := t.probability(mean, sd)
	if t.Percent {
		mean = math.Max(0, math.Min(100, mean))
	}
	j.PerYear, j.Forecast, j.StdDev, j.Probability = &drift, &mean, &sd, &p
	if p >= LikelyAt {
		j.Class, j.Reason = Likely, Ahead
	} else {
		j.Class, j.Reason = Concentrate, Behind
	}
	return j, nil
}

// yearlyVariance estimates the variance of a year's change from figures that need not be evenly spaced: each change over Δ years
// is a draw with mean d·Δ and variance s²·Δ.
func yearlyVariance(known []Point, drift float64) float64 {
	n := len(known) - 1
	if n < 3 {
		return UnknownSpread * UnknownSpread * drift * drift
	}
	sum := 0.0
	for i := 1; i <= n; i++ {
		dt := years(known[i-1].Day, known[i].Day)
		if dt <= 0 {
			continue
		}
		e := known[i].Value - known[i-1].Value - drift*dt
		sum += e * e / dt
	}
	return sum / float64(n-1)
}

// meets applies the comparator; "=" and "~" bind in the direction in which the indicator is better, since more than was asked
// is not a miss.
func (t Target) meets(x float64) bool {
	v := t.Value.Float64()
	switch {
	case t.Comparator == ">" && t.Direction >= 0:
		return x > v
	case t.Comparator == "<" && t.Direction < 0:
		return x < v
	case t.Direction < 0:
		return x <= v
	default:
		return x >= v
	}
}

// probability that a normal variable meets the target; a spread of zero makes it certain either way.
func (t Target) probability(mean, sd float64) float64 {
	if sd == 0 {
		if t.meets(mean) {
			return 1
		}
		return 0
	}
	z := (mean - t.Value.Float64()) / sd
	if t.Direction < 0 {
		z = -z
	}
	return 0.5 * math.Erfc(-z/math.Sqrt2)
}

// years gives the length of the span between two days in years of 365.25 days.
func years(from, to stat.Date) float64 { return float64(to.Sub(from)) / 365.25 }

// On gives the value that the even path from a figure to the target has on a day between them.
func On(from Point, t Target, day stat.Date) (float64, bool) {
	if t.Value == nil || !from.Day.Before(t.Due) || day.Before(from.Day) || day.After(t.Due) {
		return 0, false
	}
	return from.Value + years(from.Day, day)/years(from.Day, t.Due)*(t.Value.Float64()-from.Value), true
}

// Step is one point of the even path from a figure to a target.
type Step struct {
	Year  int
	Value float64
}

// Trajectory gives the straight path from a figure to the target, one point a year end, both ends included. It is the
// yardstick drawn on charts, not a forecast. A target without a number, or due before the figure, has none.
func Trajectory(from Point, t Target) []Step {
	if t.Value == nil || !from.Day.Before(t.Due) {
		return nil
	}
	out := []Step{{from.Day.Year(), from.Value}}
	for y := from.Day.Year() + 1; y <= t.Due.Year(); y++ {
		day := stat.NewDate(y, 12, 31)
		if day.After(t.Due) {
			day = t.Due
		}
		value, _ := On(from, t, day)
		out = append(out, Step{y, value})
	}
	return out
}
