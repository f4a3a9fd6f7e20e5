package publish

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Source is where a view reads what it does not hold in memory. A source bounds nothing: the view does.
type Source interface {
	pipeline.Reader
	// Releases gives all releases in whatever state, oldest first.
	Releases(ctx context.Context) ([]Release, error)
	// Findings gives what loads noticed and let pass, in the order of storing.
	Findings(ctx context.Context) ([]Finding, error)
	// Overrides gives what persons set beside the computed standing of targets, oldest first.
	Overrides(ctx context.Context) ([]monitor.Override, error)
}

// View is what one audience may know at one moment: the one gate through which figures, runs, findings, explanations, releases and overrides
// reach a reader. Pages, API, files, search, feeds and the command line read through it and bound nothing themselves.
type View struct {
	*Snapshot
	Audience Audience
	Moment   time.Time
	Day      stat.Date // the day viewed, or zero for now

	source  Source
	recipes []pipeline.Recipe
	zone    *time.Location
}

// Key names what the view shows, for caches: two views of one key show the same.
func (v *View) Key() string {
	return strings.Join([]string{v.Audience.Key(), v.Release.ID, v.Release.PublishAt.UTC().Format(time.RFC3339), v.bound.String(), strings.Join(slices.Sorted(maps.Keys(v.held)), ","), v.Day.String()}, "\x00")
}

// On gives the view as of a day: what had been published by then and no more.
func (v *View) On(day stat.Date) *View {
	out := *v
	out.Snapshot, out.Day = v.At(day), day
	return &out
}

// Recipes lists the declared recipes.
func (v *View) Recipes() []pipeline.Recipe { return v.recipes }

// Explain gives the tree from a figure that the view shows down to the documents, or cube.no-cell. What the view does not show is counted in
// the tree, never shown: a free figure may rest on one.
func (v *View) Explain(ctx context.Context, cell cube.Cell) (pipeline.Node, error) {
	o, ok := v.Cell(cell)
	if !ok {
		return pipeline.Node{}, fault.New("cube.no-cell", "cell", cell.String())
	}
	var source pipeline.Reader = v.source
	if isReplay(o) {
		source = v.replayed.Over(source)
	}
	n, err := pipeline.ExplainVersion(ctx, source, o)
	if err != nil {
		return n, err
	}
	return v.withhold(n), nil
}

// withhold gives an explanation without what the view may not show, each figure counted.
func (v *View) withhold(n pipeline.Node) pipeline.Node {
	shown := make([]cube.Version, 0, len(n.Versions))
	for _, o := range n.Versions {
		if v.shows(o) {
			shown = append(shown, o)
		}
	}
	n.Withheld += len(n.Versions) - len(shown)
	n.Versions = shown
	withheld := 0
	n.Records, withheld = v.toldUsed(n.Records)
	n.Withheld += withheld
	if n.Run != nil {
		if run, ok := v.run(*n.Run); ok {
			n.Run = &run
		} else {
			n.Run, n.From, n.Records, n.Formula = nil, nil, nil, nil
		}
	}
	from := make([]pipeline.Node, len(n.From))
	for i, child := range n.From {
		from[i] = v.withhold(child)
	}
	n.From = from
	return n
}

// shows reports whether the view may show a version, be it the newest of its cell or not.
func (v *View) shows(o cube.Version) bool {
	return (v.bound.Holds(o.Message) && !v.waits(o) || isReplay(o)) && v.Audience.mayRead(confidentiality(o)) && !v.closed[o.Cell()]
}

// run gives a run as the view may show it, or false. What a run found out about itself may tell of the figures that it read, so that of a run
// which read a closed one only the fact remains.
func (v *View) run(r pipeline.Run) (pipeline.Run, bool) {
	if replayedRun(r) {
		return r, true // it read what the view shows
	}
	if !r.Within(v.bound) || !v.Day.IsZero() && stat.DateOf(r.FinishedAt.In(v.zone)).After(v.Day) {
		return r, false
	}
	if v.waitsFor(r) {
		return r, false
	}
	if v.guarded[r.Recipe] {
		r.Diagnostics = nil
	}
	return r, true
}

// waitsFor reports whether a run wrote what waits for a minute of its own: until then it is not known that there is anything.
func (v *View) waitsFor(r pipeline.Run) bool {
	for _, recipe := range v.recipes {
		if recipe.ID != r.Recipe {
			continue
		}
		for _, flow := range recipe.Outputs {
			if r.Message != 0 && v.waits(cube.Version{Dataflow: flow, Message: r.Message}) {
				return true
			}
		}
	}
	return false
}

