package temporal

import "gonum.org/v1/gonum/mat"

// Method names a regression-based disaggregation: the process of the disturbance and how its ρ is found.
type Method string

// The methods. The empty one is the production default: Chow-Lin by maximum likelihood; Fernandez where ρ meets
// its upper bound; an average over ρ where fewer than ten low-frequency periods leave ρ unidentified.
const (
	Default             Method = ""
	ChowLin             Method = "chow-lin-maxlog"
	ChowLinQuilis       Method = "chow-lin-minrss-quilis"
	ChowLinEcotrim      Method = "chow-lin-minrss-ecotrim"
	Fernandez           Method = "fernandez"
	Litterman           Method = "litterman-maxlog"
	LittermanMinRSS     Method = "litterman-minrss"
	defaultMaxRho              = 0.999
	priorLow, priorHigh        = 0.5, 0.9
	priorNodes                 = 17
)

// FewPeriods is how many low-frequency periods it takes to estimate ρ: with fewer the production default averages over PriorRho.
const FewPeriods = 10

// PriorRho gives the ρ over which the production default averages, each with the same weight.
func PriorRho() []float64 { return between(priorLow, priorHigh) }

// between gives the nodes of an average over ρ.
func between(low, high float64) []float64 {
	if low == high {
		return []float64{low}
	}
	out := make([]float64, priorNodes)
	for i := range out {
		out[i] = low + (high-low)*float64(i)/float64(priorNodes-1)
	}
	return out
}

// Divisor says by what the residual sum of squares is divided to give σ².
type Divisor int

// The divisors: N-k (ours), N, N-1.
const (
	FreeDegrees Divisor = iota
	Observations
	ObservationsLessOne
)

// Errors says how much of the mean square error is worked out.
type Errors int

// The amounts: standard errors only, the whole matrix as well, nothing.
const (
	StandardErrors Errors = iota
	FullMatrix
	NoErrors
)

// Options declare how Disaggregate works. Frequency is required; the rest has defaults.
type Options struct {
	Frequency  int // periods inside one low-frequency period, at least 2
	Offset     int // position in the indicators of the first period of the first low-frequency one
	Conversion Conversion
	NoConstant bool     // leave the constant out
	Names      []string // of the indicators, for messages
	Length     int      // high-frequency periods, needed only without indicators; 0 means up to the last known one

	Method         Method
	Rho            *float64 // fixed by declaration
	Average        bool     // average over a uniform prior of ρ on [RhoMin, RhoMax], by default [0.5, 0.9]
	RhoMin, RhoMax float64  // bounds of the search; RhoMax 0 means 0.999; RhoMin may be negative, and -1 means no bound: -0.999
	Divisor        Divisor
	Errors         Errors
	NonNegative    bool // ŷ >= 0 with the same objective, β staying as estimated
}

// Disaggregated is a low-frequency series spread over the periods inside it.
type Disaggregated struct {
	Method   Method // the one that was used
	Values   []float64
	Forecast []bool // true outside the periods covered by the low-frequency series

	SE  []float64     // standard error of each value given the model; not reduced by NonNegative
	MSE *mat.SymDense // T x T, when asked for

	Beta, BetaSE []float64 // the constant first, when there is one
	Rho          float64
	LogL         float64 // of the low-frequency regression; 0 when Exact
	RSS, Sigma2  float64 // e'V^-1 e and RSS / Divisor
	Divisor      float64
	Exact        bool // the regressors explain the series up to rounding: no error can be estimated

	R2, DurbinWatson float64 // of the ordinary least squares regression at low frequency
	Residuals        []float64
	Binding          []int // periods held at zero by NonNegative
	Warnings         []Warning
}
