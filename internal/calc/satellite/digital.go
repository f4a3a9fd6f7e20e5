// Package satellite is the calculation digital: the digital economy by each of the definitions in use.
package satellite

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/iotable"
	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/stat"
)

// digitalFlags are the flags of digital.
type digitalFlags struct {
	Definition     string        `default:"adb" help:"definition"`
	Digital        string        `help:"digital"`
	Investment     string        `help:"investment" definition:"adb adb-literal"`
	Coefficients   string        `help:"coefficients" definition:"nso components"`
	ProductTaxes   string        `default:"0" help:"product-taxes" definition:"nso mic components"`
	Make           string        `help:"make" definition:"product-ratio oecd"`
	Supply         string        `help:"supply" definition:"product-ratio oecd"`
	Phi            string        `help:"phi" definition:"product-ratio"`
	Measures       string        `help:"measures" definition:"product-ratio"`
	Deflators      string        `help:"deflators"`
	Volume         string        `help:"volume"`
	PriceBase      float64       `default:"1" help:"price-base-ratio"`
	Current        string        `default:"current" help:"current" definition:"mic"`
	YearAgo        string        `default:"year_ago" help:"year-ago" definition:"mic"`
	Ratio          string        `default:"ratio" help:"ratio" definition:"mic"`
	Conversion     string        `help:"conversion-mic" definition:"mic"`
	Table          string        `help:"table-digital"`
	Moves          string        `help:"moves" definition:"oecd"`
	Nature         string        `help:"nature" definition:"oecd"`
	Cloud          string        `help:"cloud" definition:"oecd"`
	Intermediation string        `help:"intermediation" definition:"oecd"`
	Platform       string        `help:"platform" definition:"components"`
	Target         string        `default:"0.1" help:"target-sector" definition:"sectors"`
	Top            string        `default:"1,3,5" help:"top" definition:"concentration"`
	Flags          iotable.Flags `embed:""`
}

// Run measures the digital economy by one of the definitions in use. Figures of two definitions are not comparable.
func Run(_ context.Context, e *command.Env, args []string) error {
	r := &digitalRun{e: e}
	r.f = &r.Flags
	if err := e.Parse("digital", &r.digitalFlags, args); err != nil {
		return err
	}
	if err := e.Need("table"); err != nil {
		return err
	}
	r.f.File = r.Table
	run, err := command.Mode(e, "definition", r.Definition, []command.Choice[func() error]{{"adb", func() error { return r.adb(false) }}, {"adb-literal", func() error { return r.adb(true) }},
		{"product-ratio", r.productRatio}, {"nso", r.nso}, {"mic", r.mic}, {"oecd", r.oecd}, {"components", r.components}, {"sectors", r.sectors}, {"concentration", r.concentration}})
	if err != nil {
		return err
	}
	r.codes = append([]string{}, command.List(r.Digital)...)
	if len(r.codes) == 0 && r.Phi == "" && !slices.Contains([]string{"oecd", "sectors", "concentration"}, r.Definition) {
		return e.Need("digital")
	}
	if err := r.idle(); err != nil {
		return err
	}
	return run()
}

// idle refuses flags that the definition does not read, where the tags cannot tell: a figure in which a table of imports or a deflator had no
// part would mislead.
func (r *digitalRun) idle() error {
	if r.Deflators == "" && r.Definition == "product-ratio" {
		if err := r.e.OnlyWith("--deflators", "volume", "price-base"); err != nil {
			return err
		}
	}
	var flags []string
	if r.Definition != "product-ratio" {
		flags = append(flags, "deflators", "volume", "price-base")
	}
	if !strings.HasPrefix(r.Definition, "adb") {
		flags = append(flags, "imports-table", "domestic-table", "domestic", "exports", "block",
			"origin", "layout", "choose", "transformation", "aggregate", "split", "prices")
		if r.Definition != "oecd" {
			flags = append(flags, "make-table", "supply-table")
		}
	}
	switch r.Definition {
	case "concentration":
		flags = append(flags, "value-added")
		fallthrough
	case "sectors":
		flags = append(flags, "industries", "ignore", "final", "output", "imports", "taxes", "details", "physical", "blank-is-zero", "explain")
	case "mic":
		flags = append(flags, "value-added", "final", "output", "imports", "taxes", "details", "physical", "blank-is-zero")
	}
	return r.e.NoEffect(r.Definition, flags...)
}

