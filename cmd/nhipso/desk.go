package main

import (
	"context"
	"fmt"
	"net/url"

	"nhipso/internal/catalog"
	"nhipso/internal/jobs"
	"nhipso/internal/module"
	"nhipso/internal/notice"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/web/desk"
)

// staffed reports whether the catalogue has the types of records that people at work need. One that was kept before there were any has none, until
// somebody loads a newer one.
func (a *app) staffed() bool {
	for _, id := range people.Types() {
		if _, err := a.catalog.RecordType(id); err != nil {
			return false
		}
	}
	return a.store != nil && !a.store.ReadOnly()
}

// register is the register of the installation, as its own loading uses it: whoever acts in it as a person goes through the office.
func (a *app) register() *register.Register {
	return &register.Register{Store: a.store.Register(), Types: func() *catalog.Catalog { return a.catalog }, Today: func() stat.Date { return a.catalog.Day(a.now()) }, Now: a.now}
}

// office is where acts of people pass.
func (a *app) office() *people.Office { return people.NewOffice(a.register(), a.store, a.now) }

// working is the desk of people at work.
func (a *app) working(post *notice.Post) module.Module {
	m := module.Module{Name: "desk", Migrations: []store.Migration{store.PeopleTables}, Pages: desk.New(desk.Config{})}
	if a.staffed() {
		m.Pages = desk.New(desk.Config{Office: a.office(), Sessions: people.NewSessions(a.store.Sessions(), desk.Path, a.secure, a.now), Words: a.pack.Words, Log: a.log, Post: post, Webhook: a.reach.webhook,
			Views: a.store, MostFile: a.attachment, Spool: a.installation.data, Demo: a.cast})
	}
	if a.staffed() {
		m.Kinds = []module.Kind{kind(recordsJob, func(ctx context.Context, _ *jobs.Task) error { return a.enroll(ctx) })}
		m.Due = func(context.Context) ([]jobs.Job, error) {
			if a.number <= 1 { // the first edition is seen to when the server begins
				return nil, nil
			}
			return []jobs.Job{{Kind: recordsJob, Key: fmt.Sprint("edition ", a.number), At: a.now().Add(settling)}}, nil
		}
	}
	return m
}

// recordsJob holds the register to an edition of the catalogue.
const recordsJob = "records"

// enroll makes the records ready for the declarations of the catalogue, and brings those that come with the country into the register, as far as they are
// not in it.
func (a *app) enroll(ctx context.Context) error {
	if !a.staffed() {
		return nil
	}
	acts := people.Kept(a.catalog)
	if a.pack.Govern != nil {
		acts = append(people.Organisations(a.pack.Govern, a.areas), acts...)
	}
	return a.store.Alone(ctx, "enroll", func() error {
		r := a.register()
		if err := r.Settle(ctx); err != nil {
			return err
		}
		return people.Load(ctx, r, people.Inherited(a.catalog, acts), book.Say("vi", "desk.enrolled"))
	})
}

// invite says by what link the first administrator comes in, until there is one.
func (a *app) invite(ctx context.Context, e *env, base string) error {
	if !a.staffed() {
		return nil
	}
	o := a.office()
	if ready, err := o.Ready(ctx); err != nil || ready {
		return err
	}
	secret, err := o.FirstLink(ctx)
	if err == nil {
		fmt.Fprintln(e.out, e.w("desk.first-link", "link", base+desk.Path+"/bat-dau?ma="+url.QueryEscape(secret)))
	}
	return err
}
