package inputoutput

import (
	"math"
	"runtime"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Sparse is an Operator that stores only the cells that are not zero, row by row (CSR). It pays from about half zeros on:
// a stored cell costs twelve bytes of memory traffic, against eight for every cell of a Dense.
type Sparse struct {
	n           int
	start       []int // n+1 offsets into column and value
	column      []int32
	value       []float64
	nonNegative bool
	threads     int
}

// Cell is one entry of a sparse matrix; Row and Column count from 0.
type Cell struct {
	Row, Column int
	Value       float64
}

// NewSparse makes an Operator of order n from its cells, in any order; two cells at one place are added.
func NewSparse(n int, cells []Cell) (*Sparse, error) {
	if n <= 0 || n > math.MaxInt32 {
		return nil, fault.New("inputoutput.empty-table")
	}
	count := make([]int, n+1)
	for _, c := range cells {
		if c.Row < 0 || c.Row >= n || c.Column < 0 || c.Column >= n {
			return nil, fault.New("inputoutput.cell-outside", "row", c.Row+1, "column", c.Column+1, "want", n)
		}
		if !finite(c.Value) {
			return nil, fault.New("inputoutput.not-finite", "row", c.Row+1, "column", c.Column+1)
		}
		count[c.Column+1]++
	}
	for i := range n {
		count[i+1] += count[i]
	}
	// Two stable counting passes, by column and then by row, leave each row sorted by column.
	byColumn := make([]Cell, len(cells))
	for _, c := range cells {
		byColumn[count[c.Column]] = c
		count[c.Column]++
	}
	rows := make([]int, n+1)
	for _, c := range cells {
		rows[c.Row+1]++
	}
	for i := range n {
		rows[i+1] += rows[i]
	}
	sorted, next := make([]Cell, len(cells)), append([]int(nil), rows[:n]...)
	for _, c := range byColumn {
		sorted[next[c.Row]] = c
		next[c.Row]++
	}
	s := &Sparse{n: n, start: make([]int, 1, n+1), nonNegative: true, threads: runtime.GOMAXPROCS(0)}
	for i := range n {
		for k := rows[i]; k < rows[i+1]; k++ {
			c := sorted[k]
			if last := len(s.column) - 1; last >= s.start[i] && s.column[last] == int32(c.Column) {
				s.value[last] += c.Value
				continue
			}
			s.column, s.value = append(s.column, int32(c.Column)), append(s.value, c.Value)
		}
		s.start = append(s.start, len(s.column))
	}
	for _, v := range s.value {
		s.nonNegative = s.nonNegative && v >= 0
	}
	return s, nil
}

// SparseOf keeps the cells of a square matrix that are not zero.
func SparseOf(a *mat.Dense) (*Sparse, error) {
	d, err := NewDense(a)
	if err != nil {
		return nil, err
	}
	s := &Sparse{n: d.n, start: make([]int, d.n+1), nonNegative: d.nonNegative, threads: d.threads}
	d.rows(func(from, to int) {
		for i := from; i < to; i++ {
			for _, v := range d.row(i) {
				if v != 0 {
					s.start[i+1]++
				}
			}
		}
	})
	for i := range d.n {
		s.start[i+1] += s.start[i]
	}
	s.column, s.value = make([]int32, s.start[d.n]), make([]float64, s.start[d.n])
	d.rows(func(from, to int) {
		for i := from; i < to; i++ {
			k := s.start[i]
			for j, v := range d.row(i) {
				if v != 0 {
					s.column[k], s.value[k] = int32(j), v
					k++
				}
			}
		}
	})
	return s, nil
}

// Order is n.
func (s *Sparse) Order() int { return s.n }

// NonNegative says whether no cell is below zero.
func (s *Sparse) NonNegative() bool { return s.nonNegative }

// Stored is the number of cells kept.
func (s *Sparse) Stored() int { return len(s.value) }

// Mul sets dst = A·x.
func (s *Sparse) Mul(dst, x []float64) {
	split(s.n, len(s.value), s.threads, func(from, to int) {
		for i := from; i < to; i++ {
			a, b := s.start[i], s.start[i+1]
			dst[i] = gather(s.value[a:b], s.column[a:b], x)
		}
	})
}

// MulTransposed sets dst = Aᵀ·x.
func (s *Sparse) MulTransposed(dst, x []float64) { s.scatter(dst, x, false) }

// MulAbsTransposed sets dst = |A|ᵀ·x.
func (s *Sparse) MulAbsTransposed(dst, x []float64) { s.scatter(dst, x, !s.nonNegative) }

// Depth bounds the roundings of either product.
func (s *Sparse) Depth() int { return max(dotDepth(s.n), min(s.n, band)+s.n/band+3) }

// scatter adds row after row, in bands as Dense does; a thread owns a range of columns, which in every row is one run of
// the stored cells.
func (s *Sparse) scatter(dst, x []float64, abs bool) {
	split(s.n, len(s.value), s.threads, func(from, to int) {
		out, part := dst[from:to], make([]float64, to-from)
		clear(out)
		for top := 0; top < s.n; top += band {
			clear(part)
			for i := top; i < min(top+band, s.n); i++ {
				a, b := s.start[i], s.start[i+1]
				column, value := s.column[a:b], s.value[a:b]
				if from > 0 {
					k, _ := slices.BinarySearch(column, int32(from))
					column, value = column[k:], value[k:]
				}
				if to < s.n {
					k, _ := slices.BinarySearch(column, int32(to))
					column, value = column[:k], value[:k]
				}
				f := x[i]
				for k, j := range column {
					v := value[k]
					if abs {
						v = math.Abs(v)
					}
					part[int(j)-from] += float64(f * v)
				}
			}
			addTo(out, part)
		}
	})
}

// gather is dot over the stored cells of a row.
func gather(v []float64, at []int32, x []float64) float64 {
	if len(v) > chunk {
		half := halve(len(v))
		return gather(v[:half], at[:half], x) + gather(v[half:], at[half:], x)
	}
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	for len(v) >= 8 && len(at) >= 8 {
		s0 += float64(v[0] * x[at[0]])
		s1 += float64(v[1] * x[at[1]])
		s2 += float64(v[2] * x[at[2]])
		s3 += float64(v[3] * x[at[3]])
		s4 += float64(v[4] * x[at[4]])
		s5 += float64(v[5] * x[at[5]])
		s6 += float64(v[6] * x[at[6]])
		s7 += float64(v[7] * x[at[7]])
		v, at = v[8:], at[8:]
	}
	for i, a := range v {
		s0 += float64(a * x[at[i]])
	}
	return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
}
