package balance

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Term is one coefficient of a constraint on the cells of a vector.
type Term struct {
	Cell        int
	Coefficient float64
}

// Constraint says that a weighted sum of cells has a value: exactly when SE is 0, otherwise with that
// standard error.
type Constraint struct {
	Name  string
	Terms []Term
	Value float64
	SE    float64 // standard error of Value, in its unit
}

// MarginConstraints writes the margins of a matrix (m × n, cells numbered row by row) as constraints.
// The standard errors may be nil: the margins then hold exactly. The total of row A is named "A,+" and
// that of column A "+,A".
func MarginConstraints(rows, cols, rowSE, colSE []float64, names Names) ([]Constraint, error) {
	m, n := len(rows), len(cols)
	if (rowSE != nil && len(rowSE) != m) || (colSE != nil && len(colSE) != n) {
		return nil, fault.New("balance.se-shape", "rows", m, "columns", n, "rowSE", len(rowSE), "columnSE", len(colSE))
	}
	out := make([]Constraint, 0, m+n)
	for i := range m {
		c := Constraint{Name: nameOf(names.Rows, i) + ",+", Value: rows[i], Terms: make([]Term, n)}
		if rowSE != nil {
			c.SE = rowSE[i]
		}
		for j := range n {
			c.Terms[j] = Term{i*n + j, 1}
		}
		out = append(out, c)
	}
	for j := range n {
		c := Constraint{Name: "+," + nameOf(names.Columns, j), Value: cols[j], Terms: make([]Term, m)}
		if colSE != nil {
			c.SE = colSE[j]
		}
		for i := range m {
			c.Terms[i] = Term{i*n + j, 1}
		}
		out = append(out, c)
	}
	return out, nil
}

func constraintName(cs []Constraint, k int) string {
	if cs[k].Name != "" {
		return cs[k].Name
	}
	return nameOf(nil, k)
}

func checkConstraints(cs []Constraint, cells int) error {
	for k, c := range cs {
		if !finite(c.Value) || !finite(c.SE) {
			return fault.New("balance.not-finite", "what", "constraint", "where", constraintName(cs, k))
		}
		if c.SE < 0 {
			return fault.New("balance.negative-se", "constraint", constraintName(cs, k), "value", num(c.SE))
		}
		for _, t := range c.Terms {
			if !finite(t.Coefficient) {
				return fault.New("balance.not-finite", "what", "constraint", "where", constraintName(cs, k))
			}
			if t.Cell < 0 || t.Cell >= cells {
				return fault.New("balance.unknown-cell", "constraint", constraintName(cs, k), "cell", t.Cell+1, "cells", cells)
			}
		}
	}
	return nil
}

// sparse is G stored by rows, with repeated terms of a row kept as they are (they simply add).
type sparse struct {
	start []int32 // start[k] .. start[k+1] are the terms of row k
	cell  []int32
	coef  []float64
	cells int
}

func compile(cs []Constraint, cells int) *sparse {
	g := &sparse{start: make([]int32, len(cs)+1), cells: cells}
	total := 0
	for _, c := range cs {
		total += len(c.Terms)
	}
	g.cell, g.coef = make([]int32, 0, total), make([]float64, 0, total)
	for k, c := range cs {
		for _, t := range c.Terms {
			if t.Coefficient != 0 {
				g.cell, g.coef = append(g.cell, int32(t.Cell)), append(g.coef, t.Coefficient)
			}
		}
		g.start[k+1] = int32(len(g.cell))
	}
	return g
}

func (g *sparse) rows() int { return len(g.start) - 1 }

// mul sets y = G x.
func (g *sparse) mul(y, x []float64) {
	for k := range y {
		var s float64
		for i := g.start[k]; i < g.start[k+1]; i++ {
			s += g.coef[i] * x[g.cell[i]]
		}
		y[k] = s
	}
}

// mulT sets x = G' y.
func (g *sparse) mulT(x, y []float64) {
	clear(x)
	for k, v := range y {
		if v == 0 {
			continue
		}
		for i := g.start[k]; i < g.start[k+1]; i++ {
			x[g.cell[i]] += g.coef[i] * v
		}
	}
}

// mass gives Σ|g x| of each row: the size against which its residual is judged.
func (g *sparse) mass(x []float64) []float64 {
	out := make([]float64, g.rows())
	for k := range out {
		for i := g.start[k]; i < g.start[k+1]; i++ {
			out[k] += math.Abs(g.coef[i] * x[g.cell[i]])
		}
	}
	return out
}

// dense gives G as a matrix, for small systems.
func (g *sparse) dense() *mat.Dense {
	d := mat.NewDense(g.rows(), g.cells, nil)
	for k := range g.rows() {
		for i := g.start[k]; i < g.start[k+1]; i++ {
			d.Set(k, int(g.cell[i]), d.At(k, int(g.cell[i]))+g.coef[i])
		}
	}
	return d
}
