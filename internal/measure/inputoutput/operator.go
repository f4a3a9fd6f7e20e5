package inputoutput

import (
	"math"
	"runtime"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Operator is a square coefficient matrix A (n × n), dense or sparse, that can be applied to a vector. dst and x have
// length n and must not overlap. Implementations sum in an order that does not depend on the number of threads.
type Operator interface {
	Order() int
	Mul(dst, x []float64)           // dst = A·x
	MulTransposed(dst, x []float64) // dst = Aᵀ·x
	NonNegative() bool
	MulAbsTransposed(dst, x []float64) // dst = |A|ᵀ·x
	Depth() int                        // an upper bound on the roundings that one term of any of these products meets
}

// Dense is an Operator over a gonum matrix, which must not be changed while in use.
type Dense struct {
	n, stride   int
	data        []float64
	nonNegative bool
	threads     int
}

// NewDense makes an Operator of a square matrix; a NaN or an infinity is an error that names the cell, counted from 1.
// The values are not copied.
func NewDense(a *mat.Dense) (*Dense, error) {
	r, c := a.Dims()
	if r != c {
		return nil, fault.New("inputoutput.not-square", "rows", r, "columns", c)
	}
	raw := a.RawMatrix()
	d := &Dense{n: r, stride: raw.Stride, data: raw.Data, threads: runtime.GOMAXPROCS(0)}
	bad := make([]int, r) // per row: 1 + the column of the first cell that is not finite
	negative := make([]bool, r)
	d.rows(func(from, to int) {
		for i := from; i < to; i++ {
			// Finite cells leave v−v at zero; one pass finds both trouble and sign.
			var trouble, least float64
			for _, v := range d.row(i) {
				trouble += v - v
				least = min(least, v)
			}
			if trouble != 0 {
				for j, v := range d.row(i) {
					if !finite(v) {
						bad[i] = j + 1
						break
					}
				}
			}
			negative[i] = least < 0
		}
	})
	d.nonNegative = true
	for i := range r {
		if bad[i] > 0 {
			return nil, fault.New("inputoutput.not-finite", "row", i+1, "column", bad[i])
		}
		if negative[i] {
			d.nonNegative = false
		}
	}
	return d, nil
}

// Order is n.
func (d *Dense) Order() int { return d.n }

// NonNegative says whether no cell is below zero.
func (d *Dense) NonNegative() bool { return d.nonNegative }

func (d *Dense) row(i int) []float64 { return d.data[i*d.stride : i*d.stride+d.n : i*d.stride+d.n] }

// rows runs f over ranges of rows, on several threads where the matrix is large enough to repay them.
func (d *Dense) rows(f func(from, to int)) { split(d.n, d.n*d.n, d.threads, f) }

// worthSplitting is the number of cells from which a product is shared among threads.
const worthSplitting = 1 << 18

// split runs f over [0,n) in one piece a thread; work is the number of cells touched.
func split(n, work, threads int, f func(from, to int)) {
	if threads <= 1 || work < worthSplitting {
		f(0, n)
		return
	}
	var wait fault.Group
	for k := range threads {
		from, to := k*n/threads, (k+1)*n/threads
		if from == to {
			continue
		}
		wait.Go(func() { f(from, to) })
	}
	wait.Wait()
}

// Mul sets dst = A·x: each cell of dst is one dot product, made by one thread.
func (d *Dense) Mul(dst, x []float64) {
	d.rows(func(from, to int) {
		i := from
		for ; i+2 <= to; i += 2 {
			dst[i], dst[i+1] = dot2(d.row(i), d.row(i+1), x)
		}
		if i < to {
			dst[i] = dot(d.row(i), x)
		}
	})
}

// MulTransposed sets dst = Aᵀ·x.
func (d *Dense) MulTransposed(dst, x []float64) { d.transposed(dst, x, false) }

// MulAbsTransposed sets dst = |A|ᵀ·x.
func (d *Dense) MulAbsTransposed(dst, x []float64) { d.transposed(dst, x, !d.nonNegative) }

const (
	strip = 2048 // columns whose running sums fit the first-level cache
	band  = 64   // rows summed before they join the total, which keeps the depth of the sum low
)

// transposed walks the matrix row by row, as it lies in memory. A thread owns a range of columns, so the order in which
// the rows are added to a column never changes.
func (d *Dense) transposed(dst, x []float64, abs bool) {
	d.rows(func(from, to int) {
		part := make([]float64, strip)
		for left := from; left < to; left += strip {
			right := min(left+strip, to)
			out := dst[left:right]
			clear(out)
			for top := 0; top < d.n; top += band {
				p := part[:right-left]
				clear(p)
				bottom := min(top+band, d.n)
				i := top
				for ; i+4 <= bottom; i += 4 {
					o := i * d.stride
					a0, a1 := d.data[o+left:o+right], d.data[o+d.stride+left:o+d.stride+right]
					a2, a3 := d.data[o+2*d.stride+left:o+2*d.stride+right], d.data[o+3*d.stride+left:o+3*d.stride+right]
					if abs {
						addAbs4(p, x[i:i+4], a0, a1, a2, a3)
					} else {
						add4(p, x[i:i+4], a0, a1, a2, a3)
					}
				}
				for ; i < bottom; i++ {
					for j, v := range d.row(i)[left:right] {
						if abs {
							v = math.Abs(v)
						}
						p[j] += float64(x[i] * v)
					}
				}
				addTo(out, p)
			}
		}
	})
}

func add4(p, x, a0, a1, a2, a3 []float64) {
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	n := len(p)
	a0, a1, a2, a3 = a0[:n], a1[:n], a2[:n], a3[:n]
	for j := range p {
		p[j] += (float64(x0*a0[j]) + float64(x1*a1[j])) + (float64(x2*a2[j]) + float64(x3*a3[j]))
	}
}

func addAbs4(p, x, a0, a1, a2, a3 []float64) {
	n := len(p)
	a0, a1, a2, a3 = a0[:n], a1[:n], a2[:n], a3[:n]
	for j := range p {
		p[j] += (float64(x[0]*math.Abs(a0[j])) + float64(x[1]*math.Abs(a1[j]))) +
			(float64(x[2]*math.Abs(a2[j])) + float64(x[3]*math.Abs(a3[j])))
	}
}

// Depth bounds the roundings of either product.
func (d *Dense) Depth() int { return max(dotDepth(d.n), min(d.n, band)+4+d.n/band+1) }

// dense copies an Operator into a matrix, a column at a time.
func dense(op Operator) *mat.Dense {
	n := op.Order()
	if d, ok := op.(*Dense); ok {
		return mat.NewDense(n, n, append([]float64(nil), compact(d)...))
	}
	out := mat.NewDense(n, n, nil)
	e, col := make([]float64, n), make([]float64, n)
	for j := range n {
		e[j] = 1
		op.Mul(col, e)
		e[j] = 0
		out.SetCol(j, col)
	}
	return out
}

func compact(d *Dense) []float64 {
	if d.stride == d.n {
		return d.data[:d.n*d.n]
	}
	out := make([]float64, 0, d.n*d.n)
	for i := range d.n {
		out = append(out, d.row(i)...)
	}
	return out
}
