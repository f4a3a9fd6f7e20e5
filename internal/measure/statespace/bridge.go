package statespace

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/fault"
)

// Aggregate says how the months of an indicator make a quarter.
type Aggregate string

// The aggregates.
const (
	Mean Aggregate = "mean"
	Sum  Aggregate = "sum"
	Last Aggregate = "last"
)

// Indicator is a monthly series from the first month of the first quarter on, with a ragged edge: its last months, and any
// other, may be missing. A missing month is filled by a univariate model estimated on the rest.
type Indicator struct {
	Values    []float64
	Known     []bool // nil: all
	Aggregate Aggregate
	Trend     bool // fill by a local linear trend; otherwise by a local level
}

// Bridge is a quarterly target explained by indicators.
type Bridge struct {
	Target     []float64 // quarters from the first on; the nowcast begins after the last
	Known      []bool    // nil: all
	Indicators []Indicator
	PerQuarter int // high-frequency periods in a low one; 0 means 3
	Horizon    int // quarters to nowcast; 0 means 1
}

// Nowcast is the estimate of one quarter.
type Nowcast struct {
	Value         float64
	SE            float64   // √(Regression² + Filling²)
	Regression    float64   // from the noise and the coefficients of the regression
	Filling       float64   // from months that were not yet known
	Indicators    []float64 // the aggregated indicators it rests on
	Contributions []float64 // coefficient × (indicator − its mean in the sample)
}

// Bridged is an estimated bridge equation.
type Bridged struct {
	Coefficients  []float64 // constant first
	CoefficientSE []float64
	Sigma         float64 // standard error of the regression
	R2            float64
	Used          int  // quarters in the regression: target known, every month of every indicator known
	DF            int  // Used less the coefficients
	Crowded       bool // more than two indicators, or fewer than five degrees of freedom: the intervals are wide for a reason
	Nowcasts      []Nowcast
}

// Interval gives the limits within which the quarter lies with the given probability, from Student's t.
func (b Bridged) Interval(n Nowcast, probability float64) (low, high float64) {
	q := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(b.DF)}.Quantile((1 + probability) / 2)
	return n.Value - q*n.SE, n.Value + q*n.SE
}

// EstimateBridge regresses the target on the aggregated indicators over the quarters that are complete, fills the missing months
// of the quarters after, and gives their nowcasts. The variance of a nowcast is s²(1 + x'Ax) + Σ V_j(β_j² + s²A_jj), where A = (X'X)⁻¹ and V_j is the
// variance of the filled indicator j; the errors of different indicators are taken to be independent.
// Errors: no indicator, fewer than two degrees of freedom, indicators that explain each other (collinear or constant), a month
// count that does not reach the target.
func EstimateBridge(in Bridge) (*Bridged, error) {
	in, err := in.checked()
	if err != nil {
		return nil, err
	}
	k, quarters := len(in.Indicators), len(in.Target)
	x, v, rows, err := in.aggregated()
	if err != nil {
		return nil, err
	}
	out := &Bridged{Used: len(rows), DF: len(rows) - k - 1}
	if out.DF < 2 {
		return nil, fault.New("statespace.too-few", "observed", out.Used, "want", k+3)
	}
	out.Crowded = k > 2 || out.DF < 5
	r, err := regress(in.Target, x, rows)
	if err != nil {
		return nil, err
	}
	out.Sigma, out.R2 = math.Sqrt(r.s2), r.r2
	out.Coefficients, out.CoefficientSE = r.coefficients()
	for q := quarters; q < quarters+in.Horizon; q++ {
		now := r.nowcast(x, v, q)
		if !finite(now.Value) || !finite(now.SE) {
			return nil, fault.New("statespace.overflow", "period", q+1)
		}
		out.Nowcasts = append(out.Nowcasts, now)
	}
	return out, nil
}

// checked fills in what was left to us and refuses a bridge that cannot be estimated whatever its figures are.
func (in Bridge) checked() (Bridge, error) {
	if in.PerQuarter == 0 {
		in.PerQuarter = 3
	}
	if in.Horizon == 0 {
		in.Horizon = 1
	}
	if len(in.Indicators) == 0 || in.PerQuarter < 1 {
		return in, fault.New("statespace.no-indicator")
	}
	if in.Horizon < 1 {
		return in, fault.New("statespace.no-horizon", "horizon", in.Horizon)
	}
	if quarters := len(in.Target); in.Known != nil && len(in.Known) != quarters {
		return in, fault.New("statespace.shape", "name", "known", "got", len(in.Known), "want", quarters)
	}
	return in, nil
}

