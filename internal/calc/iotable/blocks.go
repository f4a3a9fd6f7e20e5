package iotable

import (
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
)

var origins = []command.Choice[inputoutput.Origin]{{"domestic", inputoutput.Domestic}, {"total", inputoutput.Total}, {"imported", inputoutput.Imported}}

// apart says whether domestic and imported flows are to be kept apart by a second table or by an assumption.
func (f *Flags) apart(e *command.Env) bool {
	return f.ImportsTable != "" || f.DomesticTable != "" || f.Domestic != "" || e.Given("block")
}

// keptApart gives the block that --block names of the table t and of what tells its flows apart: a table of imported or of domestic flows, or
// the assumption that every use of a product at home is imported in the same proportion.
func keptApart(e *command.Env, f *Flags, t *inputoutput.Table, notes []*fault.Error) (*inputoutput.Table, []*fault.Error, error) {
	wanted, err := command.OneOf("block", f.Block, origins)
	if err != nil {
		return nil, nil, err
	}
	b := &inputoutput.Blocks{}
	if f.Domestic == "" {
		notes, err = secondTable(e, f, t, b, notes)
	} else {
		notes, err = f.proportional(e, t, b, notes)
	}
	if err != nil {
		return nil, nil, err
	}
	out, notes, err := complete(b, wanted, f.File, notes)
	f.regions = nil // what was read is no longer what is asked
	return out, notes, err
}

// complete gives the wanted block, with what disagrees between the blocks and inside it.
func complete(b *inputoutput.Blocks, wanted inputoutput.Origin, file string, notes []*fault.Error) (*inputoutput.Table, []*fault.Error, error) {
	largest := 0.0
	for _, t := range []*inputoutput.Table{b.Total, b.Domestic, b.Imported} {
		if t != nil {
			for _, x := range t.GrossOutput() {
				largest = max(largest, x, -x)
			}
		}
	}
	had := at(b, wanted)
	read := *had != nil
	found, err := b.Complete(1e-9 * largest)
	if err != nil {
		return nil, nil, err
	}
	out := *had
	if !read { // of a table that was read, this was said when it was
		found = append(found, out.Reconcile(1e-9*largest)...)
	}
	return out, append(notes, findings(file, found)...), nil
}

// at gives where a block stands.
func at(b *inputoutput.Blocks, origin inputoutput.Origin) **inputoutput.Table {
	switch origin {
	case inputoutput.Total:
		return &b.Total
	case inputoutput.Imported:
		return &b.Imported
	}
	return &b.Domestic
}

// secondTable puts t and the tables of --imports-table and --domestic-table in their places.
func secondTable(e *command.Env, f *Flags, t *inputoutput.Table, b *inputoutput.Blocks, notes []*fault.Error) ([]*fault.Error, error) {
	*at(b, t.Origin) = t
	if t.Origin == inputoutput.Total {
		b.Imports, _ = f.importColumn(t)
	}
	if f.ImportsTable == "" && f.DomesticTable == "" {
		return nil, e.Missing("imports-table")
	}
	for _, second := range []struct {
		flag, file string
		origin     inputoutput.Origin
	}{{"--imports-table", f.ImportsTable, inputoutput.Imported}, {"--domestic-table", f.DomesticTable, inputoutput.Domestic}} {
		if second.file == "" {
			continue
		}
		place := at(b, second.origin)
		if *place != nil {
			return nil, fault.New("calc.block-twice", "flag", second.flag, "origin", string(second.origin))
		}
		g, err := Grid(e, second.file)
		if err != nil {
			return nil, err
		}
		var found []*fault.Error
		if *place, found, err = f.beside(g, t, second.origin, b.Imports); err != nil {
			return nil, err
		}
		notes = append(notes, found...)
	}
	return notes, nil
}

