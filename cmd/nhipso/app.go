package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"nhipso/internal/api"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/middleware"
	"nhipso/internal/module"
	"nhipso/internal/pack"
	"nhipso/internal/people"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/reference"
	"nhipso/internal/releasefile"
	"nhipso/internal/scenario"
	"nhipso/internal/store"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
)

// installation says where the data are; every subcommand takes it.
type installation struct {
	data     string
	database string
	note     string // file that notes the head of the audit log; "" for the usual place
	demo     bool   // an installation to try the program with; it must be one already, or be new
	pack     string // folder of the country pack; "" for the one that comes with the program

	publisher string // the agency that publishes, for files; "" when neither the environment nor the file of settings says
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
	installation installation
	pack         *pack.Pack
	catalog      *catalog.Catalog
	areas        *territory.Registry
	store        *store.Store
	file         *releasefile.File // a mirror has it in place of a store
	ahead        bool              // the file is looked at ahead of its minute
	publications []publish.Publication
	recipes      []pipeline.Recipe
	queue        jobs.Queue               // of a server or worker that does jobs; nil elsewhere
	answers      map[string]catalog.Label // reasons for what the rules find in the reference data
	now          func() time.Time
	judged       *judgedClock     // that now reads; nil in a mirror and in tests that say what time it is
	log          *slog.Logger     // of a server; nil for a command
	parts        []module.Maker   // modules that work on a store that can be written; none elsewhere
	number       int64            // of the edition of its catalogue
	secure       bool             // readers reach it over TLS
	base         string           // public address; "" when it is not known
	provider     *people.Provider // by which people sign in elsewhere; nil for none
	reach        reach            // how letters go out, in a server or worker
	attachment   int64            // how large a file at a record may be, in bytes; 0 for what goes without saying
	cast         people.Cast      // of a demonstration
}

// notSafe are the characters of a database's name that do not belong into the name of a file.
var notSafe = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// headNote is where the head of the audit log is noted: in the data folder, beside a SQLite file that lies elsewhere, or where
// the operator wants it, best on another disk.
func (p *installation) headNote() string {
	switch {
	case p.note != "":
		return p.note
	case p.database == "":
		return filepath.Join(p.data, "audit-head.json")
	case !strings.Contains(p.database, "://"):
		return strings.TrimPrefix(p.database, "sqlite:") + "-audit-head.json"
	}
	// A server may hold several databases; a password never gets into the name.
	u, err := url.Parse(p.database)
	if err != nil {
		return ""
	}
	name := u.Host + u.Path
	if path := u.Query().Get("search_path"); path != "" {
		name += "-" + path
	}
	return filepath.Join(p.data, "audit-head-"+strings.Trim(notSafe.ReplaceAllString(name, "-"), "-")+".json")
}

// open opens the installation to work with it.
func (e *env) open(ctx context.Context, p *installation) (*app, error) {
	return e.openWith(ctx, p, store.Options{})
}

