package nowcast

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/statespace"
)

// numbersOfJSON is a number, a list, a list of lists, or a list of those: a matrix a period.
type numbersOfJSON struct {
	m    [][]float64
	each [][][]float64
}

// UnmarshalJSON implements json.Unmarshaler. A list stays one row; what it means depends on where it stands.
func (n *numbersOfJSON) UnmarshalJSON(b []byte) error {
	var one float64
	var row []float64
	*n = numbersOfJSON{}
	switch {
	case bytes.Equal(b, []byte("null")):
	case json.Unmarshal(b, &one) == nil:
		n.m = [][]float64{{one}}
	case json.Unmarshal(b, &row) == nil:
		n.m = [][]float64{row}
	case json.Unmarshal(b, &n.each) == nil:
		n.m = nil
	default:
		n.each = nil
		return json.Unmarshal(b, &n.m)
	}
	return nil
}

func (n numbersOfJSON) given() bool { return n.m != nil || n.each != nil }

// vectors reads a vector of so many entries, or one a period: a list for each.
func (n numbersOfJSON) vectors(size int) (all []float64, each [][]float64) {
	if len(n.m) > 1 && len(n.m[0]) == size && len(n.m) != size {
		return nil, n.m
	}
	for _, m := range n.each {
		each = append(each, flat(m))
	}
	return flat(n.m), each
}

// flagsOfJSON is one flag for all states, or one a state.
type flagsOfJSON []bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flagsOfJSON) UnmarshalJSON(b []byte) error {
	var one bool
	if json.Unmarshal(b, &one) == nil {
		*f = flagsOfJSON{one}
		return nil
	}
	return json.Unmarshal(b, (*[]bool)(f))
}

// variancesOfJSON are by name, or a list in the order level, (slope,) irregular.
type variancesOfJSON struct {
	byName map[string]float64
	list   []float64
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *variancesOfJSON) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &v.list) == nil {
		return nil
	}
	return json.Unmarshal(b, &v.byName)
}

// modelFile is the layout of --model: the matrices, or the name of a model with its variances (left out to estimate them).
//
//	{"Z": [[1]], "H": [[15098.577]], "T": [[1]], "R": [[1]], "Q": [[1469.147]], "a1": [0], "P1": [[0]], "diffuse": [true]}
//	{"model": "local-level", "variances": {"level": 1469.147, "irregular": 15098.577}}
type modelFile struct {
	Model                       string
	Variances                   variancesOfJSON
	Z, H, T, R, Q, D, C, A1, P1 numbersOfJSON
	P1inf                       numbersOfJSON // as others write Diffuse
	Diffuse                     flagsOfJSON
	Series                      []string
	Note                        string
	Name, Title                 string
	Description, Source         string
}

// diagonal turns one row into a diagonal matrix; a matrix stays.
func diagonal(m [][]float64) [][]float64 {
	if len(m) != 1 || len(m[0]) == 1 {
		return m
	}
	out := make([][]float64, len(m[0]))
	for i, v := range m[0] {
		out[i] = make([]float64, len(m[0]))
		out[i][i] = v
	}
	return out
}

// flat turns a row or a column into a list.
func flat(m [][]float64) []float64 {
	if len(m) == 1 {
		return m[0]
	}
	var out []float64
	for _, r := range m {
		out = append(out, r...)
	}
	return out
}

// parts are the variances of a named model; nil where matrices are given.
func (f *modelFile) parts() []string {
	switch strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(strings.TrimSpace(f.Model))) {
	case "local-level":
		return []string{"level", "irregular"}
	case "local-trend", "local-linear-trend":
		return []string{"level", "slope", "irregular"}
	}
	return nil
}

