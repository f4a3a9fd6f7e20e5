package publish

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Preparer prepares periodic publications by itself, up to approval: when the inputs of a period are there it opens the draft, runs the recipes
// within it, writes the bulletin and checks it. Nothing that it does makes anything public.
type Preparer struct {
	Desk         Desk
	Catalog      *catalog.Catalog
	Publications []Publication
	Run          func(ctx context.Context, only cube.Messages) ([]pipeline.Run, error)
}

// Prepared says what became of one period's publication.
type Prepared struct {
	Publication Publication
	Period      stat.Period
	Missing     []Wanted // inputs that are not there; nothing was done then
	Release     Release  // the draft
	Done        bool     // it was prepared now
	Against     error    // what the check found; the draft waits for an editor
}

// Prepare looks at every period that has begun and has no release yet, and prepares those whose inputs are there. It may be called again, and
// takes up a draft that the program began and did not finish. One of several servers calls it at a time, which is the caller's to see to.
func (p Preparer) Prepare(ctx context.Context) ([]Prepared, error) {
	var out []Prepared
	for _, publication := range p.Publications {
		for period := publication.From; !period.From().After(p.Desk.today()); period = period.Next() {
			one, err := p.one(ctx, publication, period)
			if err != nil {
				return out, err
			}
			out = append(out, one)
		}
	}
	return out, nil
}

func (p Preparer) one(ctx context.Context, publication Publication, period stat.Period) (out Prepared, err error) {
	out = Prepared{Publication: publication, Period: period}
	id := period.String()
	out.Release, err = p.Desk.Store.ReleaseByID(ctx, id)
	r := out.Release
	switch code := fault.CodeOf(err); {
	case code != "" && code != "publish.no-release":
		return out, err
	case code == "" && r.State == Withdrawn && r.CreatedBy == "", code == "" && r.State != Planned && (r.State != Draft || r.CreatedBy != Program || !r.CheckedAt.IsZero()):
		return out, nil // taken back, prepared already, or a person's
	}
	var brought cube.Messages
	if out.Missing, brought, err = publication.Missing(ctx, p.Desk.Cube, period); err != nil || len(out.Missing) > 0 {
		return out, err
	}
	if r.State != Draft {
		if _, err = p.Desk.Open(ctx, id, publication.TitleOf(period), catalog.Label{}, Program); fault.CodeOf(err) == "publish.exists" {
			return out, nil // another server was first
		} else if err != nil {
			return out, err
		}
	}
	out.Done = true
	out.Release, out.Against, err = p.fill(ctx, publication, period, brought)
	return out, err
}

// fill brings a draft to its check: the messages of the inputs, what recipes make of them, the bulletin.
func (p Preparer) fill(ctx context.Context, publication Publication, period stat.Period, brought cube.Messages) (r Release, against, err error) {
	id := period.String()
	if _, err = p.Desk.Add(ctx, id, Selection{Messages: brought}, Program); err != nil && fault.CodeOf(err) != "publish.nothing-added" {
		return r, nil, err
	}
	if r, _, err = p.Desk.Run(ctx, id, Program, p.Run); err != nil {
		return r, nil, err
	}
	notes, err := p.bulletin(ctx, publication, period, r)
	if err != nil {
		return r, nil, err
	}
	if notes != r.Notes {
		if r, err = p.Desk.Describe(ctx, id, notes, Program); err != nil {
			return r, nil, err
		}
	}
	checked, against := p.Desk.Check(ctx, id, Program)
	if checked.CheckedAt.IsZero() { // the check itself failed: what it met is no finding
		return r, nil, against
	}
	if p.Desk.Log != nil {
		p.Desk.Log.LogAttrs(ctx, slog.LevelInfo, "release prepared", slog.String("release", id), slog.String("state", string(checked.State)), slog.Int("against", len(checked.Refusals)))
	}
	return checked, against, nil
}

// bulletin writes what is said of a period from the content of its release.
func (p Preparer) bulletin(ctx context.Context, publication Publication, period stat.Period, r Release) (notes catalog.Label, err error) {
	figures := map[cube.Cell]cube.Version{}
	notes, _ = publication.Bulletin(p.Catalog, period, func(c cube.Cell) (cube.Version, bool) {
		if _, known := figures[c]; !known {
			list, failed := cube.Read(ctx, p.Desk.Cube, cube.Query{Dataflow: c.Dataflow, Key: string(c.Key), AsOf: r.AsOf})
			err = errors.Join(err, failed)
			for _, v := range list {
				figures[v.Cell()] = v
			}
		}
		v, ok := figures[c]
		_, waits := r.Withheld(p.Desk.Now())[c.Dataflow]
		return v, ok && !waits
	})
	return notes, err
}

// of gives the publication and period of a release, or false.
func (p Preparer) of(id string) (Publication, stat.Period, bool) {
	period, err := stat.ParsePeriod(id)
	for _, x := range p.Publications {
		if err == nil && x.From.Frequency() == period.Frequency() && period.Compare(x.From) >= 0 {
			return x, period, true
		}
	}
	return Publication{}, period, false
}

// Bulletin gives the words that the figures of a release lead to, or publish.no-bulletin when it is no periodic publication.
func (p Preparer) Bulletin(ctx context.Context, id string) (catalog.Label, error) {
	r, err := p.Desk.Store.ReleaseByID(ctx, id)
	if err != nil {
		return catalog.Label{}, err
	}
	publication, period, ok := p.of(id)
	if !ok {
		return catalog.Label{}, fault.New("publish.no-bulletin", "id", id)
	}
	return p.bulletin(ctx, publication, period, r)
}

// TextStands is a Check: words that the program wrote must be those that the figures lead to. Words of a person are theirs.
func (p Preparer) TextStands(ctx context.Context, r Release) []error {
	publication, period, ok := p.of(r.ID)
	if !ok || r.writer != Program || r.Notes == (catalog.Label{}) {
		return nil
	}
	notes, err := p.bulletin(ctx, publication, period, r)
	if err == nil && notes != r.Notes {
		err = fault.New("publish.text-outdated", "id", r.ID)
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// Waiting gives what the periods of the coming year wait for, for those who bring it: unlike the public calendar it looks at all that was loaded.
func (p Preparer) Waiting(ctx context.Context, now time.Time) ([]Event, error) {
	releases, err := p.Desk.Store.Releases(ctx)
	if err != nil {
		return nil, err
	}
	events := Upcoming(Calendar(p.Publications, releases, now), now)
	for i, e := range events {
		period, err := stat.ParsePeriod(e.ID)
		if err != nil || e.State != Planned {
			continue
		}
		for _, publication := range slices.DeleteFunc(slices.Clone(p.Publications), func(x Publication) bool { return x.From.Frequency() != period.Frequency() }) {
			if events[i].Waits, _, err = publication.Missing(ctx, p.Desk.Cube, period); err != nil {
				return nil, err
			}
		}
	}
	return events, nil
}
