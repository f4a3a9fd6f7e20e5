package publish

import (
	"context"
	"slices"
	"sync"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
)

// Gate gives views, and makes the public one again when another release comes out. It is safe for use by many goroutines.
type Gate struct {
	Source  Source
	Catalog *catalog.Catalog
	Recipes []pipeline.Recipe
	Zone    *time.Location
	Now     func() time.Time
	// Files gives what the public view of a release reads in place of Source: a file of the release, written from its content where there is none
	// yet. Without it, or when it fails, the view holds the figures in memory.
	Files func(ctx context.Context, r Release, from time.Time, content func(context.Context) (Content, error)) (Source, error)
	// Told is told who is about to see what is not public; where it fails, nobody sees it. Nil tells nobody.
	Told func(ctx context.Context, a Audience) error
	Warn func(error) // told why a file could not be had; nil tells nobody

	mu     sync.Mutex // one reader makes a view, the others wait for it
	public *View
	next   *View // the release whose minute comes next, made ahead of it
	kept   *View // the last view of another audience
	keptTo int64 // the newest message when it was made
	past   past
}

// readAhead is how long before its minute a release is made ready, so that it is there at its second.
const readAhead = 2 * time.Minute

// Newest gives the release that the public sees at a moment: of those that are out the one of the latest minute, the last opened of one
// minute. Without any it is publish.none.
func Newest(list []Release, now time.Time) (Release, error) {
	best, out := Current(list, now)
	if !out {
		return best, fault.New("publish.none")
	}
	return best, nil
}

// View gives what an audience may know now. That of the public is held in memory and follows the releases that Refresh read; at the minute of
// a release that was made ready it changes by itself.
func (g *Gate) View(ctx context.Context, a Audience) (*View, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !a.Public() {
		if g.Told != nil {
			if err := g.Told(ctx, a); err != nil {
				return nil, err
			}
		}
		return g.other(ctx, a)
	}
	if g.next != nil && !g.Now().Before(g.next.Release.PublishAt) || g.public != nil && g.public.ended(g.Now()) {
		// Its minute has come. It may have been postponed or withdrawn since it was read: then the old release stays.
		if _, err := g.refresh(ctx); err != nil && g.public == nil {
			return nil, err
		}
	}
	if g.public == nil {
		if _, err := g.refresh(ctx); err != nil {
			return nil, err
		}
	}
	return g.public, nil
}

