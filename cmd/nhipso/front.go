package main

import (
	"context"
	"net/http"
	"sync/atomic"

	"nhipso/internal/fault"
	"nhipso/internal/module"
	"nhipso/internal/pack"
	"nhipso/internal/publish"
	"nhipso/internal/web/shell"
)

// face is what a server or worker makes of one edition of the catalogue: names, structures, words, pages, jobs.
type face struct {
	*app
	gate    *publish.Gate
	modules module.List
	site    *shell.Site // nil in a worker
}

// front is what a server shows, and a worker works by, now. When the installation gets another edition of its catalogue, all that depends on it is
// made anew and put in place of the former in one step: a page, an answer or a job is of one edition.
type front struct {
	now   atomic.Pointer[face]
	shelf *shelf
	how   *served // nil in a worker
	newer newer
	begin func(module.List) (stop func())
	stop  func() // of the tasks of the modules; nil where they do none
}

// newFront makes the front of an installation, still without pages.
func newFront(a *app) (*front, error) {
	f := &front{shelf: &shelf{}}
	s, err := f.make(a)
	f.now.Store(s)
	return f, err
}

// make makes what is shown of the edition of an installation.
func (f *front) make(a *app) (*face, error) {
	s := &face{app: a, gate: a.gate()}
	kept := &files{app: a, shelf: f.shelf}
	if a.store != nil {
		s.gate.Files = kept.source
		s.gate.Warn = func(err error) { a.log.Warn("no file of the release", "error", fault.In(err, "en")) }
	}
	var err error
	if s.modules, err = a.modules(s.gate, kept); err == nil && a.store != nil {
		err = s.modules.Typed(a.catalog)
	}
	if err == nil && f.how != nil {
		s.site, err = a.siteOf(s.modules, s.gate, a.log, f.how)
	}
	return s, err
}

// open gives the front its pages.
func (f *front) open(how *served) error {
	f.how = how
	s := f.now.Load()
	site, err := s.siteOf(s.modules, s.gate, s.log, how)
	if err == nil {
		with := *s
		with.site = site
		f.now.Store(&with)
	}
	return err
}

// work begins the tasks of the modules.
func (f *front) work(ctx context.Context, answers, works bool) {
	f.begin = func(l module.List) func() { return f.now.Load().beside(ctx, l.Tasks(answers, works)) }
	f.stop = f.begin(f.now.Load().modules)
}

// renew takes up the newest edition of the catalogue, and reports whether it is another one. What cannot be made of it leaves everything as it is.
func (f *front) renew(ctx context.Context) (bool, error) {
	before := f.now.Load()
	a, err := before.renewed(ctx)
	if err != nil || a == nil {
		return false, err
	}
	s, err := f.make(a)
	if err == nil && s.site != nil {
		_, err = s.gate.Refresh(ctx) // so that no reader waits for it
	}
	if err != nil {
		return false, err
	}
	if f.stop != nil {
		f.stop()
	}
	f.now.Store(s)
	if f.stop != nil {
		f.stop = f.begin(s.modules)
	}
	a.log.Info("catalogue taken up", "edition", a.number, "pack", a.catalog.Country().Pack, "version", a.catalog.Country().Version)
	return true, nil
}

// close ends what the front began.
func (f *front) close() {
	if f.stop != nil {
		f.stop()
	}
	f.shelf.shut()
}

// ServeHTTP answers a request. What is refused by an edition of the catalogue that is no longer the newest is asked once more of the one that
// follows it.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := f.now.Load()
	if s.store == nil || r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.site.ServeHTTP(w, r)
		return
	}
	first := &firstAnswer{ResponseWriter: w, before: w.Header().Clone(), again: func() bool { return f.follows(r.Context(), s) }}
	s.site.ServeHTTP(first, r)
	if first.dropped {
		f.now.Load().site.ServeHTTP(w, r)
	}
}

// route names the route of a request, as the numbers of requests do.
func (f *front) route(r *http.Request) string { return f.now.Load().site.Route(r) }

// view gives what an audience may know now.
func (f *front) view(ctx context.Context, who publish.Audience) (*publish.View, error) {
	return f.now.Load().gate.View(ctx, who)
}

// renewed gives an installation with the newest edition of its catalogue, or nil when it has that one.
func (a *app) renewed(ctx context.Context) (*app, error) {
	if a.store == nil {
		return nil, nil
	}
	newest, since, err := a.store.LastEdition(ctx)
	if err != nil || newest == 0 || newest == a.number {
		return nil, err
	}
	kept, err := pack.Kept(ctx, a.store, newest)
	if err != nil {
		return nil, err
	}
	kept.Catalog.Since = since
	next := *a
	next.number = newest
	next.settle(kept)
	return &next, nil
}
