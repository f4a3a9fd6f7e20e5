package seasonal

import (
	"fmt"
	"testing"
	"time"

	"nhipso/internal/measure/measuretest"
)

func TestTet(t *testing.T) {
	t.Run("the days on which it was and will be kept", func(t *testing.T) {
		for _, want := range []string{"1968-01-29", "1975-02-11", "1984-02-02", "1985-01-21", "1986-02-09", "1999-02-16", "2000-02-05", "2004-01-22", "2007-02-17", "2008-02-07", "2012-01-23",
			"2014-01-31", "2015-02-19", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06",
			"2028-01-26", "2029-02-13", "2030-02-02", "2033-01-31", "2034-02-19", "2053-02-18"} {
			day, err := time.Parse("2006-01-02", want)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := Tet(day.Year())
			if at := time.Unix(int64(got)*86400, 0).UTC().Format("2006-01-02"); !ok || at != want {
				t.Errorf("%s, want %s", at, want)
			}
		}
	})
	t.Run("it always lies between 19 January and 22 February, a whole number of moons after the last", func(t *testing.T) {
		before := 0
		for y := FirstTet; y <= LastTet; y++ {
			day, _ := Tet(y)
			if at := time.Unix(int64(day)*86400, 0).UTC(); at.Year() != y || at.YearDay() < 19 || at.YearDay() > 53 {
				t.Error(at)
			}
			if gap := day - before; y > FirstTet && (gap < 353 || gap > 356) && (gap < 383 || gap > 386) {
				t.Error(y, gap)
			}
			before = day
		}
	})
	t.Run("other years are not known", func(t *testing.T) {
		for _, y := range []int{1967, 2151, -4, 0} {
			if _, ok := Tet(y); ok {
				t.Error(y)
			}
		}
		_, err := TetRegressor(1960, 0, 48, 12, 7, 0)
		measuretest.Fails(t, err, "seasonal.tet-years")
		_, err = TetRegressor(2000, 0, 48, 6, 7, 0)
		measuretest.Fails(t, err, "seasonal.period")
	})
	t.Run("its days are shared between January and February as the calendar has it", func(t *testing.T) {
		x, err := TetRegressor(2022, 0, 36, 12, 10, -1) // the ten days before 1 February 2022, 22 January 2023, 10 February 2024
		if err != nil {
			t.Fatal(err)
		}
		share := []float64{1, 1, 0.1} // in January: 22–31; 12–21; 31 January
		mean := (share[0] + share[1] + share[2]) / 3
		for y, s := range share {
			measuretest.Near(t, fmt.Sprint("January ", 2022+y), x[12*y], s-mean, 1e-12)
			measuretest.Near(t, fmt.Sprint("February ", 2022+y), x[12*y+1], -(s - mean), 1e-12)
			measuretest.Near(t, "March", x[12*y+2], 0, 0)
		}
	})
	t.Run("day numbers are those of the calendar", func(t *testing.T) {
		for day := -800; day < 90000; day += 13 {
			at := time.Unix(int64(day)*86400, 0).UTC()
			if got := civil(at.Year(), int(at.Month()), at.Day()); got != day {
				t.Fatal(at, got, day)
			}
		}
	})
}
