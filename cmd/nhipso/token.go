package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/reference"
	"nhipso/internal/store"
)

// beside does tasks until the function given is called, which waits for their end.
func (a *app) beside(ctx context.Context, tasks map[string]func(context.Context)) (stop func()) {
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{}, len(tasks))
	for what, run := range tasks {
		middleware.Go(a.log, what, func() {
			defer func() { done <- struct{}{} }()
			run(ctx)
		})
	}
	return func() {
		end()
		for range tasks {
			<-done
		}
	}
}

// tokenActions are the actions of token, each with the flags that it takes.
var tokenActions = map[string][]string{"add": {"sender", "dataflow", "by"}, "list": {}, "revoke": {"by"}}

// tokens makes, lists and revokes the tokens by which programs submit figures.
func tokens(ctx context.Context, e *env, args []string) error {
	f := e.flags("token")
	p := e.installationFlags(f)
	sender := f.String("sender", "", "sender")
	flows := f.String("dataflow", "", "dataflow")
	by := f.String("by", userName(), "by")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 || tokenActions[rest[0]] == nil {
		return fault.New("cli.missing", "command", "token", "what", "add | list | revoke")
	}
	action := rest[0]
	if err := onlyFlags(f, "token "+action, installationNames+strings.Join(tokenActions[action], " ")); err != nil {
		return err
	}
	if want := map[string]int{"revoke": 2}[action]; len(rest) != max(1, want) {
		return fault.New("cli.missing", "command", "token "+action, "what", e.w("token.id"))
	}
	a, err := e.openFor(ctx, p, action != "list")
	if err != nil {
		return err
	}
	defer a.close()
	switch action {
	case "add":
		return a.addToken(ctx, e, *sender, strings.FieldsFunc(*flows, func(r rune) bool { return r == ',' || r == ' ' }), *by)
	case "revoke":
		if err := a.store.RevokeToken(ctx, rest[1], *by); err != nil {
			return err
		}
		fmt.Fprintln(e.out, e.w("token.revoked", "id", rest[1]))
		return nil
	}
	all, err := a.store.Tokens(ctx)
	if err != nil {
		return err
	}
	day := func(t store.Token) string { return t.At.In(a.catalog.Zone()).Format("2006-01-02") }
	for _, t := range all {
		line := e.w("token.line", "id", t.ID, "sender", t.Sender, "dataflows", strings.Join(t.Flows, ", "), "by", t.By, "at", day(t))
		if !t.Revoked.IsZero() {
			line += " " + e.w("token.no-more", "by", t.RevokedBy, "at", t.Revoked.In(a.catalog.Zone()).Format("2006-01-02"))
		}
		fmt.Fprintln(e.out, line)
	}
	return nil
}

// addToken makes a token and shows its secret, this once.
func (a *app) addToken(ctx context.Context, e *env, sender string, flows []string, by string) error {
	if sender = strings.TrimSpace(sender); sender == reference.Sender || strings.HasPrefix(sender, "recipe/") {
		return fault.New("intake.reserved-sender", "sender", sender)
	}
	for _, id := range flows {
		flow, err := a.catalog.Dataflow(id)
		if err != nil {
			return err
		}
		if flow.Kind == catalog.Derived {
			return fault.New("intake.derived-flow", "dataflow", id)
		}
	}
	slices.Sort(flows)
	made, secret, err := a.store.AddToken(ctx, store.Token{Sender: sender, Flows: slices.Compact(flows), By: by})
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.w("token.made", "id", made.ID, "sender", made.Sender, "dataflows", strings.Join(made.Flows, ", ")))
	fmt.Fprintln(e.out, secret)
	fmt.Fprintln(e.err, e.w("token.once"))
	return nil
}
