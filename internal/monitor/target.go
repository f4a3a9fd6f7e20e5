// Package monitor holds figures against targets: the trajectory that leads to a target, the forecast of where a series is
// going, and the class that a target has on a day. Everything in it is a pure function.
//
// It may not read the store, know the clock (the day is given to it) or change a figure; a person's override is kept beside the computed class, never
// in its place.
package monitor

import (
	"math"
	"sort"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Class is the standing of a target. While its deadline is ahead a target has one of the three official classes of the end-2023
// review of 62 basic targets (Ủy ban Quốc gia về chuyển đổi số), or one of two neutral ones that keep what cannot be judged from
// looking like failure. Once the deadline is behind, nothing is likely any more: it was met, it was missed, or nobody published
// the figure that would tell.
type Class string

// Classes.
const (
	Achieved      Class = "ACHIEVED"       // đã hoàn thành
	Likely        Class = "LIKELY"         // có khả năng hoàn thành
	Concentrate   Class = "FOCUS"          // cần tập trung
	NotAssessable Class = "NOT_ASSESSABLE" // chưa đánh giá được
	NoData        Class = "NO_DATA"        // không có số liệu
	Met           Class = "MET"            // đạt
	Missed        Class = "MISSED"         // không đạt
	NoFigureDue   Class = "NO_FIGURE"      // không có số liệu của năm hạn
)

// Classes lists them: those of open targets from the best, then those of closed ones.
func Classes() []Class {
	return []Class{Achieved, Likely, Concentrate, NotAssessable, NoData, Met, Missed, NoFigureDue}
}

// Closed reports whether a class is one that only a target with a deadline behind it has.
func (c Class) Closed() bool { return c == Met || c == Missed || c == NoFigureDue }

// Reason says which branch of the rule gave the class, so that the page can show it beside the colour.
type Reason string

// Reasons.
const (
	MetByDue        Reason = "met-by-due"         // the deadline is ahead; the newest figure meets the target
	MissedAtDue     Reason = "missed-at-due"      // the deadline is not over, but the figure of its period is there and does not meet the target
	Ahead           Reason = "forecast-meets"     // the forecast meets it with probability at least LikelyAt
	Behind          Reason = "forecast-misses"    // it does not
	OneFigure       Reason = "one-figure"         // a single figure shows no direction
	TooShort        Reason = "too-short"          // fewer than MinFigures, or over less than MinYears: no probability is given
	Qualitative     Reason = "qualitative"        // the target names no number
	NoFigure        Reason = "no-figure"          // nothing has been published for the indicator
	NoComparator    Reason = "no-comparator"      // the source does not say how the number binds (an increase "of 30")
	MetInYear       Reason = "met-in-year"        // closed; the figure of the deadline meets the target
	MetBefore       Reason = "met-before-due"     // closed; the last figure of the deadline's year, dated before the deadline, meets the target
	MetEarlier      Reason = "met-earlier"        // closed; the last figure is of an earlier year and met the target then
	MissedInYear    Reason = "missed-in-year"     // closed; the figure of the deadline does not meet the target
	MissedBefore    Reason = "missed-before-due"  // closed; the last figure of the deadline's year, dated before the deadline, does not
	NoFigureForYear Reason = "no-figure-for-year" // closed; there are figures, none of them of that year, and none met it earlier
	EveryCondition  Reason = "every-condition"    // each condition of the target holds
	SomeCondition   Reason = "some-condition"     // at least one condition does not
	EffortCondition Reason = "effort-condition"   // the deadline is ahead; none has failed, but at least one needs concentrated effort
	OpenCondition   Reason = "open-condition"     // none is known to fail, but at least one cannot be judged
)

// Reasons lists them in the order of the constants.
func Reasons() []Reason {
	return []Reason{MetByDue, MissedAtDue, Ahead, Behind, OneFigure, TooShort, Qualitative, NoFigure, NoComparator, MetInYear, MetBefore, MetEarlier, MissedInYear, MissedBefore,
		NoFigureForYear, EveryCondition, SomeCondition, EffortCondition, OpenCondition}
}

// LikelyAt is the probability from which a forecast counts as "likely". One half is the neutral reading of the official
// words: likelier than not.
const LikelyAt = 0.5

// MinFigures and MinYears are what a probability needs: two figures show no spread, and a few months show no year. Both are
// declared, not measured; the method page says so. Two years are two calendar years, from the end of one to the end of the second after it.
const (
	MinFigures = 3
	MinYears   = 2
)

// tooShort reports whether figures span less than MinYears, in whole days: a year has at least 365, and a leap day more or less makes none.
func tooShort(first, last stat.Date) bool { return last.Sub(first) < MinYears*365 }

// UnknownSpread is the standard deviation of a year's change, as a part of the size of the mean yearly change, where fewer than
// three changes are known and it cannot be estimated. One half is declared, not measured; the method page says so.
const UnknownSpread = 0.5

// SpreadKnown reports whether so many figures have the three changes from which their spread is measured; with fewer it is assumed
// (UnknownSpread).
func SpreadKnown(figures int) bool { return figures > 3 }

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
	Latest      *Point   // the figure that was judged; after the deadline without a figure of its year, the last one before
	Forecast    *float64 // expected value at the deadline
	StdDev      *float64 // of the forecast
	Probability *float64 // that the target is met at the deadline
	PerYear     *float64 // mean change a year so far
	Needed      *float64 // mean change a year from the latest figure to the target
}

