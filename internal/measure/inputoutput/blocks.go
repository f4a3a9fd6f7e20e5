package inputoutput

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
)

// Blocks are the three flows of one economy, kept apart: domestic + imported = total.
type Blocks struct {
	Domestic, Imported, Total *Table
	// Imports is the code of the final-use column in which Total takes imports off again; no other block has it. Where it is "", it is the
	// column that Total alone has and that is negative and nowhere positive; a Total made here gets one with the code "imports".
	Imports string
}

// Complete gives the block that is missing from the two others; with all three it gives the cells in which domestic plus
// imported differs from total by more than the tolerance. A final use that a block does not list is zero there, so that
// exports stay whole beside imports of which none is sold on.
func (b *Blocks) Complete(tolerance float64) ([]Finding, error) {
	var err error
	switch {
	case b.Total == nil && b.Domestic != nil && b.Imported != nil:
		b.Total, err = b.total()
	case b.Imported == nil && b.Domestic != nil && b.Total != nil:
		b.Imported, err = combine(b.Total, b.Domestic, -1, Imported, b.negative(b.Domestic))
	case b.Domestic == nil && b.Imported != nil && b.Total != nil:
		b.Domestic, err = combine(b.Total, b.Imported, -1, Domestic, b.negative(b.Imported))
		if err == nil {
			b.Domestic.Output = b.Total.GrossOutput()
			b.Domestic.Primary = append([]Row(nil), b.Total.Primary...)
			if b.Total.money() { // without any primary input the columns are not accounted for, and imports alone would not do so
				b.Domestic.Primary = append(b.Domestic.Primary, Row{"imports", Import, columnSums(b.Imported.Z)})
			}
		}
	case b.Domestic == nil || b.Imported == nil || b.Total == nil:
		return nil, fault.New("inputoutput.too-few-blocks")
	}
	if err != nil {
		return nil, err
	}
	rest, err := combine(b.Total, b.Domestic, -1, Imported, b.negative(b.Domestic))
	if err != nil {
		return nil, err
	}
	if err := sameCodes(rest.Codes, b.Imported.Codes); err != nil {
		return nil, err
	}
	off, err := combine(rest, b.Imported, -1, Imported, "")
	if err != nil {
		return nil, err
	}
	var out []Finding
	compare := func(at string, computed, off float64) {
		if off > tolerance || off < -tolerance {
			out = append(out, Finding{"balance", at, computed - off, computed, off})
		}
	}
	for i, code := range b.Total.Codes {
		for j, other := range b.Total.Codes {
			compare(code+" × "+other, rest.Z.At(i, j), off.Z.At(i, j))
		}
		for _, f := range off.Final {
			compare(code+" × "+f.Code, rest.final(f.Code)[i], f.Values[i])
		}
	}
	return out, nil
}

// total adds domestic and imported flows: imports, a primary input of the domestic table, become a negative final use.
func (b *Blocks) total() (*Table, error) {
	out, err := combine(b.Domestic, b.Imported, 1, Total, "")
	if err != nil {
		return nil, err
	}
	imports := b.Imported.RowTotals()
	for i := range imports {
		imports[i] = -imports[i]
	}
	code := b.Imports
	if code == "" {
		code = "imports"
	}
	if len(out.Final) > 0 {
		out.Final = append(out.Final, Column{code, imports})
	}
	for _, r := range b.Domestic.Primary {
		if r.Kind != Import {
			out.Primary = append(out.Primary, r)
		}
	}
	out.Output = b.Domestic.GrossOutput()
	return out, nil
}

// negative gives the code of the column of imports of the total table, known from it and one other block.
func (b *Blocks) negative(other *Table) string {
	if b.Imports != "" {
		return b.Imports
	}
	for _, f := range b.Total.Final {
		if slices.ContainsFunc(other.Final, func(g Column) bool { return g.Code == f.Code }) {
			continue
		}
		if len(f.Values) > 0 && slices.Max(f.Values) <= 0 && slices.Min(f.Values) < 0 {
			return f.Code
		}
	}
	return ""
}

// final gives the values of a final use, zeros where the table does not list it.
func (t *Table) final(code string) []float64 {
	for _, f := range t.Final {
		if f.Code == code {
			return f.Values
		}
	}
	return make([]float64, t.N())
}

// combine gives a + sign·b for the flows of two tables, without the final use leave. One that only one of them lists is zero in the other.
func combine(a, b *Table, sign float64, origin Origin, leave string) (*Table, error) {
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
	seen := map[string]bool{leave: leave != ""}
	for _, f := range slices.Concat(a.Final, b.Final) {
		if seen[f.Code] {
			continue
		}
		seen[f.Code] = true
		v := append([]float64(nil), a.final(f.Code)...)
		axpy(v, sign, b.final(f.Code))
		out.Final = append(out.Final, Column{f.Code, v})
	}
	out.Output = out.RowTotals()
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
// column of the total table ("" where there is none). Imports become a primary row with the code
// "imports", where the table has primary inputs at all.
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
	out := &Table{Codes: t.Codes, Origin: Domestic, Z: mat.NewDense(n, n, nil), Output: x}
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
	out.Primary = append([]Row(nil), t.Primary...)
	if t.money() {
		out.Primary = append(out.Primary, Row{"imports", Import, used})
	}
	return out, nil
}
