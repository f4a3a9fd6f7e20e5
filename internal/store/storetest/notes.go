package storetest

import (
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/publish"
	"nhipso/internal/scenario"
	"nhipso/internal/store"
)

func testNotes(t *testing.T, at Database) {
	t.Run("overrides come back oldest first, and each is in the audit log", func(t *testing.T) {
		s := Open(t, at(t))
		o := monitor.Override{Target: "QD411.1", Class: monitor.Concentrate, Reason: "Số liệu quý chưa phản ánh", By: "lan", At: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)}
		back := monitor.Override{Target: "QD411.1", Reason: "rút lại", By: "minh", At: o.At.Add(time.Hour)}
		for _, each := range []monitor.Override{o, back} {
			if err := s.AppendOverride(t.Context(), each); err != nil {
				t.Fatal(err)
			}
		}
		same(t, must[[]monitor.Override](t)(s.Overrides(t.Context())), []monitor.Override{o, back})
		log := must[[]store.AuditEntry](t)(s.Audits(t.Context()))
		same(t, []string{log[0].By, log[0].What, log[0].Subject, log[1].By}, []string{"lan", "target.override", "QD411.1", "minh"})
	})
	t.Run("a text that cannot be kept is refused, and its audit entry with it", func(t *testing.T) {
		s := Open(t, at(t))
		wantCode(t, s.AppendOverride(t.Context(), monitor.Override{Target: "x", Reason: "a\x00b"}), "store.bad-text")
		same(t, len(must[[]store.AuditEntry](t)(s.Audits(t.Context()))), 0)
	})
}

func testAppendOnly(t *testing.T, at Database) {
	url := at(t)
	s := Open(t, url)
	r := run("q#1", "q")
	must[cube.Receipt](t)(appendRun(t.Context(), s, r, message(figure("A", "2020", "2026-01-01", "1", "q#1")), lineageOf("q#1")))
	must[cube.Receipt](t)(s.Append(t.Context(), found(t, message(figure("B", "2020", "2026-01-01", "1", "")), cube.Finding{Rule: "a", Severity: "soft", Identity: "a B"})))
	if err := s.AnswerFinding(t.Context(), 1, "lan", "as published"); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendOverride(t.Context(), monitor.Override{Target: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := s.AppendScenario(t.Context(), scenario.Saved{ID: "x"}); err != nil {
		t.Fatal(err)
	}
	must[publish.Release](t)(s.Act(t.Context(), publish.Act{Release: "2026-Q3", Kind: publish.OpenAct, By: "lan", Messages: cube.Messages{}}))
	if err := edited(s, 0, edition("begun", map[string]string{"a": "b"})); err != nil {
		t.Fatal(err)
	}
	db := raw(t, url).Writer()
	for table, column := range map[string]string{"message": "sender", "observation": "value", "run": "memo", "lineage": "sources",
		"finding": "rule", "answer": "reason", "override": "reason", "scenario": "name", "audit": "who", "release_act": "reason",
		"catalog_edition": "reason", "catalog_file": "content", "catalog_artefact": "version"} {
		t.Run("a stored "+table+" can be neither changed nor removed, not even by hand", func(t *testing.T) {
			for _, q := range []string{"UPDATE " + table + " SET " + column + " = 'x'", "DELETE FROM " + table} {
				if _, err := db.Exec(q); err == nil {
					t.Errorf("the database accepted: %s", q)
				}
			}
		})
	}
	same(t, must[store.Report](t)(s.Integrity(t.Context())).Problems, []error(nil))
}
