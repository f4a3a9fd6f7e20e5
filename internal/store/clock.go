package store

import (
	"cmp"
	"context"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// ClockSkew is how far the clocks of two servers of one database may differ. An act that would be recorded more than this
// before one that is recorded already is refused: vintages, embargoes and the order of releases follow the clock.
const ClockSkew = 2 * time.Minute

// clockAccepted is the entry after which earlier times no longer count: the clock had been ahead, and somebody says so.
const clockAccepted = "clock.accepted"

// newestAct gives the newest time recorded in the audit log since the clock was last accepted; zero when there is none.
func newestAct(ctx context.Context, from sqldb.Queryer) (time.Time, error) {
	since, err := sqldb.Scalar[int64](ctx, from, "SELECT COALESCE(MAX(number), 0) FROM audit WHERE what = $1", clockAccepted)
	if err != nil {
		return time.Time{}, err
	}
	query, args := "SELECT COALESCE(MAX(at), '') FROM audit", []any(nil) // answered by the index, however long the log is
	if since > 0 {
		query, args = query+" WHERE number >= $1", []any{since}
	}
	at, err := sqldb.Scalar[string](ctx, from, query, args...)
	if err != nil || at == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, at)
}

// checkClock refuses an act when the clock went back behind an earlier one.
func (s *Store) checkClock(ctx context.Context, from sqldb.Queryer, now time.Time, what string) error {
	if what == clockAccepted || what == headAccepted { // what puts things right must not be refused for what is wrong
		return nil
	}
	newest, err := newestAct(ctx, from)
	if err == nil && now.Before(newest.Add(-ClockSkew)) {
		err = fault.New("store.clock-back", "now", now.UTC().Format(time.RFC3339), "last", newest.UTC().Format(time.RFC3339))
	}
	return from.Fault(err)
}

// CheckClock is what every act does first, for a program that wants to know before it begins.
func (s *Store) CheckClock(ctx context.Context) error { return s.checkClock(ctx, s.db, s.now(), "") }

// AcceptClock takes the clock as it is now for right, with who says so and why: earlier acts were recorded by a clock that was ahead.
// Where nothing speaks against the clock there is nothing to accept.
func (s *Store) AcceptClock(ctx context.Context, a Acceptance) error {
	if err := a.check(); err != nil {
		return err
	}
	if err := s.CheckClock(ctx); fault.CodeOf(err) != "store.clock-back" {
		return cmp.Or(err, error(fault.New("store.nothing-to-accept")))
	}
	newest, err := newestAct(ctx, s.db)
	if err != nil {
		return err
	}
	return s.Audit(ctx, AuditEntry{By: a.By, What: clockAccepted, Details: map[string]string{"reason": a.Reason, "newest": newest.UTC().Format(time.RFC3339)}})
}
