package pipeline

import (
	"context"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// judging is a store that keeps what the rules found of a run.
type judging struct {
	*memStore
	findings []cube.Finding
}

func (s *judging) AppendRun(ctx context.Context, run Run, d *cube.Delivery, lineage []Lineage) (cube.Receipt, error) {
	s.findings = append(s.findings, d.Findings...)
	return s.memStore.AppendRun(ctx, run, d, lineage)
}

func TestDerivedFiguresAreHeldToTheRules(t *testing.T) {
	b := newBench(t)
	b.report(t, "x", "2025", "60", "2026-01-05", stat.MarkSeen)
	s := &judging{memStore: b.store}
	b.runner.Store, b.runner.Intake.Store = s, s
	rules := func(severity string) {
		c, err := b.runner.Intake.Catalog.WithRules([]byte("rules:\n- {id: most, kind: range, severity: " + severity + ", of: derived, high: 100, why: {vi: vì, en: because}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		b.runner.Intake.Catalog = c
	}
	rules("hard")
	if _, err := b.runner.RunStale(context.Background(), []Recipe{double}, false); fault.CodeOf(err) != "pipeline.bad-output" || len(b.store.runs) != 0 {
		t.Errorf("%v with %d runs", err, len(b.store.runs))
	}
	rules("soft")
	if _, err := b.runner.RunStale(context.Background(), []Recipe{double}, false); err != nil || len(s.findings) != 1 || s.findings[0].Rule != "most" {
		t.Errorf("%v (%v)", s.findings, err)
	}
}
