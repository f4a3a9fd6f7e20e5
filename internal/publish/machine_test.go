package publish

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
)

// TestNoSequenceOfActsReachesAForbiddenState lets many people do anything at any time, with clocks that go forth and a little back, and looks
// after each act at what must hold whatever they do.
func TestNoSequenceOfActsReachesAForbiddenState(t *testing.T) {
	kinds := []Kind{PlanAct, OpenAct, AddAct, DropAct, TextAct, EmbargoAct, CheckAct, ApproveAct, PostponeAct, WithdrawAct, ReopenAct, LiveAct}
	next := map[State][]Kind{"": {OpenAct, PlanAct}, Planned: {OpenAct, OpenAct, PlanAct}, Draft: {AddAct, AddAct, DropAct, CheckAct, CheckAct, EmbargoAct}, Checked: {ApproveAct, ApproveAct, ApproveAct, AddAct, EmbargoAct},
		Approved: {LiveAct, PostponeAct, PostponeAct, EmbargoAct, WithdrawAct}, Withdrawn: {ReopenAct}, Published: {PostponeAct, WithdrawAct, AddAct}}
	people := []string{"an", "an", "an", "bình", "bình", ""}
	ids := []string{"2026-Q3", "2026-Q4", "2026-Q4.1", "2026-Q4.2", "Q4"}
	reached := map[Kind]int{} // acts recorded by kind, and releases that came out
	defer func() {
		if reached["out"] < 20 && !t.Failed() {
			t.Errorf("the walk does not get around: %v", reached)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		var acts []Act
		now := monday
		frozen := map[string]Release{} // as each release was when it was first out
		newest := monday.Add(-time.Hour)
		for range 100 {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{60, 1, 200, 0, -90, 900, 1800}).Draw(t, "seconds")) * time.Second)
			now = maxTime(now, newest.Add(-skew)) // clocks of servers differ by no more
			newest = maxTime(newest, now)
			all := Replay(acts)
			a := Act{Number: int64(len(acts)) + 1, At: now, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Release: rapid.SampledFrom(ids).Draw(t, "id"),
				By: rapid.SampledFrom(people).Draw(t, "by"), Reason: rapid.SampledFrom([]string{"", "vì", "vì"}).Draw(t, "reason"),
				Minute: now.Add(time.Duration(rapid.SampledFrom([]int{30, 5, 90, -2, 0, 1, 2, 400}).Draw(t, "minutes")) * time.Minute), Digest: rapid.SampledFrom([]string{"d", "d", "d", "d", "e"}).Draw(t, "digest"),
				Messages: cube.NewMessages(int64(rapid.IntRange(1, 5).Draw(t, "message"))), Dataflows: []string{rapid.SampledFrom([]string{"GDP", "TRADE"}).Draw(t, "flow")}}
			if rapid.IntRange(0, 9).Draw(t, "sensible") > 1 {
				state := State("")
				for _, r := range all {
					if r.ID == a.Release {
						state = r.State
					}
				}
				a.Kind = rapid.SampledFrom(next[state]).Draw(t, "next")
			}
			if a.Kind == OpenAct {
				if base, some := Current(all, now); some {
					a.Base, a.Messages = base.ID, base.Content()
				}
			}
			switch a.Kind {
			case ApproveAct:
				a.Messages, a.By = nil, rapid.SampledFrom([]string{"chi", "chi", "chi", a.By}).Draw(t, "second")
			case PostponeAct:
				a.Minute = a.Minute.Add(time.Hour)
			}
			before := all
			a = Settled(all, a)
			r, err := Apply(all, a)
			if err != nil {
				continue
			}
			reached[a.Kind]++
			acts = append(acts, a)
			all = Replay(acts)
			if i := slices.IndexFunc(all, func(x Release) bool { return x.ID == a.Release }); !reflect.DeepEqual(all[i], r) {
				t.Fatalf("what Apply gives is not what Replay gives:\n%+v\n%+v", r, all[i])
			}
			look(t, before, all, a, frozen, newest)
		}
		reached["out"] += len(frozen)
	})
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// look holds what an act led to against what must be so.
func look(t *rapid.T, before, all []Release, a Act, frozen map[string]Release, now time.Time) {
	if a.By == "" || a.Release == "Q4" {
		t.Fatalf("nobody, or a release of no name: %+v", a)
	}
	var line []Release
	for _, r := range all {
		if was, out := frozen[r.ID]; out {
			r.State, was.State, r.seen, was.seen = Published, Published, now, now // being seen out is the one thing that is recorded later
			if !reflect.DeepEqual(r, was) {
				t.Fatalf("%s of %s changed a release that was out:\n%+v\n%+v", a.Kind, r.ID, was, r)
			}
		} else if r.Public(now) {
			frozen[r.ID] = r
		}
		if r.State != Approved && r.State != Published {
			continue
		}
		line = append(line, r)
		if r.prepared(r.ApprovedBy) && !r.Sole {
			t.Fatalf("%s approved what they prepared", r.ApprovedBy)
		}
		if r.PublishAt.Before(r.ApprovedAt.Truncate(time.Second)) {
			t.Fatalf("approved at %v for %v", r.ApprovedAt, r.PublishAt)
		}
		if r.CheckedAt.IsZero() || len(r.Refusals) > 0 {
			t.Fatalf("approved without a check: %+v", r)
		}
		if r.Corrects != "" && !slices.ContainsFunc(before, func(x Release) bool { return x.ID == r.Corrects }) {
			t.Fatalf("corrects nothing: %+v", r)
		}
	}
	slices.SortStableFunc(line, func(x, y Release) int {
		if x.earlier(y) {
			return -1
		}
		return 1
	})
	for i := 1; i < len(line); i++ {
		x, y := line[i-1], line[i]
		if !y.Content().Covers(x.Content()) {
			t.Fatalf("%s takes back %s of %s", y.ID, x.Content().Without(y.Content()), x.ID)
		}
		for flow, until := range x.Withheld(y.PublishAt) {
			if y.EmbargoOf(flow).Before(until) {
				t.Fatalf("%s lets %s out before the minute that %s set", y.ID, flow, x.ID)
			}
		}
	}
}
