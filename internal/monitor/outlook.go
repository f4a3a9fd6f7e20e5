package monitor

import (
	"math"

	"nhipso/internal/stat"
)

// Outlook is the forecast of an indicator for a day on the way to its target.
type Outlook struct {
	Day      stat.Date
	Mean, SD float64
}

// Outlook carries the figures to each of the days by the walk that Judge carries to the deadline, so that for the deadline itself it gives the
// forecast that was judged. Days that are not after the newest figure, or that are after the deadline, have none; nor has a target that Judge
// gives no forecast.
func (t Target) Outlook(figures []Point, days []stat.Date) []Outlook {
	inTime := upTo(figures, t.Due)
	if n := len(inTime); n < MinFigures || tooShort(inTime[0].Day, inTime[n-1].Day) {
		return nil
	}
	var out []Outlook
	for _, day := range days {
		if h := years(inTime[len(inTime)-1].Day, day); h > 0 && !day.After(t.Due) {
			_, mean, sd := t.walk(inTime, h)
			out = append(out, Outlook{day, mean, sd})
		}
	}
	return out
}

// Levels are the intervals that a forecast is shown with, in cases of a hundred.
func Levels() []int { return []int{50, 80, 95} }

// Interval gives the bounds between which a forecast falls in so many cases of a hundred, by the normal distribution from which its probability
// comes. That of a percentage stops at 0 and 100, as the forecast does.
func (t Target) Interval(mean, sd float64, level int) (low, high float64) {
	half := sd * math.Sqrt2 * math.Erfinv(float64(level)/100)
	low, high = mean-half, mean+half
	if t.Percent {
		low, high = math.Max(0, low), math.Min(100, high)
	}
	return low, high
}
