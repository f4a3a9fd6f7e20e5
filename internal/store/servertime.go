package store

import (
	"context"
	"time"

	"nhipso/internal/store/sqldb"
)

// ServerTime asks the server of the database for the time. It is zero where there is none: a file has no clock of its own.
func (s *Store) ServerTime(ctx context.Context) (time.Time, error) {
	if s.db.Dialect != sqldb.Postgres {
		return time.Time{}, nil
	}
	t, err := sqldb.Scalar[time.Time](ctx, s.db, "SELECT clock_timestamp()")
	return t, s.db.Fault(err)
}