// model makes the model of a file, estimating variances where they are not given.
func (f *modelFile) model(file string, d statespace.Data) (statespace.Model, *statespace.Fit, error) {
	names := f.parts()
	switch {
	case f.Model != "" && names == nil && !f.Z.given():
		return statespace.Model{}, nil, fault.New("calc.bad-choice", "flag", "model", "given", f.Model, "allowed", "local-level, local-trend")
	case names != nil && f.Variances.byName == nil && f.Variances.list == nil:
		fit, err := map[int]func(statespace.Data) (*statespace.Fit, error){2: statespace.FitLocalLevel, 3: statespace.FitLocalTrend}[len(names)](d)
		if err != nil {
			return statespace.Model{}, nil, err
		}
		return fit.Model, fit, nil
	case names != nil:
		v := make([]float64, len(names))
		for i, n := range names {
			x, ok := f.Variances.byName[n]
			if !ok {
				x, ok = f.Variances.byName[n+"_variance"]
			}
			if len(f.Variances.list) == len(names) {
				x, ok = f.Variances.list[i], true
			}
			if !ok {
				return statespace.Model{}, nil, fault.New("calc.no-variance", "name", n, "file", file)
			}
			v[i] = x
		}
		if len(v) == 2 {
			return statespace.LocalLevel(v[0], v[1]), nil, nil
		}
		return statespace.LocalTrend(v[0], v[1], v[2]), nil, nil
	}
	for _, must := range []struct {
		name string
		m    numbersOfJSON
	}{{"Z", f.Z}, {"T", f.T}, {"H", f.H}, {"Q", f.Q}} {
		if !must.m.given() {
			return statespace.Model{}, nil, fault.New("calc.no-matrix", "name", must.name, "file", file)
		}
	}
	m, err := f.matrices()
	return m, nil, err
}

// matrices makes a model of given matrices.
func (f *modelFile) matrices() (statespace.Model, error) {
	m := statespace.Model{Z: f.Z.m, H: diagonal(f.H.m), T: f.T.m, Q: diagonal(f.Q.m), A1: flat(f.A1.m), P1: diagonal(f.P1.m), Diffuse: f.Diffuse}
	states := f.T.rows()
	shock := func(r [][]float64) [][]float64 { return shocks(r, states) }
	m.R = shock(f.R.m)
	var ds, cs [][]float64
	m.D, ds = f.D.vectors(f.Z.rows())
	m.C, cs = f.C.vectors(states)
	same := func(x [][]float64) [][]float64 { return x }
	for t := range fewest(len(f.Z.each), len(f.H.each), len(f.T.each), len(f.R.each), len(f.Q.each), len(ds), len(cs)) {
		own := statespace.Matrices{}
		for _, x := range []struct {
			to   *[][]float64
			each [][][]float64
			read func([][]float64) [][]float64
		}{{&own.Z, f.Z.each, same}, {&own.H, f.H.each, diagonal}, {&own.T, f.T.each, same}, {&own.R, f.R.each, shock}, {&own.Q, f.Q.each, diagonal}} {
			if x.each != nil {
				*x.to = x.read(x.each[t])
			}
		}
		if ds != nil {
			own.D = ds[t]
		}
		if cs != nil {
			own.C = cs[t]
		}
		m.Each = append(m.Each, own)
	}
	return m, f.start(&m, states)
}

// start says which states begin without anything known about them.
func (f *modelFile) start(m *statespace.Model, states int) error {
	if m.Diffuse == nil {
		for i, row := range diagonal(f.P1inf.m) {
			for k, v := range row {
				if i != k && v != 0 || v != 0 && v != 1 {
					return fault.New("calc.bad-choice", "flag", "P1inf", "given", command.Number(v), "allowed", "0, 1")
				}
			}
			m.Diffuse = append(m.Diffuse, i < len(row) && row[i] == 1)
		}
	}
	switch {
	case len(m.Diffuse) == 1 && states > 1:
		m.Diffuse = slices.Repeat([]bool{m.Diffuse[0]}, states)
	case m.Diffuse == nil && m.P1 == nil && m.A1 == nil: // nothing is said about the start: nothing is known about it
		m.Diffuse = slices.Repeat([]bool{true}, states)
	}
	return nil
}

// rows counts those of a matrix, or of that of the first period.
func (n numbersOfJSON) rows() int {
	if len(n.each) > 0 {
		return len(n.each[0])
	}
	return len(n.m)
}

// shocks reads a list as the column of one shock; a matrix stays.
func shocks(r [][]float64, states int) [][]float64 {
	if len(r) != 1 || states == 1 || len(r[0]) != states {
		return r
	}
	var column [][]float64
	for _, v := range r[0] {
		column = append(column, []float64{v})
	}
	return column
}

// fewest gives the smallest of the lengths that are not zero: so many periods have matrices of their own.
func fewest(lengths ...int) int {
	least := 0
	for _, n := range lengths {
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}
