package publish

import (
	"context"
	"iter"
	"slices"
	"sync"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Shelf is where the figures of a view lie, to be read as they are asked for: a file of a release, or a screen before a store. What it gives the
// audience may read, all of it.
type Shelf interface {
	// Flows lists the dataflows that have figures, in the order of their identifiers.
	Flows() []string
	// Days lists the days on which figures of a dataflow were published, oldest first, with how many.
	Days(dataflow string) []Day
	// Each gives the versions of the series that match a pattern one by one, ordered by key, period, vintage and message. They may share their
	// attributes. It ends with the context.
	Each(ctx context.Context, dataflow, pattern string) iter.Seq2[cube.Version, error]
	// Closed gives the figures that nobody may read and that a view has to know of, without what they say.
	Closed() ([]cube.Version, error)
}

// Day counts what was published of a dataflow on a day.
type Day struct {
	Date     stat.Date
	Versions int
	Cells    int // that had no figure before
}

// small is how many versions a dataflow on a shelf may have to be held whole once it was asked for, and roomy how many may be held in all.
const (
	small = 20_000
	roomy = 200_000
)

// lists are the versions that an audience may read, by dataflow. They are read from a shelf when they are asked for; of small dataflows the last
// ones asked for are kept.
type lists struct {
	shelf Shelf
	keep  keep
}

func (l *lists) flows() []string { return l.shelf.Flows() }

// size is how many versions a dataflow has.
func (l *lists) size(flow string) int {
	n := 0
	for _, d := range l.shelf.Days(flow) {
		n += d.Versions
	}
	return n
}

// days lists the days on which figures of a dataflow were published, oldest first.
func (l *lists) days(flow string) []Day { return l.shelf.Days(flow) }

// of gives versions of a dataflow in which those of a pattern lie, among others perhaps.
func (l *lists) of(flow, pattern string) []cube.Version {
	if l.size(flow) > small {
		return l.read(flow, pattern)
	}
	return narrow(l.keep.get(flow, func() []cube.Version { return l.read(flow, "") }), pattern)
}

// read reads from the shelf. A file that cannot be read any more ends the request that met it, as nothing can be said in its place.
func (l *lists) read(flow, pattern string) []cube.Version {
	list, err := gather(l.shelf.Each(context.Background(), flow, pattern))
	if err != nil {
		panic(err)
	}
	return list
}

// keep holds lists of versions, those asked for last, up to roomy versions. The zero keep is ready.
type keep struct {
	mu    sync.Mutex
	lists map[string][]cube.Version
	order []string // the last asked for comes last
	total int
}

func (k *keep) get(name string, load func() []cube.Version) []cube.Version {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := slices.Index(k.order, name); i >= 0 {
		k.order = append(slices.Delete(k.order, i, i+1), name)
		return k.lists[name]
	}
	list := load()
	if k.lists == nil {
		k.lists = map[string][]cube.Version{}
	}
	for k.total+len(list) > roomy && len(k.order) > 0 {
		k.total -= len(k.lists[k.order[0]])
		delete(k.lists, k.order[0])
		k.order = k.order[1:]
	}
	k.lists[name], k.order, k.total = list, append(k.order, name), k.total+len(list)
	return list
}
