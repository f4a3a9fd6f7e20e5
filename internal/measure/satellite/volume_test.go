package satellite

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/measuretest"
)

func TestVolume(t *testing.T) {
	t.Run("deflation by product changes the ratio only where prices differ", func(t *testing.T) {
		v := mat.NewDense(1, 2, []float64{50, 50})
		same, err := Deflate(v, []string{"p", "q"}, []float64{2, 2})
		if err != nil || same.At(0, 0) != 25 || v.At(0, 0) != 50 {
			t.Error(same, err)
		}
		_, err = Deflate(v, []string{"p", "q"}, []float64{2, 0})
		measuretest.Fails(t, err, "satellite.bad-price")
	})
	t.Run("value added without a volume goes to other prices with what its industry makes", func(t *testing.T) {
		v := mat.NewDense(3, 2, []float64{60, 40, 0, 10, 0, 0})
		d, err := Deflate(v, []string{"p", "q"}, []float64{1.5, 0.5}) // 40 + 80, 20
		if err != nil {
			t.Fatal(err)
		}
		got, err := OwnPrices([]float64{50, 4, 0}, []string{"i", "j", "idle"}, v, d)
		if err != nil || math.Abs(got[0]-60) > 1e-12 || math.Abs(got[1]-8) > 1e-12 || got[2] != 0 {
			t.Error(got, err)
		}
		_, err = OwnPrices([]float64{50, 4, 1}, []string{"i", "j", "idle"}, v, d)
		measuretest.Fails(t, err, "satellite.no-output-price")
		_, err = OwnPrices([]float64{50}, []string{"i", "j", "idle"}, v, d)
		measuretest.Fails(t, err, "satellite.length")
	})
}
