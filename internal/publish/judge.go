package publish

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
)

// skew is how far the clocks of two servers may differ. An act that would come longer before an earlier one of its release is refused: the
// clock has gone back. So is a change of a release that is to come out within that time: on another server it may be out.
const skew = 2 * time.Minute

var releaseID = regexp.MustCompile(`^(\d{4}(?:-(?:Q[1-4]|M\d{2}))?)(?:\.(\d+))?$`)

// Apply judges an act against all releases as they are, and gives the release after it. A store calls it in the transaction that records the
// act, so that of two acts at once the second one is judged after the first.
func Apply(all []Release, a Act) (Release, error) {
	var r Release
	if i := slices.IndexFunc(all, func(x Release) bool { return x.ID == a.Release }); i >= 0 {
		r = all[i]
	}
	if err := r.judge(all, a); err != nil {
		return r, err
	}
	r.ID = a.Release
	return r.follow(Settled(all, a)), nil
}

// Settled gives an approval, or an embargo on what is approved, with the embargoes that it fixes: what shows of a dataflow until its own minute
// is what the release before shows.
func Settled(all []Release, a Act) Act {
	i := slices.IndexFunc(all, func(x Release) bool { return x.ID == a.Release })
	switch {
	case i < 0:
	case a.Kind == ApproveAct:
		a.Embargoes = all[i].settled(all, a.Minute)
	case a.Kind == EmbargoAct && all[i].State == Approved:
		a.Embargoes = all[i].follow(a).settled(all, all[i].PublishAt)
	}
	return a
}

// starts are the states from which each kind of act starts; "" is a release that is not there.
var starts = map[Kind][]State{
	PlanAct:     {"", Planned, Draft, Checked, Withdrawn},
	OpenAct:     {"", Planned},
	AddAct:      {Draft, Checked},
	DropAct:     {Draft, Checked},
	TextAct:     {Draft, Checked},
	EmbargoAct:  {Draft, Checked, Approved},
	CheckAct:    {Draft, Checked},
	ApproveAct:  {Checked},
	PostponeAct: {Approved},
	WithdrawAct: {Planned, Draft, Checked, Approved},
	ReopenAct:   {Withdrawn},
	LiveAct:     {Approved},
}

func (r Release) judge(all []Release, a Act) error {
	switch {
	case !releaseID.MatchString(a.Release):
		return fault.New("publish.bad-id", "id", a.Release)
	case Person(a.By) == "":
		return fault.New("publish.no-author", "id", a.Release)
	case r.ID == "" && a.Kind != PlanAct && a.Kind != OpenAct:
		return fault.New("publish.no-release", "id", a.Release)
	case a.At.Before(r.seen.Add(-skew)):
		return fault.New("publish.clock-back", "id", a.Release, "last", a.clock(r.seen), "now", a.clock(a.At))
	case a.Kind != LiveAct && r.Public(a.At):
		return fault.New("publish.is-public", "id", a.Release, "at", a.clock(r.PublishAt), "next", nextCorrection(all, a.Release))
	case a.Kind != LiveAct && a.Kind != ApproveAct && r.Public(a.At.Add(skew)): // to the clock of another server it may be out
		return fault.New("publish.closing", "id", a.Release, "at", a.clock(r.PublishAt), "next", nextCorrection(all, a.Release))
	case a.Kind == OpenAct && r.ID != "" && r.State != Planned:
		return fault.New("publish.exists", "id", a.Release)
	case a.Kind == ApproveAct && r.State == Approved:
		return fault.New("publish.approved-already", "id", a.Release, "by", r.ApprovedBy, "at", a.clock(r.ApprovedAt), "minute", a.clock(r.PublishAt))
	case !slices.Contains(starts[a.Kind], r.State):
		want := starts[a.Kind][0]
		return fault.New("publish.wrong-state", "id", a.Release, "state", r.State, "want", want)
	}
	if rule := rules[a.Kind]; rule != nil {
		return rule(r, all, a)
	}
	return nil
}

