package chart

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/stat"
)

// The twin of a chart holds the same figures: every number that the chart shows is in the table, exactly, and no other.
func TestEveryChartHasItsTable(t *testing.T) {
	check := func(s *Spec) error {
		tab := s.Table()
		if err := tab.Check(); err != nil {
			return err
		}
		for _, x := range s.Series {
			col := tab.Column(x.ID)
			if col < 0 {
				return fmt.Errorf("series %s has no column", x.ID)
			}
			for i, v := range x.Values {
				c := tab.Rows[i][col]
				if _, shown := v.Shown(); shown != (c.Number != nil) || shown && c.Number.String() != v.V.String() {
					return fmt.Errorf("series %s, row %d: chart %v, table %v", x.ID, i, v.V, c.Number)
				}
			}
		}
		return nil
	}
	for _, s := range samples() {
		if err := check(s); err != nil {
			t.Errorf("%s: %v", s.ID, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := randomSpec(rt)
		if err := check(s); err != nil {
			rt.Fatal(err)
		}
	})
}

// randomSpec draws any specification that Check accepts.
func randomSpec(rt *rapid.T) *Spec {
	s := sampleLine()
	s.Kind = rapid.SampledFrom([]Kind{Line, Bar, Stacked, Ranking, Dots, Bullet}).Draw(rt, "kind")
	n := rapid.IntRange(1, 40).Draw(rt, "n")
	s.Periods, s.Items, s.Series, s.Events = nil, nil, nil, nil
	if s.Kind.overTime() {
		s.Periods = quarters(stat.Quarter(2010, 1), n)
		s.Events = []Event{{s.Periods[n/2], l("Đổi phương pháp", "New method")}}
	} else {
		s.Targets = nil
		for i := range n {
			s.Items = append(s.Items, Item{ID: fmt.Sprint("i", i), Name: l("Mục số "+fmt.Sprint(i), "Item")})
		}
	}
	for k := range rapid.IntRange(1, 8).Draw(rt, "series") {
		x := Series{ID: fmt.Sprint("s", k), Name: l(fmt.Sprint("Chuỗi ", k), fmt.Sprint("Series ", k)), Colour: rapid.SampledFrom([]Colour{"", NSO, MIC, Core, Context}).Draw(rt, "colour"),
			Style: rapid.SampledFrom([]Style{Solid, Dashed, Ghost}).Draw(rt, "style")}
		for range n {
			v := Value{Status: rapid.SampledFrom([]stat.Status{"", stat.Normal, stat.Forecast, stat.Missing, stat.Suppressed}).Draw(rt, "status")}
			if !v.Status.Valueless() || v.Status == stat.Suppressed {
				d, _ := stat.FromFloat(rapid.Float64Range(-1e7, 1e7).Draw(rt, "v"), rapid.IntRange(0, 4).Draw(rt, "digits"))
				v.V = &d
			}
			x.Values = append(x.Values, v)
		}
		s.Series = append(s.Series, x)
	}
	return s
}
