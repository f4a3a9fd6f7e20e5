package pipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Withdrawn is the comment code of a derived cell that a later run no longer gives. History keeps what it was.
const Withdrawn = "withdrawn"

// Runner runs recipes against a store.
type Runner struct {
	Store  Store
	Intake cube.Intake
	Now    func() time.Time
	Zone   *time.Location // in which days are counted: that of the country; nil means UTC
	// Only, when set, are the messages that recipes may read, beside what earlier recipes of the same RunStale wrote: the content of a
	// release that is being prepared. Otherwise they read everything.
	Only cube.Messages
	Act  int64 // records are read as known after this act; 0 for all that is known
	// Begin, when set, is told of each recipe before it is looked at.
	Begin func(r Recipe)
	// Report, when set, is told of each recipe as it is done: ran says whether it was stale.
	Report func(r Recipe, run Run, ran bool)
}

// RunStale runs, in the order in which they feed each other, the recipes whose inputs, parameters or version have changed
// since their last run. It gives the runs made. Force runs all of them.
func (r Runner) RunStale(ctx context.Context, recipes []Recipe, force bool) ([]Run, error) {
	ordered, err := Order(recipes)
	if err != nil {
		return nil, err
	}
	var runs []Run
	for _, recipe := range ordered {
		if r.Begin != nil {
			r.Begin(recipe)
		}
		run, ran, err := r.runOne(ctx, recipe, force)
		if err != nil {
			return runs, err
		}
		if ran {
			runs = append(runs, run)
			if r.Only != nil && run.Message != 0 {
				r.Only = r.Only.Union(cube.NewMessages(run.Message))
			}
		}
		if r.Report != nil {
			r.Report(recipe, run, ran)
		}
	}
	return runs, nil
}

func (r Runner) day(at time.Time) stat.Date {
	if r.Zone != nil {
		at = at.In(r.Zone)
	} else {
		at = at.UTC()
	}
	return stat.DateOf(at)
}

func (r Runner) runOne(ctx context.Context, recipe Recipe, force bool) (Run, bool, error) {
	started := r.Now()
	readTo, err := r.Store.LastMessage(ctx)
	if err != nil {
		return Run{}, false, err
	}
	at := cube.AsOf{Message: readTo, Only: r.Only, Act: r.Act}
	stands, err := Look(ctx, r.Store, recipe, at, r.day(started))
	if err != nil {
		return Run{}, false, err
	}
	if stands.Fresh && !force {
		return stands.Last, false, nil
	}
	in, err := stands.inputs(ctx, r.Store, recipe, at, r.day(started))
	if err != nil {
		return Run{}, false, err
	}
	result, err := recipe.Compute(ctx, in)
	if err != nil {
		return Run{}, false, fault.New("pipeline.failed", "recipe", recipe.Title).Because(err)
	}
	n, err := r.Store.NextRunNumber(ctx, recipe.ID)
	if err != nil {
		return Run{}, false, err
	}
	run := Run{ID: fmt.Sprintf("%s#%d", recipe.ID, n), Recipe: recipe.ID, Version: recipe.Version, Memo: Memo(recipe, in), Marks: MarksOf(recipe, in),
		StartedAt: started.UTC(), ReadTo: readTo, Only: r.Only, Params: recipe.Params, Diagnostics: result.Diagnostics}
	m, lineage, err := r.message(ctx, recipe, run, in, result)
	if err != nil {
		return Run{}, false, err
	}
	run.FinishedAt, run.Outputs = r.Now().UTC(), len(result.Outputs)
	d, err := r.ready(ctx, recipe, m, at)
	if err != nil {
		return Run{}, false, err
	}
	defer d.Close()
	receipt, err := r.Store.AppendRun(ctx, run, d, lineage)
	if err != nil {
		return Run{}, false, err
	}
	run.Message = receipt.Message
	return run, true, nil
}

// ready holds the figures of a run to the rules, against what the run could see. A run may have none.
func (r Runner) ready(ctx context.Context, recipe Recipe, m cube.Message, at cube.AsOf) (*cube.Delivery, error) {
	if len(m.Entries) == 0 {
		return m.Ready()
	}
	d, err := r.Intake.Prepare(m.Header, m.All(), nil)
	if err == nil {
		err = r.Intake.Examine(ctx, d, at)
	}
	if err != nil {
		d.Close()
		return nil, fault.New("pipeline.bad-output", "recipe", recipe.Title).Because(err)
	}
	return d, nil
}

