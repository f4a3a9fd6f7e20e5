package main

import (
	"context"
	"fmt"
	"os/user"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// release lists releases, opens a draft, approves it for its minute, or publishes what is due.
func release(ctx context.Context, e *env, args []string) error {
	f := e.flags("release")
	p := e.placeFlags(f)
	id := f.String("id", "", "release-id")
	by := f.String("by", userName(), "by")
	at := f.String("at", "", "at")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	action := "list"
	if len(rest) > 0 {
		action = rest[0]
	}
	a, err := e.openFor(ctx, p, action != "list")
	if err != nil {
		return err
	}
	defer a.close()
	desk := a.desk()
	switch action {
	case "list":
		all, err := a.store.Releases(ctx)
		if err != nil {
			return err
		}
		for _, r := range all {
			fmt.Fprintf(e.out, "%-12s %-10s %-17s %s\n", r.ID, r.State.In(e.lang), a.minute(r.PublishAt), r.Title.In(e.lang))
		}
		if len(all) == 0 {
			fmt.Fprintln(e.out, e.w("release.none"))
		}
		return nil
	case "open":
		if *id == "" {
			if *id, err = a.nextReleaseID(ctx); err != nil {
				return err
			}
		}
		r, err := desk.Open(ctx, *id, releaseTitle(*id), catalog.Label{}, *by)
		if err == nil {
			fmt.Fprintln(e.out, e.w("release.opened", "id", r.ID))
		}
		return err
	case "approve":
		when := a.now()
		if *at != "" {
			if when, err = time.ParseInLocation("2006-01-02T15:04", *at, a.catalog.Zone()); err != nil {
				return fault.New("cli.bad-time", "text", *at)
			}
		}
		r, err := desk.Approve(ctx, *id, *by, when)
		if err == nil {
			fmt.Fprintln(e.out, e.w("release.approved", "id", r.ID, "at", a.minute(r.PublishAt)))
		}
		return err
	case "publish":
		done, err := desk.PublishDue(ctx)
		for _, r := range done {
			fmt.Fprintln(e.out, e.w("release.published", "id", r.ID))
		}
		if err == nil && len(done) == 0 {
			fmt.Fprintln(e.out, e.w("release.nothing-due"))
		}
		return err
	}
	return fault.New("cli.bad-action", "action", action)
}

// publishFirst opens, approves and publishes the first release of a new installation.
func (a *app) publishFirst(ctx context.Context, e *env) error {
	releases, err := a.store.Releases(ctx)
	if err != nil || len(releases) > 0 {
		return err
	}
	id, err := a.nextReleaseID(ctx)
	if err != nil {
		return err
	}
	notes := catalog.Label{Vi: book.Say("vi", "release.first-notes"), En: book.Say("en", "release.first-notes")}
	desk := a.desk()
	if _, err := desk.Open(ctx, id, releaseTitle(id), notes, "nhipso"); err != nil {
		return err
	}
	if _, err := desk.Approve(ctx, id, "nhipso", a.now()); err != nil {
		return err
	}
	if _, err := desk.PublishDue(ctx); err != nil {
		return err
	}
	fmt.Fprintln(e.err, e.w("release.published", "id", id))
	return nil
}

// nextReleaseID names a release after the newest quarter that has an estimate, with .1, .2 … when that name is taken.
func (a *app) nextReleaseID(ctx context.Context) (string, error) {
	all, err := a.store.All(ctx)
	if err != nil {
		return "", err
	}
	var newest stat.Period
	for _, v := range all {
		if v.Dataflow == "DE_QUARTERLY" && v.Value != nil && v.Period.Compare(newest) > 0 {
			newest = v.Period
		}
	}
	if newest.IsZero() {
		now := a.now().In(a.catalog.Zone())
		newest = stat.Quarter(now.Year(), (int(now.Month())-1)/3+1)
	}
	releases, err := a.store.Releases(ctx)
	if err != nil {
		return "", err
	}
	for id, n := newest.String(), 1; ; n++ {
		taken := false
		for _, r := range releases {
			taken = taken || r.ID == id
		}
		if !taken {
			return id, nil
		}
		id = fmt.Sprintf("%s.%d", newest, n)
	}
}

func releaseTitle(id string) catalog.Label {
	period := id
	if len(period) > 7 {
		period = period[:7]
	}
	title := func(lang string) string {
		name := id
		if p, err := stat.ParsePeriod(period); err == nil {
			name = text.FormatPeriodInline(lang, p)
		}
		return book.Say(lang, "release.title", "period", name)
	}
	return catalog.Label{Vi: title("vi"), En: title("en")}
}

// minute writes a moment in the time of the country.
func (a *app) minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(a.catalog.Zone()).Format("2006-01-02 15:04")
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
