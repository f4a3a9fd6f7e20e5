package inputoutput

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Blocks are the three flows of one economy, kept apart: domestic + imported = total.
type Blocks struct {
	Domestic, Imported, Total *Table
}

// Complete gives the block that is missing from the two others; with all three it gives the cells in which domestic plus
// imported differs from total by more than the tolerance.
func (b *Blocks) Complete(tolerance float64) ([]Finding, error) {
	var err error
	switch {
	case b.Total == nil && b.Domestic != nil && b.Imported != nil:
		b.Total, err = combine(b.Domestic, b.Imported, 1, Total)
	case b.Imported == nil && b.Domestic != nil && b.Total != nil:
		b.Imported, err = combine(b.Total, b.Domestic, -1, Imported)
	case b.Domestic == nil && b.Imported != nil && b.Total != nil:
		b.Domestic, err = combine(b.Total, b.Imported, -1, Domestic)
		if err == nil {
			b.Domestic.Output = b.Total.Output
			b.Domestic.Primary = append(append([]Row(nil), b.Total.Primary...), Row{"imports", Import, columnSums(b.Imported.Z)})
		}
	case b.Domestic == nil || b.Imported == nil || b.Total == nil:
		return nil, fault.New("inputoutput.too-few-blocks")
	}
	if err != nil {
		return nil, err
	}
	rest, err := combine(b.Total, b.Domestic, -1, Imported)
	if err != nil {
		return nil, err
	}
	var out []Finding
	compare := func(at string, printed, computed float64) {
		if d := computed - printed; d > tolerance || d < -tolerance {
			out = append(out, Finding{"balance", at, printed, computed, d})
		}
	}
	for i, code := range b.Total.Codes {
		for j, other := range b.Total.Codes {
			compare(code+" × "+other, b.Imported.Z.At(i, j), rest.Z.At(i, j))
		}
		for k, f := range rest.Final {
			compare(code+" × "+f.Code, b.Imported.Final[k].Values[i], f.Values[i])
		}
	}
	return out, nil
}

// combine gives a + sign·b for the flows of two tables of the same layout. A column that only one of them has (imports,
// as a negative final use of a total table) is left out.
func combine(a, b *Table, sign float64, origin Origin) (*Table, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	if err := sameCodes(a.Codes, b.Codes); err != nil {
		return nil, err
	}
	if err := b.Check(); err != nil {
		return nil, err
	}
	out := &Table{Codes: a.Codes, Origin: origin, Z: mat.NewDense(a.N(), a.N(), nil)}
	out.Z.Scale(sign, b.Z)
	out.Z.Add(out.Z, a.Z)
	for _, f := range a.Final {
		for _, g := range b.Final {
			if f.Code == g.Code {
				v := append([]float64(nil), f.Values...)
				axpy(v, sign, g.Values)
				out.Final = append(out.Final, Column{f.Code, v})
			}
		}
	}
	if len(out.Final) == 0 {
		out.Output = rowSums(out.Z)
	} else {
		out.Output = out.RowTotals()
	}
	return out, nil
}

func sameCodes(a, b []string) error {
	if len(a) != len(b) {
		return fault.New("inputoutput.codes-differ", "left", len(a), "right", len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			return fault.New("inputoutput.codes-differ", "left", a[i], "right", b[i])
		}
	}
	return nil
}

// DomesticByProportion makes a domestic table out of a total one when no import table is known: of every use of product
// i at home, intermediate or final, the share mᵢ = imports / (output + imports − exports) is taken to be imported, and
// none of the exports. This is an assumption, not an observation, and any figure made with it has to say so. imports
// holds positive values (n); exports names the final-use column that is not supplied by imports, importColumn the negative
// column of the total table ("" where there is none). Imports become a primary row with the code "imports".
func DomesticByProportion(t *Table, imports []float64, exports, importColumn string) (*Table, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if err := t.checkVector(imports, "imports", false); err != nil {
		return nil, err
	}
	n, x := t.N(), t.GrossOutput()
	abroad := make([]float64, n)
	found := false
	for _, f := range t.Final {
		if f.Code == exports {
			abroad, found = f.Values, true
		}
	}
	if !found {
		return nil, fault.New("inputoutput.no-such-column", "code", exports)
	}
	home := make([]float64, n)
	for i, m := range imports {
		supply := x[i] + m - abroad[i]
		switch {
		case m == 0:
			home[i] = 1
		case m < 0 || supply <= 0 || m > supply:
			return nil, fault.New("inputoutput.bad-import-share", "code", t.Codes[i], "imports", m, "supply", supply)
		default:
			home[i] = 1 - m/supply
		}
	}
	out := &Table{Codes: t.Codes, Origin: Domestic, Z: mat.NewDense(n, n, nil), Output: t.Output}
	out.Z.Apply(func(i, _ int, v float64) float64 { return home[i] * v }, t.Z)
	for _, f := range t.Final {
		switch f.Code {
		case importColumn:
		case exports:
			out.Final = append(out.Final, f)
		default:
			out.Final = append(out.Final, Column{f.Code, times(f.Values, home)})
		}
	}
	used := columnSums(t.Z)
	for j, d := range columnSums(out.Z) {
		used[j] -= d
	}
	out.Primary = append(append([]Row(nil), t.Primary...), Row{"imports", Import, used})
	return out, nil
}
