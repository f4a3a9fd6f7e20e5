package seasonal

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

func passengers(t testing.TB) []float64 { return columns(t, "testdata/x13/airline.csv")["value"] }

func TestAirlineAsX13(t *testing.T) {
	y := passengers(t)
	t.Run("airline passengers: θ, Θ, variance, likelihood, AICC, forecasts and errors are those of X-13", func(t *testing.T) {
		a, err := FitAirline(y, AirlineOptions{Period: 12, Log: true, Horizon: 12})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "θ", a.Theta, 0.40182300639911, 1e-6)
		measuretest.Near(t, "Θ", a.SeasonalTheta, 0.55693651080245, 1e-6)
		measuretest.Near(t, "variance", a.Variance/0.134809899403265e-2, 1, 1e-7)
		measuretest.Near(t, "logL", a.LogLik, 244.696486832860, 1e-12)
		measuretest.Near(t, "AICC", a.AICC, 987.384531319231, 1e-12)
		for h, want := range [][2]float64{{6.11018559320301, 0.0367164676137649}, {6.05377483942247, 0.0427839923380349}, {6.17171375931030, 0.0480920056426160}, {6.19930033791686, 0.0528697646398941}} {
			measuretest.Near(t, "forecast", math.Log(a.Forecast[h]), want[0], 1e-7)
			measuretest.Near(t, "se", a.ForecastSE[h], want[1], 1e-6)
		}
		if a.Boundary || a.QP < 0.05 {
			t.Errorf("boundary %v, Ljung–Box %g", a.Boundary, a.QP)
		}
	})
	t.Run("with a regressor: coefficient, its error, likelihood and forecast are those of X-13", func(t *testing.T) {
		x := make([]float64, 144+12)
		for i := range x { // a made-up variable
			x[i] = math.Round((float64(i*7919%97)/97-0.5)*1e4) / 1e4
		}
		a, err := FitAirline(y, AirlineOptions{Period: 12, Log: true, Horizon: 12, Regressors: []Regressor{{"made up", x}}})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "θ", a.Theta, 0.40164931384218, 1e-6)
		measuretest.Near(t, "β", a.Beta[0], 0.853624767561092e-3, 1e-7)
		measuretest.Near(t, "se of β", a.BetaSE[0], 0.657885526411068e-2, 1e-6)
		measuretest.Near(t, "logL", a.LogLik, 244.704902069293, 1e-12)
		measuretest.Near(t, "AICC", a.AICC, 989.496184785872, 1e-12)
		measuretest.Near(t, "forecast", a.Forecast[0], 450.264729525999, 1e-7)
	})
	t.Run("extending by the model's own forecasts gives the X-11 of X-13 with the same model", func(t *testing.T) {
		want := columns(t, "testdata/x13/airline-extended.csv")
		d, err := Adjust(y, Options{Method: ByX11, Period: 12, Extend: true})
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			measuretest.Near(t, "D10", d.Seasonal[i], want["d10"][i], 1e-8)
			measuretest.Near(t, "D11", d.Adjusted[i], want["d11"][i], 1e-8)
		}
	})
}

// direct computes the log-likelihood of a moving average by its full covariance.
func directLogLik(w []float64, s int, theta, seasonal, variance float64) float64 {
	ma := make([]float64, s+2)
	ma[0], ma[1] = 1, -theta
	ma[s] -= seasonal
	ma[s+1] += theta * seasonal
	n := len(w)
	l := make([][]float64, n)
	logDet, ss := 0.0, 0.0
	e := make([]float64, n)
	for i := range n {
		l[i] = make([]float64, n)
		for j := 0; j <= i; j++ {
			x := 0.0
			for k := 0; k+i-j < len(ma); k++ {
				x += ma[k] * ma[k+i-j]
			}
			x *= variance
			for k := range j {
				x -= l[i][k] * l[j][k]
			}
			if i == j {
				l[i][i] = math.Sqrt(x)
			} else {
				l[i][j] = x / l[j][j]
			}
		}
		e[i] = w[i]
		for k := range i {
			e[i] -= l[i][k] * e[k]
		}
		e[i] /= l[i][i]
		logDet += 2 * math.Log(l[i][i])
		ss += e[i] * e[i]
	}
	return -(float64(n)*math.Log(2*math.Pi) + logDet + ss) / 2
}

