package calc

import (
	"context"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
)

// ioFlags are the flags of io.
type ioFlags struct {
	What            string     `default:"multipliers" help:"what-io"`
	Extract         string     `help:"extract" what:"extraction"`
	Kind            string     `default:"total" help:"kind" what:"extraction"`
	HouseholdIncome string     `help:"household-income" what:"multipliers"`
	HouseholdFinal  string     `help:"household-final" what:"multipliers"`
	Change          string     `help:"change" what:"prices"`
	Table           string     `help:"table"`
	Flags           tableFlags `embed:""`
}

// inputOutput asks an input-output table for multipliers, inverses, linkages, value-added flows and extractions.
func inputOutput(_ context.Context, e *Env, args []string) error {
	var flags ioFlags
	if err := e.parse("io", &flags, args); err != nil {
		return err
	}
	if err := e.need("table"); err != nil {
		return err
	}
	f := &flags.Flags
	f.File = flags.Table
	run, err := mode(e, "what", flags.What, []choice[func(*ioRun) error]{{"multipliers", (*ioRun).multipliers}, {"leontief", (*ioRun).leontief}, {"ghosh", (*ioRun).ghosh},
		{"linkages", (*ioRun).linkages}, {"flows", (*ioRun).flows}, {"extraction", (*ioRun).extraction}, {"coefficients", (*ioRun).coefficients},
		{"prices", (*ioRun).prices}, {"table", (*ioRun).table}, {"regions", (*ioRun).regions}})
	if err != nil {
		return err
	}
	if flags.HouseholdIncome != "" && f.Layout == "matrix" && !slices.Contains(slices.Concat(list(f.ValueAdded), list(f.Details), list(f.Physical), list(f.Imports), list(f.Taxes)), flags.HouseholdIncome) {
		f.Details += "," + flags.HouseholdIncome // part of value added, for what else would pay households
	}
	t, notes, err := e.symmetric(f)
	if err != nil {
		return err
	}
	m, err := inputoutput.NewModel(t, inputoutput.Options{})
	if err == nil {
		notes = append(notes, m.Warnings...)
	} else if flags.What != "table" { // a table may be looked at that is no model, such as one of imports
		return err
	}
	r := &ioRun{e: e, f: f, what: flags.What, t: t, m: m, notes: notes, extract: list(flags.Extract), kind: flags.Kind, income: flags.HouseholdIncome, spending: list(flags.HouseholdFinal), change: list(flags.Change)}
	if e.explains() && m != nil {
		e.say("explain", "n", t.N(), "origin", t.Origin, "radius", radius(m), "codes", strings.Join(t.Codes, ", "))
		for i, c := range t.Codes {
			e.say("explain-row", "code", c, "output", text(m.Output[i]), "final", text(m.Final[i]))
		}
	}
	return run(r)
}

func radius(m *inputoutput.Model) string {
	if c := m.Certificate(); c != nil {
		return text(c.Radius)
	}
	return "…"
}

