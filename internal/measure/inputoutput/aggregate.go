package inputoutput

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Aggregate adds industries together: industry i of the table joins group to[i], counted from 0 in codes. Every cell is
// only added up, so totals do not change. Every group must have a member.
func Aggregate(t *Table, to []int, codes []string) (*Table, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if len(to) != t.N() {
		return nil, fault.New("inputoutput.length", "what", "groups", "length", len(to), "want", t.N())
	}
	m := len(codes)
	members := make([]int, m)
	for i, g := range to {
		if g < 0 || g >= m {
			return nil, fault.New("inputoutput.no-such-group", "code", t.Codes[i], "group", g)
		}
		members[g]++
	}
	for g, k := range members {
		if k == 0 {
			return nil, fault.New("inputoutput.empty-group", "code", codes[g])
		}
	}
	fold := func(v []float64) []float64 {
		out := make([]float64, m)
		for i, x := range v {
			out[to[i]] += x
		}
		return out
	}
	out := &Table{Codes: codes, Origin: t.Origin, Z: mat.NewDense(m, m, nil)}
	for i, g := range to {
		row := out.Z.RawRowView(g)
		for j, v := range t.Z.RawRowView(i) {
			row[to[j]] += v
		}
	}
	for _, f := range t.Final {
		out.Final = append(out.Final, Column{f.Code, fold(f.Values)})
	}
	for _, r := range t.Primary {
		out.Primary = append(out.Primary, Row{r.Code, r.Kind, fold(r.Values)})
	}
	if t.Output != nil {
		out.Output = fold(t.Output)
	}
	return out, out.Check()
}

// Part is one piece of a split industry. Share is its share of output; Sales and Inputs may give other shares for each
// destination and each input, where they are known: Sales[code] for the sales to an industry or final use, Inputs[code]
// for the purchases from an industry or of a primary input. What is not named follows Share.
type Part struct {
	Code          string
	Share         float64
	Sales, Inputs map[string]float64
}

// SplitIndustry takes one industry apart by shares, as VSIC 26 out of section C. In every cell the shares of the parts
// must add to one, so that adding the parts up again gives the table back. Cells between the parts are shared by both
// sides' shares. When Sales and Inputs differ from Share, the row and column of a part may no longer agree; the findings say by
// how much (they have to be balanced before the table is used for a model). The parts stand where the industry stood.
func SplitIndustry(t *Table, code string, parts []Part) (*Table, []Finding, error) {
	if err := t.Check(); err != nil {
		return nil, nil, err
	}
	k := t.Find(code)
	if k < 0 {
		return nil, nil, fault.New("inputoutput.no-such-industry", "code", code)
	}
	if len(parts) < 2 {
		return nil, nil, fault.New("inputoutput.too-few-parts", "code", code)
	}
	out := &Table{Origin: t.Origin}
	out.Codes = append(append(append(out.Codes, t.Codes[:k]...), partCodes(parts)...), t.Codes[k+1:]...)
	n, m := len(out.Codes), len(parts)
	own, err := shares(parts, "output", func(p Part) float64 { return p.Share })
	if err != nil {
		return nil, nil, err
	}
	if err := t.checkKeys(parts); err != nil {
		return nil, nil, err
	}
	sales := func(to string) ([]float64, error) {
		return named(parts, own, to, func(p Part) map[string]float64 { return p.Sales })
	}
	inputs := func(of string) ([]float64, error) {
		return named(parts, own, of, func(p Part) map[string]float64 { return p.Inputs })
	}
	from := make([]int, n) // the industry that each new one comes from
	for i := range from {
		switch {
		case i < k:
			from[i] = i
		case i < k+m:
			from[i] = k
		default:
			from[i] = i - m + 1
		}
	}
	selling, buying := make([][]float64, t.N()), make([][]float64, t.N())
	for i, c := range t.Codes {
		if selling[i], err = sales(c); err != nil {
			return nil, nil, err
		}
		if buying[i], err = inputs(c); err != nil {
			return nil, nil, err
		}
	}
	out.Z = mat.NewDense(n, n, nil)
	out.Z.Apply(func(i, j int, _ float64) float64 {
		v := t.Z.At(from[i], from[j])
		if from[i] == k {
			v *= selling[from[j]][i-k]
		}
		if from[j] == k {
			v *= buying[from[i]][j-k]
		}
		return v
	}, out.Z)
	spread := func(v, by []float64) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = v[from[i]]
			if from[i] == k {
				s[i] *= by[i-k]
			}
		}
		return s
	}
	for _, f := range t.Final {
		by, err := sales(f.Code)
		if err != nil {
			return nil, nil, err
		}
		out.Final = append(out.Final, Column{f.Code, spread(f.Values, by)})
	}
	for _, r := range t.Primary {
		by, err := inputs(r.Code)
		if err != nil {
			return nil, nil, err
		}
		out.Primary = append(out.Primary, Row{r.Code, r.Kind, spread(r.Values, by)})
	}
	if t.Output != nil {
		out.Output = spread(t.Output, own)
	}
	return out, out.Reconcile(1e-9 * maxAbs(t.GrossOutput())), out.Check()
}

// checkKeys refuses shares of parts for a code that is no industry, final use or primary row of the table.
func (t *Table) checkKeys(parts []Part) error {
	codes := map[string]bool{}
	for _, c := range t.Codes {
		codes[c] = true
	}
	for _, f := range t.Final {
		codes[f.Code] = true
	}
	for _, r := range t.Primary {
		codes[r.Code] = true
	}
	for _, p := range parts {
		for _, set := range []map[string]float64{p.Sales, p.Inputs} {
			for c := range set {
				if !codes[c] {
					return fault.New("inputoutput.no-such-industry", "code", c)
				}
			}
		}
	}
	return nil
}

func partCodes(parts []Part) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p.Code
	}
	return out
}

func named(parts []Part, own []float64, code string, set func(Part) map[string]float64) ([]float64, error) {
	given := 0
	for _, p := range parts {
		if _, ok := set(p)[code]; ok {
			given++
		}
	}
	switch given {
	case 0:
		return own, nil
	case len(parts):
		return shares(parts, code, func(p Part) float64 { return set(p)[code] })
	default: // some parts known, the others not: guessing the rest would hide the gap
		return nil, fault.New("inputoutput.shares-incomplete", "cell", code)
	}
}

// shares collects one share a part; they lie in [0,1] and add to one within 1e-9, and the last is made to fit exactly.
func shares(parts []Part, cell string, of func(Part) float64) ([]float64, error) {
	out, rest := make([]float64, len(parts)), 1.0
	for i, p := range parts {
		out[i] = of(p)
		if !(out[i] >= 0 && out[i] <= 1) {
			return nil, fault.New("inputoutput.bad-share", "code", p.Code, "cell", cell, "value", out[i])
		}
		if i < len(parts)-1 {
			rest -= out[i]
		}
	}
	last := len(parts) - 1
	if math.Abs(rest-out[last]) > 1e-9 {
		return nil, fault.New("inputoutput.shares-not-one", "cell", cell, "sum", 1-rest+out[last])
	}
	out[last] = math.Max(rest, 0)
	return out, nil
}
