package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Marks are what a run remembers of what it rests on, part by part, so that a later look need not read again what no message has touched
// since. Runs of earlier programs have none: they are held to their memo.
type Marks struct {
	Setup  string            `json:"setup"`  // hash of what is declared of the recipe
	Inputs map[string]string `json:"inputs"` // by name: hash of all that the recipe could see of an input
}

// Standing is how a recipe stands within a bound on a day.
type Standing struct {
	Last  Run // the newest run within the bound
	Ran   bool
	Fresh bool   // it ran, and nothing that it rests on has changed since
	Memo  string // by which a run made now would be remembered

	whole *Inputs // all that the recipe reads, where it had to be read
}

// Look tells how a recipe stands. Of what its last run read, only inputs are read again whose dataflow a message touched that the run did not
// see; a figure there that no input selects changes nothing.
func Look(ctx context.Context, store Store, recipe Recipe, at cube.AsOf, day stat.Date) (s Standing, err error) {
	if s.Last, s.Ran, err = store.LatestRun(ctx, recipe.ID, at); err != nil {
		return s, err
	}
	marked := s.Ran && s.Last.Marks != nil
	if marked {
		if s.Fresh, err = stands(ctx, store, recipe, s.Last, at, day); err != nil {
			return s, err
		}
		if s.Fresh {
			s.Memo = s.Last.Memo
			return s, nil
		}
	}
	if s.whole, err = Read(ctx, store, recipe, at, day); err != nil {
		return s, err
	}
	s.Memo = Memo(recipe, s.whole)
	s.Fresh = s.Ran && !marked && s.Last.Memo == s.Memo
	return s, nil
}

// Sees reports whether there is any figure for the recipe to work on.
func (s Standing) Sees(recipe Recipe) bool {
	return s.Fresh || slices.ContainsFunc(recipe.Inputs, func(i Input) bool { return len(s.whole.Newest(i.Name))+len(s.whole.Records(i.Name)) > 0 })
}

// inputs gives what the recipe reads.
func (s Standing) inputs(ctx context.Context, store Store, recipe Recipe, at cube.AsOf, day stat.Date) (*Inputs, error) {
	if s.whole != nil {
		return s.whole, nil
	}
	return Read(ctx, store, recipe, at, day)
}

// stands reports whether nothing has changed of what a run rests on.
func stands(ctx context.Context, store Store, recipe Recipe, run Run, at cube.AsOf, day stat.Date) (bool, error) {
	newest := at.Message
	if newest == 0 {
		var err error
		if newest, err = store.LastMessage(ctx); err != nil {
			return false, err
		}
	}
	// The run lies within the bound, so the bound holds all that it saw.
	flows, told, err := store.Touched(ctx, at.Messages(newest).Without(run.Bound().Messages(run.ReadTo)))
	if err != nil {
		return false, err
	}
	touched := func(i Input) bool { // a run has no bound by vintage
		return i.Records != nil || !told || !at.Vintage.IsZero() || slices.Contains(flows, i.Dataflow)
	}
	in, err := read(ctx, store, recipe, at, day, func(i Input) bool { return i.Calendar || touched(i) })
	if err != nil || setup(recipe, in) != run.Marks.Setup {
		return false, err
	}
	for _, i := range recipe.Inputs {
		if touched(i) && markOf(i, in) != run.Marks.Inputs[i.Name] {
			return false, nil
		}
	}
	return true, nil
}

// Stale reports whether a recipe has never run within a bound, or its inputs there, its parameters, its version or what the calendar says
// on a day have changed since it did.
func Stale(ctx context.Context, store Store, recipe Recipe, at cube.AsOf, day stat.Date) (bool, error) {
	s, err := Look(ctx, store, recipe, at, day)
	return err == nil && !s.Fresh, err
}

// Read gives what a recipe reads within a bound, on a day.
func Read(ctx context.Context, store Reader, recipe Recipe, at cube.AsOf, day stat.Date) (*Inputs, error) {
	return read(ctx, store, recipe, at, day, func(Input) bool { return true })
}

