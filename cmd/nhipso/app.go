package main

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"nhipso/data"
	"nhipso/doc"
	"nhipso/internal/api"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/recipe"
	"nhipso/internal/reference"
	"nhipso/internal/store"
	"nhipso/internal/territory"
	"nhipso/internal/web"
)

// place says where the data are; every subcommand takes it.
type place struct {
	data     string
	database string
}

func (e *env) placeFlags(f *flag.FlagSet) *place {
	p := &place{}
	f.StringVar(&p.data, "data", first(e.getenv("NHIPSO_DATA"), "nhipso-data"), "data")
	f.StringVar(&p.database, "database", e.getenv("NHIPSO_DATABASE"), "database")
	return p
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// app is an opened installation.
type app struct {
	place   place
	catalog *catalog.Catalog
	areas   *territory.Registry
	store   *store.Store
	recipes []pipeline.Recipe
	now     func() time.Time
}

// open creates the data folder when it is not there, opens the database and reads the catalogue.
func (e *env) open(ctx context.Context, p *place) (*app, error) {
	url := p.database
	if url == "" {
		if err := os.MkdirAll(p.data, 0o700); err != nil {
			return nil, fault.New("cli.data-folder", "folder", p.data, "reason", reason(err))
		}
		url = "sqlite:" + filepath.Join(p.data, "nhipso.db")
	}
	c, err := catalog.Load(data.FS)
	if err != nil {
		return nil, err
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	return &app{place: *p, catalog: c, areas: areas, store: s, recipes: recipe.All(c, areas), now: e.now}, nil
}

func (a *app) close() { a.store.Close() }

func (a *app) intake() cube.Intake { return cube.Intake{Catalog: a.catalog, Store: a.store} }

func (a *app) runner(report func(pipeline.Recipe, pipeline.Run, bool)) pipeline.Runner {
	return pipeline.Runner{Store: a.store, Intake: a.intake(), Now: a.now, Zone: vietnam, Report: report}
}

func (a *app) desk() publish.Desk { return publish.Desk{Store: a.store, Cube: a.store, Now: a.now} }

// snapshot reads the newest published release whole.
func (a *app) snapshot(ctx context.Context) (*publish.Snapshot, error) {
	r, err := a.desk().Current(ctx)
	if err != nil {
		return nil, err
	}
	all, err := a.store.All(ctx)
	if err != nil {
		return nil, err
	}
	return publish.NewSnapshot(r, a.catalog, all), nil
}

// shelf is what the portal and the API read: the current snapshot, swapped whole when a release comes out.
type shelf struct {
	*app
	current atomic.Pointer[publish.Snapshot]
}

// refresh publishes what is due and takes up the newest release; it reads figures only when the release has changed, and says so.
func (s *shelf) refresh(ctx context.Context) (fresh bool, err error) {
	if _, err := s.desk().PublishDue(ctx); err != nil {
		return false, err
	}
	r, err := s.desk().Current(ctx)
	if err != nil {
		return false, err
	}
	if have := s.current.Load(); have != nil && have.Release.ID == r.ID && have.Release.PublishAt.Equal(r.PublishAt) {
		return false, nil
	}
	snapshot, err := s.snapshot(ctx)
	if err != nil {
		return false, err
	}
	s.current.Store(snapshot)
	return true, nil
}

// Current implements web.Library.
func (s *shelf) Current() (*publish.Snapshot, error) {
	if snapshot := s.current.Load(); snapshot != nil {
		return snapshot, nil
	}
	return nil, fault.New("publish.none")
}

// bound gives the newest message that the public may know of. Everything read for the public beside the snapshot is cut at it, so that
// nothing loaded after a release leaks before the next one.
func (s *shelf) bound() int64 {
	if snapshot := s.current.Load(); snapshot != nil {
		return snapshot.AsOf.Message
	}
	return 0
}

// Explain implements web.Library.
func (s *shelf) Explain(ctx context.Context, cell cube.Cell, at cube.AsOf) (pipeline.Node, error) {
	if limit := s.bound(); at.Message == 0 || at.Message > limit {
		at.Message = limit
	}
	if at.Message == 0 {
		return pipeline.Node{}, fault.New("publish.none")
	}
	return pipeline.Explain(ctx, s.store, cell, at)
}

// Runs implements web.Library.
func (s *shelf) Runs(ctx context.Context) ([]pipeline.Run, error) {
	all, err := s.store.Runs(ctx)
	if err != nil {
		return nil, err
	}
	limit := s.bound()
	return slices.DeleteFunc(all, func(r pipeline.Run) bool { return r.Message > limit || r.ReadTo > limit }), nil
}

// Releases implements web.Library.
func (s *shelf) Releases(ctx context.Context) ([]publish.Release, error) {
	return s.store.Releases(ctx)
}

// Recipes implements web.Library.
func (s *shelf) Recipes() []pipeline.Recipe { return s.recipes }

// Findings implements web.Library.
func (s *shelf) Findings(ctx context.Context) ([]publish.Finding, error) {
	kept, err := s.store.Findings(ctx)
	if err != nil {
		return nil, err
	}
	var out []publish.Finding
	limit := s.bound()
	for _, f := range kept {
		if f.Message > limit {
			continue
		}
		say := func(lang string) string { return reference.Sentence(s.catalog, lang, f.Rule, f.Parts) }
		out = append(out, publish.Finding{Message: f.Message, Rule: f.Rule, Severity: f.Severity, Text: catalog.Label{Vi: say("vi"), En: say("en")}})
	}
	return out, nil
}

// handler puts the portal and the API together. warm draws the main pages of a release ahead of their first reader.
func (s *shelf) handler(log *slog.Logger) (h http.Handler, warm func(ctx context.Context, host string), err error) {
	methods, err := fs.Sub(doc.Methods, "methods")
	if err != nil {
		return nil, nil, err
	}
	service, err := api.Handler(s, api.Options{Methods: methods, Territory: s.areas, Log: log, Now: s.now})
	if err != nil {
		return nil, nil, err
	}
	site := web.New(web.Config{Library: s, Scenarios: s.store, Methods: methods, Territory: s.areas, Log: log, Now: s.now})
	site.Handle(api.Root, service)
	site.Handle(api.Root+"/", service)
	return site, site.Warm, nil
}

// Overrides implements api.Library.
func (s *shelf) Overrides(ctx context.Context) ([]monitor.Override, error) {
	return s.store.Overrides(ctx)
}

// reason gives the cause of a file error as a sentence, without the path, which the sentence around it names. For what has no
// sentence here, the system speaks.
func reason(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New("cli.not-there")
	case errors.Is(err, fs.ErrPermission):
		return fault.New("cli.not-allowed")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.New("cli.disk-full")
	case errors.Is(err, syscall.EISDIR):
		return fault.New("cli.is-folder")
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		return fault.New("cli.not-folder")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fault.New("cli.not-our-address")
	}
	var n syscall.Errno
	if errors.As(err, &n) {
		err = n
	}
	return fault.New("cli.system", "text", err)
}
