package seasonal

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

type x13Case struct {
	Name          string
	Period, First int
	Mode          Mode
	Filter        SeasonalFilter
	Ahead         []float64
}

func x13Cases(t *testing.T) []x13Case {
	t.Helper()
	b, err := os.ReadFile("testdata/x13/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []x13Case
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestX11AsX13(t *testing.T) {
	for _, c := range x13Cases(t) {
		t.Run(c.Name+": seasonal, adjusted, trend, irregular and weights are those of X-13", func(t *testing.T) {
			want := columns(t, "testdata/x13/"+c.Name+".csv")
			got, err := Adjust11(want["value"], X11Options{Period: c.Period, First: c.First, Mode: c.Mode, Seasonal: c.Filter, Ahead: c.Ahead})
			if err != nil {
				t.Fatal(err)
			}
			for i := range want["value"] {
				measuretest.Near(t, "D10", got.Seasonal[i], want["d10"][i], 1e-11)
				measuretest.Near(t, "D11", got.Adjusted[i], want["d11"][i], 1e-11)
				measuretest.Near(t, "C17", got.Weights[i], want["c17"][i], 1e-9)
				if c.Mode == LogAdditive {
					continue // X-13 corrects the trend of this mode for bias; this package does not
				}
				measuretest.Near(t, "D12", got.Trend[i], want["d12"][i], 1e-11)
				measuretest.Near(t, "D13", got.Irregular[i], want["d13"][i], 1e-10)
			}
		})
	}
	t.Run("the choices on the way are those that X-13 prints", func(t *testing.T) {
		for name, want := range map[string]X11{
			"airline":    {Filter: S3x3, Length: 9, IC: 0.91},
			"nottingham": {Filter: S3x9, Length: 23, IC: 4.66},
			"gas":        {Filter: S3x3, Length: 5, IC: 0.76},
			"accidents":  {Filter: S3x5, Length: 13, IC: 2.42},
		} {
			o := X11Options{Period: 12, Mode: Multiplicative}
			if name == "gas" {
				o.Period = 4
			}
			if name == "nottingham" {
				o.Mode = Additive
			}
			got, err := Adjust11(columns(t, "testdata/x13/"+name+".csv")["value"], o)
			if err != nil {
				t.Fatal(err)
			}
			if got.Filter != want.Filter || got.Length != want.Length || math.Abs(got.IC-want.IC) > 0.005 {
				t.Errorf("%s: %s, %d terms, I/C %.3f", name, got.Filter, got.Length, got.IC)
			}
		}
	})
}

// aSeries draws a positive series with a trend, a season and noise.
func aSeries(r *rapid.T) ([]float64, X11Options) {
	o := X11Options{Period: rapid.SampledFrom([]int{4, 12}).Draw(r, "period"), Mode: rapid.SampledFrom([]Mode{Additive, Multiplicative, LogAdditive}).Draw(r, "mode")}
	o.First = rapid.IntRange(0, o.Period-1).Draw(r, "first")
	n := rapid.IntRange(3*o.Period, 9*o.Period).Draw(r, "n")
	season := rapid.SliceOfN(rapid.Float64Range(-0.2, 0.2), o.Period, o.Period).Draw(r, "season")
	noise := rapid.SliceOfN(rapid.Float64Range(-0.05, 0.05), n, n).Draw(r, "noise")
	y := make([]float64, n)
	for t := range y {
		y[t] = 100 * (1 + 0.005*float64(t)) * (1 + season[t%o.Period] + noise[t])
	}
	return y, o
}

func TestX11Identities(t *testing.T) {
	t.Run("the parts make the data, in every mode", rapid.MakeCheck(func(r *rapid.T) {
		y, o := aSeries(r)
		d, err := Adjust11(y, o)
		if err != nil {
			r.Fatal(err)
		}
		for t := range y {
			whole, adjusted := d.Seasonal[t]*d.Trend[t]*d.Irregular[t], y[t]/d.Seasonal[t]
			if o.Mode == Additive {
				whole, adjusted = d.Seasonal[t]+d.Trend[t]+d.Irregular[t], y[t]-d.Seasonal[t]
			}
			measuretest.Near(r, "whole", whole, y[t], 1e-12)
			measuretest.Near(r, "adjusted", d.Adjusted[t], adjusted, 1e-12)
		}
		if d.Short != (len(y) < 5*o.Period) || d.Short && d.Filter != Stable {
			r.Error("a short series is not adjusted by a stable season, or not said to be")
		}
	}))
	t.Run("scaling scales D11 and leaves D10, in modes with ratios; in the additive mode it scales both", rapid.MakeCheck(func(r *rapid.T) {
		y, o := aSeries(r)
		a, err := Adjust11(y, o)
		if err != nil {
			r.Fatal(err)
		}
		c := math.Ldexp(1, rapid.IntRange(-20, 20).Draw(r, "power")) // exact, so that no choice on the way can tip
		scaled := make([]float64, len(y))
		for t := range y {
			scaled[t] = c * y[t]
		}
		b, err := Adjust11(scaled, o)
		if err != nil {
			r.Fatal(err)
		}
		for t := range y {
			season := 1.0
			if o.Mode == Additive {
				season = c
			}
			measuretest.Near(r, "D11", b.Adjusted[t]/c, a.Adjusted[t], 1e-9)
			measuretest.Near(r, "D10", b.Seasonal[t]/season, a.Seasonal[t], 1e-9)
		}
	}))
	t.Run("a pure seasonal pattern on a constant level is all season", func(t *testing.T) {
		pattern := []float64{-6, 2, 1, 3}
		y := make([]float64, 40)
		for i := range y {
			y[i] = 50 + pattern[i%4]
		}
		d, err := Adjust11(y, X11Options{Period: 4, Mode: Additive})
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			measuretest.Near(t, "season", d.Seasonal[i], pattern[i%4], 1e-12)
			measuretest.Near(t, "trend", d.Trend[i], 50, 1e-12)
			measuretest.Near(t, "irregular", d.Irregular[i], 0, 1e-12)
		}
	})
	t.Run("an outlier loses its weight, and the season hardly feels it", func(t *testing.T) {
		y := columns(t, "testdata/x13/airline.csv")["value"]
		clean, err := Adjust11(y, X11Options{Period: 12})
		if err != nil {
			t.Fatal(err)
		}
		hit := append([]float64(nil), y...)
		hit[70] *= 1.5
		d, err := Adjust11(hit, X11Options{Period: 12})
		if err != nil {
			t.Fatal(err)
		}
		if d.Weights[70] != 0 || math.Abs(d.Seasonal[70]-clean.Seasonal[70]) > 0.02 {
			t.Errorf("weight %g, season %g, clean %g", d.Weights[70], d.Seasonal[70], clean.Seasonal[70])
		}
	})
}

func TestX11Filters(t *testing.T) {
	t.Run("Henderson weights add to one, pass a quadratic, and the asymmetric ones pass a constant", func(t *testing.T) {
		for _, length := range []int{5, 7, 9, 13, 23} {
			w := henderson(length)
			var sum, first, second float64
			for i, v := range w {
				j := float64(i - length/2)
				sum += v
				first += v * j
				second += v * j * j
			}
			measuretest.Near(t, "sum", sum, 1, 1e-12)
			measuretest.Near(t, "first moment", first, 0, 1e-12)
			measuretest.Near(t, "second moment", second, 0, 1e-10)
			for keep := length/2 + 1; keep < length; keep++ {
				sum := 0.0
				for _, v := range musgrave(w, keep, 3.5) {
					sum += v
				}
				measuretest.Near(t, "asymmetric sum", sum, 1, 1e-12)
			}
		}
		measuretest.Near(t, "middle of 13 terms as published", henderson(13)[6], 0.24006, 5e-6)
		measuretest.Near(t, "middle of 23 terms as published", henderson(23)[11], 0.14406, 5e-6)
	})
	t.Run("every seasonal filter passes a constant, whole or at the ends", func(t *testing.T) {
		for _, f := range []SeasonalFilter{S3x3, S3x5, S3x9, Stable} {
			for n := 1; n < 15; n++ {
				x := make([]float64, n)
				for i := range x {
					x[i] = 7
				}
				for _, v := range smoothYears(x, f) {
					measuretest.Near(t, string(f), v, 7, 1e-12)
				}
			}
		}
	})
}

func TestX11Refusals(t *testing.T) {
	t.Run("what X-11 cannot adjust is refused by name", func(t *testing.T) {
		y := columns(t, "testdata/x13/airline.csv")["value"]
		for code, o := range map[string]X11Options{
			"seasonal.period":       {Period: 7},
			"seasonal.first":        {Period: 12, First: 12},
			"seasonal.mode":         {Period: 12, Mode: "pseudo"},
			"seasonal.limits":       {Period: 12, Low: 2, High: 1},
			"seasonal.filter":       {Period: 12, Seasonal: "3x15"},
			"seasonal.bad-window":   {Period: 12, Trend: 8},
			"seasonal.not-positive": {Period: 12, Ahead: []float64{0}},
			"seasonal.not-finite":   {Period: 12, Ahead: []float64{math.NaN()}},
		} {
			_, err := Adjust11(y, o)
			measuretest.Fails(t, err, code)
		}
		_, err := Adjust11(y[:35], X11Options{Period: 12})
		measuretest.Fails(t, err, "seasonal.too-short")
		bad := append([]float64(nil), y...)
		bad[5] = 0
		_, err = Adjust11(bad, X11Options{Period: 12})
		measuretest.Fails(t, err, "seasonal.not-positive")
		if _, err = Adjust11(bad, X11Options{Period: 12, Mode: Additive}); err != nil {
			t.Error(err)
		}
	})
	t.Run("a factor below zero and a result beyond range have names of their own", func(t *testing.T) {
		spiky := make([]float64, 24)
		for i := range spiky {
			spiky[i] = []float64{1, 1e-9, 1e-9, 1e-9}[i%4]
			if i > 12 {
				spiky[i] *= 1e-6
			}
		}
		_, err := Adjust11(spiky, X11Options{Period: 4})
		measuretest.Fails(t, err, "seasonal.factor")
		huge := make([]float64, 24)
		for i := range huge {
			huge[i] = math.MaxFloat64 / 2
		}
		_, err = Adjust11(huge, X11Options{Period: 4, Mode: Additive})
		measuretest.Fails(t, err, "seasonal.overflow")
	})
	t.Run("series of zeros and spikes give numbers or a named error, never NaN", rapid.MakeCheck(func(r *rapid.T) {
		n := rapid.IntRange(12, 60).Draw(r, "n")
		y := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, 1e-9, 1e12, -5}), n, n).Draw(r, "y")
		d, err := Adjust11(y, X11Options{Period: 4, Mode: rapid.SampledFrom([]Mode{Additive, Multiplicative, LogAdditive}).Draw(r, "mode")})
		if err != nil {
			return
		}
		for t := range y {
			if !finite(d.Adjusted[t]) || !finite(d.Trend[t]) || !finite(d.Weights[t]) {
				r.Fatalf("period %d: %g %g", t, d.Adjusted[t], d.Trend[t])
			}
		}
	}))
}
