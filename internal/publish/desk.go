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
)

// Store keeps the acts of releases.
type Store interface {
	// Act records an act in one transaction with its judgement: the releases are replayed from the acts before it and Apply is asked. It gives
	// the release after the act. An entry of the audit log goes with it.
	Act(ctx context.Context, a Act) (Release, error)
	// Acts gives all acts in the order in which they were recorded.
	Acts(ctx context.Context) ([]Act, error)
	// ReleaseByID gives a release, or publish.no-release.
	ReleaseByID(ctx context.Context, id string) (Release, error)
	// Releases gives all, in the order of their first acts.
	Releases(ctx context.Context) ([]Release, error)
	// MessageList says what each message brought, oldest first.
	MessageList(ctx context.Context) ([]Message, error)
}

// Message says what a message brought, for who decides whether it goes into a release.
type Message struct {
	Number  int64
	Sender  string
	File    string
	At      time.Time
	Figures map[string]int // by dataflow
	Run     bool           // its figures are derived
}

// Dataflows lists the dataflows that the message touches, in order.
func (m Message) Dataflows() []string {
	var out []string
	for f := range m.Figures {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

// Check looks at a release before it may be approved and gives what stands against it.
type Check func(ctx context.Context, r Release) []error

// Findings tells which findings of some messages nobody has answered.
type Findings interface {
	UnansweredFindings(ctx context.Context, of cube.Messages) ([]Finding, error)
}

// Acts tells how far the register is.
type Acts interface {
	// NewestAct gives the newest act on any record; 0 for none.
	NewestAct(ctx context.Context) (int64, error)
}

// Program is the name under which the program itself acts: it opens and checks, and records that a release is out. It never approves, but for
// the first release of a new installation.
const Program = "nhipso"

// Desk carries a release from its plan to publication. Each step is an act of a person, recorded with its moment.
type Desk struct {
	Store    Store
	Cube     pipeline.Store
	Now      func() time.Time
	Recipes  []pipeline.Recipe // must be up to date within the content; none are asked for when there are none
	Zone     *time.Location    // in which days are counted; nil means UTC
	Acts     Acts              // of the register, which a release knows as they are when it is checked; nil where there is none
	Findings Findings          // nil when nothing keeps answers
	Checks   []Check           // beside those that every release passes
	Log      *slog.Logger      // told when a release goes live; nil for nobody
}

func (d Desk) act(ctx context.Context, a Act) (Release, error) {
	a.By, a.At, a.Zone = Person(a.By), d.Now().UTC(), d.Zone
	return d.Store.Act(ctx, a)
}

// Plan announces a release for a minute.
func (d Desk) Plan(ctx context.Context, id string, title catalog.Label, by string, minute time.Time) (Release, error) {
	return d.act(ctx, Act{Release: id, Kind: PlanAct, By: by, Title: title, Minute: minute.UTC().Truncate(time.Second)})
}

// Open starts a draft from the content of the release that is out. What is under an embargo of its own there stays under it.
func (d Desk) Open(ctx context.Context, id string, title, notes catalog.Label, by string) (Release, error) {
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return Release{}, err
	}
	now := d.Now()
	a := Act{Release: id, Kind: OpenAct, By: by, Title: title, Text: notes, Messages: cube.Messages{}, Corrects: corrected(all, id, now)}
	if base, some := Current(all, now); some {
		a.Base, a.Messages = base.ID, base.Content()
		for _, e := range base.Embargoes {
			if now.Before(e.Until) {
				e.Earlier = true
				a.Embargoes = append(a.Embargoes, e)
			}
		}
	}
	return d.act(ctx, a)
}

// Selection names messages for a draft: by number, whole dataflows up to a message, or all there are.
type Selection struct {
	Messages  cube.Messages
	Dataflows []string
	To        int64 // the last message of the dataflows; 0 for the newest
	All       bool
}

// Add takes messages into a draft. Who adds them and when is kept; whoever approves the release approves each of them.
func (d Desk) Add(ctx context.Context, id string, s Selection, by string) (Release, error) {
	list, err := d.Store.MessageList(ctx)
	if err != nil {
		return Release{}, err
	}
	chosen, err := choose(list, s)
	if err != nil {
		return Release{}, err
	}
	return d.act(ctx, Act{Release: id, Kind: AddAct, By: by, Messages: chosen})
}

// choose gives the messages that a selection names.
func choose(list []Message, s Selection) (cube.Messages, error) {
	var all []int64
	for _, m := range list {
		all = append(all, m.Number)
	}
	there := cube.NewMessages(all...)
	if s.All {
		if len(there) == 0 {
			return nil, fault.New("publish.empty-cube")
		}
		return there, nil
	}
	out := s.Messages.Union(nil)
	if unknown := out.Without(there); len(unknown) > 0 {
		return nil, fault.New("publish.no-message", "messages", unknown.String(), "last", there.Max())
	}
	if s.To != 0 && (len(s.Dataflows) == 0 || !there.Has(s.To)) {
		return nil, fault.New("publish.no-message", "messages", s.To, "last", there.Max())
	}
	for _, m := range list {
		flows := m.Dataflows()
		touches := slices.ContainsFunc(flows, func(f string) bool { return slices.Contains(s.Dataflows, f) })
		if !touches || s.To != 0 && m.Number > s.To {
			continue
		}
		for _, f := range flows {
			if !slices.Contains(s.Dataflows, f) && !out.Has(m.Number) {
				return nil, fault.New("publish.holds-more", "message", m.Number, "dataflow", f)
			}
		}
		out = out.Union(cube.NewMessages(m.Number))
	}
	if len(out) == 0 {
		return nil, fault.New("publish.no-selection")
	}
	return out, nil
}

// Drop leaves messages out of a draft again. What was published before stays published.
func (d Desk) Drop(ctx context.Context, id string, messages cube.Messages, by string) (Release, error) {
	return d.act(ctx, Act{Release: id, Kind: DropAct, By: by, Messages: messages})
}

// Describe sets what the public reads about a release.
func (d Desk) Describe(ctx context.Context, id string, notes catalog.Label, by string) (Release, error) {
	return d.act(ctx, Act{Release: id, Kind: TextAct, By: by, Text: notes})
}

// Run has the recipes run within the content of a draft and takes what they write into it.
func (d Desk) Run(ctx context.Context, id, by string, run func(ctx context.Context, only cube.Messages) ([]pipeline.Run, error)) (Release, []pipeline.Run, error) {
	r, err := d.Store.ReleaseByID(ctx, id)
	if err != nil {
		return r, nil, err
	}
	if !slices.Contains(starts[AddAct], r.State) { // known before anything runs for nothing
		return r, nil, fault.New("publish.wrong-state", "id", id, "state", r.StateAt(d.Now()), "want", Draft)
	}
	runs, err := run(ctx, r.Content())
	written := cube.Messages{}
	for _, x := range runs {
		if x.Message != 0 {
			written = written.Union(cube.NewMessages(x.Message))
		}
	}
	if len(written) == 0 {
		return r, runs, err
	}
	r, failed := d.act(ctx, Act{Release: id, Kind: AddAct, By: by, Messages: written})
	return r, runs, errors.Join(err, failed)
}

// Embargo lets the new figures of a dataflow, and of every dataflow that recipes compute from it, appear at a later minute than the release.
func (d Desk) Embargo(ctx context.Context, id, dataflow string, minute time.Time, by string) (Release, error) {
	r, err := d.Store.ReleaseByID(ctx, id)
	if err != nil {
		return r, err
	}
	minute = minute.UTC().Truncate(time.Second)
	for _, source := range sources(d.Recipes, dataflow) {
		if until := r.EmbargoOf(source); until.After(minute) {
			return r, fault.New("publish.embargo-short", "dataflow", dataflow, "minute", clock(minute, d.Zone), "source", source, "until", clock(until, d.Zone))
		}
	}
	flows := []string{dataflow}
	for _, derived := range derivedFrom(d.Recipes, dataflow) {
		if r.EmbargoOf(derived).Before(minute) {
			flows = append(flows, derived)
		}
	}
	a := Act{Release: id, Kind: EmbargoAct, By: Person(by), At: d.Now().UTC(), Zone: d.Zone, Dataflows: flows, Minute: minute}
	if r.State == Approved { // nobody checks it again
		if err := d.stillSafe(ctx, a); err != nil {
			return r, err
		}
	}
	return d.act(ctx, a)
}

// stillSafe gives what stands against a release as an embargo would make it.
func (d Desk) stillSafe(ctx context.Context, a Act) error {
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return err
	}
	r, err := Apply(all, a)
	if err != nil {
		return err
	}
	var found []error
	for _, c := range d.Checks {
		found = append(found, c(ctx, r)...)
	}
	return errors.Join(found...)
}

