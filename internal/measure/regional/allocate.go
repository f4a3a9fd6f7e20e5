package regional

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Indicator is a measure of where an industry works: revenue, payroll or employment of establishments,
// as provinces × industries.
type Indicator struct {
	Name   string
	Values *mat.Dense
}

// Allocation is national value added spread over provinces.
type Allocation struct {
	Values *mat.Dense // provinces × industries, in the unit of the national figures
	Used   []int      // which indicator each industry was spread by; -1 when there was nothing to spread
}

// Allocate spreads each national industry figure over provinces in proportion to the first indicator that
// has a positive total for it: the regional accounts method. Each industry's provinces add to the nation
// to the last bit. A province with indicator 0 gets 0.
//
// Errors: an industry without any indicator (named), negative or missing indicators, shapes.
func Allocate(national []float64, indicators []Indicator, names Names) (*Allocation, error) {
	if len(indicators) == 0 || indicators[0].Values == nil || indicators[0].Values.IsEmpty() {
		return nil, fault.New("regional.empty")
	}
	provinces, industries := indicators[0].Values.Dims()
	if err := checkList("national", national, names.Industries, true); err != nil {
		return nil, err
	}
	for _, ind := range indicators {
		if ind.Values == nil {
			return nil, fault.New("regional.empty")
		}
		if r, c := ind.Values.Dims(); r != provinces || c != industries || c != len(national) {
			return nil, fault.New("regional.shape", "what", ind.Name, "rows", r, "columns", c, "provinces", provinces, "industries", len(national))
		}
		if err := checkCells(ind.Name, ind.Values, names.Provinces, names.Industries, false); err != nil {
			return nil, err
		}
	}
	out := &Allocation{Values: mat.NewDense(provinces, industries, nil), Used: make([]int, industries)}
	for j, total := range national {
		out.Used[j] = -1
		for k, ind := range indicators {
			weights := mat.Col(nil, j, ind.Values)
			if mat.Sum(ind.Values.ColView(j)) > 0 {
				out.Used[j] = k
				out.Values.SetCol(j, shared(total, weights))
				break
			}
		}
		if out.Used[j] < 0 && total != 0 {
			return nil, fault.New("regional.no-indicator", "industry", nameOf(names.Industries, j), "value", num(total))
		}
	}
	return out, nil
}

// Firm is an enterprise that reports where its head office is but works elsewhere too.
type Firm struct {
	Name     string
	Home     int     // province in which Value is reported
	Industry int     // position of its industry
	Value    float64 // reported figure to be spread, in the unit of the table
	Work     []Work  // where it works
}

// Work is the measure (employment, payroll) of one firm in one province, the home province included.
type Work struct {
	Province int
	Amount   float64
}

// Adjusted is a table after the head-office adjustment.
type Adjusted struct {
	Values *mat.Dense // provinces × industries
	Moved  *mat.Dense // Values - reported: what each province gained or lost
}

// HeadOffice moves the figures of firms from the province of their head office to the provinces in which
// they work, in proportion to their work there. keep (0 to 1) is the share that stays with the head
// office as its own activity. National totals of industries do not change.
//
// Errors: a firm without work anywhere, a firm that reports more than its home province's industry has.
func HeadOffice(reported *mat.Dense, firms []Firm, keep float64, names Names) (*Adjusted, error) {
	if reported == nil || reported.IsEmpty() {
		return nil, fault.New("regional.empty")
	}
	if err := checkCells("reported", reported, names.Provinces, names.Industries, true); err != nil {
		return nil, err
	}
	if !(keep >= 0 && keep <= 1) {
		return nil, fault.New("regional.bad-share", "what", "keep", "value", num(keep))
	}
	provinces, industries := reported.Dims()
	moved := mat.NewDense(provinces, industries, nil)
	taken := mat.NewDense(provinces, industries, nil)
	for _, f := range firms {
		if f.Home < 0 || f.Home >= provinces || f.Industry < 0 || f.Industry >= industries {
			return nil, fault.New("regional.firm-outside", "firm", f.Name)
		}
		if !finite(f.Value) || f.Value < 0 {
			return nil, fault.New("regional.negative", "what", "firm", "where", f.Name, "value", num(f.Value))
		}
		weights, total := make([]float64, provinces), 0.0
		for _, w := range f.Work {
			if w.Province < 0 || w.Province >= provinces {
				return nil, fault.New("regional.firm-outside", "firm", f.Name)
			}
			if !finite(w.Amount) || w.Amount < 0 {
				return nil, fault.New("regional.negative", "what", "work", "where", f.Name, "value", num(w.Amount))
			}
			weights[w.Province] += w.Amount
			total += w.Amount
		}
		if total == 0 {
			return nil, fault.New("regional.no-work", "firm", f.Name)
		}
		taken.Set(f.Home, f.Industry, taken.At(f.Home, f.Industry)+f.Value)
		spread := f.Value * (1 - keep)
		for p, x := range shared(spread, weights) {
			moved.Set(p, f.Industry, moved.At(p, f.Industry)+x)
		}
		moved.Set(f.Home, f.Industry, moved.At(f.Home, f.Industry)-spread)
	}
	for p := range provinces {
		for j := range industries {
			if t, r := taken.At(p, j), reported.At(p, j); t > 0 && t > r*(1+1e-12) {
				return nil, fault.New("regional.firms-exceed", "province", nameOf(names.Provinces, p), "industry", nameOf(names.Industries, j), "firms", num(t), "reported", num(r))
			}
		}
	}
	out := &Adjusted{Values: mat.NewDense(provinces, industries, nil), Moved: moved}
	out.Values.Add(reported, moved)
	return out, nil
}
