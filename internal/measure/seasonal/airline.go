package seasonal

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"nhipso/internal/fault"
)

// Regressor is a variable of the calendar or of an event, for every observation and every forecast.
type Regressor struct {
	Name   string
	Values []float64
}

// AirlineOptions describe a regARIMA model (0 1 1)(0 1 1): (1−B)(1−B^s)(y − xβ) = (1−θB)(1−ΘB^s)a.
type AirlineOptions struct {
	Period     int
	Log        bool // model the logarithm
	Known      []bool
	Regressors []Regressor // each of len(y) + Horizon values
	Horizon    int
}

// Airline is an estimated airline model. All but Forecast, Low, High and Complete is on the scale of the model.
type Airline struct {
	Theta, SeasonalTheta float64
	Boundary             bool // Θ or θ is at the bound of invertibility: the season or the trend is deterministic
	Variance             float64
	Beta, BetaSE         []float64 // in the order of the regressors
	LogLik               float64   // exact, of the differenced series
	AICC                 float64   // on the scale of the data, so that a model of logarithms can be compared
	Residuals            []float64 // standardised innovations of the differenced series, from the first that all differences leave
	Q, QP                float64   // Ljung–Box over two years
	Forecast, Low, High  []float64 // in units of the data: the median and 95 % limits
	ForecastSE           []float64 // on the scale of the model, coefficients and missing values included
	Complete             []float64 // the data with its missing values filled, in units of the data
	Filled               []int     // where
	FilledSE             []float64 // on the scale of the model
	Outliers             []Outlier // found, not taken out
	Effects              [][]float64
}

// Outlier is an observation that the model would not expect. Additive is a single value off, Shift a level that stays.
type Outlier struct {
	At   int
	Kind string // "additive" or "shift"
	T    float64
}

// FitAirline estimates the model by exact maximum likelihood: the differenced series is a moving average whose covariance is a band,
// which is factored by Cholesky; the regression and the scale are concentrated out. A missing value is a parameter of its own (an
// additive outlier), with the determinant that makes the likelihood that of the observed values only. The residuals are then searched
// for outliers, which are flagged and left in.
// Errors: fewer than three years and a period, too few observations for the regressors, a value that is not positive with Log,
// regressors that repeat each other or vanish under differencing, no variation.
// Sources: Box and Jenkins (1970), chapter 9; Gómez, Maravall and Peña (1999), J. Econometrics 88(2), for missing values; Chang, Tiao and
// Chen (1988), Technometrics 30(2), for outliers.
func FitAirline(y []float64, o AirlineOptions) (*Airline, error) {
	a, err := newAirline(y, o)
	if err != nil {
		return nil, err
	}
	if err := a.maximise(); err != nil {
		return nil, err
	}
	return a.result()
}

type airline struct {
	o       AirlineOptions
	n, s    int
	data, z []float64 // the data, and the data on the model's scale with a start value where missing
	missing []int
	x       [][]float64 // columns: regressors, then a dummy for each missing value; of n + horizon values
	w       []float64   // differenced z
	dx      [][]float64 // differenced columns, n rows
	fit     gls
	theta   [2]float64
}

func newAirline(y []float64, o AirlineOptions) (*airline, error) {
	a := &airline{o: o, n: len(y), s: o.Period, data: y}
	if o.Period < 2 {
		return nil, fault.New("seasonal.period", "period", o.Period)
	}
	if o.Horizon < 0 || o.Horizon > 100*o.Period {
		return nil, fault.New("seasonal.horizon", "horizon", o.Horizon)
	}
	if a.n < 3*a.s {
		return nil, fault.New("seasonal.too-short", "got", a.n, "want", 3*a.s)
	}
	if o.Known != nil && len(o.Known) != a.n {
		return nil, fault.New("seasonal.length", "name", "known", "got", len(o.Known), "want", a.n)
	}
	if err := a.fill(); err != nil {
		return nil, err
	}
	if err := a.regressors(); err != nil {
		return nil, err
	}
	a.w = difference(a.z, a.s)
	for _, x := range a.x {
		a.dx = append(a.dx, difference(x[:a.n], a.s))
	}
	if free := len(a.w) - len(a.x); free < 4 || len(a.missing) > a.n/3 {
		return nil, fault.New("seasonal.too-short", "got", a.n-len(a.missing), "want", a.s+5+len(a.x))
	}
	varies := false
	for _, v := range a.w {
		varies = varies || math.Abs(v) > 1e-12*(1+math.Abs(a.z[0]))
	}
	if !varies {
		return nil, fault.New("seasonal.no-variation")
	}
	return a, nil
}

