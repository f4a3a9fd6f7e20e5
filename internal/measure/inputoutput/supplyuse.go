package inputoutput

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// SupplyUse is a rectangular pair of tables in one unit of money: m industries make and use p products. Make is at basic
// prices; Use and Final must be at the same prices and of the same origin as each other. To compare supply with use at
// purchasers' prices give Added, what lies between output and supply (imports, margins, taxes less subsidies on products).
type SupplyUse struct {
	Products   []string
	Industries []string
	Make       *mat.Dense // m × p: what each industry makes
	Use        *mat.Dense // p × m: what each industry uses
	Final      []Column   // p each
	Primary    []Row      // m each
	Added      []Column   // p each
}

// Check refuses parts that do not fit together or hold a NaN or an infinity.
func (s *SupplyUse) Check() error {
	p, m := len(s.Products), len(s.Industries)
	if p == 0 || m == 0 || s.Make == nil || s.Use == nil {
		return fault.New("inputoutput.empty-table")
	}
	for _, codes := range [][]string{s.Products, s.Industries} {
		seen := map[string]bool{}
		for _, c := range codes {
			if seen[c] {
				return fault.New("inputoutput.code-twice", "code", c)
			}
			seen[c] = true
		}
	}
	check := func(what string, a *mat.Dense, rows, columns []string) error {
		if r, c := a.Dims(); r != len(rows) || c != len(columns) {
			return fault.New("inputoutput.shape-rectangular", "what", what, "rows", r, "columns", c, "wantRows", len(rows), "wantColumns", len(columns))
		}
		for i, row := range rows {
			for j, v := range a.RawRowView(i) {
				if !finite(v) {
					return fault.New("inputoutput.not-finite", "row", row, "column", columns[j])
				}
			}
		}
		return nil
	}
	if err := check("make", s.Make, s.Industries, s.Products); err != nil {
		return err
	}
	if err := check("use", s.Use, s.Products, s.Industries); err != nil {
		return err
	}
	products, industries := Table{Codes: s.Products}, Table{Codes: s.Industries}
	for _, set := range [][]Column{s.Final, s.Added} {
		for _, f := range set {
			if err := products.checkVector(f.Values, f.Code, false); err != nil {
				return err
			}
		}
	}
	for _, r := range s.Primary {
		if err := industries.checkVector(r.Values, r.Code, true); err != nil {
			return err
		}
	}
	return nil
}

// IndustryOutput gives g (m), the row sums of Make.
func (s *SupplyUse) IndustryOutput() []float64 { return rowSums(s.Make) }

// ProductOutput gives q (p), the column sums of Make.
func (s *SupplyUse) ProductOutput() []float64 { return columnSums(s.Make) }

// ValueAdded sums the value-added rows (m).
func (s *SupplyUse) ValueAdded() ([]float64, error) {
	t := Table{Codes: s.Industries, Primary: s.Primary}
	return t.ValueAdded()
}

// Reconcile compares, for every product, supply (output and what is added) with use and, for every industry, output with inputs.
// Differences above the tolerance are findings.
func (s *SupplyUse) Reconcile(tolerance float64) []Finding {
	var out []Finding
	supply := s.ProductOutput()
	for _, c := range s.Added {
		addTo(supply, c.Values)
	}
	use := rowSums(s.Use)
	for _, f := range s.Final {
		addTo(use, f.Values)
	}
	for i, c := range s.Products {
		if d := use[i] - supply[i]; math.Abs(d) > tolerance {
			out = append(out, Finding{"row", c, supply[i], use[i], d})
		}
	}
	inputs := Table{Codes: s.Industries, Z: s.Use, Primary: s.Primary}
	if inputs.money() {
		g := s.IndustryOutput()
		for j, v := range inputs.ColumnTotals() {
			if d := v - g[j]; math.Abs(d) > tolerance {
				out = append(out, Finding{"column", s.Industries[j], g[j], v, d})
			}
		}
	}
	return out
}

// Transformation names the assumption that turns supply and use into a symmetric table (Eurostat Manual, chapter 11).
type Transformation string

// The four models.
const (
	ModelA Transformation = "A" // product × product, product technology: a product is made the same way wherever it is made
	ModelB Transformation = "B" // product × product, industry technology: an industry makes all its products the same way
	ModelC Transformation = "C" // industry × industry, fixed industry sales: an industry's products sell alike
	ModelD Transformation = "D" // industry × industry, fixed product sales: a product sells alike whoever makes it
)

