package balance

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/fault"
)

// Problem is a set of figures with variances and the identities they should satisfy.
type Problem struct {
	Values      []float64     // x (k): the figures as measured, in one unit
	Variances   []float64     // diagonal of V (k), in the unit squared; 0 holds a cell at its value
	Covariance  *mat.SymDense // the whole V (k × k) instead of Variances, for small systems
	Constraints []Constraint  // G x = h; a standard error makes a constraint soft
	NonNegative []bool        // cells that may not become negative; nil bounds none
	Names       []string      // of the cells, used in errors
}

// Path chooses how the normal equations are solved.
type Path int

// The paths give the same figures. Auto takes Direct for small systems and Sparse for others; where
// Sparse would not fit, and where it meets a contradiction, Iterative steps in.
const (
	Auto      Path = iota
	Direct         // rank-revealing QR of V^½ G'
	Sparse         // elimination of constraints that share no cell, then Cholesky with pivoting by block
	Iterative      // conjugate gradients without forming G V G'
)

// StoneOptions of Reconcile. The zero value is the documented default.
type StoneOptions struct {
	Path          Path
	Tolerance     float64 // largest constraint residual relative to its size; 0 means 1e-10
	MaxIterations int     // of conjugate gradients; 0 chooses by size
}

// Reconciled are the adjusted figures with everything needed to explain and to doubt them.
type Reconciled struct {
	Values        []float64 // x* (k)
	Multipliers   []float64 // μ (c): x* = x - V G' μ where no bound binds
	Discrepancies []float64 // G x - h before adjustment (c)
	Standardised  []float64 // discrepancy over its standard deviation under the declared variances (c)
	Flagged       []int     // constraints with |standardised| > 3: for a person to look at
	ChiSquare     float64   // d'(G V G' + Σ)⁺ d, the size of all discrepancies together
	DF            int       // its degrees of freedom: the rank, or the number of constraints when RankKnown is false
	PValue        float64   // P(χ² > ChiSquare); 0 and not meaningful when RankKnown is false
	RankKnown     bool      // false when conjugate gradients were used
	Redundant     []int     // constraints implied by others, where RankKnown
	Bound         []int     // cells held at zero by NonNegative
	Iterations    int       // of conjugate gradients or of the bounded search; 0 when solved directly
	MaxResidual   float64   // largest relative residual of a hard constraint
	normal        *normal
}

// Reconcile finds the figures x* that satisfy the constraints and lie closest to x in the metric of V:
//
//	x* = x - V G' (G V G' + Σ)⁺ (G x - h)
//
// with Σ the variances of soft constraints. Redundant constraints are fine; contradicting ones are an
// error that names them; a cell with variance 0 does not move by one bit. When a NonNegative cell would
// turn negative the bounded quadratic programme is solved instead and the binding cells are listed.
// Sources: Stone, Champernowne and Meade 1942; Byron 1978.
func Reconcile(p Problem, o StoneOptions) (*Reconciled, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	e := newNormal(p, o)
	r := &Reconciled{Values: clone(p.Values), normal: e}
	r.Discrepancies = make([]float64, len(p.Constraints))
	e.g.mul(r.Discrepancies, p.Values)
	for k, c := range p.Constraints {
		r.Discrepancies[k] -= c.Value
	}
	if err := e.fixedRows(r.Discrepancies); err != nil {
		return nil, err
	}
	if err := e.prepare(); err != nil {
		return nil, err
	}
	for {
		mu, iterations, err := e.solve(r.Discrepancies, true)
		if err != nil {
			return nil, err
		}
		e.move(r.Values, mu)
		r.Multipliers, r.Iterations = mu, iterations+e.refine(r.Values, mu)
		if _, sparse := e.f.(*reduced); !sparse || e.residual(r.Values) <= e.tolerance {
			break
		}
		e.f = nil // a nearly redundant constraint passed for redundant: conjugate gradients see finer
		copy(r.Values, p.Values)
	}
	r.describe(p)
	if bound := p.below(r.Values); bound {
		if err := r.bounded(p, o); err != nil {
			return nil, err
		}
	}
	r.MaxResidual = e.residual(r.Values)
	return r, nil
}

// ProportionalVariances gives V = diag(|x|), the least-squares counterpart of raking. A zero cell stays zero.
func ProportionalVariances(x []float64) []float64 {
	v := make([]float64, len(x))
	for i := range x {
		v[i] = math.Abs(x[i])
	}
	return v
}

// VariancesFromCV gives V = diag((c x)²) from coefficients of variation c, as fractions.
func VariancesFromCV(x, cv []float64) ([]float64, error) {
	if len(x) != len(cv) {
		return nil, fault.New("balance.variance-shape", "cells", len(x), "variances", len(cv))
	}
	v := make([]float64, len(x))
	for i := range x {
		if !finite(cv[i]) || cv[i] < 0 {
			return nil, fault.New("balance.negative-variance", "cell", nameOf(nil, i), "value", num(cv[i]))
		}
		v[i] = AsCV.Variance(x[i], cv[i])
	}
	return v, nil
}

