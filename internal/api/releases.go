package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

func (s *service) registerReleases(a huma.API) {
	get(s, a, "release", "/release", "records", (*visit).release)
	get(s, a, "releases", "/releases", "records", (*visit).releases)
	get(s, a, "calendar", "/calendar", "records", (*visit).calendar)
	get(s, a, "health", "/health", "records", (*visit).health)
}

// Release is a published set of vintages.
type Release struct {
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	PublishedAt time.Time `json:"publishedAt"`
	ApprovedAt  time.Time `json:"approvedAt,omitzero"`
	FrozenDay   stat.Date `json:"frozenDay,omitzero"`
	Message     int64     `json:"message"`
	Notes       string    `json:"notes,omitempty"`
	Corrects    string    `json:"corrects,omitempty"`
	Changes     []Change  `json:"changes,omitempty"`
	Current     bool      `json:"current"`
}

// Change is what a release changed in one dataflow against the release before it.
type Change struct {
	Dataflow  string    `json:"dataflow"`
	Added     int       `json:"added"`
	Revised   int       `json:"revised"`
	Withdrawn int       `json:"withdrawn"`
	Cells     []Revised `json:"cells,omitempty"`
}

// Revised is a figure that reads otherwise than before; an empty text is no figure.
type Revised struct {
	Key    string `json:"key"`
	Period string `json:"period"`
	Old    string `json:"old"`
	New    string `json:"new"`
}

func (v *visit) releaseOf(r publish.Release) Release {
	out := Release{ID: r.ID, Title: r.Title.In(v.lang), PublishedAt: r.PublishAt.UTC(), ApprovedAt: r.ApprovedAt.UTC(), FrozenDay: r.AsOf.Vintage,
		Message: r.AsOf.Message, Notes: r.Notes.In(v.lang), Current: r.ID == v.current.Release.ID, Corrects: r.Corrects}
	waits := r.Withheld(v.now())
	for _, c := range r.Changes {
		if _, held := waits[c.Dataflow]; held {
			continue
		}
		x := Change{Dataflow: c.Dataflow, Added: c.Added, Revised: c.Revised, Withdrawn: c.Withdrawn}
		for _, cell := range c.Cells {
			x.Cells = append(x.Cells, Revised(cell))
		}
		out.Changes = append(out.Changes, x)
	}
	return out
}

func (v *visit) release(*Common) (*Release, error) {
	out := v.releaseOf(v.current.Release)
	return &out, nil
}

// Releases lists what has been published.
type Releases struct {
	Releases []Release `json:"releases"`
}

// releases lists the published releases, newest first; with a day, those that were out by its end.
func (v *visit) releases(*Common) (*Releases, error) {
	all, err := v.asOfView.Releases(v.ctx)
	if err != nil {
		return nil, err
	}
	out := &Releases{Releases: []Release{}}
	for i := len(all) - 1; i >= 0; i-- {
		out.Releases = append(out.Releases, v.releaseOf(all[i]))
	}
	return out, nil
}

// Calendar lists what is announced for the coming twelve months and what came out in the past ones.
type Calendar struct {
	Stamp
	Events []Event `json:"events"`
}

// Event is an entry of the calendar.
type Event struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	At       time.Time `json:"at"`
	State    string    `json:"state" enum:"planned,embargoed,published,withdrawn"`
	Sequence int       `json:"sequence"`
	Corrects string    `json:"corrects,omitempty"`
	WaitsFor []string  `json:"waitsFor,omitempty"`
}

func (v *visit) calendar(*Common) (*Calendar, error) {
	list, err := v.current.Calendar(v.ctx, v.publications, v.now())
	if err != nil {
		return nil, err
	}
	out := &Calendar{Stamp: v.stamp(), Events: []Event{}}
	for _, e := range list {
		x := Event{ID: e.ID, Title: e.Title.In(v.lang), At: e.At.UTC(), State: string(e.State), Sequence: e.Sequence, Corrects: e.Corrects}
		for _, w := range e.Waits {
			x.WaitsFor = append(x.WaitsFor, w.Name.In(v.lang))
		}
		out.Events = append(out.Events, x)
	}
	return out, nil
}

// Health says that the API can answer, and with what.
type Health struct {
	Stamp
	Status  string `json:"status" enum:"ok"`
	Version string `json:"version"`
}

func (v *visit) health(*Common) (*Health, error) {
	return &Health{Stamp: v.stamp(), Status: "ok", Version: Version}, nil
}
