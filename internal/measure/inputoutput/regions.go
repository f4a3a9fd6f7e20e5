package inputoutput

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// MultiRegion is a table whose industries belong to regions (provinces, countries): Z consists of blocks Z^rs, what
// region r sells to region s. RegionOf (n) gives the region of each industry, and FinalRegion that of each column of
// final use, as positions in Regions.
type MultiRegion struct {
	*Table
	Regions     []string
	RegionOf    []int
	FinalRegion []int
}

// Check refuses a table or a map of regions that does not fit.
func (m *MultiRegion) Check() error {
	if err := m.Table.Check(); err != nil {
		return err
	}
	if len(m.RegionOf) != m.N() {
		return fault.New("inputoutput.length", "what", "regions of industries", "length", len(m.RegionOf), "want", m.N())
	}
	if len(m.FinalRegion) != len(m.Final) {
		return fault.New("inputoutput.length", "what", "regions of final use", "length", len(m.FinalRegion), "want", len(m.Final))
	}
	for _, set := range [][]int{m.RegionOf, m.FinalRegion} {
		for _, r := range set {
			if r < 0 || r >= len(m.Regions) {
				return fault.New("inputoutput.no-such-region", "code", r)
			}
		}
	}
	return nil
}

// Block gives Z^rs: rows of region r, columns of region s.
func (m *MultiRegion) Block(r, s int) *mat.Dense {
	rows, columns := m.of(r), m.of(s)
	out := mat.NewDense(max(len(rows), 1), max(len(columns), 1), nil)
	for i, a := range rows {
		for j, b := range columns {
			out.Set(i, j, m.Z.At(a, b))
		}
	}
	return out
}

func (m *MultiRegion) of(r int) (out []int) {
	for i, k := range m.RegionOf {
		if k == r {
			out = append(out, i)
		}
	}
	return out
}

// Demand gives the final use of region r by product and region of origin (n).
func (m *MultiRegion) Demand(r int) []float64 {
	y := make([]float64, m.N())
	for k, f := range m.Final {
		if m.FinalRegion[k] == r {
			addTo(y, f.Values)
		}
	}
	return y
}

// Embodied gives the regions × regions matrix whose cell (r, s) is the amount of a factor w (n: value added, jobs,
// emissions of production) that arises in region r for the final use of region s: (ŵx̂⁻¹)·L·Y^s, added over the
// industries of r. Its column sums are the consumption-based accounts, its row sums the production-based ones, and where the
// table balances the total is the total of w.
func (m *MultiRegion) Embodied(model *Model, w []float64) (*mat.Dense, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	c, err := model.Coefficients(w)
	if err != nil {
		return nil, err
	}
	k := len(m.Regions)
	sides := mat.NewDense(m.N(), k, nil)
	for s := range k {
		sides.SetCol(s, m.Demand(s))
	}
	x, _, err := model.SolveMany(sides, false)
	if err != nil {
		return nil, err
	}
	out := mat.NewDense(k, k, nil)
	for i, r := range m.RegionOf {
		for s := range k {
			out.Set(r, s, out.At(r, s)+c[i]*x.At(i, s))
		}
	}
	return out, nil
}
