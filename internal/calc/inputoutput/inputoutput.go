// Package inputoutput is the calculation io: what an input-output table answers about multipliers, linkages, flows, prices and extractions.
package inputoutput

import (
	"context"
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/iotable"
	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
)

// ioFlags are the flags of io.
type ioFlags struct {
	What            string        `default:"multipliers" help:"what-io"`
	Extract         string        `help:"extract" what:"extraction"`
	Kind            string        `default:"total" help:"kind" what:"extraction"`
	HouseholdIncome string        `help:"household-income" what:"multipliers"`
	HouseholdFinal  string        `help:"household-final" what:"multipliers"`
	Change          string        `help:"change" what:"prices"`
	Table           string        `help:"table"`
	Flags           iotable.Flags `embed:""`
}

// Run asks an input-output table for multipliers, inverses, linkages, value-added flows and extractions.
func Run(_ context.Context, e *command.Env, args []string) error {
	var flags ioFlags
	if err := e.Parse("io", &flags, args); err != nil {
		return err
	}
	if err := e.Need("table"); err != nil {
		return err
	}
	if flags.HouseholdIncome == "" {
		if err := e.OnlyWith("--household-income", "household-final"); err != nil {
			return err
		}
	}
	f := &flags.Flags
	f.File = flags.Table
	run, err := command.Mode(e, "what", flags.What, []command.Choice[func(*ioRun) error]{{"multipliers", (*ioRun).multipliers}, {"leontief", (*ioRun).leontief}, {"ghosh", (*ioRun).ghosh},
		{"linkages", (*ioRun).linkages}, {"flows", (*ioRun).flows}, {"extraction", (*ioRun).extraction}, {"coefficients", (*ioRun).coefficients},
		{"prices", (*ioRun).prices}, {"table", (*ioRun).table}, {"regions", (*ioRun).regions}})
	if err != nil {
		return err
	}
	if flags.HouseholdIncome != "" && f.Layout == "matrix" && !slices.Contains(slices.Concat(command.List(f.ValueAdded), command.List(f.Details), command.List(f.Physical), command.List(f.Imports), command.List(f.Taxes)), flags.HouseholdIncome) {
		f.Details += "," + flags.HouseholdIncome // part of value added, for what else would pay households
	}
	t, notes, err := iotable.Symmetric(e, f)
	if err != nil {
		return err
	}
	m, err := inputoutput.NewModel(t, inputoutput.Options{})
	if err == nil {
		notes = append(notes, m.Warnings...)
	} else if flags.What != "table" { // a table may be looked at that is no model, such as one of imports
		return err
	}
	r := &ioRun{e: e, f: f, what: flags.What, t: t, m: m, notes: notes, extract: command.List(flags.Extract), kind: flags.Kind, income: flags.HouseholdIncome, spending: command.List(flags.HouseholdFinal), change: command.List(flags.Change)}
	if e.Explains() && m != nil {
		e.Say("explain", "n", t.N(), "origin", t.Origin, "radius", radius(m), "codes", strings.Join(t.Codes, ", "))
		for i, c := range t.Codes {
			e.Say("explain-row", "code", c, "output", command.Number(m.Output[i]), "final", command.Number(m.Final[i]))
		}
	}
	return run(r)
}

func radius(m *inputoutput.Model) string {
	if c := m.Certificate(); c != nil {
		return command.Number(c.Radius)
	}
	return "…"
}

// ioRun is a table with a question.
type ioRun struct {
	e        *command.Env
	f        *iotable.Flags
	what     string
	t        *inputoutput.Table
	m        *inputoutput.Model
	notes    []*fault.Error
	extract  []string
	kind     string
	income   string
	spending []string
	change   []string
	bound    inputoutput.Maybe // of the solutions used; missing where nothing had to be solved
}

// solved takes note of how well a system was solved.
func (r *ioRun) solved(bound float64) { r.bound = inputoutput.Known(max(r.bound.Value, bound)) }