// oneMake refuses two files that say the same: what industries make.
func (r *digitalRun) oneMake() error {
	pairs := [][2]string{{"make", "supply"}, {"make", "make-table"}, {"make", "supply-table"}, {"supply", "make-table"}, {"supply", "supply-table"}}
	for _, p := range pairs {
		if r.e.Changed(p[0]) && r.e.Changed(p[1]) {
			return fault.New("calc.not-together", "flag", "--"+p[0], "other", "--"+p[1])
		}
	}
	return nil
}

type digitalRun struct {
	digitalFlags
	e     *command.Env
	f     *iotable.Flags
	codes []string // of --digital
	notes []*fault.Error
}

// write gives the account: the keys that every definition has, null for a term that this one has not.
func (r *digitalRun) write(own, backward, forward, double, total, share satellite.Maybe, codes []string, by []satellite.Maybe, more command.Object) error {
	if !r.e.JSON() {
		r.e.Warn(r.notes)
		rows := command.Columns([]string{"code", "digital"}, codes, command.Maybes(by))
		return r.e.WriteCSV(append(rows, []string{"total", command.Maybes([]satellite.Maybe{total})[0]}, []string{"share", command.Maybes([]satellite.Maybe{share})[0]})...)
	}
	out := command.Object{{"definition", r.Definition}, {"digital", r.codes}, {"own", own}, {"backward", backward}, {"forward", forward}, {"doubleCount", double},
		{"total", total}, {"share", share}, {"byIndustry", command.ByCode(codes, by)}}
	return r.e.WriteJSON(append(append(out, more...), command.Member{"notes", r.e.Remarks(r.notes)}))
}

// members gives the list of digital codes as the methods take it, and the codes of the table in the form in which they are to be compared.
// Codes that merely number the industries (1, 2, …, n) are no classification: there 40 does not lie below 4, so they are marked.
func (r *digitalRun) members(codes []string) (satellite.List, []string) {
	ordinal := true
	for i := range codes {
		ordinal = ordinal && slices.Contains(codes, strconv.Itoa(i+1))
	}
	l := satellite.List{Meta: satellite.Meta{ID: "--digital"}, Codes: r.codes}
	if !ordinal {
		for _, c := range r.codes {
			if !slices.Contains(codes, c) {
				r.notes = append(r.notes, fault.New("calc.below", "code", c))
			}
		}
		return l, codes
	}
	mark := func(in []string) []string {
		out := make([]string, len(in))
		for i, c := range in {
			out[i] = "#" + c
		}
		return out
	}
	l.Codes = mark(l.Codes)
	return l, mark(codes)
}

// exactly is members for a table whose codes are a flat list: a listed code that is an industry of the table is that industry alone, so that 10 is
// not 100 where industries are numbered in tens. Only a code that is none takes those below it.
func (r *digitalRun) exactly(codes []string) (satellite.List, []string, error) {
	l, marked := satellite.List{Meta: satellite.Meta{ID: "--digital"}}, make([]string, len(codes))
	for i, c := range codes {
		marked[i] = "#" + c
	}
	listed, compared := r.members(codes)
	for k, c := range r.codes {
		if slices.Contains(codes, c) {
			l.Codes = append(l.Codes, "#"+c)
			continue
		}
		in, unresolved, err := satellite.List{Codes: listed.Codes[k : k+1]}.Match(compared, stat.Date{})
		if err != nil {
			return l, nil, err
		}
		if len(unresolved) > 0 {
			return l, nil, fault.New("satellite.list-unresolved", "list", l.ID, "codes", c)
		}
		for i, yes := range in {
			if yes && !slices.Contains(l.Codes, marked[i]) {
				l.Codes = append(l.Codes, marked[i])
			}
		}
	}
	return l, marked, nil
}

