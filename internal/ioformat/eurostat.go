package ioformat

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/tabular"
)

// Blocks are the tables of one file by the origin of their flows.
type Blocks map[inputoutput.Origin]*Loaded

// eurostatNames are the headings that the readers of Eurostat files know, in lower case.
var eurostatNames = map[string]string{
	"prod_na": "row", "prd_ava": "row", "ind_ava": "row",
	"induse": "column", "ind_use": "column", "prd_use": "column",
	"values": "value", "obs_value": "value", "value": "value",
	"geo": "geo", "time": "time", "time_period": "time", "unit": "unit", "freq": "freq", "stk_flow": "stk_flow",
}

// ReadEurostat reads a symmetric table in Eurostat's long form, one cell a line: the columns prod_na or prd_ava (the row),
// induse, ind_use or prd_use (the column), values or OBS_VALUE, and of the dimensions geo, time or TIME_PERIOD, unit, freq
// and stk_flow those that are there; all other columns are left alone. Of every dimension but stk_flow the file must hold one
// value, or choose has to name it ("geo": "DE"). stk_flow gives the blocks (DOM, IMP, TOTAL); without it the table is
// domestic. The same cells are read from an SDMX-ML message, generic or structure specific. What rows and columns mean is told by their codes, see EurostatRoles.
func ReadEurostat(r io.Reader, file string, choose map[string]string, o tabular.Options) (Blocks, error) {
	b := bufio.NewReader(io.LimitReader(r, tabular.MaxBytes+1))
	open := openText
	if head, _ := b.Peek(4); bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\ufeff")), []byte("<")) {
		open = openSDMX
	}
	d, err := open(b, file, o)
	if err != nil {
		return nil, err
	}
	e := &eurostat{records: d, choose: choose, held: map[string]string{}}
	if e.at, err = eurostatColumns(d.header, file); err != nil {
		return nil, err
	}
	at := e.at
	flows := map[string]*collector{}
	if err := d.tell(func(i int) bool { return i == at["value"] }); err != nil {
		return nil, err
	}
	for rec, err := range d.all() {
		if err != nil {
			return nil, err
		}
		flow, wanted, err := e.flow(rec)
		if err != nil {
			return nil, err
		}
		if !wanted {
			continue
		}
		if flows[flow] == nil {
			flows[flow] = newCollector(file)
		}
		if err := flows[flow].add(d, rec, at["row"], at["column"], at["value"]); err != nil {
			return nil, err
		}
	}
	return eurostatBlocks(flows, file)
}

// eurostatColumns finds the columns that have a meaning here.
func eurostatColumns(header []string, file string) (map[string]int, error) {
	at := map[string]int{}
	for i, h := range header {
		if name, ok := eurostatNames[strings.ToLower(h)]; ok {
			if _, twice := at[name]; twice {
				return nil, fault.New("ioformat.column-twice", "code", h).At(file, 1, h)
			}
			at[name] = i
		}
	}
	for _, need := range []string{"row", "column", "value"} {
		if _, ok := at[need]; !ok {
			return nil, fault.New("ioformat.not-eurostat", "need", need).At(file, 1, "")
		}
	}
	return at, nil
}

// eurostat is a file in long form while it is read.
type eurostat struct {
	*records
	at           map[string]int
	choose, held map[string]string // of a dimension: the value asked for, and the one that was met first
}

// flow tells to which block a record belongs, and whether it is one of those asked for. A second value of a dimension that nobody
// chose between is refused.
func (e *eurostat) flow(rec []string) (flow string, wanted bool, err error) {
	flow = "DOM"
	for _, dim := range []string{"geo", "time", "unit", "freq", "stk_flow"} {
		i, ok := e.at[dim]
		if !ok {
			continue
		}
		v := strings.TrimSpace(rec[i])
		if want, chosen := e.choose[dim]; chosen && v != want {
			return "", false, nil
		}
		if dim == "stk_flow" {
			flow = strings.Clone(v)
			continue
		}
		if first, seen := e.held[dim]; !seen {
			e.held[dim] = strings.Clone(v)
		} else if first != v {
			return "", false, fault.New("ioformat.choose", "dimension", dim, "first", first, "second", v).At(e.file, e.line, e.name(i))
		}
	}
	return flow, true, nil
}

// eurostatBlocks makes a table of the cells of every flow.
func eurostatBlocks(flows map[string]*collector, file string) (Blocks, error) {
	out := Blocks{}
	for _, flow := range slices.Sorted(maps.Keys(flows)) {
		origin, ok := map[string]inputoutput.Origin{"DOM": inputoutput.Domestic, "IMP": inputoutput.Imported, "TOTAL": inputoutput.Total}[flow]
		if !ok {
			return nil, fault.New("ioformat.bad-flow", "flow", flow).At(file, 0, "stk_flow")
		}
		g, err := flows[flow].grid()
		if err != nil {
			return nil, err
		}
		roles, notes := EurostatRoles(g, origin)
		one, err := g.Table(roles)
		if err != nil {
			return nil, err
		}
		one.Notes = append(one.Notes, notes...)
		out[origin] = one
	}
	if len(out) == 0 {
		return nil, fault.New("ioformat.no-cells").At(file, 0, "")
	}
	return out, nil
}

