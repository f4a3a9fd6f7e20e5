package regional

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Link says that a share of one unit of the old territory belongs to one unit of the new.
type Link struct {
	From, To int
	Share    float64 // of the old unit; 1 for a whole unit
}

// Map restates additive figures from one territory to another, for instance from 63 provinces to 34.
type Map struct {
	From, To []string
	Links    []Link
}

// Check refuses a map that would create or lose part of a unit: the shares of each old unit add to 1 and
// each new unit has at least one link.
func (m Map) Check() error {
	if len(m.From) == 0 || len(m.To) == 0 {
		return fault.New("regional.empty")
	}
	given, reached := make([]float64, len(m.From)), make([]bool, len(m.To))
	for _, l := range m.Links {
		if l.From < 0 || l.From >= len(m.From) || l.To < 0 || l.To >= len(m.To) {
			return fault.New("regional.link-outside", "from", l.From+1, "to", l.To+1)
		}
		if !(l.Share >= 0 && l.Share <= 1+1e-12) {
			return fault.New("regional.bad-share", "what", m.From[l.From], "value", num(l.Share))
		}
		given[l.From] += l.Share
		reached[l.To] = true
	}
	for i, g := range given {
		if math.Abs(g-1) > 1e-9 {
			return fault.New("regional.shares-not-one", "unit", m.From[i], "sum", num(g))
		}
	}
	for i, r := range reached {
		if !r {
			return fault.New("regional.unreached", "unit", m.To[i])
		}
	}
	return nil
}

// Whole says of each new unit whether it is made of whole old ones: then its figure is a sum, else it is an estimate.
func (m Map) Whole() []bool {
	out := slices.Repeat([]bool{true}, len(m.To))
	for _, l := range m.Links {
		out[l.To] = out[l.To] && (math.Abs(l.Share-1) <= 1e-12 || l.Share == 0)
	}
	return out
}

// Restate brings a table with one row an old unit to the new territory: sums of shares, so that column
// totals are kept.
func (m Map) Restate(values *mat.Dense) (*mat.Dense, error) {
	return m.apply(values, func(s float64) float64 { return s })
}

// RestateVariances brings variances along, taking the errors of old units as independent: they are weighted by
// squared shares.
func (m Map) RestateVariances(variances *mat.Dense) (*mat.Dense, error) {
	if variances != nil && !variances.IsEmpty() {
		if err := checkCells("variances", variances, m.From, nil, false); err != nil {
			return nil, err
		}
	}
	return m.apply(variances, func(s float64) float64 { return s * s })
}

func (m Map) apply(values *mat.Dense, weight func(float64) float64) (*mat.Dense, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if values == nil || values.IsEmpty() {
		return nil, fault.New("regional.empty")
	}
	rows, cols := values.Dims()
	if rows != len(m.From) {
		return nil, fault.New("regional.shape", "what", "values", "rows", rows, "columns", cols, "provinces", len(m.From), "industries", cols)
	}
	if err := checkCells("values", values, m.From, nil, true); err != nil {
		return nil, err
	}
	out := mat.NewDense(len(m.To), cols, nil)
	for _, l := range m.Links {
		w := weight(l.Share)
		for j := range cols {
			out.Set(l.To, j, out.At(l.To, j)+w*values.At(l.From, j))
		}
	}
	return out, nil
}

// Reverse gives the map back from the new territory to the old, in which each new unit is split in
// proportion to an indicator of the old ones (what they had before the merger). Figures obtained
// this way are estimates.
func (m Map) Reverse(indicator []float64) (Map, error) {
	if err := m.Check(); err != nil {
		return Map{}, err
	}
	if len(indicator) != len(m.From) {
		return Map{}, fault.New("regional.shape", "what", "indicator", "rows", len(indicator), "columns", 1, "provinces", len(m.From), "industries", 1)
	}
	if err := checkList("indicator", indicator, m.From, false); err != nil {
		return Map{}, err
	}
	total := make([]float64, len(m.To))
	for _, l := range m.Links {
		total[l.To] += l.Share * indicator[l.From]
	}
	out := Map{From: m.To, To: m.From}
	for _, l := range m.Links {
		if total[l.To] == 0 {
			return Map{}, fault.New("regional.no-indicator", "industry", m.To[l.To], "value", "")
		}
		out.Links = append(out.Links, Link{l.To, l.From, l.Share * indicator[l.From] / total[l.To]})
	}
	return out, nil
}
