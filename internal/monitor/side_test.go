package monitor_test

import (
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/monitor"
	"nhipso/internal/stat"
)

func TestTheSideOfATarget(t *testing.T) {
	d := stat.MustDecimal
	for _, c := range []struct {
		name           string
		target, actual string
		direction      int
		want           monitor.Side
	}{
		{"a share below", "20", "14.02", 1, monitor.Short},
		{"a share above", "80", "80.1", 1, monitor.Exceeded},
		{"a rank behind", "70", "71", -1, monitor.Short},
		{"a rank ahead", "70", "65", -1, monitor.Exceeded},
		{"the number itself", "100", "100.0", 1, monitor.Equal},
		{"the rank itself", "50", "50", -1, monitor.Equal},
		{"no direction known", "5", "6", 0, monitor.Exceeded},
	} {
		if got := monitor.SideOf(d(c.target), d(c.actual), c.direction); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A reader is told "short" exactly where the rule says that the number is not met.
func TestASideAgreesWithTheRule(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		goal, actual := stat.Int(int64(rapid.IntRange(-5, 5).Draw(r, "goal"))), stat.Int(int64(rapid.IntRange(-5, 5).Draw(r, "actual")))
		direction := rapid.SampledFrom([]int{-1, 1}).Draw(r, "direction")
		meets := monitor.Target{Value: &goal, Comparator: "=", Direction: direction}.Meets(actual.Float64())
		if side := monitor.SideOf(goal, actual, direction); (side == monitor.Short) == meets {
			t.Fatalf("%s is %s of %s with direction %d, and meets it: %v", actual, side, goal, direction, meets)
		}
	})
}
