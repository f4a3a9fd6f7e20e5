package reference_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/reference"
	"nhipso/internal/territory"
)

var world1 = sync.OnceValues(func() (*catalog.Catalog, *territory.Registry) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		panic(err)
	}
	r, err := territory.Load(data.FS)
	if err != nil {
		panic(err)
	}
	return c, r
})

// world gives the reference catalogue and areas, which never change.
func world(t testing.TB) (*catalog.Catalog, *territory.Registry) {
	t.Helper()
	return world1()
}

// memory is a cube that only remembers, for tests of what is done with it.
type memory struct{ versions []cube.Version }

func (m *memory) Append(_ context.Context, d *cube.Delivery) (cube.Receipt, error) {
	for e, err := range d.Entries() {
		if err != nil {
			return cube.Receipt{}, err
		}
		m.versions = append(m.versions, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation, Message: 1})
	}
	return cube.Receipt{Message: 1, Added: d.Len()}, nil
}

func (m *memory) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(slices.SortedStableFunc(slices.Values(m.versions), cube.InOrder), q)
}

func (m *memory) LastMessage(context.Context) (int64, error) { return 1, nil }

// carried reads every figure that the program carries in observations/, by file.
func carried(t *testing.T) map[string][]cube.Entry {
	t.Helper()
	c, areas := world(t)
	out := map[string][]cube.Entry{}
	names, err := data.FS.ReadDir("observations")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		f, err := data.FS.Open("observations/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		m, err := reference.Read(f, e.Name(), c, areas, reference.Options{Sender: reference.Sender, SentAt: when, Vintage: c.Country().Compiled})
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = m.Entries
	}
	return out
}
