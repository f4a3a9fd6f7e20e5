package regional

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// NationalTable is a domestic input-output table: Z i + Final i = Output.
type NationalTable struct {
	Z      *mat.Dense // n × n, domestic intermediate flows
	Final  *mat.Dense // n × f, domestic final uses
	Output []float64  // n
}

// RegionalInputs say how large each region is.
type RegionalInputs struct {
	Output      *mat.Dense // regions × n; columns add to the national output
	FinalShares *mat.Dense // regions × f: shares of each final use; columns add to 1
	Friction    *mat.Dense // regions × regions, by which trade from a region to another is weighted; nil means 1
	Quotients   QuotientOptions
	MinTrade    float64 // share of each need that starts as trade, so that surpluses can leave; 0 means 0.001
}

// MultiRegionalTable holds flows between all industries of all regions.
type MultiRegionalTable struct {
	Regions, Industries, Uses int
	Z                         *mat.Dense // (regions·n) × (regions·n): seller (region, industry), buyer (region, industry)
	Final                     *mat.Dense // (regions·n) × (regions·f)
	Sweeps                    int        // of the slowest product's balance
}

// Trade adds what every region (row) sells to every other, to industries and final uses, with what it keeps on the diagonal.
func (t *MultiRegionalTable) Trade() *mat.Dense {
	n, f := t.Industries, t.Uses
	out := mat.NewDense(t.Regions, t.Regions, nil)
	for s := range t.Regions {
		for b := range t.Regions {
			out.Set(s, b, mat.Sum(t.Z.Slice(s*n, (s+1)*n, b*n, (b+1)*n))+mat.Sum(t.Final.Slice(s*n, (s+1)*n, b*f, (b+1)*f)))
		}
	}
	return out
}

// Residual is the largest difference between the uses of an industry of a region and its output, relative to the largest output.
func (t *MultiRegionalTable) Residual(output []float64) float64 {
	worst, largest := 0.0, 0.0
	for i, x := range output {
		largest = max(largest, x)
		worst = max(worst, math.Abs(mat.Sum(t.Z.RowView(i))+mat.Sum(t.Final.RowView(i))-x))
	}
	if largest == 0 {
		return 0
	}
	return worst / largest
}

// MultiRegional splits a national table over regions. What an industry of a region needs of a product is
// the national flow in proportion to its output (one technology). Of that need the location quotient says how
// much is met at home; the rest starts as trade with the other regions in proportion to their output
// and the friction. Each product is then balanced by GRAS, so that a region's sales add to its output, needs
// are met, and the sum over regions is the national table.
//
// The result is an estimate of trade that nobody observed; its margins are exact, its cells are not.
func MultiRegional(nat NationalTable, in RegionalInputs) (*MultiRegionalTable, error) {
	regions, err := checkMultiRegional(nat, in)
	if err != nil {
		return nil, err
	}
	n := len(nat.Output)
	_, f := nat.Final.Dims()
	minimum := in.MinTrade
	if minimum == 0 {
		minimum = 0.001
	}
	quotients := make([]*Quotients, regions)
	for r := range regions {
		if quotients[r], err = LocationQuotients(in.Output.RawRowView(r), nat.Output, in.Quotients); err != nil {
			return nil, err
		}
	}
	out := &MultiRegionalTable{Regions: regions, Industries: n, Uses: f,
		Z: mat.NewDense(regions*n, regions*n, nil), Final: mat.NewDense(regions*n, regions*f, nil)}
	for i := range n {
		prior, needs := mat.NewDense(regions, regions*(n+f), nil), make([]float64, regions*(n+f))
		for r := range regions {
			for j := range n + f {
				var need, home float64
				if j < n {
					if nat.Output[j] > 0 {
						need = nat.Z.At(i, j) * in.Output.At(r, j) / nat.Output[j]
					}
					home = math.Min(1, quotients[r].Matrix.At(i, j))
				} else {
					need = nat.Final.At(i, j-n) * in.FinalShares.At(r, j-n)
					home = math.Min(1, quotients[r].SLQ[i])
				}
				column := r*(n+f) + j
				needs[column] = need
				trade(prior, column, r, need, math.Min(home, 1-minimum), mat.Col(nil, i, in.Output), in.Friction)
			}
		}
		o := balance.Options{Names: balance.Names{Rows: in.Quotients.Names.Provinces}}
		b, err := balance.GRAS(prior, mat.Col(nil, i, in.Output), needs, o)
		if err != nil {
			return nil, fault.New("regional.product-not-balanced", "industry", nameOf(in.Quotients.Names.Industries, i)).Because(err)
		}
		out.Sweeps = max(out.Sweeps, b.Iterations)
		for s := range regions {
			for r := range regions {
				for j := range n {
					out.Z.Set(s*n+i, r*n+j, b.Matrix.At(s, r*(n+f)+j))
				}
				for j := range f {
					out.Final.Set(s*n+i, r*f+j, b.Matrix.At(s, r*(n+f)+n+j))
				}
			}
		}
	}
	return out, nil
}

