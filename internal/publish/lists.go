package publish

import (
	"context"
	"iter"
	"slices"
	"strings"
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
	// Each gives the versions of the series of a dataflow that match a pattern, or of those that are named, one by one, ordered by key, period,
	// vintage and message. Where Since and Until are one period it may leave out the others; of a query it looks at nothing else. They may share their
	// attributes. It ends with the context.
	Each(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error]
	// Outline gives what is known of a large dataflow without reading its figures; nil where they have to be read for it.
	Outline(dataflow string) (*Outline, error)
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
	least = roomy / 2000 // what a list counts for at least, so that lists of nothing do not become many
)

// lists are the versions that an audience may read, by dataflow. They are read from a shelf when they are asked for; the small dataflows and the
// single series of large ones that were asked for last are kept.
type lists struct {
	shelf Shelf
	keep  keep

	mu       sync.Mutex
	outlines map[string]func() *Outline // of large dataflows
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
		if pattern != "all" && pattern != "" && !stat.Key(pattern).Open() && !strings.ContainsAny(pattern, "+*") {
			return l.keep.get(flow+"/"+pattern, func() []cube.Version { return l.read(flow, pattern) }) // a page of a series reads it several times
		}
		return l.read(flow, pattern)
	}
	return narrow(l.keep.get(flow, func() []cube.Version { return l.read(flow, "") }), pattern)
}

// cell gives the versions of one cell. Of a large dataflow they are read alone, unless the whole series is at hand.
func (l *lists) cell(c cube.Cell) []cube.Version {
	flow, key := c.Dataflow, string(c.Key)
	var list []cube.Version
	if l.size(flow) > small && !l.keep.has(flow+"/"+key) {
		list = l.keep.get(flow+"/"+key+"/"+c.Period.String(), func() []cube.Version {
			return l.readSome(cube.Query{Dataflow: flow, Key: key, Since: c.Period, Until: c.Period})
		})
	} else {
		list = l.of(flow, key)
	}
	var out []cube.Version
	for _, v := range list {
		if v.Period == c.Period && v.Key == c.Key {
			out = append(out, v)
		}
	}
	return out
}

func (l *lists) read(flow, pattern string) []cube.Version {
	return l.readSome(cube.Query{Dataflow: flow, Key: pattern})
}

// readSome reads from the shelf. A file that cannot be read any more ends the request that met it, as nothing can be said in its place.
func (l *lists) readSome(q cube.Query) []cube.Version {
	list, err := gather(l.shelf.Each(context.Background(), q))
	if err != nil {
		panic(err)
	}
	return list
}

// series gives the versions of some series of a dataflow.
func (l *lists) series(flow string, keys []stat.Key) []cube.Version {
	if len(keys) == 0 {
		return nil
	}
	list, err := gather(l.shelf.Each(context.Background(), cube.Query{Dataflow: flow, Series: keys}))
	if err != nil {
		panic(err)
	}
	return list
}

// outline gives the outline of a large dataflow, made or read once.
func (l *lists) outline(flow string) *Outline {
	l.mu.Lock()
	get := l.outlines[flow]
	if get == nil {
		if l.outlines == nil {
			l.outlines = map[string]func() *Outline{}
		}
		get = sync.OnceValue(func() *Outline {
			o, err := l.shelf.Outline(flow)
			x := outliner{}
			if o == nil && err == nil {
				for v, fault := range l.shelf.Each(context.Background(), cube.Query{Dataflow: flow}) {
					if err = fault; err != nil {
						break
					}
					x.add(v)
				}
				o = x.outline()
			}
			if err != nil {
				panic(err) // as of what cannot be read
			}
			return o
		})
		l.outlines[flow] = get
	}
	l.mu.Unlock()
	return get()
}

// keep holds lists of versions, those asked for last, up to roomy versions. A list is loaded once, by whoever asks for it first: others of that
// list wait for it, those of other lists do not. The zero keep is ready.
type keep struct {
	mu    sync.Mutex
	lists map[string]*kept
	order []string // the last asked for comes last
	total int
}

// kept is a list, or one that is being loaded.
type kept struct {
	get  func() []cube.Version
	size int // what it counts for; 0 until it is loaded
}

func (k *keep) get(name string, load func() []cube.Version) []cube.Version {
	return k.entry(name, load).get()
}

// has reports whether a list is kept, or being loaded.
func (k *keep) has(name string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lists[name] != nil
}

// entry gives what is kept under a name, and makes it the last asked for.
func (k *keep) entry(name string, load func() []cube.Version) *kept {
	k.mu.Lock()
	defer k.mu.Unlock()
	x := k.lists[name]
	if x == nil {
		x = &kept{}
		x.get = sync.OnceValue(func() []cube.Version {
			loaded := false
			defer func() { // one that failed is not kept for the next
				if !loaded {
					k.forget(name, x)
				}
			}()
			list := load()
			loaded = true
			k.fit(name, x, len(list))
			return list
		})
		if k.lists == nil {
			k.lists = map[string]*kept{}
		}
		k.lists[name], k.order = x, append(k.order, name)
		return x
	}
	i := slices.Index(k.order, name)
	k.order = append(slices.Delete(k.order, i, i+1), name)
	return x
}

// fit counts a list that was loaded, and forgets those asked for longest ago where they have become too many.
func (k *keep) fit(name string, x *kept, size int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lists[name] != x {
		return // it was forgotten meanwhile
	}
	x.size = max(size, least)
	k.total += x.size
	for i := 0; k.total > roomy && i < len(k.order); {
		if oldest := k.order[i]; oldest != name && k.lists[oldest].size > 0 {
			k.drop(oldest)
			continue
		}
		i++ // it is being loaded, or is the one that came now
	}
}

func (k *keep) forget(name string, x *kept) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lists[name] == x {
		k.drop(name)
	}
}

func (k *keep) drop(name string) {
	k.total -= k.lists[name].size
	delete(k.lists, name)
	i := slices.Index(k.order, name)
	k.order = slices.Delete(k.order, i, i+1)
}
