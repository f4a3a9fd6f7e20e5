package inputoutput

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestMarginsAddRowsAndColumns(t *testing.T) {
	rows, columns, total := Margins(mat.NewDense(2, 3, []float64{1, 2, 3, 10, 20, 30}))
	if !slices.Equal(rows, []float64{6, 60}) || !slices.Equal(columns, []float64{11, 22, 33}) || total != 66 {
		t.Error(rows, columns, total)
	}
}
