package publish

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// TestNobodySeesWhatIsNotPublicUntold: each audience but everybody is told before it sees anything, and sees nothing where it could not be.
func TestNobodySeesWhatIsNotPublicUntold(t *testing.T) {
	c, _ := national(t)
	failing := false
	var told []string
	g := &Gate{Source: &archive{releases: []Release{{ID: "2026-Q3", State: Published, PublishAt: noon.Add(-time.Hour)}}}, Catalog: c, Zone: time.UTC, Now: func() time.Time { return noon },
		Told: func(_ context.Context, a Audience) error {
			told = append(told, a.Kind())
			if failing {
				return errors.New("the log cannot be written")
			}
			return nil
		}}
	for _, a := range Audiences("2026-Q3") {
		told = nil
		failing = false
		if _, err := g.View(t.Context(), a); err != nil {
			t.Fatalf("%v: %v", a, err)
		}
		if a.Public() != (len(told) == 0) || !a.Public() && !slices.Equal(told, []string{a.Kind()}) {
			t.Errorf("%+v: told %v", a, told)
		}
		failing = true
		if v, err := g.View(t.Context(), a); a.Public() != (err == nil) || err != nil && v != nil {
			t.Errorf("%+v sees what could not be written down: %v", a, err)
		}
	}
}
