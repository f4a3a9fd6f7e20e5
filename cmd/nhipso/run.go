package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/pipeline"
)

// runRecipes runs the recipes that are stale, those named, or with --force all of them.
func runRecipes(ctx context.Context, e *env, args []string) error {
	f := e.flags("run")
	p := e.installationFlags(f)
	force := f.Bool("force", false, "force")
	list := f.Bool("list", false, "list-recipes")
	names, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if *list {
		if err := onlyFlags(f, "run --list", installationNames+"list"); err != nil {
			return err
		}
		if len(names) > 0 {
			return fault.New("cli.idle-argument", "argument", names[0], "command", "run --list")
		}
	}
	a, err := e.openFor(ctx, p, !*list)
	if err != nil {
		return err
	}
	defer a.close()
	if *list {
		return a.listRecipes(ctx, e)
	}
	if _, err := choose(a.recipes, names); err != nil {
		return err
	}
	return a.runAsJob(ctx, e, recipesArgs{Only: names, Force: *force})
}

// runAsJob has recipes run as a job, which this program does itself unless a server or worker is faster, and tells of each as it is done.
// Whoever stops the program stops the job.
func (a *app) runAsJob(ctx context.Context, e *env, what recipesArgs) error {
	q, err := a.openQueue(ctx)
	if err != nil {
		return err
	}
	defer q.Close()
	job, _, err := q.Add(ctx, jobs.Job{Kind: recipesJob, Args: what, Attempts: 1})
	if err != nil {
		return err
	}
	var here error // of the job, when it is done here
	handler := func(ctx context.Context, t *jobs.Task) error {
		err := a.recipesHandler(ctx, t)
		if t.ID == job.ID {
			here = err
		}
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work fault.Group
	work.Go(func() {
		err = q.Work(working, jobs.Workers{Handlers: map[string]jobs.Handler{recipesJob: handler}})
	})
	end, awaiting := a.await(ctx, e, q, job.ID)
	stop()
	work.Wait()
	if err = errors.Join(awaiting, err); err != nil {
		return err
	}
	last, _ := end.Last()
	switch {
	case end.State == jobs.Done:
		return nil
	case end.State == jobs.Cancelled:
		return fault.New("jobs.cancelled", "id", job.ID)
	case here != nil && fault.CodeOf(here) == last.Code: // it says more than what is kept of it
		return here
	}
	return fault.New("jobs.failed", "id", job.ID, "fault", last)
}

// awaitEvery is how often whoever waits for a job looks how far it is.
const awaitEvery = 50 * time.Millisecond

// await waits for the end of a job and tells of each recipe as it is done. When the context ends, it cancels the job.
func (a *app) await(ctx context.Context, e *env, q jobs.Queue, id int64) (jobs.Info, error) {
	told, cancelled := 0, false
	anyway := context.WithoutCancel(ctx)
	for {
		i, err := q.Get(anyway, id)
		if err != nil {
			return i, err
		}
		var done []recipeDone
		if len(i.Progress.Detail) > 0 {
			if err := json.Unmarshal(i.Progress.Detail, &done); err != nil {
				return i, fault.New("jobs.bad-args", "kind", i.Kind, "id", id).Because(err)
			}
		}
		for ; told < len(done); told++ {
			a.tellRecipe(e, told+1, i.Progress.Of, done[told])
		}
		if i.State.Ended() {
			return i, nil
		}
		if ctx.Err() != nil && !cancelled {
			cancelled = true
			if _, err := q.Cancel(anyway, id); err != nil && fault.CodeOf(err) != "jobs.ended" {
				return i, err
			}
		}
		time.Sleep(awaitEvery)
	}
}

func (a *app) tellRecipe(e *env, n, of int, d recipeDone) {
	title := d.Recipe
	for _, r := range a.recipes {
		if r.ID == d.Recipe {
			title = r.Title.In(e.lang)
		}
	}
	key := "run.fresh"
	if d.Ran {
		key = "run.done"
	}
	fmt.Fprintln(e.err, e.w(key, "n", n, "of", of, "title", title, "outputs", d.Outputs, "time", d.Took.Round(time.Millisecond)))
}

// runStale runs recipes here and tells of each as it is done.
func (a *app) runStale(ctx context.Context, e *env, recipes []pipeline.Recipe) error {
	done := 0
	_, err := a.runner(func(r pipeline.Recipe, run pipeline.Run, ran bool) {
		done++
		a.tellRecipe(e, done, len(recipes), newRecipeDone(r, run, ran))
	}).RunStale(ctx, recipes, false)
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
