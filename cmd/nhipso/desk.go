package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/module"
	"nhipso/internal/notice"
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
func (a *app) working(post *notice.Post) (module.List, error) {
	m := module.Module{Name: "desk", Migrations: []store.Migration{store.PeopleTables}, Pages: desk.New(desk.Config{})}
	var o *people.Office
	if a.staffed() {
		o = a.office()
		keys, err := a.passkeys(o)
		if err != nil {
			return nil, err
		}
		m.Pages = desk.New(desk.Config{Office: o, Provider: a.provider, Passkeys: keys, Sessions: people.NewSessions(a.store.Sessions(), desk.Path, a.secure, a.now), Words: a.pack.Words, Log: a.log,
			Post: post, Webhook: a.reach.webhook, Views: a.store, MostFile: a.attachment, Spool: a.installation.data, Demo: a.cast})
		m.Kinds = []module.Kind{kind(recordsJob, func(ctx context.Context, _ *jobs.Task) error { return a.enroll(ctx) })}
		m.Due = func(context.Context) ([]jobs.Job, error) {
			if a.number <= 1 { // the first edition is seen to when the server begins
				return nil, nil
			}
			return []jobs.Job{{Kind: recordsJob, Key: fmt.Sprint("edition ", a.number), At: a.now().Add(settling)}}, nil
		}
	}
	return module.List{m, records.Part(o, a.log)}, nil
}

// signsIn takes up how people sign in at a server: at what public address, and by which provider.
func (a *app) signsIn(s config.Settings) (err error) {
	a.base = strings.TrimSuffix(s.Text("base-url"), "/")
	if s.Text("oidc-issuer") == "" {
		for _, name := range []string{"oidc-client", "oidc-secret", "oidc-name"} {
			if s.Given(name) {
				return fault.New("people.provider-settings")
			}
		}
		return nil
	}
	a.provider, err = people.NewProvider(&people.Provider{Issuer: s.Text("oidc-issuer"), Client: s.Text("oidc-client"), Secret: s.Text("oidc-secret"), Name: s.Text("oidc-name"),
		Return: a.base + desk.Path + "/nha-cung-cap/ve", Now: a.now})
	return err
}

// passkeys are those of the public address; none where that is not known, since a passkey is good at one address only, or where browsers give none to it.
func (a *app) passkeys(o *people.Office) (*people.Passkeys, error) {
	u, err := url.Parse(a.base)
	if err != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, nil //nolint:nilnil,nilerr // there are none
	}
	return people.NewPasskeys(o, a.base, book.Say("vi", "desk.name"))
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
