// Package module is how a part of the program says, in one place, what it brings: pages, routes for programs, kinds of jobs with what is due of
// them, and what it does beside as long as the program runs; and what it cannot do without: its tables, and the types of records that it works on.
// The composition root keeps one list of modules and wires each in the same way.
//
// A module is made for one edition of the catalogue, and again for the next one; what it must keep from one to the other (a line of callers, say)
// its Maker holds. Its SQL is in package store, as all SQL is, where each migration is a file of its own; a module names those that are its own.
// This package does nothing by itself.
package module

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/store"
	"nhipso/internal/territory"
	"nhipso/internal/web/shell"
)

// Installation is what a module works on: an installation, with one edition of its catalogue.
type Installation struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Edition int64 // its number in the store
	Areas   *territory.Registry
	Now     func() time.Time
	Log     *slog.Logger // nil for a command, which answers nobody and does no task
}

// Module is a part of the program.
type Module struct {
	Name       string
	Migrations []store.Migration        // that bring its tables. No other module has them, and the kernel does not
	Types      []string                 // of records that it works on: each edition of the catalogue must have them
	Pages      shell.Maker              // what it brings to the site; nil for nothing
	Programs   map[string]http.Handler  // routes by which programs work with the server
	Document   func(lang string) []byte // describes these routes, in a language (OpenAPI 3.1); nil for nothing
	Kinds      []Kind                   // of jobs that it does
	// Due gives the jobs that follow from what is stored. It is asked whenever something may have changed, by every server: whoever adds the jobs
	// adds none twice, since each has its key. It may be nil.
	Due   func(ctx context.Context) ([]jobs.Job, error)
	Tasks []Task
}

// Kind is a kind of jobs.
type Kind struct {
	ID   string
	Name catalog.Label // for whoever looks at the queue: "run recipes"
	Do   jobs.Handler
}

// Task is done beside everything else until its context ends, and begun again with the next edition of the catalogue.
type Task struct {
	Name    string
	Run     func(ctx context.Context)
	Answers bool // it belongs to answering requests: it is done in every server, and only there. Others are done wherever jobs are
}

// Maker makes a module of an installation.
type Maker func(Installation) Module

// List is the modules of a program.
type List []Module

// Typed refuses a catalogue without a type of records that a module works on.
func (l List) Typed(c *catalog.Catalog) error {
	for _, m := range l {
		for _, id := range m.Types {
			if _, err := c.RecordType(id); err != nil {
				return fault.New("module.no-type", "module", m.Name, "type", id)
			}
		}
	}
	return nil
}

// Migrated refuses a store that has not been through a step which brings the tables of a module.
func (l List) Migrated(been []store.Migration) error {
	for _, m := range l {
		for _, step := range m.Migrations {
			if !slices.Contains(been, step) {
				return fault.New("module.no-tables", "module", m.Name, "migration", string(step))
			}
		}
	}
	return nil
}

// Documents gives what modules say of their routes for programs.
func (l List) Documents() []func(lang string) []byte {
	var out []func(lang string) []byte
	for _, m := range l {
		if m.Document != nil {
			out = append(out, m.Document)
		}
	}
	return out
}

// Kind finds a kind of jobs, or false.
func (l List) Kind(id string) (Kind, bool) {
	for _, m := range l {
		for _, k := range m.Kinds {
			if k.ID == id {
				return k, true
			}
		}
	}
	return Kind{}, false
}

// Kinds lists the kinds of jobs of all modules.
func (l List) Kinds() (out []Kind) {
	for _, m := range l {
		out = append(out, m.Kinds...)
	}
	return out
}

// Due gives the jobs of all modules that follow from what is stored. A module that cannot tell keeps none of the others from having theirs done: what
// they gave comes with its fault.
func (l List) Due(ctx context.Context) (out []jobs.Job, err error) {
	for _, m := range l {
		if m.Due == nil {
			continue
		}
		list, untold := m.Due(ctx)
		out, err = append(out, list...), errors.Join(err, untold)
	}
	return out, err
}

// Tasks gives what all modules do beside, by name, in a program that answers requests, does jobs, or both.
func (l List) Tasks(answers, works bool) map[string]func(context.Context) {
	out := map[string]func(context.Context){}
	for _, m := range l {
		for _, t := range m.Tasks {
			if t.Answers && answers || !t.Answers && works {
				out[m.Name+"/"+t.Name] = t.Run
			}
		}
	}
	return out
}

// Pages gives what all modules bring to the site.
func (l List) Pages() (out []shell.Maker) {
	for _, m := range l {
		if m.Pages != nil {
			out = append(out, m.Pages)
		}
	}
	return out
}
