package uncertainty

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"nhipso/internal/fault"
)

// Law names the distribution of one source figure.
type Law string

// The laws. Mean and SD of a Margin are those of the figure itself, except for Truncated, where they belong to the
// normal distribution before it was cut (cutting moves both; see Margin.Moments).
const (
	Normal    Law = "normal"
	Lognormal Law = "lognormal" // for positive figures; the default for money and counts
	Truncated Law = "truncated" // normal, cut to [Low, High]
)

// Margin is the declared distribution of one figure. An SD of zero makes it certain: every draw is Mean.
type Margin struct {
	Law       Law
	Mean, SD  float64
	Low, High float64 // Truncated only; may be infinite
}

// Check refuses a margin that is no distribution.
func (m Margin) Check() error {
	if !finite(m.Mean) || !finite(m.SD) || m.SD < 0 {
		return fault.New("uncertainty.bad-margin", "law", m.Law, "mean", m.Mean, "sd", m.SD)
	}
	switch m.Law {
	case Normal:
	case Lognormal:
		if m.Mean <= 0 && !(m.Mean == 0 && m.SD == 0) {
			return fault.New("uncertainty.not-positive", "mean", m.Mean)
		}
	case Truncated:
		if !(m.Low < m.High) || math.IsInf(m.Low, 1) || math.IsInf(m.High, -1) || m.SD == 0 && (m.Mean < m.Low || m.Mean > m.High) {
			return fault.New("uncertainty.empty-range", "low", m.Low, "high", m.High)
		}
		if a, b := (m.Low-m.Mean)/m.SD, (m.High-m.Mean)/m.SD; m.SD > 0 && !(mass(a, b) > 0) {
			return fault.New("uncertainty.empty-range", "low", m.Low, "high", m.High)
		}
	default:
		return fault.New("uncertainty.unknown-law", "law", m.Law)
	}
	return nil
}

// at gives the figure whose rank is that of the standard normal score z.
func (m Margin) at(z float64) float64 {
	if m.SD == 0 {
		return m.Mean
	}
	switch m.Law {
	case Lognormal:
		cv := m.SD / m.Mean
		s2 := math.Log1p(cv * cv)
		return m.Mean * math.Exp(math.Sqrt(s2)*z-s2/2)
	case Truncated:
		a, b := (m.Low-m.Mean)/m.SD, (m.High-m.Mean)/m.SD
		sign := 1.0
		if a > 0 { // work in the lower tail, where probabilities keep their digits
			a, b, z, sign = -b, -a, -z, -1
		}
		p := phi(a) + phi(z)*(phi(b)-phi(a))
		x := m.Mean + sign*m.SD*mathext.NormalQuantile(math.Min(math.Max(p, math.SmallestNonzeroFloat64), 1-0x1p-53))
		return math.Min(math.Max(x, m.Low), m.High)
	}
	return m.Mean + m.SD*z
}

// Draw takes one figure from a stream. The margin must have passed Check.
func (m Margin) Draw(s *Stream) float64 { return m.at(s.Normal()) }

// Moments gives the mean and standard deviation of the figures drawn, which for Truncated differ from the parameters.
func (m Margin) Moments() (mean, sd float64) {
	if m.Law != Truncated || m.SD == 0 {
		return m.Mean, m.SD
	}
	a, b := (m.Low-m.Mean)/m.SD, (m.High-m.Mean)/m.SD
	z, da, db := mass(a, b), density(a), density(b)
	shift := (da - db) / z
	v := 1 - shift*shift
	if !math.IsInf(a, 0) {
		v += a * da / z
	}
	if !math.IsInf(b, 0) {
		v -= b * db / z
	}
	return m.Mean + m.SD*shift, m.SD * math.Sqrt(math.Max(v, 0))
}

// Dirichlet draws shares that add to one: mean shares, and a concentration such that the variance of share i is
// m_i(1−m_i)/(concentration+1). A mean share of zero stays zero in every draw; an infinite concentration gives the means.
type Dirichlet struct {
	Mean          []float64 // non-negative, adding to one
	Concentration float64
}

