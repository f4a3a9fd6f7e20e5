package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/intake"
	"nhipso/internal/jobs"
	"nhipso/internal/module"
	"nhipso/internal/pack"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/web/portal"
)

// parts are the modules that work on a store that can be written. One more is one line more.
func parts() []module.Maker {
	return []module.Maker{
		intake.Part(),
	}
}

// modules are all modules of the program, for one edition of the catalogue.
func (a *app) modules(gate *publish.Gate, kept *files) (module.List, error) {
	methods, err := a.methods()
	if err != nil {
		return nil, err
	}
	post := a.post(gate)
	list := module.List{
		{Name: "portal", Types: portal.Types, Migrations: []store.Migration{store.ScenarioTables}, Pages: portal.New(portal.Config{Methods: methods, Territory: a.areas, Catalog: a.catalog, Maps: a.pack.Maps, Words: a.pack.Words,
			Publications: a.publications, Scenarios: a.scenarios(), Files: a.downloads(gate)})},
	}
	working, err := a.working(post)
	if err != nil {
		return nil, err
	}
	list = append(list, working...)
	if a.store == nil { // a mirror does nothing for others
		return list, nil
	}
	list = append(list, a.publishing(kept), a.computing(), a.telling(post, gate))
	in := module.Installation{Store: a.store, Catalog: a.catalog, Edition: a.number, Areas: a.areas, Now: a.now, Log: a.log}
	for _, makes := range a.parts {
		list = append(list, makes(in))
	}
	return list, nil
}

// accepts refuses a pack by which some module could not work.
func (a *app) accepts(p *pack.Pack) error {
	with := *a
	with.settle(p)
	list, err := with.modules(with.gate(), newFiles(&with))
	if err != nil {
		return err
	}
	return list.Typed(p.Catalog)
}

// tables refuses a store without the tables of some module.
func (a *app) tables(ctx context.Context) error {
	list, err := a.modules(a.gate(), newFiles(a))
	if err != nil {
		return err
	}
	been, err := a.store.Migrated(ctx)
	if err != nil {
		return err
	}
	return list.Migrated(been)
}

// kind is a kind of jobs of this room, with its name from the words.
func kind(id string, do jobs.Handler) module.Kind {
	return module.Kind{ID: id, Name: catalog.Label{Vi: book.Say("vi", "jobs.kind-"+id), En: book.Say("en", "jobs.kind-"+id)}, Do: do}
}

// publishing brings out releases at their minutes, each with its file.
func (a *app) publishing(kept *files) module.Module {
	return module.Module{Name: "publishing", Due: a.dueReleases, Tasks: []module.Task{{Name: "archives", Run: kept.keepArchives, Answers: true}}, Kinds: []module.Kind{
		kind(exportJob, func(ctx context.Context, t *jobs.Task) error {
			var to releaseArgs
			if err := t.Into(&to); err != nil {
				return err
			}
			return kept.archive(ctx, to, t.Key, func(done, of int, dataflow string) { t.Report(done, of, dataflow, nil) })
		}),
		kind(fileJob, func(ctx context.Context, t *jobs.Task) error {
			var to releaseArgs
			if err := t.Into(&to); err != nil {
				return err
			}
			return kept.ahead(ctx, to.Release, to.From, t.Key)
		}),
		kind(publishJob, func(ctx context.Context, _ *jobs.Task) error {
			_, err := a.desk().PublishDue(ctx)
			return err
		}),
	}}
}

// dueReleases gives the jobs of releases that are not out yet.
func (a *app) dueReleases(ctx context.Context) ([]jobs.Job, error) {
	releases, err := a.store.Releases(ctx)
	if err != nil {
		return nil, err
	}
	now := a.now()
	out := dueExports(releases, now)
	for _, r := range releases {
		if r.State != publish.Approved && r.State != publish.Published {
			continue
		}
		for _, minute := range r.Minutes() {
			if minute.After(now) {
				out = append(out, jobs.Job{Kind: fileJob, Key: releaseFileName(r, minute), At: minute.Add(-writeAhead), Args: releaseArgs{r.ID, minute}})
			}
		}
		if r.State == publish.Approved {
			out = append(out, jobs.Job{Kind: publishJob, Key: r.ID + " " + r.PublishAt.UTC().Format(time.RFC3339), At: r.PublishAt, Args: releaseArgs{Release: r.ID}})
		}
	}
	return out, nil
}

// computing keeps recipes up with what is loaded, and prepares the publications whose inputs are there.
func (a *app) computing() module.Module {
	return module.Module{Name: "computing", Due: a.dueComputing, Kinds: []module.Kind{
		kind(prepareJob, func(ctx context.Context, _ *jobs.Task) error {
			_, err := a.preparePublications(ctx)
			return err
		}),
		kind(recipesJob, a.recipesHandler),
	}}
}

// dueComputing gives the jobs of the newest load, of the day, of the newest edition of the catalogue, and of the newest act on records that are read. That of a load takes the place of those of
// earlier ones: whichever begins works on all that is loaded by then.
func (a *app) dueComputing(ctx context.Context) ([]jobs.Job, error) {
	loaded, read, err := a.loaded(ctx)
	if err != nil {
		return nil, err
	}
	now := a.now()
	out := []jobs.Job{{Kind: prepareJob, Key: fmt.Sprint(loaded, " ", stat.DateOf(now.In(a.catalog.Zone()))), At: now.Add(settling), Serial: max(loaded, 1)}}
	if read > 0 && loaded > read { // where recipes never ran, a person has them run first
		out = append(out, jobs.Job{Kind: recipesJob, Key: fmt.Sprint(loaded), At: now.Add(settling), Args: recipesArgs{}, Serial: loaded})
	}
	if read > 0 && a.number > 1 { // what it changed may make recipes stale; where it does not, looking costs next to nothing
		out = append(out, jobs.Job{Kind: recipesJob, Key: fmt.Sprint("edition ", a.number), At: now.Add(settling), Args: recipesArgs{}})
	}
	act, err := a.store.Register().NewestOf(ctx, recordInputs(a.recipes)...)
	if err != nil {
		return nil, err
	}
	if read > 0 && act > 0 {
		out = append(out, jobs.Job{Kind: recipesJob, Key: fmt.Sprint("act ", act), At: now.Add(settling), Args: recipesArgs{}})
	}
	return out, nil
}

// recordInputs names the types of records that recipes read.
func recordInputs(recipes []pipeline.Recipe) (out []string) {
	for _, r := range recipes {
		for _, i := range r.Inputs {
			if i.Records != nil && !slices.Contains(out, i.Records.ID) {
				out = append(out, i.Records.ID)
			}
		}
	}
	return out
}
