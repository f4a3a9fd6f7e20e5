package inputoutput

import "nhipso/internal/fault"

// Linkages say how an industry depends on the others and they on it (n each).
type Linkages struct {
	DirectBackward  []float64 `json:"directBackward"`  // column sums of A
	DirectForward   []float64 `json:"directForward"`   // row sums of B
	Backward        []float64 `json:"backward"`        // i'L
	ForwardLeontief []float64 `json:"forwardLeontief"` // L·1: output per unit of final use of every product
	Forward         []float64 `json:"forward"`         // G·1, of the Ghosh model
	Power           []float64 `json:"power"`           // Rasmussen's power of dispersion, n·(i'L)ⱼ / i'Li
	Sensitivity     []float64 `json:"sensitivity"`     // Rasmussen's sensitivity of dispersion, n·(Li)ᵢ / i'Li
	Key             []bool    `json:"key"`             // both of Rasmussen's indices above one
	Bound           float64   `json:"bound"`           // the largest of the solutions used
}

// Linkages computes all of them with three solves and no inverse. An industry without output has a Ghosh linkage of one:
// itself.
func (m *Model) Linkages() (Linkages, error) {
	n := m.Table.N()
	out := Linkages{DirectBackward: columnSums(m.a), Key: make([]bool, n)}
	out.DirectForward = make([]float64, n)
	for i, s := range rowSums(m.Table.Z) {
		if m.Output[i] != 0 {
			out.DirectForward[i] = s / m.Output[i]
		}
	}
	back, err := m.SolveTransposed(ones(n))
	if err != nil {
		return Linkages{}, err
	}
	ahead, err := m.Solve(ones(n))
	if err != nil {
		return Linkages{}, err
	}
	ghosh, err := m.Solve(m.Output) // G·1 = x̂⁻¹·L·x
	if err != nil {
		return Linkages{}, err
	}
	out.Backward, out.ForwardLeontief, out.Forward = back.X, ahead.X, make([]float64, n)
	for i, x := range m.Output {
		out.Forward[i] = 1
		if x != 0 {
			out.Forward[i] = ghosh.X[i] / x
		}
	}
	out.Bound = max(back.Bound, ahead.Bound, ghosh.Bound)
	all := sum(back.X)
	out.Power, out.Sensitivity = make([]float64, n), make([]float64, n)
	for i := range n {
		out.Power[i] = float64(n) * back.X[i] / all
		out.Sensitivity[i] = float64(n) * ahead.X[i] / all
		out.Key[i] = out.Power[i] > 1 && out.Sensitivity[i] > 1
	}
	return out, nil
}

// Extraction says what is taken out of the table.
type Extraction string

// The kinds of extraction, after Dietzenbacher and van der Linden (1997).
const (
	Whole     Extraction = "total"     // the industries buy nothing, sell nothing and have no final use
	Purchases Extraction = "purchases" // they buy nothing: their columns of A are zero
	Sales     Extraction = "sales"     // they sell nothing to other industries: their rows of A are zero
)

// Loss is what the economy would lose (n each, and in total), in the unit of the table.
type Loss struct {
	Output     []float64 `json:"output"`
	Total      float64   `json:"total"`
	ValueAdded Maybe     `json:"valueAdded"` // at unchanged value-added coefficients; missing where the table has none
	Bound      float64   `json:"bound"`      // of Output, relative to its sum of absolute values
}

// Extract gives output as it is less output without the linkages of some industries (positions in the table), final use
// of the others unchanged. Other technical coefficients stay: nobody finds another supplier, which is what makes it
// hypothetical.
func (m *Model) Extract(industries []int, kind Extraction) (Loss, error) {
	n := m.Table.N()
	gone := make([]bool, n)
	for _, k := range industries {
		if k < 0 || k >= n {
			return Loss{}, fault.New("inputoutput.no-such-industry", "code", k)
		}
		gone[k] = true
	}
	op := &masked{Operator: m.Solver.a}
	var rows, columns []bool
	switch kind {
	case Whole:
		rows, columns = gone, gone
	case Purchases:
		columns = gone
	case Sales:
		rows = gone
	default:
		return Loss{}, fault.New("inputoutput.bad-extraction", "kind", kind)
	}
	op.rows, op.columns = rows, columns
	// With (I − A)x = y and (I − A*)x* = y*, the loss obeys (I − A*)(x − x*) = (A − A*)x + y − y*: what is taken out of the flows and of final
	// use. It is solved for itself, because the loss of a small industry would drown in the rounding of x − x*.
	taken := make([]float64, n)
	for i := range n {
		for j, a := range m.a.RawRowView(i) {
			if rows != nil && rows[i] || columns != nil && columns[j] {
				taken[i] += a * m.Output[j]
			}
		}
		if kind == Whole && gone[i] {
			taken[i] += m.Final[i]
		}
	}
	// Cells only vanish, so what certifies A certifies what is left of it.
	lost, err := newSolver(op, m.Certificate(), m.opt).Solve(taken)
	if err != nil {
		return Loss{}, err
	}
	out := Loss{Output: lost.X, Bound: lost.Bound}
	out.Total = sum(out.Output)
	if va, err := m.Table.ValueAdded(); err == nil {
		v, err := m.Coefficients(va)
		if err != nil {
			return Loss{}, err
		}
		out.ValueAdded = Known(dot(v, out.Output))
	}
	return out, nil
}

// masked is an Operator with some rows and columns set to zero.
type masked struct {
	Operator
	rows, columns []bool
}

func blank(x []float64, where []bool) []float64 {
	if where == nil {
		return x
	}
	out := append([]float64(nil), x...)
	for i, g := range where {
		if g {
			out[i] = 0
		}
	}
	return out
}

func (m *masked) apply(f func(dst, x []float64), dst, x []float64, in, out []bool) {
	f(dst, blank(x, in))
	for i, g := range out {
		if g {
			dst[i] = 0
		}
	}
}

func (m *masked) Mul(dst, x []float64) { m.apply(m.Operator.Mul, dst, x, m.columns, m.rows) }
func (m *masked) MulTransposed(dst, x []float64) {
	m.apply(m.Operator.MulTransposed, dst, x, m.rows, m.columns)
}
func (m *masked) MulAbsTransposed(dst, x []float64) {
	m.apply(m.Operator.MulAbsTransposed, dst, x, m.rows, m.columns)
}
