package satellite

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/iotable"
	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/stat"
)

// oecd compiles digital supply and use tables: the seven digital industries taken out of the conventional ones, and the three high-priority
// indicators. The total is missing while any of the seven has no source.
func (r *digitalRun) oecd() error {
	if err := r.e.Need("value-added", "moves"); err != nil {
		return err
	}
	if err := r.oneMake(); err != nil {
		return err
	}
	for _, same := range []struct {
		to   *string
		from string
	}{{&r.f.MakeTable, r.Make}, {&r.f.SupplyTable, r.Supply}} {
		if *same.to == "" {
			*same.to = same.from
		}
	}
	pair, notes, err := iotable.SupplyUse(r.e, r.f)
	if err != nil {
		return err
	}
	r.notes = append(r.notes, notes...)
	moves, err := moves(r.e, r.Moves)
	if err != nil {
		return err
	}
	d, err := satellite.CompileDigital(pair, moves)
	if err != nil {
		return err
	}
	va, err := pair.ValueAdded()
	if err != nil {
		return err
	}
	var codes []string
	var by []satellite.Maybe
	gdp, sum, total := 0.0, inputoutput.Known(0), inputoutput.Known(0)
	for _, v := range va {
		gdp += v
	}
	for _, c := range d.Classes {
		codes, by = append(codes, "DI"+string(c.Class)), append(by, c.ValueAdded)
		r.e.Say("explain-row", "code", "DI"+string(c.Class), "value", c.ValueAdded.String())
		if c.Known {
			sum.Value += c.ValueAdded.Value
		}
		total = total.Plus(c.ValueAdded)
		if c.Assumed {
			r.notes = append(r.notes, fault.New("calc.assumed-ratio", "class", c.Class))
		}
	}
	if !total.Known {
		r.notes = append(r.notes, fault.New("calc.classes-missing"))
	}
	products := command.Object{}
	for _, p := range []struct {
		name  string
		codes []string
	}{{"digital", r.codes}, {"cloud", command.List(r.Cloud)}, {"intermediation", command.List(r.Intermediation)}} {
		if len(p.codes) == 0 {
			continue
		}
		flow, err := d.Products(satellite.List{Meta: satellite.Meta{ID: p.name}, Codes: p.codes}, stat.Date{})
		if err != nil {
			return err
		}
		products = append(products, command.Member{p.name, command.Object{{"output", flow.Output}, {"intermediate", flow.Intermediate}}})
	}
	spending, err := r.spending(pair)
	if err != nil {
		return err
	}
	return r.write(satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, total, total.Over(gdp), codes, by,
		command.Object{{"gdp", gdp}, {"knownTotal", sum}, {"knownShare", sum.Over(gdp)}, {"classes", d.Classes}, {"products", products}, {"spending", spending}, {"checks", d.Checks}})
}

// spending splits intermediate consumption and every final use by the nature of the transaction.
func (r *digitalRun) spending(pair *inputoutput.SupplyUse) (command.Object, error) {
	out := command.Object{}
	if r.Nature == "" {
		return out, nil
	}
	shares, err := natures(r.e, r.Nature)
	if err != nil {
		return nil, err
	}
	used := make([]float64, len(pair.Products))
	for i := range used {
		for _, v := range pair.Use.RawRowView(i) {
			used[i] += v
		}
	}
	for _, f := range append([]inputoutput.Column{{Code: "intermediate", Values: used}}, pair.Final...) {
		x, err := satellite.ByNature(pair.Products, f.Values, shares)
		if err != nil {
			return nil, err
		}
		out = append(out, command.Member{f.Code, x})
	}
	return out, nil
}

