package calc

import (
	"bytes"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
)

// tableFlags say what the rows and columns of an input-output table are.
type tableFlags struct {
	file, valueAdded, final, output, imports, taxes, details, physical, industries, ignore, origin, layout, choose, makeTable, supplyTable, transformation,
	aggregate, split, prices, importsTable, domesticTable, domestic, exports, block *string
	regions *inputoutput.MultiRegion // of an inter-country table, once it is read
	blank   *bool
	command string
	given   func(name string) bool // whether a flag is on the command line
}

func (o *options) tableFlags() *tableFlags {
	return &tableFlags{
		file:           o.String("table", "", "table"),
		valueAdded:     o.String("value-added", "", "value-added"),
		final:          o.String("final", "", "final"),
		output:         o.String("output", "", "output"),
		imports:        o.String("imports", "", "imports"),
		taxes:          o.String("taxes", "", "taxes"),
		details:        o.String("details", "", "details"),
		physical:       o.String("physical", "", "physical"),
		industries:     o.String("industries", "", "industries"),
		ignore:         o.String("ignore", "", "ignore"),
		origin:         o.String("origin", "domestic", "origin"),
		layout:         o.String("layout", "matrix", "layout"),
		choose:         o.String("choose", "", "choose"),
		makeTable:      o.String("make-table", "", "make-table"),
		supplyTable:    o.String("supply-table", "", "supply-table"),
		transformation: o.String("transformation", "D", "transformation"),
		aggregate:      o.String("aggregate", "", "aggregate"),
		split:          o.String("split", "", "split"),
		prices:         o.String("prices", "", "prices"),
		importsTable:   o.String("imports-table", "", "imports-table"),
		domesticTable:  o.String("domestic-table", "", "domestic-table"),
		domestic:       o.String("domestic", "", "domestic"),
		exports:        o.String("exports", "", "exports"),
		block:          o.String("block", "domestic", "block"),
		given:          o.given,
		command:        o.Name(),
		blank:          o.Bool("blank-is-zero", false, "blank-is-zero"),
	}
}

// grid reads the cells of a table file.
func (e *Env) grid(name string) (*ioformat.Grid, error) {
	c, err := e.cells(name)
	if err != nil {
		return nil, err
	}
	return ioformat.GridOf(name, c.rows, c.lines)
}

// symmetric reads an input-output table, reshapes it as the flags say, and gives it with what a reader has to be told.
func (e *Env) symmetric(f *tableFlags) (*inputoutput.Table, []*fault.Error, error) {
	t, notes, err := e.asPrinted(f)
	if err == nil && f.apart() {
		t, notes, err = e.keptApart(f, t, notes)
	}
	if err != nil {
		return nil, nil, err
	}
	return e.reshape(f, t, notes)
}

// asPrinted reads a table, or makes it of supply and use.
func (e *Env) asPrinted(f *tableFlags) (*inputoutput.Table, []*fault.Error, error) {
	if f.apart() && !f.given("origin") {
		*f.origin = "total" // what a table is that is to be taken apart
	}
	origin, err := oneOf("origin", *f.origin, origins)
	if err != nil {
		return nil, nil, err
	}
	layout, err := oneOf("layout", *f.layout, []choice[string]{{"matrix", ""}, {"sut", "sut"}, {"oecd", "oecd"}, {"icio", "icio"}, {"eurostat", "eurostat"}, {"gso", "gso"}, {"bea", "bea"}})
	if err != nil {
		return nil, nil, err
	}
	switch layout {
	case "":
		g, err := e.grid(*f.file)
		if err != nil {
			return nil, nil, err
		}
		return f.read(g, origin)
	case "sut":
		pair, notes, err := e.supplyUse(f)
		if err != nil {
			return nil, nil, err
		}
		model, err := f.model()
		if err != nil {
			return nil, nil, err
		}
		t, err := pair.Symmetric(model, origin)
		return t, notes, err
	}
	return e.published(f, layout, origin)
}

// model is the assumption that makes supply and use symmetric.
func (f *tableFlags) model() (inputoutput.Transformation, error) {
	return oneOf("transformation", *f.transformation, []choice[inputoutput.Transformation]{{"A", inputoutput.ModelA}, {"B", inputoutput.ModelB},
		{"C", inputoutput.ModelC}, {"D", inputoutput.ModelD}})
}

