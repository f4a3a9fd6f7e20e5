package publish

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
)

// Kind of an act.
type Kind string

// Kinds of acts.
const (
	PlanAct     Kind = "plan"     // announced for a minute
	OpenAct     Kind = "open"     // a draft, with the content of the release that is out
	AddAct      Kind = "add"      // messages came in
	DropAct     Kind = "drop"     // messages were left out again
	TextAct     Kind = "text"     // what the public will read about it
	EmbargoAct  Kind = "embargo"  // dataflows got a later minute of their own
	CheckAct    Kind = "check"    // was looked at; what was found is in Refusals
	ApproveAct  Kind = "approve"  // a second person lets it go at its minute
	PostponeAct Kind = "postpone" // a later minute
	WithdrawAct Kind = "withdraw" // taken back before its minute
	ReopenAct   Kind = "reopen"   // taken up again as a draft
	LiveAct     Kind = "live"     // somebody saw it out at its minute
)

// Act is something that was done to a release: by whom, when, and what. Acts are only ever added; the releases are what they made.
type Act struct {
	Number    int64           `json:"number"` // given by the store, in the order of storing
	Release   string          `json:"release"`
	Kind      Kind            `json:"kind"`
	By        string          `json:"by"`
	At        time.Time       `json:"at"`
	Messages  cube.Messages   `json:"messages,omitempty"`  // opened with, added or dropped
	Minute    time.Time       `json:"minute,omitzero"`     // planned, approved for, postponed to, or of the embargo
	Dataflows []string        `json:"dataflows,omitempty"` // under the embargo: the one asked for first, then those computed from it
	Title     catalog.Label   `json:"title,omitzero"`
	Text      catalog.Label   `json:"text,omitzero"`
	Reason    string          `json:"reason,omitempty"`
	Base      string          `json:"base,omitempty"`      // the release that it was opened from
	Corrects  string          `json:"corrects,omitempty"`  // the release that it corrects
	Digest    string          `json:"digest,omitempty"`    // of what was checked or approved
	Refusals  []catalog.Label `json:"refusals,omitempty"`  // what a check found
	Changes   []Change        `json:"changes,omitempty"`   // against the release before
	Embargoes []Embargo       `json:"embargoes,omitempty"` // inherited when it was opened; whole when it was approved, and after
	Register  int64           `json:"register,omitempty"`  // the newest act of the register when it was checked: the release knows no later one
	Sole      bool            `json:"sole,omitempty"`      // approved by the program itself

	Zone *time.Location `json:"-"` // of the country, in which a refusal tells minutes; nil means UTC. It is no part of what was done
}

func (a Act) clock(t time.Time) string { return clock(t, a.Zone) }

// Replay gives the releases that acts made, in the order of their first acts. It judges nothing: that was done when each was recorded.
func Replay(acts []Act) []Release {
	var out []Release
	at := map[string]int{}
	for _, a := range acts {
		i, known := at[a.Release]
		if !known {
			i = len(out)
			at[a.Release] = i
			out = append(out, Release{ID: a.Release})
		}
		out[i] = out[i].follow(a)
	}
	return out
}

// follow gives the release after an act.
func (r Release) follow(a Act) Release {
	r = r.clone()
	r.seen = a.At
	announced := func() { r.Sequence, r.ChangedAt = r.Sequence+1, a.At }
	content := func(m cube.Messages) {
		r.AsOf = cube.AsOf{Message: m.Max(), Only: m}
		r.State = Draft
		r.hands = append(r.hands, a.By)
	}
	switch a.Kind {
	case PlanAct:
		r.Plan, r.Announced = Plan{At: a.Minute, Title: a.Title}, a.Minute
		if r.State == "" || r.State == Withdrawn {
			r.State, r.Title = Planned, a.Title
		}
		announced()
	case OpenAct:
		content(a.Messages.Union(nil))
		r.Title, r.Notes, r.Base, r.Corrects, r.writer = a.Title, a.Text, a.Base, a.Corrects, a.By
		r.CreatedBy, r.CreatedAt, r.Embargoes, r.given = a.By, a.At, a.Embargoes, r.AsOf.Only
	case AddAct:
		content(r.AsOf.Only.Union(a.Messages))
	case DropAct:
		content(r.AsOf.Only.Without(a.Messages))
	case TextAct:
		r.Notes, r.State, r.writer = a.Text, Draft, a.By
		r.hands = append(r.hands, a.By)
	case EmbargoAct:
		for _, flow := range a.Dataflows {
			e := Embargo{Dataflow: flow, Until: a.Minute, Before: r.given}
			if i := slices.IndexFunc(r.Embargoes, func(x Embargo) bool { return x.Dataflow == flow }); i >= 0 {
				e.Before, e.Earlier = r.Embargoes[i].Before, r.Embargoes[i].Earlier
			}
			r.Embargoes = r.embargoes(e)
		}
		if a.Embargoes != nil {
			r.Embargoes = a.Embargoes
		}
		// Of what waits nothing is told.
		r.Changes = slices.DeleteFunc(slices.Clone(r.Changes), func(c Change) bool { return slices.Contains(a.Dataflows, c.Dataflow) })
		if r.State != Approved { // a longer embargo on what is approved prepares nothing, as a postponement does not
			r.State, r.hands = Draft, append(r.hands, a.By)
		}
	case CheckAct:
		r.CheckedBy, r.CheckedAt, r.Digest, r.Refusals, r.Changes, r.State = a.By, a.At, a.Digest, a.Refusals, a.Changes, Checked
		r.AsOf.Act = a.Register
		if len(a.Refusals) > 0 {
			r.State = Draft
		}
		r.hands = append(r.hands, a.By)
	case ApproveAct:
		r.ApprovedBy, r.ApprovedAt, r.PublishAt, r.Sole, r.State = a.By, a.At, a.Minute, a.Sole, Approved
		r.Embargoes, r.Reason, r.number, r.Announced = a.Embargoes, "", a.Number, a.Minute
		if a.Messages != nil { // approved before releases were sets: as the cube stood
			r.AsOf = cube.AsOf{Message: a.Messages.Max(), Only: a.Messages}
		}
		announced()
	case PostponeAct:
		r.PublishAt, r.Announced, r.Reason = a.Minute, a.Minute, a.Reason
		announced()
	case WithdrawAct:
		r.State, r.Reason = Withdrawn, a.Reason
		announced()
	case ReopenAct:
		r.State, r.Reason, r.ApprovedBy, r.ApprovedAt, r.PublishAt = Draft, a.Reason, "", time.Time{}, time.Time{}
		r.hands = append(r.hands, a.By)
		announced()
	case LiveAct:
		r.State = Published
	}
	return r
}

// Person writes a name in one way, so that the same one is known again: trimmed, single spaces, composed letters.
func Person(name string) string { return norm.NFC.String(strings.Join(strings.Fields(name), " ")) }

// prepared reports whether somebody had a hand in preparing the release.
func (r Release) prepared(by string) bool {
	return slices.ContainsFunc(r.hands, func(h string) bool { return strings.EqualFold(Person(h), Person(by)) })
}
