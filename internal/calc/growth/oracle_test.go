package growth_test

import (
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestGrowthOracles(t *testing.T) {
	c := calctest.Oracle(t, "constructed-identities.json")
	t.Run("required growth and the identity of shares", func(t *testing.T) {
		g := c.At("growth")
		r := calctest.Ask(t, nil, "growth", "--what", "required", "--share", "0.1402", "--target", "0.3", "--years", "5", "--gdp-growth", "0.1")
		g.At("expected_required_nominal_growth").Near([]float64{r.At("growth").Number()}, 1e-9)
		calctest.Near(t, "lands", []float64{r.At("path", -1, "share").Number()}, []float64{0.3}, 1e-12)
		s := calctest.Ask(t, calctest.Files{"d": "period,part,whole\n2023,12.87,100\n2024,13.17,100\n"}, "growth", "--what", "share", "--data", "d")
		g.At("identity_1287_1317", "ratio").Near([]float64{s.At("series", 0, "ratio").Number()}, 1e-9)
	})
}
