// Package iotable reads the input-output tables that the flags of a calculation describe: plain matrices, publishers' own files, supply and
// use. It splits, revalues and aggregates them as the flags ask.
//
// It asks a table nothing: that is for the calculations above it.
package iotable

import (
	"bytes"
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
)

// Flags say what the rows and columns of an input-output table are.
type Flags struct {
	File           string                   `kong:"-"` // of --table, which each calculation explains in its own words
	ValueAdded     string                   `help:"value-added"`
	Final          string                   `help:"final"`
	Output         string                   `help:"output"`
	Imports        string                   `help:"imports"`
	Taxes          string                   `help:"taxes"`
	Details        string                   `help:"details"`
	Physical       string                   `help:"physical"`
	Industries     string                   `help:"industries"`
	Ignore         string                   `help:"ignore"`
	Origin         string                   `default:"domestic" help:"origin"`
	Layout         string                   `default:"matrix" help:"layout"`
	Choose         string                   `help:"choose" layout:"eurostat"`
	MakeTable      string                   `help:"make-table" layout:"sut bea"`
	SupplyTable    string                   `help:"supply-table" layout:"sut"`
	Transformation string                   `default:"D" help:"transformation" layout:"sut bea"`
	Aggregate      string                   `help:"aggregate"`
	Split          string                   `help:"split"`
	Prices         string                   `help:"prices"`
	ImportsTable   string                   `help:"imports-table"`
	DomesticTable  string                   `help:"domestic-table"`
	Domestic       string                   `help:"domestic"`
	Exports        string                   `help:"exports"`
	Block          string                   `default:"domestic" help:"block"`
	BlankIsZero    bool                     `help:"blank-is-zero"`
	regions        *inputoutput.MultiRegion // of an inter-country table, once it is read
	first          *ioformat.Grid           // the first of two tables
}

// Regions gives the regions of an inter-country table, nil where the table is none, or was changed since it was read.
func (f *Flags) Regions(t *inputoutput.Table) *inputoutput.MultiRegion {
	if f.regions == nil || f.regions.Table != t {
		return nil
	}
	return f.regions
}

// Grid reads the cells of a table file.
func Grid(e *command.Env, name string) (*ioformat.Grid, error) {
	c, err := e.Cells(name)
	if err != nil {
		return nil, err
	}
	return ioformat.GridOf(name, c.Rows, c.Lines)
}

// Symmetric reads an input-output table, reshapes it as the flags say, and gives it with what a reader has to be told.
func Symmetric(e *command.Env, f *Flags) (*inputoutput.Table, []*fault.Error, error) {
	t, notes, err := asPrinted(e, f)
	if err == nil && f.apart(e) {
		t, notes, err = keptApart(e, f, t, notes)
	}
	if err != nil {
		return nil, nil, err
	}
	return reshape(e, f, t, notes)
}

