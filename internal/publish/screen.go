package publish

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// screen is the figures of a source as one audience may read them: a shelf that lets nothing else through. It goes through the source once to
// learn what there is, and holds no figure but those that the audience may not read or that wait for a minute of their own.
type screen struct {
	source   cube.Past
	audience Audience
	bound    cube.AsOf
	held     map[string]cube.Messages // dataflow → what shows of it until its own minute
	flows    []string
	days     map[string][]Day
	hidden   []cube.Version
	waiting  []cube.Version
}

// newScreen goes through a source. newest bounds what is read, now and later, to the messages that are stored by now.
func newScreen(ctx context.Context, source cube.Past, a Audience, bound cube.AsOf, newest int64, held map[string]cube.Messages) (*screen, error) {
	if bound.Message == 0 || newest < bound.Message {
		bound.Message = newest
	}
	bound.Vintage = stat.Date{} // of a day viewed, the snapshot takes care
	s := &screen{source: source, audience: a, bound: bound, held: held, days: map[string][]Day{}}
	if newest == 0 {
		return s, nil // nothing is stored, and no bound says so
	}
	count := Counter{}
	for v, err := range source.Versions(ctx, cube.Query{AsOf: bound}) {
		switch {
		case err != nil:
			return nil, err
		case waits(held, v):
			s.waiting = append(s.waiting, v)
		case !a.mayRead(confidentiality(v)):
			s.hidden = append(s.hidden, v)
		default:
			count.Add(v)
		}
	}
	s.days = count.Days()
	s.flows = slices.Sorted(maps.Keys(s.days))
	return s, nil
}

// waits reports whether a version waits for a minute of its own, by what shows of its dataflow until then.
func waits(held map[string]cube.Messages, v cube.Version) bool {
	before, some := held[v.Dataflow]
	return some && !before.Has(v.Message)
}

// Flows implements Shelf.
func (s *screen) Flows() []string { return s.flows }

// Days implements Shelf.
func (s *screen) Days(dataflow string) []Day { return s.days[dataflow] }

// Closed implements Shelf.
func (s *screen) Closed() ([]cube.Version, error) { return s.hidden, nil }

// Each implements Shelf.
func (s *screen) Each(ctx context.Context, dataflow, pattern string) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		if s.days[dataflow] == nil {
			return
		}
		for v, err := range s.source.Versions(ctx, cube.Query{Dataflow: dataflow, Key: pattern, AsOf: s.bound}) {
			if err == nil && (waits(s.held, v) || !s.audience.mayRead(confidentiality(v))) {
				continue
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Counter counts versions and cells by dataflow and day. Versions come in the order of cube.Reader, those of a cell together and the oldest first.
// The zero Counter is ready.
type Counter struct {
	at   map[string]map[stat.Date]*Day
	last cube.Cell
}

// Add counts a version.
func (c *Counter) Add(v cube.Version) {
	if c.at == nil {
		c.at = map[string]map[stat.Date]*Day{}
	}
	if c.at[v.Dataflow] == nil {
		c.at[v.Dataflow] = map[stat.Date]*Day{}
	}
	day := c.at[v.Dataflow][v.Vintage.Date]
	if day == nil {
		day = &Day{Date: v.Vintage.Date}
		c.at[v.Dataflow][v.Vintage.Date] = day
	}
	day.Versions++
	if cell := v.Cell(); cell != c.last {
		day.Cells++
		c.last = cell
	}
}

// Days gives the days of each dataflow on which it has figures, oldest first.
func (c *Counter) Days() map[string][]Day {
	out := make(map[string][]Day, len(c.at))
	for flow, at := range c.at {
		for _, day := range at {
			out[flow] = append(out[flow], *day)
		}
		slices.SortFunc(out[flow], func(a, b Day) int { return a.Date.Compare(b.Date) })
	}
	return out
}

// inMemory is figures at hand, by dataflow and there in the order of cube.Reader.
type inMemory map[string][]cube.Version

func newInMemory(figures []cube.Version) inMemory {
	out := inMemory{}
	for _, v := range figures {
		out[v.Dataflow] = append(out[v.Dataflow], v)
	}
	for _, list := range out {
		if !slices.IsSortedFunc(list, cube.InOrder) {
			slices.SortStableFunc(list, cube.InOrder)
		}
	}
	return out
}

// Versions implements cube.Past.
func (m inMemory) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		flows := []string{q.Dataflow}
		if q.Dataflow == "" {
			flows = slices.Sorted(maps.Keys(m))
		}
		for _, flow := range flows {
			for v, err := range cube.Select(narrow(m[flow], q.Key), q) {
				if !yield(v, err) {
					return
				}
			}
		}
	}
}

// narrow gives the part of versions ordered by key in which those of a pattern lie: one series when the pattern is a whole key.
func narrow(list []cube.Version, pattern string) []cube.Version {
	if pattern == "all" || stat.Key(pattern).Open() || strings.ContainsAny(pattern, "+*") {
		return list
	}
	from, _ := slices.BinarySearchFunc(list, stat.Key(pattern), func(v cube.Version, k stat.Key) int { return strings.Compare(string(v.Key), string(k)) })
	to := from
	for to < len(list) && list[to].Key == stat.Key(pattern) {
		to++
	}
	return list[from:to]
}
