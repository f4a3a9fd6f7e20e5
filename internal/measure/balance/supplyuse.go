package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// SupplyUse is a pair of tables over the same products.
type SupplyUse struct {
	Supply *mat.Dense // products × sources (industries, imports, margins, taxes less subsidies)
	Use    *mat.Dense // products × uses (intermediate use by industry, then final uses)
}

// BalancedSupplyUse is a supply-use system in which each product's supply equals its use.
type BalancedSupplyUse struct {
	SupplyUse
	ProductTotals  []float64 // supply = use of each product, an outcome of the method
	ProductFactors []float64 // r: use of product p is multiplied by r_p, its supply divided by it
	Diagnostics    *Balanced // of the joint problem [Use, -Supply]
}

// SUTRAS balances supply and use jointly when only the column totals are known: supplyTotals for each
// source, useTotals for each use (their sums must be equal); product totals come out. It is GRAS on the
// stacked table [Use, -Supply] with zero row targets, which gives a product one multiplier in use and its
// inverse in supply, as in Temurshoev and Timmer 2011.
// Held cells and the names of columns count the columns of that table: uses first, then sources, which are negative in its errors.
func SUTRAS(prior SupplyUse, supplyTotals, useTotals []float64, o Options) (*BalancedSupplyUse, error) {
	if prior.Supply == nil || prior.Use == nil || prior.Supply.IsEmpty() || prior.Use.IsEmpty() {
		return nil, fault.New("balance.empty")
	}
	products, sources := prior.Supply.Dims()
	p, uses := prior.Use.Dims()
	if p != products {
		return nil, fault.New("balance.products-differ", "supply", products, "use", p)
	}
	if len(supplyTotals) != sources || len(useTotals) != uses {
		return nil, fault.New("balance.supply-use-shape", "sources", sources, "uses", uses, "supplyTotals", len(supplyTotals), "useTotals", len(useTotals))
	}
	stacked := mat.NewDense(products, uses+sources, nil)
	for i := range products {
		for j := range uses {
			stacked.Set(i, j, prior.Use.At(i, j))
		}
		for j := range sources {
			stacked.Set(i, uses+j, -prior.Supply.At(i, j))
		}
	}
	targets := append(clone(useTotals), supplyTotals...)
	for j := range sources {
		targets[uses+j] = -supplyTotals[j]
	}
	gap := sum(useTotals) - sum(supplyTotals)
	if o.Gap == RefuseGap && math.Abs(gap) > 1e-9*absSum(targets) {
		return nil, fault.New("balance.supply-use-totals", "supply", num(sum(supplyTotals)), "use", num(sum(useTotals)), "gap", num(gap))
	}
	if gap != 0 && o.Gap != RefuseGap { // the declared side (columns: uses; rows: supply) moves to the other
		moved := targets[:uses]
		if o.Gap == ScaleRows {
			moved = targets[uses:]
		}
		spread(moved, -gap)
	}
	o.Gap = RefuseGap
	b, err := GRAS(stacked, make([]float64, products), targets, o)
	if err != nil {
		return nil, err
	}
	out := &BalancedSupplyUse{
		SupplyUse:      SupplyUse{Supply: mat.NewDense(products, sources, nil), Use: mat.NewDense(products, uses, nil)},
		ProductTotals:  make([]float64, products),
		ProductFactors: b.RowFactors,
		Diagnostics:    b,
	}
	for i := range products {
		for j := range uses {
			out.Use.Set(i, j, b.Matrix.At(i, j))
			out.ProductTotals[i] += b.Matrix.At(i, j)
		}
		for j := range sources {
			if x := b.Matrix.At(i, uses+j); x != 0 {
				out.Supply.Set(i, j, -x)
			}
		}
	}
	return out, nil
}
