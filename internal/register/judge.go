package register

import (
	"context"
	"errors"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Bounds of what one batch and one value may hold.
const (
	MaxActs  = 20_000
	MaxValue = 20_000 // characters
	maxFound = 100    // faults told of one batch
	maxDepth = 100    // of references within a type
)

// Register is where records are read and changed. It holds every act to the declaration of its type and to what is known.
type Register struct {
	Store
	Types func() *catalog.Catalog // the edition of the catalogue that holds now
	Today func() stat.Date
	// Permit refuses what an actor may not do: it is shown the record before and after. Nil lets everything pass, for the program's own loading.
	Permit func(ctx context.Context, b *Batch, a *Act, t *catalog.RecordType, before, after *Version) error
	Now    func() time.Time
}

// Do makes a batch of acts: all of them, or none. The numbers of the batch and of its acts are given to it.
func (r *Register) Do(ctx context.Context, b *Batch) error {
	if err := r.ready(b); err != nil {
		return err
	}
	return r.Store.Act(ctx, b, r.judging(b))
}

// Try tells what is wrong with a batch, and does nothing.
func (r *Register) Try(ctx context.Context, b *Batch) error {
	if err := r.ready(b); err != nil {
		return err
	}
	return r.Store.Try(ctx, b, r.judging(b))
}

// judging judges the acts of a batch.
func (r *Register) judging(b *Batch) Judge {
	return func(ctx context.Context, now Reader, a *Act) (Outcome, error) { return r.judge(ctx, now, b, a) }
}

// ready refuses a batch that means nothing, and fills in what goes without saying: today, now, the declaration of each type.
func (r *Register) ready(b *Batch) error {
	switch {
	case b.Person == "":
		return fault.New("register.nobody")
	case len(b.Acts) == 0:
		return fault.New("register.no-acts")
	case len(b.Acts) > MaxActs:
		return fault.New("register.too-many", "most", MaxActs)
	}
	if err := plain("reason", b.Reason); err != nil {
		return err
	}
	if b.At.IsZero() {
		b.At = r.Now()
	}
	for i := range b.Acts {
		a := &b.Acts[i]
		a.Changes = slices.Clone(a.Changes) // they are completed, and belong to the caller
		if a.From.IsZero() {
			a.From = r.Today()
		}
		if t, err := r.Types().RecordType(a.Type); err == nil { // else it is refused in its place
			a.TypeVersion, a.Personal = t.Version, append(t.Personal(), PersonalFileColumn)
		}
	}
	return nil
}

// Look holds a query to its type, for today where it names no day.
func (r *Register) Look(q Query) (Lookup, error) {
	t, err := r.Types().RecordType(q.Type)
	if err != nil {
		return Lookup{}, err
	}
	if q.At.Day.IsZero() {
		q.At.Day = r.Today()
	}
	return Look(t, q)
}

// List gives a page of records.
func (r *Register) List(ctx context.Context, q Query) (Page, error) {
	look, err := r.Look(q)
	if err != nil {
		return Page{}, err
	}
	return r.Records(ctx, look)
}

// judge decides on an act of a batch.
func (r *Register) judge(ctx context.Context, now Reader, b *Batch, a *Act) (Outcome, error) {
	t, err := r.Types().RecordType(a.Type)
	if err != nil {
		return Outcome{}, err
	}
	if err := a.shaped(t); err != nil {
		return Outcome{}, err
	}
	acts, err := actsOn(ctx, now, a)
	if err != nil {
		return Outcome{}, err
	}
	before := Timeline{Newest: newest(acts), Versions: Fold(acts)}
	if a.Base == Follows && len(acts) > 0 && acts[len(acts)-1].Batch == a.Batch {
		a.Base = before.Newest
	}
	if err := a.fits(t, before); err != nil {
		return Outcome{}, err
	}
	if a.Kind == Attached || a.Kind == Detached {
		err = a.attaches(acts)
	} else {
		err = a.complete(t, before)
	}
	if err != nil {
		return Outcome{}, err
	}
	after := Fold(append(acts, *a))
	if err := r.permit(ctx, b, a, t, before, after); err != nil {
		return Outcome{}, err
	}
	c := checking{ctx: ctx, r: r, now: now, t: t, a: a}
	if was, _ := before.On(a.From); a.Kind == Moved {
		if err := c.succeeds(was); err != nil {
			return Outcome{}, err
		}
	}
	for _, v := range after {
		if v.Act == a.Number && a.Kind != Ended && a.Kind != Erased {
			if err := c.version(v); err != nil {
				return Outcome{}, err
			}
		}
	}
	return Outcome{Before: before.Versions, After: after, Terms: func(v Version) []Term { return TermsOf(t, v) }}, nil
}

// permit asks whether the actor may do this, on the day from which it holds.
func (r *Register) permit(ctx context.Context, b *Batch, a *Act, t *catalog.RecordType, before Timeline, after []Version) error {
	if r.Permit == nil {
		return nil
	}
	var was, is *Version
	if v, there := before.On(a.From); there {
		was = &v
	} else if n := len(before.Versions); n > 0 { // a comment, or an erasure, on what is no more
		was = &before.Versions[n-1]
	}
	if v, there := (Timeline{Versions: after}).On(a.From); there {
		is = &v
	}
	return r.Permit(ctx, b, a, t, was, is)
}

// actsOn gives all acts on the record of an act.
func actsOn(ctx context.Context, now Reader, a *Act) ([]Act, error) {
	batches, err := now.Acts(ctx, a.Type, a.Record, 0, math.MaxInt32)
	var out []Act
	for _, b := range batches {
		out = append(out, b.Acts...)
	}
	return out, err
}

// fits refuses an act on a record that is not there, or is there already, and one whose author has not seen what others did.
func (a *Act) fits(t *catalog.RecordType, before Timeline) error {
	switch {
	case a.Kind == Added && before.Newest != 0:
		return at(IDColumn, fault.New("register.there-already", "id", a.Record))
	case a.Kind == Added:
		return nil
	case before.Newest == 0:
		return fault.New("register.no-record", "id", a.Record, "type", t.Name)
	case a.Kind.quiet():
		return nil
	case a.Base != before.Newest:
		return fault.New("register.changed-since", "id", a.Record, "seen", a.Base, "newest", before.Newest)
	case a.Kind == Erased:
		return nil
	}
	if _, is := before.On(a.From); !is {
		return fault.New("register.not-on-day", "id", a.Record, "day", a.From)
	}
	return nil
}

// idShape is that of the identifier of a record.
var idShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// shaped refuses an act that means nothing.
func (a *Act) shaped(t *catalog.RecordType) error {
	if !idShape.MatchString(a.Record) {
		return fault.New("register.id", "id", a.Record)
	}
	seen := map[string]bool{}
	for i, c := range a.Changes {
		if seen[c.Column] {
			return at(c.Column, fault.New("register.column-twice", "column", c.Column))
		}
		seen[c.Column] = true
		a.Changes[i].After = strings.TrimSpace(c.After)
		if err := plain(c.Column, c.After); err != nil {
			return at(c.Column, err)
		}
		if c.Column == catalog.StateField && len(t.States) > 0 {
			return at(c.Column, fault.New("register.state-by-hand"))
		}
	}
	if err := plain("note", a.Note); err != nil {
		return err
	}
	changes := len(a.Changes) > 0
	switch a.Kind {
	case Added, Attached, Detached:
	case Changed, Moved, Erased:
		if !changes {
			return fault.New("register.nothing-changed", "id", a.Record)
		}
	case Ended, Commented:
		if changes {
			return fault.New("register.changes-nothing", "kind", string(a.Kind))
		}
		if a.Kind == Commented && strings.TrimSpace(a.Note) == "" {
			return fault.New("register.no-comment")
		}
	default:
		if _, is := transition(t, a.Kind); !is {
			return fault.New("register.no-kind", "kind", string(a.Kind), "type", t.Name)
		}
	}
	if a.Kind == Erased {
		for _, c := range a.Changes {
			if !slices.Contains(a.Personal, c.Column) {
				return at(c.Column, fault.New("register.not-personal", "column", c.Column))
			}
		}
	}
	return nil
}

func transition(t *catalog.RecordType, kind Kind) (catalog.Transition, bool) {
	i := slices.IndexFunc(t.Transitions, func(x catalog.Transition) bool { return x.ID == string(kind) })
	if i < 0 {
		return catalog.Transition{}, false
	}
	return t.Transitions[i], true
}

// complete writes into an act what was before it, and the state to which it leads.
func (a *Act) complete(t *catalog.RecordType, before Timeline) error {
	now, _ := before.On(a.From)
	state := now.Values[catalog.StateField]
	if a.Kind == Changed && standing(t, state) != state {
		a.Changes = append(a.Changes, Change{Column: catalog.StateField, After: standing(t, state)})
	}
	if way, is := transition(t, a.Kind); is {
		if !slices.Contains(way.From, standing(t, state)) {
			return at(catalog.StateField, fault.New("register.wrong-state", "transition", way.Name, "state", stateName(t, state)))
		}
		for _, v := range before.Versions {
			if v.From.After(a.From) && v.Values[catalog.StateField] != state {
				return at(catalog.StateField, fault.New("register.later-state", "day", v.From))
			}
		}
		a.Changes = append(a.Changes, Change{Column: catalog.StateField, After: way.To})
	}
	if a.Kind == Added && len(t.States) > 0 {
		a.Changes = append(a.Changes, Change{Column: catalog.StateField, After: t.States[0].ID})
	}
	kept := a.Changes[:0]
	for _, c := range a.Changes {
		c.Before = now.Values[c.Column]
		if a.Kind == Erased {
			c.Before, c.After = "", "" // what is erased is not told again
			kept = append(kept, c)
		} else if c.Before != c.After {
			kept = append(kept, c)
		}
	}
	if a.Changes = kept; len(kept) == 0 && (a.Kind == Changed || a.Kind == Moved) {
		return fault.New("register.nothing-changed", "id", a.Record)
	}
	slices.SortFunc(a.Changes, func(x, y Change) int { return strings.Compare(x.Column, y.Column) })
	return nil
}

// standing is the state in which a record is taken to be: that at the beginning of its course where it is older than the course, or in a state that the
// course does not have any more.
func standing(t *catalog.RecordType, state string) string {
	if len(t.States) == 0 || slices.ContainsFunc(t.States, func(s catalog.RecordState) bool { return s.ID == state }) {
		return state
	}
	return t.States[0].ID
}

func stateName(t *catalog.RecordType, id string) any {
	for _, s := range t.States {
		if s.ID == id {
			return s.Name
		}
	}
	return id
}

// checking holds one act to what is known.
type checking struct {
	ctx context.Context
	r   *Register
	now Reader
	t   *catalog.RecordType
	a   *Act
	err error // of the store, while referents were asked for
}

// Record implements catalog.Referents: whether there ever was such a record.
func (c *checking) Record(kind, id string) (bool, string) {
	line, err := c.now.Timeline(c.ctx, kind, id)
	if err != nil {
		c.err = err
	}
	return line.Newest > 0, ""
}

// Organisation implements catalog.Referents.
func (c *checking) Organisation(id string) (bool, string) { return c.Record(OrganisationType, id) }

// OrganisationType is the type of records that organisations are.
const OrganisationType = "organisation"

// version refuses a version that breaks the declaration of its type or stands against another record.
func (c *checking) version(v Version) error {
	known := map[string]string{IDColumn: v.ID}
	for _, column := range c.t.Columns() {
		known[column] = v.Values[column]
	}
	for _, x := range c.a.Changes {
		known[x.Column] = v.Values[x.Column] // a column that the type does not have is refused, unless it stood there before
	}
	var err error
	if c.a.Kind != Moved { // who inherits a record need not mend it at once
		err = c.r.Types().CheckRecord(c.t, known, c)
	}
	if c.err != nil {
		return c.err
	}
	if err != nil {
		return err
	}
	for _, x := range c.t.Identities(v.Values) {
		holders, err := c.now.Holders(c.ctx, c.t.ID, IdentityColumn, IdentityOf(x), v.From, v.Until)
		if err != nil {
			return err
		}
		for _, other := range holders {
			if other != v.ID {
				return at(x.Column, fault.New("catalog.record-twice", "other", other))
			}
		}
	}
	if c.a.Kind == Moved { // an heir may have ended since; then the record moves on
		return nil
	}
	return c.references(v)
}

// references refuses what leads to a record that has ended by the day of the act (one that begins later may be named before: an heir), and a chain that comes back to where it began.
func (c *checking) references(v Version) error {
	for _, f := range c.t.Fields {
		kind := f.Type
		switch f.Kind {
		case catalog.ReferenceField:
		case catalog.OrganisationField:
			kind = OrganisationType
		default:
			continue
		}
		changed := slices.ContainsFunc(c.a.Changes, func(x Change) bool { return x.Column == f.ID })
		if !changed {
			continue
		}
		for _, id := range f.Values(v.Values) {
			line, err := c.now.Timeline(c.ctx, kind, id)
			if err != nil {
				return err
			}
			ended := !slices.ContainsFunc(line.Versions, func(x Version) bool { return x.overlaps(v.From, stat.Date{}) })
			if ended && !(kind == c.t.ID && id == v.ID) {
				return at(f.ID, fault.New("register.ended", "id", id, "day", v.From))
			}
			if kind == c.t.ID {
				if err := c.cycle(f, id, v); err != nil {
					return at(f.ID, err)
				}
			}
		}
	}
	return nil
}

// cycle follows the references of a field from record to record.
func (c *checking) cycle(f catalog.Field, id string, v Version) error {
	way := []string{v.ID}
	next := []string{id}
	seen := map[string]bool{id: true}
	for depth := 0; len(next) > 0; depth++ {
		if slices.Contains(next, v.ID) {
			return fault.New("register.cycle", "id", v.ID, "way", strings.Join(append(way, v.ID), " → "))
		}
		if depth == maxDepth {
			return fault.New("register.too-deep", "most", maxDepth)
		}
		way = append(way, next[0])
		var more []string
		for _, id := range next {
			line, err := c.now.Timeline(c.ctx, c.t.ID, id)
			if err != nil {
				return err
			}
			if x, is := line.On(v.From); is {
				for _, further := range f.Values(x.Values) {
					if !seen[further] {
						seen[further], more = true, append(more, further)
					}
				}
			}
		}
		next = more
	}
	return nil
}

// plain refuses a text that is too long or holds signs that nobody sees.
func plain(what, s string) error {
	if !utf8.ValidString(s) {
		return fault.New("register.not-text", "what", what)
	}
	if n := utf8.RuneCountInString(s); n > MaxValue {
		return fault.New("register.too-long", "what", what, "n", n, "most", MaxValue)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return fault.New("register.not-text", "what", what)
	}
	return nil
}

// at says which column of a record is to be mended.
func at(column string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.At(f.Where.File, f.Where.Row, column)
	}
	return err
}
