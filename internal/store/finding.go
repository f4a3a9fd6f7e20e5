package store

import (
	"context"
	"database/sql"

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
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		id, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX(id), 0) FROM finding")
		if err != nil {
			return err
		}
		rows := make([][]any, len(findings))
		for i, f := range findings {
			id++
			rows[i] = []any{id, sql.NullInt64{Int64: f.Message, Valid: f.Message != 0}, f.Rule, f.Severity, sqldb.JSON[map[string]string]{V: f.Parts}}
		}
		return tx.Insert(ctx, "finding (id, message, rule, severity, parts)", rows)
	})
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
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO override (id, target, class, reason, who, at) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM override), $1, $2, $3, $4, $5)",
			o.Target, string(o.Class), o.Reason, o.By, sqldb.Time{Time: o.At}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: o.By, What: "target.override", Subject: o.Target, Details: map[string]string{"class": string(o.Class), "reason": o.Reason}})
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