// Check looks whether a release may be approved and records what it found, with a digest of what it looked at.
func (d Desk) Check(ctx context.Context, id, by string) (Release, error) {
	r, err := d.Store.ReleaseByID(ctx, id)
	if err != nil {
		return r, err
	}
	if d.Acts != nil {
		if r.AsOf.Act, err = d.Acts.NewestAct(ctx); err != nil {
			return r, err
		}
	}
	found, err := d.examine(ctx, r)
	if err != nil {
		return r, err
	}
	a := Act{Release: id, Kind: CheckAct, By: by, Digest: found.digest, Changes: found.changes, Register: r.AsOf.Act}
	for _, e := range found.against {
		a.Refusals = append(a.Refusals, catalog.Label{Vi: fault.In(e, "vi"), En: fault.In(e, "en")})
	}
	if r, err = d.act(ctx, a); err != nil {
		return r, err
	}
	return r, errors.Join(found.against...)
}

// Approve lets a checked release go at its minute; the zero minute is now. Whoever prepared it may not. What was checked is looked at again:
// when a figure, a recipe or the day has changed it since, it goes back to draft.
func (d Desk) Approve(ctx context.Context, id, by string, minute time.Time) (Release, error) {
	return d.approve(ctx, Act{Release: id, By: by, Minute: minute})
}

