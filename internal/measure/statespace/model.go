package statespace

import (
	"math"

	"nhipso/internal/fault"
)

// Model is a state-space model of p series, m states and g shocks. Matrices are lists of rows.
type Model struct {
	Z       [][]float64 `json:"z"`                 // p × m
	H       [][]float64 `json:"h"`                 // p × p, symmetric, not negative
	T       [][]float64 `json:"t"`                 // m × m
	R       [][]float64 `json:"r,omitempty"`       // m × g; nil is the identity
	Q       [][]float64 `json:"q"`                 // g × g, symmetric, not negative
	D       []float64   `json:"d,omitempty"`       // p; nil is zero
	C       []float64   `json:"c,omitempty"`       // m; nil is zero
	A1      []float64   `json:"a1,omitempty"`      // m: mean of the first state; nil is zero
	P1      [][]float64 `json:"p1,omitempty"`      // m × m: its variance; nil is zero
	Diffuse []bool      `json:"diffuse,omitempty"` // m: states of which nothing is known at the start; their rows of P1 must be zero
	Each    []Matrices  `json:"each,omitempty"`    // matrices that change, one entry a period, forecasts included; nil where nothing does
}

// Matrices are those of one period, in the place of the model's own; what is nil is the model's. T, R, Q and C lead from
// the period to the next.
type Matrices struct {
	Z [][]float64 `json:"z,omitempty"`
	H [][]float64 `json:"h,omitempty"`
	T [][]float64 `json:"t,omitempty"`
	R [][]float64 `json:"r,omitempty"`
	Q [][]float64 `json:"q,omitempty"`
	D []float64   `json:"d,omitempty"`
	C []float64   `json:"c,omitempty"`
}

// Data is n periods of p series. Known tells which cells have been observed; nil means all. Values elsewhere are not read.
type Data struct {
	Values [][]float64 // n × p
	Known  [][]bool    // n × p or nil
}

// Series makes Data of one fully observed series.
func Series(y []float64) Data {
	d := Data{}
	for _, x := range y {
		d.Values = append(d.Values, []float64{x})
	}
	return d
}

// Extend adds periods of which nothing is known.
func (d Data) Extend(periods, series int) Data {
	out := Data{}
	for t := range d.Values {
		out.Values = append(out.Values, d.Values[t])
		known := make([]bool, len(d.Values[t]))
		for i := range known {
			known[i] = d.known(t, i)
		}
		out.Known = append(out.Known, known)
	}
	for range periods {
		out.Values = append(out.Values, make([]float64, series))
		out.Known = append(out.Known, make([]bool, series))
	}
	return out
}

func (d Data) known(t, i int) bool { return d.Known == nil || d.Known[t][i] }

func (s *system) check(d Data) error {
	if len(d.Values) == 0 {
		return fault.New("statespace.no-data")
	}
	if n := len(s.stages); n > 1 && n < len(d.Values) {
		return fault.New("statespace.few-periods", "got", n, "want", len(d.Values))
	}
	if d.Known != nil && len(d.Known) != len(d.Values) {
		return fault.New("statespace.shape", "name", "known", "got", len(d.Known), "want", len(d.Values))
	}
	for t := range d.Values {
		if len(d.Values[t]) != s.p {
			return fault.New("statespace.shape", "name", "values", "got", len(d.Values[t]), "want", s.p)
		}
		if d.Known != nil && len(d.Known[t]) != s.p {
			return fault.New("statespace.shape", "name", "known", "got", len(d.Known[t]), "want", s.p)
		}
		for i, y := range d.Values[t] {
			if d.known(t, i) && !finite(y) {
				return fault.New("statespace.not-finite", "name", "values", "row", t+1, "column", i+1)
			}
		}
	}
	return nil
}

// LocalLevel is a random walk seen with noise: y = μ + ε, μ(t+1) = μ(t) + η.
func LocalLevel(level, irregular float64) Model {
	return Model{
		Z: [][]float64{{1}}, H: [][]float64{{irregular}}, T: [][]float64{{1}}, Q: [][]float64{{level}},
		Diffuse: []bool{true},
	}
}

// LocalTrend is a level that moves by a slope, both random walks: μ(t+1) = μ(t) + ν(t) + η, ν(t+1) = ν(t) + ζ.
func LocalTrend(level, slope, irregular float64) Model {
	return Model{
		Z: [][]float64{{1, 0}}, H: [][]float64{{irregular}}, T: [][]float64{{1, 1}, {0, 1}},
		Q: [][]float64{{level, 0}, {0, slope}}, Diffuse: []bool{true, true},
	}
}

func identity(n int) []float64 {
	out := make([]float64, n*n)
	for i := range n {
		out[i*n+i] = 1
	}
	return out
}

// sandwich gives A B A' for A of m × k and a symmetric B of k × k; the result is symmetric to the bit.
func sandwich(a, b []float64, m, k int) []float64 {
	ab := make([]float64, m*k)
	for i := range m {
		for l := range k {
			x := a[i*k+l]
			if x == 0 {
				continue
			}
			for j := range k {
				ab[i*k+j] += x * b[l*k+j]
			}
		}
	}
	out := make([]float64, m*m)
	for i := range m {
		for j := range i + 1 {
			sum := 0.0
			for l := range k {
				sum += ab[i*k+l] * a[j*k+l]
			}
			out[i*m+j], out[j*m+i] = sum, sum
		}
	}
	return out
}

// ldl factors a symmetric matrix that is not negative into L D L' with ones on the diagonal of L. A pivot that is zero to rounding
// leaves its column of L zero. ok is false for a matrix that is not symmetric or is negative somewhere.
func ldl(a []float64, n int) (l, d []float64, ok bool) {
	l, d = identity(n), make([]float64, n)
	for i := range n {
		for j := range i + 1 {
			if a[i*n+j] != a[j*n+i] && math.Abs(a[i*n+j]-a[j*n+i]) > 1e-12*math.Sqrt(math.Abs(a[i*n+i]*a[j*n+j])) {
				return nil, nil, false
			}
			x, tolerance := a[i*n+j], 1e-12*math.Sqrt(math.Abs(a[i*n+i]*a[j*n+j]))
			for k := range j {
				x -= l[i*n+k] * d[k] * l[j*n+k]
			}
			switch {
			case i == j && x > tolerance:
				d[i] = x
			case i == j && x >= -tolerance:
			case i != j && d[j] > 0:
				l[i*n+j] = x / d[j]
			case i != j && math.Abs(x) <= 1e3*tolerance:
			default:
				return nil, nil, false
			}
		}
	}
	return l, d, true
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
