package storetest

import (
	"slices"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// noticed is a message of one figure with findings.
func noticed(t *testing.T, series, value string, findings ...cube.Finding) *cube.Delivery {
	t.Helper()
	return found(t, message(figure(series, "2020", "2021-01-01", value, "")), findings...)
}

func soft(identity string) cube.Finding {
	return cube.Finding{Rule: "range", Severity: "soft", Identity: identity, Row: 7, Parts: map[string]string{"value": "10.5", "low": "10,4"}}
}

// answered gives the entries of the audit log about answers.
func answered(t *testing.T, s *store.Store) []store.AuditEntry {
	return slices.DeleteFunc(must[[]store.AuditEntry](t)(s.Audits(t.Context())), func(e store.AuditEntry) bool { return e.What != "finding.answered" })
}

func testFindings(t *testing.T, at Database) {
	t.Run("findings are stored with their message and come back in their order with their parts", func(t *testing.T) {
		s := Open(t, at(t))
		note := cube.Finding{Rule: "sum", Severity: "note", Identity: "sum A"}
		r := must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "A", "1", soft("range A"), note)))
		same(t, r, cube.Receipt{Message: 1, Added: 1, Findings: 2})
		must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "B", "1", soft("range B"))))
		same(t, must[[]store.Finding](t)(s.Findings(t.Context())), []store.Finding{
			{ID: 1, Message: 1, Rule: "range", Severity: "soft", Identity: "range A", Row: 7, Parts: map[string]string{"value": "10.5", "low": "10,4"}},
			{ID: 2, Message: 1, Rule: "sum", Severity: "note", Identity: "sum A"},
			{ID: 3, Message: 2, Rule: "range", Severity: "soft", Identity: "range B", Row: 7, Parts: map[string]string{"value": "10.5", "low": "10,4"}}})
	})
	t.Run("a finding is kept once, however often its figures come", func(t *testing.T) {
		s := Open(t, at(t))
		must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "A", "1", soft("range A"), soft("range A"))))
		same(t, must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "A", "1", soft("range A")))), cube.Receipt{Unchanged: 1})
		again := noticed(t, "B", "1", soft("range A"), soft("range B"))
		same(t, must[cube.Receipt](t)(s.Append(t.Context(), again)), cube.Receipt{Message: 2, Added: 1, Findings: 1})
		same(t, len(must[[]store.Finding](t)(s.Findings(t.Context()))), 2)
	})
	t.Run("a message whose finding cannot be kept is not kept either", func(t *testing.T) {
		s := Open(t, at(t))
		bad := soft("range A")
		bad.Rule = "a\x00b"
		_, err := s.Append(t.Context(), noticed(t, "A", "1", soft("first"), bad))
		wantCode(t, err, "store.bad-text")
		same(t, must[int64](t)(s.LastMessage(t.Context())), int64(0))
		same(t, len(must[[]store.Finding](t)(s.Findings(t.Context()))), 0)
	})
	t.Run("a message is refused when figures came in since its review that the review had read, and only then", func(t *testing.T) {
		s := Open(t, at(t))
		before := int64(0)
		d := noticed(t, "B", "1", soft("range B"))
		d.Upon = &before
		other := figure("A", "2020", "2021-01-01", "1", "")
		other.Dataflow = "OTHER"
		mustAppend(t, s, message(other))
		d.Read = []string{"OTHER"}
		_, err := s.Append(t.Context(), d)
		wantCode(t, err, "cube.moved")
		d.Read = []string{"ANOTHER"}
		same(t, must[cube.Receipt](t)(s.Append(t.Context(), d)).Message, int64(2))
		again := noticed(t, "C", "1")
		again.Upon = &before
		_, err = s.Append(t.Context(), again)
		wantCode(t, err, "cube.moved")
		now := int64(2)
		again.Upon = &now
		same(t, must[cube.Receipt](t)(s.Append(t.Context(), again)).Message, int64(3))
	})
	t.Run("a run's message keeps its findings too", func(t *testing.T) {
		s := Open(t, at(t))
		d := ready(t, message(figure("A", "2020", "2026-01-01", "1", "q#1")))
		d.Findings = []cube.Finding{soft("range A")}
		same(t, must[cube.Receipt](t)(s.AppendRun(t.Context(), run("q#1", "q"), d, lineageOf("q#1"))).Findings, 1)
	})
	t.Run("only soft findings of the messages asked about are unanswered, until they are answered", func(t *testing.T) {
		s := Open(t, at(t))
		must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "A", "1", soft("range A"), cube.Finding{Rule: "sum", Severity: "note", Identity: "n"}, cube.Finding{Rule: "g", Severity: "vintage", Identity: "v"})))
		must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "B", "1", soft("range B"))))
		open := func(messages ...int64) (ids []int64) {
			var of cube.Messages // all
			if len(messages) > 0 {
				of = cube.NewMessages(messages...)
			}
			for _, f := range must[[]store.Finding](t)(s.UnansweredFindings(t.Context(), of)) {
				ids = append(ids, f.ID)
			}
			return ids
		}
		same(t, open(), []int64{1, 4})
		same(t, open(1), []int64{1})
		same(t, open(2, 9), []int64{4})
		if err := s.AnswerFinding(t.Context(), 1, " lan ", " đúng như công bố "); err != nil {
			t.Fatal(err)
		}
		same(t, open(), []int64{4})
		same(t, open(1), []int64(nil))
		if err := s.AnswerFinding(t.Context(), 1, "minh", "đã hỏi lại"); err != nil {
			t.Fatal(err)
		}
		answers := must[[]store.Finding](t)(s.Findings(t.Context()))[0].Answers
		same(t, []string{answers[0].By, answers[0].Reason, answers[1].By, answers[1].Reason}, []string{"lan", "đúng như công bố", "minh", "đã hỏi lại"})
		log := answered(t, s)
		same(t, []string{log[0].By, log[0].What, log[0].Subject}, []string{"lan", "finding.answered", "1"})
		same(t, len(log), 2)
	})
	t.Run("an answer without reason or name, to nothing, or to what asks nothing is refused, and nothing is stored", func(t *testing.T) {
		s := Open(t, at(t))
		must[cube.Receipt](t)(s.Append(t.Context(), noticed(t, "A", "1", soft("range A"), cube.Finding{Rule: "sum", Severity: "note", Identity: "n"})))
		wantCode(t, s.AnswerFinding(t.Context(), 1, "lan", "  "), "store.unanswered")
		wantCode(t, s.AnswerFinding(t.Context(), 1, "", "x"), "store.unanswered")
		wantCode(t, s.AnswerFinding(t.Context(), 9, "lan", "x"), "store.no-finding")
		wantCode(t, s.AnswerFinding(t.Context(), 2, "lan", "x"), "store.asks-nothing")
		wantCode(t, s.AnswerFinding(t.Context(), 1, "lan", "a\x00b"), "store.bad-text")
		same(t, len(answered(t, s)), 0)
		same(t, len(must[[]store.Finding](t)(s.UnansweredFindings(t.Context(), nil))), 1)
	})
}

