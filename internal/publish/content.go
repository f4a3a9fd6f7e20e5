package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Content is all that the public may know of a release from a moment on, until what is public changes by itself. It holds nothing secret:
// whoever has it can show the release, explain it and view it as of any day, and can do no more.
type Content struct {
	Release   Release // as the public is told of it
	From      time.Time
	Until     time.Time // when an embargo of one of its dataflows ends; zero when none does
	Releases  []Release // those that are out, this one among them, and what is announced; oldest first
	Runs      []pipeline.Run
	Findings  []Finding
	Overrides []monitor.Override
	Figures   iter.Seq2[cube.Version, error] // with their public history, in the order of cube.Reader; they may be gone through more than once
	// Closed are the figures that nobody may read and that a shown one rests on, or that closed a cell which was free before: which they are,
	// without what they say. An explanation counts them, and does not show what they could be computed from.
	Closed  []cube.Version
	Records []StoredRecord // public ones of the register as they were known when the release was made ready, and those that its figures were computed from
	Lineage func(ctx context.Context, v cube.Version) (pipeline.Lineage, bool, error)
}

// Content gives what the public may know of a release at a moment, which begins at its minute or at a later one at which an embargo ended. A
// release that is not out at that moment is given as it will be at its minute, for those who prepare it.
func (g *Gate) Content(ctx context.Context, id string, at time.Time) (Content, error) {
	list, err := g.Source.Releases(ctx)
	if err != nil {
		return Content{}, err
	}
	i := slices.IndexFunc(list, func(r Release) bool { return r.ID == id })
	if i < 0 {
		return Content{}, fault.New("publish.no-release", "id", id)
	}
	return g.contentAt(ctx, list[i], list[i].since(at))
}

// since gives from when on a release shows what it shows at a moment: from its minute, or from the last end of an embargo of one of its dataflows.
func (r Release) since(at time.Time) time.Time {
	from := r.PublishAt
	for _, e := range r.Embargoes {
		if e.Until.After(from) && !e.Until.After(at) {
			from = e.Until
		}
	}
	return from
}

