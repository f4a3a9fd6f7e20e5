package publish

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

func TestEmbargoOfOneDataflowHoldsWhatRecipesComputeFromIt(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, copyOf("TRADE", "BALANCE"), copyOf("BALANCE", "RATIO"), copyOf("GDP", "GROWTH"))
	o.s.figure("TRADE", 2024, "1", 1, "")
	o.Recipes = nil // the recipes are not run in this test
	o.released("2026-Q3", 1)
	o.Recipes = []pipeline.Recipe{copyOf("TRADE", "BALANCE"), copyOf("BALANCE", "RATIO"), copyOf("GDP", "GROWTH")}
	o.s.figure("TRADE", 2025, "2", 2, "")
	o.s.figure("GDP", 2025, "3", 3, "")
	o.now = monday.Add(time.Hour)
	week := o.now.Add(7 * 24 * time.Hour)
	o.done(o.Open(ctx, "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q4", Selection{All: true}, "an"))
	o.refused("publish.past-minute", func() error { _, err := o.Embargo(ctx, "2026-Q4", "TRADE", o.now, "an"); return err })
	r := o.done(o.Embargo(ctx, "2026-Q4", "TRADE", week, "an"))
	for flow, held := range map[string]bool{"TRADE": true, "BALANCE": true, "RATIO": true, "GDP": false, "GROWTH": false} {
		if r.EmbargoOf(flow).Equal(week) != held {
			t.Errorf("%s waits until %v", flow, r.EmbargoOf(flow))
		}
	}
	o.refused("publish.embargo-short", func() error { _, err := o.Embargo(ctx, "2026-Q4", "RATIO", week.Add(-time.Hour), "an"); return err })
	o.done(o.Embargo(ctx, "2026-Q4", "RATIO", week.Add(time.Hour), "an"))
	o.done(o.Embargo(ctx, "2026-Q4", "TRADE", week.Add(-time.Hour), "an")) // what was set longer stays longer
	if r, _ = o.s.ReleaseByID(ctx, "2026-Q4"); !r.EmbargoOf("RATIO").Equal(week.Add(time.Hour)) || !r.EmbargoOf("BALANCE").Equal(week) {
		t.Errorf("%+v", r.Embargoes)
	}
	o.Recipes = append(o.Recipes[:2:2], copyOf("TRADE", "GROWTH")) // a program that computes more from it
	o.refused("publish.open-derived", func() error { _, err := o.Check(ctx, "2026-Q4", "an"); return err })
	o.Recipes = nil
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.refused("publish.embargo-early", func() error { _, err := o.Approve(ctx, "2026-Q4", "bình", week); return err })
	r = o.done(o.Approve(ctx, "2026-Q4", "bình", time.Time{}))
	if got := r.Bound("TRADE", o.now).Only.String(); got != "1" {
		t.Errorf("of the trade shows %s, not what showed before", got)
	}
	if got := r.Bound("GDP", o.now).Only.String(); got != "1-3" {
		t.Errorf("of GDP shows %s", got)
	}
	if w := r.Withheld(o.now); len(w) != 3 {
		t.Errorf("withheld are %v", w)
	}
	if got := r.Bound("TRADE", week.Add(-time.Hour)).Only.String(); got != "1-3" {
		t.Errorf("at its second it shows %s", got)
	}
	if slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Dataflow == "TRADE" }) {
		t.Error("what changes in a dataflow that waits is told")
	}
}

