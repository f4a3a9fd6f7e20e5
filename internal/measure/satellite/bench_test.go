package satellite

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/inputoutput"
)

// BenchmarkDigital402 is the digital value added of a 402-industry economy, from the table to the account, with 20 digital
// industries; the literal form is included only where said.
func BenchmarkDigital402(b *testing.B) {
	const n = 402
	rng := rand.New(rand.NewPCG(4, 2))
	t := &inputoutput.Table{Z: mat.NewDense(n, n, nil), Output: make([]float64, n)}
	va, use := make([]float64, n), make([]float64, n)
	for i := range n {
		t.Codes = append(t.Codes, "i"+strconv.Itoa(i))
		for j := range n {
			if rng.Float64() < 0.3 {
				v := rng.ExpFloat64()
				t.Z.Set(i, j, v)
				use[j] += v
			}
		}
	}
	for j := range n {
		t.Output[j] = use[j] * (1.3 + rng.Float64())
		va[j] = t.Output[j] - use[j]
	}
	t.Primary = []inputoutput.Row{{Code: "va", Kind: inputoutput.ValueAdded, Values: va}}
	for _, only := range []bool{true, false} {
		name := "block"
		if !only {
			name = "block and literal"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				m, err := inputoutput.NewModel(t, inputoutput.Options{})
				if err != nil {
					b.Fatal(err)
				}
				got, err := ADB{Model: m, Digital: List{Codes: t.Codes[:20]}, BlockOnly: only}.Compute()
				if err != nil || got.Bound > 1e-12 {
					b.Fatal(got.Bound, err)
				}
			}
		})
	}
}
