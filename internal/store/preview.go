package store

import (
	"context"

	"nhipso/internal/cube"
	"nhipso/internal/store/sqldb"
)

// Preview says what Append would do, and stores nothing: the receipt and the refusals are those of a load at this moment. Message is
// 0 in what it gives. Of the changes it gives the first new and the first revised cells, so many of each; entries that are stored already are
// none. A cell that the delivery gives under two days is new, or revised, twice over; the counts are the receipt's.
func (s *Store) Preview(ctx context.Context, d *cube.Delivery, most int) (cube.Receipt, []cube.Change, error) {
	p, err := s.plan(ctx, s.db, d, nil)
	if err != nil {
		return cube.Receipt{}, nil, err
	}
	if err := s.unmoved(ctx, s.db, d); err != nil {
		return cube.Receipt{}, nil, err
	}
	var changes []cube.Change
	fresh, revised, i := 0, 0, 0
	var chunk []cube.Entry
	look := func() error {
		more, err := s.changes(ctx, chunk)
		for _, c := range more {
			n := &fresh
			if c.Old != nil {
				n = &revised
			}
			if *n++; *n <= most {
				changes = append(changes, c)
			}
		}
		chunk = chunk[:0]
		return err
	}
	for e, err := range d.Entries() {
		if err != nil {
			return cube.Receipt{}, nil, err
		}
		if p.takes(i) {
			chunk = append(chunk, e)
		}
		if i++; len(chunk) == sqldb.Chunk(2) {
			if err := look(); err != nil {
				return cube.Receipt{}, nil, err
			}
			if fresh >= most && revised >= most {
				break
			}
		}
	}
	return p.receipt, changes, look()
}

// changes pairs what a message would write with the figure that is newest of each cell.
func (s *Store) changes(ctx context.Context, entries []cube.Entry) ([]cube.Change, error) {
	before := map[cube.Cell]cube.Version{}
	wanted := map[string][]any{}
	for _, e := range entries {
		wanted[e.Dataflow] = append(wanted[e.Dataflow], string(e.Key), cube.SortText(e.Period))
	}
	for flow, places := range wanted {
		for len(places) > 0 {
			n := min(len(places)/2, sqldb.Chunk(2))
			args := append([]any{flow}, places[:2*n]...)
			places = places[2*n:]
			old, err := s.versions(ctx, s.db, "dataflow = $1 AND (series, place) IN (VALUES "+sqldb.Values(n, 2, 1)+")", args...)
			if err != nil {
				return nil, err
			}
			for _, v := range cube.Newest(old, cube.AsOf{}) {
				before[v.Cell()] = v
			}
		}
	}
	var out []cube.Change
	for _, e := range entries {
		change := cube.Change{Entry: e}
		if v, ok := before[e.Cell()]; ok {
			change.Old = &v
		}
		out = append(out, change)
	}
	return out, nil
}
