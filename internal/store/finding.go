package store

import (
	"context"
	"database/sql"
	"strconv"

	"nhipso/internal/monitor"
	"nhipso/internal/store/sqldb"
)

// Finding is something that a load noticed and let pass, such as an identity that does not add up. Its sentence is made
// from the rule and the parts where it is shown.
type Finding struct {
	ID       int64             // given by the store, from 1
	Message  int64             // the load's message; 0 when that load stored nothing
	Rule     string            // identifier of the rule
	Severity string            // as the rule says
	Parts    map[string]string // the facts that the sentence names
}

// AppendFindings stores findings in one transaction, in their order.
func (s *Store) AppendFindings(ctx context.Context, findings []Finding) error {
	if len(findings) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *sqldb.Tx) error {
		return s.insertFindings(ctx, tx, findings)
	})
}

// insertFindings stores findings under one seal, which goes into the audit log.
func (s *Store) insertFindings(ctx context.Context, tx *sqldb.Tx, findings []Finding) error {
	id, err := s.nextNumber(ctx, tx, findingSeal)
	if err != nil {
		return err
	}
	key, last := strconv.FormatInt(id, 10), id+int64(len(findings))-1
	rows := make([][]any, len(findings))
	for i, f := range findings {
		rows[i] = []any{id + int64(i), sql.NullInt64{Int64: f.Message, Valid: f.Message != 0}, f.Rule, f.Severity, sqldb.JSON[map[string]string]{V: f.Parts}}
	}
	seal := newSealer()
	if err := s.insertSealed(ctx, tx, seal, findingRows, rows); err != nil {
		return err
	}
	return s.audit(ctx, tx, AuditEntry{By: "nhipso", What: findingSeal.what, Subject: key,
		Details: map[string]any{"seal": sealed{Kind: findingSeal.id, Key: key, Last: last, Rows: seal.rows, Hash: seal.sum()}}})
}

// Findings gives all findings in the order of storing.
func (s *Store) Findings(ctx context.Context) ([]Finding, error) {
	return sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (f Finding, err error) {
		var parts sqldb.JSON[map[string]string]
		err = rows.Scan(&f.ID, &f.Message, &f.Rule, &f.Severity, &parts)
		f.Parts = parts.V
		return f, err
	}, "SELECT id, COALESCE(message, 0), rule, severity, parts FROM finding ORDER BY id")
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
