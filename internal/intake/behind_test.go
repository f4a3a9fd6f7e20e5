package intake

import (
	"context"
	"errors"
	"testing"
	"time"

	"nhipso/internal/fault"
)

// edition is a store of which the newest edition of the catalogue is known.
type edition struct {
	Keeper
	number int64
	err    error
}

func (e edition) LastEdition(context.Context) (int64, time.Time, error) {
	return e.number, time.Time{}, e.err
}

// TestNothingIsRefusedByAnEditionThatIsNoLongerTheNewest, for as long as the newer one may take to be taken up.
func TestNothingIsRefusedByAnEditionThatIsNoLongerTheNewest(t *testing.T) {
	gone := fault.New("store.unreachable", "database", "x")
	for name, c := range map[string]struct {
		Committer
		want string
	}{
		"the newest":              {Committer{Edition: 2, Store: edition{number: 2}}, ""},
		"behind":                  {Committer{Edition: 1, Store: edition{number: 2}}, "intake.behind"},
		"behind for long":         {Committer{Edition: 1, Store: edition{number: 2}, behind: time.Now().Add(-catchUp - time.Second)}, ""},
		"behind for a moment":     {Committer{Edition: 1, Store: edition{number: 2}, behind: time.Now().Add(-time.Second)}, "intake.behind"},
		"of no edition":           {Committer{Store: edition{number: 2}}, ""},
		"of a store that is away": {Committer{Edition: 1, Store: edition{err: gone}}, "store.unreachable"},
	} {
		if err := c.current(t.Context()); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := Committer{Edition: 1, Store: edition{number: 2}}
	if err := errors.Join(c.current(t.Context())); err == nil || c.behind.IsZero() {
		t.Error("it does not remember since when: ", err)
	}
}