// trade fills one column of the prior: who delivers the need of a buyer in region r.
func trade(prior *mat.Dense, column, r int, need, home float64, output []float64, friction *mat.Dense) {
	if need == 0 {
		return
	}
	var others float64
	weight := make([]float64, len(output))
	for s, x := range output {
		if s == r {
			continue
		}
		weight[s] = x
		if friction != nil {
			weight[s] *= friction.At(s, r)
		}
		others += weight[s]
	}
	switch {
	case output[r] == 0:
		home = 0
	case others == 0:
		home = 1
	}
	prior.Set(r, column, need*home)
	for s, w := range weight {
		if w > 0 {
			prior.Set(s, column, need*(1-home)*w/others)
		}
	}
}

func checkMultiRegional(nat NationalTable, in RegionalInputs) (regions int, err error) {
	n := len(nat.Output)
	if n == 0 || nat.Z == nil || nat.Final == nil || in.Output == nil || in.FinalShares == nil ||
		nat.Z.IsEmpty() || nat.Final.IsEmpty() || in.Output.IsEmpty() || in.FinalShares.IsEmpty() {
		return 0, fault.New("regional.empty")
	}
	names := in.Quotients.Names
	regions, _ = in.Output.Dims()
	_, f := nat.Final.Dims()
	type shaped struct {
		what       string
		m          *mat.Dense
		rows, cols int
	}
	tables := []shaped{{"Z", nat.Z, n, n}, {"final uses", nat.Final, n, f}, {"regional output", in.Output, regions, n}, {"final shares", in.FinalShares, regions, f}}
	if in.Friction != nil {
		tables = append(tables, shaped{"friction", in.Friction, regions, regions})
	}
	for k, s := range tables {
		if r, c := s.m.Dims(); r != s.rows || c != s.cols {
			return 0, fault.New("regional.shape", "what", s.what, "rows", r, "columns", c, "provinces", s.rows, "industries", s.cols)
		}
		rows := names.Provinces
		if k < 2 {
			rows = names.Industries
		}
		if err := checkCells(s.what, s.m, rows, nil, k < 2); err != nil {
			return 0, err
		}
	}
	if err := checkList("output", nat.Output, names.Industries, false); err != nil {
		return 0, err
	}
	if !(in.MinTrade >= 0 && in.MinTrade < 1) {
		return 0, fault.New("regional.bad-share", "what", "MinTrade", "value", num(in.MinTrade))
	}
	if err := checkBalance(nat, in, regions, f); err != nil {
		return 0, err
	}
	return regions, nil
}

// checkBalance wants every industry's uses and its regional output to add to its national output, and final shares to add to one.
func checkBalance(nat NationalTable, in RegionalInputs, regions, f int) error {
	n, names := len(nat.Output), in.Quotients.Names
	for i, x := range nat.Output {
		var used, made, mass float64
		for j := range n {
			used, mass = used+nat.Z.At(i, j), mass+math.Abs(nat.Z.At(i, j))
		}
		for j := range f {
			used, mass = used+nat.Final.At(i, j), mass+math.Abs(nat.Final.At(i, j))
		}
		for r := range regions {
			made += in.Output.At(r, i)
		}
		if math.Abs(used-x) > 1e-9*math.Max(mass, x) {
			return fault.New("regional.table-unbalanced", "industry", nameOf(names.Industries, i), "output", num(x), "uses", num(used))
		}
		if math.Abs(made-x) > 1e-9*math.Max(made, x) {
			return fault.New("regional.not-the-nation", "industry", nameOf(names.Industries, i), "nation", num(x), "regions", num(made))
		}
	}
	for j := range f {
		var s float64
		for r := range regions {
			s += in.FinalShares.At(r, j)
		}
		if math.Abs(s-1) > 1e-9 {
			return fault.New("regional.shares-not-one", "unit", nameOf(nil, j), "sum", num(s))
		}
	}
	return nil
}