// rules are what each kind of act asks beside the state.
var rules = map[Kind]func(r Release, all []Release, a Act) error{
	PlanAct: func(r Release, _ []Release, a Act) error { return future(a) },
	OpenAct: func(_ Release, all []Release, a Act) error { return corrects(all, a) },
	AddAct: func(r Release, _ []Release, a Act) error {
		if r.AsOf.Only.Covers(a.Messages) {
			return fault.New("publish.nothing-added", "id", a.Release, "messages", a.Messages.String())
		}
		return nil
	},
	DropAct: func(r Release, _ []Release, a Act) error {
		if len(a.Messages) == 0 || !r.AsOf.Only.Covers(a.Messages) {
			return fault.New("publish.not-in-content", "id", a.Release, "messages", a.Messages.Without(r.AsOf.Only).String())
		}
		if kept := a.Messages.Without(a.Messages.Without(r.given)); len(kept) > 0 {
			return fault.New("publish.drops-published", "id", a.Release, "messages", kept.String(), "base", r.Base)
		}
		return nil
	},
	EmbargoAct: embargoRule,
	ApproveAct: approveRule,
	PostponeAct: func(r Release, all []Release, a Act) error {
		if !a.Minute.After(r.PublishAt) {
			return fault.New("publish.not-later", "id", a.Release, "minute", a.clock(a.Minute), "has", a.clock(r.PublishAt))
		}
		if err := future(a); err != nil {
			return err
		}
		if err := reasoned(a); err != nil {
			return err
		}
		for _, other := range all {
			if other.ID != r.ID && other.State == Approved && !other.PublishAt.Before(r.PublishAt) && !other.PublishAt.After(a.Minute) {
				return fault.New("publish.order", "id", a.Release, "other", other.ID, "minute", a.clock(other.PublishAt))
			}
		}
		return r.ownMinutes(a)
	},
	WithdrawAct: func(r Release, all []Release, a Act) error {
		if err := reasoned(a); err != nil {
			return err
		}
		for _, other := range all {
			if r.State == Approved && other.State == Approved && r.earlier(other) {
				return fault.New("publish.order", "id", a.Release, "other", other.ID, "minute", a.clock(other.PublishAt))
			}
		}
		return nil
	},
	ReopenAct: func(r Release, _ []Release, a Act) error {
		if r.CreatedBy == "" { // planned and taken back: there is no draft to take up
			return fault.New("publish.wrong-state", "id", a.Release, "state", r.State, "want", Draft)
		}
		return reasoned(a)
	},
	LiveAct: func(r Release, _ []Release, a Act) error {
		if a.At.Before(r.PublishAt) {
			return fault.New("publish.not-due", "id", a.Release, "minute", a.clock(r.PublishAt))
		}
		return nil
	},
}

func future(a Act) error {
	if !a.Minute.After(a.At) {
		return fault.New("publish.past-minute", "id", a.Release, "minute", a.clock(a.Minute), "now", a.clock(a.At))
	}
	return nil
}

func reasoned(a Act) error {
	if strings.TrimSpace(a.Reason) == "" {
		return fault.New("publish.no-reason", "id", a.Release)
	}
	return nil
}

// approveRule lets a release go: by a second person, for a minute that is not past, as it was checked, after what is out or approved before.
func approveRule(r Release, all []Release, a Act) error {
	switch {
	case a.Digest != r.Digest:
		return fault.New("publish.check-outdated", "id", a.Release)
	case a.Sole && slices.ContainsFunc(all, func(x Release) bool { return x.State == Approved || x.State == Published }):
		return fault.New("publish.not-first", "id", a.Release)
	case !a.Sole && r.prepared(a.By):
		return fault.New("publish.same-person", "id", a.Release, "by", a.By)
	case a.Minute.Before(a.At.Truncate(time.Second)):
		return fault.New("publish.past-minute", "id", a.Release, "minute", a.clock(a.Minute), "now", a.clock(a.At))
	}
	for _, other := range all {
		if other.ID == r.ID || other.State != Approved && other.State != Published || !other.PublishAt.After(a.Minute) {
			continue
		}
		if other.Public(a.At) { // out since a minute that the clock has not reached again
			return fault.New("publish.before-current", "id", a.Release, "minute", a.clock(a.Minute), "other", other.ID, "has", a.clock(other.PublishAt))
		}
		if !other.Content().Covers(r.Content()) || len(other.Embargoes) > 0 || len(r.Embargoes) > 0 { // or they would need one plan of embargoes
			return fault.New("publish.overtakes", "id", a.Release, "other", other.ID, "minute", a.clock(other.PublishAt))
		}
	}
	before, some := precedes(all, r.ID, a.Minute)
	if some {
		if lost := before.Content().Without(r.Content()); len(lost) > 0 {
			return fault.New("publish.behind", "id", a.Release, "other", before.ID, "minute", a.clock(before.PublishAt), "messages", lost.String())
		}
		for flow, until := range before.Withheld(a.Minute) {
			next := r
			next.PublishAt = a.Minute
			if next.EmbargoOf(flow).Before(until) {
				return fault.New("publish.embargo-lost", "id", a.Release, "dataflow", flow, "other", before.ID, "minute", a.clock(until))
			}
		}
	}
	return r.ownMinutes(a)
}

