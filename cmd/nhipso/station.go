package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/middleware"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
)

// The kinds of jobs.
const (
	fileJob    = "release-file" // the file of a release, ahead of its minute
	exportJob  = "export"       // a release as an archive of CSV files, beside its file
	publishJob = "publish"      // a release is out: recorded at its minute
	prepareJob = "prepare"      // periodic publications whose inputs are there
	recipesJob = "recipes"      // recipes that are stale, or that a person asked for
)

const (
	writeAhead = 10 * time.Minute // as long before its minute the file of a release is written; the gate reads it later than that
	settling   = 2 * time.Second  // as long after a load what follows from it waits for the next one
)

// computing is what one program does at a time: another would compute the same beside it.
const computing = "recipes"

// What the jobs are told.
type (
	releaseArgs struct {
		Release string    `json:"release"`
		From    time.Time `json:"from,omitzero"`
	}
	recipesArgs struct {
		Only  []string `json:"only,omitempty"`
		Force bool     `json:"force,omitempty"`
	}
)

// openQueue opens the queue of an installation that can be written.
func (a *app) openQueue(ctx context.Context) (jobs.Queue, error) {
	return jobs.Open(ctx, a.installation.url(), jobs.Options{Alone: a.store.Alone, Now: a.now})
}

// loaded gives the newest message that no recipe wrote, and up to which message recipes last read everything there is.
func (a *app) loaded(ctx context.Context) (loaded, read int64, err error) {
	if loaded, err = a.store.LastMessage(ctx); err != nil {
		return 0, 0, err
	}
	wrote := map[int64]bool{}
	for _, r := range a.recipes {
		run, ran, err := a.store.LatestRun(ctx, r.ID, cube.AsOf{})
		if err != nil {
			return 0, 0, err
		}
		if ran {
			wrote[run.Message] = true
			if run.Only == nil {
				read = max(read, run.ReadTo)
			}
		}
	}
	for loaded > 0 && wrote[loaded] {
		loaded--
	}
	return loaded, read, nil
}

// recipeDone is what is told of a recipe as it is done.
type recipeDone struct {
	Recipe  string        `json:"recipe"`
	Ran     bool          `json:"ran"`
	Outputs int           `json:"outputs"`
	Took    time.Duration `json:"took"`
}

func newRecipeDone(r pipeline.Recipe, run pipeline.Run, ran bool) recipeDone {
	return recipeDone{r.ID, ran, run.Outputs, run.FinishedAt.Sub(run.StartedAt)}
}

// recipesHandler runs recipes and tells of each as it is done.
func (a *app) recipesHandler(ctx context.Context, t *jobs.Task) error {
	var to recipesArgs
	if err := t.Into(&to); err != nil {
		return err
	}
	chosen, err := choose(a.recipes, to.Only)
	if err != nil {
		return err
	}
	done := []recipeDone{}
	runner := a.runner(func(r pipeline.Recipe, run pipeline.Run, ran bool) {
		done = append(done, newRecipeDone(r, run, ran))
		t.Report(len(done), len(chosen), "", done)
	})
	runner.Begin = func(r pipeline.Recipe) { t.Report(len(done), len(chosen), r.ID, done) }
	return a.store.Alone(ctx, computing, func() error {
		_, err := runner.RunStale(ctx, chosen, to.Force)
		return err
	})
}

// station is where jobs are done: in a server, or in a worker that does nothing else.
type station struct {
	front *front
	queue jobs.Queue
	ended chan struct{}
}

// openStation opens the queue and begins to work, each job by the newest edition of the catalogue. It goes on until the context ends; then wait.
func (f *front) openStation(ctx context.Context, patience time.Duration) (*station, error) {
	a := f.now.Load().app
	q, err := a.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	a.queue = q
	s := &station{front: f, queue: q, ended: make(chan struct{})}
	handlers := map[string]jobs.Handler{}
	for _, k := range f.now.Load().modules.Kinds() {
		handlers[k.ID] = func(ctx context.Context, t *jobs.Task) error {
			if now, found := f.now.Load().modules.Kind(t.Kind); found {
				return now.Do(ctx, t)
			}
			return k.Do(ctx, t)
		}
	}
	middleware.Go(a.log, "jobs", func() {
		defer close(s.ended)
		if err := q.Work(ctx, jobs.Workers{Handlers: handlers, Patience: patience, Log: a.log}); err != nil {
			a.log.Error("no jobs are done here", "error", fault.In(err, "en"))
		}
	})
	return s, nil
}

// wait waits until nothing is at work any more, and closes the queue.
func (s *station) wait() {
	<-s.ended
	s.queue.Close() //nolint:errcheck // nothing is to be written any more
}

// plan adds the jobs that follow from what is stored.
func (s *station) plan(ctx context.Context) error {
	list, untold := s.front.now.Load().modules.Due(ctx)
	for _, j := range list {
		if _, _, err := s.queue.Add(ctx, j); err != nil {
			return errors.Join(untold, err)
		}
	}
	return untold
}

// follow calls look at once, whenever something was stored by whatever program, at the next minute at which something comes out, and every few
// seconds in any case, until the context ends.
func (a *app) follow(ctx context.Context, releases publish.Source, look func(context.Context)) {
	changed := make(chan struct{}, 1)
	if a.store != nil {
		middleware.Go(a.log, "watch", func() {
			a.store.Watch(ctx, func() {
				select {
				case changed <- struct{}{}:
				default: // somebody is told already
				}
			})
		})
	}
	judging := troubles{log: a.log, what: "clock"}
	for {
		if a.judged != nil { // before anything is shown or done by it
			judging.tell(ctx, a.judged.compare(ctx, a.store))
		}
		look(ctx)
		timer := time.NewTimer(nextLook(ctx, releases, a.now()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// troubles tells a log of a trouble when it begins, not at every look.
type troubles struct {
	log  *slog.Logger
	what string
	told string
}

func (t *troubles) tell(ctx context.Context, err error) {
	said := ""
	if err != nil && ctx.Err() == nil {
		said = fault.In(err, "en")
	}
	if said != t.told {
		if t.told = said; said != "" {
			t.log.Warn(t.what, "error", said)
		}
	}
}