// VarianceOf gives the posterior variance of a weighted sum of cells:
// w'Vw - (G V w)'(G V G' + Σ)⁺(G V w). Cells at a bound count as fixed.
func (r *Reconciled) VarianceOf(w []Term) (float64, error) {
	e := r.normal
	x := make([]float64, e.g.cells)
	for _, t := range w {
		if t.Cell < 0 || t.Cell >= e.g.cells {
			return 0, fault.New("balance.unknown-cell", "constraint", "", "cell", t.Cell+1, "cells", e.g.cells)
		}
		x[t.Cell] += t.Coefficient
	}
	vw := make([]float64, e.g.cells)
	e.applyV(vw, x)
	var prior float64
	for i := range x {
		prior += x[i] * vw[i]
	}
	gvw := make([]float64, e.g.rows())
	e.g.mul(gvw, vw)
	explained, err := e.form(gvw)
	if err != nil {
		return 0, err
	}
	return math.Max(0, prior-explained), nil
}

// Variances gives the posterior variance of each listed cell, or of all cells when none is listed: one
// solve a cell.
func (r *Reconciled) Variances(cells ...int) ([]float64, error) {
	if len(cells) == 0 {
		cells = make([]int, r.normal.g.cells)
		for i := range cells {
			cells[i] = i
		}
	}
	out := make([]float64, len(cells))
	for i, c := range cells {
		v, err := r.VarianceOf([]Term{{c, 1}})
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// Covariance gives the whole posterior covariance (k × k), for systems solved directly.
func (r *Reconciled) Covariance() (*mat.SymDense, error) {
	e := r.normal
	qr, small := e.f.(*pivoted)
	if !small {
		return nil, fault.New("balance.covariance-too-large", "cells", e.g.cells)
	}
	k := e.g.cells
	half := make([][]float64, k) // R11^-T (G V e_i), whose inner products are what the constraints explain
	unit, vw, gvw := make([]float64, k), make([]float64, k), make([]float64, e.g.rows())
	prior := mat.NewSymDense(k, nil)
	for i := range k {
		clear(unit)
		unit[i] = 1
		e.applyV(vw, unit)
		for j := i; j < k; j++ {
			prior.SetSym(i, j, vw[j])
		}
		e.g.mul(gvw, vw)
		half[i] = qr.half(gvw)
	}
	for i := range k {
		for j := i; j < k; j++ {
			var s float64
			for l := range half[i] {
				s += half[i][l] * half[j][l]
			}
			x := prior.At(i, j) - s
			if i == j {
				x = math.Max(0, x)
			}
			prior.SetSym(i, j, x)
		}
	}
	return prior, nil
}

func (p Problem) check() error {
	k := len(p.Values)
	if k == 0 {
		return fault.New("balance.empty")
	}
	if err := checkVector("values", p.Names, p.Values); err != nil {
		return err
	}
	switch {
	case p.Covariance != nil && p.Variances != nil:
		return fault.New("balance.two-variances")
	case p.Covariance != nil:
		if n := p.Covariance.SymmetricDim(); n != k {
			return fault.New("balance.variance-shape", "cells", k, "variances", n)
		}
		if k > mostCovariance {
			return fault.New("balance.covariance-too-large", "cells", k)
		}
		for i := range k {
			for j := i; j < k; j++ {
				if !finite(p.Covariance.At(i, j)) {
					return fault.New("balance.not-finite", "what", "covariance", "where", nameOf(p.Names, i)+" × "+nameOf(p.Names, j))
				}
			}
		}
	case len(p.Variances) != k:
		return fault.New("balance.variance-shape", "cells", k, "variances", len(p.Variances))
	}
	for i, v := range p.Variances {
		if !finite(v) || v < 0 {
			return fault.New("balance.negative-variance", "cell", nameOf(p.Names, i), "value", num(v))
		}
	}
	if p.NonNegative != nil {
		if len(p.NonNegative) != k {
			return fault.New("balance.bounds-shape", "cells", k, "bounds", len(p.NonNegative))
		}
		for i, b := range p.NonNegative {
			if b && p.Covariance == nil && p.Variances[i] == 0 && p.Values[i] < 0 {
				return fault.New("balance.fixed-negative", "cell", nameOf(p.Names, i), "value", num(p.Values[i]))
			}
		}
	}
	return checkConstraints(p.Constraints, k)
}

func (p Problem) below(x []float64) bool {
	for i, b := range p.NonNegative {
		if b && x[i] < 0 {
			return true
		}
	}
	return false
}

// describe fills the statistics of the discrepancies.
func (r *Reconciled) describe(p Problem) {
	e := r.normal
	r.Standardised = make([]float64, len(p.Constraints))
	for k, d := range r.Discrepancies {
		r.ChiSquare += d * r.Multipliers[k]
		if e.diagonal[k] > 0 {
			r.Standardised[k] = d / math.Sqrt(e.diagonal[k])
			if math.Abs(r.Standardised[k]) > 3 {
				r.Flagged = append(r.Flagged, k)
			}
		}
	}
	r.ChiSquare = math.Max(0, r.ChiSquare)
	if e.f != nil {
		r.RankKnown, r.DF, r.Redundant = true, e.f.size(), e.f.dependent()
	} else {
		for _, d := range e.diagonal {
			if d > 0 {
				r.DF++
			}
		}
	}
	if r.RankKnown {
		r.PValue = 1
		if r.DF > 0 {
			r.PValue = distuv.ChiSquared{K: float64(r.DF)}.Survival(r.ChiSquare)
		}
	}
}

// inconsistent names the constraints that cannot hold together.
func inconsistent(cs []Constraint, rows []int, gap float64) error {
	names := make([]string, len(rows))
	for i, k := range rows {
		names[i] = constraintName(cs, k)
	}
	return fault.New("balance.inconsistent", "constraints", strings.TrimSpace(listed(names)), "gap", num(gap))
}
