package growth_test

import (
	"math"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestWhereAShareGoesAndWhyItMoved(t *testing.T) {
	r := calctest.Ask(t, nil, "growth", "--what", "project", "--share", "0.14", "--growth", "0.2", "--gdp-growth", "0.1", "--years", "3", "--target", "0.3", "--start-year", "2025")
	calctest.Near(t, "path", r.At("path").Each("share"), []float64{0.14 * 12 / 11, 0.14 * math.Pow(12/11.0, 2), 0.14 * math.Pow(12/11.0, 3)}, 1e-12)
	calctest.Near(t, "years", []float64{r.At("yearsToReach").Number()}, []float64{math.Log(0.3/0.14) / math.Log(12/11.0)}, 1e-12)
	calctest.Refused(t, nil, "chain.never-reached", "growth", "--what", "project", "--share", "0.14", "--growth", "0.1", "--gdp-growth", "0.1", "--target", "0.3")
	calctest.Refused(t, nil, "chain.length", "growth", "--what", "project", "--share", "0.14", "--growth", "0.1,0.1", "--gdp-growth", "0.1,0.1,0.1")
	s := calctest.Ask(t, calctest.Files{"d": "period,industry,value,digital\n2020,A,40,4\n2020,B,60,30\n2021,A,60,9\n2021,B,60,24\n2021,C,0,0\n2020,C,0,0\n"}, "growth", "--what", "industries", "--data", "d").At("series", 0)
	calctest.Near(t, "change", []float64{s.At("structure").Number() + s.At("intensity").Number()}, []float64{33/120.0 - 34/100.0}, 1e-12)
	calctest.Near(t, "of A", s.At("items", "A").By("structure", "intensity"), []float64{0.125 * 0.1, 0.45 * 0.05}, 1e-12)
	calctest.Refused(t, calctest.Files{"d": "period,industry,value,digital\n2020,A,4,5\n2021,A,4,2\n"}, "chain.bad-fraction", "growth", "--what", "industries", "--data", "d")
	calctest.Refused(t, calctest.Files{"d": "period,industry,value,digital\n2020,A,4,2\n2021,B,4,2\n"}, "calc.no-figure", "growth", "--what", "industries", "--data", "d")
}
