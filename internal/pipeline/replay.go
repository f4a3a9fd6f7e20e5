package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Replayed is what recipes give from what was known on a day. None of its figures was published on that day, and each says so (stat.AttrReplay).
type Replayed struct {
	Day     stat.Date
	At      cube.AsOf      // what the recipes could see
	Figures []cube.Version // in the order of cube.Reader; their message is 0
	Lineage []Lineage
	Runs    []Run
	Skipped map[string]string // recipe → why it was not replayed: it is costly, or what was known does not allow it
}

// Past is what a replay reads.
type Past interface {
	cube.Past
	Records
}

// ReplayID is the name of the run that a replayed figure bears.
func ReplayID(recipe string, day stat.Date) string { return "replay/" + recipe + "@" + day.String() }

// ReplayOf gives the recipe and the day that the name of a replayed run holds; false for any other run.
func ReplayOf(run string) (recipe string, day stat.Date, ok bool) {
	rest, ok := strings.CutPrefix(run, "replay/")
	recipe, on, named := strings.Cut(rest, "@")
	day, err := stat.ParseDate(on)
	return recipe, day, ok && named && err == nil
}

// Replay runs recipes in memory as they would have run on a day: on the reported figures within the bound that were published by then, each on
// what the ones before it gave. Derived figures that the store holds are not looked at. Recipes that are costly, or that read one that is, are
// left out; so is one that cannot be computed from what was known, which on an early day is no error. Nothing is stored.
func Replay(ctx context.Context, past Past, recipes []Recipe, at cube.AsOf, day stat.Date) (*Replayed, error) {
	ordered, err := Order(recipes)
	if err != nil {
		return nil, err
	}
	if at.Vintage.IsZero() || day.Before(at.Vintage) {
		at.Vintage = day
	}
	r := &Replayed{Day: day, At: at, Skipped: map[string]string{}}
	made := map[string][]cube.Version{} // by dataflow, for those that a recipe writes
	absent := map[string]string{}       // dataflow → why it was not replayed
	for _, recipe := range ordered {
		for _, flow := range recipe.Outputs {
			made[flow] = nil
		}
	}
	for _, recipe := range ordered {
		why := recipe.Costly
		for _, i := range recipe.Inputs {
			if why == "" {
				why = absent[i.Dataflow]
			}
		}
		if why == "" {
			if why, err = r.run(ctx, past, recipe, made); err != nil {
				return nil, err
			}
		} else {
			for _, flow := range recipe.Outputs {
				absent[flow] = why
			}
		}
		if why != "" {
			r.Skipped[recipe.ID] = why
		}
	}
	slices.SortStableFunc(r.Figures, cube.InOrder)
	return r, nil
}

// run replays one recipe and says why it could not, if so.
func (r *Replayed) run(ctx context.Context, past Past, recipe Recipe, made map[string][]cube.Version) (string, error) {
	in := &Inputs{Params: recipe.Params, Country: recipe.Country, Day: r.Day, series: map[string][]cube.Version{}, past: map[string][]cube.Version{}, records: map[string][]register.Version{}}
	for _, i := range recipe.Inputs {
		if i.Records != nil {
			list, err := readRecords(ctx, past, recipe, i, register.At{Day: r.Day, Act: r.At.Act})
			if err != nil {
				return "", err
			}
			in.records[i.Name] = list
			continue
		}
		history, err := r.read(ctx, past, i.Dataflow, i.Key, made)
		if err != nil {
			return "", err
		}
		in.series[i.Name] = cube.Newest(history, cube.AsOf{})
		if i.History {
			in.past[i.Name] = history
		}
	}
	result, err := attempt(ctx, recipe, in)
	if stopped := ctx.Err(); stopped != nil {
		return "", stopped
	}
	if err != nil {
		return err.Error(), nil
	}
	id := ReplayID(recipe.ID, r.Day)
	figures, err := Derive(recipe, id, in, result)
	if err != nil {
		return "", err
	}
	for i, v := range figures {
		figures[i].Attributes[stat.AttrReplay] = r.Day.String()
		made[v.Dataflow] = append(made[v.Dataflow], figures[i])
		formula, err := result.Outputs[i].bound()
		if err != nil {
			return "", fault.New("pipeline.bad-output", "recipe", recipe.Title).Because(err)
		}
		r.Lineage = append(r.Lineage, Lineage{Run: id, Cell: v.Cell(), From: result.Outputs[i].From, Records: result.Outputs[i].Records, Formula: formula})
	}
	for _, flow := range recipe.Outputs {
		slices.SortStableFunc(made[flow], cube.InOrder)
	}
	r.Figures = append(r.Figures, figures...)
	r.Runs = append(r.Runs, Run{ID: id, Recipe: recipe.ID, Version: recipe.Version, Memo: Memo(recipe, in), ReadTo: r.At.Message, Only: r.At.Only,
		Outputs: len(figures), Params: recipe.Params, Diagnostics: result.Diagnostics})
	return "", nil
}