// read is Read of the inputs that are wanted.
func read(ctx context.Context, store Reader, recipe Recipe, at cube.AsOf, day stat.Date, wanted func(Input) bool) (*Inputs, error) {
	in := &Inputs{Params: recipe.Params, Country: recipe.Country, Day: day, series: map[string][]cube.Version{}, past: map[string][]cube.Version{}, records: map[string][]register.Version{}}
	for _, i := range recipe.Inputs {
		if !wanted(i) {
			continue
		}
		if i.Records != nil {
			list, err := readRecords(ctx, store, recipe, i, register.At{Day: day, Act: at.Act})
			if err != nil {
				return nil, err
			}
			in.records[i.Name] = list
			continue
		}
		history, err := cube.History(ctx, store, cube.Query{Dataflow: i.Dataflow, Key: i.Key, AsOf: at})
		if err != nil {
			return nil, err
		}
		in.series[i.Name] = cube.Newest(history, cube.AsOf{})
		if i.History {
			in.past[i.Name] = history
		}
	}
	return in, nil
}

// Memo gives the key by which a run is remembered: a hash of the recipe, its version and parameters, and every input
// version that it can see. The run and the recipe version that made a derived input are left out, so that a rerun which changes no
// figure makes nothing downstream stale.
func Memo(recipe Recipe, in *Inputs) string {
	return hashed(func(w io.Writer) {
		declared(w, recipe, in)
		for _, i := range recipe.Inputs {
			content(w, i, in)
		}
	})
}

// MarksOf gives the same part by part.
func MarksOf(recipe Recipe, in *Inputs) *Marks {
	m := &Marks{Setup: setup(recipe, in), Inputs: map[string]string{}}
	for _, i := range recipe.Inputs {
		m.Inputs[i.Name] = markOf(i, in)
	}
	return m
}

// setup is the mark of what is declared of a recipe, and of what the calendar and the catalogue say to it.
func setup(recipe Recipe, in *Inputs) string {
	return hashed(func(w io.Writer) {
		declared(w, recipe, in)
		for _, i := range recipe.Inputs {
			named(w, i)
		}
		fmt.Fprintln(w, recipe.Country, recipe.Catalogue)
	})
}

func markOf(i Input, in *Inputs) string {
	return hashed(func(w io.Writer) { content(w, i, in) })
}

func hashed(write func(io.Writer)) string {
	h := sha256.New()
	write(h)
	return hex.EncodeToString(h.Sum(nil))
}

// declared writes what a recipe is before it reads anything.
func declared(w io.Writer, recipe Recipe, in *Inputs) {
	fmt.Fprintln(w, recipe.ID, recipe.Version)
	for _, k := range slices.Sorted(maps.Keys(recipe.Params)) {
		fmt.Fprintln(w, "param", k, recipe.Params[k])
	}
	if recipe.Phase == nil {
		return
	}
	dated := &Inputs{Params: in.Params, Country: in.Country, Day: in.Day, series: map[string][]cube.Version{}, past: map[string][]cube.Version{}}
	for _, i := range recipe.Inputs {
		if i.Calendar {
			dated.series[i.Name], dated.past[i.Name] = in.series[i.Name], in.past[i.Name]
		}
	}
	fmt.Fprintln(w, "calendar", recipe.Phase(dated))
}

func named(w io.Writer, i Input) {
	if i.Records != nil {
		fmt.Fprintln(w, "records", i.Name, i.Records.ID, i.Columns)
		return
	}
	fmt.Fprintln(w, "input", i.Name, i.Dataflow, i.Key, i.History)
}

// content writes an input with all that the recipe can see of it.
func content(w io.Writer, i Input, in *Inputs) {
	named(w, i)
	recordContent(w, in.records[i.Name])
	list := in.series[i.Name]
	if i.History {
		list = in.past[i.Name]
	}
	for _, v := range list {
		value := "–"
		if v.Value != nil {
			value = v.Value.String()
		}
		fmt.Fprintln(w, v.Key, v.Period, value, v.Status)
		if cube.Reported(v.Observation) {
			fmt.Fprintln(w, v.Vintage.Date) // a derived input is dated by the day of its run, which says nothing of its figures
		}
		for _, a := range v.Attributes.Names() {
			if a != stat.AttrRun && a != stat.AttrRecipe {
				fmt.Fprintln(w, a, v.Attributes[a])
			}
		}
	}
}