// published reads a publisher's own file, whose codes say what rows and columns are.
func (e *Env) published(f *tableFlags, layout string, origin inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	b, err := e.bytesOf(*f.file)
	if err != nil {
		return nil, nil, err
	}
	var blocks ioformat.Blocks
	switch layout {
	case "oecd":
		blocks, err = ioformat.ReadOECD(bytes.NewReader(b), *f.file, e.formatOf(b))
	case "icio":
		regions, loaded, err := ioformat.ReadICIO(bytes.NewReader(b), *f.file, e.formatOf(b))
		if err != nil {
			return nil, nil, err
		}
		f.regions = regions
		return loaded.Table, append(loaded.Notes, findings(*f.file, loaded.Findings)...), nil
	case "eurostat":
		choose := map[string]string{}
		for _, pair := range list(*f.choose) {
			dimension, code, _ := strings.Cut(pair, "=")
			choose[dimension] = code
		}
		blocks, err = ioformat.ReadEurostat(bytes.NewReader(b), *f.file, choose, e.formatOf(b))
	case "gso":
		loaded, err := ioformat.ReadGSO(bytes.NewReader(b), *f.file, ioformat.GSOOptions{Format: e.formatOf(b), Origin: origin})
		if err != nil {
			return nil, nil, err
		}
		return loaded.Table, append(loaded.Notes, findings(*f.file, loaded.Findings)...), nil
	case "bea":
		return e.makeAndUse(f, b, origin)
	}
	if err != nil {
		return nil, nil, err
	}
	loaded := blocks[origin]
	if loaded == nil {
		return e.third(f, blocks, origin)
	}
	return loaded.Table, append(loaded.Notes, findings(*f.file, loaded.Findings)...), nil
}

// makeAndUse makes the symmetric table of a make and use pair.
func (e *Env) makeAndUse(f *tableFlags, use []byte, origin inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	model, err := f.model()
	if err != nil {
		return nil, nil, err
	}
	if *f.makeTable == "" {
		return nil, nil, fault.New("calc.missing", "command", f.command, "flag", "--make-table")
	}
	supply, err := e.bytesOf(*f.makeTable)
	if err != nil {
		return nil, nil, err
	}
	pair, err := ioformat.ReadBEA(bytes.NewReader(supply), bytes.NewReader(use), *f.makeTable, *f.file, e.formatOf(use))
	if err != nil {
		return nil, nil, err
	}
	t, err := pair.Pair.Symmetric(model, inputoutput.Total)
	if err != nil {
		return nil, nil, err
	}
	if origin != inputoutput.Total {
		return nil, nil, fault.New("calc.no-block", "file", *f.file, "origin", *f.origin)
	}
	return t, append(pair.Notes, findings(*f.file, pair.Findings)...), nil
}

// findings are the differences found in a file, as notes.
func findings(file string, list []inputoutput.Finding) []*fault.Error {
	var out []*fault.Error
	for _, x := range list {
		out = append(out, fault.New("calc.finding", "finding", x).At(file, 0, ""))
	}
	return out
}

func (f *tableFlags) read(g *ioformat.Grid, origin inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	r := ioformat.Roles{Origin: origin, Final: list(*f.final), ValueAdded: list(*f.valueAdded), Taxes: list(*f.taxes), Details: list(*f.details),
		Physical: list(*f.physical), Output: *f.output, BlankIsZero: *f.blank}
	for _, c := range list(*f.imports) {
		if !g.HasRow(c) && g.HasColumn(c) { // imports of a table of total flows: a negative final use
			r.Final = append(r.Final, c)
		} else {
			r.Imports = append(r.Imports, c)
		}
	}
	if origin == inputoutput.Imported && f.apart() { // the other table has the primary inputs, and what of imports is not used
		r.Final = slices.DeleteFunc(r.Final, func(c string) bool { return !g.HasColumn(c) })
		for _, rows := range []*[]string{&r.ValueAdded, &r.Imports, &r.Taxes, &r.Details, &r.Physical} {
			*rows = slices.DeleteFunc(*rows, func(c string) bool { return !g.HasRow(c) })
		}
	}
	given := list(*f.industries)
	r.Industries = given
	if given == nil {
		no := append(list(*f.ignore), append(list(*f.output), slices.Concat(r.Final, r.ValueAdded, r.Imports, r.Taxes, r.Details, r.Physical)...)...)
		for _, c := range g.Columns {
			if g.HasRow(c) && !slices.Contains(no, c) && !strings.EqualFold(c, "total") {
				r.Industries = append(r.Industries, c)
			}
		}
		if len(r.Industries) == 0 {
			return nil, nil, fault.New("ioformat.no-industries").At(g.File, 0, "")
		}
	}
	column := *f.output != "" && !g.HasRow(*f.output) && g.HasColumn(*f.output)
	if column {
		r.Output = ""
	}
	loaded, err := g.Table(r)
	if err != nil {
		return nil, nil, err
	}
	t, notes := loaded.Table, loaded.Notes
	if column {
		t.Output = make([]float64, t.N())
		for i, c := range t.Codes {
			x := g.Cell(c, *f.output)
			if !x.Known && !r.BlankIsZero {
				return nil, nil, fault.New("ioformat.blank-cell", "row", c, "column", *f.output).At(g.File, 0, *f.output)
			}
			t.Output[i] = x.Value
		}
		largest := 0.0
		for _, x := range t.Output {
			largest = max(largest, x, -x)
		}
		loaded.Findings = t.Reconcile(1e-9 * largest)
	}
	notes = append(notes, findings(g.File, loaded.Findings)...)
	ignored := slices.DeleteFunc(loaded.Ignored, func(c string) bool { return c == *f.output || slices.Contains(list(*f.ignore), c) })
	if len(ignored) > 0 {
		notes = append(notes, fault.New("calc.ignored", "codes", strings.Join(ignored, ", ")).At(g.File, 0, ""))
	}
	return t, notes, nil
}