// EurostatRoles tells roles by the codes of ESA 2010 (and the older ones beside them). Final use is taken from its finest
// codes: P5 is a subtotal where it is the sum of the parts that are there, and a category of its own where it is not (some
// tables list P5 without inventories beside P52). Value added is B1G, its components are details; without B1G the components
// make it up. The row of imports is an input of the industries in a domestic table and a part of supply in a total one.
func EurostatRoles(g *Grid, origin inputoutput.Origin) (Roles, []*fault.Error) {
	r := Roles{Origin: origin}
	var notes []*fault.Error
	row := func(codes ...string) string {
		for _, c := range codes {
			if g.HasRow(c) {
				return c
			}
		}
		return ""
	}
	put := func(list *[]string, codes ...string) {
		for _, c := range codes {
			if c != "" {
				*list = append(*list, c)
			}
		}
	}
	imports, taxes := row("P7", "IMP"), row("D21X31")
	if origin == inputoutput.Total {
		r.ImportsByProduct, imports = imports, ""
	}
	put(&r.Imports, imports)
	put(&r.Taxes, taxes)
	r.Output = row("P1")
	var parts []string
	put(&parts, row("D1"), row("D29X39"))
	if gross := row("B2A3G"); gross != "" {
		put(&parts, gross)
	} else {
		put(&parts, row("P51C", "K1"), row("B2A3N"))
	}
	if va := row("B1G"); va != "" {
		r.ValueAdded = []string{va}
		r.Details = parts
		if len(parts) >= 3 {
			r.ColumnSums = append(r.ColumnSums, Sum{va, parts})
		}
	} else {
		r.ValueAdded = parts
	}
	for _, c := range g.Rows {
		if c == "EMP" || strings.HasPrefix(c, "EMP-") || strings.HasPrefix(c, "EMP_") {
			put(&r.Physical, c)
		}
	}
	if c := row("TOTAL", "CPA_TOTAL"); c != "" {
		r.ColumnSums = append(r.ColumnSums, Sum{c, []string{"*"}})
	}
	if c := row("P2_ADJ", "P2"); c != "" {
		of := []string{"*"}
		put(&of, imports, taxes)
		r.ColumnSums = append(r.ColumnSums, Sum{c, of})
	}
	final, subtotals := g.finalUse()
	r.Final = final
	r.RowSums = subtotals
	for _, c := range []string{"TOTAL", "CPA_TOTAL"} {
		if g.HasColumn(c) {
			r.RowSums = append(r.RowSums, Sum{c, []string{"*"}})
		}
	}
	use := append([]string{"*"}, final...)
	if g.HasColumn("TU") {
		r.RowSums = append(r.RowSums, Sum{"TU", use})
	}
	if g.HasColumn("TFU") {
		of := final
		if !g.adds("TFU", final) && g.isTotalUse("TFU", r) {
			of = use
			notes = append(notes, fault.New("ioformat.total-is-of-use", "code", "TFU").At(g.File, 0, "TFU"))
		}
		r.RowSums = append(r.RowSums, Sum{"TFU", of})
	}
	return r, notes
}

// finalUse gives the finest columns of final use and the subtotals above them.
func (g *Grid) finalUse() (leaves []string, subtotals []Sum) {
	under := func(code string) (parts []string) {
		for _, c := range g.Columns {
			below := strings.HasPrefix(c, code+"_")
			switch code {
			case "P3":
				below = below || c == "P31" || c == "P32"
			case "P5":
				below = below || c == "P51G" || c == "P51" || c == "P52" || c == "P53"
			case "P5M":
				below = below || c == "P52" || c == "P53"
			case "P6":
				below = below || c == "P61" || c == "P62"
			}
			if below && c != code {
				parts = append(parts, c)
			}
		}
		return parts
	}
	for _, c := range g.Columns {
		if len(c) < 2 || !strings.Contains("P3 P5 P6", c[:2]) || g.HasRow(c) {
			continue
		}
		if parts := under(c); len(parts) > 0 && g.adds(c, parts) {
			subtotals = append(subtotals, Sum{c, parts})
		} else {
			leaves = append(leaves, c)
		}
	}
	return leaves, subtotals
}

// adds says whether a column is the sum of others in at least nine rows of ten, rounding apart.
func (g *Grid) adds(total string, parts []string) bool {
	rows, agree := 0, 0
	for _, row := range g.Rows {
		t := g.Cell(row, total)
		if !t.Known || !g.HasColumn(row) {
			continue
		}
		sum := 0.0
		for _, p := range parts {
			sum += g.Cell(row, p).Value
		}
		rows++
		if math.Abs(sum-t.Value) <= float64(len(parts))+1e-9*math.Abs(t.Value) {
			agree++
		}
	}
	return rows > 0 && agree*10 >= rows*9
}

// isTotalUse says whether a column is nearer to gross output than to anything final: the trap of tables whose total use is
// labelled total final use.
func (g *Grid) isTotalUse(column string, r Roles) bool {
	rows, agree := 0, 0
	for _, c := range g.Rows {
		out, t := g.Cell(r.Output, c), g.Cell(c, column)
		if !out.Known || !t.Known || !g.HasColumn(c) {
			continue
		}
		rows++
		if math.Abs(out.Value-t.Value) <= 0.001*math.Abs(out.Value) {
			agree++
		}
	}
	return rows > 0 && agree*10 >= rows*9
}
