package seasonal

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

func TestSTLOracle(t *testing.T) {
	co2 := columns(t, "testdata/co2.csv")
	t.Run("all 468 months of CO2 are the oracle's to 1e-10, periodic season", func(t *testing.T) {
		y := co2["value"]
		d, err := STL(y, STLDefaults(len(y), 12, 0, false))
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			measuretest.Near(t, "seasonal", d.Seasonal[i], co2["seasonal"][i], 1e-10)
			measuretest.Near(t, "trend", d.Trend[i], co2["trend"][i], 1e-11)
			measuretest.Near(t, "remainder", d.Irregular[i], co2["remainder"][i], 1e-10)
		}
	})
	t.Run("the default parameters are those of the oracle", func(t *testing.T) {
		want := STLOptions{Period: 12, Seasonal: Loess{4681, 0, 469}, Trend: Loess{19, 1, 2}, Lowpass: Loess{13, 1, 2}, Periodic: true, Inner: 2}
		if got := STLDefaults(468, 12, 0, false); got != want {
			t.Errorf("%+v", got)
		}
	})
	for name, c := range map[string]struct {
		window, outer int
	}{"moving": {7, 0}, "moving-robust": {7, 5}, "periodic-robust": {0, 15}} {
		t.Run("temperatures at Nottingham, "+name+": all 240 months as R's stl gives them", func(t *testing.T) {
			want := columns(t, "testdata/nottem-stl-"+name+".csv")
			y := want["value"]
			// Five robust passes for the moving season: from the twelfth on, R takes another order statistic for the median here,
			// because its partial sort is handed indices out of order.
			o := STLDefaults(len(y), 12, c.window, c.outer > 0)
			o.Outer = c.outer
			d, err := STL(y, o)
			if err != nil {
				t.Fatal(err)
			}
			for i := range y {
				measuretest.Near(t, "seasonal", d.Seasonal[i], want["seasonal"][i], 1e-10)
				measuretest.Near(t, "trend", d.Trend[i], want["trend"][i], 1e-10)
				measuretest.Near(t, "weight", d.Weights[i], want["weight"][i], 1e-10)
			}
		})
	}
}

func TestSTLIdentities(t *testing.T) {
	draw := func(r *rapid.T) ([]float64, STLOptions) {
		period := rapid.SampledFrom([]int{4, 7, 12}).Draw(r, "period")
		n := rapid.IntRange(3*period, 8*period+3).Draw(r, "n")
		y := rapid.SliceOfN(rapid.Float64Range(-100, 100), n, n).Draw(r, "y")
		return y, STLDefaults(n, period, rapid.SampledFrom([]int{0, 7, 13}).Draw(r, "window"), rapid.Bool().Draw(r, "robust"))
	}
	t.Run("season, trend and remainder add to the data; a periodic season repeats to the bit", rapid.MakeCheck(func(r *rapid.T) {
		y, o := draw(r)
		d, err := STL(y, o)
		if err != nil {
			r.Fatal(err)
		}
		for i := range y {
			measuretest.Near(r, "sum", d.Seasonal[i]+d.Trend[i]+d.Irregular[i], y[i], 1e-12)
			measuretest.Near(r, "adjusted", d.Adjusted[i], y[i]-d.Seasonal[i], 0)
			if (o.Periodic || d.Short) && i >= o.Period && d.Seasonal[i] != d.Seasonal[i-o.Period] {
				r.Error("the season does not repeat")
			}
		}
		if d.Short != (len(y) < 5*o.Period) {
			r.Error("a short series is not said to be short")
		}
	}))
	t.Run("a constant added moves the trend and nothing else", rapid.MakeCheck(func(r *rapid.T) {
		y, o := draw(r)
		o.Outer = 0
		c := rapid.Float64Range(-1000, 1000).Draw(r, "c")
		moved := make([]float64, len(y))
		for i := range y {
			moved[i] = y[i] + c
		}
		a, err := STL(y, o)
		if err != nil {
			r.Fatal(err)
		}
		b, err := STL(moved, o)
		if err != nil {
			r.Fatal(err)
		}
		for i := range y {
			measuretest.Near(r, "trend", b.Trend[i], a.Trend[i]+c, 1e-9)
			measuretest.Near(r, "season", b.Seasonal[i], a.Seasonal[i], 1e-9)
		}
	}))
	t.Run("a pure seasonal pattern is all season", func(t *testing.T) {
		y := make([]float64, 60)
		for i := range y {
			y[i] = []float64{3, -1, -4, 2}[i%4]
		}
		d, err := STL(y, STLDefaults(60, 4, 0, false))
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			measuretest.Near(t, "season", d.Seasonal[i], y[i], 1e-12)
			measuretest.Near(t, "remainder", d.Irregular[i], 0, 1e-12)
		}
	})
	t.Run("an outlier is left aside by the robust fit and listed by its weight", func(t *testing.T) {
		y := columns(t, "testdata/co2.csv")["value"]
		clean, err := STL(y, STLDefaults(len(y), 12, 0, true))
		if err != nil {
			t.Fatal(err)
		}
		hit := append([]float64(nil), y...)
		hit[200] += 50
		robust, err := STL(hit, STLDefaults(len(y), 12, 0, true))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := STL(hit, STLDefaults(len(y), 12, 0, false))
		if err != nil {
			t.Fatal(err)
		}
		if robust.Weights[200] != 0 || math.Abs(robust.Trend[200]-clean.Trend[200]) > 0.1 || math.Abs(plain.Trend[200]-clean.Trend[200]) < 1 {
			t.Errorf("weight %g, trend %g robust, %g plain, %g clean", robust.Weights[200], robust.Trend[200], plain.Trend[200], clean.Trend[200])
		}
	})
	t.Run("what cannot be decomposed is refused by name", func(t *testing.T) {
		y := make([]float64, 40)
		_, err := STL(y[:11], STLDefaults(11, 4, 0, false))
		measuretest.Fails(t, err, "seasonal.too-short")
		_, err = STL(y, STLDefaults(40, 1, 0, false))
		measuretest.Fails(t, err, "seasonal.period")
		_, err = STL(y, STLDefaults(40, 4, 8, false))
		measuretest.Fails(t, err, "seasonal.bad-window")
		o := STLDefaults(40, 4, 7, false)
		o.Inner = 0
		_, err = STL(y, o)
		measuretest.Fails(t, err, "seasonal.bad-passes")
		y[3] = math.NaN()
		_, err = STL(y, STLDefaults(40, 4, 0, false))
		measuretest.Fails(t, err, "seasonal.not-finite")
	})
	t.Run("a series of zeros has no parts and no weights of NaN", func(t *testing.T) {
		d, err := STL(make([]float64, 48), STLDefaults(48, 12, 0, true))
		if err != nil || d.Weights[0] != 1 || d.Trend[5] != 0 {
			t.Errorf("%+v %v", d, err)
		}
	})
}
