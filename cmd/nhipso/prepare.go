package main

import (
	"context"
	"fmt"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
)

// preparer prepares the periodic publications, at the desk at which every release is carried.
func (a *app) preparer() publish.Preparer {
	p := publish.Preparer{Catalog: a.catalog, Publications: a.publications, Run: a.runWithin,
		Desk: publish.Desk{Store: a.store, Cube: a.store, Acts: a.store, Now: a.now, Recipes: a.recipes, Findings: unanswered{a.source()}, Zone: a.catalog.Zone(), Log: a.log}}
	p.Desk.Checks = []publish.Check{p.TextStands, a.gate().Disclosed}
	return p
}

// preparePublications prepares them, one program at a time.
func (a *app) preparePublications(ctx context.Context) (list []publish.Prepared, err error) {
	alone := a.store.Alone(ctx, computing, func() error {
		list, err = a.preparer().Prepare(ctx)
		return err
	})
	return list, alone
}

// prepareRelease prepares the periodic publications whose inputs are there and says what the others wait for.
func (a *app) prepareRelease(ctx context.Context, e *env, _ releaseOptions) error {
	list, err := a.preparePublications(ctx)
	for _, x := range list {
		switch {
		case x.Done:
			fmt.Fprintln(e.out, e.w("prepare.done", "id", x.Period, "state", x.Release.State.In(e.lang), "n", x.Release.Content().Len()))
			if x.Against != nil {
				fmt.Fprintln(e.out, fault.In(x.Against, e.lang))
			}
		case len(x.Missing) > 0:
			fmt.Fprintln(e.out, e.w("prepare.waits", "id", x.Period, "what", wanted(x.Missing, e.lang)))
		}
	}
	if err == nil && len(list) == 0 {
		fmt.Fprintln(e.out, e.w("prepare.none"))
	}
	return err
}

func wanted(list []publish.Wanted, lang string) string {
	names := make([]string, len(list))
	for i, w := range list {
		names[i] = w.Name.In(lang)
	}
	return strings.Join(names, "; ")
}

// releaseCalendar prints what is announced for the coming year, with the inputs that are not loaded yet.
func (a *app) releaseCalendar(ctx context.Context, e *env, _ releaseOptions) error {
	events, err := a.preparer().Waiting(ctx, a.now())
	for _, x := range events {
		fmt.Fprintf(e.out, "%-17s %-12s %-14s %s\n", a.minute(x.At), x.ID, x.State.In(e.lang), x.Title.In(e.lang))
		if len(x.Waits) > 0 {
			fmt.Fprintln(e.out, e.w("calendar.waits", "what", wanted(x.Waits, e.lang)))
		}
	}
	return err
}

// describeRelease sets what readers are told of a release: the words given, or those that the figures of a periodic publication lead to.
func (a *app) describeRelease(ctx context.Context, e *env, o releaseOptions) error {
	words, by := catalog.Label{Vi: strings.TrimSpace(o.vi), En: strings.TrimSpace(o.en)}, o.by
	if (words.Vi == "") != (words.En == "") {
		return fault.New("cli.missing", "command", "release describe", "what", "--vi --en")
	}
	if words.Vi == "" {
		var err error
		if words, err = a.preparer().Bulletin(ctx, o.id); err != nil {
			return err
		}
		by = publish.Program // whoever asked for them did not write them
	}
	r, err := a.desk().Describe(ctx, o.id, words, by)
	return e.said(err, "release.described", "id", r.ID)
}