// beside reads the industries and final uses of t in another table, which may list them in any order, and of a domestic table the primary
// inputs too. A final use that it does not list is zero there.
func (f *Flags) beside(g *ioformat.Grid, t *inputoutput.Table, origin inputoutput.Origin, leave string) (*inputoutput.Table, []*fault.Error, error) {
	here := func(codes []string) (out []string) {
		for _, c := range codes {
			if g.HasRow(c) {
				out = append(out, c)
			}
		}
		return out
	}
	if f.first != nil {
		if err := f.Present(f.first, g); err != nil {
			return nil, nil, err
		}
	}
	r := ioformat.Roles{Origin: origin, Industries: t.Codes, BlankIsZero: f.BlankIsZero}
	for _, c := range command.List(f.Final) {
		if g.HasColumn(c) && c != leave {
			r.Final = append(r.Final, c)
		}
	}
	for _, c := range t.Final {
		if g.HasColumn(c.Code) && c.Code != leave && !slices.Contains(r.Final, c.Code) {
			r.Final = append(r.Final, c.Code)
		}
	}
	if origin == inputoutput.Domestic {
		r.ValueAdded, r.Imports, r.Taxes, r.Details, r.Physical = here(command.List(f.ValueAdded)), here(command.List(f.Imports)), here(command.List(f.Taxes)), here(command.List(f.Details)), here(command.List(f.Physical))
		if f.Output != "" && g.HasRow(f.Output) {
			r.Output = f.Output
		}
	}
	loaded, err := g.Table(r)
	if err != nil {
		return nil, nil, err
	}
	if origin == inputoutput.Imported {
		loaded.Table.Output = loaded.Table.RowTotals()
	}
	notes := append(loaded.Notes, findings(g.File, loaded.Findings)...)
	known := slices.Concat([]string{leave, f.Output}, command.List(f.Ignore), command.List(f.ValueAdded), command.List(f.Imports), command.List(f.Taxes), command.List(f.Details), command.List(f.Physical))
	ignored := slices.DeleteFunc(loaded.Ignored, func(c string) bool { return slices.Contains(known, c) || strings.EqualFold(c, "total") })
	return loaded.Table, notes, noRole(g.File, ignored)
}

// importColumn gives the negative column of imports of a table of total flows: what --imports names, else the only final use that is negative
// and nowhere positive.
func (f *Flags) importColumn(t *inputoutput.Table) (code string, imports []float64) {
	var negative []inputoutput.Column
	for _, c := range t.Final {
		if slices.Contains(command.List(f.Imports), c.Code) {
			return c.Code, c.Values
		}
		if slices.Max(c.Values) <= 0 && slices.Min(c.Values) < 0 {
			negative = append(negative, c)
		}
	}
	if len(negative) != 1 {
		return "", nil
	}
	return negative[0].Code, negative[0].Values
}

// proportional makes the domestic block of a table of total flows without a table of imports.
func (f *Flags) proportional(e *command.Env, t *inputoutput.Table, b *inputoutput.Blocks, notes []*fault.Error) ([]*fault.Error, error) {
	if _, err := command.OneOf("domestic", f.Domestic, []command.Choice[bool]{{"proportional", true}}); err != nil {
		return nil, err
	}
	for _, other := range []struct{ flag, file string }{{"--imports-table", f.ImportsTable}, {"--domestic-table", f.DomesticTable}} {
		if other.file != "" {
			return nil, fault.New("calc.not-together", "flag", "--domestic", "other", other.flag)
		}
	}
	if t.Origin != inputoutput.Total {
		return nil, fault.New("calc.not-total", "origin", string(t.Origin))
	}
	if f.Exports == "" {
		return nil, e.Missing("exports")
	}
	code, negative := f.importColumn(t)
	if code == "" {
		return nil, fault.New("calc.no-import-column")
	}
	imports := make([]float64, t.N())
	for i, v := range negative {
		if v != 0 {
			imports[i] = -v
		}
	}
	d, err := inputoutput.DomesticByProportion(t, imports, f.Exports, code)
	if err != nil {
		return nil, err
	}
	b.Total, b.Domestic, b.Imports = t, d, code
	return append(notes, fault.New("calc.proportional", "exports", f.Exports)), nil
}

// third gives a block that a publisher's file leaves to be worked out of the two others.
func third(e *command.Env, f *Flags, blocks ioformat.Blocks, wanted inputoutput.Origin) (*inputoutput.Table, []*fault.Error, error) {
	b, notes := &inputoutput.Blocks{}, []*fault.Error(nil)
	for _, origin := range []inputoutput.Origin{inputoutput.Domestic, inputoutput.Imported, inputoutput.Total} {
		if loaded := blocks[origin]; loaded != nil {
			*at(b, origin) = loaded.Table
			notes = append(append(notes, loaded.Notes...), findings(f.File, loaded.Findings)...)
		}
	}
	if len(blocks) != 2 {
		return nil, nil, fault.New("calc.no-block", "file", f.File, "origin", f.Origin)
	}
	return complete(b, wanted, f.File, notes)
}
