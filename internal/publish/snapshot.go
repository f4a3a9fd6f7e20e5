package publish

import (
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Series is a key with its newest figures in the order of time.
type Series struct {
	Dataflow string
	Key      stat.Key
	Obs      []cube.Version
}

// Last gives the newest figure that has a value, or false.
func (s Series) Last() (cube.Version, bool) {
	for i := len(s.Obs) - 1; i >= 0; i-- {
		if s.Obs[i].Value != nil {
			return s.Obs[i], true
		}
	}
	return cube.Version{}, false
}

// At gives the figure of a period, or false.
func (s Series) At(p stat.Period) (cube.Version, bool) {
	for _, v := range s.Obs {
		if v.Period == p {
			return v, true
		}
	}
	return cube.Version{}, false
}

// Snapshot is the figures that a view shows, read as they are asked for by any number of goroutines. It may be viewed as of an older day: the
// figures published on or before that day and no others.
type Snapshot struct {
	Release Release
	Catalog *catalog.Catalog
	AsOf    cube.AsOf // the bound of what is shown, narrowed by the day viewed

	bound   cube.AsOf                  // the bound without a day
	past    *lists                     // what the audience may read, in the order of cube.Reader, within the bound
	recent  keep                       // of small dataflows the newest version of each cell within AsOf
	closers map[cube.Cell]cube.Version // of cells within AsOf the newest version that the audience may not read
	hidden  []cube.Version             // what lies within the bound and the audience may not read
	waiting []cube.Version             // what lies within the bound and waits for a minute of its own; until then an older figure is shown
	awaited map[cube.Cell]bool         // cells of which a version waits
	held    map[string]cube.Messages   // dataflow → what shows of it until its own minute
	closed  map[cube.Cell]bool         // cells whose newest version it may not read: an older one would pass for the figure of today
	sealed  map[int64]bool             // messages that brought something hidden
	guarded map[string]bool            // recipes that read something hidden

	records  pipeline.Records          // what the view knows of the register
	days     []stat.Date               // on which anything was published
	recipes  []pipeline.Recipe         // that are replayed for an older day
	replayed *pipeline.Replayed        // for the day viewed; nil for today
	replays  map[string][]cube.Version // dataflow → replayed figures, where none had been computed by the day viewed

	outlined outlined // what shows of large dataflows, without their figures

	mu    sync.Mutex
	older map[stat.Date]*older
	turn  int64 // counts how often an earlier day was asked for
}

// maxOlder bounds how many earlier days are kept ready; others are made anew.
const maxOlder = 16

// newSnapshot shows what lies on a shelf, and holds nothing of it.
func newSnapshot(r Release, c *catalog.Catalog, bound cube.AsOf, held map[string]cube.Messages, shelf Shelf) (*Snapshot, error) {
	s := &Snapshot{Release: r, Catalog: c, AsOf: bound, bound: bound, past: &lists{shelf: shelf}, closed: map[cube.Cell]bool{}, sealed: map[int64]bool{}, awaited: map[cube.Cell]bool{},
		guarded: map[string]bool{}, older: map[stat.Date]*older{}, held: held}
	var err error
	if s.hidden, err = shelf.Closed(); err != nil {
		return nil, err
	}
	if own, is := shelf.(*screen); is { // a file holds nothing that waits, and nothing of the messages that brought it
		s.waiting = own.waiting
		for _, v := range own.waiting {
			s.sealed[v.Message], s.awaited[v.Cell()] = true, true
		}
		for _, v := range own.hidden {
			s.sealed[v.Message] = true
		}
	}
	s.days = s.past.published()
	s.choose()
	return s, nil
}

func byKey(a, b cube.Version) int { return strings.Compare(string(a.Key), string(b.Key)) }

// Changed is when what is said last changed, to the second: with its release, or with the edition of the catalogue that it is said in, whatever day it
// is viewed as of.
func (s *Snapshot) Changed() time.Time {
	at := s.Release.PublishAt
	if s.Catalog != nil && s.Catalog.Since.After(at) {
		at = s.Catalog.Since.Add(time.Second - 1) // who asked within its second may have seen what was before
	}
	return at.UTC().Truncate(time.Second)
}

// waits reports whether a version waits for a minute of its own.
func (s *Snapshot) waits(v cube.Version) bool { return waits(s.held, v) }

// choose finds the newest version of each cell. A cell whose newest version is hidden has none.
func (s *Snapshot) choose() {
	s.closers = map[cube.Cell]cube.Version{}
	for _, v := range s.hidden {
		if at, ok := s.closers[v.Cell()]; s.AsOf.Allows(v) && (!ok || v.Supersedes(at)) {
			s.closers[v.Cell()] = v
		}
	}
	for cell, h := range s.closers {
		open := false
		for _, v := range cube.Newest(s.past.of(cell.Dataflow, string(cell.Key)), s.AsOf) {
			open = open || v.Cell() == cell && !h.Supersedes(v)
		}
		if !open {
			s.closed[cell] = true
		}
	}
}

// reduce gives the newest version of each cell, without those in whose place a hidden one stands.
func (s *Snapshot) reduce(list []cube.Version) []cube.Version {
	out := cube.Newest(list, s.AsOf)
	if len(s.closers) == 0 {
		return out
	}
	return slices.DeleteFunc(out, s.behind)
}

// behind reports whether a hidden version stands in the place of one.
func (s *Snapshot) behind(v cube.Version) bool {
	if len(s.closers) == 0 {
		return false
	}
	h, ok := s.closers[v.Cell()]
	return ok && h.Supersedes(v)
}

// newestOf gives the newest versions of a dataflow in which those of a pattern lie, among others perhaps.
func (s *Snapshot) newestOf(flow, pattern string) []cube.Version {
	if list := s.replays[flow]; len(list) > 0 {
		return narrow(list, pattern)
	}
	if s.past.size(flow) > small {
		return s.reduce(s.past.of(flow, pattern))
	}
	return narrow(s.recent.get(flow, func() []cube.Version { return s.reduce(s.past.of(flow, "")) }), pattern)
}

// empty reports whether nothing of a dataflow had been published by the day viewed.
func (s *Snapshot) empty(flow string) bool {
	if s.past.size(flow) <= small {
		return len(s.newestOf(flow, "")) == 0
	}
	return s.past.days(flow)[0].Date.After(s.AsOf.Vintage)
}

// At gives the snapshot as it would have read on a day: only what had been published by then. Where none of our own
// estimates had been computed yet, they are replayed with what was known, and say so.
func (s *Snapshot) At(day stat.Date) *Snapshot {
	if day.IsZero() {
		return s
	}
	if day = s.settled(day); s.AsOf.Vintage == day {
		return s
	}
	return s.earlier(day).get()
}

// older is the view of an earlier day, made once by the first reader of it; others of that day wait for it, and those of other days do not.
type older struct {
	get  func() *Snapshot
	used int64 // the turn in which it was asked for last
}

// earlier gives the view of a day, to be made by whoever asks for it first. It is made for all readers of that day, so that none of them hanging
// up ends it. Of more days than maxOlder those asked for longest ago are forgotten.
func (s *Snapshot) earlier(day stat.Date) *older {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.older[day]
	if o == nil {
		if len(s.older) >= maxOlder {
			s.forgetOldest()
		}
		o = &older{}
		o.get = sync.OnceValue(func() *Snapshot {
			made := false
			defer func() { // one that failed is not kept for the next
				if !made {
					s.mu.Lock()
					defer s.mu.Unlock()
					delete(s.older, day)
				}
			}()
			view := s.by(day)
			view.replay()
			made = true
			return view
		})
		s.older[day] = o
	}
	s.turn++
	o.used = s.turn
	return o
}

func (s *Snapshot) forgetOldest() {
	var at stat.Date
	least := int64(math.MaxInt64)
	for day, o := range s.older {
		if o.used < least {
			at, least = day, o.used
		}
	}
	delete(s.older, at)
}

// by gives the snapshot of what had been published by a day, without anything that is replayed.
func (s *Snapshot) by(day stat.Date) *Snapshot {
	out := &Snapshot{Release: s.Release, Catalog: s.Catalog, AsOf: s.AsOf, bound: s.bound, past: s.past, hidden: s.hidden, closed: map[cube.Cell]bool{}, sealed: s.sealed,
		waiting: s.waiting, awaited: s.awaited, held: s.held, guarded: s.guarded, records: s.records, days: s.days, recipes: s.recipes, older: map[stat.Date]*older{}}
	out.AsOf.Vintage = day
	out.choose()
	return out
}

// Read gives the newest figures of the series that match a pattern, ordered by key and period.
func (s *Snapshot) Read(dataflow, pattern string) []cube.Version {
	var out []cube.Version
	for _, v := range s.newestOf(dataflow, pattern) {
		if v.Key.Matches(pattern) {
			out = append(out, v)
		}
	}
	return out
}

// Series gives the series that match a pattern, in the order of the codelists of the structure.
func (s *Snapshot) Series(dataflow, pattern string) []Series {
	var out []Series
	for _, v := range s.Read(dataflow, pattern) {
		if n := len(out); n > 0 && out[n-1].Key == v.Key {
			out[n-1].Obs = append(out[n-1].Obs, v)
			continue
		}
		out = append(out, Series{Dataflow: dataflow, Key: v.Key, Obs: []cube.Version{v}})
	}
	flow, err := s.Catalog.Dataflow(dataflow)
	if err != nil {
		return out
	}
	rank := func(k stat.Key) []int {
		codes := k.Codes()
		ranks := make([]int, len(codes))
		for i, d := range flow.Dimensions {
			if l, err := s.Catalog.Codelist(d.Codelist); err == nil && i < len(codes) {
				ranks[i] = l.Position(codes[i])
			}
		}
		return ranks
	}
	ranks := make(map[stat.Key][]int, len(out))
	for _, x := range out {
		ranks[x.Key] = rank(x.Key)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := ranks[out[i].Key], ranks[out[j].Key]
		for n := range a {
			if a[n] != b[n] {
				return a[n] < b[n]
			}
		}
		return out[i].Key < out[j].Key
	})
	return out
}

