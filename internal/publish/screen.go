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
	outlines map[string]*Outline
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
	s.days, s.outlines = count.Days(), count.Outlines()
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

// Outline implements Shelf.
func (s *screen) Outline(dataflow string) (*Outline, error) { return s.outlines[dataflow], nil }

// Closed implements Shelf.
func (s *screen) Closed() ([]cube.Version, error) { return s.hidden, nil }

// Each implements Shelf.
func (s *screen) Each(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		if s.days[q.Dataflow] == nil {
			return
		}
		for v, err := range s.source.Versions(ctx, cube.Query{Dataflow: q.Dataflow, Key: q.Key, Series: q.Series, Since: q.Since, Until: q.Until, AsOf: s.bound}) {
			if err == nil && (waits(s.held, v) || !s.audience.mayRead(confidentiality(v))) {
				continue
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
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
