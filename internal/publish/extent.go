package publish

import (
	"slices"
	"strings"
	"sync"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Extent is how much a view shows of a dataflow.
type Extent struct {
	Series, Cells, Versions int
	First, Last             stat.Period    // that begins first and that ends last
	Stated                  []stat.Vintage // the days of publication that sources state, oldest first
	Documents               map[string]int // how many of the newest figures rest on each
	Revised                 int            // figures that another value replaced
}

// arranged is an outline as a snapshot shows it.
type arranged struct {
	*Outline
	extent Extent
	order  []int       // the series that show, in the order of the codelists
	less   map[int]int // how many cells of a series do not show
	whole  bool        // as of today, of which the outline counts the cells of each series
}

// outlined is the outlines of large dataflows of a snapshot, each arranged once.
type outlined struct {
	mu sync.Mutex
	of map[string]func() *arranged
}

// outlineOf arranges the outline of a dataflow. One that is held in memory is gone through; of a large one, what lies on the shelf is kept.
func (s *Snapshot) outlineOf(dataflow string) *arranged {
	if !s.Large(dataflow) {
		x := outliner{}
		for _, v := range s.History(dataflow, "") {
			x.add(v)
		}
		return s.arrange(dataflow, x.outline(), nil)
	}
	s.outlined.mu.Lock()
	get := s.outlined.of[dataflow]
	if get == nil {
		if s.outlined.of == nil {
			s.outlined.of = map[string]func() *arranged{}
		}
		get = sync.OnceValue(func() *arranged { return s.arrange(dataflow, s.past.outline(dataflow), s.unseen(dataflow)) })
		s.outlined.of[dataflow] = get
	}
	s.outlined.mu.Unlock()
	return get()
}

// Large reports whether a dataflow is read as it is asked for and never held.
func (s *Snapshot) Large(dataflow string) bool {
	return !s.Replayed(dataflow) && s.past.size(dataflow) > small
}

// unseen outlines what an outline counts and the snapshot does not show: cells in whose place something closed stands.
func (s *Snapshot) unseen(dataflow string) *Outline {
	var keys []stat.Key
	for c := range s.closed {
		if c.Dataflow == dataflow {
			keys = append(keys, c.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	x := outliner{}
	for _, v := range s.past.series(dataflow, keys) {
		if s.AsOf.Allows(v) && s.closed[v.Cell()] {
			x.add(v)
		}
	}
	return x.outline()
}

// arrange makes the summary of an outline, and puts its series into the order of the codelists.
func (s *Snapshot) arrange(dataflow string, o, unseen *Outline) *arranged {
	a := &arranged{Outline: o, less: map[int]int{}}
	a.extent.Documents = map[string]int{}
	var span Outlined
	days := 0 // that count
	for _, d := range o.Days {
		if !s.AsOf.Vintage.IsZero() && d.Date.After(s.AsOf.Vintage) {
			break
		}
		days++
		a.extent.count(d, 1)
		span.spans(d.First, d.Last, d.FirstAt, d.LastAt)
		for _, w := range d.Written {
			a.extent.Stated = append(a.extent.Stated, stat.Vintage{Date: d.Date, Written: w})
		}
	}
	a.extent.First, a.extent.Last, a.whole = span.First, span.Last, days == len(o.Days)
	if unseen != nil {
		for _, d := range unseen.Days {
			a.extent.count(d, -1)
		}
		for i := range unseen.Cells.Len() {
			if at, there := o.find(unseen.Key(i)); there {
				a.less[at] = unseen.Cells.At(i)
			}
		}
	}
	for i := range o.Cells.Len() {
		if o.Since.At(i) < days && (a.less[i] == 0 || s.showsAny(dataflow, a, i)) {
			a.order = append(a.order, i)
		}
	}
	a.extent.Series = len(a.order)
	if s.Catalog != nil {
		if flow, err := s.Catalog.Dataflow(dataflow); err == nil {
			a.sort(s.Catalog, flow)
		}
	}
	return a
}

// showsAny reports whether anything shows of a series of which something does not.
func (s *Snapshot) showsAny(dataflow string, a *arranged, i int) bool {
	if a.whole {
		return a.Cells.At(i) > a.less[i]
	}
	return len(s.One(dataflow, a.Key(i)).Obs) > 0
}

func (a *Extent) count(d Outlined, sign int) {
	a.Cells += sign * d.Cells
	a.Versions += sign * d.Versions
	a.Revised += sign * d.Revised
	for source, n := range d.Documents {
		if a.Documents[source] += sign * n; a.Documents[source] == 0 {
			delete(a.Documents, source)
		}
	}
}

// sort puts series into the order of the codelists, those of codes that a list does not have by their keys: by one dimension after another, from
// the last to the first, each time keeping what was in order.
func (a *arranged) sort(c *catalog.Catalog, flow *catalog.Dataflow) {
	for d := len(a.Keys) - 1; d >= 0; d-- {
		if d >= len(flow.Dimensions) {
			continue
		}
		l, err := c.Codelist(flow.Dimensions[d].Codelist)
		if err != nil {
			continue
		}
		ranks := make([]int, len(a.Codes[d]))
		for i, code := range a.Codes[d] {
			ranks[i] = l.Position(code)
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(ranks)))
		starts := make([]int, len(distinct)+1)
		for i := range ranks {
			ranks[i], _ = slices.BinarySearch(distinct, ranks[i])
		}
		for _, i := range a.order {
			starts[ranks[a.Keys[d].At(i)]+1]++
		}
		for i := range distinct {
			starts[i+1] += starts[i]
		}
		sorted := make([]int, len(a.order))
		for _, i := range a.order {
			r := ranks[a.Keys[d].At(i)]
			sorted[starts[r]] = i
			starts[r]++
		}
		a.order = sorted
	}
}

// Extent gives how much the view shows of a dataflow, without reading it where it is large.
func (s *Snapshot) Extent(dataflow string) Extent { return s.outlineOf(dataflow).extent }

// Choice is the series of a dataflow that match a pattern, in the order of the codelists, without their figures.
type Choice struct {
	of     *arranged
	series []int
	codes  [][]bool // of each dimension which codes some series has that matches the pattern elsewhere
	all    bool
}

// Choose gives the series that match a pattern.
func (s *Snapshot) Choose(dataflow, pattern string) *Choice {
	return choiceOf(s.outlineOf(dataflow), pattern)
}

func choiceOf(a *arranged, pattern string) *Choice {
	x := &Choice{of: a, codes: make([][]bool, len(a.Keys))}
	wanted, bound, fits := a.wanted(pattern)
	if !fits {
		return x
	}
	for d := range a.Keys {
		x.codes[d] = make([]bool, len(a.Codes[d]))
	}
	x.all = bound == 0
	for _, i := range a.order {
		missed, where := 0, 0
		for d, want := range wanted {
			if want != nil && !want[a.Keys[d].At(i)] {
				missed, where = missed+1, d
			}
		}
		switch missed {
		case 0:
			x.series = append(x.series, i)
			for d := range a.Keys {
				x.codes[d][a.Keys[d].At(i)] = true
			}
		case 1:
			x.codes[where][a.Keys[where].At(i)] = true
		}
	}
	return x
}

// wanted reads a pattern: of each dimension which codes it wants, nil for any, and how many dimensions it binds.
func (a *arranged) wanted(pattern string) (out [][]bool, bound int, fits bool) {
	out = make([][]bool, len(a.Keys))
	if pattern == "" || pattern == "all" || pattern == "*" {
		return out, 0, true
	}
	codes := strings.Split(pattern, ".")
	if len(codes) != len(a.Keys) {
		return nil, 0, false
	}
	for d, want := range codes {
		if want == "" || want == "*" {
			continue
		}
		bound++
		out[d] = make([]bool, len(a.Codes[d]))
		for _, code := range strings.Split(want, "+") {
			if i := slices.Index(a.Codes[d], code); i >= 0 {
				out[d][i] = true
			}
		}
	}
	return out, bound, true
}

// Len gives the number of series.
func (x *Choice) Len() int { return len(x.series) }

// Cells gives the number of their figures. For an older day it is known of all series together only.
func (x *Choice) Cells() (n int, known bool) {
	if x.all || len(x.series) == len(x.of.order) {
		return x.of.extent.Cells, true
	}
	if !x.of.whole {
		return 0, false
	}
	for _, i := range x.series {
		n += x.of.Cells.At(i) - x.of.less[i]
	}
	return n, true
}

// Codes gives the codes that a dimension may be given while the others stay as the pattern has them, in no order that means anything.
func (x *Choice) Codes(dimension int) []string {
	var out []string
	if dimension >= len(x.codes) {
		return nil
	}
	for i, is := range x.codes[dimension] {
		if is {
			out = append(out, x.of.Codes[dimension][i])
		}
	}
	return out
}

// Keys gives the keys of a part of the series.
func (x *Choice) Keys(from, to int) []stat.Key {
	var out []stat.Key
	for _, i := range x.series[min(from, len(x.series)):min(to, len(x.series))] {
		out = append(out, x.of.Key(i))
	}
	return out
}

// Some gives some series by their keys, in the order in which they are named; one without figures is left out.
func (s *Snapshot) Some(dataflow string, keys []stat.Key) []Series {
	var out []Series
	add := func(key stat.Key, obs []cube.Version) {
		if len(obs) > 0 {
			out = append(out, Series{Dataflow: dataflow, Key: key, Obs: obs})
		}
	}
	if !s.Large(dataflow) {
		for _, key := range keys {
			add(key, s.Read(dataflow, string(key)))
		}
		return out
	}
	of := map[stat.Key][]cube.Version{}
	for _, v := range s.reduce(s.past.series(dataflow, keys)) {
		of[v.Key] = append(of[v.Key], v)
	}
	for _, key := range keys {
		add(key, of[key])
	}
	return out
}