// One gives a single series by its full key; its Obs is empty when there is none.
func (s *Snapshot) One(dataflow string, key stat.Key) Series {
	return Series{Dataflow: dataflow, Key: key, Obs: s.Read(dataflow, string(key))}
}

// Cell gives the newest figure of a cell, or false.
func (s *Snapshot) Cell(c cube.Cell) (cube.Version, bool) {
	if s.Replayed(c.Dataflow) {
		return s.One(c.Dataflow, c.Key).At(c.Period)
	}
	for _, v := range s.reduce(s.past.cell(c)) {
		return v, true // there is no other
	}
	return cube.Version{}, false
}

// History gives every version of the series that match a pattern, within the bound of the view.
func (s *Snapshot) History(dataflow, pattern string) []cube.Version {
	if s.Replayed(dataflow) {
		return s.Read(dataflow, pattern)
	}
	var out []cube.Version
	for _, v := range s.past.of(dataflow, pattern) {
		if s.AsOf.Allows(v) && v.Key.Matches(pattern) && !s.closed[v.Cell()] {
			out = append(out, v)
		}
	}
	return out
}

// CellHistory gives every version of one cell, oldest first.
func (s *Snapshot) CellHistory(c cube.Cell) []cube.Version {
	var out []cube.Version
	if s.Replayed(c.Dataflow) {
		if v, ok := s.Cell(c); ok {
			out = append(out, v)
		}
		return out
	}
	for _, v := range s.past.cell(c) {
		if s.AsOf.Allows(v) && !s.closed[c] {
			out = append(out, v)
		}
	}
	return out
}

// First is the first day on which a figure that the view shows, on this day or another, was published; zero when there is none.
func (s *Snapshot) First() stat.Date {
	if len(s.days) == 0 {
		return stat.Date{}
	}
	return s.days[0]
}

// Published lists the days on which anything was published, oldest first, also those after the day viewed.
func (s *Snapshot) Published() []stat.Date { return slices.Clone(s.days) }

// Vintages lists the days on which figures of a dataflow were published, oldest first, also those after the day viewed: they are the
// other days that a reader may view.
func (s *Snapshot) Vintages(dataflow string) []stat.Date {
	var out []stat.Date
	for _, d := range s.past.days(dataflow) {
		out = append(out, d.Date)
	}
	return out
}
