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
	per, horizon := in.PerQuarter, in.Horizon
	if per == 0 {
		per = 3
	}
	if horizon == 0 {
		horizon = 1
	}
	k, quarters := len(in.Indicators), len(in.Target)
	if k == 0 || per < 1 {
		return nil, fault.New("statespace.no-indicator")
	}
	if horizon < 1 {
		return nil, fault.New("statespace.no-horizon", "horizon", horizon)
	}
	if in.Known != nil && len(in.Known) != quarters {
		return nil, fault.New("statespace.shape", "name", "known", "got", len(in.Known), "want", quarters)
	}
	x, v := make([][]float64, k), make([][]float64, k)
	whole := make([]bool, quarters+horizon)
	for q := range whole {
		whole[q] = q < quarters && (in.Known == nil || in.Known[q])
	}
	for j, ind := range in.Indicators {
		var err error
		var complete []bool
		if x[j], v[j], complete, err = ind.quarters(per, quarters+horizon); err != nil {
			return nil, fault.New("statespace.indicator", "at", j+1).Because(err)
		}
		for q := range whole {
			whole[q] = whole[q] && complete[q]
		}
	}
	var rows []int
	for q, is := range whole {
		if is {
			if !finite(in.Target[q]) {
				return nil, fault.New("statespace.not-finite", "name", "target", "row", q+1, "column", 1)
			}
			rows = append(rows, q)
		}
	}
	out := &Bridged{Used: len(rows), DF: len(rows) - k - 1}
	if out.DF < 2 {
		return nil, fault.New("statespace.too-few", "observed", out.Used, "want", k+3)
	}
	out.Crowded = k > 2 || out.DF < 5

	// Centred and scaled regressors, so that the judgement of collinearity does not depend on units.
	n := float64(len(rows))
	mean, size, my := make([]float64, k), make([]float64, k), 0.0
	for _, q := range rows {
		my += in.Target[q] / n
		for j := range k {
			mean[j] += x[j][q] / n
		}
	}
	design, y := mat.NewDense(len(rows), k, nil), mat.NewVecDense(len(rows), nil)
	for j := range k {
		for _, q := range rows {
			size[j] += (x[j][q] - mean[j]) * (x[j][q] - mean[j])
		}
		if size[j] = math.Sqrt(size[j]); size[j] <= 1e-12*math.Abs(mean[j])*n || size[j] == 0 {
			return nil, fault.New("statespace.collinear", "at", j+1)
		}
		for i, q := range rows {
			design.Set(i, j, (x[j][q]-mean[j])/size[j])
		}
	}
	var syy float64
	for i, q := range rows {
		y.SetVec(i, in.Target[q]-my)
		syy += y.AtVec(i) * y.AtVec(i)
	}
	var qr mat.QR
	qr.Factorize(design)
	if c := qr.Cond(); !(c < 1e8) {
		return nil, fault.New("statespace.collinear", "at", k)
	}
	var b mat.VecDense
	if err := qr.SolveVecTo(&b, false, y); err != nil {
		return nil, fault.New("statespace.collinear", "at", k).Because(err)
	}
	var gram, inverse mat.Dense
	gram.Mul(design.T(), design)
	if err := inverse.Inverse(&gram); err != nil {
		return nil, fault.New("statespace.collinear", "at", k).Because(err)
	}
	var fitted mat.VecDense
	fitted.MulVec(design, &b)
	sse := 0.0
	for i := range rows {
		e := y.AtVec(i) - fitted.AtVec(i)
		sse += e * e
	}
	s2 := sse / float64(out.DF)
	out.Sigma = math.Sqrt(s2)
	if syy > 0 {
		out.R2 = 1 - sse/syy
	}
	leverage := func(d []float64) float64 {
		u := mat.NewVecDense(k, d)
		return 1/n + mat.Inner(u, &inverse, u)
	}
	out.Coefficients, out.CoefficientSE = []float64{my}, []float64{0}
	origin := make([]float64, k)
	for j := range k {
		out.Coefficients = append(out.Coefficients, b.AtVec(j)/size[j])
		out.CoefficientSE = append(out.CoefficientSE, math.Sqrt(s2*inverse.At(j, j))/size[j])
		out.Coefficients[0] -= out.Coefficients[j+1] * mean[j]
		origin[j] = -mean[j] / size[j]
	}
	out.CoefficientSE[0] = math.Sqrt(s2 * leverage(origin))
	for q := quarters; q < quarters+horizon; q++ {
		now := Nowcast{Value: my}
		d := make([]float64, k)
		filling := 0.0
		for j := range k {
			d[j] = (x[j][q] - mean[j]) / size[j]
			now.Indicators = append(now.Indicators, x[j][q])
			now.Contributions = append(now.Contributions, b.AtVec(j)*d[j])
			now.Value += b.AtVec(j) * d[j]
			filling += v[j][q] * (out.Coefficients[j+1]*out.Coefficients[j+1] + s2*inverse.At(j, j)/(size[j]*size[j]))
		}
		regression := s2 * (1 + leverage(d))
		now.Regression, now.Filling, now.SE = math.Sqrt(regression), math.Sqrt(filling), math.Sqrt(regression+filling)
		if !finite(now.Value) || !finite(now.SE) {
			return nil, fault.New("statespace.overflow", "period", q+1)
		}
		out.Nowcasts = append(out.Nowcasts, now)
	}
	return out, nil
}

// quarters aggregates an indicator, filling what is missing: values, variances of the filling, and which were complete.
func (ind Indicator) quarters(per, quarters int) (x, v []float64, complete []bool, err error) {
	weights := make([]float64, per) // of the last month first
	for i := range weights {
		switch ind.Aggregate {
		case Mean:
			weights[i] = 1 / float64(per)
		case Sum:
			weights[i] = 1
		case Last:
			weights[0] = 1
		default:
			return nil, nil, nil, fault.New("statespace.unknown-aggregate", "aggregate", ind.Aggregate)
		}
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
	base := 1
	if missing {
		fit := FitLocalLevel
		if ind.Trend {
			fit, base = FitLocalTrend, 2
		}
		found, err := fit(d)
		if err != nil {
			return nil, nil, nil, err
		}
		before := Data{Values: [][]float64{{0}}, Known: [][]bool{{false}}} // a period before the first, to build the history from
		before.Values, before.Known = append(before.Values, d.Values...), append(before.Known, d.Known...)
		if sm, err = Smooth(withHistory(found.Model, per), before); err != nil {
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
