package people

import (
	"context"

	"nhipso/internal/fault"
	"nhipso/internal/register"
)

// LockStore closes accounts. Who did so is told in the audit log.
type LockStore interface {
	// LockAccount closes an account, or opens it again.
	LockAccount(ctx context.Context, person, by string, closed bool) error
	// ForgetAccount takes away everything by which a person proves who they are.
	ForgetAccount(ctx context.Context, person string) error
}

// Locked reports whether somebody closed the account of a person.
func (a *Accounts) Locked(ctx context.Context, person string) (bool, error) {
	x, _, err := a.Store.Account(ctx, person)
	return !x.Locked.IsZero(), err
}

// Admits reports whether a person may be in at all today: they have not left, nobody closed their account, and their address was not erased.
func (o *Office) Admits(ctx context.Context, d *Directory, person string) (bool, error) {
	v, is := d.Person(person)
	if !is || v.Values["email"] == "" {
		return false, nil
	}
	locked, err := o.Accounts.Locked(ctx, person)
	return err == nil && !locked, err
}

// Lock closes the account of a person, or opens it again: while it is closed nothing is good by which they sign in, and no token. Sessions are ended
// by whoever keeps them.
func (o *Office) Lock(ctx context.Context, by Actor, person string, closed bool) error {
	if err := by.MustManage(person); err != nil {
		return err
	}
	if by.Person == person {
		return fault.New("people.own-account")
	}
	return o.Accounts.Store.LockAccount(ctx, person, by.Person, closed)
}

// MustManage refuses whoever may not look after the account of a person: those may who may change who the person is.
func (a Actor) MustManage(person string) error {
	v, is := a.d.Person(person)
	if !is {
		return fault.New("people.no-person", "id", person)
	}
	return a.Must(Doing(register.Changed), a.d.kind, v)
}

// Do makes a batch of acts. Of whoever has left or was erased by it, nothing is good any more by which they signed in.
func (o *Office) Do(ctx context.Context, b *register.Batch) error {
	if err := o.Register.Do(ctx, b); err != nil {
		return err
	}
	for _, a := range b.Acts {
		gone := a.Kind == register.Erased || a.Kind == register.Ended && !a.From.After(o.Register.Today())
		if a.Type == PersonType && gone {
			if err := o.Accounts.Store.ForgetAccount(ctx, a.Record); err != nil {
				return err
			}
		}
	}
	return nil
}