func (r *digitalRun) adb(literal bool) error {
	if err := r.e.Need("value-added", "digital"); err != nil {
		return err
	}
	t, notes, err := iotable.Symmetric(r.e, r.f)
	if err != nil {
		return err
	}
	r.notes = append(r.notes, notes...)
	m, err := inputoutput.NewModel(t, inputoutput.Options{})
	if err != nil {
		return err
	}
	codes := t.Codes
	in, marked, err := r.exactly(codes)
	if err != nil {
		return err
	}
	table := *t
	table.Codes = marked
	model := *m
	model.Table = &table
	var investment []float64
	if r.Investment != "" {
		v, err := r.e.Vector(r.Investment)
		if err != nil {
			return err
		}
		at, err := v.Order(codes, len(codes), r.f.File)
		if err != nil {
			return err
		}
		investment = command.Reorder(v.Values, at)
	}
	a, err := satellite.ADB{Model: &model, Digital: in, Investment: investment}.Compute()
	if err != nil {
		return err
	}
	r.notes = iotable.Loose(append(r.notes, a.Warnings...), a.Bound)
	double, total := inputoutput.Known(a.DoubleCount), inputoutput.Known(a.Block)
	if literal {
		double, total = a.Diagonal, a.Literal
		if a.Difference.Value != 0 {
			r.notes = append(r.notes, fault.New("calc.counted-twice", "difference", command.Number(a.Difference.Value)))
		}
	}
	share := satellite.Maybe{}
	if a.GDP != 0 {
		share = inputoutput.Known(total.Value / a.GDP)
	}
	if r.e.Explains() {
		for i, c := range codes {
			r.e.Say("explain-row", "code", c, "value", command.Number(a.ByIndustry[i]))
		}
		r.e.Say("explain-adb", "backward", command.Number(a.Backward), "forward", command.Number(a.Forward), "double", command.Number(double.Value), "capital", command.Number(a.Capital), "total", command.Number(total.Value),
			"gdp", command.Number(a.GDP), "block", command.Number(a.Block), "literal", command.Number(a.Literal.Value), "difference", command.Number(a.Difference.Value))
	}
	return r.write(inputoutput.Known(a.Own), inputoutput.Known(a.Backward), inputoutput.Known(a.Forward), double, total, share, codes, satellite.Known(a.ByIndustry...),
		command.Object{{"gdp", a.GDP}, {"capital", a.Capital}, {"block", a.Block}, {"literal", a.Literal}, {"difference", a.Difference}, {"diagonal", a.Diagonal}, {"bound", a.Bound}, {"checks", a.Checks}})
}

// industriesOf gives the industries of a table that need not be square: codes that are both; else the columns when the named line is a row,
// and the rows when it is a column.
func (r *digitalRun) industriesOf(g *ioformat.Grid, line string) (codes []string, asRow bool, err error) {
	if err := r.f.Present(g); err != nil {
		return nil, false, err
	}
	if given := command.List(r.f.Industries); given != nil {
		return given, g.HasRow(line), nil
	}
	no := slices.Concat(command.List(r.f.Ignore), command.List(r.f.ValueAdded), command.List(r.f.Final), command.List(r.f.Output), command.List(r.f.Imports), command.List(r.f.Taxes), command.List(r.f.Details), command.List(r.f.Physical),
		command.List(r.Measures), command.List(r.Coefficients))
	var both []string
	for _, c := range g.Columns {
		if g.HasRow(c) && !slices.Contains(no, c) && !strings.EqualFold(c, "total") {
			both = append(both, c)
		}
	}
	asRow = g.HasRow(line)
	if !asRow && !g.HasColumn(line) {
		return nil, false, fault.New("ioformat.no-such-row", "code", line).At(g.File, 0, "")
	}
	if len(both) > 0 {
		return both, asRow, nil
	}
	all := g.Columns
	if !asRow {
		all = g.Rows
	}
	for _, c := range all {
		if !slices.Contains(no, c) && !strings.EqualFold(c, "total") {
			both = append(both, c)
		}
	}
	if len(both) == 0 {
		return nil, false, fault.New("ioformat.no-industries").At(g.File, 0, "")
	}
	return both, asRow, nil
}

