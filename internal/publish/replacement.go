package publish

import (
	"context"
	"iter"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Replacement is a figure with the one of the same cell that it replaced.
type Replacement struct{ Before, After cube.Version }

// Differs reports whether the two are figures of one cell with different values.
func (r Replacement) Differs() bool {
	return r.Before.Cell() == r.After.Cell() && r.Before.Value != nil && r.After.Value != nil && r.After.Value.Cmp(*r.Before.Value) != 0
}

// replacements gives the replacements among versions in the order of cube.Reader.
func replacements(history iter.Seq2[cube.Version, error]) iter.Seq2[Replacement, error] {
	return func(yield func(Replacement, error) bool) {
		var before cube.Version
		for after, err := range history {
			if err != nil {
				yield(Replacement{}, err)
				return
			}
			r := Replacement{before, after}
			if before = after; r.Differs() && !yield(r, nil) {
				return
			}
		}
	}
}

// EachReplacement gives every replacement of a published value of a dataflow by another, in the order of series and periods, as they are read. A
// repeat of the same value is none. Extent counts them.
func (s *Snapshot) EachReplacement(ctx context.Context, dataflow string) iter.Seq2[Replacement, error] {
	return replacements(s.Stream(ctx, dataflow, "", true))
}

// replaced is a replacement by its dataflow, cell and day. It is read when it is known to be among the newest.
type replaced struct {
	flow string
	Revised
}

// Replacements gives the newest replacements of dataflows, those of the newest day first and those of one day in the order of dataflows, series and
// periods, at most so many. Of a large dataflow it reads the series in which they lie.
func (s *Snapshot) Replacements(ctx context.Context, flows []string, limit int) ([]Replacement, error) {
	var list []replaced
	for _, flow := range flows {
		names, err := s.newestNamed(ctx, flow, limit)
		if err != nil {
			return nil, err
		}
		list = append(list, names...)
	}
	slices.SortStableFunc(list, newestFirst)
	list = list[:min(len(list), limit)]
	found := map[replaced][]Replacement{} // a cell may be revised twice on a day
	for _, flow := range flows {
		if err := s.find(ctx, flow, list, found); err != nil {
			return nil, err
		}
	}
	var out []Replacement
	for _, n := range list {
		if r := found[n]; len(r) > 0 {
			out, found[n] = append(out, r[0]), r[1:]
		}
	}
	return out, nil
}

func newestFirst(a, b replaced) int { return b.Date.Compare(a.Date) }

// newestNamed names the newest replacements of a dataflow. The outline of a large one names them, but for a few cases: a file that was written before
// outlines did so for every day, or a day of which more do not show than are named beside them. Then all are gone through.
func (s *Snapshot) newestNamed(ctx context.Context, flow string, limit int) (list []replaced, err error) {
	if s.Large(flow) {
		o := s.outlineOf(flow)
		for r := range o.revisions(s.AsOf.Vintage) {
			if len(list) == limit {
				break
			}
			if !s.closed[cube.Cell{Dataflow: flow, Key: r.Key, Period: r.Period}] {
				list = append(list, replaced{flow, r})
			}
		}
		if len(list) >= min(limit, o.extent.Revised) {
			return list, nil
		}
		list = nil
	}
	for r, err := range s.EachReplacement(ctx, flow) {
		if err != nil {
			return nil, err
		}
		if list = append(list, replaced{flow, Revised{r.After.Key, r.After.Period, r.After.Vintage.Date}}); len(list) >= 2*limit {
			list = newestOf(list, limit)
		}
	}
	return newestOf(list, limit), nil
}

func newestOf(list []replaced, limit int) []replaced {
	slices.SortStableFunc(list, newestFirst)
	return list[:min(len(list), limit)]
}

// find reads the replacements of a dataflow that are named in a list.
func (s *Snapshot) find(ctx context.Context, flow string, list []replaced, found map[replaced][]Replacement) error {
	wanted := map[replaced]bool{}
	var keys []stat.Key
	for _, n := range list {
		if n.flow == flow {
			wanted[n] = true
			keys = append(keys, n.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	history := s.Stream(ctx, flow, "", true)
	if s.Large(flow) {
		slices.Sort(keys)
		history = s.historyOf(ctx, flow, slices.Compact(keys))
	}
	for r, err := range replacements(history) {
		if err != nil {
			return err
		}
		if n := (replaced{flow, Revised{r.After.Key, r.After.Period, r.After.Vintage.Date}}); wanted[n] {
			found[n] = append(found[n], r)
		}
	}
	return nil
}

// historyOf gives the versions of some series of a large dataflow, as they lie on the shelf.
func (s *Snapshot) historyOf(ctx context.Context, flow string, keys []stat.Key) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for v, err := range s.past.shelf.Each(ctx, cube.Query{Dataflow: flow, Series: keys}) {
			if (err != nil || s.AsOf.Allows(v) && !s.closed[v.Cell()]) && !yield(v, err) {
				return
			}
		}
	}
}