func testPreview(t *testing.T, at Database) {
	t.Run("a preview says what a load would do, old and new, and stores nothing", func(t *testing.T) {
		s := Open(t, at(t))
		must[cube.Receipt](t)(cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "1", ""), figure("B", "2020", "2021-01-01", "2", ""))))
		d := ready(t, message(figure("A", "2020", "2022-01-01", "1.5", ""), figure("B", "2020", "2021-01-01", "2", ""), figure("C", "2020", "2022-01-01", "3", "")))
		d.Findings = []cube.Finding{soft("range A")}
		receipt, changes, err := s.Preview(t.Context(), d, 20)
		if err != nil {
			t.Fatal(err)
		}
		same(t, receipt, cube.Receipt{Added: 1, Revised: 1, Unchanged: 1, Findings: 1})
		same(t, len(changes), 2)
		same(t, []string{string(changes[0].Key), changes[0].Old.Value.String(), changes[0].Value.String()}, []string{"A", "1", "1.5"})
		same(t, []bool{changes[0].Old.Message == 1, changes[1].Old == nil, changes[1].Key == "C"}, []bool{true, true, true})
		same(t, must[int64](t)(s.LastMessage(t.Context())), int64(1))
		same(t, len(must[[]store.Finding](t)(s.Findings(t.Context()))), 0)
		real := must[cube.Receipt](t)(s.Append(t.Context(), d))
		real.Message = 0
		same(t, real, receipt)
	})
	t.Run("a preview refuses what a load refuses", func(t *testing.T) {
		s := Open(t, at(t))
		must[cube.Receipt](t)(cube.Append(t.Context(), s, message(figure("A", "2020", "2021-01-01", "1", ""))))
		_, _, err := s.Preview(t.Context(), ready(t, message(figure("A", "2020", "2021-01-01", "2", ""))), 20)
		wantCode(t, err, "cube.two-numbers")
	})
	t.Run("a preview names no more changes of a kind than it was asked for", func(t *testing.T) {
		s := Open(t, at(t))
		mustAppend(t, s, wide(50, "1"))
		m := wide(9000, "1")
		for i := range 50 {
			m.Entries[i].Vintage.Date = stat.MustDate("2022-01-01")
		}
		receipt, changes, err := s.Preview(t.Context(), ready(t, m), 7)
		revised := 0
		for _, c := range changes {
			if c.Old != nil {
				revised++
			}
		}
		if err != nil || receipt != (cube.Receipt{Added: 8950, Revised: 50}) || len(changes) != 14 || revised != 7 {
			t.Errorf("%+v, %d changes, %d of them revised (%v)", receipt, len(changes), revised, err)
		}
	})
	t.Run("a message that changes nothing has no changes", func(t *testing.T) {
		s := Open(t, at(t))
		m := message(figure("A", "2020", "2021-01-01", "1", ""))
		must[cube.Receipt](t)(cube.Append(t.Context(), s, m))
		receipt, changes, err := s.Preview(t.Context(), ready(t, m), 20)
		if err != nil || receipt != (cube.Receipt{Unchanged: 1}) || len(changes) != 0 {
			t.Errorf("%+v %v (%v)", receipt, changes, err)
		}
	})
}
