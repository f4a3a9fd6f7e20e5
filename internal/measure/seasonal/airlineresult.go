package seasonal

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/fault"
)

// result turns the fitted model into what is asked for.
func (a *airline) result() (*Airline, error) {
	g := a.fit
	out := &Airline{Theta: a.theta[0], SeasonalTheta: a.theta[1], Variance: g.sigma2, LogLik: g.logLik}
	out.Boundary = math.Abs(a.theta[0]) > 0.9995 || math.Abs(a.theta[1]) > 0.9995
	if !(g.sigma2 > 0) {
		return nil, fault.New("seasonal.no-variation")
	}
	sigma := math.Sqrt(g.sigma2)
	for _, e := range g.e {
		out.Residuals = append(out.Residuals, e/sigma)
	}
	cov, err := a.covariance()
	if err != nil {
		return nil, err
	}
	regressors := len(a.o.Regressors)
	for j := range regressors {
		out.Beta = append(out.Beta, g.beta[j])
		out.BetaSE = append(out.BetaSE, math.Sqrt(cov.At(j, j)))
		effect := make([]float64, a.n+a.o.Horizon)
		for t := range effect {
			effect[t] = g.beta[j] * a.x[j][t]
		}
		out.Effects = append(out.Effects, effect)
	}
	out.Complete = append([]float64(nil), a.data...)
	for i, t := range a.missing {
		v := a.z[t] - g.beta[regressors+i]
		out.Filled = append(out.Filled, t)
		out.FilledSE = append(out.FilledSE, math.Sqrt(cov.At(regressors+i, regressors+i)))
		out.Complete[t] = a.units(v)
	}
	free, parameters := float64(len(a.w)-len(a.missing)), float64(3+regressors)
	jacobian := 0.0
	if a.o.Log {
		for t := a.s + 1; t < a.n; t++ {
			if a.o.Known == nil || a.o.Known[t] {
				jacobian -= math.Log(a.data[t])
			}
		}
	}
	out.AICC = -2*(out.LogLik+jacobian) + 2*parameters*free/math.Max(free-parameters-1, 1)
	out.Q, out.QP = ljungBox(out.Residuals, min(2*a.s, len(out.Residuals)-1), 2)
	out.Outliers = a.outliers()
	if err := a.forecast(out, cov); err != nil {
		return nil, err
	}
	for _, series := range [][]float64{out.Complete, out.Forecast, out.Low, out.High, out.ForecastSE} {
		for t, v := range series {
			if !finite(v) {
				return nil, fault.New("seasonal.overflow", "at", t+1)
			}
		}
	}
	return out, nil
}

// covariance of the coefficients: σ²(R'R)⁻¹.
func (a *airline) covariance() (*mat.Dense, error) {
	k := len(a.x)
	if k == 0 {
		return nil, nil
	}
	r := mat.NewTriDense(k, mat.Upper, nil)
	for j, column := range a.fit.r {
		for i := range j + 1 {
			r.SetTri(i, j, column[i])
		}
	}
	var inverse mat.TriDense
	if err := inverse.InverseTri(r); err != nil {
		return nil, fault.New("seasonal.collinear", "name", "").Because(err)
	}
	var out mat.Dense
	out.Mul(&inverse, inverse.T())
	out.Scale(a.fit.sigma2, &out)
	return &out, nil
}

func (a *airline) units(v float64) float64 {
	if a.o.Log {
		return math.Exp(v)
	}
	return v
}

// forecast extends the Cholesky factor over the horizon: its new rows give the conditional mean of the differenced series, its new
// corner the conditional covariance. Summing up undoes the differences. What the coefficients do not know is added.
func (a *airline) forecast(out *Airline, cov *mat.Dense) error {
	h := a.o.Horizon
	if h == 0 {
		return nil
	}
	n, k := len(a.w), len(a.x)
	long := newBand(n+h, a.s, a.theta[0], a.theta[1])
	if long == nil {
		return fault.New("seasonal.no-variation")
	}
	w := long.width
	// ahead continues a series that obeys the model by its conditional mean.
	ahead := func(z []float64) []float64 {
		e := append(long.head(n).solve(difference(z, a.s)), make([]float64, h)...)
		z = append([]float64(nil), z...)
		for i := n; i < n+h; i++ {
			row := long.rows[i*(w+1) : (i+1)*(w+1)]
			d := 0.0
			for j := max(0, i-w); j < n; j++ {
				d += row[j-i+w] * e[j]
			}
			t := len(z)
			z = append(z, d+z[t-1]+z[t-a.s]-z[t-a.s-1])
		}
		return z[a.n:]
	}
	pure := append([]float64(nil), a.z...)
	for j := range k {
		for t := range pure {
			pure[t] -= a.fit.beta[j] * a.x[j][t]
		}
	}
	mean := ahead(pure)
	surprise := make([][]float64, k) // what each coefficient moves a forecast by
	for j := range k {
		surprise[j] = ahead(a.x[j][:a.n])
		for t := range h {
			mean[t] += a.fit.beta[j] * a.x[j][a.n+t]
			surprise[j][t] = a.x[j][a.n+t] - surprise[j][t]
		}
	}
	// Rows of C·L, with C the sums that undo the differences.
	weights := make([][]float64, h)
	for t := range h {
		row := make([]float64, h)
		add := func(back int, c float64) {
			if back >= 0 {
				for i := range row {
					row[i] += c * weights[back][i]
				}
			}
		}
		add(t-1, 1)
		add(t-a.s, 1)
		add(t-a.s-1, -1)
		for j := max(0, t-w); j <= t; j++ {
			row[j] += long.rows[(n+t)*(w+1)+j-t+w]
		}
		weights[t] = row
	}
	for t := range h {
		v := 0.0
		for _, c := range weights[t] {
			v += c * c
		}
		v *= a.fit.sigma2
		for i := range k {
			for j := range k {
				v += surprise[i][t] * cov.At(i, j) * surprise[j][t]
			}
		}
		se := math.Sqrt(math.Max(v, 0))
		const q = 1.959963984540054
		out.ForecastSE = append(out.ForecastSE, se)
		out.Forecast = append(out.Forecast, a.units(mean[t]))
		out.Low, out.High = append(out.Low, a.units(mean[t]-q*se)), append(out.High, a.units(mean[t]+q*se))
	}
	return nil
}

