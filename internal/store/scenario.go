package store

import (
	"context"
	"database/sql"

	"nhipso/internal/fault"
	"nhipso/internal/scenario"
	"nhipso/internal/store/sqldb"
)

var _ scenario.Store = (*Store)(nil)

// AppendScenario implements scenario.Store. The scenario and its entry in the audit log are one transaction; the log does not tell the
// identifier, which is the secret of the address.
func (s *Store) AppendScenario(ctx context.Context, x scenario.Saved) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := sqldb.Scalar[int64](ctx, tx, "SELECT COALESCE(MAX(seq), 0) FROM scenario")
		if err != nil {
			return err
		}
		if n >= scenario.MaxSaved {
			return fault.New("scenario.full", "most", scenario.MaxSaved)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO scenario (seq, id, name, who, at, release, assumptions) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			n+1, x.ID, x.Name, x.By, sqldb.Time{Time: x.At}, x.Release, sqldb.JSON[scenario.Assumptions]{V: x.Assumptions}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: x.By, What: "scenario.saved", Subject: x.Name, Details: map[string]int64{"number": n + 1}})
	})
}

// ScenarioByID implements scenario.Store.
func (s *Store) ScenarioByID(ctx context.Context, id string) (scenario.Saved, error) {
	x, found, err := sqldb.First(ctx, s.db, func(rows *sql.Rows) (x scenario.Saved, err error) {
		var at sqldb.Time
		var a sqldb.JSON[scenario.Assumptions]
		err = rows.Scan(&x.ID, &x.Name, &x.By, &at, &x.Release, &a)
		x.At, x.Assumptions = at.Time, a.V
		return x, err
	}, "SELECT id, name, who, at, release, assumptions FROM scenario WHERE id = $1", id)
	if err == nil && !found {
		err = fault.New("scenario.not-found")
	}
	return x, err
}