// ApproveFirst is Approve by the program itself, which only the first release of a new installation gets. It is recorded as such.
func (d Desk) ApproveFirst(ctx context.Context, id, by string) (Release, error) {
	return d.approve(ctx, Act{Release: id, By: by, Sole: true})
}

func (d Desk) approve(ctx context.Context, a Act) (Release, error) {
	r, err := d.Store.ReleaseByID(ctx, a.Release)
	if err != nil {
		return r, err
	}
	a.Kind, a.By, a.At, a.Zone = ApproveAct, Person(a.By), d.Now().UTC(), d.Zone
	now := a.Minute.IsZero()
	if now {
		a.Minute = a.At
	}
	a.Minute, a.Digest = a.Minute.UTC().Truncate(time.Second), r.Digest
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return r, err
	}
	if _, err := Apply(all, a); err != nil { // refused whatever is in it
		return r, err
	}
	due := r
	due.PublishAt = a.Minute // what will have come out by then is public
	found, err := d.examine(ctx, due)
	if err != nil {
		return r, err
	}
	if len(found.against) > 0 || found.digest != r.Digest {
		outdated := Act{Release: a.Release, Kind: CheckAct, By: Program, Digest: found.digest, Changes: found.changes, Register: r.AsOf.Act}
		for _, e := range append(found.against, fault.New("publish.check-outdated", "id", a.Release)) {
			outdated.Refusals = append(outdated.Refusals, catalog.Label{Vi: fault.In(e, "vi"), En: fault.In(e, "en")})
		}
		if _, err := d.act(ctx, outdated); err != nil {
			return r, err
		}
		return r, errors.Join(append([]error{fault.New("publish.check-outdated", "id", a.Release)}, found.against...)...)
	}
	if a.At = d.Now().UTC(); now {
		a.Minute = a.At.Truncate(time.Second)
	}
	return d.Store.Act(ctx, a)
}

// Postpone moves an approved release to a later minute.
func (d Desk) Postpone(ctx context.Context, id, by, reason string, minute time.Time) (Release, error) {
	return d.act(ctx, Act{Release: id, Kind: PostponeAct, By: by, Reason: reason, Minute: minute.UTC().Truncate(time.Second)})
}

// Withdraw takes a release back before its minute.
func (d Desk) Withdraw(ctx context.Context, id, by, reason string) (Release, error) {
	return d.act(ctx, Act{Release: id, Kind: WithdrawAct, By: by, Reason: reason})
}

// Reopen takes a withdrawn release up again as a draft.
func (d Desk) Reopen(ctx context.Context, id, by, reason string) (Release, error) {
	return d.act(ctx, Act{Release: id, Kind: ReopenAct, By: by, Reason: reason})
}

// PublishDue records of every approved release whose minute has come that it is out, and gives those that it was the first to record.
// They are out without it: on a database that cannot be written the log lacks the line and nothing else.
func (d Desk) PublishDue(ctx context.Context) ([]Release, error) {
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return nil, err
	}
	var out []Release
	for _, r := range all {
		if r.State != Approved || !r.Public(d.Now()) {
			continue
		}
		live, err := d.act(ctx, Act{Release: r.ID, Kind: LiveAct, By: Program})
		if code := fault.CodeOf(err); code == "publish.wrong-state" || code == "publish.is-public" {
			continue // another server was first
		} else if err != nil {
			return out, err
		}
		if d.Log != nil {
			d.Log.LogAttrs(ctx, slog.LevelInfo, "release live", slog.String("release", live.ID), slog.Time("minute", live.PublishAt),
				slog.Int64("messages", live.Content().Len()), slog.String("approvedBy", live.ApprovedBy))
		}
		out = append(out, live)
	}
	return out, nil
}

// Current gives the newest release that is out now, or publish.none.
func (d Desk) Current(ctx context.Context) (Release, error) {
	all, err := d.Store.Releases(ctx)
	if err != nil {
		return Release{}, err
	}
	return Newest(all, d.Now())
}
