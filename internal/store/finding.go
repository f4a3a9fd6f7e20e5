package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/store/sqldb"
)

// Finding is something that a load noticed and let pass, such as an identity that does not add up. Its sentence is made
// from the rule and the parts where it is shown.
type Finding struct {
	ID       int64             // given by the store, from 1
	Message  int64             // the message that brought the figures; 0 for an old finding of a load that stored nothing
	Rule     string            // identifier of the rule
	Severity string            // as the rule says
	Identity string            // the same figures breaking the same rule have the same; "" for findings kept before there were identities
	Row      int               // of the file; 0 when the figure came from none
	Parts    map[string]string // the facts that the sentence names
	Answers  []Answer          // reasons given for letting it pass, oldest first; the newest counts
}

// Answer is the reason that a person gave for letting a finding pass.
type Answer struct {
	By, Reason string
	At         time.Time
}

// newFindings gives those findings of a message that are not kept already, each identity once.
func (s *Store) newFindings(ctx context.Context, from sqldb.Queryer, findings []cube.Finding) ([]cube.Finding, error) {
	known := map[string]bool{}
	for rest := findings; len(rest) > 0; {
		n := min(len(rest), sqldb.Chunk(1))
		args := make([]any, n)
		for i, f := range rest[:n] {
			args[i] = f.Identity
		}
		rest = rest[n:]
		have, err := sqldb.Collect(ctx, from, sqldb.One[string], "SELECT identity FROM finding WHERE identity IN (SELECT column1 FROM (VALUES "+sqldb.Values(n, 1, 0)+") AS v)", args...)
		if err != nil {
			return nil, err
		}
		for _, identity := range have {
			known[identity] = true
		}
	}
	var fresh []cube.Finding
	for _, f := range findings {
		if !known[f.Identity] {
			known[f.Identity] = true
			fresh = append(fresh, f)
		}
	}
	return fresh, nil
}

// insertFindings stores the findings of a message under one seal, which goes into the audit log.
func (s *Store) insertFindings(ctx context.Context, tx *sqldb.Tx, sender string, message int64, findings []cube.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	id, err := s.nextNumber(ctx, tx, findingSeal)
	if err != nil {
		return err
	}
	key, last := strconv.FormatInt(id, 10), id+int64(len(findings))-1
	rows := make([][]any, len(findings))
	for i, f := range findings {
		rows[i] = []any{id + int64(i), message, f.Rule, string(f.Severity), sqldb.JSON[map[string]string]{V: f.Parts}, f.Identity, f.Row}
	}
	seal := newSealer()
	if err := s.insertSealed(ctx, tx, seal, findingRows, rows); err != nil {
		return err
	}
	return s.audit(ctx, tx, AuditEntry{By: sender, What: findingSeal.what, Subject: key,
		Details: map[string]any{"message": message, "seal": sealed{Kind: findingSeal.id, Key: key, Last: last, Rows: seal.rows, Hash: seal.sum()}}})
}

const findingColumns = "SELECT id, COALESCE(message, 0), rule, severity, parts, identity, line FROM finding "

func scanFinding(rows *sql.Rows) (f Finding, err error) {
	var parts sqldb.JSON[map[string]string]
	err = rows.Scan(&f.ID, &f.Message, &f.Rule, &f.Severity, &parts, &f.Identity, &f.Row)
	f.Parts = parts.V
	return f, err
}

// Findings gives all findings in the order of storing, with their answers.
func (s *Store) Findings(ctx context.Context) ([]Finding, error) {
	list, err := sqldb.Collect(ctx, s.db, scanFinding, findingColumns+"ORDER BY id")
	if err != nil {
		return nil, err
	}
	type given struct {
		finding int64
		Answer
	}
	answers, err := sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (g given, err error) {
		var at sqldb.Time
		err = rows.Scan(&g.finding, &g.By, &g.Reason, &at)
		g.At = at.Time
		return g, err
	}, "SELECT finding, who, reason, at FROM answer ORDER BY id")
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(list))
	for i, f := range list {
		at[f.ID] = i
	}
	for _, g := range answers {
		if i, ok := at[g.finding]; ok { // a finding stored between the two reads is not in the list
			list[i].Answers = append(list[i].Answers, g.Answer)
		}
	}
	return list, nil
}

// UnansweredFindings gives the findings of messages that a release must answer and that nobody has answered, in the order of
// storing. The nil set means all messages.
func (s *Store) UnansweredFindings(ctx context.Context, of cube.Messages) ([]Finding, error) {
	open, err := sqldb.Collect(ctx, s.db, scanFinding,
		findingColumns+"WHERE severity = $1 AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.finding = finding.id) ORDER BY id", string(catalog.Soft))
	if err != nil || of == nil {
		return open, err
	}
	return slices.DeleteFunc(open, func(f Finding) bool { return !of.Has(f.Message) }), nil
}

// AnswerFinding keeps a person's reason for letting a finding pass, and an entry in the audit log, in one transaction. Without a
// reason or a name, for a finding that is not there, or for one that asks nothing, it is refused.
func (s *Store) AnswerFinding(ctx context.Context, id int64, by, reason string) error {
	by, reason = strings.TrimSpace(by), strings.TrimSpace(reason)
	if by == "" || reason == "" {
		return fault.New("store.unanswered", "finding", id)
	}
	return s.write(ctx, func(tx *sqldb.Tx) error {
		f, found, err := sqldb.First(ctx, tx, scanFinding, findingColumns+"WHERE id = $1", id)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.New("store.no-finding", "finding", id)
		case f.Severity != string(catalog.Soft):
			return fault.New("store.asks-nothing", "finding", id, "severity", f.Severity)
		}
		number, err := s.nextNumber(ctx, tx, answerSeal)
		if err != nil {
			return err
		}
		at := s.now()
		seal := newSealer()
		if err := s.insertSealed(ctx, tx, seal, answerRows, [][]any{{number, id, reason, by, sqldb.Time{Time: at}}}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: by, At: at, What: answerSeal.what, Subject: strconv.FormatInt(id, 10),
			Details: map[string]any{"identity": f.Identity, "rule": f.Rule, "reason": reason,
				"seal": sealed{Kind: answerSeal.id, Key: strconv.FormatInt(number, 10), Last: number, Rows: seal.rows, Hash: seal.sum()}}})
	})
}

// AppendOverride stores an override and an entry in the audit log, in one transaction.
func (s *Store) AppendOverride(ctx context.Context, o monitor.Override) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		id, err := s.nextNumber(ctx, tx, overrideSeal)
		if err != nil {
			return err
		}
		seal := newSealer()
		row := []any{id, o.Target, string(o.Class), o.Reason, o.By, sqldb.Time{Time: o.At}}
		if err := s.insertSealed(ctx, tx, seal, overrideRows, [][]any{row}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: o.By, What: overrideSeal.what, Subject: o.Target, Details: map[string]any{"class": string(o.Class), "reason": o.Reason,
			"seal": sealed{Kind: overrideSeal.id, Key: strconv.FormatInt(id, 10), Last: id, Rows: seal.rows, Hash: seal.sum()}}})
	})
}

// Overrides gives all overrides, oldest first; the newest one of a target holds.
func (s *Store) Overrides(ctx context.Context) ([]monitor.Override, error) {
	return sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (o monitor.Override, err error) {
		var at sqldb.Time
		err = rows.Scan(&o.Target, &o.Class, &o.Reason, &o.By, &at)
		o.At = at.Time
		return o, err
	}, "SELECT target, class, reason, who, at FROM override ORDER BY id")
}
