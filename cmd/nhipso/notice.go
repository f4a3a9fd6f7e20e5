package main

import (
	"context"
	"fmt"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/module"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/publish"
	"nhipso/internal/store"
	"nhipso/internal/web/desk"
	webfollow "nhipso/internal/web/follow"
)

// The kinds of jobs by which people are told.
const (
	noticesJob = "notices" // the notices of acts
	lettersJob = "letters" // letters that are due
	followJob  = "follow"  // what a release changed, for readers who follow it
)

// channelNames are the flags by which letters go out; a server without a database has no use for them.
var channelNames = []string{"mail", "mail-from", "webhooks", "webhook-networks", "telegram-token", "telegram-api", "zalo-app", "zalo-key", "zalo-refresh", "zalo-api", "zalo-oauth"}

// reach is how letters go out, as the settings of a server or worker have it.
type reach struct {
	channels []notice.Channel
	webhook  *carrier.Webhook // nil where people may have none
	origin   string
}

// reachOf makes the channels that are set up.
func (a *app) reachOf(s config.Settings) (r reach, err error) {
	r.origin = s.Text("base-url")
	for len(r.origin) > 0 && r.origin[len(r.origin)-1] == '/' {
		r.origin = r.origin[:len(r.origin)-1]
	}
	if server := s.Text("mail"); server != "" {
		m, err := carrier.NewMail(server, s.Text("mail-from"), "Nhịp Số", r.origin)
		if err != nil {
			return r, err
		}
		r.channels = append(r.channels, m)
	}
	if s.Text("webhooks") == "on" {
		r.webhook = carrier.NewWebhook(s.Networks("webhook-networks"), a.now)
		r.channels = append(r.channels, r.webhook)
	}
	if token := s.Text("telegram-token"); token != "" {
		r.channels = append(r.channels, carrier.NewTelegram(s.Text("telegram-api"), token))
	}
	if app := s.Text("zalo-app"); app != "" {
		r.channels = append(r.channels, carrier.NewZalo(s.Text("zalo-api"), s.Text("zalo-oauth"), app, s.Text("zalo-key"), s.Text("zalo-refresh"), a.store.Notices(), a.now))
	}
	return r, nil
}

// post is where notices and letters are made; nil where there is no register.
func (a *app) post(gate *publish.Gate) *notice.Post {
	if !a.staffed() {
		return nil
	}
	return &notice.Post{Store: a.store.Notices(), Office: a.office(), Channels: a.reach.channels, Figures: published{gate, a.areas}, Now: a.now, Origin: a.reach.origin, Desk: desk.Path, Log: a.log}
}

// telling makes notices of acts and lets letters go out.
func (a *app) telling(p *notice.Post, gate *publish.Gate) module.Module {
	m := module.Module{Name: "notices", Migrations: []store.Migration{store.NoticeTables}}
	if p == nil {
		return m
	}
	m.Pages = webfollow.New(webfollow.Config{Post: p, Words: a.pack.Words, Catalog: a.catalog})
	m.Kinds = []module.Kind{
		kind(noticesJob, func(ctx context.Context, _ *jobs.Task) error { return p.Make(ctx) }),
		kind(lettersJob, func(ctx context.Context, _ *jobs.Task) error { return p.Deliver(ctx) }),
		kind(followJob, func(ctx context.Context, _ *jobs.Task) error {
			if _, err := gate.Refresh(ctx); err != nil {
				return err
			}
			if err := p.Tidy(ctx); err != nil {
				return err
			}
			return p.Tell(ctx)
		}),
	}
	m.Due = func(ctx context.Context) ([]jobs.Job, error) { return a.dueNotices(ctx, p) }
	return m
}

// anew is after how long work that is due is put into the queue once more: a job of the same key may have failed, and would be there for ever.
const anew = 10 * time.Minute

// dueNotices gives the jobs of acts of which nobody was told, and of letters. The queue may be lost: what is due is in the store.
func (a *app) dueNotices(ctx context.Context, p *notice.Post) ([]jobs.Job, error) {
	newest, made, err := p.Behind(ctx)
	if err != nil {
		return nil, err
	}
	now := a.now()
	bucket := now.UTC().Truncate(anew).Format(time.RFC3339)
	var out []jobs.Job
	if newest > made {
		out = append(out, jobs.Job{Kind: noticesJob, Key: fmt.Sprint(newest, " ", bucket), Serial: newest})
	}
	if p.By(notice.Mail) { // looked at once more each day: whatever went wrong at the minute of a release is made good
		minute, err := p.Figures.Newest(ctx)
		if err != nil {
			return out, err
		}
		if !minute.IsZero() {
			out = append(out, jobs.Job{Kind: followJob, Key: fmt.Sprint(minute.UTC().Format(time.RFC3339), " ", now.UTC().Format(time.DateOnly))})
		}
	}
	letter, some, err := p.NextDue(ctx)
	if err != nil || !some {
		return out, err
	}
	at := letter.Due
	if !at.After(now) {
		at = now
	} else {
		bucket = ""
	}
	return append(out, jobs.Job{Kind: lettersJob, Key: fmt.Sprint(letter.ID, " ", letter.Due.UTC().Format(time.RFC3339Nano), " ", bucket), At: at}), nil
}

// maxDead bounds how many dead letters doctor tells of; the page of an administrator has them all.
const maxDead = 5

// waitsLong is after how long a letter that is due and waits says that nobody puts letters out, or that a channel is down.
const waitsLong = time.Hour

// lettersOf checks what goes out.
func (x *examination) lettersOf(ctx context.Context, a *app) error {
	n := a.store.Notices()
	now := a.now()
	counts, err := n.Counts(ctx, now)
	if err != nil {
		return err
	}
	late := !counts.Oldest.IsZero() && now.Sub(counts.Oldest) > waitsLong
	found := x.w("doctor.letters-found", "waiting", counts.Waiting, "dead", counts.Dead)
	if late {
		found += " — " + x.w("doctor.letters-late", "since", a.clock(counts.Oldest))
	}
	x.line(counts.Dead == 0 && !late, "letters", found, x.w("doctor.letters-todo", "path", desk.Path+"/thu-loi"))
	dead, err := n.DeadLetters(ctx, maxDead)
	if err != nil {
		return err
	}
	var problems []error
	for _, l := range dead {
		problems = append(problems, fault.New("notice.dead", "channel", l.Channel, "tries", l.Tries, "fault", l.Fault))
	}
	x.list(problems)
	return nil
}
