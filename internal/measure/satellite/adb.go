package satellite

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// ADB is the input-output equation of the Asian Development Bank (2021), on M = v̂·L·ŷ:
//
//	backward (digital columns) + forward (digital rows) − what both hold + fixed investment of digital industries
//
// in other products. The literal form takes away the diagonal cells only, as printed; the block form takes away the whole
// digital × digital block, and is the only one that does not depend on how digital industries are subdivided. Use a
// domestic table: imports in A and y overstate the backward term.
type ADB struct {
	Model   *inputoutput.Model
	Digital List
	On      stat.Date
	// Investment r (by product, in [0,1]) is the share of final demand for a product that is fixed investment by digital
	// industries; nil means zero, the honest default where no capital-flow matrix exists. Its meaning is a reading of
	// the source, not confirmed in print.
	Investment []float64
	BlockOnly  bool // leave the literal form out: it needs one solution a digital industry, the block form one in all
}

// ADBAccount is the result, in the unit of the table.
type ADBAccount struct {
	List        string  `json:"list"`
	Own         float64 `json:"own"` // value added of the digital industries, from the table
	Backward    float64 `json:"backward"`
	Forward     float64 `json:"forward"` // from the solution; equals Own
	DoubleCount float64 `json:"doubleCount"`
	Diagonal    Maybe   `json:"diagonal"`
	Capital     float64 `json:"capital"`
	Block       float64 `json:"total"`
	Literal     Maybe   `json:"literal"`
	Difference  Maybe   `json:"difference"` // Literal − Block: what the literal form counts twice
	GDP         float64 `json:"gdp"`        // value added of all industries, basic prices
	Share       Maybe   `json:"share"`      // Block / GDP
	// ByIndustry adds to Block: own value added where the industry is digital, elsewhere what it adds to digital final use
	// and to the investment of digital industries.
	ByIndustry []float64      `json:"byIndustry"`
	Bound      float64        `json:"bound"` // largest proven relative error of the solutions used
	Checks     []Check        `json:"checks"`
	Warnings   []*fault.Error `json:"-"`
}

// Compute gives the account from three solutions of the system, without M itself.
func (a ADB) Compute() (ADBAccount, error) {
	m := a.Model
	n := m.Table.N()
	in, err := a.Digital.members(m.Table.Codes, a.On)
	if err != nil {
		return ADBAccount{}, err
	}
	va, err := m.Table.ValueAdded()
	if err != nil {
		return ADBAccount{}, err
	}
	v, err := m.Coefficients(va)
	if err != nil {
		return ADBAccount{}, err
	}
	if a.Investment != nil {
		if err := lengths(n, sized{"investment", len(a.Investment)}); err != nil {
			return ADBAccount{}, err
		}
	}
	digital, other := make([]float64, n), make([]float64, n) // y∘e1 and y∘r∘e2
	for j, y := range m.Final {
		if in[j] {
			digital[j] = y
		}
		if a.Investment == nil {
			continue
		}
		if r := a.Investment[j]; !(r >= 0 && r <= 1) {
			return ADBAccount{}, fault.New("satellite.coefficient-outside", "code", m.Table.Codes[j], "value", r)
		} else if !in[j] {
			other[j] = y * r
		}
	}
	out := ADBAccount{List: a.Digital.ID, ByIndustry: make([]float64, n), Warnings: m.Warnings}
	sides := mat.NewDense(n, 3, nil)
	sides.SetCol(0, m.Final)
	sides.SetCol(1, digital)
	sides.SetCol(2, other)
	solved, how, err := m.SolveMany(sides, false)
	if err != nil {
		return ADBAccount{}, err
	}
	out.Bound = how.Bound
	whole, back, capital := mat.Col(nil, 0, solved), mat.Col(nil, 1, solved), mat.Col(nil, 2, solved)
	flow := 0.0
	for i := range n {
		out.GDP += va[i]
		flow += v[i] * whole[i]
		out.Backward += v[i] * back[i]
		if in[i] {
			out.Own += va[i]
			out.Forward += v[i] * whole[i]
			out.DoubleCount += v[i] * back[i]
			out.ByIndustry[i] = va[i]
		} else {
			out.Capital += v[i] * capital[i]
			out.ByIndustry[i] = v[i] * (back[i] + capital[i])
		}
	}
	out.Block = out.Backward + out.Forward - out.DoubleCount + out.Capital
	out.Share = over(inputoutput.Known(out.Block), inputoutput.Known(out.GDP))
	if !a.BlockOnly {
		if err := a.literal(&out, v, in); err != nil {
			return ADBAccount{}, err
		}
	}
	sum := 0.0
	for _, x := range out.ByIndustry {
		sum += x
	}
	out.Checks = []Check{check("forward-is-own", out.Forward, out.Own), check("flow-is-gdp", flow, out.GDP), check("industries-add", sum, out.Block)}
	return out, nil
}

// literal adds the diagonal cells M_kk of the digital industries.
func (a ADB) literal(out *ADBAccount, v []float64, in []bool) error {
	m := a.Model
	var at []int
	for k, d := range in {
		if d {
			at = append(at, k)
		}
	}
	diagonal := 0.0
	if len(at) > 0 {
		sides := mat.NewDense(len(in), len(at), nil)
		for c, k := range at {
			sides.Set(k, c, 1)
		}
		l, how, err := m.SolveMany(sides, false)
		if err != nil {
			return err
		}
		out.Bound = max(out.Bound, how.Bound)
		for c, k := range at {
			diagonal += v[k] * l.At(k, c) * m.Final[k]
		}
	}
	out.Diagonal = inputoutput.Known(diagonal)
	out.Literal = inputoutput.Known(out.Backward + out.Forward - diagonal + out.Capital)
	out.Difference = inputoutput.Known(out.DoubleCount - diagonal)
	return nil
}
