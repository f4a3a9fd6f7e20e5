package publish

import (
	"testing"
	"time"

	"nhipso/internal/catalog"
)

// What is said changes with its release, and with the edition of the catalogue: a reader who asks for what has changed since is told of both.
func TestWhatIsSaidChangesWithItsReleaseAndWithTheCatalogue(t *testing.T) {
	out := time.Date(2026, 10, 6, 2, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ since, want time.Time }{
		"the first edition":             {time.Time{}, out},
		"an edition before the release": {out.Add(-time.Hour), out},
		"an edition after it":           {out.Add(time.Hour), out.Add(time.Hour)},
		"within the second of it":       {out.Add(200 * time.Millisecond), out.Add(time.Second)},
	} {
		s := &Snapshot{Release: Release{PublishAt: out}, Catalog: &catalog.Catalog{Since: c.since}}
		if got := s.Changed(); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := (&Snapshot{Release: Release{PublishAt: out}}).Changed(); !got.Equal(out) {
		t.Errorf("without a catalogue: %s", got)
	}
}