// Runs lists the runs that the view may know of, oldest first.
func (v *View) Runs(ctx context.Context) ([]pipeline.Run, error) {
	list, err := v.source.Runs(ctx)
	if err != nil {
		return nil, err
	}
	var out []pipeline.Run
	for _, r := range list {
		if r, ok := v.run(r); ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// Findings lists what loads that the view may know of noticed. A finding quotes figures, so those of a message that brought a closed one, and
// those that quote a cell which the view does not show, are left out.
func (v *View) Findings(ctx context.Context) ([]Finding, error) {
	list, err := v.source.Findings(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(f Finding) bool {
		return f.Message != 0 && (!v.bound.Holds(f.Message) || v.sealed[f.Message]) || slices.ContainsFunc(f.Cells, func(c cube.Cell) bool {
			_, shown := v.Cell(c)
			return !shown || v.awaited[c] || v.revised(c) // an older figure shows, and the finding may quote the one that waits or came later
		})
	}), nil
}

// revised reports whether a cell got another figure after the day viewed.
func (v *View) revised(c cube.Cell) bool {
	return !v.Day.IsZero() && slices.ContainsFunc(v.past.cell(c), func(o cube.Version) bool { return o.Vintage.Date.After(v.Day) })
}

// excerpts is a source whose findings are all for the public, and that gives a part of them without reading the others: a file of a release.
type excerpts interface {
	SomeFindings(ctx context.Context, offset, limit int) (list []Finding, total int, err error)
}

// SomeFindings gives at most so many of Findings, behind the first so many, and how many there are in all. Of a file of a release no other is read;
// as of an earlier day all are looked at, since what a finding quotes tells whether it was known by then.
func (v *View) SomeFindings(ctx context.Context, offset, limit int) (list []Finding, total int, err error) {
	if file, is := v.source.(excerpts); is && v.Audience.Public() && v.Day.IsZero() {
		return file.SomeFindings(ctx, offset, limit)
	}
	if list, err = v.Findings(ctx); err != nil {
		return nil, 0, err
	}
	from := min(offset, len(list))
	return list[from:min(from+limit, len(list))], len(list), nil
}

// Releases lists the releases that the view may know of, oldest first: to readers of releases those that are out, by the end of the day
// viewed.
func (v *View) Releases(ctx context.Context) ([]Release, error) {
	list, err := v.source.Releases(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(r Release) bool {
		if !v.Day.IsZero() && (r.PublishAt.IsZero() || stat.DateOf(r.PublishAt.In(v.zone)).After(v.Day)) {
			return true
		}
		// What the view's release does not follow is not out yet, even if its minute has just come.
		return v.Audience.released() && r.ID != v.Release.ID && (!r.Public(v.Moment) || r.PublishAt.After(v.Release.PublishAt))
	}), nil
}

// Overrides lists what persons set beside the computed standing of targets, oldest first: for readers of a release as far as they were set
// when it was frozen.
func (v *View) Overrides(ctx context.Context) ([]monitor.Override, error) {
	list, err := v.source.Overrides(ctx)
	if err != nil {
		return nil, err
	}
	frozen := v.Release.ApprovedAt
	if frozen.IsZero() {
		frozen = v.Release.PublishAt
	}
	return slices.DeleteFunc(slices.Clone(list), func(o monitor.Override) bool {
		return v.Audience.released() && o.At.After(frozen) || !v.Day.IsZero() && stat.DateOf(o.At.In(v.zone)).After(v.Day)
	}), nil
}

func confidentiality(v cube.Version) stat.Confidentiality {
	return stat.Confidentiality(v.Attributes[stat.AttrConf])
}

// Parts are what a view is made of.
type Parts struct {
	Release  Release // shown; for audiences that see the cube as it stands, its AsOf is empty
	Audience Audience
	Moment   time.Time
	Catalog  *catalog.Catalog
	Recipes  []pipeline.Recipe
	Zone     *time.Location // in which days are counted; nil means UTC
	Source   Source
	Figures  []cube.Version // all versions, for a view on figures at hand
}

// NewView makes the view of an audience on figures at hand. Nobody else decides what is in it.
func NewView(p Parts) *View {
	v, err := newView(context.Background(), p, newInMemory(p.Figures), math.MaxInt64)
	if err != nil {
		panic(err) // what is in memory can be read
	}
	return v
}

// newView makes the view of an audience on the figures of a source, of which it holds none. newest is the newest message there.
func newView(ctx context.Context, p Parts, source cube.Past, newest int64) (*View, error) {
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	bound := p.Release.AsOf
	if !p.Audience.released() {
		bound = cube.AsOf{}
	}
	var held map[string]cube.Messages
	if p.Audience.Public() {
		held = p.Release.held(p.Moment)
	}
	shelf, err := newScreen(ctx, source, p.Audience, bound, newest, held)
	if err != nil {
		return nil, err
	}
	s, err := newSnapshot(p.Release, p.Catalog, bound, held, shelf)
	if err != nil {
		return nil, err
	}
	return viewOn(p, s), nil
}

// viewOn makes a view on a snapshot.
func viewOn(p Parts, s *Snapshot) *View {
	s.recipes = p.Recipes
	closed := slices.Concat(s.hidden, s.waiting)
	for _, r := range p.Recipes {
		for _, i := range r.Inputs {
			s.guarded[r.ID] = s.guarded[r.ID] || slices.ContainsFunc(closed, func(v cube.Version) bool {
				return v.Dataflow == i.Dataflow && v.Key.Matches(i.Key)
			})
		}
	}
	v := &View{Snapshot: s, Audience: p.Audience, Moment: p.Moment, source: p.Source, recipes: p.Recipes, zone: p.Zone}
	s.records = pipeline.NoRecords{}
	if v.source != nil && v.knowsRecords() {
		s.records = v.source
	}
	s.Catalog = v.coded(context.Background(), p.Catalog)
	return v
}
