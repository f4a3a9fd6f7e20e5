// Package publish decides what is released and when: releases with their acts and minutes, what a reader may see of them at a moment,
// the calendar and feeds, and the snapshot of a release, held in memory, from which every public page, drawing and file is made.
//
// It computes no statistics and changes no figure. Everything the public sees passes through a Snapshot.
package publish

import (
	_ "embed"
	"maps"
	"slices"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/words"
)

// State of a release.
type State string

// States. A release passes from draft to checked to approved; at its minute it is published, whatever the clock of which server says so
// first. Embargoed is no state of its own but an approved release before its minute (Release.StateAt).
const (
	Planned   State = "planned"   // announced for a minute; nothing in it yet
	Draft     State = "draft"     // being prepared; its content may change
	Checked   State = "checked"   // every check passed; waits for a second person
	Approved  State = "approved"  // frozen
	Embargoed State = "embargoed" // approved, its minute still to come
	Published State = "published" // public; never changes again
	Withdrawn State = "withdrawn" // taken back before its minute
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// In names the state in "vi" or "en".
func (s State) In(lang string) string { return book.Say(lang, string(s)) }

// Release is an approved set of messages. It is what its acts made of it; nobody changes it otherwise.
type Release struct {
	ID       string        `json:"id"` // "2026-Q3", or "2026-Q3.1" for a correction
	Title    catalog.Label `json:"title"`
	State    State         `json:"state"` // as recorded; what it is at a moment, StateAt says
	AsOf     cube.AsOf     `json:"asOf"`  // its content: AsOf.Only are the messages, AsOf.Message the newest of them
	Base     string        `json:"base,omitempty"`
	Corrects string        `json:"corrects,omitempty"` // the release that it corrects
	Notes    catalog.Label `json:"notes"`              // what the public reads about it

	CreatedBy  string    `json:"createdBy"`
	CreatedAt  time.Time `json:"createdAt"`
	CheckedBy  string    `json:"checkedBy,omitempty"`
	CheckedAt  time.Time `json:"checkedAt,omitzero"`
	ApprovedBy string    `json:"approvedBy,omitempty"`
	ApprovedAt time.Time `json:"approvedAt,omitzero"`
	PublishAt  time.Time `json:"publishAt,omitzero"` // its minute
	Sole       bool      `json:"sole,omitempty"`     // approved by the program itself: the first release of a new installation
	Reason     string    `json:"reason,omitempty"`   // of the last postponement, withdrawal or reopening

	Plan      Plan            `json:"plan,omitzero"`
	Embargoes []Embargo       `json:"embargoes,omitempty"` // dataflows whose new figures appear later than the release
	Changes   []Change        `json:"changes,omitempty"`   // against the release before it, as found by the last check
	Refusals  []catalog.Label `json:"refusals,omitempty"`  // what the last check found; none when it passed
	Digest    string          `json:"digest,omitempty"`    // of what was checked
	Announced time.Time       `json:"announced,omitzero"`  // the minute that the public was told last
	Sequence  int             `json:"sequence"`            // how often what is announced of it has changed
	ChangedAt time.Time       `json:"changedAt,omitzero"`  // when it last did

	writer string        // of the notes
	hands  []string      // who prepared it
	given  cube.Messages // the content of the release that it was opened from: what was published stays published
	seen   time.Time     // its last act
	number int64         // of its approval, to order releases of one minute
}

// Plan is what was announced of a release before anything was in it.
type Plan struct {
	At    time.Time     `json:"at"`
	Title catalog.Label `json:"title"`
}

// Embargo holds the new figures of one dataflow back beyond the minute of their release.
type Embargo struct {
	Dataflow string        `json:"dataflow"`
	Until    time.Time     `json:"until"`
	Before   cube.Messages `json:"before"`            // what of the dataflow shows until then: the content of the release before
	Earlier  bool          `json:"earlier,omitempty"` // it began with an earlier release, whose content this one continues
}

// Content gives the messages of the release.
func (r Release) Content() cube.Messages {
	if r.AsOf.Only != nil || r.AsOf.Message == 0 {
		return r.AsOf.Only
	}
	return cube.UpTo(r.AsOf.Message)
}

// Public reports whether the release is out at a moment. It is out when its minute has come: nothing has to be written for that, so that
// every server, and one on read-only media, agree to the second. Once somebody has seen it out it stays out, whatever the clock says.
func (r Release) Public(now time.Time) bool {
	return r.State == Published || r.State == Approved && !now.Before(r.PublishAt)
}

// StateAt gives the state at a moment.
func (r Release) StateAt(now time.Time) State {
	switch {
	case r.Public(now):
		return Published
	case r.State == Approved:
		return Embargoed
	}
	return r.State
}

// EmbargoOf gives the minute at which the new figures of a dataflow appear: that of the release, or a later one of their own.
func (r Release) EmbargoOf(dataflow string) time.Time {
	if i := slices.IndexFunc(r.Embargoes, func(e Embargo) bool { return e.Dataflow == dataflow }); i >= 0 && r.Embargoes[i].Until.After(r.PublishAt) {
		return r.Embargoes[i].Until
	}
	return r.PublishAt
}

// Bound gives what shows of a dataflow at a moment when the release is the newest that is out: its content, or that of the release before
// while the dataflow is under an embargo of its own. A release that is not out shows nothing.
func (r Release) Bound(dataflow string, now time.Time) cube.AsOf {
	if !r.Public(now) {
		return cube.AsOf{Only: cube.Messages{}}
	}
	if before, held := r.held(now)[dataflow]; held {
		return cube.AsOf{Message: before.Max(), Only: before}
	}
	return r.AsOf
}

// Withheld gives the dataflows whose new figures do not show yet at a moment, each with its minute.
func (r Release) Withheld(now time.Time) map[string]time.Time {
	out := map[string]time.Time{}
	for _, e := range r.Embargoes {
		if now.Before(e.Until) {
			out[e.Dataflow] = e.Until
		}
	}
	return out
}

// held gives what shows, at a moment, of the dataflows that wait for a minute of their own.
func (r Release) held(now time.Time) map[string]cube.Messages {
	out := map[string]cube.Messages{}
	for _, e := range r.Embargoes {
		if now.Before(e.Until) {
			out[e.Dataflow] = e.Before
		}
	}
	return out
}

// ended reports whether an embargo that the view still keeps is over.
func (v *View) ended(now time.Time) bool {
	return len(v.held) != len(v.Release.held(now)) && v.held != nil
}

// Current gives the newest release that is out at a moment: the one of the latest minute, or false.
func Current(all []Release, now time.Time) (Release, bool) {
	var best Release
	found := false
	for _, r := range all {
		if r.Public(now) && (!found || !r.earlier(best)) {
			best, found = r, true
		}
	}
	return best, found
}

// earlier reports whether a release comes before another one: by minute, then by approval.
func (r Release) earlier(other Release) bool {
	if !r.PublishAt.Equal(other.PublishAt) {
		return r.PublishAt.Before(other.PublishAt)
	}
	return r.number < other.number
}

// Minutes gives the moments at which what a release shows changes: its own minute, and those at which an embargo of a dataflow ends later.
func (r Release) Minutes() []time.Time {
	out := []time.Time{r.PublishAt}
	for _, e := range r.Embargoes {
		if e.Until.After(r.PublishAt) && !slices.ContainsFunc(out, e.Until.Equal) {
			out = append(out, e.Until)
		}
	}
	return out
}

// NextMinute gives the next moment after now at which what is public changes: the minute of a release, or of an embargo that ends.
func NextMinute(all []Release, now time.Time) (time.Time, bool) {
	var next time.Time
	for _, r := range all {
		if r.State != Approved && r.State != Published {
			continue
		}
		for _, m := range r.Minutes() {
			if m.After(now) && (next.IsZero() || m.Before(next)) {
				next = m
			}
		}
	}
	return next, !next.IsZero()
}

// clone gives a copy that shares nothing which an act may change.
func (r Release) clone() Release {
	r.Embargoes = slices.Clone(r.Embargoes)
	r.hands = slices.Clone(r.hands)
	return r
}

// embargoes gives the embargoes with those of some dataflows replaced, in the order of their names.
func (r Release) embargoes(with ...Embargo) []Embargo {
	by := map[string]Embargo{}
	for _, e := range slices.Concat(r.Embargoes, with) {
		by[e.Dataflow] = e
	}
	out := make([]Embargo, 0, len(by))
	for _, flow := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[flow])
	}
	return out
}