// aggregated brings every indicator to quarters: its values, the variances of what was filled, and the quarters in which the
// target and every indicator are complete, which alone the regression may use.
func (in Bridge) aggregated() (x, v [][]float64, rows []int, err error) {
	k, quarters := len(in.Indicators), len(in.Target)
	x, v = make([][]float64, k), make([][]float64, k)
	whole := make([]bool, quarters+in.Horizon)
	for q := range whole {
		whole[q] = q < quarters && (in.Known == nil || in.Known[q])
	}
	for j, ind := range in.Indicators {
		var complete []bool
		if x[j], v[j], complete, err = ind.quarters(in.PerQuarter, quarters+in.Horizon); err != nil {
			return nil, nil, nil, fault.New("statespace.indicator", "at", j+1).Because(err)
		}
		for q := range whole {
			whole[q] = whole[q] && complete[q]
		}
	}
	for q, is := range whole {
		if is {
			if !finite(in.Target[q]) {
				return nil, nil, nil, fault.New("statespace.not-finite", "name", "target", "row", q+1, "column", 1)
			}
			rows = append(rows, q)
		}
	}
	return x, v, rows, nil
}

// regression is a least-squares fit on regressors that were centred and scaled, so that the judgement of collinearity does not
// depend on units.
type regression struct {
	n          float64 // of rows
	meanY      float64
	mean, size []float64 // of the regressors
	b          mat.VecDense
	inverse    mat.Dense // of the cross products
	s2, r2     float64
}

// regress fits the target on the indicators over the rows that are complete.
func regress(target []float64, x [][]float64, rows []int) (*regression, error) {
	k := len(x)
	r := &regression{n: float64(len(rows)), mean: make([]float64, k), size: make([]float64, k)}
	for _, q := range rows {
		r.meanY += target[q] / r.n
		for j := range k {
			r.mean[j] += x[j][q] / r.n
		}
	}
	design, err := r.design(x, rows)
	if err != nil {
		return nil, err
	}
	y := mat.NewVecDense(len(rows), nil)
	var syy float64
	for i, q := range rows {
		y.SetVec(i, target[q]-r.meanY)
		syy += y.AtVec(i) * y.AtVec(i)
	}
	var qr mat.QR
	qr.Factorize(design)
	if c := qr.Cond(); !(c < 1e8) {
		return nil, fault.New("statespace.collinear", "at", k)
	}
	if err := qr.SolveVecTo(&r.b, false, y); err != nil {
		return nil, fault.New("statespace.collinear", "at", k).Because(err)
	}
	var gram mat.Dense
	gram.Mul(design.T(), design)
	if err := r.inverse.Inverse(&gram); err != nil {
		return nil, fault.New("statespace.collinear", "at", k).Because(err)
	}
	var fitted mat.VecDense
	fitted.MulVec(design, &r.b)
	sse := 0.0
	for i := range rows {
		e := y.AtVec(i) - fitted.AtVec(i)
		sse += e * e
	}
	r.s2 = sse / float64(len(rows)-k-1)
	if syy > 0 {
		r.r2 = 1 - sse/syy
	}
	return r, nil
}

// design centres and scales the regressors. One that does not move explains nothing and is refused.
func (r *regression) design(x [][]float64, rows []int) (*mat.Dense, error) {
	out := mat.NewDense(len(rows), len(x), nil)
	for j := range x {
		for _, q := range rows {
			r.size[j] += (x[j][q] - r.mean[j]) * (x[j][q] - r.mean[j])
		}
		if r.size[j] = math.Sqrt(r.size[j]); r.size[j] <= 1e-12*math.Abs(r.mean[j])*r.n || r.size[j] == 0 {
			return nil, fault.New("statespace.collinear", "at", j+1)
		}
		for i, q := range rows {
			out.Set(i, j, (x[j][q]-r.mean[j])/r.size[j])
		}
	}
	return out, nil
}

// leverage is x'Ax of a point in scaled regressors, the constant with it.
func (r *regression) leverage(d []float64) float64 {
	u := mat.NewVecDense(len(d), d)
	return 1/r.n + mat.Inner(u, &r.inverse, u)
}

// coefficients gives the constant and the slopes in the units of the indicators, with their standard errors.
func (r *regression) coefficients() (b, se []float64) {
	b, se = []float64{r.meanY}, []float64{0}
	origin := make([]float64, len(r.mean))
	for j := range r.mean {
		b = append(b, r.b.AtVec(j)/r.size[j])
		se = append(se, math.Sqrt(r.s2*r.inverse.At(j, j))/r.size[j])
		b[0] -= b[j+1] * r.mean[j]
		origin[j] = -r.mean[j] / r.size[j]
	}
	se[0] = math.Sqrt(r.s2 * r.leverage(origin))
	return b, se
}

// nowcast estimates the target in a quarter from its indicators, with what the regression and the filling leave uncertain.
func (r *regression) nowcast(x, v [][]float64, q int) Nowcast {
	now := Nowcast{Value: r.meanY}
	d := make([]float64, len(x))
	filling := 0.0
	for j := range x {
		d[j] = (x[j][q] - r.mean[j]) / r.size[j]
		slope := r.b.AtVec(j) / r.size[j]
		now.Indicators = append(now.Indicators, x[j][q])
		now.Contributions = append(now.Contributions, r.b.AtVec(j)*d[j])
		now.Value += r.b.AtVec(j) * d[j]
		filling += v[j][q] * (slope*slope + r.s2*r.inverse.At(j, j)/(r.size[j]*r.size[j]))
	}
	regression := r.s2 * (1 + r.leverage(d))
	now.Regression, now.Filling, now.SE = math.Sqrt(regression), math.Sqrt(filling), math.Sqrt(regression+filling)
	return now
}

