// Package publish freezes what was approved and serves it: releases with their states and times, and the snapshot of a
// release, held in memory, from which every public page, drawing and file is made.
//
// It computes no statistics and changes no figure. Everything the public sees passes through a Snapshot.
package publish

import (
	"context"
	_ "embed"
	"regexp"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/words"
)

// State of a release.
type State string

// States, in the order in which a release passes through them.
const (
	Draft     State = "draft"     // being prepared; figures may still change
	Approved  State = "approved"  // frozen; waits for its minute
	Published State = "published" // public; never changes again
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// In names the state in "vi" or "en".
func (s State) In(lang string) string { return book.Say(lang, string(s)) }

// Release is a frozen, approved set of vintages.
type Release struct {
	ID         string        `json:"id"` // "2026-Q3", or "2026-Q3.1" for a correction
	Title      catalog.Label `json:"title"`
	State      State         `json:"state"`
	AsOf       cube.AsOf     `json:"asOf"` // what it froze; set when it is approved
	CreatedBy  string        `json:"createdBy"`
	CreatedAt  time.Time     `json:"createdAt"`
	ApprovedBy string        `json:"approvedBy,omitempty"`
	ApprovedAt time.Time     `json:"approvedAt,omitzero"`
	PublishAt  time.Time     `json:"publishAt,omitzero"` // its minute
	Notes      catalog.Label `json:"notes"`
}

// Store keeps releases.
type Store interface {
	// CreateRelease stores a new draft; an identifier that exists is refused with publish.exists.
	CreateRelease(ctx context.Context, r Release) error
	// UpdateRelease replaces a release whose stored state is still `from`; otherwise publish.wrong-state.
	UpdateRelease(ctx context.Context, r Release, from State) error
	// ReleaseByID gives a release, or publish.no-release.
	ReleaseByID(ctx context.Context, id string) (Release, error)
	// Releases gives all, oldest first.
	Releases(ctx context.Context) ([]Release, error)
}

// Desk carries a release from draft to publication.
type Desk struct {
	Store Store
	Cube  cube.Store
	Now   func() time.Time
}

var releaseID = regexp.MustCompile(`^\d{4}(-(Q[1-4]|M\d{2}))?(\.\d+)?$`)

// Open starts a draft.
func (d Desk) Open(ctx context.Context, id string, title, notes catalog.Label, by string) (Release, error) {
	if !releaseID.MatchString(id) {
		return Release{}, fault.New("publish.bad-id", "id", id)
	}
	r := Release{ID: id, Title: title, Notes: notes, State: Draft, CreatedBy: by, CreatedAt: d.Now().UTC()}
	return r, d.Store.CreateRelease(ctx, r)
}

// Approve freezes a draft as the cube stands and sets its minute. Whether whoever opened it may also approve it is for the
// caller to decide: it alone knows who they are. Both names are kept.
func (d Desk) Approve(ctx context.Context, id, by string, publishAt time.Time) (Release, error) {
	r, err := d.Store.ReleaseByID(ctx, id)
	if err != nil {
		return r, err
	}
	if r.State != Draft {
		return r, fault.New("publish.wrong-state", "id", id, "state", r.State, "want", Draft)
	}
	last, err := d.Cube.LastMessage(ctx)
	if err != nil {
		return r, err
	}
	if last == 0 {
		return r, fault.New("publish.nothing", "id", id)
	}
	r.State, r.ApprovedBy, r.ApprovedAt = Approved, by, d.Now().UTC()
	r.AsOf = cube.AsOf{Message: last}
	r.PublishAt = publishAt.UTC().Truncate(time.Minute)
	return r, d.Store.UpdateRelease(ctx, r, Draft)
}

// PublishDue publishes every approved release whose minute has come and gives those it published.
func (d Desk) PublishDue(ctx context.Context) ([]Release, error) {
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return nil, err
	}
	var out []Release
	for _, r := range all {
		if r.State == Approved && !d.Now().Before(r.PublishAt) {
			r.State = Published
			if err := d.Store.UpdateRelease(ctx, r, Approved); err != nil {
				return out, err
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// Current gives the newest published release: the one of the latest minute, or publish.none.
func (d Desk) Current(ctx context.Context) (Release, error) {
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return Release{}, err
	}
	var best Release
	for _, r := range all {
		if r.State == Published && (best.ID == "" || !r.PublishAt.Before(best.PublishAt)) {
			best = r
		}
	}
	if best.ID == "" {
		return best, fault.New("publish.none")
	}
	return best, nil
}
