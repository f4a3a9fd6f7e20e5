package store

import (
	"context"

	"nhipso/internal/cube"
	"nhipso/internal/store/sqldb"
)

// Preview says what Append would do, and stores nothing: the receipt and the refusals are those of a load at this moment. Message is
// 0 in what it gives. The changes are in the order of the message; entries that are stored already have none.
func (s *Store) Preview(ctx context.Context, m cube.Message) (cube.Receipt, []cube.Change, error) {
	number, err := s.nextNumber(ctx, s.db, messageSeal)
	if err != nil {
		return cube.Receipt{}, nil, err
	}
	p, err := s.plan(ctx, s.db, m, number, nil)
	if err != nil {
		return cube.Receipt{}, nil, err
	}
	changes, err := s.changes(ctx, p.entries)
	if err != nil {
		return cube.Receipt{}, nil, err
	}
	return p.receipt, changes, nil
}

// changes pairs what a message would write with the figure that is newest of each cell.
func (s *Store) changes(ctx context.Context, entries []cube.Entry) ([]cube.Change, error) {
	before := map[spot]cube.Version{}
	wanted := map[string][]any{}
	for _, e := range entries {
		wanted[e.Dataflow] = append(wanted[e.Dataflow], string(e.Key), cube.Place(e.Period))
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
				before[spotOf(flow, v.Observation)] = v
			}
		}
	}
	var out []cube.Change
	for _, e := range entries {
		change := cube.Change{Entry: e}
		if v, ok := before[spotOf(e.Dataflow, e.Observation)]; ok {
			change.Old = &v
		}
		out = append(out, change)
	}
	return out, nil
}