// write gives the answer: result for JSON, rows for CSV.
func (r *ioRun) write(result command.Object, rows [][]string) error {
	r.notes = iotable.Loose(r.notes, r.bound.Value)
	if !r.e.JSON() {
		r.e.Warn(r.notes)
		return r.e.WriteCSV(rows...)
	}
	head := command.Object{{"what", r.what}, {"origin", r.t.Origin}, {"codes", r.t.Codes}}
	tail := command.Object{{"totalOutput", command.ByCode(r.t.Codes, r.t.GrossOutput())}, {"finalDemand", command.ByCode(r.t.Codes, r.t.FinalDemand())}, {"bound", r.bound}, {"notes", r.e.Remarks(r.notes)}}
	return r.e.WriteJSON(append(append(head, result...), tail...))
}

func (r *ioRun) multipliers() error {
	all := make([]float64, r.t.N())
	for i := range all {
		all[i] = 1
	}
	u, err := r.m.SolveTransposed(all) // i'L
	if err != nil {
		return err
	}
	r.solved(u.Bound)
	out, codes := u.X, r.t.Codes
	var direct, effect, multiplier command.Object
	head, vectors := []string{"code", "output"}, [][]string{command.Numbers(out)}
	add := func(name string, w []float64) error {
		x, err := r.m.Effects(w)
		if err != nil {
			return err
		}
		r.solved(x.Bound)
		direct = append(direct, command.Member{name, command.ByCode(codes, x.Direct)})
		effect = append(effect, command.Member{name, command.ByCode(codes, x.Effect)})
		multiplier = append(multiplier, command.Member{name, command.ByCode(codes, x.Multiplier)})
		head = append(head, name+".direct", name+".effect", name+".multiplier")
		vectors = append(vectors, command.Numbers(x.Direct), command.Numbers(x.Effect), command.Maybes(x.Multiplier))
		return nil
	}
	rows := 0
	for _, p := range r.t.Primary {
		if p.Kind == inputoutput.ValueAdded {
			rows++
		}
		if err := add(p.Code, p.Values); err != nil {
			return err
		}
	}
	if rows > 1 { // several rows make up value added: their sum is asked for too
		va, err := r.t.ValueAdded()
		if err != nil {
			return err
		}
		if err := add("value-added", va); err != nil {
			return err
		}
	}
	result := command.Object{{"output", command.ByCode(codes, out)}, {"direct", direct}, {"effects", effect}, {"multipliers", multiplier}}
	if r.income != "" {
		closed, err := r.typeTwo()
		if err != nil {
			return err
		}
		r.solved(closed.Bound)
		result = append(result, command.Member{"typeII", command.Object{{"income", r.income}, {"effects", command.ByCode(codes, closed.Effect)}, {"multipliers", command.ByCode(codes, closed.Multiplier)},
			{"output", command.ByCode(codes, closed.Output)}, {"loop", closed.Loop}}})
		head = append(head, "typeII.effect", "typeII.multiplier", "typeII.output")
		vectors = append(vectors, command.Numbers(closed.Effect), command.Maybes(closed.Multiplier), command.Numbers(closed.Output))
	}
	return r.write(result, command.Columns(head, codes, vectors...))
}

// typeTwo closes the model with households.
func (r *ioRun) typeTwo() (inputoutput.Closed, error) {
	w, err := r.t.PrimaryRow(r.income)
	if err != nil {
		return inputoutput.Closed{}, err
	}
	house := inputoutput.Household{Income: w, Consumption: make([]float64, r.t.N())}
	if len(r.spending) == 0 {
		return inputoutput.Closed{}, r.e.Missing("household-final")
	}
	for _, code := range r.spending {
		found := false
		for _, c := range r.t.Final {
			if c.Code == code {
				found = true
				for i, v := range c.Values {
					house.Consumption[i] += v
				}
			}
		}
		if !found {
			return inputoutput.Closed{}, fault.New("calc.not-final", "code", code)
		}
	}
	return r.m.TypeII(w, house)
}