// fill lays the series out in the units of the model; a missing value starts from the known one before it, which the dummy of
// its period then corrects.
func (a *airline) fill() error {
	o, last := a.o, math.NaN()
	for t, v := range a.data {
		if o.Known != nil && !o.Known[t] {
			a.missing = append(a.missing, t)
			a.z = append(a.z, last)
			continue
		}
		if !finite(v) {
			return fault.New("seasonal.not-finite", "name", "series", "at", t+1)
		}
		if o.Log {
			if v <= 0 {
				return fault.New("seasonal.not-positive", "at", t+1, "value", v)
			}
			v = math.Log(v)
		}
		last = v
		a.z = append(a.z, v)
	}
	if len(a.missing) == a.n {
		return fault.New("seasonal.too-short", "got", 0, "want", 3*a.s)
	}
	for t := a.n - 1; t >= 0; t-- { // before the first known value, start from it
		if math.IsNaN(a.z[t]) {
			a.z[t] = a.z[t+1]
		}
	}
	return nil
}

// regressors takes those of the calendar and adds a dummy for every missing value.
func (a *airline) regressors() error {
	for _, r := range a.o.Regressors {
		if len(r.Values) != a.n+a.o.Horizon {
			return fault.New("seasonal.length", "name", r.Name, "got", len(r.Values), "want", a.n+a.o.Horizon)
		}
		for t, v := range r.Values {
			if !finite(v) {
				return fault.New("seasonal.not-finite", "name", r.Name, "at", t+1)
			}
		}
		a.x = append(a.x, r.Values)
	}
	for _, t := range a.missing {
		dummy := make([]float64, a.n+a.o.Horizon)
		dummy[t] = 1
		a.x = append(a.x, dummy)
	}
	return nil
}

// difference applies (1−B)(1−B^s).
func difference(z []float64, s int) []float64 {
	out := make([]float64, len(z)-s-1)
	for t := range out {
		out[t] = z[t+s+1] - z[t+s] - z[t+1] + z[t]
	}
	return out
}

// gls is the regression at given θ and Θ: everything premultiplied by the inverse Cholesky factor.
type gls struct {
	band    *band
	e       []float64   // what is left of w
	q       [][]float64 // orthonormal columns …
	r       [][]float64 // … and the columns of the upper triangle that makes them the regressors
	beta    []float64
	rss     float64
	logLik  float64
	sigma2  float64
	rankOne int // column that repeats the others, from 1; 0 when there is none
}

func (a *airline) at(theta, seasonal float64) gls {
	n, k := len(a.w), len(a.dx)
	g := gls{band: newBand(n, a.s, theta, seasonal)}
	if g.band == nil {
		g.logLik = math.Inf(-1)
		return g
	}
	g.e = g.band.solve(a.w)
	det := 2 * g.band.logDiagonal()
	for j, x := range a.dx {
		u := g.band.solve(x)
		size := norm(u)
		row := make([]float64, k)
		for range 2 { // Gram and Schmidt, twice: orthogonal to rounding
			for i, q := range g.q {
				c := inner(q, u)
				row[i] += c
				subtract(u, q, c)
			}
		}
		if row[j] = norm(u); size < 1e-10 || row[j] < 1e-9*size {
			g.rankOne = j + 1
			return g
		}
		for i := range u {
			u[i] /= row[j]
		}
		g.q, g.r = append(g.q, u), append(g.r, row)
	}
	g.beta = make([]float64, k)
	for j, q := range g.q {
		g.beta[j] = inner(q, g.e)
		subtract(g.e, q, g.beta[j])
	}
	for j := k - 1; j >= 0; j-- {
		g.beta[j] /= g.r[j][j]
		for i := range j {
			g.beta[i] -= g.r[j][i] * g.beta[j]
		}
	}
	if k > 0 {
		det += a.missingDeterminant(g)
	}
	for _, v := range g.e {
		g.rss += v * v
	}
	free := float64(n - len(a.missing))
	g.sigma2 = g.rss / free
	g.logLik = -(free*(math.Log(2*math.Pi*g.sigma2)+1) + det) / 2
	if !finite(g.logLik) {
		g.logLik = math.Inf(-1)
	}
	return g
}

