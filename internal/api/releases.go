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
	Current     bool      `json:"current"`
}

func (v *visit) releaseOf(r publish.Release) Release {
	return Release{ID: r.ID, Title: r.Title.In(v.lang), PublishedAt: r.PublishAt.UTC(), ApprovedAt: r.ApprovedAt.UTC(), FrozenDay: r.AsOf.Vintage,
		Message: r.AsOf.Message, Notes: r.Notes.In(v.lang), Current: r.ID == v.current.Release.ID}
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
	all, err := v.known.Releases(v.ctx)
	if err != nil {
		return nil, err
	}
	out := &Releases{Releases: []Release{}}
	for i := len(all) - 1; i >= 0; i-- {
		out.Releases = append(out.Releases, v.releaseOf(all[i]))
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
