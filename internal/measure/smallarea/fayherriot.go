package smallarea

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Data are the direct estimates of m areas and their k covariates.
type Data struct {
	Areas          []string   // names, used in errors and results
	Direct         []float64  // y (m)
	Variance       []float64  // ψ (m), sampling variances; 0 means measured without error
	Missing        []bool     // areas without a sample: Direct and Variance are not read; nil means none
	Covariates     *mat.Dense // Z (m × k), with its column of ones when the model has a constant
	CovariateNames []string
}

func (d Data) missing(i int) bool { return d.Missing != nil && d.Missing[i] }

// Method estimates A, the variance of the area effects.
type Method string

// The methods.
const (
	REML         Method = "reml"          // restricted maximum likelihood, the default
	ML           Method = "ml"            // maximum likelihood
	Moment       Method = "fh"            // Fay and Herriot's moment equation
	AdjustedREML Method = "adjusted-reml" // Li and Lahiri 2010: A times the restricted likelihood, never 0
)

// Options of Fit.
type Options struct {
	Method Method   // empty means REML
	Hold   *float64 // use this A instead of estimating it; the g3 term is then 0
}

// Estimate is the result for one area.
type Estimate struct {
	Area       string
	Value      float64 // θ, the empirical best linear unbiased predictor, in the unit of y
	MSE        float64 // its mean squared error
	Gamma      float64 // weight of the direct estimate, A/(A + ψ)
	Regression float64 // z'β
	G1, G2, G3 float64 // the parts of the error: of prediction, of β, of A
	Synthetic  bool    // the direct estimate has no weight
}

// Fitted is a Fay-Herriot model.
type Fitted struct {
	Method       Method
	A            float64 // variance of the area effects
	VarA         float64 // asymptotic variance of A, 0 when A is held
	Beta, BetaSE []float64
	Estimates    []Estimate
	LogLik       float64 // normal log-likelihood of the sampled areas at the estimates
	RestrictedLL float64 // restricted log-likelihood, without its constant of the covariates
	AIC, BIC     float64 // -2 LogLik and 2, or log m, for each parameter: β, and A unless it is held
	Score        float64 // derivative of the criterion in A at the solution; about 0 unless A = 0
	Iterations   int
	Sampled      int
	Notes        []*fault.Error // what a reader must be told: A = 0, several maxima
}

// Fit estimates A, β and every area. Areas without a sample get the synthetic estimate z'β; an area with
// ψ = 0 keeps its direct estimate. When the estimate of A is 0 all areas are synthetic and the error
// is understated: a note says so, and AdjustedREML is the remedy.
//
// Errors: fewer than five degrees of freedom, a collinear covariate (named), a negative variance, data
// without any variation. Mean squared errors follow Prasad and Rao 1990 and Datta and Lahiri 2000 (REML,
// ML with its bias term), Datta, Rao and Smith 2005 (moment).
func Fit(d Data, o Options) (*Fitted, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if o.Method == "" {
		o.Method = REML
	}
	switch o.Method {
	case REML, ML, Moment, AdjustedREML:
	default:
		return nil, fault.New("smallarea.unknown-method", "method", o.Method)
	}
	w, err := newModel(d)
	if err != nil {
		return nil, err
	}
	f := &Fitted{Method: o.Method, Sampled: w.m}
	var at *point
	if o.Hold != nil {
		if !finite(*o.Hold) || *o.Hold < 0 {
			return nil, fault.New("smallarea.bad-variance", "area", "A", "value", num(*o.Hold))
		}
		if *o.Hold == 0 && w.exact() {
			return nil, fault.New("smallarea.degenerate")
		}
		if at = w.at(*o.Hold); !at.defined() {
			return nil, fault.New("smallarea.degenerate")
		}
	} else if at, err = w.estimate(o.Method, f); err != nil {
		return nil, err
	}
	f.A, f.LogLik, f.RestrictedLL = at.a, at.logLik, at.restricted
	parameters := float64(w.k)
	if o.Hold == nil {
		parameters++
		f.Score = w.criterion(o.Method, at)
		f.VarA = w.varianceOfA(o.Method, at)
		if f.A == 0 {
			f.Notes = append(f.Notes, fault.New("smallarea.note-no-area-variance", "method", o.Method))
		}
	}
	f.AIC, f.BIC = -2*f.LogLik+2*parameters, -2*f.LogLik+parameters*math.Log(float64(w.m))
	w.describe(d, o, f, at)
	return f, nil
}

// model is the problem in an orthonormal basis of the covariates of the sampled areas, in which the
// normal equations are well conditioned.
type model struct {
	m, k     int
	position []int // of each area among the sampled ones, which are sorted by ψ; -1 without a sample
	y        []float64
	psi      []float64
	q        *mat.Dense // m × k, orthonormal columns
	r        *mat.Dense // k × k upper triangular: Z = Q R
	scale    float64    // a variance of the size of A
}

func newModel(d Data) (*model, error) {
	all, k := d.Covariates.Dims()
	w := &model{k: k, position: slices.Repeat([]int{-1}, all)}
	var rows []int
	for i := range all {
		if !d.missing(i) {
			rows = append(rows, i)
		}
	}
	slices.SortStableFunc(rows, func(i, j int) int { return cmp.Compare(d.Variance[i], d.Variance[j]) })
	for at, i := range rows {
		w.position[i] = at
		w.y, w.psi = append(w.y, d.Direct[i]), append(w.psi, d.Variance[i])
	}
	w.m = len(rows)
	if w.m-k < 5 {
		return nil, fault.New("smallarea.too-few", "areas", w.m, "covariates", k)
	}
	w.q, w.r = mat.NewDense(w.m, k, nil), mat.NewDense(k, k, nil)
	for j := range k { // Gram-Schmidt twice: the first column without a direction of its own is named
		col, size := make([]float64, w.m), 0.0
		for i, row := range rows {
			col[i] = d.Covariates.At(row, j)
			size += col[i] * col[i]
		}
		for range 2 {
			for l := range j {
				var s float64
				for i := range col {
					s += w.q.At(i, l) * col[i]
				}
				w.r.Set(l, j, w.r.At(l, j)+s)
				for i := range col {
					col[i] -= s * w.q.At(i, l)
				}
			}
		}
		var left float64
		for _, x := range col {
			left += x * x
		}
		if left <= 1e-18*size || size == 0 {
			return nil, fault.New("smallarea.collinear", "covariate", nameOf(d.CovariateNames, j))
		}
		w.r.Set(j, j, math.Sqrt(left))
		for i := range col {
			w.q.Set(i, j, col[i]/math.Sqrt(left))
		}
	}
	var rss, psi float64
	fit := make([]float64, k)
	for i := range w.y {
		for j := range k {
			fit[j] += w.q.At(i, j) * w.y[i]
		}
	}
	for i := range w.y {
		e := w.y[i]
		for j := range k {
			e -= w.q.At(i, j) * fit[j]
		}
		rss += e * e
		psi += w.psi[i]
	}
	w.scale = rss/float64(w.m-k) + psi/float64(w.m)
	var mass float64
	for _, y := range w.y {
		mass += y * y
	}
	if w.scale <= 1e-28*mass || w.scale == 0 {
		return nil, fault.New("smallarea.degenerate")
	}
	return w, nil
}

// exact reports whether an area was measured without error.
func (w *model) exact() bool { return w.psi[0] == 0 }