// quarters aggregates an indicator, filling what is missing: values, variances of the filling, and which were complete.
func (ind Indicator) quarters(per, quarters int) (x, v []float64, complete []bool, err error) {
	weights, err := ind.weights(per)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(ind.Values) > per*quarters {
		return nil, nil, nil, fault.New("statespace.shape", "name", "indicator", "got", len(ind.Values), "want", per*quarters)
	}
	if ind.Known != nil && len(ind.Known) != len(ind.Values) {
		return nil, nil, nil, fault.New("statespace.shape", "name", "known", "got", len(ind.Known), "want", len(ind.Values))
	}
	d := Series(ind.Values)
	if ind.Known != nil {
		for _, is := range ind.Known {
			d.Known = append(d.Known, []bool{is})
		}
	}
	d = d.Extend(per*quarters-len(ind.Values), 1)
	x, v, complete = make([]float64, quarters), make([]float64, quarters), make([]bool, quarters)
	missing := false
	for q := range complete {
		complete[q] = true
		for i, w := range weights {
			t := q*per + per - 1 - i
			complete[q] = complete[q] && (w == 0 || d.known(t, 0))
		}
		missing = missing || !complete[q]
	}
	var sm *Smoothed
	var base int
	if missing {
		if sm, base, err = ind.smoothed(d, per); err != nil {
			return nil, nil, nil, err
		}
	} else if s, err := LocalLevel(1, 1).compile(); err != nil {
		return nil, nil, nil, err
	} else if err := s.check(d); err != nil {
		return nil, nil, nil, err
	}
	for q := range quarters {
		end := q*per + per - 1
		for i, w := range weights {
			switch {
			case d.known(end-i, 0):
				x[q] += w * d.Values[end-i][0]
			default:
				x[q] += w * sm.State[end+1][base+i]
			}
			if !complete[q] {
				for k, u := range weights {
					v[q] += w * u * sm.StateP[end+1][base+i][base+k]
				}
			}
		}
		v[q] = math.Max(v[q], 0)
	}
	return x, v, complete, nil
}

// weights are those of a quarter's months in the aggregate, of the last month first.
func (ind Indicator) weights(per int) ([]float64, error) {
	out := make([]float64, per)
	for i := range out {
		switch ind.Aggregate {
		case Mean:
			out[i] = 1 / float64(per)
		case Sum:
			out[i] = 1
		case Last:
			out[0] = 1
		default:
			return nil, fault.New("statespace.unknown-aggregate", "aggregate", ind.Aggregate)
		}
	}
	return out, nil
}

// smoothed estimates every month from all of them; base is the state that holds the newest month, the older ones follow it.
func (ind Indicator) smoothed(d Data, per int) (sm *Smoothed, base int, err error) {
	fit, base := FitLocalLevel, 1
	if ind.Trend {
		fit, base = FitLocalTrend, 2
	}
	found, err := fit(d)
	if err != nil {
		return nil, 0, err
	}
	before := Data{Values: [][]float64{{0}}, Known: [][]bool{{false}}} // a period before the first, to build the history from
	before.Values, before.Known = append(before.Values, d.Values...), append(before.Known, d.Known...)
	sm, err = Smooth(withHistory(found.Model, per), before)
	return sm, base, err
}

// withHistory puts the observation itself, and those of the periods before, into the state, so that the smoother gives the
// joint variance of a run of months. The history starts at zero and is right after as many periods as it is long.
func withHistory(mod Model, length int) Model {
	m, g := len(mod.T), len(mod.Q)
	n := m + length
	out := Model{Z: [][]float64{make([]float64, n)}, H: [][]float64{{0}}, Diffuse: append(append([]bool(nil), mod.Diffuse...), make([]bool, length)...)}
	out.Z[0][m] = 1
	for i := range n {
		row, shock := make([]float64, n), make([]float64, g+1)
		switch {
		case i < m:
			copy(row, mod.T[i])
			shock[i] = 1 // the models used here have the identity for R
		case i == m:
			for l := range m {
				shock[l] = mod.Z[0][l]
				for j := range m {
					row[j] += mod.Z[0][l] * mod.T[l][j]
				}
			}
			shock[g] = 1
		default:
			row[i-1] = 1
		}
		out.T, out.R = append(out.T, row), append(out.R, shock)
	}
	for i := range g + 1 {
		row := make([]float64, g+1)
		if i < g {
			copy(row, mod.Q[i])
		} else {
			row[g] = mod.H[0][0]
		}
		out.Q = append(out.Q, row)
	}
	return out
}
