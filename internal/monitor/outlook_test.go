package monitor

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/stat"
)

// TestTheOutlookEndsAtTheForecast holds the way to the deadline to what is judged there: on every day it is the forecast of a target that is due on
// that day, and an interval holds as many cases as it says.
func TestTheOutlookEndsAtTheForecast(t *testing.T) {
	met := 0
	rapid.Check(t, func(rt *rapid.T) {
		var figures []Point
		n := rapid.IntRange(1, 8).Draw(rt, "figures")
		for i := range n {
			figures = append(figures, Point{stat.NewDate(2015+i, 12, 31), rapid.Float64Range(5, 40).Draw(rt, "v")})
		}
		goal := stat.Int(int64(rapid.IntRange(41, 200).Draw(rt, "goal")))
		target := Target{Value: &goal, Comparator: ">=", Direction: 1, Due: stat.NewDate(2030, 12, 31), Percent: rapid.Bool().Draw(rt, "percent")}
		var days []stat.Date
		for y := 2014; y <= 2032; y++ {
			days = append(days, stat.NewDate(y, 12, 31))
		}
		way := target.Outlook(figures, days)
		j, err := Judge(target, figures, stat.NewDate(2026, 1, 1))
		if err != nil {
			rt.Fatal(err)
		}
		if (j.Forecast == nil) != (len(way) == 0) {
			rt.Fatalf("forecast %v, outlook %v", j.Forecast, way)
		}
		for _, o := range way {
			met++
			sooner := target
			sooner.Due = o.Day
			j, err := Judge(sooner, figures, stat.NewDate(2015, 1, 1))
			if err != nil || j.Forecast == nil || *j.Forecast != o.Mean || *j.StdDev != o.SD {
				rt.Fatalf("%s: %v, judged %v", o.Day, o, j)
			}
			for _, level := range Levels() {
				low, high := target.Interval(o.Mean, o.SD, level)
				if low > o.Mean || high < o.Mean || target.Percent && (low < 0 || high > 100) {
					rt.Fatalf("%d %%: %v to %v around %v", level, low, high, o.Mean)
				}
				if target.Percent || o.SD < 1e-6 {
					continue
				}
				inside := 0.5*math.Erfc((low-o.Mean)/o.SD/math.Sqrt2) - 0.5*math.Erfc((high-o.Mean)/o.SD/math.Sqrt2)
				if math.Abs(inside*100-float64(level)) > 1e-6 {
					rt.Fatalf("the interval of %d %% holds %v", level, inside)
				}
			}
		}
		if len(way) > 0 && way[len(way)-1].Day != target.Due {
			rt.Fatalf("the outlook ends on %s", way[len(way)-1].Day)
		}
	})
	if met == 0 {
		t.Error("no outlook was drawn: the test shows nothing")
	}
}
