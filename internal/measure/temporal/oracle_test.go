package temporal

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

// table reads a test table: column name -> numbers (text columns are left out).
func table(t testing.TB, name string) map[string][]float64 {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, rec := range records[1:] {
		for j, cell := range rec {
			if v, err := strconv.ParseFloat(cell, 64); err == nil {
				out[records[0][j]] = append(out[records[0][j]], v)
			}
		}
	}
	return out
}

// swiss gives annual sales and the quarterly table.
func swiss(t testing.TB) ([]float64, map[string][]float64) {
	return table(t, "swisspharma_annual.csv")["sales"], table(t, "swisspharma_quarterly.csv")
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Fatalf("%s[%d] = %.12g, want %.12g (off by %.2g)", what, i, got[i], want[i], got[i]-want[i])
		}
	}
}

func TestBenchmarkReproducesPublishedResults(t *testing.T) {
	sales, q := swiss(t)
	years := Targets(sales, 4, 0, Sum)

	t.Run("Denton-Cholette, proportional first differences", func(t *testing.T) {
		got, err := Benchmark(q["exports"], years, BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, q["denton_cholette_prop_d1"], 1e-7)
		if len(got.Warnings) != 0 {
			t.Errorf("unexpected warnings %v", got.Warnings)
		}
	})
	t.Run("Denton-Cholette, additive first differences, is ugly here and says so", func(t *testing.T) {
		got, err := Benchmark(q["exports"], years, BenchmarkOptions{Form: Additive})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, q["denton_cholette_add_d1"], 1e-7)
		wantWarning(t, got.Warnings, "temporal.negative")
	})
	t.Run("growth rate preservation reaches the converged optimum", func(t *testing.T) {
		got, err := Benchmark(q["exports"], years, BenchmarkOptions{Form: Growth})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, q["grp_forward"], 1e-6)
		if got.Steps > 20 {
			t.Errorf("%d Newton steps", got.Steps)
		}
	})
	t.Run("two annual benchmarks and a year of extrapolation (IMF manual, attribution unconfirmed)", func(t *testing.T) {
		x := []float64{98.2, 100.8, 102.2, 100.8, 99, 101.6, 102.7, 101.5, 100.5, 103, 103.5, 101.5}
		got, err := Benchmark(x, Targets([]float64{4000, 4161.4}, 4, 0, Sum), BenchmarkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "y", got.Values, []float64{969.792854022, 998.419035029, 1018.34583653, 1013.44227442, 1007.20334133, 1042.84854519,
			1060.34464709, 1051.0034664, 1040.64875244, 1066.53553733, 1071.71289431, 1051.0034664}, 1e-7)
		for i, f := range got.Forecast {
			if f != (i >= 8) {
				t.Errorf("period %d marked forecast=%v", i, f)
			}
		}
	})
	t.Run("Statistics Canada's first example, λ = ρ = 1", func(t *testing.T) {
		x := []float64{1.9, 2.4, 3.1, 2.2, 2, 2.6, 3.4, 2.4, 2.3}
		want := []float64{2.07432892058, 2.60485042103, 3.31971339425, 2.30110726414, 2.02726503662, 2.56756135664,
			3.29628643863, 2.30888716811, 2.21268353611}
		for name, opt := range map[string]BenchmarkOptions{"proportional": {}, "Dagum-Cholette": {Form: DagumCholette, Lambda: 1, Rho: 1}} {
			got, err := Benchmark(x, Targets([]float64{10.3, 10.2}, 4, 0, Sum), opt)
			if err != nil {
				t.Fatal(err)
			}
			near(t, name, got.Values, want, 1e-7)
		}
	})
}

func wantWarning(t *testing.T, ws []Warning, code string) {
	t.Helper()
	for _, w := range ws {
		if w.Code == code {
			return
		}
	}
	t.Errorf("no warning %s among %v", code, ws)
}