// attempt computes, and makes an error of a panic: a recipe may never have met so little as was known on an early day, and a reader who asks
// for that day must not be the one to find out.
func attempt(ctx context.Context, recipe Recipe, in *Inputs) (result *Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %v", recipe.ID, p)
		}
	}()
	return recipe.Compute(ctx, in)
}

// read gives the versions of some series that a replayed recipe sees.
func (r *Replayed) read(ctx context.Context, past cube.Past, flow, key string, made map[string][]cube.Version) ([]cube.Version, error) {
	if figures, ours := made[flow]; ours {
		var out []cube.Version
		for _, v := range figures {
			if v.Key.Matches(key) {
				out = append(out, v)
			}
		}
		return out, nil
	}
	var out []cube.Version
	for v, err := range past.Versions(ctx, cube.Query{Dataflow: flow, Key: key, AsOf: r.At}) {
		if err != nil {
			return nil, err
		}
		if cube.Reported(v.Observation) {
			out = append(out, v)
		}
	}
	return out, nil
}

// Over gives a reader in which the replayed figures stand in place of those derived later, so that they are explained as any other: their runs
// and lineage are those of the replay, and nothing that was published after the day is in it.
func (r *Replayed) Over(reader Reader) Reader { return &replayReader{reader, r} }

type replayReader struct {
	Reader
	is *Replayed
}

// Versions implements cube.Reader.
func (s *replayReader) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		known := q
		if q.AsOf.Vintage.IsZero() || s.is.At.Vintage.Before(q.AsOf.Vintage) {
			known.AsOf.Vintage = s.is.At.Vintage
		}
		var out []cube.Version
		for v, err := range s.Reader.Versions(ctx, known) {
			if err != nil {
				yield(cube.Version{}, err)
				return
			}
			if cube.Reported(v.Observation) && s.is.At.Allows(v) {
				out = append(out, v)
			}
		}
		q.AsOf = cube.AsOf{} // no bound of messages or days touches what is replayed
		for v := range cube.Select(s.is.Figures, q) {
			out = append(out, v)
		}
		slices.SortStableFunc(out, cube.InOrder)
		cube.Select(out, cube.Query{})(yield)
	}
}

// Runs implements Reader.
func (s *replayReader) Runs(context.Context) ([]Run, error) { return s.is.Runs, nil }

// LatestRun implements Reader.
func (s *replayReader) LatestRun(_ context.Context, recipe string, _ cube.AsOf) (Run, bool, error) {
	i := slices.IndexFunc(s.is.Runs, func(run Run) bool { return run.Recipe == recipe })
	if i < 0 {
		return Run{}, false, nil
	}
	return s.is.Runs[i], true, nil
}

// RunByID implements Reader.
func (s *replayReader) RunByID(_ context.Context, id string) (Run, bool, error) {
	i := slices.IndexFunc(s.is.Runs, func(run Run) bool { return run.ID == id })
	if i < 0 {
		return Run{}, false, nil
	}
	return s.is.Runs[i], true, nil
}

// LineageOf implements Reader.
func (s *replayReader) LineageOf(_ context.Context, run string, cell cube.Cell) (Lineage, bool, error) {
	for _, l := range s.is.Lineage {
		if l.Run == run && l.Cell == cell {
			return l, true, nil
		}
	}
	return Lineage{}, false, nil
}
