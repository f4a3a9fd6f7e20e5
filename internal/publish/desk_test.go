package publish

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
)

func TestReleaseGoesFromDraftToItsMinute(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"))
	o.refused("publish.exists", func() error { _, err := o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"); return err })
	o.refused("publish.wrong-state", func() error { _, err := o.Approve(ctx, "2026-Q3", "bình", time.Time{}); return err })
	o.done(o.Add(ctx, "2026-Q3", Selection{All: true}, "an"))
	if r := o.done(o.Check(ctx, "2026-Q3", "an")); r.State != Checked || r.Digest == "" {
		t.Fatalf("%+v", r)
	}
	minute := monday.Add(30 * time.Minute)
	r := o.done(o.Approve(ctx, "2026-Q3", "bình", minute))
	if r.StateAt(o.now) != Embargoed || r.AsOf.Message != 1 || r.AsOf.Only.String() != "1" || !r.PublishAt.Equal(minute) {
		t.Fatalf("%+v", r)
	}
	if next, ok := NextMinute([]Release{r}, o.now); !ok || !next.Equal(minute) {
		t.Errorf("wakes at %v", next)
	}
	o.now = minute.Add(-time.Nanosecond)
	if _, err := o.Current(ctx); fault.CodeOf(err) != "publish.none" {
		t.Errorf("before its minute: %v", err)
	}
	if out, _ := o.PublishDue(ctx); len(out) != 0 {
		t.Error("recorded before its minute")
	}
	o.now = minute
	if r, err := o.Current(ctx); err != nil || r.ID != "2026-Q3" || r.StateAt(o.now) != Published {
		t.Errorf("at its second it is %s (%v), with nothing written for it", r.StateAt(o.now), err)
	}
}

func TestGoingLiveIsLoggedOnceWhateverTheNumberOfServers(t *testing.T) {
	o := newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.released("2026-Q3", 1)
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := o.PublishDue(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(log.String(), "release live"); n != 1 || !strings.Contains(log.String(), "2026-Q3") {
		t.Errorf("%d lines\n%s", n, log.String())
	}
}

func TestClockThatWentBackIsRefusedOrHarmless(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("GDP", 2026, "2", 2, "")
	o.released("2026-Q3", 1)
	if _, err := o.PublishDue(ctx); err != nil {
		t.Fatal(err)
	}
	o.done(o.Open(ctx, "2026-Q4", both("b", "b"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q4", Selection{All: true}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.now = monday.Add(-time.Hour)
	o.refused("publish.clock-back", func() error { _, err := o.Approve(ctx, "2026-Q4", "bình", time.Time{}); return err })
	if r, err := o.Current(ctx); err != nil || r.ID != "2026-Q3" {
		t.Errorf("what was seen out is no longer out: %v", err)
	}
	// A little back, as between two servers: the act is taken, but never a release that would stand behind what is out.
	o.now = monday.Add(-time.Minute)
	o.refused("publish.before-current", func() error { _, err := o.Approve(ctx, "2026-Q4", "bình", time.Time{}); return err })
}

func TestApprovalNeedsASecondPersonAndAMinuteToCome(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "Nguyễn An"))
	o.done(o.Add(ctx, "2026-Q3", Selection{All: true}, "Lê Chi"))
	o.done(o.Check(ctx, "2026-Q3", "Vũ Dung"))
	for _, by := range []string{"Nguyễn An", "  nguyễn   an ", "Lê Chi", "Vũ Dung", "Nguye\u0302\u0303n An"} {
		o.refused("publish.same-person", func() error { _, err := o.Approve(ctx, "2026-Q3", by, time.Time{}); return err })
	}
	o.refused("publish.no-author", func() error { _, err := o.Approve(ctx, "2026-Q3", " ", time.Time{}); return err })
	for _, past := range []time.Time{time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), monday.Add(-time.Second)} {
		o.refused("publish.past-minute", func() error { _, err := o.Approve(ctx, "2026-Q3", "Bình", past); return err })
	}
	r := o.done(o.Approve(ctx, "2026-Q3", "Bình", time.Time{}))
	if !r.Public(o.now) || r.ApprovedBy != "Bình" {
		t.Errorf("now means now: %+v", r)
	}
}

func TestOnlyTheFirstReleaseIsApprovedByTheProgram(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("GDP", 2026, "1", 2, "")
	prepare := func(id string, m int64) {
		o.done(o.Open(ctx, id, both("a", "a"), both("", ""), Program))
		o.done(o.Add(ctx, id, Selection{Messages: cube.NewMessages(m)}, Program))
		o.done(o.Check(ctx, id, Program))
	}
	prepare("2026-Q3", 1)
	if r := o.done(o.ApproveFirst(ctx, "2026-Q3", Program)); !r.Sole || !r.Public(o.now) {
		t.Errorf("%+v", r)
	}
	prepare("2026-Q4", 2)
	o.refused("publish.not-first", func() error { _, err := o.ApproveFirst(ctx, "2026-Q4", Program); return err })
	o.refused("publish.same-person", func() error { _, err := o.Approve(ctx, "2026-Q4", Program, time.Time{}); return err })
}

func TestReleaseIsASetOfMessages(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	for m := int64(1); m <= 3; m++ {
		o.s.figure("GDP", 2020+int(m), "1", m, "")
	}
	o.s.figure("TRADE", 2025, "7", 4, "") // an unfinished load
	o.s.figure("GDP", 2025, "2", 5, "")
	o.s.figure("GDP", 2026, "2", 6, "")
	o.s.figure("POP", 2026, "2", 6, "")
	o.released("2026-Q3", 1, 2)
	r := o.done(o.Open(ctx, "2026-Q4", both("b", "b"), both("", ""), "an"))
	if r.Content().String() != "1-2" || r.Base != "2026-Q3" {
		t.Fatalf("a draft starts from %s of %q", r.Content(), r.Base)
	}
	for _, c := range []struct {
		s    Selection
		code string
	}{
		{Selection{}, "publish.no-selection"},
		{Selection{Messages: cube.NewMessages(9)}, "publish.no-message"},
		{Selection{Dataflows: []string{"GDP"}, To: 99}, "publish.no-message"},
		{Selection{To: 3}, "publish.no-message"},
		{Selection{Dataflows: []string{"NONE"}}, "publish.no-selection"},
		{Selection{Dataflows: []string{"GDP"}}, "publish.holds-more"},
		{Selection{Messages: cube.NewMessages(1, 2)}, "publish.nothing-added"},
	} {
		o.refused(c.code, func() error { _, err := o.Add(ctx, "2026-Q4", c.s, "an"); return err })
	}
	r = o.done(o.Add(ctx, "2026-Q4", Selection{Dataflows: []string{"GDP"}, To: 5}, "an"))
	if r.Content().String() != "1-3,5" {
		t.Errorf("GDP up to 5 is %s", r.Content())
	}
	r = o.done(o.Add(ctx, "2026-Q4", Selection{Dataflows: []string{"GDP", "POP"}}, "an"))
	r = o.done(o.Drop(ctx, "2026-Q4", cube.NewMessages(6), "an"))
	if r.Content().String() != "1-3,5" {
		t.Errorf("without 6 it is %s", r.Content())
	}
	o.refused("publish.not-in-content", func() error { _, err := o.Drop(ctx, "2026-Q4", cube.NewMessages(4), "an"); return err })
	o.refused("publish.drops-published", func() error { _, err := o.Drop(ctx, "2026-Q4", cube.NewMessages(2, 3), "an"); return err })
	o.done(o.Check(ctx, "2026-Q4", "an"))
	if r = o.done(o.Drop(ctx, "2026-Q4", cube.NewMessages(5), "an")); r.State != Draft {
		t.Errorf("a changed content is still %s", r.State)
	}
}

func TestPostponeAndWithdrawUntilTheMinuteAndACorrectionAfterIt(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("GDP", 2025, "1.5", 2, "")
	minute := monday.Add(time.Hour)
	o.done(o.Open(ctx, "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.refused("publish.correction-number", func() error { _, err := o.Open(ctx, "2026-Q4.7", both("a", "a"), both("", ""), "an"); return err })
	o.refused("publish.nothing-to-correct", func() error { _, err := o.Open(ctx, "2026-Q4.1", both("a", "a"), both("", ""), "an"); return err })
	o.done(o.Add(ctx, "2026-Q4", Selection{Messages: cube.NewMessages(1)}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.done(o.Approve(ctx, "2026-Q4", "bình", minute))
	o.refused("publish.not-later", func() error {
		_, err := o.Postpone(ctx, "2026-Q4", "bình", "sớm hơn", minute.Add(-time.Minute))
		return err
	})
	o.refused("publish.no-reason", func() error { _, err := o.Postpone(ctx, "2026-Q4", "bình", " ", minute.Add(time.Hour)); return err })
	later := minute.Add(24 * time.Hour)
	if r := o.done(o.Postpone(ctx, "2026-Q4", "bình", "chờ số liệu", later)); !r.PublishAt.Equal(later) || r.Sequence != 2 || r.Reason != "chờ số liệu" {
		t.Errorf("%+v", r)
	}
	o.now = minute.Add(time.Second)
	if _, err := o.Current(ctx); fault.CodeOf(err) != "publish.none" {
		t.Error("out at the minute that was given up")
	}
	o.refused("publish.no-reason", func() error { _, err := o.Withdraw(ctx, "2026-Q4", "bình", ""); return err })
	o.done(o.Withdraw(ctx, "2026-Q4", "bình", "sai nguồn"))
	o.now = later
	if _, err := o.Current(ctx); fault.CodeOf(err) != "publish.none" {
		t.Error("out although withdrawn")
	}
	o.refused("publish.wrong-state", func() error { _, err := o.Approve(ctx, "2026-Q4", "bình", time.Time{}); return err })
	o.done(o.Reopen(ctx, "2026-Q4", "an", "đã có nguồn đúng"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.done(o.Approve(ctx, "2026-Q4", "bình", time.Time{}))
	for name, act := range map[string]func() (Release, error){
		"postponed": func() (Release, error) { return o.Postpone(ctx, "2026-Q4", "bình", "x", later.Add(time.Hour)) },
		"withdrawn": func() (Release, error) { return o.Withdraw(ctx, "2026-Q4", "bình", "x") },
		"added to":  func() (Release, error) { return o.Add(ctx, "2026-Q4", Selection{All: true}, "an") },
		"described": func() (Release, error) { return o.Describe(ctx, "2026-Q4", both("x", "x"), "an") },
		"planned":   func() (Release, error) { return o.Plan(ctx, "2026-Q4", both("x", "x"), "an", later.Add(time.Hour)) },
	} {
		t.Run("what is public is not "+name, func(t *testing.T) {
			o.refused("publish.is-public", func() error { _, err := act(); return err })
		})
	}
	r := o.done(o.Open(ctx, "2026-Q4.1", both("a", "a"), both("", ""), "an"))
	if r.Corrects != "2026-Q4" {
		t.Errorf("it corrects %q", r.Corrects)
	}
	o.done(o.Add(ctx, "2026-Q4.1", Selection{All: true}, "an"))
	o.refused("publish.no-note", func() error { _, err := o.Check(ctx, "2026-Q4.1", "an"); return err })
	o.done(o.Describe(ctx, "2026-Q4.1", both("GDP 2025 sửa lại", "GDP of 2025 corrected"), "an"))
	r = o.done(o.Check(ctx, "2026-Q4.1", "an"))
	if len(r.Changes) != 1 || r.Changes[0].Revised != 1 || r.Changes[0].Cells[0] != (Revision{"A", "2025", "1", "1.5"}) {
		t.Errorf("it changes %+v", r.Changes)
	}
	o.now = later.Add(time.Hour)
	o.done(o.Approve(ctx, "2026-Q4.1", "bình", time.Time{}))
	if r, _ := o.Current(ctx); r.ID != "2026-Q4.1" {
		t.Errorf("current is %s", r.ID)
	}
	if r, _ := o.s.ReleaseByID(ctx, "2026-Q4"); r.Content().String() != "1" {
		t.Errorf("the correction changed what it corrects: %s", r.Content())
	}
}

func TestReleasesComeOutInAnOrderInWhichNothingIsTakenBack(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	for m := int64(1); m <= 4; m++ {
		o.s.figure("GDP", 2020+int(m), "1", m, "")
	}
	ready := func(id string, messages ...int64) {
		o.done(o.Open(ctx, id, both("a", "a"), both("x", "x"), "an"))
		o.done(o.Add(ctx, id, Selection{Messages: cube.NewMessages(messages...)}, "an"))
		o.done(o.Check(ctx, id, "an"))
	}
	approve := func(id string, minutes int) error {
		_, err := o.Approve(ctx, id, "bình", monday.Add(time.Duration(minutes)*time.Minute))
		return err
	}
	ready("2026-Q1", 1)
	ready("2026-Q2", 2)
	ready("2026-Q3", 1, 2, 3)
	if err := approve("2026-Q1", 10); err != nil {
		t.Fatal(err)
	}
	o.refused("publish.behind", func() error { return approve("2026-Q2", 20) })
	o.refused("publish.overtakes", func() error { return approve("2026-Q2", 5) })
	if err := approve("2026-Q3", 20); err != nil {
		t.Fatal(err)
	}
	o.refused("publish.order", func() error {
		_, err := o.Postpone(ctx, "2026-Q1", "bình", "x", monday.Add(20*time.Minute))
		return err
	})
	o.refused("publish.order", func() error { _, err := o.Withdraw(ctx, "2026-Q1", "bình", "x"); return err })
	o.done(o.Withdraw(ctx, "2026-Q3", "bình", "x"))
	o.done(o.Withdraw(ctx, "2026-Q1", "bình", "x"))
}

func TestApprovalAcceptsOnlyWhatWasChecked(t *testing.T) {
	ctx, o := t.Context(), newOffice(t, copyOf("GDP", "COPY"))
	o.s.figure("GDP", 2025, "1", 1, "")
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"))
	o.refused("publish.nothing", func() error { _, err := o.Check(ctx, "2026-Q3", "an"); return err })
	o.done(o.Add(ctx, "2026-Q3", Selection{All: true}, "an"))
	o.refused("publish.stale", func() error { _, err := o.Check(ctx, "2026-Q3", "an"); return err })
	if r, _ := o.s.ReleaseByID(ctx, "2026-Q3"); r.State != Draft || len(r.Refusals) != 1 || r.Refusals[0].Vi == r.Refusals[0].En {
		t.Errorf("what stands against it is kept: %+v", r.Refusals)
	}
	run := func() {
		t.Helper()
		if _, _, err := o.Run(ctx, "2026-Q3", "an", func(ctx context.Context, only cube.Messages) ([]pipeline.Run, error) {
			last, _ := o.s.LastMessage(ctx)
			in, _ := pipeline.Read(ctx, o.s, o.Recipes[0], cube.AsOf{Only: only}, o.today())
			x := pipeline.Run{ID: "r", Recipe: "GDP-COPY", Memo: pipeline.Memo(o.Recipes[0], in), ReadTo: last, Only: only, Message: last + 1}
			o.s.figure("COPY", 2025, "1", x.Message, "")
			o.s.runs = append(o.s.runs, x)
			return []pipeline.Run{x}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	o.done(o.Check(ctx, "2026-Q3", "an"))
	o.Recipes[0].Version = "2" // the program was replaced after the check
	o.refused("publish.check-outdated", func() error { _, err := o.Approve(ctx, "2026-Q3", "bình", time.Time{}); return err })
	if r, _ := o.s.ReleaseByID(ctx, "2026-Q3"); r.State != Draft {
		t.Errorf("it is %s", r.State)
	}
	run()
	o.done(o.Check(ctx, "2026-Q3", "an"))
	if r := o.done(o.Approve(ctx, "2026-Q3", "bình", time.Time{})); r.Content().String() != "1-3" {
		t.Errorf("%s", r.Content())
	}
}

func TestDerivedFiguresRestOnTheContentAlone(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("TRADE", 2025, "1", 2, "")
	o.s.figure("COPY", 2025, "1", 3, "")
	o.s.runs = []pipeline.Run{{ID: "r#1", Recipe: "r", ReadTo: 2, Message: 3}}
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q3", Selection{Messages: cube.NewMessages(1, 3)}, "an"))
	o.refused("publish.outside", func() error { _, err := o.Check(ctx, "2026-Q3", "an"); return err })
	o.done(o.Add(ctx, "2026-Q3", Selection{Messages: cube.NewMessages(2)}, "an"))
	o.done(o.Check(ctx, "2026-Q3", "an"))
}

// answers are findings that nobody has answered, by message.
type answers map[int64]Finding

func (a answers) UnansweredFindings(_ context.Context, of cube.Messages) ([]Finding, error) {
	var out []Finding
	for m, f := range a {
		if of.Has(m) {
			out = append(out, f)
		}
	}
	return out, nil
}

func TestFindingsOfTheContentMustBeAnswered(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("TRADE", 2025, "1", 2, "")
	open := answers{1: {Message: 1, Rule: "range", Text: both("ngoài khoảng", "out of range")}, 2: {Message: 2, Rule: "other"}}
	o.Findings = open
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q3", Selection{Messages: cube.NewMessages(1)}, "an"))
	o.refused("publish.unanswered", func() error { _, err := o.Check(ctx, "2026-Q3", "an"); return err })
	delete(open, 1) // that of the load that is not in the release asks for nothing
	o.done(o.Check(ctx, "2026-Q3", "an"))
	open[1] = Finding{Message: 1, Rule: "late"}
	o.refused("publish.unanswered", func() error { _, err := o.Approve(ctx, "2026-Q3", "bình", time.Time{}); return err })
}

func TestChecksOfOthersRefuseToo(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.Checks = []Check{func(context.Context, Release) []error { return []error{fault.New("cube.no-cell", "cell", "X")} }}
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q3", Selection{All: true}, "an"))
	o.refused("cube.no-cell", func() error { _, err := o.Check(ctx, "2026-Q3", "an"); return err })
	if r, _ := o.s.ReleaseByID(ctx, "2026-Q3"); r.State != Draft {
		t.Errorf("it is %s", r.State)
	}
}

func TestSecondApprovalIsToldWhoWasFirst(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	r := o.released("2026-Q3", 1)
	a := Act{Release: r.ID, Kind: ApproveAct, By: "chi", At: r.ApprovedAt.Add(-time.Second), Minute: r.PublishAt.Add(time.Hour), Digest: r.Digest}
	r.PublishAt = r.PublishAt.Add(time.Hour) // as one that is still to come
	_, err := Apply([]Release{r}, a)
	if fault.CodeOf(err) != "publish.approved-already" || fault.All(err)[0].Args["by"] != "bình" {
		t.Errorf("%v", err)
	}
	// What was checked meanwhile is not what the approver looked at.
	r.State = Checked
	a.Digest = "another"
	if _, err := Apply([]Release{r}, a); fault.CodeOf(err) != "publish.check-outdated" {
		t.Errorf("%v", err)
	}
	o.s.figure("GDP", 2026, "1", 2, "")
	o.now = o.now.Add(time.Hour)
	o.done(o.Open(ctx, "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q4", Selection{All: true}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.s.figure("GDP", 2027, "1", 2, "") // a figure within the content is another one, and nothing else is wrong
	o.refused("publish.check-outdated", func() error { _, err := o.Approve(ctx, "2026-Q4", "bình", time.Time{}); return err })
	if r, _ := o.s.ReleaseByID(ctx, "2026-Q4"); r.State != Draft {
		t.Errorf("it is %s", r.State)
	}
}

func TestChangesTellNothingConfidential(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("GDP", 2026, "7", 1, "C")
	o.done(o.Open(ctx, "2026-Q3", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q3", Selection{All: true}, "an"))
	if r := o.done(o.Check(ctx, "2026-Q3", "an")); len(r.Changes) != 1 || r.Changes[0].Added != 1 {
		t.Errorf("%+v", r.Changes)
	}
}