// ownMinutes refuses an embargo of a dataflow that would end with or before the release: it would have no effect. One that came with the
// content of an earlier release simply ends.
func (r Release) ownMinutes(a Act) error {
	for _, e := range r.Embargoes {
		if !e.Until.After(a.Minute) && !e.Earlier {
			return fault.New("publish.embargo-early", "id", r.ID, "dataflow", e.Dataflow, "minute", a.clock(e.Until), "release", a.clock(a.Minute))
		}
	}
	return nil
}

// embargoRule lets a dataflow wait longer than its release. Once approved, an embargo may only grow: what was approved to wait waits.
func embargoRule(r Release, all []Release, a Act) error {
	if len(a.Dataflows) == 0 {
		return fault.New("publish.no-dataflow", "id", a.Release)
	}
	if err := future(a); err != nil {
		return err
	}
	for _, flow := range a.Dataflows {
		if has := r.EmbargoOf(flow); r.State == Approved && a.Minute.Before(has) {
			return fault.New("publish.not-later", "id", a.Release, "minute", a.clock(a.Minute), "has", a.clock(has))
		}
		i := slices.IndexFunc(r.Embargoes, func(e Embargo) bool { return e.Dataflow == flow })
		if i >= 0 && r.Embargoes[i].Earlier && a.Minute.Before(r.Embargoes[i].Until) {
			return fault.New("publish.embargo-lost", "id", a.Release, "dataflow", flow, "other", r.Base, "minute", a.clock(r.Embargoes[i].Until))
		}
		for _, other := range all { // one that is approved to follow holds the same figures
			if r.State == Approved && other.State == Approved && r.earlier(other) && other.EmbargoOf(flow).Before(a.Minute) {
				return fault.New("publish.order", "id", a.Release, "other", other.ID, "minute", a.clock(other.PublishAt))
			}
		}
	}
	return nil
}

// precedes gives the release that a release of a minute follows: the newest of those approved for then or earlier.
func precedes(all []Release, id string, minute time.Time) (Release, bool) {
	var best Release
	found := false
	for _, r := range all {
		if r.ID == id || r.State != Approved && r.State != Published || r.PublishAt.After(minute) {
			continue
		}
		if !found || best.earlier(r) {
			best, found = r, true
		}
	}
	return best, found
}

// settled gives the embargoes of a release that will come out at a minute, each with what shows until its end.
func (r Release) settled(all []Release, minute time.Time) []Embargo {
	before, some := precedes(all, r.ID, minute)
	var out []Embargo
	for _, e := range r.Embargoes {
		if !e.Until.After(minute) {
			continue
		}
		e.Before = cube.Messages{}
		if some {
			e.Before = before.Content()
			if i := slices.IndexFunc(before.Embargoes, func(x Embargo) bool { return x.Dataflow == e.Dataflow && x.Until.After(minute) }); i >= 0 {
				e.Before = before.Embargoes[i].Before
			}
		}
		out = append(out, e)
	}
	return out
}

// corrects refuses a draft whose number after the point does not follow: 2026-Q4.1 corrects 2026-Q4 when that is out, 2026-Q4.2 corrects
// 2026-Q4.1.
func corrects(all []Release, a Act) error {
	m := releaseID.FindStringSubmatch(a.Release)
	if m[2] == "" {
		return nil
	}
	next := nextCorrection(all, a.Release)
	if n, err := strconv.Atoi(m[2]); err != nil || n < 1 || m[1]+"."+strconv.Itoa(n) != next {
		return fault.New("publish.correction-number", "id", a.Release, "next", next)
	}
	for _, r := range all {
		if r.ID == corrected(all, a.Release, a.At) {
			return nil
		}
	}
	return fault.New("publish.nothing-to-correct", "id", a.Release, "other", m[1])
}

// nextCorrection names the next correction of the family of a release.
func nextCorrection(all []Release, id string) string {
	root := releaseID.FindStringSubmatch(id)[1]
	last := 0
	for _, r := range all {
		if m := releaseID.FindStringSubmatch(r.ID); m != nil && m[1] == root && m[2] != "" && r.State != Planned {
			n, _ := strconv.Atoi(m[2]) // digits, as the pattern says; one too long for a number counts as none
			last = max(last, n)
		}
	}
	return root + "." + strconv.Itoa(last+1)
}

// corrected gives the release that another one corrects: the newest of its family that is out; "" for one that is no correction.
func corrected(all []Release, id string, now time.Time) string {
	m := releaseID.FindStringSubmatch(id)
	if m == nil || m[2] == "" {
		return ""
	}
	var family []Release
	for _, r := range all {
		if f := releaseID.FindStringSubmatch(r.ID); f != nil && f[1] == m[1] && r.ID != id {
			family = append(family, r)
		}
	}
	r, _ := Current(family, now)
	return r.ID
}

// clock writes a moment as people of the country read it on a terminal: in the zone of the country, UTC when none is known.
func clock(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04:05")
}