// Edition tells apart what a release shows from a moment on: a release that was withdrawn, changed and approved again for the same minute, or whose
// embargoes were changed, is another edition, and a file of the one is none of the other.
func (r Release) Edition(from time.Time) string {
	h := sha256.New()
	fmt.Fprintln(h, r.ID, r.AsOf, r.ApprovedAt.UTC().Format(time.RFC3339Nano), from.UTC().Format(time.RFC3339Nano))
	held := r.held(from)
	for _, flow := range slices.Sorted(maps.Keys(held)) {
		fmt.Fprintln(h, flow, held[flow])
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// Edition names what a release shows from a moment on.
type Edition struct {
	Release string // identifier
	From    time.Time
	ID      string // Release.Edition
}

// Editions gives the present edition of every release that is out, oldest first.
func (g *Gate) Editions(ctx context.Context) ([]Edition, error) {
	list, err := g.Source.Releases(ctx)
	if err != nil {
		return nil, err
	}
	now := g.Now()
	var out []Edition
	for _, r := range list {
		if r.StateAt(now) == Published {
			from := r.since(now)
			out = append(out, Edition{r.ID, from, r.Edition(from)})
		}
	}
	return out, nil
}

func (g *Gate) contentAt(ctx context.Context, r Release, from time.Time) (Content, error) {
	list, err := g.Source.Releases(ctx)
	if err != nil {
		return Content{}, err
	}
	v, err := g.screened(ctx, Parts{Release: r, Audience: Everybody(), Moment: from, Catalog: g.Catalog, Recipes: g.Recipes, Zone: g.Zone, Source: g.Source})
	if err != nil {
		return Content{}, err
	}
	return v.content(ctx, list)
}

func (v *View) content(ctx context.Context, all []Release) (c Content, err error) {
	c = Content{Release: v.Release.told(v.Moment), From: v.Moment, Lineage: func(ctx context.Context, o cube.Version) (pipeline.Lineage, bool, error) {
		return v.source.LineageOf(ctx, o.Attributes[stat.AttrRun], o.Cell())
	}}
	if next, some := NextMinute([]Release{v.Release}, v.Moment); some {
		c.Until = next
	}
	shown, err := v.Releases(ctx)
	if err != nil {
		return c, err
	}
	for _, r := range all {
		if slices.ContainsFunc(shown, func(s Release) bool { return s.ID == r.ID }) {
			c.Releases = append(c.Releases, r.told(v.Moment))
		} else if e, ok := r.event(v.Moment); ok {
			c.Releases = append(c.Releases, announced(e))
		}
	}
	if c.Runs, err = v.Runs(ctx); err != nil {
		return c, err
	}
	if c.Findings, err = v.Findings(ctx); err != nil {
		return c, err
	}
	if c.Overrides, err = v.Overrides(ctx); err != nil {
		return c, err
	}
	c.Figures = v.past.all(ctx)
	if c.Records, err = v.storedRecords(ctx, c); err != nil {
		return c, err
	}
	c.Closed, err = v.closedInputs(ctx, c)
	return c, err
}

// told gives a release as the public is told of it: what it is and what it changed, not who did what on the way.
func (r Release) told(now time.Time) Release {
	out := Release{ID: r.ID, Title: r.Title, State: r.StateAt(now), AsOf: r.AsOf, Corrects: r.Corrects, Notes: r.Notes, ApprovedAt: r.ApprovedAt, PublishAt: r.PublishAt,
		Sole: r.Sole, Plan: r.Plan, Announced: r.Announced, Sequence: r.Sequence, ChangedAt: r.ChangedAt}
	waits := r.Withheld(now)
	for _, c := range r.Changes {
		if _, held := waits[c.Dataflow]; !held {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}

// announced gives a release of which the public knows no more than its entry in the calendar.
func announced(e Event) Release {
	r := Release{ID: e.ID, Title: e.Title, State: Planned, Corrects: e.Corrects, Plan: Plan{At: e.At, Title: e.Title}, Announced: e.At, Sequence: e.Sequence, ChangedAt: e.ChangedAt}
	if e.State != Planned {
		r.State = e.State // an approved one stays as it is: its figures are in another file, and its minute does not open this one
	}
	return r
}

// closedInputs gives, without what they say, the figures that the view may not show and that what it shows has to know of.
func (v *View) closedInputs(ctx context.Context, c Content) ([]cube.Version, error) {
	if len(v.hidden) == 0 {
		return nil, nil
	}
	refs, free := map[pipeline.Ref]bool{}, map[cube.Cell]bool{}
	for _, h := range v.hidden {
		free[h.Cell()] = false
	}
	for o, err := range c.Figures {
		if err != nil {
			return nil, err
		}
		if _, closed := free[o.Cell()]; closed {
			free[o.Cell()] = true
		}
		if cube.Reported(o.Observation) {
			continue
		}
		l, found, err := c.Lineage(ctx, o)
		if err != nil {
			return nil, err
		}
		if found {
			for _, r := range l.From {
				r.Role, r.Condition = "", false
				refs[r] = true
			}
		}
	}
	var out []cube.Version
	for _, h := range v.hidden {
		if !free[h.Cell()] && !anyNames(refs, h) {
			continue
		}
		attributes := stat.Attributes{stat.AttrConf: h.Attributes[stat.AttrConf]}
		if !cube.Reported(h.Observation) {
			attributes[stat.AttrRun] = h.Attributes[stat.AttrRun] // whether it was reported decides what it stands in place of
		}
		h.Value, h.Status, h.Attributes, h.Vintage.Written = nil, stat.Missing, attributes, h.Vintage.Date.String()
		out = append(out, h)
	}
	return out, nil
}

func anyNames(refs map[pipeline.Ref]bool, v cube.Version) bool {
	for r := range refs {
		if r.Names(v) {
			return true
		}
	}
	return false
}
