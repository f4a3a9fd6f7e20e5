package inputoutput

import "gonum.org/v1/gonum/mat"

// Margins adds a table of flows by rows, by columns and as a whole.
func Margins(flows *mat.Dense) (rows, columns []float64, total float64) {
	n, m := flows.Dims()
	rows, columns = make([]float64, n), make([]float64, m)
	for i := range rows {
		for j, x := range flows.RawRowView(i) {
			rows[i] += x
			columns[j] += x
			total += x
		}
	}
	return rows, columns, total
}
