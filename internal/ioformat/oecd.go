package ioformat

import (
	"io"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// ReadOECD reads the OECD's input-output tables of one country, as in VNM2020ttl.csv: a wide matrix whose industry rows are
// TTL_01 (total), DOM_01 (domestic) or IMP_01 (imported), whose industry columns are 01 or D01, with the rows TXS_IMP_FNL
// and TXS_INT_FNL (taxes less subsidies on products), TTL_INT_FNL (intermediate consumption at purchasers' prices), VALU
// and OUTPUT, and columns of final use in which IMPO, the imports, is negative in a total table. Industry codes are those of the
// rows, without prefix.
func ReadOECD(r io.Reader, file string, o tabular.Options) (Blocks, error) {
	d, err := openText(r, file, o)
	if err != nil {
		return nil, err
	}
	g, err := readWide(d)
	if err != nil {
		return nil, err
	}
	found, err := oecdIndustries(g)
	if err != nil {
		return nil, err
	}
	base, err := found.roles()
	if err != nil {
		return nil, err
	}
	out := Blocks{}
	for _, origin := range []inputoutput.Origin{inputoutput.Total, inputoutput.Domestic, inputoutput.Imported} {
		if len(found.industries[origin]) == 0 {
			continue
		}
		one, err := g.Table(found.of(origin, base))
		if err != nil {
			return nil, err
		}
		codes := make([]string, one.Table.N())
		for i, c := range one.Table.Codes {
			codes[i] = strings.TrimPrefix(found.rowOf[origin][c], oecdPrefixes[origin])
		}
		one.Table.Codes = codes
		out[origin] = one
	}
	return out.imports(), nil
}

// oecdPrefixes begin the codes of the industry rows of each block.
var oecdPrefixes = map[inputoutput.Origin]string{inputoutput.Total: "TTL_", inputoutput.Domestic: "DOM_", inputoutput.Imported: "IMP_"}

// oecdTotals are the headings under which OECD writes a row's total.
var oecdTotals = []string{"TOTAL", "OUT", "OUTPUT"}

// oecd is a grid of OECD with its industries found.
type oecd struct {
	*Grid
	industries map[inputoutput.Origin][]string          // the columns of each block
	rowOf      map[inputoutput.Origin]map[string]string // the row of a column
	isIndustry map[string]bool
}

// oecdIndustries finds the industry rows of every block and the column that belongs to each.
func oecdIndustries(g *Grid) (*oecd, error) {
	out := &oecd{Grid: g, industries: map[inputoutput.Origin][]string{}, rowOf: map[inputoutput.Origin]map[string]string{}, isIndustry: map[string]bool{}}
	for _, row := range g.Rows {
		for origin, prefix := range oecdPrefixes {
			key, ok := strings.CutPrefix(row, prefix)
			if !ok || row == "TTL_INT_FNL" || key == "TOT" {
				continue
			}
			c := out.column(key)
			if c == "" {
				return nil, fault.New("ioformat.row-without-column", "code", row).At(g.File, g.line[g.row[row]], "")
			}
			if out.rowOf[origin] == nil {
				out.rowOf[origin] = map[string]string{}
			}
			if _, twice := out.rowOf[origin][c]; twice {
				return nil, fault.New("ioformat.row-twice", "code", row).At(g.File, g.line[g.row[row]], "")
			}
			out.rowOf[origin][c] = row
			out.industries[origin] = append(out.industries[origin], c)
			out.isIndustry[c] = true
		}
	}
	if len(out.isIndustry) == 0 {
		return nil, fault.New("ioformat.not-oecd").At(g.File, 0, "")
	}
	return out, nil
}

// column gives the column of an industry, or nothing.
func (g *oecd) column(industry string) string {
	for _, c := range []string{"D" + industry, industry} {
		if g.HasColumn(c) {
			return c
		}
	}
	return ""
}

// roles tells what the columns and rows are that belong to no industry.
func (g *oecd) roles() (Roles, error) {
	var out Roles
	for _, c := range g.Columns {
		switch {
		case g.isIndustry[c] || slices.Contains(oecdTotals, c): // totals are compared below
		case strings.HasPrefix(c, "D") && len(c) > 1 && c[1] >= '0' && c[1] <= '9':
			return out, fault.New("ioformat.column-without-row", "code", c).At(g.File, 1, c)
		default:
			out.Final = append(out.Final, c)
		}
	}
	for _, c := range g.Rows {
		if strings.HasPrefix(c, "TXS_") {
			out.Taxes = append(out.Taxes, c)
		}
	}
	if g.HasRow("VALU") {
		out.ValueAdded = []string{"VALU"}
	}
	if g.HasRow("OUTPUT") {
		out.Output = "OUTPUT"
	}
	return out, nil
}

// of gives the roles in one block. Imports have neither value added nor output; the sums of the two other blocks are compared.
func (g *oecd) of(origin inputoutput.Origin, base Roles) Roles {
	out, rows := base, g.rowOf[origin]
	out.Origin, out.Industries = origin, g.industries[origin]
	out.RowOf = func(c string) string { return rows[c] }
	if origin == inputoutput.Imported {
		out.Taxes, out.ValueAdded, out.Output = nil, nil, ""
		return out
	}
	if g.HasRow("TTL_INT_FNL") {
		of := append([]string{"*"}, base.Taxes...)
		if origin == inputoutput.Domestic {
			for _, c := range g.industries[inputoutput.Imported] {
				of = append(of, g.rowOf[inputoutput.Imported][c])
			}
		}
		out.ColumnSums = append(out.ColumnSums, Sum{"TTL_INT_FNL", of})
	}
	for _, c := range oecdTotals {
		if g.HasColumn(c) {
			out.RowSums = append(out.RowSums, Sum{c, append([]string{"*"}, base.Final...)})
		}
	}
	return out
}

// imports gives a domestic table the imports that its industries use, where the file lists them apart: without that row
// its columns would not add up.
func (b Blocks) imports() Blocks {
	dom, imp := b[inputoutput.Domestic], b[inputoutput.Imported]
	if dom == nil || imp == nil || dom.Table.N() != imp.Table.N() {
		return b
	}
	for _, r := range dom.Table.Primary {
		if r.Kind == inputoutput.Import {
			return b
		}
	}
	sum := make([]float64, dom.Table.N())
	for i := range sum {
		for j, v := range imp.Table.Z.RawRowView(i) {
			sum[j] += v
		}
	}
	dom.Table.Primary = append(dom.Table.Primary, inputoutput.Row{Code: "imports", Kind: inputoutput.Import, Values: sum})
	kept := dom.Findings[:0]
	for _, f := range dom.Findings { // columns were compared before the imports were there
		if f.What != "column" || strings.Contains(f.At, " / ") {
			kept = append(kept, f)
		}
	}
	dom.Findings = kept
	for _, f := range dom.Table.Reconcile(tolerance(0, maxOf(dom.Table.GrossOutput()))) {
		if f.What == "column" {
			dom.Findings = append(dom.Findings, f)
		}
	}
	return b
}

// ReadICIO reads the OECD's inter-country table: a wide matrix whose industries are COU_industry in rows and columns, with
// columns of final use COU_HFCE and so on, rows of taxes (TLS, TAXSUB or ones ending in _TAXSUB), value added (VA or VALU)
// and output (OUT or OUTPUT), and a total column OUT, OUTPUT or TOTAL. Regions are in order of first appearance.
func ReadICIO(r io.Reader, file string, o tabular.Options) (*inputoutput.MultiRegion, *Loaded, error) {
	d, err := openText(r, file, o)
	if err != nil {
		return nil, nil, err
	}
	g, err := readWide(d)
	if err != nil {
		return nil, nil, err
	}
	roles := Roles{Origin: inputoutput.Domestic}
	for _, c := range g.Rows {
		switch {
		case c == "VA" || c == "VALU":
			roles.ValueAdded = append(roles.ValueAdded, c)
		case c == "TLS" || c == "TAXSUB" || strings.HasSuffix(c, "_TAXSUB"):
			roles.Taxes = append(roles.Taxes, c)
		case c == "OUT" || c == "OUTPUT":
			roles.Output = c
		}
	}
	m := &inputoutput.MultiRegion{}
	region := map[string]int{}
	of := func(code string) (int, bool) {
		name, _, ok := strings.Cut(code, "_")
		if !ok || name == "" {
			return 0, false
		}
		i, seen := region[name]
		if !seen {
			i = len(m.Regions)
			region[name] = i
			m.Regions = append(m.Regions, name)
		}
		return i, true
	}
	for _, c := range g.Columns {
		switch {
		case c == "OUT" || c == "OUTPUT" || c == "TOTAL":
			roles.RowSums = append(roles.RowSums, Sum{Code: c})
		case g.HasRow(c):
			roles.Industries = append(roles.Industries, c)
		default:
			if _, ok := of(c); !ok {
				return nil, nil, fault.New("ioformat.no-region", "code", c).At(file, 1, c)
			}
			roles.Final = append(roles.Final, c)
		}
	}
	for i := range roles.RowSums {
		roles.RowSums[i].Of = append([]string{"*"}, roles.Final...)
	}
	m.Regions, region = nil, map[string]int{}
	for _, c := range roles.Industries {
		i, ok := of(c)
		if !ok {
			return nil, nil, fault.New("ioformat.no-region", "code", c).At(file, 1, c)
		}
		m.RegionOf = append(m.RegionOf, i)
	}
	for _, c := range roles.Final {
		i, _ := of(c)
		m.FinalRegion = append(m.FinalRegion, i)
	}
	one, err := g.Table(roles)
	if err != nil {
		return nil, nil, err
	}
	m.Table = one.Table
	return m, one, m.Check()
}
