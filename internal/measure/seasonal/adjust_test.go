package seasonal

import (
	"math"
	"testing"

	"nhipso/internal/measure/measuretest"
)

func TestSeasonalityTests(t *testing.T) {
	t.Run("F, Kruskal–Wallis, the moving season and M7 are those that X-13 prints", func(t *testing.T) {
		for name, want := range map[string]Seasonality{
			"airline":    {F: 191.610, H: 131.981, Moving: 2.681, MovingP: 0.0041, M7: 0.198},
			"nottingham": {F: 351.079, H: 220.091, Moving: 1.492, MovingP: 0.0906, M7: 0.128},
			"gas":        {F: 198.995, H: 90.237, Moving: 3.592, MovingP: 0, M7: 0.211},
		} {
			o := X11Options{Period: 12, Mode: Multiplicative}
			if name == "gas" {
				o.Period = 4
			}
			if name == "nottingham" {
				o.Mode = Additive
			}
			d, err := Adjust11(columns(t, "testdata/x13/"+name+".csv")["value"], o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Examine(d.SI, o.Period, 0, o.Mode)
			if err != nil {
				t.Fatal(err)
			}
			for what, pair := range map[string][2]float64{"F": {got.F, want.F}, "H": {got.H, want.H}, "moving": {got.Moving, want.Moving}, "M7": {got.M7, want.M7}} {
				if math.Abs(pair[0]-pair[1]) > 0.00051 {
					t.Errorf("%s: %s = %g, want %g", name, what, pair[0], pair[1])
				}
			}
			if got.Verdict != Present || math.Abs(got.MovingP-want.MovingP) > 5.1e-5 {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
	t.Run("Kruskal–Wallis with ties, by hand", func(t *testing.T) {
		// Two groups of three: 1 1 2 and 2 3 3: ranks 1.5 1.5 3.5 and 3.5 5.5 5.5.
		h, p := kruskal([]float64{1, 2, 1, 3, 2, 3}, 2)
		raw := 12.0/42*(6.5*6.5/3+14.5*14.5/3) - 21
		measuretest.Near(t, "H", h, raw/(1-18.0/210), 1e-12)
		measuretest.Near(t, "P", p, math.Erfc(math.Sqrt(h/2)), 1e-12)
	})
	t.Run("a constant has no season, a pure pattern has nothing else", func(t *testing.T) {
		flat := make([]float64, 24)
		s, err := Examine(flat, 4, 0, Additive)
		if err != nil || s.Verdict != Absent || s.F != 0 || s.H != 0 {
			t.Errorf("%+v %v", s, err)
		}
		for i := range flat {
			flat[i] = float64(i % 4)
		}
		s, err = Examine(flat, 4, 0, Additive)
		if err != nil || s.Verdict != Present || math.IsInf(s.F, 0) {
			t.Errorf("%+v %v", s, err)
		}
		_, err = Examine(flat, 4, 4, Additive)
		measuretest.Fails(t, err, "seasonal.first")
		_, err = Examine(flat[:8], 4, 0, Additive)
		measuretest.Fails(t, err, "seasonal.too-short")
	})
}

func TestAdjust(t *testing.T) {
	y := passengers(t)
	for _, method := range []Method{ByX11, BySTL} {
		t.Run(string(method)+": a series without season comes back unchanged, and it is said", func(t *testing.T) {
			s, plain := newNoise(), make([]float64, 96)
			for i := range plain {
				plain[i] = 100 + float64(i) + 3*s()
			}
			d, err := Adjust(plain, Options{Method: method, Period: 12})
			if err != nil {
				t.Fatal(err)
			}
			if !d.Unchanged || d.Tests.Verdict != Absent {
				t.Fatalf("%+v", d.Tests)
			}
			for i := range plain {
				measuretest.Near(t, "adjusted", d.Adjusted[i], plain[i], 0)
			}
		})
		t.Run(string(method)+": missing values are filled by the model and marked, and the parts make the filled series", func(t *testing.T) {
			known := make([]bool, len(y))
			for i := range known {
				known[i] = i%31 != 7
			}
			d, err := Adjust(y, Options{Method: method, Period: 12, Mode: Multiplicative, Known: known})
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Filled) != 5 || d.Filled[0] != 7 || d.Unchanged || d.Tests.Verdict != Present {
				t.Errorf("%v %+v", d.Filled, d.Tests)
			}
			for i := range y {
				measuretest.Near(t, "parts", d.Calendar[i]*d.Seasonal[i]*d.Trend[i]*d.Irregular[i], d.Model.Complete[i], 1e-12)
				if known[i] {
					measuretest.Near(t, "known", d.Model.Complete[i], y[i], 0)
				} else {
					measuretest.Near(t, "filled", d.Model.Complete[i]/y[i], 1, 0.1)
				}
			}
		})
	}
	t.Run("additive STL through Adjust is STL", func(t *testing.T) {
		co2 := columns(t, "testdata/co2.csv")
		d, err := Adjust(co2["value"], Options{Method: BySTL, Period: 12})
		if err != nil {
			t.Fatal(err)
		}
		for i := range co2["value"] {
			measuretest.Near(t, "seasonal", d.Seasonal[i], co2["seasonal"][i], 1e-10)
		}
	})
	t.Run("wrong options are refused by name", func(t *testing.T) {
		_, err := Adjust(y, Options{Method: "seats", Period: 12})
		measuretest.Fails(t, err, "seasonal.method")
		_, err = Adjust(y, Options{Method: ByX11, Period: 12, Mode: "x"})
		measuretest.Fails(t, err, "seasonal.mode")
		_, err = Adjust(y, Options{Method: ByX11, Period: 12, Known: []bool{true}})
		measuretest.Fails(t, err, "seasonal.length")
		_, err = Adjust(y, Options{Method: ByX11, Period: 7})
		measuretest.Fails(t, err, "seasonal.period")
		zero := append([]float64(nil), y...)
		zero[3] = 0
		_, err = Adjust(zero, Options{Method: BySTL, Period: 12, Mode: Multiplicative})
		measuretest.Fails(t, err, "seasonal.not-positive")
	})
}

func BenchmarkAdjust(b *testing.B) {
	y := passengers(b)
	for b.Loop() {
		if _, err := Adjust(y, Options{Method: ByX11, Period: 12, Extend: true}); err != nil {
			b.Fatal(err)
		}
	}
}