func TestAirline(t *testing.T) {
	y := passengers(t)
	t.Run("the likelihood is that of the full normal density, at any θ and Θ, also on the bound", rapid.MakeCheck(func(r *rapid.T) {
		theta, seasonal := rapid.Float64Range(-1, 1).Draw(r, "θ"), rapid.Float64Range(-1, 1).Draw(r, "Θ")
		s := rapid.SampledFrom([]int{2, 4, 12}).Draw(r, "s")
		a, err := newAirline(y[:60], AirlineOptions{Period: s, Log: true})
		if err != nil {
			r.Fatal(err)
		}
		g := a.at(theta, seasonal)
		measuretest.Near(r, "logL", g.logLik, directLogLik(a.w, s, theta, seasonal, g.sigma2), 1e-8)
	}))
	t.Run("a missing value is filled by its expectation given the others, and the likelihood is that of the others", func(t *testing.T) {
		known := make([]bool, len(y))
		for i := range known {
			known[i] = i != 60 && i != 100 && i != 101
		}
		holed := append([]float64(nil), y...)
		holed[60], holed[100], holed[101] = math.NaN(), -1, 0 // not read
		a, err := FitAirline(holed, AirlineOptions{Period: 12, Log: true, Known: known})
		if err != nil {
			t.Fatal(err)
		}
		// From R: arima(log(AirPassengers), c(0,1,1), c(0,1,1)) at the same θ and Θ with three dummies.
		for i, want := range []float64{202.1608, 356.96725, 412.78873} {
			measuretest.Near(t, "filled", a.Complete[a.Filled[i]], want, 3e-6)
			if a.FilledSE[i] < 0.02 || a.FilledSE[i] > 0.04 {
				t.Errorf("se %g", a.FilledSE[i])
			}
		}
		measuretest.Near(t, "θ", a.Theta, 0.397264, 2e-5) // R by its own approximation of the diffuse start: 0.39727, 0.56661
		measuretest.Near(t, "Θ", a.SeasonalTheta, 0.566611, 2e-5)
	})
	t.Run("a missing last value is the one-step forecast, with its standard error", func(t *testing.T) {
		known := make([]bool, 144)
		for i := range known {
			known[i] = i < 143
		}
		a, err := FitAirline(y, AirlineOptions{Period: 12, Log: true, Known: known})
		if err != nil {
			t.Fatal(err)
		}
		b, err := FitAirline(y[:143], AirlineOptions{Period: 12, Log: true, Horizon: 1})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "value", a.Complete[143], b.Forecast[0], 1e-6)
		measuretest.Near(t, "se", a.FilledSE[0], b.ForecastSE[0], 1e-6)
		measuretest.Near(t, "logL", a.LogLik, b.LogLik, 1e-9)
	})
	t.Run("the standard error of a forecast does not fall over the first year", func(t *testing.T) {
		a, err := FitAirline(y, AirlineOptions{Period: 12, Log: true, Horizon: 36})
		if err != nil {
			t.Fatal(err)
		}
		for h := 1; h < 36; h++ {
			if a.ForecastSE[h] < a.ForecastSE[h-1]*(1-1e-12) {
				t.Errorf("horizon %d: %g after %g", h+1, a.ForecastSE[h], a.ForecastSE[h-1])
			}
			if !(a.Low[h] < a.Forecast[h] && a.Forecast[h] < a.High[h]) {
				t.Errorf("limits of horizon %d", h+1)
			}
		}
	})
}