// line reads a row or a column of a table for the industries; a blank cell stays missing.
func line(g *ioformat.Grid, code string, industries []string) ([]satellite.Maybe, error) {
	if !g.HasRow(code) && !g.HasColumn(code) {
		return nil, fault.New("ioformat.no-such-row", "code", code).At(g.File, 0, "")
	}
	out := make([]satellite.Maybe, len(industries))
	for i, c := range industries {
		if g.HasRow(code) {
			out[i] = g.Cell(code, c)
		} else {
			out[i] = g.Cell(c, code)
		}
	}
	return out, nil
}

// sumLines adds several rows or columns; missing where any of them is.
func sumLines(g *ioformat.Grid, codes, industries []string) ([]satellite.Maybe, error) {
	sum := satellite.Known(make([]float64, len(industries))...)
	for _, c := range codes {
		v, err := line(g, c, industries)
		if err != nil {
			return nil, err
		}
		for i := range v {
			sum[i] = sum[i].Plus(v[i])
		}
	}
	return sum, nil
}

// all refuses a missing value.
func all(g *ioformat.Grid, what string, codes []string, v []satellite.Maybe) ([]float64, error) {
	out := make([]float64, len(v))
	for i, x := range v {
		if !x.Known {
			return nil, fault.New("ioformat.blank-cell", "row", what, "column", codes[i]).At(g.File, 0, codes[i])
		}
		out[i] = x.Value
	}
	return out, nil
}

// industries is value added by industry with what is digital in it: what the definitions by industry begin with.
type industries struct {
	grid   *ioformat.Grid
	codes  []string
	marked []string // as the methods compare them, see members
	va     []satellite.Maybe
	taxes  float64
	core   satellite.List
}

func (r *digitalRun) byIndustry() (*industries, error) {
	g, err := iotable.Grid(r.e, r.f.File)
	if err != nil {
		return nil, err
	}
	rows := command.List(r.f.ValueAdded)
	b := &industries{grid: g}
	if b.codes, _, err = r.industriesOf(g, rows[0]); err != nil {
		return nil, err
	}
	if b.va, err = sumLines(g, rows, b.codes); err != nil {
		return nil, err
	}
	if b.taxes, err = command.Float("product-taxes", r.ProductTaxes); err != nil {
		return nil, err
	}
	b.core, b.marked = r.members(b.codes)
	return b, nil
}

func (r *digitalRun) nso() error {
	if err := r.e.Need("value-added", "digital"); err != nil {
		return err
	}
	b, err := r.byIndustry()
	if err != nil {
		return err
	}
	d, err := r.digitalised(b.grid, b.codes, b.marked, b.core)
	if err != nil {
		return err
	}
	codes := b.codes
	a, err := satellite.CoreDigitalised{Industries: b.marked, ValueAdded: b.va, Core: b.core, Coefficients: d, ProductTaxes: b.taxes}.Compute()
	if err != nil {
		return err
	}
	r.notes = append(r.notes, a.Warnings...)
	by, used := make([]satellite.Maybe, len(codes)), make([]satellite.Maybe, len(codes))
	for i, p := range a.Parts {
		by[i], used[i] = p.Digital, p.Coefficient
		r.e.Say("explain-nso", "code", codes[i], "va", p.ValueAdded.String(), "d", p.Coefficient.String(), "digital", p.Digital.String())
	}
	return r.write(a.Core, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, a.Total, a.Share, codes, by,
		command.Object{{"core", a.Core}, {"digitalised", a.Digitalised}, {"gdp", a.GDP}, {"coefficients", command.ByCode(codes, used)}, {"missing", append([]string{}, a.Missing...)}})
}

