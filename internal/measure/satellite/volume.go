package satellite

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Deflate gives a make table at the prices of another period: column p divided by prices[p] (1 = unchanged). The product
// ratio of the result, applied to value added by industry in volume, is the digital account in volume.
func Deflate(v *mat.Dense, products []string, prices []float64) (*mat.Dense, error) {
	_, p := v.Dims()
	if err := lengths(p, sized{"products", len(products)}, sized{"prices", len(prices)}); err != nil {
		return nil, err
	}
	for i, x := range prices {
		if !finite(x) || x <= 0 {
			return nil, fault.New("satellite.bad-price", "code", products[i], "value", x)
		}
	}
	out := mat.DenseCopyOf(v)
	out.Apply(func(_, i int, x float64) float64 { return x / prices[i] }, out)
	return out, nil
}

// OwnPrices brings values by industry (m) to other prices by the price of what each industry makes, the ratio of its row of the make table v
// (m × p) to that of the deflated one: single deflation, for value added of which no volume is known. Value added in volume by double
// deflation is better where the prices of inputs are known.
func OwnPrices(values []float64, industries []string, v, deflated *mat.Dense) ([]float64, error) {
	m, p := v.Dims()
	rows, columns := deflated.Dims()
	if err := lengths(m, sized{"values", len(values)}, sized{"industries", len(industries)}, sized{"rows of make", rows}); err != nil {
		return nil, err
	}
	if err := lengths(p, sized{"columns of make", columns}); err != nil {
		return nil, err
	}
	out := make([]float64, m)
	for j, x := range values {
		if x == 0 {
			continue
		}
		now, then := mat.Sum(v.RowView(j)), mat.Sum(deflated.RowView(j))
		price := now / then
		if !finite(price) || price <= 0 {
			return nil, fault.New("satellite.no-output-price", "code", industries[j])
		}
		out[j] = x / price
	}
	return out, nil
}
