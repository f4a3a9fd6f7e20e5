package temporal

import (
	"fmt"
	"math"
	"testing"
)

func TestDisaggregateReproducesPublishedResults(t *testing.T) {
	sales, q := swiss(t)
	x := [][]float64{q["exports"]}

	check := func(t *testing.T, got *Disaggregated, beta, se []float64, logL, rss float64, series []float64) {
		t.Helper()
		near(t, "y", got.Values, series, 1e-7)
		for j := range beta {
			if math.Abs(got.Beta[j]/beta[j]-1) > 1e-9 {
				t.Errorf("beta[%d] = %.13g, want %.13g", j, got.Beta[j], beta[j])
			}
			if math.Abs(got.BetaSE[j]/se[j]-1) > 1e-9 {
				t.Errorf("se[%d] = %.13g, want %.13g", j, got.BetaSE[j], se[j])
			}
		}
		if math.Abs(got.LogL-logL) > 1e-8 {
			t.Errorf("logL = %.10f, want %.10f", got.LogL, logL)
		}
		if math.Abs(got.RSS/rss-1) > 1e-9 {
			t.Errorf("RSS = %.10g, want %.10g", got.RSS, rss)
		}
	}
	t.Run("Chow-Lin by maximum likelihood meets the lower bound and says so", func(t *testing.T) {
		for _, m := range []Method{Default, ChowLin} {
			got, err := Disaggregate(sales, x, Options{Frequency: 4, Method: m})
			if err != nil {
				t.Fatal(err)
			}
			if got.Rho != 0 || got.Method != ChowLin {
				t.Errorf("%s with ρ = %v", got.Method, got.Rho)
			}
			wantWarning(t, got.Warnings, "temporal.rho-lower")
			check(t, got, []float64{12.40887614252, 0.01339183676568}, []float64{1.493032793672, 0.0001671667552622},
				-159.4554661785, 3707.023419767, q["chow_lin_maxlog"])
		}
	})
	t.Run("Fernandez", func(t *testing.T) {
		got, err := Disaggregate(sales, x, Options{Frequency: 4, Method: Fernandez})
		if err != nil {
			t.Fatal(err)
		}
		check(t, got, []float64{16.90311720467, 0.009546106478528}, []float64{7.165067896313, 0.002130311016171},
			-172.5546641344, 745.2759307573, q["fernandez"])
	})
	t.Run("objective at ρ = 0 with RSS 3707.0234 and V = 4 I is -159.4555", func(t *testing.T) {
		if v := -18*(1+math.Log(2*math.Pi)+math.Log(3707.0234/36)) - 0.5*36*math.Log(4); math.Abs(v+159.4555) > 5e-5 {
			t.Error(v)
		}
	})
}

func BenchmarkChowLinFit(b *testing.B) {
	sales, q := swiss(b)
	x := make([]float64, len(q["exports"]))
	for t := range x { // a trend-breaking indicator, so that ρ is inside the bounds
		x[t] = q["exports"][t] * (1 + 0.1*math.Sin(float64(t)/9))
	}
	for _, e := range []Errors{NoErrors, StandardErrors} {
		b.Run(fmt.Sprintf("36 to 144, errors %d", e), func(b *testing.B) {
			for b.Loop() {
				got, err := Disaggregate(sales, [][]float64{x}, Options{Frequency: 4, Method: ChowLin, Errors: e})
				if err != nil || got.Rho == 0 {
					b.Fatal(err, got.Rho)
				}
			}
		})
	}
}