// digitalised gives the coefficients of the industries outside the core: a line of the table, a file, or, where neither is named, the share
// of core products in intermediate consumption, which is an estimate.
func (r *digitalRun) digitalised(g *ioformat.Grid, codes, marked []string, core satellite.List) (map[string]float64, error) {
	out := map[string]float64{}
	name := r.Coefficients
	switch {
	case name == "":
		origin := inputoutput.Domestic
		t, notes, err := r.f.Read(r.e, g, origin)
		if err != nil {
			return nil, err
		}
		r.notes = append(append(r.notes, notes...), fault.New("calc.estimated"))
		if !slices.Equal(t.Codes, codes) {
			return nil, fault.New("ioformat.no-industries").At(g.File, 0, "")
		}
		return satellite.DigitalInputShare(t.Z, marked, core, stat.Date{}, nil, nil)
	case g.HasRow(name) || g.HasColumn(name):
		v, err := line(g, name, codes)
		if err != nil {
			return nil, err
		}
		for i, x := range v {
			if x.Known {
				out[marked[i]] = x.Value
			}
		}
		return out, nil
	}
	v, err := r.e.Vector(name)
	if err != nil {
		return nil, err
	}
	if v.Codes == nil {
		if len(v.Values) != len(codes) {
			return nil, fault.New("calc.length", "file", name, "got", len(v.Values), "want", len(codes), "of", r.f.File)
		}
		v.Codes = codes
	}
	for i, c := range v.Codes {
		k := slices.Index(codes, c)
		if k < 0 {
			return nil, fault.New("calc.no-code-in", "code", c, "file", r.f.File, "of", name)
		}
		out[marked[k]] = v.Values[i]
	}
	return out, nil
}

// mic is the provincial quarterly form: core industries now, and for the others last year's value added × ratio × conversion.
func (r *digitalRun) mic() error {
	if err := r.e.Need("digital", "conversion"); err != nil {
		return err
	}
	g, err := iotable.Grid(r.e, r.f.File)
	if err != nil {
		return err
	}
	codes, _, err := r.industriesOf(g, r.Current)
	if err != nil {
		return err
	}
	drop := []string{r.Current, r.YearAgo, r.Ratio}
	codes = slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return slices.Contains(drop, c) })
	s := satellite.SpillOver{}
	if s.Conversion, err = command.Float("conversion", r.Conversion); err != nil {
		return err
	}
	taxes, err := command.Float("product-taxes", r.ProductTaxes)
	if err != nil {
		return err
	}
	s.ProductTaxes = inputoutput.Known(taxes)
	for _, x := range []struct {
		code string
		to   *[]satellite.Maybe
	}{{r.Current, &s.Current}, {r.YearAgo, &s.YearAgo}, {r.Ratio, &s.Ratio}} {
		if *x.to, err = line(g, x.code, codes); err != nil {
			return err
		}
	}
	s.Core, s.Industries = r.members(codes)
	a, err := s.Compute()
	if err != nil {
		return err
	}
	in, _, err := s.Core.Match(s.Industries, stat.Date{})
	if err != nil {
		return err
	}
	by := slices.Clone(a.ICT)
	for i := range by {
		if in[i] {
			by[i] = s.Current[i]
		}
		r.e.Say("explain-row", "code", codes[i], "value", by[i].String())
	}
	return r.write(a.Core, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, a.Total, a.Share, codes, by,
		command.Object{{"core", a.Core}, {"spillOver", a.SpillOver}, {"ict", command.ByCode(codes, a.ICT)}, {"grdp", a.GRDP}, {"coreShare", a.CoreShare}, {"spillShare", a.SpillShare}, {"lag", a.Lag}, {"missing", append([]string{}, a.Missing...)}})
}
