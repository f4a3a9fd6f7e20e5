package recipe

import (
	"context"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Codes of supply and use tables in the cube.
const (
	tableFlow    = "IO_TABLE"
	digitalFlow  = "IO_DIGITAL"
	wholeEconomy = "_T"
	makeTable    = "MAKE"
	useTable     = "USE"
	importTable  = "IMPORT"
	labour       = "V001" // compensation of employees
	importUse    = "F050" // imports, a negative column of final use
)

// tables are the supply and use tables of one area and year, read back from their cells. Codes are those of the office, without the
// prefix that names their classification in keys.
type tables struct {
	area, prefix         string
	period               stat.Period
	industries, products []string
	final, primary       []string
	cells                map[stat.Key]cube.Version
	lists                []cube.Version // digital industries and products
}

// tableInputs are the inputs of every recipe on the tables of an area.
func tableInputs(area string) []pipeline.Input {
	return []pipeline.Input{{Name: "table", Dataflow: tableFlow, Key: "A." + area + "..."}, {Name: "digital", Dataflow: digitalFlow, Key: "A." + area + ".."}}
}

// readTables lays the newest year out, or gives nil when there is none. Printed totals must agree with the cells to rounding: a cell that
// is not there counts as the zero that the table prints, so a lost cell would otherwise pass for one.
func readTables(in *pipeline.Inputs) (*tables, error) {
	t := &tables{area: in.Params["area"], cells: map[stat.Key]cube.Version{}}
	for _, v := range in.Newest("table") {
		if v.Value != nil && v.Period.Compare(t.period) > 0 {
			t.period = v.Period
		}
	}
	if t.period.IsZero() {
		return nil, nil
	}
	industries, products, final, primary := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, v := range in.Newest("table") {
		if v.Value == nil || v.Period != t.period {
			continue
		}
		t.cells[v.Key] = v
		codes := v.Key.Codes() // FREQ, REF_AREA, TABLE, ROW, COLUMN
		var row, column string
		t.prefix, row, _ = strings.Cut(codes[3], "-")
		_, column, _ = strings.Cut(codes[4], "-")
		switch line := (cross{lineOf(row), lineOf(column)}); {
		case codes[2] == makeTable && line == cross{activity, activity}:
			industries[row], products[column] = true, true
		case codes[2] == useTable && line == cross{activity, activity}:
			products[row], industries[column] = true, true
		case codes[2] == useTable && line == cross{activity, finalUse}:
			products[row], final[column] = true, true
		case codes[2] == useTable && line == cross{primaryInput, activity}:
			primary[row], industries[column] = true, true
		}
	}
	t.prefix += "-"
	t.industries, t.products, t.final, t.primary = ordered(industries), ordered(products), ordered(final), ordered(primary)
	for _, v := range in.Newest("digital") {
		if v.Value != nil && v.Period == t.period {
			t.lists = append(t.lists, v)
		}
	}
	return t, t.complete()
}

// lineKind is what a row or a column of a table holds.
type lineKind string

const (
	activity     lineKind = "industry or product"
	totals       lineKind = "totals"
	finalUse     lineKind = "final use"
	primaryInput lineKind = "primary input"
)

// cross is what meets in a cell.
type cross struct{ row, column lineKind }

// beaLines is how the BEA writes the codes of what is no industry and no product.
var beaLines = map[lineKind]*regexp.Regexp{totals: regexp.MustCompile(`^T\d..$`), finalUse: regexp.MustCompile(`^F\d..$`), primaryInput: regexp.MustCompile(`^V\d..$`)}

func lineOf(code string) lineKind {
	for kind, form := range beaLines {
		if form.MatchString(code) {
			return kind
		}
	}
	return activity
}

func ordered(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for c := range set {
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}

// key names a cell; "" leaves a code open.
func (t *tables) key(table, row, column string) stat.Key {
	for _, c := range []*string{&row, &column} {
		if *c != "" {
			*c = t.prefix + *c
		}
	}
	return stat.NewKey("A", t.area, table, row, column)
}

// at gives a cell; one that is not there was printed as zero.
func (t *tables) at(table, row, column string) float64 {
	if v, ok := t.cells[t.key(table, row, column)]; ok {
		return v.Value.Float64()
	}
	return 0
}

// ref names the cells of a row and column as sources, those that are not zero.
func (t *tables) refs(table, role string, rows, columns []string) []pipeline.Ref {
	var out []pipeline.Ref
	for _, r := range rows {
		for _, c := range columns {
			if v, ok := t.cells[t.key(table, r, c)]; ok {
				out = append(out, refTo(v, role))
			}
		}
	}
	return out
}

// sumTerm is the sum of the cells of rows and columns, those that are not zero.
func (t *tables) sumTerm(table string, rows, columns []string) pipeline.Term {
	cells := pipeline.Figures(t.refs(table, "", rows, columns))
	if len(cells) == 0 {
		return pipeline.Number(stat.Int(0))
	}
	return sumOf(cells...)
}

// sumOf is sumTerm as a formula.
func (t *tables) sumOf(table string, rows, columns []string) *pipeline.Formula {
	return pipeline.Rounded(t.sumTerm(table, rows, columns), 4)
}

// digitalPart is the output of digital products of an industry in per cent of all its output.
func (t *tables) digitalPart(industry string, digital satellite.FractionList) *pipeline.Formula {
	var made []pipeline.Term
	for _, f := range digital.Fractions {
		cell := t.sumTerm(makeTable, []string{industry}, []string{f.Product})
		if cell.Op == pipeline.OpNumber {
			continue // the industry makes none of it
		}
		if f.Share == 1 {
			made = append(made, cell)
			continue
		}
		for _, v := range t.lists {
			if codes := v.Key.Codes(); codes[2] == "PRODUCTS" && codes[3] == t.prefix+f.Product {
				made = append(made, pipeline.Apply(pipeline.OpProduct, figure(v), cell))
			}
		}
	}
	if len(made) == 0 {
		return pipeline.Rounded(pipeline.Number(stat.Int(0)), 4)
	}
	return pipeline.Rounded(inPercent(sumOf(made...), t.sumTerm(makeTable, []string{industry}, t.products)), 4)
}

// block names a whole table as a source.
func (t *tables) block(table string) pipeline.Ref {
	return t.part(t.key(table, "", ""), "table")
}

// part names the cells of the year that a key with open codes matches as a source.
func (t *tables) part(key stat.Key, role string) pipeline.Ref {
	return pipeline.Ref{Dataflow: tableFlow, Key: key, Since: t.period, Until: t.period, Role: role}
}

// whole names every table and list as conditions: a figure stands because the tables close, whichever of their cells it takes.
func (t *tables) whole(from ...pipeline.Ref) []pipeline.Ref {
	out := slices.Clone(from)
	for _, table := range []string{makeTable, useTable, importTable} {
		if !slices.Contains(from, t.block(table)) {
			out = append(out, t.block(table).As("complete table"))
		}
	}
	if len(t.lists) > 0 {
		out = append(out, pipeline.Ref{Dataflow: digitalFlow, Key: stat.NewKey("A", t.area, "", ""), Since: t.period, Until: t.period}.As("digital list"))
	}
	return out
}

// listed names the codes of a digital list as sources.
func (t *tables) listed(list string) []pipeline.Ref {
	var out []pipeline.Ref
	for _, v := range t.lists {
		if v.Key.Codes()[2] == list {
			out = append(out, refTo(v, "digital list"))
		}
	}
	return out
}

// complete holds the printed totals of industries against their cells.
func (t *tables) complete() error {
	for _, i := range t.industries {
		made, used := 0.0, 0.0
		for _, p := range t.products {
			made += t.at(makeTable, i, p)
			used += t.at(useTable, p, i)
		}
		for _, v := range t.primary {
			used += t.at(useTable, v, i)
		}
		// Each cell is rounded by itself, so a sum of n may be off by n/2; a lost cell that small changes nothing that shows.
		allowed := float64(len(t.products)+len(t.primary)) / 2
		for _, total := range []struct{ printed, sum float64 }{{t.at(makeTable, i, "T008"), made}, {t.at(useTable, "T008", i), used}} {
			if d := total.printed - total.sum; d > allowed || -d > allowed {
				return fault.New("recipe.table-incomplete", "industry", i, "printed", total.printed, "sum", total.sum)
			}
		}
	}
	return nil
}

// supply gives the pair with imports inside (Total), or with the imported part of every use taken out (Domestic) and booked as a primary input.
func (t *tables) supply(origin inputoutput.Origin) *inputoutput.SupplyUse {
	n, p := len(t.industries), len(t.products)
	s := &inputoutput.SupplyUse{Products: t.products, Industries: t.industries, Make: mat.NewDense(n, p, nil), Use: mat.NewDense(p, n, nil)}
	imported := make([]float64, n)
	for i, industry := range t.industries {
		for j, product := range t.products {
			s.Make.Set(i, j, t.at(makeTable, industry, product))
			used := t.at(useTable, product, industry)
			if origin == inputoutput.Domestic {
				m := t.at(importTable, product, industry)
				used -= m
				imported[i] += m
			}
			s.Use.Set(j, i, used)
		}
	}
	for _, f := range t.final {
		if origin == inputoutput.Domestic && f == importUse {
			continue
		}
		col := inputoutput.Column{Code: f, Values: make([]float64, p)}
		for j, product := range t.products {
			col.Values[j] = t.at(useTable, product, f)
			if origin == inputoutput.Domestic {
				col.Values[j] -= t.at(importTable, product, f)
			}
		}
		s.Final = append(s.Final, col)
	}
	for _, v := range t.primary {
		s.Primary = append(s.Primary, inputoutput.Row{Code: v, Kind: inputoutput.ValueAdded, Values: t.primaryRow(v)})
	}
	if origin == inputoutput.Domestic {
		s.Primary = append(s.Primary, inputoutput.Row{Code: "imports", Kind: inputoutput.Import, Values: imported})
	}
	return s
}

func (t *tables) primaryRow(code string) []float64 {
	out := make([]float64, len(t.industries))
	for i, industry := range t.industries {
		out[i] = t.at(useTable, code, industry)
	}
	return out
}

func (t *tables) valueAdded() []float64 {
	out := make([]float64, len(t.industries))
	for _, v := range t.primary {
		for i, x := range t.primaryRow(v) {
			out[i] += x
		}
	}
	return out
}

// domesticModel is the domestic industry-by-industry table under fixed product sales (model D), ready to be solved.
func (t *tables) domesticModel() (*inputoutput.Model, error) {
	table, err := t.supply(inputoutput.Domestic).Symmetric(inputoutput.ModelD, inputoutput.Domestic)
	if err != nil {
		return nil, err
	}
	return inputoutput.NewModel(table, inputoutput.Options{})
}

// digitalIndustries is the dated list of industries that count as digital.
func (t *tables) digitalIndustries() satellite.List {
	l := satellite.List{Meta: satellite.Meta{ID: "INDUSTRIES", Classification: strings.TrimSuffix(t.prefix, "-"), From: t.period.From(), To: t.period.Next().From()}}
	for _, v := range t.lists {
		if codes := v.Key.Codes(); codes[2] == l.ID {
			l.Codes = append(l.Codes, strings.TrimPrefix(codes[3], t.prefix))
		}
	}
	return l
}

// digitalProducts is the dated list of digital products with the fraction that is digital.
func (t *tables) digitalProducts() satellite.FractionList {
	l := satellite.FractionList{Meta: satellite.Meta{ID: "PRODUCTS", Classification: strings.TrimSuffix(t.prefix, "-"), From: t.period.From(), To: t.period.Next().From()}}
	for _, v := range t.lists {
		if codes := v.Key.Codes(); codes[2] == l.ID {
			l.Fractions = append(l.Fractions, satellite.Fraction{Product: strings.TrimPrefix(codes[3], t.prefix), Share: v.Value.Float64()})
		}
	}
	return l
}

// sheet collects the figures of a recipe whose dataflow has the dimensions FREQ, REF_AREA, INDUSTRY or the like, MEASURE.
type sheet struct {
	ctx      context.Context
	result   pipeline.Result
	flow     string
	area     string
	period   stat.Period
	measures *catalog.Codelist
	note     string
	working  *tableWorking // nil unless workings are asked for
	err      error
}

// stopped is asked before each step that takes long: it gives why there is to be no further one.
func (s *sheet) stopped() error {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	return s.err
}

// give adds a figure in the unit of its measure. from must name what it was computed from.
func (s *sheet) give(code, measure string, value float64, status stat.Status, from ...pipeline.Ref) {
	if s.err != nil {
		return
	}
	v, err := stat.FromFloat(value, 4)
	if err != nil {
		s.err = err
		return
	}
	m, ok := s.measures.Code(measure)
	if !ok {
		s.err = fault.New("catalog.unknown-code", "code", measure, "codelist", s.measures.ID, "dimension", "MEASURE", "near", s.measures.Near(measure))
		return
	}
	attrs := stat.Attributes{"UNIT_MEASURE": m.Notes["unit"], stat.AttrDecimals: m.Notes["decimals"]}
	if mult := m.Notes["unit_mult"]; mult != "" && mult != "0" {
		attrs[stat.AttrUnitMult] = mult
	}
	if s.note != "" {
		attrs[stat.AttrComment] = s.note
	}
	s.result.Outputs = append(s.result.Outputs, output(s.flow, stat.NewKey("A", s.area, code, measure), s.period, v, status, attrs, from...))
}

// by gives the newest figure its formula.
func (s *sheet) by(f *pipeline.Formula) {
	if s.err == nil {
		by(&s.result, f)
	}
}

// byMethod gives the newest figure the name of a method, when there is a figure.
func (s *sheet) byMethod(name string, given bool, facts ...pipeline.Fact) {
	if given {
		s.by(pipeline.Method(name, facts...))
	}
}

// byBeside gives the newest figure, when there is one, an operation on two others of the whole economy.
func (s *sheet) byBeside(given bool, t *tables, op pipeline.Op, one, two string) {
	beside := func(measure string) pipeline.Term {
		return pipeline.Beside(cube.Cell{Dataflow: s.flow, Key: stat.NewKey("A", t.area, wholeEconomy, measure), Period: s.period})
	}
	if given {
		s.by(pipeline.Rounded(pipeline.Apply(op, beside(one), beside(two)), 4))
	}
}

// maybe is give for a number that may not exist.
func (s *sheet) maybe(code, measure string, value inputoutput.Maybe, scale float64, status stat.Status, from ...pipeline.Ref) {
	if value.Known {
		s.give(code, measure, value.Value*scale, status, from...)
	}
}

// checks records the identities that a result obeys.
func (s *sheet) checks(list []satellite.Check) {
	for _, c := range list {
		s.result.Diagnostics = append(s.result.Diagnostics, pipeline.Diagnostic{Table: "identity", Row: map[string]string{
			"identity": c.Name, "left": fixed(c.Left, 2), "right": fixed(c.Right, 2), "holds": strconv.FormatBool(c.Holds)}})
	}
}