// missingDeterminant is ln|D'Σ⁻¹D| for the dummies D of the missing values.
func (a *airline) missingDeterminant(g gls) float64 {
	m := len(a.missing)
	if m == 0 {
		return 0
	}
	u := mat.NewDense(len(a.w), m, nil)
	for j, x := range a.dx[len(a.dx)-m:] {
		u.SetCol(j, g.band.solve(x))
	}
	var gram mat.Dense
	gram.Mul(u.T(), u)
	d, sign := mat.LogDet(&gram)
	if sign <= 0 {
		return math.Inf(1)
	}
	return d
}

// maximise searches θ = sin a, Θ = sin b, which keeps to the invertible region and is level at its bound, as the likelihood is.
func (a *airline) maximise() error {
	if g := a.at(0.5, 0.5); g.rankOne > 0 {
		name := "missing value"
		if g.rankOne <= len(a.o.Regressors) {
			name = a.o.Regressors[g.rankOne-1].Name
		}
		return fault.New("seasonal.collinear", "name", name)
	}
	value := func(x []float64) float64 { return -a.at(math.Sin(x[0]), math.Sin(x[1])).logLik }
	best, start := math.Inf(1), []float64{0.5, 0.5}
	for _, i := range []float64{-0.9, -0.5, 0, 0.3, 0.6, 0.9, 1} {
		for _, j := range []float64{-0.5, 0, 0.3, 0.6, 0.9, 1} {
			x := []float64{math.Asin(i), math.Asin(j)}
			if v := value(x); v < best {
				best, start = v, x
			}
		}
	}
	if !finite(best) {
		return fault.New("seasonal.no-variation")
	}
	settings := &optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-13, Iterations: 60}, MajorIterations: 1000}
	for _, size := range []float64{0.2, 0.01} {
		res, err := optimize.Minimize(optimize.Problem{Func: value}, start, settings, &optimize.NelderMead{SimplexSize: size})
		if res == nil || err != nil && !finite(res.F) {
			break
		}
		if res.F <= best {
			best = res.F
			copy(start, res.X)
		}
	}
	a.theta = [2]float64{math.Sin(start[0]), math.Sin(start[1])}
	a.fit = a.at(a.theta[0], a.theta[1])
	return nil
}

// band is the Cholesky factor of the covariance of the differenced series, in units of the innovation variance: row i holds
// its entries from column i−width on.
type band struct {
	n, width int
	rows     []float64
}

func newBand(n, s int, theta, seasonal float64) *band {
	ma := make([]float64, s+2)
	ma[0], ma[1] = 1, -theta
	ma[s] -= seasonal
	ma[s+1] += theta * seasonal
	b := &band{n: n, width: s + 1, rows: make([]float64, n*(s+2))}
	gamma := make([]float64, s+2)
	for lag := range gamma {
		for i := 0; i+lag < len(ma); i++ {
			gamma[lag] += ma[i] * ma[i+lag]
		}
	}
	w := b.width
	for i := range n {
		row := b.rows[i*(w+1) : (i+1)*(w+1)] // row[w] is the diagonal
		for j := max(0, i-w); j <= i; j++ {
			other := b.rows[j*(w+1) : (j+1)*(w+1)]
			x := gamma[i-j]
			for k := max(0, i-w, j-w); k < j; k++ {
				x -= row[k-i+w] * other[k-j+w]
			}
			if j < i {
				row[j-i+w] = x / other[w]
			} else if x <= 1e-14 {
				return nil
			} else {
				row[w] = math.Sqrt(x)
			}
		}
	}
	return b
}

// solve gives L⁻¹x.
func (b *band) solve(x []float64) []float64 {
	out := make([]float64, len(x))
	w := b.width
	for i := range x {
		row := b.rows[i*(w+1) : (i+1)*(w+1)]
		v := x[i]
		for k := max(0, i-w); k < i; k++ {
			v -= row[k-i+w] * out[k]
		}
		out[i] = v / row[w]
	}
	return out
}

func (b *band) logDiagonal() float64 {
	sum := 0.0
	for i := range b.n {
		sum += math.Log(b.rows[i*(b.width+1)+b.width])
	}
	return sum
}

func inner(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func norm(a []float64) float64 { return math.Sqrt(inner(a, a)) }

func subtract(a, b []float64, c float64) {
	for i := range a {
		a[i] -= c * b[i]
	}
}

// median of a slice that is not changed.
func median(x []float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s)
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}
