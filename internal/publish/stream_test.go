package publish

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// wide is a shelf with one large dataflow.
type wide struct {
	figures []cube.Version
	closed  []cube.Version
}

func (w wide) Flows() []string                 { return []string{"F"} }
func (w wide) Closed() ([]cube.Version, error) { return w.closed, nil }
func (w wide) Days(string) []Day {
	return []Day{{Date: stat.MustDate("2025-01-05"), Versions: len(w.figures) / 2}, {Date: stat.MustDate("2026-01-05"), Versions: len(w.figures) - len(w.figures)/2}}
}
func (w wide) Each(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(w.figures, q)
}
func (w wide) Outline(string) (*Outline, error) { return nil, nil }

// stacked makes a shelf of more figures than are held, each published twice, the second time not all of them, some of them closed since.
func stacked() wide {
	var w wide
	for i := range small/2 + 500 {
		key := stat.NewKey("T", fmt.Sprintf("%06d", i/50))
		for n, day := range []string{"2025-01-05", "2026-01-05"} {
			d := stat.Int(int64(i*2 + n))
			v := cube.Version{Dataflow: "F", Message: int64(n + 1), Observation: stat.Observation{Key: key, Period: stat.Year(1950 + i%50), Value: &d, Status: stat.Normal,
				Vintage: stat.Vintage{Date: stat.MustDate(day), Written: day}, Attributes: stat.Attributes{stat.AttrSource: "S"}}}
			if n == 1 && i%997 == 5 {
				v.Attributes = stat.Attributes{stat.AttrSource: "S", stat.AttrConf: string(stat.Confidential)}
				w.closed = append(w.closed, v)
				continue
			}
			w.figures = append(w.figures, v)
		}
	}
	return w
}

func TestAStreamGivesWhatIsReadAtOnce(t *testing.T) {
	w := stacked()
	shelved, err := newSnapshot(Release{AsOf: cube.AsOf{Message: 9}}, nil, cube.AsOf{Message: 9}, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(w.figures, w.closed)
	slices.SortStableFunc(all, cube.InOrder)
	behind, err := newScreen(t.Context(), newInMemory(all), Everybody(), cube.AsOf{Message: 9}, 9, nil)
	if err != nil {
		t.Fatal(err)
	}
	held, err := newSnapshot(Release{}, nil, cube.AsOf{Message: 9}, nil, behind)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Snapshot{shelved, held, shelved.by(stat.MustDate("2025-06-01")), held.by(stat.MustDate("2025-06-01"))} {
		for _, pattern := range []string{"", "T.", "T.000003", "T.000003+000005", ".000007", "X."} {
			for _, history := range []bool{false, true} {
				want := held.Read("F", pattern)
				if s.AsOf.Vintage != held.AsOf.Vintage {
					want = held.by(s.AsOf.Vintage).Read("F", pattern)
				}
				if history {
					want = s.History("F", pattern)
				}
				var got []cube.Version
				for v, err := range s.Stream(t.Context(), "F", pattern, history) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, v)
				}
				if len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got[len(got)-1], want[len(want)-1]) || !slices.IsSortedFunc(got, cube.InOrder) {
					t.Errorf("%q as of %s, history %v: %d figures, read at once %d", pattern, s.AsOf.Vintage, history, len(got), len(want))
				}
			}
		}
	}
}

func TestAStreamEndsWithItsReader(t *testing.T) {
	w := stacked()
	s, err := newSnapshot(Release{AsOf: cube.AsOf{Message: 9}}, nil, cube.AsOf{Message: 9}, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	n := 0
	var ended error
	for _, err := range s.Stream(ctx, "F", "", false) {
		if n++; n == 300 {
			hangUp()
		}
		ended = err
	}
	if n > 1000 || !errors.Is(ended, context.Canceled) {
		t.Errorf("%d figures for a reader who went after 300 (%v)", n, ended)
	}
	n = 0
	for range s.Stream(t.Context(), "F", "", true) {
		if n++; n == 10 {
			break
		}
	}
	if n != 10 {
		t.Errorf("%d figures for a reader who wanted ten", n)
	}
}

// Views of different days are made beside each other; of one day all readers get the same.
func TestTheViewOfADayKeepsNoOtherDayWaiting(t *testing.T) {
	s := &Snapshot{older: map[stat.Date]*older{}}
	slow, fast := stat.MustDate("2020-01-01"), stat.MustDate("2021-01-01")
	waits := make(chan struct{})
	s.earlier(slow).get = sync.OnceValue(func() *Snapshot { <-waits; return &Snapshot{} })
	s.earlier(fast).get = sync.OnceValue(func() *Snapshot { return &Snapshot{} })
	began := make(chan *Snapshot)
	go func() { began <- s.earlier(slow).get() }()
	done := make(chan *Snapshot)
	go func() { done <- s.earlier(fast).get() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("one day waits for another")
	}
	close(waits)
	if first := <-began; first != s.earlier(slow).get() {
		t.Error("two readers of one day have two views")
	}
	for i := range 3 * maxOlder {
		s.earlier(stat.NewDate(1950+i, 1, 1))
		s.earlier(fast) // asked for all the time
	}
	if len(s.older) > maxOlder || s.older[fast] == nil {
		t.Errorf("%d days are kept, the one that everybody asks for among them: %v", len(s.older), s.older[fast] != nil)
	}
}