func TestEmbargoOutlivesTheReleaseThatSetIt(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	for m := int64(1); m <= 3; m++ {
		o.s.figure("TRADE", 2020+int(m), "1", m, "")
	}
	o.released("2026-Q3", 1)
	o.now = monday.Add(time.Hour)
	week := o.now.Add(7 * 24 * time.Hour)
	o.done(o.Open(ctx, "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.done(o.Open(ctx, "2027-Q1", both("a", "a"), both("", ""), "an")) // before the other is out
	o.done(o.Add(ctx, "2026-Q4", Selection{Messages: cube.NewMessages(2)}, "an"))
	o.done(o.Embargo(ctx, "2026-Q4", "TRADE", week, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	minute := o.now.Add(time.Hour)
	o.done(o.Approve(ctx, "2026-Q4", "bình", minute))
	o.refused("publish.not-later", func() error { _, err := o.Embargo(ctx, "2026-Q4", "TRADE", week.Add(-time.Hour), "bình"); return err })
	week = week.Add(time.Hour)
	o.done(o.Embargo(ctx, "2026-Q4", "TRADE", week, "bình"))
	o.refused("publish.embargo-early", func() error { _, err := o.Postpone(ctx, "2026-Q4", "bình", "x", week); return err })

	o.now = minute
	r := o.done(o.Open(ctx, "2026-Q4.1", both("a", "a"), both("x", "x"), "an"))
	if len(r.Embargoes) != 1 || !r.Embargoes[0].Earlier || r.Embargoes[0].Before.String() != "1" {
		t.Fatalf("a draft of what waits has %+v", r.Embargoes)
	}
	o.done(o.Add(ctx, "2026-Q4.1", Selection{Messages: cube.NewMessages(3)}, "an"))
	o.refused("publish.embargo-lost", func() error { _, err := o.Embargo(ctx, "2026-Q4.1", "TRADE", week.Add(-time.Hour), "an"); return err })
	o.done(o.Check(ctx, "2026-Q4.1", "an"))
	r = o.done(o.Approve(ctx, "2026-Q4.1", "bình", time.Time{}))
	if got := r.Bound("TRADE", o.now).Only.String(); got != "1" {
		t.Errorf("a correction lets out %s", got)
	}
	if next, ok := NextMinute([]Release{r}, o.now); !ok || !next.Equal(week) {
		t.Errorf("the next change is at %v", next)
	}

	// The draft that was opened earlier holds the same messages without the embargo.
	o.done(o.Add(ctx, "2027-Q1", Selection{All: true}, "an"))
	o.s.figure("GDP", 2025, "1", 4, "")
	o.done(o.Add(ctx, "2027-Q1", Selection{Messages: cube.NewMessages(4)}, "an"))
	o.done(o.Check(ctx, "2027-Q1", "an"))
	o.refused("publish.embargo-lost", func() error { _, err := o.Approve(ctx, "2027-Q1", "bình", time.Time{}); return err })
	o.done(o.Embargo(ctx, "2027-Q1", "TRADE", week, "an"))
	o.done(o.Check(ctx, "2027-Q1", "an"))
	r = o.done(o.Approve(ctx, "2027-Q1", "bình", time.Time{}))
	if got := r.Bound("TRADE", o.now).Only.String(); got != "1" {
		t.Errorf("the next release lets out %s", got)
	}
}

func TestReleaseThatIsNotOutShowsNothing(t *testing.T) {
	r := Release{State: Approved, PublishAt: monday, AsOf: cube.AsOf{Message: 2, Only: cube.UpTo(2)}}
	if at := r.Bound("GDP", monday.Add(-time.Nanosecond)); at.Allows(cube.Version{Message: 1}) {
		t.Error("it shows before its minute")
	}
	if at := r.Bound("GDP", monday); !at.Allows(cube.Version{Message: 1}) {
		t.Error("it does not show at its minute")
	}
}

func TestGateHoldsADataflowBackUntilItsOwnMinute(t *testing.T) {
	c, _ := national(t)
	now := published.Add(time.Hour)
	until := published.Add(24 * time.Hour)
	r := Release{ID: "2026-Q3", State: Approved, PublishAt: published, AsOf: cube.AsOf{Message: 3, Only: cube.UpTo(3)},
		Embargoes: []Embargo{{Dataflow: "NA_GROWTH", Until: until, Before: cube.UpTo(1)}}}
	a := &archive{releases: []Release{r}, findings: []Finding{{Message: 1, Rule: "old"}, {Message: 2, Rule: "secret"}, {Message: 3, Rule: "free"}},
		figures: []cube.Version{figure("DE_SHARE", "A.VN.NSO.TOTAL", "2025", "14", "2026-01-01", 3), figure("NA_GROWTH", "A.VN.B1GQ", "2025", "7", "2026-01-01", 1),
			figure("NA_GROWTH", "A.VN.B1GQ", "2025", "8", "2026-11-01", 2), figure("NA_GROWTH", "A.VN.B1GQ", "2026", "9", "2026-11-01", 2)},
		runs: []pipeline.Run{{ID: "g#1", Recipe: "g", ReadTo: 2, Message: 3, FinishedAt: published, Diagnostics: []pipeline.Diagnostic{{Table: "9"}}},
			{ID: "w#1", Recipe: "w", ReadTo: 1, Message: 2, FinishedAt: published}}}
	recipes := []pipeline.Recipe{{ID: "g", Inputs: []pipeline.Input{{Dataflow: "NA_GROWTH"}}}, {ID: "w", Outputs: []string{"NA_GROWTH"}}}
	g := &Gate{Source: a, Catalog: c, Recipes: recipes, Now: func() time.Time { return now }}
	shown := func(who Audience) (values []string, rules int, told bool, key string) {
		t.Helper()
		v, err := g.View(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range v.History("NA_GROWTH", "") {
			values = append(values, x.Value.String())
		}
		if x, ok := v.Cell(cube.Cell{Dataflow: "NA_GROWTH", Key: "A.VN.B1GQ", Period: stat.Year(2025)}); ok {
			values = append(values, "now "+x.Value.String())
		}
		found, _ := v.Findings(t.Context())
		runs, _ := v.Runs(t.Context())
		return values, len(found), len(runs) > 0 && len(runs[0].Diagnostics) > 0, v.Key()
	}
	wrote := func(who Audience) int { // how many runs the audience knows of: the one that wrote what waits is not told
		t.Helper()
		v, err := g.View(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		runs, _ := v.Runs(t.Context())
		return len(runs)
	}
	if n := wrote(Everybody()); n != 1 || wrote(Keeper("an")) != 2 {
		t.Errorf("the public knows of %d runs", n)
	}
	if s := Summary("en", r, now); !strings.Contains(s, "minute of their own: 1") {
		t.Errorf("the feed says %q", s)
	}
	many := Release{Changes: []Change{{Dataflow: "F", Added: 15254}}}
	if vi, en := Summary("vi", many, now), Summary("en", many, now); !strings.Contains(vi, "15.254") || !strings.Contains(en, "15,254") {
		t.Errorf("counts are written %q and %q", vi, en)
	}
	values, rules, told, before := shown(Everybody())
	if !slices.Equal(values, []string{"7", "now 7"}) || rules != 2 || told {
		t.Errorf("before its minute the public sees %v, %d findings, diagnostics %t", values, rules, told)
	}
	if values, _, _, _ := shown(PreviewOf("2026-Q3", "an")); len(values) != 4 {
		t.Errorf("a named reader sees %v", values)
	}
	now = until
	values, rules, told, after := shown(Everybody())
	if !slices.Equal(values, []string{"7", "8", "9", "now 8"}) || rules != 3 || !told || before == after {
		t.Errorf("at its minute the public sees %v, %d findings, diagnostics %t, key changed %t", values, rules, told, before != after)
	}
}
