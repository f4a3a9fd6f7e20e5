package recipe

import (
	"context"
	"slices"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// What recipes make of the reference data asks for no answer: a finding there would say that the figure or the rule is wrong.
func TestDerivedFiguresKeepTheRules(t *testing.T) {
	n := newNational(t)
	findings, err := n.store.(*store.Store).Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if slices.ContainsFunc(n.runs, func(r pipeline.Run) bool { return r.Message == f.Message }) {
			t.Errorf("%s: %v", f.Identity, f.Parts)
		}
	}
}

// The rules are not idle: a derived figure that no longer fits the others is found.
func TestADerivedFigureThatFitsNothingIsFound(t *testing.T) {
	n := newNational(t)
	for rule, of := range map[string]struct {
		flow, period string
		key          stat.Key
	}{
		"estimated-parts":       {"DE_SHARE_EST", "2025", stat.NewKey("A", "VN", "NSO", "CORE")},
		"estimated-sizes":       {"DE_VA", "2025", stat.NewKey("A", "VN", "NSO", "CORE", "LATEST")},
		"estimated-from-income": {"GRDP_EST", "2022", stat.NewKey("A", "VN63-01")},
	} {
		t.Run(rule, func(t *testing.T) {
			versions, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: of.flow, Key: string(of.key)})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range versions {
				if v.Period.String() != of.period || v.Value == nil {
					continue
				}
				o := v.Observation
				other := o.Value.Mul(stat.MustDecimal("1.2"))
				o.Value = &other
				r, err := cube.Intake{Catalog: n.catalog, Store: n.store}.Review(context.Background(), cube.Message{Header: cube.Header{Sender: "test", File: "x", SentAt: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)},
					Entries: []cube.Entry{{Dataflow: of.flow, Observation: o, Row: 2}}})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(r.Findings, func(f cube.Finding) bool { return f.Rule == rule }) {
					t.Errorf("%v found, not %s", r.Findings, rule)
				}
				return
			}
			t.Fatalf("no %s %s of %s", of.flow, of.key, of.period)
		})
	}
}

// A new input makes a derived figure stale; it does not make it wrong, and asks nobody for an answer.
func TestANewInputAccusesNoDerivedFigure(t *testing.T) {
	n := newNational(t)
	versions, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: "GRDP_PER_HEAD", Key: "A.VN63-01"})
	if err != nil || len(versions) == 0 {
		t.Fatal(err)
	}
	o := versions[len(versions)-1].Observation
	other := o.Value.Mul(stat.MustDecimal("1.03"))
	o.Value, o.Vintage = &other, stat.Vintage{Date: stat.MustDate("2026-10-20")}
	r, err := cube.Intake{Catalog: n.catalog, Store: n.store}.Review(context.Background(), cube.Message{Header: cube.Header{Sender: "test", File: "x", SentAt: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)},
		Entries: []cube.Entry{{Dataflow: "GRDP_PER_HEAD", Observation: o, Row: 2}}})
	if err != nil || len(r.Findings) != 0 {
		t.Errorf("%v (%v)", r.Findings, err)
	}
}
