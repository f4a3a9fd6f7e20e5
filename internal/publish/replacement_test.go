package publish

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// shelved is figures of large and small dataflows. It knows how many figures were read of it.
type shelved struct {
	inMemory
	count *Counter
	old   map[string]*Outline // outlines as files had them before days named their revisions
	read  *int
}

func (s shelved) Flows() []string                 { return []string{"BIG", "BIG2", "LITTLE"} }
func (s shelved) Closed() ([]cube.Version, error) { return nil, nil }
func (s shelved) Days(flow string) []Day          { return s.count.Days()[flow] }
func (s shelved) Outline(flow string) (*Outline, error) {
	if o := s.old[flow]; o != nil {
		return o, nil
	}
	return s.count.Outlines()[flow], nil
}
func (s shelved) Each(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for v, err := range s.Versions(ctx, q) {
			if *s.read++; !yield(v, err) {
				return
			}
		}
	}
}

// thrice makes dataflows of which each cell is published on three days, each time as another number, but for every tenth cell the third time.
func thrice() shelved {
	var list []cube.Version
	for flow, series := range map[string]int{"BIG": 1200, "BIG2": 900, "LITTLE": 2} {
		for i := range series * 10 {
			for n, day := range []string{"2024-01-05", "2025-01-05", "2026-01-05"} {
				d := stat.Int(int64(i*3 + n))
				if n == 2 && i%10 == 0 {
					d = stat.Int(int64(i*3 + 1))
				}
				list = append(list, cube.Version{Dataflow: flow, Message: int64(n + 1), Observation: stat.Observation{Key: stat.NewKey("T", fmt.Sprintf("%05d", i/10)), Period: stat.Year(2000 + i%10),
					Value: &d, Status: stat.Normal, Vintage: stat.Vintage{Date: stat.MustDate(day), Written: day}, Attributes: stat.Attributes{stat.AttrSource: "S"}}})
			}
		}
	}
	slices.SortStableFunc(list, cube.InOrder)
	s := shelved{inMemory: newInMemory(list), count: &Counter{}, read: new(int)}
	for _, v := range list {
		s.count.Add(v)
	}
	return s
}

// Of any day the newest replacements are those of all dataflows together, and only the series in which they lie are read.
func TestTheNewestReplacementsOfADayAreReadAlone(t *testing.T) {
	w := thrice()
	flows := w.Flows()
	today, err := newSnapshot(Release{AsOf: cube.AsOf{Message: 9}}, twoLists(t), cube.AsOf{Message: 9}, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"", "2024-06-01", "2025-06-01", "2026-06-01"} {
		s := today
		if day != "" {
			s = today.by(stat.MustDate(day))
		}
		for _, limit := range []int{1, 100, 1000} {
			var want []Replacement
			for _, flow := range flows {
				for r, err := range s.EachReplacement(t.Context(), flow) {
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, r)
				}
			}
			slices.SortStableFunc(want, func(a, b Replacement) int { return b.After.Vintage.Date.Compare(a.After.Vintage.Date) })
			want = want[:min(limit, len(want))]
			*w.read = 0
			got, err := s.Replacements(t.Context(), flows, limit)
			if err != nil || len(got) != len(want) {
				t.Fatalf("as of %s: %d replacements, there are %d (%v)", day, len(got), len(want), err)
			}
			for i := range got {
				if got[i].After.Cell() != want[i].After.Cell() || got[i].After.Message != want[i].After.Message || got[i].Before.Message != want[i].Before.Message {
					t.Fatalf("as of %s: replacement %d is %v of %d, wanted %v of %d", day, i, got[i].After.Cell(), got[i].After.Message, want[i].After.Cell(), want[i].After.Message)
				}
			}
			if most := 5*limit + 100; *w.read > most { // of a series nine cells of ten were replaced
				t.Errorf("as of %s: %d figures were read for %d replacements", day, *w.read, limit)
			}
		}
	}
}

// A file that was written before days named their revisions tells the same: it names the newest of all days, and is gone through for others.
func TestOutlinesThatNameTheNewestOfAllDaysAreRead(t *testing.T) {
	w := thrice()
	fresh, err := newSnapshot(Release{AsOf: cube.AsOf{Message: 9}}, twoLists(t), cube.AsOf{Message: 9}, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	before := w
	before.old, before.read = map[string]*Outline{}, new(int)
	for _, flow := range []string{"BIG", "BIG2"} {
		o := *w.count.Outlines()[flow]
		o.Days = slices.Clone(o.Days)
		for r := range o.revisions(stat.Date{}) {
			if len(o.Revised) < 1000 {
				o.Revised = append(o.Revised, r)
			}
		}
		for i := range o.Days {
			o.Days[i].Named = nil
		}
		o.Periods = nil
		before.old[flow] = &o
	}
	old, err := newSnapshot(Release{AsOf: cube.AsOf{Message: 9}}, twoLists(t), cube.AsOf{Message: 9}, nil, before)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range []*Snapshot{old, old.by(stat.MustDate("2025-06-01"))} {
		*before.read = 0
		got, err := s.Replacements(t.Context(), w.Flows(), 500)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 && *before.read > 3000 {
			t.Errorf("%d figures were read for the newest", *before.read)
		}
		want, err := []*Snapshot{fresh, fresh.by(stat.MustDate("2025-06-01"))}[i].Replacements(t.Context(), w.Flows(), 500)
		if err != nil || !slices.EqualFunc(got, want, func(a, b Replacement) bool {
			return a.After.Cell() == b.After.Cell() && a.After.Message == b.After.Message
		}) {
			t.Errorf("as of %s: %d replacements, wanted %d (%v)", s.AsOf.Vintage, len(got), len(want), err)
		}
	}
}

// A cell that is revised twice on a day has two replacements, each with what it replaced.
func TestACellRevisedTwiceOnADayIsToldTwice(t *testing.T) {
	var list []cube.Version
	for i := range 3 {
		d, day := stat.Int(int64(i)), "2026-01-05"
		list = append(list, cube.Version{Dataflow: "LITTLE", Message: int64(i + 1), Observation: stat.Observation{Key: "T.1", Period: stat.Year(2000), Value: &d, Status: stat.Normal,
			Vintage: stat.Vintage{Date: stat.MustDate(day), Written: day}}})
	}
	s := NewView(Parts{Audience: Everybody(), Release: Release{AsOf: cube.AsOf{Message: 9}}, Catalog: twoLists(t), Figures: list})
	got, err := s.Replacements(t.Context(), []string{"LITTLE"}, 9)
	if err != nil || len(got) != 2 || got[0].Before.Message != 1 || got[0].After.Message != 2 || got[1].Before.Message != 2 || got[1].After.Message != 3 {
		t.Errorf("%v (%v)", got, err)
	}
}
