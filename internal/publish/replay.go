package publish

import (
	"context"
	"iter"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// published lists the days on which anything was published, oldest first.
func (l *lists) published() []stat.Date {
	var out []stat.Date
	for _, flow := range l.flows() {
		for _, d := range l.days(flow) {
			out = append(out, d.Date)
		}
	}
	slices.SortFunc(out, stat.Date.Compare)
	return slices.Compact(out)
}

// settled gives the first day on which as much was known, and the calendar judged as it does, as on a day: the two read the same. So there
// are as many views of older days as there are publications, however many days readers ask for.
func (s *Snapshot) settled(day stat.Date) stat.Date {
	i, exactly := slices.BinarySearchFunc(s.days, day, stat.Date.Compare)
	if exactly {
		return day
	}
	first := stat.NewDate(day.Year(), 1, 1) // deadlines pass with a year
	if i > 0 && s.days[i-1].After(first) {
		return s.days[i-1]
	}
	return first
}

// replay computes again, from what was published by the day viewed, the derived figures of dataflows in which nothing had been computed by
// then. Each says that it is replayed. What the audience may not read is not among what it is computed from.
func (s *Snapshot) replay() {
	missing := map[string]bool{}
	for _, r := range s.recipes {
		for _, flow := range r.Outputs {
			missing[flow] = s.empty(flow)
		}
	}
	replayed, err := pipeline.Replay(context.Background(), readable{s}, s.recipes, s.bound, s.AsOf.Vintage)
	if err != nil {
		return // recipes that cannot be put in order have no figures either
	}
	s.replayed, s.replays = replayed, map[string][]cube.Version{}
	for _, v := range replayed.Figures {
		if missing[v.Dataflow] {
			s.replays[v.Dataflow] = append(s.replays[v.Dataflow], v)
		}
	}
	for flow, list := range s.replays {
		slices.SortStableFunc(list, byKey)
		s.replays[flow] = list
	}
}

// readable is the figures of a snapshot as a replay reads them.
type readable struct{ *Snapshot }

// Versions implements cube.Past.
func (s readable) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for _, v := range s.past.of(q.Dataflow, q.Key) {
			if q.Selects(v) && !s.closed[v.Cell()] && !yield(v, nil) {
				return
			}
		}
	}
}

// RecordsOf implements pipeline.Records.
func (s readable) RecordsOf(ctx context.Context, kind string, at register.At) ([]register.Version, error) {
	return s.records.RecordsOf(ctx, kind, at)
}

// RecordOf implements pipeline.Records.
func (s readable) RecordOf(ctx context.Context, kind, id string, at register.At) (register.Version, bool, error) {
	return s.records.RecordOf(ctx, kind, id, at)
}

// Replayed reports whether figures of a dataflow were computed again for the day viewed, since none had been by then.
func (s *Snapshot) Replayed(dataflow string) bool { return len(s.replays[dataflow]) > 0 }

// AnyReplayed reports whether figures of any dataflow were.
func (s *Snapshot) AnyReplayed() bool { return len(s.replays) > 0 }

// isReplay reports whether a figure is a replayed one. Its message is none, so no release holds it; the day of the view does.
func isReplay(v cube.Version) bool {
	_, _, ok := pipeline.ReplayOf(v.Attributes[stat.AttrRun])
	return ok
}

// replayedRun reports whether a run is one of a replay.
func replayedRun(r pipeline.Run) bool { _, _, ok := pipeline.ReplayOf(r.ID); return ok }