// message turns a result into observations that name their run and have the evidence of their weakest input, and adds a withdrawal for every
// cell that the recipe gave before and gives no longer.
func (r Runner) message(ctx context.Context, recipe Recipe, run Run, in *Inputs, result *Result) (cube.Message, []Lineage, error) {
	m := cube.Message{Header: cube.Header{Sender: "recipe/" + recipe.ID + "@" + recipe.Version, SentAt: run.StartedAt}}
	observations, err := Derive(recipe, run.ID, in, result)
	if err != nil {
		return m, nil, err
	}
	var lineage []Lineage
	given := map[cube.Cell]bool{}
	for i, v := range observations {
		m.Entries = append(m.Entries, cube.Entry{Dataflow: v.Dataflow, Observation: v.Observation})
		given[v.Cell()] = true
		formula, err := result.Outputs[i].bound()
		if err != nil {
			return m, nil, fault.New("pipeline.bad-output", "recipe", recipe.Title).Because(err)
		}
		lineage = append(lineage, Lineage{Run: run.ID, Cell: v.Cell(), From: result.Outputs[i].From, Records: result.Outputs[i].Records, Formula: formula})
	}
	for _, flow := range recipe.Outputs {
		old, err := cube.Read(ctx, r.Store, cube.Query{Dataflow: flow, AsOf: run.Bound()})
		if err != nil {
			return m, nil, err
		}
		for _, v := range old {
			if given[v.Cell()] || v.Status.Valueless() && v.Attributes[stat.AttrComment] == Withdrawn {
				continue
			}
			m.Entries = append(m.Entries, cube.Entry{Dataflow: flow, Observation: stat.Observation{
				Key: v.Key, Period: v.Period, Status: stat.Missing, Vintage: stat.Vintage{Date: in.Day, Written: in.Day.String()},
				Attributes: stat.Attributes{stat.AttrMark: string(stat.MarkDerived), stat.AttrRun: run.ID,
					stat.AttrRecipe: recipe.ID + "@" + recipe.Version, stat.AttrComment: Withdrawn}}})
			lineage = append(lineage, Lineage{Run: run.ID, Cell: v.Cell()})
		}
	}
	return m, lineage, nil
}

// Derive gives the outputs of a result as they are stored: dated by the day of the run, naming it, with the evidence mark, status and
// confidentiality of their weakest input. An output of a dataflow that the recipe does not declare, or from what it did not read, is refused.
func Derive(recipe Recipe, run string, in *Inputs, result *Result) ([]cube.Version, error) {
	read := in.reads()
	out := make([]cube.Version, 0, len(result.Outputs))
	for _, x := range result.Outputs {
		if !slices.Contains(recipe.Outputs, x.Dataflow) {
			return nil, fault.New("pipeline.undeclared-output", "recipe", recipe.Title, "dataflow", x.Dataflow)
		}
		o := x.Observation
		o.Attributes = o.Attributes.Clone()
		var from evidence
		for _, ref := range x.From {
			e, ok := read.evidence(ref, o.Period)
			if !ok {
				return nil, fault.New("pipeline.unread-input", "recipe", recipe.Title, "cell", ref.Cell().String())
			}
			from = from.and(e)
		}
		for _, ref := range x.Records {
			e, ok := in.record(recipe, ref)
			if !ok {
				return nil, fault.New("pipeline.unread-input", "recipe", recipe.Title, "cell", ref.Type+"/"+ref.ID)
			}
			from = from.and(e)
		}
		inherit(&o, from, recipe.DisclosureSafe != "")
		o.Attributes[stat.AttrRun] = run
		o.Attributes[stat.AttrRecipe] = recipe.ID + "@" + recipe.Version
		o.Vintage = stat.Vintage{Date: in.Day, Written: in.Day.String()}
		out = append(out, cube.Version{Dataflow: x.Dataflow, Observation: o})
	}
	return out, nil
}

// Order sorts recipes so that each comes after those whose outputs it reads, and costly ones as late as that allows. Two recipes with one output, or recipes that
// feed each other in a circle, are refused.
func Order(recipes []Recipe) ([]Recipe, error) {
	writer := map[string]int{}
	for i, r := range recipes {
		for _, flow := range r.Outputs {
			if j, taken := writer[flow]; taken {
				return nil, fault.New("pipeline.two-writers", "dataflow", flow, "one", recipes[j].ID, "two", r.ID)
			}
			writer[flow] = i
		}
	}
	var out []Recipe
	state := make([]int, len(recipes)) // 0 not seen, 1 being visited, 2 done
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case 1:
			return fault.New("pipeline.circle", "recipe", recipes[i].ID)
		case 2:
			return nil
		}
		state[i] = 1
		for _, in := range recipes[i].Inputs {
			if j, ok := writer[in.Dataflow]; ok {
				if err := visit(j); err != nil {
					return err
				}
			}
		}
		state[i] = 2
		out = append(out, recipes[i])
		return nil
	}
	for i := range recipes {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return costlyLast(out), nil
}

// costlyLast moves costly recipes, and those that read what they write, behind all others, which read nothing of theirs.
func costlyLast(ordered []Recipe) []Recipe {
	var quick, late []Recipe
	waits := map[string]bool{} // dataflows that come late
	for _, r := range ordered {
		if r.Costly == "" && !slices.ContainsFunc(r.Inputs, func(in Input) bool { return waits[in.Dataflow] }) {
			quick = append(quick, r)
			continue
		}
		late = append(late, r)
		for _, flow := range r.Outputs {
			waits[flow] = true
		}
	}
	return append(quick, late...)
}
