package seasonal_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/calc/calctest"
)

func TestSeasonalOracles(t *testing.T) {
	t.Run("STL of CO2, from a file with more columns", func(t *testing.T) {
		r := calctest.Ask(t, calctest.Files{"S.csv": calctest.Read(t, "../testdata/oracles/co2.csv")}, "seasonal", "--series", "S.csv", "--method", "stl", "--period", "12")
		e := &calc.Env{In: strings.NewReader(calctest.Read(t, "../testdata/oracles/co2.csv"))}
		s, err := e.Table("-")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"seasonal", "trend", "remainder"} {
			c, _ := s.Column(name)
			w, err := s.Numbers(c)
			if err != nil {
				t.Fatal(err)
			}
			calctest.Near(t, name, r.At("series").Each(name), w, 1e-8)
			calctest.Near(t, name, r.At(name).Numbers(), w, 1e-8)
		}
	})
}
