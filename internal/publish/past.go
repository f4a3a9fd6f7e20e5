package publish

import (
	"context"
	"iter"
	"slices"
	"sync"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Past gives what the public may know of a release that is out, as it showed it: a page whose address names its release says the same for ever. What
// was not out by its minute is not in it, figures of older days that were loaded later among them.
func (g *Gate) Past(ctx context.Context, id string) (*View, error) {
	now, err := g.View(ctx, Everybody())
	if err != nil || now.Release.ID == id {
		return now, err
	}
	list, err := now.Releases(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(r Release) bool { return r.ID == id })
	if i < 0 {
		return nil, fault.New("publish.not-out", "id", id)
	}
	r := list[i]
	return g.past.of(r.ID+" "+r.Edition(r.since(g.Now())), func() (*View, error) { return g.makeAt(ctx, r, Everybody(), g.Now()) })
}

// maxPast bounds how many past releases are kept open; of more the one asked for longest ago is opened anew.
const maxPast = 8

// past keeps views of past releases, each made once by the first reader of it. The others wait for that one, and readers of other releases do not.
type past struct {
	mu    sync.Mutex
	views map[string]*opened
	turn  int64
}

type opened struct {
	mu   sync.Mutex
	view *View
	used int64
}

func (p *past) of(name string, open func() (*View, error)) (*View, error) {
	p.mu.Lock()
	o := p.views[name]
	if o == nil {
		if p.views == nil {
			p.views = map[string]*opened{}
		}
		if len(p.views) >= maxPast {
			oldest := ""
			for n, x := range p.views {
				if oldest == "" || x.used < p.views[oldest].used {
					oldest = n
				}
			}
			delete(p.views, oldest)
		}
		o = &opened{}
		p.views[name] = o
	}
	p.turn++
	o.used = p.turn
	p.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.view == nil { // one that failed is made again by the next who asks
		view, err := open()
		if err != nil {
			return nil, err
		}
		o.view = view
	}
	return o.view, nil
}

// narrowed is a shelf of a newer release, of which it gives what an older one holds. It counts by reading, as the counts on the shelf are those of all.
type narrowed struct {
	Shelf
	bound cube.AsOf

	mu   sync.Mutex
	days map[string][]Day
}

// Each implements Shelf.
func (n *narrowed) Each(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for v, err := range n.Shelf.Each(ctx, q) {
			if (err != nil || n.bound.Allows(v)) && !yield(v, err) {
				return
			}
		}
	}
}

// Flows implements Shelf.
func (n *narrowed) Flows() []string {
	return slices.DeleteFunc(slices.Clone(n.Shelf.Flows()), func(flow string) bool { return len(n.Days(flow)) == 0 })
}

// Days implements Shelf.
func (n *narrowed) Days(flow string) []Day {
	n.mu.Lock()
	defer n.mu.Unlock()
	if list, counted := n.days[flow]; counted {
		return list
	}
	var out []Day
	var last cube.Cell
	for v, err := range n.Each(context.Background(), cube.Query{Dataflow: flow}) {
		if err != nil {
			panic(err) // as of what cannot be read
		}
		i, there := slices.BinarySearchFunc(out, v.Vintage.Date, func(d Day, on stat.Date) int { return d.Date.Compare(on) })
		if !there {
			out = slices.Insert(out, i, Day{Date: v.Vintage.Date})
		}
		out[i].Versions++
		if v.Cell() != last {
			out[i].Cells++
			last = v.Cell()
		}
	}
	if n.days == nil {
		n.days = map[string][]Day{}
	}
	n.days[flow] = out
	return out
}

// Outline implements Shelf: that of the shelf counts everything, so there is none.
func (n *narrowed) Outline(string) (*Outline, error) { return nil, nil }

// Closed implements Shelf.
func (n *narrowed) Closed() ([]cube.Version, error) {
	list, err := n.Shelf.Closed()
	return slices.DeleteFunc(slices.Clone(list), func(v cube.Version) bool { return !n.bound.Allows(v) }), err
}
