package regional_test

import (
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestQuotientOracles(t *testing.T) {
	t.Run("location quotients", func(t *testing.T) {
		o := calctest.Oracle(t, "location-quotient.json")
		region, nation := o.At("region").Numbers(), o.At("nation").Numbers()
		codes := []string{"a", "b", "c", "d", "e", "f"}
		both := "code,region,nation\n"
		for i, code := range codes {
			both += calctest.CSVRow(code, region[i], nation[i])
		}
		disk := calctest.Files{"r": calctest.CodeValues(codes, region), "n": calctest.CodeValues(codes, nation), "d": both}
		for _, args := range [][]string{{"--region", "r", "--nation", "n"}, {"--data", "d"}} {
			r := calctest.Ask(t, disk, append([]string{"lq", "--form", "flq", "--delta", "0.3"}, args...)...)
			w := o.At("expected")
			w.At("slq").Near(r.At("slq").By(codes...), 1e-12)
			w.At("region_share").Near([]float64{r.At("regionShare").Number()}, 1e-12)
			w.At("lambda_delta_0_3").Near([]float64{r.At("lambda").Number()}, 1e-12)
			w.At("flq_delta_0_3").Near(r.At("matrix").Numbers(), 1e-12)
			w.At("cilq").Near(calctest.Ask(t, disk, append([]string{"lq", "--form", "cilq"}, args...)...).At("matrix").Numbers(), 1e-12)
			w.At("lambda_delta_0_1").Near([]float64{calctest.Ask(t, disk, append([]string{"lq", "--delta", "0.1"}, args...)...).At("lambda").Number()}, 1e-12)
		}
	})
}
