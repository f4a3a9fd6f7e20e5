package inputoutput

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	sweeps   = 200 // over all rows; each brings unlike units nearer, and a few are enough
	farthest = 480 // exponent that no scale goes beyond, so that the quotient of two stays within range
)

// equalise replaces a by D⁻¹·a·D with powers of two D that bring the sums of each row and of the column beside it together (Osborne
// 1960), and gives D. Industries in unlike units (tonnes beside millions) leave cells of unlike size, in which a solution loses digits
// that the table does not; powers of two change none. A row without a column beside it, or the reverse, is brought to one.
func equalise(a *mat.Dense) []float64 {
	n, _ := a.Dims()
	exponent := make([]int, n)
	for range sweeps {
		moved := false
		for i := range n {
			var row, column float64
			for j := range n {
				if j != i {
					row += math.Abs(a.At(i, j))
					column += math.Abs(a.At(j, i))
				}
			}
			e := step(row, column)
			if k := exponent[i] + e; k > farthest || k < -farthest {
				e = 0
			}
			if e == 0 {
				continue
			}
			moved = true
			exponent[i] += e
			for j := range n {
				if j != i {
					a.Set(j, i, math.Ldexp(a.At(j, i), e))
					a.Set(i, j, math.Ldexp(a.At(i, j), -e))
				}
			}
		}
		if !moved {
			break
		}
	}
	d := make([]float64, n)
	for i, e := range exponent {
		d[i] = math.Ldexp(1, e)
	}
	return d
}

// step is the power of two by which a column grows and its row shrinks to bring their sums together.
func step(row, column float64) int {
	_, a := math.Frexp(row)
	_, b := math.Frexp(column)
	switch {
	case column == 0 && row > 1:
		return a
	case row == 0 && column > 1:
		return -b
	case row == 0 || column == 0:
		return 0
	}
	return (a - b) / 2 // zero where they are within a factor of two or so
}

// powersOfTwo rounds positive numbers to powers of two.
func powersOfTwo(w []float64) []float64 {
	out := make([]float64, len(w))
	for i, v := range w {
		_, e := math.Frexp(v)
		out[i] = math.Ldexp(1, e)
	}
	return out
}