// Symmetric makes the input-output table of a model. A and C need as many products as industries and may give negative
// flows, which NewModel warns of; B and D never do for a non-negative pair. A product that nobody makes has a zero column
// of market shares: its row stays as it is in A and B, and in D its uses become a primary row "not-produced" of kind Import.
// Totals are kept: the value added of the result is that of the pair.
func (s *SupplyUse) Symmetric(model Transformation, origin Origin) (*Table, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	p, m := len(s.Products), len(s.Industries)
	q, g := s.ProductOutput(), s.IndustryOutput()
	switch model {
	case ModelA:
		// T = V⁻ᵀ·q̂ (m × p): V'·T = q̂.
		t, err := s.perProduct(diagonal(q), model)
		if err != nil {
			return nil, err
		}
		return s.products(t, q, origin), nil
	case ModelB:
		// T = ĝ⁻¹·V (m × p): the structure of each industry's output. Inputs of an industry that makes nothing would vanish.
		for j, u := range columnSums(s.Use) {
			if g[j] == 0 && u != 0 {
				return nil, fault.New("inputoutput.uses-without-output", "code", s.Industries[j], "value", u)
			}
		}
		t := mat.DenseCopyOf(s.Make)
		t.Apply(func(i, _ int, v float64) float64 { return quotient(v, g[i]) }, t)
		return s.products(t, q, origin), nil
	case ModelC:
		// T = ĝ·V⁻ᵀ (m × p), so Tᵀ = V⁻¹·ĝ: V·Tᵀ = ĝ.
		if p != m {
			return nil, fault.New("inputoutput.needs-square", "model", string(model), "products", p, "industries", m)
		}
		var tt mat.Dense
		if err := solveDense(&tt, s.Make, diagonal(g)); err != nil {
			return nil, err
		}
		return s.industries(mat.DenseCopyOf(tt.T()), g, origin), nil
	case ModelD:
		// T = V·q̂⁻¹ (m × p): market shares.
		out := s.industries(s.MarketShares(), g, origin)
		unmade := make([]float64, m)
		for i, made := range q {
			if made == 0 {
				addTo(unmade, s.Use.RawRowView(i))
			}
		}
		if maxAbs(unmade) > 0 {
			out.Primary = append(append([]Row(nil), out.Primary...), Row{"not-produced", Import, unmade})
		}
		return out, nil
	}
	return nil, fault.New("inputoutput.bad-model", "model", string(model))
}

// MarketShares gives D = V·q̂⁻¹ (m × p): the share of each industry in the output of each product, zero columns where
// nothing is made.
func (s *SupplyUse) MarketShares() *mat.Dense { return scaleColumns(s.Make, s.ProductOutput()) }

func (s *SupplyUse) perProduct(b *mat.Dense, model Transformation) (*mat.Dense, error) {
	if p, m := len(s.Products), len(s.Industries); p != m {
		return nil, fault.New("inputoutput.needs-square", "model", string(model), "products", p, "industries", m)
	}
	var t mat.Dense
	if err := solveDense(&t, mat.DenseCopyOf(s.Make.T()), b); err != nil {
		return nil, err
	}
	return &t, nil
}

func solveDense(dst, a, b *mat.Dense) error {
	var lu mat.LU
	lu.Factorize(a)
	if c := lu.Cond(); !(c < 1e14) {
		return fault.New("inputoutput.make-singular")
	}
	return lu.SolveTo(dst, false, b)
}

// products makes a product × product table with Z = U·T and primary inputs W·T.
func (s *SupplyUse) products(t *mat.Dense, q []float64, origin Origin) *Table {
	out := &Table{Codes: s.Products, Origin: origin, Final: s.Final, Output: q, Z: new(mat.Dense)}
	out.Z.Mul(s.Use, t)
	for _, r := range s.Primary {
		v := mat.NewVecDense(len(q), nil)
		v.MulVec(t.T(), mat.NewVecDense(len(r.Values), r.Values))
		out.Primary = append(out.Primary, Row{r.Code, r.Kind, v.RawVector().Data})
	}
	return out
}

// industries makes an industry × industry table with Z = T·U and final use T·F.
func (s *SupplyUse) industries(t *mat.Dense, g []float64, origin Origin) *Table {
	out := &Table{Codes: s.Industries, Origin: origin, Primary: s.Primary, Output: g, Z: new(mat.Dense)}
	out.Z.Mul(t, s.Use)
	for _, f := range s.Final {
		v := mat.NewVecDense(len(g), nil)
		v.MulVec(t, mat.NewVecDense(len(f.Values), f.Values))
		out.Final = append(out.Final, Column{f.Code, v.RawVector().Data})
	}
	return out
}

func diagonal(v []float64) *mat.Dense {
	out := mat.NewDense(len(v), len(v), nil)
	for i, x := range v {
		out.Set(i, i, x)
	}
	return out
}

func quotient(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
