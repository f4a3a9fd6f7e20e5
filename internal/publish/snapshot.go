package publish

import (
	"sort"
	"sync"

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

// Snapshot is everything a release shows, held in memory and read by any number of goroutines. It may be viewed as of an
// older day: the figures published on or before that day and no others.
type Snapshot struct {
	Release Release
	Catalog *catalog.Catalog
	AsOf    cube.AsOf // the release's bound, narrowed by the day viewed

	past   map[string][]cube.Version // dataflow → history in the order of cube.Store.History, within the release
	newest map[string][]cube.Version // dataflow → newest version of each cell within AsOf

	mu    sync.Mutex
	older map[stat.Date]*Snapshot
}

// maxOlder bounds how many earlier days are kept ready; others are made anew.
const maxOlder = 16

// NewSnapshot freezes a release from versions ordered by dataflow and then as cube.Store.History orders them. Versions that are
// not free for publication, or lie outside the release, are left out.
func NewSnapshot(r Release, c *catalog.Catalog, all []cube.Version) *Snapshot {
	past := map[string][]cube.Version{}
	for _, v := range all {
		if r.AsOf.Allows(v) && Open(v) {
			past[v.Dataflow] = append(past[v.Dataflow], v)
		}
	}
	return view(r, c, past, r.AsOf)
}

// Open reports whether a figure is free for publication.
func Open(v cube.Version) bool {
	conf := stat.Confidentiality(v.Attributes[stat.AttrConf])
	return conf == "" || conf == stat.Free
}

// Withhold gives an explanation without the figures that are not free for publication, each counted as left out: the tree still says that
// they were used, never what they are.
func Withhold(n pipeline.Node) pipeline.Node {
	open := make([]cube.Version, 0, len(n.Versions))
	for _, v := range n.Versions {
		if Open(v) {
			open = append(open, v)
		}
	}
	n.Omitted += len(n.Versions) - len(open)
	n.Versions = open
	from := make([]pipeline.Node, len(n.From))
	for i, child := range n.From {
		from[i] = Withhold(child)
	}
	n.From = from
	return n
}

func view(r Release, c *catalog.Catalog, past map[string][]cube.Version, at cube.AsOf) *Snapshot {
	s := &Snapshot{Release: r, Catalog: c, AsOf: at, past: past, newest: map[string][]cube.Version{}, older: map[stat.Date]*Snapshot{}}
	for flow, list := range past {
		s.newest[flow] = cube.Newest(list, at)
	}
	return s
}

// At gives the snapshot as it would have read on a day: only what had been published by then. Our own estimates are dated
// by their run, so a day before the first run shows official figures alone.
func (s *Snapshot) At(day stat.Date) *Snapshot {
	if day.IsZero() || s.AsOf.Vintage == day {
		return s
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.older[day]; old != nil {
		return old
	}
	if len(s.older) >= maxOlder {
		clear(s.older)
	}
	at := s.AsOf
	at.Vintage = day
	old := view(s.Release, s.Catalog, s.past, at)
	s.older[day] = old
	return old
}

// Read gives the newest figures of the series that match a pattern, ordered by key and period.
func (s *Snapshot) Read(dataflow, pattern string) []cube.Version {
	var out []cube.Version
	for _, v := range s.newest[dataflow] {
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
	return s.One(c.Dataflow, c.Key).At(c.Period)
}

// History gives every version of the series that match a pattern, within the bound of the view.
func (s *Snapshot) History(dataflow, pattern string) []cube.Version {
	var out []cube.Version
	for _, v := range s.past[dataflow] {
		if s.AsOf.Allows(v) && v.Key.Matches(pattern) {
			out = append(out, v)
		}
	}
	return out
}

// CellHistory gives every version of one cell, oldest first.
func (s *Snapshot) CellHistory(c cube.Cell) []cube.Version {
	var out []cube.Version
	for _, v := range s.History(c.Dataflow, string(c.Key)) {
		if v.Period == c.Period {
			out = append(out, v)
		}
	}
	return out
}

// Count gives the number of cells and of versions of a dataflow, within the bound of the view.
func (s *Snapshot) Count(dataflow string) (cells, versions int) {
	return len(s.newest[dataflow]), len(s.History(dataflow, ""))
}

// Vintages lists the days on which figures of a dataflow were published, oldest first, also those after the day viewed: they are the
// other days that a reader may view.
func (s *Snapshot) Vintages(dataflow string) []stat.Date {
	seen := map[stat.Date]bool{}
	var out []stat.Date
	for _, v := range s.past[dataflow] {
		if !seen[v.Vintage.Date] {
			seen[v.Vintage.Date] = true
			out = append(out, v.Vintage.Date)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Before(out[j]) })
	return out
}
