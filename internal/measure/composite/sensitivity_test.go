package composite

import (
	"math"
	"reflect"
	"testing"

	"nhipso/internal/measure/measuretest"
)

func TestSensitivity(t *testing.T) {
	m, d := asem(t)
	s := Sensitivity{Draws: 400, Seed: 42, Normalisations: []string{"min-max", "rank", "z"}}
	run := func(t *testing.T, s Sensitivity, workers int) *Robustness {
		t.Helper()
		r, err := Ranking(m, d, s, workers)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("the same seed gives the same bits on any number of workers", func(t *testing.T) {
		want := run(t, s, 1)
		for _, workers := range []int{2, 3, 16} {
			if got := run(t, s, workers); !reflect.DeepEqual(got, want) {
				t.Fatalf("%d workers differ", workers)
			}
		}
		other := s
		other.Seed = 43
		if reflect.DeepEqual(run(t, other, 2).Units, want.Units) {
			t.Fatal("the seed has no effect")
		}
	})
	t.Run("the first draws of a longer run are those of a shorter one", func(t *testing.T) {
		longer := s
		longer.Draws = 500
		short, long := run(t, s, 2), run(t, longer, 2)
		for i := range short.Units {
			for r := range short.Units[i].Counts {
				if short.Units[i].Counts[r] > long.Units[i].Counts[r] {
					t.Fatal("a draw changed")
				}
			}
		}
	})
	t.Run("every draw ranks every unit, and intervals hold their median", func(t *testing.T) {
		wide := 0
		for _, u := range run(t, s, 2).Units {
			total := 0
			for _, c := range u.Counts {
				total += c
			}
			if total != 400 || u.Low > u.Median || u.Median > u.High || u.Low < 1 || u.High > 51 || u.Mean < 1 {
				t.Fatalf("%+v", u)
			}
			wide += u.High - u.Low
		}
		if wide == 0 {
			t.Fatal("no rank varies")
		}
	})
	t.Run("without variation every draw gives the declared rank", func(t *testing.T) {
		for _, u := range run(t, Sensitivity{Draws: 10, Weights: "none"}, 2).Units {
			if u.Low != u.Rank || u.High != u.Rank {
				t.Fatalf("%+v", u)
			}
		}
	})
}

func TestSensitivitySettings(t *testing.T) {
	m, d := asem(t)
	run := func(t *testing.T, s Sensitivity, workers int) *Robustness {
		t.Helper()
		r, err := Ranking(m, d, s, workers)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("a wider spread does not narrow the intervals on the whole", func(t *testing.T) {
		width := func(spread float64, kind string) (w int) {
			for _, u := range run(t, Sensitivity{Draws: 400, Spread: spread, Weights: kind}, 2).Units {
				w += u.High - u.Low
			}
			return w
		}
		if a, b, c := width(0.05, "uniform"), width(0.5, "uniform"), width(0.5, "simplex"); a >= b || b >= c {
			t.Fatalf("widths %d, %d, %d", a, b, c)
		}
	})
	t.Run("settings that cannot be run are refused before any draw", func(t *testing.T) {
		for _, bad := range []Sensitivity{{Draws: -1}, {Spread: 2}, {Coverage: 1}, {Spread: math.NaN()}} {
			_, err := Ranking(m, d, bad, 1)
			measuretest.Fails(t, err, "composite.bad-sensitivity")
		}
		for _, bad := range []Sensitivity{{Weights: "odd"}, {Normalisations: []string{"goalposts"}}, {Normalisations: []string{"odd"}}, {Aggregations: []string{"odd"}}} {
			_, err := Ranking(m, d, bad, 1)
			measuretest.Fails(t, err, "composite.unknown-rule")
		}
		_, err := Ranking(m, d, Sensitivity{Normalisations: []string{"z"}, Aggregations: []string{"geometric"}}, 1)
		measuretest.Fails(t, err, "composite.geometric-needs-positive")
	})
	t.Run("random numbers are spread evenly", func(t *testing.T) {
		var bins [10]int
		for i := range 10_000 {
			bins[int(counter{7, uint64(i)}.at(3)*10)]++
		}
		for _, n := range bins {
			if n < 880 || n > 1120 {
				t.Fatal(bins)
			}
		}
	})
}