// ioRun is a table with a question.
type ioRun struct {
	e        *Env
	f        *tableFlags
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

// looseBound is the proven relative error from which a reader is told: fewer digits hold than a table prints.
const looseBound = 1e-9

// loose gives the remark on solutions that are known to few digits only.
func loose(notes []*fault.Error, bound float64) []*fault.Error {
	if bound > looseBound {
		return append(notes, fault.New("calc.loose-bound", "bound", text(bound)))
	}
	return notes
}

// write gives the answer: result for JSON, rows for CSV.
func (r *ioRun) write(result object, rows [][]string) error {
	r.notes = loose(r.notes, r.bound.Value)
	if !r.e.json() {
		r.e.warn(r.notes)
		return r.e.writeCSV(rows...)
	}
	head := object{{"what", r.what}, {"origin", r.t.Origin}, {"codes", r.t.Codes}}
	tail := object{{"totalOutput", byCode(r.t.Codes, r.t.GrossOutput())}, {"finalDemand", byCode(r.t.Codes, r.t.FinalDemand())}, {"bound", r.bound}, {"notes", r.e.remarks(r.notes)}}
	return r.e.writeJSON(append(append(head, result...), tail...))
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
	var direct, effect, multiplier object
	head, vectors := []string{"code", "output"}, [][]string{texts(out)}
	add := func(name string, w []float64) error {
		x, err := r.m.Effects(w)
		if err != nil {
			return err
		}
		r.solved(x.Bound)
		direct = append(direct, member{name, byCode(codes, x.Direct)})
		effect = append(effect, member{name, byCode(codes, x.Effect)})
		multiplier = append(multiplier, member{name, byCode(codes, x.Multiplier)})
		head = append(head, name+".direct", name+".effect", name+".multiplier")
		vectors = append(vectors, texts(x.Direct), texts(x.Effect), maybes(x.Multiplier))
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
	result := object{{"output", byCode(codes, out)}, {"direct", direct}, {"effects", effect}, {"multipliers", multiplier}}
	if r.income != "" {
		closed, err := r.typeTwo()
		if err != nil {
			return err
		}
		r.solved(closed.Bound)
		result = append(result, member{"typeII", object{{"income", r.income}, {"effects", byCode(codes, closed.Effect)}, {"multipliers", byCode(codes, closed.Multiplier)},
			{"output", byCode(codes, closed.Output)}, {"loop", closed.Loop}}})
		head = append(head, "typeII.effect", "typeII.multiplier", "typeII.output")
		vectors = append(vectors, texts(closed.Effect), maybes(closed.Multiplier), texts(closed.Output))
	}
	return r.write(result, columns(head, codes, vectors...))
}

// typeTwo closes the model with households.
func (r *ioRun) typeTwo() (inputoutput.Closed, error) {
	w, err := r.t.PrimaryRow(r.income)
	if err != nil {
		return inputoutput.Closed{}, err
	}
	house := inputoutput.Household{Income: w, Consumption: make([]float64, r.t.N())}
	if len(r.spending) == 0 {
		return inputoutput.Closed{}, r.e.missing("household-final")
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
	rows := rowsOf(l)
	return r.write(object{{"leontief", rows}}, wide("code", r.t.Codes, r.t.Codes, rows))
}

func (r *ioRun) ghosh() error {
	g, how, err := r.m.GhoshInverse()
	if err != nil {
		return err
	}
	r.solved(how.Bound)
	rows := rowsOf(g)
	link, err := r.m.Linkages()
	if err != nil {
		return err
	}
	return r.write(object{{"ghosh", rows}, {"rowSums", byCode(r.t.Codes, link.Forward)}}, wide("code", r.t.Codes, r.t.Codes, rows))
}

func (r *ioRun) coefficients() error {
	a, b := rowsOf(r.m.InputCoefficients()), rowsOf(r.m.AllocationCoefficients())
	return r.write(object{{"input", a}, {"allocation", b}}, wide("code", r.t.Codes, r.t.Codes, a))
}

// prices gives what dearer primary inputs do to the price of every product, passed on in full.
func (r *ioRun) prices() error {
	if len(r.change) == 0 {
		return r.e.missing("change")
	}
	cost := make([]float64, r.t.N()) // more per unit of output
	for _, pair := range r.change {
		code, given, _ := strings.Cut(pair, "=")
		rate, err := floatFlag("change", given)
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
	return r.write(object{{"change", r.change}, {"prices", byCode(r.t.Codes, p.X)}}, columns([]string{"code", "price"}, r.t.Codes, texts(p.X)))
}

// regions gives the value added of each region in the final use of each: the rows add to what a region makes, the columns to what it uses.
func (r *ioRun) regions() error {
	m := r.f.regions
	if m == nil || m.Table != r.t {
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
	rows := rowsOf(flow)
	made, used := make([]float64, len(rows)), make([]float64, len(rows))
	for i, row := range rows {
		for j, x := range row {
			made[i] += x
			used[j] += x
		}
	}
	return r.write(object{{"regions", m.Regions}, {"flows", rows}, {"production", byCode(m.Regions, made)}, {"consumption", byCode(m.Regions, used)}}, wide("code", m.Regions, m.Regions, rows))
}

// table gives the table itself, as it was read, made or reshaped, in the layout that calc reads.
func (r *ioRun) table() error {
	codes, n := slices.Clone(r.t.Codes), r.t.N()
	rows := rowsOf(r.t.Z)
	final := object{}
	for _, f := range r.t.Final {
		codes = append(codes, f.Code)
		final = append(final, member{f.Code, byCode(r.t.Codes, f.Values)})
		for i := range rows {
			rows[i] = append(rows[i], f.Values[i])
		}
	}
	out := wide("code", r.t.Codes, codes, rows)
	below := func(code string, v []float64) {
		out = append(out, append(append([]string{code}, texts(v)...), make([]string, len(codes)-n)...))
	}
	primary := object{}
	for _, p := range r.t.Primary {
		below(p.Code, p.Values)
		primary = append(primary, member{p.Code, byCode(r.t.Codes, p.Values)})
	}
	if r.t.Output != nil {
		below("output", r.t.Output)
	}
	return r.write(object{{"flows", rowsOf(r.t.Z)}, {"final", final}, {"primary", primary}}, out)
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
	return r.write(object{{"backward", byCode(c, x.Backward)}, {"forward", byCode(c, x.Forward)}, {"forwardLeontief", byCode(c, x.ForwardLeontief)},
		{"directBackward", byCode(c, x.DirectBackward)}, {"directForward", byCode(c, x.DirectForward)}, {"powerOfDispersion", byCode(c, x.Power)},
		{"sensitivityOfDispersion", byCode(c, x.Sensitivity)}, {"key", byCode(c, x.Key)}},
		columns([]string{"code", "backward", "forward", "forwardLeontief", "directBackward", "directForward", "powerOfDispersion", "sensitivityOfDispersion", "key"}, c,
			texts(x.Backward), texts(x.Forward), texts(x.ForwardLeontief), texts(x.DirectBackward), texts(x.DirectForward), texts(x.Power), texts(x.Sensitivity), keys))
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
	rows, gdp := rowsOf(flow), 0.0
	from, to := make([]float64, len(rows)), make([]float64, len(rows))
	for i, row := range rows {
		for j, x := range row {
			from[i] += x
			to[j] += x
			gdp += x
		}
	}
	return r.write(object{{"flows", rows}, {"total", gdp}, {"byIndustry", byCode(r.t.Codes, from)}, {"byFinalUse", byCode(r.t.Codes, to)}},
		wide("code", r.t.Codes, r.t.Codes, rows))
}

// extraction takes out the industries named by --extract together, or, where none is named, each in turn.
func (r *ioRun) extraction() error {
	kind, err := oneOf("kind", r.kind, []choice[inputoutput.Extraction]{{"total", inputoutput.Whole}, {"purchases", inputoutput.Purchases}, {"sales", inputoutput.Sales}})
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
		return r.write(object{{"extracted", r.extract}, {"kind", r.kind}, {"outputLoss", x.Total}, {"valueAddedLoss", x.ValueAdded}, {"byIndustry", byCode(r.t.Codes, x.Output)}},
			columns([]string{"code", "outputLoss"}, r.t.Codes, texts(x.Output)))
	}
	output, value, each := make([]float64, r.t.N()), make([]inputoutput.Maybe, r.t.N()), make([]any, r.t.N())
	for k := range r.t.Codes {
		x, err := r.m.Extract([]int{k}, kind)
		if err != nil {
			return err
		}
		r.solved(x.Bound)
		output[k], value[k] = x.Total, x.ValueAdded
		each[k] = object{{"outputLoss", x.Total}, {"valueAddedLoss", x.ValueAdded}}
	}
	return r.write(object{{"kind", r.kind}, {"extraction", byCode(r.t.Codes, each)}}, columns([]string{"code", "outputLoss", "valueAddedLoss"}, r.t.Codes, texts(output), maybes(value)))
}
