package publish

import (
	"context"
	"iter"
	"slices"
	"sync"

	"nhipso/internal/cube"
)

// Stream gives, one by one and in the order of keys and periods, what Read gives or, with history, what History gives. Of a large dataflow on a
// shelf nothing but one cell is held at a time, so that it is how files of any size are written. It ends with the context. Versions may share their
// attributes and must not be changed.
func (s *Snapshot) Stream(ctx context.Context, dataflow, pattern string, history bool) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		n := 0
		give := func(v cube.Version) bool {
			if n++; n%256 == 0 && ctx.Err() != nil {
				yield(cube.Version{}, ctx.Err())
				return false
			}
			return yield(v, nil)
		}
		switch {
		case s.Large(dataflow):
			s.streamShelf(ctx, dataflow, pattern, history, give, func(err error) { yield(cube.Version{}, err) })
		case history && !s.Replayed(dataflow):
			for _, v := range s.past.of(dataflow, pattern) {
				if s.AsOf.Allows(v) && v.Key.Matches(pattern) && !s.closed[v.Cell()] && !give(v) {
					return
				}
			}
		default:
			for _, v := range s.newestOf(dataflow, pattern) {
				if v.Key.Matches(pattern) && !give(v) {
					return
				}
			}
		}
	}
}

// streamShelf gives the figures of a large dataflow as they lie on the shelf, cell by cell.
func (s *Snapshot) streamShelf(ctx context.Context, dataflow, pattern string, history bool, give func(cube.Version) bool, fail func(error)) {
	var newest cube.Version // of the cell whose versions come, which lie together
	some := false
	flush := func() bool { return !some || s.behind(newest) || give(newest) }
	for v, err := range s.past.shelf.Each(ctx, cube.Query{Dataflow: dataflow, Key: pattern}) {
		switch {
		case err != nil:
			fail(err)
			return
		case !s.AsOf.Allows(v) || !v.Key.Matches(pattern):
		case history:
			if !s.closed[v.Cell()] && !give(v) {
				return
			}
		default:
			switch same := some && newest.Period == v.Period && newest.Key == v.Key; {
			case same && !v.Supersedes(newest):
				continue
			case !same && !flush():
				return
			}
			newest, some = v, true
		}
	}
	flush()
}

// gather reads a stream whole. Versions share their attributes as they do on the shelf, and must not be changed: what is kept is given to many readers.
// It has no room to grow, since it may stay for long.
func gather(stream iter.Seq2[cube.Version, error]) ([]cube.Version, error) {
	room, ok := gathering.Get().(*[]cube.Version)
	if !ok { // nothing else is ever put there
		panic("publish: the room to gather in is something else")
	}
	list := (*room)[:0]
	defer func() {
		if cap(list) <= small { // what is larger is rare, and would stay
			clear(list)
			*room = list
			gathering.Put(room)
		}
	}()
	for v, err := range stream {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return slices.Clone(list), nil
}

// gathering is room in which lists grow.
var gathering = sync.Pool{New: func() any { return new([]cube.Version) }}

// all gives every version of every dataflow, as they lie on the shelf.
func (l *lists) all(ctx context.Context) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for _, flow := range l.flows() {
			for v, err := range l.shelf.Each(ctx, cube.Query{Dataflow: flow}) {
				if !yield(v, err) || err != nil {
					return
				}
			}
		}
	}
}
