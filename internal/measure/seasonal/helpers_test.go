package seasonal

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
)

// columns reads a CSV file of numbers under a header.
func columns(t testing.TB, file string) map[string][]float64 {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, row := range rows[1:] {
		for k, cell := range row {
			x, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			out[rows[0][k]] = append(out[rows[0][k]], x)
		}
	}
	return out
}