// Check refuses means that are not shares and a concentration that is not positive.
func (d Dirichlet) Check() error {
	sum := 0.0
	for i, m := range d.Mean {
		if !(m >= 0 && m <= 1) {
			return fault.New("uncertainty.bad-shares", "at", i+1, "sum", m)
		}
		sum += m
	}
	if len(d.Mean) == 0 || math.Abs(sum-1) > 1e-9 {
		return fault.New("uncertainty.bad-shares", "at", len(d.Mean), "sum", sum)
	}
	if !(d.Concentration > 0) {
		return fault.New("uncertainty.bad-concentration", "value", d.Concentration)
	}
	return nil
}

// Draw fills dst, as long as Mean, with shares that add to one.
func (d Dirichlet) Draw(s *Stream, dst []float64) {
	if math.IsInf(d.Concentration, 1) {
		copy(dst, d.Mean)
		return
	}
	top := math.Inf(-1)
	for i, m := range d.Mean {
		dst[i] = math.Inf(-1)
		if m > 0 {
			dst[i] = s.logGamma(m * d.Concentration)
		}
		top = math.Max(top, dst[i])
	}
	sum := 0.0
	for i, x := range dst {
		dst[i] = math.Exp(x - top)
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}

// Joint is several figures drawn together, their ranks tied by a Gaussian copula: Correlation is that of the normal
// scores, which for Normal margins is the correlation of the figures themselves.
type Joint struct {
	margins []Margin
	lower   [][]float64 // Cholesky factor of the correlation; nil where the figures are independent
}

// NewJoint checks the margins and the correlation, an n × n symmetric positive semi-definite matrix with ones on the diagonal;
// nil means independent.
func NewJoint(margins []Margin, correlation [][]float64) (*Joint, error) {
	for i, m := range margins {
		if err := m.Check(); err != nil {
			return nil, fault.New("uncertainty.margin-at", "at", i+1).Because(err)
		}
	}
	j := &Joint{margins: append([]Margin(nil), margins...)}
	if correlation == nil {
		return j, nil
	}
	n := len(margins)
	if len(correlation) != n {
		return nil, fault.New("uncertainty.length", "name", "correlation", "got", len(correlation), "want", n)
	}
	for i, row := range correlation {
		if len(row) != n {
			return nil, fault.New("uncertainty.length", "name", "correlation", "got", len(row), "want", n)
		}
		for k, r := range row {
			if !(r >= -1 && r <= 1) || k == i && r != 1 || k < i && r != correlation[k][i] {
				return nil, fault.New("uncertainty.bad-correlation", "row", i+1, "column", k+1, "value", r)
			}
		}
	}
	j.lower = make([][]float64, n)
	for i := range n {
		j.lower[i] = make([]float64, i+1)
		for k := 0; k <= i; k++ {
			x := correlation[i][k]
			for m := range k {
				x -= j.lower[i][m] * j.lower[k][m]
			}
			const rounding = 1e-12
			switch pivot := j.lower[k][k]; {
			case k == i && x > rounding:
				j.lower[i][i] = math.Sqrt(x)
			case k == i && x >= -rounding: // perfectly explained by those before it
				j.lower[i][i] = 0
			case k < i && pivot > 0:
				j.lower[i][k] = x / pivot
			case k < i && math.Abs(x) <= 1e-9:
			default:
				return nil, fault.New("uncertainty.not-positive-definite", "at", i+1)
			}
		}
	}
	return j, nil
}

// Draw fills dst, as long as the margins, with one joint draw.
func (j *Joint) Draw(s *Stream, dst []float64) {
	for i := range j.margins {
		dst[i] = s.Normal()
	}
	for i := len(dst) - 1; i >= 0; i-- { // from the last, so that the scores before are still the raw ones
		z := dst[i]
		if j.lower != nil {
			z = 0
			for k, l := range j.lower[i] {
				z += l * dst[k]
			}
		}
		dst[i] = j.margins[i].at(z)
	}
}

func phi(x float64) float64     { return math.Erfc(-x/math.Sqrt2) / 2 }
func density(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }

// mass is the probability of (a,b), from the tail in which it keeps its digits.
func mass(a, b float64) float64 {
	if a > 0 {
		return phi(-a) - phi(-b)
	}
	return phi(b) - phi(a)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