// Refresh reads the releases, takes up the newest that is out, and makes ready the one whose minute is near. It reports whether the public
// sees another release than before. No reader waits while a file is being written or checked for it.
func (g *Gate) Refresh(ctx context.Context) (fresh bool, err error) {
	g.warm(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refresh(ctx)
}

func (g *Gate) refresh(ctx context.Context) (fresh bool, err error) {
	list, err := g.Source.Releases(ctx)
	if err != nil {
		return false, err
	}
	now := g.Now()
	r, err := Newest(list, now)
	if err != nil {
		g.public = nil
		return false, err
	}
	if g.public == nil || !same(g.public.Release, r) || g.public.ended(now) {
		v := g.next
		if v == nil || !same(v.Release, r) || v.ended(now) {
			if v, err = g.make(ctx, r, Everybody()); err != nil {
				return false, err
			}
		}
		v.Release, v.Moment = r, now
		g.public, g.next, fresh = v, nil, true
	}
	return fresh, g.prepare(ctx, list, now)
}

// warm sees to it that the files are open of what the public sees now and next: to write one, or to read every byte of one, takes longer than a reader
// should wait.
func (g *Gate) warm(ctx context.Context) {
	if g.Files == nil {
		return
	}
	list, err := g.Source.Releases(ctx)
	if err != nil {
		return // whoever reads them next says so
	}
	now := g.Now()
	newest, _ := Newest(list, now) // none is as good
	g.mu.Lock()
	made := func(r Release, from time.Time) bool { // with its file, or without since it could not be had
		for _, v := range []*View{g.public, g.next} {
			if v != nil && same(v.Release, r) && r.since(v.Moment).Equal(from) {
				return true
			}
		}
		return false
	}
	var wanted []func()
	for _, r := range []Release{newest, near(list, now)} {
		for _, from := range r.Minutes() {
			if r.ID != "" && !from.Before(r.since(now)) && from.Sub(now) <= readAhead && !made(r, from) {
				wanted = append(wanted, func() {
					g.Files(ctx, r, from, func(ctx context.Context) (Content, error) { return g.contentAt(ctx, r, from) }) //nolint:errcheck // it is asked for again, and told then
				})
			}
		}
	}
	g.mu.Unlock()
	for _, open := range wanted {
		open()
	}
}

// near gives the approved release whose minute is near, or none.
func near(list []Release, now time.Time) (soon Release) {
	for _, r := range list {
		if r.State == Approved && now.Before(r.PublishAt) && r.PublishAt.Sub(now) <= readAhead && (soon.ID == "" || r.PublishAt.Before(soon.PublishAt)) {
			soon = r
		}
	}
	return soon
}

// prepare makes the release ready whose minute is near.
func (g *Gate) prepare(ctx context.Context, list []Release, now time.Time) (err error) {
	soon := near(list, now)
	if soon.ID == "" {
		g.next = nil
		return nil
	}
	if g.next == nil || !same(g.next.Release, soon) {
		g.next, err = g.make(ctx, soon, Everybody())
	}
	return err
}

// same reports whether two readings of a release show the same at the same time.
func same(a, b Release) bool {
	return a.ID == b.ID && a.PublishAt.Equal(b.PublishAt) && a.AsOf.String() == b.AsOf.String() &&
		slices.EqualFunc(a.Embargoes, b.Embargoes, func(x, y Embargo) bool { return x.Dataflow == y.Dataflow && x.Until.Equal(y.Until) })
}

// other gives the view of a reader who is not the public.
func (g *Gate) other(ctx context.Context, a Audience) (*View, error) {
	r := Release{ID: a.Key()}
	if a.kind == preview {
		list, err := g.Source.Releases(ctx)
		if err != nil {
			return nil, err
		}
		found := false
		for _, x := range list {
			if x.ID == a.Release {
				r, found = x, true
			}
		}
		if !found {
			return nil, fault.New("publish.no-release", "id", a.Release)
		}
	}
	last, err := g.Source.LastMessage(ctx)
	if err != nil {
		return nil, err
	}
	if g.kept != nil && g.keptTo == last && g.kept.Audience == a && same(g.kept.Release, r) {
		return g.kept, nil
	}
	v, err := g.make(ctx, r, a)
	if err != nil {
		return nil, err
	}
	g.kept, g.keptTo = v, last
	return v, nil
}

func (g *Gate) make(ctx context.Context, r Release, a Audience) (*View, error) {
	return g.makeAt(ctx, r, a, g.Now())
}

func (g *Gate) makeAt(ctx context.Context, r Release, a Audience, moment time.Time) (*View, error) {
	p := Parts{Release: r, Audience: a, Moment: moment, Catalog: g.Catalog, Recipes: g.Recipes, Zone: g.Zone, Source: g.Source}
	if a.Public() && g.Files != nil {
		from := r.since(moment)
		source, err := g.Files(ctx, r, from, func(ctx context.Context) (Content, error) { return g.contentAt(ctx, r, from) })
		switch {
		case err == nil:
			p.Source = source
		case ctx.Err() != nil: // whoever asked has no more time; the view is everybody's
			return nil, ctx.Err()
		case g.Warn != nil:
			g.Warn(err)
		}
	}
	if shelf, on := p.Source.(Shelf); on && a.Public() { // a file of the release holds what the public may read and nothing else
		if p.Zone == nil {
			p.Zone = time.UTC
		}
		if own, is := shelf.(interface{ OfRelease() string }); is && own.OfRelease() != r.ID { // a mirror has the file of its own release alone
			shelf = &narrowed{Shelf: shelf, bound: r.AsOf}
		}
		s, err := newSnapshot(r, g.Catalog, r.AsOf, r.held(moment), shelf)
		if err != nil {
			return nil, err
		}
		return viewOn(p, s), nil
	}
	return g.screened(ctx, p)
}

// screened makes a view that reads the source.
func (g *Gate) screened(ctx context.Context, p Parts) (*View, error) {
	newest, err := g.Source.LastMessage(ctx)
	if err != nil {
		return nil, err
	}
	return newView(ctx, p, g.Source, newest)
}
