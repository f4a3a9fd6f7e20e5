package smallarea

import (
	"cmp"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// WithConstant puts a column of ones before the covariates.
func WithConstant(z *mat.Dense, names []string) (*mat.Dense, []string) {
	m, k := z.Dims()
	out := mat.NewDense(m, k+1, nil)
	for i := range m {
		out.Set(i, 0, 1)
		for j := range k {
			out.Set(i, j+1, z.At(i, j))
		}
	}
	return out, append([]string{"constant"}, names...)
}

// WithFactor appends a column of 0 and 1 for each level of a factor except the first, against which the others are
// then measured; with whole also for the first, as a model without a constant needs. Levels are ordered by size where
// all of them are numbers, and by name otherwise. names are those of the columns already there; the new ones are
// "factor=level". z may be nil.
func WithFactor(z *mat.Dense, names []string, factor string, levels []string, whole bool) (*mat.Dense, []string, error) {
	m, k := len(levels), 0
	if z != nil {
		if m, k = z.Dims(); len(levels) != m {
			return nil, nil, fault.New("smallarea.shape", "areas", m, "variances", m, "covariates", len(levels))
		}
	}
	distinct := ordered(levels)
	if !whole {
		distinct = distinct[1:]
	}
	if m == 0 || k+len(distinct) == 0 {
		return nil, nil, fault.New("smallarea.empty")
	}
	out := mat.NewDense(m, k+len(distinct), nil)
	for i := range m {
		for j := range k {
			out.Set(i, j, z.At(i, j))
		}
		for j, l := range distinct {
			if levels[i] == l {
				out.Set(i, k+j, 1)
			}
		}
	}
	names = slices.Clone(names)
	for _, l := range distinct {
		names = append(names, factor+"="+l)
	}
	return out, names, nil
}

// ordered gives the distinct levels of a factor: 2 before 10, but "a10" before "a2".
func ordered(levels []string) []string {
	distinct := slices.Clone(levels)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	size := make(map[string]float64, len(distinct))
	for _, l := range distinct {
		x, err := strconv.ParseFloat(l, 64)
		if err != nil || !finite(x) {
			return distinct
		}
		size[l] = x
	}
	slices.SortStableFunc(distinct, func(a, b string) int { return cmp.Compare(size[a], size[b]) })
	return distinct
}