// openFor opens the installation for an act, or only to read. An act is refused before anything is computed for it, where nothing can be
// written or the clock went back behind an earlier act.
func (e *env) openFor(ctx context.Context, p *installation, act bool) (*app, error) {
	a, err := e.open(ctx, p)
	if err != nil || !act {
		return a, err
	}
	if err = a.store.CheckClock(ctx); a.store.ReadOnly() {
		err = fault.New("store.read-only", "database", a.store.Database())
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// url is the address of the database: SQLite in the data folder unless another is named.
func (p *installation) url() string {
	if p.database == "" {
		return "sqlite:" + filepath.Join(p.data, "nhipso.db")
	}
	return p.database
}

// openStore opens the database alone. A database that is to be copied must be there.
func (e *env) openStore(ctx context.Context, p *installation, o store.Options) (*store.Store, error) {
	if o.Copy && store.Missing(p.url()) {
		return nil, fault.New("cli.no-database", "database", strings.TrimPrefix(p.url(), "sqlite:"))
	}
	if p.database == "" || strings.Contains(p.database, "://") { // the database or its note lies there
		if err := os.MkdirAll(p.data, 0o700); err != nil {
			return nil, fault.New("cli.data-folder", "folder", p.data, "reason", reason(err))
		}
	}
	o.HeadNote, o.Now = p.headNote(), e.now
	o.Warn = func(err error) { fmt.Fprintln(e.err, fault.In(err, e.lang)) }
	return store.OpenWith(ctx, p.url(), o)
}

// openWith opens the database, in a data folder that it creates when it is not there, and reads the catalogue that is kept there.
func (e *env) openWith(ctx context.Context, p *installation, o store.Options) (*app, error) {
	s, err := e.openStore(ctx, p, o)
	if err != nil {
		return nil, err
	}
	if e.judged != nil {
		switch err := e.judged.compare(ctx, s); {
		case fault.CodeOf(err) == "store.clock-apart" && !o.Examine: // doctor has a line for it
			fmt.Fprintln(e.err, fault.In(err, e.lang))
		case err != nil && fault.CodeOf(err) != "store.clock-apart":
			s.Close()
			return nil, err
		}
	}
	number, since, err := s.LastEdition(ctx) // one that comes in after this is taken up when somebody looks
	if err != nil {
		s.Close()
		return nil, err
	}
	a := &app{installation: *p, store: s, now: e.now, judged: e.judged, number: max(number, 1), log: slog.New(slog.DiscardHandler)}
	if !s.ReadOnly() {
		a.parts = parts()
	}
	look := o.Examine || o.Copy
	kept, err := a.country(ctx, look, func(err error) { fmt.Fprintln(e.err, fault.In(err, e.lang)) })
	if err != nil {
		s.Close()
		return nil, err
	}
	e.country = kept.Catalog.Country().Name
	if number > 1 {
		kept.Catalog.Since = since
	}
	a.settle(kept)
	s.Declare(a.declarations(context.WithoutCancel(ctx)))
	if kept.Catalog.Country().Demo {
		fmt.Fprintln(e.err, e.w("demo.mark"))
	}
	if !look {
		if err := a.tables(ctx); err != nil {
			s.Close()
			return nil, err
		}
	}
	return a, nil
}

func (a *app) close() { a.store.Close() }

func (a *app) intake() cube.Intake { return cube.Intake{Catalog: a.catalog, Store: a.store} }

func (a *app) runner(report func(pipeline.Recipe, pipeline.Run, bool)) pipeline.Runner {
	return pipeline.Runner{Store: a.store, Intake: a.intake(), Now: a.now, Zone: a.catalog.Zone(), Report: report}
}

// desk carries releases; what is checked besides the content itself is added here.
func (a *app) desk() publish.Desk { return a.preparer().Desk }

// gate decides what a reader may know: nothing leaves the installation but through it.
func (a *app) gate() *publish.Gate {
	var source publish.Source = a.file
	switch {
	case a.file == nil:
		source = a.source()
	case a.ahead:
		source = previewed{a.file, a.now()}
	}
	g := &publish.Gate{Source: source, Catalog: a.catalog, Recipes: a.recipes, Zone: a.catalog.Zone(), Now: a.now}
	if a.store != nil && !a.store.ReadOnly() { // in a copy that only can be read nothing can be written down
		g.Told = a.accessed
	}
	return g
}

func (a *app) source() source { return source{a.store, a.catalog, a.answers} }

// scenarios is where named scenarios are kept; a mirror keeps none.
func (a *app) scenarios() scenario.Store {
	if a.store == nil {
		return nil
	}
	return a.store
}

// source is the store with its findings in words.
type source struct {
	*store.Store
	catalog *catalog.Catalog
	answers map[string]catalog.Label // the reasons that come with the reference data, in both languages
}

// Findings implements publish.Source.
func (s source) Findings(ctx context.Context) ([]publish.Finding, error) {
	kept, err := s.Store.Findings(ctx)
	if err != nil {
		return nil, err
	}
	return s.inWords(kept), nil
}

// unanswered tells a release what it must answer first.
type unanswered struct{ source }

// UnansweredFindings implements publish.Findings.
func (s unanswered) UnansweredFindings(ctx context.Context, of cube.Messages) ([]publish.Finding, error) {
	open, err := s.Store.UnansweredFindings(ctx, of)
	return s.inWords(open), err
}

func (s source) inWords(kept []store.Finding) []publish.Finding {
	var out []publish.Finding
	for _, f := range kept {
		say := func(lang string) string { return cube.Sentence(s.catalog, lang, f.Rule, f.Parts) }
		var reason catalog.Label
		if n := len(f.Answers); n > 0 {
			last := f.Answers[n-1]
			reason = catalog.Label{Vi: last.Reason, En: last.Reason}
			if known := s.answers[f.Identity]; last.By == reference.Sender && last.Reason == known.Vi {
				reason = known
			}
		}
		out = append(out, publish.Finding{Message: f.Message, Rule: f.Rule, Severity: f.Severity, Text: catalog.Label{Vi: say("vi"), En: say("en")},
			Cells: cube.CellsOf(f.Parts), Reason: reason})
	}
	return out
}

// site puts the pages of all modules, the API and what watches them together.
func (a *app) site(gate *publish.Gate, log *slog.Logger, s *served) (*shell.Site, error) {
	modules, err := a.modules(gate, newFiles(a))
	if err != nil {
		return nil, err
	}
	return a.siteOf(modules, gate, log, s)
}

func (a *app) siteOf(modules module.List, gate *publish.Gate, log *slog.Logger, s *served) (*shell.Site, error) {
	methods, err := a.methods()
	if err != nil {
		return nil, err
	}
	described := api.Options{Beside: modules.Documents(), Methods: methods, Territory: a.areas, Catalog: a.catalog, Publications: a.publications, Log: log, Now: a.now, BaseURL: s.Text("base-url"), Publisher: s.Text("publisher")}
	var site *shell.Site
	described.Frame = func(w http.ResponseWriter, r *http.Request, title string, body template.HTML) {
		site.Framed(w, r, title, body)
	}
	service, err := api.Handler(gate, described)
	if err != nil {
		return nil, err
	}
	site = shell.New(shell.Config{Library: gate, Log: log, Now: a.now, BaseURL: s.Text("base-url"), Publisher: s.Text("publisher"), Contact: s.Text("contact"), Trusted: s.proxies(), Rate: s.rate(), Burst: s.Count("rate-burst"), Shared: s.limits, Preview: a.ahead, Demo: a.catalog.Country().Demo, Deadline: s.Duration("request-timeout")},
		modules.Pages()...)
	site.Handle(api.Root, service)
	site.Handle(api.Root+"/", service)
	for _, m := range modules {
		site.HandlePrograms(m.Programs)
	}
	site.HandleWatch("/healthz", http.HandlerFunc(s.health.Live))
	site.HandleWatch("/readyz", http.HandlerFunc(s.health.Ready))
	if s.Text("metrics-addr") == "" {
		site.HandleWatch("/metrics", s.near(site.Missing()))
	}
	s.metrics.Memory("pages", site.Kept)
	if kept, ok := service.(interface{ Kept() middleware.Kept }); ok {
		s.metrics.Memory("api", kept.Kept)
	}
	return site, nil
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
