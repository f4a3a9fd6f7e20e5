package satellite

import (
	"math"
	"sort"

	"nhipso/internal/fault"
)

// Concentrated says how much of a total a few units hold (provinces, firms, industries).
type Concentrated struct {
	Units     int             `json:"units"`
	Total     float64         `json:"total"`
	Top       map[int]float64 `json:"top"`       // share of the k largest, for each k asked
	Lorenz    []Point         `json:"lorenz"`    // from (0,0) to (1,1), smallest units first
	Gini      float64         `json:"gini"`      // 0 where all are equal, (n−1)/n where one has all
	HHI       float64         `json:"hhi"`       // sum of squared shares, 1/n … 1
	Normal    Maybe           `json:"normalHHI"` // (HHI − 1/n) / (1 − 1/n), missing for one unit
	Effective float64         `json:"effective"` // 1/HHI: so many equal units would be as concentrated
}

// Point is one point of the Lorenz curve: the smallest Units of all units hold Share of the total (fractions).
type Point struct {
	Units float64 `json:"units"`
	Share float64 `json:"share"`
}

// Concentration measures it. Negative values have no share and are an error, as is a total of zero; a k above the number
// of units holds everything.
func Concentration(values []float64, top ...int) (Concentrated, error) {
	n := len(values)
	sorted := append([]float64(nil), values...)
	sort.Float64s(sorted)
	sum := 0.0
	for i, v := range values {
		if !finite(v) || v < 0 {
			return Concentrated{}, fault.New("satellite.bad-amount", "at", i+1, "value", v)
		}
	}
	for _, v := range sorted { // small ones first, whatever the order of the argument
		sum += v
	}
	if n == 0 || sum <= 0 {
		return Concentrated{}, fault.New("satellite.nothing-to-share")
	}
	if math.IsInf(sum, 1) {
		return Concentrated{}, fault.New("satellite.bad-amount", "at", n, "value", sum)
	}
	out := Concentrated{Units: n, Total: sum, Top: map[int]float64{}, Lorenz: make([]Point, 1, n+1)}
	running, spread := 0.0, 0.0
	for i, v := range sorted {
		share := v / sum
		out.HHI += share * share
		spread += float64(2*i+1-n) * share
		running += v
		out.Lorenz = append(out.Lorenz, Point{float64(i+1) / float64(n), running / sum})
	}
	out.Lorenz[n].Share = 1
	out.Gini = math.Max(0, spread/float64(n)) // twice the area between the curve and the diagonal
	out.Effective = 1 / out.HHI
	if n > 1 {
		least := 1 / float64(n)
		out.Normal = Maybe{Value: math.Max(0, (out.HHI-least)/(1-least)), Known: true}
	}
	for _, k := range top {
		if k < 1 {
			return Concentrated{}, fault.New("satellite.bad-rank", "value", k)
		}
		part := 0.0
		for _, v := range sorted[n-min(k, n):] {
			part += v
		}
		out.Top[k] = part / sum
	}
	return out, nil
}