// asPrinted reads a table, or makes it of supply and use.
func asPrinted(e *command.Env, f *Flags) (*inputoutput.Table, []*fault.Error, error) {
	if f.Domestic == "" {
		if err := e.OnlyWith("--domestic", "exports"); err != nil {
			return nil, nil, err
		}
	}
	if f.apart(e) && !e.Given("origin") {
		f.Origin = "total" // what a table is that is to be taken apart
	}
	origin, err := command.OneOf("origin", f.Origin, origins)
	if err != nil {
		return nil, nil, err
	}
	layout, err := command.Mode(e, "layout", f.Layout, []command.Choice[string]{{"matrix", ""}, {"sut", "sut"}, {"oecd", "oecd"}, {"icio", "icio"}, {"eurostat", "eurostat"}, {"gso", "gso"}, {"bea", "bea"}})
	if err != nil {
		return nil, nil, err
	}
	switch layout {
	case "":
		g, err := Grid(e, f.File)
		if err != nil {
			return nil, nil, err
		}
		return f.Read(e, g, origin)
	case "sut":
		pair, notes, err := SupplyUse(e, f)
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
	return readPublished(e, f, layout, origin)
}

// model is the assumption that makes supply and use symmetric.
func (f *Flags) model() (inputoutput.Transformation, error) {
	return command.OneOf("transformation", f.Transformation, []command.Choice[inputoutput.Transformation]{{"A", inputoutput.ModelA}, {"B", inputoutput.ModelB},
		{"C", inputoutput.ModelC}, {"D", inputoutput.ModelD}})
}

// readPublished reads a publisher's own file, whose codes say what rows and columns are.
func readPublished(e *command.Env, f *Flags, layout string, origin inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	b, err := e.Bytes(f.File)
	if err != nil {
		return nil, nil, err
	}
	var blocks ioformat.Blocks
	switch layout {
	case "oecd":
		blocks, err = ioformat.ReadOECD(bytes.NewReader(b), f.File, e.Format(b))
	case "icio":
		regions, loaded, err := ioformat.ReadICIO(bytes.NewReader(b), f.File, e.Format(b))
		if err != nil {
			return nil, nil, err
		}
		f.regions = regions
		return loaded.Table, append(loaded.Notes, findings(f.File, loaded.Findings)...), nil
	case "eurostat":
		choose := map[string]string{}
		for _, pair := range command.List(f.Choose) {
			dimension, code, _ := strings.Cut(pair, "=")
			choose[dimension] = code
		}
		blocks, err = ioformat.ReadEurostat(bytes.NewReader(b), f.File, choose, e.Format(b))
	case "gso":
		loaded, err := ioformat.ReadGSO(bytes.NewReader(b), f.File, ioformat.GSOOptions{Format: e.Format(b), Origin: origin})
		if err != nil {
			return nil, nil, err
		}
		return loaded.Table, append(loaded.Notes, findings(f.File, loaded.Findings)...), nil
	case "bea":
		return makeAndUse(e, f, b, origin)
	}
	if err != nil {
		return nil, nil, err
	}
	loaded := blocks[origin]
	if loaded == nil {
		return third(e, f, blocks, origin)
	}
	return loaded.Table, append(loaded.Notes, findings(f.File, loaded.Findings)...), nil
}

// makeAndUse makes the symmetric table of a make and use pair.
func makeAndUse(e *command.Env, f *Flags, use []byte, origin inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	model, err := f.model()
	if err != nil {
		return nil, nil, err
	}
	if f.MakeTable == "" {
		return nil, nil, e.Missing("make-table")
	}
	supply, err := e.Bytes(f.MakeTable)
	if err != nil {
		return nil, nil, err
	}
	pair, err := ioformat.ReadBEA(bytes.NewReader(supply), bytes.NewReader(use), f.MakeTable, f.File, e.Format(use))
	if err != nil {
		return nil, nil, err
	}
	t, err := pair.Pair.Symmetric(model, inputoutput.Total)
	if err != nil {
		return nil, nil, err
	}
	if origin != inputoutput.Total {
		return nil, nil, fault.New("calc.no-block", "file", f.File, "origin", f.Origin)
	}
	return t, append(pair.Notes, findings(f.File, pair.Findings)...), nil
}

// findings are the differences found in a file, as notes.
func findings(file string, list []inputoutput.Finding) []*fault.Error {
	var out []*fault.Error
	for _, x := range list {
		out = append(out, fault.New("calc.finding", "finding", x).At(file, 0, ""))
	}
	return out
}

// Present refuses a code of the flags that no row and no column of the files has: nothing would be left out or taken in by it.
func (f *Flags) Present(grids ...*ioformat.Grid) error {
	for _, list := range []struct{ code, names string }{{"ioformat.no-such-column", f.Final},
		{"ioformat.no-such-row", strings.Join([]string{f.Ignore, f.Output, f.Imports, f.Taxes, f.Details, f.Physical}, ",")}} {
		for _, c := range command.List(list.names) {
			if !slices.ContainsFunc(grids, func(g *ioformat.Grid) bool { return g.HasRow(c) || g.HasColumn(c) }) {
				return fault.New(list.code, "code", c).At(grids[0].File, 0, "")
			}
		}
	}
	return nil
}

// presentIn is Present for the table that is read first; where there is a second, a code may stand in that alone.
func (f *Flags) presentIn(g *ioformat.Grid) error {
	if f.ImportsTable == "" && f.DomesticTable == "" {
		return f.Present(g)
	}
	f.first = g
	return nil
}

// Read reads the industries, final uses and primary inputs that the flags name from a table whose flows are of an origin.
func (f *Flags) Read(e *command.Env, g *ioformat.Grid, origin inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	if err := f.presentIn(g); err != nil {
		return nil, nil, err
	}
	r := ioformat.Roles{Origin: origin, Final: command.List(f.Final), ValueAdded: command.List(f.ValueAdded), Taxes: command.List(f.Taxes), Details: command.List(f.Details),
		Physical: command.List(f.Physical), Output: f.Output, BlankIsZero: f.BlankIsZero}
	for _, c := range command.List(f.Imports) {
		if !g.HasRow(c) && g.HasColumn(c) { // imports of a table of total flows: a negative final use
			r.Final = append(r.Final, c)
		} else {
			r.Imports = append(r.Imports, c)
		}
	}
	if origin == inputoutput.Imported && f.apart(e) { // the other table has the primary inputs, and what of imports is not used
		r.Final = slices.DeleteFunc(r.Final, func(c string) bool { return !g.HasColumn(c) })
		for _, rows := range []*[]string{&r.ValueAdded, &r.Imports, &r.Taxes, &r.Details, &r.Physical} {
			*rows = slices.DeleteFunc(*rows, func(c string) bool { return !g.HasRow(c) })
		}
	}
	given := command.List(f.Industries)
	r.Industries = given
	if given == nil {
		no := append(command.List(f.Ignore), append(command.List(f.Output), slices.Concat(r.Final, r.ValueAdded, r.Imports, r.Taxes, r.Details, r.Physical)...)...)
		for _, c := range g.Columns {
			if g.HasRow(c) && !slices.Contains(no, c) && !strings.EqualFold(c, "total") {
				r.Industries = append(r.Industries, c)
			}
		}
		if len(r.Industries) == 0 {
			return nil, nil, fault.New("ioformat.no-industries").At(g.File, 0, "")
		}
	}
	column := f.Output != "" && !g.HasRow(f.Output) && g.HasColumn(f.Output)
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
			x := g.Cell(c, f.Output)
			if !x.Known && !r.BlankIsZero {
				return nil, nil, fault.New("ioformat.blank-cell", "row", c, "column", f.Output).At(g.File, 0, f.Output)
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
	return t, notes, noRole(g.File, slices.DeleteFunc(loaded.Ignored, func(c string) bool { return c == f.Output || slices.Contains(command.List(f.Ignore), c) }))
}

// noRole refuses rows and columns that no flag names: a figure without them would look like one with them.
func noRole(file string, codes []string) error {
	if len(codes) == 0 {
		return nil
	}
	return fault.New("calc.no-role", "codes", strings.Join(codes, ", ")).At(file, 0, "")
}

// looseBound is the proven relative error from which a reader is told: fewer digits hold than a table prints.
const looseBound = 1e-9

// Loose gives the remark on solutions that are known to few digits only.
func Loose(notes []*fault.Error, bound float64) []*fault.Error {
	if bound > looseBound {
		return append(notes, fault.New("calc.loose-bound", "bound", command.Number(bound)))
	}
	return notes
}