func TestAirlineJudgesTheSeries(t *testing.T) {
	y := passengers(t)
	t.Run("an outlier and a shift are flagged where they are, and left in", func(t *testing.T) {
		hit := append([]float64(nil), y...)
		hit[50] *= 1.4
		for i := 100; i < 144; i++ {
			hit[i] *= 0.75
		}
		a, err := FitAirline(hit, AirlineOptions{Period: 12, Log: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Outliers) != 2 || a.Complete[50] != hit[50] {
			t.Fatalf("%+v", a.Outliers)
		}
		found := map[Outlier]bool{}
		for _, o := range a.Outliers {
			found[Outlier{At: o.At, Kind: o.Kind}] = true
		}
		if !found[Outlier{At: 50, Kind: "additive"}] || !found[Outlier{At: 100, Kind: "shift"}] {
			t.Errorf("%+v", a.Outliers)
		}
	})
	t.Run("a series of pure trend and season has no variance to estimate, a deterministic season lies on the bound", func(t *testing.T) {
		flat := make([]float64, 48)
		for i := range flat {
			flat[i] = float64(i) + float64(i%4)
		}
		_, err := FitAirline(flat, AirlineOptions{Period: 4})
		measuretest.Fails(t, err, "seasonal.no-variation")
		s := newNoise()
		for i := range flat {
			flat[i] = 100 + 10*float64(i%4) + s()
		}
		a, err := FitAirline(flat, AirlineOptions{Period: 4, Horizon: 4})
		if err != nil || !a.Boundary {
			t.Errorf("%+v %v", a, err)
		}
	})
	t.Run("what cannot be modelled is refused by name", func(t *testing.T) {
		line := make([]float64, 144)
		for i := range line {
			line[i] = float64(i)
		}
		for code, o := range map[string]AirlineOptions{
			"seasonal.period":     {Period: 1},
			"seasonal.horizon":    {Period: 12, Horizon: -1},
			"seasonal.too-short":  {Period: 72},
			"seasonal.length":     {Period: 12, Known: []bool{true}},
			"seasonal.collinear":  {Period: 12, Regressors: []Regressor{{"trend", line}}},
			"seasonal.not-finite": {Period: 12, Regressors: []Regressor{{"x", append([]float64{math.Inf(1)}, line[1:]...)}}},
		} {
			_, err := FitAirline(y, o)
			measuretest.Fails(t, err, code)
		}
		_, err := FitAirline(line, AirlineOptions{Period: 12, Log: true})
		measuretest.Fails(t, err, "seasonal.not-positive")
		_, err = FitAirline(y, AirlineOptions{Period: 12, Known: make([]bool, 144)})
		measuretest.Fails(t, err, "seasonal.too-short")
	})
}

// newNoise is a small fixed generator for tests.
func newNoise() func() float64 {
	x := uint32(12345)
	return func() float64 {
		x = x*1664525 + 1013904223
		return float64(x>>8)/float64(1<<24) - 0.5
	}
}

func TestHoliday(t *testing.T) {
	// Months of 2023–2025 by day number from 1 January 2023; Tết fell on 22 January 2023, 10 February 2024, 29 January 2025.
	lengths := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	start := []int{0}
	for y := range 3 {
		for m, l := range lengths {
			if y == 1 && m == 1 {
				l++
			}
			start = append(start, start[len(start)-1]+l)
		}
	}
	tet := []int{21, 365 + 31 + 9, 365 + 366 + 28}
	t.Run("the days of the holiday are shared between the months they fall in", func(t *testing.T) {
		x, err := Holiday(start, tet, 6, 7, 12)
		if err != nil {
			t.Fatal(err)
		}
		// 2023: 16–29 January; 2024: 4–17 February; 2025: 23 January – 5 February, nine days and five.
		mean := (1 + 0 + 9.0/14) / 3
		measuretest.Near(t, "January 2023", x[0], 1-mean, 1e-12)
		measuretest.Near(t, "January 2024", x[12], -mean, 1e-12)
		measuretest.Near(t, "January 2025", x[24], 9.0/14-mean, 1e-12)
		measuretest.Near(t, "February 2025", x[25], 5.0/14-(0+1+5.0/14)/3, 1e-12)
		measuretest.Near(t, "a month without Tết", x[6], 0, 0)
	})
	t.Run("an effect of Tết in the data is found and taken out", func(t *testing.T) {
		x, err := Holiday(start, tet, 6, 7, 12)
		if err != nil {
			t.Fatal(err)
		}
		s, long := newNoise(), []float64{}
		for range 4 { // twelve years of the same three
			long = append(long, x...)
		}
		y := make([]float64, 132)
		for i := range y {
			y[i] = math.Exp(5 + 0.01*float64(i) + 0.1*math.Sin(math.Pi*float64(i)/6) + 0.02*s() - 0.2*long[i])
		}
		d, err := Adjust(y, Options{Method: ByX11, Period: 12, Regressors: []Regressor{{"Tết", long}}, Extend: true})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "effect", d.Model.Beta[0], -0.2, 4*d.Model.BetaSE[0])
		for i := range y {
			measuretest.Near(t, "calendar", d.Calendar[i], math.Exp(d.Model.Beta[0]*long[i]), 1e-12)
			measuretest.Near(t, "parts", d.Calendar[i]*d.Seasonal[i]*d.Trend[i]*d.Irregular[i], y[i], 1e-10)
		}
	})
	t.Run("windows and periods that are none are refused", func(t *testing.T) {
		_, err := Holiday([]int{0}, nil, 1, 1, 12)
		measuretest.Fails(t, err, "seasonal.holiday")
		_, err = Holiday([]int{0, 31, 31}, nil, 1, 1, 12)
		measuretest.Fails(t, err, "seasonal.holiday-order")
	})
}
