package nowcast_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestNowcastOracles(t *testing.T) {
	t.Run("the Nile: given variances, given matrices, estimated variances", func(t *testing.T) {
		n := calctest.Oracle(t, "kalman-nile.json")
		data := "period,nile\n"
		for i, v := range n.At("nile_1871_1970").Numbers() {
			data += calctest.CSVRow(strconv.Itoa(1871+i), v)
		}
		level, irregular := n.At("expected", "level_variance").Number(), n.At("expected", "irregular_variance").Number()
		disk := calctest.Files{"D.csv": data,
			"matrices.json": fmt.Sprintf(`{"Z": [[1]], "T": [[1]], "R": [[1]], "H": [[%g]], "Q": [[%g]], "diffuse": [true]}`, irregular, level),
			"scalars.json":  fmt.Sprintf(`{"Z": 1, "T": 1, "R": 1, "H": %g, "Q": %g}`, irregular, level),
			"named.json":    fmt.Sprintf(`{"model": "local level", "variances": {"level": %g, "irregular": %g}}`, level, irregular),
			"free.json":     `{"model": "local-level"}`}
		for _, m := range []string{"matrices.json", "scalars.json", "named.json"} {
			r := calctest.Ask(t, disk, "nowcast", "--model", m, "--data", "D.csv", "--horizon", "3")
			n.At("expected", "forecast").Near([]float64{r.At("forecast", 0, "value").Number()}, 1e-9)
			n.At("expected", "forecast_se").Near(r.At("forecast").Each("se"), 1e-8)
			n.At("expected", "exact_diffuse_log_likelihood").Near([]float64{r.At("logLik").Number()}, 1e-9)
			if r.At("forecast", 0, "period").V != "1971" {
				t.Error(r.At("forecast", 0).V)
			}
		}
		r := calctest.Ask(t, disk, "nowcast", "--model", "free.json", "--data", "D.csv")
		calctest.Near(t, "variances", []float64{r.At("variances", "level").Number(), r.At("variances", "irregular").Number()}, []float64{level, irregular}, 1e-4)
	})
	t.Run("news add to the revision", func(t *testing.T) {
		model := `{"Z": [[1],[2]], "T": [[0.8]], "H": [[1,0],[0,2]], "Q": [[1]], "a1": [0], "P1": [[2]]}`
		r := calctest.Ask(t, calctest.Files{"M": model, "old": "period,a,b\n2024-Q1,1,2\n2024-Q2,2,NA\n2024-Q3,,\n", "new": "period,a,b\n2024-Q1,1.1,2\n2024-Q2,2,5\n2024-Q3,,4\n"}, "nowcast", "--model", "M", "--data", "new", "--data-old", "old")
		news := r.At("news")
		if news.At("period").V != "2024-Q3" || news.At("series").V != "a" || len(news.At("releases").List()) != 3 {
			t.Errorf("%v", news.V)
		}
		sum := 0.0
		for _, c := range news.At("releases").Each("contribution") {
			sum += c
		}
		calctest.Near(t, "revision", []float64{sum}, []float64{news.At("after").Number() - news.At("before").Number()}, 1e-12)
		if math.Abs(sum) < 1e-6 {
			t.Error("nothing was revised")
		}
	})
}
