package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
)

// runRecipes runs the recipes that are stale, those named, or with --force all of them.
func runRecipes(ctx context.Context, e *env, args []string) error {
	f := e.flags("run")
	p := e.placeFlags(f)
	force := f.Bool("force", false, "force")
	list := f.Bool("list", false, "list-recipes")
	names, err := e.parse(f, args)
	if err != nil {
		return err
	}
	a, err := e.openFor(ctx, p, !*list)
	if err != nil {
		return err
	}
	defer a.close()
	if *list {
		return a.listRecipes(ctx, e)
	}
	chosen, err := choose(a.recipes, names)
	if err != nil {
		return err
	}
	return a.runStale(ctx, e, chosen, *force)
}

// runStale runs recipes and tells of each as it is done.
func (a *app) runStale(ctx context.Context, e *env, recipes []pipeline.Recipe, force bool) error {
	done := 0
	runner := a.runner(func(r pipeline.Recipe, run pipeline.Run, ran bool) {
		done++
		key := "run.fresh"
		if ran {
			key = "run.done"
		}
		fmt.Fprintln(e.err, e.w(key, "n", done, "of", len(recipes), "title", r.Title.In(e.lang), "outputs", run.Outputs,
			"time", run.FinishedAt.Sub(run.StartedAt).Round(time.Millisecond)))
	})
	_, err := runner.RunStale(ctx, recipes, force)
	return err
}

func (a *app) listRecipes(ctx context.Context, e *env) error {
	for _, r := range a.recipes {
		last, ran, err := a.store.LatestRun(ctx, r.ID, cube.AsOf{})
		if err != nil {
			return err
		}
		when := e.w("run.never")
		if ran {
			when = last.FinishedAt.In(a.catalog.Zone()).Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(e.out, "%-20s %-4s %-20s %s\n", r.ID, r.Version, when, r.Title.In(e.lang))
	}
	return nil
}

// choose gives the recipes named, or all of them when none is.
func choose(all []pipeline.Recipe, names []string) ([]pipeline.Recipe, error) {
	if len(names) == 0 {
		return all, nil
	}
	var out []pipeline.Recipe
	var known []string
	for _, r := range all {
		known = append(known, r.ID)
	}
	for _, name := range names {
		found := false
		for _, r := range all {
			if r.ID == name {
				out, found = append(out, r), true
			}
		}
		if !found {
			return nil, fault.New("pipeline.no-recipe", "recipe", name, "known", strings.Join(known, ", "))
		}
	}
	return out, nil
}