// moves reads records industry,class,output[,value_added].
func moves(e *command.Env, name string) ([]satellite.Move, error) {
	t, err := e.Table(name)
	if err != nil {
		return nil, err
	}
	industry, err := t.Column("industry", "code", "ngành")
	if err != nil {
		return nil, err
	}
	class, err := t.Column("class", "lớp")
	if err != nil {
		return nil, err
	}
	output, err := t.Column("output", "share")
	if err != nil {
		return nil, err
	}
	added, err := t.Column("value_added", "value-added", "va")
	if err != nil {
		added = -1
	}
	var out []satellite.Move
	for i := range t.Len() {
		m := satellite.Move{Industry: t.Text(i, industry), Class: satellite.Class(strings.TrimPrefix(t.Text(i, class), "DI"))}
		if m.Output, err = t.Must(i, output); err != nil {
			return nil, err
		}
		if added >= 0 {
			if m.ValueAdded.Value, m.ValueAdded.Known, err = t.Value(i, added); err != nil {
				return nil, err
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// natures reads records of a product and its shares by nature, with the share delivered digitally where it is known.
func natures(e *command.Env, name string) ([]satellite.NatureShare, error) {
	t, err := e.Table(name)
	if err != nil {
		return nil, err
	}
	product, err := t.Column("product", "code", "sản phẩm")
	if err != nil {
		return nil, err
	}
	at := map[satellite.Nature]int{}
	for _, n := range satellite.Natures() {
		if at[n], err = t.Column(string(n)); err != nil {
			return nil, err
		}
	}
	delivered, err := t.Column("delivered")
	if err != nil {
		delivered = -1
	}
	var out []satellite.NatureShare
	for i := range t.Len() {
		s := satellite.NatureShare{Product: t.Text(i, product), Shares: map[satellite.Nature]float64{}}
		for n, column := range at {
			if s.Shares[n], err = t.Must(i, column); err != nil {
				return nil, err
			}
		}
		if delivered >= 0 {
			if s.Delivered.Value, s.Delivered.Known, err = t.Value(i, delivered); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// components splits digital value added by Nghị định 94/2022: ICT (--digital), platforms (--platform) and the digital part of all other
// industries (--coefficients).
func (r *digitalRun) components() error {
	if err := r.e.Need("value-added", "digital", "platform"); err != nil {
		return err
	}
	b, err := r.byIndustry()
	if err != nil {
		return err
	}
	platform := satellite.List{Meta: satellite.Meta{ID: "--platform"}, Codes: command.List(r.Platform)}
	both := slices.Clone(r.codes)
	r.codes = platform.Codes
	platform, _ = r.members(b.codes)
	r.codes = both
	platform.ID = "--platform"
	coefficients := map[string]float64{}
	if r.Coefficients != "" {
		if coefficients, err = r.digitalised(b.grid, b.codes, b.marked, b.core); err != nil {
			return err
		}
	}
	gdp := inputoutput.Known(b.taxes)
	for _, v := range b.va {
		gdp = gdp.Plus(v)
	}
	a, err := satellite.Components{Industries: b.marked, ValueAdded: b.va, ICT: b.core, Platform: platform, Coefficients: coefficients, GDP: gdp}.Compute()
	if err != nil {
		return err
	}
	by, kinds := make([]satellite.Maybe, len(b.codes)), make([]string, len(b.codes))
	for i, p := range a.Parts {
		by[i], kinds[i] = p.Digital, string(p.Component)
	}
	values, shares := command.Object{}, command.Object{}
	for _, c := range []satellite.Component{satellite.ICT, satellite.Platform, satellite.Sectoral} {
		values, shares = append(values, command.Member{string(c), a.Values[c]}), append(shares, command.Member{string(c), a.Shares[c]})
		r.e.Say("explain-row", "code", string(c), "value", a.Values[c].String())
	}
	return r.write(a.Values[satellite.ICT], satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, a.Total, a.Share, b.codes, by,
		command.Object{{"gdp", gdp}, {"values", values}, {"shares", shares}, {"components", command.ByCode(b.codes, kinds)}, {"moved", a.Moved}, {"missing", append([]string{}, a.Missing...)}})
}

// sectors holds the digital share of every sector against a target: records sector,digital,value_added.
func (r *digitalRun) sectors() error {
	t, err := r.e.Table(r.f.File)
	if err != nil {
		return err
	}
	sector, err := t.Column("sector", "code", "industry", "ngành")
	if err != nil {
		return err
	}
	target, err := command.Float("target", r.Target)
	if err != nil {
		return err
	}
	at := [2]int{}
	added := []string{"value_added", "value-added", "va"}
	if r.f.ValueAdded != "" {
		added = []string{r.f.ValueAdded}
	}
	for k, names := range [2][]string{{"digital", "số"}, added} {
		if at[k], err = t.Column(names...); err != nil {
			return err
		}
	}
	var codes []string
	var digital, all []satellite.Maybe
	sums := [2]satellite.Maybe{inputoutput.Known(0), inputoutput.Known(0)}
	for i := range t.Len() {
		codes = append(codes, t.Text(i, sector))
		var v [2]satellite.Maybe
		for k, column := range at {
			if v[k].Value, v[k].Known, err = t.Value(i, column); err != nil {
				return err
			}
			sums[k] = sums[k].Plus(v[k])
		}
		digital, all = append(digital, v[0]), append(all, v[1])
	}
	shares, err := satellite.SectorShares(codes, digital, all, target)
	if err != nil {
		return err
	}
	share, status, gap := make([]satellite.Maybe, len(codes)), make([]string, len(codes)), make([]satellite.Maybe, len(codes))
	for i, s := range shares {
		share[i], status[i], gap[i] = s.Share, s.Status, s.Gap
	}
	whole := satellite.Maybe{}
	if sums[1].Known {
		whole = sums[0].Over(sums[1].Value)
	}
	if !r.e.JSON() {
		r.e.Warn(r.notes)
		return r.e.WriteCSV(command.Columns([]string{"code", "digital", "share", "gap", "status"}, codes, command.Maybes(digital), command.Maybes(share), command.Maybes(gap), status)...)
	}
	return r.write(satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, sums[0], whole, codes, digital,
		command.Object{{"target", target}, {"shares", command.ByCode(codes, share)}, {"gaps", command.ByCode(codes, gap)}, {"status", command.ByCode(codes, status)}})
}

// concentration says how much of the digital economy a few units hold: a list code,value.
func (r *digitalRun) concentration() error {
	v, err := r.e.Vector(r.f.File)
	if err != nil {
		return err
	}
	var top []int
	for _, s := range command.List(r.Top) {
		k, err := strconv.Atoi(s)
		if err != nil {
			return fault.New("calc.bad-number", "flag", "--top", "given", s)
		}
		top = append(top, k)
	}
	c, err := satellite.Concentration(v.Values, top...)
	if err != nil {
		return err
	}
	codes := command.Numbered(v.Codes, len(v.Values))
	if !r.e.JSON() {
		rows := [][]string{{"measure", "value"}}
		for _, k := range top {
			rows = append(rows, []string{"top" + strconv.Itoa(k), command.Number(c.Top[k])})
		}
		return r.e.WriteCSV(append(rows, []string{"hhi", command.Number(c.HHI)}, []string{"normal-hhi", c.Normal.String()}, []string{"effective", command.Number(c.Effective)}, []string{"gini", command.Number(c.Gini)},
			[]string{"units", strconv.Itoa(c.Units)}, []string{"total", command.Number(c.Total)})...)
	}
	held := command.Object{}
	for _, k := range top {
		held = append(held, command.Member{strconv.Itoa(k), c.Top[k]})
	}
	return r.write(satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, satellite.Maybe{}, inputoutput.Known(c.Total), satellite.Maybe{}, codes, satellite.Known(v.Values...),
		command.Object{{"units", c.Units}, {"top", held}, {"hhi", c.HHI}, {"normalHHI", c.Normal}, {"effective", c.Effective}, {"gini", c.Gini}, {"lorenz", c.Lorenz}})
}