func (r *ioRun) leontief() error {
	l, how, err := r.m.Inverse()
	if err != nil {
		return err
	}
	r.solved(how.Bound)
	rows := command.Rows(l)
	return r.write(command.Object{{"leontief", rows}}, command.Wide("code", r.t.Codes, r.t.Codes, rows))
}

func (r *ioRun) ghosh() error {
	g, how, err := r.m.GhoshInverse()
	if err != nil {
		return err
	}
	r.solved(how.Bound)
	rows := command.Rows(g)
	link, err := r.m.Linkages()
	if err != nil {
		return err
	}
	return r.write(command.Object{{"ghosh", rows}, {"rowSums", command.ByCode(r.t.Codes, link.Forward)}}, command.Wide("code", r.t.Codes, r.t.Codes, rows))
}

func (r *ioRun) coefficients() error {
	a, b := command.Rows(r.m.InputCoefficients()), command.Rows(r.m.AllocationCoefficients())
	return r.write(command.Object{{"input", a}, {"allocation", b}}, command.Wide("code", r.t.Codes, r.t.Codes, a))
}

// prices gives what dearer primary inputs do to the price of every product, passed on in full.
func (r *ioRun) prices() error {
	if len(r.change) == 0 {
		return r.e.Missing("change")
	}
	cost := make([]float64, r.t.N()) // more per unit of output
	for _, pair := range r.change {
		code, given, _ := strings.Cut(pair, "=")
		rate, err := command.Float("change", given)
		if err != nil {
			return err
		}
		w, err := r.t.PrimaryRow(code)
		if err != nil {
			return err
		}
		c, err := r.m.Coefficients(w)
		if err != nil {
			return err
		}
		for j, v := range c {
			cost[j] += v * rate
		}
	}
	p, err := r.m.Prices(cost)
	if err != nil {
		return err
	}
	r.solved(p.Bound)
	return r.write(command.Object{{"change", r.change}, {"prices", command.ByCode(r.t.Codes, p.X)}}, command.Columns([]string{"code", "price"}, r.t.Codes, command.Numbers(p.X)))
}

// regions gives the value added of each region in the final use of each: the rows add to what a region makes, the columns to what it uses.
func (r *ioRun) regions() error {
	m := r.f.Regions(r.t)
	if m == nil {
		return fault.New("calc.no-regions")
	}
	va, err := r.t.ValueAdded()
	if err != nil {
		return err
	}
	flow, err := m.Embodied(r.m, va)
	if err != nil {
		return err
	}
	rows := command.Rows(flow)
	made, used, _ := inputoutput.Margins(flow)
	return r.write(command.Object{{"regions", m.Regions}, {"flows", rows}, {"production", command.ByCode(m.Regions, made)}, {"consumption", command.ByCode(m.Regions, used)}}, command.Wide("code", m.Regions, m.Regions, rows))
}

// table gives the table itself, as it was read, made or reshaped, in the layout that calc reads.
func (r *ioRun) table() error {
	codes, n := slices.Clone(r.t.Codes), r.t.N()
	rows := command.Rows(r.t.Z)
	final := command.Object{}
	for _, f := range r.t.Final {
		codes = append(codes, f.Code)
		final = append(final, command.Member{f.Code, command.ByCode(r.t.Codes, f.Values)})
		for i := range rows {
			rows[i] = append(rows[i], f.Values[i])
		}
	}
	out := command.Wide("code", r.t.Codes, codes, rows)
	below := func(code string, v []float64) {
		out = append(out, append(append([]string{code}, command.Numbers(v)...), make([]string, len(codes)-n)...))
	}
	primary := command.Object{}
	for _, p := range r.t.Primary {
		below(p.Code, p.Values)
		primary = append(primary, command.Member{p.Code, command.ByCode(r.t.Codes, p.Values)})
	}
	if r.t.Output != nil {
		below("output", r.t.Output)
	}
	return r.write(command.Object{{"flows", command.Rows(r.t.Z)}, {"final", final}, {"primary", primary}}, out)
}

