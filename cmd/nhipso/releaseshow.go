package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
)

func (a *app) listReleases(ctx context.Context, e *env, _ releaseOptions) error {
	all, err := a.store.Releases(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		at := r.PublishAt
		if at.IsZero() {
			at = r.Plan.At
		}
		fmt.Fprintf(e.out, "%-12s %-14s %-17s %s\n", r.ID, r.StateAt(a.now()).In(e.lang), a.minute(at), r.Title.In(e.lang))
	}
	if len(all) == 0 {
		fmt.Fprintln(e.out, e.w("release.none"))
	}
	return nil
}

// showRelease prints all that an approver needs to know: what is in the release, who brought it, what it changes, who did what.
func (a *app) showRelease(ctx context.Context, e *env, o releaseOptions) error {
	r, err := a.store.ReleaseByID(ctx, o.id)
	if err != nil {
		return err
	}
	list, err := a.store.MessageList(ctx)
	if err != nil {
		return err
	}
	acts, err := a.store.Acts(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "%s  %s  %s\n%s\n", r.ID, r.StateAt(a.now()).In(e.lang), a.minute(r.PublishAt), r.Title.In(e.lang))
	if notes := r.Notes.In(e.lang); notes != "" {
		fmt.Fprintln(e.out, notes)
	}
	base := cube.Messages{}
	if r.Base != "" {
		before, err := a.store.ReleaseByID(ctx, r.Base)
		if err != nil {
			return err
		}
		base = before.Content()
	}
	fresh := r.Content().Without(base)
	fmt.Fprintln(e.out, e.w("release.show-content", "messages", r.Content(), "n", r.Content().Len(), "fresh", fresh.Len(), "base", orDash(r.Base)))
	for _, m := range list {
		if fresh.Has(m.Number) {
			a.showMessage(e, m, "+")
		}
	}
	for _, x := range r.Embargoes {
		fmt.Fprintln(e.out, e.w("release.embargo", "dataflow", x.Dataflow, "at", a.minute(x.Until)))
	}
	for _, c := range r.Changes {
		fmt.Fprintln(e.out, e.w("release.show-change", "dataflow", c.Dataflow, "added", c.Added, "revised", c.Revised, "withdrawn", c.Withdrawn))
		for _, x := range c.Cells {
			fmt.Fprintf(e.out, "    %s %s: %s → %s\n", x.Key, x.Period, orDash(x.Old), orDash(x.New))
		}
	}
	for _, x := range r.Refusals {
		fmt.Fprintln(e.out, e.w("release.show-refusal", "text", x.In(e.lang)))
	}
	for _, x := range acts {
		if x.Release == r.ID {
			fmt.Fprintf(e.out, "  %s  %-10s %-12s %s\n", x.At.In(a.catalog.Zone()).Format("2006-01-02 15:04:05"), e.w("release.act-"+string(x.Kind)), x.By, a.what(x))
		}
	}
	return nil
}

// what says in short what an act brought.
func (a *app) what(x publish.Act) string {
	var parts []string
	if x.Messages != nil {
		parts = append(parts, x.Messages.String())
	}
	if len(x.Dataflows) > 0 {
		parts = append(parts, strings.Join(x.Dataflows, ","))
	}
	if !x.Minute.IsZero() {
		parts = append(parts, a.minute(x.Minute))
	}
	if x.Reason != "" {
		parts = append(parts, x.Reason)
	}
	return strings.Join(parts, "  ")
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func (a *app) showMessage(e *env, m publish.Message, mark string) {
	flows, figures := m.Dataflows(), 0
	for _, f := range flows {
		figures += m.Figures[f]
	}
	fmt.Fprintf(e.out, "%1s %5d  %s  %-34s %-28s %s\n", mark, m.Number, m.At.In(a.catalog.Zone()).Format("2006-01-02"), m.Sender, orDash(m.File),
		e.w("message.figures", "dataflows", strings.Join(flows, ","), "n", figures))
}

// messages lists what each message brought, and in which release it first came out.
func messages(ctx context.Context, e *env, args []string) error {
	f := e.flags("message")
	p := e.installationFlags(f)
	dataflow := f.String("dataflow", "", "dataflow")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 || len(rest) == 1 && rest[0] != "list" {
		return fault.New("cli.bad-message-action", "action", strings.Join(rest, " "))
	}
	a, err := e.open(ctx, p)
	if err != nil {
		return err
	}
	defer a.close()
	var flows []string
	for _, name := range strings.FieldsFunc(*dataflow, func(r rune) bool { return r == ',' }) {
		flow, err := a.catalog.Dataflow(strings.TrimSpace(name))
		if err != nil {
			return err
		}
		flows = append(flows, flow.ID)
	}
	list, err := a.store.MessageList(ctx)
	if err != nil {
		return err
	}
	all, err := a.store.Releases(ctx)
	if err != nil {
		return err
	}
	out := cube.Messages{}
	for _, r := range all {
		if r.Public(a.now()) {
			out = out.Union(r.Content())
		}
	}
	for _, m := range list {
		if len(flows) > 0 && !slices.ContainsFunc(m.Dataflows(), func(f string) bool { return slices.Contains(flows, f) }) {
			continue
		}
		mark := " "
		if !out.Has(m.Number) {
			mark = "+"
		}
		a.showMessage(e, m, mark)
	}
	fmt.Fprintln(e.out, e.w("message.legend"))
	return nil
}
