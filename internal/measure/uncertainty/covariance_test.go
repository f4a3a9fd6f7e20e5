package uncertainty

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Shares add to one, so that each row of their covariance adds to nothing; and it is what draws have.
func TestSharesVaryAgainstEachOther(t *testing.T) {
	d := Dirichlet{Mean: []float64{0.5, 0.3, 0.2}, Concentration: 9}
	v := d.Covariance()
	for i, row := range v {
		sum := 0.0
		for _, x := range row {
			sum += x
		}
		if math.Abs(sum) > 1e-15 {
			t.Errorf("row %d adds to %g", i, sum)
		}
	}
	if math.Abs(v[0][0]-0.025) > 1e-15 || math.Abs(v[0][1]+0.015) > 1e-15 {
		t.Error(v)
	}
	const n = 20000
	x, drawn := make([]float64, 3), [3][3]float64{}
	for k := range n {
		d.Draw(NewStream("covariance", 1, k, "shares"), x)
		for i := range x {
			for j := range x {
				drawn[i][j] += (x[i] - d.Mean[i]) * (x[j] - d.Mean[j]) / n
			}
		}
	}
	for i := range v {
		for j := range v {
			if math.Abs(drawn[i][j]-v[i][j]) > 0.002 {
				t.Errorf("%d, %d: drawn %g, given %g", i, j, drawn[i][j], v[i][j])
			}
		}
	}
}

func TestPartsOfAVarianceAddToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SliceOfN(rapid.Float64Range(-5, 5), 3, 3).Draw(t, "gradient")
		a := rapid.SliceOfN(rapid.Float64Range(-2, 2), 9, 9).Draw(t, "root")
		v := make([][]float64, 3)
		for i := range v {
			v[i] = make([]float64, 3)
			for j := range v[i] {
				for k := range 3 {
					v[i][j] += a[3*i+k] * a[3*j+k]
				}
			}
		}
		sd, err := DeltaGradient(g, v)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, x := range VarianceParts(g, v) {
			sum += x
		}
		if math.Abs(sum-sd*sd) > 1e-9*(1+sd*sd) {
			t.Fatalf("%g, not %g", sum, sd*sd)
		}
	})
}
