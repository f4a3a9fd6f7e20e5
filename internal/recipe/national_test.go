package recipe

import (
	"context"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/govern"
	"nhipso/internal/people"
	"nhipso/internal/pipeline"
	"nhipso/internal/reference"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/territory"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// national is a cube with the reference data of Viet Nam and every recipe run once.
type national struct {
	store   pipeline.Store
	catalog *catalog.Catalog
	runs    []pipeline.Run
}

// vietNam makes the cube once; no test changes what is in it.
var vietNam = sync.OnceValues(func() (*national, error) {
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	c, err := catalog.Load(data.FS)
	if err != nil {
		return nil, err
	}
	registry, err := territory.Load(data.FS)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, "sqlite:"+filepath.Join(folder, "nhipso.db"))
	if err != nil {
		return nil, err
	}
	intake := cube.Intake{Catalog: c, Store: s}
	if _, err := reference.Load(ctx, data.FS, c, intake, now(), nil); err != nil {
		return nil, err
	}
	g, err := govern.Load(data.FS, c)
	if err != nil {
		return nil, err
	}
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return stat.MustDate("2026-11-22") }, Now: now}
	if err := people.Load(ctx, r, people.Inherited(c, append(people.Organisations(g, registry), people.Kept(c)...)), "the records that come with the catalogue"); err != nil {
		return nil, err
	}
	runs, err := pipeline.Runner{Store: s, Intake: intake, Now: now}.RunStale(ctx, All(c, registry), false)
	return &national{s, c, runs}, err
})

// folder holds the cube of the tests.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "recipe"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	os.Exit(code)
}

func newNational(t testing.TB) *national {
	t.Helper()
	n, err := vietNam()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func areas(t testing.TB) *territory.Registry {
	t.Helper()
	r, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (n *national) series(t *testing.T, flow string, key ...string) series {
	t.Helper()
	list, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: flow, Key: string(stat.NewKey(key...))})
	if err != nil {
		t.Fatal(err)
	}
	return seriesOf(list, key...)
}

func (n *national) run(t *testing.T, recipe string) pipeline.Run {
	t.Helper()
	r, ok, err := n.store.LatestRun(context.Background(), recipe, cube.AsOf{})
	if err != nil || !ok {
		t.Fatalf("%s has not run (%v)", recipe, err)
	}
	return r
}
