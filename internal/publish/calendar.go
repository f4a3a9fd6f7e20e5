package publish

import (
	"context"
	"slices"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// Event is an entry of the calendar of releases: what the public is told of a release, its minute and its title, and no more before it is out.
type Event struct {
	ID        string        `json:"id"`
	Title     catalog.Label `json:"title"`
	At        time.Time     `json:"at"`
	State     State         `json:"state"` // planned, embargoed, published or withdrawn
	Corrects  string        `json:"corrects,omitempty"`
	Sequence  int           `json:"sequence"` // grows with every change of what is announced
	ChangedAt time.Time     `json:"changedAt"`
	Waits     []Wanted      `json:"-"` // what a periodic publication still waits for
}

// The calendar looks a year ahead, and keeps what came out a year back.
const (
	yearsAhead = 1
	yearsBack  = 1
)

// Calendar gives the events of the coming twelve months and the past ones, in the order of their minutes: releases that were planned,
// approved, published or withdrawn after they were announced, and those that periodic publications lead to. Of a draft it tells nothing but
// what was announced.
func Calendar(publications []Publication, releases []Release, now time.Time) []Event {
	var out []Event
	told := map[string]bool{}
	for _, r := range releases {
		if e, ok := r.event(now); ok {
			out = append(out, e)
			told[r.ID] = true
		}
	}
	for _, p := range publications {
		for period := p.From; ; period = period.Next() {
			at := p.DueAt(period)
			if at.After(now.AddDate(yearsAhead, 0, 0)) {
				break
			}
			if id := period.String(); at.After(now) && !told[id] {
				out = append(out, Event{ID: id, Title: p.TitleOf(period), At: at.UTC(), State: Planned, ChangedAt: period.From().Time()})
			}
		}
	}
	out = slices.DeleteFunc(out, func(e Event) bool {
		return e.At.Before(now.AddDate(-yearsBack, 0, 0)) || e.At.After(now.AddDate(yearsAhead, 0, 0))
	})
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out
}

// event gives what the public is told of a release, or false when it was told nothing.
func (r Release) event(now time.Time) (Event, bool) {
	e := Event{ID: r.ID, Title: r.Title, At: r.Announced, State: r.StateAt(now), Sequence: r.Sequence, ChangedAt: r.ChangedAt}
	switch e.State {
	case Published, Embargoed:
		e.Corrects = r.Corrects
		return e, true
	case Withdrawn:
		if r.Plan.Title.Vi != "" { // what the draft was called was told only if it was approved
			e.Title = r.Plan.Title
		}
		return e, !r.Announced.IsZero() && (r.Plan.Title.Vi != "" || !r.PublishAt.IsZero())
	}
	if r.Plan.At.IsZero() {
		return e, false
	}
	// A draft says what its plan said; one whose approval was taken back was told to be withdrawn, and a new minute will be told again.
	e.Title, e.At, e.State = r.Plan.Title, r.Plan.At, Planned
	return e, true
}

// Upcoming gives the events still to come, those withdrawn among them.
func Upcoming(events []Event, now time.Time) []Event {
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.State == Published || !e.At.After(now) })
}

// Calendar gives the calendar as the public may know it, each coming publication with the inputs that it still waits for: those that the view
// does not show, so that what was loaded and is not out is not told.
func (v *View) Calendar(ctx context.Context, publications []Publication, now time.Time) ([]Event, error) {
	releases, err := v.source.Releases(ctx)
	if err != nil {
		return nil, err
	}
	events := Calendar(publications, releases, now)
	for i, e := range events {
		period, err := stat.ParsePeriod(e.ID)
		if err != nil || e.State == Published || e.State == Withdrawn {
			continue
		}
		for _, p := range publications {
			for _, w := range p.Inputs {
				if p.From.Frequency() == period.Frequency() && asked(w.In, period) {
					if x, ok := v.Cell(w.cell(period)); !ok || x.Value == nil {
						events[i].Waits = append(events[i].Waits, w)
					}
				}
			}
		}
	}
	return events, nil
}
