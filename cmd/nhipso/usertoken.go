package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/people"
)

// userLock closes the account of a person, or opens it again, where no administrator can sign in to do it.
func (a *app) userLock(ctx context.Context, e *env, o *people.Office, id, by string, closed bool) error {
	d, err := o.Directory(ctx)
	if err != nil {
		return err
	}
	if _, is := d.Person(id); !is {
		return fault.New("people.no-person", "id", id)
	}
	if err := o.Accounts.Store.LockAccount(ctx, id, by, closed); err != nil {
		return err
	}
	said := "user.unlocked"
	if closed {
		said = "user.locked"
	}
	fmt.Fprintln(e.out, e.w(said, "id", id))
	return nil
}

// userTokens lists the tokens of people that are good.
func (a *app) userTokens(ctx context.Context, e *env, o *people.Office) error {
	list, err := o.Accounts.Store.PersonTokens(ctx, "")
	if err != nil {
		return err
	}
	now := a.now()
	for _, t := range list {
		if !t.Good(now) {
			continue
		}
		does := e.w("user.token-reads")
		if t.Bounds.Acts {
			does = e.w("user.token-acts")
		}
		fmt.Fprintln(e.out, e.w("user.token-line", "id", t.ID, "person", t.Person, "name", t.Name, "does", does, "types", first(strings.Join(t.Bounds.Types, ", "), "*"),
			"organisations", first(strings.Join(t.Bounds.Organisations, ", "), "*"), "ends", t.Ends.In(a.catalog.Zone()).Format("2006-01-02")))
	}
	return nil
}

// userTokenEnds ends a token of whoever it is.
func (a *app) userTokenEnds(ctx context.Context, e *env, o *people.Office, id, by string) error {
	list, err := o.Accounts.Store.PersonTokens(ctx, "")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(t people.Token) bool { return t.ID == id })
	if i < 0 {
		return fault.New("people.no-token", "id", id)
	}
	if err := o.EndToken(ctx, list[i].Person, id, by); err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("user.token-ended", "id", id))
	return nil
}