func (r *ioRun) linkages() error {
	x, err := r.m.Linkages()
	if err != nil {
		return err
	}
	r.solved(x.Bound)
	c := r.t.Codes
	keys := make([]string, len(c))
	for i, k := range x.Key {
		keys[i] = "0"
		if k {
			keys[i] = "1"
		}
	}
	return r.write(command.Object{{"backward", command.ByCode(c, x.Backward)}, {"forward", command.ByCode(c, x.Forward)}, {"forwardLeontief", command.ByCode(c, x.ForwardLeontief)},
		{"directBackward", command.ByCode(c, x.DirectBackward)}, {"directForward", command.ByCode(c, x.DirectForward)}, {"powerOfDispersion", command.ByCode(c, x.Power)},
		{"sensitivityOfDispersion", command.ByCode(c, x.Sensitivity)}, {"key", command.ByCode(c, x.Key)}},
		command.Columns([]string{"code", "backward", "forward", "forwardLeontief", "directBackward", "directForward", "powerOfDispersion", "sensitivityOfDispersion", "key"}, c,
			command.Numbers(x.Backward), command.Numbers(x.Forward), command.Numbers(x.ForwardLeontief), command.Numbers(x.DirectBackward), command.Numbers(x.DirectForward), command.Numbers(x.Power), command.Numbers(x.Sensitivity), keys))
}

func (r *ioRun) flows() error {
	va, err := r.t.ValueAdded()
	if err != nil {
		return err
	}
	v, err := r.m.Coefficients(va)
	if err != nil {
		return err
	}
	flow, how, err := r.m.ValueFlow(v, r.m.Final)
	if err != nil {
		return err
	}
	r.solved(how.Bound)
	rows := command.Rows(flow)
	from, to, gdp := inputoutput.Margins(flow)
	return r.write(command.Object{{"flows", rows}, {"total", gdp}, {"byIndustry", command.ByCode(r.t.Codes, from)}, {"byFinalUse", command.ByCode(r.t.Codes, to)}},
		command.Wide("code", r.t.Codes, r.t.Codes, rows))
}

// extraction takes out the industries named by --extract together, or, where none is named, each in turn.
func (r *ioRun) extraction() error {
	kind, err := command.OneOf("kind", r.kind, []command.Choice[inputoutput.Extraction]{{"total", inputoutput.Whole}, {"purchases", inputoutput.Purchases}, {"sales", inputoutput.Sales}})
	if err != nil {
		return err
	}
	if len(r.extract) > 0 {
		var at []int
		for _, c := range r.extract {
			k := r.t.Find(c)
			if k < 0 {
				return fault.New("calc.no-industry", "code", c)
			}
			at = append(at, k)
		}
		x, err := r.m.Extract(at, kind)
		if err != nil {
			return err
		}
		r.solved(x.Bound)
		return r.write(command.Object{{"extracted", r.extract}, {"kind", r.kind}, {"outputLoss", x.Total}, {"valueAddedLoss", x.ValueAdded}, {"byIndustry", command.ByCode(r.t.Codes, x.Output)}},
			command.Columns([]string{"code", "outputLoss"}, r.t.Codes, command.Numbers(x.Output)))
	}
	output, value, each := make([]float64, r.t.N()), make([]inputoutput.Maybe, r.t.N()), make([]any, r.t.N())
	for k := range r.t.Codes {
		x, err := r.m.Extract([]int{k}, kind)
		if err != nil {
			return err
		}
		r.solved(x.Bound)
		output[k], value[k] = x.Total, x.ValueAdded
		each[k] = command.Object{{"outputLoss", x.Total}, {"valueAddedLoss", x.ValueAdded}}
	}
	return r.write(command.Object{{"kind", r.kind}, {"extraction", command.ByCode(r.t.Codes, each)}}, command.Columns([]string{"code", "outputLoss", "valueAddedLoss"}, r.t.Codes, command.Numbers(output), command.Maybes(value)))
}
