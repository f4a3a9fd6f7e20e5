package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Recompute computes a derived figure again, by its recipe, from exactly the versions that its explanation shows, and gives what comes out.
// The explanation is true when that is the figure itself: value, status, mark, confidentiality and every other attribute. A figure without a
// run, one of another version of the recipe, and one that its own inputs do not give are refused.
func Recompute(ctx context.Context, store Reader, recipe Recipe, v cube.Version) (cube.Version, error) {
	shown, err := Shown(ctx, store, recipe, v)
	if err != nil {
		return cube.Version{}, err
	}
	figures, err := shown.Compute(ctx, recipe)
	if err != nil {
		return cube.Version{}, err
	}
	return Find(figures, v)
}

// identity is what tells versions apart.
type identity struct {
	cell    cube.Cell
	vintage stat.Date
	message int64
}

func identityOf(v cube.Version) identity { return identity{v.Cell(), v.Vintage.Date, v.Message} }

// Basis is all that the explanation of a figure shows of what it was computed from.
type Basis struct {
	Run     Run
	Day     stat.Date
	Refs    []Ref
	Used    [][]cube.Version // for each reference, the versions that the run used under it
	Records []UsedRecord
	held    []held
}

// held are the versions that were used under a reference, with the members of whole series as a set.
type held struct {
	name     string
	versions []cube.Version
	members  map[identity]bool
}

// Shown gives what the explanation of a derived figure shows.
func Shown(ctx context.Context, store Reader, recipe Recipe, v cube.Version) (Basis, error) {
	return NewBases(store).Shown(ctx, recipe, v)
}

// within reports whether all that was used under one reference is among what was used under another, larger one.
func (h held) within(other held) bool {
	if len(other.members) == 0 || h.members != nil && len(other.members) <= len(h.members) {
		return false
	}
	for _, v := range h.versions {
		if !other.members[identityOf(v)] {
			return false
		}
	}
	return true
}

// Bases reads the bases of many figures, and what they have in common once.
type Bases struct {
	store Reader
	runs  map[string]Run
	used  map[string]held // by run and reference
}

// NewBases gives the bases of what a store holds. It is for one caller at a time.
func NewBases(store Reader) *Bases {
	return &Bases{store: store, runs: map[string]Run{}, used: map[string]held{}}
}

// Shown gives what the explanation of a derived figure shows.
func (r *Bases) Shown(ctx context.Context, recipe Recipe, v cube.Version) (Basis, error) {
	id := v.Attributes[stat.AttrRun]
	run, have := r.runs[id]
	if !have {
		var err error
		if run, have, err = r.store.RunByID(ctx, id); err != nil {
			return Basis{}, err
		}
		r.runs[id] = run
	}
	if !have || run.ID == "" || run.Recipe != recipe.ID {
		return Basis{}, fault.New("pipeline.not-derived", "cell", v.Cell().String(), "recipe", recipe.Title)
	}
	if run.Version != recipe.Version {
		return Basis{}, fault.New("pipeline.other-version", "cell", v.Cell().String(), "recipe", recipe.Title, "then", run.Version, "now", recipe.Version)
	}
	lineage, have, err := r.store.LineageOf(ctx, run.ID, v.Cell())
	if err != nil {
		return Basis{}, err
	}
	if !have {
		return Basis{}, fault.New("pipeline.not-derived", "cell", v.Cell().String(), "recipe", recipe.Title)
	}
	b := Basis{Run: run, Day: v.Vintage.Date, Refs: lineage.From}
	if b.Records, err = recordsShown(ctx, r.store, lineage.Records, b.Day); err != nil {
		return Basis{}, err
	}
	for _, ref := range lineage.From {
		name := fmt.Sprintf("%s %v", run.ID, ref.bare())
		h, known := r.used[name]
		if !known {
			h.name = name
			if h.versions, err = Used(ctx, r.store, ref, run); err != nil {
				return Basis{}, err
			}
			if ref.Whole() {
				h.members = make(map[identity]bool, len(h.versions))
				for _, v := range h.versions {
					h.members[identityOf(v)] = true
				}
			}
			r.used[name] = h
		}
		b.Used, b.held = append(b.Used, h.versions), append(b.held, h)
	}
	return b, nil
}

// Inputs gives the versions shown as the inputs of a recipe, and nothing else.
func (b Basis) Inputs(recipe Recipe) *Inputs {
	return InputsOf(recipe, b.Run.Params, b.Day, b.Records, b.Used...)
}

// Names gives a text that is the same only for figures that were computed from the same versions on the same day.
func (b Basis) Names() string {
	var names []string
	for _, h := range b.held {
		if !slices.ContainsFunc(b.held, h.within) { // a cell or a part of what is named as a whole adds nothing
			names = append(names, h.name)
		}
	}
	for _, v := range b.Records {
		names = append(names, fmt.Sprintf("%s/%s@%d", v.Type, v.ID, v.Act))
	}
	slices.Sort(names)
	return b.Run.ID + " " + b.Day.String() + "\n" + strings.Join(slices.Compact(names), "\n")
}

// Compute runs the recipe on what is shown.
func (b Basis) Compute(ctx context.Context, recipe Recipe) ([]cube.Version, error) {
	in := b.Inputs(recipe)
	result, err := recipe.Compute(ctx, in)
	if err != nil {
		return nil, err
	}
	return Derive(recipe, b.Run.ID, in, b.resting(recipe, result, in))
}

// resting leaves out the outputs that rest on what is not shown: they are other figures than the one in hand.
func (b Basis) resting(recipe Recipe, result *Result, in *Inputs) *Result {
	read := in.reads()
	absent := map[Ref]bool{} // many outputs name the same blocks
	out := &Result{Diagnostics: result.Diagnostics}
	for _, o := range result.Outputs {
		if slices.ContainsFunc(o.Records, func(ref RecordRef) bool { _, read := in.record(recipe, ref); return !read }) {
			continue
		}
		if !slices.ContainsFunc(o.From, func(ref Ref) bool {
			is, known := absent[ref.bare()]
			if !known {
				is = len(read.find(ref)) == 0
				absent[ref.bare()] = is
			}
			return is
		}) {
			out.Outputs = append(out.Outputs, o)
		}
	}
	return out
}

// Find gives the figure of a cell among those computed.
func Find(figures []cube.Version, v cube.Version) (cube.Version, error) {
	for _, f := range figures {
		if f.Cell() == v.Cell() {
			return f, nil
		}
	}
	return cube.Version{}, fault.New("pipeline.not-given", "cell", v.Cell().String())
}

// InputsOf gives versions as the inputs of a recipe: each goes to every input that names its series.
func InputsOf(recipe Recipe, params map[string]string, day stat.Date, records []UsedRecord, versions ...[]cube.Version) *Inputs {
	in := &Inputs{Params: params, Country: recipe.Country, Day: day, series: map[string][]cube.Version{}, past: map[string][]cube.Version{}, records: map[string][]register.Version{}}
	for _, i := range recipe.Inputs {
		if i.Records != nil {
			in.records[i.Name] = i.open(recipe, shownOf(records, i.Records.ID))
			continue
		}
		var history []cube.Version
		seen := map[identity]bool{}
		for _, list := range versions {
			for _, v := range list {
				if v.Dataflow == i.Dataflow && v.Key.Matches(i.Key) && !seen[identityOf(v)] {
					seen[identityOf(v)] = true
					history = append(history, v)
				}
			}
		}
		slices.SortFunc(history, cube.InOrder)
		in.series[i.Name] = cube.Newest(history, cube.AsOf{})
		if i.History {
			in.past[i.Name] = history
		}
	}
	return in
}
