package publish

import (
	"context"
	"testing"
	"time"
)

// TestNoReaderWaitsWhileAFileIsMade: the file of the release whose minute is near, or of one that just came out, is written and checked beside the
// readers.
func TestNoReaderWaitsWhileAFileIsMade(t *testing.T) {
	for name, x := range map[string]struct {
		at      time.Duration // when, from the minute of the next release on
		embargo bool          // the minute is the end of an embargo of the release that is out
	}{"near": {at: -time.Minute}, "just out": {}, "an embargo that ends soon": {at: -time.Minute, embargo: true}} {
		t.Run(name, func(t *testing.T) {
			a := secrets()
			g := gateOf(t, a)
			minute := noon.Add(time.Hour)
			out := a.releases[0]
			next := out
			if x.embargo {
				next.Embargoes = []Embargo{{Dataflow: "G", Until: minute}}
				a.releases = []Release{next}
			} else {
				next.ID, next.State, next.PublishAt = "2026-Q2", Approved, minute
				a.releases = []Release{out, next}
			}
			now := noon
			g.Now = func() time.Time { return now }
			begun, let := make(chan bool), make(chan bool)
			slow := func(ctx context.Context, r Release, from time.Time, _ func(context.Context) (Content, error)) (Source, error) {
				if from.Equal(minute) {
					begun <- true
					<-let
				}
				return a, nil
			}
			g.Files = slow
			if _, err := g.View(t.Context(), Everybody()); err != nil {
				t.Fatal(err)
			}
			now = minute.Add(x.at)
			done := make(chan bool)
			go func() {
				defer close(done)
				g.Refresh(t.Context()) //nolint:errcheck // what is asked is whether readers wait
			}()
			select {
			case <-begun:
			case <-time.After(10 * time.Second):
				t.Fatal("the file is not made ready")
			}
			read := make(chan bool)
			go func() {
				defer close(read)
				if v, err := g.View(context.WithoutCancel(t.Context()), Everybody()); err != nil || v.Release.ID != out.ID {
					t.Errorf("%v", err)
				}
			}()
			select {
			case <-read:
			case <-time.After(10 * time.Second):
				t.Error("a reader waits for the file")
			}
			go func() { // the gate asks for it again, and has it at once
				for range begun {
				}
			}()
			close(let)
			<-done
			<-read
			close(begun)
		})
	}
}

// TestAFileThatCannotBeHadIsNotTriedAtEveryLook: on a full disk the figures are held in memory, and the disk is left in peace.
func TestAFileThatCannotBeHadIsNotTriedAtEveryLook(t *testing.T) {
	g := gateOf(t, secrets())
	tried := 0
	g.Files = func(context.Context, Release, time.Time, func(context.Context) (Content, error)) (Source, error) {
		tried++
		return nil, context.DeadlineExceeded
	}
	for range 5 {
		if _, err := g.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if tried == 0 || tried > 2 {
		t.Errorf("tried %d times", tried)
	}
}
