package inputoutput

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Model is a table turned into coefficients, ready to be asked. It is safe for concurrent use.
type Model struct {
	*Solver
	Table    *Table
	Output   []float64      // x (n)
	Final    []float64      // y = x − Z·1 (n)
	Warnings []*fault.Error // what to know before trusting the figures; none of them stops the computation

	a *mat.Dense
}

// NewModel computes the input coefficients A = Z·x̂⁻¹ and certifies that the table is productive. An industry without
// output has a column of zeros. It warns about negative flows, value added, final demand and output, about columns of A that
// add to one or more, and about an industry that sells without output; a spectral radius of one or more is an error.
func NewModel(t *Table, opt Options) (*Model, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	m := &Model{Table: t, Output: t.GrossOutput(), Final: t.FinalDemand()}
	m.a = scaleColumns(t.Z, m.Output)
	for i, x := range m.Output {
		if !finite(x) || !finite(m.Final[i]) { // sums of cells that are each in range
			return nil, fault.New("inputoutput.overflow", "row", t.Codes[i])
		}
		for j, v := range m.a.RawRowView(i) {
			if !finite(v) {
				return nil, fault.New("inputoutput.overflow", "row", t.Codes[j])
			}
		}
	}
	m.warn()
	op, err := NewDense(m.a)
	if err != nil {
		return nil, err
	}
	if m.Solver, err = NewSolver(op, opt); err != nil {
		return nil, err
	}
	if m.Certificate() == nil {
		m.Warnings = append(m.Warnings, fault.New("inputoutput.no-certificate"))
	}
	return m, nil
}

func (m *Model) warn() {
	t := m.Table
	add := func(e *fault.Error) { m.Warnings = append(m.Warnings, e) }
	columns := columnSums(m.a)
	for j, code := range t.Codes {
		if m.Output[j] < 0 {
			add(fault.New("inputoutput.negative-output", "code", code, "value", m.Output[j]))
		}
		if m.Output[j] == 0 && sum(t.Z.RawRowView(j)) != 0 {
			add(fault.New("inputoutput.sells-without-output", "code", code))
		}
		if m.Output[j] != 0 && columns[j] >= 1 {
			add(fault.New("inputoutput.column-over-one", "code", code, "sum", columns[j]))
		}
		if m.Final[j] < 0 {
			add(fault.New("inputoutput.negative-final-demand", "code", code, "value", m.Final[j]))
		}
		for i, v := range t.Z.RawRowView(j) {
			if v < 0 {
				add(fault.New("inputoutput.negative-flow", "row", code, "column", t.Codes[i], "value", v))
			}
		}
	}
	if va, err := t.ValueAdded(); err == nil {
		for j, v := range va {
			if v < 0 {
				add(fault.New("inputoutput.negative-value-added", "code", t.Codes[j], "value", v))
			}
		}
	}
}

// scaleColumns gives m·x̂⁻¹, with columns of zeros where x is zero.
func scaleColumns(m *mat.Dense, x []float64) *mat.Dense {
	r, c := m.Dims()
	inverse := make([]float64, c)
	for j, v := range x {
		if v != 0 {
			inverse[j] = 1 / v
		}
	}
	out := mat.NewDense(r, c, nil)
	for i := range r {
		from, to := m.RawRowView(i), out.RawRowView(i)
		for j, v := range from {
			if inverse[j] != 0 {
				to[j] = v / x[j]
			}
		}
	}
	return out
}

// InputCoefficients gives A = Z·x̂⁻¹ (n × n), a copy.
func (m *Model) InputCoefficients() *mat.Dense { return mat.DenseCopyOf(m.a) }

// AllocationCoefficients gives B = x̂⁻¹·Z (n × n), rows of zeros where output is zero.
func (m *Model) AllocationCoefficients() *mat.Dense {
	out := mat.DenseCopyOf(m.Table.Z)
	for i, x := range m.Output {
		row := out.RawRowView(i)
		for j := range row {
			if x == 0 {
				row[j] = 0
			} else {
				row[j] /= x
			}
		}
	}
	return out
}

// Coefficients gives w/x for a primary input w (n), zero where output is zero.
func (m *Model) Coefficients(w []float64) ([]float64, error) {
	if len(w) != m.Table.N() {
		return nil, fault.New("inputoutput.length", "what", "primary input", "length", len(w), "want", m.Table.N())
	}
	out := make([]float64, len(w))
	for j, v := range w {
		if m.Output[j] != 0 {
			out[j] = v / m.Output[j]
		}
		if !finite(out[j]) {
			return nil, fault.New("inputoutput.not-finite", "row", "primary input", "column", m.Table.Codes[j])
		}
	}
	return out, nil
}

// Inverse gives the Leontief inverse L = (I − A)⁻¹ (n × n) with the largest bound of its columns (relative, in the sum of
// absolute values). It is for those who want L itself: every other question is answered faster without it.
func (m *Model) Inverse() (*mat.Dense, Solution, error) {
	n := m.Table.N()
	identity := mat.NewDense(n, n, nil)
	for i := range n {
		identity.Set(i, i, 1)
	}
	return m.SolveMany(identity, false)
}

// GhoshInverse gives G = (I − B)⁻¹ = x̂⁻¹·L·x̂ (n × n); an industry without output has the row and column of the identity.
func (m *Model) GhoshInverse() (*mat.Dense, Solution, error) {
	l, how, err := m.Inverse()
	if err != nil {
		return nil, how, err
	}
	l.Apply(func(i, j int, v float64) float64 {
		switch {
		case i == j:
			return v
		case m.Output[i] == 0 || m.Output[j] == 0:
			return 0
		default:
			return v * m.Output[j] / m.Output[i]
		}
	}, l)
	for i, x := range m.Output {
		if x == 0 {
			l.Set(i, i, 1)
		}
	}
	return l, how, nil
}

// ValueFlow gives M = v̂·L·ŷ (n × n): value added of industry i embodied in final use of product j. v is per unit of
// output (see Coefficients). The sum of M is v'x, its row sums v∘x, when y is the final demand of the table.
func (m *Model) ValueFlow(v, y []float64) (*mat.Dense, Solution, error) {
	n := m.Table.N()
	if len(v) != n || len(y) != n {
		return nil, Solution{}, fault.New("inputoutput.length", "what", "v, y", "length", min(len(v), len(y)), "want", n)
	}
	for j := range n {
		if !finite(v[j]) || !finite(y[j]) {
			return nil, Solution{}, fault.New("inputoutput.not-finite", "row", "v, y", "column", m.Table.Codes[j])
		}
	}
	sides := mat.NewDense(n, n, nil)
	for j, f := range y {
		sides.Set(j, j, f)
	}
	out, how, err := m.SolveMany(sides, false)
	if err != nil {
		return nil, how, err
	}
	for i := range n {
		row := out.RawRowView(i)
		for j := range row {
			row[j] *= v[i]
			if !finite(row[j]) {
				return nil, how, fault.New("inputoutput.overflow", "row", m.Table.Codes[i])
			}
		}
	}
	return out, how, nil
}

// GhoshOutput gives x' = p'G: the output that primary inputs p (n) push through the allocation coefficients.
func (m *Model) GhoshOutput(p []float64) ([]float64, error) {
	c, err := m.Coefficients(p)
	if err != nil {
		return nil, err
	}
	u, err := m.SolveTransposed(c) // p'x̂⁻¹Lx̂
	if err != nil {
		return nil, err
	}
	out := times(u.X, m.Output)
	for i, x := range m.Output {
		if x == 0 {
			out[i] = p[i]
		}
	}
	return out, nil
}
