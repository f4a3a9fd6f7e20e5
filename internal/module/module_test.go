package module

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/store"
	"nhipso/internal/testpack"
	"nhipso/internal/web/shell"
)

func TestAListGivesWhatItsModulesBring(t *testing.T) {
	broken := errors.New("the store is away")
	work := func(context.Context) {}
	l := List{
		{Name: "one", Kinds: []Kind{{ID: "a"}, {ID: "b"}}, Due: func(context.Context) ([]jobs.Job, error) { return []jobs.Job{{Kind: "a"}, {Kind: "b"}}, nil },
			Tasks: []Task{{Name: "door", Run: work, Answers: true}, {Name: "store", Run: work}}},
		{Name: "two", Pages: func(*shell.Site) shell.Module { return shell.Module{} }, Tasks: []Task{{Name: "store", Run: work}}},
		{Name: "three", Kinds: []Kind{{ID: "c"}}, Due: func(context.Context) ([]jobs.Job, error) { return []jobs.Job{{Kind: "c"}}, nil }},
	}
	due, err := l.Due(t.Context())
	if err != nil || len(due) != 3 || due[2].Kind != "c" {
		t.Errorf("due: %v (%v)", due, err)
	}
	for id, want := range map[string]bool{"a": true, "c": true, "d": false} {
		if k, found := l.Kind(id); found != want || want && k.ID != id {
			t.Errorf("kind %s: %v, %v", id, k.ID, found)
		}
	}
	if len(l.Kinds()) != 3 || len(l.Pages()) != 1 {
		t.Errorf("%d kinds, %d pages", len(l.Kinds()), len(l.Pages()))
	}
	for _, c := range []struct {
		answers, works bool
		want           []string
	}{{true, true, []string{"one/door", "one/store", "two/store"}}, {true, false, []string{"one/door"}}, {false, true, []string{"one/store", "two/store"}}, {false, false, nil}} {
		if got := slices.Sorted(maps.Keys(l.Tasks(c.answers, c.works))); !slices.Equal(got, c.want) {
			t.Errorf("answers %v, works %v: %v", c.answers, c.works, got)
		}
	}
	l[0].Due, l[2].Due = l[2].Due, l[0].Due
	l[0].Due = func(context.Context) ([]jobs.Job, error) { return nil, broken }
	if due, err := l.Due(t.Context()); !errors.Is(err, broken) || len(due) != 2 {
		t.Errorf("half of what is due passes for all of it, or is lost: %v (%v)", due, err)
	}
}

func TestAModuleHasWhatItCannotDoWithout(t *testing.T) {
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	l := List{{Name: "one", Types: []string{"target"}, Migrations: []store.Migration{"desk"}}, {Name: "two", Types: []string{"duty"}}}
	if err := l[:1].Typed(c); err != nil {
		t.Error(err)
	}
	if err := l.Typed(c); fault.CodeOf(err) != "module.no-type" || !strings.Contains(err.Error(), "duty") || !strings.Contains(err.Error(), "two") {
		t.Error(err)
	}
	if err := l.Migrated([]store.Migration{"cube", "desk"}); err != nil {
		t.Error(err)
	}
	if err := l.Migrated([]store.Migration{"cube"}); fault.CodeOf(err) != "module.no-tables" || !strings.Contains(err.Error(), "desk") {
		t.Error(err)
	}
}
