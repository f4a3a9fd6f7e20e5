package provinces

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/iotable"
	"nhipso/internal/fault"
	"nhipso/internal/measure/regional"
)

// multiRegional splits a national table of domestic flows over regions.
func (r *provincesRun) multiRegional() error {
	if err := r.e.Need("table", "final", "regional-output", "final-shares"); err != nil {
		return err
	}
	f := &iotable.Flags{File: r.Table, Final: r.Final, Output: r.Output, Ignore: r.Ignore, BlankIsZero: r.BlankIsZero, Origin: "domestic", Layout: "matrix", Block: "domestic"}
	t, notes, err := iotable.Symmetric(r.e, f)
	if err != nil {
		return err
	}
	r.notes = append(r.notes, notes...)
	n := t.N()
	nation := regional.NationalTable{Z: t.Z, Final: mat.NewDense(n, len(t.Final), nil), Output: t.Output}
	var uses []string
	for j, c := range t.Final {
		nation.Final.SetCol(j, c.Values)
		uses = append(uses, c.Code)
	}
	if nation.Output == nil {
		nation.Output = t.RowTotals()
	}
	in := regional.RegionalInputs{MinTrade: r.MinTrade, Quotients: regional.QuotientOptions{Delta: &r.Delta}}
	if !(r.MinTrade > 0 && r.MinTrade < 1) { // the method takes zero for its default
		return fault.New("regional.bad-share", "what", "--min-trade", "value", command.Number(r.MinTrade))
	}
	if in.Quotients.Form, err = command.OneOf("form", r.Form, command.Named(regional.Forms()...)); err != nil {
		return err
	}
	if r.SectorDelta != "" {
		v, err := r.e.Vector(r.SectorDelta)
		if err != nil {
			return err
		}
		at, err := v.Order(t.Codes, n, r.Table)
		if err != nil {
			return err
		}
		in.Quotients.SectorDelta = command.Reorder(v.Values, at)
	}
	read := func(file string, areas, codes []string, n int, of string) (*mat.Dense, []string, error) {
		found, err := r.crossed(file, codes)
		if err != nil {
			return nil, nil, err
		}
		if len(found) != 1 {
			return nil, nil, fault.New("calc.one-series", "file", file)
		}
		m, err := found[0].arrange(file, areas, codes, n, of)
		if areas == nil {
			areas = found[0].areas
		}
		return m, areas, err
	}
	var areas []string
	if in.Output, areas, err = read(r.RegionalOutput, nil, t.Codes, n, r.Table); err != nil {
		return err
	}
	if in.FinalShares, _, err = read(r.FinalShares, areas, uses, len(uses), r.Table); err != nil {
		return err
	}
	if r.Friction != "" {
		if in.Friction, _, err = read(r.Friction, areas, areas, len(areas), r.RegionalOutput); err != nil {
			return err
		}
	}
	in.Quotients.Names = regional.Names{Provinces: areas, Industries: t.Codes}
	m, err := regional.MultiRegional(nation, in)
	if err != nil {
		return err
	}
	r.notes = append(r.notes, fault.New("calc.trade-estimated"))
	codes, finals := crossCodes(areas, t.Codes), crossCodes(areas, uses)
	output := slices.Concat(command.Rows(in.Output)...)
	trade := m.Trade()
	for s, area := range areas {
		r.e.Say("explain-multi-regional", "code", area, "output", command.Number(mat.Sum(in.Output.RowView(s))), "home", command.Number(trade.At(s, s)))
	}
	rows := [][]string{append(append([]string{"code"}, codes...), finals...)}
	for i, c := range codes {
		rows = append(rows, append(append([]string{c}, command.Numbers(mat.Row(nil, i, m.Z))...), command.Numbers(mat.Row(nil, i, m.Final))...))
	}
	// The output of every column closes the table, so that it can be handed to "calc io --output output".
	rows = append(rows, append(append([]string{"output"}, command.Numbers(output)...), make([]string, len(finals))...))
	return r.write(command.Object{{"regions", areas}, {"industries", t.Codes}, {"uses", uses}, {"codes", codes}, {"finalCodes", finals}, {"z", command.Rows(m.Z)}, {"final", command.Rows(m.Final)},
		{"output", command.ByCode(codes, output)}, {"trade", command.Rows(trade)}, {"sweeps", m.Sweeps}, {"maxResidual", m.Residual(output)}}, rows)
}

// crossCodes names the industries of every region: "HN:A".
func crossCodes(areas, codes []string) (out []string) {
	for _, a := range areas {
		for _, c := range codes {
			out = append(out, a+":"+c)
		}
	}
	return out
}
