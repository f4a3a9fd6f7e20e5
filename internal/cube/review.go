package cube

import (
	"context"
	"iter"
	"maps"
	"math"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// own is the message number of figures that are still on their way in; it sorts behind every stored one.
const own = math.MaxInt64

// Review is what the rules say about a message.
type Review struct {
	Findings []Finding // of soft rules and weaker ones, in the order of the rules
	Tested   []Tally   // identities that figures of the message took part in
}

// Review says what Take would find, and stores nothing.
func (in Intake) Review(ctx context.Context, m Message) (Review, error) {
	d, err := in.Prepare(m.Header, m.All(), nil)
	if err != nil {
		return Review{}, err
	}
	defer d.Close()
	err = in.Examine(ctx, d, AsOf{})
	return Review{d.Findings, d.Tested}, err
}

// Examine holds a prepared message to every rule of the catalogue, against the store as of a bound. What breaks a hard rule refuses the message,
// with file, row, column and reason; the rest become its findings. It reads of the store only dataflows that the message or one of its rules
// names, and there only the areas that the message or a rule names, some series at a time. Figures that are stored already, word for word,
// make no finding again.
func (in Intake) Examine(ctx context.Context, d *Delivery, at AsOf) error {
	d.Findings, d.Tested, d.Upon, d.Read = nil, nil, nil, nil
	if len(in.Catalog.Rules()) == 0 {
		return nil
	}
	last, err := in.Store.LastMessage(ctx)
	if err != nil {
		return err
	}
	v := &view{ctx: ctx, in: in, d: d, at: at, flows: map[string]*held{}, tested: map[string]*Tally{}, touched: map[string]map[stat.Key]bool{}, changed: make([]uint64, d.Len()/64+1)}
	if err := v.try(); err != nil {
		return err
	}
	if at.Message == 0 && at.Only == nil { // a run that saw a part only is stored upon that part
		d.Upon = &last
	}
	for id := range v.flows {
		d.Read = append(d.Read, id)
	}
	var faults fault.List
	sortFindings(in.Catalog, v.findings)
	for _, f := range v.findings {
		if f.Severity != catalog.Hard {
			d.Findings = append(d.Findings, f)
		} else if !faults.Full() {
			faults.Add(in.refusal(f).At(d.File, f.Row, f.Column))
		}
	}
	for _, r := range in.Catalog.Rules() {
		if t := v.tested[r.ID]; t != nil {
			d.Tested = append(d.Tested, *t)
		}
	}
	return faults.Err()
}

// refusal is the fault of a figure that breaks a hard rule.
func (in Intake) refusal(f Finding) *fault.Error {
	return fault.New("cube.rule", "rule", f.Rule, "what", said{in.Catalog, f})
}

// slot is a cell under one vintage day.
type slot struct {
	Cell
	vintage stat.Date
}

func slotOf(dataflow string, o stat.Observation) slot {
	return slot{Cell{dataflow, o.Key, o.Period}, o.Vintage.Date}
}

// view is the store with a message on top of it. It holds some series at a time.
type view struct {
	ctx      context.Context
	in       Intake
	d        *Delivery
	at       AsOf
	areas    []string // that the message or a rule names; none for all
	flows    map[string]*held
	touched  map[string]map[stat.Key]bool // dataflow → series of which the message has a figure that is new or differs
	changed  []uint64                     // a bit for every entry in its order: whether it is new or differs
	held     int                          // versions held
	err      error                        // met while reading a series that nobody had foreseen
	findings []Finding
	tested   map[string]*Tally
}

// held is what is known of a dataflow.
type held struct {
	flow   *catalog.Dataflow
	rules  []*catalog.Rule // about figures of it, but for identities
	series map[stat.Key]*series
	keys   []stat.Key // of all series that an identity may stand at; read once
	load   func(keys []stat.Key) error
}

// series is what is known of a key.
type series struct {
	cells    []Cell // in the order of time
	versions map[stat.Period][]Version
	rows     map[slot]int          // of the message's figures that are new or differ
	sizes    map[stat.Period]sizes // of cells that were looked at
}

const areaDimension = "REF_AREA"

// of gives a series, which may have no figures.
func (h *held) of(key stat.Key) *series {
	s := h.series[key]
	if s == nil && h.load != nil {
		h.load([]stat.Key{key}) //nolint:errcheck // the view keeps the error
		s = h.series[key]
	}
	if s == nil {
		return &series{}
	}
	return s
}

// versions gives those of a cell, the newest last.
func (v *view) versions(c Cell) []Version { return v.flows[c.Dataflow].of(c.Key).versions[c.Period] }

// mentioned lists the areas that the message or a rule names. A figure that has no area may bear on any, so then none are listed.
func (v *view) mentioned() error {
	seen := map[string]bool{}
	for _, id := range v.d.Flows() {
		f, err := v.in.Catalog.Dataflow(id)
		if err != nil || f.Position(areaDimension) < 0 {
			return err
		}
	}
	var last *catalog.Dataflow
	for e, err := range v.d.Entries() {
		if err != nil {
			return err
		}
		if last == nil || last.ID != e.Dataflow {
			last, _ = v.in.Catalog.Dataflow(e.Dataflow) // asked above
		}
		seen[last.CodeOf(e.Key, areaDimension)] = true
	}
	for _, r := range v.in.Catalog.Rules() {
		for _, code := range r.Where[areaDimension] {
			seen[code] = true
		}
		for _, ref := range refs(r) {
			for _, code := range ref.Codes[areaDimension] {
				seen[code] = true
			}
		}
	}
	delete(seen, "")
	v.areas = slices.Sorted(maps.Keys(seen))
	return nil
}

// refs gives every reference of an identity.
func refs(r *catalog.Rule) []*catalog.Ref {
	out := append(r.Got.Refs(), r.Want.Refs()...)
	for _, e := range r.Facts {
		out = append(out, e.Refs()...)
	}
	return out
}

// flow gives a dataflow, of which series are read when they are needed.
func (v *view) flow(id string) (*held, error) {
	if h := v.flows[id]; h != nil {
		return h, nil
	}
	flow, err := v.in.Catalog.Dataflow(id)
	if err != nil {
		return nil, err
	}
	h := &held{flow: flow, series: map[stat.Key]*series{}}
	for _, r := range v.in.Catalog.Rules() {
		if r.Kind != catalog.IdentityRule && r.AboutFlow(flow) {
			h.rules = append(h.rules, r)
		}
	}
	h.load = func(keys []stat.Key) error {
		err := v.load(h, keys, v.d.spool.series(id, keys))
		if err != nil && v.err == nil {
			v.err = err
		}
		return err
	}
	v.flows[id] = h
	return h, nil
}

// load reads series of the store, and lays the figures of the message that are new or differ on top.
func (v *view) load(h *held, keys []stat.Key, given iter.Seq2[record, error]) error {
	for _, k := range keys {
		h.series[k] = &series{versions: map[stat.Period][]Version{}, rows: map[slot]int{}}
	}
	latest := map[slot]stat.Observation{}
	for part := range slices.Chunk(keys, bounds.series) {
		for x, err := range v.in.Store.Versions(v.ctx, Query{Dataflow: h.flow.ID, Series: part, AsOf: v.at}) {
			if err != nil {
				return err
			}
			v.held++
			s := h.series[x.Key]
			s.versions[x.Period] = append(s.versions[x.Period], x)
			latest[slotOf(x.Dataflow, x.Observation)] = x.Observation
		}
	}
	for r, err := range given {
		if err != nil {
			return err
		}
		at := slotOf(r.Dataflow, r.Observation)
		if stored, ok := latest[at]; ok && SameFigure(stored, r.Observation) {
			continue
		}
		v.held++
		s := h.series[r.Key]
		s.rows[at] = r.Row
		s.versions[r.Period] = append(s.versions[r.Period], Version{Dataflow: r.Dataflow, Observation: r.Observation, Message: own})
	}
	for _, k := range keys {
		h.series[k].order(h.flow.ID, k)
	}
	return nil
}

// order sorts the versions of each cell by which supersedes which, and the cells by time.
func (s *series) order(flow string, key stat.Key) {
	for period, list := range s.versions {
		slices.SortStableFunc(list, func(a, b Version) int {
			switch {
			case a.Supersedes(b):
				return 1
			case b.Supersedes(a):
				return -1
			}
			return 0
		})
		s.cells = append(s.cells, Cell{flow, key, period})
	}
	slices.SortFunc(s.cells, func(a, b Cell) int { return a.Period.Compare(b.Period) })
}

// trim lets go of series when many are held.
func (v *view) trim() {
	if v.held < bounds.versions {
		return
	}
	for _, h := range v.flows {
		clear(h.series)
	}
	v.held = 0
}

// try holds the message to the rules: those on one figure and those against the past series by series, then identities.
func (v *view) try() error {
	if err := v.mentioned(); err != nil {
		return err
	}
	next := 0 // of the entries
	var chunk []record
	var repeats *copying
	done := func(more bool) error {
		if len(chunk) == 0 {
			return nil
		}
		h, err := v.flow(chunk[0].Dataflow)
		if err != nil {
			return err
		}
		if repeats == nil || repeats.h != h {
			repeats = v.copyingOf(h)
		}
		if err := v.entries(h, chunk, next-len(chunk), repeats); err != nil {
			return err
		}
		v.d.tell(Reviewing, next, v.d.Len())
		if last := chunk[len(chunk)-1].Dataflow; !more || v.flows[last] != h {
			if err := repeats.find(); err != nil {
				return err
			}
		}
		clear(chunk)
		chunk = chunk[:0]
		return nil
	}
	series := 0
	for r, err := range v.d.spool.all() {
		if err != nil {
			return err
		}
		if n := len(chunk); n > 0 && (chunk[n-1].Key != r.Key || chunk[n-1].Dataflow != r.Dataflow) {
			if series++; chunk[n-1].Dataflow != r.Dataflow || series >= bounds.series || n >= bounds.entries {
				if err := done(chunk[n-1].Dataflow == r.Dataflow); err != nil {
					return err
				}
				series = 0
			}
		}
		chunk = append(chunk, r)
		next++
	}
	if err := done(false); err != nil {
		return err
	}
	return v.identities()
}

// entries holds some figures of the message, whole series of one dataflow, to the rules about single figures and about their past; first is the
// number of the first in the order of all.
func (v *view) entries(h *held, chunk []record, first int, repeats *copying) error {
	var keys []stat.Key
	for _, r := range chunk {
		if n := len(keys); n == 0 || keys[n-1] != r.Key {
			keys = append(keys, r.Key)
		}
	}
	if err := v.load(h, keys, each(chunk)); err != nil {
		return err
	}
	id := h.flow.ID
	if v.touched[id] == nil {
		v.touched[id] = map[stat.Key]bool{}
	}
	for i, r := range chunk {
		if _, changed := h.series[r.Key].rows[slotOf(id, r.Observation)]; !changed {
			continue
		}
		v.touched[id][r.Key] = true
		v.changed[(first+i)/64] |= 1 << ((first + i) % 64)
		v.entry(h, r)
		repeats.add(r)
	}
	v.trim()
	return nil
}

// each gives records one after another.
func each(list []record) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// entry holds one figure of the message to the rules about single figures and about their past.
func (v *view) entry(h *held, e record) {
	today := v.in.today(v.d.Header)
	for _, r := range h.rules {
		if !r.About(h.flow, e.Observation) {
			continue
		}
		var f *Finding
		switch r.Kind {
		case catalog.ChangeRule:
			f = v.change(r, h, e.Entry)
		case catalog.RevisionRule:
			f = v.revision(r, h, e.Entry)
		case catalog.SlipRule:
			f = v.slip(r, h, e.Entry)
		case catalog.RepeatRule:
		default:
			if r.Severity != catalog.Hard { // Prepare has tried the hard ones
				f = v.in.single(r, h.flow, e.Entry, today)
			}
		}
		if f != nil {
			f.Row, f.seq = e.Row, e.seq
			v.findings = append(v.findings, *f)
		}
	}
}

// identities tries those in which a figure of the message can take part.
func (v *view) identities() error {
	for _, r := range v.in.Catalog.Rules() {
		if r.Kind != catalog.IdentityRule {
			continue
		}
		about, err := v.in.Catalog.Dataflow(r.Flows[0])
		if err != nil {
			return err
		}
		touched := v.touched[r.Flows[0]] != nil
		for _, ref := range refs(r) {
			// A derived figure is stale when a new input comes, not wrong: it is tried when it is computed again.
			touched = touched || v.touched[ref.Flow.ID] != nil && (about.Kind != catalog.Derived || ref.Flow.Kind == catalog.Derived)
		}
		if touched {
			if err := v.identity(r); err != nil {
				return err
			}
		}
	}
	return v.err
}

// SameFigure reports whether a stored figure says what a given one says. Two derived figures may differ in their run.
func SameFigure(stored, given stat.Observation) bool {
	if !Reported(stored) && !Reported(given) {
		given.Attributes = given.Attributes.Clone()
		given.Attributes[stat.AttrRun] = stored.Attributes[stat.AttrRun]
	}
	return stored.Same(given)
}

// Change is what an entry of a message changes: a new cell, or one that had a figure before.
type Change struct {
	Entry
	Old *Version // the newest figure of the cell before; nil for a new cell
}
