package publish

import (
	"encoding/binary"
	"iter"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Outline is what a dataflow holds, without its figures: which series, how many cells they have, and what was published on which day. It is made in
// one pass over the figures, so that a page of a dataflow of any size need not read them all.
type Outline struct {
	Codes   [][]string    `json:"codes"`             // of each dimension, in the order in which they were met
	Keys    []Numbers     `json:"keys"`              // of each dimension, for each series in the order of keys the place of its code
	Since   Numbers       `json:"since"`             // for each series the place in Days of the first of its days
	Cells   Numbers       `json:"cells"`             // for each series
	Days    []Outlined    `json:"days"`              // oldest first
	Periods []stat.Period `json:"periods,omitempty"` // of the revisions that days name, in the order in which they were met
	Revised []Revised     `json:"revised,omitempty"` // the newest of all days, in files that were written before days named theirs
}

// Outlined is what was published of a dataflow on one day.
type Outlined struct {
	Day
	First     stat.Period    `json:"first,omitzero"`    // of the cells that had no figure before
	Last      stat.Period    `json:"last,omitzero"`     // of these too
	FirstAt   int            `json:"firstAt,omitempty"` // which cell of the dataflow brought it: of equal ones the first met counts
	LastAt    int            `json:"lastAt,omitempty"`
	Written   []string       `json:"written,omitempty"`   // how the day is recorded
	Documents map[string]int `json:"documents,omitempty"` // how many more, or fewer, of the newest figures rest on each document
	Revised   int            `json:"revised,omitempty"`   // figures that another value replaced
	Named     Numbers        `json:"named,omitempty"`     // of the first of those, in the order of cells, the place of the series and that of the period in Periods
}

// Revised is a cell whose value another one replaced on a day.
type Revised struct {
	Key    stat.Key    `json:"key"`
	Period stat.Period `json:"period"`
	Date   stat.Date   `json:"date"`
}

// mostNamed bounds the revisions of one day that an outline names; it counts all. It is more than a page lists, since some of them may not show.
const mostNamed = 2000

// Numbers is a column of whole numbers, four bytes each, so that one of a million series is small to hold and quick to read.
type Numbers []byte

// Len gives how many there are.
func (n Numbers) Len() int { return len(n) / 4 }

// At gives one of them.
func (n Numbers) At(i int) int { return int(binary.LittleEndian.Uint32(n[4*i:])) }

func (n *Numbers) add(x int) { *n = binary.LittleEndian.AppendUint32(*n, uint32(x)) } //nolint:gosec // fewer than four thousand million of anything

func (n Numbers) increase(i int) { binary.LittleEndian.PutUint32(n[4*i:], uint32(n.At(i)+1)) } //nolint:gosec // as above

// Key gives the key of a series.
func (o *Outline) Key(i int) stat.Key {
	codes := make([]string, len(o.Keys))
	for d, column := range o.Keys {
		codes[d] = o.Codes[d][column.At(i)]
	}
	return stat.NewKey(codes...)
}

// find gives the place of a series, or false.
func (o *Outline) find(key stat.Key) (int, bool) {
	low, high := 0, o.Cells.Len()
	for low < high {
		if mid := (low + high) / 2; o.Key(mid) < key {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < o.Cells.Len() && o.Key(low) == key
}

// outliner makes the outline of one dataflow from versions in the order of cube.Reader.
type outliner struct {
	out     Outline
	numbers []map[string]int    // of codes, by dimension
	periods map[stat.Period]int // places of those that are named
	days    map[stat.Date]*Outlined
	since   []stat.Date
	latest  cube.Version // the newest of the cell that is being read
	before  cube.Version // the version before, of the same cell
	some    bool
	cells   int
}

func (x *outliner) add(v cube.Version) {
	day := x.day(v)
	day.Versions++
	if fresh := !x.some || x.latest.Key != v.Key; fresh || x.latest.Period != v.Period {
		if fresh {
			x.series(v)
		}
		n := len(x.since) - 1
		if v.Vintage.Date.Before(x.since[n]) {
			x.since[n] = v.Vintage.Date
		}
		x.out.Cells.increase(n)
		day.Cells++
		x.cells++
		day.spans(v.Period, v.Period, x.cells, x.cells)
		day.rests(v, 1)
		x.latest, x.before, x.some = v, v, true
		return
	}
	if v.Value != nil && x.before.Value != nil && v.Value.Cmp(*x.before.Value) != 0 {
		x.names(day, v.Period)
	}
	if x.before = v; v.Supersedes(x.latest) {
		day.rests(x.latest, -1)
		day.rests(v, 1)
		x.latest = v
	}
}

func (x *outliner) day(v cube.Version) *Outlined {
	day := x.days[v.Vintage.Date]
	if day == nil {
		if x.days == nil {
			x.days = map[stat.Date]*Outlined{}
		}
		day = &Outlined{Day: Day{Date: v.Vintage.Date}}
		x.days[v.Vintage.Date] = day
	}
	if w := v.Vintage.Written; w != "" && !slices.Contains(day.Written, w) {
		day.Written = append(day.Written, w)
	}
	return day
}

// series begins another series.
func (x *outliner) series(v cube.Version) {
	codes := v.Key.Codes()
	for len(x.numbers) < len(codes) {
		x.numbers, x.out.Codes, x.out.Keys = append(x.numbers, map[string]int{}), append(x.out.Codes, nil), append(x.out.Keys, nil)
	}
	for d, code := range codes {
		at, known := x.numbers[d][code]
		if !known {
			code = strings.Clone(code) // or it would hold the whole key
			at = len(x.out.Codes[d])
			x.numbers[d][code], x.out.Codes[d] = at, append(x.out.Codes[d], code)
		}
		x.out.Keys[d].add(at)
	}
	x.out.Cells.add(0)
	x.since = append(x.since, v.Vintage.Date)
}

// spans widens what a day covers by a span of periods, which certain cells brought.
func (d *Outlined) spans(first, last stat.Period, firstAt, lastAt int) {
	if first.IsZero() {
		return
	}
	if c := first.From().Compare(d.First.From()); d.First.IsZero() || c < 0 || c == 0 && firstAt < d.FirstAt {
		d.First, d.FirstAt = first, firstAt
	}
	if c := last.To().Compare(d.Last.To()); d.Last.IsZero() || c > 0 || c == 0 && lastAt < d.LastAt {
		d.Last, d.LastAt = last, lastAt
	}
}

// rests counts a figure as resting on its document, or no more.
func (d *Outlined) rests(v cube.Version, n int) {
	if !cube.Reported(v.Observation) {
		return
	}
	if d.Documents == nil {
		d.Documents = map[string]int{}
	}
	source := v.Attributes[stat.AttrSource]
	if d.Documents[source] += n; d.Documents[source] == 0 {
		delete(d.Documents, source)
	}
}

// names names a revision of a day. Versions come in the order of cells, so that those named are the first of their day.
func (x *outliner) names(day *Outlined, p stat.Period) {
	if day.Revised++; day.Named.Len() >= 2*mostNamed {
		return
	}
	at, known := x.periods[p]
	if !known {
		if x.periods == nil {
			x.periods = map[stat.Period]int{}
		}
		at = len(x.out.Periods)
		x.periods[p], x.out.Periods = at, append(x.out.Periods, p)
	}
	day.Named.add(len(x.since) - 1)
	day.Named.add(at)
}

// revisions gives the revisions that are named, as of a day or, when it is zero, of all: those of the newest day first and those of one day in the
// order of cells. Behind a day that does not name all of its own there are none, so that none is left out in between.
func (o *Outline) revisions(last stat.Date) iter.Seq[Revised] {
	return func(yield func(Revised) bool) {
		for _, r := range o.Revised {
			if (last.IsZero() || !r.Date.After(last)) && !yield(r) {
				return
			}
		}
		for _, d := range slices.Backward(o.Days) {
			if !last.IsZero() && d.Date.After(last) {
				continue
			}
			n := d.Named.Len() / 2
			for i := range n {
				if !yield(Revised{o.Key(d.Named.At(2 * i)), o.Periods[d.Named.At(2*i+1)], d.Date}) {
					return
				}
			}
			if n < d.Revised {
				return
			}
		}
	}
}

// outline gives what was added.
func (x *outliner) outline() *Outline {
	numbers := map[stat.Date]int{}
	for i, date := range slices.SortedFunc(maps.Keys(x.days), stat.Date.Compare) {
		numbers[date] = i
		x.out.Days = append(x.out.Days, *x.days[date])
	}
	for _, date := range x.since {
		x.out.Since.add(numbers[date])
	}
	return &x.out
}

// Counter counts versions and cells by dataflow and day, and outlines the dataflows that are too large to be read for that. Versions come in the
// order of cube.Reader. The zero Counter is ready.
type Counter struct {
	days     map[string][]Day
	outlines map[string]*Outline
	flow     string
	now      *outliner
}

// Add counts a version.
func (c *Counter) Add(v cube.Version) {
	if c.now == nil || c.flow != v.Dataflow {
		c.close()
		c.flow, c.now = v.Dataflow, &outliner{}
	}
	c.now.add(v)
}

// close counts the dataflow that was read.
func (c *Counter) close() {
	if c.now == nil {
		return
	}
	if c.days == nil {
		c.days, c.outlines = map[string][]Day{}, map[string]*Outline{}
	}
	o, versions := c.now.outline(), 0
	for _, d := range o.Days {
		c.days[c.flow] = append(c.days[c.flow], d.Day)
		versions += d.Versions
	}
	if versions > small {
		c.outlines[c.flow] = o
	}
	c.now = nil
}

// Days gives the days of each dataflow on which it has figures, oldest first.
func (c *Counter) Days() map[string][]Day {
	c.close()
	return c.days
}

// Outlines gives the outlines of the dataflows that are too large to be read for what an outline tells.
func (c *Counter) Outlines() map[string]*Outline {
	c.close()
	return c.outlines
}