// head is the factor of the first n rows.
func (b *band) head(n int) *band { return &band{n: n, width: b.width, rows: b.rows[:n*(b.width+1)]} }

// outliers tests a single value off and a lasting shift at every observation, one at a time, against the size that the largest of
// so many would reach by chance once in twenty; the scale is the median absolute residual, which outliers do not inflate.
func (a *airline) outliers() []Outlier {
	g := a.fit
	size := make([]float64, len(g.e))
	for i, e := range g.e {
		size[i] = math.Abs(e)
	}
	sigma := 1.4826 * median(size)
	if sigma == 0 {
		return nil
	}
	limit := distuv.UnitNormal.Quantile(1 - 0.05/2/float64(2*a.n))
	var found []Outlier
	missing := map[int]bool{}
	for _, t := range a.missing {
		missing[t] = true
	}
	for at := range a.n {
		best := Outlier{}
		for _, kind := range []string{"additive", "shift"} {
			if missing[at] || kind == "shift" && (at == 0 || at == a.n-1) {
				continue
			}
			d := make([]float64, a.n)
			d[at] = 1
			if kind == "shift" {
				for t := at; t < a.n; t++ {
					d[t] = 1
				}
			}
			u := g.band.solve(difference(d, a.s))
			for _, q := range g.q {
				subtract(u, q, inner(q, u))
			}
			size := norm(u)
			if size < 1e-8 {
				continue
			}
			if t := inner(u, g.e) / (sigma * size); math.Abs(t) > math.Max(limit, math.Abs(best.T)) {
				best = Outlier{at, kind, t}
			}
		}
		if best.Kind != "" {
			found = append(found, best)
		}
	}
	// A single event shows in its neighbours too: keep the largest within a year.
	sort.SliceStable(found, func(i, j int) bool { return math.Abs(found[i].T) > math.Abs(found[j].T) })
	var out []Outlier
	for _, f := range found {
		alone := true
		for _, kept := range out {
			alone = alone && (f.At-kept.At > a.s || kept.At-f.At > a.s)
		}
		if alone {
			out = append(out, f)
		}
	}
	return out
}

// ljungBox tests the first lags autocorrelations of residuals of a model with the given number of parameters.
func ljungBox(e []float64, lags, parameters int) (q, p float64) {
	n := float64(len(e))
	mean, v := 0.0, 0.0
	for _, x := range e {
		mean += x / n
	}
	for _, x := range e {
		v += (x - mean) * (x - mean)
	}
	if v == 0 || lags <= parameters {
		return 0, 1
	}
	for lag := 1; lag <= lags; lag++ {
		r := 0.0
		for t := lag; t < len(e); t++ {
			r += (e[t] - mean) * (e[t-lag] - mean)
		}
		q += (r / v) * (r / v) / (n - float64(lag))
	}
	q *= n * (n + 2)
	return q, distuv.ChiSquared{K: float64(lags - parameters)}.Survival(q)
}

// Holiday makes a regressor of a moving holiday such as Tết: the share of its days that falls in each period, less the mean share of
// that month or quarter over the whole span, so that the season keeps its level. start holds the day number of the first day of
// every period and of the day after the last (n+1 values, any epoch); days are the day numbers of the holiday; each stands
// for the days from before days ahead of it to after days behind it. Days outside the span are left out.
// Source: Bell and Hillmer (1983), JASA 78(383).
func Holiday(start, days []int, before, after, period int) ([]float64, error) {
	if len(start) < 2 || period < 1 || before+after < 0 || before+after > 365 {
		return nil, fault.New("seasonal.holiday", "before", before, "after", after)
	}
	n := len(start) - 1
	out := make([]float64, n)
	length := float64(before + after + 1)
	for i := range n {
		if start[i+1] <= start[i] {
			return nil, fault.New("seasonal.holiday-order", "at", i+2)
		}
		for _, d := range days {
			from, to := max(d-before, start[i]), min(d+after+1, start[i+1])
			out[i] += math.Max(float64(to-from), 0) / length
		}
	}
	for month := range min(period, n) {
		mean, count := 0.0, 0.0
		for i := month; i < n; i += period {
			mean += out[i]
			count++
		}
		for i := month; i < n; i += period {
			out[i] -= mean / count
		}
	}
	return out, nil
}
