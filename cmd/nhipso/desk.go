package main

import (
	"context"
	"fmt"
	"net/url"

	"nhipso/internal/catalog"
	"nhipso/internal/module"
	"nhipso/internal/people"
	"nhipso/internal/records"
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

// working is the desk of people at work, and the counter at which programs work as they do.
func (a *app) working() module.List {
	m := module.Module{Name: "desk", Migrations: []store.Migration{store.PeopleTables}, Pages: desk.New(desk.Config{})}
	var o *people.Office
	if a.staffed() {
		o = a.office()
		m.Pages = desk.New(desk.Config{Office: o, Sessions: people.NewSessions(a.store.Sessions(), desk.Path, a.secure, a.now), Words: a.pack.Words, Log: a.log})
	}
	return module.List{m, records.Part(o, a.log)}
}

// enroll brings the organisations, documents and targets that come with the country into the register, as far as they are not in it.
func (a *app) enroll(ctx context.Context) error {
	if !a.staffed() {
		return nil
	}
	acts := people.Kept(a.catalog)
	if a.pack.Govern != nil {
		acts = append(people.Organisations(a.pack.Govern, a.areas), acts...)
	}
	return a.store.Alone(ctx, "enroll", func() error { return people.Load(ctx, a.register(), acts, book.Say("vi", "desk.enrolled")) })
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
