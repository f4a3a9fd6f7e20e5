package publish

import (
	"cmp"
	"context"
	"slices"
	"time"

	"nhipso/internal/cube"
)

// Subject is what a reader follows: the series of a dataflow that match a pattern.
type Subject struct{ Dataflow, Pattern string }

// News is what a release brought to what a reader follows.
type News struct {
	Release                   Release
	At                        time.Time // when it could be seen: the minute of the release, or a later one of the dataflow's own
	Added, Revised, Withdrawn int       // cells
	Newest                    []Piece   // some of them, those of the newest periods first
	order                     int       // of the release among all
}

// Piece is a figure that a release brought, with the one of the same cell that stood before it; the zero Version where there was none.
type Piece struct{ Now, Before cube.Version }

// News tells what each release that is out brought to the subjects, newest first, with at most so many figures each. A figure whose number and
// status stayed what they were is no news. What a release changed is told against the releases before it, as Compare does.
func (v *View) News(ctx context.Context, subjects []Subject, pieces int) ([]News, error) {
	releases, err := v.Releases(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(releases, func(a, b Release) int {
		if a.earlier(b) {
			return -1
		}
		return 1
	})
	n := &newsroom{releases: releases, pieces: pieces, told: map[edition]*News{}}
	var before cube.Messages
	for _, r := range releases {
		n.brought = append(n.brought, r.Content().Without(before))
		before = before.Union(r.Content())
	}
	for _, s := range subjects {
		var cell []cube.Version // versions of one cell lie together
		for o, err := range v.Stream(ctx, s.Dataflow, s.Pattern, true) {
			if err != nil {
				return nil, err
			}
			if len(cell) > 0 && cell[0].Cell() != o.Cell() {
				n.tell(cell)
				cell = cell[:0]
			}
			cell = append(cell, o)
		}
		n.tell(cell)
	}
	return n.all(), nil
}

// edition is a release at one of its minutes.
type edition struct {
	release int
	at      int64
}

type newsroom struct {
	releases []Release
	brought  []cube.Messages // by each release, that no earlier one had
	pieces   int
	told     map[edition]*News
}

// tell adds what releases brought to one cell, whose versions are given oldest first.
func (n *newsroom) tell(cell []cube.Version) {
	var was cube.Version
	for i, messages := range n.brought {
		now, any := was, false
		for _, o := range cell {
			if messages.Has(o.Message) && (now.Dataflow == "" || o.Supersedes(now)) {
				now, any = o, true
			}
		}
		if any {
			n.add(i, Piece{now, was})
			was = now
		}
	}
}

// add counts a figure as news of a release.
func (n *newsroom) add(release int, p Piece) {
	had, has := digits(p.Before), digits(p.Now)
	if had == has && (has == "" || p.Before.Status == p.Now.Status) {
		return
	}
	at := n.releases[release].EmbargoOf(p.Now.Dataflow)
	news := n.told[edition{release, at.Unix()}]
	if news == nil {
		news = &News{Release: n.releases[release], At: at, order: release}
		n.told[edition{release, at.Unix()}] = news
	}
	switch {
	case has == "":
		news.Withdrawn++
	case had == "":
		news.Added++
	default:
		news.Revised++
	}
	i, _ := slices.BinarySearchFunc(news.Newest, p, newerPeriod)
	if i < n.pieces {
		news.Newest = slices.Insert(news.Newest, i, p)
		news.Newest = news.Newest[:min(len(news.Newest), n.pieces)]
	}
}

// newerPeriod puts what is of a newer period first, and what is of one period into the order of cells.
func newerPeriod(a, b Piece) int {
	return cmp.Or(b.Now.Period.Compare(a.Now.Period), a.Now.Cell().Compare(b.Now.Cell()))
}

// all gives the news, newest first.
func (n *newsroom) all() []News {
	var out []News
	for _, x := range n.told {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b News) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.order, a.order)) })
	return out
}
