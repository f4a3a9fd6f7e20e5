package regional

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Form is a kind of location quotient.
type Form string

// The forms, with SLQ_i = (x^r_i/x^r)/(x^n_i/x^n) and λ = [log2(1 + x^r/x^n)]^δ.
const (
	SLQ  Form = "slq"  // SLQ_i in every column
	CILQ Form = "cilq" // SLQ_i/SLQ_j, SLQ_i on the diagonal
	FLQ  Form = "flq"  // CILQ·λ
	AFLQ Form = "aflq" // FLQ·log2(1 + SLQ_j) where SLQ_j > 1
	SFLQ Form = "sflq" // FLQ with a δ of its own for each column
)

// Forms lists the forms.
func Forms() []Form { return []Form{SLQ, CILQ, FLQ, AFLQ, SFLQ} }

// QuotientOptions of the quotient methods.
type QuotientOptions struct {
	Form           Form      // empty means FLQ
	Delta          *float64  // δ, 0 ≤ δ < 1; nil means 0.3
	SectorDelta    []float64 // δ_j (n), for SFLQ
	CapBeforeScale bool      // AFLQ: cap the FLQ at 1 and then apply log2(1 + SLQ_j), so that a coefficient may exceed the national one
	Names          Names
}

// Quotients are the quotients of one region.
type Quotients struct {
	SLQ         []float64  // simple quotients (n); 0 where Missing
	Matrix      *mat.Dense // the chosen form (n × n)
	Missing     []bool     // industries that the nation does not have: no quotient is defined
	RegionShare float64    // x^r/x^n
	Lambda      []float64  // λ of each column, 1 for forms without it
}

// LocationQuotients compares a region's industries with the nation's. Both are sizes (n): output, value added or
// employment, not negative, the region never above the nation. An industry that the region lacks has a
// row of zeros, and a column of zeros in the cross-industry forms, where dividing by its SLQ is undefined.
// Source: Flegg and Webber 1997, 2000; Kowalewski 2015 for SFLQ.
func LocationQuotients(region, nation []float64, o QuotientOptions) (*Quotients, error) {
	n := len(nation)
	if n == 0 {
		return nil, fault.New("regional.empty")
	}
	if len(region) != n {
		return nil, fault.New("regional.shape", "what", "region", "rows", 1, "columns", len(region), "provinces", 1, "industries", n)
	}
	if err := checkList("region", region, o.Names.Industries, false); err != nil {
		return nil, err
	}
	if err := checkList("nation", nation, o.Names.Industries, false); err != nil {
		return nil, err
	}
	var xr, xn float64
	for i := range nation {
		if region[i] > nation[i]*(1+1e-9) {
			return nil, fault.New("regional.exceeds-nation", "industry", nameOf(o.Names.Industries, i), "region", num(region[i]), "nation", num(nation[i]))
		}
		xr, xn = xr+region[i], xn+nation[i]
	}
	if xr == 0 || xn == 0 {
		return nil, fault.New("regional.no-size")
	}
	q := &Quotients{SLQ: make([]float64, n), Missing: make([]bool, n), RegionShare: math.Min(1, xr/xn), Lambda: make([]float64, n), Matrix: mat.NewDense(n, n, nil)}
	for i := range nation {
		if nation[i] == 0 {
			q.Missing[i] = true
			continue
		}
		q.SLQ[i] = (region[i] / xr) / (nation[i] / xn)
	}
	if err := q.lambdas(o); err != nil {
		return nil, err
	}
	for i := range n {
		for j := range n {
			q.Matrix.Set(i, j, q.at(i, j, o))
		}
	}
	return q, nil
}

func (o QuotientOptions) form() Form {
	if o.Form == "" {
		return FLQ
	}
	return o.Form
}

func (q *Quotients) lambdas(o QuotientOptions) error {
	n := len(q.SLQ)
	delta := make([]float64, n)
	switch o.form() {
	case SLQ, CILQ:
		for j := range q.Lambda {
			q.Lambda[j] = 1
		}
		return nil
	case FLQ, AFLQ:
		d := 0.3
		if o.Delta != nil {
			d = *o.Delta
		}
		for j := range delta {
			delta[j] = d
		}
	case SFLQ:
		if len(o.SectorDelta) != n {
			return fault.New("regional.sector-delta", "deltas", len(o.SectorDelta), "industries", n)
		}
		copy(delta, o.SectorDelta)
	default:
		return fault.New("regional.unknown-form", "form", o.Form)
	}
	for j, d := range delta {
		if !(d >= 0 && d < 1) {
			return fault.New("regional.bad-delta", "industry", nameOf(o.Names.Industries, j), "value", num(d))
		}
		q.Lambda[j] = math.Pow(math.Log2(1+q.RegionShare), d)
	}
	return nil
}

func (q *Quotients) at(i, j int, o QuotientOptions) float64 {
	if q.Missing[i] || q.Missing[j] {
		return 0
	}
	if o.form() == SLQ {
		return q.SLQ[i]
	}
	if q.SLQ[j] == 0 {
		return 0
	}
	c := q.SLQ[i]
	if i != j {
		c /= q.SLQ[j]
	}
	c *= q.Lambda[j]
	if o.form() == AFLQ && q.SLQ[j] > 1 {
		if o.CapBeforeScale {
			c = math.Min(c, 1)
		}
		c *= math.Log2(1 + q.SLQ[j])
	}
	return c
}

// Coefficients gives regional input coefficients a^r_ij = a^n_ij·min(LQ_ij, 1) from national ones (n × n); an industry that
// the region lacks has none.
// With AFLQ and CapBeforeScale the cap has been applied before the specialisation factor.
func (q *Quotients) Coefficients(national *mat.Dense, o QuotientOptions) (*mat.Dense, error) {
	n := len(q.SLQ)
	if national == nil || national.IsEmpty() {
		return nil, fault.New("regional.empty")
	}
	if r, c := national.Dims(); r != n || c != n {
		return nil, fault.New("regional.shape", "what", "coefficients", "rows", r, "columns", c, "provinces", n, "industries", n)
	}
	if err := checkCells("coefficients", national, o.Names.Industries, o.Names.Industries, true); err != nil {
		return nil, err
	}
	out := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			lq := q.Matrix.At(i, j)
			if q.SLQ[j] == 0 { // what the region does not make it buys no inputs for, in the simple form too
				continue
			}
			if !(o.form() == AFLQ && o.CapBeforeScale && q.SLQ[j] > 1) {
				lq = math.Min(lq, 1)
			}
			out.Set(i, j, national.At(i, j)*lq)
		}
	}
	return out, nil
}
