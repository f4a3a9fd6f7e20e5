package people

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
)

// FirstRole is the role of the first administrator: the organisation at which it is held runs the installation.
const FirstRole = "administrator-1"

// Office is where acts of people pass: it knows who is who today and lets through what they may do.
type Office struct {
	Register *register.Register
	Accounts *Accounts

	mu   sync.Mutex
	last *Directory
}

// NewOffice makes an office over a register. From now on every act in it but those of the program itself is asked for here.
func NewOffice(r *register.Register, store AccountStore, now func() time.Time) *Office {
	o := &Office{Register: r, Accounts: &Accounts{Store: store, Register: r, Now: now}}
	r.Permit = o.permit
	return o
}

// Directory gives who is who today. It is made again when anything of it has changed, so that who left a moment ago is gone.
func (o *Office) Directory(ctx context.Context) (*Directory, error) {
	newest, err := o.Register.NewestOf(ctx, Types()...)
	if err != nil {
		return nil, err
	}
	today := o.Register.Today()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last != nil && o.last.Newest == newest && o.last.Day == today {
		return o.last, nil
	}
	operator, err := o.operator(ctx)
	if err != nil {
		return nil, err
	}
	d, err := Read(ctx, o.Register, today, operator)
	if err != nil {
		return nil, err
	}
	d.operator, d.Newest = d.Heir(operator), newest
	o.last = d
	return d, nil
}

// operator gives the organisation that runs the installation, "" before there is an administrator.
func (o *Office) operator(ctx context.Context) (string, error) {
	line, err := o.Register.Timeline(ctx, RoleType, FirstRole)
	if err != nil || len(line.Versions) == 0 {
		return "", err
	}
	return line.Versions[len(line.Versions)-1].Values["organisation"], nil
}

// Ready reports whether there is an administrator.
func (o *Office) Ready(ctx context.Context) (bool, error) {
	operator, err := o.operator(ctx)
	return operator != "", err
}

// permit implements register.Permit: an act is allowed on the record as it was, and a change also on the record as it becomes, so that nobody takes
// what is not theirs or gives away what they may not make.
func (o *Office) permit(ctx context.Context, b *register.Batch, a *register.Act, t *catalog.RecordType, before, after *register.Version) error {
	if b.Person == Program {
		return nil
	}
	d, err := o.Directory(ctx)
	if err != nil {
		return err
	}
	actor, err := d.Actor(b.Person, b.Organisation)
	if err != nil {
		return err
	}
	if a.Kind == register.Moved {
		return o.mayMove(actor, a)
	}
	if before != nil {
		if err := actor.Must(Doing(a.Kind), t, *before); err != nil {
			return err
		}
	}
	if after != nil && (a.Kind == register.Added || a.Kind == register.Changed) {
		return actor.Must(Doing(a.Kind), t, *after)
	}
	if before == nil && after == nil {
		return fault.New("people.may-not", "id", a.Record, "type", t.Name)
	}
	return nil
}

// mayMove refuses a move to an heir by whoever may not end the organisations that it is moved from.
func (o *Office) mayMove(actor Actor, a *register.Act) error {
	t, err := o.Register.Types().RecordType(OrganisationType)
	if err != nil {
		return err
	}
	for _, c := range a.Changes {
		after := strings.Split(c.After, catalog.ManySign)
		for _, id := range strings.Split(c.Before, catalog.ManySign) {
			if slices.Contains(after, id) {
				continue
			}
			if err := actor.Must(Doing(register.Ended), t, register.Version{Type: t.ID, ID: id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Newcomer is somebody who is to be added.
type Newcomer struct {
	Name, Email, Organisation string
	Roles                     []Role
}

// newID gives an identifier that says nothing of whom it belongs to.
func newID(kind string) string { return kind + "-" + strings.ToLower(rand.Text()[:10]) }

// acts gives the acts by which a newcomer comes in, under identifiers that say nothing of them.
func (n Newcomer) acts() (person string, out []register.Act) {
	person = newID("p")
	out = append(out, register.Act{Kind: register.Added, Type: PersonType, Record: person, Changes: []register.Change{{Column: "name", After: strings.TrimSpace(n.Name)},
		{Column: "email", After: strings.ToLower(strings.TrimSpace(n.Email))}, {Column: "organisation", After: n.Organisation}}})
	for _, role := range n.Roles {
		out = append(out, register.Act{Kind: register.Added, Type: RoleType, Record: newID("r"), Changes: []register.Change{{Column: "person", After: person},
			{Column: "organisation", After: n.Organisation}, {Column: "role", After: string(role)}}})
	}
	return person, out
}

// Add brings a person in with their roles, in the name of an administrator, and gives the secret of a link by which they set a password.
func (o *Office) Add(ctx context.Context, by, organisation string, n Newcomer, reason string) (person, secret string, err error) {
	person, acts := n.acts()
	if err := o.Register.Do(ctx, &register.Batch{Person: by, Organisation: organisation, Reason: reason, Acts: acts}); err != nil {
		return "", "", err
	}
	secret, err = o.Accounts.NewLink(ctx, InviteLink, person, InviteLasts)
	return person, secret, err
}

// How long links are good.
const (
	InviteLasts   = 7 * 24 * time.Hour // of a link that sets a first password
	RecoveryLasts = time.Hour          // of a link that sets a new password
	firstLasts    = 24 * time.Hour
)

// FirstLink gives the secret of the link by which the first administrator comes in. Where there is one already it is refused.
func (o *Office) FirstLink(ctx context.Context) (string, error) {
	if ready, err := o.Ready(ctx); err != nil || ready {
		if ready {
			err = fault.New("people.has-administrator")
		}
		return "", err
	}
	return o.Accounts.NewLink(ctx, FirstLink, "", firstLasts)
}

// Begin makes the first administrator, by the link that was given for that: the organisation that they belong to runs the installation.
func (o *Office) Begin(ctx context.Context, secret string, n Newcomer, password, reason string) (string, error) {
	if _, err := o.Accounts.Follow(ctx, FirstLink, secret); err != nil {
		return "", err
	}
	if ready, err := o.Ready(ctx); err != nil || ready {
		if ready {
			err = fault.New("people.has-administrator")
		}
		return "", err
	}
	if err := Fresh(password, n.Name, n.Email); err != nil {
		return "", err
	}
	n.Roles = []Role{Administrator}
	person, acts := n.acts()
	acts[1].Record = FirstRole // a second one at the same time is refused by its identifier
	if err := o.Register.Do(ctx, &register.Batch{Person: Program, Organisation: n.Organisation, Reason: reason, Acts: acts}); err != nil {
		return "", err
	}
	if _, _, err := o.Accounts.Store.TakeLink(ctx, secretHash(secret), FirstLink, o.Accounts.Now()); err != nil {
		return "", err
	}
	return person, o.Accounts.SetPassword(ctx, person, password)
}

// Recover gives the secret of a link by which the person of an address sets a new password, and who they are; both are "" where the address is
// nobody's, which is not to be told.
func (o *Office) Recover(ctx context.Context, email string) (person, secret string, err error) {
	if person, err = o.Accounts.ByEmail(ctx, email); err != nil || person == "" {
		return "", "", err
	}
	secret, err = o.Accounts.NewLink(ctx, RecoveryLink, person, RecoveryLasts)
	return person, secret, err
}
