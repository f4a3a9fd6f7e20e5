package main

import (
	"context"
	"slices"
	"time"

	"nhipso/internal/notice"
	"nhipso/internal/publish"
	"nhipso/internal/territory"
	"nhipso/internal/web/portal"
)

// published is what readers follow: the figures that are out.
type published struct {
	gate  *publish.Gate
	areas *territory.Registry
}

var _ notice.Figures = published{}

func (p published) topic(ctx context.Context, path string) (*publish.View, portal.Topic, error) {
	view, err := p.gate.View(ctx, publish.Everybody())
	if err != nil {
		return nil, portal.Topic{}, err
	}
	t, err := portal.TopicOf(view, p.areas, path)
	return view, t, err
}

// Topic implements notice.Figures.
func (p published) Topic(ctx context.Context, path, lang string) (string, error) {
	_, t, err := p.topic(ctx, path)
	return t.Name.In(lang), err
}

// Changes implements notice.Figures.
func (p published) Changes(ctx context.Context, path string, since time.Time) (out []notice.Change, err error) {
	view, t, err := p.topic(ctx, path)
	if err != nil {
		return nil, err
	}
	news, err := view.News(ctx, t.Subjects, 0)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(news) {
		if n.At.After(since) {
			out = append(out, notice.Change{Release: n.Release.ID, At: n.At, Added: n.Added, Revised: n.Revised, Withdrawn: n.Withdrawn})
		}
	}
	return out, nil
}

// Newest implements notice.Figures.
func (p published) Newest(ctx context.Context) (newest time.Time, err error) {
	releases, err := p.gate.Source.Releases(ctx)
	now := p.gate.Now()
	for _, r := range releases {
		if r.State != publish.Approved && r.State != publish.Published {
			continue
		}
		for _, m := range r.Minutes() {
			if !m.After(now) && m.After(newest) {
				newest = m
			}
		}
	}
	return newest, err
}
