package publish

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// A list that takes long to load holds up nobody who wants another one, and is loaded once however many want it.
func TestListsAreLoadedApart(t *testing.T) {
	var k keep
	begun, goOn := make(chan bool), make(chan bool)
	var loads atomic.Int32
	slow := func() []cube.Version {
		loads.Add(1)
		close(begun)
		<-goOn
		return make([]cube.Version, 3)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if n := len(k.get("slow", slow)); n != 3 {
				t.Errorf("%d versions", n)
			}
		})
	}
	<-begun
	if n := len(k.get("other", func() []cube.Version { return make([]cube.Version, 2) })); n != 2 { // would wait for ever
		t.Errorf("%d versions", n)
	}
	close(goOn)
	all.Wait()
	if n := loads.Load(); n != 1 {
		t.Errorf("loaded %d times", n)
	}
}

// Lists are kept up to a number of versions; those asked for longest ago go first.
func TestListsAreBounded(t *testing.T) {
	var k keep
	loads := map[string]int{}
	get := func(name string) {
		k.get(name, func() []cube.Version { loads[name]++; return make([]cube.Version, roomy/4) })
	}
	for i := range 4 {
		get(fmt.Sprint(i))
	}
	get("0")
	get("4")
	get("0")
	get("1")
	if loads["0"] != 1 || loads["1"] != 2 || loads["4"] != 1 {
		t.Error(loads)
	}
	if len(k.order) != len(k.lists) || k.total > roomy {
		t.Errorf("%d in order, %d kept, %d versions", len(k.order), len(k.lists), k.total)
	}
}

// A list that could not be loaded is asked for again.
func TestListsThatFailedAreLoadedAgain(t *testing.T) {
	var k keep
	func() {
		defer func() { _ = recover() }()
		k.get("x", func() []cube.Version { panic("the disk") })
	}()
	if n := len(k.get("x", func() []cube.Version { return make([]cube.Version, 1) })); n != 1 {
		t.Errorf("%d versions", n)
	}
}

// Lists of nothing, as those who ask for series that are not there make them, do not stay for ever.
func TestEmptyListsAreForgotten(t *testing.T) {
	var k keep
	for i := range 3 * roomy / least {
		k.get(fmt.Sprint(i), func() []cube.Version { return nil })
	}
	if len(k.order) != len(k.lists) || len(k.lists) > roomy/least {
		t.Errorf("%d in order, %d kept", len(k.order), len(k.lists))
	}
}

// counted is a shelf of one large dataflow that counts how often it is read.
type counted struct {
	Shelf
	reads []string
}

func (*counted) Days(string) []Day { return []Day{{Versions: small + 1}} }

func (c *counted) Each(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	c.reads = append(c.reads, q.Key)
	return func(yield func(cube.Version, error) bool) { yield(cube.Version{Dataflow: q.Dataflow}, nil) }
}

// A single series of a large dataflow is read once, however often a page asks for it; what has many is read each time and not held.
func TestASeriesOfALargeDataflowIsReadOnce(t *testing.T) {
	shelf := &counted{}
	l := &lists{shelf: shelf}
	for range 3 {
		for _, pattern := range []string{"A.VN.X", "A..X", "", "all", "A.VN+US.X", "A.*.X"} {
			l.of("BIG", pattern)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(shelf.reads), func(p string) bool { return p != "A.VN.X" })); n != 1 || len(shelf.reads) != 1+3*5 {
		t.Errorf("read %q", shelf.reads)
	}
}

// stocked is a large dataflow on a shelf that looks at the periods of a query as much as it must.
type stocked struct {
	counted
	figures []cube.Version
	narrow  bool // leaves out other periods
}

func (s *stocked) Each(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	s.reads = append(s.reads, q.Key)
	if !s.narrow {
		q.Since, q.Until = stat.Period{}, stat.Period{}
	}
	return cube.Select(s.figures, q)
}

// One cell of a large dataflow is read once and alone, and not at all where its series is at hand; what a shelf gives beside it is left out.
func TestACellOfALargeDataflowIsReadAlone(t *testing.T) {
	var figures []cube.Version
	for _, key := range []stat.Key{"A.VN.X", "A.VN.Y"} {
		for year := 2020; year < 2023; year++ {
			for message := range int64(2) {
				figures = append(figures, cube.Version{Dataflow: "BIG", Message: message + 1, Observation: stat.Observation{Key: key, Period: stat.Year(year), Vintage: stat.Vintage{Date: stat.MustDate("2024-01-01")}}})
			}
		}
	}
	cell := cube.Cell{Dataflow: "BIG", Key: "A.VN.X", Period: stat.Year(2021)}
	for _, narrow := range []bool{true, false} {
		for _, first := range []bool{true, false} { // the series was asked for before
			shelf := &stocked{figures: figures, narrow: narrow}
			l := &lists{shelf: shelf}
			if first {
				l.of("BIG", "A.VN.X")
			}
			for range 3 {
				if list := l.cell(cell); len(list) != 2 || list[0].Cell() != cell || list[1].Cell() != cell || list[1].Message != 2 {
					t.Errorf("narrow %v, series first %v: %+v", narrow, first, list)
				}
			}
			if len(shelf.reads) != 1 {
				t.Errorf("narrow %v, series first %v: read %d times", narrow, first, len(shelf.reads))
			}
			if list := l.of("BIG", "A.VN.X"); len(list) != 6 {
				t.Errorf("after one cell the series has %d figures", len(list))
			}
		}
	}
}
