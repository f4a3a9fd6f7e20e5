package cube

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// own is the message number of figures that are still on their way in; it sorts behind every stored one.
const own = math.MaxInt64

// Review is what the rules say about a message.
type Review struct {
	Findings []Finding // of soft rules and weaker ones, in the order of the rules
	Tested   []Tally   // identities that figures of the message took part in
}

// Review holds a message to every rule of the catalogue. What breaks a hard one refuses the message, with file, row, column and
// reason; the rest become findings. It reads of the store only dataflows that the message or one of its rules names, and there
// only the areas that the message or a rule names. Figures that are stored already, word for word, make no finding again.
func (in Intake) Review(ctx context.Context, m Message) (Review, error) {
	return in.ReviewAt(ctx, m, AsOf{})
}

// ReviewAt is Review against a bounded part of the store, for a run that sees only that.
func (in Intake) ReviewAt(ctx context.Context, m Message, at AsOf) (Review, error) {
	if err := in.Check(m); err != nil {
		return Review{}, err
	}
	m = in.Complete(m)
	v := &view{ctx: ctx, in: in, m: m, at: at, flows: map[string]*held{}, rows: map[slot]Entry{}, tested: map[string]*Tally{}}
	v.mentioned()
	if err := v.try(); err != nil {
		return Review{}, err
	}
	var faults []error
	var out Review
	sortFindings(in.Catalog, v.findings)
	for _, f := range v.findings {
		if f.Severity != catalog.Hard {
			out.Findings = append(out.Findings, f)
		} else if len(faults) < fault.MaxNamed {
			faults = append(faults, in.refusal(f).At(m.File, f.Row, f.Column))
		}
	}
	for _, r := range in.Catalog.Rules() {
		if t := v.tested[r.ID]; t != nil {
			out.Tested = append(out.Tested, *t)
		}
	}
	return out, errors.Join(faults...)
}

// refusal is the fault of a figure that breaks a hard rule.
func (in Intake) refusal(f Finding) *fault.Error {
	return fault.New("cube.rule", "rule", f.Rule, "what", said{in.Catalog, f})
}

// slot is a cell under one vintage day.
type slot struct {
	Cell
	vintage stat.Date
}

func slotOf(dataflow string, o stat.Observation) slot {
	return slot{Cell{dataflow, o.Key, o.Period}, o.Vintage.Date}
}

// view is the store with a message on top of it.
type view struct {
	ctx      context.Context
	in       Intake
	m        Message
	at       AsOf
	areas    []string // that the message or a rule names; none for all
	flows    map[string]*held
	rows     map[slot]Entry // figures of the message that are new or differ
	findings []Finding
	tested   map[string]*Tally
}

// held is what is known of a dataflow.
type held struct {
	flow     *catalog.Dataflow
	cells    []Cell // in the order of key and period
	versions map[Cell][]Version
	byKey    map[stat.Key][]Cell
}

const areaDimension = "REF_AREA"

// mentioned lists the areas that the message or a rule names. A figure that has no area may bear on any, so then none are listed.
func (v *view) mentioned() {
	seen := map[string]bool{}
	for _, e := range v.m.Entries {
		f, err := v.in.Catalog.Dataflow(e.Dataflow)
		if err != nil || f.Position(areaDimension) < 0 {
			return
		}
		seen[f.CodeOf(e.Key, areaDimension)] = true
	}
	for _, r := range v.in.Catalog.Rules() {
		for _, code := range r.Where[areaDimension] {
			seen[code] = true
		}
		for _, ref := range refs(r) {
			for _, code := range ref.Codes[areaDimension] {
				seen[code] = true
			}
		}
	}
	delete(seen, "")
	v.areas = slices.Sorted(maps.Keys(seen))
}

// refs gives every reference of an identity.
func refs(r *catalog.Rule) []*catalog.Ref {
	out := append(r.Got.Refs(), r.Want.Refs()...)
	for _, e := range r.Facts {
		out = append(out, e.Refs()...)
	}
	return out
}

