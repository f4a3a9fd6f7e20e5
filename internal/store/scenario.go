package store

import (
	"context"
	"database/sql"
	"strconv"

	"nhipso/internal/fault"
	"nhipso/internal/scenario"
	"nhipso/internal/store/sqldb"
)

// ScenarioTables are those of saved scenarios.
const ScenarioTables Migration = "scenario"

var _ scenario.Store = (*Store)(nil)

// AppendScenario implements scenario.Store. The scenario and its entry in the audit log are one transaction; the log does not tell the
// identifier, which is the secret of the address.
func (s *Store) AppendScenario(ctx context.Context, x scenario.Saved) error {
	return s.write(ctx, func(tx *sqldb.Tx) error {
		n, err := s.nextNumber(ctx, tx, scenarioSeal)
		if err != nil {
			return err
		}
		if n > scenario.MaxSaved {
			return fault.New("scenario.full", "most", scenario.MaxSaved)
		}
		seal := newSealer()
		row := []any{n, x.ID, x.Name, x.By, sqldb.Time{Time: x.At}, x.Release, sqldb.JSON[scenario.Assumptions]{V: x.Assumptions}}
		if err := s.insertSealed(ctx, tx, seal, scenarioRows, [][]any{row}); err != nil {
			return err
		}
		return s.audit(ctx, tx, AuditEntry{By: x.By, What: scenarioSeal.what, Subject: x.Name, Details: map[string]any{"number": n,
			"seal": sealed{Kind: scenarioSeal.id, Key: strconv.FormatInt(n, 10), Last: n, Rows: seal.rows, Hash: seal.sum()}}})
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
