package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// examined is what a look at a release found.
type examined struct {
	against []error  // what stands against it, each a sentence that can be followed
	changes []Change // against the release that is out
	digest  string   // of all that was looked at
}

// examine looks at the content of a release as it would be released today: is there anything new, are its recipes up to date within it, does
// everything derived rest on it alone, are its findings answered and its embargoes whole.
func (d Desk) examine(ctx context.Context, r Release) (examined, error) {
	var out examined
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return out, err
	}
	h := sha256.New()
	line := func(parts ...any) { fmt.Fprintln(h, parts...) }
	line(r.ID, r.Content(), r.Notes.Vi, r.Notes.En)
	for _, e := range r.Embargoes {
		line("embargo", e.Dataflow, e.Until.UTC())
	}

	base, some := Current(all, d.Now())
	if len(r.Content()) == 0 || some && base.Content().Covers(r.Content()) {
		out.against = append(out.against, fault.New("publish.nothing", "id", r.ID))
	}
	if r.Corrects != "" && (r.Notes.Vi == "" || r.Notes.En == "") {
		out.against = append(out.against, fault.New("publish.no-note", "id", r.ID))
	}
	for _, look := range []func(context.Context, Release, func(...any)) ([]error, error){d.stale, d.outside, d.unanswered, d.openDerived} {
		found, err := look(ctx, r, line)
		if err != nil {
			return out, err
		}
		out.against = append(out.against, found...)
	}
	for _, c := range d.Checks {
		out.against = append(out.against, c(ctx, r)...)
	}
	if out.changes, err = d.changes(ctx, base, r); err != nil {
		return out, err
	}
	for _, c := range out.changes {
		line("change", c.Dataflow, c.Added, c.Revised, c.Withdrawn, c.Cells)
	}
	out.digest = hex.EncodeToString(h.Sum(nil))
	return out, nil
}

// stale finds the recipes that would give other figures from this content than they did. A recipe none of whose inputs are there has nothing
// to say yet.
func (d Desk) stale(ctx context.Context, r Release, line func(...any)) ([]error, error) {
	if _, err := pipeline.Order(d.Recipes); err != nil {
		return []error{err}, nil
	}
	var out []error
	at, day := r.AsOf, d.today()
	for _, recipe := range d.Recipes {
		stands, err := pipeline.Look(ctx, d.Cube, recipe, at, day)
		if err != nil {
			return nil, err
		}
		line("recipe", stands.Memo)
		if !stands.Fresh && (stands.Ran || stands.Sees(recipe)) {
			out = append(out, fault.New("publish.stale", "id", r.ID, "recipe", recipe.Title))
		}
	}
	return out, nil
}

func (d Desk) today() stat.Date {
	if d.Zone == nil {
		return stat.DateOf(d.Now().UTC())
	}
	return stat.DateOf(d.Now().In(d.Zone))
}

// outside finds the runs whose figures are in the content while something that they could see is not.
func (d Desk) outside(ctx context.Context, r Release, line func(...any)) ([]error, error) {
	runs, err := d.Cube.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var out []error
	for _, run := range runs {
		if run.Message == 0 || !r.Content().Has(run.Message) {
			continue
		}
		line("run", run.ID, run.Message)
		if !run.Within(r.AsOf) {
			missing := run.Bound().Messages(run.ReadTo).Without(r.Content())
			out = append(out, fault.New("publish.outside", "id", r.ID, "run", run.ID, "message", run.Message, "missing", missing.String()))
		}
	}
	return out, nil
}

// unanswered finds what the loads of the content noticed and nobody has answered.
func (d Desk) unanswered(ctx context.Context, r Release, line func(...any)) ([]error, error) {
	if d.Findings == nil {
		return nil, nil
	}
	found, err := d.Findings.UnansweredFindings(ctx, r.Content().Without(r.given))
	if err != nil {
		return nil, err
	}
	var out []error
	for _, f := range found {
		line("finding", f.Message, f.Rule)
		out = append(out, fault.New("publish.unanswered", "id", r.ID, "message", f.Message, "rule", f.Rule, "finding", f.Text))
	}
	return out, nil
}

// openDerived finds the dataflows that would show what an embargo hides, because a recipe computes them from it.
func (d Desk) openDerived(_ context.Context, r Release, _ func(...any)) ([]error, error) {
	var out []error
	for _, e := range r.Embargoes {
		for _, derived := range derivedFrom(d.Recipes, e.Dataflow) {
			if r.EmbargoOf(derived).Before(e.Until) && e.Until.After(d.Now()) {
				out = append(out, fault.New("publish.open-derived", "id", r.ID, "dataflow", e.Dataflow, "derived", derived, "minute", clock(e.Until, d.Zone)))
			}
		}
	}
	return out, nil
}

// changes compares the figures of the content with those of the release that is out, dataflow by dataflow. What is confidential, or under an
// embargo of its own, is not told.
func (d Desk) changes(ctx context.Context, base, r Release) ([]Change, error) {
	list, err := d.Store.MessageList(ctx)
	if err != nil {
		return nil, err
	}
	touched := map[string]bool{}
	added := r.Content().Without(base.Content())
	for _, m := range list {
		if added.Has(m.Number) {
			for _, f := range m.Dataflows() {
				touched[f] = true
			}
		}
	}
	hidden := r.Withheld(d.Now())
	before := base.AsOf
	if base.ID == "" {
		before = cube.AsOf{Only: cube.Messages{}}
	}
	var out []Change
	for flow := range touched {
		if _, waits := hidden[flow]; waits {
			continue
		}
		var sides [2][]cube.Version
		for i, at := range []cube.AsOf{before, r.AsOf} {
			all, err := cube.Read(ctx, d.Cube, cube.Query{Dataflow: flow, AsOf: at})
			if err != nil {
				return nil, err
			}
			for _, v := range all {
				if Everybody().mayRead(confidentiality(v)) {
					sides[i] = append(sides[i], v)
				}
			}
		}
		out = append(out, Compare(sides[0], sides[1])...)
	}
	slices.SortFunc(out, func(a, b Change) int {
		if a.Dataflow < b.Dataflow {
			return -1
		}
		return 1
	})
	return out, nil
}

// derivedFrom gives the dataflows that recipes compute from a dataflow, directly or through others, in the order of the recipes.
func derivedFrom(recipes []pipeline.Recipe, dataflow string) []string {
	var out []string
	for todo := []string{dataflow}; len(todo) > 0; todo = todo[1:] {
		for _, r := range recipes {
			if !slices.ContainsFunc(r.Inputs, func(i pipeline.Input) bool { return i.Dataflow == todo[0] }) {
				continue
			}
			for _, flow := range r.Outputs {
				if flow != dataflow && !slices.Contains(out, flow) {
					out, todo = append(out, flow), append(todo, flow)
				}
			}
		}
	}
	return out
}

// sources gives the dataflows from which recipes compute a dataflow, directly or through others.
func sources(recipes []pipeline.Recipe, dataflow string) []string {
	var out []string
	for todo := []string{dataflow}; len(todo) > 0; todo = todo[1:] {
		for _, r := range recipes {
			if !slices.Contains(r.Outputs, todo[0]) {
				continue
			}
			for _, i := range r.Inputs {
				if i.Dataflow != dataflow && !slices.Contains(out, i.Dataflow) {
					out, todo = append(out, i.Dataflow), append(todo, i.Dataflow)
				}
			}
		}
	}
	return out
}
