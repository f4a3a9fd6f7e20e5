package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/web/desk"
)

// userActions are the actions of user, each with the flags that it takes and how many words follow it.
var userActions = map[string]struct {
	flags string
	words int
}{"first": {"", 0}, "list": {"", 0}, "link": {"", 1}, "codes": {"", 1}, "end": {"reason by", 1}, "lock": {"by", 1}, "unlock": {"by", 1}, "token list": {"", 0}, "token end": {"by", 1}}

// userActionsTold names them for whoever has named none.
const userActionsTold = "first | list | link | codes | end | lock | unlock | token list | token end"

// users looks after the people of an installation where nobody can sign in to do it: the first administrator, a lost password or device, somebody
// who has left.
func users(ctx context.Context, e *env, args []string) error {
	f := e.flags("user")
	p := e.installationFlags(f)
	reason := f.String("reason", "", "user-reason")
	by := f.String("by", userName(), "by")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 && rest[0] == "token" {
		rest = append([]string{"token " + rest[1]}, rest[2:]...)
	}
	if len(rest) == 0 {
		return fault.New("cli.missing", "command", "user", "what", userActionsTold)
	}
	action, known := userActions[rest[0]]
	if !known {
		return fault.New("cli.missing", "command", "user", "what", userActionsTold)
	}
	if err := onlyFlags(f, "user "+rest[0], installationNames+action.flags); err != nil {
		return err
	}
	if len(rest) != 1+action.words {
		return fault.New("cli.missing", "command", "user "+rest[0], "what", e.w("user.id"))
	}
	a, err := e.openFor(ctx, p, rest[0] != "list" && rest[0] != "token list")
	if err != nil {
		return err
	}
	defer a.close()
	if !a.staffed() {
		return fault.New("cli.no-register")
	}
	o := a.office()
	switch rest[0] {
	case "first":
		if err := a.enroll(ctx); err != nil {
			return err
		}
		secret, err := o.FirstLink(ctx)
		if err == nil {
			fmt.Fprintln(e.out, desk.Path+"/bat-dau?ma="+url.QueryEscape(secret))
		}
		return err
	case "link":
		return a.userLink(ctx, e, o, rest[1])
	case "codes":
		if err := o.Accounts.DropCode(ctx, rest[1]); err != nil {
			return err
		}
		fmt.Fprintln(e.out, e.w("user.codes", "id", rest[1]))
		return nil
	case "end":
		return a.userEnds(ctx, e, rest[1], *by, *reason)
	case "lock", "unlock":
		return a.userLock(ctx, e, o, rest[1], *by, rest[0] == "lock")
	case "token list":
		return a.userTokens(ctx, e, o)
	case "token end":
		return a.userTokenEnds(ctx, e, o, rest[1], *by)
	}
	return a.userList(ctx, e, o)
}

// userLink prints a link by which a person sets a new password.
func (a *app) userLink(ctx context.Context, e *env, o *people.Office, id string) error {
	d, err := o.Directory(ctx)
	if err != nil {
		return err
	}
	if _, is := d.Person(id); !is {
		return fault.New("people.no-person", "id", id)
	}
	secret, err := o.Accounts.NewLink(ctx, people.RecoveryLink, id, people.RecoveryLasts)
	if err == nil {
		fmt.Fprintln(e.out, desk.Path+"/mat-khau?ma="+url.QueryEscape(secret))
	}
	return err
}

// userEnds lets a person leave, in the name of the program: the reason says who asked for it.
func (a *app) userEnds(ctx context.Context, e *env, id, by, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.New("store.no-reason")
	}
	r := a.register()
	line, err := r.Timeline(ctx, people.PersonType, id)
	if err != nil {
		return err
	}
	err = a.office().Do(ctx, &register.Batch{Person: people.Program, Reason: by + ": " + reason, Acts: []register.Act{{Kind: register.Ended, Type: people.PersonType, Record: id, Base: line.Newest}}})
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("user.ended", "id", id))
	return nil
}

// userList prints the people of today with their roles.
func (a *app) userList(ctx context.Context, e *env, o *people.Office) error {
	d, err := o.Directory(ctx)
	if err != nil {
		return err
	}
	for _, p := range d.People() {
		var roles []string
		for _, h := range d.Held(p.ID) {
			roles = append(roles, string(h.Role)+" @ "+h.Organisation)
		}
		fmt.Fprintln(e.out, e.w("user.line", "id", p.ID, "name", first(p.Values["name"], "–"), "email", first(p.Values["email"], "–"), "roles", first(strings.Join(roles, ", "), "–")))
	}
	return nil
}
