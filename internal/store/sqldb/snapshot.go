package sqldb

import (
	"context"
	"database/sql"
)

// Snapshot is the database at one moment, whatever is written meanwhile: each of its queries sees the same.
type Snapshot struct {
	db *DB
	tx *sql.Tx
}

// Snapshot begins one. On both databases writers go on beside it.
func (db *DB) Snapshot(ctx context.Context) (*Snapshot, error) {
	var o *sql.TxOptions // a SQLite transaction that reads is a snapshot from its first query on
	if db.Dialect == Postgres {
		o = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := db.read.BeginTx(ctx, o)
	if err != nil {
		return nil, db.Fault(err)
	}
	return &Snapshot{db, tx}, nil
}

// Close ends it.
func (s *Snapshot) Close() { s.tx.Rollback() } //nolint:errcheck // nothing was written

func (s *Snapshot) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, s.db.rebind(q), args...)
}

// Fault is that of the database.
func (s *Snapshot) Fault(err error) error { return s.db.Fault(err) }