// Judge applies the rule as of a day.
//
//  1. No number in the target: not assessable, before and after the deadline.
//  2. Figures dated after the deadline are left out.
//  3. The deadline is behind: the last figure of the deadline's year decides between met and missed. Without one, a figure of an
//     earlier year that met the target says met (what was to be reached by then had been reached); any other leaves the target
//     without a figure. No forecast, no probability.
//  4. The deadline is ahead. No figure: no data. The newest figure meets the target: achieved (so far: a later figure may change
//     it). The figure of the deadline's own period is there and does not meet it: needs concentrated effort.
//  5. Otherwise the series is carried to the deadline as a random walk with drift: y(T) = y(n) + h·d, where d is the mean
//     yearly change between the first and the newest figure, h the years from the newest figure to the deadline. The variance is
//     s²·h·(1 + h/H), with s² the variance of a year's change and H the years observed; with fewer than three changes
//     s = UnknownSpread·|d|. The class is "likely" when P(y(T) meets the target) ≥ LikelyAt, else "needs concentrated effort".
//     Fewer than MinFigures or less than MinYears show no such thing: not assessable. The forecast of a percentage that would
//     leave 0 to 100 stops there, and its probability is that of the forecast so held.
//
// An infinite or NaN figure is refused.
func Judge(t Target, figures []Point, day stat.Date) (Judgement, error) {
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
	inTime := upTo(figures, t.Due)
	if day.After(t.Due) {
		return t.settled(inTime, len(figures)), nil
	}
	if len(inTime) == 0 {
		return Judgement{Class: NoData, Reason: NoFigure}, nil
	}
	last := inTime[len(inTime)-1]
	j := Judgement{Latest: &last}
	if t.Meets(last.Value) {
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
	t.forecast(&j, inTime, h)
	return j, nil
}

// upTo gives the figures up to a day in order of day, one a day: of two that end on one day the later in the list, which
// Readings makes the one over the longer period.
func upTo(figures []Point, day stat.Date) []Point {
	var all []Point
	for _, p := range figures {
		if !p.Day.After(day) {
			all = append(all, p)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Day.Before(all[j].Day) })
	out := all[:0]
	for _, p := range all {
		if n := len(out); n > 0 && out[n-1].Day == p.Day {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

// settled is the standing of a target whose deadline is behind; published is how many figures there are at any time.
func (t Target) settled(figures []Point, published int) Judgement {
	if published == 0 {
		return Judgement{Class: NoFigureDue, Reason: NoFigure}
	}
	if len(figures) == 0 {
		return Judgement{Class: NoFigureDue, Reason: NoFigureForYear}
	}
	last := figures[len(figures)-1]
	j := Judgement{Latest: &last}
	switch inYear, meets := last.Day.Year() == t.Due.Year(), t.Meets(last.Value); {
	case inYear && meets && last.Day == t.Due:
		j.Class, j.Reason = Met, MetInYear
	case inYear && meets:
		j.Class, j.Reason = Met, MetBefore
	case inYear && last.Day == t.Due:
		j.Class, j.Reason = Missed, MissedInYear
	case inYear:
		j.Class, j.Reason = Missed, MissedBefore
	case meets:
		j.Class, j.Reason = Met, MetEarlier
	default:
		j.Class, j.Reason = NoFigureDue, NoFigureForYear
	}
	return j
}

// forecast carries the figures to the deadline, h years after the newest, and classes the target by the probability.
func (t Target) forecast(j *Judgement, figures []Point, h float64) {
	last, first := figures[len(figures)-1], figures[0]
	if len(figures) == 1 {
		j.Class, j.Reason = NotAssessable, OneFigure
		return
	}
	if len(figures) < MinFigures || tooShort(first.Day, last.Day) {
		j.Class, j.Reason = NotAssessable, TooShort
		return
	}
	drift, mean, sd := t.walk(figures, h)
	p := t.probability(mean, sd) // of the forecast that is shown, not of one that no percentage can have
	j.PerYear, j.Forecast, j.StdDev, j.Probability = &drift, &mean, &sd, &p
	if p >= LikelyAt {
		j.Class, j.Reason = Likely, Ahead
	} else {
		j.Class, j.Reason = Concentrate, Behind
	}
}

// walk carries figures h years beyond the newest as a random walk with drift: the mean and the standard deviation there.
func (t Target) walk(figures []Point, h float64) (drift, mean, sd float64) {
	last, first := figures[len(figures)-1], figures[0]
	span := years(first.Day, last.Day)
	drift = (last.Value - first.Value) / span
	mean = last.Value + h*drift
	sd = math.Sqrt(yearlyVariance(figures, drift) * h * (1 + h/span))
	if t.Percent {
		mean = math.Max(0, math.Min(100, mean))
	}
	return drift, mean, sd
}

// All is the standing of a target that has several conditions, from the standing of each: it is met only when all are. One that
// fails settles it; one that cannot be judged leaves it open.
func All(parts []Judgement) Judgement {
	count := map[Class]int{}
	for _, p := range parts {
		count[p.Class]++
	}
	n := len(parts)
	switch {
	case n == 0:
		return Judgement{Class: NotAssessable, Reason: Qualitative}
	case count[Missed] > 0:
		return Judgement{Class: Missed, Reason: SomeCondition}
	case count[Concentrate] > 0:
		return Judgement{Class: Concentrate, Reason: EffortCondition}
	case count[Met] == n:
		return Judgement{Class: Met, Reason: EveryCondition}
	case count[Achieved] == n:
		return Judgement{Class: Achieved, Reason: EveryCondition}
	case count[Achieved]+count[Likely] == n:
		return Judgement{Class: Likely, Reason: EveryCondition}
	case count[NoFigureDue] > 0:
		return Judgement{Class: NoFigureDue, Reason: OpenCondition}
	case count[NoData] == n:
		return Judgement{Class: NoData, Reason: NoFigure}
	}
	return Judgement{Class: NotAssessable, Reason: OpenCondition}
}

// yearlyVariance estimates the variance of a year's change from figures that need not be evenly spaced: each change over Δ years
// is a draw with mean d·Δ and variance s²·Δ.
func yearlyVariance(figures []Point, drift float64) float64 {
	n := len(figures) - 1
	if !SpreadKnown(len(figures)) {
		return UnknownSpread * UnknownSpread * drift * drift
	}
	sum := 0.0
	for i := 1; i <= n; i++ {
		dt := years(figures[i-1].Day, figures[i].Day)
		if dt <= 0 {
			continue
		}
		e := figures[i].Value - figures[i-1].Value - drift*dt
		sum += e * e / dt
	}
	return sum / float64(n-1)
}

// Meets applies the comparator; "=" and "~" bind in the direction in which the indicator is better, since more than was asked
// is not a miss.
func (t Target) Meets(x float64) bool {
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
		if t.Meets(mean) {
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
	Day   stat.Date // on which the path has the value: the last of the year, or where the path begins or ends
	Value float64
}

// Trajectory gives the straight path from a figure to the target, one point a year end, both ends included. It is the
// yardstick drawn on charts, not a forecast. A target without a number, or due before the figure, has none.
func Trajectory(from Point, t Target) []Step {
	if t.Value == nil || !from.Day.Before(t.Due) {
		return nil
	}
	out := []Step{{from.Day.Year(), from.Day, from.Value}}
	for y := from.Day.Year() + 1; y <= t.Due.Year(); y++ {
		day := stat.NewDate(y, 12, 31)
		if day.After(t.Due) {
			day = t.Due
		}
		value, _ := On(from, t, day)
		out = append(out, Step{y, day, value})
	}
	return out
}