// flow reads a dataflow once, and lays the figures of the message that are new or differ on top.
func (v *view) flow(id string) (*held, error) {
	if h := v.flows[id]; h != nil {
		return h, nil
	}
	flow, err := v.in.Catalog.Dataflow(id)
	if err != nil {
		return nil, err
	}
	q := Query{Dataflow: id, AsOf: v.at}
	if flow.Position(areaDimension) >= 0 && len(v.areas) > 0 {
		q.Key = string(flow.KeyOf(map[string]string{areaDimension: strings.Join(v.areas, "+")}))
	}
	history, err := History(v.ctx, v.in.Store, q)
	if err != nil {
		return nil, err
	}
	h := &held{flow: flow, versions: map[Cell][]Version{}, byKey: map[stat.Key][]Cell{}}
	latest := map[slot]stat.Observation{}
	for _, x := range history {
		h.versions[x.Cell()] = append(h.versions[x.Cell()], x)
		latest[slotOf(id, x.Observation)] = x.Observation
	}
	for _, e := range v.m.Entries {
		if e.Dataflow != id {
			continue
		}
		at := slotOf(id, e.Observation)
		if stored, ok := latest[at]; ok && SameFigure(stored, e.Observation) {
			continue
		}
		v.rows[at] = e
		h.versions[at.Cell] = append(h.versions[at.Cell], Version{Dataflow: id, Observation: e.Observation, Message: own})
	}
	for cell, list := range h.versions {
		slices.SortStableFunc(list, func(a, b Version) int {
			switch {
			case a.Supersedes(b):
				return 1
			case b.Supersedes(a):
				return -1
			}
			return 0
		})
		h.cells = append(h.cells, cell)
	}
	slices.SortFunc(h.cells, func(a, b Cell) int {
		if a.Key != b.Key {
			return strings.Compare(string(a.Key), string(b.Key))
		}
		return a.Period.Compare(b.Period)
	})
	for _, cell := range h.cells {
		h.byKey[cell.Key] = append(h.byKey[cell.Key], cell)
	}
	v.flows[id] = h
	return h, nil
}

// try holds the message to the rules: those on one figure, those against the past, identities.
func (v *view) try() error {
	named := map[string]bool{}
	var flows []string // of the message, in order
	for _, e := range v.m.Entries {
		if !named[e.Dataflow] {
			named[e.Dataflow] = true
			flows = append(flows, e.Dataflow)
		}
	}
	if len(v.in.Catalog.Rules()) == 0 {
		return nil
	}
	for _, id := range flows {
		h, err := v.flow(id)
		if err != nil {
			return err
		}
		for _, e := range v.m.Entries {
			if e.Dataflow == id {
				v.entry(h, e)
			}
		}
		v.repeats(h)
	}
	for _, r := range v.in.Catalog.Rules() {
		if r.Kind != catalog.IdentityRule {
			continue
		}
		about, err := v.in.Catalog.Dataflow(r.Flows[0])
		if err != nil {
			return err
		}
		touched := named[r.Flows[0]]
		for _, ref := range refs(r) {
			// A derived figure is stale when a new input comes, not wrong: it is tried when it is computed again.
			touched = touched || named[ref.Flow.ID] && (about.Kind != catalog.Derived || ref.Flow.Kind == catalog.Derived)
		}
		if touched {
			if err := v.identity(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry holds one figure of the message to the rules about single figures and about their past.
func (v *view) entry(h *held, e Entry) {
	if _, changed := v.rows[slotOf(e.Dataflow, e.Observation)]; !changed {
		return
	}
	today := v.in.today(v.m)
	for _, r := range v.in.Catalog.Rules() {
		if r.Kind == catalog.IdentityRule || !r.About(h.flow, e.Observation) {
			continue
		}
		var f *Finding
		switch r.Kind {
		case catalog.ChangeRule:
			f = v.change(r, h, e)
		case catalog.RevisionRule:
			f = v.revision(r, h, e)
		case catalog.SlipRule:
			f = v.slip(r, h, e)
		case catalog.RepeatRule:
		default:
			if r.Severity != catalog.Hard { // Check has tried the hard ones
				f = v.in.single(r, h.flow, e, today)
			}
		}
		if f != nil {
			f.Row = e.Row
			v.findings = append(v.findings, *f)
		}
	}
}

// SameFigure reports whether a stored figure says what a given one says. Two derived figures may differ in their run.
func SameFigure(stored, given stat.Observation) bool {
	if !Reported(stored) && !Reported(given) {
		given.Attributes = given.Attributes.Clone()
		given.Attributes[stat.AttrRun] = stored.Attributes[stat.AttrRun]
	}
	return stored.Same(given)
}

// Change is what an entry of a message changes: a new cell, or one that had a figure before.
type Change struct {
	Entry
	Old *Version // the newest figure of the cell before; nil for a new cell
}
